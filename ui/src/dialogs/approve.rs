//! Approves an application with a limit; the product's terms go with it.

use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnLineProps};
use crate::backend;
use crate::components::{ErrorAlert, MoneyField, Skeleton, TermsList};
use crate::hooks::use_load;
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::lines as words;
use domain::command::{ApproveApplication, Command};
use domain::money::{Minor, Money};
use yew::prelude::*;

const LIMIT: &str = "limit";

#[component]
pub fn Approve(props: &OnLineProps) -> Html {
    let line = &props.line;
    let currency = use_currency();
    // A decision names what was on the screen when the dialog opened; whatever came since makes
    // it stale, and the rules say so.
    let seen_version = *use_memo((), |()| line.version);
    let requested_minor = line.row.requested_minor;
    let requested = currency.format(requested_minor);
    let typed = use_state(|| requested.clone());
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    // As with the line: the terms that are shown are those that are agreed to, so they stay.
    let products = use_load((), |(), _| false, |()| backend::products());
    let product = products
        .data
        .as_ref()
        .map(|all| all.iter().find(|product| product.id == line.product_id));
    let seen_product_version = product.flatten().map(|product| product.version);
    let read = read_money(currency, &typed);
    let less = read
        .as_ref()
        .ok()
        .and_then(|limit| requested_minor.minus(*limit).ok())
        .filter(|less: &Minor| less.is_positive());
    let filled = match (read, seen_product_version) {
        (Ok(minor), Some(seen_product_version)) => {
            Ok(Command::ApproveApplication(ApproveApplication {
                line_id: line.row.id,
                seen_version,
                seen_product_version,
                limit: Money { minor, currency },
            }))
        }
        (Ok(_), None) => Err(Vec::new()),
        (Err(words), _) => Err(vec![(LIMIT.to_owned(), words)]),
    };
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    let terms = match (product, &products.error) {
        (Some(Some(product)), _) => html! {
            <TermsList terms={product.terms.clone()} {currency} title={product.name.clone()} />
        },
        (Some(None), _) => html! {},
        (None, Some(error)) => html! {
            <ErrorAlert error={error.clone()} on_retry={products.reload.clone()} />
        },
        (None, None) => html! { <Skeleton lines={4} /> },
    };
    let why_not = seen_product_version.is_none();
    let why_not = why_not.then_some(AttrValue::Static(words::TERMS_NOT_SHOWN));
    html! {
        <CommandDialog kind={props.kind} about={format!("{} · {}", line.row.number, line.row.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()}
            {why_not}
            fields={&[LIMIT][..]} below={html! { <div>{ terms }</div> }}>
            <MoneyField name={LIMIT} label={words::APPROVED_LIMIT} {currency} value={(*typed).clone()}
                {on_input} required=true help={words::limit_hint(&requested)} error={submitting.at(LIMIT)} />
            <div aria-live="polite">
                { for less.map(|less| html! {
                    <p class="quiet" data-testid="counter-offer">
                        { words::counter_offer(&currency.format(less)) }
                    </p>
                }) }
            </div>
        </CommandDialog>
    }
}
