//! Passwords that are known from breaches, as they stand and put together. The list comes with the
//! crate `passwords`: nothing is asked of a network.

use passwords::analyzer::is_common_password;
use zeroize::Zeroizing;

/// So many digits or signs behind a password leave it what it was.
const ENDING_MOST: usize = 4;
/// Shorter ones stand in whatever somebody makes up.
const PART_LEAST: usize = 4;
/// No password of the list is longer.
const PART_MOST: usize = 32;

/// Whether this is one of some hundred thousand breached passwords or two of them in a row, also
/// with digits for letters, and with a few digits or signs behind. `bare` is what was typed in
/// lower case, without blanks and joints.
pub fn is_breached(typed: &str, bare: &str) -> bool {
    let mut spellings = vec![Zeroizing::new(typed.to_owned())];
    for one in ['1', 'i', 'l'] {
        let spelling = Zeroizing::new(letters_for_digits(bare, one));
        if !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings.push(Zeroizing::new(bare.to_owned()));
    spellings.iter().any(|spelling| one_or_two(spelling))
}

/// As guessing programs try it; `one` is what a 1 stands for.
fn letters_for_digits(text: &str, one: char) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' => one,
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

fn one_or_two(text: &str) -> bool {
    let ends: Vec<usize> = endings(text);
    if ends.iter().any(|end| is_common_password(&text[..*end])) {
        return true;
    }
    let parts = text.char_indices().map(|(at, _)| at);
    parts
        .filter(|at| (PART_LEAST..=PART_MOST).contains(at))
        .filter(|at| is_common_password(&text[..*at]))
        .any(|at| {
            let behind = ends.iter().filter(|end| **end >= at + PART_LEAST);
            behind
                .filter(|end| **end - at <= PART_MOST)
                .any(|end| is_common_password(&text[at..*end]))
        })
}

/// Where the text may end without what was put behind it.
fn endings(text: &str) -> Vec<usize> {
    let mut ends = vec![text.len()];
    for (at, c) in text.char_indices().rev().take(ENDING_MOST) {
        if c.is_alphabetic() {
            break;
        }
        ends.push(at);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breached_passwords_alone_and_in_pairs() {
        for (typed, breached) in [
            ("zxcvbnmasdfghjkl", true),
            ("Manchester United", true),
            ("manchesterunited!", true),
            ("cristianoronaldo2026", true),
            ("ncc1701ncc1701a", true),
            ("liverpool-arsenal", true),
            ("l1verp00l4r5en4l", true),
            ("jessica michael 1987", true),
            // Three in a row are more than such a program tries, and so is what it does not know.
            ("violet kettle seventeen", false),
            ("jessica michael liverpool", false),
            ("liverpool xqzjv", false),
            ("jessica michael 198703141", false),
            ("", false),
            ("é", false),
            ("éééé1234", false),
        ] {
            let bare: String = typed
                .to_lowercase()
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '-')
                .collect();
            assert_eq!(is_breached(typed, &bare), breached, "{typed}");
        }
    }
}
