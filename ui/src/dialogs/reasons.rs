//! Rejects an application, or tells what was done to a line, with one to four of the coded reasons;
//! and shows what the notice to the customer will say.

use super::command_dialog::use_dialog_submission;
use super::{AdverseActionNotice, CommandDialog, OnLineProps};
use crate::components::TextField;
use crate::hooks::use_unique_id;
use crate::session::use_currency;
use crate::words::FILL_IN;
use crate::words::lines as words;
use domain::command::{
    Command, CommandKind, RejectApplication, RejectionReason, TellAdverseAction,
};
use domain::paper::Decided;
use domain::text::NOTE_MAX;
use domain::view::LineDetails;
use yew::prelude::*;

const REASONS: &str = "reasons";
const OTHER_WORDS: &str = "other_words";
const MOST_REASONS: usize = 4;

/// The command with these reasons.
fn command(
    kind: CommandKind,
    line: &LineDetails,
    seen_version: u64,
    reasons: Vec<RejectionReason>,
    other_words: Option<String>,
) -> Command {
    let line_id = line.row.id;
    match kind {
        CommandKind::TellAdverseAction => Command::TellAdverseAction(TellAdverseAction {
            line_id,
            seen_version,
            reasons,
            other_words,
        }),
        _ => Command::RejectApplication(RejectApplication {
            line_id,
            seen_version,
            reasons,
            other_words,
        }),
    }
}

/// What the notice gives these reasons for.
fn decided(kind: CommandKind, line: &LineDetails) -> Decided {
    match kind {
        CommandKind::TellAdverseAction => Decided::OnLine {
            actions: line.adverse_actions.untold.clone(),
        },
        _ => Decided::Application {
            requested_minor: line.row.requested_minor,
            taken_on: line.row.taken_on,
        },
    }
}

#[component]
pub fn GiveReasons(props: &OnLineProps) -> Html {
    let line = &props.line;
    let currency = use_currency();
    // What was on the screen when the dialog opened: see `Approve`.
    let seen_version = *use_memo((), |()| line.version);
    let chosen = use_state(Vec::<RejectionReason>::new);
    let other = use_state(String::new);
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let with_other = chosen.contains(&RejectionReason::Other);

    let mut problems = Vec::new();
    let counts = (1..=MOST_REASONS).contains(&chosen.len());
    if !counts {
        problems.push((REASONS.to_owned(), words::CHOOSE_REASONS.to_owned()));
    }
    if with_other && other.trim().is_empty() {
        problems.push((OTHER_WORDS.to_owned(), FILL_IN.to_owned()));
    }
    let filled = if problems.is_empty() {
        let other_words = with_other.then(|| other.trim().to_owned());
        let reasons = (*chosen).clone();
        Ok(command(
            props.kind,
            line,
            seen_version,
            reasons,
            other_words,
        ))
    } else {
        Err(problems)
    };
    let on_toggle = {
        let chosen = chosen.clone();
        Callback::from(move |reason: RejectionReason| {
            let mut next = (*chosen).clone();
            match next.iter().position(|other| *other == reason) {
                Some(place) => drop(next.remove(place)),
                None => next.push(reason),
            }
            chosen.set(next);
        })
    };
    let on_other = {
        let other = other.setter();
        Callback::from(move |text| other.set(text))
    };
    let opening = decided(props.kind, line).opening(&line.row.number, currency);
    let notice = if chosen.is_empty() {
        html! { <p class="quiet">{ words::NOTICE_EMPTY }</p> }
    } else {
        html! {
            <AdverseActionNotice {opening} reasons={(*chosen).clone()}
                other_words={with_other.then(|| AttrValue::from((*other).clone()))} />
        }
    };
    let beside = html! {
        <section class="notice-panel" aria-label={words::NOTICE}>
            <h3 class="preview__title">{ words::NOTICE }</h3>
            <div aria-live="polite">{ notice }</div>
        </section>
    };
    html! {
        <CommandDialog kind={props.kind} about={format!("{} · {}", line.row.number, line.row.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()}
            fields={&[REASONS, OTHER_WORDS][..]} {beside}>
            // What was said of too few is not said any more once there are enough.
            <ReasonList chosen={(*chosen).clone()} {on_toggle}
                error={submitting.at(REASONS).filter(|_| !counts)} />
            <div>
                { for with_other.then(|| html! {
                    <TextField name={OTHER_WORDS} label={words::OTHER_WORDS} required=true multiline=true
                        value={(*other).clone()} on_input={on_other} max_length={u32::try_from(NOTE_MAX).ok()}
                        error={submitting.at(OTHER_WORDS)} />
                }) }
            </div>
        </CommandDialog>
    }
}

#[derive(Properties, PartialEq)]
struct ReasonListProps {
    chosen: Vec<RejectionReason>,
    on_toggle: Callback<RejectionReason>,
    error: Option<AttrValue>,
}

/// All reasons with a filter above them. Chosen ones stay in sight whatever the filter says.
#[component]
fn ReasonList(props: &ReasonListProps) -> Html {
    let id = use_unique_id("reasons");
    let filter = use_state(String::new);
    let on_filter = {
        let filter = filter.setter();
        Callback::from(move |text| filter.set(text))
    };
    let wanted = filter.trim().to_lowercase();
    let full = props.chosen.len() >= MOST_REASONS;
    let shown: Vec<RejectionReason> = RejectionReason::ALL
        .iter()
        .copied()
        .filter(|reason| {
            props.chosen.contains(reason) || reason.words().to_lowercase().contains(&wanted)
        })
        .collect();
    let none = shown.is_empty();
    let items = shown.into_iter().map(|reason| {
        let checked = props.chosen.contains(&reason);
        let item_id = format!("{id}-{reason:?}");
        let onchange = props.on_toggle.reform(move |_: Event| reason);
        html! {
            <li key={reason.words()} class="pf-v6-c-check">
                <input class="pf-v6-c-check__input" type="checkbox" id={item_id.clone()} {checked} {onchange}
                    disabled={full && !checked}
                    aria-invalid={props.error.is_some().then_some("true")}
                    aria-describedby={format!("{id}-count")}
                    data-testid={format!("field-reason-{}", reason_tag(reason))} />
                <label class="pf-v6-c-check__label" for={item_id}>{ reason.words() }</label>
            </li>
        }
    });
    html! {
        <fieldset class="reasons" data-testid="field-reasons">
            <legend class="pf-v6-c-form__label-text">{ words::REASONS }</legend>
            <TextField name="find_reason" label={words::FIND_REASON} kind="search"
                value={(*filter).clone()} on_input={on_filter} />
            <p id={format!("{id}-count")} class={classes!(props.error.is_some().then_some("reasons__error"))}
                aria-live="polite">
                { match &props.error {
                    Some(error) => error.to_string(),
                    None => words::reasons_chosen(props.chosen.len()),
                } }
            </p>
            <p class="quiet" hidden={!none}>{ words::NO_SUCH_REASON }</p>
            <ul class="reasons__list" role="list">{ for items }</ul>
        </fieldset>
    }
}

fn reason_tag(reason: RejectionReason) -> String {
    serde_json::to_value(reason)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
