//! Words of the sign-in page.

pub const SIGN_IN: &str = "Sign in";
pub const SIGN_UP: &str = "Sign up";
pub const TITLE_IN: &str = "Sign in";
pub const TITLE_UP: &str = "Ask for an account";
pub const LOGIN: &str = "Sign-in name";
pub const NAME: &str = "Full name";
pub const NAME_HELP: &str = "As colleagues know you; it stands beside what you do.";
pub const EMPLOYEE_NUMBER: &str = "Employee number";
pub const EMPLOYEE_NUMBER_HELP: &str =
    "Accounts of one employee number are one person, who never decides on their own requests.";
pub const PASSWORD: &str = "Password";
pub const PASSWORD_HELP: &str = "At least 15 characters, of any kind. Several words are easier to keep in mind; pasting is fine.";
pub const PASSWORD_SHORT: &str = "Use at least 15 characters.";
pub const SHOW_PASSWORD: &str = "Show the password";
pub const FACTOR_CODE: &str = "Code of your second factor";
pub const FACTOR_CODE_HELP: &str = "Six digits from your authenticator. Each is good once.";
pub const HAVE_CODE: &str = "Have a reset code?";
pub const RESET: &str = "Set a new password";
pub const TITLE_RESET: &str = "Set a new password";
pub const CODE: &str = "Reset code";
pub const CODE_HELP: &str = "From an admin. It works once, within a day.";
pub const RESET_DONE_TITLE: &str = "Your new password is set";
pub const RESET_DONE: &str = "Sign in with it.";
pub const ADMIN: &str = "I am an admin";
pub const ADMIN_FIRST: &str =
    "This branch has no admin yet: with this, your account is its first admin at once.";
pub const ADMIN_LATER: &str =
    "This is a request: your account waits until another admin approves it.";
pub const NO_ACCOUNT: &str = "No account yet?";
pub const HAVE_ACCOUNT: &str = "Have an account?";
pub const FRESH_TITLE: &str = "A fresh start";
pub const FRESH: &str = "Nobody has an account here yet. Sign up with the admin flag to become this branch's first admin.";
pub const WAITING_TITLE: &str = "Your account waits for approval";
pub const WAITING: &str = "An admin of this branch has to approve it before you can sign in.";
pub const DEMO_TITLE: &str = "This is a demo";
pub const WELCOME_LINE: &str = "Revolving lines of credit, at the counter.";
