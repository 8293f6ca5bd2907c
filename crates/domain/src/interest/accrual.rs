//! What a balance bears from one date to another, in lines that explain it.

use super::Exact;
use crate::date::BusinessDate;
use crate::money::{Minor, Overflow};
use crate::product::{AnnualPercent, DayCount};
use serde::{Deserialize, Serialize};

/// How a balance turns into interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// balance × rate × days ÷ days of the year, by the day count.
    DailySimple(DayCount),
    /// (Σ daily balances ÷ days of the whole cycle) × rate ÷ 12, on calendar days.
    AverageDailyBalance { cycle_days: u32 },
}

/// A rate, and the first date it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RateChange {
    pub from: BusinessDate,
    pub annual_percent: AnnualPercent,
}

/// The rates of a line, each from its date until the next one's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates(Vec<RateChange>);

impl Rates {
    /// `None` unless each date is later than the one before.
    pub fn new(changes: Vec<RateChange>) -> Option<Rates> {
        let ascending = changes.windows(2).all(|pair| pair[0].from < pair[1].from);
        ascending.then_some(Rates(changes))
    }

    /// The rate of a day; none before the first.
    pub fn on(&self, date: BusinessDate) -> Option<AnnualPercent> {
        let later = self.0.partition_point(|change| change.from <= date);
        Some(self.0.get(later.checked_sub(1)?)?.annual_percent)
    }

    fn next_change(&self, after: BusinessDate) -> Option<BusinessDate> {
        let later = self.0.partition_point(|change| change.from <= after);
        self.0.get(later).map(|change| change.from)
    }
}

/// One stretch of days with one balance and one rate. Lines follow each other without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccrualLine {
    /// The first day that bears this.
    pub from: BusinessDate,
    /// The first day that does not any more.
    pub to: BusinessDate,
    /// As the day count counts them.
    pub days: i32,
    pub balance_minor: Minor,
    pub annual_percent: AnnualPercent,
    pub interest: Exact,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccrualError {
    /// No rate holds on this day.
    NoRate(BusinessDate),
    Overflow,
}

impl From<Overflow> for AccrualError {
    fn from(_: Overflow) -> Self {
        AccrualError::Overflow
    }
}

/// What the days from `from` up to the day before `to` bear. `balances` are the balances after
/// the postings of their dates, in ascending order; before the first nothing is owed. The rate of
/// a date holds for that date's interest.
pub fn accrue(
    basis: Basis,
    rates: &Rates,
    balances: &[(BusinessDate, Minor)],
    from: BusinessDate,
    to: BusinessDate,
) -> Result<Vec<AccrualLine>, AccrualError> {
    let mut lines: Vec<AccrualLine> = Vec::new();
    let mut at = from;
    let mut next = balances.partition_point(|(date, _)| *date <= from);
    let mut balance = next
        .checked_sub(1)
        .and_then(|last| balances.get(last))
        .map_or(Minor::ZERO, |(_, balance)| *balance);
    while at < to {
        // Balances that change nothing open no new line; the one that holds already is among them.
        while balances
            .get(next)
            .is_some_and(|(_, later)| *later == balance)
        {
            next += 1;
        }
        let changed = balances.get(next).map(|(date, _)| *date);
        let year = match basis {
            Basis::DailySimple(day_count) => day_count.next_year(at),
            Basis::AverageDailyBalance { .. } => None,
        };
        let until = [changed, rates.next_change(at), year]
            .into_iter()
            .flatten()
            .fold(to, BusinessDate::min);
        let annual_percent = rates.on(at).ok_or(AccrualError::NoRate(at))?;
        lines.push(line(basis, at, until, balance, annual_percent)?);
        if changed == Some(until) {
            balance = balances.get(next).map_or(balance, |(_, balance)| *balance);
        }
        at = until;
    }
    Ok(lines)
}

/// The sum of the lines: what they explain.
pub fn total(lines: &[AccrualLine]) -> Result<Exact, Overflow> {
    Exact::sum(lines.iter().map(|line| line.interest))
}

fn line(
    basis: Basis,
    from: BusinessDate,
    to: BusinessDate,
    balance: Minor,
    annual_percent: AnnualPercent,
) -> Result<AccrualLine, Overflow> {
    /// Millionths of a percent in the number one.
    const WHOLE: i128 = 100_000_000;
    let (days, divisor) = match basis {
        Basis::DailySimple(day_count) => (
            day_count.days(from, to),
            i128::from(day_count.year_days(from)),
        ),
        Basis::AverageDailyBalance { cycle_days } => {
            (to.days() - from.days(), 12 * i128::from(cycle_days))
        }
    };
    let numerator = i128::from(balance.0)
        .checked_mul(i128::from(annual_percent.millionths()))
        .and_then(|yearly| yearly.checked_mul(i128::from(days)))
        .ok_or(Overflow)?;
    Ok(AccrualLine {
        from,
        to,
        days,
        balance_minor: balance,
        annual_percent,
        interest: Exact::new(numerator, divisor.checked_mul(WHOLE).ok_or(Overflow)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    fn rates(changes: &[(&str, &str)]) -> Rates {
        let change = |(from, rate): &(&str, &str)| RateChange {
            from: date(from),
            annual_percent: rate.parse().unwrap(),
        };
        Rates::new(changes.iter().map(change).collect()).unwrap()
    }

    #[test]
    fn lines_break_where_something_changes_and_leave_no_gap() {
        let rates = rates(&[("2023-01-01", "10"), ("2023-12-10", "12")]);
        let balances = [
            (date("2023-12-01"), Minor(1_000)),
            (date("2023-12-05"), Minor(1_000)),
            (date("2023-12-10"), Minor(2_000)),
            (date("2024-01-10"), Minor(0)),
        ];
        let basis = Basis::DailySimple(DayCount::ActAct);
        let (from, to) = (date("2023-12-02"), date("2024-01-12"));
        let lines = accrue(basis, &rates, &balances, from, to).unwrap();
        let shown: Vec<(String, i32, i64, String)> = lines
            .iter()
            .map(|line| {
                let rate = line.annual_percent.to_string();
                (line.from.to_string(), line.days, line.balance_minor.0, rate)
            })
            .collect();
        let expected = [
            ("2023-12-02", 8, 1_000, "10"),
            ("2023-12-10", 22, 2_000, "12"),
            ("2024-01-01", 9, 2_000, "12"),
            ("2024-01-10", 2, 0, "12"),
        ];
        let expected: Vec<_> = expected
            .map(|(from, days, balance, rate)| (from.to_owned(), days, balance, rate.to_owned()))
            .into();
        assert_eq!(shown, expected);
        assert!(lines.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn nothing_is_borne_where_nothing_is_owed_and_no_rate_is_invented() {
        let basis = Basis::DailySimple(DayCount::Act365);
        let rates = rates(&[("2025-01-10", "10")]);
        let (from, to) = (date("2025-01-10"), date("2025-01-20"));
        let lines = accrue(basis, &rates, &[], from, to).unwrap();
        assert_eq!(total(&lines), Ok(Exact::ZERO));
        let early = date("2025-01-09");
        let missing = accrue(basis, &rates, &[], early, to);
        assert_eq!(missing, Err(AccrualError::NoRate(early)));
        assert_eq!(accrue(basis, &rates, &[], to, from), Ok(Vec::new()));
    }

    #[test]
    fn the_largest_legal_input_fits() {
        let rates = rates(&[("1880-01-01", "999.999999")]);
        let owed = [(BusinessDate::EARLIEST, Minor(i64::MAX))];
        let (from, to) = (BusinessDate::EARLIEST, BusinessDate::LATEST);
        for basis in [
            Basis::DailySimple(DayCount::Act365),
            Basis::DailySimple(DayCount::Act360),
            Basis::DailySimple(DayCount::ActAct),
            Basis::DailySimple(DayCount::ThirtyE360),
            Basis::AverageDailyBalance { cycle_days: 1 },
            Basis::AverageDailyBalance {
                cycle_days: u32::MAX,
            },
        ] {
            let lines = accrue(basis, &rates, &owed, from, to).unwrap();
            let total = total(&lines).unwrap();
            // Exact, though no amount the books could hold.
            assert!(total.rounded().is_err() || matches!(basis, Basis::AverageDailyBalance { .. }));
        }
    }
}
