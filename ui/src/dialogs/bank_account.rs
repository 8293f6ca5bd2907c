//! Bank accounts within a draw's or a repayment's dialog: choosing one, adding one, and recording
//! that the customer signed for debits. Each is a form and a submission of its own.

use crate::components::{Button, ButtonKind, DateField, ErrorAlert, Form, TextField, use_toasts};
use crate::hooks::use_submission;
use crate::mint::new_id;
use crate::session::use_desk;
use crate::typed::read_date;
use crate::words::{FILL_IN, commands, lines as words};
use domain::command::{AddBankAccount, AuthorizeDebit, Command, CommandKind};
use domain::ids::{BankAccountId, CustomerId};
use domain::view::{Answer, BankAccountView, Fresh};
use yew::prelude::*;

/// The accounts of the line as shown, and those an answer brought since.
pub fn merged(shown: &[BankAccountView], fresh: &[BankAccountView]) -> Vec<BankAccountView> {
    let mut all = shown.to_vec();
    for account in fresh {
        match all.iter_mut().find(|known| known.id == account.id) {
            // An answer to this dialog is at least as new as what the page has fetched, except
            // for a return that came in between; that one must not be painted over.
            Some(known) if known.unusable_since_code.is_none() => *known = account.clone(),
            Some(_) => {}
            None => all.push(account.clone()),
        }
    }
    all
}

fn accounts_in(answer: Answer) -> Vec<BankAccountView> {
    match answer.fresh {
        Fresh::Customer(customer) => customer.bank_accounts,
        Fresh::Line(_) | Fresh::Product(_) | Fresh::ResetCode(_) | Fresh::Nothing => Vec::new(),
    }
}

#[derive(Properties, PartialEq)]
pub struct AddAccountProps {
    pub customer_id: CustomerId,
    /// The new account's id, and all accounts of the customer.
    pub on_added: Callback<(BankAccountId, Vec<BankAccountView>)>,
    pub on_cancel: Callback<()>,
}

const ROUTING: &str = "routing";
const NUMBER: &str = "number";

#[component]
pub fn AddAccount(props: &AddAccountProps) -> Html {
    let toasts = use_toasts();
    let account_id = *use_memo((), |()| BankAccountId(new_id()));
    let routing = use_state(String::new);
    let number = use_state(String::new);
    let submitting = {
        let on_added = props.on_added.clone();
        use_submission(Callback::from(move |answer| {
            toasts.success(commands::done(CommandKind::AddBankAccount));
            on_added.emit((account_id, accounts_in(answer)));
        }))
    };
    let on_submit = {
        let (submitting, customer_id) = (submitting.clone(), props.customer_id);
        let (routing, number) = (digits(&routing), digits(&number));
        Callback::from(move |()| {
            let empty: Vec<_> = [(ROUTING, &routing), (NUMBER, &number)]
                .into_iter()
                .filter(|(_, typed)| typed.is_empty())
                .map(|(field, _)| (field.to_owned(), FILL_IN.to_owned()))
                .collect();
            if !empty.is_empty() {
                submitting.refuse(empty);
                return;
            }
            submitting.submit(Command::AddBankAccount(AddBankAccount {
                customer_id,
                account_id,
                routing: routing.clone(),
                number: number.clone(),
            }));
        })
    };
    let into = |state: &UseStateHandle<String>| {
        let state = state.setter();
        Callback::from(move |text| state.set(text))
    };
    html! {
        <section class="inset" aria-label={words::ADD_ACCOUNT} data-testid="add-account">
            <h3 class="inset__title">{ words::ADD_ACCOUNT }</h3>
            <div>{ for submitting.elsewhere(&[ROUTING, NUMBER]).map(|error| html! { <ErrorAlert {error} /> }) }</div>
            <Form label={words::ADD_ACCOUNT} {on_submit}>
                <TextField name={ROUTING} label={words::ROUTING} value={(*routing).clone()} on_input={into(&routing)}
                    required=true help={words::ROUTING_HINT} input_mode="numeric" autofocus=true
                    error={submitting.at(ROUTING)} />
                <TextField name={NUMBER} label={words::ACCOUNT_NUMBER} value={(*number).clone()} on_input={into(&number)}
                    required=true help={words::ACCOUNT_NUMBER_HINT} input_mode="numeric"
                    error={submitting.at(NUMBER)} />
                <div class="inset__buttons">
                    <Button kind={ButtonKind::Secondary} submit=true busy={submitting.busy} testid="add-account-submit">
                        { words::ADD }
                    </Button>
                    <Button kind={ButtonKind::Link} on_click={props.on_cancel.reform(|_: MouseEvent| ())}>
                        { words::DONT_ADD }
                    </Button>
                </div>
            </Form>
        </section>
    }
}

/// Blanks and dashes are how people group digits, not part of the number.
fn digits(typed: &str) -> String {
    typed
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '-'))
        .collect()
}

#[derive(Properties, PartialEq)]
pub struct AuthorizeProps {
    pub customer_id: CustomerId,
    pub account: BankAccountView,
    pub on_recorded: Callback<Vec<BankAccountView>>,
}

const SIGNED_ON: &str = "signed_on";

#[component]
pub fn Authorize(props: &AuthorizeProps) -> Html {
    let toasts = use_toasts();
    let today = use_desk().business_date;
    let typed = use_state(|| today.to_string());
    let submitting = {
        let on_recorded = props.on_recorded.clone();
        use_submission(Callback::from(move |answer| {
            toasts.success(commands::done(CommandKind::AuthorizeDebit));
            on_recorded.emit(accounts_in(answer));
        }))
    };
    let on_submit = {
        let (submitting, customer_id, account_id) =
            (submitting.clone(), props.customer_id, props.account.id);
        let read = read_date(today, &typed);
        Callback::from(move |()| match read.clone() {
            Ok(signed_on) => submitting.submit(Command::AuthorizeDebit(AuthorizeDebit {
                customer_id,
                account_id,
                signed_on,
            })),
            Err(words) => submitting.refuse(vec![(SIGNED_ON.to_owned(), words)]),
        })
    };
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    let title = commands::title(CommandKind::AuthorizeDebit);
    html! {
        <section class="inset" aria-label={title} data-testid="authorize">
            <h3 class="inset__title">{ words::account_not_authorized(&props.account.last4) }</h3>
            <div>{ for submitting.elsewhere(&[SIGNED_ON]).map(|error| html! { <ErrorAlert {error} /> }) }</div>
            <Form label={title} {on_submit}>
                <DateField name={SIGNED_ON} label={words::AUTHORIZE_SIGNED} {today} value={(*typed).clone()}
                    {on_input} required=true error={submitting.at(SIGNED_ON)} />
                <div class="inset__buttons">
                    <Button kind={ButtonKind::Secondary} submit=true busy={submitting.busy} testid="authorize-submit">
                        { words::AUTHORIZE }
                    </Button>
                </div>
            </Form>
        </section>
    }
}
