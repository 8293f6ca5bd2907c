//! Hands a draft in: first the customer, where it is a new one, then the application.
//!
//! Before each attempt the draft is saved with the id it goes under. Whatever dies in between,
//! the next attempt carries the same id, and the program answers it once.

use super::draft::{ApplicationDraft, Borrower, Step};
use super::profile_form::{FieldErrors, ProfileForm};
use super::{known, request_step, save};
use crate::backend;
use crate::hooks::keeps_its_id;
use crate::typed::read_money;
use domain::command::{Command, RecordCustomer, Submission, TakeApplication};
use domain::date::BusinessDate;
use domain::ids::CustomerId;
use domain::money::{Currency, Money};
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::{Answer, Fresh, LineDetails};

/// What came of it.
pub enum Handed {
    Taken(Box<LineDetails>),
    /// Back to the desk, with what stands in the way.
    Back {
        draft: Box<ApplicationDraft>,
        errors: FieldErrors,
        error: Option<ApiError>,
    },
}

fn back(draft: ApplicationDraft, errors: FieldErrors, error: Option<ApiError>) -> Handed {
    Handed::Back {
        draft: Box::new(draft),
        errors,
        error,
    }
}

pub async fn hand_in(
    mut draft: ApplicationDraft,
    currency: Currency,
    today: BusinessDate,
) -> Handed {
    if let Borrower::New(form) = draft.borrower.clone()
        && let Err(stopped) = record(&mut draft, &form, currency, today).await
    {
        return stopped_with(draft, stopped);
    }
    let Some(customer_id) = draft.customer_to_apply() else {
        draft.step = Step::Customer;
        let errors = super::customer_step::problems(&draft.borrower, currency, today);
        return back(draft, errors, None);
    };
    match take(&mut draft, customer_id, currency).await {
        Ok(line) => Handed::Taken(line),
        Err(stopped) => stopped_with(draft, stopped),
    }
}

enum Stopped {
    Fields(FieldErrors),
    Error(ApiError),
}

/// An error with a field goes to the step that shows the field; any other stands above.
fn stopped_with(mut draft: ApplicationDraft, stopped: Stopped) -> Handed {
    let errors = match stopped {
        Stopped::Fields(errors) => errors,
        Stopped::Error(error) => match &error.field {
            Some(field) if step_of(field).is_some() => {
                FieldErrors::from([(field.clone(), error.message.clone())])
            }
            Some(_) | None => return back(draft, FieldErrors::new(), Some(error)),
        },
    };
    if let Some(step) = errors.keys().filter_map(|field| step_of(field)).min() {
        draft.step = step;
    }
    back(draft, errors, None)
}

/// The step that shows a field.
fn step_of(field: &str) -> Option<Step> {
    match field {
        "customer_id" => Some(Step::Customer),
        "product_id" | "requested" | "purpose" => Some(Step::Request),
        _ if field.starts_with("profile.") => Some(Step::Customer),
        _ => None,
    }
}

async fn record(
    draft: &mut ApplicationDraft,
    form: &ProfileForm,
    currency: Currency,
    today: BusinessDate,
) -> Result<(), Stopped> {
    let profile = form.read(currency, today).map_err(Stopped::Fields)?;
    draft.record.tried = true;
    save(draft).await.map_err(Stopped::Error)?;
    let customer_id = draft.customer_id;
    let command = Command::RecordCustomer(RecordCustomer {
        customer_id,
        profile,
    });
    let outcome = backend::submit(Submission {
        id: draft.record.id,
        command,
    })
    .await;
    let recorded = match outcome {
        Ok(Answer {
            fresh: Fresh::Customer(customer),
            ..
        }) => *customer,
        Ok(_) => backend::customer(customer_id)
            .await
            .map_err(Stopped::Error)?,
        Err(error) => {
            if !keeps_its_id(error.code) {
                draft.renew_record();
            }
            // An earlier attempt may have arrived without anybody hearing of it.
            match arrived_before(&error) {
                true => backend::customer(customer_id)
                    .await
                    .map_err(|_| Stopped::Error(error))?,
                false => return Err(Stopped::Error(error)),
            }
        }
    };
    draft.borrower = Borrower::Known(known(&recorded));
    // Should saving fail now, the tried id leads back to the recorded customer all the same.
    save(draft).await.ok();
    Ok(())
}

async fn take(
    draft: &mut ApplicationDraft,
    customer_id: CustomerId,
    currency: Currency,
) -> Result<Box<LineDetails>, Stopped> {
    let request = &draft.request;
    let (Some(product_id), Ok(minor)) = (request.product_id, read_money(currency, &request.amount))
    else {
        return Err(Stopped::Fields(request_step::problems(
            request,
            currency,
            &[],
        )));
    };
    let line_id = draft.line_id;
    let command = Command::TakeApplication(TakeApplication {
        line_id,
        customer_id,
        product_id,
        requested: Money { minor, currency },
        purpose: request.purpose.trim().to_owned(),
        missing: request.missing.clone(),
    });
    draft.take.tried = true;
    save(draft).await.map_err(Stopped::Error)?;
    let outcome = backend::submit(Submission {
        id: draft.take.id,
        command,
    })
    .await;
    match outcome {
        Ok(Answer {
            fresh: Fresh::Line(line),
            ..
        }) => Ok(line),
        Ok(_) => backend::line(line_id)
            .await
            .map(Box::new)
            .map_err(Stopped::Error),
        Err(error) => {
            if !keeps_its_id(error.code) {
                draft.renew_take();
            }
            if !arrived_before(&error) {
                return Err(Stopped::Error(error));
            }
            let found = backend::line(line_id).await;
            found.map(Box::new).map_err(|_| Stopped::Error(error))
        }
    }
}

/// The program says that this id, or what it makes, is known already.
fn arrived_before(error: &ApiError) -> bool {
    matches!(
        error.code,
        ErrorCode::Refused(RefusalCode::AlreadyExists) | ErrorCode::Fault(FaultCode::IdReused)
    )
}
