//! What the sync job reads: due transfers with their bytes, and what was left sending.

use crate::seal::StoreKey;
use crate::store::load::{self, LoadError};
use crate::store::rows::OutboxEntry;
use domain::date::UtcMillis;
use domain::ids::{CustomerId, MovementId};
use domain::movement::Movement;
use sqlx::{Row, SqlitePool};
use std::collections::BTreeMap;

/// Movements the sync job has something to do with, oldest request first. What waits behind an
/// earlier transfer of its line stays out, and what the network already holds comes last: however
/// many of either there are, they take no place in a look from what can be sent now.
pub async fn due(pool: &SqlitePool, now: UtcMillis, most: u32) -> Result<Vec<Movement>, LoadError> {
    movements(
        pool,
        "select document from movements
         where next_at_ms is not null and next_at_ms <= ? and state <> 'sending'
         and not (state = 'queued' and exists (select 1 from movements m
             where m.line_id = movements.line_id and m.on_its_way = 1
             and m.requested_seq < movements.requested_seq and m.state in ('queued', 'sending', 'unknown')))
         order by state = 'accepted', requested_seq limit ?",
        now.0,
        most,
    )
    .await
}

/// Transfers of a line that stand before one another: queued, sending or unknown ones.
pub async fn ahead(pool: &SqlitePool, movement: &Movement) -> Result<bool, LoadError> {
    let row = sqlx::query(
        "select exists (select 1 from movements m, movements self
         where self.id = ? and m.line_id = self.line_id and m.on_its_way = 1
         and m.requested_seq < self.requested_seq and m.state in ('queued', 'sending', 'unknown'))",
    )
    .bind(movement.id.to_string())
    .fetch_one(pool)
    .await?;
    Ok(row.try_get::<i64, _>(0)? == 1)
}

/// Found at start: an attempt was marked and nobody knows how it ended.
pub async fn left_sending(pool: &SqlitePool) -> Result<Vec<Movement>, LoadError> {
    movements(
        pool,
        "select document from movements where next_at_ms is not null and state = 'sending'
         and ? is not null order by requested_seq limit ?",
        0,
        u32::MAX,
    )
    .await
}

/// The moment after now at which the next transfer falls due.
pub async fn next_due(pool: &SqlitePool, now: UtcMillis) -> Result<Option<UtcMillis>, LoadError> {
    let row = sqlx::query(
        "select min(next_at_ms) from movements where next_at_ms is not null and next_at_ms > ?",
    )
    .bind(now.0)
    .fetch_one(pool)
    .await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(UtcMillis))
}

/// The movement behind a reference the network names, if it is ours.
pub async fn movement(pool: &SqlitePool, id: MovementId) -> Result<Option<Movement>, LoadError> {
    let row = sqlx::query("select document from movements where id = ?")
        .bind(id.to_string())
        .fetch_optional(pool)
        .await?;
    row.map(|row| read(row.try_get(0)?)).transpose()
}

/// The exact bytes of a transfer.
pub async fn body(
    pool: &SqlitePool,
    store_key: &StoreKey,
    movement_id: MovementId,
    customer_id: CustomerId,
) -> Result<Option<Vec<u8>>, LoadError> {
    let mut connection = pool.acquire().await?;
    let keys: BTreeMap<_, _> = load::keys(&mut connection, [customer_id], store_key).await?;
    let row = sqlx::query("select body from outbox where idempotency_key = ?")
        .bind(movement_id.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let (Some(row), Some(key)) = (row, keys.get(&customer_id)) else {
        return Ok(None);
    };
    let sealed: String = row.try_get(0)?;
    Ok(Some(
        key.open_text(&OutboxEntry::place(movement_id), &sealed)?
            .to_vec(),
    ))
}

async fn movements(
    pool: &SqlitePool,
    sql: &'static str,
    first: i64,
    most: u32,
) -> Result<Vec<Movement>, LoadError> {
    let rows = sqlx::query(sql)
        .bind(first)
        .bind(most)
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(|row| read(row.try_get(0)?)).collect()
}

fn read(document: String) -> Result<Movement, LoadError> {
    serde_json::from_str(&document).map_err(|error| LoadError::Unreadable {
        table: "movements",
        why: error.to_string(),
    })
}
