//! Words of changing one's own password.

pub const TITLE: &str = "Change password";
pub const WHY: &str =
    "Everybody else who is signed in with your account has to sign in again, with the new one.";
pub const CURRENT: &str = "Your password now";
pub const NEW: &str = "New password";
pub const CHANGE: &str = "Change password";
pub const DONE: &str = "Your password is changed.";
