//! Why a figure is what it is: its parts, as the engine adds them up.

use super::statements::InterestTable;
use crate::backend;
use crate::components::{
    Button, ButtonKind, Cell, Column, DataTable, Dialog, ErrorAlert, Money, Row, Skeleton,
};
use crate::hooks::use_load;
use crate::words::{self as common, lines as words, statements as statement_words};
use domain::explain::{FigureExplained, FigureName};
use domain::ids::LineId;
use domain::money::Currency;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct WhyDialogProps {
    pub line_id: LineId,
    pub figure: FigureName,
    pub currency: Currency,
    pub on_close: Callback<()>,
}

#[component]
pub fn WhyDialog(props: &WhyDialogProps) -> Html {
    let load = use_load(
        props.line_id,
        |line_id, change| change.lines.contains(line_id),
        backend::figures_explained,
    );
    let explained = load.data.as_ref().and_then(|figures| {
        let mut figures = figures.iter();
        figures.find(|explained| explained.figure == props.figure)
    });
    let body = match (explained, &load.error) {
        (Some(explained), _) => shown(explained, props.currency),
        (None, Some(error)) => html! {
            <ErrorAlert error={error.clone()} on_retry={load.reload.clone()} />
        },
        (None, None) => html! { <Skeleton lines={6} /> },
    };
    let footer = html! {
        <Button kind={ButtonKind::Primary} testid="why-close"
            on_click={props.on_close.reform(|_: MouseEvent| ())}>{ common::CLOSE }</Button>
    };
    html! {
        <Dialog title={words::why(props.figure)} testid="dialog-why" large=true
            on_close={props.on_close.clone()} {footer}>
            <div class="stack">{ body }</div>
        </Dialog>
    }
}

fn shown(explained: &FigureExplained, currency: Currency) -> Html {
    let figure = words::figure_on(explained.figure, &explained.on.to_string());
    let interest = (!explained.interest.is_empty()).then(|| {
        html! {
            <div class="stack">
                <h3 class="pf-v6-c-title pf-m-md">{ words::WHY_INTEREST }</h3>
                <InterestTable caption={words::WHY_INTEREST} lines={explained.interest.clone()} {currency} />
            </div>
        }
    });
    html! {
        <>
            <DataTable caption={words::WHY_PARTS} testid="why-parts" columns={vec![
                Column::text(statement_words::WHAT),
                Column::number(statement_words::AMOUNT),
            ]}>
                { for explained.parts.iter().enumerate().map(|(place, part)| html! {
                    <Row key={place}>
                        <Cell>{ &part.words }</Cell>
                        <Cell numeric=true><Money minor={part.amount_minor} {currency} /></Cell>
                    </Row>
                }) }
                <Row key="sum" testid="why-sum">
                    <Cell><strong>{ figure }</strong></Cell>
                    <Cell numeric=true><strong><Money minor={explained.amount_minor} {currency} /></strong></Cell>
                </Row>
            </DataTable>
            { for explained.notes.iter().enumerate().map(|(place, note)| html! { <p key={place} class="quiet">{ note }</p> }) }
            <div>{ interest.unwrap_or_default() }</div>
        </>
    }
}
