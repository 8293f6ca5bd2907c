//! A report as a table: sorted by any of its columns, with its totals below.

use crate::components::{
    Alert, AlertKind, Button, Cell, Column, DataTable, EmptyState, Money, Row, SortedBy,
};
use crate::words::{self as common, reports as words};
use domain::report::{Report, ReportCell};
use std::cmp::Ordering;
use std::rc::Rc;
use yew::prelude::*;

/// Rows that are added at a time: a page of thousands is slow to draw and nobody reads it.
const AT_ONCE: usize = 200;

#[derive(Properties, PartialEq)]
pub struct ReportTableProps {
    pub report: Rc<Report>,
}

#[component]
pub fn ReportTable(props: &ReportTableProps) -> Html {
    let report = &props.report;
    let sorted = use_state(|| None::<(usize, bool)>);
    let most = use_state(|| AT_ONCE);
    let order = use_memo((report.clone(), *sorted), |(report, sorted)| {
        in_order(report, *sorted)
    });
    let columns = report.columns.iter().enumerate().map(|(place, column)| {
        let head = match column.kind.numeric() {
            true => Column::number(column.words.clone()),
            false => Column::text(column.words.clone()),
        };
        let (by, chosen) = (*sorted, sorted.setter());
        let direction = by.filter(|(of, _)| *of == place).map(|(_, down)| down);
        Column {
            sorted: direction.map(|down| match down {
                true => SortedBy::HighestFirst,
                false => SortedBy::LowestFirst,
            }),
            on_sort: Some(Callback::from(move |()| {
                // Lowest first, highest first, as it came.
                chosen.set(match direction {
                    None => Some((place, false)),
                    Some(false) => Some((place, true)),
                    Some(true) => None,
                });
            })),
            ..head
        }
    });
    let rows = order.iter().take(*most).map(|place| {
        html! {
            <Row key={*place} testid={format!("report-row-{place}")}>
                { for cells(report, &report.rows[*place]) }
            </Row>
        }
    });
    let totals = html! {
        <Row key="total" testid="report-total">
            { for report.totals.iter().enumerate().map(|(place, cell)| html! {
                <Cell key={place} numeric={report.columns[place].kind.numeric()}>
                    <strong>{ match (place, cell) {
                        (0, ReportCell::Nothing) => html! { words::TOTAL },
                        _ => shown(report, cell),
                    } }</strong>
                </Cell>
            }) }
        </Row>
    };
    let listed = report.rows.len();
    let more = (*most < listed).then(|| {
        let (grown, most) = (*most + AT_ONCE, most.setter());
        html! {
            <div class="stack">
                <p class="quiet">{ words::shown(grown - AT_ONCE, listed) }</p>
                <Button testid="more" on_click={Callback::from(move |_: MouseEvent| most.set(grown))}>
                    { common::MORE }
                </Button>
            </div>
        }
    });
    let notes = report.notes.iter().enumerate().map(|(place, note)| {
        html! { <Alert key={place} kind={AlertKind::Warning} title={note.clone()} /> }
    });
    let days = report.days_in_words();
    let table = if report.rows.is_empty() {
        html! { <EmptyState title={words::NOTHING} words={words::NOTHING_WORDS} /> }
    } else {
        html! {
            <DataTable caption={report.title.clone()} testid="report" columns={columns.collect::<Vec<_>>()}>
                { for rows }{ totals }
            </DataTable>
        }
    };
    html! {
        <section class="stack" aria-label={report.title.clone()}>
            <h2 class="pf-v6-c-title pf-m-lg">{ &report.title }</h2>
            <p class="quiet">{ words::of(&report.branch_name, &days, report.currency.code()) }</p>
            <div>{ for notes }</div>
            <div>{ table }</div>
            <div>{ more.unwrap_or_default() }</div>
        </section>
    }
}

fn cells<'a>(report: &'a Report, row: &'a [ReportCell]) -> impl Iterator<Item = Html> + 'a {
    row.iter()
        .zip(&report.columns)
        .enumerate()
        .map(|(place, (cell, column))| {
            html! {
                <Cell key={place} numeric={column.kind.numeric()}>{ shown(report, cell) }</Cell>
            }
        })
}

fn shown(report: &Report, cell: &ReportCell) -> Html {
    match cell {
        ReportCell::Money(minor) => html! { <Money minor={*minor} currency={report.currency} /> },
        ReportCell::Date(date) => html! { <span class="nowrap">{ date.to_string() }</span> },
        ReportCell::Text(_) | ReportCell::Count(_) | ReportCell::Nothing => {
            html! { { cell.shown(report.currency) } }
        }
    }
}

/// The places of the rows in the order wanted; what is empty comes last either way.
fn in_order(report: &Report, sorted: Option<(usize, bool)>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..report.rows.len()).collect();
    let Some((column, down)) = sorted else {
        return places;
    };
    places.sort_by(|one, other| {
        let (one, other) = (&report.rows[*one][column], &report.rows[*other][column]);
        match (one, other) {
            (ReportCell::Nothing, ReportCell::Nothing) => Ordering::Equal,
            (ReportCell::Nothing, _) => Ordering::Greater,
            (_, ReportCell::Nothing) => Ordering::Less,
            _ if down => compared(other, one),
            _ => compared(one, other),
        }
    });
    places
}

fn compared(one: &ReportCell, other: &ReportCell) -> Ordering {
    match (one, other) {
        (ReportCell::Text(one), ReportCell::Text(other)) => {
            one.to_lowercase().cmp(&other.to_lowercase())
        }
        (ReportCell::Date(one), ReportCell::Date(other)) => one.cmp(other),
        (ReportCell::Money(one), ReportCell::Money(other)) => one.cmp(other),
        (ReportCell::Count(one), ReportCell::Count(other)) => one.cmp(other),
        // A column holds one kind.
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::Minor;
    use domain::report::{ColumnKind, ReportColumn, ReportName};
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn rows_are_sorted_by_what_they_are() {
        let money = |minor| vec![ReportCell::Money(Minor(minor))];
        let report = Report {
            name: ReportName::Disbursals,
            title: String::new(),
            branch_name: String::new(),
            currency: "USD".parse().unwrap(),
            made_on: "2026-03-17".parse().unwrap(),
            from: None,
            to: None,
            as_of: None,
            columns: vec![ReportColumn {
                words: "Paid out".to_owned(),
                kind: ColumnKind::Money,
            }],
            rows: vec![
                money(900),
                vec![ReportCell::Nothing],
                money(-10_000),
                money(10_000),
            ],
            totals: vec![ReportCell::Nothing],
            found: 4,
            notes: Vec::new(),
        };
        assert_eq!(in_order(&report, None), [0, 1, 2, 3]);
        assert_eq!(in_order(&report, Some((0, false))), [2, 0, 3, 1]);
        assert_eq!(in_order(&report, Some((0, true))), [3, 0, 2, 1]);
    }
}
