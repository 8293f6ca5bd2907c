//! What an application still needs before it can be decided, and by when.

use super::told_notice::ToldNotice;
use crate::components::{Cell, ClockLabel, Column, DataTable, Label, LabelColor, Row};
use crate::words::papers as words;
use domain::line::Status;
use domain::paper::PaperQuery;
use domain::view::{CheckRow, LineDetails};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct PapersProps {
    pub line: Rc<LineDetails>,
}

#[component]
pub fn Papers(props: &PapersProps) -> Html {
    let line = &props.line;
    let intake = &line.intake;
    let clock = line
        .row
        .clock
        .map(|clock| html! { <ClockLabel {clock} always=true /> });
    if line.row.status != Status::Open {
        // Of a decided line only a clock that runs is news.
        return html! { <div>{ clock.unwrap_or_default() }</div> };
    }
    let missing = intake.missing.iter().map(|item| {
        html! { <li key={item.words()}>{ item.words() }</li> }
    });
    let papers = match intake.complete_since {
        Some(since) => html! { <p>{ words::complete_since(&since.to_string()) }</p> },
        None => html! {
            <>
                <p>{ words::STILL_MISSING }{ ":" }</p>
                <ul class="list" data-testid="missing">{ for missing }</ul>
            </>
        },
    };
    let told = intake.notice.map(|notice| {
        let query = PaperQuery::Incompleteness {
            line_id: line.row.id,
            told_on: notice.on,
        };
        html! { <ToldNotice told={words::told(&notice)} {query} /> }
    });
    html! {
        <section class="card" aria-labelledby="papers" data-testid="papers">
            <header class="card__header">
                <h2 id="papers" class="pf-v6-c-title pf-m-md">{ words::PAPERS }</h2>
                { clock.unwrap_or_default() }
            </header>
            <div class="papers">
                <div class="papers__missing">
                    <div>{ papers }</div>
                    <div>{ told.unwrap_or_default() }</div>
                </div>
                <div>{ checks(&intake.checks) }</div>
            </div>
        </section>
    }
}

fn checks(rows: &[CheckRow]) -> Html {
    if rows.is_empty() {
        return html! { <p class="quiet">{ words::NO_CHECKS }</p> };
    }
    let columns = vec![
        Column::text(words::CHECK),
        Column::text(words::OUTCOME),
        Column::text(words::BY),
    ];
    let rows = rows.iter().map(|row| {
        let (outcome, color) = match row.passed {
            Some(true) => (words::IN_ORDER, LabelColor::Green),
            Some(false) => (words::NOT_IN_ORDER, LabelColor::Red),
            None => (words::NOT_LOOKED_UP, LabelColor::Grey),
        };
        let asked_for = if row.required {
            html! {}
        } else {
            html! { <span class="quiet">{ " " }{ words::NOT_ASKED_FOR }</span> }
        };
        let by = row
            .on
            .map_or_else(String::new, |on| format!("{on} {}", row.by_name));
        html! {
            <Row key={row.check.words()} testid={format!("check-{:?}", row.check)}>
                <Cell>{ row.check.words() }{ asked_for }</Cell>
                <Cell><Label words={outcome} {color} testid="outcome" /></Cell>
                <Cell>{ by }</Cell>
            </Row>
        }
    });
    html! {
        <DataTable caption={words::CHECKS} testid="checks" {columns}>{ for rows }</DataTable>
    }
}
