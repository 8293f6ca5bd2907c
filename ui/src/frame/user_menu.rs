use crate::actions::{Does, Group, offered};
use crate::components::{Icon, IconKind, local};
use crate::session::use_desk;
use crate::theme::{self, Theme};
use crate::words::frame as words;
use domain::account::Role;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct UserMenuProps {
    pub perform: Callback<Does>,
}

/// Who is signed in, the colours, and the way out.
#[component]
pub fn UserMenu(props: &UserMenuProps) -> Html {
    let desk = use_desk();
    let open = use_state(|| false);
    let root = use_node_ref();
    let toggle = use_node_ref();
    {
        let root = root.clone();
        use_effect_with(*open, move |open| {
            if *open {
                step(&root, Step::First);
            }
        });
    }
    let close = {
        let (open, toggle) = (open.setter(), toggle.clone());
        Callback::from(move |()| {
            open.set(false);
            if let Some(button) = toggle.cast::<HtmlElement>() {
                button.focus().ok();
            }
        })
    };
    let onkeydown = {
        let (root, close, is_open) = (root.clone(), close.clone(), *open);
        move |event: KeyboardEvent| {
            if !is_open {
                return;
            }
            let wanted = match event.key().as_str() {
                "ArrowDown" => Step::Next,
                "ArrowUp" => Step::Previous,
                "Home" => Step::First,
                "End" => Step::Last,
                "Escape" => {
                    event.prevent_default();
                    return close.emit(());
                }
                _ => return,
            };
            event.prevent_default();
            step(&root, wanted);
        }
    };
    let onfocusout = {
        let (root, open) = (root.clone(), open.setter());
        move |event: FocusEvent| {
            let goes_to = event
                .related_target()
                .and_then(|to| to.dyn_into::<Node>().ok());
            let inside = root
                .get()
                .is_some_and(|root| root.contains(goes_to.as_ref()));
            if !inside || goes_to.is_none() {
                open.set(false);
            }
        }
    };
    let items = offered(desk.is_admin())
        .filter(|action| action.group == Group::Look || of_the_account(&action.does))
        .map(|action| {
            let onclick = {
                let (perform, close, does) =
                    (props.perform.clone(), close.clone(), action.does.clone());
                move |_: MouseEvent| {
                    close.emit(());
                    perform.emit(does.clone());
                }
            };
            let theme = match action.does {
                Does::Theme(theme) => Some(theme),
                _ => None,
            };
            html! {
                <li key={action.id} role="none">
                    <button type="button" class="menu__item" {onclick} tabindex="-1"
                        role={if theme.is_some() { "menuitemradio" } else { "menuitem" }}
                        aria-checked={theme.map(|theme| (theme == theme::chosen()).to_string())}
                        data-testid={format!("menu-{}", action.id)}>
                        <span class="menu__sign"><Icon kind={sign(theme)} /></span>{ action.words }
                    </button>
                </li>
            }
        });
    let role = match desk.role {
        Role::Admin => words::ROLE_ADMIN,
        Role::Staff => words::ROLE_STAFF,
    };
    let last = desk.last_time.as_ref().map(|last| {
        html! {
            <li key="last-time" class="menu__note" role="none" data-testid="last-signed-in">
                { words::last_signed_in(&local(last.signed_in_at)) }
            </li>
        }
    });
    let menu = open.then(|| {
        html! {
            <ul class="menu" role="menu" aria-label={words::MENU} data-menu-open="true">{ for items }{ last.unwrap_or_default() }</ul>
        }
    });
    let onclick = {
        let (open, is_open) = (open.setter(), *open);
        move |_: MouseEvent| open.set(!is_open)
    };
    html! {
        <div ref={root} class="user-menu" {onkeydown} {onfocusout}>
            <button ref={toggle} type="button" class="user-menu__toggle" aria-haspopup="menu"
                aria-expanded={open.to_string()} data-testid="user-menu" {onclick}>
                <Icon kind={IconKind::User} />
                <span class="user-menu__words">
                    <span class="pf-v6-screen-reader">{ words::MENU }{ ": " }</span>
                    <span class="user-menu__name" data-testid="user-name">{ &desk.name }</span>
                    <span class="user-menu__role" data-testid="user-role">{ role }</span>
                </span>
                <Icon kind={IconKind::CaretDown} />
            </button>
            <div>{ menu.unwrap_or_default() }</div>
        </div>
    }
}

fn sign(theme: Option<Theme>) -> IconKind {
    match theme {
        Some(Theme::System) => IconKind::Screen,
        Some(Theme::Light) => IconKind::Sun,
        Some(Theme::Dark) => IconKind::Moon,
        None => IconKind::Close,
    }
}

enum Step {
    First,
    Last,
    Next,
    Previous,
}

/// Moves the focus among the items, around the ends.
fn step(root: &NodeRef, step: Step) {
    let Some(root) = root.cast::<web_sys::Element>() else {
        return;
    };
    let Ok(found) = root.query_selector_all("[role^=menuitem]") else {
        return;
    };
    let items: Vec<HtmlElement> = (0..found.length())
        .filter_map(|place| found.get(place)?.dyn_into().ok())
        .collect();
    if items.is_empty() {
        return;
    }
    let now =
        crate::focus::current().and_then(|active| items.iter().position(|item| *item == active));
    let place = match (step, now) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Previous, None) => items.len() - 1,
        (Step::Next, Some(now)) => (now + 1) % items.len(),
        (Step::Previous, Some(now)) => (now + items.len() - 1) % items.len(),
    };
    items[place].focus().ok();
}

/// What concerns whoever is signed in.
fn of_the_account(does: &Does) -> bool {
    matches!(does, Does::OwnPassword | Does::SecondFactor | Does::SignOut)
}
