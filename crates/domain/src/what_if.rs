//! What would become of a line if: draws, repayments and another rate that are only supposed.
//! The same replay that posts goes over them, and nothing of it is kept.

use crate::calendar::Calendar;
use crate::date::BusinessDate;
use crate::delinquency::unmet;
use crate::ids::{LineId, MovementId};
use crate::interest::{Exact, RateChange, total};
use crate::line::Line;
use crate::money::{Currency, LARGEST_AMOUNT_MINOR, Minor, Money, Overflow};
use crate::product::Terms;
use crate::refusal::{Refusal, RefusalCode};
use crate::replay::{Cause, Conditions, Fact, FactKind, Replayed, replay};
use crate::statement::minimum;
use serde::{Deserialize, Serialize};

/// Draws, or repayments, that are supposed at once.
pub const SUPPOSED_MAX: usize = 24;
/// How far ahead is looked: ten years.
pub const AHEAD_MAX_DAYS: i32 = 3_653;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Supposed {
    pub on: BusinessDate,
    pub amount: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WhatIfQuery {
    pub line_id: LineId,
    #[serde(default)]
    pub draws: Vec<Supposed>,
    #[serde(default)]
    pub repayments: Vec<Supposed>,
    /// Another rate from a date on.
    #[serde(default)]
    pub rate: Option<RateChange>,
    /// The day that is looked at.
    pub until: BusinessDate,
}

/// A line on a day that has not come, if nothing else happens until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Outlook {
    pub principal_minor: Minor,
    /// Posted by then and not paid.
    pub interest_minor: Minor,
    pub fees_minor: Minor,
    pub credit_minor: Minor,
    /// Accrued through the day before and not posted.
    pub accrued_minor: Minor,
    /// What would settle everything on that day.
    pub payoff_minor: Minor,
    pub available_minor: Minor,
    /// What the days from today to that day bear.
    pub interest_until_minor: Minor,
    /// What one day more would bear: exact, in whole units of the currency.
    pub per_diem_exact: String,
    /// The end of the cycle that runs today, and what its statement would ask for.
    pub closing_on: BusinessDate,
    pub minimum_minor: Minor,
    pub due_on: BusinessDate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WhatIf {
    pub until: BusinessDate,
    pub as_it_is: Outlook,
    pub supposed: Outlook,
    /// What the rules would say to it, and what is left out.
    pub notes: Vec<String>,
}

impl WhatIfQuery {
    fn check(&self, today: BusinessDate, currency: Currency) -> Result<(), Refusal> {
        let refuse = |field: &str, code| Err(Refusal::at(field, code));
        let ahead = |field: &str, day: BusinessDate, last: BusinessDate| {
            if day < today {
                return refuse(field, RefusalCode::DateTooEarly);
            }
            if day > last {
                return refuse(field, RefusalCode::DateTooLate);
            }
            Ok(())
        };
        ahead("until", self.until, today.plus_days(AHEAD_MAX_DAYS))?;
        for (name, list) in [("draws", &self.draws), ("repayments", &self.repayments)] {
            if list.len() > SUPPOSED_MAX {
                return refuse(name, RefusalCode::FieldTooLong);
            }
            for (place, supposed) in list.iter().enumerate() {
                ahead(&format!("{name}.{place}.on"), supposed.on, self.until)?;
                let field = format!("{name}.{place}.amount");
                if supposed.amount.currency != currency {
                    return refuse(&format!("{field}.currency"), RefusalCode::WrongCurrency);
                }
                if !supposed.amount.minor.is_positive() {
                    return refuse(&field, RefusalCode::AmountNotPositive);
                }
                if supposed.amount.minor.0 > LARGEST_AMOUNT_MINOR {
                    return refuse(&field, RefusalCode::AmountTooLarge);
                }
            }
        }
        if let Some(rate) = &self.rate {
            ahead("rate.from", rate.from, self.until)?;
            if !rate.annual_percent.is_plausible() {
                return refuse("rate.annual_percent", RefusalCode::AmountTooLarge);
            }
        }
        Ok(())
    }

    /// Under names that no movement has.
    fn facts(&self) -> Vec<Fact> {
        let draws = self.draws.iter().map(|draw| (FactKind::Draw, draw));
        let repayments = self.repayments.iter();
        let repayments = repayments.map(|repayment| (FactKind::Repayment, repayment));
        let named = (0_u128..).zip(draws.chain(repayments));
        named
            .map(|(place, (kind, supposed))| Fact {
                cause: Cause::Movement {
                    movement_id: MovementId(uuid::Uuid::from_u128(place)),
                },
                on: supposed.on,
                kind,
                amount_minor: supposed.amount.minor,
            })
            .collect()
    }
}

/// One way things may go.
struct Course<'a> {
    line: &'a Line,
    calendar: &'a Calendar,
    today: BusinessDate,
    terms: Terms,
    facts: Vec<Fact>,
}

impl Course<'_> {
    fn replayed(
        &self,
        conditions: &Conditions,
        closed_through: BusinessDate,
    ) -> Result<Replayed, Overflow> {
        let last = closed_through.plus_days(1);
        let known: Vec<Fact> = self
            .facts
            .iter()
            .filter(|fact| fact.on <= last)
            .copied()
            .collect();
        replay(conditions, &known, Some(closed_through))
    }

    /// All interest of the days before a date, posted or not.
    fn interest_before(
        &self,
        conditions: &Conditions,
        on: BusinessDate,
    ) -> Result<Exact, Overflow> {
        let replayed = self.replayed(conditions, on.plus_days(-1))?;
        let posted = replayed.postings.iter();
        let posted = posted.filter(|(cause, _)| cause.is_interest());
        let posted: Vec<Minor> = posted
            .map(|(_, posting)| posting.change.interest_minor)
            .collect();
        let (accrued, _) = replayed.accrued(conditions, on)?;
        Exact::new(i128::from(Minor::sum(posted)?.0), 1)?.plus(accrued)
    }

    fn outlook(&self, until: BusinessDate, currency: Currency) -> Result<Outlook, Overflow> {
        let line = self.line;
        let conditions = Conditions {
            terms: &self.terms,
            opened_on: line.opened_on().unwrap_or(self.today),
            calendar: self.calendar,
        };
        let then = self.replayed(&conditions, until.plus_days(-1))?;
        let accrued_minor = then.accrued(&conditions, until)?.0.rounded()?;
        let balances = then.balances;
        let owed = balances.owed()?.plus(accrued_minor)?;
        let next = conditions.accrued(&then.principal, until, until.plus_days(1))?;
        let interest = self
            .interest_before(&conditions, until)?
            .minus(self.interest_before(&conditions, self.today)?)?;
        let mut use_of_limit = line.use_of_limit(until)?;
        use_of_limit.principal = balances.principal_minor;
        let closing_on = conditions.closing(self.today);
        Ok(Outlook {
            principal_minor: balances.principal_minor,
            interest_minor: balances.interest_minor,
            fees_minor: balances.fees_minor,
            credit_minor: balances.credit_minor,
            accrued_minor,
            payoff_minor: owed.minus(balances.credit_minor)?.or_zero(),
            available_minor: use_of_limit.available()?,
            interest_until_minor: interest.rounded()?,
            per_diem_exact: total(&next)?.decimal(currency),
            closing_on,
            minimum_minor: self.minimum(&conditions, closing_on)?,
            due_on: conditions.due_on(closing_on),
        })
    }

    /// What the statement of a closing would ask for.
    fn minimum(&self, conditions: &Conditions, closing: BusinessDate) -> Result<Minor, Overflow> {
        let then = self.replayed(conditions, closing)?;
        let before = self
            .terms
            .cycle
            .closing_before(conditions.opened_on, closing);
        let charges = then.postings.iter().filter(|(cause, posting)| {
            let charged = cause.is_fee() || cause.is_interest();
            charged && posting.on > before && posting.on <= closing
        });
        let charges: Vec<Minor> = charges
            .flat_map(|(_, posting)| [posting.change.interest_minor, posting.change.fees_minor])
            .collect();
        let closing_minor = then.balances.owed()?.minus(then.balances.credit_minor)?;
        let paid: Vec<(BusinessDate, Minor)> = self
            .facts
            .iter()
            .filter(|fact| fact.kind == FactKind::Repayment)
            .map(|fact| (fact.on, fact.amount_minor))
            .collect();
        let lacking = unmet(&self.line.history.asked, &paid, closing)?;
        let rule = &self.terms.minimum;
        minimum(
            rule,
            closing_minor,
            Minor::sum(charges)?,
            Minor::sum(lacking)?,
        )
    }
}

impl Line {
    /// The line on a day that has not come: as it is, and as it would be.
    pub fn what_if(
        &self,
        query: &WhatIfQuery,
        calendar: &Calendar,
        today: BusinessDate,
        currency: Currency,
    ) -> Result<WhatIf, Refusal> {
        let terms = self.terms().ok_or(RefusalCode::NotApproved)?;
        if self.status().ended() {
            return Err(RefusalCode::LineClosed.into());
        }
        if self.charged_off_on().is_some() {
            return Err(RefusalCode::ChargedOff.into());
        }
        query.check(today, currency)?;
        let known = self.history.facts_that_count()?;
        let mut course = Course {
            line: self,
            calendar,
            today,
            terms: terms.clone(),
            facts: known,
        };
        let as_it_is = course.outlook(query.until, currency)?;
        course.facts.extend(query.facts());
        if let Some(rate) = &query.rate {
            course.terms.set_rate(rate.from, rate.annual_percent);
        }
        let supposed = course.outlook(query.until, currency)?;
        let mut notes = Vec::new();
        for draw in &query.draws {
            // With that day's other movements, as far as the limit goes.
            let then = course.outlook(draw.on, currency)?;
            let used = then.principal_minor.plus(self.draws_on_their_way_minor)?;
            if used.plus(self.held(draw.on)?)? > self.limit() {
                notes.push(format!(
                    "The draw of {} on {} is more than is available then.",
                    currency.format(draw.amount.minor),
                    draw.on
                ));
            }
        }
        if supposed.credit_minor.is_positive() {
            notes.push("More is repaid than is owed: the rest is customer credit.".to_owned());
        }
        notes.push(
            "Fees that fall due until then, and what is on its way, are left out.".to_owned(),
        );
        Ok(WhatIf {
            until: query.until,
            as_it_is,
            supposed,
            notes,
        })
    }
}
