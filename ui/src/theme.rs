//! Light or dark: as the system says, unless somebody chose. The choice is nothing private, so it
//! is kept in the web view's own storage.

use crate::focus::document;
use gloo_events::EventListener;
use web_sys::{MediaQueryList, Storage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    fn tag(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

const KEY: &str = "branchline.theme";
const DARK_CLASS: &str = "pf-v6-theme-dark";

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn system_prefers_dark() -> Option<MediaQueryList> {
    web_sys::window()?
        .match_media("(prefers-color-scheme: dark)")
        .ok()?
}

/// What was chosen last; the system's where nothing was.
pub fn chosen() -> Theme {
    let tag = storage().and_then(|storage| storage.get_item(KEY).ok()?);
    Theme::ALL
        .into_iter()
        .find(|theme| Some(theme.tag()) == tag.as_deref())
        .unwrap_or(Theme::System)
}

/// Remembers a choice and shows it.
pub fn choose(theme: Theme) {
    if let Some(storage) = storage() {
        // A web view without storage forgets the choice, and that is all.
        storage.set_item(KEY, theme.tag()).ok();
    }
    apply(theme);
}

/// Puts the theme's class on the root element.
pub fn apply(theme: Theme) {
    let dark = match theme {
        Theme::System => system_prefers_dark().is_some_and(|query| query.matches()),
        Theme::Light => false,
        Theme::Dark => true,
    };
    if let Some(root) = document().and_then(|document| document.document_element()) {
        root.class_list().toggle_with_force(DARK_CLASS, dark).ok();
    }
}

/// Follows the system while nothing is chosen; ends when dropped.
pub fn follow_system() -> Option<EventListener> {
    let query = system_prefers_dark()?;
    Some(EventListener::new(&query, "change", |_| apply(chosen())))
}
