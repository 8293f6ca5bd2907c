use super::{Button, ButtonKind, Icon, IconKind};
use crate::hooks::use_unique_id;
use crate::{focus, words};
use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DialogProps {
    pub title: AttrValue,
    /// `dialog-<command_kind>`.
    pub testid: AttrValue,
    /// Escape, the cross, or a click beside it. The page then stops showing the dialog.
    pub on_close: Callback<()>,
    /// The buttons. A submit button names its form by `Button::form`.
    #[prop_or_default]
    pub footer: Html,
    #[prop_or_default]
    pub large: bool,
    pub children: Html,
}

/// A native modal dialog: it keeps the focus inside, closes on Escape, and gives the focus back
/// to what had it. Show it by rendering it and close it by not rendering it any more.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let title_id = use_unique_id("dialog-title");
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before = focus::current();
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // The one way this fails is a dialog that is open already.
                dialog.show_modal().ok();
                focus_inside(dialog);
            }
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
                if let Some(element) = before.filter(|element| element.is_connected()) {
                    element.focus().ok();
                }
            }
        });
    }
    let close = {
        let on_close = props.on_close.clone();
        Callback::from(move |()| on_close.emit(()))
    };
    let oncancel = {
        let close = close.clone();
        move |event: Event| {
            // The page decides what is shown; the browser must not close it on its own.
            event.prevent_default();
            close.emit(());
        }
    };
    let onclick = {
        let (close, node) = (close.clone(), node.clone());
        move |event: MouseEvent| {
            // The backdrop belongs to the dialog element itself, its content to elements inside.
            let on_backdrop = event.target().is_some_and(|target| {
                node.get().is_some_and(|dialog| {
                    let dialog: &web_sys::EventTarget = dialog.as_ref();
                    *dialog == target
                })
            });
            if on_backdrop && event.detail() > 0 {
                close.emit(());
            }
        }
    };
    html! {
        <dialog ref={node} class={classes!("dialog", props.large.then_some("is-large"))}
            aria-labelledby={title_id.clone()} data-testid={props.testid.clone()} {oncancel} {onclick}>
            <div class="dialog__box">
                <header class="dialog__header">
                    <h2 class="pf-v6-c-title pf-m-xl" id={title_id}>{ &props.title }</h2>
                    <Button kind={ButtonKind::Plain} label={words::CLOSE} testid="dialog-close"
                        on_click={close.reform(|_: MouseEvent| ())}>
                        <Icon kind={IconKind::Close} />
                    </Button>
                </header>
                <div class="dialog__body">{ props.children.clone() }</div>
                <footer class="dialog__footer">{ props.footer.clone() }</footer>
            </div>
        </dialog>
    }
}

/// The first field, or else the first button of the footer: the cross would be a poor start.
fn focus_inside(dialog: &HtmlDialogElement) {
    let has_focus = dialog
        .query_selector(".dialog__body :focus")
        .is_ok_and(|found| found.is_some());
    if !has_focus {
        let _ = focus::first(
            ".dialog__body :is(input, select, textarea):not([type=hidden]):not([readonly])",
        ) || focus::first(".dialog__footer button");
    }
}
