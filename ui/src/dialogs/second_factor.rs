//! Sets up one's own second factor: the password, a secret for the authenticator, its first code.

use super::CommandDialog;
use super::command_dialog::use_dialog_submission;
use crate::backend;
use crate::components::{
    Button, ButtonKind, Dialog, ErrorAlert, Form, PasswordField, QrCode, TextField, take_password,
    use_toasts,
};
use crate::hooks::{Wrong, use_unique_id, use_wrong};
use crate::session::use_desk;
use crate::words::{FILL_IN, commands, lines, second_factor as words};
use domain::command::{Command, CommandKind, RemoveSecondFactor};
use domain::view::{ConfirmSecondFactor, SecondFactorView};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SecondFactorDialogProps {
    pub on_close: Callback<()>,
}

/// How far it has come.
#[derive(Clone, PartialEq)]
enum Step {
    Begin,
    Confirm(Rc<SecondFactorView>),
    Remove,
}

const PASSWORD: &str = "password";
const CODE: &str = "code";

#[component]
pub fn SecondFactorDialog(props: &SecondFactorDialogProps) -> Html {
    let step = use_state(|| Step::Begin);
    let to = |next: fn() -> Step| {
        let step = step.setter();
        Callback::from(move |()| step.set(next()))
    };
    match &*step {
        Step::Begin => {
            let on_begun = {
                let step = step.setter();
                Callback::from(move |view| step.set(Step::Confirm(Rc::new(view))))
            };
            html! {
                <Begin key="begin" {on_begun} on_remove={to(|| Step::Remove)} on_close={props.on_close.clone()} />
            }
        }
        Step::Confirm(view) => html! {
            <Confirm key="confirm" view={view.clone()} on_close={props.on_close.clone()} />
        },
        Step::Remove => html! { <Remove key="remove" on_close={props.on_close.clone()} /> },
    }
}

fn nothing_typed(field: &'static str) -> Wrong {
    Wrong::found(vec![(field, FILL_IN)])
}

#[derive(Properties, PartialEq)]
struct BeginProps {
    on_begun: Callback<SecondFactorView>,
    on_remove: Callback<()>,
    on_close: Callback<()>,
}

#[component]
fn Begin(props: &BeginProps) -> Html {
    let form_id = use_unique_id("second-factor");
    let has_one = use_desk().second_factor;
    let password = use_node_ref();
    let busy = use_state(|| false);
    let (wrong, set_wrong) = use_wrong();
    let on_submit = {
        let (password, busy, on_begun) = (password.clone(), busy.clone(), props.on_begun.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let Some(password) = take_password(&password) else {
                return set_wrong.emit(nothing_typed(PASSWORD));
            };
            busy.set(true);
            set_wrong.emit(Wrong::default());
            let (busy, set_wrong, on_begun) = (busy.setter(), set_wrong.clone(), on_begun.clone());
            spawn_local(async move {
                let outcome = backend::begin_second_factor(&password).await;
                busy.set(false);
                match outcome {
                    Ok(view) => on_begun.emit(view),
                    Err(error) => set_wrong.emit(Wrong::said(error)),
                }
            });
        })
    };
    let words_of_submit = if has_one {
        words::BEGIN_ANEW
    } else {
        words::BEGIN
    };
    let remove = has_one.then(|| {
        html! {
            <Button kind={ButtonKind::Secondary} testid="remove-second-factor"
                on_click={props.on_remove.reform(|_: MouseEvent| ())}>{ words::REMOVE_OWN }</Button>
        }
    });
    let footer = html! {
        <>
            <Button kind={ButtonKind::Primary} submit=true form={form_id.clone()} busy={*busy}
                testid="dialog-submit">{ words_of_submit }</Button>
            <Button kind={ButtonKind::Link} testid="dialog-cancel"
                on_click={props.on_close.reform(|_: MouseEvent| ())}>{ lines::BACK }</Button>
        </>
    };
    html! {
        <Dialog title={words::TITLE} testid="dialog-second_factor" on_close={props.on_close.clone()} {footer}>
            <div class="stack">
                <p class="quiet">{ words::WHY }</p>
                <div>{ for has_one.then(|| html! { <p>{ words::IN_USE }</p> }) }</div>
                <div aria-live="assertive">
                    { for wrong.elsewhere(&[PASSWORD]).map(|error| html! { <ErrorAlert {error} /> }) }
                </div>
                <Form id={form_id} label={words::TITLE} {on_submit}>
                    <PasswordField node={password} name={PASSWORD} label={commands::PASSWORD}
                        help={words::PASSWORD_HELP} error={wrong.at(PASSWORD)} />
                </Form>
                <div>{ remove.unwrap_or_default() }</div>
            </div>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct ConfirmProps {
    view: Rc<SecondFactorView>,
    on_close: Callback<()>,
}

#[component]
fn Confirm(props: &ConfirmProps) -> Html {
    let form_id = use_unique_id("second-factor-code");
    let code = use_state(String::new);
    let busy = use_state(|| false);
    let (wrong, set_wrong) = use_wrong();
    let toasts = use_toasts();
    let on_submit = {
        let (busy, code, on_close) = (busy.clone(), (*code).clone(), props.on_close.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            if code.trim().is_empty() {
                return set_wrong.emit(nothing_typed(CODE));
            }
            busy.set(true);
            set_wrong.emit(Wrong::default());
            let (busy, set_wrong) = (busy.setter(), set_wrong.clone());
            let (on_close, toasts) = (on_close.clone(), toasts.clone());
            let code = code.clone();
            spawn_local(async move {
                let outcome = backend::confirm_second_factor(ConfirmSecondFactor { code }).await;
                busy.set(false);
                match outcome {
                    Ok(()) => {
                        toasts.success(words::DONE);
                        on_close.emit(());
                    }
                    Err(error) => set_wrong.emit(Wrong::said(error)),
                }
            });
        })
    };
    let on_input = {
        let code = code.setter();
        Callback::from(move |text| code.set(text))
    };
    let footer = html! {
        <>
            <Button kind={ButtonKind::Primary} submit=true form={form_id.clone()} busy={*busy}
                testid="dialog-submit">{ words::CONFIRM }</Button>
            <Button kind={ButtonKind::Link} testid="dialog-cancel"
                on_click={props.on_close.reform(|_: MouseEvent| ())}>{ lines::BACK }</Button>
        </>
    };
    let view = &props.view;
    html! {
        <Dialog title={words::TITLE} testid="dialog-second_factor_code" on_close={props.on_close.clone()} {footer}>
            <div class="stack">
                <p>{ words::SCAN }</p>
                <QrCode text={view.uri.clone()} label={words::PICTURE} />
                <dl class="terms__list">
                    <div class="terms__row"><dt>{ words::SECRET }</dt><dd class="code" data-testid="second-factor-secret">{ &view.secret }</dd></div>
                    <div class="terms__row"><dt>{ words::ADDRESS }</dt><dd class="code is-long">{ &view.uri }</dd></div>
                </dl>
                <div aria-live="assertive">
                    { for wrong.elsewhere(&[CODE]).map(|error| html! { <ErrorAlert {error} /> }) }
                </div>
                <Form id={form_id} label={words::TITLE} {on_submit}>
                    <TextField name={CODE} label={words::CODE} required=true autofocus=true max_length=10
                        input_mode="numeric" autocomplete="one-time-code" help={words::CODE_HELP}
                        value={(*code).clone()} {on_input} error={wrong.at(CODE)} />
                </Form>
            </div>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
struct RemoveProps {
    on_close: Callback<()>,
}

#[component]
fn Remove(props: &RemoveProps) -> Html {
    let desk = use_desk();
    let kind = CommandKind::RemoveSecondFactor;
    let submitting = use_dialog_submission(kind, &props.on_close);
    let filled = Ok(Command::RemoveSecondFactor(RemoveSecondFactor {
        user_id: desk.user_id,
    }));
    html! {
        <CommandDialog {kind} about={desk.name.clone()} {filled} {submitting}
            on_close={props.on_close.clone()} without_preview=true>
        </CommandDialog>
    }
}
