//! Words of the changes that a second person decides on.

pub const WHAT: &str = "What is to change";
pub const WAIVE_FEES: &str = "Waive fees";
pub const WAIVE_INTEREST: &str = "Waive interest";
pub const REVERSE: &str = "Reverse a posting in cash";
pub const SET_LIMIT: &str = "Raise or lower the limit";
pub const SET_RATE: &str = "Set another rate";
pub const CHARGE_OFF: &str = "Charge off";
pub const WAIVE_EXPLAINED: &str =
    "What has posted and is not paid, up to what the product allows at once.";
pub const REVERSE_EXPLAINED: &str = "Cash that was entered wrongly: it is posted back with its own date, the cash in your drawer of today.";
pub const LIMIT_EXPLAINED: &str =
    "A higher limit is held against the customer's exposure. A lower one needs its notice first.";
pub const RATE_EXPLAINED: &str =
    "A rise needs its notice, and its notice period has to be over by then.";
pub const CHARGE_OFF_EXPLAINED: &str =
    "All that is owed is taken as lost. The limit stays gone; what is paid later is recovered.";
pub const POSTING: &str = "Posting";
pub const NEW_LIMIT: &str = "New limit";
pub const FROM: &str = "From";
pub const NOTICE_GIVEN_ON: &str = "Notice given on";
pub const NOTICE_HINT: &str = "Needed for a lower limit and a higher rate";
pub const ASKED_BY: &str = "Asked for by";
pub const EXPIRES: &str = "Decide by";
pub const EXPIRED: &str = "Expired";
pub const WAITING: &str = "Changes waiting for a second person";

pub fn asked(name: &str, on: &str) -> String {
    format!("{name}, {on}")
}
