//! Applications and the life of a line, apart from the money.

use super::adverse::{reasons_given, with_notice_due};
use super::draft::Draft;
use super::intake::{self, Papers};
use super::{Standing, amount, by_another, customer, line};
use crate::actor::Ctx;
use crate::command::*;
use crate::event::Event;
use crate::ids::{CustomerId, MovementId};
use crate::line::{Line, may};
use crate::money::{Minor, Overflow};
use crate::movement::MovementKind;
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

pub(super) fn define_product(world: &World, c: &DefineProduct) -> Result<Vec<Event>, Refusal> {
    let seen = world
        .products
        .get(&c.product_id)
        .map_or(0, |product| product.version);
    if seen != c.seen_version {
        return Err(RefusalCode::StaleVersion.into());
    }
    text::line("name", &c.name, text::NAME_MAX)?;
    c.terms.check()?;
    Ok(vec![Event::ProductDefined {
        product_id: c.product_id,
        name: c.name.clone(),
        terms: c.terms.clone(),
    }])
}

pub(super) fn take(world: &World, c: &TakeApplication) -> Result<Vec<Event>, Refusal> {
    if world.lines.contains_key(&c.line_id) {
        return Err(Refusal::at("line_id", RefusalCode::AlreadyExists));
    }
    customer(world, c.customer_id)?;
    let product = world
        .products
        .get(&c.product_id)
        .ok_or_else(|| Refusal::at("product_id", RefusalCode::UnknownProduct))?;
    let requested_minor = amount(world, "requested", &c.requested)?;
    if requested_minor > product.terms.largest_limit_minor {
        return Err(Refusal::at("requested", RefusalCode::OverProductLimit));
    }
    text::note("purpose", &c.purpose)?;
    let missing = intake::listed(&c.missing)?;
    let taken = Event::ApplicationTaken {
        line_id: c.line_id,
        number: format!("LC-{:06}", world.branch.lines_numbered + 1),
        customer_id: c.customer_id,
        product_id: c.product_id,
        product_name: product.name.clone(),
        requested_minor,
        purpose: Private::Known(c.purpose.clone()),
        missing,
    };
    let approved = intake::approved_by_policy(
        world,
        &Papers {
            line_id: c.line_id,
            customer_id: c.customer_id,
            product_id: c.product_id,
            requested_minor,
            complete: c.missing.is_empty(),
            passed: &[],
        },
    );
    Ok(std::iter::once(taken).chain(approved).collect())
}

pub(super) fn seen(line: &Line, seen_version: u64) -> Result<(), Refusal> {
    if line.version != seen_version {
        return Err(RefusalCode::StaleVersion.into());
    }
    Ok(())
}

pub(super) fn approve(
    world: &World,
    who: &Standing,
    c: &ApproveApplication,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    customer(world, line.customer_id)?;
    may(line, CommandKind::ApproveApplication)?;
    by_another(world, who, &line.taken_by)?;
    seen(line, c.seen_version)?;
    let product = world
        .products
        .get(&line.product_id)
        .ok_or(RefusalCode::UnknownProduct)?;
    // Terms are a part of what is decided: nobody approves others than those they saw.
    if product.version != c.seen_product_version {
        return Err(Refusal::at(
            "seen_product_version",
            RefusalCode::StaleVersion,
        ));
    }
    let limit_minor = amount(world, "limit", &c.limit)?;
    if limit_minor > line.requested_minor {
        return Err(Refusal::at("limit", RefusalCode::OverRequested));
    }
    if limit_minor > product.terms.largest_limit_minor {
        return Err(Refusal::at("limit", RefusalCode::OverProductLimit));
    }
    if !line.intake.all_passed(&product.terms.checks) {
        return Err(RefusalCode::ChecksMissing.into());
    }
    if exposure_with(world, line.customer_id, limit_minor)? > product.terms.exposure_cap_minor {
        return Err(Refusal::at("limit", RefusalCode::OverExposure));
    }
    Ok(vec![Event::ApplicationApproved {
        line_id: c.line_id,
        limit_minor,
        terms: product.terms.clone(),
        by_policy: false,
    }])
}

/// What a customer would be exposed for, over all lines, with one more of this limit.
pub(super) fn exposure_with(
    world: &World,
    customer_id: CustomerId,
    limit_minor: Minor,
) -> Result<Minor, Overflow> {
    let others = world
        .lines_of(customer_id)
        .map(Line::exposure)
        .collect::<Result<Vec<Minor>, _>>()?;
    Minor::sum(others)?.plus(limit_minor)
}

pub(super) fn reject(
    world: &World,
    who: &Standing,
    c: &RejectApplication,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::RejectApplication)?;
    by_another(world, who, &line.taken_by)?;
    seen(line, c.seen_version)?;
    reasons_given(&c.reasons, c.other_words.as_deref())?;
    Ok(vec![Event::ApplicationRejected {
        line_id: c.line_id,
        reasons: c.reasons.clone(),
        other_words: c.other_words.clone().map(Private::Known),
    }])
}

/// Movements of a line nothing of which can have left.
fn callable_back(world: &World, line: &Line) -> Vec<MovementId> {
    world
        .movements_of(line.id)
        .filter(|movement| movement.state.cancellable() && !movement.sent)
        .map(|movement| movement.id)
        .collect()
}

/// While nothing was ever sent, cancelling takes effect at once and calls off what waits.
pub(super) fn cancel(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &CancelApplication,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::CancelApplication)?;
    if let Some(note) = &c.note {
        text::note("note", note)?;
    }
    cancel_at_once(world, ctx, who, line, c.note.clone())
}

fn cancel_at_once(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    line: &Line,
    note: Option<String>,
) -> Result<Vec<Event>, Refusal> {
    let waiting = callable_back(world, line);
    let mut draft = Draft::new(world, ctx, Some(who), line, waiting.iter().copied());
    for movement_id in waiting {
        draft.push(Event::MovementCancelled {
            line_id: line.id,
            movement_id,
        })?;
    }
    if draft.line().movements_on_their_way > 0 {
        return Err(RefusalCode::AlreadySent.into());
    }
    draft.push(Event::ApplicationCancelled {
        line_id: line.id,
        note: note.map(Private::Known),
    })?;
    draft.finish()
}

pub(super) fn record_agreement(
    world: &World,
    ctx: &Ctx,
    c: &RecordAgreement,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    customer(world, line.customer_id)?;
    may(line, CommandKind::RecordAgreement)?;
    if c.signed_on > ctx.business_date {
        return Err(Refusal::at("signed_on", RefusalCode::DateInFuture));
    }
    if c.signed_on < line.taken_on {
        return Err(Refusal::at("signed_on", RefusalCode::DateTooEarly));
    }
    Ok(vec![Event::AgreementRecorded {
        line_id: c.line_id,
        signed_on: c.signed_on,
    }])
}

/// Stops what can still be stopped. With nothing ever sent the application is cancelled;
/// otherwise the line closes itself when it owes nothing.
pub(super) fn request_cancellation(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &RequestCancellation,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::RequestCancellation)?;
    if let Some(reason) = &c.reason {
        text::note("reason", reason)?;
    }
    // Where something turns out to be with the network already, the request stands instead.
    if may(line, CommandKind::CancelApplication).is_ok()
        && let Ok(events) = cancel_at_once(world, ctx, who, line, c.reason.clone())
    {
        return Ok(events);
    }
    let waiting: Vec<MovementId> = callable_back(world, line)
        .into_iter()
        .filter(|id| {
            world
                .movements
                .get(id)
                .is_some_and(|m| m.kind == MovementKind::Draw)
        })
        .collect();
    let mut draft = Draft::new(world, ctx, Some(who), line, waiting.iter().copied());
    let reason = c.reason.clone().map(Private::Known);
    draft.push(Event::CancellationRequested {
        line_id: line.id,
        reason,
    })?;
    for movement_id in waiting {
        draft.push(Event::MovementCancelled {
            line_id: line.id,
            movement_id,
        })?;
    }
    draft.finish()
}

pub(super) fn decline_cancellation(
    world: &World,
    who: &Standing,
    c: &DeclineCancellation,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::DeclineCancellation)?;
    if let Some(asked) = &line.cancellation_requested_by {
        by_another(world, who, asked)?;
    }
    text::note("reason", &c.reason)?;
    Ok(vec![Event::CancellationDeclined {
        line_id: c.line_id,
        reason: Private::Known(c.reason.clone()),
    }])
}

pub(super) fn close(world: &World, c: &CloseLine) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::CloseLine)?;
    Ok(vec![Event::LineClosed {
        line_id: c.line_id,
        after_request: false,
    }])
}

pub(super) fn freeze(world: &World, ctx: &Ctx, c: &FreezeLine) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    customer(world, line.customer_id)?;
    may(line, CommandKind::FreezeLine)?;
    text::note("note", &c.note)?;
    let frozen = Event::LineFrozen {
        line_id: c.line_id,
        note: Private::Known(c.note.clone()),
    };
    let refused = line.refused_by_freezing(ctx.business_date)?;
    Ok(with_notice_due(frozen, line.id, refused))
}

pub(super) fn unfreeze(world: &World, c: &UnfreezeLine) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    customer(world, line.customer_id)?;
    may(line, CommandKind::UnfreezeLine)?;
    text::note("note", &c.note)?;
    Ok(vec![Event::LineUnfrozen {
        line_id: c.line_id,
        note: Private::Known(c.note.clone()),
    }])
}
