use crate::words;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FieldProps {
    /// The id of the control inside, which the label names and the messages describe.
    pub id: AttrValue,
    /// The path the program knows the field by: "amount", "profile.tax_id".
    pub name: AttrValue,
    pub label: AttrValue,
    #[prop_or_default]
    pub required: bool,
    /// The error, in words.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub help: Option<AttrValue>,
    pub children: Html,
}

/// A label above a control, and the help or the error below it. The control inside carries
/// `id`, `aria-invalid` and [`described_by`].
#[component]
pub fn Field(props: &FieldProps) -> Html {
    html! {
        <div class="pf-v6-c-form__group field">
            <div class="pf-v6-c-form__group-label">
                <label class="pf-v6-c-form__label" for={props.id.clone()}>
                    <span class="pf-v6-c-form__label-text">{ &props.label }</span>
                    { required_mark(props.required) }
                </label>
            </div>
            <div class="pf-v6-c-form__group-control">
                { props.children.clone() }
                <Messages id={props.id.clone()} error={props.error.clone()} help={props.help.clone()} />
            </div>
        </div>
    }
}

pub(super) fn required_mark(required: bool) -> Html {
    if !required {
        return html! {};
    }
    html! {
        <span class="pf-v6-c-form__label-required" title={words::REQUIRED} aria-hidden="true">
            { "\u{a0}*" }
        </span>
    }
}

/// The ids of the messages below a control, for its `aria-describedby`.
pub(super) fn described_by(
    id: &str,
    error: Option<&AttrValue>,
    help: Option<&AttrValue>,
) -> Option<String> {
    let mut ids = Vec::new();
    if error.is_some() {
        ids.push(format!("{id}-error"));
    }
    if help.is_some() {
        ids.push(format!("{id}-help"));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

#[derive(Properties, PartialEq)]
pub(super) struct MessagesProps {
    pub id: AttrValue,
    pub error: Option<AttrValue>,
    pub help: Option<AttrValue>,
}

#[component]
pub(super) fn Messages(props: &MessagesProps) -> Html {
    let message = |suffix: &str, class: &'static str, words: &AttrValue| {
        html! {
            <div key={suffix.to_owned()} class={classes!("pf-v6-c-helper-text__item", class)}
                id={format!("{}-{suffix}", props.id)}>
                <span class="pf-v6-c-helper-text__item-text">{ words }</span>
            </div>
        }
    };
    let error = props
        .error
        .as_ref()
        .map(|words| message("error", "pf-m-error", words));
    let help = props.help.as_ref().map(|words| message("help", "", words));
    html! {
        <div class="pf-v6-c-form__helper-text" hidden={error.is_none() && help.is_none()}>
            <div class="pf-v6-c-helper-text">{ for error }{ for help }</div>
        </div>
    }
}
