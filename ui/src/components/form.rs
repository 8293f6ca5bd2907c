use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct FormProps {
    /// Enter in a field, or the submit button.
    pub on_submit: Callback<()>,
    /// For a submit button that stands outside: see `Button::form`.
    #[prop_or_default]
    pub id: Option<AttrValue>,
    /// What the form is for, where no heading says it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    #[prop_or_default]
    pub class: Classes,
    pub children: Html,
}

/// A form whose checking is the page's and the program's, not the browser's.
#[component]
pub fn Form(props: &FormProps) -> Html {
    let onsubmit = {
        let on_submit = props.on_submit.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            on_submit.emit(());
        }
    };
    html! {
        <form class={classes!("pf-v6-c-form", props.class.clone())} novalidate={true}
            id={props.id.clone()} aria-label={props.label.clone()} autocomplete="off" {onsubmit}>
            { props.children.clone() }
        </form>
    }
}

#[derive(Properties, PartialEq)]
pub struct FormSectionProps {
    pub title: AttrValue,
    pub children: Html,
}

/// Fields that belong together, in two columns where there is room.
#[component]
pub fn FormSection(props: &FormSectionProps) -> Html {
    html! {
        <fieldset class="form-section">
            <legend class="form-section__title">{ &props.title }</legend>
            <div class="form-section__fields">{ props.children.clone() }</div>
        </fieldset>
    }
}
