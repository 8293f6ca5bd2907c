//! What was done to a line that its customer has to be told of, and the last notice of it.

use super::told_notice::ToldNotice;
use crate::session::use_currency;
use crate::words::adverse as words;
use domain::paper::PaperQuery;
use domain::view::LineDetails;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct AdverseActionsProps {
    pub line: Rc<LineDetails>,
}

#[component]
pub fn AdverseActions(props: &AdverseActionsProps) -> Html {
    let currency = use_currency();
    let adverse = &props.line.adverse_actions;
    if adverse.untold.is_empty() && adverse.told.is_none() {
        return html! {};
    }
    let untold = adverse.untold.iter().enumerate().map(|(place, taken)| {
        html! { <li key={place}>{ words::taken(taken, currency) }</li> }
    });
    let told = adverse.told.as_ref().map(|told| {
        let query = PaperQuery::AdverseActionOnLine {
            line_id: props.line.row.id,
            told_on: told.on,
        };
        html! { <ToldNotice told={words::told(told)} {query} /> }
    });
    html! {
        <section class="card" aria-labelledby="adverse-actions" data-testid="adverse-actions">
            <header class="card__header">
                <h2 id="adverse-actions" class="pf-v6-c-title pf-m-md">{ words::TITLE }</h2>
            </header>
            <div class="stack">
                <div hidden={adverse.untold.is_empty()}>
                    <p>{ words::UNTOLD }</p>
                    <ul class="list" data-testid="untold">{ for untold }</ul>
                </div>
                <div>{ told.unwrap_or_default() }</div>
            </div>
        </section>
    }
}
