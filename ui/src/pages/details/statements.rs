//! The statements of a line as they were made, and one of them in full.

use crate::backend::{self, LinePart};
use crate::components::{
    Button, ButtonKind, Cell, Column, DataTable, Dialog, EmptyState, ErrorAlert, Money, Row,
    Skeleton,
};
use crate::hooks::{use_load, use_pages, use_printing};
use crate::words::{self as common, documents, statements as words};
use domain::date::BusinessDate;
use domain::ids::LineId;
use domain::money::{Currency, Minor};
use domain::paper::PaperQuery;
use domain::statement::{InterestLine, Statement, StatementLine};
use domain::view::{StatementQuery, StatementRow};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct StatementTableProps {
    pub line_id: LineId,
    pub currency: Currency,
}

#[component]
pub fn StatementTable(props: &StatementTableProps) -> Html {
    let StatementTableProps { line_id, currency } = *props;
    let opened = use_state(|| None::<BusinessDate>);
    let pages = use_pages(
        move |change| change.lines.contains(&line_id),
        move |after, limit| async move {
            let part = LinePart {
                line_id,
                after,
                limit,
            };
            let page = backend::statements(part).await?;
            Ok((page.rows, page.next))
        },
    );
    let error = pages.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={pages.reload.clone()} /> }
    });
    let open = {
        let opened = opened.setter();
        Callback::from(move |closing_on| opened.set(Some(closing_on)))
    };
    let on_close = {
        let opened = opened.setter();
        Callback::from(move |()| opened.set(None))
    };
    let table = if pages.waiting {
        html! { <Skeleton lines={4} /> }
    } else if pages.rows.is_empty() {
        html! {
            <div hidden={pages.error.is_some()}>
                <EmptyState title={words::NONE} words={words::NONE_WORDS} />
            </div>
        }
    } else {
        html! {
            <DataTable caption={crate::words::details::TAB_STATEMENTS} testid="statements" columns={vec![
                Column::number(words::CYCLE),
                Column::text(words::CLOSING),
                Column::number(words::CLOSING_BALANCE),
                Column::number(words::MINIMUM),
                Column::text(words::DUE),
                Column::actions(words::ACTIONS),
            ]}>
                { for pages.rows.iter().map(|row| row_of(row, currency, &open)) }
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
    let dialog = (*opened).map(|closing_on| {
        html! { <StatementDialog {line_id} {closing_on} {currency} {on_close} /> }
    });
    html! {
        <div class="stack">
            <div>{ error.unwrap_or_default() }</div>
            <div>{ table }</div>
            <div>{ more.unwrap_or_default() }</div>
            <div>{ dialog.unwrap_or_default() }</div>
        </div>
    }
}

fn row_of(row: &StatementRow, currency: Currency, open: &Callback<BusinessDate>) -> Html {
    let closing_on = row.closing_on;
    html! {
        <Row key={closing_on.to_string()} testid={format!("statement-{closing_on}")}
            on_open={open.reform(move |()| closing_on)}>
            <Cell numeric=true>{ row.cycle }</Cell>
            <Cell><span class="nowrap">{ closing_on.to_string() }</span></Cell>
            <Cell numeric=true><Money minor={row.closing_minor} {currency} /></Cell>
            <Cell numeric=true><Money minor={row.minimum_minor} {currency} /></Cell>
            <Cell><span class="nowrap">{ row.due_on.to_string() }</span></Cell>
            <Cell>
                <div class="row-actions">
                    <Button kind={ButtonKind::Secondary} small=true
                        label={words::open(&closing_on.to_string())}
                        testid={format!("open-statement-{closing_on}")}
                        on_click={open.reform(move |_: MouseEvent| closing_on)}>
                        { words::OPEN }
                    </Button>
                </div>
            </Cell>
        </Row>
    }
}

#[derive(Properties, PartialEq)]
struct StatementDialogProps {
    line_id: LineId,
    closing_on: BusinessDate,
    currency: Currency,
    on_close: Callback<()>,
}

/// One statement. It is frozen: nothing that happens later changes what it shows.
#[component]
fn StatementDialog(props: &StatementDialogProps) -> Html {
    let query = (props.line_id, props.closing_on);
    let load = use_load(
        query,
        |_, _| false,
        |(line_id, closing_on)| {
            backend::statement(StatementQuery {
                line_id,
                closing_on,
            })
        },
    );
    let body = match (&load.data, &load.error) {
        (Some(statement), _) => shown(statement, props.currency),
        (None, Some(error)) => html! {
            <ErrorAlert error={error.clone()} on_retry={load.reload.clone()} />
        },
        (None, None) => html! { <Skeleton lines={8} /> },
    };
    let printing = use_printing();
    let (line_id, closing_on) = query;
    let paper = PaperQuery::Statement {
        line_id,
        closing_on,
    };
    let busy = printing.is_busy(&paper);
    let footer = html! {
        <>
            <Button kind={ButtonKind::Primary} testid="statement-close"
                on_click={props.on_close.reform(|_: MouseEvent| ())}>{ common::CLOSE }</Button>
            <Button testid="print-statement" {busy}
                on_click={printing.print.reform(move |_: MouseEvent| paper.clone())}>
                { documents::SAVE }
            </Button>
        </>
    };
    html! {
        <Dialog title={words::title(&props.closing_on.to_string())} testid="dialog-statement"
            on_close={props.on_close.clone()} large=true {footer}>
            <div class="stack">
                <div>{ printing.told() }</div>
                <div class="stack">{ body }</div>
            </div>
        </Dialog>
    }
}

fn shown(statement: &Statement, currency: Currency) -> Html {
    let money = |minor: Minor| html! { <Money {minor} {currency} code=true /> };
    let facts = [
        (words::OPENING_BALANCE, money(statement.opening_minor)),
        (words::FEES, money(statement.fees_minor)),
        (words::INTEREST, money(statement.interest_minor)),
        (words::CLOSING_BALANCE, money(statement.closing_minor)),
        (words::MINIMUM, money(statement.minimum_minor)),
        (words::OF_IT_PAST_DUE, money(statement.past_due_minor)),
        (words::DUE, html! { { statement.due_on.to_string() } }),
        (words::YEAR_FEES, money(statement.year_fees_minor)),
        (words::YEAR_INTEREST, money(statement.year_interest_minor)),
    ];
    let explained = statement.lines.iter().enumerate();
    let explained = explained.filter(|(_, line)| !line.explained.is_empty());
    html! {
        <>
            <dl class="terms__list" data-testid="statement-facts">
                { for facts.into_iter().map(|(name, value)| html! {
                    <div class="terms__row" key={name}><dt>{ name }</dt><dd>{ value }</dd></div>
                }) }
            </dl>
            <h3 class="pf-v6-c-title pf-m-md">{ words::LINES }</h3>
            <DataTable caption={words::LINES} testid="statement-lines" columns={vec![
                Column::text(words::DATE),
                Column::text(words::WHAT),
                Column::number(words::AMOUNT),
            ]}>
                { for statement.lines.iter().enumerate().map(|(place, line)| line_of(place, line, currency)) }
            </DataTable>
            { for explained.map(|(place, line)| html! {
                <div class="stack" key={place}>
                    <h3 class="pf-v6-c-title pf-m-md">{ words::interest_of(&line.on.to_string()) }</h3>
                    <InterestTable caption={words::interest_of(&line.on.to_string())}
                        lines={line.explained.clone()} {currency} />
                </div>
            }) }
        </>
    }
}

fn line_of(place: usize, line: &StatementLine, currency: Currency) -> Html {
    let posted = (line.posted_on != line.on).then(|| {
        html! { <div class="quiet">{ words::POSTED }{ " " }{ line.posted_on.to_string() }</div> }
    });
    html! {
        <Row key={place} testid={format!("statement-line-{place}")}>
            <Cell><span class="nowrap">{ line.on.to_string() }</span><div>{ posted.unwrap_or_default() }</div></Cell>
            <Cell>{ line.words() }</Cell>
            <Cell numeric=true><Money minor={line.amount_minor} {currency} /></Cell>
        </Row>
    }
}

#[derive(Properties, PartialEq)]
pub struct InterestTableProps {
    pub caption: AttrValue,
    pub lines: Vec<InterestLine>,
    pub currency: Currency,
}

/// On what balance and at what rate each stretch of days bore what.
#[component]
pub fn InterestTable(props: &InterestTableProps) -> Html {
    let currency = props.currency;
    html! {
        <div>
            <DataTable caption={props.caption.clone()} testid="interest-lines" columns={vec![
                Column::text(words::FROM),
                Column::text(words::TO),
                Column::number(words::DAYS),
                Column::number(words::BALANCE),
                Column::number(words::RATE),
                Column::number(words::EXACT),
            ]}>
                { for props.lines.iter().enumerate().map(|(place, line)| html! {
                    <Row key={place}>
                        <Cell><span class="nowrap">{ line.from.to_string() }</span></Cell>
                        <Cell><span class="nowrap">{ line.to.to_string() }</span></Cell>
                        <Cell numeric=true>{ line.days }</Cell>
                        <Cell numeric=true><Money minor={line.balance_minor} {currency} /></Cell>
                        <Cell numeric=true>{ line.annual_percent.to_string() }</Cell>
                        <Cell numeric=true>{ &line.interest_exact }</Cell>
                    </Row>
                }) }
            </DataTable>
            <p class="quiet">{ words::TO_EXPLAINED }</p>
        </div>
    }
}
