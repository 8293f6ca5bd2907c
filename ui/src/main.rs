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

/// More than the page has been seen to use. Pages of it that are never touched cost nothing.
const MEMORY: usize = 48 << 20;

/// Takes the page's memory at once, before anything is drawn: the allocator keeps what is given
/// back to it, and so never has to grow the memory while the page runs. On busy machines WebKit has
/// stopped the page a few times for memory that read as out of bounds or as freed, where nothing
/// here is unsafe; a growth under its hands is the suspect.
fn take_memory_at_once() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(MEMORY)));
}

fn main() {
    take_memory_at_once();
    theme::apply(theme::chosen());
    yew::Renderer::<app::App>::new().render();
}
