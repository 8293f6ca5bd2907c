use super::use_change;
use crate::backend;
use domain::command::Command;
use domain::refusal::ApiError;
use domain::view::Preview;
use gloo_timers::future::TimeoutFuture;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is known of a command that somebody is still filling in.
#[derive(Clone, PartialEq)]
pub enum Previewed {
    /// Not filled in far enough to ask.
    Nothing,
    Asking,
    Shown(Rc<Preview>),
    /// The rule says no, or could not be asked.
    Refused(ApiError),
}

/// Long enough not to ask for every digit of an amount, short enough to feel live.
const PAUSE_MS: u32 = 180;

/// Asks the program what the command would do, after typing pauses and again after every commit.
/// An answer to an older question is dropped; the last one stays until the next arrives.
#[hook]
pub fn use_preview(command: Option<Command>) -> Previewed {
    let shown = use_state(|| Previewed::Nothing);
    let asked = use_mut_ref(|| 0_u64);
    let commits = use_state(|| 0_u64);
    {
        let commits = commits.clone();
        use_change(move |change| commits.set(change.seq));
    }
    {
        let set = shown.setter();
        let asked = asked.clone();
        use_effect_with((command.clone(), *commits), move |(command, _)| {
            *asked.borrow_mut() += 1;
            let question = *asked.borrow();
            let asked = asked.clone();
            match command.clone() {
                None => set.set(Previewed::Nothing),
                Some(command) => spawn_local(async move {
                    TimeoutFuture::new(PAUSE_MS).await;
                    if *asked.borrow() != question {
                        return;
                    }
                    let outcome = backend::preview(command).await;
                    if *asked.borrow() != question {
                        return;
                    }
                    set.set(match outcome {
                        Ok(preview) => Previewed::Shown(Rc::new(preview)),
                        Err(error) => Previewed::Refused(error),
                    });
                }),
            }
        });
    }
    {
        // An answer to a dialog that is gone is dropped, too.
        use_effect_with((), move |()| move || *asked.borrow_mut() += 1);
    }
    match (&command, &*shown) {
        (None, _) => Previewed::Nothing,
        (Some(_), Previewed::Nothing) => Previewed::Asking,
        (Some(_), known) => known.clone(),
    }
}
