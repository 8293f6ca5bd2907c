//! What tellers type, read: amounts such as "1.25k" and dates such as "t" or "+7".

use crate::words;
use domain::date::BusinessDate;
use domain::money::{Currency, Minor};

/// An amount above or equal to zero, or the words that stand at the field.
pub fn read_money(currency: Currency, typed: &str) -> Result<Minor, String> {
    if typed.trim().is_empty() {
        return Err(words::FILL_IN.to_owned());
    }
    currency
        .parse(typed)
        .ok_or_else(|| words::amount_unreadable(currency))
}

/// A date: ISO, "t" for today, "+7" and "-3" for days from today.
pub fn read_date(today: BusinessDate, typed: &str) -> Result<BusinessDate, String> {
    let typed = typed.trim().to_ascii_lowercase();
    if typed.is_empty() {
        return Err(words::FILL_IN.to_owned());
    }
    if matches!(typed.as_str(), "t" | "today") {
        return Ok(today);
    }
    if let Some(days) = days_from_today(&typed) {
        return Ok(today.plus_days(days));
    }
    typed.parse().map_err(|_| words::DATE_UNREADABLE.to_owned())
}

/// "+7" and "-3", but not "2026-01-31" and not "7".
fn days_from_today(typed: &str) -> Option<i32> {
    let digits = typed.strip_prefix(['+', '-'])?;
    let short = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    short.then(|| typed.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn dates_as_tellers_type_them() {
        let today: BusinessDate = "2026-03-31".parse().unwrap();
        for (typed, expected) in [
            ("t", Some("2026-03-31")),
            (" T ", Some("2026-03-31")),
            ("today", Some("2026-03-31")),
            ("+7", Some("2026-04-07")),
            ("-31", Some("2026-02-28")),
            ("2026-01-31", Some("2026-01-31")),
            ("2026-02-30", None),
            ("7", None),
            ("+", None),
            ("+1.5", None),
            ("--3", None),
            ("31.01.2026", None),
            ("", None),
        ] {
            let read = read_date(today, typed).ok().map(|date| date.to_string());
            assert_eq!(read.as_deref(), expected, "{typed:?}");
        }
    }
}
