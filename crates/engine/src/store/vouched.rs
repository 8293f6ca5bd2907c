//! Rows that carry a MAC: those that rights, money and decisions hang on. Only a program that has
//! the store's key can make one; whoever else writes into the file is found out when the row is
//! used, when the store is opened, and by `verify`.

use super::load::{LoadError, hex};
use super::rows::Row;
use super::write;
use crate::seal::{RowMac, StoreKey};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, TypeInfo, ValueRef};
use std::sync::{Arc, LazyLock};

/// A table whose rows are vouched for.
pub struct Vouched {
    pub table: &'static str,
    columns: Vec<&'static str>,
    /// Its columns and the MAC, to be followed by what is looked for.
    pub select: Arc<str>,
}

static TABLES: LazyLock<Vec<Vouched>> = LazyLock::new(|| {
    write::VOUCHED
        .iter()
        .map(|(table, filled)| {
            // The statement that fills a table says what its columns are, and in what order.
            let names = filled.into.split_once('(').map_or("", |(_, names)| names);
            let names = names.trim_end_matches(')');
            let columns: Vec<&str> = names
                .split(',')
                .map(str::trim)
                .filter(|name| *name != "mac")
                .collect();
            let select = format!("select {}, mac from {table}", columns.join(", ")).into();
            Vouched {
                table,
                columns,
                select,
            }
        })
        .collect()
});

pub fn all() -> &'static [Vouched] {
    &TABLES
}

/// One of those tables.
pub fn of(table: &str) -> &'static Vouched {
    let found = TABLES.iter().find(|vouched| vouched.table == table);
    found.expect("the table is one whose rows are vouched for")
}

/// What reads rows of a table so that they can be checked. `rest` begins with "where" or so.
pub fn select(table: &str, rest: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("{} {rest}", of(table).select))
}

/// Adds the MAC to a row that is about to be written.
pub fn vouch(table: &'static str, mut row: Row, key: &StoreKey) -> Row {
    if let Value::Array(cells) = &mut row {
        let mut mac = key.row_mac(table);
        for cell in cells.iter() {
            add(&mut mac, cell);
        }
        cells.push(Value::String(hex(&mac.finish())));
    }
    row
}

pub fn vouch_all(
    table: &'static str,
    rows: impl IntoIterator<Item = Row>,
    key: &StoreKey,
) -> Vec<Row> {
    rows.into_iter().map(|row| vouch(table, row, key)).collect()
}

/// A cell as it will be read back.
fn add(mac: &mut RowMac, cell: &Value) {
    match cell {
        Value::Null => mac.null(),
        Value::Bool(is) => mac.number(i64::from(*is)),
        Value::String(text) => mac.text(text),
        // What is no integer is refused when it is bound.
        Value::Number(number) => mac.number(number.as_i64().unwrap_or_default()),
        Value::Array(_) | Value::Object(_) => mac.null(),
    }
}

/// The MAC a row should have. It was read by [`select`].
pub fn mac_of(vouched: &Vouched, row: &SqliteRow, key: &StoreKey) -> Result<RowMac, sqlx::Error> {
    let mut mac = key.row_mac(vouched.table);
    for place in 0..vouched.columns.len() {
        let raw = row.try_get_raw(place)?;
        if raw.is_null() {
            mac.null();
            continue;
        }
        let kind = raw.type_info();
        match kind.name() {
            "INTEGER" => mac.number(row.try_get(place)?),
            "BLOB" => mac.text(&hex(row.try_get(place)?)),
            _ => mac.text(row.try_get(place)?),
        }
    }
    Ok(mac)
}

/// Whether the program wrote this row.
pub fn fits(vouched: &Vouched, row: &SqliteRow, key: &StoreKey) -> Result<bool, sqlx::Error> {
    let stored: Option<&[u8]> = row.try_get(vouched.columns.len())?;
    let mac = mac_of(vouched, row, key)?;
    Ok(stored.is_some_and(|stored| mac.fits(stored)))
}

/// What findings call a row: its first column.
pub fn name_of(row: &SqliteRow) -> String {
    row.try_get::<String, _>(0)
        .or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string()))
        .unwrap_or_default()
}

/// Refuses a row that something else wrote, before anything is decided on it.
pub fn demand(table: &'static str, row: &SqliteRow, key: &StoreKey) -> Result<(), LoadError> {
    if fits(of(table), row, key)? {
        return Ok(());
    }
    Err(LoadError::Altered {
        table,
        row: name_of(row),
    })
}

/// Rows of a table that something else wrote, so many of them at most.
pub async fn altered(
    connection: &mut SqliteConnection,
    vouched: &'static Vouched,
    rest: &str,
    key: &StoreKey,
    most: usize,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(select(vouched.table, rest))
        .fetch_all(connection)
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        if !fits(vouched, row, key)? && found.len() < most {
            found.push(name_of(row));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_ends_with_its_mac() {
        for vouched in all() {
            assert!(vouched.columns.len() > 1, "{}", vouched.table);
            assert!(vouched.select.contains(", mac from "), "{}", vouched.select);
        }
        assert_eq!(
            &*of("branch").select,
            "select one, document, mac from branch"
        );
    }

    #[test]
    fn cells_of_different_kinds_differ() {
        let key = StoreKey::generate();
        let mac = |row: Row| vouch("users", row, &key)[1].clone();
        let rows = [
            serde_json::json!([null]),
            serde_json::json!([0]),
            serde_json::json!([""]),
            serde_json::json!(["0"]),
        ];
        for (place, one) in rows.iter().enumerate() {
            for other in &rows[place + 1..] {
                assert_ne!(mac(one.clone()), mac(other.clone()), "{one} {other}");
            }
        }
        let elsewhere = vouch("lines", serde_json::json!([null]), &key)[1].clone();
        assert_ne!(elsewhere, mac(serde_json::json!([null])));
    }
}
