use super::Field;
use super::field::described_by;
use crate::hooks::use_unique_id;
use web_sys::HtmlInputElement;
use yew::prelude::*;
use zeroize::Zeroizing;

#[derive(Properties, PartialEq)]
pub struct PasswordFieldProps {
    /// Where it is typed, and all there is of it: see [`take_password`].
    pub node: NodeRef,
    pub name: AttrValue,
    pub label: AttrValue,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub help: Option<AttrValue>,
    /// A new one, which no password manager fills in.
    #[prop_or_default]
    pub new: bool,
    /// Can be read while it is typed.
    #[prop_or_default]
    pub shown: bool,
}

/// A password that the page keeps nowhere: it stands in the field until it is handed in.
#[component]
pub fn PasswordField(props: &PasswordFieldProps) -> Html {
    let id = use_unique_id(&format!("field-{}", props.name));
    let describedby = described_by(&id, props.error.as_ref(), props.help.as_ref());
    let invalid = props.error.is_some();
    html! {
        <Field id={id.clone()} name={props.name.clone()} label={props.label.clone()} required=true
            error={props.error.clone()} help={props.help.clone()}>
            <span class={classes!("pf-v6-c-form-control", invalid.then_some("pf-m-error"))}>
                <input ref={props.node.clone()} {id} name={props.name.clone()}
                    type={if props.shown { "text" } else { "password" }}
                    autocomplete={if props.new { "new-password" } else { "current-password" }} maxlength="1000" spellcheck="false"
                    aria-required="true" aria-invalid={invalid.then_some("true")}
                    aria-describedby={describedby} data-testid={format!("field-{}", props.name)} />
            </span>
        </Field>
    }
}

/// Takes what was typed out of its field; nothing where nothing was.
pub fn take_password(node: &NodeRef) -> Option<Zeroizing<String>> {
    let typed = read_password(node);
    if let Some(input) = node.cast::<HtmlInputElement>() {
        input.set_value("");
    }
    typed
}

/// What was typed, which stays in its field: where something else is wrong it is not typed again.
pub fn read_password(node: &NodeRef) -> Option<Zeroizing<String>> {
    let input = node.cast::<HtmlInputElement>()?;
    let typed = Zeroizing::new(input.value());
    (!typed.is_empty()).then_some(typed)
}

/// Whether something was typed.
pub fn has_password(node: &NodeRef) -> bool {
    read_password(node).is_some()
}
