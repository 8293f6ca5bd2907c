//! Views made anew from the log: what a fold keeps may grow from release to release, and what was
//! edited outside the program is put right. The log they are made of does not change.

use crate::seal::StoreKey;
use crate::store::{OpenError, folds, sealed};
use crate::verify;
use sqlx::{Connection, SqliteConnection};

/// Folds the log again if the stored views are of an older program, and writes them once.
pub async fn bring_up_to_date(
    connection: &mut SqliteConnection,
    store_key: &StoreKey,
) -> Result<(), OpenError> {
    if folds::current(connection).await? {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    make_anew(&mut transaction, store_key).await?;
    transaction.commit().await?;
    Ok(())
}

/// Folds the log and fills the views from it. `false`: the log does not hold, and is left as it is,
/// with its views; `verify` says what is wrong with it.
pub async fn make_anew(
    connection: &mut SqliteConnection,
    store_key: &StoreKey,
) -> Result<bool, OpenError> {
    let Some((lines, views)) = verify::views_of_the_log(connection, store_key).await? else {
        return Ok(false);
    };
    sealed::refill(connection, lines, views).await?;
    folds::note_current(connection).await?;
    Ok(true)
}
