//! Commands that need no more than a yes, or a yes and some words.

use super::command_dialog::{Filled, use_dialog_submission};
use super::{CommandDialog, OnLineProps, OnMovementProps};
use crate::components::TextField;
use crate::session::use_currency;
use crate::words::{self, lines as line_words};
use domain::command::*;
use domain::ids::{LineId, MovementId};
use domain::text::NOTE_MAX;
use yew::prelude::*;

/// The words a command takes: the field's path, its label, and whether they must be given.
struct Words {
    field: &'static str,
    label: &'static str,
    required: bool,
}

fn words_of(kind: CommandKind) -> Option<Words> {
    let (field, label, required) = match kind {
        CommandKind::CancelApplication => ("note", line_words::NOTE_OPTIONAL, false),
        CommandKind::RequestCancellation => ("reason", line_words::REASON_OPTIONAL, false),
        CommandKind::DeclineCancellation
        | CommandKind::DeclineDraw
        | CommandKind::BreakGlass
        | CommandKind::ParkTransfer
        | CommandKind::HandBackTransfer => ("reason", line_words::REASON, true),
        CommandKind::FreezeLine | CommandKind::UnfreezeLine => ("note", line_words::NOTE, true),
        _ => return None,
    };
    Some(Words {
        field,
        label,
        required,
    })
}

const FIELDS: &[&str] = &["note", "reason"];

/// The typed words, or the problem that a required one is missing.
fn typed_words(kind: CommandKind, typed: &str) -> Result<String, Vec<(String, String)>> {
    let text = typed.trim();
    match words_of(kind) {
        Some(words) if words.required && text.is_empty() => {
            Err(vec![(words.field.to_owned(), words::FILL_IN.to_owned())])
        }
        _ => Ok(text.to_owned()),
    }
}

fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[component]
pub fn ConfirmOnLine(props: &OnLineProps) -> Html {
    let line = &props.line;
    let typed = use_state(String::new);
    let filled = typed_words(props.kind, &typed)
        .and_then(|text| on_line(props.kind, line.row.id, text).ok_or_else(Vec::new));
    let about = format!("{} · {}", line.row.number, line.row.customer_name);
    html! {
        <Confirm kind={props.kind} {about} {filled} typed={(*typed).clone()}
            on_input={{ let typed = typed.setter(); Callback::from(move |text| typed.set(text)) }}
            on_close={props.on_close.clone()} />
    }
}

#[component]
pub fn ConfirmOnMovement(props: &OnMovementProps) -> Html {
    let currency = use_currency();
    let movement = &props.movement;
    // Kept while the dialog is open: a second try is the same submission.
    let fresh = *use_memo((), |()| MovementId(crate::mint::new_id()));
    let typed = use_state(String::new);
    let filled = typed_words(props.kind, &typed).and_then(|text| {
        on_movement(props.kind, movement.line_id, movement.id, fresh, text).ok_or_else(Vec::new)
    });
    let about = format!(
        "{} {} · {} · {}",
        line_words::movement_kind(movement.kind),
        currency.format(movement.amount_minor),
        line_words::method(&movement.method),
        movement.line_number,
    );
    html! {
        <Confirm kind={props.kind} {about} {filled} typed={(*typed).clone()}
            on_input={{ let typed = typed.setter(); Callback::from(move |text| typed.set(text)) }}
            on_close={props.on_close.clone()} />
    }
}

fn on_line(kind: CommandKind, line_id: LineId, text: String) -> Option<Command> {
    Some(match kind {
        CommandKind::CancelApplication => Command::CancelApplication(CancelApplication {
            line_id,
            note: given(text),
        }),
        CommandKind::RequestCancellation => Command::RequestCancellation(RequestCancellation {
            line_id,
            reason: given(text),
        }),
        CommandKind::DeclineCancellation => Command::DeclineCancellation(DeclineCancellation {
            line_id,
            reason: text,
        }),
        CommandKind::CloseLine => Command::CloseLine(CloseLine { line_id }),
        CommandKind::FreezeLine => Command::FreezeLine(FreezeLine {
            line_id,
            note: text,
        }),
        CommandKind::UnfreezeLine => Command::UnfreezeLine(UnfreezeLine {
            line_id,
            note: text,
        }),
        _ => return None,
    })
}

fn on_movement(
    kind: CommandKind,
    line_id: LineId,
    movement_id: MovementId,
    fresh: MovementId,
    text: String,
) -> Option<Command> {
    let draw_id = movement_id;
    Some(match kind {
        CommandKind::ApproveDraw => Command::ApproveDraw(ApproveDraw { line_id, draw_id }),
        CommandKind::DeclineDraw => Command::DeclineDraw(DeclineDraw {
            line_id,
            draw_id,
            reason: text,
        }),
        CommandKind::BreakGlass => Command::BreakGlass(BreakGlass {
            line_id,
            draw_id,
            reason: text,
        }),
        CommandKind::CancelDraw => Command::CancelDraw(CancelDraw { line_id, draw_id }),
        CommandKind::CancelRepayment => Command::CancelRepayment(CancelRepayment {
            line_id,
            repayment_id: movement_id,
        }),
        CommandKind::AskNetworkAgain => Command::AskNetworkAgain(AskNetworkAgain {
            line_id,
            movement_id,
        }),
        CommandKind::RetryTransfer => Command::RetryTransfer(RetryTransfer {
            line_id,
            movement_id,
        }),
        CommandKind::ParkTransfer => Command::ParkTransfer(ParkTransfer {
            line_id,
            movement_id,
            reason: text,
        }),
        CommandKind::HandBackTransfer => Command::HandBackTransfer(HandBackTransfer {
            line_id,
            movement_id,
            reason: text,
        }),
        CommandKind::PresentAgain => Command::PresentAgain(PresentAgain {
            line_id,
            movement_id,
            repayment_id: fresh,
        }),
        _ => return None,
    })
}

#[derive(Properties, PartialEq)]
struct ConfirmProps {
    kind: CommandKind,
    about: AttrValue,
    filled: Filled,
    typed: AttrValue,
    on_input: Callback<String>,
    on_close: Callback<()>,
}

#[component]
fn Confirm(props: &ConfirmProps) -> Html {
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let field = words_of(props.kind).map(|words| {
        html! {
            <TextField name={words.field} label={words.label} required={words.required} multiline=true
                value={props.typed.clone()} on_input={props.on_input.clone()}
                max_length={u32::try_from(NOTE_MAX).ok()} error={submitting.at(words.field)} />
        }
    });
    html! {
        <CommandDialog kind={props.kind} about={props.about.clone()} filled={props.filled.clone()}
            {submitting} on_close={props.on_close.clone()} fields={FIELDS}
            without_preview={of_the_network(props.kind)}>
            <div>{ field.unwrap_or_default() }</div>
        </CommandDialog>
    }
}

/// Nothing of the line's figures changes by asking, waiting or setting aside.
fn of_the_network(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::AskNetworkAgain | CommandKind::RetryTransfer | CommandKind::ParkTransfer
    )
}
