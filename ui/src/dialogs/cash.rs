//! Cash at the counter: one amount, counted or moved.

use super::CommandDialog;
use super::command_dialog::use_dialog_submission;
use crate::components::{MoneyField, TextField};
use crate::session::use_desk;
use crate::typed::read_money;
use crate::words::{counter as words, lines};
use domain::command::{
    CloseDay, CloseDrawer, Command, CommandKind, CountDrawer, MoveVaultCash, OpenDrawer,
    SetHolidays,
};
use domain::date::BusinessDate;
use domain::drawer::VaultWay;
use domain::ids::UserId;
use domain::money::Money;
use yew::prelude::*;

/// What is done with which drawer.
#[derive(Clone, Debug, PartialEq)]
pub enum CashIntent {
    Open,
    Move(VaultWay),
    Count,
    Close { teller_id: UserId, teller: String },
}

impl CashIntent {
    pub fn kind(&self) -> CommandKind {
        match self {
            CashIntent::Open => CommandKind::OpenDrawer,
            CashIntent::Move(_) => CommandKind::MoveVaultCash,
            CashIntent::Count => CommandKind::CountDrawer,
            CashIntent::Close { .. } => CommandKind::CloseDrawer,
        }
    }

    /// Where the amount stands in the command, and what it is called.
    fn field(&self) -> (&'static str, &'static [&'static str], &'static str) {
        match self {
            CashIntent::Open => ("float", &["float"], words::FLOAT),
            CashIntent::Move(_) => ("amount", &["amount"], words::AMOUNT),
            CashIntent::Count | CashIntent::Close { .. } => {
                ("counted", &["counted"], words::COUNTED)
            }
        }
    }

    fn command(&self, amount: Money) -> Command {
        match self {
            CashIntent::Open => Command::OpenDrawer(OpenDrawer { float: amount }),
            CashIntent::Move(way) => Command::MoveVaultCash(MoveVaultCash { way: *way, amount }),
            CashIntent::Count => Command::CountDrawer(CountDrawer { counted: amount }),
            CashIntent::Close { teller_id, .. } => Command::CloseDrawer(CloseDrawer {
                teller_id: *teller_id,
                counted: amount,
            }),
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct CashDialogProps {
    pub intent: CashIntent,
    pub on_close: Callback<()>,
}

#[component]
pub fn CashDialog(props: &CashDialogProps) -> Html {
    let intent = &props.intent;
    let desk = use_desk();
    let currency = desk.currency;
    let typed = use_state(String::new);
    let submitting = use_dialog_submission(intent.kind(), &props.on_close);
    let (name, fields, label) = intent.field();
    let filled = read_money(currency, &typed)
        .map(|minor| intent.command(Money { minor, currency }))
        .map_err(|words| vec![(name.to_owned(), words)]);
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    let about = match intent {
        CashIntent::Move(VaultWay::FromVault) => words::FROM_VAULT.to_owned(),
        CashIntent::Move(VaultWay::ToVault) => words::TO_VAULT.to_owned(),
        CashIntent::Close { teller, .. } => words::drawer_of(teller),
        CashIntent::Open | CashIntent::Count => words::drawer_of(&desk.name),
    };
    html! {
        <CommandDialog kind={intent.kind()} {about} {filled} submitting={submitting.clone()}
            on_close={props.on_close.clone()} {fields} without_preview=true>
            <MoneyField {name} {label} {currency} value={(*typed).clone()} {on_input}
                required=true autofocus=true help={lines::AMOUNT_HINT} error={submitting.at(name)} />
        </CommandDialog>
    }
}

#[derive(Properties, PartialEq)]
pub struct CloseDayDialogProps {
    pub date: BusinessDate,
    pub on_close: Callback<()>,
}

#[derive(Properties, PartialEq)]
pub struct HolidaysDialogProps {
    pub holidays: Vec<BusinessDate>,
    pub on_close: Callback<()>,
}

const HOLIDAYS: &str = "holidays";

/// Every date of the text, or what cannot be read.
fn dates(text: &str) -> Result<Vec<BusinessDate>, String> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
    let parts = text.split(between).filter(|part| !part.is_empty());
    let read = |part: &str| {
        part.parse()
            .map_err(|why: &str| words::unreadable_date(part, why))
    };
    let mut dates = parts.map(read).collect::<Result<Vec<_>, String>>()?;
    dates.sort();
    dates.dedup();
    Ok(dates)
}

/// The whole calendar at once: what is not in it is no holiday any more.
#[component]
pub fn HolidaysDialog(props: &HolidaysDialogProps) -> Html {
    let kind = CommandKind::SetHolidays;
    let typed = use_state(|| {
        let dates: Vec<String> = props.holidays.iter().map(ToString::to_string).collect();
        dates.join("\n")
    });
    let submitting = use_dialog_submission(kind, &props.on_close);
    let filled = dates(&typed)
        .map(|holidays| Command::SetHolidays(SetHolidays { holidays }))
        .map_err(|words| vec![(HOLIDAYS.to_owned(), words)]);
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    html! {
        <CommandDialog {kind} about={words::HOLIDAYS} {filled} submitting={submitting.clone()}
            on_close={props.on_close.clone()} fields={&[HOLIDAYS][..]} without_preview=true>
            <TextField name={HOLIDAYS} label={words::HOLIDAYS_LABEL} help={words::HOLIDAYS_HINT}
                multiline=true max_length=20000 value={(*typed).clone()} {on_input}
                error={submitting.at(HOLIDAYS)} />
        </CommandDialog>
    }
}

#[component]
pub fn CloseDayDialog(props: &CloseDayDialogProps) -> Html {
    let kind = CommandKind::CloseDay;
    let submitting = use_dialog_submission(kind, &props.on_close);
    let filled = Ok(Command::CloseDay(CloseDay { date: props.date }));
    html! {
        <CommandDialog {kind} about={words::business_date(props.date)} {filled} {submitting}
            on_close={props.on_close.clone()} without_preview=true>
            <p>{ words::close_day(props.date) }</p>
        </CommandDialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_calendar_is_read_date_by_date() {
        let read = dates("2026-12-25\n\n 2026-07-03, 2026-12-25").unwrap();
        let read: Vec<String> = read.iter().map(ToString::to_string).collect();
        assert_eq!(read, ["2026-07-03", "2026-12-25"]);
        assert!(dates("").unwrap().is_empty());
        assert!(
            dates("2026-12-25\nChristmas")
                .unwrap_err()
                .contains("Christmas")
        );
    }
}
