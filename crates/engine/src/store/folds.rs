//! Which fold the stored views are of. SQLite keeps a number for the program in the file's head.

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

/// Raised whenever the views keep other things than they did: 2 since lines keep their history, 3
/// since lines with a long past have a summary, terms that begin another one are left out, and rows
/// are vouched for, 4 since the branch knows what its drawers hold, 5 since lines keep the state of
/// their papers and holds their last day, 6 since holds do not say any more when they settled and
/// accounts know until when they were an admin's, 7 since lines know what was done to them that
/// their customer was not told of, 8 since a raise that was granted after all is none of that,
/// 9 since lines know who asked for their cancellation and accounts when a consent ended, 10 since
/// accounts know who gave out the code that let them in.
const FOLD: i64 = 10;

pub async fn current(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("pragma user_version")
        .fetch_one(connection)
        .await?;
    Ok(row.try_get::<i64, _>(0)? >= FOLD)
}

pub async fn note_current(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    // A pragma takes no bound value.
    let note = AssertSqlSafe(format!("pragma user_version = {FOLD}"));
    sqlx::query(note).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::ConnectOptions;
    use sqlx::sqlite::SqliteConnectOptions;

    /// Otherwise every start would make every view anew.
    #[tokio::test]
    async fn what_was_noted_is_current() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let mut store = options.connect().await.unwrap();
        assert!(!current(&mut store).await.unwrap());
        note_current(&mut store).await.unwrap();
        assert!(current(&mut store).await.unwrap());
    }
}
