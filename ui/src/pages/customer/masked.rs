//! A value that identifies a customer: masked, until somebody asks for it, and again soon after.

use crate::backend;
use crate::components::{Button, ButtonKind, use_toasts};
use crate::words::customers as words;
use domain::customer::Masked;
use domain::ids::CustomerId;
use domain::view::Reveal;
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use zeroize::Zeroizing;

/// Long enough to compare it with a document on the counter.
const SHOWN_MS: u32 = 60_000;

#[derive(Properties, PartialEq)]
pub struct MaskedValueProps {
    pub customer_id: CustomerId,
    pub masked: Masked,
    /// What it is, for whoever does not see where the button stands.
    pub name: AttrValue,
    /// As it is shown without being asked for.
    pub shown_masked: AttrValue,
    pub testid: AttrValue,
}

#[component]
pub fn MaskedValue(props: &MaskedValueProps) -> Html {
    let value = use_state(|| None::<Zeroizing<String>>);
    let busy = use_state(|| false);
    let toasts = use_toasts();
    {
        let value = value.clone();
        use_effect_with(value.is_some(), move |shown| {
            let timeout = shown.then(|| Timeout::new(SHOWN_MS, move || value.set(None)));
            move || drop(timeout)
        });
    }
    let onclick = {
        let (value, busy) = (value.clone(), busy.clone());
        let (customer_id, masked) = (props.customer_id, props.masked);
        move |_: MouseEvent| {
            if value.is_some() {
                value.set(None);
                return;
            }
            if *busy {
                return;
            }
            busy.set(true);
            let (value, busy, toasts) = (value.setter(), busy.setter(), toasts.clone());
            spawn_local(async move {
                let asked = Reveal {
                    customer_id,
                    masked,
                };
                let outcome = backend::reveal(asked).await;
                busy.set(false);
                match outcome {
                    Ok(revealed) => value.set(Some(Zeroizing::new(revealed.value))),
                    Err(error) => toasts.error(&error),
                }
            });
        }
    };
    let text = value
        .as_ref()
        .map_or_else(|| props.shown_masked.to_string(), |value| value.to_string());
    let does = if value.is_some() {
        words::HIDE
    } else {
        words::SHOW
    };
    html! {
        <span class="masked">
            <span class="masked__value" aria-live="polite" data-testid={props.testid.clone()}>{ text }</span>
            <Button kind={ButtonKind::Link} small=true busy={*busy} label={format!("{does}: {}", props.name)}
                on_click={Callback::from(onclick)} testid={format!("reveal-{}", props.testid)}>{ does }</Button>
        </span>
    }
}
