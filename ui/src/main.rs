//! The page: a Yew application that the program embeds and shows in its window.
#![forbid(unsafe_code)]

mod actions;
mod app;
mod backend;
mod components;
mod dialogs;
mod focus;
mod frame;
mod hooks;
mod mint;
mod pages;
mod router;
mod session;
mod theme;
mod typed;
mod words;

// The page's own tests run in a browser, as the page does.
#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn main() {
    theme::apply(theme::chosen());
    yew::Renderer::<app::App>::new().render();
}
