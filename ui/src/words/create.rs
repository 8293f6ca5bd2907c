//! Words of the create page.

use crate::pages::create::Step;

pub const TITLE: &str = "New application";
pub const STEPS: &str = "Steps";
pub const CUSTOMER: &str = "Customer";
pub const REQUEST: &str = "Request";
pub const REVIEW: &str = "Review and submit";
pub const NEXT: &str = "Next";
pub const PREVIOUS: &str = "Previous";
pub const SUBMIT: &str = "Submit application";
pub const CHANGE: &str = "Change";
pub const DISCARD: &str = "Discard draft";
pub const DISCARD_QUESTION: &str = "What was typed so far is deleted for good.";
pub const DISCARDED: &str = "Draft discarded.";
pub const KEEP: &str = "Keep it";
pub const SAVED: &str = "Draft saved.";
pub const NOT_SAVED: &str = "The draft could not be saved.";
pub const RESTORED: &str = "Your draft is back: you go on where you were.";
pub const ALREADY_SUBMITTED: &str = "This application was submitted before the page closed.";
pub const CUSTOMER_WAS_RECORDED: &str =
    "The customer was recorded before the page closed; the application was not submitted yet.";

pub const FIND: &str = "Find the customer";
pub const FIND_HELP: &str = "Name, customer number or phone";
pub const FOUND: &str = "Customers found";
pub const NOBODY_FOUND: &str = "Nobody found. Check the spelling, or record a new customer.";
pub const RECORD_NEW: &str = "Record a new customer";
pub const SEARCH_INSTEAD: &str = "Search instead";
pub const CHOSEN: &str = "Chosen customer";
pub const CHOOSE_ANOTHER: &str = "Choose another";
pub const CHOOSE_CUSTOMER: &str = "Choose a customer, or record a new one.";
pub const NEW_CUSTOMER: &str = "New customer";
pub const NEW_CUSTOMER_HELP: &str = "Recorded when the application is submitted.";

pub const ADDRESS: &str = "Address";
pub const DOCUMENT: &str = "Identity document";
pub const BIRTH_DATE: &str = "Date of birth";
pub const TAX_ID: &str = "Tax id";
pub const PHONE: &str = "Phone";
pub const CITY: &str = "City";
pub const EMPLOYMENT: &str = "Employment";
pub const INCOME: &str = "Monthly income before tax";
pub const OBLIGATIONS: &str = "Monthly obligations";

pub const PRODUCT: &str = "Product";
pub const REQUESTED: &str = "Requested limit";
pub const PURPOSE: &str = "Purpose";
pub const PURPOSE_HELP: &str = "What the customer needs the line for";
pub const CHOOSE_PRODUCT: &str = "Choose a product.";
pub const NO_PRODUCTS: &str = "There is no product yet: an admin defines one on the products page.";

pub fn step(step: Step) -> &'static str {
    match step {
        Step::Customer => CUSTOMER,
        Step::Request => REQUEST,
        Step::Review => REVIEW,
    }
}

pub fn at_most(limit: &str) -> String {
    format!("At most {limit} with this product")
}

pub fn submitted(number: &str) -> String {
    format!("Application {number} submitted.")
}
