//! What waits for an admin: applications, draws, accounts, cancellations, transfers in review.

mod accounts;
mod glass;
mod lines;
pub mod movements;
mod splits;

use crate::backend;
use crate::components::{Button, ButtonKind, EmptyState, ErrorAlert, PageHeader, Skeleton};
use crate::dialogs::{
    AccountDialog, DemandDialog, Intent, IntentDialog, ResetCodeDialog, ResolveFindingDialog,
};
use crate::focus;
use crate::hooks::{use_load, use_title};
use crate::pages::details::ChangeTable;
use crate::session::use_desk;
use crate::words::{admin as words, changes as changes_words};
use accounts::AccountTable;
use domain::command::CommandKind;
use domain::view::{AccountRow, AdminDesk, FindingRow};
use glass::GlassTable;
use lines::LineTable;
use movements::MovementTable;
use splits::SplitTable;
use std::rc::Rc;
use yew::prelude::*;

#[component]
pub fn AdminPage() -> Html {
    use_title(words::TITLE);
    let desk = use_desk();
    html! {
        <div class="page admin" data-testid="page-admin">
            if desk.is_admin() {
                <Waiting />
            } else {
                <EmptyState title={words::ADMINS_ONLY} words={words::ADMINS_ONLY_WORDS} />
            }
        </div>
    }
}

/// What somebody is about to do, and about what.
#[derive(Clone, PartialEq)]
pub(crate) enum Deed {
    Line(Intent),
    Account(CommandKind, AccountRow),
    Finding(FindingRow),
    /// Whether a second factor is demanded now.
    Demand(bool),
}

#[component]
fn Waiting() -> Html {
    let load = use_load(
        (),
        |(), change| {
            !change.lines.is_empty()
                || !change.users.is_empty()
                || !change.customers.is_empty()
                || !change.products.is_empty()
                || change.sync
        },
        |()| backend::admin_desk(),
    );
    {
        // What was decided is gone from its table, and the button that had the focus with it.
        use_effect_with(load.data.clone(), |_| {
            if focus::is_lost() {
                focus::first("h1");
            }
        });
    }
    let deed = use_state(|| None::<Deed>);
    let on_deed = {
        let deed = deed.setter();
        Callback::from(move |wanted| deed.set(Some(wanted)))
    };
    let on_close = {
        let deed = deed.setter();
        Callback::from(move |()| deed.set(None))
    };
    let error = load.error.clone().map(|error| {
        html! { <ErrorAlert {error} on_retry={load.reload.clone()} /> }
    });
    let body = match &load.data {
        Some(desk) => html! {
            <div class="stack-lg">
                <Sections desk={desk.clone()} on_deed={on_deed.clone()} />
                <Accounts desk={desk.clone()} {on_deed} />
            </div>
        },
        None if load.waiting => html! { <Skeleton lines={8} /> },
        None => html! {},
    };
    let dialog = match &*deed {
        Some(Deed::Line(intent)) => html! { <IntentDialog intent={*intent} {on_close} /> },
        Some(Deed::Account(CommandKind::IssueResetCode, account)) => html! {
            <ResetCodeDialog account={account.clone()} {on_close} />
        },
        Some(Deed::Finding(finding)) => html! {
            <ResolveFindingDialog finding={finding.clone()} {on_close} />
        },
        Some(Deed::Demand(demanded)) => html! { <DemandDialog demanded={*demanded} {on_close} /> },
        Some(Deed::Account(kind, account)) => html! {
            <AccountDialog kind={*kind} account={account.clone()} {on_close} />
        },
        None => html! {},
    };
    html! {
        <div class="stack-lg">
            <PageHeader title={words::TITLE} subtitle={html! { { words::SUBTITLE } }} />
            <div>{ error.unwrap_or_default() }</div>
            <div>{ body }</div>
            <div>{ dialog }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SectionsProps {
    desk: Rc<AdminDesk>,
    on_deed: Callback<Deed>,
}

#[component]
fn Sections(props: &SectionsProps) -> Html {
    let desk = &props.desk;
    let on_intent = props.on_deed.reform(Deed::Line);
    let on_account = props
        .on_deed
        .reform(|(kind, account)| Deed::Account(kind, account));
    let on_finding = props.on_deed.reform(Deed::Finding);
    let sections = [
        (
            words::BROKEN_GLASS,
            desk.broken_glass.len(),
            html! {
                <GlassTable caption={words::BROKEN_GLASS} rows={desk.broken_glass.clone()}
                    on_resolve={on_finding} />
            },
            "broken_glass",
        ),
        (
            words::OPEN_APPLICATIONS,
            desk.open_applications.len(),
            html! {
                <LineTable caption={words::OPEN_APPLICATIONS} rows={desk.open_applications.clone()}
                    on_intent={on_intent.clone()} more={desk.more_open}
                    kinds={&[CommandKind::ApproveApplication, CommandKind::RejectApplication][..]} />
            },
            "open_applications",
        ),
        (
            words::WAITING_DRAWS,
            desk.waiting_draws.len(),
            html! {
                <MovementTable caption={words::WAITING_DRAWS} rows={desk.waiting_draws.clone()}
                    on_intent={on_intent.clone()} />
            },
            "waiting_draws",
        ),
        (
            words::SPLITS,
            desk.split_draws.len(),
            html! { <SplitTable caption={words::SPLITS} rows={desk.split_draws.clone()} /> },
            "split_draws",
        ),
        (
            changes_words::WAITING,
            desk.waiting_changes.len(),
            html! {
                <ChangeTable caption={changes_words::WAITING} rows={desk.waiting_changes.clone()}
                    on_intent={on_intent.clone()} />
            },
            "waiting_changes",
        ),
        (
            words::IN_REVIEW,
            desk.in_review.len(),
            html! {
                <MovementTable caption={words::IN_REVIEW} rows={desk.in_review.clone()}
                    on_intent={on_intent.clone()} />
            },
            "in_review",
        ),
        (
            words::CANCELLATIONS,
            desk.cancellations.len(),
            html! {
                <LineTable caption={words::CANCELLATIONS} rows={desk.cancellations.clone()}
                    on_intent={on_intent.clone()} kinds={&[CommandKind::DeclineCancellation][..]} />
            },
            "cancellations",
        ),
        (
            words::WAITING_ACCOUNTS,
            desk.waiting_accounts.len(),
            html! {
                <AccountTable caption={words::WAITING_ACCOUNTS} rows={desk.waiting_accounts.clone()}
                    on_act={on_account.clone()}
                    kinds={&[CommandKind::ApproveAccount, CommandKind::DeclineAccount][..]} />
            },
            "waiting_accounts",
        ),
        (
            words::LOCKED_ACCOUNTS,
            desk.locked_accounts.len(),
            html! {
                <AccountTable caption={words::LOCKED_ACCOUNTS} rows={desk.locked_accounts.clone()}
                    on_act={on_account} kinds={&[CommandKind::UnlockAccount][..]} />
            },
            "locked_accounts",
        ),
    ];
    if sections.iter().all(|(_, count, ..)| *count == 0) {
        return html! {
            <div><EmptyState title={words::NOTHING_WAITS} words={words::NOTHING_WAITS_WORDS} /></div>
        };
    }
    // What waits for nobody takes no room.
    let shown = sections.into_iter().filter(|(_, count, ..)| *count > 0);
    html! {
        <div class="stack-lg">
            { for shown.map(|(title, count, table, testid)| html! {
                <section key={testid} class="panel" data-testid={format!("section-{testid}")}>
                    <h2 class="pf-v6-c-title pf-m-lg">{ words::counted(title, count) }</h2>
                    { table }
                </section>
            }) }
        </div>
    }
}

/// What may be done with another person's account.
const OF_ACCOUNTS: &[CommandKind] = &[
    CommandKind::SetRole,
    CommandKind::IssueResetCode,
    CommandKind::RemoveSecondFactor,
    CommandKind::DisableAccount,
    CommandKind::EnableAccount,
];

#[derive(Properties, PartialEq)]
struct AccountsProps {
    desk: Rc<AdminDesk>,
    on_deed: Callback<Deed>,
}

/// Everybody who may sign in, beside whoever looks: for one's own account another admin is asked.
#[component]
fn Accounts(props: &AccountsProps) -> Html {
    let me = use_desk().user_id;
    let others = props
        .desk
        .accounts
        .iter()
        .filter(|account| account.id != me);
    let rows: Vec<AccountRow> = others.cloned().collect();
    let on_act = props
        .on_deed
        .reform(|(kind, account)| Deed::Account(kind, account));
    let demanded = props.desk.admins_need_second_factor;
    let on_demand = props
        .on_deed
        .reform(move |_: MouseEvent| Deed::Demand(demanded));
    let (table, count) = (!rows.is_empty(), rows.len());
    html! {
        <section class="panel" data-testid="section-accounts">
            <h2 class="pf-v6-c-title pf-m-lg">{ words::counted(words::ACCOUNTS, count) }</h2>
            <p class="quiet">
                { if demanded { words::DEMANDED } else { words::NOT_DEMANDED } }
                <Button kind={ButtonKind::Link} small=true testid="action-demand_second_factor"
                    on_click={on_demand}>
                    { words::CHANGE_DEMAND }
                    <span class="pf-v6-screen-reader">{ ": " }{ words::SECOND_FACTOR }</span>
                </Button>
            </p>
            <div>
                if table {
                    <AccountTable caption={words::ACCOUNTS} {rows} {on_act}
                        kinds={OF_ACCOUNTS} />
                }
            </div>
        </section>
    }
}
