//! Words of an application's papers: what is missing, the checks, the clocks.

use domain::intake::{Clock, Notice};

pub const PAPERS: &str = "Before the decision";
pub const CHECKS: &str = "Checks";
pub const STILL_MISSING: &str = "Still missing";
pub const NOTICE_SAYS: &str = "The notice names:";
pub const REPLY_BY: &str = "Has to be here by";
pub const REPLY_HINT: &str = "10 to 90 days from today.";
pub const CHECK: &str = "Check";
pub const OUTCOME: &str = "Outcome";
pub const IN_ORDER: &str = "In order";
pub const NOT_IN_ORDER: &str = "Not in order";
pub const NOT_LOOKED_UP: &str = "Not looked up";
pub const NOT_ASKED_FOR: &str = "Not asked for by the product";
pub const BY: &str = "By";
pub const NO_CHECKS: &str = "The product asks for no checks.";

pub fn complete_since(date: &str) -> String {
    format!("Complete since {date}.")
}

/// "Decision due 2026-12-20"
pub fn clock(clock: &Clock) -> String {
    format!("{} {}", clock.kind.words(), clock.due_on)
}

pub fn told(notice: &Notice) -> String {
    format!(
        "The customer was told on {}, to bring it by {}.",
        notice.on, notice.reply_by
    )
}
