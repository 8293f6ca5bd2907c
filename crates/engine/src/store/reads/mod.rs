//! What is shown: read from the views on a small read-only pool, one snapshot a read.
//!
//! Every list is read by keyset pages. A page first finds the ids in the order of an index, then
//! the rows of those ids; no query skips, and nothing sealed is opened that is not shown. What has
//! an index of its own is read to any depth; the lines of customers a search found and the order
//! by name work on a capped number of finds, and say so.

mod actions;
mod attention;
mod changes;
mod contacts;
mod counter;
mod customers;
mod desk;
mod history;
mod ledger;
mod lines;
mod listings;
mod movements;
mod papers;
mod past;
mod people;
#[cfg(test)]
mod plans;
mod reports;
mod splits;
mod statements;
mod transfers;
mod warnings;

pub use ledger::{
    LedgerEntry, LedgerLeg, LedgerPage, TrialBalance, TrialBalanceRow, ledger_schema,
};
pub use listings::{MovementPage, movement_page_schema};
pub use people::SignInFacts;
pub use transfers::TransferFacts;

use crate::seal::text::open_text;
use crate::seal::{CustomerKey, StoreKey};
use crate::store::load::{self, LoadError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::account::User;
use domain::date::{BusinessDate, UtcMillis};
use domain::ids::CustomerId;
use domain::money::Currency;
use domain::refusal::{ApiError, FaultCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Shown in place of a name whose key is gone.
pub const FORGOTTEN: &str = "Forgotten customer";
/// The longest page.
const PAGE_MAX: u32 = 200;

/// Reads the store for people. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    /// Read-only, with `query_only` set.
    pub pool: SqlitePool,
    pub store_key: Arc<StoreKey>,
    pub branch_name: Arc<str>,
    pub currency: Currency,
    pub demo: bool,
}

/// For whom, and on which day, something is shown.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub user: User,
    pub today: BusinessDate,
    pub now: UtcMillis,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the store could not be read: {0}")]
    Store(#[from] sqlx::Error),
    #[error("{table} {id}: {what}")]
    Unreadable {
        table: &'static str,
        id: String,
        what: String,
    },
    #[error("a sum left the range of the books")]
    Overflow,
    /// What was asked for is not there, or was asked for wrongly.
    #[error("{0}")]
    Asked(ApiError),
}

impl From<domain::money::Overflow> for ReadError {
    fn from(_: domain::money::Overflow) -> Self {
        ReadError::Overflow
    }
}

impl From<LoadError> for ReadError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Sql(error) => ReadError::Store(error),
            LoadError::Seal(error) => ReadError::Unreadable {
                table: "customer_keys",
                id: String::new(),
                what: error.to_string(),
            },
            LoadError::Unreadable { table, why } => ReadError::Unreadable {
                table,
                id: String::new(),
                what: why,
            },
            LoadError::Altered { table, row } => ReadError::Unreadable {
                table,
                id: row,
                what: "it was altered outside the program".to_owned(),
            },
        }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(_) => FaultCode::StoreUnavailable.into(),
            ReadError::Unreadable { .. } | ReadError::Overflow => FaultCode::Broken.into(),
            ReadError::Asked(error) => error,
        }
    }
}

fn not_found() -> ReadError {
    ReadError::Asked(FaultCode::NotFound.into())
}

impl Reader {
    /// One snapshot: what several queries of one read see belongs together.
    async fn snapshot(&self) -> Result<Transaction<'static, Sqlite>, ReadError> {
        Ok(self.pool.begin().await?)
    }

    /// The keys of these customers; a forgotten one has none.
    async fn keys(
        &self,
        connection: &mut SqliteConnection,
        customers: &[CustomerId],
    ) -> Result<BTreeMap<CustomerId, CustomerKey>, ReadError> {
        Ok(load::keys(connection, customers, &self.store_key).await?)
    }
}

/// Ids as `json_each` takes them.
fn id_list<T: Serialize>(ids: &[T]) -> String {
    // Ids are plain strings: this cannot fail.
    serde_json::to_string(ids).unwrap_or_else(|_| "[]".to_owned())
}

fn parse_id<T: std::str::FromStr>(table: &'static str, text: &str) -> Result<T, ReadError> {
    text.parse().map_err(|_| ReadError::Unreadable {
        table,
        id: text.to_owned(),
        what: "the id is not one".to_owned(),
    })
}

/// A stored document, its private members opened with `key` or forgotten without.
fn document<T: DeserializeOwned>(
    table: &'static str,
    id: &str,
    text: &str,
    key: Option<&CustomerKey>,
) -> Result<T, ReadError> {
    let unreadable = |what: String| ReadError::Unreadable {
        table,
        id: id.to_owned(),
        what,
    };
    let opened = open_text(text, key, &format!("{table}/{id}"));
    let opened = opened.map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(&opened).map_err(|error| unreadable(load::where_of(&error)))
}

/// How an enum of the domain stands in a column: as it is serialized.
fn tag<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(tag)) => tag,
        _ => String::new(),
    }
}

fn page_limit(asked: u32) -> usize {
    asked.clamp(1, PAGE_MAX) as usize
}

/// Where the next page begins. Opaque to whoever holds it.
fn cursor<T: Serialize>(place: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

fn read_cursor<T: DeserializeOwned>(after: Option<&str>) -> Result<Option<T>, ReadError> {
    let Some(after) = after else {
        return Ok(None);
    };
    let place = URL_SAFE_NO_PAD
        .decode(after)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    place.map(Some).ok_or_else(|| {
        let message = "This page of the list is not known. Begin at the first.";
        ReadError::Asked(ApiError::malformed(Some("after".to_owned()), message))
    })
}

/// Cuts what was read, one more than asked, to a page; the last row kept says where the next
/// page begins.
fn cut<T, P: Serialize>(
    mut found: Vec<T>,
    limit: usize,
    place: impl Fn(&T) -> P,
) -> (Vec<T>, Option<String>) {
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| cursor(&place(last)));
    (found, next)
}
