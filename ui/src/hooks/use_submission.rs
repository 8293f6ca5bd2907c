use crate::{backend, focus, mint};
use domain::command::{Command, Submission};
use domain::ids::CommandId;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use domain::view::Answer;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use zeroize::Zeroizing;

/// A form on its way to the program.
///
/// The submission's id is kept until an answer arrives, so that trying again after "busy" or
/// "not known yet" can never do a thing twice; a refusal or another content gets a new id.
#[derive(Clone, PartialEq)]
pub struct Submitting {
    pub busy: bool,
    /// What the program said last, unless it stands at a field the form found itself.
    pub error: Option<ApiError>,
    problems: Rc<Vec<(String, String)>>,
    go: Callback<(Command, Option<Zeroizing<String>>)>,
    set_problems: Callback<Vec<(String, String)>>,
}

impl Submitting {
    /// Hands the command in, unless one is on its way already.
    pub fn submit(&self, command: Command) {
        self.go.emit((command, None));
    }

    /// The same for a command that asks for the password again. It is held up first and forgotten
    /// with that, whatever the answer is.
    pub fn submit_with(&self, command: Command, password: Zeroizing<String>) {
        self.go.emit((command, Some(password)));
    }

    /// What the form found wrong by itself, as (field, words). Focuses the first; an empty list
    /// clears all errors.
    pub fn refuse(&self, problems: Vec<(String, String)>) {
        self.set_problems.emit(problems);
    }

    /// The words to stand at this field. Names are the paths of [`ApiError::field`], such as
    /// "amount" or "profile.tax_id".
    pub fn at(&self, field: &str) -> Option<AttrValue> {
        let own = self.problems.iter().find(|(at, _)| at == field);
        if let Some((_, words)) = own {
            return Some(words.clone().into());
        }
        let error = self.error.as_ref()?;
        (error.field.as_deref() == Some(field)).then(|| error.message.clone().into())
    }

    /// Every error that stands at a field, by the field's path.
    pub fn all(&self) -> BTreeMap<String, String> {
        let said = self.error.iter().filter_map(|error| {
            let field = error.field.clone()?;
            Some((field, error.message.clone()))
        });
        said.chain(self.problems.iter().cloned()).collect()
    }

    /// The error that stands at none of the fields the form shows: for an alert above them.
    pub fn elsewhere(&self, fields: &[&str]) -> Option<ApiError> {
        let error = self.error.clone()?;
        let shown = error
            .field
            .as_deref()
            .is_some_and(|at| fields.contains(&at));
        (!shown).then_some(error)
    }
}

/// A form's way to the program; `answered` is called once with the answer.
#[hook]
pub fn use_submission(answered: Callback<Answer>) -> Submitting {
    let busy = use_state(|| false);
    let error = use_state(|| None::<ApiError>);
    let problems = use_state(|| Rc::new(Vec::new()));
    // Counts what was found wrong, so that the same mistake made twice is focused twice.
    let found_wrong = use_state(|| 0_u64);
    let wrongs = use_mut_ref(|| 0_u64);
    // Not state: a second click within the same turn must see it at once.
    let under_way = use_mut_ref(|| false);
    let pending = use_mut_ref(|| None::<(CommandId, Command)>);

    // A field that has an error is marked once the page is drawn; then the first is focused.
    use_effect_with(*found_wrong, |count| {
        if *count > 0 {
            focus::first_invalid();
        }
    });
    let note_wrong = {
        let found_wrong = found_wrong.setter();
        move || {
            *wrongs.borrow_mut() += 1;
            found_wrong.set(*wrongs.borrow());
        }
    };
    let go = {
        let (busy, error, problems) = (busy.setter(), error.setter(), problems.setter());
        let note_wrong = note_wrong.clone();
        Callback::from(
            move |(command, password): (Command, Option<Zeroizing<String>>)| {
                if std::mem::replace(&mut *under_way.borrow_mut(), true) {
                    return;
                }
                let kept = pending.borrow().clone();
                let id = match kept {
                    Some((id, same)) if same == command => id,
                    _ => CommandId(mint::new_id()),
                };
                *pending.borrow_mut() = Some((id, command.clone()));
                busy.set(true);
                problems.set(Rc::new(Vec::new()));
                let (busy, error) = (busy.clone(), error.clone());
                let (under_way, pending) = (under_way.clone(), pending.clone());
                let (answered, note_wrong) = (answered.clone(), note_wrong.clone());
                spawn_local(async move {
                    let outcome = hand_in(id, command, password).await;
                    *under_way.borrow_mut() = false;
                    busy.set(false);
                    match outcome {
                        Ok(answer) => {
                            *pending.borrow_mut() = None;
                            error.set(None);
                            answered.emit(answer);
                        }
                        Err(refused) => {
                            if !keeps_its_id(refused.code) {
                                *pending.borrow_mut() = None;
                            }
                            error.set(Some(refused));
                            note_wrong();
                        }
                    }
                });
            },
        )
    };
    let set_problems = {
        let (error, problems) = (error.setter(), problems.setter());
        Callback::from(move |found: Vec<(String, String)>| {
            error.set(None);
            if !found.is_empty() {
                note_wrong();
            }
            problems.set(Rc::new(found));
        })
    };
    Submitting {
        busy: *busy,
        error: (*error).clone(),
        problems: (*problems).clone(),
        go,
        set_problems,
    }
}

/// The password first, where there is one, and then the command it is for.
async fn hand_in(
    id: CommandId,
    command: Command,
    password: Option<Zeroizing<String>>,
) -> backend::Outcome<Answer> {
    if let Some(password) = password {
        backend::prove(&password, command.clone()).await?;
    }
    backend::submit(Submission { id, command }).await
}

/// Whether the next attempt with the same content is the same submission.
pub fn keeps_its_id(code: ErrorCode) -> bool {
    match code {
        ErrorCode::Refused(_) => false,
        ErrorCode::Fault(fault) => match fault {
            FaultCode::Busy
            | FaultCode::Broken
            | FaultCode::OutcomeUnknown
            | FaultCode::StoreUnavailable
            | FaultCode::SessionEnded => true,
            FaultCode::Malformed
            | FaultCode::WrongCredentials
            | FaultCode::WeakPassword
            | FaultCode::WrongPassphrase
            | FaultCode::IdReused
            | FaultCode::NotFound => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::refusal::RefusalCode;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn only_an_open_outcome_keeps_the_id() {
        for (code, kept) in [
            (ErrorCode::Fault(FaultCode::Busy), true),
            (ErrorCode::Fault(FaultCode::OutcomeUnknown), true),
            (ErrorCode::Fault(FaultCode::IdReused), false),
            (ErrorCode::Refused(RefusalCode::OverAvailable), false),
        ] {
            assert_eq!(keeps_its_id(code), kept, "{code:?}");
        }
    }
}
