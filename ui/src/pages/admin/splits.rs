//! Lines whose draws each needed one signature and together would have needed two.

use crate::components::{Cell, Column, DataTable, Money, Row};
use crate::router::{Link, Route};
use crate::session::use_currency;
use crate::words::admin as words;
use domain::view::SplitRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SplitTableProps {
    pub caption: AttrValue,
    pub rows: Vec<SplitRow>,
}

#[component]
pub fn SplitTable(props: &SplitTableProps) -> Html {
    let currency = use_currency();
    let rows = props.rows.iter().map(|split| {
        html! {
            <Row key={split.line_number.clone()} testid={format!("split-{}", split.line_number)}>
                <Cell><Link class="row-link" to={Route::Details(split.line_id)}>{ &split.line_number }</Link></Cell>
                <Cell>{ &split.customer_name }</Cell>
                <Cell numeric=true>{ split.draws.to_string() }</Cell>
                <Cell numeric=true><Money minor={split.together_minor} {currency} /></Cell>
                <Cell numeric=true><Money minor={split.single_signature_minor} {currency} /></Cell>
                <Cell><span class="nowrap">{ split.asked_on.to_string() }</span></Cell>
                <Cell>{ &split.asked_by_name }</Cell>
            </Row>
        }
    });
    html! {
        <div>
            <p class="quiet">{ words::SPLITS_WORDS }</p>
            <DataTable caption={props.caption.clone()} columns={vec![
                Column::text(words::NUMBER),
                Column::text(words::CUSTOMER),
                Column::number(words::DRAWS),
                Column::number(words::TOGETHER),
                Column::number(words::ONE_SIGNATURE),
                Column::text(words::LAST_ASKED),
                Column::text(words::BY),
            ]}>{ for rows }</DataTable>
        </div>
    }
}
