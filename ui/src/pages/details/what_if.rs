//! What would become of the line if: asked as it is typed, posted never.

use crate::backend;
use crate::components::{
    Button, ButtonKind, DateField, Dialog, ErrorAlert, Form, MoneyField, TextField,
};
use crate::hooks::use_unique_id;
use crate::session::use_desk;
use crate::typed::{read_date, read_money};
use crate::words::{self as common, what_if as words};
use domain::date::BusinessDate;
use domain::ids::LineId;
use domain::interest::RateChange;
use domain::money::{Currency, Minor, Money};
use domain::refusal::ApiError;
use domain::what_if::{Outlook, Supposed, WhatIf, WhatIfQuery};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

const UNTIL: &str = "until";
const DRAW: &str = "draws.0.amount";
const DRAW_ON: &str = "draws.0.on";
const REPAY: &str = "repayments.0.amount";
const REPAY_ON: &str = "repayments.0.on";
const RATE: &str = "rate.annual_percent";
const RATE_FROM: &str = "rate.from";
const FIELDS: [&str; 7] = [UNTIL, DRAW, DRAW_ON, REPAY, REPAY_ON, RATE, RATE_FROM];

/// As typed; what is left empty is not supposed.
#[derive(Clone, PartialEq)]
struct Typed {
    until: String,
    draw: String,
    draw_on: String,
    repay: String,
    repay_on: String,
    rate: String,
    rate_from: String,
}

type Problems = Vec<(&'static str, String)>;

impl Typed {
    fn new() -> Typed {
        let today = || "t".to_owned();
        Typed {
            until: "+30".to_owned(),
            draw: String::new(),
            draw_on: today(),
            repay: String::new(),
            repay_on: today(),
            rate: String::new(),
            rate_from: today(),
        }
    }

    fn read(
        &self,
        line_id: LineId,
        today: BusinessDate,
        currency: Currency,
    ) -> Result<WhatIfQuery, Problems> {
        let mut problems: Problems = Vec::new();
        let mut day = |field, typed: &str| match read_date(today, typed) {
            Ok(day) => day,
            Err(words) => {
                problems.push((field, words));
                today
            }
        };
        let until = day(UNTIL, &self.until);
        let given = |typed: &str| !typed.trim().is_empty();
        let draw_on = given(&self.draw).then(|| day(DRAW_ON, &self.draw_on));
        let repay_on = given(&self.repay).then(|| day(REPAY_ON, &self.repay_on));
        let rate_from = given(&self.rate).then(|| day(RATE_FROM, &self.rate_from));
        let mut supposed = |field, on: Option<BusinessDate>, typed: &str| {
            let on = on?;
            match read_money(currency, typed) {
                Ok(minor) => Some(Supposed {
                    on,
                    amount: Money { minor, currency },
                }),
                Err(words) => {
                    problems.push((field, words));
                    None
                }
            }
        };
        let draws: Vec<Supposed> = supposed(DRAW, draw_on, &self.draw).into_iter().collect();
        let repayments = supposed(REPAY, repay_on, &self.repay).into_iter().collect();
        let rate = rate_from.and_then(|from| match self.rate.trim().parse() {
            Ok(annual_percent) => Some(RateChange {
                from,
                annual_percent,
            }),
            Err(_) => {
                problems.push((RATE, words::RATE_UNREADABLE.to_owned()));
                None
            }
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(WhatIfQuery {
            line_id,
            draws,
            repayments,
            rate,
            until,
        })
    }
}

/// What became of the last question.
#[derive(Clone, PartialEq)]
enum Told {
    Nothing,
    Problems(Problems),
    Error(ApiError),
    Answer(Box<WhatIf>),
}

impl Told {
    fn at(&self, field: &str) -> Option<AttrValue> {
        match self {
            Told::Problems(problems) => problems
                .iter()
                .find(|(at, _)| *at == field)
                .map(|(_, words)| AttrValue::from(words.clone())),
            Told::Error(error) if error.field.as_deref() == Some(field) => {
                Some(AttrValue::from(error.message.clone()))
            }
            _ => None,
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct WhatIfDialogProps {
    pub line_id: LineId,
    pub on_close: Callback<()>,
}

#[component]
pub fn WhatIfDialog(props: &WhatIfDialogProps) -> Html {
    let desk = use_desk();
    let (today, currency, line_id) = (desk.business_date, desk.currency, props.line_id);
    let form_id = use_unique_id("what-if");
    let typed = use_state(Typed::new);
    let told = use_state(|| Told::Nothing);
    let on = |change: fn(&mut Typed, String)| {
        let typed = typed.clone();
        Callback::from(move |text| {
            let mut next = (*typed).clone();
            change(&mut next, text);
            typed.set(next);
        })
    };
    let on_submit = {
        let (typed, told) = (typed.clone(), told.setter());
        Callback::from(move |()| match typed.read(line_id, today, currency) {
            Err(problems) => told.set(Told::Problems(problems)),
            Ok(query) => {
                let told = told.clone();
                spawn_local(async move {
                    told.set(match backend::what_if(query).await {
                        Ok(answer) => Told::Answer(Box::new(answer)),
                        Err(error) => Told::Error(error),
                    });
                });
            }
        })
    };
    let elsewhere = match &*told {
        Told::Error(error) if !FIELDS.contains(&error.field.as_deref().unwrap_or_default()) => {
            html! { <ErrorAlert error={error.clone()} /> }
        }
        _ => html! {},
    };
    let answer = match &*told {
        Told::Answer(answer) => shown(answer, currency),
        _ => html! { <p class="quiet">{ words::EMPTY }</p> },
    };
    let footer = html! {
        <>
            <Button kind={ButtonKind::Primary} submit=true form={form_id.clone()} testid="what-if-ask">
                { words::ASK }
            </Button>
            <Button kind={ButtonKind::Link} testid="dialog-cancel"
                on_click={props.on_close.reform(|_: MouseEvent| ())}>{ common::CLOSE }</Button>
        </>
    };
    html! {
        <Dialog title={words::TITLE} testid="dialog-what-if" large=true
            on_close={props.on_close.clone()} {footer}>
            <div class="command">
                <div class="command__fields">
                    <p class="quiet">{ words::EXPLAINED }</p>
                    <div aria-live="assertive">{ elsewhere }</div>
                    <Form id={form_id} label={words::TITLE} {on_submit}>
                        <DateField name={UNTIL} label={words::UNTIL} {today} required=true
                            value={typed.until.clone()} error={told.at(UNTIL)}
                            on_input={on(|typed, text| typed.until = text)} />
                        <div class="pair">
                            <MoneyField name={DRAW} label={words::DRAW} {currency}
                                value={typed.draw.clone()} error={told.at(DRAW)}
                                on_input={on(|typed, text| typed.draw = text)} />
                            <DateField name={DRAW_ON} label={words::ON} {today} help={None::<AttrValue>}
                                value={typed.draw_on.clone()} error={told.at(DRAW_ON)}
                                on_input={on(|typed, text| typed.draw_on = text)} />
                        </div>
                        <div class="pair">
                            <MoneyField name={REPAY} label={words::REPAY} {currency}
                                value={typed.repay.clone()} error={told.at(REPAY)}
                                on_input={on(|typed, text| typed.repay = text)} />
                            <DateField name={REPAY_ON} label={words::ON} {today} help={None::<AttrValue>}
                                value={typed.repay_on.clone()} error={told.at(REPAY_ON)}
                                on_input={on(|typed, text| typed.repay_on = text)} />
                        </div>
                        <div class="pair">
                            <TextField name={RATE} label={words::RATE} input_mode="decimal"
                                value={typed.rate.clone()} error={told.at(RATE)}
                                on_input={on(|typed, text| typed.rate = text)} />
                            <DateField name={RATE_FROM} label={words::FROM} {today} help={None::<AttrValue>}
                                value={typed.rate_from.clone()} error={told.at(RATE_FROM)}
                                on_input={on(|typed, text| typed.rate_from = text)} />
                        </div>
                    </Form>
                </div>
                <div class="command__preview">
                    <section class="preview" aria-label={words::OUTLOOK} aria-live="polite">
                        <h3 class="preview__title">{ words::OUTLOOK }</h3>
                        <div>{ answer }</div>
                    </section>
                </div>
            </div>
        </Dialog>
    }
}

fn shown(answer: &WhatIf, currency: Currency) -> Html {
    let money = |of: fn(&Outlook) -> Minor| {
        (
            currency.format(of(&answer.as_it_is)),
            currency.format(of(&answer.supposed)),
        )
    };
    let own = |of: fn(&Outlook) -> String| (of(&answer.as_it_is), of(&answer.supposed));
    let rows = [
        (words::PAYOFF, "payoff", money(|o| o.payoff_minor)),
        (words::PRINCIPAL, "principal", money(|o| o.principal_minor)),
        (words::INTEREST, "interest", money(|o| o.interest_minor)),
        (words::ACCRUED, "accrued", money(|o| o.accrued_minor)),
        (words::FEES, "fees", money(|o| o.fees_minor)),
        (words::CREDIT, "credit", money(|o| o.credit_minor)),
        (words::AVAILABLE, "available", money(|o| o.available_minor)),
        (
            words::INTEREST_UNTIL,
            "interest-until",
            money(|o| o.interest_until_minor),
        ),
        (
            words::PER_DIEM,
            "per-diem",
            own(|o| o.per_diem_exact.clone()),
        ),
        (words::CLOSING, "closing", own(|o| o.closing_on.to_string())),
        (words::MINIMUM, "minimum", money(|o| o.minimum_minor)),
        (words::DUE, "due", own(|o| o.due_on.to_string())),
    ];
    html! {
        <>
            <table class="preview__figures" data-testid="outlook">
                <thead>
                    <tr>
                        <th scope="col">{ words::on(&answer.until.to_string()) }</th>
                        <th scope="col">{ words::AS_IT_IS }</th>
                        <th scope="col">{ words::SUPPOSED }</th>
                    </tr>
                </thead>
                <tbody>
                    { for rows.into_iter().map(|(name, testid, (now, then))| html! {
                        <tr key={name} class={classes!((now != then).then_some("changed"))}
                            data-testid={format!("outlook-{testid}")}>
                            <th scope="row">{ name }</th>
                            <td class="money">{ now }</td>
                            <td class="money">{ then }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
            <ul class="list">
                { for answer.notes.iter().enumerate().map(|(place, note)| html! { <li key={place}>{ note }</li> }) }
            </ul>
        </>
    }
}
