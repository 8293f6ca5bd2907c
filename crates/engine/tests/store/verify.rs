//! `verify` is clean after honest work and red after any one change by hand.

use crate::branch::{Branch, CASH, options, sign_in};
use domain::calendar::Calendar;
use domain::command::*;
use domain::ids::CustomerId;
use domain::money::Minor;
use domain::reconcile::{StatementKind, StatementLine, compare};
use domain::transfer::Direction;
use engine::store::check::{VIEWS, view};
use engine::verify::{Report, verify};
use engine::{Engine, store};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::collections::BTreeMap;

/// One of everything: states, movements, refusals, a transfer that waits.
async fn busy_branch() -> (Branch, CustomerId) {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let account_id = branch.bank_account(zoe, "000123456789").await;
    let line = branch.line(zoe, 500_000).await;
    branch.draw(line, 50_000, CASH).await;
    branch.repay(line, 20_000).await;
    let method = PayOut::Bank {
        account_id,
        speed: Speed::Standard,
    };
    branch.draw(line, 10_000, method).await;
    let refused = branch.application(zoe, 100_000).await;
    let reject = Command::RejectApplication(RejectApplication {
        line_id: refused,
        seen_version: 1,
        reasons: vec![RejectionReason::IncomeInsufficient, RejectionReason::Other],
        other_words: Some("Two jobs this year".to_owned()),
    });
    assert!(branch.teller_does(reject.clone()).await.is_err());
    branch.admin_does(reject).await.unwrap();
    let adam = branch.customer("Adam", "Novak", "987654321").await;
    reconciled(&branch).await;
    branch.application(adam, 200_000).await;
    (branch, adam)
}

/// A day's statement with one line that nobody here knows.
async fn reconciled(branch: &Branch) {
    let date = "2026-03-01".parse().unwrap();
    let line = StatementLine {
        transfer_id: "tr_1".to_owned(),
        reference: "INVOICE 4711".to_owned(),
        direction: Direction::Credit,
        amount_minor: Minor(7_700),
        currency: "USD".to_owned(),
        kind: StatementKind::Settled,
        return_code: None,
    };
    let (lines, findings) = compare(
        date,
        &[line],
        &BTreeMap::new(),
        &BTreeMap::new(),
        &Calendar::default(),
        domain::money::Currency::USD,
    );
    let orders = branch.engine.orders();
    for finding in findings {
        orders
            .internal(Internal::OpenFinding { finding })
            .await
            .unwrap();
    }
    let read = Internal::RecordStatement { date, lines };
    orders.internal(read).await.unwrap();
}

async fn report(branch: &Branch, connection: &mut SqliteConnection) -> Report {
    verify(connection, branch.engine.orders().store_key()).await
}

/// Opens the file as somebody with another program would: no triggers stop an edit there.
async fn by_hand(branch: &Branch) -> SqliteConnection {
    branch.engine.stop().await;
    store::copies::connect_copy(&branch.store_path())
        .await
        .unwrap()
}

#[tokio::test]
async fn honest_work_is_clean() {
    let (branch, _) = busy_branch().await;
    let mut connection = by_hand(&branch).await;
    let report = report(&branch, &mut connection).await;
    assert_eq!(report.findings, vec![]);
    assert!(report.events > 15 && report.view_rows > 20, "{report:?}");
    assert_eq!((report.journal_legs, report.transfers), (6, 1));
}

/// Every column of every row of every view, one by one.
#[tokio::test]
async fn any_edit_of_a_view_shows() {
    let (branch, _) = busy_branch().await;
    let mut connection = by_hand(&branch).await;
    sqlx::query("pragma foreign_keys = off")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut edits = 0;
    for (table, sql) in VIEWS {
        let rows = view(&mut connection, sql).await.unwrap().len();
        assert!(rows > 0, "{table} is empty: nothing is tested of it");
        let info = format!("select name, type from pragma_table_info('{table}')");
        let columns = sqlx::query(AssertSqlSafe(info))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        for column in columns {
            let (column, kind): (String, String) = (column.get(0), column.get(1));
            if *table == "branch" && column == "one" {
                continue;
            }
            let edit = match kind.as_str() {
                "INTEGER" => format!("{column} = coalesce({column}, 0) + 1"),
                "BLOB" => format!("{column} = zeroblob(length({column}))"),
                _ => format!("{column} = coalesce({column}, '') || ' '"),
            };
            let edit = match (*table, column.as_str()) {
                ("customer_terms" | "blind_index", _) => {
                    format!("update {table} set {edit} where rowid_of = 1")
                }
                _ => format!(
                    "update {table} set {edit} where rowid = (select max(rowid) from {table})"
                ),
            };
            let edit = edit.replace(
                "where rowid_of = 1",
                &format!("where {column} = (select max({column}) from {table})"),
            );
            shows(&branch, &mut connection, table, &edit).await;
            edits += 1;
        }
        if matches!(
            *table,
            "users" | "products" | "customers" | "lines" | "movements"
        ) {
            // The same members in another order are other bytes.
            let reordered = "json_set(json_remove(document, '$.id'), '$.id', document ->> '$.id')";
            let edit = format!("update {table} set document = {reordered}");
            shows(&branch, &mut connection, table, &edit).await;
        }
        let gone = match *table {
            "customer_terms" => "delete from customer_terms where term = 'zoe hill'".to_owned(),
            "blind_index" => "delete from blind_index where kind = 'tax_id'".to_owned(),
            _ => format!("delete from {table} where rowid = (select max(rowid) from {table})"),
        };
        shows(&branch, &mut connection, table, &gone).await;
    }
    assert!(edits > 40, "{edits}");
}

/// The log, the journal and what stands beside them.
#[tokio::test]
async fn any_edit_beside_the_views_shows() {
    let (branch, _) = busy_branch().await;
    let mut connection = by_hand(&branch).await;
    sqlx::query("pragma foreign_keys = off")
        .execute(&mut connection)
        .await
        .unwrap();
    // The triggers stop honest mistakes; somebody with the file can drop them, and that shows.
    shows(
        &branch,
        &mut connection,
        "the schema",
        "drop trigger events_stay",
    )
    .await;
    let triggers: Vec<(String, String)> =
        sqlx::query_as("select name, sql from sqlite_schema where type = 'trigger'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(triggers.len(), 10);
    for (name, _) in &triggers {
        let drop = format!("drop trigger {name}");
        sqlx::query(AssertSqlSafe(drop))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    for (table, edit) in [
        (
            "events",
            "update events set payload = replace(payload, '\"limit_minor\":500000', '\"limit_minor\":500001')",
        ),
        (
            "events",
            "update events set payload = payload || ' ' where seq = 3",
        ),
        (
            "events",
            "update events set at_ms = at_ms + 1 where seq = 5",
        ),
        (
            "events",
            "update events set user_id = null where seq = (select max(seq) from events)",
        ),
        (
            "events",
            "update events set hash = zeroblob(32) where seq = 4",
        ),
        ("events", "update events set version = 2 where seq = 4"),
        (
            "receipts",
            "delete from events where seq = (select max(seq) from events)",
        ),
        ("events", "delete from events where seq = 6"),
        (
            "journal",
            "update journal set amount_minor = amount_minor + 1 where account = 'PRI'",
        ),
        (
            "journal",
            "update journal set amount_minor = amount_minor * 2",
        ),
        (
            "journal",
            "update journal set effective_on = '2026-03-01' where account = 'PRI'",
        ),
        (
            "journal",
            "update journal set account = 'INT' where account = 'PRI'",
        ),
        ("journal", "delete from journal"),
        (
            "outbox",
            "update outbox set body = substr(body, 1, 20) || case substr(body, 21, 1) when 'A' then 'B' else 'A' end || substr(body, 22)",
        ),
        ("outbox", "update outbox set line_id = customer_id"),
        ("outbox", "delete from outbox"),
        (
            "receipts",
            "update receipts set refusal_code = null where refusal_code is not null",
        ),
        (
            "receipts",
            "update receipts set first_seq = first_seq - 1 where command_id = (select max(command_id) from receipts)",
        ),
        (
            "receipts",
            "delete from receipts where command_id = (select max(command_id) from receipts)",
        ),
        (
            "credentials",
            "update credentials set phc = replace(phc, 't=2', 't=3')",
        ),
        (
            "credentials",
            "delete from credentials where user_id = (select max(user_id) from credentials)",
        ),
        (
            "customer_keys",
            "update customer_keys set wrapped = zeroblob(73)",
        ),
        (
            "customer_keys",
            "update customer_keys set customer_id = customer_id || ' '",
        ),
        ("store", "update store set store_id = device_id"),
        ("store", "update store set epoch = 0"),
        ("store", "update store set epoch = epoch + 1"),
        ("store", "update store set demo = 1"),
        ("store", "update store set device_id = store_id"),
        ("store", "update store set mac = null"),
        (
            "receipts",
            "update receipts set content_mac = zeroblob(32) where command_id = (select max(command_id) from receipts)",
        ),
        (
            "receipts",
            "update receipts set refusal_field = 'amount' where refusal_code is not null",
        ),
        ("outbox", "update outbox set mac = null"),
        (
            "heads",
            "delete from heads where seq = (select max(seq) from heads)",
        ),
        (
            "heads",
            "update heads set signature = zeroblob(64) where seq = (select min(seq) from heads)",
        ),
        (
            "heads",
            "update heads set epoch = epoch + 1 where seq = (select min(seq) from heads)",
        ),
        ("device_key", "delete from device_key"),
        (
            "device_key",
            "update device_key set public_key = zeroblob(32)",
        ),
    ] {
        shows(&branch, &mut connection, table, edit).await;
    }
}

/// Does one edit, sees it found in that table, and takes it back.
async fn shows(branch: &Branch, connection: &mut SqliteConnection, table: &str, edit: &str) {
    let before = report(branch, connection).await;
    let mut undone = connection.begin().await.unwrap();
    let done = sqlx::query(AssertSqlSafe(edit.to_owned()))
        .execute(&mut *undone)
        .await;
    let touched = done
        .unwrap_or_else(|error| panic!("{edit}: {error}"))
        .rows_affected();
    assert!(
        touched > 0 || edit.starts_with("drop"),
        "{edit} changed nothing"
    );
    let after = report(branch, &mut undone).await;
    let found = |report: &Report| report.findings.iter().filter(|f| f.table == table).count();
    assert!(
        found(&after) > found(&before),
        "not found: {edit}\n{:?}",
        after.findings
    );
    undone.rollback().await.unwrap();
}

/// Deleting a customer's key is how they are forgotten: nothing is wrong with the store, and
/// nothing of them can be read.
#[tokio::test]
async fn a_forgotten_customer_leaves_the_store_clean() {
    let (branch, adam) = busy_branch().await;
    let mut connection = by_hand(&branch).await;
    sqlx::query("delete from customer_keys where customer_id = ?")
        .bind(adam.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    let report = report(&branch, &mut connection).await;
    assert_eq!(report.findings, vec![]);
    assert_eq!(report.customers_forgotten, 1);
    store::close(connection).await;

    // The next start scrubs what stood in the clear.
    let (path, folder) = (branch.store_path(), branch.folder);
    let options = options(&folder.path().join("data"), &branch.clock);
    drop(branch.engine);
    let engine = Engine::open(options).await.unwrap();
    let token = sign_in(&engine, "tomas").await;
    let viewer = engine.viewer(&token).await.unwrap();
    let details = engine.reader().customer(&viewer, adam).await.unwrap();
    assert!(details.row.forgotten, "{details:?}");
    assert_eq!(details.lines[0].customer_name, "Forgotten customer");
    let mut connection = store::copies::connect_source(&path).await.unwrap();
    let report = verify(&mut connection, engine.orders().store_key()).await;
    assert_eq!(report.findings, vec![]);
    let left: (i64,) = sqlx::query_as(
        "select count(*) from customers c left join customer_terms t on t.customer_id = c.id
         where c.id = ? and (c.name is not null or t.term is not null)",
    )
    .bind(adam.to_string())
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(left, (0,));
    engine.stop().await;
}
