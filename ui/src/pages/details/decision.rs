//! Above the figures: what was decided, and what stands in the way of the next step.

use crate::components::{Alert, AlertKind};
use crate::session::use_currency;
use crate::words::{details as words, lines};
use domain::command::RejectionReason;
use domain::line::Status;
use domain::view::{DecisionView, LineDetails};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DecisionNoteProps {
    pub line: Rc<LineDetails>,
}

#[component]
pub fn DecisionNote(props: &DecisionNoteProps) -> Html {
    let line = &props.line;
    let currency = use_currency();
    let money = |minor| format!("{} {currency}", currency.format(minor));
    let frozen = line.frozen_note.as_ref().map(|note| {
        html! { <Alert kind={AlertKind::Info} title={words::frozen(note)} testid="frozen-note" /> }
    });
    let owing = line.row.closed_but_owing.then(|| {
        html! { <Alert kind={AlertKind::Warning} title={lines::CLOSED_BUT_OWING_EXPLAINED} /> }
    });
    let lost = line.figures.unrecovered_minor;
    let lost = lost.is_positive().then(|| {
        let title = words::charged_off(&money(lost));
        html! { <Alert kind={AlertKind::Warning} {title} testid="charged-off" /> }
    });
    let decision = line.decision.as_ref().map(|decision| {
        let DecisionView {
            approved,
            limit_minor,
            by_name,
            by_policy,
            on,
            ..
        } = decision;
        let on = on.to_string();
        let by_name = if *by_policy {
            words::BY_POLICY
        } else {
            by_name.as_str()
        };
        if !approved {
            return rejected(decision, &words::rejected(by_name, &on));
        }
        let told = if *limit_minor < line.row.requested_minor {
            let requested = money(line.row.requested_minor);
            words::counter_offer(&money(*limit_minor), &requested, by_name, &on)
        } else {
            words::approved(&money(*limit_minor), by_name, &on)
        };
        let unsigned = line.agreement_signed_on.is_none() && line.row.status == Status::Approved;
        html! {
            <p class="quiet" data-testid="decision">
                { told }
                { if unsigned { format!(" {}", words::SIGN_NEXT) } else { String::new() } }
            </p>
        }
    });
    html! {
        <div class="stack">
            <div>{ decision.unwrap_or_default() }</div>
            <div>{ frozen.unwrap_or_default() }</div>
            <div>{ owing.unwrap_or_default() }</div>
            <div>{ lost.unwrap_or_default() }</div>
        </div>
    }
}

fn rejected(decision: &DecisionView, told: &str) -> Html {
    let reasons = decision.reasons.iter().map(|reason| {
        let own = match reason {
            RejectionReason::Other => decision.other_words.as_deref(),
            _ => None,
        };
        html! { <li key={reason.words()}>{ own.unwrap_or(reason.words()) }</li> }
    });
    html! {
        <div class="decision" data-testid="decision">
            <p>{ told }{ " " }{ words::PRINCIPAL_REASONS }</p>
            <ul>{ for reasons }</ul>
        </div>
    }
}
