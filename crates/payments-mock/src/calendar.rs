//! Banking days, and how instants and dates relate at the network.
//!
//! The network keeps its dates in UTC. A banking day is Monday to Friday and
//! not a holiday.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Milliseconds of one calendar day.
pub const DAY_MS: i64 = 86_400_000;
/// From 17:00 UTC on, what arrives counts for the next banking day.
pub const CUT_OFF_MS_OF_DAY: i64 = 17 * 3_600_000;
/// At 18:00 UTC of its settlement date the money moves.
pub const SETTLING_MS_OF_DAY: i64 = 18 * 3_600_000;
/// The clock goes no further than 9000-01-01, so that no sum of days can leave
/// the calendar.
pub const LATEST_MS: i64 = 221_845_392_000_000;

/// The days on which the network does not work, besides weekends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
}

impl Calendar {
    /// A calendar with these holidays besides Saturdays and Sundays.
    pub fn with_holidays(holidays: impl IntoIterator<Item = Date>) -> Self {
        Self {
            holidays: holidays.into_iter().collect(),
        }
    }

    /// Whether money moves on this day.
    pub fn is_banking_day(&self, date: Date) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.holidays.contains(&date)
    }

    /// This day, or the first banking day after it.
    pub fn on_or_after(&self, date: Date) -> Date {
        self.first_banking_day(date, 1)
    }

    /// This day, or the last banking day before it.
    pub fn on_or_before(&self, date: Date) -> Date {
        self.first_banking_day(date, -1)
    }

    /// The `days`th banking day after `date`; `date` itself for none.
    pub fn plus_banking_days(&self, date: Date, days: u32) -> Date {
        (0..days).fold(date, |day, _| self.on_or_after(day.saturating_add(1.day())))
    }

    /// A holiday list longer than a year has no banking day in it; then the day
    /// itself has to do, rather than a search without end.
    fn first_banking_day(&self, date: Date, step_days: i64) -> Date {
        (0..366)
            .map(|distance| date.saturating_add((distance * step_days).days()))
            .find(|day| self.is_banking_day(*day))
            .unwrap_or(date)
    }
}

/// The network's date at an instant.
pub fn date_of(at_ms: i64) -> Date {
    let at_ms = at_ms.clamp(0, LATEST_MS);
    Timestamp::from_millisecond(at_ms)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::UTC)
        .date()
}

/// The first instant of a date, in milliseconds since 1970.
pub fn start_of(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC)
        .map_or(0, |start| start.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn banking_days_step_over_weekends_and_holidays() {
        let calendar = Calendar::with_holidays([date(2026, 1, 1)]);
        for (from, days, want) in [
            (date(2026, 1, 5), 0, date(2026, 1, 5)),
            (date(2026, 1, 5), 2, date(2026, 1, 7)),
            (date(2026, 1, 8), 2, date(2026, 1, 12)),
            (date(2025, 12, 31), 1, date(2026, 1, 2)),
            (date(2025, 12, 31), 2, date(2026, 1, 5)),
        ] {
            assert_eq!(
                calendar.plus_banking_days(from, days),
                want,
                "{from} + {days}"
            );
        }
        assert_eq!(calendar.on_or_after(date(2026, 1, 3)), date(2026, 1, 5));
        assert_eq!(calendar.on_or_before(date(2026, 1, 4)), date(2026, 1, 2));
    }

    #[test]
    fn instants_and_dates_agree() {
        let day = date(2026, 1, 5);
        assert_eq!(date_of(start_of(day)), day);
        assert_eq!(date_of(start_of(day) - 1), date(2026, 1, 4));
        assert_eq!(date_of(start_of(day) + DAY_MS), date(2026, 1, 6));
        assert_eq!(date_of(LATEST_MS), date(9000, 1, 1));
        assert_eq!(date_of(i64::MAX), date(9000, 1, 1));
    }
}
