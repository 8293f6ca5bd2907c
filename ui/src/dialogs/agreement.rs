//! Records that the customer signed the credit agreement.

use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnLineProps};
use crate::components::DateField;
use crate::session::use_desk;
use crate::typed::read_date;
use crate::words::lines as words;
use domain::command::{Command, RecordAgreement as RecordAgreementCommand};
use yew::prelude::*;

const SIGNED_ON: &str = "signed_on";

#[component]
pub fn RecordAgreement(props: &OnLineProps) -> Html {
    let line = &props.line;
    let today = use_desk().business_date;
    let typed = use_state(|| today.to_string());
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let filled = read_date(today, &typed)
        .map(|signed_on| {
            Command::RecordAgreement(RecordAgreementCommand {
                line_id: line.row.id,
                signed_on,
            })
        })
        .map_err(|words| vec![(SIGNED_ON.to_owned(), words)]);
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    html! {
        <CommandDialog kind={props.kind} about={format!("{} · {}", line.row.number, line.row.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()} fields={&[SIGNED_ON][..]}>
            <DateField name={SIGNED_ON} label={words::SIGNED_ON} {today} value={(*typed).clone()}
                {on_input} required=true error={submitting.at(SIGNED_ON)} />
        </CommandDialog>
    }
}
