//! Changes of a line: one person asks, another decides, and the rules run both times.

use super::adverse::with_notice_due;
use super::draft::Draft;
use super::drawers;
use super::{Standing, amount, by_another, customer, line, movement, not_own};
use crate::actor::Ctx;
use crate::change::{CHANGE_LIFE_DAYS, LineChange, WAITING_CHANGES_MAX, WaitingChange};
use crate::command::{ApproveChange, CommandKind, DeclineChange, RequestChange};
use crate::date::BusinessDate;
use crate::event::Event;
use crate::ids::ChangeId;
use crate::line::{Line, Status, may, refuse_if};
use crate::money::{Minor, Money};
use crate::movement::{Method, MovementState};
use crate::private::Private;
use crate::product::{AnnualPercent, Due};
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

pub(super) fn request(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &RequestChange,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    customer(world, line.customer_id)?;
    may(line, CommandKind::RequestChange)?;
    let waiting = &line.waiting_changes;
    if waiting.iter().any(|waiting| waiting.id == c.change_id) {
        return Err(Refusal::at("change_id", RefusalCode::AlreadyExists));
    }
    let open = waiting
        .iter()
        .filter(|waiting| waiting.expires_on >= ctx.business_date);
    if open.count() >= WAITING_CHANGES_MAX {
        return Err(RefusalCode::TooManyChanges.into());
    }
    text::note("reason", &c.reason)?;
    check(world, ctx, line, &c.change)?;
    let mut draft = Draft::new(world, ctx, Some(who), line, []);
    draft.push(Event::ChangeRequested {
        line_id: c.line_id,
        change_id: c.change_id,
        change: c.change.clone(),
        reason: Private::Known(c.reason.clone()),
        expires_on: ctx.business_date.plus_days(CHANGE_LIFE_DAYS),
    })?;
    draft.finish()
}

pub(super) fn approve(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &ApproveChange,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    customer(world, line.customer_id)?;
    may(line, CommandKind::ApproveChange)?;
    let asked = waiting(line, c.change_id)?;
    by_another(world, who, &asked.asked_by)?;
    if asked.expires_on < ctx.business_date {
        return Err(RefusalCode::ChangeExpired.into());
    }
    if asked.change != c.change {
        return Err(Refusal::at("change", RefusalCode::ChangeDiffers));
    }
    check(world, ctx, line, &asked.change)?;
    let mut draft = Draft::new(world, ctx, Some(who), line, asked.change.movement_id());
    draft.push(Event::ChangeApproved {
        line_id: c.line_id,
        change_id: c.change_id,
    })?;
    let effect = effect(world, ctx, line, asked)?;
    draft.push(effect)?;
    draft.finish()
}

/// Also by whoever asked: then it is withdrawn, and nobody was refused anything.
pub(super) fn decline(
    world: &World,
    who: &Standing,
    c: &DeclineChange,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::DeclineChange)?;
    let asked = waiting(line, c.change_id)?;
    text::note("reason", &c.reason)?;
    let declined = Event::ChangeDeclined {
        line_id: c.line_id,
        change_id: c.change_id,
        reason: Private::Known(c.reason.clone()),
    };
    let refused = match not_own(who, &asked.asked_by) {
        Ok(()) => line.refused_by_declining(&asked.change),
        Err(_withdrawn) => None,
    };
    Ok(with_notice_due(declined, line.id, refused))
}

fn waiting(line: &Line, id: ChangeId) -> Result<&WaitingChange, Refusal> {
    let mut waiting = line.waiting_changes.iter();
    waiting
        .find(|waiting| waiting.id == id)
        .ok_or_else(|| Refusal::at("change_id", RefusalCode::UnknownChange))
}

/// Whether the change may be made now.
fn check(world: &World, ctx: &Ctx, line: &Line, change: &LineChange) -> Result<(), Refusal> {
    match change {
        LineChange::WaiveFees { amount } => {
            check_waiver(world, line, amount, line.balances.fees_minor)
        }
        LineChange::WaiveInterest { amount } => {
            check_waiver(world, line, amount, line.balances.interest_minor)
        }
        LineChange::Reverse { movement_id } => {
            let movement = movement(world, line.id, *movement_id, "change.movement_id")?;
            let stands = movement.state == MovementState::Settled;
            if movement.method != Method::Cash || !stands {
                return Err(Refusal::at(
                    "change.movement_id",
                    RefusalCode::NotReversible,
                ));
            }
            Ok(())
        }
        LineChange::SetLimit {
            limit,
            notice_given_on,
        } => check_limit(world, ctx, line, limit, *notice_given_on),
        LineChange::SetRate {
            from,
            annual_percent,
            notice_given_on,
        } => check_rate(ctx, line, *from, *annual_percent, *notice_given_on),
        LineChange::ChargeOff {} => {
            if line.charged_off_on().is_some() {
                return Err(RefusalCode::ChargedOff.into());
            }
            if line.movements_on_their_way > 0 {
                return Err(RefusalCode::MoneyOnItsWay.into());
            }
            if !line.owed_on(ctx.business_date)?.is_positive() {
                return Err(RefusalCode::NothingOwed.into());
            }
            Ok(())
        }
    }
}

fn check_waiver(world: &World, line: &Line, asked: &Money, posted: Minor) -> Result<(), Refusal> {
    let amount_minor = amount(world, "change.amount", asked)?;
    let cap = line
        .terms()
        .map_or(Minor::ZERO, |terms| terms.waiver_cap_minor);
    if amount_minor > cap {
        return Err(Refusal::at("change.amount", RefusalCode::OverWaiverCap));
    }
    if amount_minor > posted {
        return Err(Refusal::at("change.amount", RefusalCode::MoreThanPosted));
    }
    Ok(())
}

fn check_limit(
    world: &World,
    ctx: &Ctx,
    line: &Line,
    limit: &Money,
    notice_given_on: Option<BusinessDate>,
) -> Result<(), Refusal> {
    let at = |code| Err(Refusal::at("change.limit", code));
    running(line)?;
    let limit_minor = amount(world, "change.limit", limit)?;
    let terms = line.terms().ok_or(RefusalCode::NotApproved)?;
    if limit_minor == line.limit() {
        return at(RefusalCode::NothingChanges);
    }
    if limit_minor < line.limit() {
        let drawn = line
            .balances
            .principal_minor
            .plus(line.draws_on_their_way_minor)?;
        if limit_minor < drawn {
            return at(RefusalCode::BelowDrawn);
        }
        return told(ctx, line, notice_given_on).map(|_| ());
    }
    if limit_minor > terms.largest_limit_minor {
        return at(RefusalCode::OverProductLimit);
    }
    let others = world
        .lines_of(line.customer_id)
        .filter(|other| other.id != line.id)
        .map(Line::exposure)
        .collect::<Result<Vec<Minor>, _>>()?;
    let own = line.exposure()?.max(limit_minor);
    if Minor::sum(others)?.plus(own)? > terms.exposure_cap_minor {
        return at(RefusalCode::OverExposure);
    }
    Ok(())
}

fn check_rate(
    ctx: &Ctx,
    line: &Line,
    from: BusinessDate,
    annual_percent: AnnualPercent,
    notice_given_on: Option<BusinessDate>,
) -> Result<(), Refusal> {
    let terms = line.terms().ok_or(RefusalCode::NotApproved)?;
    running(line)?;
    if !annual_percent.is_plausible() {
        return Err(Refusal::at(
            "change.annual_percent",
            RefusalCode::AmountTooLarge,
        ));
    }
    if line.opened_on().is_none_or(|opened_on| from < opened_on) {
        return Err(Refusal::at("change.from", RefusalCode::DateTooEarly));
    }
    let rate = terms.rate_on(from);
    if annual_percent == rate {
        return Err(Refusal::at(
            "change.annual_percent",
            RefusalCode::NothingChanges,
        ));
    }
    // A lower rate may also be entered late: the replay adjusts what has posted.
    if annual_percent < rate {
        return Ok(());
    }
    let told_on = told(ctx, line, notice_given_on)?;
    let first = told_on.plus_days(i32::from(terms.rate_notice_days));
    if from < first.max(ctx.business_date) {
        return Err(Refusal::at("change.from", RefusalCode::NoticeTooShort));
    }
    Ok(())
}

/// Neither ended nor charged off.
fn running(line: &Line) -> Result<(), RefusalCode> {
    match line.status() {
        Status::Cancelled => Err(RefusalCode::LineCancelled),
        Status::Closed => Err(RefusalCode::LineClosed),
        Status::Open
        | Status::Rejected
        | Status::Approved
        | Status::Outstanding
        | Status::Repaid => refuse_if(line.charged_off_on().is_some(), RefusalCode::ChargedOff),
    }
}

/// The day on which the customer was told: not in the future, nor before there was a line.
fn told(
    ctx: &Ctx,
    line: &Line,
    notice_given_on: Option<BusinessDate>,
) -> Result<BusinessDate, Refusal> {
    let opened_on = line.opened_on();
    match notice_given_on {
        None => Err(Refusal::at(
            "change.notice_given_on",
            RefusalCode::NoticeMissing,
        )),
        Some(on) if on > ctx.business_date => Err(Refusal::at(
            "change.notice_given_on",
            RefusalCode::DateInFuture,
        )),
        Some(on) if opened_on.is_none_or(|opened_on| on < opened_on) => Err(Refusal::at(
            "change.notice_given_on",
            RefusalCode::DateTooEarly,
        )),
        Some(on) => Ok(on),
    }
}

/// The event that makes the change.
fn effect(world: &World, ctx: &Ctx, line: &Line, asked: &WaitingChange) -> Result<Event, Refusal> {
    let (line_id, change_id, on) = (line.id, asked.id, ctx.business_date);
    let waived = |of, amount: &Money| Event::ChargeWaived {
        line_id,
        change_id,
        of,
        amount_minor: amount.minor,
        on,
    };
    Ok(match &asked.change {
        LineChange::WaiveFees { amount } => waived(Due::Fees, amount),
        LineChange::WaiveInterest { amount } => waived(Due::Interest, amount),
        LineChange::Reverse { movement_id } => {
            let moved = movement(world, line_id, *movement_id, "change.movement_id")?;
            let drawer = asked.asked_by.user_id;
            drawers::may_pass_back(world, drawer, moved.kind, moved.amount_minor)?;
            Event::MovementReversed {
                line_id,
                movement_id: *movement_id,
                kind: moved.kind,
                drawer,
                amount_minor: moved.amount_minor,
                effective_on: moved.settled_on.unwrap_or(on),
                allocation: moved.allocation,
            }
        }
        LineChange::SetLimit { limit, .. } => Event::LimitSet {
            line_id,
            limit_minor: limit.minor,
        },
        LineChange::SetRate {
            from,
            annual_percent,
            ..
        } => Event::RateSet {
            line_id,
            from: *from,
            annual_percent: *annual_percent,
        },
        LineChange::ChargeOff {} => Event::ChargedOff {
            line_id,
            change_id,
            amount_minor: line.owed_on(on)?,
            on,
        },
    })
}
