use crate::words::lines as words;
use domain::money::Currency;
use domain::product::Terms;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TermsListProps {
    pub terms: Terms,
    pub currency: Currency,
    /// The product they are of, or came from.
    pub title: AttrValue,
}

/// The terms of a product or a line, one by one.
#[component]
pub fn TermsList(props: &TermsListProps) -> Html {
    let TermsListProps {
        terms, currency, ..
    } = props;
    let money = |amount| format!("{} {}", currency.format(amount), currency.code());
    let changes: Vec<String> = terms
        .rate_changes
        .iter()
        .map(|change| {
            let rate = change.annual_percent.to_string();
            words::rate_from(&rate, &change.from.to_string())
        })
        .collect();
    let mut rows = vec![
        (words::RATE, format!("{} %", terms.annual_percent)),
        (
            words::DAY_COUNT,
            words::day_count(terms.day_count).to_owned(),
        ),
        (
            words::ORDER,
            words::allocation_order(&terms.allocation_order),
        ),
        (words::LARGEST_LIMIT, money(terms.largest_limit_minor)),
        (words::SINGLE_SIGNATURE, money(terms.single_signature_minor)),
        (words::OFFLINE_CAP, money(terms.offline_cap_minor)),
        (words::EXPOSURE_CAP, money(terms.exposure_cap_minor)),
        (
            words::HOLD_DAYS,
            words::banking_days(terms.hold_banking_days),
        ),
        (
            words::METHOD,
            words::interest_method(terms.interest_method).to_owned(),
        ),
        (words::CYCLE, words::cycle(terms.cycle)),
        (
            words::MINIMUM_RULE,
            words::minimum(&money(terms.minimum.floor_minor), terms.minimum),
        ),
        (
            words::DUE,
            words::days_after(terms.due_days, words::THE_STATEMENT),
        ),
        (
            words::LATE,
            words::days_after(terms.grace_days, words::THE_DUE_DATE),
        ),
        (words::LATE_FEE, money(terms.late_fee_minor)),
        (words::RETURNED_FEE, money(terms.returned_payment_fee_minor)),
        (words::ORIGINATION_FEE, money(terms.origination_fee_minor)),
        (words::ANNUAL_FEE, money(terms.annual_fee_minor)),
        (words::EXPRESS_FEE, money(terms.express_fee_minor)),
        (words::WAIVER_CAP, money(terms.waiver_cap_minor)),
        (words::CHECKS, words::checks(&terms.checks)),
        (
            words::INSTANT_LIMIT,
            words::instant(terms.instant_limit_minor, money),
        ),
        (
            words::AFFORDABLE,
            words::affordable(terms.affordable_basis_points),
        ),
    ];
    if !changes.is_empty() {
        rows.insert(1, (words::RATE_CHANGES, changes.join("; ")));
    }
    html! {
        <section class="terms" data-testid="terms" aria-label={words::terms_of(&props.title)}>
            <p class="terms__title">{ words::terms_of(&props.title) }</p>
            <dl class="terms__list">
                { for rows.into_iter().map(|(name, value)| html! {
                    <div key={name} class="terms__row"><dt>{ name }</dt><dd>{ value }</dd></div>
                }) }
            </dl>
        </section>
    }
}
