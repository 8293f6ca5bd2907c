//! What went wrong with a form: found by the page itself, or said by the program.

use crate::focus;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use yew::prelude::*;

#[derive(Clone, Default, PartialEq)]
pub struct Wrong {
    /// The field, and what is wrong with it.
    problems: Vec<(&'static str, &'static str)>,
    error: Option<ApiError>,
    /// Counts, so that the same mistake made twice is focused twice.
    count: u32,
}

impl Wrong {
    pub fn found(problems: Vec<(&'static str, &'static str)>) -> Wrong {
        Wrong {
            problems,
            ..Wrong::default()
        }
    }

    pub fn said(error: ApiError) -> Wrong {
        Wrong {
            error: Some(error),
            ..Wrong::default()
        }
    }

    /// What stands at this field.
    pub fn at(&self, field: &str) -> Option<AttrValue> {
        let own = self.problems.iter().find(|(at, _)| *at == field);
        let own = own.map(|(_, words)| AttrValue::from(*words));
        own.or_else(|| {
            let error = self.error.as_ref()?;
            (field_of(error) == Some(field)).then(|| error.message.clone().into())
        })
    }

    /// What stands at none of these fields, and is shown above them.
    pub fn elsewhere(&self, fields: &[&str]) -> Option<ApiError> {
        let error = self.error.clone()?;
        let shown = field_of(&error).is_some_and(|field| fields.contains(&field));
        (!shown).then_some(error)
    }
}

/// A password that is too weak stands at the password, whether or not the program says so.
fn field_of(error: &ApiError) -> Option<&str> {
    match error.code {
        ErrorCode::Fault(FaultCode::WeakPassword) => Some("password"),
        _ => error.field.as_deref(),
    }
}

/// What is wrong with a form, and the way to say so. The focus goes to the first field that is
/// wrong, or to the password where none is.
#[hook]
pub fn use_wrong() -> (UseStateHandle<Wrong>, Callback<Wrong>) {
    let wrong = use_state(Wrong::default);
    let count = use_mut_ref(|| 0_u32);
    use_effect_with(wrong.count, |count| {
        if *count > 0 && !focus::first_invalid() {
            focus::first("[data-testid=field-password]");
        }
    });
    let set = {
        let wrong = wrong.setter();
        Callback::from(move |mut found: Wrong| {
            if !found.problems.is_empty() || found.error.is_some() {
                *count.borrow_mut() += 1;
                found.count = *count.borrow();
            }
            wrong.set(found);
        })
    };
    (wrong, set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::refusal::RefusalCode;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn error(code: ErrorCode, field: Option<&str>) -> ApiError {
        ApiError {
            code,
            message: "So it is.".to_owned(),
            field: field.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn an_error_stands_at_its_field_or_above_all() {
        let code = ErrorCode::Refused(RefusalCode::FieldEmpty);
        let wrong = Wrong::said(error(code, Some("code")));
        assert_eq!(wrong.at("code"), Some("So it is.".into()));
        assert_eq!(wrong.at("password"), None);
        assert!(wrong.elsewhere(&["code"]).is_none());
        assert!(wrong.elsewhere(&["password"]).is_some());
        let weak = Wrong::said(error(ErrorCode::Fault(FaultCode::WeakPassword), None));
        assert_eq!(weak.at("password"), Some("So it is.".into()));
        let found = Wrong::found(vec![("login", "Fill this in.")]);
        assert_eq!(found.at("login"), Some("Fill this in.".into()));
        assert!(found.elsewhere(&[]).is_none());
    }
}
