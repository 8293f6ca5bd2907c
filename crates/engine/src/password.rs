//! Passwords: which are good enough, and their hashes.
//!
//! Hashing costs a quarter of a second and 64 MiB on purpose, so it runs off the async threads,
//! at most two at a time, and always before anything is queued for the writer.

use crate::breached::is_breached;
use crate::seal::{HashCost, normal_words};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// NIST SP 800-63B: fifteen where the password is the only factor.
pub const LEAST_CHARACTERS: usize = 15;
/// Longer texts are refused before any work is spent on them.
pub const MOST_BYTES: usize = 1_024;
/// Hashes that may run at the same time.
const AT_ONCE: usize = 2;

/// What the commonest passwords are made of. A password of fifteen characters that is found in
/// leaked lists is nearly always a few of these, with digits.
const COMMON_PIECES: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "passphrase",
    "qwertyuiop",
    "qwerty",
    "qwertz",
    "azerty",
    "asdfghjkl",
    "asdfgh",
    "asdf",
    "zxcvbnm",
    "zxcvbn",
    "1q2w3e4r5t",
    "1q2w3e4r",
    "1qaz2wsx3edc",
    "1qaz2wsx",
    "q1w2e3r4",
    "qazwsxedc",
    "qazwsx",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "admin",
    "changeme",
    "default",
    "secret",
    "master",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "trustno1",
    "whatever",
    "starwars",
    "computer",
    "internet",
    "summer",
    "winter",
    "spring",
    "autumn",
    "branchline",
    "branch",
    "bank",
    "teller",
    "money",
    "credit",
    "login",
    "user",
    "test",
    "hello",
    "guest",
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefgh",
    "abcdef",
    "abcd",
    "abc",
];
/// Long ones that are famous as they stand.
const FAMOUS: &[&str] = &[
    "correcthorsebatterystaple",
    "thequickbrownfoxjumpsoverthelazydog",
    "maytheforcebewithyou",
    "tobeornottobethatisthequestion",
    "loremipsumdolorsitamet",
    "nevergonnagiveyouup",
    "supercalifragilisticexpialidocious",
];
/// A name shorter than this may stand in a password by chance.
const NAME_COUNTS_FROM: usize = 4;
/// So many characters beside the common pieces make a password its own.
const OWN_CHARACTERS: usize = 5;

/// Judges a new password. `names` are those of the person, the account and the branch. No
/// rules of composition: length and being hard to guess are what counts.
pub fn check(password: &str, names: &[&str]) -> Result<(), ApiError> {
    let weak = |message: String| {
        Err(ApiError {
            code: ErrorCode::Fault(FaultCode::WeakPassword),
            message,
            field: Some("password".to_owned()),
        })
    };
    if password.len() > MOST_BYTES {
        return weak(format!("Use at most {MOST_BYTES} bytes."));
    }
    let normal = normal_words(password);
    let normal = std::str::from_utf8(&normal).unwrap_or(password);
    let characters = normal.chars().count();
    if characters < LEAST_CHARACTERS {
        return weak(format!(
            "Use at least {LEAST_CHARACTERS} characters; this has {characters}. A few words in a row are fine."
        ));
    }
    let bare = Zeroizing::new(bare(normal));
    if bare.is_empty() {
        return weak("Use more than blanks.".to_owned());
    }
    for name in names {
        let name = self::bare(name);
        if name.chars().count() >= NAME_COUNTS_FROM && bare.contains(&name) {
            return weak(
                "Leave out your name, your sign-in name and the branch's name.".to_owned(),
            );
        }
    }
    if FAMOUS.contains(&bare.as_str()) {
        return weak("This is one of the most used passwords.".to_owned());
    }
    if repeats(&bare) || runs_on(&bare) {
        return weak("This is a simple repetition or sequence.".to_owned());
    }
    if own_characters(&bare) < OWN_CHARACTERS {
        return weak("This is put together from the most used passwords.".to_owned());
    }
    if is_breached(normal, &bare) {
        return weak("This is known from breaches, or put together from what is.".to_owned());
    }
    Ok(())
}

/// Whether both open the same account: as they are hashed, not as they were typed.
pub fn same(one: &str, other: &str) -> bool {
    normal_words(one) == normal_words(other)
}

/// Lower case without blanks and joints: how guessing programs try it, too.
fn bare(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | ','))
        .collect()
}

/// A piece of at most six characters over and over.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=6).any(|period| {
        letters
            .iter()
            .skip(period)
            .eq(letters.iter().take(letters.len().saturating_sub(period)))
    })
}

/// Each character follows the one before, upwards or downwards, as 12345 or edcba do.
fn runs_on(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let step = |pair: &[char]| match (pair[0], pair[1]) {
        ('9', '0') => 1,
        ('0', '9') => -1,
        (one, next) => i64::from(u32::from(next)) - i64::from(u32::from(one)),
    };
    [1, -1].contains(&letters.windows(2).map(step).next().unwrap_or(0))
        && letters
            .windows(2)
            .all(|pair| step(pair) == step(&letters[..2]))
}

/// How much is left without common pieces, digits and signs.
fn own_characters(text: &str) -> usize {
    let mut left = text.to_owned();
    for piece in COMMON_PIECES {
        // A blank keeps what stood around the piece from forming a new one.
        left = left.replace(piece, " ");
    }
    left.chars()
        .filter(|c| c.is_alphabetic())
        .count()
        .max(own_digits(text))
}

/// A password of digits or signs alone is its own unless it repeats or runs on: count the
/// different ones.
fn own_digits(text: &str) -> usize {
    let common = COMMON_PIECES.iter().any(|piece| text.contains(piece));
    if common {
        return 0;
    }
    let different: std::collections::BTreeSet<char> = text.chars().collect();
    different.len()
}

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Passwords {
    cost: HashCost,
    turns: Arc<Semaphore>,
    /// Verified in place of an unknown account's, so that both answers take the same time.
    nobodys: Arc<str>,
    runs: Arc<AtomicU64>,
}

impl Passwords {
    /// How dear hashes of new passwords are.
    pub fn cost(&self) -> HashCost {
        self.cost
    }

    pub fn new(cost: HashCost) -> Passwords {
        let salt: [u8; 16] = crate::seal::random();
        let hash: [u8; 32] = crate::seal::random();
        let nobodys = format!("{}${}", cost.phc(&salt), STANDARD_NO_PAD.encode(hash));
        Passwords {
            cost,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            nobodys: nobodys.into(),
            runs: Arc::default(),
        }
    }

    /// The PHC string of a password. The same password and salt give the same string.
    pub async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<String, FaultCode> {
        let cost = self.cost;
        let words = normal_words(password);
        self.take_turn(move || {
            let hash = cost.derive(&words, &salt)?;
            Some(format!(
                "{}${}",
                cost.phc(&salt),
                STANDARD_NO_PAD.encode(&hash[..])
            ))
        })
        .await?
        .ok_or(FaultCode::Broken)
    }

    /// Whether the password is the one that was hashed. `None` is an unknown account: never
    /// right, after the same time.
    pub async fn verify(&self, password: &str, phc: Option<&str>) -> Result<bool, FaultCode> {
        if password.len() > MOST_BYTES {
            return Ok(false);
        }
        let known = phc.is_some();
        let phc: Arc<str> = phc.map_or_else(|| self.nobodys.clone(), Arc::from);
        let words = normal_words(password);
        let matches = self.take_turn(move || matches(&words, &phc)).await?;
        Ok(matches.ok_or(FaultCode::Broken)? && known)
    }

    /// Hashes made or held up so far: what nearly all of the time of an answer at the door goes into.
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// Hashed more cheaply than is asked for now: hash it again at this sign-in.
    pub fn outdated(&self, phc: &str) -> bool {
        HashCost::read_phc(phc).is_none_or(|(cost, _, _)| {
            cost.memory_kib < self.cost.memory_kib || cost.passes < self.cost.passes
        })
    }

    async fn take_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, FaultCode> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        // The permit moves into the work: a caller that gives up does not free the memory.
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| FaultCode::Broken)?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| FaultCode::Broken)
    }
}

/// `None` when the stored string is not one of ours.
fn matches(words: &[u8], phc: &str) -> Option<bool> {
    let (cost, salt, hash) = HashCost::read_phc(phc)?;
    let expected = STANDARD_NO_PAD.decode(hash?).ok()?;
    let derived = cost.derive(words, &salt)?;
    if expected.len() != derived.len() {
        return None;
    }
    // Looks at every byte, so that the time says nothing about the first difference.
    let differing = expected
        .iter()
        .zip(derived.iter())
        .fold(0, |differing, (one, other)| differing | (one ^ other));
    Some(differing == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_by_what_is_wrong_with_them() {
        let names = ["mkowalski", "Maria Kowalski", "Harbor Street"];
        let long = "x7 kettle drum ".repeat(100);
        for (password, complaint) in [
            ("violet kettle seventeen", None),
            ("kettle  drum  violet", None),
            ("冬の雨は静かに屋根を叩いて消える", None),
            ("<script>kettle</script>", None),
            ("'; drop table users; --", None),
            ("482915 730164 2957", None),
            ("fourteen chars", Some("at least 15")),
            ("", Some("at least 15")),
            ("                      ", Some("blanks")),
            (long.as_str(), Some("at most 1024")),
            ("maria-KOWALSKI-kettle", Some("name")),
            ("kettle mkowalski drum", Some("name")),
            ("harbor street kettle", Some("name")),
            ("Correct Horse Battery Staple", Some("most used")),
            ("aaaaaaaaaaaaaaaaaaaa", Some("repetition")),
            ("abcabcabcabcabcabc", Some("repetition")),
            ("12345678901234567", Some("sequence")),
            ("ponmlkjihgfedcba", Some("sequence")),
            ("Password12345678!", Some("most used")),
            ("passwordpassword1", Some("most used")),
            ("qwertyuiopasdfghjkl", Some("most used")),
            ("welcome-admin-2026", Some("most used")),
            ("Manchester United", Some("breaches")),
            ("l1verp00l4r5en4l", Some("breaches")),
        ] {
            let refused = check(password, &names).err();
            match (complaint, &refused) {
                (None, None) => {}
                (Some(words), Some(error)) => {
                    assert!(error.message.contains(words), "{password:?}: {error}");
                    assert_eq!(error.field.as_deref(), Some("password"));
                    assert_eq!(error.code, ErrorCode::Fault(FaultCode::WeakPassword));
                }
                _ => panic!("{password:?}: {refused:?}"),
            }
        }
    }

    #[test]
    fn characters_are_counted_as_people_type_them() {
        // Fifteen letters with accents, composed or not.
        assert!(check(&"e\u{301}uvwx".repeat(3), &[]).is_err());
        assert!(check("kéttledrumviole", &[]).is_ok());
        assert!(check("ke\u{301}ttledrumviole", &[]).is_ok());
        assert!(check("ke\u{301}ttledrumviol", &[]).is_err());
    }

    #[tokio::test]
    async fn only_the_password_itself_verifies() {
        let passwords = Passwords::new(HashCost::LEAST);
        let phc = passwords
            .hash("violet kettle Zoe\u{301}", [7; 16])
            .await
            .unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let again = passwords
            .hash("violet kettle Zo\u{e9}", [7; 16])
            .await
            .unwrap();
        assert_eq!(phc, again);
        for (typed, right) in [
            ("violet kettle Zo\u{e9}", true),
            ("violet kettle Zoe", false),
            ("", false),
        ] {
            assert_eq!(passwords.verify(typed, Some(&phc)).await, Ok(right));
        }
        // Not even what the stand-in was made from, whatever that is.
        assert_eq!(passwords.verify("violet kettle", None).await, Ok(false));
        let broken = passwords.verify("violet", Some("$argon2id$nonsense")).await;
        assert_eq!(broken, Err(FaultCode::Broken));
    }

    #[tokio::test]
    async fn cheaper_hashes_are_made_again() {
        let cheap = Passwords::new(HashCost::LEAST);
        let phc = cheap
            .hash("violet kettle seventeen", [1; 16])
            .await
            .unwrap();
        assert!(!cheap.outdated(&phc));
        let dearer = Passwords::new(HashCost {
            passes: 3,
            ..HashCost::LEAST
        });
        assert!(dearer.outdated(&phc));
        assert_eq!(
            dearer.verify("violet kettle seventeen", Some(&phc)).await,
            Ok(true)
        );
    }
}
