//! What stood on the line on a day that is over, as it was known then and as it is known now.

use crate::backend;
use crate::components::{Button, DateField, ErrorAlert, Form};
use crate::hooks::use_unique_id;
use crate::session::use_desk;
use crate::typed::read_date;
use crate::words::past as words;
use domain::date::BusinessDate;
use domain::ids::LineId;
use domain::money::{Currency, Minor};
use domain::refusal::ApiError;
use domain::view::{PastBalance, PastQuery, StoodView};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const ON: &str = "on";
const KNOWN_ON: &str = "known_on";

/// What became of the last question.
#[derive(Clone, PartialEq)]
enum Told {
    Nothing,
    /// What was typed is no day: at which field, and why.
    Problem(&'static str, String),
    Error(ApiError),
    Answer(Box<PastBalance>),
}

impl Told {
    fn at(&self, field: &str) -> Option<AttrValue> {
        match self {
            Told::Problem(at, words) if *at == field => Some(words.clone().into()),
            Told::Error(error) if error.field.as_deref() == Some(field) => {
                Some(error.message.clone().into())
            }
            _ => None,
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct PastBalanceFormProps {
    pub line_id: LineId,
    pub currency: Currency,
}

#[component]
pub fn PastBalanceForm(props: &PastBalanceFormProps) -> Html {
    let PastBalanceFormProps { line_id, currency } = *props;
    let today = use_desk().business_date;
    let form_id = use_unique_id("past");
    let on = use_state(String::new);
    let known_on = use_state(String::new);
    let told = use_state(|| Told::Nothing);
    let on_submit = {
        let (on, known_on, told) = (on.clone(), known_on.clone(), told.setter());
        Callback::from(move |()| match read(line_id, today, &on, &known_on) {
            Err((field, words)) => told.set(Told::Problem(field, words)),
            Ok(query) => {
                let told = told.clone();
                spawn_local(async move {
                    told.set(match backend::past_balance(query).await {
                        Ok(answer) => Told::Answer(Box::new(answer)),
                        Err(error) => Told::Error(error),
                    });
                });
            }
        })
    };
    let elsewhere = match &*told {
        Told::Error(error) if ![Some(ON), Some(KNOWN_ON)].contains(&error.field.as_deref()) => {
            html! { <ErrorAlert error={error.clone()} /> }
        }
        _ => html! {},
    };
    let answer = match &*told {
        Told::Answer(answer) => shown(answer, currency),
        _ => html! {},
    };
    html! {
        <details class="why" data-testid="past-balance">
            <summary data-testid="past-open">{ words::TITLE }</summary>
            <div class="stack past">
                <p class="quiet">{ words::EXPLAINED }</p>
                <Form id={form_id.clone()} label={words::TITLE} {on_submit}>
                    <div class="pair">
                        <DateField name={ON} label={words::ON} {today} required=true
                            value={(*on).clone()} error={told.at(ON)}
                            on_input={let on = on.setter(); move |text| on.set(text)} />
                        <DateField name={KNOWN_ON} label={words::KNOWN_ON} {today}
                            help={words::KNOWN_HELP} value={(*known_on).clone()}
                            error={told.at(KNOWN_ON)}
                            on_input={let known_on = known_on.setter(); move |text| known_on.set(text)} />
                    </div>
                    <div>
                        <Button submit=true form={form_id} testid="past-ask">{ words::ASK }</Button>
                    </div>
                </Form>
                <div aria-live="assertive">{ elsewhere }</div>
                <div aria-live="polite">{ answer }</div>
            </div>
        </details>
    }
}

fn read(
    line_id: LineId,
    today: BusinessDate,
    on: &str,
    known_on: &str,
) -> Result<PastQuery, (&'static str, String)> {
    let day = |field, typed: &str| read_date(today, typed).map_err(|words| (field, words));
    let known = known_on.trim();
    Ok(PastQuery {
        line_id,
        on: day(ON, on)?,
        known_on: (!known.is_empty())
            .then(|| day(KNOWN_ON, known))
            .transpose()?,
    })
}

/// Its words, its place and what it shows.
type Shown = (&'static str, &'static str, fn(&StoodView) -> Minor);

fn shown(answer: &PastBalance, currency: Currency) -> Html {
    let rows: [Shown; 5] = [
        (words::PRINCIPAL, "principal", |stood| stood.principal_minor),
        (words::INTEREST, "interest", |stood| stood.interest_minor),
        (words::FEES, "fees", |stood| stood.fees_minor),
        (words::CREDIT, "credit", |stood| stood.credit_minor),
        (words::BALANCE, "balance", |stood| stood.balance_minor),
    ];
    html! {
        <table class="preview__figures" data-testid="stood">
            <thead>
                <tr>
                    <th scope="col">{ words::evening(&answer.on.to_string()) }</th>
                    <th scope="col">{ words::known(&answer.known_on.to_string()) }</th>
                    <th scope="col">{ words::NOW }</th>
                </tr>
            </thead>
            <tbody>
                { for rows.into_iter().map(|(name, testid, of)| {
                    let (then, now) = (of(&answer.then), of(&answer.now));
                    html! {
                        <tr key={name} class={classes!((then != now).then_some("changed"))}
                            data-testid={format!("stood-{testid}")}>
                            <th scope="row">{ name }</th>
                            <td class="money">{ currency.format(then) }</td>
                            <td class="money">{ currency.format(now) }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}
