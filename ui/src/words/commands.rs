//! Words of the commands: on buttons, as titles of dialogs, and when they are done.

use domain::command::CommandKind;

/// On a button, and as the title of its dialog.
pub fn title(kind: CommandKind) -> &'static str {
    match kind {
        CommandKind::RecordCustomer => "Record customer",
        CommandKind::UpdateCustomer => "Change customer",
        CommandKind::AddBankAccount => "Add bank account",
        CommandKind::AuthorizeDebit => "Record debit authorization",
        CommandKind::ForgetCustomer => "Forget customer",
        CommandKind::AddContactNote => "Add note",
        CommandKind::DefineProduct => "Save product",
        CommandKind::TakeApplication => "Submit application",
        CommandKind::RecordMissing => "Record what is missing",
        CommandKind::SendIncompletenessNotice => "Send incompleteness notice",
        CommandKind::RecordCheck => "Record check",
        CommandKind::ApproveApplication => "Approve",
        CommandKind::RejectApplication => "Reject",
        CommandKind::CancelApplication => "Cancel application",
        CommandKind::RecordAgreement => "Record agreement",
        CommandKind::RequestDraw => "Request disbursement",
        CommandKind::ApproveDraw => "Approve draw",
        CommandKind::DeclineDraw => "Decline draw",
        CommandKind::BreakGlass => "Break the glass",
        CommandKind::PayCashDraw => "Pay out cash",
        CommandKind::CancelDraw => "Cancel draw",
        CommandKind::TakeRepayment => "Take repayment",
        CommandKind::CancelRepayment => "Cancel repayment",
        CommandKind::RefundCredit => "Refund credit",
        CommandKind::RequestCancellation => "Request cancellation",
        CommandKind::DeclineCancellation => "Decline cancellation",
        CommandKind::CloseLine => "Close line",
        CommandKind::FreezeLine => "Freeze",
        CommandKind::UnfreezeLine => "Unfreeze",
        CommandKind::TellAdverseAction => "Tell of adverse action",
        CommandKind::AskNetworkAgain => "Ask the network again",
        CommandKind::ApproveAccount => "Approve account",
        CommandKind::DeclineAccount => "Decline account",
        CommandKind::UnlockAccount => "Unlock account",
        CommandKind::SetRole => "Change role",
        CommandKind::DisableAccount => "Disable account",
        CommandKind::EnableAccount => "Enable account",
        CommandKind::IssueResetCode => "Issue reset code",
        CommandKind::RemoveSecondFactor => "Remove second factor",
        CommandKind::DemandSecondFactor => "Second factor of admins",
        CommandKind::RetryTransfer => "Try now",
        CommandKind::ParkTransfer => "Set aside",
        CommandKind::HandBackTransfer => "Hand back",
        CommandKind::PresentAgain => "Present again",
        CommandKind::ResolveFinding => "Resolve",
        CommandKind::RequestChange => "Ask for a change",
        CommandKind::ApproveChange => "Agree to the change",
        CommandKind::DeclineChange => "Decline the change",
        CommandKind::CloseDay => "Close the day",
        CommandKind::SetHolidays => "Set holidays",
        CommandKind::OpenDrawer => "Open drawer",
        CommandKind::MoveVaultCash => "Move cash",
        CommandKind::CountDrawer => "Count drawer",
        CommandKind::CloseDrawer => "Close drawer",
    }
}

pub const PASSWORD: &str = "Your password";
pub const PASSWORD_HELP: &str = "Once more, because this is a decision.";
pub const LOOK_AGAIN: &str = "Look again before you go on";

/// On the button, once its dialog has warned.
pub fn all_the_same(kind: CommandKind) -> String {
    format!("{} all the same", title(kind))
}

/// What happened, for the toast.
pub fn done(kind: CommandKind) -> &'static str {
    match kind {
        CommandKind::RecordCustomer => "Customer recorded.",
        CommandKind::UpdateCustomer => "Customer changed.",
        CommandKind::AddBankAccount => "Bank account added.",
        CommandKind::AuthorizeDebit => "Debit authorization recorded.",
        CommandKind::ForgetCustomer => "Customer forgotten.",
        CommandKind::AddContactNote => "Note added.",
        CommandKind::DefineProduct => "Product saved.",
        CommandKind::TakeApplication => "Application submitted.",
        CommandKind::RecordMissing => "Recorded.",
        CommandKind::SendIncompletenessNotice => "Notice recorded.",
        CommandKind::RecordCheck => "Check recorded.",
        CommandKind::ApproveApplication => "Application approved.",
        CommandKind::RejectApplication => "Application rejected.",
        CommandKind::CancelApplication => "Application cancelled.",
        CommandKind::RecordAgreement => "Agreement recorded.",
        CommandKind::RequestDraw => "Disbursement requested.",
        CommandKind::ApproveDraw => "Draw approved.",
        CommandKind::DeclineDraw => "Draw declined.",
        CommandKind::BreakGlass => "Draw released. Another person has to look at it.",
        CommandKind::PayCashDraw => "Cash paid out.",
        CommandKind::CancelDraw => "Draw cancelled.",
        CommandKind::TakeRepayment => "Repayment taken.",
        CommandKind::CancelRepayment => "Repayment cancelled.",
        CommandKind::RefundCredit => "Credit refunded.",
        CommandKind::RequestCancellation => "Cancellation requested.",
        CommandKind::DeclineCancellation => "Cancellation declined.",
        CommandKind::CloseLine => "Line closed.",
        CommandKind::FreezeLine => "Line frozen.",
        CommandKind::UnfreezeLine => "Line unfrozen.",
        CommandKind::TellAdverseAction => "Notice recorded.",
        CommandKind::AskNetworkAgain => "The network is being asked again.",
        CommandKind::ApproveAccount => "Account approved.",
        CommandKind::DeclineAccount => "Account declined.",
        CommandKind::UnlockAccount => "Account unlocked.",
        CommandKind::SetRole => "Role changed.",
        CommandKind::DisableAccount => "Account disabled.",
        CommandKind::EnableAccount => "Account enabled.",
        CommandKind::IssueResetCode => "Reset code issued.",
        CommandKind::RemoveSecondFactor => "Second factor removed.",
        CommandKind::DemandSecondFactor => "Setting saved.",
        CommandKind::RetryTransfer => "It is being tried now.",
        CommandKind::ParkTransfer => "Set aside.",
        CommandKind::HandBackTransfer => "Handed back to the desk.",
        CommandKind::PresentAgain => "Presented again.",
        CommandKind::ResolveFinding => "Finding resolved.",
        CommandKind::RequestChange => "Asked for. Another person decides on it.",
        CommandKind::ApproveChange => "The change is made.",
        CommandKind::DeclineChange => "The change is declined.",
        CommandKind::CloseDay => "The day is closed.",
        CommandKind::SetHolidays => "Holidays set.",
        CommandKind::OpenDrawer => "Drawer opened.",
        CommandKind::MoveVaultCash => "Cash moved.",
        CommandKind::CountDrawer => "Drawer counted.",
        CommandKind::CloseDrawer => "Drawer closed; its cash is in the vault.",
    }
}

/// One sentence above the fields: what this does.
pub fn explained(kind: CommandKind) -> Option<&'static str> {
    match kind {
        CommandKind::ApproveApplication => Some(
            "The terms of the product are copied into the line. A limit below the requested one is a counter-offer.",
        ),
        CommandKind::RecordMissing => Some(
            "Tick what the customer still has to bring. With nothing ticked the application is complete, and the time to decide begins.",
        ),
        CommandKind::SendIncompletenessNotice => Some(
            "Tells the customer what is missing and by when it has to be here; without it the application is not considered further.",
        ),
        CommandKind::RecordCheck => {
            Some("Looked up, and how it came out. An approval needs every check of the product.")
        }
        CommandKind::RejectApplication => {
            Some("Choose one to four principal reasons. The adverse action notice prints them.")
        }
        CommandKind::CancelApplication => Some(
            "The customer withdraws the application. It takes effect at once and cannot be undone.",
        ),
        CommandKind::RecordAgreement => Some(
            "The customer signed the credit agreement. From then on disbursements may be requested.",
        ),
        CommandKind::ApproveDraw => {
            Some("You are the second person: check the request and the customer before you agree.")
        }
        CommandKind::DeclineDraw => Some("The draw ends here and its amount is available again."),
        CommandKind::BreakGlass => Some(
            "No other admin is there to decide on what you asked for. You release it alone, up to twice what one signature may release; what you write here is read by the person who looks at it afterwards, on the next banking day at the latest.",
        ),
        CommandKind::PayCashDraw => {
            Some("Hand out the cash after seeing the customer's identity document.")
        }
        CommandKind::CancelDraw => {
            Some("Nothing was sent yet: the draw ends here and its amount is available again.")
        }
        CommandKind::CancelRepayment => {
            Some("Nothing was sent yet: the customer's account will not be debited.")
        }
        CommandKind::RefundCredit => {
            Some("Hands the customer's own money back in cash at the counter.")
        }
        CommandKind::RequestCancellation => Some(
            "Draws not yet sent are cancelled and no new ones are allowed. The line closes by itself when nothing is owed.",
        ),
        CommandKind::DeclineCancellation => {
            Some("The line goes on as before: disbursements may be requested again.")
        }
        CommandKind::CloseLine => Some("Nothing is owed. The line ends for good."),
        CommandKind::FreezeLine => {
            Some("No disbursements while frozen; repayments and interest go on.")
        }
        CommandKind::UnfreezeLine => Some("Disbursements may be requested again."),
        CommandKind::TellAdverseAction => Some(
            "Tells the customer what was done to the line. Choose one to four principal reasons; the adverse action notice prints them.",
        ),
        CommandKind::AskNetworkAgain => {
            Some("Looks this transfer up by its reference once more. No new transfer is ever made.")
        }
        CommandKind::SetRole => {
            Some("Takes effect at once: whoever uses the account signs in again.")
        }
        CommandKind::DisableAccount => Some(
            "Whoever uses it is signed out at once, and cannot sign in until it is enabled again.",
        ),
        CommandKind::EnableAccount => Some("The person may sign in again, with the role they had."),
        CommandKind::RemoveSecondFactor => Some(
            "From then on the password alone opens this account, until another second factor is set up.",
        ),
        CommandKind::DemandSecondFactor => Some(
            "Where it is demanded, an admin without a second factor can sign in and set one up, and do nothing that admins alone may do.",
        ),
        CommandKind::ApproveAccount => Some(
            "Check the employee number against the staff records: accounts with one employee number are one person.",
        ),
        CommandKind::DeclineAccount => Some("This account will never be able to sign in."),
        CommandKind::UnlockAccount => Some("The person may try to sign in again at once."),
        CommandKind::IssueResetCode => Some(
            "Shows a code, once, with which this person sets a new password at the sign-in page within 24 hours. Until then the old password stays. Make sure of who asks for it.",
        ),
        CommandKind::RetryTransfer => Some(
            "Does not wait any longer. What may have arrived is asked about before anything is sent; no new transfer is ever made.",
        ),
        CommandKind::ParkTransfer => Some(
            "Nothing is sent or asked until somebody takes it up again with \"Try now\". The other transfers of the line go on.",
        ),
        CommandKind::HandBackTransfer => {
            Some("It never moved: it ends here, and its amount is available again.")
        }
        CommandKind::PresentAgain => Some(
            "Debits the same account for the same amount once more. Twice at most, within 180 days.",
        ),
        CommandKind::ResolveFinding => Some("Closes the disagreement with what became of it."),
        CommandKind::RequestChange => {
            Some("Another person decides on it within seven days; until then nothing changes.")
        }
        CommandKind::ApproveChange => {
            Some("You are the second person: check the reason, and what it will do.")
        }
        CommandKind::DeclineChange => Some("Nothing changes; it may be asked for again."),
        CommandKind::SetHolidays => Some(
            "Due dates and banking days that are counted from now on pass over them; what was counted before stays.",
        ),
        CommandKind::OpenDrawer => {
            Some("Count what you begin with. What is not in the drawer yet comes from the vault.")
        }
        CommandKind::CountDrawer => Some(
            "Count what is there, without looking at what should be: a difference is posted as over or short.",
        ),
        CommandKind::CloseDrawer => Some(
            "Count what is there for the last time. A difference is posted as over or short, and all of it goes to the vault.",
        ),
        CommandKind::RecordCustomer
        | CommandKind::UpdateCustomer
        | CommandKind::AddBankAccount
        | CommandKind::AuthorizeDebit
        | CommandKind::ForgetCustomer
        | CommandKind::AddContactNote
        | CommandKind::DefineProduct
        | CommandKind::TakeApplication
        | CommandKind::RequestDraw
        | CommandKind::TakeRepayment
        | CommandKind::CloseDay
        | CommandKind::MoveVaultCash => None,
    }
}

/// A step that ends something, or refuses somebody: its button looks like it.
pub fn ends_something(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::RejectApplication
            | CommandKind::CancelApplication
            | CommandKind::DeclineDraw
            | CommandKind::CancelDraw
            | CommandKind::CancelRepayment
            | CommandKind::RequestCancellation
            | CommandKind::CloseLine
            | CommandKind::FreezeLine
            | CommandKind::DeclineAccount
            | CommandKind::DisableAccount
            | CommandKind::ForgetCustomer
            | CommandKind::DeclineChange
    )
}
