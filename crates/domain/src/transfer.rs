//! One obligation, one transfer: what is sent, what the network's evidence means, what comes
//! next. Pure; the engine only carries bytes.
//!
//! The key of a transfer is its movement's id and its bytes are stored when the command
//! commits, so nothing can make a second key or other bytes for the same obligation.

use crate::command::Speed;
use crate::customer::AccountNumbers;
use crate::date::{BusinessDate, UtcMillis};
use crate::ids::{BankAccountId, MovementId};
use crate::money::{Currency, Minor};
use crate::movement::{
    Method, Movement, MovementKind, MovementState, PRESENTATION_DAYS, PRESENTATIONS_MAX,
    ReviewReason,
};
use crate::refusal::RefusalCode;
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
    Several(Vec<RemoteTransfer>),
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
    /// A date that cannot be read is one that cannot be: see [`RemoteTransfer::plausible`].
    #[serde(default, deserialize_with = "any_date")]
    pub settlement_date: Option<BusinessDate>,
    #[serde(default)]
    pub return_code: Option<String>,
    /// How often the money turned round since it settled: 1 came back, 2 the return came back.
    /// A network that does not say so means none for settled, one for returned.
    #[serde(default)]
    pub reversals: Option<u32>,
}

/// Nonsense in the place of a date must not make the whole answer unreadable, or it could never
/// be told from a network that is down; it reads as a day on which nothing can settle.
fn any_date<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Option<BusinessDate>, D::Error> {
    let value = serde_json::Value::deserialize(reader)?;
    if value.is_null() {
        return Ok(None);
    }
    let date = value.as_str().and_then(|text| text.parse().ok());
    Ok(Some(date.unwrap_or(BusinessDate::EARLIEST)))
}

/// Days that a settlement date may lie before the request (zones differ) and after today (the
/// network takes three banking days, and holidays).
const SETTLES_EARLIEST_DAYS: i32 = -3;
const SETTLES_LATEST_DAYS: i32 = 14;

impl RemoteTransfer {
    /// Whether the settlement date it names can be one of this movement.
    pub fn plausible(&self, movement: &Movement, today: BusinessDate) -> bool {
        self.settlement_date.is_none_or(|date| {
            date >= movement.requested_on.plus_days(SETTLES_EARLIEST_DAYS)
                && date <= today.plus_days(SETTLES_LATEST_DAYS)
        })
    }

    pub fn reversals(&self) -> u32 {
        match self.status {
            RemoteStatus::Accepted | RemoteStatus::Rejected => 0,
            RemoteStatus::Settled => self.reversals.unwrap_or(0),
            RemoteStatus::Returned => self.reversals.unwrap_or(1).max(1),
        }
    }

    /// Whether this describes the obligation that was sent, and no other.
    pub fn matches(&self, movement: &Movement, currency: Currency) -> bool {
        let known_id = movement
            .transfer
            .as_ref()
            .and_then(|transfer| transfer.remote_id.as_ref());
        self.matches_but_for_the_id(movement, currency) && known_id.is_none_or(|id| *id == self.id)
    }

    /// The same, under whatever id of the network's.
    pub fn matches_but_for_the_id(&self, movement: &Movement, currency: Currency) -> bool {
        self.reference == movement.id.to_string()
            && (self.amount_minor == movement.amount_minor || crate::planted!(AmountNotCompared))
            && self.currency == currency.code()
            && self.direction == movement.kind.direction()
            && !self.id.is_empty()
            && self.id.len() <= 100
    }
}

/// What the evidence of one attempt means. This table is the rule; nothing else judges evidence.
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

/// No transfer is put off longer than this: a moment beyond it was named by another clock.
pub const FARTHEST_MS: i64 = KEY_LIFE_MS;

/// When to ask again about what could not be asked: as long as it has lasted already, by full
/// jitter, from a second to 15 minutes.
pub fn ask_again_ms(transfer: &Transfer, now: UtcMillis, jitter: u32) -> i64 {
    let lasted = transfer.marked_at.map_or(0, |at| now.since(at));
    let ceiling = lasted.clamp(SHORTEST_WAIT_MS * 2, LONGEST_WAIT_MS);
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
        // A moment further off than any wait is one of a clock that was set back since.
        if now >= transfer.next_at || transfer.next_at.since(now) > FARTHEST_MS {
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

/// Whether a person may have it tried now: it waits, or was set aside.
pub fn retriable(movement: &Movement) -> bool {
    let waits = matches!(
        movement.state,
        MovementState::Queued | MovementState::Unknown
    );
    waits || movement.review == Some(ReviewReason::Parked)
}

/// Whether it may be set aside: nothing is on the wire just now.
pub fn parkable(movement: &Movement) -> bool {
    matches!(
        movement.state,
        MovementState::Queued | MovementState::Unknown
    )
}

/// Days after the last attempt on which a transfer can still settle: three banking days, the
/// weekend and a holiday among them, and the days of different zones.
const LAST_SETTLEMENT_DAYS: i64 = 7;

/// Whether it may be given back to the desk. Of what may have left, the network's statements
/// have to be the witness.
pub fn may_hand_back(
    movement: &Movement,
    reconciled_through: Option<BusinessDate>,
) -> Result<(), RefusalCode> {
    let waits = matches!(
        movement.state,
        MovementState::Queued | MovementState::NeedsReview
    );
    let Some(transfer) = movement.transfer.as_ref().filter(|_| waits) else {
        return Err(RefusalCode::AlreadySent);
    };
    if transfer.remote_id.is_some() {
        return Err(RefusalCode::NetworkHasIt);
    }
    // What the network says of it contradicts itself: then its silence proves nothing.
    if movement.review == Some(ReviewReason::AnswerDoesNotMatch) {
        return Err(RefusalCode::NetworkHasIt);
    }
    if transfer.doubtful == 0 && !movement.sent {
        return Ok(());
    }
    let last = transfer.marked_at.map_or(i64::MAX, |at| at.0 / DAY_MS);
    let proven = reconciled_through
        .is_some_and(|day| i64::from(day.days()) > last.saturating_add(LAST_SETTLEMENT_DAYS));
    if proven {
        Ok(())
    } else {
        Err(RefusalCode::MayHaveLeft)
    }
}

const DAY_MS: i64 = 86_400_000;

/// The account, the day the first presentation settled, and which time this one is.
///
/// `presented` is what it was presented again as, where it was. One that never reached the bank, since
/// it was called off or refused, is none of the presentations that the rules allow.
pub fn presentable(
    returned: &Movement,
    presented: Option<&Movement>,
    today: BusinessDate,
) -> Result<(BankAccountId, BusinessDate, u32), RefusalCode> {
    let Method::Network { account_id, .. } = &returned.method else {
        return Err(RefusalCode::NotPresentable);
    };
    let for_want_of_funds = matches!(returned.return_code.as_deref(), Some("R01" | "R09"));
    let debit = returned.kind == MovementKind::Repayment;
    if !debit || returned.state != MovementState::Returned || !for_want_of_funds {
        return Err(RefusalCode::NotPresentable);
    }
    let nothing_moved = presented.is_some_and(|presented| presented.state.nothing_moved());
    if returned.presented_as.is_some() && !nothing_moved {
        return Err(RefusalCode::PresentedAlready);
    }
    let (number, first_settled_on) = match &returned.presentation {
        Some(earlier) => (earlier.number + 1, Some(earlier.first_settled_on)),
        None => {
            let transfer = returned.transfer.as_ref();
            let named = transfer.and_then(|transfer| transfer.settlement_date);
            (1, named.or(returned.settled_on))
        }
    };
    if number > PRESENTATIONS_MAX {
        return Err(RefusalCode::PresentedTooOften);
    }
    let first = first_settled_on.ok_or(RefusalCode::NotPresentable)?;
    if today > first.plus_days(PRESENTATION_DAYS) {
        return Err(RefusalCode::PresentedTooLate);
    }
    Ok((*account_id, first, number))
}

/// What the teller can tell the customer about a movement: no state, no code, no promise that
/// the evidence does not carry.
pub fn for_customer(movement: &Movement, today: BusinessDate) -> String {
    let transfer = movement.transfer.as_ref();
    let day = |date: BusinessDate| date.near(today);
    let sent = || {
        let at = transfer.and_then(|transfer| transfer.marked_at);
        let on = at.map_or(movement.requested_on, BusinessDate::utc);
        format!("sent {}", day(on))
    };
    let words = match movement.state {
        MovementState::Requested | MovementState::Approved if movement.expired(today) => {
            "not agreed to or fetched in time: it has to be asked for again".to_owned()
        }
        MovementState::Requested => "waiting for a second person here to agree".to_owned(),
        MovementState::Approved => "agreed to; it can be paid out at the counter".to_owned(),
        MovementState::Queued if transfer.is_some_and(|transfer| transfer.attempts > 0) => {
            "not sent yet: the payments network does not take it now; it goes by itself".to_owned()
        }
        MovementState::Queued => "about to be sent".to_owned(),
        MovementState::Sending => "being sent now".to_owned(),
        MovementState::Unknown => format!(
            "{}; the payments network has not confirmed it yet, and it will not be sent twice",
            sent()
        ),
        MovementState::Accepted => match transfer.and_then(|transfer| transfer.settlement_date) {
            Some(expected) => format!("{}, expected {}", sent(), day_by(expected, today)),
            None => format!("{}, expected within three banking days", sent()),
        },
        MovementState::Settled => match (movement.settled_on, transfer) {
            (Some(on), Some(_)) => format!("arrived {}", day(on)),
            (Some(on), None) => format!("done {}", day(on)),
            (None, _) => "done".to_owned(),
        },
        MovementState::Rejected => "not carried out: nothing moved".to_owned(),
        MovementState::Returned => "came back from the bank: no money moved in the end".to_owned(),
        MovementState::Cancelled => "called off: nothing was sent".to_owned(),
        MovementState::Declined => "not agreed to: nothing was sent".to_owned(),
        MovementState::NeedsReview => {
            "being looked into by the branch; it will not be sent twice".to_owned()
        }
    };
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// "by Thursday", or "by 2026-03-19" where that is further away than a week.
fn day_by(date: BusinessDate, today: BusinessDate) -> String {
    date.near(today).replacen("on ", "by ", 1)
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
