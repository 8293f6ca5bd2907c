//! Words of the products page.

pub const TITLE: &str = "Products";
pub const SUBTITLE: &str = "Templates. Their terms are copied into a line when it opens; revising one changes no existing line.";
pub const NEW: &str = "New product";
pub const REVISE: &str = "Revise";
pub const NAME: &str = "Name";
pub const NO_PRODUCTS: &str = "No products yet";
pub const NO_PRODUCTS_WORDS: &str = "An admin defines the first one; applications need it.";
pub const RATE_PERCENT: &str = "Annual rate (%)";
pub const RATE_HINT: &str = "An exact decimal such as 8.625";
pub const RATE_UNREADABLE: &str = "Write an exact decimal of at most six places, as in 8.625.";
pub const HOLD_DAYS: &str = "Banking days a repayment by debit is held";
pub const DAYS_UNREADABLE: &str = "Write a whole number of days, at most 30.";
pub const ORDER: &str = "A repayment pays";
pub const SIGNATURE_HINT: &str = "A draw above this waits for a second person";
pub const OFFLINE_HINT: &str =
    "Above this, taken while the network is away, it waits for a second person";
pub const LIMIT_HINT: &str = "The most one line may be opened with";
pub const EXPOSURE_HINT: &str = "Over all lines of one customer";
pub const ACTIONS: &str = "Actions";
pub const LARGEST_LIMIT: &str = "Largest limit";
pub const SINGLE_SIGNATURE: &str = "One signature up to";
pub const OFFLINE_CAP: &str = "Offline, one signature up to";
pub const EXPOSURE_CAP: &str = "Exposure of one customer";
pub const WAIVER_CAP: &str = "One waiver forgives up to";
pub const WAIVER_HINT: &str = "Fees or interest; a second person always decides";
pub const CHECKS: &str = "Checks before an approval";
pub const INSTANT_LIMIT: &str = "Approved without a person up to";
pub const INSTANT_HINT: &str = "0: never. Papers complete, checks passed, affordable";
pub const AFFORDABLE: &str = "Affordable up to this part of the income (%)";
pub const AFFORDABLE_HINT: &str =
    "Obligations and the minimum payment on the full limit. Empty: not asked";
pub const RATE_NOTICE: &str = "Days of notice before a higher rate";
pub const CYCLE: &str = "A cycle ends";
pub const LAST_OF_MONTH: &str = "On the last day of the month";
pub const DAY_OF_MONTH: &str = "On a day of the month";
pub const EVERY_DAYS: &str = "Every so many days";
pub const CYCLE_DAYS: &str = "Day, or number of days";
pub const CYCLE_DAYS_HINT: &str = "A day from 1 to 28, or a number of days from 1 to 366";
pub const FLOOR: &str = "Minimum payment, at least";
pub const FLOOR_HINT: &str = "Never more than the balance";
pub const PART: &str = "Minimum payment, percent of the balance";
pub const PART_UNREADABLE: &str = "Write a percentage of at most two places, as in 2.5.";
pub const DUE_DAYS: &str = "Days from a statement to its due date";
pub const DUE_HINT: &str = "At least 21";
pub const GRACE_DAYS: &str = "Days after the due date before a late fee";
pub const NUMBER_UNREADABLE: &str = "Write a whole number of days.";
pub const ORIGINATION_HINT: &str = "Once, with the first draw";
pub const ANNUAL_HINT: &str = "On each anniversary of the line";
pub const EXPRESS_HINT: &str = "For each draw that settles by express";
pub const NEW_EXPLAINED: &str = "A product for lines opened from now on.";

pub fn revise_explained(version: u64) -> String {
    format!(
        "Version {version}. Lines opened from now on get these terms; existing ones keep theirs."
    )
}
