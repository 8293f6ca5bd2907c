//! The tidy test: invariant I9 and the habits of the house, held by reading the source. A
//! message says what to write instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// Something that does not belong where it stands.
#[derive(Debug)]
struct Stray {
    path: String,
    line: usize,
    found: String,
    instead: &'static str,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}: {}",
            self.path, self.line, self.found, self.instead
        )
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

// --- Reading source ----------------------------------------------------------------------------

/// A file of Rust, taken apart so that a word in a comment is no finding.
struct Source {
    path: String,
    /// Words and signs, each with its line.
    tokens: Vec<(usize, String)>,
    /// What stands between quotes, each with its line.
    literals: Vec<(usize, String)>,
}

impl Source {
    fn read(path: &str) -> Source {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        Source::taken_apart(path, &text)
    }

    fn taken_apart(path: &str, text: &str) -> Source {
        let mut source = Source {
            path: path.to_owned(),
            tokens: Vec::new(),
            literals: Vec::new(),
        };
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut line) = (0, 1);
        while at < chars.len() {
            let rest = &chars[at..];
            let taken = if rest.starts_with(&['/', '/']) {
                rest.iter().take_while(|c| **c != '\n').count()
            } else if rest.starts_with(&['/', '*']) {
                block_comment(rest)
            } else if let Some((taken, literal)) = literal(rest) {
                source.literals.push((line, literal));
                taken
            } else if rest[0].is_alphanumeric() || rest[0] == '_' {
                let word: String = rest
                    .iter()
                    .take_while(|c| c.is_alphanumeric() || **c == '_')
                    .collect();
                let taken = word.chars().count();
                source.tokens.push((line, word));
                taken
            } else {
                if !rest[0].is_whitespace() {
                    source.tokens.push((line, rest[0].to_string()));
                }
                1
            };
            line += rest[..taken].iter().filter(|c| **c == '\n').count();
            at += taken;
        }
        source
    }

    /// Where these words and signs follow one another.
    fn find<'a>(&'a self, sequence: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
        self.tokens
            .windows(sequence.len())
            .filter(move |window| {
                window
                    .iter()
                    .zip(sequence)
                    .all(|((_, word), wanted)| word == wanted)
            })
            .map(|window| window[0].0)
    }
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(&['/', '*']) {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(&['*', '/']) {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// A string or character that begins here: how long it is in the file, and what it says.
fn literal(rest: &[char]) -> Option<(usize, String)> {
    let prefix = rest
        .iter()
        .take_while(|c| matches!(c, 'b' | 'c' | 'r'))
        .count();
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    let raw = prefix > 0 && rest[prefix - 1] == 'r';
    if raw && prefix <= 2 && rest.get(prefix + hashes) == Some(&'"') {
        let begin = prefix + hashes + 1;
        let mut end = vec!['"'];
        end.extend(std::iter::repeat_n('#', hashes));
        let length = (begin..rest.len()).find(|at| rest[*at..].starts_with(&end))? - begin;
        let said = rest[begin..begin + length].iter().collect();
        return Some((begin + length + 1 + hashes, said));
    }
    if hashes == 0 && prefix <= 1 && rest.get(prefix) == Some(&'"') {
        let begin = prefix + 1;
        let mut at = begin;
        while *rest.get(at)? != '"' {
            at += if rest[at] == '\\' { 2 } else { 1 };
        }
        return Some((at + 1, rest[begin..at].iter().collect()));
    }
    if prefix == 0 && rest[0] == '\'' {
        // A character, and no lifetime: those have no closing quote.
        let length = if rest.get(1) == Some(&'\\') {
            rest[3..].iter().position(|c| *c == '\'')? + 4
        } else {
            (rest.get(2) == Some(&'\'')).then_some(3)?
        };
        return Some((length, rest[1..length - 1].iter().collect()));
    }
    None
}

/// Every file with this ending under a folder, as the repository names it.
pub fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else {
        return found;
    };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        let of_the_project = !matches!(name.as_str(), "target" | "node_modules" | "dist" | "gen");
        if entry.file_type().unwrap().is_dir() {
            if of_the_project && !name.starts_with('.') {
                found.extend(files(&path, ending));
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

const PROGRAM: [&str; 5] = [
    "crates/domain",
    "crates/engine",
    "crates/payments-mock",
    "src-tauri",
    "ui",
];

fn sources(folders: &[&str]) -> Vec<Source> {
    folders
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        // A crate's own tests may tamper with a store; the program may not.
        .filter(|path| {
            !PROGRAM
                .iter()
                .any(|package| path.starts_with(&format!("{package}/tests/")))
        })
        .map(|path| Source::read(&path))
        .collect()
}

fn none(strays: Vec<Stray>) {
    let list: Vec<String> = strays.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "\n{}\n", list.join("\n"));
}

// --- Rules -------------------------------------------------------------------------------------

/// Words that may stand in some files only.
fn words_out_of_place(
    source: &Source,
    words: &[&str],
    allowed: &[&str],
    instead: &'static str,
) -> Vec<Stray> {
    if allowed.iter().any(|place| source.path.starts_with(place)) {
        return Vec::new();
    }
    let stray = |word: &str, line| Stray {
        path: source.path.clone(),
        line,
        found: word.to_owned(),
        instead,
    };
    words
        .iter()
        .flat_map(|word| {
            let sequence: Vec<&str> = vec![word];
            let lines: Vec<usize> = source.find(&sequence).collect();
            lines.into_iter().map(|line| stray(word, line))
        })
        .collect()
}

const HTTP: &[&str] = &[
    "reqwest",
    "hyper",
    "ureq",
    "isahc",
    "surf",
    "TcpStream",
    "TcpListener",
];
const HTTP_INSTEAD: &str =
    "HTTP stands only in crates/engine/src/payments.rs; give `PaymentsClient` another verb";

fn sql_out_of_place(source: &Source) -> Vec<Stray> {
    const INSTEAD: &str =
        "SQL stands only under crates/engine/src/store/; write a function there and call it";
    if source.path.starts_with("crates/engine/src/store/") {
        return Vec::new();
    }
    let stray = |found: String, line| Stray {
        path: source.path.clone(),
        line,
        found,
        instead: INSTEAD,
    };
    let mut strays = Vec::new();
    for (line, word) in &source.tokens {
        let asks = [
            "query",
            "query_as",
            "query_scalar",
            "raw_sql",
            "query_with",
            "QueryBuilder",
        ];
        if asks.contains(&word.as_str()) && source.tokens.iter().any(|(_, word)| word == "sqlx") {
            strays.push(stray(word.clone(), *line));
        }
    }
    for (line, literal) in &source.literals {
        if is_sql(literal) {
            strays.push(stray(
                literal.lines().next().unwrap_or("").to_owned(),
                *line,
            ));
        }
    }
    strays
}

/// The beginnings of statements, with enough of each that no sentence begins so.
fn is_sql(literal: &str) -> bool {
    let text = literal.trim_start().to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    match words.as_slice() {
        ["select", ..] => has("from") || text.contains('('),
        ["insert" | "replace", "or", ..] | ["insert" | "replace", "into", ..] => true,
        ["update", ..] => has("set"),
        ["delete", "from", ..] => true,
        ["pragma" | "vacuum", ..] => true,
        [
            "create" | "drop" | "alter",
            "table" | "index" | "trigger" | "view" | "temp" | "unique",
            ..,
        ] => true,
        ["with", _, "as", ..] => true,
        _ => false,
    }
}

fn unfinished(source: &Source) -> Vec<Stray> {
    let mut strays = Vec::new();
    let rules: [(&[&str], &str); 4] = [
        (&["dbg", "!"], "use tracing, or an assertion"),
        (&["todo", "!"], "do it, or refuse it by name"),
        (&["unimplemented", "!"], "do it, or refuse it by name"),
        (
            &["#", "[", "ignore"],
            "a test that does not run proves nothing: make it quick, or take it out",
        ),
    ];
    for (sequence, instead) in rules {
        strays.extend(source.find(sequence).map(|line| Stray {
            path: source.path.clone(),
            line,
            found: sequence.concat(),
            instead,
        }));
    }
    strays
}

/// Counts that grow when everything is proven, and lines of docs/proof.md.
fn unproven(source: &Source) -> Vec<Stray> {
    let stray = |line, found: &str, instead| Stray {
        path: source.path.clone(),
        line,
        found: found.to_owned(),
        instead,
    };
    let mut strays = Vec::new();
    let counts: Vec<usize> = source.find(&["proof", ":", ":", "count", "("]).collect();
    let written = source.find(&["proof", ":", ":", "proved", "("]).count();
    strays.extend(counts.iter().skip(written).map(|line| {
        let instead = "say what was proven, with `proof::proved`";
        stray(*line, "proof::count", instead)
    }));
    let asked = source.literals.iter().filter(|(_, said)| said == PROVE);
    strays.extend(asked.map(|(line, _)| {
        let instead = "`proof::count` asks how much, and `proof::proving` whether";
        stray(*line, PROVE, instead)
    }));
    strays
}

const PROVE: &str = "BRANCHLINE_PROVE";

fn floats(source: &Source) -> Vec<Stray> {
    const INSTEAD: &str = "money is `Minor` (an i64 of minor units), a rate is `AnnualPercent`, a time is milliseconds";
    let mut strays = words_out_of_place(source, &["f32", "f64"], &[], INSTEAD);
    // 1.5, also where no type is named.
    let digits = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    for window in source.tokens.windows(3) {
        let [(line, whole), (_, point), (_, fraction)] = window else {
            continue;
        };
        if digits(whole) && point == "." && digits(fraction) && !fraction.contains(['x', 'b']) {
            strays.push(Stray {
                path: source.path.clone(),
                line: *line,
                found: format!("{whole}.{fraction}"),
                instead: INSTEAD,
            });
        }
    }
    strays
}

/// Two sentences may be the same, and two equal keys in one list stop the page.
fn keyed_by_sentence(source: &Source) -> Vec<Stray> {
    let tokens = &source.tokens;
    let keys = tokens.windows(4).filter(|four| {
        let word = |place: usize| four[place].1.as_str();
        word(0) == "key"
            && word(1) == "="
            && word(2) == "{"
            && matches!(word(3), "sentence" | "note" | "warning")
    });
    keys.map(|four| Stray {
        path: source.path.clone(),
        line: four[3].0,
        found: format!("key={{{}}}", four[3].1),
        instead: "key it by its place in the list, or by an id",
    })
    .collect()
}

/// What is told of the program itself: words, names of places and errors as people read them. A
/// value as the debugger would show it may hold anything.
fn debugged(source: &Source) -> Vec<Stray> {
    let words: Vec<&str> = source
        .tokens
        .iter()
        .map(|(_, word)| word.as_str())
        .collect();
    let mut strays = Vec::new();
    for at in 0..words.len() {
        let told = ["error", "warn", "info", "debug", "trace"];
        let begins = words[at..].starts_with(&["tracing", ":", ":"])
            && words.get(at + 3).is_some_and(|level| told.contains(level));
        if !begins {
            continue;
        }
        let mut depth = 0_usize;
        for place in at + 5..words.len() {
            match words[place] {
                "(" => depth += 1,
                ")" => depth -= 1,
                "?" if matches!(words[place - 1], "(" | "," | "=") => strays.push(Stray {
                    path: source.path.clone(),
                    line: source.tokens[place].0,
                    found: format!("?{}", words[place + 1]),
                    instead: "say it in words, or with % what is written for people",
                }),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    strays
}

fn replacing_inserts(path: &str, text: &str) -> Vec<Stray> {
    const INSTEAD: &str =
        "it walks past the delete triggers of the log: insert, or `on conflict … do update`";
    text.lines()
        .enumerate()
        .filter(|(_, line)| {
            let words: Vec<String> = line
                .to_lowercase()
                .split_whitespace()
                .map(ToOwned::to_owned)
                .collect();
            // A comment may speak of it.
            let comment = ["--", "//"]
                .iter()
                .any(|sign| line.trim_start().starts_with(sign));
            let spelled = |window: &[String]| {
                window[0].ends_with("insert")
                    && window[1] == "or"
                    && window[2].starts_with("replace")
            };
            let replaces =
                |window: &[String]| window[0].ends_with("replace") && window[1] == "into";
            !comment && (words.windows(3).any(spelled) || words.windows(2).any(replaces))
        })
        .map(|(place, line)| Stray {
            path: path.to_owned(),
            line: place + 1,
            found: line.trim().to_owned(),
            instead: INSTEAD,
        })
        .collect()
}

fn bridge_words(path: &str, text: &str) -> Vec<Stray> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| line.contains("__TAURI") || line.contains("invoke("))
        .map(|(place, line)| Stray {
            path: path.to_owned(),
            line: place + 1,
            found: line.trim().to_owned(),
            instead: "the bridge stands only in ui/src/backend.rs; call a function of it",
        })
        .collect()
}

// --- The tests ---------------------------------------------------------------------------------

/// What each package of the lock file depends on, by name.
fn locked_dependencies(lock: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let quoted = |line: &str| line.split('"').nth(1).map(ToOwned::to_owned);
        let name = package
            .lines()
            .find(|line| line.starts_with("name = "))
            .and_then(quoted)
            .unwrap();
        let needs = package
            .lines()
            .filter(|line| line.starts_with(" \""))
            .filter_map(quoted)
            // "name" or "name version".
            .filter_map(|needed| needed.split(' ').next().map(ToOwned::to_owned));
        packages.entry(name).or_default().extend(needs);
    }
    packages
}

fn everything_under(packages: &BTreeMap<String, BTreeSet<String>>, name: &str) -> BTreeSet<String> {
    let mut under = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        for needed in packages.get(&name).into_iter().flatten() {
            if under.insert(needed.clone()) {
                open.push(needed.clone());
            }
        }
    }
    under
}

#[test]
fn the_rules_know_no_runtime_no_store_no_network_and_no_window() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages = locked_dependencies(&lock);
    let under_domain = everything_under(&packages, "domain");
    assert!(
        under_domain.contains("serde"),
        "the lock file was not understood"
    );
    for stranger in [
        "tokio",
        "sqlx",
        "reqwest",
        "tauri",
        "yew",
        "axum",
        "chrono",
        "libsqlite3-sys",
    ] {
        assert!(
            packages.contains_key(stranger) || stranger == "chrono",
            "{stranger} is not locked at all"
        );
        assert!(
            !under_domain.contains(stranger),
            "crates/domain has come to depend on {stranger}: it is pure, so pass what you need in as an argument"
        );
    }
    // The network's core answers the engine's tests in-process; the lock file tells no test apart.
    let manifest = std::fs::read_to_string(root().join("crates/engine/Cargo.toml")).unwrap();
    let (needs, for_tests) = manifest.split_once("[dev-dependencies]").unwrap();
    assert!(for_tests.contains("payments-mock") && !needs.contains("payments-mock"));
    let mut packages = packages;
    packages.get_mut("engine").unwrap().remove("payments-mock");
    let under_engine = everything_under(&packages, "engine");
    for stranger in ["tauri", "yew", "axum"] {
        assert!(
            !under_engine.contains(stranger),
            "crates/engine has come to depend on {stranger}: it is the program without a window; \
             put this into src-tauri, ui or payments-mock"
        );
    }
}

#[test]
fn the_rules_read_no_clock_and_draw_no_lots() {
    let words = [
        "SystemTime",
        "Instant",
        "Zoned",
        "now_v7",
        "new_v4",
        "getrandom",
        "thread",
        "env",
        "fs",
        "net",
        "async",
    ];
    let instead =
        "time, ids and randomness are arguments (I11): add them to `Ctx` or to the command";
    let strays = sources(&["crates/domain/src"])
        .iter()
        .flat_map(|source| words_out_of_place(source, &words, &[], instead))
        .collect();
    none(strays);
}

#[test]
fn sql_stands_in_the_store_only() {
    none(
        sources(&PROGRAM)
            .iter()
            .flat_map(sql_out_of_place)
            .collect(),
    );
}

#[test]
fn http_stands_in_one_file() {
    let allowed = ["crates/engine/src/payments.rs", "crates/payments-mock/"];
    let strays = sources(&PROGRAM)
        .iter()
        .flat_map(|source| words_out_of_place(source, HTTP, &allowed, HTTP_INSTEAD))
        .collect();
    none(strays);
}

/// Without a session and a password: for the demonstration, the bench and the stories.
#[test]
fn the_shell_orders_nothing_without_a_session() {
    let instead = "what comes from a page or a file goes through `prove` and `submit`";
    let strays = sources(&["src-tauri", "ui"])
        .iter()
        .flat_map(|source| words_out_of_place(source, &["give_command"], &[], instead))
        .collect();
    none(strays);
}

#[test]
fn the_bridge_stands_in_one_file() {
    let mut strays = Vec::new();
    for ending in [".rs", ".js", ".html"] {
        for path in files("ui", ending) {
            // boot.js runs before any Rust of the page does.
            if path != "ui/src/backend.rs" && path != "ui/boot.js" {
                strays.extend(bridge_words(
                    &path,
                    &std::fs::read_to_string(root().join(&path)).unwrap(),
                ));
            }
        }
    }
    let instead = "the window is src-tauri's: take what you need as an argument";
    for source in sources(&["crates", "ui"]) {
        strays.extend(words_out_of_place(
            &source,
            &["tauri"],
            &["ui/src/backend.rs"],
            instead,
        ));
    }
    none(strays);
}

#[test]
fn nothing_is_left_unfinished() {
    // Here the crates' own tests count, too.
    let strays = ["crates", "src-tauri", "ui", "tests"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .flat_map(|path| unfinished(&Source::read(&path)))
        .collect();
    none(strays);
}

#[test]
fn what_is_proven_is_written_down() {
    let asks = ["tests/src/proof.rs", "tests/tests/main/tidy.rs"];
    let strays = ["crates", "src-tauri", "tests"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .filter(|path| !asks.contains(&path.as_str()))
        .flat_map(|path| unproven(&Source::read(&path)))
        .collect();
    none(strays);
}

#[test]
fn no_float_comes_near_the_money() {
    none(
        sources(&["crates/domain", "crates/engine"])
            .iter()
            .flat_map(floats)
            .collect(),
    );
}

#[test]
fn no_list_is_keyed_by_what_it_says() {
    none(
        sources(&["ui"])
            .iter()
            .flat_map(keyed_by_sentence)
            .collect(),
    );
}

#[test]
fn no_value_is_told_as_a_debugger_would_show_it() {
    none(sources(&PROGRAM).iter().flat_map(debugged).collect());
}

#[test]
fn nothing_replaces_by_inserting() {
    let mut strays = Vec::new();
    for (folder, ending) in PROGRAM
        .iter()
        .map(|folder| (*folder, ".rs"))
        .chain([("migrations", ".sql")])
    {
        for path in files(folder, ending) {
            strays.extend(replacing_inserts(
                &path,
                &std::fs::read_to_string(root().join(&path)).unwrap(),
            ));
        }
    }
    none(strays);
}

/// Crates that need it, and what for. Everything else begins with `#![forbid(unsafe_code)]`.
const UNSAFE: [(&str, &str); 2] = [
    (
        "tests/simulator/src/lib.rs",
        "a file system under SQLite speaks its C interface; denied but for vfs.rs",
    ),
    (
        "bench/src/main.rs",
        "the limit is measured over SQLite's C interface",
    ),
];

/// Where a crate begins: libraries, programs, tests and build scripts.
fn is_root(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let beside_a_manifest = |folder: &str| root().join(folder).join("Cargo.toml").exists();
    match name {
        "build.rs" => beside_a_manifest(folder),
        _ if folder.ends_with("/src/bin") => true,
        "main.rs" | "lib.rs" => {
            let package = folder.strip_suffix("/src");
            package.is_some_and(beside_a_manifest) || is_a_test(folder, beside_a_manifest)
        }
        // A file of its own below `tests/` is a crate; one in a folder there is a module.
        _ => folder.strip_suffix("/tests").is_some_and(beside_a_manifest),
    }
}

/// `tests/NAME/main.rs`
fn is_a_test(folder: &str, beside_a_manifest: impl Fn(&str) -> bool) -> bool {
    let package = folder.rsplit_once("/tests/");
    package.is_some_and(|(package, _)| beside_a_manifest(package))
}

#[test]
fn unsafe_code_is_forbidden() {
    let roots: Vec<String> = ["crates", "src-tauri", "ui", "tests", "bench"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .filter(|path| is_root(path))
        .collect();
    // Each package has one, so none was overlooked.
    assert!(roots.len() > 25, "{roots:?}");
    for path in &roots {
        let source = Source::read(path);
        let forbids = source
            .find(&["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"])
            .count();
        let excepted = UNSAFE.iter().any(|(exception, _)| exception == path);
        assert!(
            (forbids == 1) != excepted,
            "{path}: begin it with #![forbid(unsafe_code)], or say why not in UNSAFE"
        );
    }
    for (path, why) in UNSAFE {
        assert!(
            roots.iter().any(|root| root == path),
            "{path} ({why}) is no crate"
        );
    }
}

/// The rules above, against what they must find and what they must let pass.
#[test]
fn the_tidy_test_sees_what_it_looks_for() {
    let found = |rule: fn(&Source) -> Vec<Stray>, text: &str| {
        rule(&Source::taken_apart("x.rs", text)).len()
    };

    assert_eq!(
        found(
            unfinished,
            "fn f() { dbg!(1); todo!() }\n#[ignore]\nfn g() { unimplemented!() }"
        ),
        4
    );
    assert_eq!(
        found(
            unfinished,
            "// todo!()\n/* dbg!(1) /* todo!() */ */ let s = \"todo!()\";"
        ),
        0
    );

    let two_counts = "proof::count(1, 2); proof::count(3, 4); proof::proved(a, b, c, d);";
    assert_eq!(found(unproven, two_counts), 1);
    assert_eq!(found(unproven, "var_os(\"BRANCHLINE_PROVE\")"), 1);
    assert_eq!(
        found(unproven, "proof::count(1, 2); x::proof::proved(a);"),
        0
    );

    assert_eq!(found(floats, "let a: f64 = 1.5; let b = 2.0;"), 3);
    assert_eq!(
        found(
            floats,
            "let a = (1, 2).0; let b = 1..2; let c = \"1.5\"; let d = 'a'; fn f<'a>() {}"
        ),
        0
    );

    let listed = "html! { <p key={sentence.clone()}>{ sentence }</p> }";
    assert_eq!(found(keyed_by_sentence, listed), 1);
    let by_place = "html! { <p key={place}>{ sentence }</p> }";
    assert_eq!(found(keyed_by_sentence, by_place), 0);

    assert_eq!(found(sql_out_of_place, "sqlx::query(x)"), 1);
    assert_eq!(
        found(
            sql_out_of_place,
            "let s = \"select document\n from lines\";"
        ),
        1
    );
    assert_eq!(
        found(
            sql_out_of_place,
            "let s = r#\"UPDATE lines SET a = \"b\"\"#;"
        ),
        1
    );
    assert_eq!(
        found(
            sql_out_of_place,
            "let s = \"Update the customer\"; let t = \"begin immediate\"; query(a)"
        ),
        0
    );

    assert_eq!(
        found(
            debugged,
            "tracing::error!(?error, \"a\"); tracing::warn!(who = ?x, %y, \"b\");"
        ),
        2
    );
    assert_eq!(
        found(
            debugged,
            "tracing::warn!(%error, place = f(x)?, \"?\"); g(?x)"
        ),
        0
    );

    let http = |text: &str| {
        words_out_of_place(&Source::taken_apart("x.rs", text), HTTP, &[], HTTP_INSTEAD).len()
    };
    assert_eq!(http("use reqwest::Client; // reqwest"), 1);

    assert_eq!(
        replacing_inserts(
            "x.sql",
            "INSERT OR REPLACE into a\n-- insert or replace\nreplace into b"
        )
        .len(),
        2
    );
    assert_eq!(
        replacing_inserts("x.sql", "insert into a; text.replace('a', 'b')").len(),
        0
    );
    assert_eq!(
        bridge_words("x.rs", "window.__TAURI_INTERNALS__.invoke(").len(),
        1
    );

    let lock = "[[package]]\nname = \"domain\"\ndependencies = [\n \"a\",\n]\n[[package]]\nname = \"a\"\ndependencies = [\n \"tokio 1.0\",\n]\n";
    assert!(everything_under(&locked_dependencies(lock), "domain").contains("tokio"));
}
