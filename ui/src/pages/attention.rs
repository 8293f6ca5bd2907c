//! The inbox of the payments: transfers a person has to look at, and what ledger, outbox and the
//! network's statements disagree on, each with its evidence, its owner and what resolves it.

use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, ButtonKind, Cell, Column, DataTable, EmptyState, ErrorAlert, Money,
    PageHeader, Row, Skeleton,
};
use crate::dialogs::{Intent, IntentDialog, ResolveFindingDialog};
use crate::hooks::{use_load, use_title};
use crate::pages::admin::movements::MovementTable;
use crate::router::{Link, Route};
use crate::session::{use_currency, use_desk};
use crate::words::{attention as words, commands};
use domain::account::Role;
use domain::command::CommandKind;
use domain::view::{AttentionView, FindingRow};
use std::rc::Rc;
use yew::prelude::*;

#[component]
pub fn AttentionPage() -> Html {
    use_title(words::TITLE);
    let load = use_load((), |(), change| change.sync, |()| backend::attention());
    let intent = use_state(|| None::<Intent>);
    let finding = use_state(|| None::<FindingRow>);
    let on_intent = {
        let intent = intent.setter();
        Callback::from(move |wanted| intent.set(Some(wanted)))
    };
    let on_finding = {
        let finding = finding.setter();
        Callback::from(move |wanted| finding.set(Some(wanted)))
    };
    let on_close = {
        let (intent, finding) = (intent.setter(), finding.setter());
        let reload = load.reload.clone();
        Callback::from(move |()| {
            intent.set(None);
            finding.set(None);
            reload.emit(());
        })
    };
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let body = match &load.data {
        Some(view) if view.in_review.is_empty() && view.findings.is_empty() => html! {
            <EmptyState title={words::NOTHING} words={words::NOTHING_WORDS} />
        },
        Some(view) => html! {
            <div class="stack-lg">
                <div>{ for (!view.in_review.is_empty()).then(|| html! {
                    <section class="panel">
                        <h2 class="pf-v6-c-title pf-m-lg">{ words::IN_REVIEW }</h2>
                        <MovementTable caption={words::IN_REVIEW} rows={view.in_review.clone()}
                            on_intent={on_intent.clone()} />
                    </section>
                }) }</div>
                <div>{ for (!view.findings.is_empty()).then(|| html! {
                    <Findings view={view.clone()} on_resolve={on_finding.clone()} />
                }) }</div>
            </div>
        },
        None if load.waiting => html! { <Skeleton lines={6} /> },
        None => html! {},
    };
    let dialog = match (*intent, &*finding) {
        (Some(intent), _) => html! { <IntentDialog {intent} {on_close} /> },
        (None, Some(finding)) => html! {
            <ResolveFindingDialog finding={finding.clone()} {on_close} />
        },
        (None, None) => html! {},
    };
    html! {
        <div class="page attention" data-testid="page-attention">
            <div class="stack-lg">
                <PageHeader title={words::TITLE} />
                <div>{ error.unwrap_or_default() }</div>
                <div>{ body }</div>
                <div>{ dialog }</div>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct FindingsProps {
    view: Rc<AttentionView>,
    on_resolve: Callback<FindingRow>,
}

#[component]
fn Findings(props: &FindingsProps) -> Html {
    let currency = use_currency();
    let desk = use_desk();
    let (admin, today) = (desk.role == Role::Admin, desk.business_date);
    let amount = |minor: Option<domain::money::Minor>| match minor {
        Some(minor) => html! { <Money {minor} {currency} /> },
        None => html! { <span></span> },
    };
    let rows = props.view.findings.iter().map(|finding| {
        let line = match (finding.line_id, &finding.line_number) {
            (Some(line_id), Some(number)) => html! {
                <Link class="row-link" to={Route::Details(line_id)}>{ number }</Link>
            },
            (Some(_), None) | (None, _) => html! { <span></span> },
        };
        let evidence = match (finding.statement_date, finding.due_on) {
            (Some(date), _) => words::statement(&date.to_string()),
            (None, Some(due_on)) => words::due(&due_on.to_string(), due_on < today),
            (None, None) if finding.class.of_the_network() => words::LOOKED_UP.to_owned(),
            (None, None) => words::IN_THE_STORE.to_owned(),
        };
        let owner = if finding.owner_name.is_empty() {
            words::ADMINS
        } else {
            &finding.owner_name
        };
        let wanted = finding.clone();
        html! {
            <Row key={finding.id.clone()} testid={format!("finding-{}", finding.class.tag())}>
                <Cell>{ finding.class.words() }</Cell>
                <Cell>{ line }</Cell>
                <Cell class="wide">
                    <div>{ &finding.reference }</div>
                    <div class="quiet">{ finding.remote_id.clone().unwrap_or_default() }</div>
                    <div>{ finding.reason.clone().unwrap_or_default() }</div>
                </Cell>
                <Cell numeric=true>{ amount(finding.ours_minor) }</Cell>
                <Cell numeric=true>{ amount(finding.theirs_minor) }</Cell>
                <Cell>{ evidence }</Cell>
                <Cell>{ owner }</Cell>
                <Cell class="wide">{ finding.class.action() }</Cell>
                <Cell>
                    <div class="row-actions">
                        <Button kind={ButtonKind::Secondary} small=true testid="action-resolve_finding"
                            why_not={(!admin).then_some(AttrValue::from(words::ADMINS_ONLY))}
                            on_click={props.on_resolve.reform(move |_: MouseEvent| wanted.clone())}>
                            { commands::title(CommandKind::ResolveFinding) }
                        </Button>
                    </div>
                </Cell>
            </Row>
        }
    });
    html! {
        <section class="panel">
            <h2 class="pf-v6-c-title pf-m-lg">{ words::FINDINGS }</h2>
            <div hidden={!props.view.more_findings}>
                <Alert kind={AlertKind::Info} title={words::MORE} />
            </div>
            <DataTable caption={words::FINDINGS} testid="findings" columns={vec![
                Column::text(words::CLASS),
                Column::text(words::LINE),
                Column::text(words::REFERENCE),
                Column::number(words::OURS),
                Column::number(words::THEIRS),
                Column::text(words::EVIDENCE),
                Column::text(words::OWNER),
                Column::text(words::TO_DO),
                Column::actions(words::ACTIONS),
            ]}>{ for rows }</DataTable>
        </section>
    }
}
