//! Whether somebody is at the desk. What the page asks by itself keeps no session open; keys, clicks
//! and turning the wheel do.

use crate::backend;
use crate::focus;
use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Told at most so often: a session ends five minutes after the last word.
const TOLD_EVERY_MS: f64 = 10_000.0;

/// Tells the program for as long as the frame stands.
#[hook]
pub fn use_presence() {
    use_effect_with((), |()| {
        let told_at = Rc::new(Cell::new(f64::NEG_INFINITY));
        let document = focus::document();
        let listeners = document.map(|document| {
            ["keydown", "pointerdown", "wheel"].map(|kind| {
                let told_at = told_at.clone();
                let options = EventListenerOptions {
                    phase: EventListenerPhase::Capture,
                    passive: true,
                };
                EventListener::new_with_options(&document, kind, options, move |_| {
                    let now = js_sys::Date::now();
                    // A clock that was set back does not silence it.
                    if (0.0..TOLD_EVERY_MS).contains(&(now - told_at.get())) {
                        return;
                    }
                    told_at.set(now);
                    // A session that ended is shown by whoever listens for that.
                    spawn_local(async {
                        let _ = backend::present().await;
                    });
                })
            })
        });
        move || drop(listeners)
    });
}
