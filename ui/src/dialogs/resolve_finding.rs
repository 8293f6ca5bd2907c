//! Closes a disagreement with the network, with what became of it.

use super::CommandDialog;
use super::command_dialog::use_dialog_submission;
use crate::components::{SelectField, TextField};
use crate::words::{FILL_IN, attention as words};
use domain::command::{Command, CommandKind, ResolveFinding};
use domain::reconcile::Resolution;
use domain::text::NOTE_MAX;
use domain::view::FindingRow;
use yew::prelude::*;

const RESOLUTION: &str = "resolution";
const NOTE: &str = "note";

#[derive(Properties, PartialEq)]
pub struct ResolveFindingDialogProps {
    pub finding: FindingRow,
    pub on_close: Callback<()>,
}

#[component]
pub fn ResolveFindingDialog(props: &ResolveFindingDialogProps) -> Html {
    let kind = CommandKind::ResolveFinding;
    let chosen = use_state(|| None::<Resolution>);
    let note = use_state(String::new);
    let submitting = use_dialog_submission(kind, &props.on_close);
    let needs_words = matches!(*chosen, Some(Resolution::Explained | Resolution::Agrees))
        || props.finding.class.is_somebodys_doing();
    let mut problems = Vec::new();
    if chosen.is_none() {
        problems.push((RESOLUTION.to_owned(), FILL_IN.to_owned()));
    }
    if needs_words && note.trim().is_empty() {
        problems.push((NOTE.to_owned(), FILL_IN.to_owned()));
    }
    let filled = match *chosen {
        Some(resolution) if problems.is_empty() => Ok(Command::ResolveFinding(ResolveFinding {
            finding_id: props.finding.id.clone(),
            resolution,
            note: (!note.trim().is_empty()).then(|| note.trim().to_owned()),
        })),
        Some(_) | None => Err(problems),
    };
    let mut options: Vec<(AttrValue, AttrValue)> = vec![("".into(), words::CHOOSE.into())];
    options.extend(
        Resolution::ALL
            .iter()
            .map(|resolution| (resolution.words().into(), resolution.words().into())),
    );
    let on_change = {
        let chosen = chosen.setter();
        Callback::from(move |text: String| {
            let found = Resolution::ALL.iter().find(|one| one.words() == text);
            chosen.set(found.copied());
        })
    };
    let on_note = {
        let note = note.setter();
        Callback::from(move |text| note.set(text))
    };
    let value: AttrValue = chosen.map_or("", Resolution::words).into();
    let about = format!(
        "{} · {}",
        props.finding.class.words(),
        props.finding.reference
    );
    html! {
        <CommandDialog {kind} {about} {filled} submitting={submitting.clone()}
            on_close={props.on_close.clone()} fields={&[RESOLUTION, NOTE][..]} without_preview=true>
            <p>{ props.finding.class.action() }</p>
            <SelectField name={RESOLUTION} label={words::RESOLUTION} {value} {options} {on_change}
                required=true error={submitting.at(RESOLUTION)} />
            <TextField name={NOTE} label={words::NOTE} required={needs_words} multiline=true
                value={(*note).clone()} on_input={on_note} max_length={u32::try_from(NOTE_MAX).ok()}
                error={submitting.at(NOTE)} />
        </CommandDialog>
    }
}
