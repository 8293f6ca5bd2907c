//! Applications and lines that wait for a decision.

use crate::components::{Button, ButtonKind, Cell, Column, DataTable, Money, Row, StatusLabel};
use crate::dialogs::{Intent, tag};
use crate::router::{Link, Route, use_router};
use crate::session::use_currency;
use crate::words::{admin as words, commands};
use domain::command::CommandKind;
use domain::view::LineRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct LineTableProps {
    pub caption: AttrValue,
    pub rows: Vec<LineRow>,
    /// What is decided here.
    pub kinds: &'static [CommandKind],
    pub on_intent: Callback<Intent>,
    /// More wait than are shown.
    #[prop_or_default]
    pub more: bool,
}

#[component]
pub fn LineTable(props: &LineTableProps) -> Html {
    let currency = use_currency();
    let router = use_router();
    let rows = props.rows.iter().map(|row| {
        let route = Route::Details(row.id);
        let on_open = {
            let (router, route) = (router.clone(), route.clone());
            Callback::from(move |()| router.push(route.clone()))
        };
        let buttons = props.kinds.iter().map(|kind| {
            let intent = Intent::on_line(*kind, row.id);
            let look = match kind {
                CommandKind::ApproveApplication => ButtonKind::Primary,
                _ => ButtonKind::Secondary,
            };
            html! {
                <Button key={commands::title(*kind)} kind={look} small=true testid={format!("action-{}", tag(*kind))}
                    on_click={props.on_intent.reform(move |_: MouseEvent| intent)}>
                    { commands::title(*kind) }
                    <span class="pf-v6-screen-reader">{ format!(" {}", row.number) }</span>
                </Button>
            }
        });
        html! {
            <Row key={row.number.clone()} testid={format!("row-{}", row.number)} {on_open}>
                <Cell><Link class="row-link" to={route}>{ &row.number }</Link></Cell>
                <Cell>{ &row.customer_name }</Cell>
                <Cell>{ &row.product_name }</Cell>
                <Cell numeric=true><Money minor={row.requested_minor} {currency} /></Cell>
                <Cell numeric=true><Money minor={row.owed_minor} {currency} /></Cell>
                <Cell><StatusLabel status={row.status} /></Cell>
                <Cell><span class="nowrap">{ row.taken_on.to_string() }</span></Cell>
                <Cell>{ &row.taken_by_name }</Cell>
                <Cell><div class="row-actions">{ for buttons }</div></Cell>
            </Row>
        }
    });
    html! {
        <div class="stack">
            <DataTable caption={props.caption.clone()} columns={vec![
                Column::text(words::NUMBER),
                Column::text(words::CUSTOMER),
                Column::text(words::PRODUCT),
                Column::number(words::REQUESTED),
                Column::number(words::OWED),
                Column::text(words::STATUS),
                Column::text(words::TAKEN),
                Column::text(words::BY),
                Column::actions(words::ACTIONS),
            ]}>{ for rows }</DataTable>
            <p class="quiet" hidden={!props.more}>{ words::MORE_OPEN }</p>
        </div>
    }
}
