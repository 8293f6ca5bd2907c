//! Two different times: the business date the branch works in, and the wall clock. They are
//! different types so that neither can stand where the other is meant.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The day the branch works in. Not the clock's: it moves when the day is closed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessDate(Date);

/// A moment on the wall clock: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct UtcMillis(pub i64);

impl UtcMillis {
    pub fn plus_ms(self, ms: i64) -> UtcMillis {
        UtcMillis(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; negative when the clock went back.
    pub fn since(self, earlier: UtcMillis) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl BusinessDate {
    /// The first and last dates the program accepts: wide enough for a birth date and a
    /// thirty-year line, narrow enough that arithmetic on them cannot leave the calendar.
    pub const EARLIEST: BusinessDate = BusinessDate(jiff::civil::date(1880, 1, 1));
    pub const LATEST: BusinessDate = BusinessDate(jiff::civil::date(2200, 12, 31));

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        (self.0 - jiff::civil::date(1970, 1, 1)).get_days()
    }

    pub fn plus_days(self, days: i32) -> BusinessDate {
        BusinessDate(self.0.saturating_add(days.days()))
    }

    pub fn first_of_month(self) -> BusinessDate {
        BusinessDate(self.0.first_of_month())
    }

    pub fn first_of_next_month(self) -> BusinessDate {
        BusinessDate(self.0.last_of_month()).plus_days(1)
    }

    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// The same day so many years later; of 29 February the 28th where there is none.
    pub fn anniversary(self, years: i16) -> Option<BusinessDate> {
        let date = self.0.checked_add(jiff::Span::new().years(years)).ok()?;
        Some(BusinessDate(date)).filter(|date| *date <= Self::LATEST)
    }

    /// Whole years between a birth date and this date.
    pub fn years_since(self, birth: BusinessDate) -> i32 {
        let (born, now) = (birth.0, self.0);
        let before_birthday = (now.month(), now.day()) < (born.month(), born.day());
        i32::from(now.year()) - i32::from(born.year()) - i32::from(before_birthday)
    }

    /// The date that UTC shows at a moment.
    pub fn utc(at: UtcMillis) -> BusinessDate {
        let days = i32::try_from(at.0.div_euclid(86_400_000)).unwrap_or(0);
        BusinessDate(jiff::civil::date(1970, 1, 1)).plus_days(days)
    }

    /// As people say it: "today", "on Tuesday" within six days, else "on 2026-03-19".
    pub fn near(self, today: BusinessDate) -> String {
        match self.days() - today.days() {
            0 => "today".to_owned(),
            -6..=6 => format!("on {}", weekday(self.0.weekday())),
            _ => format!("on {self}"),
        }
    }

    pub fn civil(self) -> Date {
        self.0
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

impl From<Date> for BusinessDate {
    fn from(date: Date) -> Self {
        BusinessDate(date)
    }
}

impl FromStr for BusinessDate {
    type Err = &'static str;
    /// Reads "2026-01-31" and nothing else.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "a date is written year-month-day, as in 2026-01-31";
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(SHAPE);
        }
        let date = BusinessDate(text.parse::<Date>().map_err(|_| "there is no such day")?);
        if date < Self::EARLIEST || date > Self::LATEST {
            return Err("the date is outside the years 1880 to 2200");
        }
        Ok(date)
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for BusinessDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BusinessDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for BusinessDate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BusinessDate".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    #[test]
    fn only_iso_dates_are_read() {
        for bad in [
            "",
            "2026-1-31",
            "2026-02-30",
            "31.01.2026",
            "2026-01-31T00:00",
            "1600-01-01",
            "+002026-01-31",
            "20260131",
        ] {
            assert!(bad.parse::<BusinessDate>().is_err(), "{bad:?}");
        }
        assert_eq!(date("2024-02-29").to_string(), "2024-02-29");
        assert_eq!(date("1970-01-02").days(), 1);
    }

    #[test]
    fn ages_turn_on_the_birthday() {
        assert_eq!(date("2026-02-28").years_since(date("2008-02-29")), 17);
        assert_eq!(date("2026-03-01").years_since(date("2008-02-29")), 18);
        assert_eq!(date("2026-05-05").years_since(date("2000-05-05")), 26);
    }
}
