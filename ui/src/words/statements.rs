//! Words of a line's statements.

pub const NONE: &str = "No statements yet";
pub const NONE_WORDS: &str =
    "The first is made at the end of the first cycle in which something happened on the line.";
pub const CYCLE: &str = "Cycle";
pub const CLOSING: &str = "Closing date";
pub const OPENING_BALANCE: &str = "Opening balance";
pub const CLOSING_BALANCE: &str = "Closing balance";
pub const MINIMUM: &str = "Minimum payment";
pub const OF_IT_PAST_DUE: &str = "Of it past due";
pub const DUE: &str = "Due";
pub const ACTIONS: &str = "Actions";
pub const OPEN: &str = "Open";
pub const FEES: &str = "Fees";
pub const INTEREST: &str = "Interest";
pub const YEAR_FEES: &str = "Fees this year";
pub const YEAR_INTEREST: &str = "Interest this year";
pub const LINES: &str = "What happened in the cycle";
pub const DATE: &str = "Date";
pub const WHAT: &str = "What";
pub const AMOUNT: &str = "Amount";
pub const POSTED: &str = "Posted";
pub const FROM: &str = "From";
pub const TO: &str = "To";
pub const DAYS: &str = "Days";
pub const BALANCE: &str = "Balance";
pub const RATE: &str = "Rate %";
pub const EXACT: &str = "Interest, exact";
pub const TO_EXPLAINED: &str = "“To” is the first day that does not bear this any more. What is exact here is rounded once, when it posts.";

pub fn title(closing: &str) -> String {
    format!("Statement of {closing}")
}

pub fn open(closing: &str) -> String {
    format!("Open the statement of {closing}")
}

pub fn interest_of(date: &str) -> String {
    format!("Why the interest of {date} is so much")
}
