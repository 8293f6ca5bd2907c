//! Words of a line's page, its dialogs and its lists.

use domain::command::Speed;
use domain::cycle::Cycle;
use domain::explain::FigureName;
use domain::intake::Check;
use domain::money::Minor;
use domain::movement::{Method, MovementKind};
use domain::product::{DayCount, Due, InterestMethod, MinimumRule};

pub const LIMIT: &str = "Limit";
pub const AVAILABLE: &str = "Available";
pub const OWED: &str = "Owed";
pub const PRINCIPAL: &str = "Principal";
pub const INTEREST: &str = "Interest";
pub const ACCRUED: &str = "Interest accrued";
pub const MINIMUM: &str = "Minimum to pay";
pub const PAST_DUE: &str = "Past due";
pub const FEES: &str = "Fees";
pub const CREDIT: &str = "Customer credit";
pub const ON_THEIR_WAY: &str = "Draws on their way";
pub const HELD: &str = "Held";
pub const REQUESTED: &str = "Requested";
pub const STATUS: &str = "Status";

pub const WHY: &str = "Why?";
pub const PAYOFF_TODAY: &str = "What would pay it off today?";
pub const WHY_PARTS: &str = "What it is made of";
pub const WHY_INTEREST: &str = "How the interest accrued";
pub const FROZEN: &str = "Frozen";
pub const CANCELLATION_REQUESTED: &str = "Cancellation requested";
pub const CLOSED_BUT_OWING: &str = "Closed, but owing";

pub const PREVIEW: &str = "What this will do";
pub const PREVIEW_EMPTY: &str = "Fill in the fields to see what this will do.";
pub const PREVIEW_ASKING: &str = "Working it out…";
pub const PREVIEW_NOW: &str = "Now";
pub const PREVIEW_AFTER: &str = "After";
pub const PAYS: &str = "Pays";
pub const SECOND_PERSON: &str = "A second person has to approve this before it goes on.";
pub const NOT_POSSIBLE: &str = "Not possible now";

pub const AMOUNT: &str = "Amount";
pub const AMOUNT_HINT: &str = "For example 1250, 1,250.00 or 1.25k";
pub const NOTE: &str = "Note";
pub const REASON: &str = "Reason";
pub const REASON_OPTIONAL: &str = "Reason (optional)";
pub const NOTE_OPTIONAL: &str = "Note (optional)";
pub const SIGNED_ON: &str = "Signed on";
pub const APPROVED_LIMIT: &str = "Approved limit";
pub const TERMS_NOT_SHOWN: &str = "Its terms have to be here first.";
pub const WAY_OUT: &str = "How is it paid out?";
pub const WAY_IN: &str = "How is it paid?";
pub const CASH_OUT: &str = "Cash at the counter";
pub const CASH_IN: &str = "Cash at the counter";
pub const TO_BANK: &str = "To a bank account";
pub const BY_DEBIT: &str = "Debit from a bank account";
pub const IDENTITY_SEEN: &str = "I have seen the customer's identity document";
pub const BANK_ACCOUNT: &str = "Bank account";
pub const CHOOSE: &str = "Choose…";
pub const SPEED: &str = "Speed";
pub const ADD_ACCOUNT: &str = "Add a bank account";
pub const ROUTING: &str = "Routing number";
pub const ROUTING_HINT: &str = "Nine digits";
pub const ACCOUNT_NUMBER: &str = "Account number";
pub const ACCOUNT_NUMBER_HINT: &str = "4 to 17 digits";
pub const ADD: &str = "Add account";
pub const DONT_ADD: &str = "Not now";
pub const NO_ACCOUNTS: &str = "This customer has no bank account yet.";
pub const AUTHORIZE: &str = "Record authorization";
pub const AUTHORIZE_SIGNED: &str = "Authorization signed on";
pub const PAY_IN_FULL: &str = "Pay in full";
pub const REFUND_ALL: &str = "All of it";
pub const CHOOSE_ACCOUNT: &str = "Choose a bank account.";
pub const CONFIRM_IDENTITY: &str = "See the customer's identity document before paying out cash.";

pub const REASONS: &str = "Principal reasons";
pub const FIND_REASON: &str = "Find a reason";
pub const NO_SUCH_REASON: &str = "No reason contains these words.";
pub const OTHER_WORDS: &str = "The other reason, in words";
pub const CHOOSE_REASONS: &str = "Choose one to four reasons.";
pub const NOTICE: &str = "What the adverse action notice will say";
pub const NOTICE_EMPTY: &str = "Choose a reason to see the notice.";

pub fn reasons_chosen(count: usize) -> String {
    format!("{count} of at most 4 chosen")
}

pub fn limit_hint(requested: &str) -> String {
    format!("At most the requested {requested}")
}

pub fn counter_offer(less: &str) -> String {
    format!("{less} less than requested: this is a counter-offer to the customer.")
}

pub fn account_ending(last4: &str) -> String {
    format!("Account ending {last4}")
}

pub fn account_not_authorized(last4: &str) -> String {
    format!("Account ending {last4}: debits not authorized")
}

pub fn pay_in_full(owed: &str) -> String {
    format!("{PAY_IN_FULL} ({owed})")
}

pub fn refund_all(credit: &str) -> String {
    format!("{REFUND_ALL} ({credit})")
}

pub fn speed(speed: Speed) -> &'static str {
    match speed {
        Speed::Standard => "Standard",
        Speed::Express => "Express",
    }
}

pub fn speed_explained(speed: Speed) -> &'static str {
    match speed {
        Speed::Standard => "Arrives with the network's usual settlement",
        Speed::Express => "The network settles it sooner",
    }
}

pub fn movement_kind(kind: MovementKind) -> &'static str {
    kind.words()
}

/// "Cash", or "Account ending 4410, express".
pub fn method(method: &Method) -> String {
    method.words()
}

/// "fees, then interest, then principal"
pub fn allocation_order(order: &[Due; 3]) -> String {
    Due::order_in_words(order)
}

pub fn day_count(count: DayCount) -> &'static str {
    count.words()
}

pub fn interest_method(method: InterestMethod) -> &'static str {
    method.words()
}

/// "on the last day of the month"
pub fn cycle(cycle: Cycle) -> String {
    cycle.words()
}

/// "25.00, or 2 % of the balance"
pub fn minimum(floor: &str, rule: MinimumRule) -> String {
    rule.words(floor)
}

pub fn days_after(days: u16, what: &str) -> String {
    format!("{days} days after {what}")
}

/// "9.5 % from 2026-05-01"
pub fn rate_from(rate: &str, from: &str) -> String {
    format!("{rate} % from {from}")
}

pub const METHOD: &str = "Interest method";
pub const CYCLE: &str = "A cycle ends";
pub const MINIMUM_RULE: &str = "Minimum payment";
pub const DUE: &str = "Due";
pub const THE_STATEMENT: &str = "the statement, then on a business day";
pub const THE_DUE_DATE: &str = "the due date";
pub const LATE: &str = "Late fee falls due";
pub const LATE_FEE: &str = "Late fee";
pub const RETURNED_FEE: &str = "Returned payment fee";
pub const ORIGINATION_FEE: &str = "Origination fee";
pub const ANNUAL_FEE: &str = "Annual fee";
pub const EXPRESS_FEE: &str = "Express fee";
pub const CHECKS: &str = "Checks before an approval";
pub const INSTANT_LIMIT: &str = "Approved without a person";
pub const AFFORDABLE: &str = "Affordable";

pub fn checks(checks: &[Check]) -> String {
    if checks.is_empty() {
        return "none".to_owned();
    }
    let words: Vec<&str> = checks.iter().map(|check| check.words()).collect();
    words.join(", ")
}

pub fn instant(limit: Minor, money: impl Fn(Minor) -> String) -> String {
    if limit.is_zero() {
        return "never".to_owned();
    }
    format!("up to {}", money(limit))
}

pub fn affordable(basis_points: Option<u32>) -> String {
    basis_points.map_or_else(
        || "not asked".to_owned(),
        |points| {
            let percent = domain::product::percent(points);
            format!("obligations and minimum payment up to {percent} % of the income")
        },
    )
}

pub const WAIVER_CAP: &str = "One waiver up to";
pub const RATE_CHANGES: &str = "Rate changes";
pub const RATE: &str = "Annual rate";
pub const DAY_COUNT: &str = "Day count";
pub const ORDER: &str = "A repayment pays";
pub const LARGEST_LIMIT: &str = "Largest limit";
pub const SINGLE_SIGNATURE: &str = "One signature up to";
pub const OFFLINE_CAP: &str = "Offline, one signature up to";
pub const EXPOSURE_CAP: &str = "Exposure of one customer up to";
pub const HOLD_DAYS: &str = "Repayments by debit held";

pub fn banking_days(days: u32) -> String {
    if days == 1 {
        "1 banking day".to_owned()
    } else {
        format!("{days} banking days")
    }
}

pub const FIGURES: &str = "Figures";

/// What the bar shows, for those who do not see it.
pub fn limit_used(drawn: &str, reserved: &str, available: &str, limit: &str) -> String {
    format!("Of a limit of {limit}: {drawn} drawn, {reserved} reserved, {available} available")
}

pub const BACK: &str = "Back";

pub fn terms_of(product: &str) -> String {
    format!("Terms: {product}")
}

pub const FINISH_ADDING: &str = "Add the bank account first, or choose not to.";
pub const AUTHORIZE_FIRST: &str = "Record the customer's signed authorization first.";

pub fn at_most_available(available: &str) -> String {
    format!("At most {available} is available")
}
pub const CLOSED_BUT_OWING_EXPLAINED: &str =
    "A late fact reached this line after it ended, and it owes again. It takes repayments.";

/// A figure's name within the sentence of its question.
fn figure(figure: FigureName) -> &'static str {
    match figure {
        FigureName::Available => AVAILABLE,
        FigureName::Owed => OWED,
        FigureName::Payoff => "Payoff",
        FigureName::Minimum => MINIMUM,
        FigureName::PastDue => PAST_DUE,
    }
}

pub fn figure_tag(figure: FigureName) -> &'static str {
    match figure {
        FigureName::Available => "available",
        FigureName::Owed => "owed",
        FigureName::Payoff => "payoff",
        FigureName::Minimum => "minimum",
        FigureName::PastDue => "past_due",
    }
}

pub fn why(of: FigureName) -> String {
    format!("Why? {}", figure(of))
}

pub fn figure_on(of: FigureName, on: &str) -> String {
    format!("{} on {on}", figure(of))
}
