//! What the page and the command line are shown. Tax id, birth date, document and account
//! numbers never stand here in full.

use crate::account::Role;
use crate::actor::NetworkState;
use crate::adverse::ActionTaken;
use crate::allocation::Allocation;
use crate::change::LineChange;
#[cfg(feature = "schema")]
use crate::command::Submission;
use crate::command::{Command, CommandKind, RejectionReason};
use crate::customer::{Address, DocumentKind, Employment, Masked};
use crate::date::{BusinessDate, UtcMillis};
#[cfg(feature = "schema")]
use crate::explain::FigureExplained;
use crate::ids::*;
use crate::intake::{Check, Clock, ContactChannel, MissingItem, Notice};
use crate::ledger::EntryKind;
use crate::line::{Figures, Status};
use crate::money::{Currency, Minor};
use crate::movement::{Method, MovementKind, MovementState, ReviewReason};
#[cfg(feature = "schema")]
use crate::paper::{PaperQuery, PaperRow, SavedPaper};
use crate::product::Terms;
use crate::reconcile::{FindingClass, Resolution};
use crate::refusal::RefusalCode;
#[cfg(feature = "schema")]
use crate::report::{Report, ReportFileQuery, ReportQuery, SavedFile};
#[cfg(feature = "schema")]
use crate::statement::Statement;
use crate::transfer::Direction;
#[cfg(feature = "schema")]
use crate::what_if::{WhatIf, WhatIfQuery};
use serde::{Deserialize, Serialize};

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }
    )*};
}

views! {
    /// What stands before the sign-in page: the store and its passphrase.
    DoorView { state: DoorState, demo: bool, data_dir: String, passphrase_least: u32 }
    /// Opens a store; the founding is read on an empty folder only.
    Unlock { passphrase: String, founding: Option<FoundingForm> }
    FoundingForm {
        branch_name: String,
        currency: Currency,
        /// IANA name, such as "America/New_York".
        time_zone: String,
    }
    /// What the sign-in page shows before anybody signs in.
    StoreView {
        branch_name: String,
        currency: Currency,
        business_date: BusinessDate,
        demo: bool,
        /// False on a fresh store: the first flagged sign-up becomes its admin.
        has_admin: bool,
    }

    SignUp {
        /// The submission's id: kept over retries.
        id: CommandId,
        user_id: UserId,
        login: String,
        name: String,
        employee_number: String,
        password: String,
        admin: bool,
    }
    /// Whether the new account may sign in at once or waits for an admin.
    SignedUp { user_id: UserId, active: bool }
    SignIn {
        login: String,
        password: String,
        /// Of the second factor, where the account has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    }
    /// Begins to set up a second factor: with the password, once more.
    BeginSecondFactor { password: String }
    /// What an authenticator needs; it is in use once a code of it was entered.
    SecondFactorView {
        /// otpauth://totp/…, for a picture to scan.
        uri: String,
        /// The secret in base32, to be typed.
        secret: String,
    }
    ConfirmSecondFactor { code: String }
    /// The password once more, for one command.
    Prove { password: String, command: Command }
    /// A new password at the door, with the code an admin issued.
    ResetPassword {
        /// The submission's id: kept over retries.
        id: CommandId,
        login: String,
        code: String,
        password: String,
    }
    /// A new password, by whoever is signed in and has the old one.
    ChangePassword {
        /// The submission's id: kept over retries.
        id: CommandId,
        current: String,
        password: String,
    }
    /// Asks for what is shown masked.
    Reveal { customer_id: CustomerId, masked: Masked }
    /// What stands behind the mask, to be shown for a while and kept nowhere.
    Revealed { value: String }
    /// A reset code, shown this once.
    ResetCodeView { user_id: UserId, code: String, ends_at: UtcMillis }
    SessionView {
        user_id: UserId,
        login: String,
        name: String,
        role: Role,
        second_factor: bool,
        branch_name: String,
        currency: Currency,
        business_date: BusinessDate,
        demo: bool,
        /// Nothing at the first sign-in.
        last_time: Option<LastTime>,
    }
    /// What befell an account between its sign-in before this one and this one. Whoever did not do
    /// it is the one to notice.
    LastTime {
        signed_in_at: UtcMillis,
        wrong_passwords: u32,
        last_wrong_at: Option<UtcMillis>,
        /// Of its role, password, second factor and locks, latest first.
        changes: Vec<EventRow>,
    }

    /// A row of the list of applications.
    LineRow {
        id: LineId,
        number: String,
        customer_id: CustomerId,
        /// "Forgotten customer" once the key is gone.
        customer_name: String,
        product_name: String,
        status: Status,
        requested_minor: Minor,
        limit_minor: Minor,
        owed_minor: Minor,
        available_minor: Minor,
        taken_by_name: String,
        taken_on: BusinessDate,
        frozen: bool,
        cancellation_requested: bool,
        closed_but_owing: bool,
        in_review: u32,
        /// By when somebody has to act.
        clock: Option<Clock>,
    }
    LineQuery {
        /// Empty: all.
        statuses: Vec<Status>,
        /// A number, a beginning of a name, a phone number, the last four digits of an account.
        search: String,
        /// Only those the signed-in person took.
        mine: bool,
        customer_id: Option<CustomerId>,
        order: LineOrder,
        /// `next` of the page before.
        after: Option<String>,
        /// At most 200.
        limit: u32,
    }
    LinePage {
        rows: Vec<LineRow>,
        next: Option<String>,
        /// More was found than is listed: only the first so many finds, or the newest so many
        /// lines, are looked at.
        capped: bool,
    }

    LineDetails {
        row: LineRow,
        /// What a decision names as seen.
        version: u64,
        purpose: String,
        figures: Figures,
        terms: Option<Terms>,
        product_id: ProductId,
        customer: CustomerRow,
        bank_accounts: Vec<BankAccountView>,
        intake: IntakeView,
        decision: Option<DecisionView>,
        agreement_signed_on: Option<BusinessDate>,
        frozen_note: Option<String>,
        adverse_actions: AdverseActionsView,
        /// What may be done now, and why not.
        actions: Vec<ActionView>,
        /// Newest first.
        movements: Vec<MovementRow>,
        /// Changes that wait for a second person, oldest first.
        waiting_changes: Vec<ChangeRow>,
    }
    /// What was done to a line, and the last notice of it.
    AdverseActionsView {
        /// What the customer was not told of yet, oldest first.
        untold: Vec<ActionTaken>,
        told: Option<ToldView>,
    }
    ToldView {
        on: BusinessDate,
        reasons: Vec<RejectionReason>,
        other_words: Option<String>,
    }
    /// The papers of an application.
    IntakeView {
        complete_since: Option<BusinessDate>,
        missing: Vec<MissingItem>,
        notice: Option<Notice>,
        checks: Vec<CheckRow>,
    }
    CheckRow {
        check: Check,
        /// Asked for by the product as it is now.
        required: bool,
        /// Nothing while nobody looked.
        passed: Option<bool>,
        by_name: String,
        on: Option<BusinessDate>,
    }
    /// A change of a line that waits for a second person.
    ChangeRow {
        id: ChangeId,
        line_id: LineId,
        line_number: String,
        customer_name: String,
        change: LineChange,
        /// What it would do.
        words: String,
        reason: String,
        asked_by_name: String,
        asked_on: BusinessDate,
        /// The last day it may be decided on.
        expires_on: BusinessDate,
        expired: bool,
        actions: Vec<ActionView>,
    }
    DecisionView {
        approved: bool,
        limit_minor: Minor,
        reasons: Vec<RejectionReason>,
        other_words: Option<String>,
        /// Whoever brought the last paper, where the product's own rule approved.
        by_name: String,
        by_policy: bool,
        on: BusinessDate,
    }
    ActionView { kind: CommandKind, refused: Option<RefusalCode> }
    MovementRow {
        id: MovementId,
        line_id: LineId,
        line_number: String,
        customer_name: String,
        kind: MovementKind,
        method: Method,
        amount_minor: Minor,
        state: MovementState,
        requested_by_name: String,
        requested_on: BusinessDate,
        settled_on: Option<BusinessDate>,
        expected_on: Option<BusinessDate>,
        return_code: Option<String>,
        review: Option<ReviewReason>,
        /// What the network said last, in words.
        last: Option<String>,
        attempts: u32,
        /// What the teller can tell the customer.
        for_customer: String,
        /// What may be done with this movement now.
        actions: Vec<ActionView>,
    }

    /// A row of the customer's history: one journal entry, as it touched the line.
    TransactionRow {
        seq: u64,
        entry: u32,
        kind: EntryKind,
        movement_id: Option<MovementId>,
        effective_on: BusinessDate,
        posted_on: BusinessDate,
        principal_minor: Minor,
        interest_minor: Minor,
        fees_minor: Minor,
        credit_minor: Minor,
        /// Owed less customer credit, after this entry.
        balance_minor: Minor,
    }
    TransactionPage { rows: Vec<TransactionRow>, next: Option<String> }
    /// A statement in the list of them: as it was made at its closing.
    StatementRow {
        /// The first statement of a line is of its cycle 1.
        cycle: u32,
        closing_on: BusinessDate,
        closing_minor: Minor,
        minimum_minor: Minor,
        due_on: BusinessDate,
    }
    /// Newest first.
    StatementPage { rows: Vec<StatementRow>, next: Option<String> }
    /// Which statement of a line.
    StatementQuery { line_id: LineId, closing_on: BusinessDate }
    /// What stood on a line on the evening of a day that is over, or of today.
    PastQuery {
        line_id: LineId,
        on: BusinessDate,
        /// What had been posted by the end of this day; of the same day unless told.
        known_on: Option<BusinessDate>,
    }
    /// As it was known then, and as it is known now: what came to light in between makes the
    /// difference.
    PastBalance {
        on: BusinessDate,
        known_on: BusinessDate,
        then: StoodView,
        now: StoodView,
    }
    /// Postings of a line up to a day.
    StoodView {
        principal_minor: Minor,
        interest_minor: Minor,
        fees_minor: Minor,
        credit_minor: Minor,
        /// Owed less customer credit.
        balance_minor: Minor,
    }
    /// A row of the event log.
    EventRow {
        seq: u64,
        at: UtcMillis,
        business_date: BusinessDate,
        actor_name: String,
        event_type: String,
        /// In words, without private values.
        sentence: String,
    }
    EventPage { rows: Vec<EventRow>, next: Option<String> }

    CustomerQuery { search: String, after: Option<String>, limit: u32 }
    CustomerPage { rows: Vec<CustomerRow>, next: Option<String> }
    CustomerRow {
        id: CustomerId,
        number: String,
        name: String,
        phone: String,
        email: String,
        city: String,
        forgotten: bool,
    }
    CustomerDetails {
        row: CustomerRow,
        version: u64,
        address: Option<Address>,
        employment: Option<Employment>,
        income_monthly_minor: Minor,
        obligations_monthly_minor: Minor,
        /// Such as "•••-••-6789".
        tax_id_masked: String,
        /// Such as "••••-••-••".
        birth_date_masked: String,
        document_kind: Option<DocumentKind>,
        document_masked: String,
        bank_accounts: Vec<BankAccountView>,
        lines: Vec<LineRow>,
        recorded_on: BusinessDate,
        /// The newest notes of what was said, newest first.
        contacts: Vec<ContactRow>,
        /// More were made than are shown.
        more_contacts: bool,
    }
    ContactRow {
        seq: u64,
        at: UtcMillis,
        business_date: BusinessDate,
        by_name: String,
        channel: ContactChannel,
        note: String,
    }
    BankAccountView {
        id: BankAccountId,
        last4: String,
        debit_authorized_on: Option<BusinessDate>,
        unusable_since_code: Option<String>,
    }
    ProductView { id: ProductId, version: u64, name: String, terms: Terms }

    /// What the admins have to decide.
    AdminDesk {
        open_applications: Vec<LineRow>,
        /// More are open than are shown.
        more_open: bool,
        waiting_draws: Vec<MovementRow>,
        /// Asked for since the banking day before today, the newest first.
        split_draws: Vec<SplitRow>,
        waiting_accounts: Vec<AccountRow>,
        cancellations: Vec<LineRow>,
        waiting_changes: Vec<ChangeRow>,
        in_review: Vec<MovementRow>,
        /// Draws that somebody released alone, until another person has looked.
        broken_glass: Vec<FindingRow>,
        locked_accounts: Vec<AccountRow>,
        /// Everybody who may sign in, or might before they were disabled, by name.
        accounts: Vec<AccountRow>,
        admins_need_second_factor: bool,
    }
    /// A line whose draws each need one signature and together would need two.
    SplitRow {
        line_id: LineId,
        line_number: String,
        customer_name: String,
        /// Asked for within 24 hours.
        draws: u32,
        together_minor: Minor,
        /// What one signature may release.
        single_signature_minor: Minor,
        /// Of the last of them.
        asked_on: BusinessDate,
        asked_by_name: String,
    }
    /// Which teller's day is asked for: one's own and today unless told.
    CounterQuery { teller_id: Option<UserId>, date: Option<BusinessDate> }
    /// Cash at the counter.
    CounterView {
        business_date: BusinessDate,
        own: DrawerRow,
        /// Everybody's that ever moved cash, for admins.
        drawers: Vec<DrawerRow>,
        sheet: DaySheet,
        /// Days on which neither the branch nor the network works, beside weekends.
        holidays: Vec<BusinessDate>,
    }
    DrawerRow {
        teller_id: UserId,
        teller: String,
        /// What should be in it.
        holds_minor: Minor,
        /// Absent while it is closed.
        open_since: Option<BusinessDate>,
    }
    /// What moved in one teller's drawer on one business date, in the order it was posted.
    DaySheet {
        teller_id: UserId,
        teller: String,
        date: BusinessDate,
        opening_minor: Minor,
        rows: Vec<DaySheetRow>,
        /// More moved than is shown.
        more: bool,
        closing_minor: Minor,
    }
    DaySheetRow {
        at: UtcMillis,
        kind: EntryKind,
        /// Of cash a customer brought or got.
        line_id: Option<LineId>,
        line_number: Option<String>,
        /// Into the drawer; negative out of it.
        amount_minor: Minor,
        /// What should be in the drawer after it.
        balance_minor: Minor,
    }

    AccountRow {
        id: UserId,
        login: String,
        name: String,
        employee_number: String,
        admin_requested: bool,
        role: Option<Role>,
        asked_at: UtcMillis,
        locked: bool,
        /// A reset code that is not used yet is good until then.
        disabled: bool,
        reset_ends_at: Option<UtcMillis>,
        second_factor: bool,
    }

    SyncView {
        network: NetworkState,
        mark: SyncMark,
        /// Transfers by state: queued, sending, unknown, accepted, needs review.
        queued: u32,
        sending: u32,
        unknown: u32,
        accepted: u32,
        needs_review: u32,
        /// Since when it is as the mark says.
        since: Option<UtcMillis>,
        /// Why sending fails or pauses.
        why: Option<String>,
        last_contact_at: Option<UtcMillis>,
        oldest_queued_at: Option<UtcMillis>,
        jobs: Vec<MovementRow>,
        /// Our credentials were refused.
        paused: bool,
        /// The store was restored: nothing is sent before all is compared.
        held: bool,
        /// Disagreements with the network that nobody closed.
        open_findings: u32,
        /// The last day whose statement was read.
        reconciled_through: Option<BusinessDate>,
        /// What is asked of the store, and what of it is done.
        orders: QueueView,
        /// Transfers that nobody has answered yet, and those that were.
        transfers: QueueView,
    }
    /// A queue at work.
    QueueView {
        /// What is being worked on included.
        waiting: u32,
        oldest_at: Option<UtcMillis>,
        /// Done in each of the last sixty seconds, the present one last.
        done: Vec<u32>,
    }

    /// What of the payments a person has to look at.
    AttentionView {
        in_review: Vec<MovementRow>,
        findings: Vec<FindingRow>,
        /// More are open than are shown.
        more_findings: bool,
        reconciled_through: Option<BusinessDate>,
    }
    /// A disagreement with the network, its evidence, and what resolves it.
    FindingRow {
        id: String,
        class: FindingClass,
        reference: String,
        movement_id: Option<MovementId>,
        line_id: Option<LineId>,
        line_number: Option<String>,
        remote_id: Option<String>,
        direction: Direction,
        ours_minor: Option<Minor>,
        theirs_minor: Option<Minor>,
        statement_date: Option<BusinessDate>,
        opened_on: BusinessDate,
        /// Whoever asked for the movement; empty for the branch's admins.
        owner_name: String,
        /// By when somebody has to have looked at it.
        due_on: Option<BusinessDate>,
        /// Why the glass was broken, while its customer is known.
        reason: Option<String>,
        resolved: Option<Resolution>,
    }

    /// What a command would do, judged by the very rule that will judge it.
    Preview {
        status_before: Status,
        status_after: Status,
        before: Figures,
        after: Figures,
        allocation: Option<Allocation>,
        needs_second_person: bool,
        /// What happens besides: the line closes, a draw is cancelled.
        consequences: Vec<String>,
        /// What to look at twice before going on. Nothing is refused for it.
        warnings: Vec<String>,
    }

    /// The answer to a submission: what was recorded, and the fresh view of what it changed.
    Answer {
        id: CommandId,
        /// The events it became; equal sequence numbers on every repeat of the same id.
        first_seq: u64,
        last_seq: u64,
        fresh: Fresh,
    }

    /// Sent to everybody after a commit, as the one event "changed".
    Change {
        seq: u64,
        lines: Vec<LineId>,
        customers: Vec<CustomerId>,
        users: Vec<UserId>,
        products: Vec<ProductId>,
        /// The mark in the masthead may look different now.
        sync: bool,
    }

    Draft { name: String, content: String }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "of", content = "view", rename_all = "snake_case")]
pub enum Fresh {
    Line(Box<LineDetails>),
    Customer(Box<CustomerDetails>),
    Product(Box<ProductView>),
    ResetCode(ResetCodeView),
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DoorState {
    /// Nothing is here yet: a passphrase is chosen and the branch named.
    Fresh,
    Locked,
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineOrder {
    NewestFirst,
    OldestFirst,
    CustomerName,
}

/// What the masthead shows: the worst that is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SyncMark {
    Online,
    Offline,
    Waiting,
    Failing,
    NeedsYou,
}

/// Everything that crosses, for `branchline schema`.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Value {
    use schemars::schema_for;
    serde_json::json!({
        "submission": schema_for!(Submission),
        "error": schema_for!(crate::refusal::ApiError),
        "views": {
            "answer": schema_for!(Answer),
            "preview": schema_for!(Preview),
            "line_query": schema_for!(LineQuery),
            "line_page": schema_for!(LinePage),
            "line_details": schema_for!(LineDetails),
            "transaction_page": schema_for!(TransactionPage),
            "event_page": schema_for!(EventPage),
            "statement_page": schema_for!(StatementPage),
            "statement_query": schema_for!(StatementQuery),
            "statement": schema_for!(Statement),
            "past_query": schema_for!(PastQuery),
            "past_balance": schema_for!(PastBalance),
            "customer_query": schema_for!(CustomerQuery),
            "customer_page": schema_for!(CustomerPage),
            "customer_details": schema_for!(CustomerDetails),
            "reveal": schema_for!(Reveal),
            "revealed": schema_for!(Revealed),
            "product": schema_for!(ProductView),
            "admin_desk": schema_for!(AdminDesk),
            "counter": schema_for!(CounterView),
            "sync": schema_for!(SyncView),
            "attention": schema_for!(AttentionView),
            "session": schema_for!(SessionView),
            "store": schema_for!(StoreView),
            "change": schema_for!(Change),
            "figures_explained": schema_for!(Vec<FigureExplained>),
            "what_if_query": schema_for!(WhatIfQuery),
            "what_if": schema_for!(WhatIf),
            "report_query": schema_for!(ReportQuery),
            "report": schema_for!(Report),
            "report_file_query": schema_for!(ReportFileQuery),
            "saved_file": schema_for!(SavedFile),
            "paper_query": schema_for!(PaperQuery),
            "papers": schema_for!(Vec<PaperRow>),
            "saved_paper": schema_for!(SavedPaper),
        },
    })
}
