//! A line without the length of its past. A line that was drawn on five thousand times keeps five
//! thousand facts, and a page that shows what it owes needs none of them singly: only what was
//! owed from when on, and what was repaid when.

use crate::date::BusinessDate;
use crate::history::{History, PostedCause};
use crate::line::Line;
use crate::money::{Minor, Overflow};
use crate::replay::{Cause, Change, Fact, FactKind};
use std::collections::BTreeMap;

/// Facts, postings and statement lines that are not worth condensing.
const SHORT_PAST: usize = 32;

impl Line {
    /// Whether the past is longer than what condensing would leave of it.
    pub fn past_is_long(&self) -> bool {
        let past = &self.history;
        past.facts.len() + past.posted.len() + past.unstated.len() > SHORT_PAST
    }

    /// The line with its past by dates instead of by causes: [`Line::figures`], [`Line::status`]
    /// and [`may`](crate::line::may) answer as they do for the line itself, on every day. Nothing
    /// can be decided or replayed on it.
    pub fn condensed(&self) -> Result<Line, Overflow> {
        Ok(Line {
            history: self.history.condensed()?,
            number: self.number.clone(),
            product_name: self.product_name.clone(),
            purpose: self.purpose.clone(),
            intake: self.intake.clone(),
            decision: self.decision.clone(),
            frozen: self.frozen.clone(),
            adverse: self.adverse.clone(),
            holds: self.holds.clone(),
            credit_uses: self.credit_uses.clone(),
            waiting_changes: self.waiting_changes.clone(),
            ..*self
        })
    }
}

impl History {
    fn condensed(&self) -> Result<History, Overflow> {
        let mut facts = self.repaid_by_date()?;
        let charge_offs = self.facts.iter();
        facts.extend(charge_offs.filter(|fact| fact.kind == FactKind::ChargeOff));
        let mut posted = self.principal_by_date()?;
        posted.extend(self.losses()?);
        Ok(History {
            facts,
            posted,
            accrued_from: self.accrued_from,
            asked: self.asked.clone(),
            next_close_on: self.next_close_on,
            unstated: Vec::new(),
            last_closing_minor: self.last_closing_minor,
            year: self.year,
            year_fees_minor: self.year_fees_minor,
            year_interest_minor: self.year_interest_minor,
        })
    }

    /// What is asked of statements: repayments after the first of them, one a date. Which of one
    /// date came first changes nothing about what they meet.
    fn repaid_by_date(&self) -> Result<Vec<Fact>, Overflow> {
        let Some(first) = self.asked.iter().map(|asked| asked.closing_on).min() else {
            return Ok(Vec::new());
        };
        let mut repaid: BTreeMap<BusinessDate, Minor> = BTreeMap::new();
        for fact in &self.facts {
            if fact.kind == FactKind::Repayment && fact.on > first {
                let sum = repaid.entry(fact.on).or_default();
                *sum = sum.plus(fact.amount_minor)?;
            }
        }
        Ok(repaid
            .into_iter()
            .map(|(on, amount_minor)| Fact {
                cause: Cause::Earlier { on },
                on,
                kind: FactKind::Repayment,
                amount_minor,
            })
            .collect())
    }

    /// What was charged off and recovered, without the principal in it: that stands among the
    /// dates.
    fn losses(&self) -> Result<Vec<PostedCause>, Overflow> {
        let losses = self.posted.iter().filter(|posted| posted.cause.is_loss());
        losses
            .map(|posted| {
                let change = Change {
                    credit_minor: posted.change.balance()?.negated()?,
                    ..Change::default()
                };
                Ok(PostedCause { change, ..*posted })
            })
            .collect()
    }

    /// What interest is asked of: the principal's changes by date, all those before the first day
    /// that still accrues in one.
    fn principal_by_date(&self) -> Result<Vec<PostedCause>, Overflow> {
        let Some(from) = self.accrued_from else {
            return Ok(Vec::new());
        };
        let mut condensed: Vec<PostedCause> = Vec::new();
        let mut before = Minor::ZERO;
        for (on, principal) in self.principal()? {
            let change = Change {
                principal_minor: principal.minus(before)?,
                ..Change::default()
            };
            let cause = Cause::Earlier { on };
            match condensed.last_mut() {
                // Still before anything accrues: one change up to here.
                Some(first) if on <= from => {
                    *first = PostedCause {
                        cause,
                        on,
                        change: first.change.plus(&change)?,
                    };
                }
                Some(_) | None => condensed.push(PostedCause { cause, on, change }),
            }
            before = principal;
        }
        Ok(condensed)
    }
}
