//! Events in the making for one line: each is applied to a scratch copy at once, so that what
//! follows from the first (a line that closes itself, credit that is applied) sees it.

use crate::actor::{Ctx, Meta};
use crate::allocation::Allocation;
use crate::apply::{Inconsistent, apply};
use crate::command::Speed;
use crate::date::BusinessDate;
use crate::event::{Event, LinePosting};
use crate::ids::{LineId, MovementId};
use crate::interest::{AccrualLine, total};
use crate::ledger::EntryKind;
use crate::line::{Line, may_close};
use crate::money::{Currency, Minor};
use crate::movement::{Method, Movement, MovementKind};
use crate::product::Due;
use crate::refusal::{Refusal, RefusalCode};
use crate::replay::{Cause, Change, FactKind, Replayed};
use crate::statement::{InterestLine, LineKind, Statement, StatementLine, minimum};
use crate::world::World;

use super::Standing;

/// What the close of an evening charges, beside the cycle it may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Evening {
    /// Of the statement of this closing.
    LateFee {
        closing_on: BusinessDate,
    },
    AnnualFee,
}

pub(super) struct Draft {
    world: World,
    meta: Meta,
    line_id: LineId,
    /// Other lines that a consequence reached.
    others: Vec<LineId>,
    events: Vec<Event>,
    /// As the line stood before this command: what falls due with an evening, and which.
    falling_due: Vec<(BusinessDate, Evening)>,
}

impl Draft {
    /// A scratch copy of one line and the named movements of it.
    pub fn new(
        world: &World,
        ctx: &Ctx,
        who: Option<&Standing>,
        line: &Line,
        movements: impl IntoIterator<Item = MovementId>,
    ) -> Draft {
        let mut scratch = World::default();
        scratch.branch.set_up = world.branch.set_up.clone();
        scratch.branch.closed_through = world.branch.closed_through;
        scratch.branch.calendar = world.branch.calendar.clone();
        scratch.lines.insert(line.id, line.clone());
        for id in movements {
            if let Some(movement) = world.movements.get(&id) {
                scratch.movements.insert(id, movement.clone());
            }
        }
        if let Some(customer) = world.customers.get(&line.customer_id) {
            scratch.customers.insert(customer.id, customer.clone());
        }
        let meta = Meta {
            command_id: ctx.command_id,
            ordinal: 0,
            at: ctx.now,
            business_date: ctx.business_date,
            user_id: who.map(|who| who.user_id),
            person_id: who.map(|who| who.person_id),
        };
        Draft {
            world: scratch,
            meta,
            line_id: line.id,
            others: Vec::new(),
            events: Vec::new(),
            falling_due: falling_due(line, world.branch.closed_through),
        }
    }

    /// Takes a movement along that a consequence reaches, with its line where that is another.
    pub fn bring(&mut self, line: &Line, movement: &Movement) {
        if line.id != self.line_id && !self.others.contains(&line.id) {
            self.others.push(line.id);
            self.world.lines.insert(line.id, line.clone());
        }
        let known = self.world.movements.entry(movement.id);
        known.or_insert_with(|| movement.clone());
    }

    pub fn push(&mut self, event: Event) -> Result<(), Refusal> {
        match apply(&mut self.world, &self.meta, &event) {
            Ok(()) => {}
            Err(Inconsistent::Overflow) => return Err(RefusalCode::SumTooLarge.into()),
            // A rule wrote an event about something it never checked: a bug, answered as broken.
            Err(Inconsistent::Missing(what)) => panic!("{what}"),
        }
        self.events.push(event);
        self.meta.ordinal += 1;
        Ok(())
    }

    pub fn line(&self) -> &Line {
        // Inserted by `new`, and no event removes a line.
        &self.world.lines[&self.line_id]
    }

    /// The scratch copy: what the events so far made of it.
    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn movement(&self, id: MovementId) -> Option<&Movement> {
        self.world.movements.get(&id)
    }

    pub fn today(&self) -> BusinessDate {
        self.meta.business_date
    }

    /// What a repayment of this day pays, as the facts of the line have it.
    pub fn divide(
        &self,
        movement_id: MovementId,
        on: BusinessDate,
        amount: Minor,
    ) -> Result<Allocation, Refusal> {
        let branch = &self.world.branch;
        Ok(self.line().divide(branch, movement_id, on, amount)?)
    }

    /// What follows by itself, and the events of the whole command.
    pub fn finish(mut self) -> Result<Vec<Event>, Refusal> {
        self.close_what_is_due()?;
        self.charge_returned_payments()?;
        self.charge_draws()?;
        let (closed_through, today) = (self.world.branch.closed_through, self.today());
        self.follow_the_facts(closed_through, today)?;
        self.close_if_it_waits_for_that(self.line_id)?;
        for line_id in std::mem::take(&mut self.others) {
            self.close_if_it_waits_for_that(line_id)?;
        }
        Ok(self.events)
    }

    fn close_if_it_waits_for_that(&mut self, line_id: LineId) -> Result<(), Refusal> {
        let line = &self.world.lines[&line_id];
        let to_close = line.cancellation_requested_on.is_some() && !line.status().ended();
        if to_close && may_close(line).is_ok() {
            self.push(Event::LineClosed {
                line_id,
                after_request: true,
            })?;
        }
        Ok(())
    }

    /// The closes of days that ended since the line was last written, before anything else is
    /// said of it.
    fn close_what_is_due(&mut self) -> Result<(), Refusal> {
        let Some(through) = self.world.branch.closed_through else {
            return Ok(());
        };
        for (on, what) in std::mem::take(&mut self.falling_due) {
            self.close_cycles(on.plus_days(-1))?;
            match what {
                Evening::LateFee { closing_on } => self.charge_late_fee(closing_on, on)?,
                Evening::AnnualFee => self.charge_annual_fee(on)?,
            }
        }
        self.close_cycles(through)
    }

    fn close_cycles(&mut self, through: BusinessDate) -> Result<(), Refusal> {
        while let Some(closing_on) = self.line().history.next_close_on
            && closing_on <= through
        {
            self.follow_the_facts(Some(closing_on), closing_on)?;
            let statement = Box::new(self.statement(closing_on)?);
            self.push(Event::CycleClosed {
                line_id: self.line_id,
                statement,
            })?;
        }
        Ok(())
    }

    fn charge_late_fee(
        &mut self,
        closing_on: BusinessDate,
        on: BusinessDate,
    ) -> Result<(), Refusal> {
        let history = &self.line().history;
        let left = history.unmet(on)?;
        let lacking = history
            .asked
            .iter()
            .zip(left)
            .find(|(asked, _)| asked.closing_on == closing_on)
            .map_or(Minor::ZERO, |(_, left)| left);
        let fee = self
            .line()
            .terms()
            .map_or(Minor::ZERO, |terms| terms.late_fee_minor);
        let amount_minor = fee.min(lacking);
        self.charge_on_evening(Cause::LateFee { closing_on }, amount_minor, on)
    }

    fn charge_annual_fee(&mut self, on: BusinessDate) -> Result<(), Refusal> {
        // Ended meanwhile, in this very command.
        if self.line().next_annual_fee_on() != Some(on) {
            return Ok(());
        }
        let terms = self.line().terms();
        let fee = terms.map_or(Minor::ZERO, |terms| terms.annual_fee_minor);
        self.charge_on_evening(Cause::AnnualFee { on }, fee, on)
    }

    fn charge_on_evening(
        &mut self,
        cause: Cause,
        amount_minor: Minor,
        on: BusinessDate,
    ) -> Result<(), Refusal> {
        if !amount_minor.is_positive() {
            return Ok(());
        }
        self.push(Event::FeeCharged {
            line_id: self.line_id,
            cause,
            amount_minor,
            on,
        })?;
        // The close of this evening comes after its fees.
        let asked = &self.line().history.asked;
        let closed = asked.last().map(|asked| asked.closing_on);
        let before = on.plus_days(-1);
        self.follow_the_facts(closed.max(Some(before)), on)
    }

    /// A repayment the network returned in this command costs its fee, once.
    fn charge_returned_payments(&mut self) -> Result<(), Refusal> {
        let terms = self.line().terms();
        let fee = terms.map_or(Minor::ZERO, |terms| terms.returned_payment_fee_minor);
        if !fee.is_positive() {
            return Ok(());
        }
        let returned: Vec<MovementId> = self
            .events
            .iter()
            .filter_map(|event| match event {
                Event::TransferReturned {
                    movement_id,
                    kind: MovementKind::Repayment,
                    ..
                } => Some(*movement_id),
                _ => None,
            })
            .collect();
        for movement_id in returned {
            let cause = Cause::ReturnedPaymentFee { movement_id };
            if !self.line().history.has(cause) {
                self.push(Event::FeeCharged {
                    line_id: self.line_id,
                    cause,
                    amount_minor: fee,
                    on: self.today(),
                })?;
            }
        }
        Ok(())
    }

    /// What the draws that moved in this command cost: the first of all, and each by express.
    fn charge_draws(&mut self) -> Result<(), Refusal> {
        let Some(terms) = self.line().terms() else {
            return Ok(());
        };
        let (origination, express) = (terms.origination_fee_minor, terms.express_fee_minor);
        let moved: Vec<(MovementId, BusinessDate)> = self
            .events
            .iter()
            .filter_map(|event| match event {
                Event::CashMoved {
                    line_id,
                    movement_id,
                    kind: MovementKind::Draw,
                    effective_on,
                    ..
                }
                | Event::TransferSettled {
                    line_id,
                    movement_id,
                    kind: MovementKind::Draw,
                    effective_on,
                    ..
                } if *line_id == self.line_id => Some((*movement_id, *effective_on)),
                _ => None,
            })
            .collect();
        for (movement_id, on) in moved {
            let by_express = self.movement(movement_id).is_some_and(|draw| {
                matches!(draw.method, Method::Network { speed, .. } if speed == Speed::Express)
            });
            let fees = [
                (Cause::OriginationFee, origination, true),
                (Cause::ExpressFee { movement_id }, express, by_express),
            ];
            for (cause, amount_minor, due) in fees {
                if due && amount_minor.is_positive() && !self.line().history.has(cause) {
                    self.push(Event::FeeCharged {
                        line_id: self.line_id,
                        cause,
                        amount_minor,
                        on,
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Posts the difference between what the facts of the line post and what has posted.
    fn follow_the_facts(
        &mut self,
        closed_through: Option<BusinessDate>,
        posted_on: BusinessDate,
    ) -> Result<(), Refusal> {
        let line_id = self.line_id;
        let line = self.line();
        let Some(replayed) = line.replayed(&self.world.branch.calendar, closed_through)? else {
            return Ok(());
        };
        let mut postings = Vec::new();
        for posted in &line.history.posted {
            if !replayed.postings.contains_key(&posted.cause) {
                let nothing = Change::default();
                let change = nothing.minus(&posted.change)?;
                postings.push(self.posting(posted.cause, posted.on, change, &[])?);
            }
        }
        for (cause, posting) in &replayed.postings {
            let before = line.history.posted_by(*cause);
            let change = posting.change.minus(&before)?;
            if !change.is_zero() {
                postings.push(self.posting(*cause, posting.on, change, &posting.lines)?);
            }
        }
        postings.sort_by_key(|posting| (posting.on, posting.cause));
        if let [only] = postings.as_slice()
            && only.kind == EntryKind::CreditApplied
            && only.on == self.today()
            && !self.drops_a_fraction(&replayed)?
        {
            let change = only.change;
            return self.push(Event::CreditApplied {
                line_id,
                allocation: Allocation {
                    fees_minor: change.fees_minor.negated()?,
                    interest_minor: change.interest_minor.negated()?,
                    principal_minor: change.principal_minor.negated()?,
                    credit_minor: Minor::ZERO,
                },
                effective_on: only.on,
            });
        }
        if postings.is_empty() && !self.drops_a_fraction(&replayed)? {
            return Ok(());
        }
        self.push(Event::LinePosted {
            line_id,
            posted_on,
            postings,
            accrued_from: replayed.accrued_from,
        })
    }

    /// Whether interest is counted from another day than before, and that makes a difference.
    fn drops_a_fraction(&self, replayed: &Replayed) -> Result<bool, Refusal> {
        let line = self.line();
        let (before, after) = (line.history.accrued_from, replayed.accrued_from);
        let (Some(before), Some(after)) = (before, after) else {
            return Ok(before != after);
        };
        if before == after {
            return Ok(false);
        }
        let Some(conditions) = line.conditions(&self.world.branch.calendar) else {
            return Ok(false);
        };
        let (from, to) = (before.min(after), before.max(after));
        let between = conditions.accrued(&replayed.principal, from, to)?;
        Ok(!total(&between)?.is_zero())
    }

    fn posting(
        &self,
        cause: Cause,
        on: BusinessDate,
        change: Change,
        lines: &[AccrualLine],
    ) -> Result<LinePosting, Refusal> {
        let history = &self.line().history;
        let first = history.posted_by(cause).is_zero();
        let kind = match cause {
            Cause::Waiver { due: Due::Fees, .. } => EntryKind::FeeWaived,
            Cause::Waiver { .. } => EntryKind::InterestWaived,
            Cause::ChargeOff { .. } => EntryKind::ChargedOff,
            Cause::Recovery { due, .. } => match due {
                Due::Principal => EntryKind::PrincipalRecovered,
                Due::Interest => EntryKind::InterestRecovered,
                Due::Fees => EntryKind::FeesRecovered,
            },
            Cause::CreditUse { .. } if !change.credit_minor.is_positive() => {
                EntryKind::CreditApplied
            }
            Cause::CreditUse { .. } => EntryKind::CreditTakenBack,
            Cause::Movement { .. } if history.is(cause, FactKind::Refund) => {
                EntryKind::CreditTakenBack
            }
            Cause::Movement { .. } | Cause::Earlier { .. } => EntryKind::RepaymentDivided,
            _ => match (cause.is_fee(), first) {
                (true, true) => EntryKind::FeeCharged,
                (true, false) => EntryKind::FeeAdjusted,
                (false, true) => EntryKind::InterestPosted,
                (false, false) => EntryKind::InterestAdjusted,
            },
        };
        let currency = self.world.currency().unwrap_or(Currency::USD);
        Ok(LinePosting {
            cause,
            kind,
            on,
            change,
            lines: lines
                .iter()
                .map(|line| InterestLine::of(line, currency))
                .collect(),
        })
    }

    /// What the customer is told at the close of a cycle.
    fn statement(&self, closing_on: BusinessDate) -> Result<Statement, Refusal> {
        let line = self.line();
        let history = &line.history;
        let terms = line.terms().ok_or(RefusalCode::NotApproved)?;
        let lines: Vec<StatementLine> = history
            .unstated
            .iter()
            .filter(|told| told.posted_on <= closing_on && told.on <= closing_on)
            .cloned()
            .collect();
        let sum = |kind: Option<LineKind>| {
            let of_kind = lines
                .iter()
                .filter(|told| kind.is_none_or(|kind| told.kind == kind));
            Minor::sum(of_kind.map(|told| told.amount_minor))
        };
        let (fees_minor, interest_minor) =
            (sum(Some(LineKind::Fee))?, sum(Some(LineKind::Interest))?);
        let closing_minor = history.last_closing_minor.plus(sum(None)?)?;
        let left = history.unmet(closing_on)?;
        let late = history
            .asked
            .iter()
            .zip(left)
            .filter(|(asked, _)| asked.due_on < closing_on);
        let past_due_minor = Minor::sum(late.map(|(_, left)| left))?.min(closing_minor.or_zero());
        let charges = fees_minor.plus(interest_minor)?.or_zero();
        let minimum_minor = minimum(&terms.minimum, closing_minor, charges, past_due_minor)?;
        let conditions = line
            .conditions(&self.world.branch.calendar)
            .ok_or(RefusalCode::NotApproved)?;
        let same_year = history.year == closing_on.civil().year();
        let so_far = |amount: Minor| if same_year { amount } else { Minor::ZERO };
        Ok(Statement {
            closing_on,
            opening_minor: history.last_closing_minor,
            fees_minor,
            interest_minor,
            closing_minor,
            minimum_minor,
            past_due_minor,
            due_on: conditions.due_on(closing_on),
            year_fees_minor: so_far(history.year_fees_minor).plus(fees_minor)?,
            year_interest_minor: so_far(history.year_interest_minor).plus(interest_minor)?,
            lines,
        })
    }
}

/// What falls due on a line with evenings that are over, in their order.
fn falling_due(line: &Line, closed_through: Option<BusinessDate>) -> Vec<(BusinessDate, Evening)> {
    let late = line.late_fees_to_come().into_iter();
    let mut evenings: Vec<(BusinessDate, Evening)> = late
        .map(|(closing_on, on)| (on, Evening::LateFee { closing_on }))
        .collect();
    if let (Some(first), Some(opened_on)) = (line.next_annual_fee_on(), line.opened_on()) {
        let years = first.civil().year() - opened_on.civil().year();
        let following = (years..).map_while(|years| opened_on.anniversary(years));
        let over = following.take_while(|on| closed_through.is_some_and(|through| *on <= through));
        evenings.extend(over.map(|on| (on, Evening::AnnualFee)));
    }
    evenings.retain(|(on, _)| closed_through.is_some_and(|through| *on <= through));
    evenings.sort();
    evenings
}
