//! Takes an application: the customer, what is requested, a last look, and off it goes.
//!
//! What is typed is kept as a draft in the sealed store, so that a closed window loses nothing.

mod customer_step;
mod draft;
pub mod profile_form;
mod request_step;
mod review_step;
mod stepper;
mod submitting;

pub use draft::Step;

use crate::actions::{PageAction, use_page_actions};
use crate::backend;
use crate::components::{
    Button, ButtonKind, Dialog, ErrorAlert, Form, PageHeader, Skeleton, use_toasts,
};
use crate::focus;
use crate::hooks::use_title;
use crate::router::{Route, use_router};
use crate::session::use_desk;
use crate::words::{create as words, frame};
use customer_step::CustomerStep;
use domain::refusal::ApiError;
use domain::view::{CustomerDetails, ProductView};
use draft::{ApplicationDraft, Borrower, KnownCustomer, RequestForm};
use gloo_timers::callback::Timeout;
use profile_form::FieldErrors;
use request_step::RequestStep;
use review_step::ReviewStep;
use std::rc::Rc;
use stepper::Stepper;
use submitting::{Handed, hand_in};
use wasm_bindgen_futures::spawn_local;

use yew::prelude::*;

/// Long enough not to write at every letter, short enough to lose no more than a word.
const SAVE_AFTER_MS: u32 = 500;

#[derive(Clone, PartialEq)]
enum Restored {
    Waiting,
    /// The draft, and whether there is something in it to go on with.
    Draft(Box<ApplicationDraft>, Option<&'static str>),
    Failed(ApiError),
}

#[component]
pub fn CreatePage() -> Html {
    use_title(words::TITLE);
    let router = use_router();
    let toasts = use_toasts();
    let restored = use_state(|| Restored::Waiting);
    let round = use_state(|| 0_u32);
    {
        let restored = restored.setter();
        use_effect_with(*round, move |_| {
            spawn_local(async move {
                match restore().await {
                    Ok(Resumed::Draft(draft, news)) => restored.set(Restored::Draft(draft, news)),
                    Ok(Resumed::Submitted(route)) => {
                        toasts.info(words::ALREADY_SUBMITTED);
                        router.replace(route);
                    }
                    Err(error) => restored.set(Restored::Failed(error)),
                }
            });
        });
    }
    let look_again = {
        let (restored, round) = (restored.setter(), round.clone());
        Callback::from(move |()| {
            restored.set(Restored::Waiting);
            round.set(*round + 1);
        })
    };
    let body = match &*restored {
        Restored::Waiting => html! { <Skeleton lines={8} /> },
        Restored::Failed(error) => {
            html! { <ErrorAlert error={error.clone()} on_retry={look_again} /> }
        }
        Restored::Draft(draft, news) => html! {
            <Editor key={draft.line_id.to_string()} draft={(**draft).clone()} news={*news}
                on_discarded={look_again} />
        },
    };
    html! { <div class="page create" data-testid="page-create">{ body }</div> }
}

enum Resumed {
    Draft(Box<ApplicationDraft>, Option<&'static str>),
    /// It had arrived before the page could hear of it.
    Submitted(Route),
}

/// The draft as it was left, brought up to what arrived of it.
async fn restore() -> Result<Resumed, ApiError> {
    let stored = backend::draft_load(draft::NAME).await?;
    // A draft of an older version of the program that cannot be read any more is no draft.
    let Some(mut draft) =
        stored.and_then(|text| serde_json::from_str::<ApplicationDraft>(&text).ok())
    else {
        return Ok(Resumed::Draft(Box::new(ApplicationDraft::new()), None));
    };
    if draft.take.tried && backend::line(draft.line_id).await.is_ok() {
        backend::draft_discard(draft::NAME).await?;
        return Ok(Resumed::Submitted(Route::Details(draft.line_id)));
    }
    let mut news = words::RESTORED;
    if draft.record.tried
        && matches!(draft.borrower, Borrower::New(_))
        && let Ok(customer) = backend::customer(draft.customer_id).await
    {
        draft.borrower = Borrower::Known(known(&customer));
        news = words::CUSTOMER_WAS_RECORDED;
    }
    let news = (!draft.is_blank()).then_some(news);
    Ok(Resumed::Draft(Box::new(draft), news))
}

fn known(customer: &CustomerDetails) -> KnownCustomer {
    KnownCustomer {
        id: customer.row.id,
        number: customer.row.number.clone(),
        name: customer.row.name.clone(),
        city: customer.row.city.clone(),
    }
}

/// Whether what is typed is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Saved {
    Untouched,
    Pending,
    Yes,
    Failed,
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    draft: ApplicationDraft,
    news: Option<&'static str>,
    on_discarded: Callback<()>,
}

#[component]
fn Editor(props: &EditorProps) -> Html {
    let desk = use_desk();
    let (currency, today) = (desk.currency, desk.business_date);
    let router = use_router();
    let toasts = use_toasts();
    let draft = use_state(|| props.draft.clone());
    let errors = use_state(FieldErrors::new);
    let error = use_state(|| None::<ApiError>);
    // How often the form was found wanting.
    let attempt = use_state(|| 0_u32);
    let busy = use_state(|| false);
    let asking = use_state(|| false);
    let products = use_state(|| None::<Rc<Vec<ProductView>>>);
    // Submitted or discarded: nothing may be saved after that.
    let finished = use_mut_ref(|| false);
    let saved = use_state(|| Saved::Untouched);

    {
        let (products, error) = (products.setter(), error.setter());
        use_effect_with((), move |()| {
            spawn_local(async move {
                match backend::products().await {
                    Ok(all) => products.set(Some(Rc::new(all))),
                    Err(fault) => error.set(Some(fault)),
                }
            });
        });
    }
    {
        // Saved when typing pauses; a change of step is a pause.
        let (finished, saved) = (finished.clone(), saved.setter());
        let first = use_mut_ref(|| true);
        use_effect_with((*draft).clone(), move |draft| {
            let untouched = std::mem::replace(&mut *first.borrow_mut(), false);
            let draft = draft.clone();
            if !untouched {
                saved.set(Saved::Pending);
            }
            let timeout = (!untouched).then(|| {
                Timeout::new(SAVE_AFTER_MS, move || {
                    if *finished.borrow() {
                        return;
                    }
                    spawn_local(async move {
                        saved.set(match save(&draft).await {
                            Ok(()) => Saved::Yes,
                            Err(_) => Saved::Failed,
                        });
                    });
                })
            });
            move || drop(timeout)
        });
    }
    {
        // The focus goes where the next word will be typed.
        use_effect_with(draft.step, move |_| {
            let _ = focus::first(".step :is(input, select, textarea)")
                || focus::first("[data-testid=submit-application]");
        });
    }
    {
        // At every attempt, not while the errors go one by one as somebody types.
        use_effect_with(*attempt, move |_| {
            focus::first_invalid();
        });
    }

    let change = {
        let draft = draft.clone();
        move |edit: &dyn Fn(&mut ApplicationDraft)| {
            let mut next = (*draft).clone();
            edit(&mut next);
            draft.set(next);
        }
    };
    let judge = {
        let products = products.clone();
        move |draft: &ApplicationDraft, step: Step| -> FieldErrors {
            match step {
                Step::Customer => customer_step::problems(&draft.borrower, currency, today),
                Step::Request => {
                    let all = products
                        .as_ref()
                        .map(|all| all.as_slice())
                        .unwrap_or_default();
                    request_step::problems(&draft.request, currency, all)
                }
                Step::Review => FieldErrors::new(),
            }
        }
    };
    // Typing mends what was shown as wrong; what was not shown yet is not held against anybody.
    let type_in = {
        let (draft, errors, judge) = (draft.clone(), errors.clone(), judge.clone());
        move |edit: &dyn Fn(&mut ApplicationDraft)| {
            let mut next = (*draft).clone();
            edit(&mut next);
            if !errors.is_empty() {
                let mut left = judge(&next, next.step);
                left.retain(|field, _| errors.contains_key(field));
                errors.set(left);
            }
            draft.set(next);
        }
    };
    let on_borrower = {
        let (change, errors) = (change.clone(), errors.setter());
        Callback::from(move |borrower: Borrower| {
            change(&|draft| draft.borrower = borrower.clone());
            errors.set(FieldErrors::new());
        })
    };
    let on_profile = {
        let type_in = type_in.clone();
        Callback::from(move |form: profile_form::ProfileForm| {
            type_in(&|draft| draft.borrower = Borrower::New(Box::new(form.clone())));
        })
    };
    let on_request = Callback::from(move |form: RequestForm| {
        type_in(&|draft| draft.request = form.clone());
    });
    // Goes to a step, or stops at the first on the way that is not filled in.
    let go = {
        let (draft, errors, attempt) = (draft.clone(), errors.setter(), attempt.clone());
        Callback::from(move |wanted: Step| {
            for step in Step::ALL.into_iter().filter(|step| *step < wanted) {
                let found = judge(&draft, step);
                if !found.is_empty() {
                    errors.set(found);
                    attempt.set(*attempt + 1);
                    change(&|draft| draft.step = step);
                    return;
                }
            }
            errors.set(FieldErrors::new());
            change(&|draft| draft.step = wanted);
        })
    };
    let submit = {
        let (draft, busy, error, errors) =
            (draft.clone(), busy.clone(), error.setter(), errors.setter());
        let (finished, router, toasts) = (finished.clone(), router.clone(), toasts.clone());
        let attempt = attempt.clone();
        Callback::from(move |()| {
            if *busy {
                return;
            }
            busy.set(true);
            error.set(None);
            let (draft, busy, error, errors) =
                (draft.clone(), busy.setter(), error.clone(), errors.clone());
            let attempt = attempt.clone();
            let (finished, router, toasts) = (finished.clone(), router.clone(), toasts.clone());
            spawn_local(async move {
                let handed = hand_in((*draft).clone(), currency, today).await;
                busy.set(false);
                match handed {
                    Handed::Taken(line) => {
                        *finished.borrow_mut() = true;
                        // The application is in; a draft that stays behind finds that out itself.
                        backend::draft_discard(draft::NAME).await.ok();
                        toasts.success(words::submitted(&line.row.number));
                        router.replace(Route::Details(line.row.id));
                    }
                    Handed::Back {
                        draft: next,
                        errors: found,
                        error: why,
                    } => {
                        draft.set(*next);
                        errors.set(found);
                        error.set(why);
                        attempt.set(*attempt + 1);
                    }
                }
            });
        })
    };
    let on_submit = {
        let (go, submit, step) = (go.clone(), submit, draft.step);
        Callback::from(move |()| match step {
            Step::Customer => go.emit(Step::Request),
            Step::Request => go.emit(Step::Review),
            Step::Review => submit.emit(()),
        })
    };
    let discard = {
        let (finished, toasts) = (finished.clone(), toasts.clone());
        let (error, asking) = (error.setter(), asking.setter());
        let on_discarded = props.on_discarded.clone();
        Callback::from(move |_: MouseEvent| {
            *finished.borrow_mut() = true;
            let (finished, toasts, error) = (finished.clone(), toasts.clone(), error.clone());
            let (asking, on_discarded) = (asking.clone(), on_discarded.clone());
            spawn_local(async move {
                asking.set(false);
                match backend::draft_discard(draft::NAME).await {
                    Ok(()) => {
                        toasts.info(words::DISCARDED);
                        on_discarded.emit(());
                    }
                    Err(fault) => {
                        *finished.borrow_mut() = false;
                        error.set(Some(fault));
                    }
                }
            });
        })
    };
    let ask = |on: bool| {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(on))
    };
    let blank = draft.is_blank();
    use_page_actions(if blank {
        Vec::new()
    } else {
        vec![PageAction {
            id: "discard-draft".into(),
            words: words::DISCARD.into(),
            keys: None,
            why_not: None,
            run: ask(true),
        }]
    });
    let step = match draft.step {
        Step::Customer => html! {
            <CustomerStep borrower={draft.borrower.clone()} errors={(*errors).clone()} {on_borrower} {on_profile} />
        },
        Step::Request => html! {
            <RequestStep form={draft.request.clone()} products={(*products).clone()}
                errors={(*errors).clone()} on_change={on_request} />
        },
        Step::Review => html! {
            <ReviewStep draft={(*draft).clone()} products={(*products).clone()} on_change={go.clone()} />
        },
    };
    let previous = match draft.step {
        Step::Customer => None,
        Step::Request => Some(Step::Customer),
        Step::Review => Some(Step::Request),
    };
    let previous = previous.map(|step| {
        html! {
            <Button kind={ButtonKind::Secondary} testid="previous-step"
                on_click={go.reform(move |_: MouseEvent| step)}>{ words::PREVIOUS }</Button>
        }
    });
    let last = draft.step == Step::Review;
    let note = match &*saved {
        Saved::Untouched => props.news.unwrap_or_default(),
        // Nothing is said before it is true.
        Saved::Pending => "",
        Saved::Yes => words::SAVED,
        Saved::Failed => words::NOT_SAVED,
    };
    let dialog = asking.then(|| {
        let footer = html! {
            <>
                <Button kind={ButtonKind::Danger} on_click={discard} testid="dialog-submit">
                    { words::DISCARD }
                </Button>
                <Button kind={ButtonKind::Link} on_click={ask(false).reform(|_: MouseEvent| ())}>
                    { words::KEEP }
                </Button>
            </>
        };
        html! {
            <Dialog title={words::DISCARD} testid="dialog-discard" on_close={ask(false)} {footer}>
                <p>{ words::DISCARD_QUESTION }</p>
            </Dialog>
        }
    });
    html! {
        <div class="stack-lg">
            <PageHeader title={words::TITLE} parent={(AttrValue::from(frame::APPLICATIONS), Route::Applications)}>
                <span class="quiet" role="status" data-testid="draft-state">{ note }</span>
                <span hidden={blank}>
                    <Button kind={ButtonKind::Link} small=true testid="discard-draft"
                        on_click={ask(true).reform(|_: MouseEvent| ())}>{ words::DISCARD }</Button>
                </span>
            </PageHeader>
            <Stepper step={draft.step} on_step={go.clone()} />
            <div aria-live="assertive">
                { for (*error).clone().map(|error| html! { <ErrorAlert {error} /> }) }
            </div>
            <Form class="step" label={words::step(draft.step)} {on_submit}>
                <h2 class="pf-v6-c-title pf-m-lg">{ words::step(draft.step) }</h2>
                <div>{ step }</div>
                <div class="step__buttons">
                    <Button kind={ButtonKind::Primary} submit=true busy={*busy}
                        testid={if last { "submit-application" } else { "next-step" }}>
                        { if last { words::SUBMIT } else { words::NEXT } }
                    </Button>
                    <span>{ previous.unwrap_or_default() }</span>
                </div>
            </Form>
            <div>{ dialog.unwrap_or_default() }</div>
        </div>
    }
}

/// A blank draft is not kept: opening the page is not a beginning.
async fn save(draft: &ApplicationDraft) -> Result<(), ApiError> {
    if draft.is_blank() {
        return backend::draft_discard(draft::NAME).await;
    }
    // Strings, enums and ids: turning them into JSON cannot fail.
    let content = serde_json::to_string(draft).unwrap_or_default();
    backend::draft_save(draft::NAME, content).await
}
