//! Money in: cash at the counter, or a debit the customer has authorized.

use super::bank_account::{AddAccount, Authorize, merged};
use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnLineProps};
use crate::components::{Button, ButtonKind, MoneyField, RadioGroup, RadioOption, SelectField};
use crate::mint::new_id;
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::lines as words;
use domain::command::{Command, PayIn, TakeRepayment as TakeRepaymentCommand};
use domain::ids::{BankAccountId, MovementId};
use domain::money::Money;
use domain::view::BankAccountView;
use yew::prelude::*;

const AMOUNT: &str = "amount";
const METHOD: &str = "method";
const ACCOUNT_ID: &str = "account_id";
/// The rules name the account by either path.
const METHOD_ACCOUNT_ID: &str = "method.account_id";
const FIELDS: &[&str] = &[AMOUNT, METHOD, ACCOUNT_ID, METHOD_ACCOUNT_ID];

const CASH: &str = "cash";
const DEBIT: &str = "debit";

#[component]
pub fn TakeRepayment(props: &OnLineProps) -> Html {
    let line = &props.line;
    let currency = use_currency();
    let repayment_id = *use_memo((), |()| MovementId(new_id()));
    let typed = use_state(String::new);
    let method = use_state(|| CASH.to_owned());
    let account_id = use_state(|| None::<BankAccountId>);
    let adding = use_state(|| false);
    let fresh = use_state(Vec::<BankAccountView>::new);
    let submitting = use_dialog_submission(props.kind, &props.on_close);

    let accounts = merged(&line.bank_accounts, &fresh);
    let usable: Vec<&BankAccountView> = accounts
        .iter()
        .filter(|account| account.unusable_since_code.is_none())
        .collect();
    let account = match (*account_id, &usable[..]) {
        (Some(id), all) => all.iter().find(|account| account.id == id).copied(),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    let by_debit = *method == DEBIT;
    let unauthorized = account
        .filter(|account| by_debit && account.debit_authorized_on.is_none())
        .cloned();

    let mut problems = Vec::new();
    let minor = read_money(currency, &typed).unwrap_or_else(|words| {
        problems.push((AMOUNT.to_owned(), words));
        Default::default()
    });
    let way = if !by_debit {
        Some(PayIn::Cash {})
    } else if let Some(account) = account {
        Some(PayIn::Debit {
            account_id: account.id,
        })
    } else {
        problems.push((ACCOUNT_ID.to_owned(), words::CHOOSE_ACCOUNT.to_owned()));
        None
    };
    let filled = match way {
        Some(method) if problems.is_empty() => Ok(Command::TakeRepayment(TakeRepaymentCommand {
            line_id: line.row.id,
            repayment_id,
            amount: Money { minor, currency },
            method,
            taken_on: None,
        })),
        _ => Err(problems),
    };

    let set_text = |state: &UseStateHandle<String>| {
        let state = state.setter();
        Callback::from(move |text| state.set(text))
    };
    let owed = currency.format(line.figures.owed_minor);
    let in_full = {
        let (typed, owed) = (typed.setter(), owed.clone());
        Callback::from(move |_: MouseEvent| typed.set(owed.clone()))
    };
    let on_account = {
        let account_id = account_id.setter();
        Callback::from(move |text: String| account_id.set(text.parse().ok()))
    };
    let set_adding = |on: bool| {
        let adding = adding.setter();
        Callback::from(move |()| adding.set(on))
    };
    let on_added = {
        let (adding, fresh, account_id) = (adding.setter(), fresh.setter(), account_id.setter());
        Callback::from(move |(id, accounts)| {
            fresh.set(accounts);
            account_id.set(Some(id));
            adding.set(false);
        })
    };
    let on_recorded = {
        let fresh = fresh.setter();
        Callback::from(move |accounts| fresh.set(accounts))
    };

    let debit_fields = html! {
        <div class="stack">
            <SelectField name={ACCOUNT_ID} label={words::BANK_ACCOUNT} required=true
                value={account.map(|account| account.id.to_string()).unwrap_or_default()}
                options={options(&usable)} on_change={on_account}
                help={usable.is_empty().then_some(AttrValue::Static(words::NO_ACCOUNTS))}
                error={submitting.at(ACCOUNT_ID).or_else(|| submitting.at(METHOD_ACCOUNT_ID))} />
            <div hidden={*adding}>
                <Button kind={ButtonKind::Link} small=true testid="add-account-open"
                    on_click={set_adding(true).reform(|_: MouseEvent| ())}>
                    { words::ADD_ACCOUNT }
                </Button>
            </div>
        </div>
    };
    let why_not = if by_debit && *adding {
        Some(AttrValue::Static(words::FINISH_ADDING))
    } else {
        unauthorized
            .as_ref()
            .map(|_| AttrValue::Static(words::AUTHORIZE_FIRST))
    };
    let below = html! {
        <div>
            if by_debit && *adding {
                <AddAccount customer_id={line.row.customer_id} {on_added} on_cancel={set_adding(false)} />
            } else if let Some(account) = unauthorized {
                <Authorize key={account.id.to_string()} customer_id={line.row.customer_id} account={account.clone()} {on_recorded} />
            }
        </div>
    };
    html! {
        <CommandDialog kind={props.kind} about={format!("{} · {}", line.row.number, line.row.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()} fields={FIELDS}
            {below} {why_not}>
            <div class="field-with-button">
                <MoneyField name={AMOUNT} label={words::AMOUNT} {currency} value={(*typed).clone()}
                    on_input={set_text(&typed)} required=true error={submitting.at(AMOUNT)}
                    help={words::AMOUNT_HINT} />
                <Button kind={ButtonKind::Link} small=true on_click={in_full} testid="pay-in-full">
                    { words::pay_in_full(&owed) }
                </Button>
            </div>
            <RadioGroup name={METHOD} label={words::WAY_IN} value={(*method).clone()}
                options={vec![
                    RadioOption { value: CASH.into(), label: words::CASH_IN.into(), help: None },
                    RadioOption { value: DEBIT.into(), label: words::BY_DEBIT.into(), help: None },
                ]}
                on_change={set_text(&method)} error={submitting.at(METHOD)} />
            <div>{ for by_debit.then_some(debit_fields) }</div>
        </CommandDialog>
    }
}

fn options(usable: &[&BankAccountView]) -> Vec<(AttrValue, AttrValue)> {
    let choose = (AttrValue::default(), AttrValue::Static(words::CHOOSE));
    let usable = usable.iter().map(|account| {
        let words = if account.debit_authorized_on.is_some() {
            words::account_ending(&account.last4)
        } else {
            words::account_not_authorized(&account.last4)
        };
        (
            AttrValue::from(account.id.to_string()),
            AttrValue::from(words),
        )
    });
    std::iter::once(choose).chain(usable).collect()
}
