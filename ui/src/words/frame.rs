//! Words of the frame around every page.

pub const APPLICATIONS: &str = "Applications";
pub const CUSTOMERS: &str = "Customers";
pub const ADMIN: &str = "Admin";
pub const PRODUCTS: &str = "Products";
pub const SYNC: &str = "Payments";
pub const COUNTER: &str = "Cash";
pub const ATTENTION: &str = "Needs attention";
pub const REPORTS: &str = "Reports";
pub const NEW_APPLICATION: &str = "New application";
pub const SEARCH: &str = "Search applications";
pub const SEARCH_SHORT: &str = "Search";
pub const SEARCH_HINT: &str = "Number, name, phone, last four digits";
pub const PALETTE: &str = "Find an action";
pub const HELP: &str = "Keyboard shortcuts";
pub const THEME_SYSTEM: &str = "Colours as the system has them";
pub const THEME_LIGHT: &str = "Light colours";
pub const THEME_DARK: &str = "Dark colours";
pub const SIGN_OUT: &str = "Sign out";
pub const SIGNED_OUT: &str = "You are signed out.";
pub const SESSION_ENDED: &str = "Your session has ended. Sign in again.";
pub const GROUP_GO: &str = "Go to";
pub const GROUP_DO: &str = "Do";
pub const GROUP_LOOK: &str = "Look";
pub const GROUP_PAGE: &str = "On this page";
pub const NAVIGATION: &str = "Main";
pub const SKIP: &str = "Skip to the page";
pub const MENU: &str = "Your menu";
pub const DEMO_LABEL: &str = "Demo";
pub const DEMO: &str = "Demo: made-up people, kept in a folder of its own";
pub const NO_ACTION: &str = "Nothing by that name can be done here.";
pub const PALETTE_FIELD: &str = "What do you want to do?";
pub const BUSINESS_DATE: &str = "Business date";
pub const NO_STORE: &str = "Branchline cannot reach its store.";
pub const ROLE_ADMIN: &str = "Admin";
pub const ROLE_STAFF: &str = "Staff";

pub const ONLINE: &str = "Online";
pub const OFFLINE: &str = "Offline";
pub const FAILING: &str = "Failing";

pub fn waiting(count: u32) -> String {
    format!("Waiting ({count})")
}

pub fn needs_you(count: u32) -> String {
    format!("Needs you ({count})")
}

pub fn since(moment: &str) -> String {
    format!("Since you last signed in, on {moment}")
}

pub fn wrong_passwords(count: u32) -> String {
    match count {
        1 => "A wrong password or code was given for your account.".to_owned(),
        count => {
            format!("The last of {count} wrong passwords and codes was given for your account.")
        }
    }
}

pub fn more_changes(count: usize) -> String {
    format!("And {count} earlier, in the event log.")
}

pub fn search_for(typed: &str) -> String {
    format!("Search applications for “{typed}”")
}
pub const SECOND_FACTOR: &str = "Second factor";
pub const OWN_PASSWORD: &str = "Change password";
pub const NOT_ME: &str =
    "If you do not know of any of this, change your password and tell an admin of your branch.";
pub const WAS_ME: &str = "I know of it";

pub fn last_signed_in(moment: &str) -> String {
    format!("Last signed in {moment}")
}
