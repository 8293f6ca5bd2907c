//! What `verify` reads: every table row by row, as it is stored. The comparing is not here.

use crate::chain::EventRow;
use crate::store::OpenError;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Row, SqliteConnection};
use std::collections::BTreeMap;
use tokio::sync::OnceCell;

/// The tables that follow from the log, each row as one JSON array in the order its statement
/// in `write` fills it; blobs in hexadecimal. The first is the name findings give the row.
pub const VIEWS: &[(&str, &str)] = &[
    ("branch", "select 'branch' name, json_array(one, document) row from branch"),
    (
        "users",
        "select id name, json_array(id, login, name, state, role, person_id, document) row from users",
    ),
    (
        "persons",
        "select employee_number name, json_array(employee_number, person_id) row from persons",
    ),
    (
        "products",
        "select id name, json_array(id, name, document) row from products",
    ),
    (
        "customers",
        "select id name, json_array(id, number, name, phone, email, city, document) row from customers",
    ),
    (
        "lines",
        "select id name, json_array(id, number, customer_id, product_id, status, taken_by, taken_person,
             cancellation_requested, in_review, waiting_changes, next_due_on, summary, document) row from lines",
    ),
    (
        "movements",
        "select id name, json_array(id, line_id, customer_id, kind, state, on_its_way, next_at_ms,
             requested_seq, last_seq, document) row from movements",
    ),
    (
        "statements",
        "select date name, json_array(date, document) row from statements",
    ),
    (
        "statement_lines",
        "select date || ' ' || line name,
             json_array(date, line, transfer_id, kind, amount_minor, ours) row from statement_lines",
    ),
    (
        "findings",
        "select id name, json_array(id, class, open, movement_id, document) row from findings",
    ),
    (
        "customer_terms",
        "select customer_id || ' ' || term name, json_array(term, customer_id) row from customer_terms",
    ),
    (
        "blind_index",
        "select customer_id || ' ' || kind name, json_array(kind, lower(hex(mac)), customer_id) row
         from blind_index",
    ),
];

/// A row of a view and what findings call it.
pub struct ViewRow {
    pub name: String,
    pub row: Value,
}

/// `sql` is one of [`VIEWS`].
pub async fn view(
    connection: &mut SqliteConnection,
    sql: &'static str,
) -> Result<Vec<ViewRow>, sqlx::Error> {
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            Ok(ViewRow {
                name: row.try_get("name")?,
                row: json_of(row)?,
            })
        })
        .collect()
}

fn json_of(row: &SqliteRow) -> Result<Value, sqlx::Error> {
    let text: String = row.try_get("row")?;
    serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// The next events of the log after `seq`, at most `limit`.
pub async fn events(
    connection: &mut SqliteConnection,
    after_seq: i64,
    limit: i64,
) -> Result<Vec<EventRow>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, stream, stream_id, stream_seq, type, version, payload, at_ms, business_date,
             command_id, ordinal, user_id, person_id, device_id, branch, store_id, epoch,
             customer_id, hash
         from events where seq > ? order by seq limit ?",
    )
    .bind(after_seq)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(EventRow {
                seq: row.try_get("seq")?,
                stream: row.try_get("stream")?,
                stream_id: row.try_get("stream_id")?,
                stream_seq: row.try_get("stream_seq")?,
                event_type: row.try_get("type")?,
                version: row.try_get("version")?,
                payload: row.try_get("payload")?,
                at_ms: row.try_get("at_ms")?,
                business_date: row.try_get("business_date")?,
                command_id: row.try_get("command_id")?,
                ordinal: row.try_get("ordinal")?,
                user_id: row.try_get("user_id")?,
                person_id: row.try_get("person_id")?,
                device_id: row.try_get("device_id")?,
                branch: row.try_get("branch")?,
                store_id: row.try_get("store_id")?,
                epoch: row.try_get("epoch")?,
                customer_id: row.try_get("customer_id")?,
                hash: row.try_get("hash")?,
            })
        })
        .collect()
}

/// The journal by the event that posted it, legs in order.
pub async fn journal(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<i64, Vec<Value>>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, json_array(seq, entry, leg, kind, account, owner, amount_minor, effective_on,
             posted_on, movement_id) row
         from journal order by seq, entry, leg",
    )
    .fetch_all(connection)
    .await?;
    let mut journal: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    for row in &rows {
        journal
            .entry(row.try_get("seq")?)
            .or_default()
            .push(json_of(row)?);
    }
    Ok(journal)
}

/// A receipt as `verify` compares it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ReceiptRow {
    pub command_id: String,
    pub actor: String,
    pub content_mac: Vec<u8>,
    pub first_seq: Option<i64>,
    pub last_seq: Option<i64>,
    pub refusal_code: Option<String>,
}

pub async fn receipts(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<String, ReceiptRow>, sqlx::Error> {
    let rows: Vec<ReceiptRow> = sqlx::query_as(
        "select command_id, actor, content_mac, first_seq, last_seq, refusal_code from receipts",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|receipt| (receipt.command_id.clone(), receipt))
        .collect())
}

/// A row of the outbox as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OutboxRow {
    pub idempotency_key: String,
    pub movement_id: String,
    pub line_id: String,
    pub customer_id: String,
    pub seq: i64,
    pub body: String,
}

pub async fn outbox(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<String, OutboxRow>, sqlx::Error> {
    let rows: Vec<OutboxRow> = sqlx::query_as(
        "select idempotency_key, movement_id, line_id, customer_id, seq, body from outbox",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.movement_id.clone(), row))
        .collect())
}

/// Password hashes by account.
pub async fn credentials(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<String, String>, sqlx::Error> {
    let rows: Vec<(String, String)> = sqlx::query_as("select user_id, phc from credentials")
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Wrapped customer keys: (customer, version, wrapped).
pub async fn customer_keys(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, i64, Vec<u8>)>, sqlx::Error> {
    sqlx::query_as("select customer_id, version, wrapped from customer_keys")
        .fetch_all(connection)
        .await
}

/// What SQLite itself finds wrong, in its words: (table, row, what).
pub async fn faults_of_the_file(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let mut faults = Vec::new();
    let checked: Vec<(String,)> = sqlx::query_as("pragma quick_check")
        .fetch_all(&mut *connection)
        .await?;
    for (words,) in checked.into_iter().filter(|(words,)| words != "ok") {
        faults.push(("the file".to_owned(), String::new(), words));
    }
    let dangling = sqlx::query("pragma foreign_key_check")
        .fetch_all(&mut *connection)
        .await?;
    for row in dangling {
        let table: String = row.try_get(0)?;
        let rowid: Option<i64> = row.try_get(1)?;
        let parent: String = row.try_get(2)?;
        let what = format!("points to a row of {parent} that is not there");
        faults.push((
            table,
            rowid.map(|id| id.to_string()).unwrap_or_default(),
            what,
        ));
    }
    Ok(faults)
}

/// Every table, index and trigger with its text.
type Schema = BTreeMap<(String, String), Option<String>>;

/// Made once; every store of this program has the same.
static WANTED: OnceCell<Schema> = OnceCell::const_new();

async fn fresh_schema() -> Result<Schema, OpenError> {
    let mut fresh = SqliteConnectOptions::new()
        .in_memory(true)
        .connect()
        .await?;
    crate::store::migrate(&mut fresh).await?;
    let wanted = schema(&mut fresh).await?;
    crate::store::close(fresh).await;
    Ok(wanted)
}

async fn schema(connection: &mut SqliteConnection) -> Result<Schema, sqlx::Error> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select type, name, sql from sqlite_schema
         where name not like 'sqlite\\_%' escape '\\' and name not like '\\_sqlx%' escape '\\'",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(kind, name, sql)| ((kind, name), sql))
        .collect())
}

/// What of the schema is not as the migrations make it: a trigger that is gone lets the log be
/// edited.
pub async fn faults_of_the_schema(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, String)>, OpenError> {
    let found = schema(connection).await?;
    let wanted = WANTED.get_or_try_init(fresh_schema).await?;
    let mut faults = Vec::new();
    for ((kind, name), sql) in wanted {
        match found.get(&(kind.clone(), name.clone())) {
            None => faults.push((
                name.clone(),
                format!("this {kind} of the schema is missing"),
            )),
            Some(other) if other != sql => {
                faults.push((
                    name.clone(),
                    format!("this {kind} of the schema was altered"),
                ));
            }
            Some(_) => {}
        }
    }
    for (kind, name) in found.keys().filter(|key| !wanted.contains_key(*key)) {
        faults.push((
            name.clone(),
            format!("this {kind} is not part of the schema"),
        ));
    }
    Ok(faults)
}
