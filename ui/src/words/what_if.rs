//! Words of what is only supposed.

pub const TITLE: &str = "What if …";
pub const EXPLAINED: &str =
    "Nothing is posted. What is left empty is not supposed; everything else stays as it is.";
pub const ASK: &str = "Show";
pub const EMPTY: &str = "Fill in what to suppose, and it is shown here.";
pub const OUTLOOK: &str = "Outlook";
pub const UNTIL: &str = "Looked at on";
pub const DRAW: &str = "Draw";
pub const REPAY: &str = "Repayment";
pub const RATE: &str = "Another rate (%)";
pub const ON: &str = "On";
pub const FROM: &str = "From";
pub const AS_IT_IS: &str = "As it is";
pub const SUPPOSED: &str = "Supposed";
pub const PAYOFF: &str = "To pay it off";
pub const PRINCIPAL: &str = "Principal";
pub const INTEREST: &str = "Interest posted";
pub const ACCRUED: &str = "Interest accrued";
pub const FEES: &str = "Fees";
pub const CREDIT: &str = "Customer credit";
pub const AVAILABLE: &str = "Available";
pub const INTEREST_UNTIL: &str = "Interest until then";
pub const PER_DIEM: &str = "One day more";
pub const CLOSING: &str = "Next closing";
pub const MINIMUM: &str = "Minimum it asks for";
pub const DUE: &str = "Due";
pub const RATE_UNREADABLE: &str = "A rate is a decimal such as 8.625.";

pub fn on(date: &str) -> String {
    format!("On {date}")
}
