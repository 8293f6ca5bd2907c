//! A quote: the engine's own accrual on facts that are given, without a store.

use super::{AccrualError, AccrualLine, Basis, Exact, RateChange, Rates, accrue, total};
use crate::date::BusinessDate;
use crate::money::{Minor, Overflow};
use crate::product::{DayCount, InterestMethod};
use serde::{Deserialize, Serialize};

/// The facts to calculate on. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub method: InterestMethod,
    pub day_count: DayCount,
    pub rates: Vec<RateChange>,
    /// The days of the whole cycle: of the average daily balance only; the quoted span unless
    /// told.
    pub cycle_days: Option<u32>,
    pub opening: Opening,
    pub facts: Vec<QuoteFact>,
    /// The first day that bears no interest. Facts of this date still count.
    pub to: BusinessDate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub date: BusinessDate,
    pub principal_minor: Minor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteFact {
    pub date: BusinessDate,
    pub kind: FactKind,
    /// Of a draw or repayment; nothing for what is collected.
    pub amount_minor: Option<Minor>,
}

/// In the order in which facts of one date count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    Draw,
    RepayPrincipal,
    /// Posts, rounds and clears what has accrued through the day before.
    CollectInterest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Collected {
    pub date: BusinessDate,
    pub interest_minor: Minor,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Every day from the opening to the end, collected or not; a line ends where interest is
    /// collected.
    pub lines: Vec<AccrualLine>,
    pub collected: Vec<Collected>,
    /// What accrued since interest was last collected.
    pub interest: Exact,
    /// The same, rounded as it would post.
    pub interest_minor: Minor,
    pub principal_minor: Minor,
    pub payoff_minor: Minor,
}

/// The member that is wrong, as a path into the input, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteError {
    pub field: String,
    pub reason: String,
}

fn wrong(field: impl Into<String>, reason: impl Into<String>) -> QuoteError {
    QuoteError {
        field: field.into(),
        reason: reason.into(),
    }
}

/// Calculates, or names the first member that is wrong.
pub fn quote(asked: &Quote) -> Result<Quoted, QuoteError> {
    let basis = basis(asked)?;
    let rates = rates(asked)?;
    check_dates(asked)?;
    let facts = in_order(asked);
    let (balances, principal_minor) = balances(asked, &facts)?;
    let too_large = |_: Overflow| wrong("to", "the interest is larger than the books can hold");
    let mut quoted = Quoted {
        lines: Vec::new(),
        collected: Vec::new(),
        interest: Exact::ZERO,
        interest_minor: Minor::ZERO,
        principal_minor,
        payoff_minor: Minor::ZERO,
    };
    let mut accrued_from = asked.opening.date;
    let mut accrued_until = |until: BusinessDate, lines: &mut Vec<AccrualLine>| {
        let new = accrue(basis, &rates, &balances, accrued_from, until);
        accrued_from = until;
        let new = new.map_err(|error| match error {
            AccrualError::NoRate(date) => wrong("rates", format!("no rate holds on {date}")),
            AccrualError::Overflow => too_large(Overflow),
        })?;
        let interest = total(&new).map_err(too_large)?;
        lines.extend(new);
        Ok::<Exact, QuoteError>(interest)
    };
    let collects = |(_, fact): &&(usize, &QuoteFact)| fact.kind == FactKind::CollectInterest;
    for (_, fact) in facts.iter().filter(collects) {
        let interest = accrued_until(fact.date, &mut quoted.lines)?;
        quoted.collected.push(Collected {
            date: fact.date,
            interest_minor: interest.rounded().map_err(too_large)?,
        });
    }
    quoted.interest = accrued_until(asked.to, &mut quoted.lines)?;
    quoted.interest_minor = quoted.interest.rounded().map_err(too_large)?;
    quoted.payoff_minor = principal_minor
        .plus(quoted.interest_minor)
        .map_err(|_| wrong("to", "the payoff is larger than the books can hold"))?;
    Ok(quoted)
}

fn basis(asked: &Quote) -> Result<Basis, QuoteError> {
    let span = asked.to.days() - asked.opening.date.days();
    match (asked.method, asked.cycle_days) {
        (InterestMethod::DailySimple, None) => Ok(Basis::DailySimple(asked.day_count)),
        (InterestMethod::DailySimple, Some(_)) => Err(wrong(
            "cycle_days",
            "only the method average_daily_balance has a cycle",
        )),
        (InterestMethod::AverageDailyBalance, Some(0)) => {
            Err(wrong("cycle_days", "a cycle has at least one day"))
        }
        (InterestMethod::AverageDailyBalance, told) => {
            // A span of no day has no line that would be divided by it.
            let span = u32::try_from(span).unwrap_or(0).max(1);
            Ok(Basis::AverageDailyBalance {
                cycle_days: told.unwrap_or(span),
            })
        }
    }
}

fn rates(asked: &Quote) -> Result<Rates, QuoteError> {
    let mut rates: Vec<(usize, &RateChange)> = asked.rates.iter().enumerate().collect();
    rates.sort_by_key(|(place, rate)| (rate.from, *place));
    let at = |place: usize| format!("rates[{place}].from");
    match rates.first() {
        None => return Err(wrong("rates", "there has to be at least one rate")),
        Some((place, first)) if first.from > asked.opening.date => {
            let reason = "the first rate has to hold on the opening date";
            return Err(wrong(at(*place), reason));
        }
        Some(_) => {}
    }
    for pair in rates.windows(2) {
        if pair[0].1.from == pair[1].1.from {
            let reason = "another rate holds from the same date";
            return Err(wrong(at(pair[1].0), reason));
        }
    }
    let ascending = rates.into_iter().map(|(_, rate)| *rate).collect();
    Rates::new(ascending).ok_or_else(|| wrong("rates", "the dates do not ascend"))
}

fn check_dates(asked: &Quote) -> Result<(), QuoteError> {
    if asked.to < asked.opening.date {
        return Err(wrong("to", "the end lies before the opening date"));
    }
    for (place, fact) in asked.facts.iter().enumerate() {
        let field = || format!("events[{place}].date");
        if fact.date < asked.opening.date {
            return Err(wrong(field(), "this lies before the opening date"));
        }
        if fact.date > asked.to {
            return Err(wrong(field(), "this lies after the end"));
        }
    }
    Ok(())
}

type Balances = Vec<(BusinessDate, Minor)>;

/// The facts with their places in the input, as they count: by date, and within a date draws before
/// repayments before what is collected. What they come to does not hang on who wrote them in which
/// order.
fn in_order(asked: &Quote) -> Vec<(usize, &QuoteFact)> {
    let mut facts: Vec<(usize, &QuoteFact)> = asked.facts.iter().enumerate().collect();
    facts.sort_by_key(|(place, fact)| (fact.date, fact.kind, *place));
    facts
}

/// The principal after each date's facts, and at the end.
fn balances(asked: &Quote, facts: &[(usize, &QuoteFact)]) -> Result<(Balances, Minor), QuoteError> {
    let mut principal = asked.opening.principal_minor;
    if principal.0 < 0 {
        return Err(wrong(
            "opening.principal_minor",
            "an amount is never negative",
        ));
    }
    let mut balances = vec![(asked.opening.date, principal)];
    for &(place, fact) in facts {
        let field = format!("events[{place}].amount_minor");
        let amount = match (fact.kind, fact.amount_minor) {
            (FactKind::CollectInterest, None) => continue,
            (FactKind::CollectInterest, Some(_)) => {
                return Err(wrong(
                    field,
                    "what is collected is calculated, it takes no amount",
                ));
            }
            (FactKind::Draw | FactKind::RepayPrincipal, None) => {
                return Err(wrong(field, "it is missing"));
            }
            (FactKind::Draw | FactKind::RepayPrincipal, Some(amount)) => amount,
        };
        if !amount.is_positive() {
            return Err(wrong(field, "an amount is above zero"));
        }
        principal = if fact.kind == FactKind::Draw {
            let sum = principal.plus(amount);
            sum.map_err(|_| wrong(field, "the principal is larger than the books can hold"))?
        } else if amount > principal {
            let reason = format!("more than the principal of that date, {}", principal.0);
            return Err(wrong(field, reason));
        } else {
            principal
                .minus(amount)
                .map_err(|_| wrong(field, "an amount is above zero"))?
        };
        match balances.last_mut() {
            Some(last) if last.0 == fact.date => last.1 = principal,
            Some(_) | None => balances.push((fact.date, principal)),
        }
    }
    Ok((balances, principal))
}
