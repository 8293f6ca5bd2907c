//! What arrived from the payments network, read into evidence: pure, so that whatever bytes
//! a network sends can be tried without one. Nothing here judges; what cannot be read is said
//! to be unreadable, and never a reason to stop.

use domain::reconcile::StatementLine;
use domain::transfer::{LookUp, PostAnswer, RemoteTransfer};
use serde::Deserialize;

/// An event of the network's feed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NetworkEvent {
    pub transfer_id: String,
    pub reference: String,
    /// A status; a kind of a later release is like any other: a reason to ask.
    #[serde(default)]
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EventsPage {
    pub events: Vec<NetworkEvent>,
    pub next: u64,
}

#[derive(Deserialize)]
struct Found {
    transfers: Vec<RemoteTransfer>,
}

#[derive(Deserialize)]
struct Statement {
    date: String,
    lines: Vec<StatementLine>,
}

/// No usable answer to a question; the reason is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    pub reason: &'static str,
    /// Our token is not accepted: a matter for an admin, not for waiting.
    pub credentials: bool,
    /// How long the network asked us to wait.
    pub wait_ms: Option<i64>,
}

impl Unanswered {
    pub const fn because(reason: &'static str) -> Unanswered {
        Unanswered {
            reason,
            credentials: false,
            wait_ms: None,
        }
    }
}

/// What is said where the token was refused.
pub const CREDENTIALS_REFUSED: &str = "our credentials were refused";
const UNREADABLE: Unanswered = Unanswered::because("unreadable answer");

/// An answer as far as it is looked at. `body` is what arrived of it, or why it broke off.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
    pub body: Result<&'a [u8], &'static str>,
}

impl Arrived<'_> {
    fn retry_after_ms(&self) -> Option<i64> {
        // Seconds; a date is not honoured and counts as not said.
        let seconds: u32 = self.retry_after?.trim().parse().ok()?;
        Some(i64::from(seconds) * 1_000)
    }

    /// The body of a 200, and nothing else.
    fn answered(&self) -> Result<&[u8], Unanswered> {
        match self.status {
            200 => self.body.map_err(Unanswered::because),
            401 | 403 => Err(Unanswered {
                credentials: true,
                ..Unanswered::because(CREDENTIALS_REFUSED)
            }),
            429 | 503 => Err(Unanswered {
                wait_ms: self.retry_after_ms(),
                ..Unanswered::because("the network asks us to wait")
            }),
            _ => Err(Unanswered::because("the network answered with an error")),
        }
    }
}

/// What an attempt to send met.
pub fn posted(arrived: &Arrived) -> PostAnswer {
    if !(200..300).contains(&arrived.status) {
        return PostAnswer::Status {
            status: arrived.status,
            retry_after_ms: arrived.retry_after_ms(),
        };
    }
    match arrived.body {
        Ok(bytes) => match serde_json::from_slice::<RemoteTransfer>(bytes) {
            Ok(remote) => PostAnswer::Transfer(remote),
            Err(_) => PostAnswer::NoAnswer {
                reason: UNREADABLE.reason,
            },
        },
        Err(reason) => PostAnswer::NoAnswer { reason },
    }
}

/// What asking by reference met.
pub fn looked_up(arrived: &Arrived) -> Result<LookUp, Unanswered> {
    let bytes = arrived.answered()?;
    let mut found: Found = serde_json::from_slice(bytes).map_err(|_| UNREADABLE)?;
    Ok(match found.transfers.len() {
        0 => LookUp::Nothing,
        1 => LookUp::Found(found.transfers.remove(0)),
        _ => LookUp::Several(found.transfers),
    })
}

pub fn events(arrived: &Arrived) -> Result<EventsPage, Unanswered> {
    serde_json::from_slice(arrived.answered()?).map_err(|_| UNREADABLE)
}

/// The statement of a day; of another day than was asked for it is no answer.
pub fn statement(arrived: &Arrived, date: &str) -> Result<Vec<StatementLine>, Unanswered> {
    let statement: Statement =
        serde_json::from_slice(arrived.answered()?).map_err(|_| UNREADABLE)?;
    if statement.date != date {
        return Err(Unanswered::because("the statement is of another day"));
    }
    Ok(statement.lines)
}
