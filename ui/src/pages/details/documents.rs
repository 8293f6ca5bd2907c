//! The documents that a line has, each to be saved as PDF.

use crate::backend;
use crate::components::{
    Button, ButtonKind, Cell, Column, DataTable, EmptyState, ErrorAlert, Row, Skeleton,
};
use crate::hooks::{Printing, use_load, use_printing};
use crate::words::{details, documents as words};
use domain::ids::LineId;
use domain::paper::PaperRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DocumentTableProps {
    pub line_id: LineId,
}

#[component]
pub fn DocumentTable(props: &DocumentTableProps) -> Html {
    let load = use_load(
        props.line_id,
        |id, change| change.lines.contains(id),
        backend::documents,
    );
    let printing = use_printing();
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let table = match &load.data {
        Some(rows) if rows.is_empty() => html! {
            <EmptyState title={words::NONE} words={words::NONE_WORDS} />
        },
        Some(rows) => html! {
            <DataTable caption={details::TAB_DOCUMENTS} testid="documents" columns={vec![
                Column::text(words::DOCUMENT),
                Column::text(words::DATE),
                Column::actions(words::ACTIONS),
            ]}>
                { for rows.iter().enumerate().map(|(place, row)| row_of(place, row, &printing)) }
            </DataTable>
        },
        None if load.waiting => html! { <Skeleton lines={3} /> },
        None => html! {},
    };
    html! {
        <div class="stack">
            <div>{ error.unwrap_or_default() }</div>
            <div>{ printing.told() }</div>
            <div>{ table }</div>
            <p class="quiet">{ words::ELSEWHERE }</p>
        </div>
    }
}

fn row_of(place: usize, row: &PaperRow, printing: &Printing) -> Html {
    let query = row.query.clone();
    html! {
        <Row key={place} testid={format!("document-{}", row.query.kind().slug())}>
            <Cell>{ &row.title }</Cell>
            <Cell><span class="nowrap">{ row.dated.to_string() }</span></Cell>
            <Cell>
                <div class="row-actions">
                    <Button kind={ButtonKind::Secondary} small=true label={words::save(&row.title)}
                        testid={format!("print-{}", row.query.kind().slug())}
                        busy={printing.is_busy(&row.query)}
                        on_click={printing.print.reform(move |_: MouseEvent| query.clone())}>
                        { words::SAVE }
                    </Button>
                </div>
            </Cell>
        </Row>
    }
}
