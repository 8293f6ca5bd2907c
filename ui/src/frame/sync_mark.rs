use crate::backend;
use crate::components::{Icon, IconKind};
use crate::hooks::use_load;
use crate::router::{Link, Route, use_router};
use crate::words::frame as words;
use domain::view::{SyncMark, SyncView};
use gloo_timers::callback::Interval;
use yew::prelude::*;

/// Changes are told; asking now and then makes up for any that were missed.
const REFRESH_MS: u32 = 10_000;

/// How it stands with the payments network: the worst that is true, in a word, a colour and a
/// sign, leading to the page that says more.
#[component]
pub fn SyncMarkLink() -> Html {
    let router = use_router();
    let sync = use_load((), |(), change| change.sync, |()| backend::sync());
    {
        let reload = sync.reload.clone();
        use_effect_with((), move |()| {
            let interval = Interval::new(REFRESH_MS, move || reload.emit(()));
            move || drop(interval)
        });
    }
    // Until the first answer there is nothing honest to show.
    let Some(view) = sync.data else {
        return html! { <span class="sync-mark is-unknown" aria-hidden="true" /> };
    };
    let (state, icon, text) = match view.mark {
        SyncMark::Online => ("online", IconKind::Online, words::ONLINE.to_owned()),
        SyncMark::Offline => ("offline", IconKind::Offline, words::OFFLINE.to_owned()),
        SyncMark::Waiting => ("waiting", IconKind::Waiting, words::waiting(in_hand(&view))),
        SyncMark::Failing => ("failing", IconKind::Warning, words::FAILING.to_owned()),
        SyncMark::NeedsYou => (
            "needs_you",
            IconKind::Danger,
            words::needs_you(view.needs_review.saturating_add(view.open_findings)),
        ),
    };
    // What needs a person leads to where it can be done.
    let to = match view.mark {
        SyncMark::NeedsYou => Route::Attention,
        SyncMark::Online | SyncMark::Offline | SyncMark::Waiting | SyncMark::Failing => Route::Sync,
    };
    let current = router.route == to;
    html! {
        <span class={classes!("sync-mark", format!("is-{state}"))} data-testid="sync-mark" data-state={state}
            title={view.why.clone()}>
            <Link {to} class="sync-mark__link" {current}>
                <Icon kind={icon} />
                <span class="pf-v6-screen-reader">{ words::SYNC }{ ": " }</span>
                { text }
            </Link>
        </span>
    }
}

/// Transfers that are neither settled nor given up.
fn in_hand(view: &SyncView) -> u32 {
    [view.queued, view.sending, view.unknown]
        .into_iter()
        .fold(0, u32::saturating_add)
}
