use crate::words;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct SkeletonProps {
    #[prop_or(3)]
    pub lines: usize,
}

/// Where something is about to be.
#[component]
pub fn Skeleton(props: &SkeletonProps) -> Html {
    const WIDTHS: [&str; 3] = ["pf-m-width-75", "pf-m-width-50", "pf-m-width-66"];
    let line = |number: usize| {
        let width = WIDTHS[number % WIDTHS.len()];
        html! { <div key={number} class={classes!("pf-v6-c-skeleton", "pf-m-text-lg", width)} /> }
    };
    html! {
        <div class="skeleton" role="status" data-testid="skeleton">
            <span class="pf-v6-screen-reader">{ words::LOADING }</span>
            { for (0..props.lines).map(line) }
        </div>
    }
}
