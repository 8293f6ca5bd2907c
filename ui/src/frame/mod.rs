//! The frame around every page: masthead, shortcuts, palette, help sheet, and what lists
//! remember.

mod filters;
mod help;
mod keys;
mod last_time;
mod masthead;
mod palette;
mod presence;
mod search_box;
mod shortcuts;
mod sync_mark;
mod user_menu;

pub use filters::{Filters, use_filters};

use crate::actions::{Does, PageAction, PageActions};
use crate::components::use_toasts;
use crate::dialogs::{OwnPasswordDialog, SecondFactorDialog};
use crate::router::use_router;
use crate::session::{use_desk, use_entrance};
use crate::words::frame as words;
use crate::{backend, focus, theme};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What lies over the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overlay {
    Palette,
    Help,
    OwnPassword,
    SecondFactor,
}

#[derive(Properties, PartialEq)]
pub struct FrameProps {
    pub children: Html,
}

#[component]
pub fn Frame(props: &FrameProps) -> Html {
    let desk = use_desk();
    let router = use_router();
    let overlay = use_state(|| None::<Overlay>);
    let page_actions = use_state(|| Rc::new(Vec::<PageAction>::new()));
    let filters = use_state(Filters::default);
    let perform = use_perform(overlay.setter());
    shortcuts::use_shortcuts(desk.is_admin(), (*page_actions).clone(), perform.clone());
    presence::use_presence();
    use_effect_with(router.route.path(), |_| focus_the_page());

    let close = {
        let overlay = overlay.setter();
        Callback::from(move |()| overlay.set(None))
    };
    let over = match *overlay {
        None => html! {},
        Some(Overlay::Palette) => html! {
            <palette::Palette page_actions={(*page_actions).clone()} perform={perform.clone()}
                on_close={close} />
        },
        Some(Overlay::OwnPassword) => html! { <OwnPasswordDialog on_close={close} /> },
        Some(Overlay::SecondFactor) => html! { <SecondFactorDialog on_close={close} /> },
        Some(Overlay::Help) => html! {
            <help::Help page_actions={(*page_actions).clone()} on_close={close} />
        },
    };
    let demo = desk.demo.then(|| {
        html! {
            <aside class="demo-banner" aria-label={words::DEMO_LABEL} data-testid="demo-banner">{ words::DEMO }</aside>
        }
    });
    html! {
        <ContextProvider<PageActions> context={PageActions(page_actions.setter())}>
            <ContextProvider<UseStateHandle<Filters>> context={filters}>
                <div class="frame">
                    <a class="skip" href="#page" onclick={skip}>{ words::SKIP }</a>
                    <masthead::Masthead perform={perform.clone()} />
                    <div class="frame__notice">
                        { demo.unwrap_or_default() }
                        <last_time::LastTimeNotice {perform} />
                    </div>
                    <main id="page" class="frame__page" tabindex="-1">{ props.children.clone() }</main>
                    <div class="frame__over">{ over }</div>
                </div>
            </ContextProvider<UseStateHandle<Filters>>>
        </ContextProvider<PageActions>>
    }
}

/// Carries out what an action does, wherever it was chosen.
#[hook]
fn use_perform(overlay: UseStateSetter<Option<Overlay>>) -> Callback<Does> {
    let router = use_router();
    let left = use_entrance().left;
    let toasts = use_toasts();
    Callback::from(move |does: Does| {
        overlay.set(None);
        match does {
            Does::Go(route) => router.push(route),
            Does::Palette => overlay.set(Some(Overlay::Palette)),
            Does::Help => overlay.set(Some(Overlay::Help)),
            Does::OwnPassword => overlay.set(Some(Overlay::OwnPassword)),
            Does::SecondFactor => overlay.set(Some(Overlay::SecondFactor)),
            Does::Search => {
                focus::first("#search");
            }
            Does::Theme(chosen) => theme::choose(chosen),
            Does::SignOut => {
                let (left, toasts) = (left.clone(), toasts.clone());
                spawn_local(async move {
                    match backend::sign_out().await {
                        Ok(()) => {
                            toasts.info(words::SIGNED_OUT);
                            left.emit(());
                        }
                        Err(error) => toasts.error(&error),
                    }
                });
            }
        }
    })
}

/// A new page starts at its own beginning, unless it has put the focus into a field already.
fn focus_the_page() {
    let in_field = focus::document()
        .and_then(|document| document.query_selector("#page :focus").ok()?)
        .is_some();
    if !in_field {
        let _ = focus::first("#page h1[tabindex]") || focus::first("#page");
    }
}

/// The address belongs to the routes, so the link moves the focus without touching it.
fn skip(event: MouseEvent) {
    event.prevent_default();
    focus_the_page();
}
