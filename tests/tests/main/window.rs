//! The tour in the real window, as `make run` walks it where there is no display. What it needs
//! and does not find (the built program, a virtual display, the driver) makes it fail.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_is_walked_with_the_mouse_and_with_the_keyboard() {
    if let Err(error) = stories::window::tour::walk().await {
        panic!("the tour ended early: {error}");
    }
}
