//! Fields with a closed set of answers.

use super::Field;
use super::field::{Messages, described_by, required_mark};
use crate::hooks::use_unique_id;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SelectFieldProps {
    pub name: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    /// (value, words), in the order shown. Give an empty value first where nothing is chosen yet.
    pub options: Vec<(AttrValue, AttrValue)>,
    pub on_change: Callback<String>,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub help: Option<AttrValue>,
    #[prop_or_default]
    pub required: bool,
}

/// One of a list.
#[component]
pub fn SelectField(props: &SelectFieldProps) -> Html {
    let id = use_unique_id(&format!("field-{}", props.name));
    let node = use_node_ref();
    let onchange = {
        let (node, on_change) = (node.clone(), props.on_change.clone());
        move |_: Event| {
            if let Some(select) = node.cast::<HtmlSelectElement>() {
                on_change.emit(select.value());
            }
        }
    };
    let describedby = described_by(&id, props.error.as_ref(), props.help.as_ref());
    let options = props.options.iter().map(|(value, words)| {
        html! {
            <option key={value.to_string()} value={value.clone()} selected={*value == props.value}>
                { words }
            </option>
        }
    });
    html! {
        <Field id={id.clone()} name={props.name.clone()} label={props.label.clone()}
            required={props.required} error={props.error.clone()} help={props.help.clone()}>
            <span class={classes!("pf-v6-c-form-control", "select",
                props.error.is_some().then_some("pf-m-error"))}>
                <select ref={node} {id} name={props.name.clone()} {onchange}
                    aria-required={props.required.then_some("true")}
                    aria-invalid={props.error.is_some().then_some("true")}
                    aria-describedby={describedby} data-testid={format!("field-{}", props.name)}>
                    { for options }
                </select>
                <span class="pf-v6-c-form-control__utilities">
                    <span class="pf-v6-c-form-control__toggle-icon">
                        <super::Icon kind={super::IconKind::CaretDown} />
                    </span>
                </span>
            </span>
        </Field>
    }
}

#[derive(Properties, PartialEq)]
pub struct CheckFieldProps {
    pub name: AttrValue,
    pub label: AttrValue,
    pub checked: bool,
    pub on_change: Callback<bool>,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub help: Option<AttrValue>,
    #[prop_or_default]
    pub required: bool,
}

/// Yes or no.
#[component]
pub fn CheckField(props: &CheckFieldProps) -> Html {
    let id = use_unique_id(&format!("field-{}", props.name));
    let node = use_node_ref();
    let onchange = {
        let (node, on_change) = (node.clone(), props.on_change.clone());
        move |_: Event| {
            if let Some(input) = node.cast::<HtmlInputElement>() {
                on_change.emit(input.checked());
            }
        }
    };
    let describedby = described_by(&id, props.error.as_ref(), props.help.as_ref());
    html! {
        <div class="pf-v6-c-form__group field">
            <div class="pf-v6-c-form__group-control">
                <div class="pf-v6-c-check">
                    <input ref={node} class="pf-v6-c-check__input" type="checkbox" id={id.clone()}
                        name={props.name.clone()} checked={props.checked} {onchange}
                        aria-required={props.required.then_some("true")}
                        aria-invalid={props.error.is_some().then_some("true")}
                        aria-describedby={describedby} data-testid={format!("field-{}", props.name)} />
                    <label class="pf-v6-c-check__label" for={id.clone()}>
                        { &props.label }{ required_mark(props.required) }
                    </label>
                </div>
                <Messages {id} error={props.error.clone()} help={props.help.clone()} />
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq)]
pub struct RadioOption {
    pub value: AttrValue,
    pub label: AttrValue,
    pub help: Option<AttrValue>,
}

#[derive(Properties, PartialEq)]
pub struct RadioGroupProps {
    pub name: AttrValue,
    /// What is asked: the group's legend.
    pub label: AttrValue,
    pub value: AttrValue,
    pub options: Vec<RadioOption>,
    pub on_change: Callback<String>,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub help: Option<AttrValue>,
    #[prop_or_default]
    pub required: bool,
}

/// One of a few, all in sight. Each option is `field-<name>-<value>`.
#[component]
pub fn RadioGroup(props: &RadioGroupProps) -> Html {
    let id = use_unique_id(&format!("field-{}", props.name));
    let options = props.options.iter().map(|option| {
        let option_id = format!("{id}-{}", option.value);
        let onchange = {
            let (value, on_change) = (option.value.to_string(), props.on_change.clone());
            move |_: Event| on_change.emit(value.clone())
        };
        let help = option.help.as_ref().map(|help| {
            html! { <span class="pf-v6-c-radio__description" id={format!("{option_id}-help")}>{ help }</span> }
        });
        html! {
            <div key={option.value.to_string()} class="pf-v6-c-radio">
                <input class="pf-v6-c-radio__input" type="radio" id={option_id.clone()} name={id.clone()}
                    value={option.value.clone()} checked={option.value == props.value} {onchange}
                    aria-invalid={props.error.is_some().then_some("true")}
                    aria-describedby={option.help.is_some().then(|| format!("{option_id}-help"))}
                    data-testid={format!("field-{}-{}", props.name, option.value)} />
                <label class="pf-v6-c-radio__label" for={option_id}>{ &option.label }</label>
                { help.unwrap_or_default() }
            </div>
        }
    });
    html! {
        <div class="pf-v6-c-form__group field" role="radiogroup" aria-labelledby={format!("{id}-legend")}
            aria-describedby={described_by(&id, props.error.as_ref(), props.help.as_ref())}
            data-testid={format!("field-{}", props.name)}>
            <div class="pf-v6-c-form__group-label">
                <span class="pf-v6-c-form__label" id={format!("{id}-legend")}>
                    <span class="pf-v6-c-form__label-text">{ &props.label }</span>
                    { required_mark(props.required) }
                </span>
            </div>
            <div class="pf-v6-c-form__group-control radios">
                <div class="radios__options">{ for options }</div>
                <Messages {id} error={props.error.clone()} help={props.help.clone()} />
            </div>
        </div>
    }
}
