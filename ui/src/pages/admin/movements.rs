//! Draws that wait for a second person, and transfers somebody has to look at.

use crate::components::{Cell, Column, DataTable, Money, MovementLabel, Row};
use crate::dialogs::Intent;
use crate::pages::details::{LastWord, MovementActions};
use crate::router::{Link, Route};
use crate::session::use_currency;
use crate::words::{admin as words, details, lines};
use domain::view::MovementRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MovementTableProps {
    pub caption: AttrValue,
    pub rows: Vec<MovementRow>,
    pub on_intent: Callback<Intent>,
}

#[component]
pub fn MovementTable(props: &MovementTableProps) -> Html {
    let currency = use_currency();
    let rows = props.rows.iter().map(|movement| {
        html! {
            <Row key={movement.id.to_string()} testid={format!("row-{}", movement.line_number)}>
                <Cell><Link class="row-link" to={Route::Details(movement.line_id)}>{ &movement.line_number }</Link></Cell>
                <Cell>{ &movement.customer_name }</Cell>
                <Cell>
                    <div>{ lines::movement_kind(movement.kind) }</div>
                    <div class="quiet">{ lines::method(&movement.method) }</div>
                </Cell>
                <Cell numeric=true><Money minor={movement.amount_minor} {currency} /></Cell>
                <Cell><MovementLabel state={movement.state} /></Cell>
                <Cell class="wide"><LastWord movement={movement.clone()} /></Cell>
                <Cell><span class="nowrap">{ movement.requested_on.to_string() }</span></Cell>
                <Cell>{ &movement.requested_by_name }</Cell>
                <Cell><MovementActions movement={movement.clone()} on_act={props.on_intent.clone()} /></Cell>
            </Row>
        }
    });
    html! {
        <div>
            <DataTable caption={props.caption.clone()} columns={vec![
                Column::text(words::NUMBER),
                Column::text(words::CUSTOMER),
                Column::text(details::WHAT),
                Column::number(words::AMOUNT),
                Column::text(details::STATE),
                Column::text(words::LAST),
                Column::text(words::REQUESTED),
                Column::text(words::BY),
                Column::actions(words::ACTIONS),
            ]}>{ for rows }</DataTable>
        </div>
    }
}
