//! One obligation, one transfer: what is sent, what the network's evidence means, what comes
//! next. Pure; the engine only carries bytes.
//!
//! The key of a transfer is its movement's id and its bytes are stored when the command
//! commits, so nothing can make a second key or other bytes for the same obligation.

use crate::command::Speed;
use crate::customer::AccountNumbers;
use crate::date::{BusinessDate, UtcMillis};
use crate::ids::MovementId;
use crate::money::{Currency, Minor};
use crate::movement::{Movement, MovementKind, MovementState};
use serde::{Deserialize, Serialize};

/// Money out is a credit to the customer's bank account, money in a debit of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Credit,
    Debit,
}

impl MovementKind {
    pub fn direction(self) -> Direction {
        match self {
            MovementKind::Draw | MovementKind::Refund => Direction::Credit,
            MovementKind::Repayment => Direction::Debit,
        }
    }
}

/// The body of `POST /transfers`, in the order its bytes are frozen in.
#[derive(Clone, Serialize)]
pub struct TransferRequest<'a> {
    pub reference: MovementId,
    pub direction: Direction,
    pub amount_minor: Minor,
    pub currency: Currency,
    pub account: &'a AccountNumbers,
    pub speed: Speed,
    pub line_number: &'a str,
}

impl TransferRequest<'_> {
    /// The exact bytes that are stored and sent, now and on every repeat.
    pub fn bytes(&self) -> Vec<u8> {
        // Plain strings and integers: serializing them cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Where a transfer stands between us and the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Attempts marked so far.
    pub attempts: u32,
    pub marked_at: Option<UtcMillis>,
    /// Attempts whose bytes may have arrived; never goes down.
    pub doubtful: u32,
    /// When the first of them was marked: the key's age at the network counts from here.
    pub first_doubt_at: Option<UtcMillis>,
    pub next: NextStep,
    pub next_at: UtcMillis,
    /// The network refused the bytes outright; it is asked by reference once before that counts.
    pub refused_status: Option<u16>,
    pub remote_id: Option<String>,
    /// When the network expects to settle.
    pub settlement_date: Option<BusinessDate>,
    /// What happened last, for people.
    pub last: Option<String>,
    pub last_at: Option<UtcMillis>,
}

impl Transfer {
    pub fn queued(at: UtcMillis) -> Transfer {
        Transfer {
            attempts: 0,
            marked_at: None,
            doubtful: 0,
            first_doubt_at: None,
            next: NextStep::Send,
            next_at: at,
            refused_status: None,
            remote_id: None,
            settlement_date: None,
            last: None,
            last_at: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    Send,
    /// By reference, before anything is sent again.
    Ask,
    /// The network has it: wait for its events, and ask now and then in case one went missing.
    Follow,
    Nothing,
}

/// What an attempt to send met, before it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostAnswer {
    /// No connection came about: refused, no such host, no TLS. Nothing left.
    NotSent { reason: &'static str },
    /// Sending had begun and no readable answer came: time-out, reset, garbage.
    NoAnswer { reason: &'static str },
    /// An answer other than 2xx.
    Status {
        status: u16,
        retry_after_ms: Option<i64>,
    },
    /// 2xx with a readable transfer.
    Transfer(RemoteTransfer),
}

/// What asking by reference met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp {
    NoAnswer {
        reason: &'static str,
    },
    /// The network answered that it holds nothing under this reference.
    Nothing,
    Found(RemoteTransfer),
    /// More than one transfer under one reference: the network executed twice.
    Several,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteStatus {
    Accepted,
    Settled,
    Rejected,
    Returned,
}

/// A transfer as the network describes it. Members it adds later are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteTransfer {
    pub id: String,
    pub reference: String,
    pub direction: Direction,
    pub amount_minor: Minor,
    pub currency: String,
    pub status: RemoteStatus,
    #[serde(default)]
    pub settlement_date: Option<BusinessDate>,
    #[serde(default)]
    pub return_code: Option<String>,
}

impl RemoteTransfer {
    /// Whether this describes the obligation that was sent, and no other.
    pub fn matches(&self, movement: &Movement, currency: Currency) -> bool {
        let known_id = movement
            .transfer
            .as_ref()
            .and_then(|transfer| transfer.remote_id.as_ref());
        self.reference == movement.id.to_string()
            && (self.amount_minor == movement.amount_minor || crate::planted!(AmountNotCompared))
            && self.currency == currency.code()
            && self.direction == movement.kind.direction()
            && known_id.is_none_or(|id| *id == self.id)
            && !self.id.is_empty()
            && self.id.len() <= 100
    }
}

/// What the evidence of one attempt means. `shared` by nothing else: this table is the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing left: the same key again later.
    NotSent {
        reason: &'static str,
    },
    /// It may have arrived: ask by reference, wait at least so long.
    InDoubt {
        reason: String,
        wait_ms: Option<i64>,
    },
    /// The network did not take it and said so; wait as told.
    NotAccepted {
        status: u16,
        wait_ms: Option<i64>,
    },
    /// Our credentials are at fault: the queue pauses, the job stays.
    OurFault {
        status: u16,
    },
    /// A definite no, though perhaps not to this attempt: ask by reference once.
    Refused {
        status: u16,
    },
    Taken(RemoteTransfer),
    /// Somebody else's transfer came back.
    Mismatch,
}

/// Judges the evidence of one attempt. Whatever is not listed as harmless is doubt.
pub fn classify(answer: &PostAnswer, movement: &Movement, currency: Currency) -> Outcome {
    match answer {
        PostAnswer::NotSent { reason } => Outcome::NotSent { reason },
        PostAnswer::NoAnswer { reason } => Outcome::InDoubt {
            reason: (*reason).to_owned(),
            wait_ms: None,
        },
        PostAnswer::Transfer(remote) if remote.matches(movement, currency) => {
            Outcome::Taken(remote.clone())
        }
        PostAnswer::Transfer(_) => Outcome::Mismatch,
        PostAnswer::Status {
            status,
            retry_after_ms,
        } => match status {
            429 => Outcome::NotAccepted {
                status: *status,
                wait_ms: *retry_after_ms,
            },
            401 | 403 => Outcome::OurFault { status: *status },
            400 | 404 | 422 => Outcome::Refused { status: *status },
            _ => Outcome::InDoubt {
                reason: format!("status {status}"),
                wait_ms: *retry_after_ms,
            },
        },
    }
}

/// How long a key is honoured at the network, from the first attempt that may have arrived.
pub const KEY_LIFE_MS: i64 = 20 * 60 * 60 * 1_000;
/// Attempts whose bytes may have left before a person has to look.
pub const DOUBTFUL_TRIES: u32 = 20;
const SHORTEST_WAIT_MS: i64 = 1_000;
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1_000;

/// Full jitter: anything from nothing to the doubled ceiling, never above 15 minutes. `jitter`
/// is 32 random bits.
pub fn backoff_ms(attempts: u32, jitter: u32) -> i64 {
    let ceiling = SHORTEST_WAIT_MS
        .checked_shl(attempts.min(20))
        .unwrap_or(LONGEST_WAIT_MS)
        .min(LONGEST_WAIT_MS);
    // At most 900 000 × 2^32: far inside 64 bits.
    (ceiling * i64::from(jitter)) >> 32
}

/// What the sync job has to do for a movement now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Send,
    Ask,
    Follow,
    WaitUntil(UtcMillis),
    Nothing,
}

pub fn key_too_old(transfer: &Transfer, now: UtcMillis) -> bool {
    transfer
        .first_doubt_at
        .is_some_and(|first| now.since(first) >= KEY_LIFE_MS)
}

/// The next step of one movement, whatever happened before.
pub fn step(movement: &Movement, now: UtcMillis) -> Step {
    let Some(transfer) = &movement.transfer else {
        return Step::Nothing;
    };
    let due = |step| {
        if now >= transfer.next_at {
            step
        } else {
            Step::WaitUntil(transfer.next_at)
        }
    };
    match movement.state {
        MovementState::Queued => due(Step::Send),
        MovementState::Unknown => match transfer.next {
            NextStep::Send if key_too_old(transfer, now) => due(Step::Ask),
            NextStep::Send => due(Step::Send),
            NextStep::Ask | NextStep::Follow | NextStep::Nothing => due(Step::Ask),
        },
        MovementState::Accepted => due(Step::Follow),
        MovementState::Requested
        | MovementState::Approved
        | MovementState::Sending
        | MovementState::Settled
        | MovementState::Rejected
        | MovementState::Returned
        | MovementState::Cancelled
        | MovementState::Declined
        | MovementState::NeedsReview => Step::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_between_nothing_and_a_quarter_of_an_hour() {
        for attempts in [0, 1, 5, 9, 10, 31, 32, 33, 64, u32::MAX] {
            assert_eq!(backoff_ms(attempts, 0), 0);
            let longest = backoff_ms(attempts, u32::MAX);
            assert!(
                (SHORTEST_WAIT_MS - 1..LONGEST_WAIT_MS).contains(&longest),
                "{attempts}: {longest}"
            );
        }
        assert!(backoff_ms(3, u32::MAX) > backoff_ms(2, u32::MAX));
    }

    #[test]
    fn the_frozen_bytes_of_a_request() {
        // These bytes are stored and re-sent; they may change only together with a new key rule.
        let account = AccountNumbers {
            routing: "021000021".into(),
            number: "123456789".into(),
        };
        let request = TransferRequest {
            reference: "0190a0b0-0000-7000-8000-000000000001".parse().unwrap(),
            direction: Direction::Credit,
            amount_minor: Minor(12_345),
            currency: Currency::USD,
            account: &account,
            speed: Speed::Express,
            line_number: "LC-000001",
        };
        let expected = r#"{"reference":"0190a0b0-0000-7000-8000-000000000001","direction":"credit","amount_minor":12345,"currency":"USD","account":{"routing":"021000021","number":"123456789"},"speed":"express","line_number":"LC-000001"}"#;
        assert_eq!(String::from_utf8(request.bytes()).unwrap(), expected);
    }
}
