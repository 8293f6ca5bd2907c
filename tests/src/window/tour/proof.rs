//! What the tour leaves behind is provably right, and provably wrong after a change by hand.

use super::super::process::built;
use super::super::{Error, Outcome};
use super::people::PASSPHRASE;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// One byte changed by hand in each: a word of a payload, a figure of a view, a cent in the books.
const CHANGES: [(&str, &str); 4] = [
    (
        "an event's payload",
        "update events set payload = substr(payload, 1, 9)
            || char(unicode(substr(payload, 10, 1)) + 1) || substr(payload, 11) where seq = 5",
    ),
    (
        "a view's document",
        "update lines set document = replace(document, '500000', '500001')
            where number = 'LC-000001' and instr(document, '500000') > 0",
    ),
    (
        "a view's column",
        "update customers set city = 'Portsmoutj'",
    ),
    (
        "a journal row",
        "update journal set amount_minor = amount_minor + 1
            where (seq, entry, leg) = (select seq, entry, leg from journal limit 1)",
    ),
];

/// Exit 0 for the store as it is, exit 1 for a copy of it with any of [`CHANGES`].
pub async fn verify_sees_every_byte(data_dir: &Path) -> Outcome<()> {
    expect(data_dir, 0, "the store after the tour")?;
    // Taking the guards away and putting them back is not what verify sees.
    expect_after(data_dir, 0, "an untouched copy", None).await?;
    for (what, statement) in CHANGES {
        expect_after(data_dir, 1, what, Some(statement)).await?;
    }
    // Deleting a key is how a customer is forgotten: it takes the name away, not the proof.
    let forget = Some("delete from customer_keys");
    expect_after(data_dir, 0, "a copy without the customer's key", forget).await
}

async fn expect_after(
    data_dir: &Path,
    code: i32,
    what: &str,
    statement: Option<&'static str>,
) -> Outcome<()> {
    let copy = TempDir::with_prefix("branchline-copy-")?;
    for entry in std::fs::read_dir(data_dir)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
    }
    let options = SqliteConnectOptions::new().filename(copy.path().join(engine::store::STORE_FILE));
    let mut connection = options.connect().await.map_err(at_the_copy)?;
    change(&mut connection, statement)
        .await
        .map_err(at_the_copy)?;
    connection.close().await.map_err(at_the_copy)?;
    expect(copy.path(), code, what)
}

/// The guards against editing are taken away for the change and put back after it, so that
/// nothing but the change can be found.
async fn change(
    connection: &mut SqliteConnection,
    statement: Option<&'static str>,
) -> sqlx::Result<()> {
    let guards = sqlx::query("select name, sql from sqlite_master where type = 'trigger'")
        .fetch_all(&mut *connection)
        .await?;
    for guard in &guards {
        let drop = format!("drop trigger {}", guard.get::<String, _>("name"));
        sqlx::query(sqlx::AssertSqlSafe(drop))
            .execute(&mut *connection)
            .await?;
    }
    if let Some(statement) = statement {
        let done = sqlx::query(statement).execute(&mut *connection).await?;
        if done.rows_affected() == 0 {
            return Err(sqlx::Error::RowNotFound);
        }
    }
    for guard in &guards {
        sqlx::query(sqlx::AssertSqlSafe(guard.get::<String, _>("sql")))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) fn at_the_copy(error: sqlx::Error) -> Error {
    Error::Unexpected(format!("the copy of the store: {error}"))
}

fn expect(data_dir: &Path, code: i32, what: &str) -> Outcome<()> {
    let mut verify = Command::new(built("branchline")?)
        .args(["verify", "--passphrase-fd", "0", "--data-dir"])
        .arg(data_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut passphrase) = verify.stdin.take() {
        writeln!(passphrase, "{PASSPHRASE}")?;
    }
    let output = verify.wait_with_output()?;
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.code() != Some(code) {
        return Err(Error::Unexpected(format!(
            "verify on {what}: {}, not {code}; it said:\n{said}",
            output.status
        )));
    }
    println!(
        "verify on {what}: exit {code}: {}",
        said.lines().next().unwrap_or_default()
    );
    Ok(())
}
