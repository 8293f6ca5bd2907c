//! One application and the line it became: its state, what may be done now, its history.

mod action_bar;
mod adverse;
mod changes;
mod decision;
mod documents;
mod events;
mod figures;
mod flags;
mod movements;
mod papers;
mod past;
mod statements;
mod told_notice;
mod transactions;
mod what_if;
mod why;

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{ErrorAlert, PageHeader, Skeleton, StatusLabel, Tab, Tabs, TermsList};
use crate::dialogs::{Intent, IntentDialog, tag};
use crate::hooks::{use_load, use_title};
use crate::router::{Link, Route};
use crate::session::use_desk;
use crate::words::{
    changes as changes_words, commands, details as words, frame, what_if as what_if_words,
};
use action_bar::ActionBar;
use adverse::AdverseActions;
pub use changes::ChangeTable;
use decision::DecisionNote;
use documents::DocumentTable;
use domain::command::CommandKind;
use domain::ids::LineId;
use domain::view::LineDetails;
use events::EventLog;
use figures::FiguresCard;
use flags::Flags;
use movements::MovementTable;
pub use movements::{LastWord, MovementActions};
use papers::Papers;
use statements::StatementTable;
use std::rc::Rc;
use transactions::TransactionTable;
use what_if::WhatIfDialog;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DetailsPageProps {
    pub line_id: LineId,
}

#[component]
pub fn DetailsPage(props: &DetailsPageProps) -> Html {
    let line_id = props.line_id;
    // A movement's change names its line; a new bank account names the customer only, and which
    // customer that is stands in what was loaded. Asking once more is cheap.
    let load = use_load(
        line_id,
        |id, change| change.lines.contains(id) || !change.customers.is_empty(),
        backend::line,
    );
    let title = load
        .data
        .as_ref()
        .map_or_else(|| words::TITLE.to_owned(), |line| line.row.number.clone());
    use_title(title);
    let body = match (&load.data, &load.error) {
        (Some(line), _) => html! { <Details key={line_id.to_string()} line={line.clone()} /> },
        (None, Some(error)) => html! {
            <ErrorAlert error={error.clone()} on_retry={load.reload.clone()} />
        },
        (None, None) => html! { <Skeleton lines={8} /> },
    };
    html! { <div class="page details" data-testid="page-details">{ body }</div> }
}

/// Commands on the line that have letters of their own: "d" for a disbursement.
fn keys(kind: CommandKind) -> Option<&'static str> {
    Some(match kind {
        CommandKind::RequestDraw => "d",
        CommandKind::TakeRepayment => "r",
        CommandKind::ApproveApplication => "a",
        CommandKind::RejectApplication => "x",
        CommandKind::RecordAgreement => "s",
        CommandKind::RecordCheck => "c",
        CommandKind::RecordMissing => "m",
        _ => return None,
    })
}

#[derive(Properties, PartialEq)]
struct DetailsProps {
    line: Rc<LineDetails>,
}

#[component]
fn Details(props: &DetailsProps) -> Html {
    let line = &props.line;
    let desk = use_desk();
    let intent = use_state(|| None::<Intent>);
    let tab = use_state(|| words::TAB_TRANSACTIONS_ID.to_owned());
    let begin = {
        let intent = intent.setter();
        Callback::from(move |wanted: Intent| intent.set(Some(wanted)))
    };
    let on_close = {
        let intent = intent.setter();
        Callback::from(move |()| intent.set(None))
    };
    let line_id = line.row.id;
    let offered = action_bar::offered(&line.actions, desk.role);
    let supposing = use_state(|| false);
    let suppose = {
        let supposing = supposing.setter();
        Callback::from(move |on: bool| supposing.set(on))
    };
    let may_suppose = line.terms.is_some() && !line.row.status.ended();
    let what_if = may_suppose.then(|| PageAction {
        id: "what-if".into(),
        words: what_if_words::TITLE.into(),
        keys: Some("w".into()),
        why_not: None,
        run: suppose.reform(|()| true),
    });
    let documents = {
        let tab = tab.setter();
        PageAction {
            id: words::TAB_DOCUMENTS_ID.into(),
            words: words::TAB_DOCUMENTS.into(),
            keys: Some("p".into()),
            why_not: None,
            run: Callback::from(move |()| tab.set(words::TAB_DOCUMENTS_ID.to_owned())),
        }
    };
    use_page_actions(
        offered
            .iter()
            .map(|action| {
                let (begin, kind) = (begin.clone(), action.kind);
                PageAction {
                    id: AttrValue::from(tag(kind)),
                    words: AttrValue::from(commands::title(kind)),
                    keys: keys(kind).map(AttrValue::from),
                    why_not: action.refused.map(|code| AttrValue::from(code.words())),
                    run: Callback::from(move |()| begin.emit(Intent::on_line(kind, line_id))),
                }
            })
            .chain(what_if)
            .chain([documents])
            .collect(),
    );
    let on_tab = {
        let tab = tab.setter();
        Callback::from(move |chosen| tab.set(chosen))
    };
    let currency = desk.currency;
    let subtitle = html! {
        <span>
            <Link to={Route::Customer(line.row.customer_id)} testid="link-customer">
                { &line.row.customer_name }
            </Link>
            { " · " }{ &line.row.product_name }{ " · " }
            { words::taken(&line.row.taken_on.to_string(), &line.row.taken_by_name) }
        </span>
    };
    let beside = html! {
        <span class="labels">
            <StatusLabel status={line.row.status} />
            <Flags row={line.row.clone()} />
        </span>
    };
    let tabs = vec![
        Tab::new(words::TAB_TRANSACTIONS_ID, words::TAB_TRANSACTIONS),
        Tab::new(
            words::TAB_MOVEMENTS_ID,
            words::movements(line.movements.len()),
        ),
        Tab::new(words::TAB_STATEMENTS_ID, words::TAB_STATEMENTS),
        Tab::new(words::TAB_DOCUMENTS_ID, words::TAB_DOCUMENTS),
        Tab::new(words::TAB_EVENTS_ID, words::TAB_EVENTS),
        Tab::new(words::TAB_TERMS_ID, words::TAB_TERMS),
    ];
    let panel = match tab.as_str() {
        words::TAB_MOVEMENTS_ID => html! {
            <MovementTable line={line.clone()} on_act={begin.clone()} />
        },
        words::TAB_STATEMENTS_ID => html! { <StatementTable {line_id} {currency} /> },
        words::TAB_DOCUMENTS_ID => html! { <DocumentTable {line_id} /> },
        words::TAB_EVENTS_ID => html! { <EventLog {line_id} /> },
        words::TAB_TERMS_ID => html! { <Agreement line={line.clone()} /> },
        _ => html! { <TransactionTable {line_id} {currency} /> },
    };
    let dialog = (*intent).map(|intent| {
        html! { <IntentDialog {intent} on_close={on_close.clone()} /> }
    });
    let supposed = if *supposing {
        html! { <WhatIfDialog {line_id} on_close={suppose.reform(|()| false)} /> }
    } else {
        html! {}
    };
    let waiting = if line.waiting_changes.is_empty() {
        html! {}
    } else {
        html! {
            <section class="panel" data-testid="waiting-changes">
                <h2 class="pf-v6-c-title pf-m-lg">{ changes_words::WAITING }</h2>
                <ChangeTable caption={changes_words::WAITING} rows={line.waiting_changes.clone()}
                    on_intent={begin.clone()} />
            </section>
        }
    };
    html! {
        <div class="stack-lg">
            <PageHeader title={line.row.number.clone()} {beside} {subtitle}
                parent={(AttrValue::from(frame::APPLICATIONS), Route::Applications)} />
            <ActionBar {line_id} actions={offered} on_act={begin} />
            <DecisionNote line={line.clone()} />
            <Papers line={line.clone()} />
            <AdverseActions line={line.clone()} />
            <div hidden={line.waiting_changes.is_empty()}>{ waiting }</div>
            <FiguresCard {line_id} figures={line.figures} requested_minor={line.row.requested_minor}
                status={line.row.status} {currency} on_suppose={may_suppose.then(|| suppose.reform(|()| true))} />
            <Tabs label={words::TABS} {tabs} chosen={(*tab).clone()} {on_tab}>{ panel }</Tabs>
            <div>{ dialog.unwrap_or_default() }</div>
            <div>{ supposed }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct AgreementProps {
    line: Rc<LineDetails>,
}

/// What was agreed: the purpose, the signature, the terms that were copied into the line.
#[component]
fn Agreement(props: &AgreementProps) -> Html {
    let line = &props.line;
    let desk = use_desk();
    let signed = line
        .agreement_signed_on
        .map_or_else(|| words::NOT_SIGNED.to_owned(), |on| on.to_string());
    let terms = line.terms.clone().map(|terms| {
        html! { <TermsList {terms} currency={desk.currency} title={line.row.product_name.clone()} /> }
    });
    html! {
        <div class="stack">
            <dl class="terms__list">
                <div class="terms__row"><dt>{ words::PURPOSE }</dt><dd>{ &line.purpose }</dd></div>
                <div class="terms__row"><dt>{ words::AGREEMENT_SIGNED }</dt><dd>{ signed }</dd></div>
            </dl>
            <div>{ terms.unwrap_or_else(|| html! { <p class="quiet">{ words::NO_TERMS }</p> }) }</div>
        </div>
    }
}
