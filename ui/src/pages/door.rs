//! The door: opens the store with its passphrase, or founds one where nothing is yet.

use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, ButtonKind, CheckField, ErrorAlert, Form, SelectField, TextField,
};
use crate::focus;
use crate::hooks::use_title;
use crate::words::{self as common, door as words, frame};
use domain::money::Currency;
use domain::refusal::ApiError;
use domain::view::{DoorState, DoorView, FoundingForm, Unlock};
use js_sys::{Array, Intl, Object, Reflect};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DoorPageProps {
    pub door: Rc<DoorView>,
    /// The store is open now.
    pub on_open: Callback<()>,
}

#[component]
pub fn DoorPage(props: &DoorPageProps) -> Html {
    let fresh = props.door.state == DoorState::Fresh;
    let (title, explained) = if fresh {
        (words::TITLE_FRESH, words::FRESH)
    } else {
        (words::TITLE_LOCKED, words::LOCKED)
    };
    use_title(title);
    let careful = fresh.then(|| {
        html! { <Alert kind={AlertKind::Warning} title={words::CAREFUL_TITLE}>{ words::CAREFUL }</Alert> }
    });
    let demo = props.door.demo.then(|| html! { <p>{ frame::DEMO }</p> });
    html! {
        <main class="entrance" data-testid="page-door">
            <div class="entrance__brand">
                <img class="entrance__logo" src="/branchline.svg" alt="" />
                <p class="entrance__name">{ "Branchline" }</p>
                <div>{ demo.unwrap_or_default() }</div>
                <p class="entrance__branch">{ words::FOLDER }{ ": " }{ &props.door.data_dir }</p>
            </div>
            <div class="entrance__card">
                <section>
                    <h1 class="pf-v6-c-title pf-m-2xl">{ title }</h1>
                    <p>{ explained }</p>
                </section>
                <div>{ careful.unwrap_or_default() }</div>
                <DoorForm door={props.door.clone()} on_open={props.on_open.clone()} />
            </div>
        </main>
    }
}

/// What is typed at the door.
#[derive(Clone, PartialEq)]
struct Typed {
    passphrase: String,
    repeated: String,
    branch_name: String,
    currency: Currency,
    time_zone: String,
}

/// What stands in the way, by field.
#[derive(Clone, Default, PartialEq)]
struct Wrong {
    problems: Vec<(&'static str, String)>,
    error: Option<ApiError>,
}

impl Wrong {
    fn at(&self, field: &str) -> Option<AttrValue> {
        let own = self.problems.iter().find(|(at, _)| *at == field);
        let own = own.map(|(_, words)| AttrValue::from(words.clone()));
        own.or_else(|| {
            let error = self.error.as_ref()?;
            (field_of(error) == Some(field)).then(|| error.message.clone().into())
        })
    }

    fn elsewhere(&self) -> Option<ApiError> {
        let error = self.error.clone()?;
        let shown = field_of(&error).is_some_and(|field| FIELDS.contains(&field));
        (!shown).then_some(error)
    }
}

const FIELDS: &[&str] = &["passphrase", "branch_name", "currency", "time_zone"];

/// The founding is a part of what is handed in; its fields stand beside the others here.
fn field_of(error: &ApiError) -> Option<&str> {
    let field = error.field.as_deref()?;
    Some(field.strip_prefix("founding.").unwrap_or(field))
}

#[component]
fn DoorForm(props: &DoorPageProps) -> Html {
    let fresh = props.door.state == DoorState::Fresh;
    let typed = use_state(|| Typed {
        passphrase: String::new(),
        repeated: String::new(),
        branch_name: String::new(),
        currency: Currency::USD,
        time_zone: system_time_zone(),
    });
    let shown = use_state(|| false);
    let busy = use_state(|| false);
    let wrong = use_state(Wrong::default);
    let tries = use_state(|| 0_u32);
    // The same mistake made twice is focused twice.
    use_effect_with(*tries, |tries| {
        if *tries > 0 && !focus::first_invalid() {
            focus::first("[data-testid=field-passphrase]");
        }
    });
    let set = |part: fn(&mut Typed) -> &mut String| {
        let typed = typed.clone();
        Callback::from(move |text: String| {
            let mut changed = (*typed).clone();
            *part(&mut changed) = text;
            typed.set(changed);
        })
    };
    let on_submit = {
        let (typed, busy, wrong, tries) =
            (typed.clone(), busy.clone(), wrong.setter(), tries.clone());
        let (door, on_open) = (props.door.clone(), props.on_open.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let problems = problems(&typed, &door);
            if !problems.is_empty() {
                let error = None;
                wrong.set(Wrong { problems, error });
                tries.set(*tries + 1);
                return;
            }
            wrong.set(Wrong::default());
            busy.set(true);
            let input = unlock(&typed, fresh);
            let (busy, wrong, tries) = (busy.setter(), wrong.clone(), tries.clone());
            let on_open = on_open.clone();
            spawn_local(async move {
                let outcome = backend::unlock(input).await;
                busy.set(false);
                match outcome {
                    Ok(_) => on_open.emit(()),
                    Err(error) => {
                        wrong.set(Wrong {
                            problems: Vec::new(),
                            error: Some(error),
                        });
                        tries.set(*tries + 1);
                    }
                }
            });
        })
    };
    let set_shown = {
        let shown = shown.setter();
        Callback::from(move |on| shown.set(on))
    };
    let kind = if *shown { "text" } else { "password" };
    let least = props.door.passphrase_least;
    let founding = fresh.then(|| {
        let set_currency = {
            let typed = typed.clone();
            Callback::from(move |code: String| {
                if let Ok(currency) = code.parse() {
                    typed.set(Typed {
                        currency,
                        ..(*typed).clone()
                    });
                }
            })
        };
        let currencies: Vec<(AttrValue, AttrValue)> = Currency::all()
            .map(|currency| (currency.code().to_owned().into(), currency.code().to_owned().into()))
            .collect();
        html! {
            <>
                <TextField name="branch_name" label={words::BRANCH_NAME} required=true autofocus=true max_length=100
                    value={typed.branch_name.clone()} on_input={set(|typed| &mut typed.branch_name)}
                    error={wrong.at("branch_name")} />
                <SelectField name="currency" label={words::CURRENCY} help={words::CURRENCY_HELP} required=true
                    value={typed.currency.code().to_owned()} options={currencies} on_change={set_currency}
                    error={wrong.at("currency")} />
                <TextField name="time_zone" label={words::TIME_ZONE} help={words::TIME_ZONE_HELP} required=true
                    max_length=100 value={typed.time_zone.clone()} on_input={set(|typed| &mut typed.time_zone)}
                    error={wrong.at("time_zone")} />
            </>
        }
    });
    let repeated = fresh.then(|| {
        html! {
            <TextField name="again" label={words::REPEATED} {kind} required=true max_length=1000
                value={typed.repeated.clone()} on_input={set(|typed| &mut typed.repeated)} error={wrong.at("again")} />
        }
    });
    let error = wrong
        .elsewhere()
        .map(|error| html! { <ErrorAlert {error} /> });
    html! {
        <Form {on_submit} label={if fresh { words::TITLE_FRESH } else { words::TITLE_LOCKED }}>
            <div>{ error.unwrap_or_default() }</div>
            <div class="door__part">{ founding.unwrap_or_default() }</div>
            <TextField name="passphrase" label={words::PASSPHRASE} {kind} required=true autofocus={!fresh} max_length=1000
                help={fresh.then(|| AttrValue::from(words::passphrase_help(least)))}
                value={typed.passphrase.clone()} on_input={set(|typed| &mut typed.passphrase)}
                error={wrong.at("passphrase")} />
            <div class="door__part">{ repeated.unwrap_or_default() }</div>
            <CheckField name="show_passphrase" label={words::SHOW} checked={*shown} on_change={set_shown} />
            <div>
                <Button kind={ButtonKind::Primary} submit=true busy={*busy} testid="open-store">
                    { if fresh { words::SET_UP } else { words::OPEN } }
                </Button>
            </div>
        </Form>
    }
}

fn problems(typed: &Typed, door: &DoorView) -> Vec<(&'static str, String)> {
    let fresh = door.state == DoorState::Fresh;
    let mut problems = Vec::new();
    let mut note = |wrong: bool, field, words: String| {
        if wrong {
            problems.push((field, words));
        }
    };
    let empty = || common::FILL_IN.to_owned();
    note(
        fresh && typed.branch_name.trim().is_empty(),
        "branch_name",
        empty(),
    );
    note(
        fresh && typed.time_zone.trim().is_empty(),
        "time_zone",
        empty(),
    );
    let length = typed.passphrase.chars().count();
    let least = door.passphrase_least;
    let short = fresh && length < usize::try_from(least).unwrap_or(usize::MAX);
    note(length == 0, "passphrase", empty());
    note(
        length > 0 && short,
        "passphrase",
        words::passphrase_help(least),
    );
    let differs = fresh && typed.repeated != typed.passphrase;
    note(differs, "again", words::REPEATED_WRONG.to_owned());
    problems
}

fn unlock(typed: &Typed, fresh: bool) -> Unlock {
    Unlock {
        passphrase: typed.passphrase.clone(),
        founding: fresh.then(|| FoundingForm {
            branch_name: typed.branch_name.trim().to_owned(),
            currency: typed.currency,
            time_zone: typed.time_zone.trim().to_owned(),
        }),
    }
}

/// Where the machine believes to be; empty where it does not say.
fn system_time_zone() -> String {
    let format = Intl::DateTimeFormat::new(&Array::new(), &Object::new());
    let zone = Reflect::get(&format.resolved_options(), &"timeZone".into());
    zone.ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_default()
}
