//! Commands: what somebody wants. The page, the command line and `post` files all speak these.
//! What the program tells itself ([`Internal`]) is a type of its own that nothing outside can
//! write, so no page can claim to be the network.

use crate::account::Role;
use crate::change::LineChange;
use crate::customer::{Masked, Profile, ProfileChange};
use crate::date::BusinessDate;
use crate::drawer::VaultWay;
use crate::ids::*;
use crate::intake::{Check, ContactChannel, MissingItem};
use crate::money::{Currency, Money};
use crate::product::Terms;
use crate::reconcile::{Finding, Resolution, StatementEntry};
use crate::transfer::{LookUp, PostAnswer, RemoteTransfer};
use serde::{Deserialize, Serialize};

/// What a person at the desk may ask for. The id of the submission travels beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    RecordCustomer(RecordCustomer),
    UpdateCustomer(UpdateCustomer),
    AddBankAccount(AddBankAccount),
    AuthorizeDebit(AuthorizeDebit),
    ForgetCustomer(ForgetCustomer),
    AddContactNote(AddContactNote),
    DefineProduct(DefineProduct),
    TakeApplication(TakeApplication),
    RecordMissing(RecordMissing),
    SendIncompletenessNotice(SendIncompletenessNotice),
    RecordCheck(RecordCheck),
    ApproveApplication(ApproveApplication),
    RejectApplication(RejectApplication),
    CancelApplication(CancelApplication),
    RecordAgreement(RecordAgreement),
    RequestDraw(RequestDraw),
    ApproveDraw(ApproveDraw),
    DeclineDraw(DeclineDraw),
    BreakGlass(BreakGlass),
    PayCashDraw(PayCashDraw),
    CancelDraw(CancelDraw),
    TakeRepayment(TakeRepayment),
    CancelRepayment(CancelRepayment),
    RefundCredit(RefundCredit),
    RequestCancellation(RequestCancellation),
    DeclineCancellation(DeclineCancellation),
    CloseLine(CloseLine),
    FreezeLine(FreezeLine),
    UnfreezeLine(UnfreezeLine),
    TellAdverseAction(TellAdverseAction),
    AskNetworkAgain(AskNetworkAgain),
    ApproveAccount(ApproveAccount),
    DeclineAccount(DeclineAccount),
    UnlockAccount(UnlockAccount),
    SetRole(SetRole),
    DisableAccount(DisableAccount),
    EnableAccount(EnableAccount),
    IssueResetCode(IssueResetCode),
    RemoveSecondFactor(RemoveSecondFactor),
    DemandSecondFactor(DemandSecondFactor),
    CloseDay(CloseDay),
    SetHolidays(SetHolidays),
    OpenDrawer(OpenDrawer),
    MoveVaultCash(MoveVaultCash),
    CountDrawer(CountDrawer),
    CloseDrawer(CloseDrawer),
    RetryTransfer(RetryTransfer),
    ParkTransfer(ParkTransfer),
    HandBackTransfer(HandBackTransfer),
    PresentAgain(PresentAgain),
    ResolveFinding(ResolveFinding),
    RequestChange(RequestChange),
    ApproveChange(ApproveChange),
    DeclineChange(DeclineChange),
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }
    )*};
}

commands! {
    RecordCustomer { customer_id: CustomerId, profile: Profile }
    UpdateCustomer {
        customer_id: CustomerId,
        /// The version of the customer that was on the screen.
        seen_version: u64,
        change: ProfileChange,
    }
    AddBankAccount {
        customer_id: CustomerId,
        account_id: BankAccountId,
        /// Nine digits with a valid ABA check digit.
        routing: String,
        /// 4 to 17 digits.
        number: String,
    }
    /// The customer signed that this account may be debited.
    AuthorizeDebit { customer_id: CustomerId, account_id: BankAccountId, signed_on: BusinessDate }
    /// Deletes the customer's key: nobody can read the private fields again.
    ForgetCustomer { customer_id: CustomerId, reason: String }
    /// What was said with a customer, for whoever serves them next.
    AddContactNote { customer_id: CustomerId, channel: ContactChannel, note: String }
    /// Adds a product, or revises one for lines opened from now on.
    DefineProduct {
        product_id: ProductId,
        /// 0 for a new product, else the version that was on the screen.
        seen_version: u64,
        name: String,
        terms: Terms,
    }
    TakeApplication {
        line_id: LineId,
        customer_id: CustomerId,
        product_id: ProductId,
        requested: Money,
        purpose: String,
        /// What the customer still has to bring; the application is complete without any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<MissingItem>,
    }
    /// Replaces the list of what an open application lacks; an empty one makes it complete.
    RecordMissing { line_id: LineId, missing: Vec<MissingItem> }
    /// The customer is told what is missing, by when it has to be here, and that nothing more is
    /// considered without it.
    SendIncompletenessNotice { line_id: LineId, reply_by: BusinessDate }
    /// How a check before approval came out.
    RecordCheck { line_id: LineId, check: Check, passed: bool }
    /// A limit below the requested one is a counter-offer.
    ApproveApplication {
        line_id: LineId,
        seen_version: u64,
        /// Of the product whose terms were on the screen: they go with the approval.
        seen_product_version: u64,
        limit: Money,
    }
    RejectApplication {
        line_id: LineId,
        seen_version: u64,
        /// One to four, none twice.
        reasons: Vec<RejectionReason>,
        /// Required with "other", otherwise absent.
        other_words: Option<String>,
    }
    /// The customer's own wish, before any funds were sent.
    CancelApplication { line_id: LineId, note: Option<String> }
    RecordAgreement { line_id: LineId, signed_on: BusinessDate }
    RequestDraw { line_id: LineId, draw_id: MovementId, amount: Money, method: PayOut }
    ApproveDraw { line_id: LineId, draw_id: MovementId }
    DeclineDraw { line_id: LineId, draw_id: MovementId, reason: String }
    /// Releases alone what one asked for oneself, where no other admin is there to decide. Another
    /// person has to look at it afterwards.
    BreakGlass { line_id: LineId, draw_id: MovementId, reason: String }
    /// Hands out the cash of a draw that waited for a second person.
    PayCashDraw { line_id: LineId, draw_id: MovementId, identity_seen: bool }
    CancelDraw { line_id: LineId, draw_id: MovementId }
    TakeRepayment {
        line_id: LineId,
        repayment_id: MovementId,
        amount: Money,
        method: PayIn,
        /// Of cash that was taken on an earlier day and is entered only now; today unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken_on: Option<BusinessDate>,
    }
    CancelRepayment { line_id: LineId, repayment_id: MovementId }
    /// Hands customer credit back in cash.
    RefundCredit { line_id: LineId, refund_id: MovementId, amount: Money }
    RequestCancellation { line_id: LineId, reason: Option<String> }
    DeclineCancellation { line_id: LineId, reason: String }
    CloseLine { line_id: LineId }
    FreezeLine { line_id: LineId, note: String }
    UnfreezeLine { line_id: LineId, note: String }
    /// The customer is told, with the reasons, of everything that was done to the line since they
    /// were told last.
    TellAdverseAction {
        line_id: LineId,
        seen_version: u64,
        /// One to four, none twice.
        reasons: Vec<RejectionReason>,
        /// Required with "other", otherwise absent.
        other_words: Option<String>,
    }
    /// Looks a transfer under review up at the network once more. Never makes a new one.
    AskNetworkAgain { line_id: LineId, movement_id: MovementId }
    ApproveAccount {
        user_id: UserId,
        /// As the approving admin checked it; accounts of one employee number are one person.
        employee_number: String,
        role: Role,
    }
    DeclineAccount { user_id: UserId }
    UnlockAccount { user_id: UserId }
    /// Makes another person's account an admin's or staff's; whoever uses it signs in again.
    SetRole { user_id: UserId, role: Role }
    /// Takes the right to sign in away, until it is given back.
    DisableAccount { user_id: UserId }
    EnableAccount { user_id: UserId }
    /// Lets the person of another account set a new password, with a code that is shown once.
    IssueResetCode {
        user_id: UserId,
        /// Keyed hash of the code. The program mints both; nothing outside can write it.
        #[serde(skip)]
        code_print: String,
    }
    /// One's own; an admin may remove that of another account.
    RemoveSecondFactor { user_id: UserId }
    /// Whether admins need a second factor for what admins alone may do.
    DemandSecondFactor { of_admins: bool }
    /// Ends the business date. What is posted afterwards belongs to the next.
    CloseDay {
        /// The date that is open now, as it was on the screen.
        date: BusinessDate,
    }
    /// Replaces the holiday calendar, for dates that are counted from now on.
    SetHolidays { holidays: Vec<BusinessDate> }
    /// Begins a day at the counter with this much cash in one's own drawer. What is not in it yet
    /// comes from the vault.
    OpenDrawer { float: Money }
    /// Cash between the vault and one's own open drawer.
    MoveVaultCash { way: VaultWay, amount: Money }
    /// What is in one's own drawer, counted. What it should hold otherwise is over or short.
    CountDrawer { counted: Money }
    /// Counts a drawer for the last time; what is in it goes to the vault.
    CloseDrawer {
        /// One's own, or an admin closes that of somebody who left.
        teller_id: UserId,
        counted: Money,
    }
    /// Tries a waiting transfer now, and takes a parked one up again. What may have arrived is
    /// asked about first; the key and the bytes stay what they are.
    RetryTransfer { line_id: LineId, movement_id: MovementId }
    /// Sets a transfer aside, so that nothing is sent or asked until somebody takes it up.
    ParkTransfer { line_id: LineId, movement_id: MovementId, reason: String }
    /// Gives a transfer that never moved back to the desk. What may have left can be given back
    /// only once the network's statements of the days it could have moved on do not show it.
    HandBackTransfer { line_id: LineId, movement_id: MovementId, reason: String }
    /// Presents a debit again that came back for want of funds (R01, R09).
    PresentAgain {
        line_id: LineId,
        /// The debit that came back.
        movement_id: MovementId,
        /// The debit that presents it again.
        repayment_id: MovementId,
    }
    /// Closes a disagreement with the network. The note holds nothing private.
    ResolveFinding { finding_id: String, resolution: Resolution, note: Option<String> }
    /// Asks for a change of the line that another person decides on within seven days.
    RequestChange { line_id: LineId, change_id: ChangeId, change: LineChange, reason: String }
    /// Carries the change out, if the rules still allow it.
    ApproveChange {
        line_id: LineId,
        change_id: ChangeId,
        /// As it was on the screen.
        change: LineChange,
    }
    DeclineChange { line_id: LineId, change_id: ChangeId, reason: String }
}

/// How a draw leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum PayOut {
    /// At the counter; the customer's identity document was seen.
    Cash { identity_seen: bool },
    Bank {
        account_id: BankAccountId,
        speed: Speed,
    },
}

/// How a repayment arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum PayIn {
    Cash {},
    /// Through the network; needs the customer's recorded authorization.
    Debit {
        account_id: BankAccountId,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    Standard,
    Express,
}

macro_rules! reasons {
    ($($name:ident => $words:literal),* $(,)?) => {
        /// Principal reasons of an adverse action: Regulation B (12 CFR 1002), appendix C,
        /// sample form C-1.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum RejectionReason { $($name),* }

        impl RejectionReason {
            pub const ALL: &[RejectionReason] = &[$(RejectionReason::$name),*];

            /// As the adverse-action notice prints it.
            pub fn words(self) -> &'static str {
                match self { $(RejectionReason::$name => $words),* }
            }
        }
    };
}

reasons! {
    ApplicationIncomplete => "Credit application incomplete",
    TooFewCreditReferences => "Insufficient number of credit references provided",
    UnacceptableCreditReferences => "Unacceptable type of credit references provided",
    CreditReferencesNotVerified => "Unable to verify credit references",
    TemporaryEmployment => "Temporary or irregular employment",
    EmploymentNotVerified => "Unable to verify employment",
    LengthOfEmployment => "Length of employment",
    IncomeInsufficient => "Income insufficient for amount of credit requested",
    ExcessiveObligations => "Excessive obligations in relation to income",
    IncomeNotVerified => "Unable to verify income",
    LengthOfResidence => "Length of residence",
    TemporaryResidence => "Temporary residence",
    ResidenceNotVerified => "Unable to verify residence",
    NoCreditFile => "No credit file",
    LimitedCreditExperience => "Limited credit experience",
    PoorPerformanceWithUs => "Poor credit performance with us",
    DelinquentObligations => "Delinquent past or present credit obligations with others",
    CollectionOrJudgment => "Collection action or judgment",
    GarnishmentOrAttachment => "Garnishment or attachment",
    ForeclosureOrRepossession => "Foreclosure or repossession",
    Bankruptcy => "Bankruptcy",
    RecentInquiries => "Number of recent inquiries on credit bureau report",
    CollateralInsufficient => "Value or type of collateral not sufficient",
    Other => "Other, in words",
}

/// What the program tells itself. Never parsed from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Internal {
    SetUpStore(SetUpStore),
    AskForAccount(AskForAccount),
    SignInSucceeded {
        user_id: UserId,
        /// The time step of the code, where the account has a second factor.
        step: Option<u64>,
    },
    /// A second factor was set up, and confirmed with the code of this step.
    SetSecondFactor {
        user_id: UserId,
        sealed: String,
        step: u64,
    },
    SignInFailed {
        user_id: UserId,
    },
    /// At the door, with the code an admin issued. The new password was hashed before.
    ResetPassword(ResetPassword),
    /// From the command line, by whoever has the store's passphrase, when no admin can sign in.
    RecoverAccess {
        user_id: UserId,
        /// Keyed hash of the reset code.
        code_print: String,
    },
    /// The right password was hashed again, as dearly as is asked for now.
    RenewCredential {
        user_id: UserId,
        credential_print: String,
    },
    /// Somebody who is signed in gave their password and a new one, which was hashed before.
    ChangePassword {
        user_id: UserId,
        credential_print: String,
    },
    /// From the command line, by whoever has the store's passphrase: another one opens it from now on.
    ChangePassphrase,
    /// Somebody who is signed in gave their password again, and it was right.
    PasswordProven {
        user_id: UserId,
    },
    SignedOut {
        user_id: UserId,
    },
    /// Somebody who is signed in is about to see what is shown masked.
    Reveal {
        user_id: UserId,
        customer_id: CustomerId,
        masked: Masked,
    },
    /// About to open the socket for this transfer.
    MarkAttempt {
        line_id: LineId,
        movement_id: MovementId,
    },
    /// What came of the attempt. `jitter` is the randomness of the wait that may follow.
    RecordAnswer {
        line_id: LineId,
        movement_id: MovementId,
        attempt: u32,
        answer: PostAnswer,
        jitter: u32,
    },
    /// What the network said when asked by reference.
    RecordLookUp {
        line_id: LineId,
        movement_id: MovementId,
        found: LookUp,
        jitter: u32,
    },
    /// The network's own word about a transfer it holds: a fact, never refused.
    RecordNetworkState {
        line_id: LineId,
        movement_id: MovementId,
        remote: RemoteTransfer,
    },
    MoveCursor {
        cursor: String,
    },
    /// The first start on a new day ends the ones before it.
    CloseDay {
        date: BusinessDate,
    },
    /// Closes what fell due on this line with the days that ended: its cycle, a late fee.
    CloseLineDay {
        line_id: LineId,
    },
    /// Refusals that belong to nobody: unreadable or without a session, by code.
    ReportStrangers {
        counts: Vec<(String, u32)>,
    },
    /// The customer's key was found missing: the views must forget, too.
    NoteForgotten {
        customer_id: CustomerId,
    },
    /// The store was restored: nothing is sent in this epoch before all is compared.
    HoldPayments {
        epoch: u64,
    },
    /// Everything was compared with the network since the restore.
    ResumePayments {
        epoch: u64,
    },
    /// The key this device signs the log with.
    RecordDeviceKey {
        public_key: String,
    },
    /// The store was altered by something that is not the program: payments are held, and an admin
    /// has to look.
    NoteAltered {
        epoch: u64,
        findings: Vec<Finding>,
    },
    /// The network's statement of a day that is over.
    RecordStatement {
        date: BusinessDate,
        lines: Vec<StatementEntry>,
    },
    /// Ledger, outbox and network disagree. Once is enough.
    OpenFinding {
        finding: Finding,
    },
    /// They agree now.
    CloseFinding {
        finding_id: String,
    },
    /// A rule that panics, for the test that one poisoned command harms nobody else.
    #[doc(hidden)]
    PanicForTest,
    /// Breaks a constraint of the store, for the same test.
    #[doc(hidden)]
    BreakConstraintForTest,
}

/// The first command of every store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUpStore {
    pub store_id: StoreId,
    pub branch_name: String,
    pub currency: Currency,
    /// IANA name; only proposes the business date.
    pub time_zone: String,
    pub product_id: ProductId,
}

/// A sign-up. The password was hashed before this was queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskForAccount {
    pub user_id: UserId,
    pub login: String,
    pub name: String,
    /// Names the person; a number not seen before founds one.
    pub employee_number: String,
    pub admin: bool,
    pub credential_print: String,
}

/// A new password for an account whose person has a reset code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetPassword {
    pub user_id: UserId,
    /// Keyed hash of the code that was typed.
    pub code_print: String,
    pub credential_print: String,
}

/// What the writer takes: a command of a person or of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    Desk(Box<Command>),
    Internal(Internal),
}

/// The kind of a command without its content: what rights, menus and logs speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    RecordCustomer,
    UpdateCustomer,
    AddBankAccount,
    AuthorizeDebit,
    ForgetCustomer,
    AddContactNote,
    DefineProduct,
    TakeApplication,
    RecordMissing,
    SendIncompletenessNotice,
    RecordCheck,
    ApproveApplication,
    RejectApplication,
    CancelApplication,
    RecordAgreement,
    RequestDraw,
    ApproveDraw,
    DeclineDraw,
    BreakGlass,
    PayCashDraw,
    CancelDraw,
    TakeRepayment,
    CancelRepayment,
    RefundCredit,
    RequestCancellation,
    DeclineCancellation,
    CloseLine,
    FreezeLine,
    UnfreezeLine,
    TellAdverseAction,
    AskNetworkAgain,
    ApproveAccount,
    DeclineAccount,
    UnlockAccount,
    SetRole,
    DisableAccount,
    EnableAccount,
    IssueResetCode,
    RemoveSecondFactor,
    DemandSecondFactor,
    CloseDay,
    SetHolidays,
    OpenDrawer,
    MoveVaultCash,
    CountDrawer,
    CloseDrawer,
    RetryTransfer,
    ParkTransfer,
    HandBackTransfer,
    PresentAgain,
    ResolveFinding,
    RequestChange,
    ApproveChange,
    DeclineChange,
}

impl CommandKind {
    pub const ALL: &[CommandKind] = &[
        CommandKind::RecordCustomer,
        CommandKind::UpdateCustomer,
        CommandKind::AddBankAccount,
        CommandKind::AuthorizeDebit,
        CommandKind::ForgetCustomer,
        CommandKind::AddContactNote,
        CommandKind::DefineProduct,
        CommandKind::TakeApplication,
        CommandKind::RecordMissing,
        CommandKind::SendIncompletenessNotice,
        CommandKind::RecordCheck,
        CommandKind::ApproveApplication,
        CommandKind::RejectApplication,
        CommandKind::CancelApplication,
        CommandKind::RecordAgreement,
        CommandKind::RequestDraw,
        CommandKind::ApproveDraw,
        CommandKind::DeclineDraw,
        CommandKind::BreakGlass,
        CommandKind::PayCashDraw,
        CommandKind::CancelDraw,
        CommandKind::TakeRepayment,
        CommandKind::CancelRepayment,
        CommandKind::RefundCredit,
        CommandKind::RequestCancellation,
        CommandKind::DeclineCancellation,
        CommandKind::CloseLine,
        CommandKind::FreezeLine,
        CommandKind::UnfreezeLine,
        CommandKind::TellAdverseAction,
        CommandKind::AskNetworkAgain,
        CommandKind::ApproveAccount,
        CommandKind::DeclineAccount,
        CommandKind::UnlockAccount,
        CommandKind::SetRole,
        CommandKind::DisableAccount,
        CommandKind::EnableAccount,
        CommandKind::IssueResetCode,
        CommandKind::RemoveSecondFactor,
        CommandKind::DemandSecondFactor,
        CommandKind::CloseDay,
        CommandKind::SetHolidays,
        CommandKind::OpenDrawer,
        CommandKind::MoveVaultCash,
        CommandKind::CountDrawer,
        CommandKind::CloseDrawer,
        CommandKind::RetryTransfer,
        CommandKind::ParkTransfer,
        CommandKind::HandBackTransfer,
        CommandKind::PresentAgain,
        CommandKind::ResolveFinding,
        CommandKind::RequestChange,
        CommandKind::ApproveChange,
        CommandKind::DeclineChange,
    ];

    /// The lowest role that may ask for this.
    pub fn role_needed(self) -> Role {
        match self {
            CommandKind::RecordCustomer
            | CommandKind::UpdateCustomer
            | CommandKind::AddBankAccount
            | CommandKind::AuthorizeDebit
            | CommandKind::AddContactNote
            | CommandKind::TakeApplication
            | CommandKind::RecordMissing
            | CommandKind::SendIncompletenessNotice
            | CommandKind::RecordCheck
            | CommandKind::CancelApplication
            | CommandKind::RecordAgreement
            | CommandKind::RequestDraw
            | CommandKind::PayCashDraw
            | CommandKind::CancelDraw
            | CommandKind::TakeRepayment
            | CommandKind::CancelRepayment
            | CommandKind::RefundCredit
            | CommandKind::RequestCancellation
            | CommandKind::CloseLine
            | CommandKind::TellAdverseAction
            | CommandKind::AskNetworkAgain
            | CommandKind::RetryTransfer
            | CommandKind::PresentAgain
            | CommandKind::RequestChange
            | CommandKind::OpenDrawer
            | CommandKind::MoveVaultCash
            | CommandKind::CountDrawer
            | CommandKind::CloseDrawer
            | CommandKind::RemoveSecondFactor => Role::Staff,
            CommandKind::ForgetCustomer
            | CommandKind::DefineProduct
            | CommandKind::ApproveApplication
            | CommandKind::RejectApplication
            | CommandKind::ApproveDraw
            | CommandKind::DeclineDraw
            | CommandKind::BreakGlass
            | CommandKind::DeclineCancellation
            | CommandKind::FreezeLine
            | CommandKind::UnfreezeLine
            | CommandKind::ApproveAccount
            | CommandKind::DeclineAccount
            | CommandKind::UnlockAccount
            | CommandKind::SetRole
            | CommandKind::DisableAccount
            | CommandKind::EnableAccount
            | CommandKind::IssueResetCode
            | CommandKind::DemandSecondFactor
            | CommandKind::CloseDay
            | CommandKind::SetHolidays
            | CommandKind::ParkTransfer
            | CommandKind::HandBackTransfer
            | CommandKind::ResolveFinding
            | CommandKind::ApproveChange
            | CommandKind::DeclineChange => Role::Admin,
        }
    }

    /// Whether the person has to give their password again for this very order: everything by
    /// which somebody decides on what was asked for, changes how accounts are let in or on what
    /// terms money is lent, lets money go again, or does what cannot be undone.
    pub fn asks_password(self) -> bool {
        match self {
            CommandKind::ApproveApplication
            | CommandKind::RejectApplication
            | CommandKind::ApproveDraw
            | CommandKind::DeclineDraw
            | CommandKind::BreakGlass
            | CommandKind::DeclineCancellation
            | CommandKind::ApproveAccount
            | CommandKind::DeclineAccount
            | CommandKind::UnlockAccount
            | CommandKind::SetRole
            | CommandKind::DisableAccount
            | CommandKind::EnableAccount
            | CommandKind::IssueResetCode
            | CommandKind::RemoveSecondFactor
            | CommandKind::DemandSecondFactor
            | CommandKind::ApproveChange
            | CommandKind::DeclineChange
            | CommandKind::ResolveFinding
            | CommandKind::ForgetCustomer
            | CommandKind::DefineProduct
            | CommandKind::UnfreezeLine
            | CommandKind::HandBackTransfer => true,
            CommandKind::RecordCustomer
            | CommandKind::UpdateCustomer
            | CommandKind::AddBankAccount
            | CommandKind::AuthorizeDebit
            | CommandKind::AddContactNote
            | CommandKind::TakeApplication
            | CommandKind::RecordMissing
            | CommandKind::SendIncompletenessNotice
            | CommandKind::RecordCheck
            | CommandKind::CancelApplication
            | CommandKind::RecordAgreement
            | CommandKind::RequestDraw
            | CommandKind::PayCashDraw
            | CommandKind::CancelDraw
            | CommandKind::TakeRepayment
            | CommandKind::CancelRepayment
            | CommandKind::RefundCredit
            | CommandKind::RequestCancellation
            | CommandKind::CloseLine
            | CommandKind::FreezeLine
            | CommandKind::TellAdverseAction
            | CommandKind::AskNetworkAgain
            | CommandKind::CloseDay
            | CommandKind::SetHolidays
            | CommandKind::OpenDrawer
            | CommandKind::MoveVaultCash
            | CommandKind::CountDrawer
            | CommandKind::CloseDrawer
            | CommandKind::RetryTransfer
            | CommandKind::ParkTransfer
            | CommandKind::PresentAgain
            | CommandKind::RequestChange => false,
        }
    }
}

impl Command {
    pub fn kind(&self) -> CommandKind {
        match self {
            Command::RecordCustomer(_) => CommandKind::RecordCustomer,
            Command::UpdateCustomer(_) => CommandKind::UpdateCustomer,
            Command::AddBankAccount(_) => CommandKind::AddBankAccount,
            Command::AuthorizeDebit(_) => CommandKind::AuthorizeDebit,
            Command::ForgetCustomer(_) => CommandKind::ForgetCustomer,
            Command::AddContactNote(_) => CommandKind::AddContactNote,
            Command::DefineProduct(_) => CommandKind::DefineProduct,
            Command::TakeApplication(_) => CommandKind::TakeApplication,
            Command::RecordMissing(_) => CommandKind::RecordMissing,
            Command::SendIncompletenessNotice(_) => CommandKind::SendIncompletenessNotice,
            Command::RecordCheck(_) => CommandKind::RecordCheck,
            Command::ApproveApplication(_) => CommandKind::ApproveApplication,
            Command::RejectApplication(_) => CommandKind::RejectApplication,
            Command::CancelApplication(_) => CommandKind::CancelApplication,
            Command::RecordAgreement(_) => CommandKind::RecordAgreement,
            Command::RequestDraw(_) => CommandKind::RequestDraw,
            Command::ApproveDraw(_) => CommandKind::ApproveDraw,
            Command::DeclineDraw(_) => CommandKind::DeclineDraw,
            Command::BreakGlass(_) => CommandKind::BreakGlass,
            Command::PayCashDraw(_) => CommandKind::PayCashDraw,
            Command::CancelDraw(_) => CommandKind::CancelDraw,
            Command::TakeRepayment(_) => CommandKind::TakeRepayment,
            Command::CancelRepayment(_) => CommandKind::CancelRepayment,
            Command::RefundCredit(_) => CommandKind::RefundCredit,
            Command::RequestCancellation(_) => CommandKind::RequestCancellation,
            Command::DeclineCancellation(_) => CommandKind::DeclineCancellation,
            Command::CloseLine(_) => CommandKind::CloseLine,
            Command::FreezeLine(_) => CommandKind::FreezeLine,
            Command::UnfreezeLine(_) => CommandKind::UnfreezeLine,
            Command::TellAdverseAction(_) => CommandKind::TellAdverseAction,
            Command::AskNetworkAgain(_) => CommandKind::AskNetworkAgain,
            Command::ApproveAccount(_) => CommandKind::ApproveAccount,
            Command::DeclineAccount(_) => CommandKind::DeclineAccount,
            Command::UnlockAccount(_) => CommandKind::UnlockAccount,
            Command::SetRole(_) => CommandKind::SetRole,
            Command::DisableAccount(_) => CommandKind::DisableAccount,
            Command::EnableAccount(_) => CommandKind::EnableAccount,
            Command::IssueResetCode(_) => CommandKind::IssueResetCode,
            Command::RemoveSecondFactor(_) => CommandKind::RemoveSecondFactor,
            Command::DemandSecondFactor(_) => CommandKind::DemandSecondFactor,
            Command::CloseDay(_) => CommandKind::CloseDay,
            Command::SetHolidays(_) => CommandKind::SetHolidays,
            Command::OpenDrawer(_) => CommandKind::OpenDrawer,
            Command::MoveVaultCash(_) => CommandKind::MoveVaultCash,
            Command::CountDrawer(_) => CommandKind::CountDrawer,
            Command::CloseDrawer(_) => CommandKind::CloseDrawer,
            Command::RetryTransfer(_) => CommandKind::RetryTransfer,
            Command::ParkTransfer(_) => CommandKind::ParkTransfer,
            Command::HandBackTransfer(_) => CommandKind::HandBackTransfer,
            Command::PresentAgain(_) => CommandKind::PresentAgain,
            Command::ResolveFinding(_) => CommandKind::ResolveFinding,
            Command::RequestChange(_) => CommandKind::RequestChange,
            Command::ApproveChange(_) => CommandKind::ApproveChange,
            Command::DeclineChange(_) => CommandKind::DeclineChange,
        }
    }
}

/// One line of a `post` file, and what the page sends: a command under its submission's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Submission {
    pub id: CommandId,
    pub command: Command,
}
