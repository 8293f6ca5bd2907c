//! What an application lacks, the notice of it, and the checks before a decision.

use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnLineProps};
use crate::components::{DateField, MissingTicks, RadioGroup, RadioOption, SelectField};
use crate::session::use_desk;
use crate::typed;
use crate::words::papers as words;
use domain::command::{Command, RecordCheck, RecordMissing, SendIncompletenessNotice};
use domain::intake::Check;
use domain::view::LineDetails;
use yew::prelude::*;

const REPLY_BY: &str = "reply_by";
const CHECK: &str = "check";
const PASSED: &str = "passed";
/// What people usually give.
const USUAL_REPLY: &str = "+14";

fn about(line: &LineDetails) -> String {
    format!("{} · {}", line.row.number, line.row.customer_name)
}

#[component]
pub fn Missing(props: &OnLineProps) -> Html {
    let line = &props.line;
    let ticked = use_state(|| line.intake.missing.clone());
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let filled = Ok(Command::RecordMissing(RecordMissing {
        line_id: line.row.id,
        missing: (*ticked).clone(),
    }));
    let on_change = {
        let ticked = ticked.setter();
        Callback::from(move |missing| ticked.set(missing))
    };
    html! {
        <CommandDialog kind={props.kind} about={about(line)} {filled} submitting={submitting.clone()}
            on_close={props.on_close.clone()} without_preview=true>
            <MissingTicks missing={(*ticked).clone()} {on_change} />
        </CommandDialog>
    }
}

#[component]
pub fn SendNotice(props: &OnLineProps) -> Html {
    let line = &props.line;
    let today = use_desk().business_date;
    let typed = use_state(|| USUAL_REPLY.to_owned());
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let filled = typed::read_date(today, &typed)
        .map(|reply_by| {
            Command::SendIncompletenessNotice(SendIncompletenessNotice {
                line_id: line.row.id,
                reply_by,
            })
        })
        .map_err(|words| vec![(REPLY_BY.to_owned(), words)]);
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    let missing = line.intake.missing.iter().map(|item| {
        html! { <li key={item.words()}>{ item.words() }</li> }
    });
    html! {
        <CommandDialog kind={props.kind} about={about(line)} {filled} submitting={submitting.clone()}
            on_close={props.on_close.clone()} fields={&[REPLY_BY][..]} without_preview=true>
            <div>
                <p>{ words::NOTICE_SAYS }</p>
                <ul class="list">{ for missing }</ul>
            </div>
            <DateField name={REPLY_BY} label={words::REPLY_BY} {today} required=true
                help={words::REPLY_HINT} value={(*typed).clone()} {on_input}
                error={submitting.at(REPLY_BY)} />
        </CommandDialog>
    }
}

const IN_ORDER: &str = "yes";
const NOT_IN_ORDER: &str = "no";

#[component]
pub fn MakeCheck(props: &OnLineProps) -> Html {
    let line = &props.line;
    // The first that nobody passed yet is what people came for.
    let check = use_state(|| {
        let mut open = line.intake.checks.iter();
        open.find(|row| row.passed != Some(true))
            .map_or(Check::Identity, |row| row.check)
    });
    let outcome = use_state(|| IN_ORDER.to_owned());
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let filled = Ok(Command::RecordCheck(RecordCheck {
        line_id: line.row.id,
        check: *check,
        passed: *outcome == IN_ORDER,
    }));
    let options = Check::ALL
        .iter()
        .map(|check| (check.words().into(), check.words().into()))
        .collect::<Vec<(AttrValue, AttrValue)>>();
    let outcomes = [
        (IN_ORDER, words::IN_ORDER),
        (NOT_IN_ORDER, words::NOT_IN_ORDER),
    ]
    .map(|(value, label)| RadioOption {
        value: value.into(),
        label: label.into(),
        help: None,
    })
    .to_vec();
    let on_check = {
        let check = check.setter();
        Callback::from(move |words: String| {
            let found = Check::ALL.iter().find(|check| check.words() == words);
            check.set(found.copied().unwrap_or(Check::Identity));
        })
    };
    let on_outcome = {
        let outcome = outcome.setter();
        Callback::from(move |value| outcome.set(value))
    };
    html! {
        <CommandDialog kind={props.kind} about={about(line)} {filled} submitting={submitting.clone()}
            on_close={props.on_close.clone()} fields={&[CHECK, PASSED][..]} without_preview=true>
            <SelectField name={CHECK} label={words::CHECK} {options} value={check.words()}
                on_change={on_check} error={submitting.at(CHECK)} />
            <RadioGroup name={PASSED} label={words::OUTCOME} value={(*outcome).clone()}
                options={outcomes} on_change={on_outcome} error={submitting.at(PASSED)} />
        </CommandDialog>
    }
}
