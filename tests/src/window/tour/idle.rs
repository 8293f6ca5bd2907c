//! A desk that nobody touches: after five minutes it shows nothing of what it showed.

use super::super::{Desk, Error, Outcome, Theme};
use super::hands::Hands;
use super::people::{ADMIN, CUSTOMER_BEGUN};
use super::story::{begin_an_application, found_the_store, sign_up_the_first_admin};
use super::visit::Visit;
use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

/// The five minutes, what the page takes to ask, and a little.
const LOCKED_WITHIN: Duration = Duration::from_secs(5 * 60 + 30);

pub async fn locks(theme: Theme) -> Outcome<()> {
    let folder = Path::new(super::FOLDER).join("idle").join(theme.word());
    let desk = Desk::start(&folder.to_string_lossy(), false)?;
    let pictures = Cell::new(0);
    let visit = Visit::begin(&desk, Hands::Mouse, theme, &pictures).await?;
    found_the_store(&visit).await?;
    sign_up_the_first_admin(&visit).await?;
    begin_an_application(&visit).await?;
    let window = &visit.window;
    visit.look("before").await?;
    window
        .until_within(LOCKED_WITHIN, "the desk to lock", async || {
            Ok(match window.count_at("page-login").await? {
                1 => Ok(()),
                _ => Err("it is open".to_owned()),
            })
        })
        .await?;
    visit.look("locked").await?;
    // Neither what is seen nor what stands in fields.
    let page = "return document.documentElement.outerHTML
        + [...document.querySelectorAll('input, textarea')].map(field => field.value).join(' ')";
    let page = window.driver.execute(page, vec![]).await?;
    let page = page.json().as_str().unwrap_or_default().to_owned();
    for (field, typed) in CUSTOMER_BEGUN {
        if page.contains(typed) {
            return Err(Error::Unexpected(format!(
                "the locked page still has {field}: {typed}"
            )));
        }
    }
    visit.sign_in(&ADMIN).await?;
    visit.hands.begin_application(window).await?;
    window.sees("Your draft is back").await?;
    visit.look("back").await?;
    visit.end().await
}
