//! What the network's evidence does to a transfer. Facts are never refused for being late: what
//! arrives in the wrong order, twice, or after the end is recorded, posted where money moved,
//! and shown to a person where it contradicts what we know.

use super::draft::Draft;
use super::{Standing, currency, line, movement};
use crate::actor::Ctx;
use crate::command::{AskNetworkAgain, HandBackTransfer, ParkTransfer, RetryTransfer};
use crate::event::Event;
use crate::ids::{BankAccountId, LineId, MovementId};
use crate::line::may;
use crate::movement::{Method, Movement, MovementKind, MovementState, ReviewReason, Withdrawal};
use crate::private::Private;
use crate::reconcile::{Finding, FindingState};
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
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
    if world.branch.held_in_epoch.is_some() && !crate::planted!(RestoredSendsAtOnce) {
        return Err(RefusalCode::PaymentsHeld.into());
    }
    if step(movement, ctx.now) != Step::Send {
        return Err(RefusalCode::AlreadySent.into());
    }
    // Also a transfer that was under review before anything of it left.
    let first = !movement.sent;
    let line = line(world, line_id)?;
    if first && line.frozen.is_some() && movement.kind == MovementKind::Draw {
        return Err(RefusalCode::LineFrozen.into());
    }
    // Called off when the return came; held all the same.
    match barred(world, movement) {
        Some(Withdrawal::AccountUnusable) if first => {
            return Err(RefusalCode::AccountUnusable.into());
        }
        Some(Withdrawal::AuthorizationEnded) if first => {
            return Err(RefusalCode::NotAuthorized.into());
        }
        Some(_) | None => {}
    }
    let mut draft = draft(world, ctx, at)?;
    draft.push(Event::TransferMarked {
        line_id,
        movement_id,
        attempt: transfer.attempts + 1,
    })?;
    draft.finish()
}

/// Whether a return since the request said that nothing may go to or come from this account any
/// more. What may have left already is finished all the same.
fn barred(world: &World, movement: &Movement) -> Option<Withdrawal> {
    let Method::Network { account_id, .. } = &movement.method else {
        return None;
    };
    let customer = world.customers.get(&movement.customer_id)?;
    let account = customer.bank_account(*account_id)?;
    let debit = movement.kind.direction() == Direction::Debit;
    if account.unusable_since_code.is_some() {
        Some(Withdrawal::AccountUnusable)
    } else if debit && account.debit_authorized_on.is_none() {
        Some(Withdrawal::AuthorizationEnded)
    } else {
        None
    }
}

/// Takes what waits for the same bank account out of the outbox, on every line of the customer:
/// nothing of it has left, and nothing may any more. `draft` knows what the return said.
fn call_off_what_waits(
    world: &World,
    draft: &mut Draft,
    account: BankAccountId,
) -> Result<(), Refusal> {
    let customer_id = draft.line().customer_id;
    let waiting = world.movements.values().filter(|movement| {
        let same = matches!(&movement.method, Method::Network { account_id, .. } if *account_id == account);
        same && movement.customer_id == customer_id
    });
    for movement in waiting {
        let Some(line) = world.lines.get(&movement.line_id) else {
            continue;
        };
        draft.bring(line, movement);
        withdraw_if_barred(draft, movement.id)?;
    }
    Ok(())
}

/// A queued transfer that may not be sent any more, and of which nothing has left, would wait
/// for ever and hold up its line.
fn withdraw_if_barred(draft: &mut Draft, movement_id: MovementId) -> Result<(), Refusal> {
    let Some(movement) = draft.movement(movement_id) else {
        return Ok(());
    };
    let nothing_left = movement.state == MovementState::Queued && !movement.sent;
    match barred(draft.world(), movement) {
        Some(reason) if nothing_left => {
            let line_id = movement.line_id;
            draft.push(Event::TransferWithdrawn {
                line_id,
                movement_id,
                reason,
                note: None,
            })
        }
        Some(_) | None => Ok(()),
    }
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
        Outcome::Taken(remote) => follow(world, &mut draft, ctx, at, &remote)?,
    }
    withdraw_if_barred(&mut draft, movement_id)?;
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
    let Place {
        line_id,
        movement_id,
    } = at;
    let mut draft = draft(world, ctx, at)?;
    let Some(transfer) = &movement.transfer else {
        // Never queued as far as this store knows: what the network has of it was sent before a
        // restore.
        match found {
            LookUp::Found(remote) => {
                follow_what_was_never_queued(world, &mut draft, ctx, at, remote)?;
            }
            LookUp::Several(remotes) if names_it(world, movement, remotes)? => {
                several(world, &mut draft, ctx, at, remotes)?;
            }
            LookUp::Several(_) => {
                freeze(&mut draft, at, ReviewReason::NetworkContradictsItself)?;
            }
            LookUp::NoAnswer { .. } | LookUp::Nothing => {}
        }
        return draft.finish();
    };
    match (found, movement.state) {
        (LookUp::Found(remote), _) if remote.matches(movement, currency(world)?) => {
            follow(world, &mut draft, ctx, at, remote)?;
        }
        // A person asked once more: the network knows one transfer by our reference, and none by
        // the id it had told us.
        (LookUp::Found(remote), MovementState::Unknown)
            if remote.matches_but_for_the_id(movement, currency(world)?) =>
        {
            follow(world, &mut draft, ctx, at, remote)?;
        }
        (LookUp::Found(_), _) => {
            mismatch(&mut draft, at, movement, ReviewReason::AnswerDoesNotMatch)?
        }
        (LookUp::Several(remotes), _) => several(world, &mut draft, ctx, at, remotes)?,
        (LookUp::NoAnswer { reason }, MovementState::Unknown) => {
            let next_at = ctx.now.plus_ms(ask_again_ms(transfer, ctx.now, jitter));
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
            Absence::Resend if !movement.sent && barred(world, movement).is_some() => {
                review(&mut draft, at, ReviewReason::AccountUnusable)?;
            }
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

/// The network made more than one transfer of our one obligation. One of them is ours and is
/// followed; every other is a finding, and stops the line's draws until a person has looked.
fn several(
    world: &World,
    draft: &mut Draft,
    ctx: &Ctx,
    at: Place,
    remotes: &[RemoteTransfer],
) -> Result<(), Refusal> {
    let Some(movement) = draft.movement(at.movement_id).cloned() else {
        return Err(RefusalCode::UnknownMovement.into());
    };
    let currency = currency(world)?;
    // `matches` holds a known id to its transfer, so this is the one we know; or else the first of
    // those that moved, or still may: money that moved is never taken for money that did not.
    let standing = |remote: &&RemoteTransfer| match remote.status {
        RemoteStatus::Settled | RemoteStatus::Returned => 0,
        RemoteStatus::Accepted => 1,
        RemoteStatus::Rejected => 2,
    };
    let ours = remotes
        .iter()
        .filter(|remote| remote.matches(&movement, currency))
        .min_by_key(standing);
    let Some(ours) = ours else {
        return mismatch(draft, at, &movement, ReviewReason::NetworkContradictsItself);
    };
    for other in remotes.iter().filter(|remote| remote.id != ours.id) {
        let finding = Finding::duplicate(&movement, other);
        if !world.findings.contains_key(&finding.id) {
            draft.push(Event::FindingOpened { finding })?;
            freeze(draft, at, ReviewReason::NetworkContradictsItself)?;
        }
    }
    follow(world, draft, ctx, at, ours)
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
        follow_what_was_never_queued(world, &mut draft, ctx, at, remote)?;
    } else if remote.matches(movement, currency(world)?) {
        follow(world, &mut draft, ctx, at, remote)?;
    } else {
        mismatch(&mut draft, at, movement, ReviewReason::AnswerDoesNotMatch)?;
    }
    draft.finish()
}

/// Whether one of them is what this movement asked for.
fn names_it(
    world: &World,
    movement: &Movement,
    remotes: &[RemoteTransfer],
) -> Result<bool, Refusal> {
    let currency = currency(world)?;
    let mut remotes = remotes.iter();
    Ok(movement.by_network() && remotes.any(|remote| remote.matches(movement, currency)))
}

/// A fact about a movement this store never queued. After a restore the network may have it all
/// the same; of cash it is somebody else's money under our reference.
fn follow_what_was_never_queued(
    world: &World,
    draft: &mut Draft,
    ctx: &Ctx,
    at: Place,
    remote: &RemoteTransfer,
) -> Result<(), Refusal> {
    let movement = find(world, at)?;
    if movement.by_network() && remote.matches(movement, currency(world)?) {
        follow(world, draft, ctx, at, remote)
    } else {
        freeze(draft, at, ReviewReason::NetworkContradictsItself)
    }
}

/// Brings our state to the network's word, in order, posting each fact once.
fn follow(
    world: &World,
    draft: &mut Draft,
    ctx: &Ctx,
    at: Place,
    remote: &RemoteTransfer,
) -> Result<(), Refusal> {
    use MovementState as Ours;
    let Some(movement) = draft.movement(at.movement_id).cloned() else {
        return Err(RefusalCode::UnknownMovement.into());
    };
    let Place {
        line_id,
        movement_id,
    } = at;
    // Money posts on the day it moved: a date that cannot be is looked at before it counts.
    let settled_here = matches!(movement.state, Ours::Settled | Ours::Returned);
    let names_a_date = remote.status != RemoteStatus::Rejected;
    if names_a_date && !settled_here && !remote.plausible(&movement, draft.today()) {
        return mismatch(draft, at, &movement, ReviewReason::ImplausibleDate);
    }
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
        ) => {
            settle(draft, at, &movement, remote)?;
            turn(world, draft, at, remote)
        }
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
        (RemoteStatus::Settled, Ours::Settled | Ours::Returned) => turn(world, draft, at, remote),

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

        (RemoteStatus::Returned, Ours::Returned) if crate::planted!(ReturnPostedTwice) => {
            give_back(world, draft, at, remote)
        }
        (RemoteStatus::Returned, Ours::Settled | Ours::Returned) => turn(world, draft, at, remote),
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
            turn(world, draft, at, remote)
        }
    }
}

/// Brings the number of times the money turned round to the network's: it came back, the return
/// came back, … An answer that is older than what is known says less and changes nothing.
fn turn(
    world: &World,
    draft: &mut Draft,
    at: Place,
    remote: &RemoteTransfer,
) -> Result<(), Refusal> {
    // More turns than anybody has seen are nonsense; the rest is looked at by a person.
    let theirs = remote.reversals().min(TURNS_MAX);
    loop {
        let Some(ours) = draft.movement(at.movement_id).cloned() else {
            return Err(RefusalCode::UnknownMovement.into());
        };
        if ours.reversals >= theirs {
            break;
        }
        match ours.state {
            MovementState::Settled => give_back(world, draft, at, remote)?,
            MovementState::Returned => stand_again(draft, at, &ours)?,
            // Settling went to review: nothing turns round before it.
            _ => break,
        }
    }
    if remote.reversals() > TURNS_MAX {
        freeze(draft, at, ReviewReason::NetworkContradictsItself)?;
    }
    Ok(())
}

/// A return may come back, and that once more; the rules of the networks end there.
const TURNS_MAX: u32 = 4;

/// The return came back itself: posted anew, with the first settlement's date. What a repayment
/// pays is found again, since others may have paid meanwhile.
fn stand_again(draft: &mut Draft, at: Place, movement: &Movement) -> Result<(), Refusal> {
    let effective_on = movement.settled_on.unwrap_or(draft.today());
    let allocation = match movement.kind {
        MovementKind::Repayment => {
            Some(draft.divide(movement.id, effective_on, movement.amount_minor)?)
        }
        MovementKind::Draw | MovementKind::Refund => None,
    };
    draft.push(Event::ReturnReturned {
        line_id: at.line_id,
        movement_id: at.movement_id,
        kind: movement.kind,
        amount_minor: movement.amount_minor,
        effective_on,
        allocation,
    })
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
            Some(draft.divide(movement.id, movement.requested_on, movement.amount_minor)?),
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
fn give_back(
    world: &World,
    draft: &mut Draft,
    at: Place,
    remote: &RemoteTransfer,
) -> Result<(), Refusal> {
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
        })?,
        // The customer revoked or disputed it: no debit without a new authorization.
        "R05" | "R07" | "R10" => draft.push(Event::DebitAuthorizationEnded {
            customer_id,
            account_id,
            return_code: code,
        })?,
        _ => return Ok(()),
    }
    call_off_what_waits(world, draft, account_id)
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
    draft.push(frozen_for(at.line_id, reason))
}

pub(super) fn frozen_for(line_id: LineId, reason: ReviewReason) -> Event {
    let note = Private::Known(reason.words().to_owned());
    Event::LineFrozen { line_id, note }
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

/// Tries what waits now, instead of when its wait is over; takes up what was set aside.
pub(super) fn retry(world: &World, ctx: &Ctx, c: &RetryTransfer) -> Result<Vec<Event>, Refusal> {
    line(world, c.line_id)?;
    let movement = movement(world, c.line_id, c.movement_id, "movement_id")?;
    if !retriable(movement) {
        return Err(RefusalCode::NothingToRetry.into());
    }
    let at = Place {
        line_id: c.line_id,
        movement_id: c.movement_id,
    };
    let mut draft = draft(world, ctx, at)?;
    draft.push(Event::TransferRetried {
        line_id: c.line_id,
        movement_id: c.movement_id,
    })?;
    withdraw_if_barred(&mut draft, c.movement_id)?;
    draft.finish()
}

/// Sets a waiting transfer aside. Its doubts stay: taking it up asks before it sends.
pub(super) fn park(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &ParkTransfer,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let movement = movement(world, c.line_id, c.movement_id, "movement_id")?;
    if !parkable(movement) {
        return Err(RefusalCode::NotParkable.into());
    }
    text::note("reason", &c.reason)?;
    let mut draft = Draft::new(world, ctx, Some(who), line, [c.movement_id]);
    draft.push(Event::TransferParked {
        line_id: c.line_id,
        movement_id: c.movement_id,
        note: Private::Known(c.reason.clone()),
    })?;
    draft.finish()
}

/// Gives back what never moved. Of what may have left, the network's statements have to be the
/// witness: those of every day on which it could have moved were read, and do not name it.
pub(super) fn hand_back(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &HandBackTransfer,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    let movement = movement(world, c.line_id, c.movement_id, "movement_id")?;
    may_hand_back(movement, world.branch.reconciled_through)?;
    // A statement named it: then it is the network's, whatever else is said.
    let named = |finding: &&FindingState| {
        finding.finding.movement_id == Some(c.movement_id)
            && finding.finding.class.names_a_transfer()
    };
    if world.findings.values().any(|finding| named(&finding)) {
        return Err(RefusalCode::NetworkHasIt.into());
    }
    text::note("reason", &c.reason)?;
    let mut draft = Draft::new(world, ctx, Some(who), line, [c.movement_id]);
    draft.push(Event::TransferWithdrawn {
        line_id: c.line_id,
        movement_id: c.movement_id,
        reason: Withdrawal::HandedBack,
        note: Some(Private::Known(c.reason.clone())),
    })?;
    draft.finish()
}
