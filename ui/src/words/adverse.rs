//! Words of what was done to a line and its customer has to be told of.

use domain::adverse::ActionTaken;
use domain::money::Currency;
use domain::paper::reasons_in_words;
use domain::view::ToldView;

pub const TITLE: &str = "Adverse action";
pub const UNTOLD: &str = "The customer was not told of this yet:";

/// "2026-03-05: The limit was not raised to 12,000.00 USD."
pub fn taken(taken: &ActionTaken, currency: Currency) -> String {
    format!("{}: {}", taken.on, taken.action.words(currency))
}

/// "The customer was told on 2026-04-01: No credit file."
pub fn told(told: &ToldView) -> String {
    let reasons = reasons_in_words(&told.reasons, told.other_words.as_deref());
    format!(
        "The customer was told on {}: {}.",
        told.on,
        reasons.join("; ")
    )
}
