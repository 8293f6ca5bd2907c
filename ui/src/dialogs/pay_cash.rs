//! Hands out the cash of a draw the second person has agreed to.

use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnMovementProps};
use crate::components::CheckField;
use crate::session::use_currency;
use crate::words::lines as words;
use domain::command::{Command, PayCashDraw};
use yew::prelude::*;

const IDENTITY_SEEN: &str = "identity_seen";

#[component]
pub fn PayCash(props: &OnMovementProps) -> Html {
    let movement = &props.movement;
    let currency = use_currency();
    let seen = use_state(|| false);
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let filled = if *seen {
        Ok(Command::PayCashDraw(PayCashDraw {
            line_id: movement.line_id,
            draw_id: movement.id,
            identity_seen: true,
        }))
    } else {
        Err(vec![(
            IDENTITY_SEEN.to_owned(),
            words::CONFIRM_IDENTITY.to_owned(),
        )])
    };
    let on_change = {
        let seen = seen.setter();
        Callback::from(move |checked| seen.set(checked))
    };
    let about = format!(
        "{} {} · {} · {}",
        currency.format(movement.amount_minor),
        currency,
        props.line.row.customer_name,
        movement.line_number
    );
    html! {
        <CommandDialog kind={props.kind} {about} {filled} submitting={submitting.clone()}
            on_close={props.on_close.clone()} fields={&[IDENTITY_SEEN][..]}>
            <CheckField name={IDENTITY_SEEN} label={words::IDENTITY_SEEN} checked={*seen} {on_change}
                required=true error={submitting.at(IDENTITY_SEEN)} />
        </CommandDialog>
    }
}
