//! Words of what stood on a line on a day that is over.

pub const TITLE: &str = "Balance on a day …";
pub const EXPLAINED: &str = "What had been posted for that day and before. What came to light later stands in the last column alone.";
pub const ON: &str = "Evening of";
pub const KNOWN_ON: &str = "As known on";
pub const KNOWN_HELP: &str = "Empty: on the same evening.";
pub const ASK: &str = "Show";
pub const NOW: &str = "As known now";
pub const PRINCIPAL: &str = "Principal";
pub const INTEREST: &str = "Interest posted";
pub const FEES: &str = "Fees";
pub const CREDIT: &str = "Customer credit";
pub const BALANCE: &str = "Balance";

pub fn evening(date: &str) -> String {
    format!("{ON} {date}")
}

pub fn known(date: &str) -> String {
    format!("{KNOWN_ON} {date}")
}
