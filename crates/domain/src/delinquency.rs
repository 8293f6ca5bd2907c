//! What of the minimums that customers were told of is unpaid, and since when.

use crate::date::BusinessDate;
use crate::money::{Minor, Overflow};
use serde::{Deserialize, Serialize};

/// What is kept of a statement to tell whether it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub closing_on: BusinessDate,
    pub due_on: BusinessDate,
    /// The minimum, less what was past due then: that is asked for by earlier statements.
    pub own_minor: Minor,
    /// Whether the day of its late fee is still to come.
    pub late_fee_open: bool,
}

impl Asked {
    /// Its due date has passed: what it lacks is past due.
    pub fn late(&self, on: BusinessDate) -> bool {
        self.due_on < on
    }

    /// The close of this day charges the late fee.
    pub fn late_on(&self, grace_days: u16) -> BusinessDate {
        self.due_on.plus_days(i32::from(grace_days))
    }
}

/// What each statement still lacks on the evening of `on`: repayments after its closing meet the
/// oldest first. In the order of the statements.
pub fn unmet(
    asked: &[Asked],
    repayments: &[(BusinessDate, Minor)],
    on: BusinessDate,
) -> Result<Vec<Minor>, Overflow> {
    let mut left: Vec<Minor> = asked.iter().map(|one| one.own_minor).collect();
    let mut repayments: Vec<_> = repayments.iter().filter(|(date, _)| *date <= on).collect();
    repayments.sort();
    for (date, amount) in repayments {
        let mut amount = *amount;
        for (one, left) in asked.iter().zip(&mut left) {
            if one.closing_on < *date {
                let met = amount.min(*left);
                *left = left.minus(met)?;
                amount = amount.minus(met)?;
            }
        }
    }
    Ok(left)
}

/// How long a line has been past due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    #[default]
    Current,
    Days1To29,
    Days30To59,
    Days60To89,
    Days90To119,
    Days120To179,
    /// Charge-off is proposed.
    Days180Up,
}

impl Bucket {
    pub const ALL: &[Bucket] = &[
        Bucket::Current,
        Bucket::Days1To29,
        Bucket::Days30To59,
        Bucket::Days60To89,
        Bucket::Days90To119,
        Bucket::Days120To179,
        Bucket::Days180Up,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Bucket::Current => "Current",
            Bucket::Days1To29 => "1–29 days",
            Bucket::Days30To59 => "30–59 days",
            Bucket::Days60To89 => "60–89 days",
            Bucket::Days90To119 => "90–119 days",
            Bucket::Days120To179 => "120–179 days",
            Bucket::Days180Up => "180 days and more",
        }
    }

    pub fn of(days_past_due: u32) -> Bucket {
        match days_past_due {
            0 => Bucket::Current,
            1..=29 => Bucket::Days1To29,
            30..=59 => Bucket::Days30To59,
            60..=89 => Bucket::Days60To89,
            90..=119 => Bucket::Days90To119,
            120..=179 => Bucket::Days120To179,
            180.. => Bucket::Days180Up,
        }
    }
}

/// What is past due on a day, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PastDue {
    pub amount_minor: Minor,
    /// From the due date of the oldest unmet minimum.
    pub days: u32,
    pub bucket: Bucket,
}

/// `owed` caps what is past due: what no longer is owed is not past due either.
pub fn past_due(
    asked: &[Asked],
    repayments: &[(BusinessDate, Minor)],
    owed: Minor,
    on: BusinessDate,
) -> Result<PastDue, Overflow> {
    let left = unmet(asked, repayments, on)?;
    let late = || {
        asked
            .iter()
            .zip(&left)
            .filter(|(one, left)| one.late(on) && left.is_positive())
    };
    let amount_minor = Minor::sum(late().map(|(_, left)| *left))?.min(owed.or_zero());
    let oldest = late().map(|(one, _)| one.due_on).min();
    match oldest {
        Some(due_on) if amount_minor.is_positive() => {
            let days = u32::try_from(on.days() - due_on.days()).unwrap_or(0);
            Ok(PastDue {
                amount_minor,
                days,
                bucket: Bucket::of(days),
            })
        }
        Some(_) | None => Ok(PastDue::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    fn asked(closing_on: &str, due_on: &str, own: i64) -> Asked {
        Asked {
            closing_on: date(closing_on),
            due_on: date(due_on),
            own_minor: Minor(own),
            late_fee_open: true,
        }
    }

    #[test]
    fn days_run_from_the_oldest_unmet_due_date() {
        let one = [asked("2025-03-03", "2025-03-28", 2_500)];
        for (on, days, bucket) in [
            ("2025-03-28", 0, Bucket::Current),
            ("2025-03-29", 1, Bucket::Days1To29),
            ("2025-04-26", 29, Bucket::Days1To29),
            ("2025-04-27", 30, Bucket::Days30To59),
            ("2025-09-24", 180, Bucket::Days180Up),
        ] {
            let late = past_due(&one, &[], Minor(50_000), date(on)).unwrap();
            assert_eq!((late.days, late.bucket), (days, bucket), "{on}");
        }
        assert_eq!(one[0].late_on(10), date("2025-04-07"));
    }

    #[test]
    fn repayments_after_a_closing_meet_the_oldest_first() {
        let two = [
            asked("2025-03-03", "2025-03-28", 2_500),
            asked("2025-04-03", "2025-04-28", 3_000),
        ];
        let check = |repayments: &[(&str, i64)], expected: [i64; 2]| {
            let repayments: Vec<_> = repayments
                .iter()
                .map(|(on, amount)| (date(on), Minor(*amount)))
                .collect();
            let left = unmet(&two, &repayments, date("2025-05-01")).unwrap();
            assert_eq!(left, expected.map(Minor), "{repayments:?}");
        };
        check(&[], [2_500, 3_000]);
        // Before its closing a repayment lowers the balance, not the minimum.
        check(&[("2025-03-03", 9_000)], [2_500, 3_000]);
        check(&[("2025-03-04", 9_000)], [0, 3_000]);
        check(&[("2025-04-03", 1_000)], [1_500, 3_000]);
        check(&[("2025-04-04", 4_000)], [0, 1_500]);
        check(&[("2025-04-10", 500), ("2025-04-09", 2_200)], [0, 2_800]);
        check(&[("2025-05-02", 9_000)], [2_500, 3_000]);
    }

    #[test]
    fn what_is_not_owed_is_not_past_due() {
        let one = [asked("2025-03-03", "2025-03-28", 2_500)];
        let late = past_due(&one, &[], Minor(40), date("2025-04-01")).unwrap();
        assert_eq!((late.amount_minor, late.days), (Minor(40), 4));
        let none = past_due(&one, &[], Minor(0), date("2025-04-01")).unwrap();
        assert_eq!(none, PastDue::default());
    }
}
