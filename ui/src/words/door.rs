//! Words of the door: the store's passphrase, and a fresh store's founding.

pub const TITLE_LOCKED: &str = "Open the store";
pub const TITLE_FRESH: &str = "Found this branch's store";
pub const LOCKED: &str =
    "This branch's records are sealed. Type the passphrase they were sealed with.";
pub const FRESH: &str = "Nothing is kept here yet. Choose a passphrase: everything that identifies a customer is sealed with it, and nobody can open the store without it.";
pub const PASSPHRASE: &str = "Passphrase";
pub const PASSPHRASE_AGAIN: &str = "Passphrase again";
pub const DIFFERENT: &str = "The two are not the same.";
pub const BRANCH: &str = "Name of the branch";
pub const CURRENCY: &str = "Currency";
pub const CURRENCY_HELP: &str = "One currency a store; it cannot be changed later.";
pub const TIME_ZONE: &str = "Time zone";
pub const TIME_ZONE_HELP: &str = "Such as America/New_York. It proposes the business date.";
pub const OPEN: &str = "Open";
pub const FOUND: &str = "Found the store";
pub const SHOW: &str = "Show the passphrase";

pub fn at_least(characters: u32) -> String {
    format!("At least {characters} characters. Write it down and keep it apart from this machine.")
}
