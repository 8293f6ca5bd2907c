//! One customer: what identifies them stays masked, what changes can be changed.

mod dialogs;
mod masked;

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, ButtonKind, Cell, Column, DataTable, EmptyState, ErrorAlert, Icon,
    IconKind, Label, LabelColor, LineTable, Money, PageHeader, Row, Skeleton, Timestamp,
    document_words, employment_words,
};
use crate::hooks::{use_load, use_title};
use crate::router::{Route, use_router};
use crate::session::use_desk;
use crate::words::customers as words;
use dialogs::{AddAccountDialog, AddNoteDialog, AuthorizeDialog, ChangeDialog, ForgetDialog};
use domain::customer::{Address, Masked};
use domain::ids::{BankAccountId, CustomerId};
use domain::money::Minor;
use domain::view::{BankAccountView, ContactRow, CustomerDetails};
use masked::MaskedValue;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct CustomerPageProps {
    pub customer_id: CustomerId,
}

/// What is being done on the page.
#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Change,
    AddAccount,
    Authorize(BankAccountId),
    AddNote,
    Forget,
}

#[component]
pub fn CustomerPage(props: &CustomerPageProps) -> Html {
    let customer = use_load(
        props.customer_id,
        |id, change| change.customers.contains(id) || !change.lines.is_empty(),
        backend::customer,
    );
    let error = customer.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={customer.reload.clone()} /> }
    });
    let shown = match &customer.data {
        Some(customer) => html! { <Shown customer={customer.clone()} /> },
        None if customer.waiting => html! { <Skeleton lines={10} /> },
        None => html! {},
    };
    html! {
        <div class="page" data-testid="page-customer">
            <div>{ error.unwrap_or_default() }</div>
            <div>{ shown }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ShownProps {
    customer: Rc<CustomerDetails>,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    let desk = use_desk();
    let router = use_router();
    let doing = use_state(|| None::<Doing>);
    let customer = &props.customer;
    let row = &customer.row;
    use_title(row.name.clone());
    let start = |what: Doing| {
        let doing = doing.setter();
        Callback::from(move |()| doing.set(Some(what)))
    };
    let gone = row.forgotten;
    use_page_actions(if gone {
        Vec::new()
    } else {
        page_actions(desk.is_admin(), &start)
    });
    let stop = {
        let doing = doing.setter();
        Callback::from(move |()| doing.set(None))
    };
    let dialog = match *doing {
        None => html! {},
        Some(Doing::Change) => {
            html! { <ChangeDialog customer={customer.clone()} on_close={stop} /> }
        }
        Some(Doing::AddAccount) => {
            html! { <AddAccountDialog customer_id={row.id} on_close={stop} /> }
        }
        Some(Doing::Authorize(account_id)) => {
            html! { <AuthorizeDialog customer_id={row.id} {account_id} on_close={stop} /> }
        }
        Some(Doing::AddNote) => {
            html! { <AddNoteDialog customer_id={row.id} on_close={stop} /> }
        }
        Some(Doing::Forget) => html! { <ForgetDialog customer_id={row.id} on_close={stop} /> },
    };
    let click = |what: Doing| start(what).reform(|_: MouseEvent| ());
    let create = {
        let router = router.clone();
        Callback::from(move |_: MouseEvent| router.push(Route::Create))
    };
    let buttons = if gone {
        html! {}
    } else {
        let forget = desk.is_admin().then(|| {
            html! {
                <Button class="pf-m-danger" on_click={click(Doing::Forget)} testid="action-forget_customer">
                    { words::FORGET }
                </Button>
            }
        });
        html! {
            <>
                <Button kind={ButtonKind::Primary} on_click={click(Doing::Change)} testid="action-update_customer">
                    { words::CHANGE }
                </Button>
                <span>{ forget.unwrap_or_default() }</span>
            </>
        }
    };
    let beside = if gone {
        html! { <Label words={words::FORGOTTEN} color={LabelColor::Grey} testid="forgotten" /> }
    } else {
        html! {}
    };
    let note = if gone {
        html! { <Alert kind={AlertKind::Info} title={words::FORGOTTEN_TITLE}>{ words::FORGOTTEN_WORDS }</Alert> }
    } else {
        html! {}
    };
    let lines = if customer.lines.is_empty() {
        html! {
            <EmptyState title={words::NO_LINES} words={words::NO_LINES_WORDS}>
                <Button on_click={create}>{ words::NEW_APPLICATION }</Button>
            </EmptyState>
        }
    } else {
        html! {
            <LineTable rows={Rc::new(customer.lines.clone())} currency={desk.currency}
                caption={words::LINES} with_customer=false />
        }
    };
    html! {
        <div class="page__sections">
            <PageHeader title={row.name.clone()} {beside} subtitle={html! { &row.number }}
                parent={Some((AttrValue::from(words::TITLE), Route::Customers))}>
                { buttons }
            </PageHeader>
            <div>{ note }</div>
            <div class="cards">
                <Facts customer={customer.clone()} />
            </div>
            <section class="card" aria-labelledby="bank-accounts">
                <header class="card__header">
                    <h2 id="bank-accounts" class="pf-v6-c-title pf-m-lg">{ words::BANK_ACCOUNTS }</h2>
                    <Button small=true on_click={click(Doing::AddAccount)} testid="action-add_bank_account"
                        class={classes!(gone.then_some("is-hidden"))}>
                        <Icon kind={IconKind::Add} />{ words::ADD_ACCOUNT }
                    </Button>
                </header>
                <Accounts customer_id={row.id} accounts={customer.bank_accounts.clone()} forgotten={gone} on_authorize={
                    let doing = doing.setter();
                    Callback::from(move |id| doing.set(Some(Doing::Authorize(id))))
                } />
            </section>
            <section class="card" aria-labelledby="contacts">
                <header class="card__header">
                    <h2 id="contacts" class="pf-v6-c-title pf-m-lg">{ words::CONTACTS }</h2>
                    <Button small=true on_click={click(Doing::AddNote)} testid="action-add_contact_note"
                        class={classes!(gone.then_some("is-hidden"))}>
                        <Icon kind={IconKind::Add} />{ words::ADD_NOTE }
                    </Button>
                </header>
                <Contacts rows={customer.contacts.clone()} more={customer.more_contacts} />
            </section>
            <section class="card" aria-labelledby="lines">
                <header class="card__header">
                    <h2 id="lines" class="pf-v6-c-title pf-m-lg">{ words::LINES }</h2>
                </header>
                { lines }
            </section>
            <div>{ dialog }</div>
        </div>
    }
}

fn page_actions(admin: bool, start: &dyn Fn(Doing) -> Callback<()>) -> Vec<PageAction> {
    let action =
        |id: &'static str, words: &'static str, keys: Option<&'static str>, doing| PageAction {
            id: id.into(),
            words: words.into(),
            keys: keys.map(AttrValue::from),
            why_not: None,
            run: start(doing),
        };
    let mut actions = vec![
        action("update_customer", words::CHANGE, Some("e"), Doing::Change),
        action(
            "add_bank_account",
            words::ADD_ACCOUNT,
            Some("b"),
            Doing::AddAccount,
        ),
        action(
            "add_contact_note",
            words::ADD_NOTE,
            Some("c"),
            Doing::AddNote,
        ),
    ];
    if admin {
        // No key: it cannot be undone.
        actions.push(action(
            "forget_customer",
            words::FORGET,
            None,
            Doing::Forget,
        ));
    }
    actions
}

#[derive(Properties, PartialEq)]
struct FactsProps {
    customer: Rc<CustomerDetails>,
}

/// What is known, by kind.
#[component]
fn Facts(props: &FactsProps) -> Html {
    let currency = use_desk().currency;
    let customer = &props.customer;
    let row = &customer.row;
    let money = |minor: Minor| html! { <Money {minor} {currency} code=true /> };
    let text = |text: &str| {
        let shown = if text.is_empty() { words::NONE } else { text };
        html! { { shown.to_owned() } }
    };
    let masked = |name: &'static str, testid: &'static str, masked: Masked, shown: &str| {
        if row.forgotten {
            return text("");
        }
        html! {
            <MaskedValue customer_id={row.id} {masked} {name} {testid} shown_masked={shown.to_owned()} />
        }
    };
    let document = html! {
        <>
            { customer.document_kind.map_or("", document_words) }{ " " }
            { masked(words::DOCUMENT_NUMBER, "identity-document", Masked::IdentityDocument, &customer.document_masked) }
        </>
    };
    let employment = customer
        .employment
        .as_ref()
        .map_or(String::new(), |employment| {
            let kind = employment_words(employment.kind);
            if employment.employer.is_empty() {
                kind.to_owned()
            } else {
                format!("{kind}, {}", employment.employer)
            }
        });
    let left = customer
        .income_monthly_minor
        .minus(customer.obligations_monthly_minor)
        .unwrap_or_default();
    let household = if row.forgotten {
        vec![(words::EMPLOYMENT, text(""))]
    } else {
        vec![
            (words::EMPLOYMENT, text(&employment)),
            (words::INCOME, money(customer.income_monthly_minor)),
            (
                words::OBLIGATIONS,
                money(customer.obligations_monthly_minor),
            ),
            (words::AFTER_OBLIGATIONS, money(left)),
        ]
    };
    html! {
        <>
            { facts(words::IDENTITY, vec![
                (words::TAX_ID, masked(words::TAX_ID, "tax-id", Masked::TaxId, &customer.tax_id_masked)),
                (words::BIRTH_DATE, masked(words::BIRTH_DATE, "birth-date", Masked::BirthDate, &customer.birth_date_masked)),
                (words::DOCUMENT_KIND, document),
                (words::RECORDED_ON, text(&customer.recorded_on.to_string())),
            ]) }
            { facts(words::CONTACT, vec![
                (words::PHONE, text(&row.phone)),
                (words::EMAIL, text(&row.email)),
                (words::ADDRESS, address(customer.address.as_ref())),
            ]) }
            { facts(words::HOUSEHOLD, household) }
        </>
    }
}

fn facts(title: &'static str, rows: Vec<(&'static str, Html)>) -> Html {
    let rows = rows.into_iter().map(|(name, value)| {
        html! { <div key={name} class="facts__row"><dt>{ name }</dt><dd>{ value }</dd></div> }
    });
    html! {
        <section class="card" key={title} aria-label={title}>
            <h2 class="pf-v6-c-title pf-m-md">{ title }</h2>
            <dl class="facts">{ for rows }</dl>
        </section>
    }
}

fn address(address: Option<&Address>) -> Html {
    let Some(address) = address else {
        return html! { { words::NONE } };
    };
    let street = [&address.street, &address.unit];
    let street: Vec<&str> = street
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    html! {
        <>
            { street.join(", ") }<br />
            { format!("{}, {} {}", address.city, address.region, address.postal_code) }<br />
            { &address.country }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct AccountsProps {
    customer_id: CustomerId,
    accounts: Vec<BankAccountView>,
    forgotten: bool,
    on_authorize: Callback<BankAccountId>,
}

#[component]
fn Accounts(props: &AccountsProps) -> Html {
    if props.accounts.is_empty() {
        return html! { <EmptyState title={words::NO_ACCOUNTS} words={words::NO_ACCOUNTS_WORDS} /> };
    }
    let rows = props.accounts.iter().map(|account| {
        let state = match (&account.unusable_since_code, account.debit_authorized_on) {
            (Some(code), _) => html! { <Label words={words::unusable(code)} color={LabelColor::Red} /> },
            (None, Some(on)) => {
                html! { <Label words={words::authorized(&on.to_string())} color={LabelColor::Green} /> }
            }
            (None, None) => html! { <Label words={words::NOT_AUTHORIZED} color={LabelColor::Grey} /> },
        };
        let may = !props.forgotten
            && account.debit_authorized_on.is_none()
            && account.unusable_since_code.is_none();
        let authorize = may.then(|| {
            let (on_authorize, id) = (props.on_authorize.clone(), account.id);
            html! {
                <Button small=true on_click={move |_: MouseEvent| on_authorize.emit(id)} testid="action-authorize_debit">
                    { words::AUTHORIZE }
                </Button>
            }
        });
        html! {
            <Row key={account.id.to_string()} testid={format!("account-{}", account.last4)}>
                <Cell>
                    <MaskedValue customer_id={props.customer_id} masked={Masked::BankAccount { account_id: account.id }}
                        name={format!("{} {}", words::ACCOUNT, account.last4)} testid={format!("number-{}", account.last4)}
                        shown_masked={words::account(&account.last4)} />
                </Cell>
                <Cell>{ state }</Cell>
                <Cell class="is-action">{ authorize.unwrap_or_default() }</Cell>
            </Row>
        }
    });
    let columns = vec![
        Column::text(words::ACCOUNT),
        Column::text(words::DEBITS),
        Column::actions(words::ACTIONS),
    ];
    html! { <DataTable caption={words::BANK_ACCOUNTS} testid="bank-accounts" {columns}>{ for rows }</DataTable> }
}

#[derive(Properties, PartialEq)]
struct ContactsProps {
    rows: Vec<ContactRow>,
    more: bool,
}

/// What was said, newest first.
#[component]
fn Contacts(props: &ContactsProps) -> Html {
    if props.rows.is_empty() {
        return html! { <EmptyState title={words::NO_CONTACTS} words={words::NO_CONTACTS_WORDS} /> };
    }
    let rows = props.rows.iter().map(|row| {
        html! {
            <Row key={row.seq.to_string()} testid="contact">
                <Cell><Timestamp at={row.at} /></Cell>
                <Cell>{ row.channel.words() }</Cell>
                <Cell>{ &row.by_name }</Cell>
                <Cell class="is-note">{ &row.note }</Cell>
            </Row>
        }
    });
    let columns = vec![
        Column::text(words::WHEN),
        Column::text(words::HOW),
        Column::text(words::WHO),
        Column::text(words::NOTE),
    ];
    let more = props
        .more
        .then(|| html! { <p class="quiet">{ words::MORE_CONTACTS }</p> });
    html! {
        <>
            <DataTable caption={words::CONTACTS} testid="contacts" {columns}>{ for rows }</DataTable>
            <div>{ more.unwrap_or_default() }</div>
        </>
    }
}
