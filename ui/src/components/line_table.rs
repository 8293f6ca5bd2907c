use super::{Cell, ClockLabel, Column, DataTable, Label, LabelColor, Money, Row, StatusLabel};
use crate::router::{Link, Route, use_router};
use crate::words::lists as words;
use domain::money::{Currency, Minor};
use domain::view::LineRow;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct LineTableProps {
    pub rows: Rc<Vec<LineRow>>,
    pub currency: Currency,
    pub caption: AttrValue,
    /// On a customer's page the customer needs no column.
    #[prop_or(true)]
    pub with_customer: bool,
}

/// Applications and lines; a row opens its details.
#[component]
pub fn LineTable(props: &LineTableProps) -> Html {
    let router = use_router();
    let currency = props.currency;
    let mut columns = vec![Column::text(words::NUMBER)];
    if props.with_customer {
        columns.push(Column::text(words::CUSTOMER));
    }
    columns.extend([
        Column::text(words::PRODUCT),
        Column::text(words::STATUS),
        Column::number(words::REQUESTED),
        Column::number(words::LIMIT),
        Column::number(words::OWED),
        Column::number(words::AVAILABLE),
        Column::text(words::TAKEN),
    ]);
    let amount = |minor: Minor| {
        if minor.is_zero() {
            html! { <span class="quiet">{ "–" }</span> }
        } else {
            html! { <Money {minor} {currency} /> }
        }
    };
    let rows = props.rows.iter().map(|row| {
        let route = Route::Details(row.id);
        let on_open = {
            let (router, route) = (router.clone(), route.clone());
            Callback::from(move |()| router.push(route.clone()))
        };
        let customer = props.with_customer.then(|| {
            html! { <Cell class="is-name">{ &row.customer_name }</Cell> }
        });
        html! {
            <Row key={row.id.to_string()} testid={format!("row-{}", row.number)} {on_open}>
                <Cell><Link to={route} class="row-link">{ &row.number }</Link></Cell>
                { customer.unwrap_or_default() }
                <Cell>{ &row.product_name }</Cell>
                <Cell>
                    <span class="labels">
                        <StatusLabel status={row.status} />{ flags(row) }
                        { for row.clock.map(|clock| html! { <ClockLabel {clock} /> }) }
                    </span>
                </Cell>
                <Cell numeric=true>{ amount(row.requested_minor) }</Cell>
                <Cell numeric=true>{ amount(row.limit_minor) }</Cell>
                <Cell numeric=true>{ amount(row.owed_minor) }</Cell>
                <Cell numeric=true>{ amount(row.available_minor) }</Cell>
                <Cell>
                    <span class="is-date">{ row.taken_on.to_string() }</span>
                    <span class="quiet">{ " " }{ &row.taken_by_name }</span>
                </Cell>
            </Row>
        }
    });
    html! {
        <DataTable caption={props.caption.clone()} testid="lines" {columns}>{ for rows }</DataTable>
    }
}

/// What the status alone does not say.
fn flags(row: &LineRow) -> Html {
    let flags = [
        (row.frozen, words::FROZEN.to_owned(), LabelColor::Blue),
        (
            row.cancellation_requested,
            words::CANCELLATION.to_owned(),
            LabelColor::Orange,
        ),
        (
            row.closed_but_owing,
            words::CLOSED_BUT_OWING.to_owned(),
            LabelColor::Red,
        ),
        (
            row.in_review > 0,
            words::in_review(row.in_review),
            LabelColor::Red,
        ),
    ];
    let shown = flags.into_iter().filter(|(shown, ..)| *shown);
    let label = |(_, words, color): (bool, String, LabelColor)| {
        html! { <Label key={words.clone()} words={words.clone()} {color} /> }
    };
    html! {
        <span class="labels">
            { for shown.map(label) }
        </span>
    }
}
