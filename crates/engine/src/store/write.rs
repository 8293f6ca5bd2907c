//! Writing a whole batch: whole groups of rows by one statement, empty tables skipped.
//!
//! Handing a statement to SQLite's thread and back costs more than a row does, so a statement
//! takes as many rows as it can; its values are bound one by one, which costs less than having
//! SQLite read them out of JSON.

use crate::chain::{EventRow, HeadMark};
use crate::seal::Wrapped;
use crate::store::load::json_text;
use crate::store::rows::Row;
use serde_json::Value;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};
use std::fmt::Write;
use std::sync::{Arc, LazyLock};

/// Rows of the tables that only grow.
#[derive(Default)]
pub struct Appended {
    pub events: Vec<EventRow>,
    pub receipts: Vec<Row>,
    pub journal: Vec<Row>,
    pub outbox: Vec<Row>,
}

/// Rows of the views as a whole batch leaves them, and of the keys beside them.
#[derive(Default)]
pub struct Views {
    pub customer_keys: Vec<Row>,
    pub credentials: Vec<Row>,
    /// The store key, wrapped anew.
    pub store_key: Option<Wrapped>,
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
    pub movements: Vec<Row>,
    pub statements: Vec<Row>,
    pub statement_lines: Vec<Row>,
    pub findings: Vec<Row>,
}

/// How the rows of one table are put in.
pub(super) struct Table {
    pub(super) into: &'static str,
    /// One row: a question mark a column.
    row: &'static str,
    /// What happens to a row that is there already.
    then: &'static str,
}

const EVENTS: Table = Table {
    into: "insert into events (seq, stream, stream_id, stream_seq, type, version, payload, at_ms,
        business_date, command_id, ordinal, user_id, person_id, device_id, branch, store_id, epoch,
        customer_id, hash)",
    row: "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    then: "",
};
const RECEIPTS: Table = Table {
    into: "insert into receipts (command_id, actor, content_mac, first_seq, last_seq, refusal_code, refusal_field, mac)",
    row: "(?,?,unhex(?),?,?,?,?,unhex(?))",
    then: "",
};
const JOURNAL: Table = Table {
    into: "insert into journal (seq, entry, leg, kind, account, owner, amount_minor, effective_on, posted_on, movement_id)",
    row: "(?,?,?,?,?,?,?,?,?,?)",
    then: "",
};
const OUTBOX: Table = Table {
    into: "insert into outbox (idempotency_key, movement_id, line_id, customer_id, seq, body, mac)",
    row: "(?,?,?,?,?,?,unhex(?))",
    then: "",
};
const CUSTOMER_KEYS: Table = Table {
    into: "insert into customer_keys (customer_id, version, wrapped)",
    row: "(?,?,unhex(?))",
    then: "",
};
const CREDENTIALS: Table = Table {
    into: "insert into credentials (user_id, phc)",
    row: "(?,?)",
    then: "on conflict (user_id) do update set phc = excluded.phc",
};
const BRANCH: Table = Table {
    into: "insert into branch (one, document, mac)",
    row: "(?,?,unhex(?))",
    then: "on conflict (one) do update set document = excluded.document, mac = excluded.mac",
};
const USERS: Table = Table {
    into: "insert into users (id, login, name, state, role, person_id, document, mac)",
    row: "(?,?,?,?,?,?,?,unhex(?))",
    then: "on conflict (id) do update set login = excluded.login, name = excluded.name, state = excluded.state,
        role = excluded.role, person_id = excluded.person_id, document = excluded.document,
        mac = excluded.mac",
};
const PERSONS: Table = Table {
    into: "insert into persons (employee_number, person_id, mac)",
    row: "(?,?,unhex(?))",
    then: "on conflict (employee_number) do update set person_id = excluded.person_id, mac = excluded.mac",
};
const PRODUCTS: Table = Table {
    into: "insert into products (id, name, document, mac)",
    row: "(?,?,?,unhex(?))",
    then: "on conflict (id) do update set name = excluded.name, document = excluded.document,
        mac = excluded.mac",
};
const CUSTOMERS: Table = Table {
    into: "insert into customers (id, number, name, phone, email, city, document, mac)",
    row: "(?,?,?,?,?,?,?,unhex(?))",
    then: "on conflict (id) do update set name = excluded.name, phone = excluded.phone, email = excluded.email,
        city = excluded.city, document = excluded.document, mac = excluded.mac",
};
const TERMS: Table = Table {
    into: "insert into customer_terms (term, customer_id)",
    row: "(?,?)",
    then: "",
};
const BLIND: Table = Table {
    into: "insert into blind_index (kind, mac, customer_id)",
    row: "(?,unhex(?),?)",
    then: "",
};
const LINES: Table = Table {
    into: "insert into lines (id, number, customer_id, product_id, status, taken_by, taken_person,
        cancellation_requested, in_review, waiting_changes, next_due_on, summary, document, mac)",
    row: "(?,?,?,?,?,?,?,?,?,?,?,?,?,unhex(?))",
    then: "on conflict (id) do update set status = excluded.status,
        cancellation_requested = excluded.cancellation_requested, in_review = excluded.in_review,
        waiting_changes = excluded.waiting_changes, next_due_on = excluded.next_due_on,
        summary = excluded.summary, document = excluded.document,
        mac = excluded.mac",
};
const MOVEMENTS: Table = Table {
    into: "insert into movements (id, line_id, customer_id, kind, state, on_its_way, next_at_ms, requested_seq,
        last_seq, document, mac)",
    row: "(?,?,?,?,?,?,?,?,?,?,unhex(?))",
    then: "on conflict (id) do update set state = excluded.state, on_its_way = excluded.on_its_way,
        next_at_ms = excluded.next_at_ms, last_seq = excluded.last_seq, document = excluded.document,
        mac = excluded.mac",
};
const STATEMENT_DAYS: Table = Table {
    into: "insert into statements (date, document)",
    row: "(?,?)",
    then: "",
};
const STATEMENT_LINES: Table = Table {
    into: "insert into statement_lines (date, line, transfer_id, kind, amount_minor, ours)",
    row: "(?,?,?,?,?,?)",
    then: "",
};
const FINDINGS: Table = Table {
    into: "insert into findings (id, class, open, movement_id, document, mac)",
    row: "(?,?,?,?,?,unhex(?))",
    then: "on conflict (id) do update set open = excluded.open, document = excluded.document,
        mac = excluded.mac",
};
const TERMS_AWAY: &str =
    "delete from customer_terms where customer_id in (select value->>0 from json_each(?))";
const BLIND_AWAY: &str =
    "delete from blind_index where customer_id in (select value->>0 from json_each(?))";
const KEYS_AWAY: &str =
    "delete from customer_keys where customer_id in (select value->>0 from json_each(?))";

/// Tables whose rows are vouched for: the MAC is the last column, over those before it.
pub(super) const VOUCHED: [(&str, &Table); 10] = [
    ("branch", &BRANCH),
    ("users", &USERS),
    ("persons", &PERSONS),
    ("products", &PRODUCTS),
    ("customers", &CUSTOMERS),
    ("lines", &LINES),
    ("movements", &MOVEMENTS),
    ("findings", &FINDINGS),
    ("receipts", &RECEIPTS),
    ("outbox", &OUTBOX),
];

/// Rows a statement takes: the largest that fits first, so that every batch is made of a few
/// statements out of a few, and SQLite's thread finds each prepared.
const GROUPS: [usize; 5] = [256, 64, 16, 4, 1];
const TABLES: usize = 18;
/// Every statement of this file, and those that load.
pub const STATEMENTS: usize = TABLES * GROUPS.len() + 32;

/// The statements of a table, one a size of group.
struct Statements([Arc<str>; GROUPS.len()]);

impl Statements {
    fn of(table: &Table) -> Statements {
        Statements(GROUPS.map(|rows| {
            let mut sql = format!("{} values {}", table.into, table.row);
            for _ in 1..rows {
                // Writing to a String cannot fail.
                let _ = write!(sql, ",{}", table.row);
            }
            let _ = write!(sql, " {}", table.then);
            sql.into()
        }))
    }
}

macro_rules! statements {
    ($($name:ident of $table:ident),* $(,)?) => {
        $(static $name: LazyLock<Statements> = LazyLock::new(|| Statements::of(&$table));)*
    };
}

statements! {
    INTO_EVENTS of EVENTS,
    INTO_RECEIPTS of RECEIPTS,
    INTO_JOURNAL of JOURNAL,
    INTO_OUTBOX of OUTBOX,
    INTO_CUSTOMER_KEYS of CUSTOMER_KEYS,
    INTO_CREDENTIALS of CREDENTIALS,
    INTO_BRANCH of BRANCH,
    INTO_USERS of USERS,
    INTO_PERSONS of PERSONS,
    INTO_PRODUCTS of PRODUCTS,
    INTO_CUSTOMERS of CUSTOMERS,
    INTO_TERMS of TERMS,
    INTO_BLIND of BLIND,
    INTO_LINES of LINES,
    INTO_MOVEMENTS of MOVEMENTS,
    INTO_STATEMENTS of STATEMENT_DAYS,
    INTO_STATEMENT_LINES of STATEMENT_LINES,
    INTO_FINDINGS of FINDINGS,
}

/// What can be bound as a row.
trait Bound {
    fn bind(self, arguments: &mut SqliteArguments) -> Result<(), sqlx::Error>;
}

fn add<'q, T>(arguments: &mut SqliteArguments, value: T) -> Result<(), sqlx::Error>
where
    T: sqlx::Encode<'q, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + 'q,
{
    arguments.add(value).map_err(sqlx::Error::Encode)
}

impl Bound for Row {
    fn bind(self, arguments: &mut SqliteArguments) -> Result<(), sqlx::Error> {
        let Value::Array(cells) = self else {
            return Err(sqlx::Error::Encode("a row is an array".into()));
        };
        for cell in cells {
            match cell {
                Value::Null => add(arguments, None::<i64>)?,
                Value::Bool(is) => add(arguments, i64::from(is))?,
                Value::Number(number) => match number.as_i64() {
                    Some(number) => add(arguments, number)?,
                    None => return Err(sqlx::Error::Encode("a number is too large".into())),
                },
                Value::String(text) => add(arguments, text)?,
                Value::Array(_) | Value::Object(_) => {
                    return Err(sqlx::Error::Encode("a cell is one value".into()));
                }
            }
        }
        Ok(())
    }
}

impl Bound for EventRow {
    fn bind(self, arguments: &mut SqliteArguments) -> Result<(), sqlx::Error> {
        add(arguments, self.seq)?;
        add(arguments, self.stream)?;
        add(arguments, self.stream_id)?;
        add(arguments, self.stream_seq)?;
        add(arguments, self.event_type)?;
        add(arguments, self.version)?;
        add(arguments, self.payload)?;
        add(arguments, self.at_ms)?;
        add(arguments, self.business_date)?;
        add(arguments, self.command_id)?;
        add(arguments, self.ordinal)?;
        add(arguments, self.user_id)?;
        add(arguments, self.person_id)?;
        add(arguments, self.device_id)?;
        add(arguments, self.branch)?;
        add(arguments, self.store_id)?;
        add(arguments, self.epoch)?;
        add(arguments, self.customer_id)?;
        add(arguments, self.hash)
    }
}

async fn insert<R: Bound>(
    connection: &mut SqliteConnection,
    statements: &Statements,
    rows: Vec<R>,
) -> Result<(), sqlx::Error> {
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    for (size, sql) in GROUPS.into_iter().zip(&statements.0) {
        while left >= size {
            let mut arguments = SqliteArguments::default();
            for row in rows.by_ref().take(size) {
                row.bind(&mut arguments)?;
            }
            sqlx::query_with(AssertSqlSafe(sql.clone()), arguments)
                .execute(&mut *connection)
                .await?;
            left -= size;
        }
    }
    Ok(())
}

/// Takes away what belongs to these customers.
async fn delete(
    connection: &mut SqliteConnection,
    sql: &'static str,
    rows: &[Row],
) -> Result<(), sqlx::Error> {
    if !rows.is_empty() {
        sqlx::query(sql)
            .bind(json_text(rows))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// What is only ever appended: may be written while the rest of the batch is still judged.
pub async fn append(
    connection: &mut SqliteConnection,
    appended: Appended,
) -> Result<(), sqlx::Error> {
    let events = appended.events.len();
    insert(connection, &INTO_EVENTS, appended.events).await?;
    if domain::planted!(BatchHalfWritten) && events > 0 {
        for sql in ["commit", "begin immediate"] {
            sqlx::query(sql).execute(&mut *connection).await?;
        }
    }
    insert(connection, &INTO_RECEIPTS, appended.receipts).await?;
    insert(connection, &INTO_JOURNAL, appended.journal).await?;
    insert(connection, &INTO_OUTBOX, appended.outbox).await
}

/// The head a commit leaves, signed.
pub async fn head(
    connection: &mut SqliteConnection,
    mark: &HeadMark,
    signature: &[u8; 64],
) -> Result<(), sqlx::Error> {
    sqlx::query("insert into heads (seq, epoch, hash, signature) values (?, ?, ?, ?)")
        .bind(mark.seq)
        .bind(mark.epoch)
        .bind(&mark.hash[..])
        .bind(&signature[..])
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn lines(connection: &mut SqliteConnection, rows: Vec<Row>) -> Result<(), sqlx::Error> {
    insert(connection, &INTO_LINES, rows).await
}

/// The views, lines apart, and the keys.
pub async fn views(connection: &mut SqliteConnection, views: Views) -> Result<(), sqlx::Error> {
    for (statements, rows) in [
        (&INTO_CUSTOMER_KEYS, views.customer_keys),
        (&INTO_CREDENTIALS, views.credentials),
        (&INTO_BRANCH, views.branch),
        (&INTO_USERS, views.users),
        (&INTO_PERSONS, views.persons),
        (&INTO_PRODUCTS, views.products),
        (&INTO_CUSTOMERS, views.customers),
    ] {
        insert(connection, statements, rows).await?;
    }
    if let Some(wrapped) = views.store_key {
        sqlx::query("update store set kdf = ?, wrapped_key = ?")
            .bind(wrapped.kdf)
            .bind(wrapped.wrapped)
            .execute(&mut *connection)
            .await?;
    }
    delete(connection, TERMS_AWAY, &views.customers_to_index).await?;
    delete(connection, BLIND_AWAY, &views.customers_to_index).await?;
    insert(connection, &INTO_TERMS, views.customer_terms).await?;
    insert(connection, &INTO_BLIND, views.blind_index).await?;
    delete(connection, KEYS_AWAY, &views.customers_to_forget).await?;
    insert(connection, &INTO_MOVEMENTS, views.movements).await?;
    insert(connection, &INTO_STATEMENTS, views.statements).await?;
    insert(connection, &INTO_STATEMENT_LINES, views.statement_lines).await?;
    insert(connection, &INTO_FINDINGS, views.findings).await
}
