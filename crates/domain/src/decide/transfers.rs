//! What the network's evidence does to a transfer. Facts are never refused for being late: what
//! arrives in the wrong order, twice, or after the end is recorded, posted where money moved,
//! and shown to a person where it contradicts what we know.

use super::draft::Draft;
use super::{currency, line, movement};
use crate::actor::Ctx;
use crate::command::AskNetworkAgain;
use crate::event::Event;
use crate::ids::{CustomerId, LineId, MovementId};
use crate::line::may;
use crate::movement::{Method, Movement, MovementKind, MovementState, ReviewReason};
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::transfer::*;
use crate::world::World;

#[derive(Clone, Copy)]
pub(super) struct Place {
    pub line_id: LineId,
    pub movement_id: MovementId,
}

fn find(world: &World, at: Place) -> Result<&Movement, Refusal> {
    movement(world, at.line_id, at.movement_id, "movement_id")
}

fn draft(world: &World, ctx: &Ctx, at: Place) -> Result<Draft, Refusal> {
    Ok(Draft::new(
        world,
        ctx,
        None,
        line(world, at.line_id)?,
        [at.movement_id],
    ))
}

/// Before any socket opens: the attempt is on record, so that a crash from here on is doubt
/// and never silence.
pub(super) fn mark_attempt(
    world: &World,
    ctx: &Ctx,
    line_id: LineId,
    movement_id: MovementId,
) -> Result<Vec<Event>, Refusal> {
    let at = Place {
        line_id,
        movement_id,
    };
    let movement = find(world, at)?;
    let transfer = movement
        .transfer
        .as_ref()
        .ok_or(RefusalCode::UnknownMovement)?;
    if step(movement, ctx.now) != Step::Send {
        return Err(RefusalCode::AlreadySent.into());
    }
    // Also a transfer that was under review before anything of it left.
    let first = !movement.sent;
    let line = line(world, line_id)?;
    if first && line.frozen.is_some() && movement.kind == MovementKind::Draw {
        return Err(RefusalCode::LineFrozen.into());
    }
    if first && to_unusable_account(world, line.customer_id, movement) {
        return Err(RefusalCode::AccountUnusable.into());
    }
    let mut draft = draft(world, ctx, at)?;
    draft.push(Event::TransferMarked {
        line_id,
        movement_id,
        attempt: transfer.attempts + 1,
    })?;
    draft.finish()
}

/// A return since the request said that nothing may be sent to this account any more.
fn to_unusable_account(world: &World, customer_id: CustomerId, movement: &Movement) -> bool {
    let Method::Network { account_id, .. } = &movement.method else {
        return false;
    };
    let customer = world.customers.get(&customer_id);
    customer
        .and_then(|customer| customer.bank_account(*account_id))
        .is_some_and(|account| account.unusable_since_code.is_some())
}

pub(super) fn record_answer(
    world: &World,
    ctx: &Ctx,
    at: Place,
    attempt: u32,
    answer: &PostAnswer,
    jitter: u32,
) -> Result<Vec<Event>, Refusal> {
    let movement = find(world, at)?;
    let transfer = movement
        .transfer
        .as_ref()
        .ok_or(RefusalCode::UnknownMovement)?;
    let outcome = classify(answer, movement, currency(world)?);
    let waiting_for_it = movement.state == MovementState::Sending && transfer.attempts == attempt;
    if !waiting_for_it {
        // An event overtook the answer. Only the network's own word still counts, also where it
        // contradicts that event.
        return match answer {
            PostAnswer::Transfer(remote) => record_network_state(world, ctx, at, remote),
            PostAnswer::NotSent { .. }
            | PostAnswer::NoAnswer { .. }
            | PostAnswer::Status { .. } => Ok(Vec::new()),
        };
    }

    let Place {
        line_id,
        movement_id,
    } = at;
    let backoff = backoff_ms(transfer.attempts, jitter);
    let later = |wait_ms: Option<i64>| {
        ctx.now
            .plus_ms(wait_ms.unwrap_or(0).clamp(0, KEY_LIFE_MS).max(backoff))
    };
    let mut draft = draft(world, ctx, at)?;
    match outcome {
        Outcome::NotSent { reason } => draft.push(Event::TransferNotSent {
            line_id,
            movement_id,
            reason: reason.to_owned(),
            next_at: later(None),
        })?,
        Outcome::NotAccepted { status, wait_ms } => {
            draft.push(Event::TransferDeferred {
                line_id,
                movement_id,
                status,
                next_at: later(wait_ms),
            })?;
        }
        Outcome::OurFault { status } => {
            draft.push(Event::TransferDeferred {
                line_id,
                movement_id,
                status,
                next_at: later(None),
            })?;
        }
        Outcome::InDoubt { reason, wait_ms } => {
            let next_at = later(wait_ms);
            draft.push(Event::TransferInDoubt {
                line_id,
                movement_id,
                reason,
                next_at,
            })?;
        }
        Outcome::Refused { status } => {
            draft.push(Event::TransferRefused {
                line_id,
                movement_id,
                status,
                next_at: ctx.now,
            })?;
        }
        Outcome::Mismatch => {
            let reason = "the answer does not match".to_owned();
            draft.push(Event::TransferInDoubt {
                line_id,
                movement_id,
                reason,
                next_at: ctx.now,
            })?;
            review(&mut draft, at, ReviewReason::AnswerDoesNotMatch)?;
            freeze(&mut draft, at, ReviewReason::AnswerDoesNotMatch)?;
        }
        Outcome::Taken(remote) => follow(&mut draft, ctx, at, &remote)?,
    }
    draft.finish()
}

pub(super) fn record_look_up(
    world: &World,
    ctx: &Ctx,
    at: Place,
    found: &LookUp,
    jitter: u32,
) -> Result<Vec<Event>, Refusal> {
    let movement = find(world, at)?;
    let transfer = movement
        .transfer
        .as_ref()
        .ok_or(RefusalCode::UnknownMovement)?;
    let Place {
        line_id,
        movement_id,
    } = at;
    let mut draft = draft(world, ctx, at)?;
    match (found, movement.state) {
        (LookUp::Found(remote), _) if remote.matches(movement, currency(world)?) => {
            follow(&mut draft, ctx, at, remote)?;
        }
        (LookUp::Found(_), _) => {
            mismatch(&mut draft, at, movement, ReviewReason::AnswerDoesNotMatch)?
        }
        (LookUp::Several, _) => mismatch(
            &mut draft,
            at,
            movement,
            ReviewReason::NetworkContradictsItself,
        )?,
        (LookUp::NoAnswer { reason }, MovementState::Unknown) => {
            let next_at = ctx.now.plus_ms(backoff_ms(transfer.attempts, jitter));
            let reason = (*reason).to_owned();
            draft.push(Event::TransferAskedInVain {
                line_id,
                movement_id,
                reason,
                next_at,
            })?;
        }
        (LookUp::Nothing, MovementState::Unknown) => match nothing_found(transfer, ctx) {
            Absence::Review(reason) => review(&mut draft, at, reason)?,
            Absence::Rejected(status) => draft.push(Event::TransferRejected {
                line_id,
                movement_id,
                remote_id: None,
                status: Some(status),
            })?,
            Absence::Resend => {
                let next_at = ctx.now.plus_ms(backoff_ms(transfer.attempts, jitter));
                draft.push(Event::TransferNotFound {
                    line_id,
                    movement_id,
                    next_at,
                })?;
            }
        },
        (LookUp::Nothing, MovementState::Accepted) => {
            mismatch(
                &mut draft,
                at,
                movement,
                ReviewReason::NetworkContradictsItself,
            )?;
        }
        // Nothing was asked in these states, or the answer adds nothing to what is known.
        (LookUp::NoAnswer { .. } | LookUp::Nothing, _) => {}
    }
    draft.finish()
}

enum Absence {
    /// The same bytes under the same key, once more.
    Resend,
    /// The network refused the only bytes that ever left, and holds nothing.
    Rejected(u16),
    Review(ReviewReason),
}

/// What an empty look-up means: by itself, nothing. Doubt about an earlier attempt stays.
fn nothing_found(transfer: &Transfer, ctx: &Ctx) -> Absence {
    if crate::planted!(EmptyLookUpMeansNotSent) {
        return Absence::Rejected(404);
    }
    match transfer.refused_status {
        // It had the transfer once: sending again could move the money twice.
        _ if transfer.remote_id.is_some() => {
            Absence::Review(ReviewReason::NetworkContradictsItself)
        }
        Some(_) if transfer.doubtful > 0 => Absence::Review(ReviewReason::RefusedAfterDoubt),
        Some(status) => Absence::Rejected(status),
        None if key_too_old(transfer, ctx.now) => Absence::Review(ReviewReason::KeyTooOld),
        None if transfer.doubtful >= DOUBTFUL_TRIES => Absence::Review(ReviewReason::TriesUsedUp),
        None => Absence::Resend,
    }
}

pub(super) fn record_network_state(
    world: &World,
    ctx: &Ctx,
    at: Place,
    remote: &RemoteTransfer,
) -> Result<Vec<Event>, Refusal> {
    let movement = find(world, at)?;
    let mut draft = draft(world, ctx, at)?;
    if movement.transfer.is_none() {
        // Nothing was ever queued for it: somebody else's money under our reference.
        freeze(&mut draft, at, ReviewReason::NetworkContradictsItself)?;
    } else if remote.matches(movement, currency(world)?) {
        follow(&mut draft, ctx, at, remote)?;
    } else {
        mismatch(&mut draft, at, movement, ReviewReason::AnswerDoesNotMatch)?;
    }
    draft.finish()
}

/// Brings our state to the network's word, in order, posting each fact once.
fn follow(draft: &mut Draft, ctx: &Ctx, at: Place, remote: &RemoteTransfer) -> Result<(), Refusal> {
    use MovementState as Ours;
    let Some(movement) = draft.movement(at.movement_id).cloned() else {
        return Err(RefusalCode::UnknownMovement.into());
    };
    let Place {
        line_id,
        movement_id,
    } = at;
    match (remote.status, movement.state) {
        (
            RemoteStatus::Accepted,
            Ours::Queued | Ours::Sending | Ours::Unknown | Ours::NeedsReview,
        ) => draft.push(Event::TransferAccepted {
            line_id,
            movement_id,
            remote_id: remote.id.clone(),
            settlement_date: remote.settlement_date,
            next_at: ctx.now,
        }),
        // Rejected by the network's own word: its acceptance only comes in the wrong order.
        (RemoteStatus::Accepted, Ours::Rejected) if already_known(&movement) => Ok(()),
        // Called off or refused here, and yet the network has it: it reserves the limit again,
        // and is on record as sent, so that nothing sends it a second time.
        (
            RemoteStatus::Accepted,
            Ours::Cancelled | Ours::Declined | Ours::Rejected | Ours::Requested | Ours::Approved,
        ) => {
            draft.push(Event::TransferAccepted {
                line_id,
                movement_id,
                remote_id: remote.id.clone(),
                settlement_date: remote.settlement_date,
                next_at: ctx.now,
            })?;
            review(draft, at, ReviewReason::MovedAfterTheEnd)?;
            freeze(draft, at, ReviewReason::MovedAfterTheEnd)
        }
        (RemoteStatus::Accepted, Ours::Settled) if crate::planted!(EventOrderTrusted) => draft
            .push(Event::TransferAccepted {
                line_id,
                movement_id,
                remote_id: remote.id.clone(),
                settlement_date: remote.settlement_date,
                next_at: ctx.now,
            }),
        (RemoteStatus::Accepted, Ours::Accepted | Ours::Settled | Ours::Returned) => Ok(()),

        (
            RemoteStatus::Settled,
            Ours::Queued | Ours::Sending | Ours::Unknown | Ours::Accepted | Ours::NeedsReview,
        ) => settle(draft, at, &movement, remote),
        // Money moved for something that had ended here: a fact all the same.
        (
            RemoteStatus::Settled,
            Ours::Cancelled | Ours::Declined | Ours::Rejected | Ours::Requested | Ours::Approved,
        ) => {
            settle(draft, at, &movement, remote)?;
            freeze(draft, at, ReviewReason::MovedAfterTheEnd)
        }
        (RemoteStatus::Settled, Ours::Settled) if crate::planted!(OutcomeAppliedTwice) => {
            settle(draft, at, &movement, remote)
        }
        (RemoteStatus::Settled, Ours::Settled | Ours::Returned) => Ok(()),

        (
            RemoteStatus::Rejected,
            Ours::Queued | Ours::Sending | Ours::Unknown | Ours::Accepted | Ours::NeedsReview,
        ) => draft.push(Event::TransferRejected {
            line_id,
            movement_id,
            remote_id: Some(remote.id.clone()),
            status: None,
        }),
        (
            RemoteStatus::Rejected,
            Ours::Rejected | Ours::Cancelled | Ours::Declined | Ours::Requested | Ours::Approved,
        ) => Ok(()),
        // It cannot un-move money: the postings stay, a person looks.
        (RemoteStatus::Rejected, Ours::Settled | Ours::Returned) => {
            freeze(draft, at, ReviewReason::NetworkContradictsItself)
        }

        (RemoteStatus::Returned, Ours::Settled) => give_back(draft, at, remote),
        // What was returned had settled: both facts, in their order.
        (
            RemoteStatus::Returned,
            Ours::Queued
            | Ours::Sending
            | Ours::Unknown
            | Ours::Accepted
            | Ours::NeedsReview
            | Ours::Cancelled
            | Ours::Declined
            | Ours::Rejected
            | Ours::Requested
            | Ours::Approved,
        ) => {
            settle(draft, at, &movement, remote)?;
            give_back(draft, at, remote)
        }
        (RemoteStatus::Returned, Ours::Returned) if crate::planted!(ReturnPostedTwice) => {
            give_back(draft, at, remote)
        }
        (RemoteStatus::Returned, Ours::Returned) => Ok(()),
    }
}

/// The network named its transfer before.
fn already_known(movement: &Movement) -> bool {
    movement
        .transfer
        .as_ref()
        .is_some_and(|transfer| transfer.remote_id.is_some())
}

/// A draw settles as of its settlement date, a repayment as of the day it was taken at the desk.
fn settle(
    draft: &mut Draft,
    at: Place,
    movement: &Movement,
    remote: &RemoteTransfer,
) -> Result<(), Refusal> {
    let (effective_on, allocation) = match movement.kind {
        MovementKind::Draw | MovementKind::Refund => {
            (remote.settlement_date.unwrap_or(draft.today()), None)
        }
        MovementKind::Repayment => (
            movement.requested_on,
            Some(draft.allocate(movement.amount_minor)?),
        ),
    };
    draft.push(Event::TransferSettled {
        line_id: at.line_id,
        movement_id: at.movement_id,
        kind: movement.kind,
        amount_minor: movement.amount_minor,
        remote_id: remote.id.clone(),
        effective_on,
        allocation,
    })
}

/// The mirror of what the settlement posted, with its date, and what the code means for the
/// account it came from.
fn give_back(draft: &mut Draft, at: Place, remote: &RemoteTransfer) -> Result<(), Refusal> {
    let Some(settled) = draft.movement(at.movement_id).cloned() else {
        return Err(RefusalCode::UnknownMovement.into());
    };
    let code: String = remote
        .return_code
        .as_deref()
        .unwrap_or("unknown")
        .chars()
        .take(10)
        .collect();
    draft.push(Event::TransferReturned {
        line_id: at.line_id,
        movement_id: at.movement_id,
        kind: settled.kind,
        amount_minor: settled.amount_minor,
        return_code: code.clone(),
        effective_on: settled.settled_on.unwrap_or(draft.today()),
        allocation: settled.allocation,
    })?;
    let Method::Network { account_id, .. } = settled.method else {
        return Ok(());
    };
    let customer_id = settled.customer_id;
    match code.as_str() {
        // Closed, no such account, bad number, frozen.
        "R02" | "R03" | "R04" | "R20" => draft.push(Event::BankAccountUnusable {
            customer_id,
            account_id,
            return_code: code,
        }),
        // The customer revoked or disputed it: no debit without a new authorization.
        "R05" | "R07" | "R10" => draft.push(Event::DebitAuthorizationEnded {
            customer_id,
            account_id,
            return_code: code,
        }),
        _ => Ok(()),
    }
}

fn mismatch(
    draft: &mut Draft,
    at: Place,
    movement: &Movement,
    reason: ReviewReason,
) -> Result<(), Refusal> {
    // Money that has moved stays posted; everything else waits for a person.
    if movement.state.on_its_way() && movement.state != MovementState::NeedsReview {
        review(draft, at, reason)?;
    }
    freeze(draft, at, reason)
}

fn review(draft: &mut Draft, at: Place, reason: ReviewReason) -> Result<(), Refusal> {
    draft.push(Event::TransferInReview {
        line_id: at.line_id,
        movement_id: at.movement_id,
        reason,
    })
}

/// No further draws until a person has looked; once is enough.
fn freeze(draft: &mut Draft, at: Place, reason: ReviewReason) -> Result<(), Refusal> {
    if draft.line().frozen.is_some() {
        return Ok(());
    }
    let note = Private::Known(reason.words().to_owned());
    draft.push(Event::LineFrozen {
        line_id: at.line_id,
        note,
    })
}

/// A person wants the network asked once more. The key and the bytes stay what they are.
pub(super) fn ask_again(world: &World, c: &AskNetworkAgain) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let movement = movement(world, c.line_id, c.movement_id, "movement_id")?;
    may(line, crate::command::CommandKind::AskNetworkAgain)?;
    if movement.state != MovementState::NeedsReview || movement.transfer.is_none() {
        return Err(RefusalCode::NotInReview.into());
    }
    Ok(vec![Event::TransferToBeAsked {
        line_id: c.line_id,
        movement_id: c.movement_id,
    }])
}
