//! The frame all command dialogs share: explanation, fields, preview, refusal, buttons.

use super::PreviewPanel;
use crate::backend;
use crate::components::{
    Alert, AlertKind, Button, ButtonKind, Dialog, ErrorAlert, Form, PasswordField, has_password,
    take_password, use_toasts,
};
use crate::hooks::{Submitting, use_preview, use_submission, use_unique_id};
use crate::session::use_currency;
use crate::words;
use crate::words::commands;
use domain::command::{Command, CommandKind};
use domain::refusal::ApiError;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A command as filled in, or (field, words) of what cannot be read yet.
pub type Filled = Result<Command, Vec<(String, String)>>;

/// Where a password that is not right is said.
pub const PASSWORD: &str = "password";

/// The submission of a dialog: says what was done and closes it.
#[hook]
pub fn use_dialog_submission(kind: CommandKind, on_close: &Callback<()>) -> Submitting {
    let toasts = use_toasts();
    let on_close = on_close.clone();
    use_submission(Callback::from(move |_| {
        toasts.success(commands::done(kind));
        on_close.emit(());
    }))
}

#[derive(Properties, PartialEq)]
pub struct CommandDialogProps {
    pub kind: CommandKind,
    /// What it is about: a number and a name.
    pub about: AttrValue,
    pub filled: Filled,
    pub submitting: Submitting,
    pub on_close: Callback<()>,
    /// Paths of the fields shown: an error at one of them stands there, any other above.
    #[prop_or_default]
    pub fields: &'static [&'static str],
    /// Nothing of a line changes: there is nothing to show before and after.
    #[prop_or_default]
    pub without_preview: bool,
    /// Something else has to be finished first, in words.
    #[prop_or_default]
    pub why_not: Option<AttrValue>,
    /// Forms of their own, below this one.
    #[prop_or_default]
    pub below: Html,
    /// What stands beside the fields, under the preview.
    #[prop_or_default]
    pub beside: Html,
    #[prop_or_default]
    pub children: Html,
}

#[component]
pub fn CommandDialog(props: &CommandDialogProps) -> Html {
    let currency = use_currency();
    let form_id = use_unique_id("command-form");
    let CommandDialogProps {
        kind, submitting, ..
    } = props;
    let asked = props
        .filled
        .as_ref()
        .ok()
        .filter(|_| !props.without_preview)
        .cloned();
    let previewed = use_preview(asked);
    // What was warned of when it was last handed in: handed in again, it goes on.
    let warned = use_state(Vec::<String>::new);
    let asks = kind.asks_password();
    let password = use_node_ref();
    let on_submit = {
        let (filled, submitting) = (props.filled.clone(), submitting.clone());
        let password = password.clone();
        let held_back = props.why_not.is_some();
        let (warned, warns) = (warned.clone(), !props.without_preview);
        Callback::from(move |()| {
            if held_back {
                return;
            }
            if asks && !has_password(&password) {
                let mut problems = filled.clone().err().unwrap_or_default();
                without_password(&password, &mut problems);
                submitting.refuse(problems);
                return;
            }
            match filled.clone() {
                Ok(command) if warns => {
                    let (submitting, warned) = (submitting.clone(), warned.clone());
                    let password = password.clone();
                    // Asked anew: what the panel shows may be of what was typed a moment ago. A
                    // refusal is said by the submission, at its field.
                    spawn_local(async move {
                        let preview = backend::preview(command.clone()).await;
                        let warnings = preview.map_or_else(|_| Vec::new(), |seen| seen.warnings);
                        if warnings.is_empty() || warnings == *warned {
                            hand_in(&submitting, command, &password);
                        } else {
                            warned.set(warnings);
                        }
                    });
                }
                Ok(command) => hand_in(&submitting, command, &password),
                Err(problems) => submitting.refuse(problems),
            }
        })
    };
    let button_kind = if commands::ends_something(*kind) {
        ButtonKind::Danger
    } else {
        ButtonKind::Primary
    };
    let submit_words = if warned.is_empty() {
        commands::title(*kind).to_owned()
    } else {
        commands::all_the_same(*kind)
    };
    let footer = html! {
        <>
            <Button kind={button_kind} submit=true form={form_id.clone()} busy={submitting.busy}
                why_not={props.why_not.clone()} testid="dialog-submit">
                { submit_words }
            </Button>
            <Button kind={ButtonKind::Link} testid="dialog-cancel"
                on_click={props.on_close.reform(|_: MouseEvent| ())}>
                { words::lines::BACK }
            </Button>
        </>
    };
    let explained = commands::explained(*kind);
    html! {
        <Dialog title={commands::title(*kind)} testid={format!("dialog-{}", tag(*kind))}
            on_close={props.on_close.clone()} {footer} large={!props.without_preview}>
            <div class={classes!("command", props.without_preview.then_some("is-narrow"))}>
                <div class="command__fields">
                    <p class="command__about">{ &props.about }</p>
                    <div>{ for explained.map(|words| html! { <p class="quiet">{ words }</p> }) }</div>
                    <div aria-live="assertive">
                        { for elsewhere(submitting, props.fields, asks).map(|error| html! { <ErrorAlert {error} /> }) }
                        { for warning(&warned) }
                    </div>
                    <Form id={form_id} label={commands::title(*kind)} {on_submit}>
                        { props.children.clone() }
                        <div>
                            if asks {
                                { own_password(&password, submitting) }
                            }
                        </div>
                    </Form>
                    <div>{ props.below.clone() }</div>
                </div>
                <div class="command__preview" hidden={props.without_preview}>
                    <PreviewPanel {previewed} {currency} />
                    <div>{ props.beside.clone() }</div>
                </div>
            </div>
        </Dialog>
    }
}

/// Where somebody gives their own password again, for this very command.
pub fn own_password(password: &NodeRef, submitting: &Submitting) -> Html {
    html! {
        <PasswordField node={password.clone()} name={PASSWORD} label={commands::PASSWORD}
            help={commands::PASSWORD_HELP} error={submitting.at(PASSWORD)} />
    }
}

/// What a password that was not given is, beside everything else that is wrong.
pub fn without_password(password: &NodeRef, problems: &mut Vec<(String, String)>) {
    if !has_password(password) {
        problems.push((PASSWORD.to_owned(), words::FILL_IN.to_owned()));
    }
}

/// With the password where the field for it stands: taken out of it, so that it has to be typed
/// again whatever becomes of this.
pub fn hand_in(submitting: &Submitting, command: Command, password: &NodeRef) {
    match take_password(password) {
        Some(password) => submitting.submit_with(command, password),
        None => submitting.submit(command),
    }
}

/// What stands at no field of the dialog.
fn elsewhere(submitting: &Submitting, fields: &[&str], asks: bool) -> Option<ApiError> {
    let at_the_password = |error: &ApiError| asks && error.field.as_deref() == Some(PASSWORD);
    submitting
        .elsewhere(fields)
        .filter(|error| !at_the_password(error))
}

/// Said before it is done, once.
fn warning(warned: &[String]) -> Option<Html> {
    (!warned.is_empty()).then(|| {
        let sentences = warned
            .iter()
            .enumerate()
            .map(|(place, sentence)| html! { <p key={place}>{ sentence }</p> });
        html! {
            <Alert kind={AlertKind::Warning} title={commands::LOOK_AGAIN} testid="warned">
                { for sentences }
            </Alert>
        }
    })
}

/// "request_draw": as the contract names the kind.
pub fn tag(kind: CommandKind) -> String {
    let name = format!("{kind:?}");
    let mut tag = String::new();
    for (place, letter) in name.chars().enumerate() {
        if letter.is_ascii_uppercase() && place > 0 {
            tag.push('_');
        }
        tag.push(letter.to_ascii_lowercase());
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn tags_are_those_of_the_contract() {
        for kind in CommandKind::ALL {
            let contract = serde_json::to_value(kind).unwrap();
            assert_eq!(contract, tag(*kind));
        }
    }
}
