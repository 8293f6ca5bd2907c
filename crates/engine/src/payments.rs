//! The one place that speaks HTTP: carries bytes to the payments network and brings evidence
//! back, unjudged.

use domain::transfer::{LookUp, PostAnswer, RemoteTransfer};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response};
use serde::Deserialize;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// How long a call may take before its outcome is doubt.
pub const TIME_OUT: Duration = Duration::from_secs(10);
/// The most of an answer that is read.
const ANSWER_MAX_BYTES: usize = 1 << 20;

/// How calls get to the network: by HTTP, unless the network lives in the same process.
#[derive(Clone)]
enum Carrier {
    Http(Client),
    Other(Arc<dyn Carriage>),
}

/// Carries a call to a network and brings back what came of it.
pub trait Carriage: Send + Sync {
    fn carry<'a>(
        &'a self,
        token: &'a str,
        call: Call,
    ) -> Pin<Box<dyn Future<Output = Result<Carried, NotCarried>> + Send + 'a>>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    /// Path and query.
    pub target: String,
    pub idempotency_key: Option<String>,
    pub body: Vec<u8>,
}

impl Call {
    fn get(target: &str) -> Call {
        Call {
            method: Method::Get,
            target: target.to_owned(),
            idempotency_key: None,
            body: Vec::new(),
        }
    }
}

/// An answer whose head could be read.
#[derive(Debug)]
pub struct Carried {
    pub status: u16,
    pub retry_after_ms: Option<i64>,
    /// Read where the status is a success.
    pub body: Result<Vec<u8>, Unanswered>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCarried {
    /// Refused, no such host, no TLS: nothing left.
    NoConnection,
    TimeOut,
    Broken,
}

#[derive(Clone)]
pub struct PaymentsClient {
    carrier: Carrier,
    base: String,
    token: String,
}

#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    #[error("the payments network has to be reached by https, except on this machine")]
    NotSecure,
    #[error("the HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// An event of the network's feed.
#[derive(Clone, Debug, Deserialize)]
pub struct NetworkEvent {
    pub transfer_id: String,
    pub reference: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct EventsPage {
    pub events: Vec<NetworkEvent>,
    pub next: u64,
}

#[derive(Deserialize)]
struct Found {
    transfers: Vec<RemoteTransfer>,
}

/// Nothing readable came back to a question; the reason is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered(pub &'static str);

/// Our token is not accepted: a matter for an admin, not for waiting.
pub const CREDENTIALS_REFUSED: Unanswered = Unanswered("our credentials were refused");

impl PaymentsClient {
    /// Retries and redirects are off: one layer alone decides what is sent again.
    pub fn new(
        base: &str,
        token: &str,
        time_out: Duration,
    ) -> Result<PaymentsClient, AddressError> {
        let base = base.trim_end_matches('/').to_owned();
        let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
            .iter()
            .any(|host| base == *host || base.starts_with(&format!("{host}:")));
        if !base.starts_with("https://") && !loopback {
            return Err(AddressError::NotSecure);
        }
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(time_out)
            .connect_timeout(Duration::from_secs(3).min(time_out))
            .build()?;
        Ok(PaymentsClient {
            carrier: Carrier::Http(client),
            base,
            token: token.to_owned(),
        })
    }

    /// A client of a network that needs no HTTP.
    pub fn over(carriage: Arc<dyn Carriage>, token: &str) -> PaymentsClient {
        PaymentsClient {
            carrier: Carrier::Other(carriage),
            base: String::new(),
            token: token.to_owned(),
        }
    }

    /// Sends the stored bytes under the stored key.
    pub async fn post(&self, key: &str, bytes: Vec<u8>) -> PostAnswer {
        let call = Call {
            method: Method::Post,
            target: "/transfers".to_owned(),
            idempotency_key: Some(key.to_owned()),
            body: bytes,
        };
        let carried = match self.carry(call).await {
            Ok(carried) => carried,
            // Only a connection that never came about proves that nothing left.
            Err(NotCarried::NoConnection) => {
                return PostAnswer::NotSent {
                    reason: "no connection",
                };
            }
            Err(NotCarried::TimeOut) => return PostAnswer::NoAnswer { reason: "time-out" },
            Err(NotCarried::Broken) => {
                return PostAnswer::NoAnswer {
                    reason: "connection broken",
                };
            }
        };
        if !(200..300).contains(&carried.status) {
            return PostAnswer::Status {
                status: carried.status,
                retry_after_ms: carried.retry_after_ms,
            };
        }
        match carried.body {
            Ok(bytes) => match serde_json::from_slice::<RemoteTransfer>(&bytes) {
                Ok(remote) => PostAnswer::Transfer(remote),
                Err(_) => PostAnswer::NoAnswer {
                    reason: "unreadable answer",
                },
            },
            Err(_) => PostAnswer::NoAnswer {
                reason: "answer broken off",
            },
        }
    }

    pub async fn look_up(&self, reference: &str) -> LookUp {
        match self.get(&format!("/transfers?reference={reference}")).await {
            Ok(bytes) => match serde_json::from_slice::<Found>(&bytes) {
                Ok(mut found) => match found.transfers.len() {
                    0 => LookUp::Nothing,
                    1 => LookUp::Found(found.transfers.remove(0)),
                    _ => LookUp::Several,
                },
                Err(_) => LookUp::NoAnswer {
                    reason: "unreadable answer",
                },
            },
            Err(Unanswered(reason)) => LookUp::NoAnswer { reason },
        }
    }

    /// `cursor` is what the page before gave as `next`.
    pub async fn events(&self, cursor: Option<&str>) -> Result<EventsPage, Unanswered> {
        let after = cursor.unwrap_or("0");
        let bytes = self.get(&format!("/events?after={after}")).await?;
        serde_json::from_slice(&bytes).map_err(|_| Unanswered("unreadable answer"))
    }

    /// Whether the network can be reached at all; moves nothing.
    pub async fn reachable(&self) -> bool {
        let asked = self.carry(Call::get("/health")).await;
        asked.is_ok_and(|carried| (200..300).contains(&carried.status))
    }

    async fn get(&self, path: &str) -> Result<Vec<u8>, Unanswered> {
        let carried = self.carry(Call::get(path)).await.map_err(|not| {
            Unanswered(match not {
                NotCarried::NoConnection => "no connection",
                NotCarried::TimeOut | NotCarried::Broken => "no answer",
            })
        })?;
        match carried.status {
            200 => carried.body,
            401 | 403 => Err(CREDENTIALS_REFUSED),
            _ => Err(Unanswered("the network answered with an error")),
        }
    }

    async fn carry(&self, call: Call) -> Result<Carried, NotCarried> {
        match &self.carrier {
            Carrier::Http(client) => self.carry_by_http(client, call).await,
            Carrier::Other(carriage) => carriage.carry(&self.token, call).await,
        }
    }

    async fn carry_by_http(&self, client: &Client, call: Call) -> Result<Carried, NotCarried> {
        let url = format!("{}{}", self.base, call.target);
        let mut request = match call.method {
            Method::Get => client.get(url),
            Method::Post => client
                .post(url)
                .header(CONTENT_TYPE, "application/json")
                .body(call.body),
        };
        if let Some(key) = &call.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        let response = request
            .bearer_auth(&self.token)
            .send()
            .await
            .map_err(|error| {
                if error.is_connect() {
                    NotCarried::NoConnection
                } else if error.is_timeout() {
                    NotCarried::TimeOut
                } else {
                    NotCarried::Broken
                }
            })?;
        let status = response.status();
        Ok(Carried {
            status: status.as_u16(),
            retry_after_ms: retry_after_ms(response.headers()),
            body: if status.is_success() {
                read(response).await
            } else {
                Ok(Vec::new())
            },
        })
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Unanswered> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|_| Unanswered("answer broken off"))?
    {
        if bytes.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err(Unanswered("answer too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Seconds; a date is not honoured and counts as not said.
fn retry_after_ms(headers: &HeaderMap) -> Option<i64> {
    let seconds: u32 = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(i64::from(seconds) * 1_000)
}
