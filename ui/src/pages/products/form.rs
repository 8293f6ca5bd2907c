//! Defines a product or revises one: every field of its terms.

use crate::components::{
    Button, ButtonKind, CheckField, Dialog, ErrorAlert, Form, MoneyField, SelectField, TextField,
    use_toasts,
};
use crate::dialogs::{PASSWORD, hand_in, own_password, without_password};
use crate::hooks::{use_submission, use_unique_id};
use crate::mint::new_id;
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::{self as common, commands, lines, products as words};
use domain::command::{Command, CommandKind, DefineProduct};
use domain::cycle::Cycle;
use domain::ids::ProductId;
use domain::intake::Check;
use domain::money::{Currency, Minor};
use domain::product::{DayCount, Due, InterestMethod, Terms, percent};
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
const METHOD: &str = "terms.interest_method";
const CYCLE: &str = "terms.cycle";
const CYCLE_DAYS: &str = "terms.cycle.days";
const FLOOR: &str = "terms.minimum.floor_minor";
const PART: &str = "terms.minimum.balance_basis_points";
const DUE_DAYS: &str = "terms.due_days";
const GRACE_DAYS: &str = "terms.grace_days";
const LATE_FEE: &str = "terms.late_fee_minor";
const RETURNED_FEE: &str = "terms.returned_payment_fee_minor";
const ORIGINATION_FEE: &str = "terms.origination_fee_minor";
const ANNUAL_FEE: &str = "terms.annual_fee_minor";
const EXPRESS_FEE: &str = "terms.express_fee_minor";
const WAIVER_CAP: &str = "terms.waiver_cap_minor";
const RATE_NOTICE: &str = "terms.rate_notice_days";
const CHECKS: &str = "terms.checks";
const INSTANT_LIMIT: &str = "terms.instant_limit_minor";
const AFFORDABLE: &str = "terms.affordable_basis_points";
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
    METHOD,
    CYCLE,
    CYCLE_DAYS,
    FLOOR,
    PART,
    DUE_DAYS,
    GRACE_DAYS,
    LATE_FEE,
    RETURNED_FEE,
    ORIGINATION_FEE,
    ANNUAL_FEE,
    EXPRESS_FEE,
    WAIVER_CAP,
    RATE_NOTICE,
    CHECKS,
    INSTANT_LIMIT,
    PASSWORD,
    AFFORDABLE,
];

const METHODS: [InterestMethod; 2] = [
    InterestMethod::DailySimple,
    InterestMethod::AverageDailyBalance,
];

/// When cycles end, as it is chosen; the number beside it stands in a field of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CycleKind {
    LastOfMonth,
    DayOfMonth,
    EveryDays,
}

const CYCLES: [CycleKind; 3] = [
    CycleKind::LastOfMonth,
    CycleKind::DayOfMonth,
    CycleKind::EveryDays,
];

fn cycle_words(kind: CycleKind) -> &'static str {
    match kind {
        CycleKind::LastOfMonth => words::LAST_OF_MONTH,
        CycleKind::DayOfMonth => words::DAY_OF_MONTH,
        CycleKind::EveryDays => words::EVERY_DAYS,
    }
}

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
    method: InterestMethod,
    cycle: CycleKind,
    cycle_days: String,
    floor: String,
    part: String,
    due_days: String,
    grace_days: String,
    late_fee: String,
    returned_fee: String,
    origination_fee: String,
    annual_fee: String,
    express_fee: String,
    waiver_cap: String,
    rate_notice: String,
    checks: Vec<Check>,
    instant_limit: String,
    /// Empty: not asked.
    affordable: String,
    /// What this form has no field for stays as it is.
    others: Terms,
}

impl TermsForm {
    fn of(name: &str, terms: &Terms, currency: Currency) -> TermsForm {
        let (cycle, cycle_days) = match terms.cycle {
            Cycle::LastOfMonth {} => (CycleKind::LastOfMonth, String::new()),
            Cycle::DayOfMonth { day } => (CycleKind::DayOfMonth, day.to_string()),
            Cycle::EveryDays { days } => (CycleKind::EveryDays, days.to_string()),
        };
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
            method: terms.interest_method,
            cycle,
            cycle_days,
            floor: currency.format(terms.minimum.floor_minor),
            part: percent(terms.minimum.balance_basis_points),
            due_days: terms.due_days.to_string(),
            grace_days: terms.grace_days.to_string(),
            late_fee: currency.format(terms.late_fee_minor),
            returned_fee: currency.format(terms.returned_payment_fee_minor),
            origination_fee: currency.format(terms.origination_fee_minor),
            annual_fee: currency.format(terms.annual_fee_minor),
            express_fee: currency.format(terms.express_fee_minor),
            waiver_cap: currency.format(terms.waiver_cap_minor),
            rate_notice: terms.rate_notice_days.to_string(),
            checks: terms.checks.clone(),
            instant_limit: currency.format(terms.instant_limit_minor),
            affordable: terms
                .affordable_basis_points
                .map_or_else(String::new, percent),
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
        for (field, typed, into) in [
            (FLOOR, &self.floor, &mut terms.minimum.floor_minor),
            (LATE_FEE, &self.late_fee, &mut terms.late_fee_minor),
            (
                RETURNED_FEE,
                &self.returned_fee,
                &mut terms.returned_payment_fee_minor,
            ),
            (
                ORIGINATION_FEE,
                &self.origination_fee,
                &mut terms.origination_fee_minor,
            ),
            (ANNUAL_FEE, &self.annual_fee, &mut terms.annual_fee_minor),
            (EXPRESS_FEE, &self.express_fee, &mut terms.express_fee_minor),
            (WAIVER_CAP, &self.waiver_cap, &mut terms.waiver_cap_minor),
            (
                INSTANT_LIMIT,
                &self.instant_limit,
                &mut terms.instant_limit_minor,
            ),
        ] {
            money(field, typed, into);
        }
        match self.hold_days.trim().parse() {
            Ok(days) => terms.hold_banking_days = days,
            Err(_) => problems.push((HOLD_DAYS.to_owned(), words::DAYS_UNREADABLE.to_owned())),
        }
        for (field, typed, into) in [
            (DUE_DAYS, &self.due_days, &mut terms.due_days),
            (GRACE_DAYS, &self.grace_days, &mut terms.grace_days),
            (RATE_NOTICE, &self.rate_notice, &mut terms.rate_notice_days),
        ] {
            match typed.trim().parse() {
                Ok(days) => *into = days,
                Err(_) => problems.push((field.to_owned(), words::NUMBER_UNREADABLE.to_owned())),
            }
        }
        match basis_points(&self.part) {
            Some(points) => terms.minimum.balance_basis_points = points,
            None => problems.push((PART.to_owned(), words::PART_UNREADABLE.to_owned())),
        }
        let affordable = self.affordable.trim();
        match (affordable.is_empty(), basis_points(affordable)) {
            (true, _) => terms.affordable_basis_points = None,
            (false, Some(points)) => terms.affordable_basis_points = Some(points),
            (false, None) => {
                problems.push((AFFORDABLE.to_owned(), words::PART_UNREADABLE.to_owned()));
            }
        }
        terms.checks = self.checks.clone();
        terms.interest_method = self.method;
        let days = self.cycle_days.trim();
        terms.cycle = match self.cycle {
            CycleKind::LastOfMonth => Cycle::LastOfMonth {},
            // A number out of range is refused by the rules, at this field.
            CycleKind::DayOfMonth => Cycle::DayOfMonth {
                day: days.parse().unwrap_or(0),
            },
            CycleKind::EveryDays => Cycle::EveryDays {
                days: days.parse().unwrap_or(0),
            },
        };
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

/// The other way round: at most two places.
fn basis_points(typed: &str) -> Option<u32> {
    let (whole, fraction) = typed.trim().split_once('.').unwrap_or((typed.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || fraction.len() > 2 {
        return None;
    }
    if !digits(whole) || !digits(fraction) || typed.trim().ends_with('.') {
        return None;
    }
    format!("{whole}{fraction:0<2}").parse().ok()
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
    let password = use_node_ref();
    let on_submit = {
        let (form, submitting) = (form.clone(), submitting.clone());
        let password = password.clone();
        Callback::from(move |()| {
            let read = form.read(currency);
            let mut problems = read.as_ref().err().cloned().unwrap_or_default();
            without_password(&password, &mut problems);
            match read {
                Ok(terms) if problems.is_empty() => {
                    let define = Command::DefineProduct(DefineProduct {
                        product_id,
                        seen_version,
                        name: form.name.trim().to_owned(),
                        terms,
                    });
                    hand_in(&submitting, define, &password);
                }
                _ => submitting.refuse(problems),
            }
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
    let checks = Check::ALL.iter().map(|check| {
        let (check, form) = (*check, form.clone());
        let checked = form.checks.contains(&check);
        let on_change = Callback::from(move |on: bool| {
            let mut next = (*form).clone();
            next.checks.retain(|other| *other != check);
            if on {
                next.checks.push(check);
            }
            form.set(next);
        });
        html! {
            <CheckField key={check.words()} name={format!("{CHECKS}.{check:?}")} label={check.words()}
                {checked} {on_change} />
        }
    });
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
    let methods = METHODS
        .iter()
        .map(|method| {
            let words = lines::interest_method(*method);
            (words.into(), words.into())
        })
        .collect::<Vec<(AttrValue, AttrValue)>>();
    let cycles = CYCLES
        .iter()
        .map(|cycle| (cycle_words(*cycle).into(), cycle_words(*cycle).into()))
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
                    <MoneyField name={WAIVER_CAP} label={words::WAIVER_CAP} required=true {currency}
                        value={form.waiver_cap.clone()} help={words::WAIVER_HINT}
                        on_input={on(|form, text| form.waiver_cap = text)} error={submitting.at(WAIVER_CAP)} />
                    <SelectField name={METHOD} label={lines::METHOD} options={methods}
                        value={lines::interest_method(form.method)} error={submitting.at(METHOD)}
                        on_change={on(|form, text| {
                            let found = METHODS.iter().find(|method| lines::interest_method(**method) == text);
                            form.method = found.copied().unwrap_or(form.method);
                        })} />
                    <TextField name={RATE_NOTICE} label={words::RATE_NOTICE} required=true
                        value={form.rate_notice.clone()} input_mode="numeric"
                        on_input={on(|form, text| form.rate_notice = text)} error={submitting.at(RATE_NOTICE)} />
                    <SelectField name={CYCLE} label={words::CYCLE} options={cycles}
                        value={cycle_words(form.cycle)} error={submitting.at(CYCLE)}
                        on_change={on(|form, text| {
                            let found = CYCLES.iter().find(|cycle| cycle_words(**cycle) == text);
                            form.cycle = found.copied().unwrap_or(form.cycle);
                        })} />
                    if form.cycle != CycleKind::LastOfMonth {
                        <TextField name={CYCLE_DAYS} label={words::CYCLE_DAYS} required=true
                            value={form.cycle_days.clone()} input_mode="numeric"
                            help={words::CYCLE_DAYS_HINT}
                            on_input={on(|form, text| form.cycle_days = text)} error={submitting.at(CYCLE_DAYS)} />
                    }
                    <MoneyField name={FLOOR} label={words::FLOOR} required=true {currency}
                        value={form.floor.clone()} help={words::FLOOR_HINT}
                        on_input={on(|form, text| form.floor = text)} error={submitting.at(FLOOR)} />
                    <TextField name={PART} label={words::PART} required=true value={form.part.clone()}
                        input_mode="decimal" on_input={on(|form, text| form.part = text)}
                        error={submitting.at(PART)} />
                    <TextField name={DUE_DAYS} label={words::DUE_DAYS} required=true value={form.due_days.clone()}
                        input_mode="numeric" help={words::DUE_HINT}
                        on_input={on(|form, text| form.due_days = text)} error={submitting.at(DUE_DAYS)} />
                    <TextField name={GRACE_DAYS} label={words::GRACE_DAYS} required=true
                        value={form.grace_days.clone()} input_mode="numeric"
                        on_input={on(|form, text| form.grace_days = text)} error={submitting.at(GRACE_DAYS)} />
                    <MoneyField name={LATE_FEE} label={lines::LATE_FEE} required=true {currency}
                        value={form.late_fee.clone()} help={None::<AttrValue>}
                        on_input={on(|form, text| form.late_fee = text)} error={submitting.at(LATE_FEE)} />
                    <MoneyField name={RETURNED_FEE} label={lines::RETURNED_FEE} required=true {currency}
                        value={form.returned_fee.clone()} help={None::<AttrValue>}
                        on_input={on(|form, text| form.returned_fee = text)} error={submitting.at(RETURNED_FEE)} />
                    <MoneyField name={ORIGINATION_FEE} label={lines::ORIGINATION_FEE} required=true {currency}
                        value={form.origination_fee.clone()} help={words::ORIGINATION_HINT}
                        on_input={on(|form, text| form.origination_fee = text)} error={submitting.at(ORIGINATION_FEE)} />
                    <MoneyField name={ANNUAL_FEE} label={lines::ANNUAL_FEE} required=true {currency}
                        value={form.annual_fee.clone()} help={words::ANNUAL_HINT}
                        on_input={on(|form, text| form.annual_fee = text)} error={submitting.at(ANNUAL_FEE)} />
                    <MoneyField name={INSTANT_LIMIT} label={words::INSTANT_LIMIT} required=true {currency}
                        value={form.instant_limit.clone()} help={words::INSTANT_HINT}
                        on_input={on(|form, text| form.instant_limit = text)} error={submitting.at(INSTANT_LIMIT)} />
                    <TextField name={AFFORDABLE} label={words::AFFORDABLE} value={form.affordable.clone()}
                        input_mode="decimal" help={words::AFFORDABLE_HINT}
                        on_input={on(|form, text| form.affordable = text)} error={submitting.at(AFFORDABLE)} />
                    <fieldset class="ticks">
                        <legend class="pf-v6-c-form__label-text">{ words::CHECKS }</legend>
                        { for checks }
                    </fieldset>
                    <MoneyField name={EXPRESS_FEE} label={lines::EXPRESS_FEE} required=true {currency}
                        value={form.express_fee.clone()} help={words::EXPRESS_HINT}
                        on_input={on(|form, text| form.express_fee = text)} error={submitting.at(EXPRESS_FEE)} />
                    { own_password(&password, &submitting) }
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
    fn parts_of_a_percent_are_read_exactly() {
        for (typed, points) in [
            ("2", Some(200)),
            ("2.5", Some(250)),
            (" 0.05 ", Some(5)),
            ("100", Some(10_000)),
            ("", None),
            ("2.", None),
            (".5", None),
            ("2.555", None),
            ("-2", None),
        ] {
            assert_eq!(basis_points(typed), points, "{typed:?}");
            if let Some(points) = points {
                assert_eq!(basis_points(&percent(points)), Some(points));
            }
        }
    }

    #[test]
    fn a_cycle_without_its_number_is_refused_where_it_is_chosen() {
        let form = TermsForm {
            cycle: CycleKind::EveryDays,
            cycle_days: "soon".into(),
            ..filled()
        };
        let problems = form.read(Currency::USD).unwrap_err();
        assert_eq!(problems[0].0, CYCLE);
        let form = TermsForm {
            cycle_days: "30".into(),
            ..form
        };
        let terms = form.read(Currency::USD).unwrap();
        assert_eq!(terms.cycle, Cycle::EveryDays { days: 30 });
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
