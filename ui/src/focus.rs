//! The focus goes where the next word will be typed.

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

pub fn document() -> Option<Document> {
    web_sys::window().and_then(|window| window.document())
}

/// The first match inside the topmost dialog, or anywhere when none is open.
fn find(selector: &str) -> Option<HtmlElement> {
    let document = document()?;
    let dialogs = document.query_selector_all("dialog[open]").ok()?;
    let topmost = dialogs
        .length()
        .checked_sub(1)
        .and_then(|last| dialogs.get(last));
    let found = match topmost.and_then(|dialog| dialog.dyn_into::<web_sys::Element>().ok()) {
        Some(dialog) => dialog.query_selector(selector),
        None => document.query_selector(selector),
    };
    found.ok()??.dyn_into().ok()
}

/// Focuses the first match; says whether there was one.
pub fn first(selector: &str) -> bool {
    find(selector).is_some_and(|element| element.focus().is_ok())
}

/// Focuses the first field with an error.
pub fn first_invalid() -> bool {
    first("[aria-invalid=true]")
}

/// Whether what had the focus has left the page: the browser then starts over at its top.
pub fn is_lost() -> bool {
    current().is_some_and(|element| element.tag_name() == "BODY")
}

/// What has the focus now, to give it back later.
pub fn current() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// Whether keys are being typed somewhere, or belong to something open: shortcuts stay inert.
pub fn is_taken() -> bool {
    if is_covered() {
        return true;
    }
    let Some(document) = document() else {
        return true;
    };
    let Some(element) = document.active_element() else {
        return false;
    };
    let tag = element.tag_name();
    matches!(tag.as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || element
            .dyn_ref::<HtmlElement>()
            .is_some_and(HtmlElement::is_content_editable)
}

/// Whether a dialog or a menu lies over the page.
pub fn is_covered() -> bool {
    document()
        .and_then(|document| {
            document
                .query_selector("dialog[open], [data-menu-open]")
                .ok()?
        })
        .is_some()
}

/// Moves the focus to the next or the previous match, from wherever it is; stays at the ends.
pub fn step(selector: &str, forward: bool) {
    let Some(document) = document() else {
        return;
    };
    let Ok(found) = document.query_selector_all(selector) else {
        return;
    };
    let elements: Vec<HtmlElement> = (0..found.length())
        .filter_map(|place| found.get(place)?.dyn_into().ok())
        .collect();
    let now = current().and_then(|active| elements.iter().position(|one| *one == active));
    let last = elements.len().saturating_sub(1);
    let place = match (now, forward) {
        (None, true) => 0,
        (None, false) => last,
        (Some(now), true) => (now + 1).min(last),
        (Some(now), false) => now.saturating_sub(1),
    };
    if let Some(element) = elements.get(place) {
        element.focus().ok();
    }
}
