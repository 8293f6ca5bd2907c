//! How many days of a year a span of dates is, by the four conventions.

use crate::date::BusinessDate;
use crate::product::DayCount;

impl DayCount {
    /// The days from one date to a later one, as this convention counts them. Pieces of a span
    /// add up to the span.
    ///
    /// 30E/360 is 360·Δyear + 30·Δmonth + Δ min(day, 30) (ISDA 2006, 4.16(g)), so the 31st bears
    /// nothing beyond the 30th, and the last of February bears up to three days.
    pub fn days(self, from: BusinessDate, to: BusinessDate) -> i32 {
        match self {
            DayCount::Act365 | DayCount::Act360 | DayCount::ActAct => to.days() - from.days(),
            DayCount::ThirtyE360 => thirty_e(to) - thirty_e(from),
        }
    }

    /// The days of the year that the days from this date on are divided by. ACT/ACT takes each
    /// day's own year.
    pub fn year_days(self, on: BusinessDate) -> i32 {
        match self {
            DayCount::Act365 => 365,
            DayCount::Act360 | DayCount::ThirtyE360 => 360,
            DayCount::ActAct if on.civil().in_leap_year() => 366,
            DayCount::ActAct => 365,
        }
    }

    /// The first date after this one from which another year's days count; none where every
    /// year is alike.
    pub(super) fn next_year(self, after: BusinessDate) -> Option<BusinessDate> {
        match self {
            DayCount::Act365 | DayCount::Act360 | DayCount::ThirtyE360 => None,
            DayCount::ActAct => {
                let next = after.civil().year() + 1;
                Some(BusinessDate::from(jiff::civil::date(next, 1, 1)))
            }
        }
    }
}

fn thirty_e(date: BusinessDate) -> i32 {
    let date = date.civil();
    i32::from(date.year()) * 360 + i32::from(date.month()) * 30 + i32::from(date.day().min(30))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    #[test]
    fn thirty_day_months() {
        for (from, to, expected) in [
            ("2025-01-15", "2025-01-31", 15),
            ("2025-01-30", "2025-01-31", 0),
            ("2025-01-31", "2025-02-01", 1),
            ("2025-01-31", "2025-02-28", 28),
            ("2025-02-28", "2025-03-01", 3),
            ("2024-02-29", "2024-03-01", 2),
            ("2025-02-28", "2025-03-31", 32),
            ("2025-01-31", "2026-01-31", 360),
        ] {
            let days = DayCount::ThirtyE360.days(date(from), date(to));
            assert_eq!(days, expected, "{from} {to}");
        }
    }

    #[test]
    fn pieces_add_up() {
        let from = date("2023-11-07");
        for count in [DayCount::Act365, DayCount::ActAct, DayCount::ThirtyE360] {
            for whole in 0..900 {
                let to = from.plus_days(whole);
                let middle = from.plus_days(whole / 3);
                let pieces = count.days(from, middle) + count.days(middle, to);
                assert_eq!(pieces, count.days(from, to));
            }
        }
    }

    #[test]
    fn years_have_their_own_days() {
        let count = DayCount::ActAct;
        for (on, days) in [
            ("2023-12-31", 365),
            ("2024-01-01", 366),
            ("2100-02-28", 365),
        ] {
            assert_eq!(count.year_days(date(on)), days);
        }
        assert_eq!(
            count.next_year(date("2023-12-31")),
            Some(date("2024-01-01"))
        );
        assert_eq!(DayCount::Act365.next_year(date("2023-12-31")), None);
    }
}
