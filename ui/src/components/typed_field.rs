//! Fields whose text is read: amounts and dates. The page keeps the typed text; what it means is
//! read by [`crate::typed`] when the form is submitted, and judged here when the field is left.

use super::TextField;
use crate::{typed, words};
use domain::date::BusinessDate;
use domain::money::Currency;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MoneyFieldProps {
    pub name: AttrValue,
    pub label: AttrValue,
    /// The typed text, as it stands.
    pub value: AttrValue,
    pub on_input: Callback<String>,
    pub currency: Currency,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub help: Option<AttrValue>,
    #[prop_or_default]
    pub required: bool,
    #[prop_or_default]
    pub autofocus: bool,
}

/// An amount: takes "1250", "1,250.00" and "1.25k", shows "1,250.00" once left.
#[component]
pub fn MoneyField(props: &MoneyFieldProps) -> Html {
    let currency = props.currency;
    html! {
        <TypedField name={props.name.clone()} label={format!("{} ({currency})", props.label)}
            value={props.value.clone()} on_input={props.on_input.clone()}
            error={props.error.clone()} help={props.help.clone()} required={props.required}
            autofocus={props.autofocus} class="money-input" input_mode="decimal"
            read={Callback::from(move |text: String| {
                typed::read_money(currency, &text).map(|minor| currency.format(minor))
            })} />
    }
}

#[derive(Properties, PartialEq)]
pub struct DateFieldProps {
    pub name: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    /// What "t" and "+7" count from: the branch's business date.
    pub today: BusinessDate,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or(Some(AttrValue::Static(words::DATE_HELP)))]
    pub help: Option<AttrValue>,
    #[prop_or_default]
    pub required: bool,
    #[prop_or_default]
    pub autofocus: bool,
}

/// A date, typed: "2026-01-31", "t", "+7"; shows the ISO date once left.
#[component]
pub fn DateField(props: &DateFieldProps) -> Html {
    let today = props.today;
    html! {
        <TypedField name={props.name.clone()} label={props.label.clone()}
            value={props.value.clone()} on_input={props.on_input.clone()}
            error={props.error.clone()} help={props.help.clone()} required={props.required}
            autofocus={props.autofocus} class="date-input"
            read={Callback::from(move |text: String| {
                typed::read_date(today, &text).map(|date| date.to_string())
            })} />
    }
}

#[derive(Properties, PartialEq)]
struct TypedFieldProps {
    name: AttrValue,
    label: AttrValue,
    value: AttrValue,
    on_input: Callback<String>,
    error: Option<AttrValue>,
    help: Option<AttrValue>,
    required: bool,
    autofocus: bool,
    class: Classes,
    #[prop_or_default]
    input_mode: Option<AttrValue>,
    /// The text in its one proper form, or the words that say what is wrong with it.
    read: Callback<String, Result<String, String>>,
}

#[component]
fn TypedField(props: &TypedFieldProps) -> Html {
    let own_error = use_state(|| None::<AttrValue>);
    let on_input = {
        let (own_error, on_input) = (own_error.setter(), props.on_input.clone());
        Callback::from(move |text: String| {
            own_error.set(None);
            on_input.emit(text);
        })
    };
    let on_leave = {
        let (own_error, on_input) = (own_error.setter(), props.on_input.clone());
        let read = props.read.clone();
        Callback::from(move |text: String| {
            // An empty field is a matter of submitting, not of passing by.
            if text.trim().is_empty() {
                return;
            }
            match read.emit(text.clone()) {
                Ok(proper) => {
                    own_error.set(None);
                    if proper != text {
                        on_input.emit(proper);
                    }
                }
                Err(words) => own_error.set(Some(words.into())),
            }
        })
    };
    let error = (*own_error).clone().or_else(|| props.error.clone());
    html! {
        <TextField name={props.name.clone()} label={props.label.clone()} value={props.value.clone()}
            {on_input} {on_leave} {error} help={props.help.clone()} required={props.required}
            autofocus={props.autofocus} class={props.class.clone()} input_mode={props.input_mode.clone()} />
    }
}
