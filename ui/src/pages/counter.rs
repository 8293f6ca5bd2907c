//! Cash at the counter: one's own drawer and its day sheet; for admins the drawers of the branch
//! and the end of the day.

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, ButtonKind, Cell, Column, DataTable, DateField, ErrorAlert, Form,
    Money, PageHeader, Row, Skeleton, Timestamp,
};
use crate::dialogs::{CashDialog, CashIntent, CloseDayDialog, HolidaysDialog};
use crate::hooks::{use_load, use_title};
use crate::router::{Link, Route};
use crate::session::{use_currency, use_desk};
use crate::typed::read_date;
use crate::words::{commands, counter as words};
use domain::command::CommandKind;
use domain::date::BusinessDate;
use domain::drawer::VaultWay;
use domain::ids::UserId;
use domain::money::Minor;
use domain::view::{CounterQuery, CounterView, DaySheet, DrawerRow};
use std::rc::Rc;
use yew::prelude::*;

/// The dialog that is open.
#[derive(Clone, PartialEq)]
enum Doing {
    Cash(CashIntent),
    CloseDay(BusinessDate),
    Holidays(Vec<BusinessDate>),
}

/// Whose sheet is shown, and of which day; none: one's own, today.
type Wanted = (Option<UserId>, Option<BusinessDate>);

#[component]
pub fn CounterPage() -> Html {
    use_title(words::TITLE);
    let desk = use_desk();
    let wanted = use_state(Wanted::default);
    let doing = use_state(|| None::<Doing>);
    let load = use_load(
        *wanted,
        // What the network does alone moves no cash.
        |_, change| change.seq > 0,
        |(teller_id, date)| backend::counter(CounterQuery { teller_id, date }),
    );
    let on_do = {
        let doing = doing.setter();
        Callback::from(move |wanted| doing.set(Some(wanted)))
    };
    let on_close = {
        let (doing, reload) = (doing.setter(), load.reload.clone());
        Callback::from(move |()| {
            doing.set(None);
            reload.emit(());
        })
    };
    let on_sheet = {
        let wanted = wanted.setter();
        Callback::from(move |sheet: Wanted| wanted.set(sheet))
    };
    let view = load.data.clone();
    let all = view
        .as_deref()
        .map_or_else(Vec::new, |view| deeds(view, desk.is_admin()));
    let to_action = |deed: Deed| PageAction {
        id: deed.id.into(),
        words: deed.words.into(),
        keys: None,
        why_not: deed.why_not.map(AttrValue::from),
        run: on_do.reform(move |()| deed.doing.clone()),
    };
    use_page_actions(all.clone().into_iter().map(to_action).collect());
    let buttons = all.into_iter().enumerate().map(|(place, deed)| {
        let kind = if place == 0 {
            ButtonKind::Primary
        } else {
            ButtonKind::Secondary
        };
        let doing = deed.doing;
        html! {
            <Button key={deed.id} {kind} testid={format!("action-{}", deed.id)}
                why_not={deed.why_not.map(AttrValue::from)}
                on_click={on_do.reform(move |_: MouseEvent| doing.clone())}>
                { deed.words }
            </Button>
        }
    });
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let body = match view {
        Some(view) => html! {
            <Counter {view} admin={desk.is_admin()} on_do={on_do.clone()} {on_sheet} />
        },
        None if load.waiting => html! { <Skeleton lines={6} /> },
        None => html! {},
    };
    let dialog = match (*doing).clone() {
        None => html! {},
        Some(Doing::Cash(intent)) => html! { <CashDialog {intent} {on_close} /> },
        Some(Doing::Holidays(holidays)) => html! { <HolidaysDialog {holidays} {on_close} /> },
        Some(Doing::CloseDay(date)) => html! { <CloseDayDialog {date} {on_close} /> },
    };
    html! {
        <div class="page counter" data-testid="page-counter">
            <div class="stack-lg">
                <PageHeader title={words::TITLE}>{ for buttons }</PageHeader>
                <div>{ error.unwrap_or_default() }</div>
                <div>{ body }</div>
                <div>{ dialog }</div>
            </div>
        </div>
    }
}

/// Something that can be done here, as button and in the palette.
#[derive(Clone)]
struct Deed {
    id: &'static str,
    words: &'static str,
    why_not: Option<&'static str>,
    doing: Doing,
}

fn deeds(view: &CounterView, admin: bool) -> Vec<Deed> {
    let open = view.own.open_since.is_some();
    let cash = |id, words, intent| Deed {
        id,
        words,
        why_not: (!open).then_some(words::OPEN_FIRST),
        doing: Doing::Cash(intent),
    };
    let close = CashIntent::Close {
        teller_id: view.own.teller_id,
        teller: view.own.teller.clone(),
    };
    let mut deeds = vec![
        cash(
            "cash-from-vault",
            words::FROM_VAULT,
            CashIntent::Move(VaultWay::FromVault),
        ),
        cash(
            "cash-to-vault",
            words::TO_VAULT,
            CashIntent::Move(VaultWay::ToVault),
        ),
        cash(
            "count-drawer",
            commands::title(CommandKind::CountDrawer),
            CashIntent::Count,
        ),
        cash(
            "close-drawer",
            commands::title(CommandKind::CloseDrawer),
            close,
        ),
    ];
    if !open {
        deeds = vec![Deed {
            id: "open-drawer",
            words: commands::title(CommandKind::OpenDrawer),
            why_not: None,
            doing: Doing::Cash(CashIntent::Open),
        }];
    }
    if admin {
        let still_open = view
            .drawers
            .iter()
            .any(|drawer| drawer.open_since.is_some());
        deeds.push(Deed {
            id: "close-day",
            words: commands::title(CommandKind::CloseDay),
            why_not: still_open.then_some(words::DRAWER_STILL_OPEN),
            doing: Doing::CloseDay(view.business_date),
        });
        deeds.push(Deed {
            id: "set-holidays",
            words: commands::title(CommandKind::SetHolidays),
            why_not: None,
            doing: Doing::Holidays(view.holidays.clone()),
        });
    }
    deeds
}

#[derive(Properties, PartialEq)]
struct CounterProps {
    view: Rc<CounterView>,
    admin: bool,
    on_do: Callback<Doing>,
    on_sheet: Callback<Wanted>,
}

#[component]
fn Counter(props: &CounterProps) -> Html {
    let currency = use_currency();
    let CounterProps {
        view,
        admin,
        on_do,
        on_sheet,
    } = props;
    let own = match view.own.open_since {
        Some(since) => html! {
            <div class="counter__own">
                <p class="quiet">{ words::open_since(since) }</p>
                <p class="counter__holds">
                    { words::SHOULD_HOLD }{ " " }
                    <strong data-testid="drawer-holds">
                        <Money minor={view.own.holds_minor} {currency} />
                    </strong>
                </p>
            </div>
        },
        None => html! {
            <Alert kind={AlertKind::Info} title={words::DRAWER_CLOSED} testid="drawer-closed">
                { words::DRAWER_CLOSED_WORDS }
            </Alert>
        },
    };
    html! {
        <div class="stack-lg">
            <section class="panel">
                <p>{ words::business_date(view.business_date) }</p>
                <div>{ own }</div>
            </section>
            <div hidden={!*admin || view.drawers.is_empty()}>
                <Drawers view={view.clone()} {on_do} {on_sheet} />
            </div>
            <Sheet sheet={view.sheet.clone()} today={view.business_date} {on_sheet} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct DrawersProps {
    view: Rc<CounterView>,
    on_do: Callback<Doing>,
    on_sheet: Callback<Wanted>,
}

#[component]
fn Drawers(props: &DrawersProps) -> Html {
    let rows = props.view.drawers.iter().map(|drawer| {
        html! { <DrawerOf key={drawer.teller_id.to_string()} drawer={drawer.clone()}
        on_do={props.on_do.clone()} on_sheet={props.on_sheet.clone()} /> }
    });
    html! {
        <section class="panel">
            <h2 class="pf-v6-c-title pf-m-lg">{ words::DRAWERS }</h2>
            <DataTable caption={words::DRAWERS} testid="drawers" columns={vec![
                Column::text(words::TELLER),
                Column::text(words::STATE),
                Column::number(words::HOLDS),
                Column::actions(words::ACTIONS),
            ]}>{ for rows }</DataTable>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct DrawerOfProps {
    drawer: DrawerRow,
    on_do: Callback<Doing>,
    on_sheet: Callback<Wanted>,
}

#[component]
fn DrawerOf(props: &DrawerOfProps) -> Html {
    let currency = use_currency();
    let drawer = &props.drawer;
    let state = drawer
        .open_since
        .map_or(words::CLOSED.to_owned(), words::open_since);
    let teller_id = drawer.teller_id;
    let close = {
        let teller = drawer.teller.clone();
        props.on_do.reform(move |_: MouseEvent| {
            Doing::Cash(CashIntent::Close {
                teller_id,
                teller: teller.clone(),
            })
        })
    };
    let sheet = props
        .on_sheet
        .reform(move |_: MouseEvent| (Some(teller_id), None));
    let whose = html! {
        <span class="pf-v6-screen-reader">{ format!(" {}", drawer.teller) }</span>
    };
    html! {
        <Row testid={format!("drawer-{}", drawer.teller)}>
            <Cell>{ &drawer.teller }</Cell>
            <Cell>{ state }</Cell>
            <Cell numeric=true><Money minor={drawer.holds_minor} {currency} /></Cell>
            <Cell>
                <div class="row-actions">
                    <Button small=true testid="show-sheet" on_click={sheet}>
                        { words::SHOW_SHEET }{ whose.clone() }
                    </Button>
                    <div hidden={drawer.open_since.is_none()}>
                        <Button small=true testid="close-this-drawer" on_click={close}>
                            { commands::title(CommandKind::CloseDrawer) }{ whose }
                        </Button>
                    </div>
                </div>
            </Cell>
        </Row>
    }
}

#[derive(Properties, PartialEq)]
struct SheetProps {
    sheet: DaySheet,
    today: BusinessDate,
    on_sheet: Callback<Wanted>,
}

#[component]
fn Sheet(props: &SheetProps) -> Html {
    let currency = use_currency();
    let SheetProps { sheet, today, .. } = props;
    let typed = use_state(|| sheet.date.to_string());
    let wrong = use_state(|| None::<AttrValue>);
    let on_input = {
        let (typed, wrong) = (typed.setter(), wrong.setter());
        Callback::from(move |text| {
            wrong.set(None);
            typed.set(text);
        })
    };
    let on_submit = {
        let (typed, wrong) = (typed.clone(), wrong.setter());
        let (on_sheet, teller, today) = (props.on_sheet.clone(), sheet.teller_id, *today);
        Callback::from(move |()| match read_date(today, &typed) {
            Ok(date) => on_sheet.emit((Some(teller), Some(date))),
            Err(words) => wrong.set(Some(words.into())),
        })
    };
    let amount = |minor: Option<Minor>| match minor {
        Some(minor) => html! { <Money {minor} {currency} /> },
        None => html! { <span></span> },
    };
    let rows = sheet.rows.iter().enumerate().map(|(place, row)| {
        let into = row.amount_minor.is_positive().then_some(row.amount_minor);
        let out = (!row.amount_minor.is_positive()).then(|| Minor(-row.amount_minor.0));
        let line = match (row.line_id, &row.line_number) {
            (Some(line_id), Some(number)) => html! {
                <Link class="row-link" to={Route::Details(line_id)}>{ number }</Link>
            },
            (Some(_), None) | (None, _) => html! { <span></span> },
        };
        html! {
            <Row key={place} testid={format!("cash-{}", row.kind.tag())}>
                <Cell><Timestamp at={row.at} /></Cell>
                <Cell>{ row.kind.words() }</Cell>
                <Cell>{ line }</Cell>
                <Cell numeric=true>{ amount(into) }</Cell>
                <Cell numeric=true>{ amount(out) }</Cell>
                <Cell numeric=true>{ amount(Some(row.balance_minor)) }</Cell>
            </Row>
        }
    });
    let edge = |key: &'static str, words: &'static str, minor: Minor| {
        html! {
            <Row {key} testid={key}>
                <Cell />
                <Cell><strong>{ words }</strong></Cell>
                <Cell />
                <Cell />
                <Cell />
                <Cell numeric=true><strong>{ amount(Some(minor)) }</strong></Cell>
            </Row>
        }
    };
    let caption = words::sheet_of(&sheet.teller, sheet.date);
    html! {
        <section class="panel" data-testid="day-sheet">
            <h2 class="pf-v6-c-title pf-m-lg">{ &caption }</h2>
            <Form id="sheet-form" label={words::SHEET} {on_submit}>
                <div class="field-with-button">
                    <DateField name="sheet-date" label={words::SHEET_DATE} today={*today}
                        value={(*typed).clone()} {on_input} error={(*wrong).clone()} />
                    <Button submit=true testid="sheet-show">{ words::SHOW }</Button>
                </div>
            </Form>
            <div hidden={!sheet.more}>
                <Alert kind={AlertKind::Info} title={words::MORE} />
            </div>
            <p class="quiet" hidden={!sheet.rows.is_empty()}>{ words::NOTHING_MOVED }</p>
            <DataTable {caption} testid="sheet" columns={vec![
                Column::text(words::AT),
                Column::text(words::WHAT),
                Column::text(words::LINE),
                Column::number(words::INTO),
                Column::number(words::OUT_OF),
                Column::number(words::BALANCE),
            ]}>
                { edge("sheet-opening", words::OPENING, sheet.opening_minor) }
                { for rows }
                { edge("sheet-closing", words::CLOSING, sheet.closing_minor) }
            </DataTable>
        </section>
    }
}
