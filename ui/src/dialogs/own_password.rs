//! Changes one's own password: the old one, and a new one.

use crate::backend;
use crate::components::{
    Button, ButtonKind, CheckField, Dialog, ErrorAlert, Form, PasswordField, read_password,
    take_password, use_toasts,
};
use crate::hooks::{Wrong, keeps_its_id, use_unique_id, use_wrong};
use crate::mint;
use crate::words::{FILL_IN, lines, login, own_password as words};
use domain::ids::CommandId;
use domain::view::ChangePassword;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct OwnPasswordDialogProps {
    pub on_close: Callback<()>,
}

const CURRENT: &str = "current";
const PASSWORD: &str = "password";

#[component]
pub fn OwnPasswordDialog(props: &OwnPasswordDialogProps) -> Html {
    let form_id = use_unique_id("own-password");
    let (current, password) = (use_node_ref(), use_node_ref());
    let shown = use_state(|| false);
    let busy = use_state(|| false);
    let (wrong, set_wrong) = use_wrong();
    let toasts = use_toasts();
    // Kept while the answer to it is not final: what is handed in again is then the same change.
    let id = use_mut_ref(|| CommandId(mint::new_id()));
    let on_submit = {
        let (current, password) = (current.clone(), password.clone());
        let (busy, on_close) = (busy.clone(), props.on_close.clone());
        Callback::from(move |()| {
            if *busy {
                return;
            }
            let typed = (read_password(&current), read_password(&password));
            let (Some(old), Some(new)) = &typed else {
                let missing = [(CURRENT, typed.0.is_none()), (PASSWORD, typed.1.is_none())];
                let missing = missing.into_iter().filter(|(_, missing)| *missing);
                return set_wrong.emit(Wrong::found(
                    missing.map(|(field, _)| (field, FILL_IN)).collect(),
                ));
            };
            let input = ChangePassword {
                id: *id.borrow(),
                current: old.to_string(),
                password: new.to_string(),
            };
            busy.set(true);
            set_wrong.emit(Wrong::default());
            let (busy, set_wrong, id) = (busy.setter(), set_wrong.clone(), id.clone());
            let (on_close, toasts, current) = (on_close.clone(), toasts.clone(), current.clone());
            spawn_local(async move {
                let outcome = backend::change_password(input).await;
                busy.set(false);
                match outcome {
                    Ok(()) => {
                        toasts.success(words::DONE);
                        on_close.emit(());
                    }
                    Err(error) => {
                        if !keeps_its_id(error.code) {
                            *id.borrow_mut() = CommandId(mint::new_id());
                        }
                        if error.field.as_deref() == Some(CURRENT) {
                            // Typed again; the new one stays.
                            drop(take_password(&current));
                        }
                        set_wrong.emit(Wrong::said(error));
                    }
                }
            });
        })
    };
    let on_shown = {
        let shown = shown.setter();
        Callback::from(move |on| shown.set(on))
    };
    let footer = html! {
        <>
            <Button kind={ButtonKind::Primary} submit=true form={form_id.clone()} busy={*busy}
                testid="dialog-submit">{ words::CHANGE }</Button>
            <Button kind={ButtonKind::Link} testid="dialog-cancel"
                on_click={props.on_close.reform(|_: MouseEvent| ())}>{ lines::BACK }</Button>
        </>
    };
    html! {
        <Dialog title={words::TITLE} testid="dialog-own_password" on_close={props.on_close.clone()} {footer}>
            <div class="stack">
                <p class="quiet">{ words::WHY }</p>
                <div aria-live="assertive">
                    { for wrong.elsewhere(&[CURRENT, PASSWORD]).map(|error| html! { <ErrorAlert {error} /> }) }
                </div>
                <Form id={form_id} label={words::TITLE} {on_submit}>
                    <PasswordField node={current} name={CURRENT} label={words::CURRENT}
                        shown={*shown} error={wrong.at(CURRENT)} />
                    <PasswordField node={password} name={PASSWORD} label={words::NEW} new=true shown={*shown}
                        help={login::PASSWORD_HELP} error={wrong.at(PASSWORD)} />
                    <CheckField name="show_password" label={login::SHOW_PASSWORD} checked={*shown}
                        on_change={on_shown} />
                </Form>
            </div>
        </Dialog>
    }
}
