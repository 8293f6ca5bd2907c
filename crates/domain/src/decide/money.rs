//! Draws, repayments, refunds: asking, releasing, handing over.

use super::draft::Draft;
use super::drawers;
use super::{Standing, amount, by_another, currency, customer, line, movement};
use crate::actor::{Ctx, NetworkState};
use crate::command::*;
use crate::customer::{BankAccount, Customer};
use crate::date::BusinessDate;
use crate::event::Event;
use crate::ids::{BankAccountId, LineId, MovementId};
use crate::line::{Line, may, refuse_if};
use crate::money::Minor;
use crate::movement::{Method, Movement, MovementKind, MovementState};
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::transfer::presentable;
use crate::world::World;

pub(super) fn request_draw(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &RequestDraw,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let customer = customer(world, line.customer_id)?;
    unused(world, "draw_id", c.draw_id)?;
    may(line, CommandKind::RequestDraw)?;
    let terms = line.terms().ok_or(RefusalCode::NotApproved)?;
    let amount_minor = amount(world, "amount", &c.amount)?;
    let method = match &c.method {
        PayOut::Cash { identity_seen } => {
            if !identity_seen {
                return Err(Refusal::at(
                    "method.identity_seen",
                    RefusalCode::IdentityNotSeen,
                ));
            }
            Method::Cash
        }
        PayOut::Bank { account_id, speed } => {
            let account = usable_account(customer, *account_id)?;
            Method::Network {
                account_id: *account_id,
                last4: account.last4.clone(),
                speed: *speed,
            }
        }
    };
    if amount_minor > line.available(ctx.business_date)? {
        return Err(Refusal::at("amount", RefusalCode::OverAvailable));
    }

    let offline = ctx.network == NetworkState::Offline;
    let needs_second_person = amount_minor > terms.single_signature_minor
        || (offline && amount_minor > terms.offline_cap_minor);
    let mut draft = Draft::new(world, ctx, Some(who), line, []);
    draft.push(Event::MovementRequested {
        line_id: line.id,
        movement_id: c.draw_id,
        kind: MovementKind::Draw,
        method,
        amount_minor,
        needs_second_person,
    })?;
    if !needs_second_person {
        release(world, &mut draft, who, customer, c.draw_id, None)?;
    }
    draft.finish()
}

/// Sends a movement on its way: cash changes hands now, a transfer enters the outbox.
pub(super) fn release(
    world: &World,
    draft: &mut Draft,
    who: &Standing,
    customer: &Customer,
    movement_id: MovementId,
    effective_on: Option<BusinessDate>,
) -> Result<(), Refusal> {
    let Some(movement) = draft.movement(movement_id).cloned() else {
        return Err(RefusalCode::UnknownMovement.into());
    };
    match &movement.method {
        Method::Cash => {
            let (kind, amount_minor) = (movement.kind, movement.amount_minor);
            drawers::may_pass(world, who.user_id, kind, amount_minor)?;
            hand_over(draft, who, &movement, effective_on)
        }
        Method::Network {
            account_id, speed, ..
        } => {
            let account = usable_account(customer, *account_id)?;
            draft.push(Event::TransferQueued {
                line_id: movement.line_id,
                movement_id,
                kind: movement.kind,
                amount_minor: movement.amount_minor,
                currency: currency(world)?,
                account: account.numbers.clone(),
                speed: *speed,
                line_number: draft.line().number.clone(),
            })
        }
    }
}

/// Cash that changed hands today, or on the earlier day that is told.
fn hand_over(
    draft: &mut Draft,
    who: &Standing,
    movement: &Movement,
    effective_on: Option<BusinessDate>,
) -> Result<(), Refusal> {
    let effective_on = effective_on.unwrap_or(draft.today());
    let allocation = match movement.kind {
        MovementKind::Repayment => {
            Some(draft.divide(movement.id, effective_on, movement.amount_minor)?)
        }
        MovementKind::Draw | MovementKind::Refund => None,
    };
    draft.push(Event::CashMoved {
        line_id: movement.line_id,
        movement_id: movement.id,
        kind: movement.kind,
        drawer: who.user_id,
        amount_minor: movement.amount_minor,
        effective_on,
        allocation,
    })
}

pub(super) fn draw(
    world: &World,
    line_id: LineId,
    draw_id: MovementId,
) -> Result<&Movement, Refusal> {
    let movement = movement(world, line_id, draw_id, "draw_id")?;
    if movement.kind != MovementKind::Draw {
        return Err(Refusal::at("draw_id", RefusalCode::UnknownMovement));
    }
    Ok(movement)
}

pub(super) fn approve_draw(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &ApproveDraw,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let customer = customer(world, line.customer_id)?;
    let draw = draw(world, c.line_id, c.draw_id)?;
    if draw.state != MovementState::Requested {
        return Err(RefusalCode::NotRequested.into());
    }
    may(line, CommandKind::ApproveDraw)?;
    by_another(world, who, &draw.requested_by)?;
    in_time(draw, ctx)?;
    still_within_limit(line, ctx)?;
    let mut draft = Draft::new(world, ctx, Some(who), line, [c.draw_id]);
    draft.push(Event::DrawApproved {
        line_id: line.id,
        movement_id: c.draw_id,
    })?;
    // Cash waits at the counter for the customer; a transfer goes at once.
    if matches!(draw.method, Method::Network { .. }) {
        release(world, &mut draft, who, customer, c.draw_id, None)?;
    }
    draft.finish()
}

pub(super) fn in_time(draw: &Movement, ctx: &Ctx) -> Result<(), Refusal> {
    refuse_if(draw.expired(ctx.business_date), RefusalCode::DrawExpired)?;
    Ok(())
}

pub(super) fn still_within_limit(line: &Line, ctx: &Ctx) -> Result<(), Refusal> {
    if !line.within_limit(ctx.business_date)? {
        return Err(RefusalCode::OverAvailable.into());
    }
    Ok(())
}

pub(super) fn decline_draw(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &DeclineDraw,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let draw = draw(world, c.line_id, c.draw_id)?;
    if draw.state != MovementState::Requested {
        return Err(RefusalCode::NotRequested.into());
    }
    may(line, CommandKind::DeclineDraw)?;
    by_another(world, who, &draw.requested_by)?;
    text::note("reason", &c.reason)?;
    let mut draft = Draft::new(world, ctx, Some(who), line, [c.draw_id]);
    let reason = Private::Known(c.reason.clone());
    draft.push(Event::DrawDeclined {
        line_id: line.id,
        movement_id: c.draw_id,
        reason,
    })?;
    draft.finish()
}

pub(super) fn pay_cash_draw(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &PayCashDraw,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let customer = customer(world, line.customer_id)?;
    let draw = draw(world, c.line_id, c.draw_id)?;
    if draw.state != MovementState::Approved || draw.method != Method::Cash {
        return Err(RefusalCode::NotPayable.into());
    }
    may(line, CommandKind::PayCashDraw)?;
    in_time(draw, ctx)?;
    if !c.identity_seen {
        return Err(Refusal::at("identity_seen", RefusalCode::IdentityNotSeen));
    }
    still_within_limit(line, ctx)?;
    let mut draft = Draft::new(world, ctx, Some(who), line, [c.draw_id]);
    release(world, &mut draft, who, customer, c.draw_id, None)?;
    draft.finish()
}

pub(super) fn cancel_draw(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &CancelDraw,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let draw = draw(world, c.line_id, c.draw_id)?;
    call_off(world, ctx, who, line, draw)
}

pub(super) fn cancel_repayment(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &CancelRepayment,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let repayment = movement(world, c.line_id, c.repayment_id, "repayment_id")?;
    if repayment.kind != MovementKind::Repayment {
        return Err(Refusal::at("repayment_id", RefusalCode::UnknownMovement));
    }
    call_off(world, ctx, who, line, repayment)
}

fn call_off(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    line: &Line,
    movement: &Movement,
) -> Result<Vec<Event>, Refusal> {
    if !movement.state.on_its_way() {
        return Err(RefusalCode::AlreadyFinished.into());
    }
    if !movement.state.cancellable() || movement.sent {
        return Err(RefusalCode::AlreadySent.into());
    }
    let mut draft = Draft::new(world, ctx, Some(who), line, [movement.id]);
    draft.push(Event::MovementCancelled {
        line_id: line.id,
        movement_id: movement.id,
    })?;
    draft.finish()
}

/// More than is owed is not refused: the rest becomes customer credit, named in the preview
/// and on the receipt. Nothing owed at all is refused.
pub(super) fn take_repayment(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &TakeRepayment,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let customer = customer(world, line.customer_id)?;
    unused(world, "repayment_id", c.repayment_id)?;
    let late = c.taken_on.is_some_and(|on| on < ctx.business_date);
    // Cash that was taken is a fact, whatever has become of the line since.
    if !late || line.opened_on().is_none() {
        may(line, CommandKind::TakeRepayment)?;
    }
    let amount_minor = amount(world, "amount", &c.amount)?;
    if let Some(taken_on) = c.taken_on {
        check_taken_on(line, ctx, c, taken_on)?;
    }
    let method = match &c.method {
        PayIn::Cash {} => Method::Cash,
        PayIn::Debit { account_id } => {
            let account = usable_account(customer, *account_id)?;
            if account.debit_authorized_on.is_none() {
                return Err(Refusal::at("method.account_id", RefusalCode::NotAuthorized));
            }
            let last4 = account.last4.clone();
            Method::Network {
                account_id: *account_id,
                last4,
                speed: Speed::Standard,
            }
        }
    };
    let mut draft = Draft::new(world, ctx, Some(who), line, []);
    draft.push(Event::MovementRequested {
        line_id: line.id,
        movement_id: c.repayment_id,
        kind: MovementKind::Repayment,
        method,
        amount_minor,
        needs_second_person: false,
    })?;
    release(world, &mut draft, who, customer, c.repayment_id, c.taken_on)?;
    draft.finish()
}

/// Cash that was taken on an earlier day and is entered only now counts from that day. A debit
/// counts from the day it is asked for.
fn check_taken_on(
    line: &Line,
    ctx: &Ctx,
    c: &TakeRepayment,
    taken_on: BusinessDate,
) -> Result<(), Refusal> {
    if taken_on > ctx.business_date {
        return Err(Refusal::at("taken_on", RefusalCode::DateInFuture));
    }
    if line
        .opened_on()
        .is_none_or(|opened_on| taken_on < opened_on)
    {
        return Err(Refusal::at("taken_on", RefusalCode::DateTooEarly));
    }
    if matches!(c.method, PayIn::Debit { .. }) {
        return Err(Refusal::at("taken_on", RefusalCode::FieldMalformed));
    }
    Ok(())
}

/// A debit that came back for want of funds, once more: another obligation with a key of its
/// own, for the same amount from the same account, if that may still be debited.
pub(super) fn present_again(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &PresentAgain,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let customer = customer(world, line.customer_id)?;
    let returned = movement(world, c.line_id, c.movement_id, "movement_id")?;
    unused(world, "repayment_id", c.repayment_id)?;
    may(line, CommandKind::PresentAgain)?;
    let presented = returned
        .presented_as
        .and_then(|id| world.movements.get(&id));
    let (account_id, first_settled_on, number) =
        presentable(returned, presented, ctx.business_date)?;
    let account = usable_account(customer, account_id)?;
    if account.debit_authorized_on.is_none() {
        return Err(RefusalCode::NotAuthorized.into());
    }
    let mut draft = Draft::new(world, ctx, Some(who), line, [returned.id]);
    draft.push(Event::MovementRequested {
        line_id: line.id,
        movement_id: c.repayment_id,
        kind: MovementKind::Repayment,
        method: returned.method.clone(),
        amount_minor: returned.amount_minor,
        needs_second_person: false,
    })?;
    draft.push(Event::DebitPresents {
        line_id: line.id,
        movement_id: c.repayment_id,
        of: returned.id,
        number,
        first_settled_on,
    })?;
    draft.push(Event::DebitPresentedAgain {
        line_id: line.id,
        movement_id: returned.id,
        presentation_id: c.repayment_id,
    })?;
    release(world, &mut draft, who, customer, c.repayment_id, None)?;
    draft.finish()
}

pub(super) fn refund_credit(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &RefundCredit,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let customer = customer(world, line.customer_id)?;
    unused(world, "refund_id", c.refund_id)?;
    may(line, CommandKind::RefundCredit)?;
    let amount_minor: Minor = amount(world, "amount", &c.amount)?;
    if amount_minor > line.balances.credit_minor {
        return Err(Refusal::at("amount", RefusalCode::NoSuchCredit));
    }
    let mut draft = Draft::new(world, ctx, Some(who), line, []);
    draft.push(Event::MovementRequested {
        line_id: line.id,
        movement_id: c.refund_id,
        kind: MovementKind::Refund,
        method: Method::Cash,
        amount_minor,
        needs_second_person: false,
    })?;
    release(world, &mut draft, who, customer, c.refund_id, None)?;
    draft.finish()
}

fn unused(world: &World, field: &str, id: MovementId) -> Result<(), Refusal> {
    if world.movements.contains_key(&id) {
        return Err(Refusal::at(field, RefusalCode::AlreadyExists));
    }
    Ok(())
}

fn usable_account(customer: &Customer, id: BankAccountId) -> Result<&BankAccount, Refusal> {
    let account = customer
        .bank_account(id)
        .ok_or_else(|| Refusal::at("method.account_id", RefusalCode::UnknownBankAccount))?;
    if account.unusable_since_code.is_some() {
        return Err(Refusal::at(
            "method.account_id",
            RefusalCode::AccountUnusable,
        ));
    }
    Ok(account)
}
