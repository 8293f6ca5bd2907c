//! Draws, repayments and refunds with their own states, what the network said, and what may be
//! done with each.

use super::action_bar::may_ever;
use crate::components::{
    Button, ButtonKind, Cell, Column, DataTable, EmptyState, Money, MovementLabel, Row,
};
use crate::dialogs::{Intent, tag};
use crate::hooks::{Printing, use_printing};
use crate::session::use_desk;
use crate::words::{admin, commands, details as words, documents, lines};
use domain::movement::MovementState;
use domain::paper::PaperQuery;
use domain::refusal::RefusalCode;
use domain::view::{LineDetails, MovementRow};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MovementTableProps {
    pub line: Rc<LineDetails>,
    pub on_act: Callback<Intent>,
}

#[component]
pub fn MovementTable(props: &MovementTableProps) -> Html {
    let currency = use_desk().currency;
    let printing = use_printing();
    if props.line.movements.is_empty() {
        return html! {
            <div><EmptyState title={words::NO_MOVEMENTS} words={words::NO_MOVEMENTS_WORDS} /></div>
        };
    }
    let rows = props.line.movements.iter().map(|movement| {
        html! {
            <Row key={movement.id.to_string()} testid={format!("movement-{}", movement.id)}>
                <Cell><span class="nowrap">{ movement.requested_on.to_string() }</span></Cell>
                <Cell>
                    <div>{ lines::movement_kind(movement.kind) }</div>
                    <div class="quiet">{ lines::method(&movement.method) }</div>
                </Cell>
                <Cell numeric=true><Money minor={movement.amount_minor} {currency} /></Cell>
                <Cell><MovementLabel state={movement.state} /></Cell>
                <Cell>{ when(movement) }</Cell>
                <Cell class="wide"><LastWord movement={movement.clone()} /></Cell>
                <Cell>{ &movement.requested_by_name }</Cell>
                <Cell>
                    <MovementActions movement={movement.clone()} on_act={props.on_act.clone()} />
                    { receipt(movement, &printing) }
                </Cell>
            </Row>
        }
    });
    html! {
        <div class="stack">
            <div>{ printing.told() }</div>
            <DataTable caption={words::TAB_MOVEMENTS} testid="movements" columns={vec![
                Column::text(words::REQUESTED_ON),
                Column::text(words::WHAT),
                Column::number(lines::AMOUNT),
                Column::text(words::STATE),
                Column::text(words::SETTLED),
                Column::text(words::LAST_WORD),
                Column::text(admin::BY),
                Column::actions(admin::ACTIONS),
            ]}>{ for rows }</DataTable>
        </div>
    }
}

/// Once the money has moved.
fn receipt(movement: &MovementRow, printing: &Printing) -> Html {
    if movement.state != MovementState::Settled {
        return html! { <div></div> };
    }
    let query = PaperQuery::Receipt {
        movement_id: movement.id,
    };
    let busy = printing.is_busy(&query);
    html! {
        <div class="row-actions">
            <Button small=true testid="print-receipt" {busy}
                on_click={printing.print.reform(move |_: MouseEvent| query.clone())}>
                { documents::RECEIPT }
            </Button>
        </div>
    }
}

fn when(movement: &MovementRow) -> Html {
    match (movement.settled_on, movement.expected_on) {
        (Some(on), _) => html! { <span class="nowrap">{ on.to_string() }</span> },
        (None, Some(on)) => html! {
            <span class="quiet nowrap">{ words::EXPECTED }{ " " }{ on.to_string() }</span>
        },
        (None, None) => html! { <span></span> },
    }
}

/// Why something is under review is often the very thing that was heard last.
fn each_once<const N: usize>(sentences: [Option<String>; N]) -> Vec<String> {
    let mut said = Vec::with_capacity(N);
    for sentence in sentences.into_iter().flatten() {
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    said
}

#[derive(Properties, PartialEq)]
pub struct LastWordProps {
    pub movement: MovementRow,
}

/// Why it is under review, how it came back, what the network said last.
#[component]
pub fn LastWord(props: &LastWordProps) -> Html {
    let movement = &props.movement;
    let sentences = each_once([
        movement.review.map(|review| review.words().to_owned()),
        movement.return_code.as_deref().map(words::returned),
        movement.last.clone(),
    ]);
    let tries = (movement.attempts > 1).then(|| words::tries(movement.attempts));
    html! {
        <div class="last-word">
            { for sentences.into_iter().enumerate().map(|(place, sentence)| html! { <div key={place}>{ sentence }</div> }) }
            { for tries.map(|tries| html! { <div key="tries" class="quiet">{ tries }</div> }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct MovementActionsProps {
    pub movement: MovementRow,
    pub on_act: Callback<Intent>,
}

/// Buttons for what may be done with one movement now; why the rest may not be done, folded away: a
/// row has room for what is possible.
#[component]
pub fn MovementActions(props: &MovementActionsProps) -> Html {
    let desk = use_desk();
    let movement = &props.movement;
    let ever = movement.actions.iter();
    let (possible, refused): (Vec<_>, Vec<_>) = ever
        .filter(|action| may_ever(action, desk.role))
        .partition(|action| action.refused.is_none());
    let buttons = possible.into_iter().map(|action| {
        let intent = Intent::on_movement(action.kind, movement);
        html! {
            <Button key={commands::title(action.kind)} kind={ButtonKind::Secondary} small=true
                testid={format!("action-{}", tag(action.kind))}
                on_click={props.on_act.reform(move |_: MouseEvent| intent)}>
                { commands::title(action.kind) }
            </Button>
        }
    });
    let reasons = refused.iter().map(|action| {
        html! {
            <div key={commands::title(action.kind)} class="terms__row">
                <dt>{ commands::title(action.kind) }</dt>
                <dd>{ action.refused.map_or("", RefusalCode::words) }</dd>
            </div>
        }
    });
    html! {
        <div>
            <div class="row-actions">{ for buttons }</div>
            <details class="why" hidden={refused.is_empty()} data-testid="why-not">
                <summary>{ words::not_possible(refused.len()) }</summary>
                <dl class="terms__list">{ for reasons }</dl>
            </details>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn nothing_is_said_twice() {
        let said = |words: &str| Some(words.to_owned());
        for (sentences, expected) in [
            ([None, None, None], &[][..]),
            ([said("a"), None, said("a")], &["a"]),
            ([said("a"), said("b"), said("a")], &["a", "b"]),
            ([None, said("b"), said("a")], &["b", "a"]),
        ] {
            assert_eq!(each_once(sentences), expected);
        }
    }
}
