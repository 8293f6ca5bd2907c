//! Words of the list of applications.

use domain::view::LineOrder;

pub const TITLE: &str = "Applications";
pub const SUBTITLE: &str = "This branch's applications and lines of credit.";
pub const FILTERS: &str = "Filters";
pub const STATUS: &str = "Status";
pub const MINE: &str = "Taken by me";
pub const SEARCH: &str = "Search";
pub const SEARCH_HELP: &str = "Number, name, phone, last four digits";
pub const ORDER: &str = "Order";
pub const CLEAR: &str = "Clear filters";
pub const NUMBER: &str = "Number";
pub const CUSTOMER: &str = "Customer";
pub const PRODUCT: &str = "Product";
pub const REQUESTED: &str = "Requested";
pub const LIMIT: &str = "Limit";
pub const OWED: &str = "Owed";
pub const AVAILABLE: &str = "Available";
pub const TAKEN: &str = "Taken";
pub const FROZEN: &str = "Frozen";
pub const CANCELLATION: &str = "Cancellation requested";
pub const CLOSED_BUT_OWING: &str = "Closed, but owing";
pub const NEXT_ROW: &str = "Next row";
pub const PREVIOUS_ROW: &str = "Row before";
pub const TOGGLE_MINE: &str = "Only what I took, or everybody's";
pub const NO_LINES: &str = "No applications yet";
pub const NO_LINES_WORDS: &str = "Take the first one: it appears here, and on the admins' desk.";
pub const NONE_MATCH: &str = "Nothing matches";
pub const NONE_MATCH_WORDS: &str = "Look for a number, the beginning of a name, a phone number or the last four digits of an account, or clear the filters.";
pub const NEW: &str = "New application";

pub fn order(order: LineOrder) -> &'static str {
    match order {
        LineOrder::NewestFirst => "Newest first",
        LineOrder::OldestFirst => "Oldest first",
        LineOrder::CustomerName => "By customer's name",
    }
}

pub fn in_review(count: u32) -> String {
    format!("In review: {count}")
}

pub const CAPPED: &str =
    "More was found than is looked at here. Search for more of the name, or choose another order.";

pub fn shown(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => "1 shown".to_owned(),
        (count, false) => format!("{count} shown"),
        (count, true) => format!("{count} shown, and there are more"),
    }
}
