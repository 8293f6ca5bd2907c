//! Shortcuts: inert while something is typed, and while a menu or a dialog is open.

use super::keys::{Pressed, Sequence};
use crate::actions::{self, Does, PageAction};
use crate::focus;
use gloo_events::{EventListener, EventListenerOptions};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// Listens for keys for as long as the frame stands.
#[hook]
pub fn use_shortcuts(admin: bool, page_actions: Rc<Vec<PageAction>>, perform: Callback<Does>) {
    let newest = use_mut_ref(|| Keyboard {
        admin,
        page_actions: Rc::default(),
        perform: Callback::noop(),
        sequence: Sequence::default(),
    });
    {
        let mut keyboard = newest.borrow_mut();
        keyboard.admin = admin;
        keyboard.page_actions = page_actions;
        keyboard.perform = perform;
    }
    use_effect_with((), move |()| {
        let listener = focus::document().map(|document| {
            // A shortcut may be a key the web view has a use for itself.
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                // Run after the keyboard is given back: an action may change what it knows.
                let run = newest.borrow_mut().press(event);
                if let Some(run) = run {
                    event.prevent_default();
                    run();
                }
            })
        });
        move || drop(listener)
    });
}

struct Keyboard {
    admin: bool,
    page_actions: Rc<Vec<PageAction>>,
    perform: Callback<Does>,
    sequence: Sequence,
}

type Run = Box<dyn FnOnce()>;

impl Keyboard {
    fn press(&mut self, event: &KeyboardEvent) -> Option<Run> {
        if event.is_composing() || event.repeat() {
            return None;
        }
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && !event.alt_key() {
            let at_once = format!("ctrl+{}", key.to_lowercase());
            // These work while typing, too, but not over an open dialog.
            return (!focus::is_covered()).then(|| self.run(&at_once)).flatten();
        }
        if event.alt_key() || event.ctrl_key() || event.meta_key() || focus::is_taken() {
            return None;
        }
        let mut candidates: Vec<&str> = actions::offered(self.admin)
            .filter_map(|action| action.keys)
            .collect();
        candidates.extend(self.page_actions.iter().filter_map(|a| a.keys.as_deref()));
        match self.sequence.press(&key, js_sys::Date::now(), &candidates) {
            Pressed::Run(place) => {
                let keys = candidates[place].to_owned();
                self.run(&keys)
            }
            Pressed::Wait | Pressed::Nothing => None,
        }
    }

    fn run(&self, keys: &str) -> Option<Run> {
        let mut everywhere = actions::offered(self.admin);
        if let Some(action) = everywhere.find(|action| action.keys == Some(keys)) {
            let perform = self.perform.clone();
            return Some(Box::new(move || perform.emit(action.does.clone())));
        }
        let mut here = self.page_actions.iter();
        let action = here.find(|action| action.keys.as_deref() == Some(keys))?;
        if action.why_not.is_some() {
            return None;
        }
        let run = action.run.clone();
        Some(Box::new(move || run.emit(())))
    }
}
