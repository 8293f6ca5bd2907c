//! Why something did not happen: a closed list of named reasons. Nobody matches on text.

use serde::{Deserialize, Serialize};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident => $words:literal),* $(,)?) => {
        /// A rule's "not now". The words are what the page and the command line show.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum RefusalCode { $($(#[$doc])* $name),* }

        impl RefusalCode {
            pub const ALL: &[RefusalCode] = &[$(RefusalCode::$name),*];

            pub fn words(self) -> &'static str {
                match self { $(RefusalCode::$name => $words),* }
            }
        }
    };
}

refusals! {
    // Who asks.
    NotSignedIn => "Sign in first.",
    AccountNotActive => "This account is not active.",
    AdminOnly => "Only an admin may do this.",
    LetInByAnother => "One of you two set the other's password anew in the last three days: a third person has to decide.",
    OwnRequest => "You asked for this yourself: another person has to decide.",
    OwnAccount => "This is your own account: another admin has to do this.",
    AnotherAdmin => "Another admin is there, or was within the last seven days: they have to decide.",
    GlassNotNeeded => "Somebody else asked for this: you can decide on it as the second person.",
    ResetCodeWrong => "The name or the code is not right, or the code's time is over.",
    CodeNeeded => "Enter the code of your second factor.",
    CodeWrong => "This code is not right, or was used already.",
    SecondFactorNeeded => "This branch demands a second factor of its admins: set yours up first.",
    NoSecondFactor => "There is no second factor.",
    NotAnAdmin => "This is no admin's account: an admin can issue a reset code for it.",
    PasswordNeeded => "Enter your password again: this decides on what was asked for.",
    AccountLocked => "Too many failed attempts. Try again later, or ask an admin to unlock the account.",

    // What was typed.
    FieldEmpty => "Fill this in.",
    FieldTooLong => "This is too long.",
    FieldMalformed => "This cannot be read. Check what was typed.",
    AmountNotPositive => "Enter an amount above zero.",
    AmountTooLarge => "This amount is too large.",
    WrongCurrency => "This is not the branch's currency.",
    DateInFuture => "This date lies in the future.",
    DateTooEarly => "This date is too early.",
    DateTooLate => "This date is too late.",
    NamedTwice => "Something is named twice.",
    TooYoung => "The customer has to be of age.",
    ReasonsCount => "Choose one to four reasons.",
    ReasonTwice => "A reason is chosen twice.",
    WordsMissing => "Say the other reason in words.",
    WordsUnexpected => "Words belong to the reason \"other\" only.",

    // What it is about.
    AlreadyExists => "This has been recorded already.",
    UnknownUser => "There is no such account.",
    UnknownCustomer => "There is no such customer.",
    UnknownBankAccount => "The customer has no such bank account.",
    UnknownProduct => "There is no such product.",
    UnknownLine => "There is no such application.",
    UnknownMovement => "There is no such draw or repayment.",
    LoginTaken => "This sign-in name is taken.",
    EmployeeNumberOfAnother => "This employee number does not match the one given at sign-up.",
    TaxIdTaken => "A customer with this tax id is recorded already.",
    CustomerForgotten => "This customer was forgotten.",
    CustomerHasOpenLine => "The customer has an application or a line that is not finished.",
    StaleVersion => "This has changed since you looked. Look again, then decide.",

    // What state it is in.
    NotWaiting => "This account is not waiting for approval.",
    NotDisabled => "This account is not disabled.",
    NotLocked => "This account is not locked.",
    NotOpen => "The application has been decided already.",
    ApplicationIncomplete => "Something is missing: the application is not complete.",
    NothingMissing => "Nothing is missing.",
    ChecksMissing => "A check that this product asks for is not made, or was not passed.",
    NotApproved => "The application is not approved.",
    AgreementMissing => "Record the signed agreement first.",
    AgreementRecorded => "The agreement is recorded already.",
    FundsSent => "Funds were sent already: request cancellation instead.",
    LineCancelled => "The application was cancelled.",
    LineRejected => "The application was rejected.",
    LineClosed => "The line is closed.",
    LineFrozen => "The line is frozen: no draws.",
    AlreadyFrozen => "The line is frozen already.",
    NotFrozen => "The line is not frozen.",
    NothingToTell => "Nothing was done to the line that the customer was not told of.",
    CancellationRequested => "Cancellation was requested: no new draws.",
    NoCancellationRequested => "No cancellation was requested.",
    NotRequested => "This draw is not waiting for approval.",
    NotPayable => "This draw is not waiting to be paid out in cash.",
    AlreadySent => "It is on its way already and cannot be called back.",
    AlreadyFinished => "This is finished already.",
    NotInReview => "This transfer is not under review.",
    NothingOwed => "Nothing is owed.",
    MoneyOnItsWay => "Money is still on its way.",
    StillOwed => "The line still owes money.",
    CreditLeft => "Customer credit is left: hand it back first.",
    NoSuchCredit => "There is not that much customer credit.",

    // How much.
    OverAvailable => "More than is available.",
    OverRequested => "More than the customer asked for.",
    OverProductLimit => "More than this product allows.",
    OverGlassCap => "With what was released alone before and nobody has looked at: more than twice what one signature may. It has to wait for another admin.",
    OverExposure => "More than one customer may be exposed for.",
    IdentityNotSeen => "See the customer's identity document before paying out cash.",
    NotAuthorized => "The customer has not authorized debits from this account.",
    AccountUnusable => "A returned payment made this bank account unusable.",

    // Cash at the counter.
    AmountNegative => "Enter zero or more.",
    DrawerOpenAlready => "This drawer is open already.",
    DrawerNotOpen => "The drawer is not open.",
    DrawerOfAnother => "This is another teller's drawer.",
    OverDrawer => "More than the drawer holds.",
    DrawerStillOpen => "A drawer is still open: count and close it first.",

    // Sums.
    SumTooLarge => "The sum is larger than the books can hold.",

    // The day.
    NotTheBusinessDate => "This is not the day the branch works in.",
    // Payments.
    PaymentsHeld => "Payments are held: nothing is sent before the store is compared with the network.",
    StoreAltered => "The store was altered outside the program: an admin has to look at it first.",
    NothingToRetry => "This transfer is not waiting to be sent or asked about.",
    NotParkable => "This transfer cannot be set aside now.",
    MayHaveLeft => "It may have left: the network's statements have to show that it never moved.",
    NetworkHasIt => "The network has this transfer: it cannot be given back.",
    NotPresentable => "Only a debit that came back for want of funds may be presented again.",
    PresentedAlready => "This debit was presented again already.",
    PresentedTooOften => "A debit may be presented again twice at most.",
    PresentedTooLate => "A debit may be presented again within 180 days only.",
    DrawExpired => "This was not decided on, or not fetched, within a week: call it off and ask for it again.",
    UnknownFinding => "There is no such finding.",
    FindingClosed => "This finding is closed already.",

    // Changes that a second person decides on.
    UnknownChange => "No such change is waiting.",
    ChangeDiffers => "This is not the change that was asked for. Look again, then decide.",
    ChangeExpired => "This was not decided on in time: ask for it again.",
    TooManyChanges => "Too many changes are waiting on this line.",
    NoChangeWaiting => "No change is waiting on this line.",
    NothingChanges => "It is so already.",
    MoreThanPosted => "More than has posted and is not paid.",
    OverWaiverCap => "More than the product allows to waive at once.",
    NotReversible => "Only cash that changed hands can be reversed, and once.",
    BelowDrawn => "Below what is drawn and on its way.",
    NoticeMissing => "Give the customer notice first, and say on which day.",
    NoticeTooShort => "The notice period is not over by then.",
    ChargedOff => "The line is charged off.",
}

/// A refusal, and the field it stands at when one typed value is the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: RefusalCode,
    pub field: Option<String>,
}

impl Refusal {
    pub fn at(field: &str, code: RefusalCode) -> Refusal {
        Refusal {
            code,
            field: Some(field.to_owned()),
        }
    }
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Refusal { code, field: None }
    }
}

impl From<crate::money::Overflow> for Refusal {
    fn from(_: crate::money::Overflow) -> Self {
        RefusalCode::SumTooLarge.into()
    }
}

/// Every error that crosses to the page, the command line and `post`: a refusal of the rules
/// ("not now") or a fault of the program ("broken").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", untagged)]
pub enum ErrorCode {
    Refused(RefusalCode),
    Fault(FaultCode),
}

/// What is not a rule's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// The input is not of the documented shape; `field` says where.
    Malformed,
    /// Unknown name or wrong password; the two are not told apart.
    WrongCredentials,
    /// The password does not meet the rules; `message` says which.
    WeakPassword,
    /// The passphrase of the store is not right, or too short for a new one.
    WrongPassphrase,
    /// The session ended: idle too long, too old, or the account changed.
    SessionEnded,
    /// This id was used for something else, or by somebody else.
    IdReused,
    /// The queue is full, or too much of one caller's is in flight. Nothing was done.
    Busy,
    /// The command could not be carried out for a reason of the program's own. Nothing was done.
    Broken,
    /// Whether it was done is not known yet: send the same id again.
    OutcomeUnknown,
    /// The store cannot be used now.
    StoreUnavailable,
    /// Nothing of this id or number is here.
    NotFound,
}

impl FaultCode {
    pub fn words(self) -> &'static str {
        match self {
            FaultCode::Malformed => "This could not be read.",
            FaultCode::WrongCredentials => "The name or the password is not right.",
            FaultCode::WeakPassword => "Choose another password.",
            FaultCode::WrongPassphrase => "The passphrase is not right.",
            FaultCode::SessionEnded => "Your session has ended. Sign in again.",
            FaultCode::IdReused => "This submission's id was used for something else.",
            FaultCode::Busy => "Too much is waiting. Nothing was done; try again in a moment.",
            FaultCode::Broken => "The program could not carry this out. Nothing was changed.",
            FaultCode::OutcomeUnknown => {
                "It is not known yet whether this was done. Try again: it will not be done twice."
            }
            FaultCode::StoreUnavailable => "The store cannot be used now.",
            FaultCode::NotFound => "There is no such thing here.",
        }
    }
}

/// The one error of the bridge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiError {
    pub code: ErrorCode,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ApiError {
    pub fn malformed(field: Option<String>, message: impl Into<String>) -> ApiError {
        ApiError {
            code: ErrorCode::Fault(FaultCode::Malformed),
            message: message.into(),
            field,
        }
    }

    /// "Not now" looks different from "broken" on the page.
    pub fn is_refusal(&self) -> bool {
        matches!(self.code, ErrorCode::Refused(_))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        ApiError {
            code: ErrorCode::Refused(refusal.code),
            message: refusal.code.words().to_owned(),
            field: refusal.field,
        }
    }
}

impl From<FaultCode> for ApiError {
    fn from(code: FaultCode) -> Self {
        ApiError {
            code: ErrorCode::Fault(code),
            message: code.words().to_owned(),
            field: None,
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
