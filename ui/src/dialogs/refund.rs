//! Hands customer credit back in cash.

use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnLineProps};
use crate::components::{Button, ButtonKind, MoneyField};
use crate::mint::new_id;
use crate::session::use_currency;
use crate::typed::read_money;
use crate::words::lines as words;
use domain::command::{Command, RefundCredit as RefundCreditCommand};
use domain::ids::MovementId;
use domain::money::Money;
use yew::prelude::*;

const AMOUNT: &str = "amount";

#[component]
pub fn RefundCredit(props: &OnLineProps) -> Html {
    let line = &props.line;
    let currency = use_currency();
    let refund_id = *use_memo((), |()| MovementId(new_id()));
    let typed = use_state(String::new);
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let filled = read_money(currency, &typed)
        .map(|minor| {
            Command::RefundCredit(RefundCreditCommand {
                line_id: line.row.id,
                refund_id,
                amount: Money { minor, currency },
            })
        })
        .map_err(|words| vec![(AMOUNT.to_owned(), words)]);
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    let credit = currency.format(line.figures.credit_minor);
    let all = {
        let (typed, credit) = (typed.setter(), credit.clone());
        Callback::from(move |_: MouseEvent| typed.set(credit.clone()))
    };
    html! {
        <CommandDialog kind={props.kind} about={format!("{} · {}", line.row.number, line.row.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()} fields={&[AMOUNT][..]}>
            <div class="field-with-button">
                <MoneyField name={AMOUNT} label={words::AMOUNT} {currency} value={(*typed).clone()}
                    {on_input} required=true help={words::AMOUNT_HINT} error={submitting.at(AMOUNT)} />
                <Button kind={ButtonKind::Link} small=true on_click={all} testid="refund-all">
                    { words::refund_all(&credit) }
                </Button>
            </div>
        </CommandDialog>
    }
}
