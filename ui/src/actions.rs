//! The one list of what can be done from anywhere. It feeds the navigation, the shortcuts, the
//! command palette and the help sheet; a page adds what can be done on it with
//! [`use_page_actions`].

use crate::router::Route;
use crate::theme::Theme;
use crate::words::frame as words;
use std::rc::Rc;
use yew::prelude::*;

/// Where the help sheet and the palette list an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Go,
    Do,
    Look,
    Page,
}

impl Group {
    pub const ALL: [Group; 4] = [Group::Page, Group::Go, Group::Do, Group::Look];

    pub fn words(self) -> &'static str {
        match self {
            Group::Go => words::GROUP_GO,
            Group::Do => words::GROUP_DO,
            Group::Look => words::GROUP_LOOK,
            Group::Page => words::GROUP_PAGE,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    Go(Route),
    Palette,
    Help,
    Search,
    Theme(Theme),
    OwnPassword,
    SecondFactor,
    SignOut,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Action {
    pub id: &'static str,
    pub words: &'static str,
    /// Pressed one after the other: "g a". "ctrl+k" is pressed at once and works while typing.
    pub keys: Option<&'static str>,
    pub group: Group,
    pub admins_only: bool,
    /// Stands in the masthead's navigation.
    pub in_navigation: bool,
    pub does: Does,
}

const fn go(id: &'static str, words: &'static str, keys: &'static str, route: Route) -> Action {
    Action {
        id,
        words,
        keys: Some(keys),
        group: Group::Go,
        admins_only: false,
        in_navigation: true,
        does: Does::Go(route),
    }
}

const fn act(
    id: &'static str,
    words: &'static str,
    keys: Option<&'static str>,
    group: Group,
    does: Does,
) -> Action {
    Action {
        id,
        words,
        keys,
        group,
        admins_only: false,
        in_navigation: false,
        does,
    }
}

pub static ACTIONS: &[Action] = &[
    go(
        "applications",
        words::APPLICATIONS,
        "g a",
        Route::Applications,
    ),
    go("customers", words::CUSTOMERS, "g c", Route::Customers),
    Action {
        admins_only: true,
        ..go("admin", words::ADMIN, "g d", Route::Admin)
    },
    go("products", words::PRODUCTS, "g p", Route::Products),
    go("counter", words::COUNTER, "g b", Route::Counter),
    go("sync", words::SYNC, "g s", Route::Sync),
    go("attention", words::ATTENTION, "g n", Route::Attention),
    go("reports", words::REPORTS, "g r", Route::Reports),
    act(
        "create",
        words::NEW_APPLICATION,
        Some("n"),
        Group::Do,
        Does::Go(Route::Create),
    ),
    act("search", words::SEARCH, Some("/"), Group::Do, Does::Search),
    act(
        "palette",
        words::PALETTE,
        Some("ctrl+k"),
        Group::Do,
        Does::Palette,
    ),
    act("help", words::HELP, Some("?"), Group::Do, Does::Help),
    act(
        "theme-system",
        words::THEME_SYSTEM,
        None,
        Group::Look,
        Does::Theme(Theme::System),
    ),
    act(
        "theme-light",
        words::THEME_LIGHT,
        None,
        Group::Look,
        Does::Theme(Theme::Light),
    ),
    act(
        "theme-dark",
        words::THEME_DARK,
        None,
        Group::Look,
        Does::Theme(Theme::Dark),
    ),
    act(
        "own-password",
        words::OWN_PASSWORD,
        None,
        Group::Do,
        Does::OwnPassword,
    ),
    act(
        "second-factor",
        words::SECOND_FACTOR,
        None,
        Group::Do,
        Does::SecondFactor,
    ),
    act("sign-out", words::SIGN_OUT, None, Group::Do, Does::SignOut),
];

/// The actions somebody of this standing is offered.
pub fn offered(admin: bool) -> impl Iterator<Item = &'static Action> {
    ACTIONS
        .iter()
        .filter(move |action| admin || !action.admins_only)
}

/// What can be done on the page that is shown: also in the palette and the help sheet.
#[derive(Clone, PartialEq)]
pub struct PageAction {
    /// Unique on the page; a command's kind where it is one.
    pub id: AttrValue,
    pub words: AttrValue,
    /// As [`Action::keys`]; mind those of [`ACTIONS`].
    pub keys: Option<AttrValue>,
    /// Why it cannot be done now; it is listed all the same.
    pub why_not: Option<AttrValue>,
    pub run: Callback<()>,
}

/// What pages tell the frame.
#[derive(Clone, PartialEq)]
pub struct PageActions(pub UseStateSetter<Rc<Vec<PageAction>>>);

/// Offers the page's actions for as long as it is shown. The newest closures are the ones run.
#[hook]
pub fn use_page_actions(actions: Vec<PageAction>) {
    let frame = use_context::<PageActions>().expect("the page stands inside the frame");
    let described: Vec<_> = actions
        .iter()
        .map(|a| {
            (
                a.id.clone(),
                a.words.clone(),
                a.keys.clone(),
                a.why_not.clone(),
            )
        })
        .collect();
    let newest = use_mut_ref(Vec::new);
    *newest.borrow_mut() = actions;
    {
        let frame = frame.clone();
        use_effect_with(described, move |described| {
            let told = described.iter().cloned().map(|(id, words, keys, why_not)| {
                let newest = newest.clone();
                let wanted = id.clone();
                let run = Callback::from(move |()| {
                    let found = newest
                        .borrow()
                        .iter()
                        .find(|a: &&PageAction| a.id == wanted)
                        .cloned();
                    if let Some(action) = found {
                        action.run.emit(());
                    }
                });
                PageAction {
                    id,
                    words,
                    keys,
                    why_not,
                    run,
                }
            });
            frame.0.set(Rc::new(told.collect()));
        });
    }
    use_effect_with((), move |()| move || frame.0.set(Rc::new(Vec::new())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn no_two_actions_share_an_id_or_their_keys() {
        for (place, action) in ACTIONS.iter().enumerate() {
            for other in &ACTIONS[place + 1..] {
                assert_ne!(action.id, other.id);
                assert!(
                    action.keys.is_none() || action.keys != other.keys,
                    "{}",
                    action.id
                );
            }
        }
    }

    #[test]
    fn no_keys_hide_the_beginning_of_others() {
        for action in ACTIONS.iter().filter_map(|action| action.keys) {
            for other in ACTIONS.iter().filter_map(|action| action.keys) {
                assert!(
                    !other.starts_with(&format!("{action} ")),
                    "{action} hides {other}"
                );
            }
        }
    }
}
