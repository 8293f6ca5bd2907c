//! Draws that somebody released alone, until another person has looked.

use crate::components::{Button, ButtonKind, Cell, Column, DataTable, Money, Row};
use crate::router::{Link, Route};
use crate::session::{use_currency, use_desk};
use crate::words::{admin as words, attention, commands, lines};
use domain::command::CommandKind;
use domain::view::FindingRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct GlassTableProps {
    pub caption: AttrValue,
    pub rows: Vec<FindingRow>,
    pub on_resolve: Callback<FindingRow>,
}

#[component]
pub fn GlassTable(props: &GlassTableProps) -> Html {
    let currency = use_currency();
    let today = use_desk().business_date;
    let rows = props.rows.iter().map(|finding| {
        let line = match (finding.line_id, &finding.line_number) {
            (Some(line_id), Some(number)) => html! {
                <Link class="row-link" to={Route::Details(line_id)}>{ number }</Link>
            },
            (Some(_), None) | (None, _) => html! { <span></span> },
        };
        let late = finding.due_on.is_some_and(|due_on| due_on < today);
        let due = finding.due_on.map(|due_on| attention::due(&due_on.to_string(), late));
        let wanted = finding.clone();
        html! {
            <Row key={finding.id.clone()} testid={format!("glass-{}", finding.line_number.clone().unwrap_or_default())}>
                <Cell>{ line }</Cell>
                <Cell numeric=true>
                    { for finding.ours_minor.map(|minor| html! { <Money {minor} {currency} /> }) }
                </Cell>
                <Cell>{ &finding.reference }</Cell>
                <Cell class="wide">{ finding.reason.clone().unwrap_or_default() }</Cell>
                <Cell><span class="nowrap">{ finding.opened_on.to_string() }</span></Cell>
                <Cell>{ due.unwrap_or_default() }</Cell>
                <Cell>
                    <div class="row-actions">
                        <Button kind={ButtonKind::Secondary} small=true testid="action-resolve_finding"
                            on_click={props.on_resolve.reform(move |_: MouseEvent| wanted.clone())}>
                            { commands::title(CommandKind::ResolveFinding) }
                        </Button>
                    </div>
                </Cell>
            </Row>
        }
    });
    html! {
        <DataTable caption={props.caption.clone()} columns={vec![
            Column::text(words::NUMBER),
            Column::number(words::AMOUNT),
            Column::text(words::BY),
            Column::text(lines::REASON),
            Column::text(words::BROKEN_ON),
            Column::text(attention::DUE),
            Column::actions(words::ACTIONS),
        ]}>{ for rows }</DataTable>
    }
}
