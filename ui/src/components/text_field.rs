use super::Field;
use super::field::described_by;
use crate::hooks::use_unique_id;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TextFieldProps {
    /// The path the program knows the field by; also its `data-testid`, as `field-<name>`.
    pub name: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    /// Told when the field is left, with what stands in it.
    #[prop_or_default]
    pub on_leave: Callback<String>,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub help: Option<AttrValue>,
    #[prop_or_default]
    pub required: bool,
    /// The `type` of the input: "text", "password", "email", "tel", "search".
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    #[prop_or(AttrValue::Static("off"))]
    pub autocomplete: AttrValue,
    #[prop_or_default]
    pub input_mode: Option<AttrValue>,
    #[prop_or_default]
    pub max_length: Option<u32>,
    /// Several lines.
    #[prop_or_default]
    pub multiline: bool,
    /// Takes the focus when it appears.
    #[prop_or_default]
    pub autofocus: bool,
    #[prop_or_default]
    pub read_only: bool,
    #[prop_or_default]
    pub class: Classes,
}

/// One line of text, or several.
#[component]
pub fn TextField(props: &TextFieldProps) -> Html {
    let id = use_unique_id(&format!("field-{}", props.name));
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.autofocus, move |wanted| {
            if let Some(element) = node.cast::<web_sys::HtmlElement>().filter(|_| *wanted) {
                // A field that cannot take the focus is no reason to stop.
                element.focus().ok();
            }
        });
    }
    let typed = |callback: &Callback<String>| {
        let (callback, node) = (callback.clone(), node.clone());
        move || {
            let text = if let Some(input) = node.cast::<HtmlInputElement>() {
                input.value()
            } else if let Some(area) = node.cast::<HtmlTextAreaElement>() {
                area.value()
            } else {
                return;
            };
            callback.emit(text);
        }
    };
    let (on_input, on_leave) = (typed(&props.on_input), typed(&props.on_leave));
    let oninput = move |_: InputEvent| on_input();
    let onblur = move |_: FocusEvent| on_leave();
    let describedby = described_by(&id, props.error.as_ref(), props.help.as_ref());
    let invalid = props.error.is_some();
    let testid = format!("field-{}", props.name);
    let required = props.required.then_some("true");
    let maxlength = props.max_length.map(|max| max.to_string());
    let control = if props.multiline {
        html! {
            <textarea ref={node} id={id.clone()} name={props.name.clone()} rows="3" {maxlength}
                value={props.value.clone()} readonly={props.read_only}
                aria-required={required} aria-invalid={invalid.then_some("true")}
                aria-describedby={describedby} data-testid={testid} {oninput} {onblur} />
        }
    } else {
        html! {
            <input ref={node} id={id.clone()} name={props.name.clone()} type={props.kind.clone()}
                value={props.value.clone()} autocomplete={props.autocomplete.clone()} {maxlength}
                inputmode={props.input_mode.clone()} readonly={props.read_only} spellcheck="false"
                aria-required={required} aria-invalid={invalid.then_some("true")}
                aria-describedby={describedby} data-testid={testid} {oninput} {onblur} />
        }
    };
    html! {
        <Field {id} name={props.name.clone()} label={props.label.clone()} required={props.required}
            error={props.error.clone()} help={props.help.clone()}>
            <span class={classes!("pf-v6-c-form-control", invalid.then_some("pf-m-error"),
                props.multiline.then_some("pf-m-textarea"),
                props.read_only.then_some("pf-m-readonly"), props.class.clone())}>
                { control }
            </span>
        </Field>
    }
}
