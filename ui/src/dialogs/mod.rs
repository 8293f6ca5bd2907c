//! One dialog per command a person may give on a line, a movement or an account. Each shows,
//! while it is filled in, what the command would do.

mod accounts;
mod agreement;
mod approve;
mod bank_account;
mod cash;
mod change;
mod command_dialog;
mod confirm;
mod draw;
mod notice;
mod own_password;
mod papers;
mod pay_cash;
mod preview_panel;
mod reasons;
mod refund;
mod repayment;
mod reset_code;
mod resolve_finding;
mod second_factor;

pub use accounts::{AccountDialog, DemandDialog};
pub use cash::{CashDialog, CashIntent, CloseDayDialog, HolidaysDialog};
pub use command_dialog::{PASSWORD, hand_in, own_password, tag, without_password};
pub use notice::AdverseActionNotice;
pub use own_password::OwnPasswordDialog;
pub use reset_code::ResetCodeDialog;
pub use resolve_finding::ResolveFindingDialog;
pub use second_factor::SecondFactorDialog;

use crate::backend;
use crate::components::{Dialog, ErrorAlert, Skeleton};
use crate::hooks::use_load;
use crate::words::commands;
use command_dialog::CommandDialog;
use domain::command::CommandKind;
use domain::ids::{ChangeId, LineId, MovementId};
use domain::view::{ChangeRow, LineDetails, MovementRow};
use preview_panel::PreviewPanel;
use std::rc::Rc;
use yew::prelude::*;

/// What somebody is about to do: a command on a line, on one of its movements, or on a change
/// of it that waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intent {
    pub kind: CommandKind,
    pub line_id: LineId,
    pub movement_id: Option<MovementId>,
    pub change_id: Option<ChangeId>,
}

impl Intent {
    pub fn on_line(kind: CommandKind, line_id: LineId) -> Intent {
        Intent {
            kind,
            line_id,
            movement_id: None,
            change_id: None,
        }
    }

    pub fn on_movement(kind: CommandKind, movement: &MovementRow) -> Intent {
        Intent {
            movement_id: Some(movement.id),
            ..Intent::on_line(kind, movement.line_id)
        }
    }

    pub fn on_change(kind: CommandKind, change: &ChangeRow) -> Intent {
        Intent {
            change_id: Some(change.id),
            ..Intent::on_line(kind, change.line_id)
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct IntentDialogProps {
    pub intent: Intent,
    pub on_close: Callback<()>,
}

/// The dialog of an intent, with the line fetched fresh and kept so while it is open.
#[component]
pub fn IntentDialog(props: &IntentDialogProps) -> Html {
    let IntentDialogProps { intent, on_close } = props;
    let load = use_load(intent.line_id, |_, _| true, backend::line);
    match (&load.data, &load.error) {
        (Some(line), _) => html! {
            <LineDialog intent={*intent} line={line.clone()} on_close={on_close.clone()} />
        },
        (None, error) => html! {
            <Dialog title={commands::title(intent.kind)} testid="dialog-waiting"
                on_close={on_close.clone()}>
                <div>
                    { match error {
                        Some(error) => html! {
                            <ErrorAlert error={error.clone()} on_retry={load.reload.clone()} />
                        },
                        None => html! { <Skeleton lines={4} /> },
                    } }
                </div>
            </Dialog>
        },
    }
}

#[derive(Properties, PartialEq)]
struct LineDialogProps {
    intent: Intent,
    line: Rc<LineDetails>,
    on_close: Callback<()>,
}

/// Properties of every dialog about a line.
#[derive(Properties, PartialEq)]
pub struct OnLineProps {
    pub kind: CommandKind,
    pub line: Rc<LineDetails>,
    pub on_close: Callback<()>,
}

/// Properties of every dialog about a movement.
#[derive(Properties, PartialEq)]
pub struct OnMovementProps {
    pub kind: CommandKind,
    pub line: Rc<LineDetails>,
    pub movement: MovementRow,
    pub on_close: Callback<()>,
}

#[component]
fn LineDialog(props: &LineDialogProps) -> Html {
    let kind = props.intent.kind;
    let (line, on_close) = (props.line.clone(), props.on_close.clone());
    let movement = props.intent.movement_id.and_then(|id| {
        line.movements
            .iter()
            .find(|movement| movement.id == id)
            .cloned()
    });
    let change = props.intent.change_id.and_then(|id| {
        let mut waiting = line.waiting_changes.iter();
        waiting.find(|change| change.id == id).cloned()
    });
    if let Some(change) = change {
        return html! { <change::DecideOnChange {kind} {change} {on_close} /> };
    }
    match (kind, movement) {
        (CommandKind::RequestChange, _) => {
            html! { <change::AskForChange {kind} {line} {on_close} /> }
        }
        (CommandKind::RecordMissing, _) => html! { <papers::Missing {kind} {line} {on_close} /> },
        (CommandKind::SendIncompletenessNotice, _) => {
            html! { <papers::SendNotice {kind} {line} {on_close} /> }
        }
        (CommandKind::RecordCheck, _) => html! { <papers::MakeCheck {kind} {line} {on_close} /> },
        (CommandKind::ApproveApplication, _) => {
            html! { <approve::Approve {kind} {line} {on_close} /> }
        }
        (CommandKind::RejectApplication | CommandKind::TellAdverseAction, _) => {
            html! { <reasons::GiveReasons {kind} {line} {on_close} /> }
        }
        (CommandKind::RecordAgreement, _) => {
            html! { <agreement::RecordAgreement {kind} {line} {on_close} /> }
        }
        (CommandKind::RequestDraw, _) => html! { <draw::RequestDraw {kind} {line} {on_close} /> },
        (CommandKind::TakeRepayment, _) => {
            html! { <repayment::TakeRepayment {kind} {line} {on_close} /> }
        }
        (CommandKind::RefundCredit, _) => {
            html! { <refund::RefundCredit {kind} {line} {on_close} /> }
        }
        (CommandKind::PayCashDraw, Some(movement)) => {
            html! { <pay_cash::PayCash {kind} {line} {movement} {on_close} /> }
        }
        (
            CommandKind::ApproveDraw
            | CommandKind::DeclineDraw
            | CommandKind::BreakGlass
            | CommandKind::CancelDraw
            | CommandKind::CancelRepayment
            | CommandKind::AskNetworkAgain
            | CommandKind::RetryTransfer
            | CommandKind::ParkTransfer
            | CommandKind::HandBackTransfer
            | CommandKind::PresentAgain,
            Some(movement),
        ) => html! { <confirm::ConfirmOnMovement {kind} {line} {movement} {on_close} /> },
        _ => html! { <confirm::ConfirmOnLine {kind} {line} {on_close} /> },
    }
}
