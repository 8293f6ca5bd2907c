//! Money in or out under a line: draws, repayments, refunds, and the transfer a network
//! movement hangs on.

use crate::actor::ActedBy;
use crate::allocation::Allocation;
use crate::command::Speed;
use crate::date::{BusinessDate, UtcMillis};
use crate::ids::{BankAccountId, CustomerId, LineId, MovementId};
use crate::money::Minor;
use crate::transfer::Transfer;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    Draw,
    Repayment,
    Refund,
}

/// Cash at the counter, or a transfer through the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Method {
    Cash,
    Network {
        account_id: BankAccountId,
        last4: String,
        speed: Speed,
    },
}

/// Requested → (Approved) → Queued → Sending → Accepted → Settled, and the ways off that road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MovementState {
    /// Waits for a second person.
    Requested,
    /// A cash draw the second person agreed to; waits at the counter.
    Approved,
    /// In the outbox, nothing has left.
    Queued,
    /// An attempt is marked: its bytes may be leaving now.
    Sending,
    /// It may or may not have arrived; only the network's evidence ends this.
    Unknown,
    /// The network has it; money has not moved yet.
    Accepted,
    /// Money moved. Cash settles as it is handed over.
    Settled,
    /// The network said no; nothing moved.
    Rejected,
    /// It came back after settling.
    Returned,
    /// Called off before anything was sent.
    Cancelled,
    /// The second person said no.
    Declined,
    /// The evidence contradicts itself or ran out: a person has to look.
    NeedsReview,
}

impl MovementState {
    pub const ALL: &[MovementState] = &[
        MovementState::Requested,
        MovementState::Approved,
        MovementState::Queued,
        MovementState::Sending,
        MovementState::Unknown,
        MovementState::Accepted,
        MovementState::Settled,
        MovementState::Rejected,
        MovementState::Returned,
        MovementState::Cancelled,
        MovementState::Declined,
        MovementState::NeedsReview,
    ];

    /// Given up before anything moved.
    pub fn nothing_moved(self) -> bool {
        match self {
            MovementState::Rejected | MovementState::Cancelled | MovementState::Declined => true,
            MovementState::Requested
            | MovementState::Approved
            | MovementState::Queued
            | MovementState::Sending
            | MovementState::Unknown
            | MovementState::Accepted
            | MovementState::Settled
            | MovementState::Returned
            | MovementState::NeedsReview => false,
        }
    }

    /// Neither arrived nor given up: its amount is reserved.
    pub fn on_its_way(self) -> bool {
        match self {
            MovementState::Requested
            | MovementState::Approved
            | MovementState::Queued
            | MovementState::Sending
            | MovementState::Unknown
            | MovementState::Accepted
            | MovementState::NeedsReview => true,
            MovementState::Settled
            | MovementState::Rejected
            | MovementState::Returned
            | MovementState::Cancelled
            | MovementState::Declined => false,
        }
    }

    /// Not given up: its money moved, or may. What was called off, refused or returned does not stand.
    pub fn stands(self) -> bool {
        self.on_its_way() || self == MovementState::Settled
    }

    /// May still be called off: nothing can have left.
    pub fn cancellable(self) -> bool {
        match self {
            MovementState::Requested | MovementState::Approved | MovementState::Queued => true,
            MovementState::Sending
            | MovementState::Unknown
            | MovementState::Accepted
            | MovementState::NeedsReview
            | MovementState::Settled
            | MovementState::Rejected
            | MovementState::Returned
            | MovementState::Cancelled
            | MovementState::Declined => false,
        }
    }

    /// A word for people.
    pub fn words(self) -> &'static str {
        match self {
            MovementState::Requested => "Waiting for approval",
            MovementState::Approved => "Approved",
            MovementState::Queued => "Queued",
            MovementState::Sending => "Sending",
            MovementState::Unknown => "Being checked",
            MovementState::Accepted => "Accepted",
            MovementState::Settled => "Settled",
            MovementState::Rejected => "Rejected",
            MovementState::Returned => "Returned",
            MovementState::Cancelled => "Cancelled",
            MovementState::Declined => "Declined",
            MovementState::NeedsReview => "Needs review",
        }
    }
}

/// A draw, repayment or refund as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Movement {
    pub id: MovementId,
    pub line_id: LineId,
    pub customer_id: CustomerId,
    pub kind: MovementKind,
    pub method: Method,
    pub amount_minor: Minor,
    pub state: MovementState,
    pub requested_by: ActedBy,
    pub requested_on: BusinessDate,
    pub requested_at: UtcMillis,
    pub decided_by: Option<ActedBy>,
    /// When the money moved, by its effective date.
    pub settled_on: Option<BusinessDate>,
    /// What a settled repayment paid.
    pub allocation: Option<Allocation>,
    /// The network's R-code, once returned.
    pub return_code: Option<String>,
    /// Why it is under review.
    pub review: Option<ReviewReason>,
    /// Funds have left as far as we know ("sent"), counted in the line.
    pub sent: bool,
    pub transfer: Option<Transfer>,
    /// How often the money turned round since it settled: returned, the return returned, …
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reversals: u32,
    /// A debit that is another one presented again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation: Option<Presentation>,
    /// The debit that presents this one again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presented_as: Option<MovementId>,
}

impl Movement {
    /// Whether the network may ever hold it: cash never goes there.
    pub fn by_network(&self) -> bool {
        matches!(self.method, Method::Network { .. })
    }

    /// A draw that waits for a person for too long.
    pub fn expired(&self, today: BusinessDate) -> bool {
        let waits = matches!(
            self.state,
            MovementState::Requested | MovementState::Approved
        );
        waits && today > self.requested_on.plus_days(DRAW_LIFE_DAYS)
    }

    /// How often the money moved, one way or the other: it settled, came back, the return came
    /// back.
    pub fn turns(&self) -> u32 {
        match self.state {
            MovementState::Settled | MovementState::Returned => self.reversals + 1,
            MovementState::Requested
            | MovementState::Approved
            | MovementState::Queued
            | MovementState::Sending
            | MovementState::Unknown
            | MovementState::Accepted
            | MovementState::NeedsReview
            | MovementState::Rejected
            | MovementState::Cancelled
            | MovementState::Declined => 0,
        }
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A returned debit presented again (Nacha Operating Rules, subsection 2.12.4: an entry returned
/// for want of funds, at most twice, within 180 days of the original's settlement date).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    pub of: MovementId,
    /// 1 for the first time it is presented again.
    pub number: u32,
    /// When the first of them settled.
    pub first_settled_on: BusinessDate,
}

/// Days in which a draw is decided on, and cash that was agreed to is fetched. Afterwards it has to be
/// asked for again: whoever agrees agrees to what a customer wants now.
pub const DRAW_LIFE_DAYS: i32 = 7;

/// How often a debit may be presented again.
pub const PRESENTATIONS_MAX: u32 = 2;
/// Days after the first settlement in which it may be.
pub const PRESENTATION_DAYS: i32 = 180;

/// Why a person has to look at a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// The network echoed another amount, reference, currency or direction.
    AnswerDoesNotMatch,
    /// The network refused bytes that may have arrived before.
    RefusedAfterDoubt,
    /// Too many tries whose bytes may have left.
    TriesUsedUp,
    /// The key is older than its life at the network.
    KeyTooOld,
    /// The network took back what it had said.
    NetworkContradictsItself,
    /// Money moved for something called off or refused here.
    MovedAfterTheEnd,
    /// The bank account became unusable, or its authorization ended, before anything left.
    AccountUnusable,
    /// The network named a settlement date that cannot be.
    ImplausibleDate,
    /// A person set it aside.
    Parked,
}

impl ReviewReason {
    pub fn words(self) -> &'static str {
        match self {
            ReviewReason::AnswerDoesNotMatch => {
                "The network's answer does not match what was sent."
            }
            ReviewReason::RefusedAfterDoubt => {
                "The network refused it, but an earlier try may have arrived."
            }
            ReviewReason::TriesUsedUp => "The network could not be asked often enough.",
            ReviewReason::KeyTooOld => "It is too old to send again safely.",
            ReviewReason::NetworkContradictsItself => "The network took back what it had said.",
            ReviewReason::MovedAfterTheEnd => "Money moved for something that had ended here.",
            ReviewReason::AccountUnusable => {
                "The bank account can no longer be used, and nothing has left yet."
            }
            ReviewReason::ImplausibleDate => "The network named a settlement date that cannot be.",
            ReviewReason::Parked => "It was set aside.",
        }
    }
}

/// Why a transfer was taken out of the outbox before anything of it moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// A return said that nothing may be sent to this bank account any more.
    AccountUnusable,
    /// A return said that the customer does not authorize debits any more.
    AuthorizationEnded,
    /// A person gave it back to the desk.
    HandedBack,
}

impl Withdrawal {
    pub fn words(self) -> &'static str {
        match self {
            Withdrawal::AccountUnusable => "called off: the bank account can no longer be used",
            Withdrawal::AuthorizationEnded => "called off: the debit is no longer authorized",
            Withdrawal::HandedBack => "handed back to the desk",
        }
    }
}
