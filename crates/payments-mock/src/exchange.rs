//! One request and what becomes of it: the answer, and how it is delivered.
//!
//! The core makes a [`Plan`]; the server performs it. An in-process test reads
//! the plan and plays the network itself.

use serde::Serialize;

use crate::books::Movement;
use crate::feed::Event;
use crate::protocol::Transfer;
use jiff::civil::Date;

/// A request as far as the network looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
    /// The body's exact bytes.
    pub body: Vec<u8>,
}

impl Request {
    /// `POST /transfers`.
    pub fn submit(token: &str, key: &str, body: &[u8]) -> Self {
        Self {
            method: "POST".to_owned(),
            path: "/transfers".to_owned(),
            query: Vec::new(),
            authorization: Some(format!("Bearer {token}")),
            idempotency_key: Some(key.to_owned()),
            body: body.to_vec(),
        }
    }

    /// `GET` of a path that may carry a query.
    pub fn get(token: &str, target: &str) -> Self {
        let (path, query) = split_target(target);
        Self {
            method: "GET".to_owned(),
            path,
            query,
            authorization: Some(format!("Bearer {token}")),
            ..Self::default()
        }
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Splits a request target into its path and its decoded query.
pub fn split_target(target: &str) -> (String, Vec<(String, String)>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    (path.to_owned(), query)
}

/// How the answer reaches the client, or does not. A virtual clock does not
/// shorten these: a client waits in real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The connection is never made: nothing was sent.
    Refused,
    /// The answer is sent at once.
    Whole,
    /// The answer is sent after this long.
    Late {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// The head is sent at once, the body in pieces with this long between them.
    Slow {
        /// Milliseconds between two pieces.
        delay_ms: u64,
    },
    /// Half of the body is sent, then the connection ends.
    Truncated,
    /// Nothing is sent; the connection is reset.
    Reset,
}

/// A status line, headers and a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body's exact bytes.
    pub body: Vec<u8>,
}

/// What the server has to do for one request. The effect on the books has
/// happened already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What to answer.
    pub answer: Answer,
    /// How.
    pub delivery: Delivery,
}

/// A definite refusal or failure, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A name a program can act on.
    pub code: &'static str,
    /// A sentence for a person.
    pub message: String,
    /// The field that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
}

/// The content of an answer while it can still be tampered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Content {
    Transfer(Transfer),
    Transfers { transfers: Vec<Transfer> },
    Events { events: Vec<Event>, next: u64 },
    Statement { date: Date, lines: Vec<Movement> },
    Health { status: &'static str },
    Problem(Problem),
}

/// A status with its content, before any fault has had its way with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Outcome {
    pub(crate) fn new(status: u16, content: Content) -> Self {
        Self {
            status,
            content,
            headers: Vec::new(),
        }
    }

    pub(crate) fn problem(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(
            status,
            Content::Problem(Problem {
                code,
                message: message.into(),
                field: None,
            }),
        )
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn into_answer(self) -> Answer {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(self.headers);
        Answer {
            status: self.status,
            headers,
            // Every content is made of strings, integers and dates, which JSON
            // can always hold.
            body: serde_json::to_vec(&self.content).unwrap_or_default(),
        }
    }
}

/// Such as "Mon, 02 Mar 2026 14:00:00 GMT" (RFC 9110, 5.6.7).
pub(crate) fn http_date(now_ms: i64) -> String {
    let now = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default();
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
