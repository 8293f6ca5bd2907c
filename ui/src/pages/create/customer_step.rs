//! First step: somebody the branch knows, found by search, or somebody new.

use super::draft::{Borrower, KnownCustomer};
use super::profile_form::{FieldErrors, ProfileForm};
use crate::backend;
use crate::components::{
    Button, ButtonKind, ContactFields, ErrorAlert, HouseholdFields, IdentityFields, Skeleton,
    TextField,
};
use crate::hooks::use_load;
use crate::session::use_desk;
use crate::words::create as words;
use domain::date::BusinessDate;
use domain::money::Currency;
use domain::view::{CustomerQuery, CustomerRow};
use yew::prelude::*;

const SEARCH: &str = "customer_id";
const ROWS: u32 = 8;

/// What keeps this step from being done.
pub fn problems(borrower: &Borrower, currency: Currency, today: BusinessDate) -> FieldErrors {
    match borrower {
        Borrower::Known(_) => FieldErrors::new(),
        Borrower::Nobody => {
            FieldErrors::from([(SEARCH.to_owned(), words::CHOOSE_CUSTOMER.to_owned())])
        }
        Borrower::New(form) => form.read(currency, today).err().unwrap_or_default(),
    }
}

#[derive(Properties, PartialEq)]
pub struct CustomerStepProps {
    pub borrower: Borrower,
    pub errors: FieldErrors,
    pub on_borrower: Callback<Borrower>,
    pub on_profile: Callback<ProfileForm>,
}

#[component]
pub fn CustomerStep(props: &CustomerStepProps) -> Html {
    let choose = |borrower: Borrower| {
        props
            .on_borrower
            .reform(move |_: MouseEvent| borrower.clone())
    };
    match &props.borrower {
        Borrower::Nobody => html! {
            <div class="stack">
                <Search error={props.errors.get(SEARCH).cloned().map(AttrValue::from)}
                    on_choose={props.on_borrower.reform(Borrower::Known)} />
                <div>
                    <Button kind={ButtonKind::Secondary} testid="record-new"
                        on_click={choose(Borrower::New(Box::default()))}>
                        { words::RECORD_NEW }
                    </Button>
                </div>
            </div>
        },
        Borrower::Known(customer) => html! {
            <div class="chosen" data-testid="chosen-customer">
                <div>
                    <div class="quiet">{ words::CHOSEN }</div>
                    <div><strong>{ &customer.name }</strong></div>
                    <div class="quiet">{ format!("{} · {}", customer.number, customer.city) }</div>
                    <div class="reasons__error" role="alert">
                        { for props.errors.get(SEARCH).cloned() }
                    </div>
                </div>
                <Button kind={ButtonKind::Link} testid="choose-another" on_click={choose(Borrower::Nobody)}>
                    { words::CHOOSE_ANOTHER }
                </Button>
            </div>
        },
        Borrower::New(form) => html! {
            <div class="stack">
                <div class="chosen">
                    <div>
                        <div><strong>{ words::NEW_CUSTOMER }</strong></div>
                        <div class="quiet">{ words::NEW_CUSTOMER_HELP }</div>
                    </div>
                    <Button kind={ButtonKind::Link} testid="search-instead" on_click={choose(Borrower::Nobody)}>
                        { words::SEARCH_INSTEAD }
                    </Button>
                </div>
                <NewCustomer form={(**form).clone()} errors={props.errors.clone()}
                    on_change={props.on_profile.clone()} />
            </div>
        },
    }
}

#[derive(Properties, PartialEq)]
struct NewCustomerProps {
    form: ProfileForm,
    errors: FieldErrors,
    on_change: Callback<ProfileForm>,
}

#[component]
fn NewCustomer(props: &NewCustomerProps) -> Html {
    let desk = use_desk();
    let (today, currency) = (desk.business_date, desk.currency);
    let NewCustomerProps {
        form,
        errors,
        on_change,
    } = props;
    html! {
        <div class="stack-lg">
            <IdentityFields form={form.clone()} errors={errors.clone()} on_change={on_change.clone()} {today} {currency} />
            <ContactFields form={form.clone()} errors={errors.clone()} on_change={on_change.clone()} {today} {currency} />
            <HouseholdFields form={form.clone()} errors={errors.clone()} on_change={on_change.clone()} {today} {currency} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SearchProps {
    error: Option<AttrValue>,
    on_choose: Callback<KnownCustomer>,
}

#[component]
fn Search(props: &SearchProps) -> Html {
    let search = use_state(String::new);
    let load = use_load(
        search.trim().to_owned(),
        |_, change| !change.customers.is_empty(),
        |search| {
            backend::customers(CustomerQuery {
                search,
                after: None,
                limit: ROWS,
            })
        },
    );
    let on_input = {
        let search = search.setter();
        Callback::from(move |text| search.set(text))
    };
    let results = match (&load.data, &load.error) {
        (_, Some(error)) => {
            html! { <ErrorAlert error={error.clone()} on_retry={load.reload.clone()} /> }
        }
        (None, None) => html! { <Skeleton lines={3} /> },
        (Some(page), None) if page.rows.is_empty() => html! {
            <p class="quiet" data-testid="nobody-found">{ words::NOBODY_FOUND }</p>
        },
        (Some(page), None) => html! {
            <ul class="results" role="list" aria-label={words::FOUND}>
                { for page.rows.iter().filter(|row| !row.forgotten).map(|row| result(row, &props.on_choose)) }
            </ul>
        },
    };
    html! {
        <div class="stack">
            <TextField name={SEARCH} label={words::FIND} kind="search" value={(*search).clone()} {on_input}
                help={words::FIND_HELP} error={props.error.clone()} />
            <div aria-live="polite">{ results }</div>
        </div>
    }
}

fn result(row: &CustomerRow, on_choose: &Callback<KnownCustomer>) -> Html {
    let known = KnownCustomer {
        id: row.id,
        number: row.number.clone(),
        name: row.name.clone(),
        city: row.city.clone(),
    };
    html! {
        <li key={row.number.clone()}>
            <button type="button" class="result" data-testid={format!("row-{}", row.number)}
                onclick={on_choose.reform(move |_: MouseEvent| known.clone())}>
                <strong>{ &row.name }</strong>
                <span class="quiet">{ format!("{} · {} · {}", row.number, row.city, row.phone) }</span>
            </button>
        </li>
    }
}
