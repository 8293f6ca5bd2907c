//! Writing a whole batch: one statement a table, empty tables skipped.

use crate::chain::EventRow;
use crate::store::load::hex;
use crate::store::rows::Row;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

/// All the rows of one batch.
#[derive(Default)]
pub struct Batch {
    pub events: Vec<Row>,
    pub receipts: Vec<Row>,
    pub journal: Vec<Row>,
    pub outbox: Vec<Row>,
    pub customer_keys: Vec<Row>,
    pub credentials: Vec<Row>,
    pub branch: Vec<Row>,
    pub users: Vec<Row>,
    pub persons: Vec<Row>,
    pub products: Vec<Row>,
    pub customers: Vec<Row>,
    /// Customers whose terms and blind index are made anew.
    pub customers_to_index: Vec<Row>,
    pub customer_terms: Vec<Row>,
    pub blind_index: Vec<Row>,
    pub customers_to_forget: Vec<Row>,
    pub lines: Vec<Row>,
    pub movements: Vec<Row>,
    pub statements: Vec<Row>,
    pub statement_lines: Vec<Row>,
    pub findings: Vec<Row>,
}

/// An event as the array its statement unfolds; the hash in hexadecimal.
pub fn event_row(row: &EventRow) -> Row {
    json!([
        row.seq,
        row.stream,
        row.stream_id,
        row.stream_seq,
        row.event_type,
        row.version,
        row.payload,
        row.at_ms,
        row.business_date,
        row.command_id,
        row.ordinal,
        row.user_id,
        row.person_id,
        row.device_id,
        row.branch,
        row.store_id,
        row.epoch,
        row.customer_id,
        hex(&row.hash),
    ])
}

const EVENTS: &str = "insert into events (seq, stream, stream_id, stream_seq, type, version, payload, at_ms,
        business_date, command_id, ordinal, user_id, person_id, device_id, branch, store_id, epoch,
        customer_id, hash)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
        value->>8, value->>9, value->>10, value->>11, value->>12, value->>13, value->>14, value->>15,
        value->>16, value->>17, unhex(value->>18)
    from json_each(?)";
const RECEIPTS: &str = "insert into receipts (command_id, actor, content_mac, first_seq, last_seq, refusal_code, refusal_field)
    select value->>0, value->>1, unhex(value->>2), value->>3, value->>4, value->>5, value->>6 from json_each(?)";
const JOURNAL: &str = "insert into journal (seq, entry, leg, kind, account, owner, amount_minor, effective_on, posted_on, movement_id)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
        value->>8, value->>9 from json_each(?)";
const OUTBOX: &str =
    "insert into outbox (idempotency_key, movement_id, line_id, customer_id, seq, body)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 from json_each(?)";
const CUSTOMER_KEYS: &str = "insert into customer_keys (customer_id, version, wrapped)
    select value->>0, value->>1, unhex(value->>2) from json_each(?)";
const CREDENTIALS: &str =
    "insert into credentials (user_id, phc) select value->>0, value->>1 from json_each(?)";
const BRANCH: &str =
    "insert into branch (one, document) select value->>0, value->>1 from json_each(?) where true
    on conflict (one) do update set document = excluded.document";
const USERS: &str = "insert into users (id, login, name, state, role, person_id, document)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 from json_each(?) where true
    on conflict (id) do update set login = excluded.login, name = excluded.name, state = excluded.state,
        role = excluded.role, person_id = excluded.person_id, document = excluded.document";
const PERSONS: &str = "insert into persons (employee_number, person_id)
    select value->>0, value->>1 from json_each(?) where true
    on conflict (employee_number) do update set person_id = excluded.person_id";
const PRODUCTS: &str = "insert into products (id, name, document)
    select value->>0, value->>1, value->>2 from json_each(?) where true
    on conflict (id) do update set name = excluded.name, document = excluded.document";
const CUSTOMERS: &str = "insert into customers (id, number, name, phone, email, city, document)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6 from json_each(?) where true
    on conflict (id) do update set name = excluded.name, phone = excluded.phone, email = excluded.email,
        city = excluded.city, document = excluded.document";
const TERMS_AWAY: &str =
    "delete from customer_terms where customer_id in (select value->>0 from json_each(?))";
const BLIND_AWAY: &str =
    "delete from blind_index where customer_id in (select value->>0 from json_each(?))";
const TERMS: &str =
    "insert into customer_terms (term, customer_id) select value->>0, value->>1 from json_each(?)";
const BLIND: &str = "insert into blind_index (kind, mac, customer_id)
    select value->>0, unhex(value->>1), value->>2 from json_each(?)";
const KEYS_AWAY: &str =
    "delete from customer_keys where customer_id in (select value->>0 from json_each(?))";
const LINES: &str =
    "insert into lines (id, number, customer_id, product_id, status, taken_by, taken_person,
        cancellation_requested, in_review, document)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
        value->>8, value->>9 from json_each(?) where true
    on conflict (id) do update set status = excluded.status,
        cancellation_requested = excluded.cancellation_requested, in_review = excluded.in_review,
        document = excluded.document";
const MOVEMENTS: &str = "insert into movements (id, line_id, customer_id, kind, state, on_its_way, next_at_ms, requested_seq, document)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
        value->>8 from json_each(?) where true
    on conflict (id) do update set state = excluded.state, on_its_way = excluded.on_its_way,
        next_at_ms = excluded.next_at_ms, document = excluded.document";

const STATEMENTS: &str =
    "insert into statements (date, document) select value->>0, value->>1 from json_each(?)";
const STATEMENT_LINES: &str =
    "insert into statement_lines (date, line, transfer_id, kind, amount_minor, ours)
    select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 from json_each(?)";
const FINDINGS: &str = "insert into findings (id, class, open, movement_id, document)
    select value->>0, value->>1, value->>2, value->>3, value->>4 from json_each(?) where true
    on conflict (id) do update set open = excluded.open, document = excluded.document";

/// Writes a batch inside the caller's transaction.
pub async fn store(connection: &mut SqliteConnection, batch: Batch) -> Result<(), sqlx::Error> {
    let to_index = batch.customers_to_index;
    for (sql, rows) in [
        (EVENTS, batch.events),
        (RECEIPTS, batch.receipts),
        (JOURNAL, batch.journal),
        (OUTBOX, batch.outbox),
        (CUSTOMER_KEYS, batch.customer_keys),
        (CREDENTIALS, batch.credentials),
        (BRANCH, batch.branch),
        (USERS, batch.users),
        (PERSONS, batch.persons),
        (PRODUCTS, batch.products),
        (CUSTOMERS, batch.customers),
        (TERMS_AWAY, to_index.clone()),
        (BLIND_AWAY, to_index),
        (TERMS, batch.customer_terms),
        (BLIND, batch.blind_index),
        (KEYS_AWAY, batch.customers_to_forget),
        (LINES, batch.lines),
        (MOVEMENTS, batch.movements),
        (STATEMENTS, batch.statements),
        (STATEMENT_LINES, batch.statement_lines),
        (FINDINGS, batch.findings),
    ] {
        if !rows.is_empty() {
            sqlx::query(sql)
                .bind(Value::Array(rows).to_string())
                .execute(&mut *connection)
                .await?;
            if domain::planted!(BatchHalfWritten) && sql == EVENTS {
                for sql in ["commit", "begin immediate"] {
                    sqlx::query(sql).execute(&mut *connection).await?;
                }
            }
        }
    }
    Ok(())
}
