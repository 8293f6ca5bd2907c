use crate::backend;
use crate::components::{Alert, AlertKind, ErrorAlert};
use crate::words::documents as words;
use domain::paper::{PaperQuery, SavedPaper};
use domain::refusal::ApiError;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Documents on their way to paper, one at a time.
#[derive(Clone, PartialEq)]
pub struct Printing {
    state: State,
    /// Prints this document, unless one is being printed.
    pub print: Callback<PaperQuery>,
}

#[derive(Clone, PartialEq)]
enum State {
    Nothing,
    Busy(PaperQuery),
    Saved(SavedPaper),
    Failed(ApiError),
}

impl Printing {
    pub fn is_busy(&self, query: &PaperQuery) -> bool {
        matches!(&self.state, State::Busy(busy) if busy == query)
    }

    /// Where the last one lies, or why there is none.
    pub fn told(&self) -> Html {
        match &self.state {
            State::Nothing | State::Busy(_) => html! {},
            State::Saved(SavedPaper { path, pages }) => html! {
                <Alert kind={AlertKind::Success} title={words::saved(*pages)} testid="printed">
                    <span class="path">{ path }</span>
                </Alert>
            },
            State::Failed(error) => html! { <ErrorAlert error={error.clone()} /> },
        }
    }
}

#[hook]
pub fn use_printing() -> Printing {
    let state = use_state(|| State::Nothing);
    let print = {
        let state = state.clone();
        Callback::from(move |query: PaperQuery| {
            if matches!(*state, State::Busy(_)) {
                return;
            }
            state.set(State::Busy(query.clone()));
            let state = state.setter();
            spawn_local(async move {
                state.set(match backend::document(query).await {
                    Ok(saved) => State::Saved(saved),
                    Err(error) => State::Failed(error),
                });
            });
        })
    };
    Printing {
        state: (*state).clone(),
        print,
    }
}
