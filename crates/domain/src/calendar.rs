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
    }
}
