//! Last step: everything once more, before it counts.

use super::draft::{ApplicationDraft, Borrower, Step};
use crate::components::{Button, ButtonKind, document_words, employment_words};
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::{create as words, customers, papers};
use domain::view::ProductView;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ReviewStepProps {
    pub draft: ApplicationDraft,
    pub products: Option<Rc<Vec<ProductView>>>,
    /// Goes back to a step.
    pub on_change: Callback<Step>,
}

#[component]
pub fn ReviewStep(props: &ReviewStepProps) -> Html {
    let currency = use_currency();
    let draft = &props.draft;
    let money = |typed: &str| match read_money(currency, typed) {
        Ok(minor) => format!("{} {currency}", currency.format(minor)),
        Err(_) => typed.to_owned(),
    };
    let person: Vec<(&str, String)> = match &draft.borrower {
        Borrower::Nobody => Vec::new(),
        Borrower::Known(customer) => vec![
            (words::CUSTOMER, customer.name.clone()),
            (customers::NUMBER, customer.number.clone()),
            (words::CITY, customer.city.clone()),
        ],
        Borrower::New(form) => vec![
            (
                words::NEW_CUSTOMER,
                format!("{} {}", form.given_name, form.family_name),
            ),
            (words::BIRTH_DATE, form.birth_date.clone()),
            (words::TAX_ID, form.tax_id.clone()),
            (words::PHONE, form.phone.clone()),
            (words::ADDRESS, {
                let parts = [
                    &form.street,
                    &form.unit,
                    &form.city,
                    &form.region,
                    &form.postal_code,
                    &form.country,
                ];
                let given: Vec<&str> = parts
                    .into_iter()
                    .map(|part| part.trim())
                    .filter(|part| !part.is_empty())
                    .collect();
                given.join(", ")
            }),
            (
                words::DOCUMENT,
                format!(
                    "{} {}",
                    document_words(form.document_kind),
                    form.document_number
                ),
            ),
            (
                words::EMPLOYMENT,
                match form.employer.trim() {
                    "" => employment_words(form.employment_kind).to_owned(),
                    employer => format!("{}, {employer}", employment_words(form.employment_kind)),
                },
            ),
            (words::INCOME, money(&form.income_monthly)),
            (words::OBLIGATIONS, money(&form.obligations_monthly)),
        ],
    };
    let product = props
        .products
        .as_ref()
        .and_then(|all| {
            all.iter()
                .find(|product| Some(product.id) == draft.request.product_id)
                .map(|product| format!("{} · {} %", product.name, product.terms.annual_percent))
        })
        .unwrap_or_default();
    let mut request = vec![
        (words::PRODUCT, product),
        (words::REQUESTED, money(&draft.request.amount)),
        (words::PURPOSE, draft.request.purpose.clone()),
    ];
    let missing: Vec<&str> = draft
        .request
        .missing
        .iter()
        .map(|item| item.words())
        .collect();
    if !missing.is_empty() {
        request.push((papers::STILL_MISSING, missing.join(", ")));
    }
    let part = |step: Step, rows: Vec<(&'static str, String)>| {
        html! {
            <section class="review" aria-label={words::step(step)}>
                <div class="review__head">
                    <h3 class="pf-v6-c-title pf-m-md">{ words::step(step) }</h3>
                    <Button kind={ButtonKind::Link} small=true
                        label={format!("{}: {}", words::CHANGE, words::step(step))}
                        on_click={props.on_change.reform(move |_: MouseEvent| step)}>
                        { words::CHANGE }
                    </Button>
                </div>
                <dl class="terms__list">
                    { for rows.into_iter().map(|(name, value)| html! {
                        <div key={name} class="terms__row"><dt>{ name }</dt><dd>{ value }</dd></div>
                    }) }
                </dl>
            </section>
        }
    };
    html! {
        <div class="stack" data-testid="review">
            { part(Step::Customer, person) }
            { part(Step::Request, request) }
        </div>
    }
}
