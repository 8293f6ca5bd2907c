//! Words of the customers' pages.

pub const TITLE: &str = "Customers";
pub const SUBTITLE: &str = "Everybody this branch has recorded.";
pub const SEARCH: &str = "Search";
pub const SEARCH_HELP: &str = "Number, name, phone, last four digits";
pub const RECORD: &str = "Record customer";
pub const RECORDED: &str = "Customer recorded.";
pub const NUMBER: &str = "Number";
pub const NAME: &str = "Name";
pub const PHONE: &str = "Phone";
pub const EMAIL: &str = "Email";
pub const CITY: &str = "City";
pub const NEXT_ROW: &str = "Next row";
pub const PREVIOUS_ROW: &str = "Row before";
pub const NO_CUSTOMERS: &str = "No customers yet";
pub const NO_CUSTOMERS_WORDS: &str =
    "Record the customer who sits in front of you; an application can follow.";
pub const NONE_MATCH: &str = "Nobody matches";
pub const NONE_MATCH_WORDS: &str = "Look for a number, the beginning of a name, a phone number or the last four digits of an account, or record a new customer.";

pub const IDENTITY: &str = "Identity";
pub const CONTACT: &str = "Contact";
pub const ADDRESS: &str = "Address";
pub const HOUSEHOLD: &str = "Income and obligations";
pub const GIVEN_NAME: &str = "Given name";
pub const FAMILY_NAME: &str = "Family name";
pub const BIRTH_DATE: &str = "Birth date";
pub const BIRTH_DATE_HELP: &str = "Year-month-day, as in 1984-07-19.";
pub const TAX_ID: &str = "Tax id (SSN)";
pub const TAX_ID_HELP: &str = "Nine digits; dashes may be typed. Kept sealed and shown masked.";
pub const DOCUMENT_KIND: &str = "Identity document";
pub const DOCUMENT_NUMBER: &str = "Document number";
pub const SHOW: &str = "Show";
pub const HIDE: &str = "Hide";
pub const STREET: &str = "Street and number";
pub const UNIT: &str = "Apartment, building";
pub const TOWN: &str = "City";
pub const REGION: &str = "State or region";
pub const POSTAL_CODE: &str = "Postal code";
pub const COUNTRY: &str = "Country";
pub const COUNTRY_HELP: &str = "Two letters, as in US.";
pub const EMPLOYMENT: &str = "Employment";
pub const EMPLOYER: &str = "Employer";
pub const INCOME: &str = "Income per month";
pub const INCOME_HELP: &str = "Gross.";
pub const OBLIGATIONS: &str = "Obligations per month";
pub const OBLIGATIONS_HELP: &str = "Rent, loans, support.";

pub const DRIVERS_LICENSE: &str = "Driver's license";
pub const PASSPORT: &str = "Passport";
pub const STATE_ID: &str = "State id";
pub const MILITARY_ID: &str = "Military id";
pub const EMPLOYED: &str = "Employed";
pub const SELF_EMPLOYED: &str = "Self-employed";
pub const RETIRED: &str = "Retired";
pub const STUDENT: &str = "Student";
pub const NOT_EMPLOYED: &str = "Not employed";

pub const NEW_APPLICATION: &str = "New application";
pub const CHANGE: &str = "Change contact data";
pub const CHANGED: &str = "Contact data changed.";
pub const SAVE: &str = "Save";
pub const ADD_ACCOUNT: &str = "Add bank account";
pub const ACCOUNT_ADDED: &str = "Bank account added.";
pub const ROUTING: &str = "Routing number";
pub const ROUTING_HELP: &str = "Nine digits, at the lower left of a check.";
pub const ACCOUNT_NUMBER: &str = "Account number";
pub const ACCOUNT_NUMBER_HELP: &str = "4 to 17 digits. Kept sealed; only the last four are shown.";
pub const AUTHORIZE: &str = "Record authorization";
pub const AUTHORIZE_TITLE: &str = "Record a debit authorization";
pub const AUTHORIZED_DONE: &str = "Authorization recorded.";
pub const AUTHORIZE_WORDS: &str =
    "The customer signed that this account may be debited for repayments.";
pub const SIGNED_ON: &str = "Signed on";
pub const FORGET: &str = "Forget customer";
pub const FORGOTTEN_DONE: &str = "Customer forgotten.";
pub const FORGET_WORDS: &str = "Deletes the key to everything that identifies this customer. Nobody can read it again, in this program or in its log; amounts and dates stay. This cannot be undone.";
pub const FORGET_REASON: &str = "Reason";
pub const FORGET_CONFIRM: &str = "I understand that this cannot be undone";
pub const FORGET_CONFIRM_MISSING: &str = "Tick this to go on.";
pub const FORGOTTEN: &str = "Forgotten";
pub const FORGOTTEN_TITLE: &str = "This customer was forgotten";
pub const FORGOTTEN_WORDS: &str =
    "The key to the private data was deleted. Amounts, dates and decisions remain.";
pub const BANK_ACCOUNTS: &str = "Bank accounts";
pub const NO_ACCOUNTS: &str = "No bank account recorded";
pub const NO_ACCOUNTS_WORDS: &str =
    "Add one to pay out to it, or to take repayments from it once the customer has signed.";
pub const ACCOUNT: &str = "Account";
pub const DEBITS: &str = "Debits";
pub const ACTIONS: &str = "Actions";
pub const NOT_AUTHORIZED: &str = "Not authorized";
pub const LINES: &str = "Applications and lines";
pub const NO_LINES: &str = "No application yet";
pub const NO_LINES_WORDS: &str = "Take one while the customer is here.";
pub const RECORDED_ON: &str = "Recorded on";
pub const AFTER_OBLIGATIONS: &str = "Left after obligations";
pub const NONE: &str = "–";
pub const CONTACTS: &str = "Contacts";
pub const ADD_NOTE: &str = "Add note";
pub const NOTE_ADDED: &str = "Note added.";
pub const NO_CONTACTS: &str = "Nothing noted yet";
pub const NO_CONTACTS_WORDS: &str = "Note what was said, for whoever serves the customer next.";
pub const MORE_CONTACTS: &str = "The newest 50 are shown.";
pub const WHEN: &str = "When";
pub const HOW: &str = "How";
pub const WHO: &str = "Who";
pub const NOTE: &str = "Note";

pub fn account(last4: &str) -> String {
    format!("•••• {last4}")
}

pub fn authorized(on: &str) -> String {
    format!("Authorized on {on}")
}

pub fn unusable(code: &str) -> String {
    format!("Unusable: returned with {code}")
}
