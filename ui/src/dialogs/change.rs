//! A change of a line that a second person decides on: asked for by one, decided on by another.

use super::command_dialog::use_dialog_submission;
use super::{CommandDialog, OnLineProps};
use crate::components::{Button, DateField, MoneyField, SelectField, TextField};
use crate::hooks::use_printing;
use crate::mint::new_id;
use crate::session::use_desk;
use crate::typed::{read_date, read_money};
use crate::words::{self, changes as change_words, documents, lines as line_words};
use domain::change::LineChange;
use domain::command::{ApproveChange, Command, CommandKind, DeclineChange, RequestChange};
use domain::date::BusinessDate;
use domain::ids::{ChangeId, MovementId};
use domain::money::{Currency, Money};
use domain::movement::{Method, MovementState};
use domain::paper::PaperQuery;
use domain::text::NOTE_MAX;
use domain::view::{ChangeRow, LineDetails};
use yew::prelude::*;

const WHAT: &str = "change.what";
const AMOUNT: &str = "change.amount";
const LIMIT: &str = "change.limit";
const MOVEMENT: &str = "change.movement_id";
const FROM: &str = "change.from";
const RATE: &str = "change.annual_percent";
const NOTICE: &str = "change.notice_given_on";
const REASON: &str = "reason";
const FIELDS: &[&str] = &[WHAT, AMOUNT, LIMIT, MOVEMENT, FROM, RATE, NOTICE, REASON];

/// What may be asked for, in the order offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    WaiveFees,
    WaiveInterest,
    Reverse,
    SetLimit,
    SetRate,
    ChargeOff,
}

const EVERYTHING: [What; 6] = [
    What::WaiveFees,
    What::WaiveInterest,
    What::Reverse,
    What::SetLimit,
    What::SetRate,
    What::ChargeOff,
];

fn title(what: What) -> &'static str {
    match what {
        What::WaiveFees => change_words::WAIVE_FEES,
        What::WaiveInterest => change_words::WAIVE_INTEREST,
        What::Reverse => change_words::REVERSE,
        What::SetLimit => change_words::SET_LIMIT,
        What::SetRate => change_words::SET_RATE,
        What::ChargeOff => change_words::CHARGE_OFF,
    }
}

fn explained(what: What) -> &'static str {
    match what {
        What::WaiveFees | What::WaiveInterest => change_words::WAIVE_EXPLAINED,
        What::Reverse => change_words::REVERSE_EXPLAINED,
        What::SetLimit => change_words::LIMIT_EXPLAINED,
        What::SetRate => change_words::RATE_EXPLAINED,
        What::ChargeOff => change_words::CHARGE_OFF_EXPLAINED,
    }
}

/// The form as typed.
#[derive(Clone, Default, PartialEq)]
struct Typed {
    what: Option<What>,
    amount: String,
    movement: String,
    from: String,
    rate: String,
    notice: String,
    reason: String,
}

impl Typed {
    /// The change and its reason, or every field that cannot be read.
    fn read(
        &self,
        currency: Currency,
        today: BusinessDate,
    ) -> Result<(LineChange, String), Vec<(String, String)>> {
        let mut problems = Vec::new();
        let change = match self.what {
            None => Err(vec![(WHAT.to_owned(), words::FILL_IN.to_owned())]),
            Some(what) => self.change(what, currency, today),
        };
        let reason = self.reason.trim().to_owned();
        if reason.is_empty() {
            problems.push((REASON.to_owned(), words::FILL_IN.to_owned()));
        }
        match change {
            Ok(change) if problems.is_empty() => Ok((change, reason)),
            Ok(_) => Err(problems),
            Err(mut first) => {
                first.extend(problems);
                Err(first)
            }
        }
    }

    fn change(
        &self,
        what: What,
        currency: Currency,
        today: BusinessDate,
    ) -> Result<LineChange, Vec<(String, String)>> {
        let at = |field: &str, words: String| vec![(field.to_owned(), words)];
        let money = |field: &str| {
            read_money(currency, &self.amount)
                .map(|minor| Money { minor, currency })
                .map_err(|words| at(field, words))
        };
        let notice = || match self.notice.trim() {
            "" => Ok(None),
            typed => read_date(today, typed)
                .map(Some)
                .map_err(|words| at(NOTICE, words)),
        };
        Ok(match what {
            What::WaiveFees => LineChange::WaiveFees {
                amount: money(AMOUNT)?,
            },
            What::WaiveInterest => LineChange::WaiveInterest {
                amount: money(AMOUNT)?,
            },
            What::Reverse => LineChange::Reverse {
                movement_id: self
                    .movement
                    .parse::<MovementId>()
                    .map_err(|_| at(MOVEMENT, words::FILL_IN.to_owned()))?,
            },
            What::SetLimit => LineChange::SetLimit {
                limit: money(LIMIT)?,
                notice_given_on: notice()?,
            },
            What::SetRate => LineChange::SetRate {
                from: read_date(today, &self.from).map_err(|words| at(FROM, words))?,
                annual_percent: self
                    .rate
                    .trim()
                    .parse()
                    .map_err(|_| at(RATE, words::products::RATE_UNREADABLE.to_owned()))?,
                notice_given_on: notice()?,
            },
            What::ChargeOff => LineChange::ChargeOff {},
        })
    }
}

/// Asks for a change.
#[component]
pub fn AskForChange(props: &OnLineProps) -> Html {
    let line = &props.line;
    let desk = use_desk();
    let (currency, today) = (desk.currency, desk.business_date);
    let change_id = *use_memo((), |()| ChangeId(new_id()));
    let typed = use_state(Typed::default);
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let printing = use_printing();
    let read = typed.read(currency, today);
    let notice_of = read.clone().ok().and_then(|(change, reason)| match change {
        LineChange::SetLimit { limit, .. } if limit.minor < line.row.limit_minor => {
            let line_id = line.row.id;
            Some(PaperQuery::LimitReductionToCome {
                line_id,
                limit,
                reason,
            })
        }
        _ => None,
    });
    let filled = read.map(|(change, reason)| {
        Command::RequestChange(RequestChange {
            line_id: line.row.id,
            change_id,
            change,
            reason,
        })
    });
    let on = |change: fn(&mut Typed, String)| {
        let typed = typed.clone();
        Callback::from(move |text| {
            let mut next = (*typed).clone();
            change(&mut next, text);
            typed.set(next);
        })
    };
    let options = choose(EVERYTHING.iter().map(|what| (title(*what), title(*what))));
    let value: AttrValue = typed.what.map_or("", title).into();
    let on_what = on(|typed, text| {
        typed.what = EVERYTHING.iter().copied().find(|what| title(*what) == text);
    });
    let amount = |name: &'static str, label: &'static str| {
        html! {
            <MoneyField {name} {label} {currency} required=true value={typed.amount.clone()}
                help={line_words::AMOUNT_HINT} on_input={on(|typed, text| typed.amount = text)}
                error={submitting.at(name)} />
        }
    };
    let notice = || {
        html! {
            <DateField name={NOTICE} label={change_words::NOTICE_GIVEN_ON} {today}
                value={typed.notice.clone()} help={change_words::NOTICE_HINT}
                on_input={on(|typed, text| typed.notice = text)} error={submitting.at(NOTICE)} />
        }
    };
    let print_notice = {
        let why_not = notice_of
            .is_none()
            .then_some(AttrValue::from(documents::PRINT_NOTICE_LATER));
        let busy = notice_of
            .as_ref()
            .is_some_and(|query| printing.is_busy(query));
        let print = printing.print.clone();
        let on_click = Callback::from(move |_: MouseEvent| {
            if let Some(query) = notice_of.clone() {
                print.emit(query);
            }
        });
        html! {
            <div class="stack">
                <div>
                    <Button small=true testid="print-notice" {why_not} {busy} {on_click}>
                        { documents::PRINT_NOTICE }
                    </Button>
                </div>
                <p class="quiet">{ documents::PRINT_NOTICE_EXPLAINED }</p>
                <div>{ printing.told() }</div>
            </div>
        }
    };
    let fields = match typed.what {
        Some(What::WaiveFees | What::WaiveInterest) => amount(AMOUNT, line_words::AMOUNT),
        Some(What::Reverse) => html! {
            <SelectField name={MOVEMENT} label={change_words::POSTING} required=true
                options={reversible(line, currency)} value={typed.movement.clone()}
                on_change={on(|typed, text| typed.movement = text)} error={submitting.at(MOVEMENT)} />
        },
        Some(What::SetLimit) => html! {
            <>{ amount(LIMIT, change_words::NEW_LIMIT) }{ notice() }{ print_notice }</>
        },
        Some(What::SetRate) => html! {
            <>
                <TextField name={RATE} label={words::products::RATE_PERCENT} required=true
                    value={typed.rate.clone()} input_mode="decimal" help={words::products::RATE_HINT}
                    on_input={on(|typed, text| typed.rate = text)} error={submitting.at(RATE)} />
                <DateField name={FROM} label={change_words::FROM} {today} required=true
                    value={typed.from.clone()} on_input={on(|typed, text| typed.from = text)}
                    error={submitting.at(FROM)} />
                { notice() }
            </>
        },
        Some(What::ChargeOff) | None => html! {},
    };
    html! {
        <CommandDialog kind={props.kind} about={about(&line.row.number, &line.row.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()} fields={FIELDS}
            without_preview=true>
            <SelectField name={WHAT} label={change_words::WHAT} required=true {options} {value}
                on_change={on_what} error={submitting.at(WHAT)}
                help={typed.what.map(|what| AttrValue::from(explained(what)))} />
            <div class="stack">{ fields }</div>
            <TextField name={REASON} label={line_words::REASON} required=true multiline=true
                value={typed.reason.clone()} on_input={on(|typed, text| typed.reason = text)}
                max_length={u32::try_from(NOTE_MAX).ok()} error={submitting.at(REASON)} />
        </CommandDialog>
    }
}

fn about(number: &str, customer: &str) -> AttrValue {
    format!("{number} · {customer}").into()
}

/// Options behind a first one that says nothing is chosen yet.
fn choose(
    options: impl Iterator<Item = (impl Into<AttrValue>, impl Into<AttrValue>)>,
) -> Vec<(AttrValue, AttrValue)> {
    let nothing: (AttrValue, AttrValue) = ("".into(), line_words::CHOOSE.into());
    std::iter::once(nothing)
        .chain(options.map(|(value, words)| (value.into(), words.into())))
        .collect()
}

/// Cash that changed hands and stands.
fn reversible(line: &LineDetails, currency: Currency) -> Vec<(AttrValue, AttrValue)> {
    let cash = line.movements.iter().filter(|movement| {
        movement.method == Method::Cash && movement.state == MovementState::Settled
    });
    choose(cash.map(|movement| {
        let on = movement.settled_on.unwrap_or(movement.requested_on);
        let kind = line_words::movement_kind(movement.kind);
        let amount = currency.format(movement.amount_minor);
        (movement.id.to_string(), format!("{kind} {amount}, {on}"))
    }))
}

#[derive(Properties, PartialEq)]
pub struct DecideOnChangeProps {
    pub kind: CommandKind,
    pub change: ChangeRow,
    pub on_close: Callback<()>,
}

/// Agrees to a change, or declines it.
#[component]
pub fn DecideOnChange(props: &DecideOnChangeProps) -> Html {
    let change = &props.change;
    let typed = use_state(String::new);
    let submitting = use_dialog_submission(props.kind, &props.on_close);
    let (line_id, change_id) = (change.line_id, change.id);
    let declines = props.kind == CommandKind::DeclineChange;
    let filled = match (declines, typed.trim()) {
        (false, _) => Ok(Command::ApproveChange(ApproveChange {
            line_id,
            change_id,
            change: change.change.clone(),
        })),
        (true, "") => Err(vec![(REASON.to_owned(), words::FILL_IN.to_owned())]),
        (true, reason) => Ok(Command::DeclineChange(DeclineChange {
            line_id,
            change_id,
            reason: reason.to_owned(),
        })),
    };
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    let reason = declines.then(|| {
        html! {
            <TextField name={REASON} label={line_words::REASON} required=true multiline=true
                value={(*typed).clone()} {on_input} max_length={u32::try_from(NOTE_MAX).ok()}
                error={submitting.at(REASON)} />
        }
    });
    html! {
        <CommandDialog kind={props.kind} about={about(&change.line_number, &change.customer_name)}
            {filled} submitting={submitting.clone()} on_close={props.on_close.clone()}
            fields={&[REASON][..]} without_preview={declines}>
            <dl class="terms__list">
                <div class="terms__row"><dt>{ change_words::WHAT }</dt><dd>{ words::sentence(&change.words) }</dd></div>
                <div class="terms__row"><dt>{ line_words::REASON }</dt><dd>{ &change.reason }</dd></div>
                <div class="terms__row">
                    <dt>{ change_words::ASKED_BY }</dt>
                    <dd>{ change_words::asked(&change.asked_by_name, &change.asked_on.to_string()) }</dd>
                </div>
            </dl>
            <div>{ reason.unwrap_or_default() }</div>
        </CommandDialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::Minor;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn today() -> BusinessDate {
        "2026-03-31".parse().unwrap()
    }

    fn problems(typed: &Typed) -> Vec<String> {
        let read = typed.read(Currency::USD, today());
        let problems = read.unwrap_err().into_iter();
        problems.map(|(field, _)| field).collect()
    }

    #[test]
    fn every_field_that_is_missing_is_named() {
        let with = |what| Typed {
            what,
            ..Typed::default()
        };
        for (what, expected) in [
            (None, [WHAT, REASON]),
            (Some(What::WaiveFees), [AMOUNT, REASON]),
            (Some(What::Reverse), [MOVEMENT, REASON]),
            (Some(What::SetLimit), [LIMIT, REASON]),
            (Some(What::SetRate), [FROM, REASON]),
        ] {
            assert_eq!(problems(&with(what)), expected, "{what:?}");
        }
    }

    #[test]
    fn a_change_is_read_as_it_was_typed() {
        let typed = Typed {
            what: Some(What::SetLimit),
            amount: "1.25k".into(),
            notice: "-1".into(),
            reason: " Income fell ".into(),
            ..Typed::default()
        };
        let limit = Money {
            minor: Minor(125_000),
            currency: Currency::USD,
        };
        let change = LineChange::SetLimit {
            limit,
            notice_given_on: Some("2026-03-30".parse().unwrap()),
        };
        let read = typed.read(Currency::USD, today());
        assert_eq!(read, Ok((change, "Income fell".to_owned())));
    }
}
