//! An admin who is the only one there releases a draw of their own. I7 stands: somebody else
//! decides on it, afterwards.

use super::draft::Draft;
use super::{Standing, customer, line, money, user};
use crate::actor::{ActedBy, Ctx};
use crate::command::{BreakGlass, CommandKind};
use crate::event::Event;
use crate::glass::{alone, cap, may_break, unreviewed};
use crate::line::may;
use crate::movement::{Method, MovementState};
use crate::private::Private;
use crate::reconcile::Finding;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

pub(super) fn break_glass(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &BreakGlass,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let customer = customer(world, line.customer_id)?;
    let draw = money::draw(world, c.line_id, c.draw_id)?;
    if draw.state != MovementState::Requested {
        return Err(RefusalCode::NotRequested.into());
    }
    may(line, CommandKind::BreakGlass)?;
    let by = ActedBy {
        user_id: who.user_id,
        person_id: who.person_id,
    };
    let alone = alone(by, world.users.values(), ctx.now);
    may_break(by, alone, draw, unreviewed(&world.branch)?, cap(line)?)?;
    money::in_time(draw, ctx)?;
    text::note("reason", &c.reason)?;
    money::still_within_limit(line, ctx)?;

    let login = &user(world, who.user_id)?.login;
    let calendar = &world.branch.calendar;
    let due_on = calendar.business_days_after(ctx.business_date, 1);
    let finding = Finding::glass_broken(who.user_id, login, draw, due_on);
    let mut draft = Draft::new(world, ctx, Some(who), line, [c.draw_id]);
    draft.push(Event::GlassBroken {
        line_id: line.id,
        movement_id: c.draw_id,
        reason: Private::Known(c.reason.clone()),
    })?;
    draft.push(Event::FindingOpened { finding })?;
    // Cash waits at the counter for the customer; a transfer goes at once.
    if matches!(draw.method, Method::Network { .. }) {
        money::release(world, &mut draft, who, customer, c.draw_id, None)?;
    }
    draft.finish()
}
