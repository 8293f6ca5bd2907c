//! Money out: in cash at the counter, or to a bank account of the customer.

use super::bank_account::{AddAccount, merged};
use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnLineProps};
use crate::components::{
    Button, ButtonKind, CheckField, MoneyField, RadioGroup, RadioOption, SelectField,
};
use crate::mint::new_id;
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::lines as words;
use domain::command::{Command, PayOut, RequestDraw as RequestDrawCommand, Speed};
use domain::ids::{BankAccountId, MovementId};
use domain::money::Money;
use domain::view::BankAccountView;
use yew::prelude::*;

const AMOUNT: &str = "amount";
const METHOD: &str = "method";
const IDENTITY_SEEN: &str = "identity_seen";
const ACCOUNT_ID: &str = "account_id";
/// The rules name the account by either path.
const METHOD_ACCOUNT_ID: &str = "method.account_id";
const METHOD_IDENTITY_SEEN: &str = "method.identity_seen";
const FIELDS: &[&str] = &[
    AMOUNT,
    METHOD,
    IDENTITY_SEEN,
    METHOD_IDENTITY_SEEN,
    ACCOUNT_ID,
    METHOD_ACCOUNT_ID,
];

const CASH: &str = "cash";
const BANK: &str = "bank";
const STANDARD: &str = "standard";
const EXPRESS: &str = "express";

#[component]
pub fn RequestDraw(props: &OnLineProps) -> Html {
    let line = &props.line;
    let currency = use_currency();
    let draw_id = *use_memo((), |()| MovementId(new_id()));
    let typed = use_state(String::new);
    let method = use_state(|| CASH.to_owned());
    let identity_seen = use_state(|| false);
    let account_id = use_state(|| None::<BankAccountId>);
    let speed = use_state(|| Speed::Standard);
    let adding = use_state(|| false);
    let fresh = use_state(Vec::<BankAccountView>::new);
    let submitting = use_dialog_submission(props.kind, &props.on_close);

    let accounts = merged(&line.bank_accounts, &fresh);
    let usable: Vec<&BankAccountView> = accounts
        .iter()
        .filter(|account| account.unusable_since_code.is_none())
        .collect();
    let account = account_id
        .filter(|id| usable.iter().any(|account| account.id == *id))
        // One account leaves nothing to choose.
        .or(match usable[..] {
            [only] => Some(only.id),
            _ => None,
        });
    let by_bank = *method == BANK;

    let mut problems = Vec::new();
    let minor = read_money(currency, &typed).unwrap_or_else(|words| {
        problems.push((AMOUNT.to_owned(), words));
        Default::default()
    });
    let way = if !by_bank {
        if !*identity_seen {
            problems.push((IDENTITY_SEEN.to_owned(), words::CONFIRM_IDENTITY.to_owned()));
        }
        Some(PayOut::Cash {
            identity_seen: *identity_seen,
        })
    } else if let Some(account_id) = account {
        Some(PayOut::Bank {
            account_id,
            speed: *speed,
        })
    } else {
        problems.push((ACCOUNT_ID.to_owned(), words::CHOOSE_ACCOUNT.to_owned()));
        None
    };
    let filled = match way {
        Some(method) if problems.is_empty() => Ok(Command::RequestDraw(RequestDrawCommand {
            line_id: line.row.id,
            draw_id,
            amount: Money { minor, currency },
            method,
        })),
        _ => Err(problems),
    };

    let set_text = |state: &UseStateHandle<String>| {
        let state = state.setter();
        Callback::from(move |text| state.set(text))
    };
    let on_identity = {
        let identity_seen = identity_seen.setter();
        Callback::from(move |seen| identity_seen.set(seen))
    };
    let on_account = {
        let account_id = account_id.setter();
        Callback::from(move |text: String| account_id.set(text.parse().ok()))
    };
    let on_speed = {
        let speed = speed.setter();
        Callback::from(move |text: String| {
            speed.set(if text == EXPRESS {
                Speed::Express
            } else {
                Speed::Standard
            });
        })
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

    let cash_fields = html! {
        <CheckField name={IDENTITY_SEEN} label={words::IDENTITY_SEEN} checked={*identity_seen}
            on_change={on_identity} required=true
            error={submitting.at(IDENTITY_SEEN).or_else(|| submitting.at(METHOD_IDENTITY_SEEN))} />
    };
    let bank_fields = html! {
        <div class="stack">
            <SelectField name={ACCOUNT_ID} label={words::BANK_ACCOUNT} required=true
                value={account.map(|id| id.to_string()).unwrap_or_default()}
                options={options(&accounts)} on_change={on_account}
                help={usable.is_empty().then_some(AttrValue::Static(words::NO_ACCOUNTS))}
                error={submitting.at(ACCOUNT_ID).or_else(|| submitting.at(METHOD_ACCOUNT_ID))} />
            <div hidden={*adding}>
                <Button kind={ButtonKind::Link} small=true testid="add-account-open"
                    on_click={set_adding(true).reform(|_: MouseEvent| ())}>
                    { words::ADD_ACCOUNT }
                </Button>
            </div>
            <RadioGroup name="speed" label={words::SPEED}
                value={if *speed == Speed::Express { EXPRESS } else { STANDARD }}
                options={vec![speed_option(STANDARD, Speed::Standard), speed_option(EXPRESS, Speed::Express)]}
                on_change={on_speed} />
        </div>
    };
    let below = html! {
        <div>
            if by_bank && *adding {
                <AddAccount customer_id={line.row.customer_id} {on_added} on_cancel={set_adding(false)} />
            }
        </div>
    };
    let why_not = (by_bank && *adding).then_some(AttrValue::Static(words::FINISH_ADDING));
    html! {
        <CommandDialog kind={props.kind} about={format!("{} · {}", line.row.number, line.row.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()} fields={FIELDS}
            {below} {why_not}>
            <MoneyField name={AMOUNT} label={words::AMOUNT} {currency} value={(*typed).clone()}
                on_input={set_text(&typed)} required=true error={submitting.at(AMOUNT)}
                help={words::at_most_available(&currency.format(line.figures.available_minor))} />
            <RadioGroup name={METHOD} label={words::WAY_OUT} value={(*method).clone()}
                options={vec![
                    RadioOption { value: CASH.into(), label: words::CASH_OUT.into(), help: None },
                    RadioOption { value: BANK.into(), label: words::TO_BANK.into(), help: None },
                ]}
                on_change={set_text(&method)} error={submitting.at(METHOD)} />
            <div>{ if by_bank { bank_fields } else { cash_fields } }</div>
        </CommandDialog>
    }
}

fn speed_option(value: &'static str, speed: Speed) -> RadioOption {
    RadioOption {
        value: value.into(),
        label: words::speed(speed).into(),
        help: Some(words::speed_explained(speed).into()),
    }
}

/// Usable accounts; an unusable one is left out, as nothing can be sent there.
fn options(accounts: &[BankAccountView]) -> Vec<(AttrValue, AttrValue)> {
    let choose = (AttrValue::default(), AttrValue::Static(words::CHOOSE));
    let usable = accounts
        .iter()
        .filter(|account| account.unusable_since_code.is_none())
        .map(|account| {
            (
                AttrValue::from(account.id.to_string()),
                AttrValue::from(words::account_ending(&account.last4)),
            )
        });
    std::iter::once(choose).chain(usable).collect()
}
