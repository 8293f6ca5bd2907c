//! Words of the details page.

pub const TITLE: &str = "Application";
pub const TABS: &str = "History and terms";
pub const TAB_TRANSACTIONS_ID: &str = "transactions";
pub const TAB_TRANSACTIONS: &str = "Transactions";
pub const TAB_MOVEMENTS_ID: &str = "movements";
pub const TAB_MOVEMENTS: &str = "Draws and repayments";
pub const TAB_STATEMENTS_ID: &str = "statements";
pub const TAB_STATEMENTS: &str = "Statements";
pub const TAB_DOCUMENTS_ID: &str = "documents";
pub const TAB_DOCUMENTS: &str = "Documents";
pub const TAB_EVENTS_ID: &str = "events";
pub const TAB_EVENTS: &str = "Event log";
pub const TAB_TERMS_ID: &str = "terms";
pub const TAB_TERMS: &str = "Purpose and terms";
pub const ACTIONS: &str = "What may be done now";
pub const PURPOSE: &str = "Purpose";
pub const AGREEMENT_SIGNED: &str = "Agreement signed on";
pub const NOT_SIGNED: &str = "Not recorded yet";
pub const NO_TERMS: &str = "Terms are copied from the product when the application is approved.";
pub const NO_TRANSACTIONS: &str = "No transactions yet";
pub const NO_TRANSACTIONS_WORDS: &str =
    "They appear here when money has moved: a draw paid out or settled, a repayment.";
pub const NO_MOVEMENTS: &str = "No draws or repayments yet";
pub const NO_MOVEMENTS_WORDS: &str =
    "Request a disbursement once the application is approved and the agreement is recorded.";
pub const EFFECTIVE: &str = "Date";
pub const POSTED: &str = "Posted";
pub const WHAT: &str = "What";
pub const BALANCE: &str = "Balance";
pub const BALANCE_EXPLAINED: &str = "Balance: owed less customer credit, after each transaction.";
pub const WHEN: &str = "When";
pub const WHO: &str = "Who";
pub const HAPPENED: &str = "What happened";
pub const REQUESTED_ON: &str = "Requested";
pub const EXPECTED: &str = "Expected";
pub const SETTLED: &str = "Settled";
pub const STATE: &str = "State";
pub const LAST_WORD: &str = "Last word of the network";
pub const PRINCIPAL_REASONS: &str = "Principal reasons:";

pub fn taken(on: &str, by: &str) -> String {
    format!("taken on {on} by {by}")
}

pub fn movements(count: usize) -> String {
    if count == 0 {
        TAB_MOVEMENTS.to_owned()
    } else {
        format!("{TAB_MOVEMENTS} ({count})")
    }
}

pub fn not_possible(count: usize) -> String {
    if count == 1 {
        "Why is one thing not possible now?".to_owned()
    } else {
        format!("Why are {count} things not possible now?")
    }
}

pub fn needs_review(count: u32) -> String {
    if count == 1 {
        "1 transfer needs review".to_owned()
    } else {
        format!("{count} transfers need review")
    }
}

pub fn frozen(note: &str) -> String {
    format!("Frozen: {note}")
}

pub fn approved(limit: &str, by: &str, on: &str) -> String {
    format!("Approved with a limit of {limit} by {by} on {on}.")
}

pub fn counter_offer(limit: &str, requested: &str, by: &str, on: &str) -> String {
    format!(
        "Approved with a limit of {limit}, less than the requested {requested}, by {by} on {on}."
    )
}

pub fn rejected(by: &str, on: &str) -> String {
    format!("Rejected by {by} on {on}.")
}

pub const BY_POLICY: &str = "the product's own rule";
pub const SIGN_NEXT: &str = "Record the signed agreement before the first disbursement.";

pub fn returned(code: &str) -> String {
    format!("Returned with code {code}.")
}

pub fn tries(attempts: u32) -> String {
    if attempts == 1 {
        "1 attempt".to_owned()
    } else {
        format!("{attempts} attempts")
    }
}

pub fn charged_off(amount: &str) -> String {
    format!(
        "Charged off: {amount} is not recovered yet. What is repaid still goes to the customer's debt."
    )
}
