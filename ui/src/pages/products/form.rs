//! Defines a product or revises one: every field of its terms.

use crate::components::{
    Button, ButtonKind, Dialog, ErrorAlert, Form, MoneyField, SelectField, TextField, use_toasts,
};
use crate::hooks::{use_submission, use_unique_id};
use crate::mint::new_id;
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::{self as common, commands, lines, products as words};
use domain::command::{Command, CommandKind, DefineProduct};
use domain::ids::ProductId;
use domain::money::{Currency, Minor};
use domain::product::{DayCount, Due, Terms};
use domain::view::ProductView;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ProductDialogProps {
    /// The product to revise; none for a new one.
    #[prop_or_default]
    pub product: Option<ProductView>,
    pub on_close: Callback<()>,
}

const NAME: &str = "name";
const RATE: &str = "terms.annual_percent";
const DAY_COUNT: &str = "terms.day_count";
const ORDER: &str = "terms.allocation_order";
const LARGEST_LIMIT: &str = "terms.largest_limit_minor";
const SINGLE_SIGNATURE: &str = "terms.single_signature_minor";
const OFFLINE_CAP: &str = "terms.offline_cap_minor";
const EXPOSURE_CAP: &str = "terms.exposure_cap_minor";
const HOLD_DAYS: &str = "terms.hold_banking_days";
const FIELDS: &[&str] = &[
    NAME,
    RATE,
    DAY_COUNT,
    ORDER,
    LARGEST_LIMIT,
    SINGLE_SIGNATURE,
    OFFLINE_CAP,
    EXPOSURE_CAP,
    HOLD_DAYS,
];

const DAY_COUNTS: [DayCount; 4] = [
    DayCount::Act365,
    DayCount::Act360,
    DayCount::ActAct,
    DayCount::ThirtyE360,
];

/// Every order in which the three can be paid.
const ORDERS: [[Due; 3]; 6] = [
    [Due::Fees, Due::Interest, Due::Principal],
    [Due::Fees, Due::Principal, Due::Interest],
    [Due::Interest, Due::Fees, Due::Principal],
    [Due::Interest, Due::Principal, Due::Fees],
    [Due::Principal, Due::Fees, Due::Interest],
    [Due::Principal, Due::Interest, Due::Fees],
];

/// The terms as typed.
#[derive(Clone, PartialEq)]
struct TermsForm {
    name: String,
    rate: String,
    day_count: DayCount,
    order: [Due; 3],
    largest_limit: String,
    single_signature: String,
    offline_cap: String,
    exposure_cap: String,
    hold_days: String,
    /// What this form has no field for stays as it is.
    others: Terms,
}

impl TermsForm {
    fn of(name: &str, terms: &Terms, currency: Currency) -> TermsForm {
        TermsForm {
            name: name.to_owned(),
            rate: terms.annual_percent.to_string(),
            day_count: terms.day_count,
            order: terms.allocation_order,
            largest_limit: currency.format(terms.largest_limit_minor),
            single_signature: currency.format(terms.single_signature_minor),
            offline_cap: currency.format(terms.offline_cap_minor),
            exposure_cap: currency.format(terms.exposure_cap_minor),
            hold_days: terms.hold_banking_days.to_string(),
            others: terms.clone(),
        }
    }

    /// The terms, or every field that cannot be read.
    fn read(&self, currency: Currency) -> Result<Terms, Vec<(String, String)>> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push((NAME.to_owned(), common::FILL_IN.to_owned()));
        }
        let mut terms = self.others.clone();
        match self.rate.trim().parse() {
            Ok(rate) => terms.annual_percent = rate,
            Err(_) => problems.push((RATE.to_owned(), words::RATE_UNREADABLE.to_owned())),
        }
        terms.day_count = self.day_count;
        terms.allocation_order = self.order;
        let mut money =
            |field: &str, typed: &str, into: &mut Minor| match read_money(currency, typed) {
                Ok(minor) => *into = minor,
                Err(words) => problems.push((field.to_owned(), words)),
            };
        money(
            LARGEST_LIMIT,
            &self.largest_limit,
            &mut terms.largest_limit_minor,
        );
        money(
            SINGLE_SIGNATURE,
            &self.single_signature,
            &mut terms.single_signature_minor,
        );
        money(OFFLINE_CAP, &self.offline_cap, &mut terms.offline_cap_minor);
        money(
            EXPOSURE_CAP,
            &self.exposure_cap,
            &mut terms.exposure_cap_minor,
        );
        match self.hold_days.trim().parse() {
            Ok(days) => terms.hold_banking_days = days,
            Err(_) => problems.push((HOLD_DAYS.to_owned(), words::DAYS_UNREADABLE.to_owned())),
        }
        if let Err(refusal) = terms.check() {
            let field = refusal.field.unwrap_or_default();
            if !problems.iter().any(|(at, _)| *at == field) {
                problems.push((field, refusal.code.words().to_owned()));
            }
        }
        if problems.is_empty() {
            Ok(terms)
        } else {
            Err(problems)
        }
    }
}

#[component]
pub fn ProductDialog(props: &ProductDialogProps) -> Html {
    let currency = use_currency();
    let toasts = use_toasts();
    let form_id = use_unique_id("product-form");
    let product_id = *use_memo((), |()| {
        props
            .product
            .as_ref()
            .map_or_else(|| ProductId(new_id()), |product| product.id)
    });
    let form = use_state(|| match &props.product {
        Some(product) => TermsForm::of(&product.name, &product.terms, currency),
        None => TermsForm::of("", &Terms::defaults(currency.exponent()), currency),
    });
    let seen_version = props.product.as_ref().map_or(0, |product| product.version);
    let submitting = {
        let on_close = props.on_close.clone();
        use_submission(Callback::from(move |_| {
            toasts.success(commands::done(CommandKind::DefineProduct));
            on_close.emit(());
        }))
    };
    let on_submit = {
        let (form, submitting) = (form.clone(), submitting.clone());
        Callback::from(move |()| match form.read(currency) {
            Ok(terms) => submitting.submit(Command::DefineProduct(DefineProduct {
                product_id,
                seen_version,
                name: form.name.trim().to_owned(),
                terms,
            })),
            Err(problems) => submitting.refuse(problems),
        })
    };
    // One callback a field: the form as it is, with that field changed.
    let on = |change: fn(&mut TermsForm, String)| {
        let form = form.clone();
        Callback::from(move |text| {
            let mut next = (*form).clone();
            change(&mut next, text);
            form.set(next);
        })
    };
    let title = if props.product.is_some() {
        words::REVISE
    } else {
        words::NEW
    };
    let about = if props.product.is_some() {
        words::revise_explained(seen_version)
    } else {
        words::NEW_EXPLAINED.to_owned()
    };
    let footer = html! {
        <>
            <Button kind={ButtonKind::Primary} submit=true form={form_id.clone()} busy={submitting.busy}
                testid="dialog-submit">{ commands::title(CommandKind::DefineProduct) }</Button>
            <Button kind={ButtonKind::Link} on_click={props.on_close.reform(|_: MouseEvent| ())}>
                { lines::BACK }
            </Button>
        </>
    };
    let day_counts = DAY_COUNTS
        .iter()
        .map(|count| {
            (
                lines::day_count(*count).into(),
                lines::day_count(*count).into(),
            )
        })
        .collect::<Vec<(AttrValue, AttrValue)>>();
    let orders = ORDERS
        .iter()
        .map(|order| {
            let words = lines::allocation_order(order);
            (words.clone().into(), words.into())
        })
        .collect::<Vec<(AttrValue, AttrValue)>>();
    html! {
        <Dialog {title} testid="dialog-define_product" on_close={props.on_close.clone()} {footer} large=true>
            <p class="quiet">{ about }</p>
            <div>{ for submitting.elsewhere(FIELDS).map(|error| html! { <ErrorAlert {error} /> }) }</div>
            <Form id={form_id} label={title} {on_submit}>
                <div class="form-section__fields">
                    <TextField name={NAME} label={words::NAME} required=true value={form.name.clone()}
                        on_input={on(|form, text| form.name = text)} error={submitting.at(NAME)} />
                    <TextField name={RATE} label={words::RATE_PERCENT} required=true value={form.rate.clone()}
                        input_mode="decimal" help={words::RATE_HINT}
                        on_input={on(|form, text| form.rate = text)} error={submitting.at(RATE)} />
                    <SelectField name={DAY_COUNT} label={lines::DAY_COUNT} options={day_counts}
                        value={lines::day_count(form.day_count)} error={submitting.at(DAY_COUNT)}
                        on_change={on(|form, text| {
                            let found = DAY_COUNTS.iter().find(|count| lines::day_count(**count) == text);
                            form.day_count = found.copied().unwrap_or(form.day_count);
                        })} />
                    <SelectField name={ORDER} label={words::ORDER} options={orders}
                        value={lines::allocation_order(&form.order)} error={submitting.at(ORDER)}
                        on_change={on(|form, text| {
                            let found = ORDERS.iter().find(|order| lines::allocation_order(order) == text);
                            form.order = found.copied().unwrap_or(form.order);
                        })} />
                    <MoneyField name={LARGEST_LIMIT} label={words::LARGEST_LIMIT} required=true {currency}
                        value={form.largest_limit.clone()} help={words::LIMIT_HINT}
                        on_input={on(|form, text| form.largest_limit = text)} error={submitting.at(LARGEST_LIMIT)} />
                    <MoneyField name={EXPOSURE_CAP} label={words::EXPOSURE_CAP} required=true {currency}
                        value={form.exposure_cap.clone()} help={words::EXPOSURE_HINT}
                        on_input={on(|form, text| form.exposure_cap = text)} error={submitting.at(EXPOSURE_CAP)} />
                    <MoneyField name={SINGLE_SIGNATURE} label={words::SINGLE_SIGNATURE} required=true {currency}
                        value={form.single_signature.clone()} help={words::SIGNATURE_HINT}
                        on_input={on(|form, text| form.single_signature = text)} error={submitting.at(SINGLE_SIGNATURE)} />
                    <MoneyField name={OFFLINE_CAP} label={words::OFFLINE_CAP} required=true {currency}
                        value={form.offline_cap.clone()} help={words::OFFLINE_HINT}
                        on_input={on(|form, text| form.offline_cap = text)} error={submitting.at(OFFLINE_CAP)} />
                    <TextField name={HOLD_DAYS} label={words::HOLD_DAYS} required=true value={form.hold_days.clone()}
                        input_mode="numeric" on_input={on(|form, text| form.hold_days = text)}
                        error={submitting.at(HOLD_DAYS)} />
                </div>
            </Form>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn filled() -> TermsForm {
        TermsForm::of("Household line", &Terms::defaults(2), Currency::USD)
    }

    #[test]
    fn terms_come_back_as_they_went_in() {
        assert_eq!(filled().read(Currency::USD), Ok(Terms::defaults(2)));
    }

    #[test]
    fn every_unreadable_field_is_named() {
        let form = TermsForm {
            name: " ".into(),
            rate: "8,5".into(),
            largest_limit: String::new(),
            hold_days: "three".into(),
            ..filled()
        };
        let fields: Vec<String> = form
            .read(Currency::USD)
            .unwrap_err()
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, [NAME, RATE, LARGEST_LIMIT, HOLD_DAYS]);
    }

    #[test]
    fn the_rules_of_the_domain_stand_at_their_field() {
        let form = TermsForm {
            hold_days: "31".into(),
            ..filled()
        };
        let problems = form.read(Currency::USD).unwrap_err();
        assert_eq!(problems[0].0, HOLD_DAYS);
    }
}
