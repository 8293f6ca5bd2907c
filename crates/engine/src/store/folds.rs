//! Which fold the stored views are of. SQLite keeps a number for the program in the file's head.

use sqlx::{Row, SqliteConnection};

/// Raised whenever the fold keeps more than it did: 2 since lines keep their history.
const FOLD: i64 = 2;

pub async fn current(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("pragma user_version")
        .fetch_one(connection)
        .await?;
    Ok(row.try_get::<i64, _>(0)? >= FOLD)
}

pub async fn note_current(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("pragma user_version = 2")
        .execute(connection)
        .await?;
    Ok(())
}
