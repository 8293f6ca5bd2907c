//! Lets somebody else set a new password: the code is shown here, once.

use super::CommandDialog;
use crate::components::{Alert, AlertKind, Button, ButtonKind, Dialog, Timestamp};
use crate::hooks::use_submission;
use crate::words::{CLOSE, admin as words, commands};
use domain::command::{Command, CommandKind, IssueResetCode};
use domain::view::{AccountRow, Fresh, ResetCodeView};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ResetCodeDialogProps {
    pub account: AccountRow,
    pub on_close: Callback<()>,
}

/// What came of it: the code, or the word that it was shown before.
#[derive(Clone, PartialEq)]
enum Issued {
    Code(ResetCodeView),
    ShownBefore,
}

#[component]
pub fn ResetCodeDialog(props: &ResetCodeDialogProps) -> Html {
    let account = &props.account;
    let issued = use_state(|| None::<Issued>);
    let submitting = {
        let issued = issued.setter();
        use_submission(Callback::from(move |answer: domain::view::Answer| {
            issued.set(Some(match answer.fresh {
                Fresh::ResetCode(code) => Issued::Code(code),
                Fresh::Line(_) | Fresh::Customer(_) | Fresh::Product(_) | Fresh::Nothing => {
                    Issued::ShownBefore
                }
            }));
        }))
    };
    let about = format!("{} · {}", account.name, account.login);
    let kind = CommandKind::IssueResetCode;
    let Some(issued) = (*issued).clone() else {
        let filled = Ok(Command::IssueResetCode(IssueResetCode {
            user_id: account.id,
            code_print: String::new(),
        }));
        return html! {
            <CommandDialog key="ask" {kind} {about} {filled} {submitting} on_close={props.on_close.clone()}
                without_preview=true>
            </CommandDialog>
        };
    };
    let body = match issued {
        Issued::Code(shown) => html! {
            <div class="stack">
                <p class="code" data-testid="reset-code">{ shown.code }</p>
                <p>{ words::RESET_HAND_OVER }</p>
                <p class="quiet">{ words::RESET_ENDS }{ " " }<Timestamp at={shown.ends_at} /></p>
            </div>
        },
        Issued::ShownBefore => html! {
            <Alert kind={AlertKind::Warning} title={words::RESET_SHOWN_BEFORE}>{ words::RESET_ANOTHER }</Alert>
        },
    };
    let footer = html! {
        <Button kind={ButtonKind::Primary} testid="dialog-done"
            on_click={props.on_close.reform(|_: MouseEvent| ())}>{ CLOSE }</Button>
    };
    html! {
        <Dialog key="told" title={commands::title(kind)} testid="dialog-reset_code"
            on_close={props.on_close.clone()} {footer}>
            <p class="command__about">{ about }</p>
            <div>{ body }</div>
        </Dialog>
    }
}
