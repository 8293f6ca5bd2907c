//! What the sync job reads: due transfers with their bytes, and what was left sending.

use crate::seal::StoreKey;
use crate::store::load::{self, LoadError};
use crate::store::rows::OutboxEntry;
use crate::store::vouched::{demand, select};
use domain::date::UtcMillis;
use domain::ids::{CustomerId, MovementId};
use domain::movement::Movement;
use domain::transfer::FARTHEST_MS;
use sqlx::{Row, SqlitePool};
use std::collections::BTreeMap;

/// By `movements_by_state`, in its order: a look reads what it takes, however many wait. One
/// statement sees the store at one moment: what moves from one state to the other is seen once.
const DUE: &str = "
    select * from (select requested_seq, document from movements
        where state = 'queued' and requested_seq > ?1 and (next_at_ms <= ?2 or next_at_ms > ?4)
          and not exists (select 1 from movements m
              where m.line_id = movements.line_id and m.on_its_way = 1
              and m.requested_seq < movements.requested_seq and m.state in ('queued', 'sending', 'unknown'))
        order by requested_seq limit ?3)
    union all
    select * from (select requested_seq, document from movements
        where state = 'unknown' and requested_seq > ?1 and (next_at_ms <= ?2 or next_at_ms > ?4)
        order by requested_seq limit ?3)";

/// Movements that wait to be sent or asked about, oldest request first, after a place in that
/// order. What waits behind an earlier transfer of its line stays out, so that it takes no place
/// in a look from what can be sent now.
pub async fn due(
    pool: &SqlitePool,
    now: UtcMillis,
    after: i64,
    most: u32,
) -> Result<Vec<(i64, Movement)>, LoadError> {
    let rows = sqlx::query(DUE)
        .bind(after)
        .bind(now.0)
        .bind(most)
        .bind(now.plus_ms(FARTHEST_MS).0)
        .fetch_all(pool)
        .await?;
    let mut due = placed(rows)?;
    due.sort_by_key(|(requested_seq, _)| *requested_seq);
    due.truncate(most as usize);
    Ok(due)
}

/// Transfers the network holds, after a place in the order of their requests.
pub async fn accepted(
    pool: &SqlitePool,
    after: i64,
    most: u32,
) -> Result<Vec<(i64, Movement)>, LoadError> {
    let rows = sqlx::query(
        "select requested_seq, document from movements
         where state = 'accepted' and requested_seq > ? order by requested_seq limit ?",
    )
    .bind(after)
    .bind(most)
    .fetch_all(pool)
    .await?;
    placed(rows)
}

fn placed(rows: Vec<sqlx::sqlite::SqliteRow>) -> Result<Vec<(i64, Movement)>, LoadError> {
    rows.into_iter()
        .map(|row| Ok((row.try_get(0)?, read(row.try_get(1)?)?)))
        .collect()
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
    let rows = sqlx::query(
        "select document from movements where state = 'sending' order by requested_seq",
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| read(row.try_get(0)?)).collect()
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

/// The movements behind references the network names, those of them that are ours.
pub async fn movements(
    pool: &SqlitePool,
    ids: impl IntoIterator<Item = MovementId>,
) -> Result<BTreeMap<MovementId, Movement>, LoadError> {
    let rows =
        sqlx::query("select document from movements where id in (select value from json_each(?))")
            .bind(load::json_ids(ids))
            .fetch_all(pool)
            .await?;
    rows.into_iter()
        .map(|row| {
            let movement = read(row.try_get(0)?)?;
            Ok((movement.id, movement))
        })
        .collect()
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
    let row = sqlx::query(select("outbox", "where idempotency_key = ?"))
        .bind(movement_id.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let (Some(row), Some(key)) = (row, keys.get(&customer_id)) else {
        return Ok(None);
    };
    demand("outbox", &row, store_key)?;
    let sealed: String = row.try_get("body")?;
    Ok(Some(
        key.open_text(&OutboxEntry::place(movement_id), &sealed)?
            .to_vec(),
    ))
}

pub(super) fn read(document: String) -> Result<Movement, LoadError> {
    serde_json::from_str(&document).map_err(|error| LoadError::Unreadable {
        table: "movements",
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions};

    #[tokio::test]
    async fn a_look_at_what_is_due_reads_what_it_takes() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let mut store = options.connect().await.unwrap();
        crate::store::migrate(&mut store).await.unwrap();
        let explain = AssertSqlSafe(format!("explain query plan {DUE}"));
        let plan = sqlx::query(explain).fetch_all(&mut store).await.unwrap();
        let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        let plan = steps.join("; ");
        let index = "movements_by_state (state=? AND requested_seq>?)";
        assert_eq!(plan.matches(index).count(), 2, "{index} in {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "it sorts: {plan}");
    }
}
