//! The payments network as seen from here: is it there, what waits, what happened last.

mod at_work;

use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, ButtonKind, Cell, Column, DataTable, Dialog, EmptyState, ErrorAlert,
    Money, MovementLabel, PageHeader, Row, Skeleton, Timestamp, use_toasts,
};
use crate::dialogs::{Intent, IntentDialog};
use crate::hooks::{use_load, use_title};
use crate::pages::details::{LastWord, MovementActions};
use crate::router::{Link, Route};
use crate::session::{use_currency, use_desk};
use crate::words::{lines, sync as words};
use at_work::AtWork;
use domain::account::Role;
use domain::actor::NetworkState;
use domain::date::UtcMillis;
use domain::ids::MovementId;
use domain::view::{MovementRow, SyncMark, SyncView};
use gloo_timers::callback::Interval;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How often the queues are looked at while they move.
const LOOK_EVERY_MS: u32 = 1_000;

#[component]
pub fn SyncPage() -> Html {
    use_title(words::TITLE);
    let load = use_load((), |(), change| change.sync, |()| backend::sync());
    let moves = load.data.as_ref().is_some_and(|sync| at_work::moves(sync));
    {
        let reload = load.reload.clone();
        use_effect_with(moves, move |moves| {
            let looking = moves.then(|| Interval::new(LOOK_EVERY_MS, move || reload.emit(())));
            move || drop(looking)
        });
    }
    let intent = use_state(|| None::<Intent>);
    let shown = use_state(|| None::<MovementRow>);
    let on_act = {
        let intent = intent.setter();
        Callback::from(move |wanted| intent.set(Some(wanted)))
    };
    let on_close = {
        let (intent, shown) = (intent.setter(), shown.setter());
        Callback::from(move |()| {
            intent.set(None);
            shown.set(None);
        })
    };
    let on_evidence = {
        let shown = shown.setter();
        Callback::from(move |movement| shown.set(Some(movement)))
    };
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let body = match &load.data {
        Some(sync) => html! {
            <div class="stack-lg">
                <State sync={sync.clone()} />
                <AtWork sync={sync.clone()} />
                <Jobs sync={sync.clone()} {on_act} {on_evidence} />
            </div>
        },
        None if load.waiting => html! { <Skeleton lines={6} /> },
        None => html! {},
    };
    let dialog = match (*intent, &*shown) {
        (Some(intent), _) => html! { <IntentDialog {intent} {on_close} /> },
        (None, Some(movement)) => html! { <Evidence movement={movement.clone()} {on_close} /> },
        (None, None) => html! {},
    };
    html! {
        <div class="page sync" data-testid="page-sync">
            <div class="stack-lg">
                <PageHeader title={words::TITLE}><Buttons /></PageHeader>
                <div>{ error.unwrap_or_default() }</div>
                <div>{ body }</div>
                <div>{ dialog }</div>
            </div>
        </div>
    }
}

/// What a person may want of the network as a whole.
#[component]
fn Buttons() -> Html {
    let toasts = use_toasts();
    let admin = use_desk().role == Role::Admin;
    let try_now = {
        let toasts = toasts.clone();
        Callback::from(move |_: MouseEvent| {
            let toasts = toasts.clone();
            spawn_local(async move {
                if backend::try_network().await.is_ok() {
                    toasts.success(words::TRYING);
                }
            });
        })
    };
    let reconcile = Callback::from(move |_: MouseEvent| {
        let toasts = toasts.clone();
        spawn_local(async move {
            if backend::reconcile().await.is_ok() {
                toasts.success(words::RECONCILING);
            }
        });
    });
    html! {
        <div class="row-actions">
            <Button kind={ButtonKind::Secondary} testid="try-network" on_click={try_now}>
                { words::TRY_NOW }
            </Button>
            <Button kind={ButtonKind::Secondary} testid="reconcile" on_click={reconcile}
                why_not={(!admin).then_some(AttrValue::from(words::ADMINS_ONLY))}>
                { words::RECONCILE }
            </Button>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct EvidenceProps {
    movement: MovementRow,
    on_close: Callback<()>,
}

/// One transfer, event by event: what was tried, what the network said, who decided.
#[component]
fn Evidence(props: &EvidenceProps) -> Html {
    let id: MovementId = props.movement.id;
    let load = use_load(id, |_, change| change.sync, backend::timeline);
    let footer = html! {
        <Button kind={ButtonKind::Primary} testid="dialog-done"
            on_click={props.on_close.reform(|_: MouseEvent| ())}>{ words::CLOSE }</Button>
    };
    let body = match (&load.data, &load.error) {
        (Some(events), _) => {
            let rows = events.iter().map(|event| {
                html! {
                    <Row key={event.seq.to_string()}>
                        <Cell><Timestamp at={event.at} /></Cell>
                        <Cell class="wide">{ &event.sentence }</Cell>
                        <Cell>{ &event.actor_name }</Cell>
                    </Row>
                }
            });
            html! {
                <DataTable caption={words::EVIDENCE} testid="evidence" columns={vec![
                    Column::text(words::AT),
                    Column::text(words::HAPPENED),
                    Column::text(words::BY),
                ]}>{ for rows }</DataTable>
            }
        }
        (None, Some(error)) => {
            html! { <ErrorAlert error={error.clone()} on_retry={load.reload.clone()} /> }
        }
        (None, None) => html! { <Skeleton lines={4} /> },
    };
    html! {
        <Dialog title={words::EVIDENCE} testid="dialog-evidence" on_close={props.on_close.clone()}
            {footer} large=true>
            <div class="stack">
                <p>{ &props.movement.for_customer }</p>
                <div>{ body }</div>
            </div>
        </Dialog>
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
    let reconciled = match sync.reconciled_through {
        Some(on) => html! { <span class="nowrap">{ on.to_string() }</span> },
        None => html! { <span class="quiet">{ words::NEVER }</span> },
    };
    let times = [
        (words::SINCE, moment(sync.since, words::NEVER)),
        (
            words::LAST_CONTACT,
            moment(sync.last_contact_at, words::NEVER),
        ),
        (words::OLDEST, moment(sync.oldest_queued_at, words::NOTHING)),
        (words::RECONCILED, reconciled),
    ];
    let counts = [
        (words::QUEUED, sync.queued, "queued"),
        (words::SENDING, sync.sending, "sending"),
        (words::UNKNOWN, sync.unknown, "unknown"),
        (words::ACCEPTED, sync.accepted, "accepted"),
        (words::NEEDS_REVIEW, sync.needs_review, "needs_review"),
        (words::FINDINGS, sync.open_findings, "findings"),
    ];
    html! {
        <section class="stack" aria-label={words::STATE}>
            <div>{ for sync.held.then(|| html! {
                <Alert kind={AlertKind::Warning} title={words::HELD} testid="sync-held">
                    <p>{ words::HELD_WORDS }</p>
                </Alert>
            }) }</div>
            <div>{ for sync.paused.then(|| html! {
                <Alert kind={AlertKind::Warning} title={words::PAUSED} testid="sync-paused">
                    <p>{ words::PAUSED_WORDS }</p>
                </Alert>
            }) }</div>
            // That it is tried again by itself is not so while it is paused.
            <div>{ for (!sync.paused).then(|| html! {
                <Alert {kind} title={words::mark(sync.mark)} testid="sync-state">
                    <div>{ for sync.why.as_ref().map(|why| html! { <p>{ why }</p> }) }</div>
                    <p hidden={!away}>{ words::GOES_ON }</p>
                </Alert>
            }) }</div>
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
    on_evidence: Callback<MovementRow>,
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
        let wanted = job.clone();
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
                <Cell class="wide">
                    <div>{ &job.for_customer }</div>
                    <LastWord movement={job.clone()} />
                </Cell>
                <Cell><span class="nowrap">{ expected }</span></Cell>
                <Cell>
                    <Button kind={ButtonKind::Link} small=true testid="evidence"
                        on_click={props.on_evidence.reform(move |_: MouseEvent| wanted.clone())}>
                        { words::EVIDENCE }
                    </Button>
                    <MovementActions movement={job.clone()} on_act={props.on_act.clone()} />
                </Cell>
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
