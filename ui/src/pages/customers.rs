//! The customers of the branch: found, or recorded.

mod record;

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{
    Button, ButtonKind, Cell, Column, DataTable, EmptyState, ErrorAlert, Icon, IconKind, Label,
    LabelColor, PageHeader, Row, Skeleton, TextField,
};
use crate::focus;
use crate::hooks::{use_pages_of, use_title};
use crate::router::{Link, Route, use_router};
use crate::words::{self as common, customers as words};
use domain::ids::CustomerId;
use domain::view::{CustomerQuery, CustomerRow};
use gloo_timers::callback::Timeout;
use record::RecordCustomerDialog;
use yew::prelude::*;

/// Waits for the next letter before it asks.
const TYPING_PAUSE_MS: u32 = 200;

#[component]
pub fn CustomersPage() -> Html {
    let router = use_router();
    use_title(words::TITLE);
    let typed = use_state(String::new);
    let search = use_state(String::new);
    let recording = use_state(|| false);
    {
        let search = search.setter();
        use_effect_with((*typed).clone(), move |typed| {
            let wanted = typed.trim().to_owned();
            let waiting = Timeout::new(TYPING_PAUSE_MS, move || search.set(wanted));
            move || drop(waiting)
        });
    }
    let customers = use_pages_of(
        (*search).clone(),
        |_, change| !change.customers.is_empty(),
        |search, after, limit| async move {
            let page = backend::customers(CustomerQuery {
                search,
                after,
                limit,
            });
            page.await.map(|page| (page.rows, page.next))
        },
    );
    let record = {
        let recording = recording.setter();
        Callback::from(move |()| recording.set(true))
    };
    use_page_actions(page_actions(&record));
    let record_button = |testid: &'static str| {
        html! {
            <Button kind={ButtonKind::Primary} on_click={record.reform(|_: MouseEvent| ())} {testid}>
                <Icon kind={IconKind::Add} />{ words::RECORD }
            </Button>
        }
    };
    let shown = if customers.waiting {
        html! { <Skeleton lines={8} /> }
    } else if !customers.rows.is_empty() {
        html! { <Table rows={(*customers.rows).clone()} /> }
    } else if customers.error.is_some() {
        html! {}
    } else if search.is_empty() {
        html! {
            <EmptyState title={words::NO_CUSTOMERS} words={words::NO_CUSTOMERS_WORDS}>
                { record_button("record-first") }
            </EmptyState>
        }
    } else {
        html! { <EmptyState title={words::NONE_MATCH} words={words::NONE_MATCH_WORDS} /> }
    };
    let error = customers.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={customers.reload.clone()} /> }
    });
    let more = customers.more.clone().map(|more| {
        html! {
            <Button testid="more" busy={customers.fetching_more} on_click={more.reform(|_: MouseEvent| ())}>
                { common::MORE }
            </Button>
        }
    });
    let on_input = {
        let typed = typed.setter();
        Callback::from(move |text| typed.set(text))
    };
    let dialog = recording.then(|| {
        let on_close = {
            let recording = recording.setter();
            Callback::from(move |()| recording.set(false))
        };
        let on_recorded = Callback::from(move |id: CustomerId| router.push(Route::Customer(id)));
        html! { <RecordCustomerDialog {on_close} {on_recorded} /> }
    });
    html! {
        <div class="page" data-testid="page-customers">
            <PageHeader title={words::TITLE} subtitle={html! { words::SUBTITLE }}>
                { record_button("action-record_customer") }
            </PageHeader>
            <section class="toolbar" aria-label={words::SEARCH}>
                <div class="toolbar__fields">
                    <TextField name="search" kind="search" label={words::SEARCH} help={words::SEARCH_HELP}
                        value={(*typed).clone()} {on_input} max_length=100 autofocus=true />
                </div>
            </section>
            <div>{ error.unwrap_or_default() }</div>
            <div class="page__list">{ shown }</div>
            <div class="page__foot"><span>{ more.unwrap_or_default() }</span></div>
            <div>{ dialog.unwrap_or_default() }</div>
        </div>
    }
}

fn page_actions(record: &Callback<()>) -> Vec<PageAction> {
    let action = |id: &'static str, words: &'static str, keys: &'static str, run| PageAction {
        id: id.into(),
        words: words.into(),
        keys: Some(keys.into()),
        why_not: None,
        run,
    };
    let step = |forward: bool| Callback::from(move |()| focus::step(".row-link", forward));
    vec![
        action("record_customer", words::RECORD, "c", record.clone()),
        action("next-row", words::NEXT_ROW, "j", step(true)),
        action("previous-row", words::PREVIOUS_ROW, "k", step(false)),
    ]
}

#[derive(Properties, PartialEq)]
struct TableProps {
    rows: Vec<CustomerRow>,
}

#[component]
fn Table(props: &TableProps) -> Html {
    let router = use_router();
    let columns = vec![
        Column::text(words::NUMBER),
        Column::text(words::NAME),
        Column::text(words::PHONE),
        Column::text(words::EMAIL),
        Column::text(words::CITY),
    ];
    let rows = props.rows.iter().map(|row| {
        let route = Route::Customer(row.id);
        let on_open = {
            let (router, route) = (router.clone(), route.clone());
            Callback::from(move |()| router.push(route.clone()))
        };
        let forgotten = row.forgotten.then(|| {
            html! { <Label words={words::FORGOTTEN} color={LabelColor::Grey} /> }
        });
        html! {
            <Row key={row.id.to_string()} testid={format!("row-{}", row.number)} {on_open}>
                <Cell><Link to={route} class="row-link">{ &row.number }</Link></Cell>
                <Cell class="is-name">{ &row.name }{ " " }<span>{ forgotten.unwrap_or_default() }</span></Cell>
                <Cell class="is-figure">{ &row.phone }</Cell>
                <Cell>{ &row.email }</Cell>
                <Cell>{ &row.city }</Cell>
            </Row>
        }
    });
    html! { <DataTable caption={words::TITLE} testid="customers" {columns}>{ for rows }</DataTable> }
}
