//! Second step: which product, how much, what for.

use super::draft::RequestForm;
use super::profile_form::FieldErrors;
use crate::components::{MissingTicks, MoneyField, SelectField, Skeleton, TextField};
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::{FILL_IN, create as words};
use domain::money::Currency;
use domain::refusal::RefusalCode;
use domain::text::NOTE_MAX;
use domain::view::ProductView;
use std::rc::Rc;
use yew::prelude::*;

const PRODUCT: &str = "product_id";
const REQUESTED: &str = "requested";
const PURPOSE: &str = "purpose";

/// What keeps this step from being done. Every rule is asked again where it counts.
pub fn problems(form: &RequestForm, currency: Currency, products: &[ProductView]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut note = |field: &str, words: String| {
        errors.insert(field.to_owned(), words);
    };
    if form.product_id.is_none() {
        note(PRODUCT, words::CHOOSE_PRODUCT.to_owned());
    }
    match read_money(currency, &form.amount) {
        Err(words) => note(REQUESTED, words),
        Ok(amount) if !amount.is_positive() => {
            note(REQUESTED, RefusalCode::AmountNotPositive.words().to_owned());
        }
        Ok(amount) => {
            let product = products
                .iter()
                .find(|product| Some(product.id) == form.product_id);
            if product.is_some_and(|product| amount > product.terms.largest_limit_minor) {
                note(REQUESTED, RefusalCode::OverProductLimit.words().to_owned());
            }
        }
    }
    if form.purpose.trim().is_empty() {
        note(PURPOSE, FILL_IN.to_owned());
    }
    errors
}

#[derive(Properties, PartialEq)]
pub struct RequestStepProps {
    pub form: RequestForm,
    pub products: Option<Rc<Vec<ProductView>>>,
    pub errors: FieldErrors,
    pub on_change: Callback<RequestForm>,
}

#[component]
pub fn RequestStep(props: &RequestStepProps) -> Html {
    let currency = use_currency();
    let form = &props.form;
    let Some(products) = &props.products else {
        return html! { <div><Skeleton lines={4} /></div> };
    };
    let on = |change: fn(&mut RequestForm, String)| {
        let form = form.clone();
        props.on_change.reform(move |text: String| {
            let mut next = form.clone();
            change(&mut next, text);
            next
        })
    };
    let on_missing = {
        let form = form.clone();
        props.on_change.reform(move |missing| RequestForm {
            missing,
            ..form.clone()
        })
    };
    let at = |field: &str| props.errors.get(field).cloned().map(AttrValue::from);
    let choose = (
        AttrValue::default(),
        AttrValue::Static(words::CHOOSE_PRODUCT),
    );
    let options: Vec<(AttrValue, AttrValue)> = std::iter::once(choose)
        .chain(products.iter().map(|product| {
            let told = format!("{} · {} %", product.name, product.terms.annual_percent);
            (product.id.to_string().into(), told.into())
        }))
        .collect();
    let chosen = products
        .iter()
        .find(|product| Some(product.id) == form.product_id);
    let most = chosen.map(|product| {
        AttrValue::from(words::at_most(
            &currency.format(product.terms.largest_limit_minor),
        ))
    });
    html! {
        <div class="stack step__narrow">
            <SelectField name={PRODUCT} label={words::PRODUCT} required=true {options}
                value={form.product_id.map(|id| id.to_string()).unwrap_or_default()}
                help={products.is_empty().then_some(AttrValue::Static(words::NO_PRODUCTS))}
                error={at(PRODUCT)} on_change={on(|form, text| form.product_id = text.parse().ok())} />
            <MoneyField name={REQUESTED} label={words::REQUESTED} required=true {currency}
                value={form.amount.clone()} help={most} error={at(REQUESTED)}
                on_input={on(|form, text| form.amount = text)} />
            <TextField name={PURPOSE} label={words::PURPOSE} required=true multiline=true
                value={form.purpose.clone()} help={words::PURPOSE_HELP} error={at(PURPOSE)}
                max_length={u32::try_from(NOTE_MAX).ok()}
                on_input={on(|form, text| form.purpose = text)} />
            <MissingTicks missing={form.missing.clone()} on_change={on_missing} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::ProductId;
    use domain::product::Terms;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn product() -> ProductView {
        ProductView {
            id: "0190a0b0-0000-7000-8000-000000000001"
                .parse::<ProductId>()
                .unwrap(),
            version: 1,
            name: "Household line".into(),
            terms: Terms::defaults(2),
        }
    }

    fn check(amount: &str, purpose: &str, expected: &[&str]) {
        let product = product();
        let form = RequestForm {
            product_id: Some(product.id),
            amount: amount.into(),
            purpose: purpose.into(),
            missing: Vec::new(),
        };
        let errors = problems(&form, Currency::USD, &[product]);
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, expected, "{amount:?} {purpose:?}");
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        check("50k", "A new roof", &[]);
        check("50,000.01", "A new roof", &[REQUESTED]);
        check("0", "A new roof", &[REQUESTED]);
        check("much", " ", &[PURPOSE, REQUESTED]);
    }

    #[test]
    fn a_product_has_to_be_chosen() {
        let errors = problems(&RequestForm::default(), Currency::USD, &[product()]);
        assert!(errors.contains_key(PRODUCT));
    }
}
