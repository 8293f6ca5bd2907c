//! The one place that speaks HTTP: carries bytes to the payments network and brings evidence
//! back, unjudged.

use crate::answers::{self, Arrived, DayStatement, EventsPage, Unanswered};
use crate::link::Link;
use domain::date::BusinessDate;
use domain::transfer::{LookUp, PostAnswer};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use std::time::Duration;

/// How long a call may take before its outcome is doubt.
pub const TIME_OUT: Duration = Duration::from_secs(10);
/// The most of an answer that is read: a statement of a busy day is the longest.
const ANSWER_MAX_BYTES: usize = 16 << 20;

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
    #[error("this is not the address of a payments network")]
    NotAnAddress,
    #[error("the HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
}

impl PaymentsClient {
    /// Retries and redirects are off: one layer alone decides what is sent again.
    pub fn new(
        base: &str,
        token: &str,
        time_out: Duration,
    ) -> Result<PaymentsClient, AddressError> {
        let base = base.trim_end_matches('/').to_owned();
        let url = Url::parse(&base).map_err(|_| AddressError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::NotAnAddress);
        }
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let mut builder = Client::builder();
        match url.scheme() {
            "https" => {}
            "http" if loopback => {
                // What is on this machine is reached without leaving it, whatever the environment says.
                builder = builder.no_proxy();
            }
            _ => return Err(AddressError::NotSecure),
        }
        let client = builder
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
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

    async fn get(&self, path: &str) -> Result<Answer, Unanswered> {
        let sent = self
            .client
            .get(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await;
        match sent {
            Ok(response) => Ok(Answer::read(response).await),
            Err(error) if error.is_connect() => Err(Unanswered::because("no connection")),
            Err(_) => Err(Unanswered::because("no answer")),
        }
    }
}

impl Link for PaymentsClient {
    async fn post(&self, key: &str, bytes: Vec<u8>) -> PostAnswer {
        let sent = self
            .client
            .post(format!("{}/transfers", self.base))
            .bearer_auth(&self.token)
            .header("Idempotency-Key", key)
            .header(CONTENT_TYPE, "application/json")
            .body(bytes)
            .send()
            .await;
        match sent {
            Ok(response) => answers::posted(&Answer::read(response).await.arrived()),
            // Only a connection that never came about proves that nothing left.
            Err(error) if error.is_connect() => PostAnswer::NotSent {
                reason: "no connection",
            },
            Err(error) if error.is_timeout() => PostAnswer::NoAnswer { reason: "time-out" },
            Err(_) => PostAnswer::NoAnswer {
                reason: "connection broken",
            },
        }
    }

    async fn look_up(&self, reference: &str) -> Result<LookUp, Unanswered> {
        // References are ids of ours, or what the network's own events name.
        let mut query = url_encoded("reference", reference);
        query.insert_str(0, "/transfers?");
        answers::looked_up(&self.get(&query).await?.arrived())
    }

    async fn events(&self, cursor: Option<&str>) -> Result<EventsPage, Unanswered> {
        let query = url_encoded("after", cursor.unwrap_or("0"));
        answers::events(&self.get(&format!("/events?{query}")).await?.arrived())
    }

    async fn statement(&self, date: BusinessDate) -> Result<DayStatement, Unanswered> {
        let answer = self.get(&format!("/statement?date={date}")).await?;
        answers::statement(&answer.arrived(), date)
    }

    async fn reachable(&self) -> bool {
        let asked = self
            .client
            .get(format!("{}/health", self.base))
            .send()
            .await;
        asked.is_ok_and(|response| answers::shows_it_is_there(response.status().as_u16()))
    }
}

/// A query of one parameter: anything but letters, digits and hyphens is written as its bytes.
fn url_encoded(name: &str, value: &str) -> String {
    use std::fmt::Write;
    let mut query = format!("{name}=");
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            query.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(query, "%{byte:02X}");
        }
    }
    query
}

/// What arrived of an answer.
struct Answer {
    status: u16,
    retry_after: Option<String>,
    date: Option<String>,
    body: Result<Vec<u8>, &'static str>,
}

impl Answer {
    async fn read(response: Response) -> Answer {
        Answer {
            status: response.status().as_u16(),
            retry_after: header(response.headers(), RETRY_AFTER),
            date: header(response.headers(), DATE),
            body: body(response).await,
        }
    }

    fn arrived(&self) -> Arrived<'_> {
        Arrived {
            status: self.status,
            retry_after: self.retry_after.as_deref(),
            date: self.date.as_deref(),
            body: self.body.as_deref().map_err(|reason| *reason),
        }
    }
}

async fn body(mut response: Response) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| "answer broken off")? {
        if bytes.len() + chunk.len() > ANSWER_MAX_BYTES {
            return Err("answer too long");
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
