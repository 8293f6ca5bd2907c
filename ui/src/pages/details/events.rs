//! Everything that happened to this application, in words, as the log has it.

use crate::backend::{self, LinePart};
use crate::components::{Button, Cell, Column, DataTable, ErrorAlert, Row, Skeleton, Timestamp};
use crate::hooks::use_pages;
use crate::words::{self as common, details as words};
use domain::ids::LineId;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct EventLogProps {
    pub line_id: LineId,
}

#[component]
pub fn EventLog(props: &EventLogProps) -> Html {
    let line_id = props.line_id;
    let pages = use_pages(
        move |change| change.lines.contains(&line_id),
        move |after, limit| async move {
            let part = LinePart {
                line_id,
                after,
                limit,
            };
            let page = backend::line_events(part).await?;
            Ok((page.rows, page.next))
        },
    );
    let error = pages.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={pages.reload.clone()} /> }
    });
    let table = if pages.waiting {
        html! { <Skeleton lines={6} /> }
    } else {
        html! {
            <DataTable caption={words::TAB_EVENTS} testid="events" columns={vec![
                Column::text(words::WHEN),
                Column::text(words::HAPPENED),
                Column::text(words::WHO),
            ]}>
                { for pages.rows.iter().map(|row| html! {
                    <Row key={row.seq} testid={format!("event-{}", row.seq)}>
                        <Cell><Timestamp at={row.at} /></Cell>
                        <Cell>{ &row.sentence }</Cell>
                        <Cell>{ &row.actor_name }</Cell>
                    </Row>
                }) }
            </DataTable>
        }
    };
    let more = pages.more.clone().map(|more| {
        html! {
            <Button busy={pages.fetching_more} testid="more" on_click={more.reform(|_: MouseEvent| ())}>
                { common::MORE }
            </Button>
        }
    });
    html! {
        <div class="stack">
            <div>{ error.unwrap_or_default() }</div>
            <div>{ table }</div>
            <div>{ more.unwrap_or_default() }</div>
        </div>
    }
}
