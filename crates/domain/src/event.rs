//! Events: what happened. Appended to one log and never edited; everything else that is stored
//! follows from them. An event carries results, so applying it computes no policy.

use crate::account::Role;
use crate::actor::ActedBy;
use crate::adverse::{ActionTaken, LineAction};
use crate::allocation::Allocation;
use crate::change::LineChange;
use crate::command::{CommandKind, RejectionReason, Speed};
use crate::customer::{AccountNumbers, Masked, Profile};
use crate::date::{BusinessDate, UtcMillis};
use crate::drawer::VaultWay;
use crate::ids::*;
use crate::intake::{Check, ContactChannel, MissingItem};
use crate::ledger::EntryKind;
use crate::money::{Currency, Minor};
use crate::movement::{Method, MovementKind, ReviewReason, Withdrawal};
use crate::private::Private;
use crate::product::{AnnualPercent, Due, Terms};
use crate::reconcile::{Finding, Resolution, StatementEntry};
use crate::refusal::RefusalCode;
use crate::replay::{Cause, Change};
use crate::statement::{InterestLine, Statement};
use serde::{Deserialize, Serialize};

/// The version new events are written with. Older ones are upcast by `upcast` when read; a
/// newer one than this refuses to open.
pub const EVENT_VERSION: u32 = 1;

/// Which stream an event changes. One event changes one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "stream", content = "id", rename_all = "snake_case")]
pub enum Stream {
    Branch,
    User(UserId),
    Customer(CustomerId),
    Product(ProductId),
    Line(LineId),
}

impl Stream {
    pub fn kind(&self) -> &'static str {
        match self {
            Stream::Branch => "branch",
            Stream::User(_) => "user",
            Stream::Customer(_) => "customer",
            Stream::Product(_) => "product",
            Stream::Line(_) => "line",
        }
    }

    /// Empty for the one branch.
    pub fn id(&self) -> String {
        match self {
            Stream::Branch => String::new(),
            Stream::User(id) => id.to_string(),
            Stream::Customer(id) => id.to_string(),
            Stream::Product(id) => id.to_string(),
            Stream::Line(id) => id.to_string(),
        }
    }
}

/// One part of what a line's facts post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinePosting {
    pub cause: Cause,
    pub kind: EntryKind,
    pub on: BusinessDate,
    pub change: Change,
    /// Why interest is so much: the lines add up to what the cause has posted in all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<InterestLine>,
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $tag:literal { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? })*) => {
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum Event { $(
            $(#[$doc])*
            #[serde(rename = $tag)]
            $name { $($(#[$field_doc])* $field: $type),* }
        ),* }

        impl Event {
            /// Every type there is, as stored.
            pub const TYPES: &[&str] = &[$($tag),*];

            pub fn type_name(&self) -> &'static str {
                match self { $(Event::$name { .. } => $tag),* }
            }
        }
    };
}

events! {
    // The branch.
    StoreSetUp "store_set_up" {
        store_id: StoreId,
        branch_name: String,
        currency: Currency,
        time_zone: String,
    }
    /// The network's events were read up to here.
    CursorMoved "cursor_moved" { cursor: String }
    SecondFactorDemanded "second_factor_demanded" { of_admins: bool }
    /// Refusals without an account behind them, by code, since the last summary.
    StrangersRefused "strangers_refused" { counts: Vec<(String, u32)> }

    // Accounts.
    AccountAsked "account_asked" {
        user_id: UserId,
        login: String,
        name: String,
        employee_number: String,
        admin_requested: bool,
        credential_print: String,
    }
    /// By an admin who is another person; the very first admin stands without one.
    AccountApproved "account_approved" {
        user_id: UserId,
        person_id: PersonId,
        employee_number: String,
        role: Role,
        founding: bool,
    }
    AccountDeclined "account_declined" { user_id: UserId }
    /// Every session of the account ended.
    RoleSet "role_set" { user_id: UserId, role: Role }
    AccountDisabled "account_disabled" { user_id: UserId }
    AccountEnabled "account_enabled" { user_id: UserId }
    SignedIn "signed_in" { user_id: UserId }
    SignInFailed "sign_in_failed" { user_id: UserId, failures: u32, wait_until: Option<UtcMillis> }
    /// Failed attempts were followed by the right password, given again in a session.
    PasswordProven "password_proven" { user_id: UserId }
    SignedOut "signed_out" { user_id: UserId }
    AccountUnlocked "account_unlocked" { user_id: UserId }
    /// An admin lets the person set a new password.
    ResetCodeIssued "reset_code_issued" { user_id: UserId, code_print: String, ends_at: UtcMillis }
    /// Somebody who has the store's passphrase let an admin's person set a new password.
    AccessRecovered "access_recovered" { user_id: UserId, code_print: String, ends_at: UtcMillis }
    /// The same password, hashed as dearly as is asked for now.
    CredentialRenewed "credential_renewed" { user_id: UserId, credential_print: String }
    /// With the code, which is used up; every session of the account ended.
    PasswordReset "password_reset" { user_id: UserId, credential_print: String }
    /// By its person, with the old one; every other session of the account ended.
    PasswordChanged "password_changed" { user_id: UserId, credential_print: String }
    /// Codes by time are asked for from here on; the secret is sealed under the store key.
    SecondFactorSet "second_factor_set" { user_id: UserId, sealed: String, step: u64 }
    /// The code of this time step was taken; it is no good a second time.
    SecondFactorUsed "second_factor_used" { user_id: UserId, step: u64 }
    SecondFactorRemoved "second_factor_removed" { user_id: UserId }
    /// The store's key stands under another passphrase from here on.
    PassphraseChanged "passphrase_changed" {}
    /// What is shown masked was shown in full: which of it, not what it is.
    PrivateRevealed "private_revealed" { user_id: UserId, customer_id: CustomerId, masked: Masked }
    /// What a signed-in person was refused: the kind and the code, no values.
    CommandRefused "command_refused" { user_id: UserId, kind: CommandKind, code: RefusalCode }

    // Products.
    ProductDefined "product_defined" { product_id: ProductId, name: String, terms: Terms }

    // Customers.
    CustomerRecorded "customer_recorded" {
        customer_id: CustomerId,
        number: String,
        profile: Private<Profile>,
    }
    CustomerUpdated "customer_updated" { customer_id: CustomerId, profile: Private<Profile> }
    BankAccountAdded "bank_account_added" {
        customer_id: CustomerId,
        account_id: BankAccountId,
        numbers: Private<AccountNumbers>,
        last4: String,
    }
    DebitAuthorized "debit_authorized" {
        customer_id: CustomerId,
        account_id: BankAccountId,
        signed_on: BusinessDate,
    }
    BankAccountUnusable "bank_account_unusable" {
        customer_id: CustomerId,
        account_id: BankAccountId,
        return_code: String,
    }
    /// The debit authorization ended with a return.
    DebitAuthorizationEnded "debit_authorization_ended" {
        customer_id: CustomerId,
        account_id: BankAccountId,
        return_code: String,
    }
    ContactNoted "contact_noted" {
        customer_id: CustomerId,
        channel: ContactChannel,
        note: Private<String>,
    }
    /// The key is deleted with this event.
    CustomerForgotten "customer_forgotten" { customer_id: CustomerId, reason: Option<Private<String>> }

    // Applications and lines.
    ApplicationTaken "application_taken" {
        line_id: LineId,
        number: String,
        customer_id: CustomerId,
        product_id: ProductId,
        product_name: String,
        requested_minor: Minor,
        purpose: Private<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<MissingItem>,
    }
    MissingRecorded "missing_recorded" { line_id: LineId, missing: Vec<MissingItem> }
    IncompletenessNoticed "incompleteness_noticed" {
        line_id: LineId,
        missing: Vec<MissingItem>,
        reply_by: BusinessDate,
    }
    CheckRecorded "check_recorded" { line_id: LineId, check: Check, passed: bool }
    ApplicationApproved "application_approved" {
        line_id: LineId,
        limit_minor: Minor,
        terms: Terms,
        /// No person decided: the product's own rule did, when the last paper came in.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_policy: bool,
    }
    ApplicationRejected "application_rejected" {
        line_id: LineId,
        reasons: Vec<RejectionReason>,
        other_words: Option<Private<String>>,
    }
    ApplicationCancelled "application_cancelled" { line_id: LineId, note: Option<Private<String>> }
    AgreementRecorded "agreement_recorded" { line_id: LineId, signed_on: BusinessDate }
    LineFrozen "line_frozen" { line_id: LineId, note: Private<String> }
    LineUnfrozen "line_unfrozen" { line_id: LineId, note: Private<String> }
    /// Beside what was done: the customer has to be told of it.
    AdverseActionTaken "adverse_action_taken" { line_id: LineId, action: LineAction }
    /// Of everything that waited to be told.
    AdverseActionTold "adverse_action_told" {
        line_id: LineId,
        actions: Vec<ActionTaken>,
        reasons: Vec<RejectionReason>,
        other_words: Option<Private<String>>,
    }
    CancellationRequested "cancellation_requested" { line_id: LineId, reason: Option<Private<String>> }
    CancellationDeclined "cancellation_declined" { line_id: LineId, reason: Private<String> }
    /// `after_request`: the line closed itself because cancellation was requested.
    LineClosed "line_closed" { line_id: LineId, after_request: bool }

    // Money under a line.
    /// A draw, repayment or refund is asked for; nothing moved.
    MovementRequested "movement_requested" {
        line_id: LineId,
        movement_id: MovementId,
        kind: MovementKind,
        method: Method,
        amount_minor: Minor,
        needs_second_person: bool,
    }
    DrawApproved "draw_approved" { line_id: LineId, movement_id: MovementId }
    DrawDeclined "draw_declined" { line_id: LineId, movement_id: MovementId, reason: Private<String> }
    /// Whoever asked for the draw released it alone: no other admin was there. A finding stands
    /// beside it until another person has looked.
    GlassBroken "glass_broken" { line_id: LineId, movement_id: MovementId, reason: Private<String> }
    MovementCancelled "movement_cancelled" { line_id: LineId, movement_id: MovementId }
    /// Cash changed hands in this teller's drawer.
    CashMoved "cash_moved" {
        line_id: LineId,
        movement_id: MovementId,
        kind: MovementKind,
        drawer: UserId,
        amount_minor: Minor,
        effective_on: BusinessDate,
        allocation: Option<Allocation>,
    }
    /// Customer credit was applied to what posted, at once.
    CreditApplied "credit_applied" { line_id: LineId, allocation: Allocation, effective_on: BusinessDate }
    /// A return took away a repayment whose credit had been used: principal stands in for it,
    /// each part from the day the credit was used.
    CreditTakenBack "credit_taken_back" { line_id: LineId, parts: Vec<(BusinessDate, Minor)> }
    /// A draw came back after it was repaid: what was repaid too much is customer credit.
    OverpaymentCredited "overpayment_credited" { line_id: LineId, amount_minor: Minor, effective_on: BusinessDate }

    // Transfers.
    /// The transfer's key is the movement's id; its bytes follow from these members alone.
    TransferQueued "transfer_queued" {
        line_id: LineId,
        movement_id: MovementId,
        kind: MovementKind,
        amount_minor: Minor,
        currency: Currency,
        account: Private<AccountNumbers>,
        speed: Speed,
        line_number: String,
    }
    TransferMarked "transfer_marked" { line_id: LineId, movement_id: MovementId, attempt: u32 }
    TransferNotSent "transfer_not_sent" {
        line_id: LineId, movement_id: MovementId, reason: String, next_at: UtcMillis,
    }
    TransferInDoubt "transfer_in_doubt" {
        line_id: LineId, movement_id: MovementId, reason: String, next_at: UtcMillis,
    }
    /// Not taken, or our credentials were refused: stays queued.
    TransferDeferred "transfer_deferred" {
        line_id: LineId, movement_id: MovementId, status: u16, next_at: UtcMillis,
    }
    TransferRefused "transfer_refused" {
        line_id: LineId, movement_id: MovementId, status: u16, next_at: UtcMillis,
    }
    /// Asked by reference; the network holds nothing yet, so the same bytes go again.
    TransferNotFound "transfer_not_found" {
        line_id: LineId, movement_id: MovementId, next_at: UtcMillis,
    }
    TransferAskedInVain "transfer_asked_in_vain" {
        line_id: LineId, movement_id: MovementId, reason: String, next_at: UtcMillis,
    }
    TransferAccepted "transfer_accepted" {
        line_id: LineId,
        movement_id: MovementId,
        remote_id: String,
        settlement_date: Option<BusinessDate>,
        next_at: UtcMillis,
    }
    TransferSettled "transfer_settled" {
        line_id: LineId,
        movement_id: MovementId,
        kind: MovementKind,
        amount_minor: Minor,
        remote_id: String,
        effective_on: BusinessDate,
        allocation: Option<Allocation>,
    }
    TransferRejected "transfer_rejected" {
        line_id: LineId, movement_id: MovementId, remote_id: Option<String>, status: Option<u16>,
    }
    /// Posts the mirror of the settlement, with its effective date.
    TransferReturned "transfer_returned" {
        line_id: LineId,
        movement_id: MovementId,
        kind: MovementKind,
        amount_minor: Minor,
        return_code: String,
        effective_on: BusinessDate,
        allocation: Option<Allocation>,
    }
    TransferInReview "transfer_in_review" {
        line_id: LineId, movement_id: MovementId, reason: ReviewReason,
    }
    /// A person asked to look it up at the network once more.
    TransferToBeAsked "transfer_to_be_asked" { line_id: LineId, movement_id: MovementId }

    // Interest, fees, cycles, the day.
    /// A fee is due from this day; what it posts follows from the replay.
    FeeCharged "fee_charged" { line_id: LineId, cause: Cause, amount_minor: Minor, on: BusinessDate }
    /// What the facts of the line post beyond what had posted: interest, fees, and adjustments.
    LinePosted "line_posted" {
        line_id: LineId,
        posted_on: BusinessDate,
        postings: Vec<LinePosting>,
        /// The first day whose interest has not posted.
        accrued_from: Option<BusinessDate>,
    }
    /// A cycle ended, and this is what the customer is told. Never changed.
    CycleClosed "cycle_closed" { line_id: LineId, statement: Box<Statement> }
    /// The business date ended with this event: what is posted after it belongs to the next.
    DayClosed "day_closed" { date: BusinessDate, next: BusinessDate }
    HolidaysSet "holidays_set" { holidays: Vec<BusinessDate> }

    // Cash at the counter. A drawer is named by the account of its teller.
    DrawerOpened "drawer_opened" {
        drawer: UserId,
        float_minor: Minor,
        /// Negative where more was left in the drawer than the float: the rest went to the vault.
        from_vault_minor: Minor,
    }
    VaultCashMoved "vault_cash_moved" { drawer: UserId, way: VaultWay, amount_minor: Minor }
    DrawerCounted "drawer_counted" {
        drawer: UserId,
        counted_minor: Minor,
        /// More than it should hold; negative where it is short.
        over_minor: Minor,
    }
    DrawerClosed "drawer_closed" { drawer: UserId, counted_minor: Minor, over_minor: Minor }
    /// Taken out of the outbox: nothing of it moved, and nothing will.
    TransferWithdrawn "transfer_withdrawn" {
        line_id: LineId,
        movement_id: MovementId,
        reason: Withdrawal,
        note: Option<Private<String>>,
    }
    /// A person set it aside; nothing is sent or asked until somebody takes it up again.
    TransferParked "transfer_parked" {
        line_id: LineId, movement_id: MovementId, note: Private<String>,
    }
    /// A person wants it tried now instead of when its wait is over.
    TransferRetried "transfer_retried" { line_id: LineId, movement_id: MovementId }
    /// The return came back itself: the money stands where it first settled. Posts anew, with the
    /// first settlement's effective date.
    ReturnReturned "return_returned" {
        line_id: LineId,
        movement_id: MovementId,
        kind: MovementKind,
        amount_minor: Minor,
        effective_on: BusinessDate,
        allocation: Option<Allocation>,
    }
    /// A returned debit is presented again as another one.
    DebitPresentedAgain "debit_presented_again" {
        line_id: LineId, movement_id: MovementId, presentation_id: MovementId,
    }
    /// This debit presents an earlier one again.
    DebitPresents "debit_presents" {
        line_id: LineId,
        movement_id: MovementId,
        of: MovementId,
        number: u32,
        first_settled_on: BusinessDate,
    }

    // What a second person decides on.
    ChangeRequested "change_requested" {
        line_id: LineId,
        change_id: ChangeId,
        change: LineChange,
        reason: Private<String>,
        expires_on: BusinessDate,
    }
    /// What it changes stands in the events that follow.
    ChangeApproved "change_approved" { line_id: LineId, change_id: ChangeId }
    ChangeDeclined "change_declined" { line_id: LineId, change_id: ChangeId, reason: Private<String> }
    /// Posted fees or interest are forgiven; what it posts follows from the replay.
    ChargeWaived "charge_waived" {
        line_id: LineId,
        change_id: ChangeId,
        of: Due,
        amount_minor: Minor,
        on: BusinessDate,
    }
    /// Posts the mirror of cash that was entered wrongly, with its effective date, and the cash
    /// in today's drawer.
    MovementReversed "movement_reversed" {
        line_id: LineId,
        movement_id: MovementId,
        kind: MovementKind,
        drawer: UserId,
        amount_minor: Minor,
        effective_on: BusinessDate,
        allocation: Option<Allocation>,
    }
    LimitSet "limit_set" { line_id: LineId, limit_minor: Minor }
    RateSet "rate_set" { line_id: LineId, from: BusinessDate, annual_percent: AnnualPercent }
    /// What is owed is taken as lost; what it posts follows from the replay.
    ChargedOff "charged_off" {
        line_id: LineId, change_id: ChangeId, amount_minor: Minor, on: BusinessDate,
    }

    // The network as a whole.
    /// The store was restored or altered: nothing is sent before all is compared.
    PaymentsHeld "payments_held" { epoch: u64 }
    PaymentsResumed "payments_resumed" { epoch: u64 }
    /// The key this device signs the log with, from here on.
    DeviceKeyRecorded "device_key_recorded" { public_key: String }
    /// The network's statement of one day that is over, as it was read.
    StatementRead "statement_read" { date: BusinessDate, lines: Vec<StatementEntry> }
    /// Ledger, outbox and statement disagree.
    FindingOpened "finding_opened" { finding: Finding }
    FindingResolved "finding_resolved" {
        finding_id: String, resolution: Resolution, note: Option<String>,
    }
}

impl Event {
    pub fn stream(&self) -> Stream {
        match self {
            Event::StoreSetUp { .. }
            | Event::CursorMoved { .. }
            | Event::StrangersRefused { .. }
            | Event::SecondFactorDemanded { .. }
            | Event::PassphraseChanged {}
            | Event::DayClosed { .. }
            | Event::HolidaysSet { .. }
            | Event::DrawerOpened { .. }
            | Event::VaultCashMoved { .. }
            | Event::DrawerCounted { .. }
            | Event::DrawerClosed { .. }
            | Event::PaymentsHeld { .. }
            | Event::PaymentsResumed { .. }
            | Event::DeviceKeyRecorded { .. }
            | Event::StatementRead { .. }
            | Event::FindingOpened { .. }
            | Event::FindingResolved { .. } => Stream::Branch,
            Event::AccountAsked { user_id, .. }
            | Event::AccountApproved { user_id, .. }
            | Event::AccountDeclined { user_id }
            | Event::RoleSet { user_id, .. }
            | Event::AccountDisabled { user_id }
            | Event::AccountEnabled { user_id }
            | Event::SignedIn { user_id }
            | Event::SignInFailed { user_id, .. }
            | Event::PasswordProven { user_id }
            | Event::SignedOut { user_id }
            | Event::AccountUnlocked { user_id }
            | Event::ResetCodeIssued { user_id, .. }
            | Event::AccessRecovered { user_id, .. }
            | Event::CredentialRenewed { user_id, .. }
            | Event::PasswordReset { user_id, .. }
            | Event::PasswordChanged { user_id, .. }
            | Event::SecondFactorSet { user_id, .. }
            | Event::SecondFactorUsed { user_id, .. }
            | Event::SecondFactorRemoved { user_id }
            | Event::PrivateRevealed { user_id, .. }
            | Event::CommandRefused { user_id, .. } => Stream::User(*user_id),
            Event::ProductDefined { product_id, .. } => Stream::Product(*product_id),
            Event::CustomerRecorded { customer_id, .. }
            | Event::CustomerUpdated { customer_id, .. }
            | Event::BankAccountAdded { customer_id, .. }
            | Event::DebitAuthorized { customer_id, .. }
            | Event::BankAccountUnusable { customer_id, .. }
            | Event::DebitAuthorizationEnded { customer_id, .. }
            | Event::ContactNoted { customer_id, .. }
            | Event::CustomerForgotten { customer_id, .. } => Stream::Customer(*customer_id),
            Event::ApplicationTaken { line_id, .. }
            | Event::MissingRecorded { line_id, .. }
            | Event::IncompletenessNoticed { line_id, .. }
            | Event::CheckRecorded { line_id, .. }
            | Event::ApplicationApproved { line_id, .. }
            | Event::ApplicationRejected { line_id, .. }
            | Event::ApplicationCancelled { line_id, .. }
            | Event::AgreementRecorded { line_id, .. }
            | Event::LineFrozen { line_id, .. }
            | Event::LineUnfrozen { line_id, .. }
            | Event::AdverseActionTaken { line_id, .. }
            | Event::AdverseActionTold { line_id, .. }
            | Event::CancellationRequested { line_id, .. }
            | Event::CancellationDeclined { line_id, .. }
            | Event::LineClosed { line_id, .. }
            | Event::MovementRequested { line_id, .. }
            | Event::DrawApproved { line_id, .. }
            | Event::DrawDeclined { line_id, .. }
            | Event::GlassBroken { line_id, .. }
            | Event::MovementCancelled { line_id, .. }
            | Event::CashMoved { line_id, .. }
            | Event::CreditApplied { line_id, .. }
            | Event::CreditTakenBack { line_id, .. }
            | Event::OverpaymentCredited { line_id, .. }
            | Event::TransferQueued { line_id, .. }
            | Event::TransferMarked { line_id, .. }
            | Event::TransferNotSent { line_id, .. }
            | Event::TransferInDoubt { line_id, .. }
            | Event::TransferDeferred { line_id, .. }
            | Event::TransferRefused { line_id, .. }
            | Event::TransferNotFound { line_id, .. }
            | Event::TransferAskedInVain { line_id, .. }
            | Event::TransferAccepted { line_id, .. }
            | Event::TransferSettled { line_id, .. }
            | Event::TransferRejected { line_id, .. }
            | Event::TransferReturned { line_id, .. }
            | Event::TransferInReview { line_id, .. }
            | Event::TransferToBeAsked { line_id, .. }
            | Event::FeeCharged { line_id, .. }
            | Event::LinePosted { line_id, .. }
            | Event::CycleClosed { line_id, .. }
            | Event::TransferWithdrawn { line_id, .. }
            | Event::TransferParked { line_id, .. }
            | Event::TransferRetried { line_id, .. }
            | Event::ReturnReturned { line_id, .. }
            | Event::DebitPresentedAgain { line_id, .. }
            | Event::DebitPresents { line_id, .. }
            | Event::ChangeRequested { line_id, .. }
            | Event::ChangeApproved { line_id, .. }
            | Event::ChangeDeclined { line_id, .. }
            | Event::ChargeWaived { line_id, .. }
            | Event::MovementReversed { line_id, .. }
            | Event::LimitSet { line_id, .. }
            | Event::RateSet { line_id, .. }
            | Event::ChargedOff { line_id, .. } => Stream::Line(*line_id),
        }
    }
}

impl Event {
    /// The movement this event changes, beside its line.
    pub fn movement_id(&self) -> Option<MovementId> {
        match self {
            Event::MovementRequested { movement_id, .. }
            | Event::DrawApproved { movement_id, .. }
            | Event::DrawDeclined { movement_id, .. }
            | Event::GlassBroken { movement_id, .. }
            | Event::MovementCancelled { movement_id, .. }
            | Event::CashMoved { movement_id, .. }
            | Event::TransferQueued { movement_id, .. }
            | Event::TransferMarked { movement_id, .. }
            | Event::TransferNotSent { movement_id, .. }
            | Event::TransferInDoubt { movement_id, .. }
            | Event::TransferDeferred { movement_id, .. }
            | Event::TransferRefused { movement_id, .. }
            | Event::TransferNotFound { movement_id, .. }
            | Event::TransferAskedInVain { movement_id, .. }
            | Event::TransferAccepted { movement_id, .. }
            | Event::TransferSettled { movement_id, .. }
            | Event::TransferRejected { movement_id, .. }
            | Event::TransferReturned { movement_id, .. }
            | Event::TransferInReview { movement_id, .. }
            | Event::TransferToBeAsked { movement_id, .. }
            | Event::TransferWithdrawn { movement_id, .. }
            | Event::TransferParked { movement_id, .. }
            | Event::TransferRetried { movement_id, .. }
            | Event::ReturnReturned { movement_id, .. }
            | Event::DebitPresentedAgain { movement_id, .. }
            | Event::DebitPresents { movement_id, .. }
            | Event::MovementReversed { movement_id, .. } => Some(*movement_id),
            Event::StoreSetUp { .. }
            | Event::CursorMoved { .. }
            | Event::StrangersRefused { .. }
            | Event::AccountAsked { .. }
            | Event::AccountApproved { .. }
            | Event::AccountDeclined { .. }
            | Event::RoleSet { .. }
            | Event::AccountDisabled { .. }
            | Event::AccountEnabled { .. }
            | Event::SignedIn { .. }
            | Event::SignInFailed { .. }
            | Event::PasswordProven { .. }
            | Event::SignedOut { .. }
            | Event::AccountUnlocked { .. }
            | Event::ResetCodeIssued { .. }
            | Event::AccessRecovered { .. }
            | Event::CredentialRenewed { .. }
            | Event::PasswordReset { .. }
            | Event::PasswordChanged { .. }
            | Event::SecondFactorSet { .. }
            | Event::SecondFactorUsed { .. }
            | Event::SecondFactorRemoved { .. }
            | Event::PrivateRevealed { .. }
            | Event::SecondFactorDemanded { .. }
            | Event::PassphraseChanged {}
            | Event::CommandRefused { .. }
            | Event::ProductDefined { .. }
            | Event::CustomerRecorded { .. }
            | Event::CustomerUpdated { .. }
            | Event::BankAccountAdded { .. }
            | Event::DebitAuthorized { .. }
            | Event::BankAccountUnusable { .. }
            | Event::DebitAuthorizationEnded { .. }
            | Event::ContactNoted { .. }
            | Event::CustomerForgotten { .. }
            | Event::ApplicationTaken { .. }
            | Event::MissingRecorded { .. }
            | Event::IncompletenessNoticed { .. }
            | Event::CheckRecorded { .. }
            | Event::ApplicationApproved { .. }
            | Event::ApplicationRejected { .. }
            | Event::ApplicationCancelled { .. }
            | Event::AgreementRecorded { .. }
            | Event::LineFrozen { .. }
            | Event::LineUnfrozen { .. }
            | Event::AdverseActionTaken { .. }
            | Event::AdverseActionTold { .. }
            | Event::CancellationRequested { .. }
            | Event::CancellationDeclined { .. }
            | Event::LineClosed { .. }
            | Event::CreditApplied { .. }
            | Event::CreditTakenBack { .. }
            | Event::OverpaymentCredited { .. }
            | Event::FeeCharged { .. }
            | Event::LinePosted { .. }
            | Event::CycleClosed { .. }
            | Event::DayClosed { .. }
            | Event::HolidaysSet { .. }
            | Event::DrawerOpened { .. }
            | Event::VaultCashMoved { .. }
            | Event::DrawerCounted { .. }
            | Event::DrawerClosed { .. }
            | Event::PaymentsHeld { .. }
            | Event::PaymentsResumed { .. }
            | Event::DeviceKeyRecorded { .. }
            | Event::StatementRead { .. }
            | Event::FindingOpened { .. }
            | Event::FindingResolved { .. }
            | Event::ChangeRequested { .. }
            | Event::ChangeApproved { .. }
            | Event::ChangeDeclined { .. }
            | Event::ChargeWaived { .. }
            | Event::LimitSet { .. }
            | Event::RateSet { .. }
            | Event::ChargedOff { .. } => None,
        }
    }
}

/// Why a stored event cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Written by a newer program.
    TooNew {
        version: u32,
    },
    Malformed(String),
}

/// Reads a stored payload of any version this program knows. `payload` has its private members
/// opened already.
pub fn upcast(version: u32, payload: serde_json::Value) -> Result<Event, Unreadable> {
    match version {
        1 => serde_json::from_value(payload)
            .map_err(|error| Unreadable::Malformed(error.to_string())),
        version => Err(Unreadable::TooNew { version }),
    }
}

/// The actor of an event as later rules compare it.
pub fn acted_by(meta: &crate::actor::Meta) -> Option<ActedBy> {
    Some(ActedBy {
        user_id: meta.user_id?,
        person_id: meta.person_id?,
    })
}
