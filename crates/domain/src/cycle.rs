//! When the cycles of a line end.

use crate::date::BusinessDate;
use serde::{Deserialize, Serialize};

/// How long a cycle is. Interest posts, and a statement is made, at the close of its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "ends", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cycle {
    /// On this day of each month, 1 to 28.
    DayOfMonth {
        day: i8,
    },
    LastOfMonth {},
    /// Every so many days, the first cycle from the day the line opened.
    EveryDays {
        days: u16,
    },
}

impl Default for Cycle {
    fn default() -> Self {
        Cycle::LastOfMonth {}
    }
}

impl Cycle {
    /// The longest cycle counted in days.
    pub const LONGEST_DAYS: u16 = 366;

    pub fn is_valid(self) -> bool {
        match self {
            Cycle::DayOfMonth { day } => (1..=28).contains(&day),
            Cycle::LastOfMonth {} => true,
            Cycle::EveryDays { days } => (1..=Self::LONGEST_DAYS).contains(&days),
        }
    }

    /// The last day of the cycle that this date is in; `opened_on` anchors cycles of days.
    pub fn closing(self, opened_on: BusinessDate, date: BusinessDate) -> BusinessDate {
        match self {
            Cycle::DayOfMonth { .. } | Cycle::LastOfMonth {} => {
                let this_month = self.in_month_of(date);
                if date <= this_month {
                    this_month
                } else {
                    self.in_month_of(date.first_of_next_month())
                }
            }
            Cycle::EveryDays { days } => {
                let days = i32::from(days.max(1));
                let place = (date.days() - opened_on.days()).rem_euclid(days);
                date.plus_days(days - 1 - place)
            }
        }
    }

    /// The last day of the cycle before the one this date is in.
    pub fn closing_before(self, opened_on: BusinessDate, date: BusinessDate) -> BusinessDate {
        match self {
            Cycle::DayOfMonth { .. } | Cycle::LastOfMonth {} => {
                let this_month = self.in_month_of(date);
                if date > this_month {
                    this_month
                } else {
                    self.in_month_of(date.first_of_month().plus_days(-1))
                }
            }
            Cycle::EveryDays { days } => self
                .closing(opened_on, date)
                .plus_days(-i32::from(days.max(1))),
        }
    }

    fn in_month_of(self, date: BusinessDate) -> BusinessDate {
        match self {
            Cycle::DayOfMonth { day } => date.first_of_month().plus_days(i32::from(day) - 1),
            Cycle::LastOfMonth {} | Cycle::EveryDays { .. } => {
                date.first_of_next_month().plus_days(-1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    #[test]
    fn closings_of_a_date() {
        let opened = date("2025-01-01");
        for (cycle, on, before, closing) in [
            (
                Cycle::LastOfMonth {},
                "2024-02-29",
                "2024-01-31",
                "2024-02-29",
            ),
            (
                Cycle::LastOfMonth {},
                "2024-03-01",
                "2024-02-29",
                "2024-03-31",
            ),
            (
                Cycle::LastOfMonth {},
                "2024-12-31",
                "2024-11-30",
                "2024-12-31",
            ),
            (
                Cycle::DayOfMonth { day: 3 },
                "2025-03-03",
                "2025-02-03",
                "2025-03-03",
            ),
            (
                Cycle::DayOfMonth { day: 3 },
                "2025-03-04",
                "2025-03-03",
                "2025-04-03",
            ),
            (
                Cycle::DayOfMonth { day: 28 },
                "2025-12-29",
                "2025-12-28",
                "2026-01-28",
            ),
            (
                Cycle::EveryDays { days: 30 },
                "2025-01-01",
                "2024-12-31",
                "2025-01-30",
            ),
            (
                Cycle::EveryDays { days: 30 },
                "2025-01-30",
                "2024-12-31",
                "2025-01-30",
            ),
            (
                Cycle::EveryDays { days: 30 },
                "2025-01-31",
                "2025-01-30",
                "2025-03-01",
            ),
            (
                Cycle::EveryDays { days: 30 },
                "2024-12-31",
                "2024-12-01",
                "2024-12-31",
            ),
            (
                Cycle::EveryDays { days: 1 },
                "2025-01-31",
                "2025-01-30",
                "2025-01-31",
            ),
        ] {
            assert_eq!(
                cycle.closing(opened, date(on)),
                date(closing),
                "{cycle:?} {on}"
            );
            let previous = cycle.closing_before(opened, date(on));
            assert_eq!(previous, date(before), "{cycle:?} {on}");
        }
    }

    #[test]
    fn days_out_of_range_are_no_cycle() {
        for (cycle, valid) in [
            (Cycle::DayOfMonth { day: 0 }, false),
            (Cycle::DayOfMonth { day: 28 }, true),
            (Cycle::DayOfMonth { day: 29 }, false),
            (Cycle::EveryDays { days: 0 }, false),
            (Cycle::EveryDays { days: 367 }, false),
            (Cycle::LastOfMonth {}, true),
        ] {
            assert_eq!(cycle.is_valid(), valid, "{cycle:?}");
        }
    }
}
