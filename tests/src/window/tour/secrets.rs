//! What was typed into the page and identifies a customer, or opens a door, stands in the views at
//! most: nowhere else in the store, in no log, in nothing the web view keeps.

use super::super::{Desk, Error, Outcome};
use super::people::{
    ACCOUNT_NUMBER, ADMIN, CUSTOMER_BEGUN, CUSTOMER_NAME, CUSTOMER_REST, PASSPHRASE, STAFF,
    STAFF_ANEW, STAFF_CHANGED,
};
use super::proof::at_the_copy;
use crate::traces::{files_below, found_in, found_in_table};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use tempfile::TempDir;

/// The fields whose values name nobody: a town is the branch's own, a sum is anybody's.
const NAMES_NOBODY: [&str; 5] = [
    "address.city",
    "address.region",
    "address.postal_code",
    "income_monthly_minor",
    "obligations_monthly_minor",
];

/// Sealed even in the views.
const SEALED_FIELDS: [&str; 3] = ["birth_date", "tax_id", "identity_document.number"];

/// Where nothing of a customer may stand.
const TABLES: [&str; 10] = [
    "events",
    "receipts",
    "outbox",
    "drafts",
    "journal",
    "movements",
    "branch",
    "users",
    "credentials",
    "blind_index",
];

fn typed(wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let fields = CUSTOMER_BEGUN.iter().chain(CUSTOMER_REST);
    let name = |field: &'static str| field.trim_start_matches("field-profile.");
    let fields = fields.filter(|(field, _)| wanted(name(field)));
    fields
        .flat_map(|(_, value)| [(*value).to_owned(), bare(value)])
        .collect()
}

/// As a machine would keep it: "219-09-9999" is 219099999.
fn bare(value: &str) -> String {
    if value.chars().any(char::is_alphabetic) {
        value.to_owned()
    } else {
        value.chars().filter(char::is_ascii_digit).collect()
    }
}

fn opens_a_door() -> Vec<String> {
    let opening = [
        PASSPHRASE,
        ADMIN.password,
        STAFF.password,
        STAFF_ANEW.password,
        STAFF_CHANGED.password,
    ];
    opening.map(str::to_owned).to_vec()
}

/// Fails with the place at which one of them was found.
pub async fn stay_secret(desk: &Desk, shown_once: &[String]) -> Outcome<()> {
    let nowhere = [
        typed(|field| SEALED_FIELDS.contains(&field)),
        vec![ACCOUNT_NUMBER.to_owned()],
        opens_a_door(),
        shown_once.to_vec(),
    ]
    .concat();
    let identifying = [
        typed(|field| !NAMES_NOBODY.contains(&field)),
        vec![CUSTOMER_NAME.to_owned()],
        nowhere.clone(),
    ]
    .concat();

    let mut found = Vec::new();
    let mut looked_at = 0;
    let written = files_below(desk.home())?;
    let logs = files_below(&desk.pictures().join("logs"))?;
    for (path, bytes) in written.iter().chain(&logs) {
        // The network was given the account number: its own books may hold it.
        if desk.network().owns(path) {
            continue;
        }
        let values = if path.starts_with(desk.data_dir()) {
            &nowhere
        } else {
            &identifying
        };
        looked_at += 1;
        let here = found_in(bytes, values).into_iter();
        found.extend(here.map(|value| format!("{}: {value}", path.display())));
    }
    found.extend(found_in_store(&desk.data_dir(), &identifying).await?);
    if !found.is_empty() {
        return Err(Error::Unexpected(format!(
            "what was typed stands in the clear:\n{}",
            found.join("\n")
        )));
    }
    println!(
        "{} typed values in none of {looked_at} files and {} tables",
        identifying.len(),
        TABLES.len()
    );
    Ok(())
}

async fn found_in_store(data_dir: &Path, values: &[String]) -> Outcome<Vec<String>> {
    let copy = TempDir::with_prefix("branchline-copy-")?;
    for (path, bytes) in files_below(data_dir)? {
        if let Some(name) = path.file_name() {
            std::fs::write(copy.path().join(name), bytes)?;
        }
    }
    let options = SqliteConnectOptions::new().filename(copy.path().join(engine::store::STORE_FILE));
    let mut connection = options.connect().await.map_err(at_the_copy)?;
    let mut found = Vec::new();
    for table in TABLES {
        let here = found_in_table(&mut connection, table, values).await;
        found.extend(here.map_err(at_the_copy)?);
    }
    // The looking finds what is there to be found.
    let shown = found_in_table(&mut connection, "customers", values).await;
    if shown.map_err(at_the_copy)?.is_empty() {
        return Err(Error::Unexpected(
            "the customer's name was not found even where it is shown".to_owned(),
        ));
    }
    connection.close().await.map_err(at_the_copy)?;
    Ok(found)
}
