//! A look at a store from outside: by SQL of the story's own, so that a mistake in the
//! program's reading cannot hide one in its writing.

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use std::path::Path;

/// An event as it stands in the log; private members stay sealed.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    pub seq: i64,
    pub event_type: String,
    pub payload: Value,
    pub command_id: String,
    pub ordinal: i64,
    pub user_id: Option<String>,
    pub customer_id: Option<String>,
    pub business_date: String,
}

/// One leg of the journal.
#[derive(Clone, Debug)]
pub struct Leg {
    pub seq: i64,
    pub entry: i64,
    pub account: String,
    pub owner: String,
    pub amount_minor: i64,
    pub movement_id: Option<String>,
}

/// A connection of the story's own.
pub struct Outside {
    pub connection: SqliteConnection,
}

impl Outside {
    /// With the settings the store itself uses for what is never edited.
    pub async fn open(folder: &Path) -> Outside {
        let options = SqliteConnectOptions::new()
            .filename(folder.join(engine::store::STORE_FILE))
            .foreign_keys(true)
            .pragma("recursive_triggers", "on")
            .pragma("secure_delete", "on")
            .busy_timeout(std::time::Duration::from_secs(5));
        Outside {
            connection: options.connect().await.expect("the store can be opened"),
        }
    }

    pub async fn close(self) {
        self.connection
            .close()
            .await
            .expect("the store can be closed");
    }

    pub async fn events(&mut self) -> Vec<LoggedEvent> {
        let sql =
            "select seq, type, payload, command_id, ordinal, user_id, customer_id, business_date
                   from events order by seq";
        let rows = sqlx::query(sql)
            .fetch_all(&mut self.connection)
            .await
            .expect("the log");
        rows.iter()
            .map(|row| LoggedEvent {
                seq: row.get("seq"),
                event_type: row.get("type"),
                payload: serde_json::from_str(row.get("payload")).expect("a payload is JSON"),
                command_id: row.get("command_id"),
                ordinal: row.get("ordinal"),
                user_id: row.get("user_id"),
                customer_id: row.get("customer_id"),
                business_date: row.get("business_date"),
            })
            .collect()
    }

    pub async fn legs(&mut self) -> Vec<Leg> {
        let sql = "select seq, entry, account, owner, amount_minor, movement_id from journal order by seq, entry, leg";
        let rows = sqlx::query(sql)
            .fetch_all(&mut self.connection)
            .await
            .expect("the journal");
        rows.iter()
            .map(|row| Leg {
                seq: row.get("seq"),
                entry: row.get("entry"),
                account: row.get("account"),
                owner: row.get("owner"),
                amount_minor: row.get("amount_minor"),
                movement_id: row.get("movement_id"),
            })
            .collect()
    }

    /// One number.
    pub async fn number(&mut self, sql: &'static str) -> i64 {
        sqlx::query(sql)
            .fetch_one(&mut self.connection)
            .await
            .expect("a number")
            .get(0)
    }

    /// One text a row.
    pub async fn texts(&mut self, sql: &'static str) -> Vec<String> {
        let rows = sqlx::query(sql)
            .fetch_all(&mut self.connection)
            .await
            .expect("texts");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// A statement that changes something, or the store's words why not.
    pub async fn change(&mut self, sql: &'static str) -> Result<u64, String> {
        let done = sqlx::query(sql).execute(&mut self.connection).await;
        done.map(|done| done.rows_affected())
            .map_err(|error| error.to_string())
    }

    /// Everything the store holds besides the log and its receipts, one text a row: what
    /// "nothing changed" means.
    pub async fn views_journal_and_outbox(&mut self) -> Vec<String> {
        let mut rows = Vec::new();
        for sql in [
            // What could not be read is summed up once a minute: an event of the branch, and no more.
            "select 'branch', json_remove(document, '$.version') from branch",
            "select 'persons', employee_number || person_id from persons order by 1, 2",
            "select 'products', document from products order by id",
            "select 'customers', coalesce(name, '') || document from customers order by id",
            "select 'customer_terms', term || customer_id from customer_terms order by 2",
            "select 'blind_index', kind || hex(mac) || customer_id from blind_index order by 2",
            "select 'customer_keys', customer_id || hex(wrapped) from customer_keys order by 2",
            "select 'lines', document || status from lines order by id",
            "select 'movements', document || state from movements order by id",
            "select 'journal', seq || '/' || entry || '/' || leg || account || owner || amount_minor from journal",
            "select 'outbox', idempotency_key || body from outbox order by idempotency_key",
            // A refusal is an event of its account, so an account's version may go up.
            "select 'users', json_remove(document, '$.version') from users order by id",
        ] {
            let found = sqlx::query(sql)
                .fetch_all(&mut self.connection)
                .await
                .expect("a table");
            rows.extend(found.iter().map(|row| {
                let (table, text): (String, String) = (row.get(0), row.get(1));
                format!("{table}: {text}")
            }));
        }
        rows
    }
}
