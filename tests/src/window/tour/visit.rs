//! A visit to the desk: the window from its opening to its closing, and who works in it.

use super::super::{Desk, Error, Outcome, Theme, Window};
use super::hands::Hands;
use super::people::{Colleague, PASSPHRASE};
use std::cell::Cell;

pub struct Visit<'a> {
    pub window: Window,
    pub hands: Hands,
    theme: Theme,
    /// Numbers the pictures over all visits, so that they lie in the order of the story.
    pictures: &'a Cell<u32>,
}

impl<'a> Visit<'a> {
    /// Opens the window at the door.
    pub async fn begin(
        desk: &Desk,
        hands: Hands,
        theme: Theme,
        pictures: &'a Cell<u32>,
    ) -> Outcome<Self> {
        let visit = Visit {
            window: desk.open(theme).await?,
            hands,
            theme,
            pictures,
        };
        visit.window.at("page-door").await?;
        Ok(visit)
    }

    pub async fn end(self) -> Outcome<()> {
        self.window.close().await
    }

    pub async fn press(&self, place: &str) -> Outcome<()> {
        self.hands.press(&self.window, place).await
    }

    pub async fn fill(&self, place: &str, text: &str) -> Outcome<()> {
        self.hands.fill(&self.window, place, text).await
    }

    /// Opens the store that is there already.
    pub async fn unlock(&self) -> Outcome<()> {
        self.fill("field-passphrase", PASSPHRASE).await?;
        self.press("open-store").await?;
        self.window.at("page-login").await.map(drop)
    }

    pub async fn sign_in(&self, colleague: &Colleague) -> Outcome<()> {
        self.fill("field-login", colleague.login).await?;
        self.fill("field-password", colleague.password).await?;
        self.press("sign-in").await?;
        self.window.at("page-applications").await?;
        self.window.reads("user-name", colleague.name).await
    }

    pub async fn sign_out(&self) -> Outcome<()> {
        self.hands.sign_out(&self.window).await?;
        self.window.at("page-login").await.map(drop)
    }

    /// Opens the dialog of a command and waits until it stands.
    pub async fn open_dialog(&self, button: &str, kind: &str) -> Outcome<()> {
        self.press(button).await?;
        self.window.at(&format!("dialog-{kind}")).await.map(drop)
    }

    /// Hands in what the dialog holds, and waits until it has closed.
    pub async fn submit_dialog(&self) -> Outcome<()> {
        self.press("dialog-submit").await?;
        self.window
            .until("the dialog to close", async || {
                Ok(match self.window.count_at("dialog-submit").await? {
                    0 => Ok(()),
                    _ => Err("it is still open".to_owned()),
                })
            })
            .await
    }

    /// A picture of the page as it stands, and not one violation of axe-core's rules on it.
    pub async fn look(&self, name: &str) -> Outcome<()> {
        self.window.sees_no_more("Working it out…").await?;
        self.window.has_loaded().await?;
        let number = self.pictures.get() + 1;
        self.pictures.set(number);
        let name = format!("{number:02}-{name}");
        self.window.picture(&name).await?;
        println!("{} {name}", self.theme.word());
        let violations = self.window.violations().await?;
        if violations.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = violations.iter().map(ToString::to_string).collect();
        Err(Error::Unexpected(format!(
            "axe-core on {name} ({}):\n{}",
            self.theme.word(),
            list.join("\n")
        )))
    }
}
