//! Where one is on the way through the form.

use super::draft::Step;
use crate::words::create as words;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct StepperProps {
    pub step: Step,
    pub on_step: Callback<Step>,
}

#[component]
pub fn Stepper(props: &StepperProps) -> Html {
    let steps = Step::ALL.into_iter().enumerate().map(|(place, step)| {
        let current = step == props.step;
        let class = if current {
            "is-current"
        } else if step < props.step {
            "is-done"
        } else {
            "is-ahead"
        };
        html! {
            <li key={place} class={classes!("stepper__step", class)}>
                <button type="button" class="stepper__button" data-testid={format!("step-{}", place + 1)}
                    aria-current={current.then_some("step")}
                    onclick={props.on_step.reform(move |_: MouseEvent| step)}>
                    <span class="stepper__number" aria-hidden="true">{ place + 1 }</span>
                    <span>{ words::step(step) }</span>
                </button>
            </li>
        }
    });
    html! {
        <nav aria-label={words::STEPS}>
            <ol class="stepper" role="list">{ for steps }</ol>
        </nav>
    }
}
