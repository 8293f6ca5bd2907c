//! The queues at work: what waits, since when, and what was done in the last minute.

use crate::words::sync as words;
use domain::view::{QueueView, SyncView};
use std::fmt::Write;
use std::rc::Rc;
use yew::prelude::*;

/// The picture's height in its own units; a second is one wide.
const HEIGHT: u32 = 16;

#[derive(Properties, PartialEq)]
pub struct AtWorkProps {
    pub sync: Rc<SyncView>,
}

/// Whether the picture changes by itself with the next second.
pub fn moves(sync: &SyncView) -> bool {
    let moves = |queue: &QueueView| queue.waiting > 0 || queue.done.iter().any(|done| *done > 0);
    moves(&sync.orders) || moves(&sync.transfers)
}

#[component]
pub fn AtWork(props: &AtWorkProps) -> Html {
    html! {
        <section class="at-work" aria-label={words::AT_WORK}>
            <Queue name={words::ORDERS} testid="queue-orders" queue={props.sync.orders.clone()} />
            <Queue name={words::TRANSFERS} testid="queue-transfers"
                queue={props.sync.transfers.clone()} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct QueueProps {
    name: &'static str,
    testid: &'static str,
    queue: QueueView,
}

#[component]
fn Queue(props: &QueueProps) -> Html {
    let queue = &props.queue;
    let oldest = queue.oldest_at.map_or_else(
        || words::NOTHING.to_owned(),
        // A clock's milliseconds stay far below 2^53.
        |at| words::age(js_sys::Date::now() as i64 - at.0),
    );
    let done: u32 = queue.done.iter().sum();
    let figures = [
        (words::WAITING, queue.waiting.to_string()),
        (words::OLDEST_WAITS, oldest),
        (words::LAST_MINUTE, done.to_string()),
    ];
    html! {
        <div class="at-work__queue" data-testid={props.testid}>
            <h2 class="pf-v6-c-title pf-m-md">{ props.name }</h2>
            <svg class="at-work__picture" role="img" preserveAspectRatio="none"
                viewBox={format!("0 0 {} {HEIGHT}", queue.done.len().max(1))}
                aria-label={words::picture(props.name, &queue.done)}>
                <path d={bars(&queue.done)} />
            </svg>
            <dl class="figures__rest">
                { for figures.into_iter().map(|(name, value)| html! {
                    <div key={name} class="figure"><dt>{ name }</dt><dd class="is-figure">{ value }</dd></div>
                }) }
            </dl>
        </div>
    }
}

/// One bar a second, the highest as high as the picture.
fn bars(done: &[u32]) -> String {
    let most = done.iter().copied().max().unwrap_or(0).max(1);
    let mut path = String::new();
    for (place, count) in done.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (u64::from(*count) * u64::from(HEIGHT)).div_ceil(u64::from(most));
        // Writing to a String cannot fail.
        let _ = write!(path, "M{place} {HEIGHT}v-{height}h.8v{height}z");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn the_highest_bar_fills_the_picture_and_the_lowest_can_be_seen() {
        assert_eq!(bars(&[0, 0]), "");
        assert_eq!(bars(&[0, 2, 4]), "M1 16v-8h.8v8zM2 16v-16h.8v16z");
        assert_eq!(bars(&[1, 1_000]), "M0 16v-1h.8v1zM1 16v-16h.8v16z");
    }
}
