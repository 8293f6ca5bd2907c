//! The payments network as seen from here: is it there, what waits, what happened last.

use crate::backend;
use crate::components::{
    Alert, AlertKind, Cell, Column, DataTable, EmptyState, ErrorAlert, Money, MovementLabel,
    PageHeader, Row, Skeleton, Timestamp,
};
use crate::dialogs::{Intent, IntentDialog};
use crate::hooks::{use_load, use_title};
use crate::pages::details::{LastWord, MovementActions};
use crate::router::{Link, Route};
use crate::session::use_currency;
use crate::words::{lines, sync as words};
use domain::actor::NetworkState;
use domain::date::UtcMillis;
use domain::view::{SyncMark, SyncView};
use std::rc::Rc;
use yew::prelude::*;

#[component]
pub fn SyncPage() -> Html {
    use_title(words::TITLE);
    let load = use_load((), |(), change| change.sync, |()| backend::sync());
    let intent = use_state(|| None::<Intent>);
    let on_act = {
        let intent = intent.setter();
        Callback::from(move |wanted| intent.set(Some(wanted)))
    };
    let on_close = {
        let intent = intent.setter();
        Callback::from(move |()| intent.set(None))
    };
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let body = match &load.data {
        Some(sync) => html! {
            <div class="stack-lg">
                <State sync={sync.clone()} />
                <Jobs sync={sync.clone()} {on_act} />
            </div>
        },
        None if load.waiting => html! { <Skeleton lines={6} /> },
        None => html! {},
    };
    let dialog = (*intent).map(|intent| html! { <IntentDialog {intent} {on_close} /> });
    html! {
        <div class="page sync" data-testid="page-sync">
            <div class="stack-lg">
                <PageHeader title={words::TITLE} />
                <div>{ error.unwrap_or_default() }</div>
                <div>{ body }</div>
                <div>{ dialog.unwrap_or_default() }</div>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct StateProps {
    sync: Rc<SyncView>,
}

#[component]
fn State(props: &StateProps) -> Html {
    let sync = &props.sync;
    let kind = match sync.mark {
        SyncMark::Online => AlertKind::Success,
        SyncMark::Waiting => AlertKind::Info,
        SyncMark::Offline | SyncMark::Failing => AlertKind::Warning,
        SyncMark::NeedsYou => AlertKind::Danger,
    };
    let away = sync.network == NetworkState::Offline;
    let moment = |at: Option<UtcMillis>, otherwise: &'static str| match at {
        Some(at) => html! { <Timestamp {at} /> },
        None => html! { <span class="quiet">{ otherwise }</span> },
    };
    let times = [
        (words::SINCE, moment(sync.since, words::NEVER)),
        (
            words::LAST_CONTACT,
            moment(sync.last_contact_at, words::NEVER),
        ),
        (words::OLDEST, moment(sync.oldest_queued_at, words::NOTHING)),
    ];
    let counts = [
        (words::QUEUED, sync.queued, "queued"),
        (words::SENDING, sync.sending, "sending"),
        (words::UNKNOWN, sync.unknown, "unknown"),
        (words::ACCEPTED, sync.accepted, "accepted"),
        (words::NEEDS_REVIEW, sync.needs_review, "needs_review"),
    ];
    html! {
        <section class="stack" aria-label={words::STATE}>
            <Alert {kind} title={words::mark(sync.mark)} testid="sync-state">
                <div>{ for sync.why.as_ref().map(|why| html! { <p>{ why }</p> }) }</div>
                <p hidden={!away}>{ words::GOES_ON }</p>
            </Alert>
            <dl class="figures__rest">
                { for times.into_iter().map(|(name, value)| html! {
                    <div key={name} class="figure"><dt>{ name }</dt><dd>{ value }</dd></div>
                }) }
            </dl>
            <dl class="figures__rest" aria-label={words::COUNTS}>
                { for counts.into_iter().map(|(name, count, testid)| html! {
                    <div key={name} class={classes!("figure", (count == 0).then_some("figure--zero"))}>
                        <dt>{ name }</dt>
                        <dd class="money" data-testid={format!("count-{testid}")}>{ count }</dd>
                    </div>
                }) }
            </dl>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct JobsProps {
    sync: Rc<SyncView>,
    on_act: Callback<Intent>,
}

#[component]
fn Jobs(props: &JobsProps) -> Html {
    let currency = use_currency();
    if props.sync.jobs.is_empty() {
        return html! {
            <div><EmptyState title={words::NO_JOBS} words={words::NO_JOBS_WORDS} /></div>
        };
    }
    let rows = props.sync.jobs.iter().map(|job| {
        let expected = job.expected_on.map(|on| on.to_string()).unwrap_or_default();
        html! {
            <Row key={job.id.to_string()} testid={format!("row-{}", job.line_number)}>
                <Cell><Link class="row-link" to={Route::Details(job.line_id)}>{ &job.line_number }</Link></Cell>
                <Cell>{ &job.customer_name }</Cell>
                <Cell>
                    <div>{ lines::movement_kind(job.kind) }</div>
                    <div class="quiet">{ lines::method(&job.method) }</div>
                </Cell>
                <Cell numeric=true><Money minor={job.amount_minor} {currency} /></Cell>
                <Cell><MovementLabel state={job.state} /></Cell>
                <Cell class="wide"><LastWord movement={job.clone()} /></Cell>
                <Cell><span class="nowrap">{ expected }</span></Cell>
                <Cell><MovementActions movement={job.clone()} on_act={props.on_act.clone()} /></Cell>
            </Row>
        }
    });
    html! {
        <section class="panel">
            <h2 class="pf-v6-c-title pf-m-lg">{ words::JOBS }</h2>
            <DataTable caption={words::JOBS} testid="jobs" columns={vec![
                Column::text(words::NUMBER),
                Column::text(words::CUSTOMER),
                Column::text(words::WHAT),
                Column::number(words::AMOUNT),
                Column::text(words::STATE),
                Column::text(words::LAST),
                Column::text(words::EXPECTED),
                Column::actions(words::ACTIONS),
            ]}>{ for rows }</DataTable>
        </section>
    }
}
