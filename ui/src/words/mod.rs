//! The words of the page, in one place. English now; another language is another copy of this
//! folder. Words of the rules (refusals, states, reasons) come from `domain`.

pub mod admin;
pub mod adverse;
pub mod attention;
pub mod changes;
pub mod commands;
pub mod counter;
pub mod create;
pub mod customers;
pub mod details;
pub mod documents;
pub mod door;
pub mod frame;
pub mod lines;
pub mod lists;
pub mod login;
pub mod own_password;
pub mod papers;
pub mod past;
pub mod products;
pub mod reports;
pub mod second_factor;
pub mod statements;
pub mod sync;
pub mod what_if;

use domain::money::{Currency, Minor};

pub const FILL_IN: &str = "Fill this in.";
pub const DATE_UNREADABLE: &str =
    "Write a date such as 2026-01-31, t for today, or +7 for a week from today.";
pub const DATE_HELP: &str = "Year-month-day, t for today, or +7.";
pub const CANCEL: &str = "Cancel";
pub const CLOSE: &str = "Close";
pub const TRY_AGAIN: &str = "Try again";
pub const MORE: &str = "Show more";
pub const LOADING: &str = "Loading";
pub const REQUIRED: &str = "required";
pub const WORKING: &str = "Working…";
pub const CHECK_TYPED: &str = "Check what was typed";
pub const NOT_FOUND: &str = "Not found";
pub const NOT_NOW: &str = "Not now";
pub const WENT_WRONG: &str = "Something went wrong";

/// Words of the engine, as a sentence of their own: "waive fees" as "Waive fees".
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// "Write an amount such as 1,250.00 or 1.25k."
pub fn amount_unreadable(currency: Currency) -> String {
    let example = currency.format(Minor(1_250 * 10_i64.pow(u32::from(currency.exponent()))));
    format!("Write an amount such as {example} or 1.25k.")
}
