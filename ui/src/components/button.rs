use crate::hooks::use_unique_id;
use crate::words;
use yew::prelude::*;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    Primary,
    #[default]
    Secondary,
    Danger,
    Link,
    Plain,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            ButtonKind::Primary => "pf-m-primary",
            ButtonKind::Secondary => "pf-m-secondary",
            ButtonKind::Danger => "pf-m-danger",
            ButtonKind::Link => "pf-m-link",
            ButtonKind::Plain => "pf-m-plain",
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct ButtonProps {
    #[prop_or_default]
    pub kind: ButtonKind,
    #[prop_or_default]
    pub on_click: Callback<MouseEvent>,
    /// Submits the form it stands in; such a button needs no `on_click`.
    #[prop_or_default]
    pub submit: bool,
    /// The id of a form to submit from outside of it: a dialog's footer.
    #[prop_or_default]
    pub form: Option<AttrValue>,
    /// Something is on its way: clicks do nothing, the button keeps the focus.
    #[prop_or_default]
    pub busy: bool,
    /// Why it cannot be done now, in words. The button stays reachable and says so.
    #[prop_or_default]
    pub why_not: Option<AttrValue>,
    /// Needed where the button shows an icon only.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    #[prop_or_default]
    pub small: bool,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    #[prop_or_default]
    pub class: Classes,
    #[prop_or_default]
    pub node_ref: NodeRef,
    /// Keys that do the same, for assistive technology: "Control+K".
    #[prop_or_default]
    pub shortcut: Option<AttrValue>,
    pub children: Html,
}

/// A button. What cannot be done now is dimmed and says why instead of being taken away, so that
/// people on a keyboard and a screen reader find it, too.
#[component]
pub fn Button(props: &ButtonProps) -> Html {
    let reason_id = use_unique_id("why-not");
    let inert = props.busy || props.why_not.is_some();
    let onclick = {
        let on_click = props.on_click.clone();
        move |event: MouseEvent| {
            if inert {
                event.prevent_default();
            } else {
                on_click.emit(event);
            }
        }
    };
    let reason = props.why_not.as_ref().map(|words| {
        html! { <span id={reason_id.clone()} class="pf-v6-screen-reader">{ words }</span> }
    });
    html! {
        <button type={if props.submit { "submit" } else { "button" }}
            ref={props.node_ref.clone()}
            form={props.form.clone()}
            class={classes!("pf-v6-c-button", props.kind.class(), props.small.then_some("pf-m-small"),
                inert.then_some("pf-m-aria-disabled"), props.busy.then_some("is-busy"), props.class.clone())}
            aria-disabled={inert.then_some("true")}
            aria-label={props.label.clone()}
            aria-describedby={props.why_not.is_some().then(|| reason_id.clone())}
            aria-keyshortcuts={props.shortcut.clone()}
            title={props.why_not.clone().or_else(|| props.label.clone())}
            data-testid={props.testid.clone()}
            {onclick}>
            <span class="pf-v6-c-button__text">
                { if props.busy { html! { words::WORKING } } else { props.children.clone() } }
            </span>
            { reason.unwrap_or_default() }
        </button>
    }
}
