//! What may be done now, and why not: the same questions in the same order as the rules ask
//! before they look at what was typed. The answer to a submission is what counts.

use super::Viewer;
use domain::account::{Role, User};
use domain::actor::ActedBy;
use domain::change::WaitingChange;
use domain::command::CommandKind;
use domain::date::BusinessDate;
use domain::glass;
use domain::intake::Check;
use domain::line::{Line, may, refuse_if};
use domain::money::{Minor, Overflow};
use domain::movement::{Method, Movement, MovementKind, MovementState};
use domain::refusal::RefusalCode;
use domain::transfer::{may_hand_back, parkable, presentable, retriable};
use domain::view::ActionView;
use std::collections::BTreeMap;

/// Every kind of command that is about a line as a whole.
const LINE_KINDS: &[CommandKind] = &[
    CommandKind::RecordMissing,
    CommandKind::SendIncompletenessNotice,
    CommandKind::RecordCheck,
    CommandKind::ApproveApplication,
    CommandKind::RejectApplication,
    CommandKind::CancelApplication,
    CommandKind::RecordAgreement,
    CommandKind::RequestDraw,
    CommandKind::TakeRepayment,
    CommandKind::RefundCredit,
    CommandKind::RequestCancellation,
    CommandKind::DeclineCancellation,
    CommandKind::CloseLine,
    CommandKind::FreezeLine,
    CommandKind::UnfreezeLine,
    CommandKind::TellAdverseAction,
    CommandKind::RequestChange,
];

/// What a line says to every kind of command: asked once for all of its movements.
pub(super) struct Allows {
    kinds: BTreeMap<CommandKind, Result<(), RefusalCode>>,
    /// The most of it that one person releases alone.
    glass_cap_minor: Minor,
}

impl Allows {
    pub fn of(line: &Line) -> Result<Allows, Overflow> {
        let asked = CommandKind::ALL
            .iter()
            .map(|kind| (*kind, may(line, *kind)));
        Ok(Allows {
            kinds: asked.collect(),
            glass_cap_minor: glass::cap(line)?,
        })
    }

    fn may(&self, kind: CommandKind) -> Result<(), RefusalCode> {
        // Every kind was asked for.
        self.kinds.get(&kind).copied().unwrap_or(Ok(()))
    }
}

/// What the answers hang on beside the line and the movement.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub today: BusinessDate,
    /// The last day whose statement was read.
    pub reconciled_through: Option<BusinessDate>,
    /// No other person could decide on what the viewer asks for. Looked up where a draw of theirs
    /// waits.
    pub alone: bool,
    /// What one person released alone and nobody else has looked at.
    pub unreviewed_minor: Minor,
}

fn right(viewer: &User, kind: CommandKind) -> Result<(), RefusalCode> {
    let role = viewer.active_role().ok_or(RefusalCode::AccountNotActive)?;
    match (kind.role_needed(), role) {
        (Role::Staff, Role::Staff | Role::Admin) | (Role::Admin, Role::Admin) => Ok(()),
        (Role::Admin, Role::Staff) => Err(RefusalCode::AdminOnly),
    }
}

fn own(viewer: &User, asked: &ActedBy) -> bool {
    viewer.id == asked.user_id || viewer.person_id == Some(asked.person_id)
}

/// I7: nobody decides on what they themselves asked for, or whoever let them in. That they let in who
/// asked is looked at when they decide.
fn by_another(viewer: &Viewer, asked: &ActedBy) -> Result<(), RefusalCode> {
    refuse_if(own(&viewer.user, asked), RefusalCode::OwnRequest)?;
    let one = viewer.user.may_be(asked, viewer.now);
    refuse_if(one, RefusalCode::LetInByAnother)
}

/// Whether this is a draw that the viewer could only release by breaking the glass.
pub(super) fn waits_for_another(viewer: &User, movement: &Movement) -> bool {
    let waits = movement.kind == MovementKind::Draw && movement.state == MovementState::Requested;
    waits && own(viewer, &movement.requested_by)
}

/// Kinds the rules refuse for a forgotten customer.
fn needs_customer(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::ApproveApplication
            | CommandKind::SendIncompletenessNotice
            | CommandKind::RecordAgreement
            | CommandKind::RequestDraw
            | CommandKind::ApproveDraw
            | CommandKind::BreakGlass
            | CommandKind::PayCashDraw
            | CommandKind::TakeRepayment
            | CommandKind::RefundCredit
            | CommandKind::PresentAgain
            | CommandKind::FreezeLine
            | CommandKind::UnfreezeLine
            | CommandKind::TellAdverseAction
            | CommandKind::RequestChange
    )
}

fn known(forgotten: bool, kind: CommandKind) -> Result<(), RefusalCode> {
    if forgotten && needs_customer(kind) {
        return Err(RefusalCode::CustomerForgotten);
    }
    Ok(())
}

/// `required` are the checks that the line's product asks for now.
pub(super) fn of_line(
    viewer: &Viewer,
    line: &Line,
    forgotten: bool,
    required: &[Check],
) -> Vec<ActionView> {
    let judge = |kind| {
        right(&viewer.user, kind)?;
        known(forgotten, kind)?;
        may(line, kind)?;
        match kind {
            CommandKind::ApproveApplication => {
                by_another(viewer, &line.taken_by)?;
                let unchecked = !line.intake.all_passed(required);
                refuse_if(unchecked, RefusalCode::ChecksMissing)
            }
            CommandKind::RejectApplication => by_another(viewer, &line.taken_by),
            CommandKind::DeclineCancellation => match &line.cancellation_requested_by {
                Some(asked) => by_another(viewer, asked),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    };
    views(LINE_KINDS, judge)
}

pub(super) fn of_movement(
    viewer: &Viewer,
    line: &Allows,
    movement: &Movement,
    presented: Option<&Movement>,
    forgotten: bool,
    facts: Facts,
) -> Vec<ActionView> {
    // Only what can ever apply: cash never asks the network, a transfer is never handed over.
    let kinds: &[CommandKind] = match (movement.kind, &movement.method) {
        (MovementKind::Draw, Method::Cash) => &[
            CommandKind::ApproveDraw,
            CommandKind::DeclineDraw,
            CommandKind::PayCashDraw,
            CommandKind::CancelDraw,
        ],
        (MovementKind::Draw, Method::Network { .. }) => &[
            CommandKind::ApproveDraw,
            CommandKind::DeclineDraw,
            CommandKind::CancelDraw,
            CommandKind::AskNetworkAgain,
            CommandKind::RetryTransfer,
            CommandKind::ParkTransfer,
            CommandKind::HandBackTransfer,
        ],
        (MovementKind::Repayment, Method::Network { .. }) => &[
            CommandKind::CancelRepayment,
            CommandKind::AskNetworkAgain,
            CommandKind::RetryTransfer,
            CommandKind::ParkTransfer,
            CommandKind::HandBackTransfer,
            CommandKind::PresentAgain,
        ],
        (MovementKind::Repayment, Method::Cash) | (MovementKind::Refund, _) => &[],
    };
    // Said of one's own alone: on everybody else's one decides as the second person.
    let glass = waits_for_another(&viewer.user, movement).then_some(CommandKind::BreakGlass);
    let kinds: Vec<CommandKind> = kinds.iter().copied().chain(glass).collect();
    let expired = movement.expired(facts.today);
    views(&kinds, |kind| {
        right(&viewer.user, kind)?;
        known(forgotten, kind)?;
        state_allows(movement, presented, kind, facts)?;
        line.may(kind)?;
        match kind {
            CommandKind::ApproveDraw | CommandKind::DeclineDraw => {
                by_another(viewer, &movement.requested_by)?;
                let approves = kind == CommandKind::ApproveDraw;
                refuse_if(approves && expired, RefusalCode::DrawExpired)
            }
            CommandKind::PayCashDraw => refuse_if(expired, RefusalCode::DrawExpired),
            CommandKind::BreakGlass => {
                let person_id = viewer.user.person_id.ok_or(RefusalCode::AccountNotActive)?;
                let who = ActedBy {
                    user_id: viewer.user.id,
                    person_id,
                };
                let (unreviewed, cap) = (facts.unreviewed_minor, line.glass_cap_minor);
                glass::may_break(who, facts.alone, movement, unreviewed, cap)?;
                refuse_if(expired, RefusalCode::DrawExpired)
            }
            _ => Ok(()),
        }
    })
}

/// What may be done with a change that waits.
pub(super) fn of_change(
    viewer: &Viewer,
    waiting: &WaitingChange,
    today: BusinessDate,
) -> Vec<ActionView> {
    let kinds = [CommandKind::ApproveChange, CommandKind::DeclineChange];
    views(&kinds, |kind| {
        right(&viewer.user, kind)?;
        if kind == CommandKind::ApproveChange {
            by_another(viewer, &waiting.asked_by)?;
            refuse_if(waiting.expires_on < today, RefusalCode::ChangeExpired)?;
        }
        Ok(())
    })
}

fn state_allows(
    movement: &Movement,
    presented: Option<&Movement>,
    kind: CommandKind,
    facts: Facts,
) -> Result<(), RefusalCode> {
    let state = movement.state;
    match kind {
        CommandKind::ApproveDraw | CommandKind::DeclineDraw | CommandKind::BreakGlass => {
            refuse_if(state != MovementState::Requested, RefusalCode::NotRequested)
        }
        CommandKind::PayCashDraw => {
            let payable = state == MovementState::Approved && movement.method == Method::Cash;
            refuse_if(!payable, RefusalCode::NotPayable)
        }
        CommandKind::CancelDraw | CommandKind::CancelRepayment => {
            refuse_if(!state.on_its_way(), RefusalCode::AlreadyFinished)?;
            refuse_if(
                !state.cancellable() || movement.sent,
                RefusalCode::AlreadySent,
            )
        }
        CommandKind::RetryTransfer => refuse_if(!retriable(movement), RefusalCode::NothingToRetry),
        CommandKind::ParkTransfer => refuse_if(!parkable(movement), RefusalCode::NotParkable),
        CommandKind::HandBackTransfer => may_hand_back(movement, facts.reconciled_through),
        CommandKind::PresentAgain => presentable(movement, presented, facts.today).map(drop),
        CommandKind::AskNetworkAgain => refuse_if(
            state != MovementState::NeedsReview,
            RefusalCode::NotInReview,
        ),
        _ => Ok(()),
    }
}

fn views(
    kinds: &[CommandKind],
    judge: impl Fn(CommandKind) -> Result<(), RefusalCode>,
) -> Vec<ActionView> {
    kinds
        .iter()
        .map(|kind| ActionView {
            kind: *kind,
            refused: judge(*kind).err(),
        })
        .collect()
}
