//! The limit: the very rows that our writer wrote, put straight into SQLite by prepared
//! statements, in commits of the same size, under the same settings. No queue, no rules, no
//! receipts, no sealing, no chain: what is left is what the disk and SQLite take.

use engine::store::{FOLD_EVERY_PAGES, STORE_FILE, WRITER_CACHE_KIB};
use libsqlite3_sys as ffi;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
use std::ffi::CString;
use std::path::Path;
use std::ptr;
use std::time::{Duration, Instant};

/// A value of a row.
enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// The rows that one command became, by table.
struct CommandRows {
    rows: Vec<(usize, Vec<Value>)>,
}

/// Everything a run wrote, command by command in the order of the log.
pub struct Captured {
    commands: Vec<CommandRows>,
}

/// A table as the writer fills it: how its new rows are found, by the command they belong to, and
/// how they are put in.
struct Table {
    select: &'static str,
    insert: &'static str,
}

/// `?1` is the last event before the run. The first column is the event that made the row.
const TABLES: [Table; 5] = [
    Table {
        select: "select seq, seq, stream, stream_id, stream_seq, type, version, payload, at_ms, business_date,
                command_id, ordinal, user_id, person_id, device_id, branch, store_id, epoch, customer_id, hash
            from events where seq > ?1",
        insert: "insert into events (seq, stream, stream_id, stream_seq, type, version, payload, at_ms, business_date,
                command_id, ordinal, user_id, person_id, device_id, branch, store_id, epoch, customer_id, hash)
            values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    },
    Table {
        select: "select seq, seq, entry, leg, kind, account, owner, amount_minor, effective_on, posted_on, movement_id
            from journal where seq > ?1",
        insert: "insert into journal (seq, entry, leg, kind, account, owner, amount_minor, effective_on, posted_on,
                movement_id) values (?,?,?,?,?,?,?,?,?,?)",
    },
    Table {
        select: "select seq, idempotency_key, movement_id, line_id, customer_id, seq, body from outbox where seq > ?1",
        insert: "insert into outbox (idempotency_key, movement_id, line_id, customer_id, seq, body)
            values (?,?,?,?,?,?)",
    },
    Table {
        select: "select requested_seq, id, line_id, customer_id, kind, state, on_its_way, next_at_ms, requested_seq,
                document from movements where requested_seq > ?1",
        insert: "insert into movements (id, line_id, customer_id, kind, state, on_its_way, next_at_ms, requested_seq,
                document) values (?,?,?,?,?,?,?,?,?)
            on conflict (id) do update set state = excluded.state, on_its_way = excluded.on_its_way,
                next_at_ms = excluded.next_at_ms, document = excluded.document",
    },
    // Each line was drawn on once in the captured run, so its row is the one that was written.
    Table {
        select: "select (select min(requested_seq) from movements where line_id = lines.id and requested_seq > ?1) seq,
                id, number, customer_id, product_id, status, taken_by, taken_person, cancellation_requested,
                in_review, waiting_changes, next_due_on, summary, document from lines
            where id in (select line_id from movements where requested_seq > ?1)",
        insert: "insert into lines (id, number, customer_id, product_id, status, taken_by, taken_person,
                cancellation_requested, in_review, waiting_changes, next_due_on, summary, document)
            values (?,?,?,?,?,?,?,?,?,?,?,?,?)
            on conflict (id) do update set status = excluded.status,
                cancellation_requested = excluded.cancellation_requested, in_review = excluded.in_review,
                waiting_changes = excluded.waiting_changes, next_due_on = excluded.next_due_on,
        summary = excluded.summary, document = excluded.document",
    },
];

/// The last event of a store.
pub async fn last_seq(folder: &Path) -> i64 {
    let mut store = outside(folder).await;
    let row = sqlx::query("select max(seq) from events")
        .fetch_one(&mut store)
        .await
        .expect("the log can be read");
    store.close().await.expect("the store closes");
    row.get(0)
}

async fn outside(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join(STORE_FILE));
    options.connect().await.expect("the store opens")
}

impl Captured {
    /// What was written to the store of a folder after this event.
    pub async fn of(folder: &Path, after: i64) -> Captured {
        let mut store = outside(folder).await;
        // The rows of a command go in together: its first event tells them from the next one's.
        let firsts: Vec<i64> =
            sqlx::query("select min(seq) from events where seq > ? group by command_id order by 1")
                .bind(after)
                .fetch_all(&mut store)
                .await
                .expect("the log can be read")
                .iter()
                .map(|row| row.get(0))
                .collect();
        let mut commands: Vec<CommandRows> = firsts
            .iter()
            .map(|_| CommandRows { rows: Vec::new() })
            .collect();
        for (table, Table { select, .. }) in TABLES.iter().enumerate() {
            let rows = sqlx::query(*select)
                .bind(after)
                .fetch_all(&mut store)
                .await
                .expect("what was written can be read");
            for row in rows {
                let seq: i64 = row.get(0);
                let place = firsts.partition_point(|first| *first <= seq) - 1;
                let values = (1..row.len()).map(|column| value(&row, column)).collect();
                commands[place].rows.push((table, values));
            }
        }
        store.close().await.expect("the store closes");
        Captured { commands }
    }

    pub fn commands(&self) -> usize {
        self.commands.len()
    }

    /// Puts everything into the store of a folder, which is as it was before the run.
    pub fn put_into(&self, folder: &Path, in_a_commit: usize) -> Duration {
        let database = Database::open(&folder.join(STORE_FILE));
        for setting in [
            "pragma foreign_keys = on",
            "pragma recursive_triggers = on",
            "pragma trusted_schema = off",
            "pragma cell_size_check = on",
            "pragma secure_delete = on",
            "pragma temp_store = memory",
            "pragma journal_mode = wal",
            "pragma synchronous = full",
        ] {
            database.run(setting);
        }
        database.run(&format!("pragma cache_size = -{WRITER_CACHE_KIB}"));
        database.run(&format!("pragma wal_autocheckpoint = {FOLD_EVERY_PAGES}"));
        let inserts: Vec<Statement> = TABLES
            .iter()
            .map(|table| database.prepare(table.insert))
            .collect();
        let began = Instant::now();
        for group in self.commands.chunks(in_a_commit) {
            database.run("begin immediate");
            for (table, values) in group.iter().flat_map(|command| &command.rows) {
                inserts[*table].insert(values);
            }
            database.run("commit");
        }
        began.elapsed()
    }
}

fn value(row: &sqlx::sqlite::SqliteRow, column: usize) -> Value {
    let raw = row.try_get_raw(column).expect("the column is there");
    if raw.is_null() {
        return Value::Null;
    }
    match raw.type_info().name() {
        "INTEGER" => Value::Integer(row.get(column)),
        "BLOB" => Value::Blob(row.get(column)),
        _ => Value::Text(row.get(column)),
    }
}

/// A connection without anything between us and SQLite.
struct Database(*mut ffi::sqlite3);

struct Statement<'a> {
    raw: *mut ffi::sqlite3_stmt,
    database: &'a Database,
}

impl Database {
    fn open(path: &Path) -> Database {
        let path =
            CString::new(path.to_str().expect("a path of plain text")).expect("no zero in it");
        let mut raw = ptr::null_mut();
        // SAFETY: the path ends with a zero and `raw` outlives the call.
        let outcome = unsafe { ffi::sqlite3_open(path.as_ptr(), &mut raw) };
        let database = Database(raw);
        database.check(outcome);
        database
    }

    fn check(&self, outcome: i32) {
        let fine = [ffi::SQLITE_OK, ffi::SQLITE_DONE, ffi::SQLITE_ROW].contains(&outcome);
        if !fine {
            // SAFETY: the handle is open, and SQLite's message is a text that ends with a zero.
            let message = unsafe { std::ffi::CStr::from_ptr(ffi::sqlite3_errmsg(self.0)) };
            panic!("SQLite says {outcome}: {}", message.to_string_lossy());
        }
    }

    fn run(&self, sql: &str) {
        let sql = CString::new(sql).expect("no zero in it");
        // SAFETY: the handle is open, the text ends with a zero, no callback is given.
        let outcome = unsafe {
            ffi::sqlite3_exec(self.0, sql.as_ptr(), None, ptr::null_mut(), ptr::null_mut())
        };
        self.check(outcome);
    }

    fn prepare(&self, sql: &str) -> Statement<'_> {
        let mut raw = ptr::null_mut();
        let length = i32::try_from(sql.len()).expect("a short statement");
        // SAFETY: the handle is open and the length is the text's.
        let outcome = unsafe {
            ffi::sqlite3_prepare_v2(
                self.0,
                sql.as_ptr().cast(),
                length,
                &mut raw,
                ptr::null_mut(),
            )
        };
        self.check(outcome);
        Statement {
            raw,
            database: self,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: every statement borrows the database, so none is left.
        unsafe { ffi::sqlite3_close(self.0) };
    }
}

impl Statement<'_> {
    fn insert(&self, values: &[Value]) {
        for (place, value) in (1..).zip(values) {
            let length = |bytes: usize| i32::try_from(bytes).expect("a short value");
            // SAFETY: the values outlive the step below, and so may be bound without a copy; each
            // is overwritten by the next row's before the statement runs again.
            let outcome = unsafe {
                match value {
                    Value::Null => ffi::sqlite3_bind_null(self.raw, place),
                    Value::Integer(number) => ffi::sqlite3_bind_int64(self.raw, place, *number),
                    Value::Text(text) => ffi::sqlite3_bind_text(
                        self.raw,
                        place,
                        text.as_ptr().cast(),
                        length(text.len()),
                        ffi::SQLITE_STATIC(),
                    ),
                    Value::Blob(bytes) => ffi::sqlite3_bind_blob(
                        self.raw,
                        place,
                        bytes.as_ptr().cast(),
                        length(bytes.len()),
                        ffi::SQLITE_STATIC(),
                    ),
                }
            };
            self.database.check(outcome);
        }
        // SAFETY: the statement is prepared and bound.
        unsafe {
            self.database.check(ffi::sqlite3_step(self.raw));
            self.database.check(ffi::sqlite3_reset(self.raw));
        }
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        // SAFETY: finalized once, here.
        unsafe { ffi::sqlite3_finalize(self.raw) };
    }
}
