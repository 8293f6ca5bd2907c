//! Whole-store SQL for backup and restore.

use super::{Identity, OpenError, identity, load, options, sealed};
use crate::chain::Hash;
use crate::seal::StoreKey;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::Path;

/// A connection that reads a store file wherever it lies, and may copy it.
///
/// `query_only` stays off: copying with `vacuum into` writes, though never to this file.
pub async fn connect_source(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    options(path).read_only(true).connect().await
}

/// A connection to a copy nobody else has open yet. It leaves no second file beside it.
pub async fn connect_copy(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    options(path)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Delete)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .connect()
        .await
}

/// Everything SQLite can find wrong with a file; empty when it is whole.
pub async fn integrity_faults(
    connection: &mut SqliteConnection,
) -> Result<Vec<String>, sqlx::Error> {
    let words: Vec<(String,)> = sqlx::query_as("pragma integrity_check")
        .fetch_all(connection)
        .await?;
    Ok(words
        .into_iter()
        .map(|(words,)| words)
        .filter(|words| words != "ok")
        .collect())
}

/// One consistent snapshot of the store in a file that exists and is empty.
pub async fn copy_into(connection: &mut SqliteConnection, to: &Path) -> Result<(), sqlx::Error> {
    sqlx::query("vacuum into ?")
        .bind(to.to_string_lossy().into_owned())
        .execute(connection)
        .await?;
    Ok(())
}

/// The hash of one event, if it is there.
pub async fn hash_at(
    connection: &mut SqliteConnection,
    seq: i64,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let found: Option<(Vec<u8>,)> = sqlx::query_as("select hash from events where seq = ?")
        .bind(seq)
        .fetch_optional(connection)
        .await?;
    Ok(found.map(|(hash,)| hash))
}

/// What a store file is and how far its log goes.
pub async fn describe(
    connection: &mut SqliteConnection,
) -> Result<Option<(Identity, crate::seal::Wrapped, i64, Hash)>, OpenError> {
    let Some((identity, wrapped)) = identity(connection).await? else {
        return Ok(None);
    };
    let head = load::head(connection).await?;
    Ok(Some((identity, wrapped, head.seq, head.hash)))
}

/// Customers whose key is gone.
pub async fn forgotten(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    let ids: Vec<(String,)> = sqlx::query_as(
        "select id from customers where id not in (select customer_id from customer_keys)",
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Makes a copy the store again: a new epoch begins, later than any this folder had, and who
/// was forgotten since the copy was made is forgotten again.
pub async fn begin_epoch(
    connection: &mut SqliteConnection,
    epoch: i64,
    forgotten: &[String],
    store_key: &StoreKey,
) -> Result<(), OpenError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    if let Some((mut identity, _)) = identity(&mut transaction).await? {
        identity.epoch = epoch;
        sealed::seal_identity(&mut transaction, &identity, false, store_key).await?;
    }
    sqlx::query("delete from customer_keys where customer_id in (select value from json_each(?))")
        .bind(load::json_ids(forgotten))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
