//! What people type, judged before it is kept. Nothing is escaped or altered here: text is
//! stored as typed and escaped where it is shown; what could not be shown honestly is refused.

use crate::refusal::{Refusal, RefusalCode};

/// Longest texts by kind, in characters.
pub const NAME_MAX: usize = 100;
pub const LINE_MAX: usize = 200;
pub const NOTE_MAX: usize = 2_000;

/// A required single line: names, streets, employers.
pub fn line(field: &'static str, text: &str, max: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::at(field, RefusalCode::FieldEmpty));
    }
    free_of_tricks(field, text, max, false)
}

/// A single line that may be left empty.
pub fn optional_line(field: &'static str, text: &str, max: usize) -> Result<(), Refusal> {
    if text.is_empty() {
        return Ok(());
    }
    line(field, text, max)
}

/// A required note: may run over several lines.
pub fn note(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::at(field, RefusalCode::FieldEmpty));
    }
    free_of_tricks(field, text, NOTE_MAX, true)
}

/// Only ASCII digits, between two lengths.
pub fn digits(
    field: &'static str,
    text: &str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(Refusal::at(field, RefusalCode::FieldEmpty));
    }
    if text.len() > *lengths.end() {
        return Err(Refusal::at(field, RefusalCode::FieldTooLong));
    }
    if !lengths.contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::at(field, RefusalCode::FieldMalformed));
    }
    Ok(())
}

/// A list people choose from: nothing is chosen twice.
pub fn none_twice<T: Ord + Clone>(
    field: &str,
    chosen: &[T],
    code: RefusalCode,
) -> Result<(), Refusal> {
    let mut sorted = chosen.to_vec();
    sorted.sort();
    sorted.dedup();
    if sorted.len() != chosen.len() {
        return Err(Refusal::at(field, code));
    }
    Ok(())
}

/// Refuses what a screen or a printer would show as something other than what is stored:
/// control characters, direction overrides, a text that begins with a combining mark.
fn free_of_tricks(
    field: &'static str,
    text: &str,
    max: usize,
    several_lines: bool,
) -> Result<(), Refusal> {
    if text.chars().count() > max {
        return Err(Refusal::at(field, RefusalCode::FieldTooLong));
    }
    let trick = |c: char| match c {
        '\n' => !several_lines,
        '\u{061c}' | '\u{200e}' | '\u{200f}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => true,
        c => c.is_control(),
    };
    let begins_combining = text
        .trim_start()
        .chars()
        .next()
        .is_some_and(is_combining_mark);
    if text.chars().any(trick) || begins_combining {
        return Err(Refusal::at(field, RefusalCode::FieldMalformed));
    }
    Ok(())
}

/// The blocks of combining marks that stand over another letter.
fn is_combining_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05bd}'
        | '\u{064b}'..='\u{065f}' | '\u{0900}'..='\u{0903}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}'..='\u{309a}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<RefusalCode>) {
        let outcome = line("given_name", text, NAME_MAX).err().map(|r| r.code);
        assert_eq!(outcome, expected, "{text:?}");
    }

    #[test]
    fn names() {
        let max = "x".repeat(NAME_MAX);
        let over = "x".repeat(NAME_MAX + 1);
        check("Zoë O’Hara-Nuñez", None);
        check("Ze\u{0301}", None);
        check("Robert'); drop table events;--", None);
        check("<script>alert(1)</script>", None);
        check("=HYPERLINK(1)", None);
        check("李小龙", None);
        check(&max, None);
        check(&over, Some(RefusalCode::FieldTooLong));
        check("", Some(RefusalCode::FieldEmpty));
        check(" \u{00a0} ", Some(RefusalCode::FieldEmpty));
        check("a\0b", Some(RefusalCode::FieldMalformed));
        check("a\nb", Some(RefusalCode::FieldMalformed));
        check("a\u{202e}b", Some(RefusalCode::FieldMalformed));
        check("\u{0301}e", Some(RefusalCode::FieldMalformed));
    }

    #[test]
    fn notes_may_have_lines() {
        assert!(note("reason", "first\nsecond").is_ok());
        assert!(note("reason", "first\r\nsecond").is_err());
    }

    #[test]
    fn digits_only() {
        assert!(digits("routing", "021000021", 9..=9).is_ok());
        assert!(digits("routing", "02100002", 9..=9).is_err());
        assert!(digits("routing", "02100002a", 9..=9).is_err());
        assert!(digits("routing", "٠٢١٠٠٠٠٢١", 9..=9).is_err());
    }
}
