//! The page: a Yew application that the program embeds and shows in its window.
#![forbid(unsafe_code)]

use yew::prelude::*;

#[component]
fn App() -> Html {
    html! { <main class="pf-v6-c-page__main"><h1 class="pf-v6-c-title pf-m-2xl">{ "Branchline" }</h1></main> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
