//! The one place that speaks HTTP: carries bytes to the payments network and brings evidence
//! back, unjudged.

use domain::transfer::{LookUp, PostAnswer, RemoteTransfer};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use std::time::Duration;

/// How long a call may take before its outcome is doubt.
pub const TIME_OUT: Duration = Duration::from_secs(10);
/// The most of an answer that is read.
const ANSWER_MAX_BYTES: usize = 1 << 20;

#[derive(Clone)]
pub struct PaymentsClient {
    client: Client,
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
            client,
            base,
            token: token.to_owned(),
        })
    }

    /// Sends the stored bytes under the stored key.
    pub async fn post(&self, key: &str, bytes: Vec<u8>) -> PostAnswer {
        let sent = self
            .client
            .post(format!("{}/transfers", self.base))
            .bearer_auth(&self.token)
            .header("Idempotency-Key", key)
            .header(CONTENT_TYPE, "application/json")
            .body(bytes)
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            // Only a connection that never came about proves that nothing left.
            Err(error) if error.is_connect() => {
                return PostAnswer::NotSent {
                    reason: "no connection",
                };
            }
            Err(error) if error.is_timeout() => return PostAnswer::NoAnswer { reason: "time-out" },
            Err(_) => {
                return PostAnswer::NoAnswer {
                    reason: "connection broken",
                };
            }
        };
        let status = response.status();
        let retry_after_ms = retry_after_ms(response.headers());
        if !status.is_success() {
            return PostAnswer::Status {
                status: status.as_u16(),
                retry_after_ms,
            };
        }
        match read(response).await {
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
        let asked = self
            .client
            .get(format!("{}/health", self.base))
            .send()
            .await;
        asked.is_ok_and(|response| response.status().is_success())
    }

    async fn get(&self, path: &str) -> Result<Vec<u8>, Unanswered> {
        let response = self
            .client
            .get(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await
            .map_err(|error| {
                Unanswered(if error.is_connect() {
                    "no connection"
                } else {
                    "no answer"
                })
            })?;
        match response.status() {
            StatusCode::OK => read(response).await,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(CREDENTIALS_REFUSED),
            _ => Err(Unanswered("the network answered with an error")),
        }
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
