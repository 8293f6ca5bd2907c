//! The branch's holidays, and what they and weekends do to a date.

use crate::date::BusinessDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Days on which neither the branch nor the payments network works, beside weekends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Calendar {
    pub holidays: BTreeSet<BusinessDate>,
}

impl Calendar {
    pub fn is_business_day(&self, date: BusinessDate) -> bool {
        !date.is_weekend() && !self.holidays.contains(&date)
    }

    /// The last of so many business days after a date: the date itself after none.
    pub fn business_days_after(&self, date: BusinessDate, days: u32) -> BusinessDate {
        let mut day = date;
        for _ in 0..days {
            day = self.business_day_from(day.plus_days(1));
        }
        day
    }

    /// The last business day before a date.
    pub fn business_day_before(&self, date: BusinessDate) -> BusinessDate {
        let days = (1..=366).map(|back| date.plus_days(-back));
        let mut before = days.filter(|day| self.is_business_day(*day));
        // A calendar of nothing but holidays is a mistake; some day is named all the same.
        before.next().unwrap_or(date.plus_days(-1))
    }

    /// This date, or the first business day after it.
    pub fn business_day_from(&self, date: BusinessDate) -> BusinessDate {
        let mut day = date;
        // A calendar of nothing but holidays is a mistake; a due date is given all the same.
        for _ in 0..366 {
            if self.is_business_day(day) {
                return day;
            }
            day = day.plus_days(1);
        }
        date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banking_days_pass_over_weekends_and_holidays() {
        let date = |text: &str| text.parse::<BusinessDate>().unwrap();
        let calendar = Calendar {
            holidays: [date("2025-12-25"), date("2026-01-01")].into(),
        };
        for (from, days, to) in [
            ("2025-12-24", 0, "2025-12-24"),
            ("2025-12-24", 1, "2025-12-26"),
            ("2025-12-24", 3, "2025-12-30"),
            ("2025-12-26", 3, "2025-12-31"),
            ("2025-12-27", 1, "2025-12-29"),
            ("2025-12-30", 3, "2026-01-05"),
        ] {
            assert_eq!(
                calendar.business_days_after(date(from), days),
                date(to),
                "{from} + {days}"
            );
        }
    }

    #[test]
    fn weekends_and_holidays_are_passed_over() {
        let date = |text: &str| text.parse::<BusinessDate>().unwrap();
        let calendar = Calendar {
            holidays: [date("2025-03-31")].into(),
        };
        for (from, to) in [
            ("2025-03-28", "2025-03-28"),
            ("2025-03-29", "2025-04-01"),
            ("2025-03-31", "2025-04-01"),
        ] {
            assert_eq!(calendar.business_day_from(date(from)), date(to), "{from}");
        }
        for (from, to) in [
            ("2025-03-28", "2025-03-27"),
            ("2025-03-29", "2025-03-28"),
            ("2025-03-31", "2025-03-28"),
            ("2025-04-01", "2025-03-28"),
        ] {
            assert_eq!(calendar.business_day_before(date(from)), date(to), "{from}");
        }
    }
}
