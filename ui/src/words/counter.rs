//! Words of the page of the counter: drawers, the vault, the day.

use domain::date::BusinessDate;

pub const TITLE: &str = "Cash at the counter";
pub const DRAWER_CLOSED: &str = "Your drawer is closed";
pub const DRAWER_CLOSED_WORDS: &str =
    "Open it with what you take from the vault. Cash is paid out and taken through an open drawer.";
pub const SHOULD_HOLD: &str = "Your drawer should hold";
pub const FROM_VAULT: &str = "Take from vault";
pub const TO_VAULT: &str = "Bring to vault";
pub const FLOAT: &str = "Cash to begin with";
pub const COUNTED: &str = "Counted cash";
pub const AMOUNT: &str = "Amount";
pub const DRAWERS: &str = "Drawers of the branch";
pub const TELLER: &str = "Teller";
pub const STATE: &str = "State";
pub const CLOSED: &str = "Closed";
pub const HOLDS: &str = "Should hold";
pub const ACTIONS: &str = "Actions";
pub const SHOW_SHEET: &str = "Day sheet";
pub const SHEET: &str = "Day sheet";
pub const SHEET_DATE: &str = "Business date";
pub const SHOW: &str = "Show";
pub const AT: &str = "Time";
pub const WHAT: &str = "What";
pub const LINE: &str = "Number";
pub const INTO: &str = "In";
pub const OUT_OF: &str = "Out";
pub const BALANCE: &str = "Drawer";
pub const OPENING: &str = "At the beginning";
pub const CLOSING: &str = "At the end";
pub const MORE: &str = "More moved than is shown; the sums count all of it.";
pub const NOTHING_MOVED: &str = "No cash moved in this drawer on this day.";
pub const OPEN_FIRST: &str = "Open your drawer first.";
pub const HOLIDAYS: &str = "Days on which neither the branch nor the payments network works";
pub const HOLIDAYS_LABEL: &str = "Holidays";
pub const HOLIDAYS_HINT: &str = "One a line, as in 2026-12-25. Weekends count anyway.";
pub const DRAWER_STILL_OPEN: &str = "A drawer is still open: count and close it first.";

pub fn open_since(date: BusinessDate) -> String {
    format!("Open since {date}")
}

pub fn sheet_of(teller: &str, date: BusinessDate) -> String {
    format!("Day sheet of {teller}, {date}")
}

pub fn drawer_of(teller: &str) -> String {
    format!("Drawer of {teller}")
}

pub fn business_date(date: BusinessDate) -> String {
    format!("The branch works in {date}.")
}

pub fn close_day(date: BusinessDate) -> String {
    format!(
        "Ends {date}: interest and fees that fall due post, statements are made, and whatever is entered afterwards belongs to the next day. It cannot be undone."
    )
}

pub fn unreadable_date(typed: &str, why: &str) -> String {
    format!("“{typed}”: {why}.")
}
