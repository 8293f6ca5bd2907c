//! Codes by time, RFC 6238: HMAC-SHA-1 (RFC 4226) over the number of half minutes since 1970, six
//! digits of it. SHA-1 because that is what every authenticator reads; HMAC does not ask of its
//! hash what SHA-1 has lost. Pure: time and secret are arguments.

use domain::date::UtcMillis;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

pub const SECRET_BYTES: usize = 20;
const STEP_MS: i64 = 30_000;
const DIGITS: usize = 6;
/// A clock may be one step early or late.
const STEPS_OFF: u64 = 1;
/// RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The number of the half minute; nothing before 1970.
fn step_of(now: UtcMillis) -> Option<u64> {
    u64::try_from(now.0.div_euclid(STEP_MS)).ok()
}

/// The code of a time step, with its leading zeros.
pub fn code(secret: &[u8], step: u64) -> Zeroizing<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of every length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let four = [0, 1, 2, 3].map(|place| digest[offset + place]);
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    Zeroizing::new(format!("{:0DIGITS$}", number % 1_000_000))
}

/// The step whose code this is, if it is not used up: later than `after`, and a step early or late
/// at most. Looks at every step and every digit, so that the time says nothing.
pub fn step_typed(secret: &[u8], typed: &str, now: UtcMillis, after: Option<u64>) -> Option<u64> {
    let typed: Zeroizing<String> = Zeroizing::new(
        typed
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .collect(),
    );
    let middle = step_of(now)?;
    let mut found = None;
    for step in middle.saturating_sub(STEPS_OFF)..=middle + STEPS_OFF {
        let right = code(secret, step);
        let differing = right
            .bytes()
            .zip(typed.bytes())
            .fold(right.len() ^ typed.len(), |differing, (one, other)| {
                differing | usize::from(one ^ other)
            });
        if differing == 0 && after.is_none_or(|after| step > after) {
            found = found.or(Some(step));
        }
    }
    found
}

/// To be typed into an authenticator.
pub fn base32(secret: &[u8]) -> String {
    let mut text = String::with_capacity(secret.len().div_ceil(5) * 8);
    for group in secret.chunks(5) {
        let mut bytes = [0; 8];
        bytes[3..3 + group.len()].copy_from_slice(group);
        let bits = u64::from_be_bytes(bytes);
        for place in 0..(group.len() * 8).div_ceil(5) {
            let five = (bits >> (35 - 5 * place)) & 31;
            text.push(char::from(BASE32[usize::try_from(five).unwrap_or(0)]));
        }
    }
    text
}

/// To be scanned: the key URI that authenticators share.
pub fn uri(branch: &str, login: &str, secret: &[u8]) -> String {
    let (branch, login) = (escaped(branch), escaped(login));
    let secret = base32(secret);
    format!(
        "otpauth://totp/Branchline%20{branch}:{login}?secret={secret}&issuer=Branchline%20{branch}&algorithm=SHA1&digits={DIGITS}&period=30"
    )
}

/// RFC 3986: whatever is not unreserved, byte by byte.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B; its codes have eight digits, these are the last six.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> UtcMillis {
        UtcMillis(second * 1_000)
    }

    #[test]
    fn the_codes_of_the_standard() {
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = step_of(at(second)).unwrap();
            assert_eq!(code(SECRET, step).as_str(), expected, "{second}");
            assert_eq!(step_typed(SECRET, expected, at(second), None), Some(step));
        }
    }

    #[test]
    fn a_code_is_good_a_step_early_or_late_and_not_after_it_was_used() {
        let now = at(1_234_567_890);
        let step = step_of(now).unwrap();
        for (away, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let of = step.checked_add_signed(away).unwrap();
            let typed = code(SECRET, of);
            let found = step_typed(SECRET, &typed, now, None);
            assert_eq!(found, good.then_some(of), "{away}");
            assert_eq!(
                step_typed(SECRET, &typed, now, Some(of)),
                None,
                "{away} used"
            );
        }
        for typed in ["", "00592", "0059240", "005925", "００５９２４", "x05924"] {
            assert_eq!(step_typed(SECRET, typed, now, None), None, "{typed:?}");
        }
        assert_eq!(step_typed(SECRET, " 005 924 ", now, None), Some(step));
        assert_eq!(step_typed(SECRET, "005924", at(-1), None), None);
    }

    #[test]
    fn what_an_authenticator_reads() {
        // RFC 4648, section 10, without its padding.
        for (plain, expected) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), expected);
        }
        assert_eq!(
            uri("Harbor St. & Co", "ada", SECRET),
            "otpauth://totp/Branchline%20Harbor%20St.%20%26%20Co:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Branchline%20Harbor%20St.%20%26%20Co&algorithm=SHA1&digits=6&period=30"
        );
    }
}
