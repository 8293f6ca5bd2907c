//! Statements: what the customer is told at the end of a cycle. Frozen once made.

use crate::date::BusinessDate;
use crate::interest::AccrualLine;
use crate::money::{Currency, Minor, Overflow};
use crate::product::{AnnualPercent, MinimumRule};
use crate::replay::Cause;
use serde::{Deserialize, Serialize};

/// max(floor, part of the closing balance, the cycle's fees and interest) + past due, never more
/// than the balance.
pub fn minimum(
    rule: &MinimumRule,
    closing: Minor,
    cycle_charges: Minor,
    past_due: Minor,
) -> Result<Minor, Overflow> {
    // Half-up to the minor unit.
    let part =
        (i128::from(closing.or_zero().0) * i128::from(rule.balance_basis_points) + 5_000) / 10_000;
    let part = Minor(i64::try_from(part).map_err(|_| Overflow)?);
    let asked = rule.floor_minor.max(part).max(cycle_charges);
    Ok(asked.plus(past_due)?.min(closing).or_zero())
}

/// One stretch of days of an interest figure, as it is kept and printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InterestLine {
    pub from: BusinessDate,
    /// The first day that does not bear this any more.
    pub to: BusinessDate,
    pub days: i32,
    pub balance_minor: Minor,
    pub annual_percent: AnnualPercent,
    /// Exact, in whole units of the currency; cut with an ellipsis where the decimal has no end.
    pub interest_exact: String,
}

impl InterestLine {
    pub fn of(line: &AccrualLine, currency: Currency) -> InterestLine {
        InterestLine {
            from: line.from,
            to: line.to,
            days: line.days,
            balance_minor: line.balance_minor,
            annual_percent: line.annual_percent,
            interest_exact: line.interest.decimal(currency),
        }
    }
}

/// What posted since the statement before, as the customer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    /// The day it counts from.
    pub on: BusinessDate,
    pub posted_on: BusinessDate,
    pub kind: LineKind,
    pub cause: Cause,
    /// What it adds to the balance.
    pub amount_minor: Minor,
    /// Corrects what an earlier line said of the same cause.
    pub adjusts: bool,
    /// Why interest is so much.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<InterestLine>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Draw,
    Repayment,
    Refund,
    Fee,
    Interest,
    /// Taken as lost.
    ChargeOff,
    /// Paid after it was taken as lost.
    Recovery,
}

impl LineKind {
    pub fn words(self) -> &'static str {
        match self {
            LineKind::Draw => "Draw",
            LineKind::Repayment => "Repayment",
            LineKind::Refund => "Refund",
            LineKind::Fee => "Fee",
            LineKind::Interest => "Interest",
            LineKind::ChargeOff => "Charged off",
            LineKind::Recovery => "Recovered",
        }
    }
}

/// Opening balance + lines = closing balance. A balance is what is owed less customer credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub closing_on: BusinessDate,
    pub opening_minor: Minor,
    pub lines: Vec<StatementLine>,
    pub fees_minor: Minor,
    pub interest_minor: Minor,
    pub closing_minor: Minor,
    pub minimum_minor: Minor,
    /// Of the minimum, what earlier statements asked for and did not get.
    pub past_due_minor: Minor,
    pub due_on: BusinessDate,
    /// Of the calendar year of the closing so far.
    pub year_fees_minor: Minor,
    pub year_interest_minor: Minor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimums() {
        let rule = MinimumRule {
            floor_minor: Minor(2_500),
            balance_basis_points: 200,
        };
        for (closing, charges, past_due, expected) in [
            (1_000, 0, 0, 1_000),
            (100_000, 0, 0, 2_500),
            (125_000, 0, 0, 2_500),
            (125_025, 0, 0, 2_501),
            (125_024, 0, 0, 2_500),
            (200_000, 0, 0, 4_000),
            (200_000, 4_001, 0, 4_001),
            (200_000, 0, 2_500, 6_500),
            (3_000, 0, 2_500, 3_000),
            (0, 0, 0, 0),
            (-500, 0, 0, 0),
        ] {
            let got = minimum(&rule, Minor(closing), Minor(charges), Minor(past_due));
            assert_eq!(got, Ok(Minor(expected)), "{closing} {charges} {past_due}");
        }
    }
}
