//! The tour in the real window, as `make run` walks it where there is no display. What it needs
//! and does not find (the built program, a virtual display, the driver) makes it fail.

use stories::branch::Branch;
use stories::window::{Desk, Theme, surface};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_is_walked_with_the_mouse_and_with_the_keyboard() {
    if let Err(error) = stories::window::tour::walk().await {
        panic!("the tour ended early: {error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_passphrase_given_at_the_start_ends_the_program_and_says_so() {
    let branch = Branch::found(None).await;
    let folder = branch.close().await;
    let desk = Desk::start("turned-away", false).unwrap();
    let folder = folder.path().display().to_string();
    let arguments = ["--data-dir", &folder, "--passphrase-fd", "0"].map(str::to_owned);
    let said = "not the passphrase of this store\n";
    let ended = desk.turned_away(arguments.to_vec(), said).await.unwrap();
    let words = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{words}");
    assert!(words.contains("the passphrase is not right"), "{words}");
    assert!(!words.contains("panicked"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_in_the_page_gets_no_further_than_the_listed_commands() {
    let desk = Desk::start("surface", true).unwrap();
    let window = desk.open(Theme::Light).await.unwrap();
    window.sees("Branchline").await.unwrap();
    let elsewhere = desk.network().url();
    let found = surface::tried(&window, &elsewhere).await.unwrap();
    window.close().await.unwrap();
    assert_eq!(found, surface::expected());
}
