//! Words of the admin page.

pub const TITLE: &str = "Admin";
pub const SUBTITLE: &str = "What waits for an admin's decision";
pub const OPEN_APPLICATIONS: &str = "Open applications";
pub const MORE_OPEN: &str =
    "More are open than are shown here. Decide these first, or search all of them.";
pub const WAITING_DRAWS: &str = "Draws waiting for a second person";
pub const SPLITS: &str = "Draws that add up over one signature";
pub const SPLITS_WORDS: &str = "Within 24 hours, each small enough for one signature and all of them too much for one; asked for since the banking day before today. Nothing was held back for it.";
pub const DRAWS: &str = "Draws";
pub const TOGETHER: &str = "Together";
pub const ONE_SIGNATURE: &str = "One signature";
pub const LAST_ASKED: &str = "Last asked for";
pub const BROKEN_GLASS: &str = "Broken glass to be looked at";
pub const BROKEN_ON: &str = "Broken on";
pub const WAITING_ACCOUNTS: &str = "Accounts waiting for approval";
pub const CANCELLATIONS: &str = "Cancellation requests";
pub const IN_REVIEW: &str = "Transfers in review";
pub const LOCKED_ACCOUNTS: &str = "Locked accounts";
pub const ACCOUNTS: &str = "Accounts";
pub const SECOND_FACTOR: &str = "Second factor";
pub const DEMAND: &str = "Admins need a second factor";
pub const DEMANDED: &str = "A second factor is demanded of admins.";
pub const NOT_DEMANDED: &str = "A second factor is up to everybody.";
pub const CHANGE_DEMAND: &str = "Change";
pub const RESET_HAND_OVER: &str = "Hand it to the person themselves. It is not shown again; it works once, on the sign-in page under “Have a reset code?”.";
pub const RESET_ENDS: &str = "Good until";
pub const RESET_SHOWN_BEFORE: &str = "The code was shown before";
pub const RESET_ANOTHER: &str = "It cannot be shown a second time. Issue another one.";
pub const NOTHING_WAITS: &str = "Nothing waits for you";
pub const NOTHING_WAITS_WORDS: &str =
    "New applications, draws above the signature limit and sign-ups appear here by themselves.";
pub const ADMINS_ONLY: &str = "This page is for admins";
pub const ADMINS_ONLY_WORDS: &str = "Applications you may work on are on the applications page.";
pub const NUMBER: &str = "Number";
pub const CUSTOMER: &str = "Customer";
pub const PRODUCT: &str = "Product";
pub const REQUESTED: &str = "Requested";
pub const TAKEN: &str = "Taken";
pub const BY: &str = "By";
pub const AMOUNT: &str = "Amount";
pub const STATUS: &str = "Status";
pub const OWED: &str = "Owed";
pub const LAST: &str = "Last word";
pub const ACTIONS: &str = "Actions";
pub const NAME: &str = "Name";
pub const LOGIN: &str = "Sign-in name";
pub const ASKED: &str = "Asked";
pub const EMPLOYEE_NUMBER: &str = "Employee number";
pub const EMPLOYEE_NUMBER_HELP: &str = "As the staff records have it, typed anew";
pub const ROLE: &str = "Role";
pub const STAFF: &str = "Staff";
pub const ADMIN: &str = "Admin";
pub const STAFF_MAY: &str = "Customers, applications, disbursements, repayments";
pub const ADMIN_MAY: &str = "Also decides, approves and sets up";

/// "Open applications (3)"
pub fn counted(words: &str, count: usize) -> String {
    format!("{words} ({count})")
}
