//! The tour: the whole program walked through in its real window, with pictures of every page.
//!
//! The story is told twice, each time on a fresh store: in light colours with the mouse, in dark
//! ones with the keyboard alone. What was typed may then stand nowhere in the clear but in the views,
//! and what is left behind must be provably right, and provably wrong after any one byte of it was
//! changed by hand.

mod accounts;
mod hands;
mod idle;
mod people;
mod proof;
mod secrets;
mod story;
mod tampered;
mod trouble;
mod visit;

use super::{Desk, Outcome, Theme};
use hands::Hands;
use std::cell::Cell;
use std::path::Path;

/// Where the pictures go, below the build's own folder.
const FOLDER: &str = "tour";

/// Walks the tour. What it did is told on standard output, one line a step.
pub async fn walk() -> Outcome<()> {
    // A picture of an earlier walk must not be taken for one of this.
    let pictures = super::desk::target_folder().join(FOLDER);
    if pictures.exists() {
        std::fs::remove_dir_all(&pictures)?;
    }
    // Two desks that know nothing of each other, side by side.
    tokio::try_join!(
        walk_with(Hands::Mouse, Theme::Light),
        walk_with(Hands::Keyboard, Theme::Dark),
        left_alone(),
    )?;
    Ok(())
}

/// Takes more than five minutes, in which nothing is done: for `make prove` alone.
async fn left_alone() -> Outcome<()> {
    if !crate::proof::proving() {
        return Ok(());
    }
    tokio::try_join!(idle::locks(Theme::Light), idle::locks(Theme::Dark))?;
    let what = "a desk that nobody touches for five minutes shows nothing of what it showed";
    Ok(crate::proof::proved("idle-desk", what, "2 desks", "none")?)
}

async fn walk_with(hands: Hands, theme: Theme) -> Outcome<()> {
    let folder = Path::new(FOLDER).join(theme.word());
    let desk = Desk::start(&folder.to_string_lossy(), false)?;
    let pictures = Cell::new(0);
    let shown_once = story::tell(&desk, hands, theme, &pictures).await?;
    secrets::stay_secret(&desk, &shown_once).await?;
    proof::verify_sees_every_byte(&desk.data_dir()).await?;
    tampered::tell(&desk, hands, theme, &pictures).await
}
