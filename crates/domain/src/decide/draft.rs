//! Events in the making for one line: each is applied to a scratch copy at once, so that what
//! follows from the first (a line that closes itself, credit that is applied) sees it.

use crate::actor::{Ctx, Meta};
use crate::allocation::Allocation;
use crate::apply::{Inconsistent, apply};
use crate::date::BusinessDate;
use crate::event::Event;
use crate::ids::{LineId, MovementId};
use crate::line::{Line, may_close};
use crate::money::Minor;
use crate::movement::Movement;
use crate::refusal::{Refusal, RefusalCode};
use crate::world::World;

use super::Standing;

pub(super) struct Draft {
    world: World,
    meta: Meta,
    line_id: LineId,
    /// Other lines that a consequence reached.
    others: Vec<LineId>,
    events: Vec<Event>,
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

    /// Divides an amount among what this line has posted. Nothing is past due before the
    /// statements of a later release make it so.
    pub fn allocate(&self, amount: Minor) -> Result<Allocation, Refusal> {
        Ok(self.line().allocate(amount)?)
    }

    /// What follows by itself, and the events of the whole command.
    pub fn finish(mut self) -> Result<Vec<Event>, Refusal> {
        self.square_credit()?;
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

    /// Customer credit stands against what is owed: applied at once to whatever posts, taken
    /// back when the money behind it is returned.
    fn square_credit(&mut self) -> Result<(), Refusal> {
        let line_id = self.line_id;
        let today = self.today();
        let overpaid = self.line().balances.principal_minor;
        if overpaid.0 < 0 {
            let amount_minor = overpaid.negated()?;
            self.push(Event::OverpaymentCredited {
                line_id,
                amount_minor,
                effective_on: today,
            })?;
        }
        let short = self.line().balances.credit_minor;
        if short.0 < 0 {
            let parts = self.uses_to_take_back(short.negated()?)?;
            self.push(Event::CreditTakenBack { line_id, parts })?;
        }
        let credit = self.line().balances.credit_minor;
        let owed = self.line().balances.owed()?;
        if credit.is_positive() && owed.is_positive() {
            let allocation = self.allocate(credit.min(owed))?;
            self.push(Event::CreditApplied {
                line_id,
                allocation,
                effective_on: today,
            })?;
        }
        Ok(())
    }

    /// Newest uses first, each from its own day; what no use explains, from today.
    fn uses_to_take_back(&self, short: Minor) -> Result<Vec<(BusinessDate, Minor)>, Refusal> {
        let mut left = short;
        let mut parts = Vec::new();
        for used in self.line().credit_uses.iter().rev() {
            let taken = left.min(used.amount_minor);
            if taken.is_positive() {
                parts.push((used.on, taken));
                left = left.minus(taken)?;
            }
        }
        if left.is_positive() {
            parts.push((self.today(), left));
        }
        Ok(parts)
    }
}
