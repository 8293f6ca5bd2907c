//! Input that nobody wrote: the kept examples of `tests/corpus`, each as it is and then with bytes
//! changed, cut, doubled, spliced, and its numbers made extreme, thrown at whatever reads it.
//!
//! Plain mutation on stable Rust, and no fuzzing engine: bolero's own engine on stable makes up
//! its inputs from random bytes and does not start from examples, so strict JSON is refused at its first
//! byte; its guided engines need a compiler that is not the stable one. What is thrown follows from the
//! seed alone, so a complaint can be told again.

use crate::dice::Dice;
use crate::proof;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// In everyday runs the same throws every time.
const USUAL_SEED: u64 = 0x6761_7262_6c65;
/// So many throws between two looks at the clock.
const BETWEEN_LOOKS: usize = 64;

/// What stands in no message to a person: it would be of the program's inside.
const INTERNALS: &[&str] = &[
    "panicked",
    ".rs:",
    "/src/",
    "sqlx",
    "Rust type",
    "unwrap",
    "thread '",
    "select ",
    "pragma ",
    "insert into",
    "$sealed",
    "$private",
    "stack backtrace",
    "BorrowMut",
    "Mutex",
];

/// What of the program's inside a message shows, if anything.
pub fn internals_in(message: &str) -> Option<&'static str> {
    INTERNALS
        .iter()
        .copied()
        .find(|word| message.contains(word))
}

/// The kept examples of a folder of `tests/corpus`, in the order of their names.
pub fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(folder);
    let mut examples = Vec::new();
    for entry in
        std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    {
        let entry = entry.expect("an entry of the corpus");
        let name = entry.file_name().to_string_lossy().into_owned();
        examples.push((name, std::fs::read(entry.path()).expect("an example")));
    }
    assert!(!examples.is_empty(), "{} keeps no example", path.display());
    examples.sort();
    examples
}

/// The contents alone.
pub fn examples(folders: &[&str]) -> Vec<Vec<u8>> {
    let of = |folder: &&str| corpus(folder).into_iter().map(|(_, content)| content);
    folders.iter().flat_map(of).collect()
}

/// Whose time is counted where large counts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// What this thread really ran: for whatever reads here and now.
    ThisThread,
    /// Where most of the work is done by others, the time that passes.
    TheClock,
}

/// Throws the examples and what becomes of them at `look`: `usual` of them, or as many as fit into
/// BRANCHLINE_GARBLE_MINUTES (10) where large counts are asked for. A panic of `look` is told with its
/// input.
pub fn throw_at(
    target: &str,
    examples: &[Vec<u8>],
    usual: usize,
    measure: Measure,
    look: impl FnMut(&[u8]),
) {
    let proving = proof::proving();
    let seed = if proving { proof::seed() } else { USUAL_SEED };
    let minutes = std::env::var("BRANCHLINE_GARBLE_MINUTES").ok();
    let minutes: u64 = minutes.and_then(|text| text.parse().ok()).unwrap_or(10);
    let began = measure.now();
    let passed = || measure.now().saturating_sub(began);
    let goes_on = |thrown: usize| match proving {
        false => thrown < usual,
        true => {
            !thrown.is_multiple_of(BETWEEN_LOOKS) || passed() < Duration::from_secs(60 * minutes)
        }
    };
    let thrown = throw(target, examples, seed, goes_on, look);
    let spent = passed().as_secs() / 60;
    let how_many = match (proving, measure) {
        (false, _) => format!("{thrown} inputs"),
        (true, Measure::ThisThread) => format!("{thrown} inputs in {spent} CPU-minutes"),
        (true, Measure::TheClock) => format!("{thrown} inputs in {spent} minutes"),
    };
    let name = format!("garbled-{}", target.replace(' ', "-"));
    let what = format!("garbled input: {target}");
    proof::proved(&name, &what, &how_many, &seed.to_string()).expect("the proof can be written");
}

/// How many were thrown.
fn throw(
    target: &str,
    examples: &[Vec<u8>],
    seed: u64,
    goes_on: impl Fn(usize) -> bool,
    mut look: impl FnMut(&[u8]),
) -> usize {
    let mut dice = Dice::seeded(seed);
    let mut thrown = 0;
    for example in examples {
        told(target, seed, thrown, example, &mut look);
        thrown += 1;
    }
    while goes_on(thrown) {
        let garbled = garbled(examples, &mut dice);
        told(target, seed, thrown, &garbled, &mut look);
        thrown += 1;
    }
    thrown
}

fn told(target: &str, seed: u64, number: usize, input: &[u8], look: &mut impl FnMut(&[u8])) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| look(input))) {
        let shown: String = String::from_utf8_lossy(input).chars().take(4_000).collect();
        eprintln!("{target}: input {number} of BRANCHLINE_SEED={seed}: {shown:?}");
        resume_unwind(panic);
    }
}

impl Measure {
    fn now(self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        let began = BEGAN.get_or_init(Instant::now);
        match self {
            Measure::ThisThread => ran().unwrap_or_else(|| began.elapsed()),
            Measure::TheClock => began.elapsed(),
        }
    }
}

/// How long this thread really ran, where the system tells.
fn ran() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ')
        .next()?
        .parse()
        .ok()
        .map(Duration::from_nanos)
}

/// Pieces that mean something to a parser of JSON or of text.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "\\u0000",
    "\\ud800",
    "\\",
    "\n",
    "\r\n",
    "\0",
    "\u{202e}",
    "\u{301}",
    "\u{feff}",
    "-",
    "1e400",
    "0.1",
    "-0",
    "'",
    ";--",
    "=1+1",
    "../",
    "%s",
    "\"kind\":",
    "\"id\":",
    "9999-12-31",
    "2026-02-30",
    "0000-00-00",
    "LC-000001",
];
/// Numbers at the ends of what numbers can be.
const EXTREMES: &[&str] = &[
    "0",
    "-1",
    "1",
    "127",
    "128",
    "255",
    "256",
    "32768",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "1000000000000",
    "1000000000001",
    "1e5",
    "00",
];

/// One example with one to four things done to it: to its values, so that it is JSON still, or to its bytes.
pub fn garbled(examples: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(examples).clone();
    if dice.percent(50)
        && let Ok(mut value) = serde_json::from_slice::<Value>(&bytes)
    {
        for _ in 0..=dice.below(3) {
            spoil_value(&mut value, dice);
        }
        return value.to_string().into_bytes();
    }
    for _ in 0..=dice.below(4) {
        spoil(&mut bytes, examples, dice);
    }
    bytes
}

/// Every place in a document, as a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

fn spoil_value(value: &mut Value, dice: &mut Dice) {
    let mut found = Vec::new();
    places(value, "", &mut found);
    // Numbers are what rules reckon with: they are spoilt more often than their share.
    let is_number = |at: &&String| value.pointer(at).is_some_and(Value::is_number);
    let numbers: Vec<String> = found.iter().filter(is_number).cloned().collect();
    let among = match !numbers.is_empty() && dice.percent(40) {
        true => &numbers,
        false => &found,
    };
    let Some(place) = value.pointer_mut(dice.pick::<String>(among)) else {
        return;
    };
    match place {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            match dice.below(3) {
                0 if !names.is_empty() => drop(members.shift_remove(dice.pick(&names))),
                1 => drop(members.insert("as_role".to_owned(), Value::from("admin"))),
                // What an object holds is spoilt more often than the object.
                _ => {}
            }
        }
        Value::Array(items) => match (dice.below(3), items.first().cloned()) {
            (0, _) => items.clear(),
            (_, Some(first)) => items.push(first),
            (_, None) => items.push(Value::Null),
        },
        Value::Number(number) if dice.percent(50) => {
            let near = number
                .as_i64()
                .unwrap_or(0)
                .saturating_add(dice.between(-2, 2));
            *place = Value::from(near);
        }
        Value::Number(_) => {
            let extreme = *dice.pick::<&str>(EXTREMES);
            *place = serde_json::from_str(extreme).unwrap_or(Value::Null);
        }
        // Names of things are strict and everywhere: mostly something else is spoilt.
        Value::String(text) if Uuid::parse_str(text).is_ok() && dice.percent(80) => {}
        Value::String(text) => match dice.below(4) {
            0 => text.push_str(dice.pick::<&str>(PIECES)),
            1 => *text = (*dice.pick::<&str>(PIECES)).to_owned(),
            2 => *text = text.to_uppercase(),
            _ => drop(text.pop()),
        },
        Value::Bool(truth) => *truth = !*truth,
        Value::Null => *place = Value::from(*dice.pick::<&str>(PIECES)),
    }
}

fn spoil(bytes: &mut Vec<u8>, examples: &[Vec<u8>], dice: &mut Dice) {
    let length = bytes.len();
    let at = dice.below(length + 1);
    let to = (at + dice.below(24)).min(length);
    match dice.below(9) {
        0 => bytes.truncate(at),
        1 | 2 if at < length => bytes[at] = u8::try_from(dice.below(256)).unwrap_or(0),
        3 => drop(bytes.drain(at..to)),
        4 => {
            let piece = dice.pick(PIECES).bytes();
            bytes.splice(at..at, piece);
        }
        5 => {
            let doubled = bytes[at..to].to_vec();
            bytes.splice(at..at, doubled);
        }
        6 => {
            let other = dice.pick(examples);
            let from = dice.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        // A number that stands somewhere.
        _ => {
            let digit = |place: &usize| bytes[*place].is_ascii_digit();
            if let Some(begin) = (at..length).find(digit) {
                let end = (begin..length)
                    .find(|place| !digit(place))
                    .unwrap_or(length);
                let extreme = dice.pick(EXTREMES).bytes();
                bytes.splice(begin..end, extreme);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_thrown_follows_from_the_seed_and_differs_from_the_examples() {
        let examples = examples(&["commands"]);
        let throw = || {
            let mut dice = Dice::seeded(7);
            let thrown: Vec<_> = (0..500).map(|_| garbled(&examples, &mut dice)).collect();
            thrown
        };
        let thrown = throw();
        assert_eq!(thrown, throw());
        let changed = thrown
            .iter()
            .filter(|bytes| !examples.contains(bytes))
            .count();
        assert!(changed > 450, "{changed}");
    }

    #[test]
    fn a_panic_is_not_swallowed_and_every_example_is_thrown() {
        let examples = vec![b"one".to_vec(), b"two".to_vec()];
        let mut seen = Vec::new();
        let five = |thrown| thrown < 5;
        let thrown = throw("the test", &examples, 1, five, |bytes| {
            seen.push(bytes.to_vec())
        });
        assert_eq!((thrown, seen.len()), (5, 5));
        assert_eq!(seen[..2], examples);
        let hit = catch_unwind(|| throw("the test", &examples, 1, five, |_| panic!("hit")));
        assert!(hit.is_err());
    }

    #[test]
    fn messages_of_the_inside_are_known() {
        assert_eq!(internals_in("This is too long."), None);
        assert_eq!(internals_in("panicked at src/x.rs:1"), Some("panicked"));
    }
}
