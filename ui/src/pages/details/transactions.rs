//! The customer's history: every posting, with the balance after it.

use super::past::PastBalanceForm;
use crate::backend::{self, LinePart};
use crate::components::{
    Button, Cell, Column, DataTable, EmptyState, ErrorAlert, Money, Row, Skeleton,
};
use crate::hooks::use_pages;
use crate::words::{self as common, details as words, lines};
use domain::ids::LineId;
use domain::money::{Currency, Minor};
use domain::view::TransactionRow;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TransactionTableProps {
    pub line_id: LineId,
    pub currency: Currency,
}

#[component]
pub fn TransactionTable(props: &TransactionTableProps) -> Html {
    let TransactionTableProps { line_id, currency } = *props;
    let pages = use_pages(
        move |change| change.lines.contains(&line_id),
        move |after, limit| async move {
            let part = LinePart {
                line_id,
                after,
                limit,
            };
            let page = backend::transactions(part).await?;
            Ok((page.rows, page.next))
        },
    );
    let error = pages.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={pages.reload.clone()} /> }
    });
    let table = if pages.waiting {
        html! { <Skeleton lines={6} /> }
    } else if pages.rows.is_empty() {
        html! {
            <div hidden={pages.error.is_some()}>
                <EmptyState title={words::NO_TRANSACTIONS} words={words::NO_TRANSACTIONS_WORDS} />
            </div>
        }
    } else {
        html! {
            <div>
                <DataTable caption={words::TAB_TRANSACTIONS} testid="transactions" columns={vec![
                    Column::text(words::EFFECTIVE),
                    Column::text(words::WHAT),
                    Column::number(lines::PRINCIPAL),
                    Column::number(lines::INTEREST),
                    Column::number(lines::FEES),
                    Column::number(lines::CREDIT),
                    Column::number(words::BALANCE),
                ]}>
                    { for pages.rows.iter().map(|row| line_of(row, currency)) }
                </DataTable>
                <p class="quiet">{ words::BALANCE_EXPLAINED }</p>
            </div>
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
            <PastBalanceForm {line_id} {currency} />
            <div>{ table }</div>
            <div>{ more.unwrap_or_default() }</div>
        </div>
    }
}

fn line_of(row: &TransactionRow, currency: Currency) -> Html {
    let amount = |minor: Minor| {
        if minor.is_zero() {
            html! {}
        } else {
            html! { <Money {minor} {currency} /> }
        }
    };
    let posted = (row.posted_on != row.effective_on).then(|| {
        html! { <div class="quiet">{ words::POSTED }{ " " }{ row.posted_on.to_string() }</div> }
    });
    html! {
        <Row key={format!("{}-{}", row.seq, row.entry)} testid={format!("transaction-{}-{}", row.seq, row.entry)}>
            <Cell><span class="nowrap">{ row.effective_on.to_string() }</span><div>{ posted.unwrap_or_default() }</div></Cell>
            <Cell>{ row.kind.words() }</Cell>
            <Cell numeric=true>{ amount(row.principal_minor) }</Cell>
            <Cell numeric=true>{ amount(row.interest_minor) }</Cell>
            <Cell numeric=true>{ amount(row.fees_minor) }</Cell>
            <Cell numeric=true>{ amount(row.credit_minor) }</Cell>
            <Cell numeric=true><strong><Money minor={row.balance_minor} {currency} /></strong></Cell>
        </Row>
    }
}
