//! Words of the second factor.

pub const TITLE: &str = "Second factor";
pub const WHY: &str = "Six digits from an authenticator on another device, asked for beside your password at sign-in. It works without any network.";
pub const BEGIN: &str = "Set up";
pub const BEGIN_ANEW: &str = "Set up another one";
pub const PASSWORD_HELP: &str = "Once more, so that nobody sets it up for you.";
pub const SCAN: &str = "Scan this with your authenticator, or type the secret into it.";
pub const PICTURE: &str = "The secret as a picture to scan";
pub const SECRET: &str = "Secret";
pub const ADDRESS: &str = "Address";
pub const CODE: &str = "Code";
pub const CODE_HELP: &str = "The six digits it shows now. With them it is in use.";
pub const CONFIRM: &str = "Use it from now on";
pub const DONE: &str = "Your second factor is in use.";
pub const IN_USE: &str = "It is in use. What you set up now takes its place.";
pub const REMOVE_OWN: &str = "Remove it";
