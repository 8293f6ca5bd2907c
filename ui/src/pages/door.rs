//! Before the sign-in page: opening the store with its passphrase, or founding one.

use crate::backend;
use crate::components::{Button, ButtonKind, CheckField, ErrorAlert, Form, SelectField, TextField};
use crate::focus;
use crate::hooks::use_title;
use crate::words::{self as common, door as words};
use domain::money::Currency;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use domain::view::{DoorState, DoorView, FoundingForm, Unlock};
use std::str::FromStr;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub door: DoorView,
    /// The store is open: go on to the sign-in page.
    pub on_open: Callback<()>,
}

#[derive(Clone, PartialEq)]
struct Typed {
    passphrase: String,
    again: String,
    branch_name: String,
    currency: String,
    time_zone: String,
    shown: bool,
}

#[derive(Clone, Default, PartialEq)]
struct Wrong {
    problems: Vec<(&'static str, String)>,
    error: Option<ApiError>,
    /// Counts, so that the same mistake made twice is focused twice.
    count: u32,
}

#[component]
pub fn DoorPage(props: &Props) -> Html {
    let fresh = props.door.state == DoorState::Fresh;
    let least = props.door.passphrase_least;
    use_title(if fresh {
        words::TITLE_FRESH
    } else {
        words::TITLE_LOCKED
    });
    let typed = use_state(|| Typed {
        passphrase: String::new(),
        again: String::new(),
        branch_name: "Main Street branch".to_owned(),
        currency: Currency::USD.code().to_owned(),
        time_zone: own_time_zone(),
        shown: false,
    });
    let wrong = use_state(Wrong::default);
    let busy = use_state(|| false);
    use_effect_with(wrong.count, |count| {
        if *count > 0 {
            focus::first_invalid();
        }
    });

    let change = |edit: fn(&mut Typed, String)| {
        let typed = typed.clone();
        Callback::from(move |text: String| {
            let mut next = (*typed).clone();
            edit(&mut next, text);
            typed.set(next);
        })
    };
    let on_show = {
        let typed = typed.clone();
        Callback::from(move |shown| {
            typed.set(Typed {
                shown,
                ..(*typed).clone()
            })
        })
    };
    let on_submit = {
        let (typed, wrong, busy) = (typed.clone(), wrong.clone(), busy.clone());
        let on_open = props.on_open.clone();
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let count = wrong.count + 1;
            let problems = problems_of(&typed, fresh, least);
            if !problems.is_empty() {
                wrong.set(Wrong {
                    problems,
                    error: None,
                    count,
                });
                return;
            }
            busy.set(true);
            let input = Unlock {
                passphrase: typed.passphrase.clone(),
                founding: fresh.then(|| FoundingForm {
                    branch_name: typed.branch_name.trim().to_owned(),
                    currency: Currency::from_str(&typed.currency).unwrap_or(Currency::USD),
                    time_zone: typed.time_zone.trim().to_owned(),
                }),
            };
            let (wrong, busy, on_open) = (wrong.clone(), busy.setter(), on_open.clone());
            spawn_local(async move {
                let opened = backend::unlock(input).await;
                busy.set(false);
                match opened {
                    Ok(_) => on_open.emit(()),
                    Err(error) => wrong.set(Wrong {
                        problems: Vec::new(),
                        error: Some(error),
                        count,
                    }),
                }
            });
        })
    };
    let at = |field: &str| error_at(&wrong, field);
    let elsewhere = wrong
        .error
        .clone()
        .filter(|error| field_of(error).is_none());
    let kind = if typed.shown { "text" } else { "password" };
    let autocomplete = if fresh {
        "new-password"
    } else {
        "current-password"
    };
    let help = fresh.then(|| AttrValue::from(words::at_least(least)));
    let currencies: Vec<(AttrValue, AttrValue)> = Currency::all()
        .map(|currency| {
            (
                currency.code().to_owned().into(),
                currency.code().to_owned().into(),
            )
        })
        .collect();
    let founding = fresh.then(|| {
        html! {
            <>
                <TextField name="again" label={words::PASSPHRASE_AGAIN} required=true {kind} {autocomplete}
                    max_length=1000 value={typed.again.clone()} on_input={change(|t, text| t.again = text)}
                    error={at("again")} />
                <TextField name="branch_name" label={words::BRANCH} required=true max_length=100
                    value={typed.branch_name.clone()} on_input={change(|t, text| t.branch_name = text)}
                    error={at("branch_name")} />
                <SelectField name="currency" label={words::CURRENCY} required=true options={currencies}
                    help={words::CURRENCY_HELP} value={typed.currency.clone()}
                    on_change={change(|t, text| t.currency = text)} error={at("currency")} />
                <TextField name="time_zone" label={words::TIME_ZONE} required=true max_length=60
                    help={words::TIME_ZONE_HELP} value={typed.time_zone.clone()}
                    on_input={change(|t, text| t.time_zone = text)} error={at("time_zone")} />
            </>
        }
    });
    html! {
        <main class="entrance" data-testid="page-door">
            <div class="entrance__brand">
                <img class="entrance__logo" src="/branchline.svg" alt="" />
                <p class="entrance__name">{ "Branchline" }</p>
                <p class="entrance__line">{ crate::words::login::WELCOME_LINE }</p>
                <p class="entrance__branch">{ &props.door.data_dir }</p>
            </div>
            <div class="entrance__card">
                <section>
                    <h1 class="pf-v6-c-title pf-m-2xl">
                        { if fresh { words::TITLE_FRESH } else { words::TITLE_LOCKED } }
                    </h1>
                    <p>{ if fresh { words::FRESH } else { words::LOCKED } }</p>
                    <Form {on_submit} label={if fresh { words::FOUND } else { words::OPEN }}>
                        <div>{ elsewhere.map_or_else(|| html! {}, |error| html! { <ErrorAlert {error} /> }) }</div>
                        <TextField name="passphrase" label={words::PASSPHRASE} required=true autofocus=true {kind}
                            {autocomplete} max_length=1000 {help} value={typed.passphrase.clone()}
                            on_input={change(|t, text| t.passphrase = text)} error={at("passphrase")} />
                        <CheckField name="show_passphrase" label={words::SHOW} checked={typed.shown} on_change={on_show} />
                        <div class="entrance__founding">{ founding.unwrap_or_default() }</div>
                        <div>
                            <Button kind={ButtonKind::Primary} submit=true busy={*busy} testid="open-store">
                                { if fresh { words::FOUND } else { words::OPEN } }
                            </Button>
                        </div>
                    </Form>
                </section>
            </div>
        </main>
    }
}

fn problems_of(typed: &Typed, fresh: bool, least: u32) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    if typed.passphrase.is_empty() {
        problems.push(("passphrase", common::FILL_IN.to_owned()));
    } else if fresh && typed.passphrase.chars().count() < usize::try_from(least).unwrap_or(0) {
        problems.push(("passphrase", words::at_least(least)));
    }
    if fresh && typed.again != typed.passphrase {
        problems.push(("again", words::DIFFERENT.to_owned()));
    }
    if fresh && typed.branch_name.trim().is_empty() {
        problems.push(("branch_name", common::FILL_IN.to_owned()));
    }
    problems
}

/// A wrong passphrase stands at the passphrase.
fn field_of(error: &ApiError) -> Option<&str> {
    match error.code {
        ErrorCode::Fault(FaultCode::WrongPassphrase) => Some("passphrase"),
        _ => error.field.as_deref(),
    }
}

fn error_at(wrong: &Wrong, field: &str) -> Option<AttrValue> {
    let own = wrong.problems.iter().find(|(at, _)| *at == field);
    own.map(|(_, words)| AttrValue::from(words.clone()))
        .or_else(|| {
            let error = wrong.error.as_ref()?;
            (field_of(error) == Some(field)).then(|| error.message.clone().into())
        })
}

/// The zone this machine is set to, as a proposal.
fn own_time_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&options.resolved_options(), &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "UTC".to_owned())
}
