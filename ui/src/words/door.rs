//! Words of the door: the store and its passphrase, before anybody signs in.

pub const TITLE_LOCKED: &str = "Open the store";
pub const TITLE_FRESH: &str = "Set up this branch";
pub const LOCKED: &str =
    "The branch's records are sealed. Type the passphrase they were set up with.";
pub const FRESH: &str =
    "Nothing is here yet. Name the branch and choose the passphrase its records are sealed with.";
pub const PASSPHRASE: &str = "Passphrase";
pub const REPEATED: &str = "Passphrase, once more";
pub const REPEATED_WRONG: &str = "The two are not the same.";
pub const SHOW: &str = "Show the passphrase";
pub const CAREFUL_TITLE: &str = "Keep the passphrase safe";
pub const CAREFUL: &str = "Write it down and keep it apart from this machine: whoever has lost it cannot open the records again, and neither can we.";
pub const BRANCH_NAME: &str = "Name of the branch";
pub const CURRENCY: &str = "Currency";
pub const CURRENCY_HELP: &str = "One for the whole store; it cannot be changed later.";
pub const TIME_ZONE: &str = "Time zone";
pub const TIME_ZONE_HELP: &str = "As in America/New_York; it proposes the business date.";
pub const OPEN: &str = "Open";
pub const SET_UP: &str = "Set up";
pub const FOLDER: &str = "Folder";

pub fn passphrase_help(least: u32) -> String {
    format!("At least {least} characters, of any kind.")
}
