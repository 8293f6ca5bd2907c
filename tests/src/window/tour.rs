//! The tour: the whole program walked through in its real window, with pictures of every page.

use super::{Desk, Error, Outcome, Theme, Window};

/// Walks the tour. What it did is told on standard output, one line a step.
pub async fn walk() -> Outcome<()> {
    for theme in [Theme::Light, Theme::Dark] {
        let desk = Desk::start("tour", false)?;
        let window = desk.open(theme).await?;
        window.arrives_at("/login").await?;
        look(&window, "login", theme).await?;
        window.close().await?;
    }
    Ok(())
}

/// A picture of the page, and not one violation of axe-core's rules on it.
async fn look(window: &Window, page: &str, theme: Theme) -> Outcome<()> {
    let picture = window.picture(&format!("{page}-{}", theme.word())).await?;
    println!("{page} ({}): {}", theme.word(), picture.display());
    let violations = window.violations().await?;
    if violations.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = violations.iter().map(ToString::to_string).collect();
    Err(Error::Unexpected(format!(
        "axe-core on {page} ({}):\n{}",
        theme.word(),
        list.join("\n")
    )))
}
