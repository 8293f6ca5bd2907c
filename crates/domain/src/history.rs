//! What a line keeps of its past: the dated facts it is replayed from, what each cause has
//! posted, and what the customer was told.

use crate::actor::Meta;
use crate::allocation::Allocation;
use crate::calendar::Calendar;
use crate::date::BusinessDate;
use crate::delinquency::{Asked, PastDue, past_due, unmet};
use crate::event::Event;
use crate::ids::MovementId;
use crate::interest::{AccrualLine, Exact, total};
use crate::ledger::{Account, Entry, EntryKind};
use crate::line::{Balances, Decision, Line};
use crate::money::{Minor, Overflow};
use crate::movement::MovementKind;
use crate::replay::{Cause, Change, Conditions, Fact, FactKind, Replayed, replay};
use crate::statement::{LineKind, Statement, StatementLine};
use crate::world::Branch;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    pub facts: Vec<Fact>,
    /// What each cause has posted, adjustments included, in the order of the first.
    pub posted: Vec<PostedCause>,
    /// The first day whose interest has not posted; none before the first fact.
    pub accrued_from: Option<BusinessDate>,
    /// What statements asked for, oldest first.
    pub asked: Vec<Asked>,
    /// The end of the cycle that runs; none while there is nothing a close would do.
    pub next_close_on: Option<BusinessDate>,
    /// What posted since the last statement.
    pub unstated: Vec<StatementLine>,
    pub last_closing_minor: Minor,
    /// Fees and interest of a calendar year, for its statements.
    pub year: i16,
    pub year_fees_minor: Minor,
    pub year_interest_minor: Minor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostedCause {
    pub cause: Cause,
    pub on: BusinessDate,
    pub change: Change,
}

impl History {
    fn fact(&mut self, fact: Fact) {
        // Money that moved once is one fact, however often the network says so.
        self.facts.retain(|known| known.cause != fact.cause);
        self.facts.push(fact);
        let no_interest = || {
            let mut posted = self.posted.iter();
            !posted.any(|posted| posted.cause.is_interest())
        };
        self.accrued_from = match self.accrued_from {
            None => Some(fact.on),
            Some(from) if no_interest() => Some(from.min(fact.on)),
            Some(from) => Some(from),
        };
    }

    fn post(&mut self, cause: Cause, on: BusinessDate, change: Change) -> Result<(), Overflow> {
        match self.posted.iter_mut().find(|posted| posted.cause == cause) {
            Some(posted) => posted.change = posted.change.plus(&change)?,
            None => self.posted.push(PostedCause { cause, on, change }),
        }
        self.posted.retain(|posted| !posted.change.is_zero());
        Ok(())
    }

    fn tell(&mut self, line: StatementLine) {
        if !line.amount_minor.is_zero() {
            self.unstated.push(line);
        }
    }

    fn repayments(&self) -> Vec<(BusinessDate, Minor)> {
        self.facts
            .iter()
            .filter(|fact| fact.kind == FactKind::Repayment)
            .map(|fact| (fact.on, fact.amount_minor))
            .collect()
    }

    /// Whether this is among the facts.
    pub fn has(&self, cause: Cause) -> bool {
        self.facts.iter().any(|fact| fact.cause == cause)
    }

    pub fn is(&self, cause: Cause, kind: FactKind) -> bool {
        let fact = self.facts.iter().find(|fact| fact.cause == cause);
        fact.is_some_and(|fact| fact.kind == kind)
    }

    pub fn posted_by(&self, cause: Cause) -> Change {
        self.posted
            .iter()
            .find(|posted| posted.cause == cause)
            .map_or(Change::default(), |posted| posted.change)
    }

    /// The principal after each date's postings.
    pub fn principal(&self) -> Result<Vec<(BusinessDate, Minor)>, Overflow> {
        let mut changes: Vec<(BusinessDate, Minor)> = self
            .posted
            .iter()
            .map(|posted| (posted.on, posted.change.principal_minor))
            .collect();
        changes.sort();
        let mut principal = Minor::ZERO;
        let mut days: Vec<(BusinessDate, Minor)> = Vec::new();
        for (on, change) in changes {
            principal = principal.plus(change)?;
            match days.last_mut() {
                Some(last) if last.0 == on => last.1 = principal,
                Some(_) | None => days.push((on, principal)),
            }
        }
        Ok(days)
    }

    /// What each statement still lacks on an evening.
    pub fn unmet(&self, on: BusinessDate) -> Result<Vec<Minor>, Overflow> {
        unmet(&self.asked, &self.repayments(), on)
    }

    /// The facts as they count: a late fee is taken back as far as the minimum turns out to have
    /// been met in time, an express fee with its draw; the origination fee stands with the first
    /// draw there is.
    pub fn facts_that_count(&self) -> Result<Vec<Fact>, Overflow> {
        let mut counting = Vec::with_capacity(self.facts.len());
        for fact in &self.facts {
            let mut fact = *fact;
            match fact.cause {
                Cause::LateFee { closing_on } => {
                    let left = self.unmet(fact.on)?;
                    let of_statement = self.asked.iter().zip(left);
                    let lacking = of_statement
                        .filter(|(asked, _)| asked.closing_on == closing_on)
                        .map(|(_, left)| left)
                        .max()
                        .unwrap_or(Minor::ZERO);
                    fact.amount_minor = fact.amount_minor.min(lacking);
                }
                Cause::ExpressFee { movement_id } if !self.has(Cause::Movement { movement_id }) => {
                    continue;
                }
                Cause::OriginationFee => {
                    let draws = self.facts.iter().filter(|fact| fact.kind == FactKind::Draw);
                    let Some(first) = draws.map(|draw| draw.on).min() else {
                        continue;
                    };
                    fact.on = first;
                }
                _ => {}
            }
            if fact.amount_minor.is_positive() {
                counting.push(fact);
            }
        }
        Ok(counting)
    }
}

/// What it takes to owe nothing on a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payoff {
    pub on: BusinessDate,
    /// Posted by then.
    pub balances: Balances,
    /// Accrued through the day before and not posted, and why it is so much.
    pub accrued_minor: Minor,
    pub accrued: Vec<AccrualLine>,
    pub payoff_minor: Minor,
    /// What one day more would bear.
    pub per_diem: Exact,
}

impl Payoff {
    fn nothing(on: BusinessDate) -> Payoff {
        Payoff {
            on,
            balances: Balances::default(),
            accrued_minor: Minor::ZERO,
            accrued: Vec::new(),
            payoff_minor: Minor::ZERO,
            per_diem: Exact::ZERO,
        }
    }
}

impl Line {
    /// The day the line opened: when it was approved, or its agreement signed if that was later.
    pub fn opened_on(&self) -> Option<BusinessDate> {
        match &self.decision {
            Some(Decision::Approved { on, .. }) => Some(
                self.agreement_signed_on
                    .map_or(*on, |signed| signed.max(*on)),
            ),
            Some(Decision::Rejected { .. }) | None => None,
        }
    }

    pub fn conditions<'a>(&'a self, calendar: &'a Calendar) -> Option<Conditions<'a>> {
        Some(Conditions {
            terms: self.terms()?,
            opened_on: self.opened_on()?,
            calendar,
        })
    }

    /// Interest that has accrued through the day before `on` and not posted, exactly, with the
    /// lines that explain it.
    pub fn accrued(&self, on: BusinessDate) -> Result<(Exact, Vec<AccrualLine>), Overflow> {
        let calendar = Calendar::default();
        let conditions = self.conditions(&calendar);
        let (Some(conditions), Some(from)) = (conditions, self.history.accrued_from) else {
            return Ok((Exact::ZERO, Vec::new()));
        };
        let lines = conditions.accrued(&self.history.principal()?, from, on)?;
        Ok((total(&lines)?, lines))
    }

    /// What has accrued on principal that is repaid by now: it grows no more, and posts at the
    /// cycle's close. Zero where less than half a minor unit is left.
    pub fn accrued_and_resting(&self) -> Result<Minor, Overflow> {
        if !self.balances.principal_minor.is_zero() {
            return Ok(Minor::ZERO);
        }
        let principal = self.history.principal()?;
        let Some((last, _)) = principal.last() else {
            return Ok(Minor::ZERO);
        };
        self.accrued(*last)?.0.rounded()
    }

    /// Posted fees + interest + principal, and interest accrued through the day before.
    pub fn owed_on(&self, today: BusinessDate) -> Result<Minor, Overflow> {
        let accrued = self.accrued(today)?.0.rounded()?;
        self.balances.owed()?.plus(accrued)
    }

    /// What would settle everything on a date, as known now: of a later date if nothing else
    /// happened until then, so that cycles ending before it post and round as they will.
    pub fn payoff(&self, on: BusinessDate, calendar: &Calendar) -> Result<Payoff, Overflow> {
        let Some(conditions) = self.conditions(calendar) else {
            return Ok(Payoff::nothing(on));
        };
        let mut facts = self.history.facts_that_count()?;
        facts.retain(|fact| fact.on <= on);
        let then = replay(&conditions, &facts, Some(on.plus_days(-1)))?;
        let (exact, accrued) = then.accrued(&conditions, on)?;
        let next = conditions.accrued(&then.principal, on, on.plus_days(1))?;
        let accrued_minor = exact.rounded()?;
        let owed = then.balances.owed()?.plus(accrued_minor)?;
        Ok(Payoff {
            on,
            balances: then.balances,
            accrued_minor,
            accrued,
            payoff_minor: owed.minus(then.balances.credit_minor)?.or_zero(),
            per_diem: total(&next)?,
        })
    }

    /// Where the facts lead, with the cycles closed that ended up to `closed_through`.
    pub fn replayed(
        &self,
        calendar: &Calendar,
        closed_through: Option<BusinessDate>,
    ) -> Result<Option<Replayed>, Overflow> {
        let Some(conditions) = self.conditions(calendar) else {
            return Ok(None);
        };
        let facts = self.history.facts_that_count()?;
        replay(&conditions, &facts, closed_through).map(Some)
    }

    /// What a repayment of this day pays, as the facts have it.
    pub fn divide(
        &self,
        branch: &Branch,
        movement_id: MovementId,
        on: BusinessDate,
        amount: Minor,
    ) -> Result<Allocation, Overflow> {
        let Some(conditions) = self.conditions(&branch.calendar) else {
            return self.allocate(amount);
        };
        let cause = Cause::Movement { movement_id };
        let mut facts = self.history.facts_that_count()?;
        facts.retain(|fact| fact.cause != cause);
        facts.push(Fact {
            cause,
            on,
            kind: FactKind::Repayment,
            amount_minor: amount,
        });
        let replayed = replay(&conditions, &facts, branch.closed_through)?;
        let change = replayed
            .postings
            .get(&cause)
            .map_or(Change::default(), |posting| posting.change);
        Ok(Allocation {
            fees_minor: change.fees_minor.negated()?,
            interest_minor: change.interest_minor.negated()?,
            principal_minor: change.principal_minor.negated()?,
            credit_minor: change.credit_minor,
        })
    }

    pub fn past_due(&self, today: BusinessDate) -> Result<PastDue, Overflow> {
        let history = &self.history;
        let owed = self.balances.owed()?;
        past_due(&history.asked, &history.repayments(), owed, today)
    }

    /// The statements that lack something on a day, oldest first, each with what it lacks.
    pub fn unmet_minimums(&self, on: BusinessDate) -> Result<Vec<(Asked, Minor)>, Overflow> {
        let left = self.history.unmet(on)?;
        let asked = self.history.asked.iter().cloned();
        let unmet = asked.zip(left).filter(|(_, left)| left.is_positive());
        Ok(unmet.collect())
    }

    /// What statements ask for and have not got, and by when the next of it is due.
    pub fn minimum_to_pay(
        &self,
        today: BusinessDate,
    ) -> Result<(Minor, Option<BusinessDate>), Overflow> {
        let open = self.unmet_minimums(today)?;
        let lacking = Minor::sum(open.iter().map(|(_, left)| *left))?;
        let amount = lacking.min(self.balances.owed()?);
        let due_on = open
            .iter()
            .map(|(asked, _)| asked.due_on)
            .filter(|due_on| *due_on >= today)
            .min();
        if !amount.is_positive() {
            return Ok((Minor::ZERO, None));
        }
        Ok((amount, due_on))
    }

    /// When the line was charged off.
    pub fn charged_off_on(&self) -> Option<BusinessDate> {
        let mut facts = self.history.facts.iter();
        let charge_off = facts.find(|fact| fact.kind == FactKind::ChargeOff);
        charge_off.map(|fact| fact.on)
    }

    /// Charged off and not brought back since.
    pub fn unrecovered(&self) -> Result<Minor, Overflow> {
        let posted = self.history.posted.iter();
        let losses = posted.filter(|posted| posted.cause.is_loss());
        let changes: Result<Vec<Minor>, Overflow> =
            losses.map(|posted| posted.change.balance()).collect();
        Minor::sum(changes?)?.negated()
    }

    /// The next anniversary that costs the annual fee.
    pub fn next_annual_fee_on(&self) -> Option<BusinessDate> {
        let costs = |terms: &&crate::product::Terms| terms.annual_fee_minor.is_positive();
        self.terms().filter(costs)?;
        self.agreement_signed_on?;
        if self.status().ended() || self.charged_off_on().is_some() {
            return None;
        }
        let opened_on = self.opened_on()?;
        let charged = self
            .history
            .facts
            .iter()
            .filter_map(|fact| match fact.cause {
                Cause::AnnualFee { on } => Some(on),
                _ => None,
            });
        let years = charged
            .max()
            .map_or(0, |last| last.civil().year() - opened_on.civil().year());
        opened_on.anniversary(years + 1)
    }

    /// The next evening on which the close of the day has something to do with this line.
    pub fn next_due_on(&self) -> Option<BusinessDate> {
        let late = self.late_fees_to_come().into_iter().map(|(_, on)| on).min();
        [self.history.next_close_on, late, self.next_annual_fee_on()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Statements whose late fee may still fall due, as things stand, and on which evening.
    pub fn late_fees_to_come(&self) -> Vec<(BusinessDate, BusinessDate)> {
        let Some(terms) = self
            .terms()
            .filter(|terms| terms.late_fee_minor.is_positive())
        else {
            return Vec::new();
        };
        let history = &self.history;
        let Ok(left) = history.unmet(BusinessDate::LATEST) else {
            return Vec::new();
        };
        let unmet = history.asked.iter().zip(left);
        unmet
            .filter(|(asked, left)| asked.late_fee_open && left.is_positive())
            .map(|(asked, _)| (asked.closing_on, asked.late_on(terms.grace_days)))
            .collect()
    }
}

/// Carries one event into the history of its line. `entries` are what it posted.
pub fn note(
    line: &mut Line,
    meta: &Meta,
    event: &Event,
    entries: &[Entry],
    closed_through: Option<BusinessDate>,
) -> Result<(), Overflow> {
    match event {
        Event::CashMoved {
            movement_id,
            kind,
            amount_minor,
            effective_on,
            ..
        }
        | Event::TransferSettled {
            movement_id,
            kind,
            amount_minor,
            effective_on,
            ..
        }
        | Event::ReturnReturned {
            movement_id,
            kind,
            amount_minor,
            effective_on,
            ..
        } => {
            let cause = Cause::Movement {
                movement_id: *movement_id,
            };
            line.history.fact(Fact {
                cause,
                on: *effective_on,
                kind: match kind {
                    MovementKind::Draw => FactKind::Draw,
                    MovementKind::Repayment => FactKind::Repayment,
                    MovementKind::Refund => FactKind::Refund,
                },
                amount_minor: *amount_minor,
            });
            let change = change_of(line, entries)?;
            line.history.post(cause, *effective_on, change)?;
            tell_movement(
                line,
                meta,
                *movement_id,
                *kind,
                *effective_on,
                change,
                false,
            )?;
        }
        Event::TransferReturned {
            movement_id,
            kind,
            effective_on,
            ..
        }
        | Event::MovementReversed {
            movement_id,
            kind,
            effective_on,
            ..
        } => {
            let cause = Cause::Movement {
                movement_id: *movement_id,
            };
            line.history.facts.retain(|fact| fact.cause != cause);
            if line.history.facts.is_empty() {
                line.history.accrued_from = None;
            }
            let change = change_of(line, entries)?;
            line.history.post(cause, *effective_on, change)?;
            tell_movement(line, meta, *movement_id, *kind, *effective_on, change, true)?;
        }
        Event::CreditApplied { effective_on, .. } => {
            let cause = Cause::CreditUse { on: *effective_on };
            let change = change_of(line, entries)?;
            line.history.post(cause, *effective_on, change)?;
        }
        Event::CreditTakenBack { .. } | Event::OverpaymentCredited { .. } => {
            for entry in entries {
                if let Some(leg) = entry.legs.first() {
                    let on = leg.effective_on;
                    let change = change_of(line, std::slice::from_ref(entry))?;
                    line.history.post(Cause::Earlier { on }, on, change)?;
                }
            }
        }
        Event::FeeCharged {
            cause,
            amount_minor,
            on,
            ..
        } => {
            line.history.fact(Fact {
                cause: *cause,
                on: *on,
                kind: FactKind::Fee,
                amount_minor: *amount_minor,
            });
            for asked in &mut line.history.asked {
                if *cause
                    == (Cause::LateFee {
                        closing_on: asked.closing_on,
                    })
                {
                    asked.late_fee_open = false;
                }
            }
        }
        Event::LinePosted {
            posted_on,
            postings,
            accrued_from,
            ..
        } => {
            for posting in postings {
                line.history
                    .post(posting.cause, posting.on, posting.change)?;
                let kind = match posting.kind {
                    EntryKind::FeeCharged | EntryKind::FeeAdjusted | EntryKind::FeeWaived => {
                        LineKind::Fee
                    }
                    EntryKind::ChargedOff => LineKind::ChargeOff,
                    EntryKind::PrincipalRecovered
                    | EntryKind::InterestRecovered
                    | EntryKind::FeesRecovered => LineKind::Recovery,
                    _ => LineKind::Interest,
                };
                line.history.tell(StatementLine {
                    on: posting.on,
                    posted_on: *posted_on,
                    kind,
                    cause: posting.cause,
                    amount_minor: posting.change.balance()?,
                    adjusts: matches!(
                        posting.kind,
                        EntryKind::InterestAdjusted | EntryKind::FeeAdjusted
                    ),
                    explained: posting.lines.clone(),
                });
            }
            line.history.accrued_from = *accrued_from;
        }
        Event::ChargeWaived {
            change_id,
            of,
            amount_minor,
            on,
            ..
        } => line.history.fact(Fact {
            cause: Cause::Waiver {
                change_id: *change_id,
                due: *of,
            },
            on: *on,
            kind: FactKind::Waiver,
            amount_minor: *amount_minor,
        }),
        Event::ChargedOff {
            change_id,
            amount_minor,
            on,
            ..
        } => line.history.fact(Fact {
            cause: Cause::ChargeOff {
                change_id: *change_id,
            },
            on: *on,
            kind: FactKind::ChargeOff,
            amount_minor: *amount_minor,
        }),
        Event::CycleClosed { statement, .. } => close(line, statement)?,
        _ => return Ok(()),
    }
    keep_agenda(line, meta, closed_through);
    Ok(())
}

/// What entries change of the line's own accounts.
fn change_of(line: &Line, entries: &[Entry]) -> Result<Change, Overflow> {
    let mut change = Change::default();
    for leg in entries.iter().flat_map(|entry| &entry.legs) {
        let amount = leg.amount_minor;
        match leg.account {
            Account::Principal(id) if id == line.id => {
                change.principal_minor = change.principal_minor.plus(amount)?;
            }
            Account::Interest(id) if id == line.id => {
                change.interest_minor = change.interest_minor.plus(amount)?;
            }
            Account::Fees(id) if id == line.id => {
                change.fees_minor = change.fees_minor.plus(amount)?;
            }
            Account::Credit(id) if id == line.id => {
                change.credit_minor = change.credit_minor.minus(amount)?;
            }
            _ => {}
        }
    }
    Ok(change)
}

fn tell_movement(
    line: &mut Line,
    meta: &Meta,
    movement_id: MovementId,
    kind: MovementKind,
    on: BusinessDate,
    change: Change,
    adjusts: bool,
) -> Result<(), Overflow> {
    line.history.tell(StatementLine {
        on,
        posted_on: meta.business_date,
        kind: match kind {
            MovementKind::Draw => LineKind::Draw,
            MovementKind::Repayment => LineKind::Repayment,
            MovementKind::Refund => LineKind::Refund,
        },
        cause: Cause::Movement { movement_id },
        amount_minor: change.balance()?,
        adjusts,
        explained: Vec::new(),
    });
    Ok(())
}

fn close(line: &mut Line, statement: &Statement) -> Result<(), Overflow> {
    let history = &mut line.history;
    let closing_on = statement.closing_on;
    history
        .unstated
        .retain(|told| told.posted_on > closing_on || told.on > closing_on);
    history.last_closing_minor = statement.closing_minor;
    history.year = closing_on.civil().year();
    history.year_fees_minor = statement.year_fees_minor;
    history.year_interest_minor = statement.year_interest_minor;
    let own_minor = statement
        .minimum_minor
        .minus(statement.past_due_minor)?
        .or_zero();
    history.asked.push(Asked {
        closing_on,
        due_on: statement.due_on,
        own_minor,
        late_fee_open: own_minor.is_positive(),
    });
    history.next_close_on = None;
    let active = !history.unstated.is_empty()
        || !line.balances.owed()?.is_zero()
        || !line.accrued_and_resting()?.is_zero();
    if active {
        line.history.next_close_on = closing_from(line, closing_on.plus_days(1));
    }
    Ok(())
}

fn closing_from(line: &Line, date: BusinessDate) -> Option<BusinessDate> {
    let calendar = Calendar::default();
    Some(line.conditions(&calendar)?.closing(date))
}

/// Sets the next close where something begins, and leaves behind the late fees whose evening
/// is over: those are never charged afterwards.
fn keep_agenda(line: &mut Line, meta: &Meta, closed_through: Option<BusinessDate>) {
    if line.history.next_close_on.is_none() && !line.history.unstated.is_empty() {
        line.history.next_close_on = closing_from(line, meta.business_date);
    }
    let (Some(grace_days), Some(through)) =
        (line.terms().map(|terms| terms.grace_days), closed_through)
    else {
        return;
    };
    for asked in &mut line.history.asked {
        if asked.late_on(grace_days) <= through {
            asked.late_fee_open = false;
        }
    }
}
