//! The words of the protocol, and what the network takes for a well-formed
//! request.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::returns::ReturnCode;

/// The highest amount of one transfer, in minor units: ten thousand million
/// dollars. It keeps every sum far from the end of its type.
pub const HIGHEST_AMOUNT_MINOR: i64 = 1_000_000_000_000;
/// Longest idempotency key, in bytes.
pub const LONGEST_KEY_BYTES: usize = 128;

/// Which way the money goes, seen from the customer's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the customer's account: a draw.
    Credit,
    /// From the customer's account: a repayment.
    Debit,
}

/// How soon the money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// In up to three banking days.
    Standard,
    /// The same banking day.
    Express,
}

/// The account at another bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Nine digits.
    pub routing: String,
    /// Up to seventeen letters and digits.
    pub number: String,
}

/// The body of `POST /transfers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferRequest {
    /// The sender's own name for this obligation.
    pub reference: String,
    /// Which way.
    pub direction: Direction,
    /// In minor units, above zero.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The customer's account.
    pub account: Account,
    /// How soon.
    pub speed: Speed,
    /// The line of credit it belongs to.
    pub line_number: String,
}

impl TransferRequest {
    /// Reads a body strictly: unknown fields, fractions and odd values are
    /// refused, because a payment that was half understood is worse than none.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let request: Self = serde_json::from_slice(body).map_err(|error| Malformed {
            field: None,
            message: error.to_string(),
        })?;
        request.check()?;
        Ok(request)
    }

    fn check(&self) -> Result<(), Malformed> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let name = |text: &str, longest: usize| {
            (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        must(
            name(&self.reference, 64),
            "reference",
            "is 1 to 64 visible ASCII characters",
        )?;
        must(self.amount_minor > 0, "amount_minor", "is above zero")?;
        must(
            self.amount_minor <= HIGHEST_AMOUNT_MINOR,
            "amount_minor",
            "is at most 1000000000000",
        )?;
        must(
            self.currency.len() == 3 && self.currency.bytes().all(|byte| byte.is_ascii_uppercase()),
            "currency",
            "is three capital letters",
        )?;
        must(
            self.account.routing.len() == 9 && digits(&self.account.routing),
            "account.routing",
            "is nine digits",
        )?;
        must(
            (1..=17).contains(&self.account.number.len())
                && self
                    .account
                    .number
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric()),
            "account.number",
            "is 1 to 17 letters and digits",
        )?;
        must(
            name(&self.line_number, 32),
            "line_number",
            "is 1 to 32 visible ASCII characters",
        )
    }
}

/// What is wrong with a body. It never repeats the value: account numbers have
/// no place in an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The field, if one is to blame.
    pub field: Option<&'static str>,
    /// What it should have been.
    pub message: String,
}

fn must(holds: bool, field: &'static str, rule: &str) -> Result<(), Malformed> {
    if holds {
        return Ok(());
    }
    Err(Malformed {
        field: Some(field),
        message: format!("{field} {rule}"),
    })
}

/// Where a transfer stands at the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Taken in; no money has moved.
    Accepted,
    /// The money moved.
    Settled,
    /// It will never move.
    Rejected,
    /// It moved, and came back.
    Returned,
}

/// A transfer as the network shows it. The account stays out of every answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The network's id.
    pub id: String,
    /// The sender's reference.
    pub reference: String,
    /// Which way.
    pub direction: Direction,
    /// In minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// How soon.
    pub speed: Speed,
    /// The line of credit it belongs to.
    pub line_number: String,
    /// Where it stands.
    pub status: Status,
    /// The date on which it is expected to settle, or did.
    pub settlement_date: Date,
    /// When it was taken in, in milliseconds since 1970.
    pub accepted_at_ms: i64,
    /// The date on which the money moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_on: Option<Date>,
    /// The date on which it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_on: Option<Date>,
    /// Why it was rejected or came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_code: Option<ReturnCode>,
    /// How often the money turned round since it settled: 1 when it came back,
    /// 2 when the return came back itself and it stands as settled again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reversals: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
