//! Looks for values where they must not stand: in bytes, in the columns of a table, in files.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};
use std::path::{Path, PathBuf};

/// Which of these stand in some bytes, in any case of their letters.
pub fn found_in(bytes: &[u8], values: &[String]) -> Vec<String> {
    let haystack = bytes.to_ascii_lowercase();
    let stands = |value: &&String| {
        let needle = value.to_ascii_lowercase().into_bytes();
        haystack
            .windows(needle.len())
            .any(|window| window == needle)
    };
    values.iter().filter(stands).cloned().collect()
}

/// Every column of a table, looked through for some values: "table.column: value".
pub async fn found_in_table(
    connection: &mut SqliteConnection,
    table: &str,
    values: &[String],
) -> sqlx::Result<Vec<String>> {
    let columns = sqlx::query("select name from pragma_table_info(?)").bind(table.to_owned());
    let columns = columns.fetch_all(&mut *connection).await?;
    if columns.is_empty() {
        // A table of another name would be clean for ever.
        return Err(sqlx::Error::RowNotFound);
    }
    let mut found = Vec::new();
    for column in columns {
        let column: String = column.get(0);
        let sql = format!(
            "select cast(\"{column}\" as blob) from {table} where \"{column}\" is not null"
        );
        for row in sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut *connection)
            .await?
        {
            let bytes: Vec<u8> = row.get(0);
            found.extend(
                found_in(&bytes, values)
                    .into_iter()
                    .map(|value| format!("{table}.{column}: {value}")),
            );
        }
    }
    Ok(found)
}

/// Every file below a folder, with what is in it. What vanishes meanwhile is left out.
pub fn files_below(folder: &Path) -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else if kind.is_file() {
            files.extend(std::fs::read(entry.path()).ok().map(|b| (entry.path(), b)));
        }
    }
    Ok(files)
}
