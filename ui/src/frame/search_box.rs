use super::filters::{Filters, use_filters};
use crate::components::{Icon, IconKind};
use crate::router::{Route, use_router};
use crate::words::frame as words;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Searches applications from anywhere: Enter shows what was found, in every state.
#[component]
pub fn SearchBox() -> Html {
    let filters = use_filters();
    let router = use_router();
    let node = use_node_ref();
    let onsubmit = {
        let (filters, node) = (filters.clone(), node.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = node.cast::<HtmlInputElement>() else {
                return;
            };
            filters.set(Filters {
                search: input.value().trim().to_owned(),
                ..Filters::default()
            });
            router.push(Route::Applications);
        }
    };
    html! {
        <form class="search-box" role="search" {onsubmit}>
            <label class="pf-v6-screen-reader" for="search">{ words::SEARCH }</label>
            <span class="search-box__icon"><Icon kind={IconKind::Search} /></span>
            <input ref={node} id="search" class="search-box__input" type="search" autocomplete="off"
                spellcheck="false" placeholder={words::SEARCH_SHORT} title={words::SEARCH_HINT}
                aria-keyshortcuts="/" value={filters.search.clone()} maxlength="100" data-testid="search" />
            <kbd class="search-box__key" aria-hidden="true">{ "/" }</kbd>
        </form>
    }
}
