//! What reconciling reads: movements by reference, what no statement shows, open findings.

use crate::store::jobs::read;
use crate::store::load::{LoadError, json_ids};
use domain::date::{BusinessDate, UtcMillis};
use domain::ids::MovementId;
use domain::movement::Movement;
use domain::reconcile::FindingState;
use sqlx::{Row, SqlitePool};
use std::collections::BTreeMap;

/// Those of ours among the references of a statement.
pub async fn movements(
    pool: &SqlitePool,
    ids: &[MovementId],
) -> Result<BTreeMap<MovementId, Movement>, LoadError> {
    let rows =
        sqlx::query("select document from movements where id in (select value from json_each(?))")
            .bind(json_ids(ids))
            .fetch_all(pool)
            .await?;
    rows.into_iter()
        .map(|row| {
            let movement = read(row.try_get(0)?)?;
            Ok((movement.id, movement))
        })
        .collect()
}

/// What settled by the network's word before a moment and stands on no statement.
pub async fn on_no_statement(
    pool: &SqlitePool,
    before: UtcMillis,
) -> Result<Vec<Movement>, LoadError> {
    let rows = sqlx::query(
        "select m.document from movements m where m.state in ('settled', 'returned')
         and m.document->>'$.transfer.remote_id' is not null
         and m.document->>'$.transfer.last_at' < ?
         and not exists (select 1 from statement_lines l
             where l.transfer_id = m.document->>'$.transfer.remote_id' and l.kind = 'settled')",
    )
    .bind(before.0)
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| read(row.try_get(0)?)).collect()
}

/// Every transfer between us and the network that is not over.
pub async fn on_their_way(pool: &SqlitePool) -> Result<Vec<MovementId>, LoadError> {
    let rows = sqlx::query(
        "select id from movements
         where state in ('queued', 'sending', 'unknown', 'accepted', 'needs_review')
         order by requested_seq",
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| id(row.try_get(0)?)).collect()
}

fn id(text: String) -> Result<MovementId, LoadError> {
    text.parse()
        .map_err(|error: uuid::Error| LoadError::Unreadable {
            table: "movements",
            why: error.to_string(),
        })
}

/// Findings nobody closed, and whether a statement shows their transfer as settled and as
/// returned.
pub async fn open_findings(
    pool: &SqlitePool,
) -> Result<Vec<(FindingState, bool, bool)>, LoadError> {
    let rows = sqlx::query(
        "select document,
            exists (select 1 from statement_lines l where l.kind = 'settled'
                and l.transfer_id = f.document->>'$.finding.remote_id'),
            exists (select 1 from statement_lines l where l.kind = 'returned'
                and l.transfer_id = f.document->>'$.finding.remote_id')
         from findings f where open = 1 order by id",
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let document: String = row.try_get(0)?;
            let state = serde_json::from_str(&document).map_err(|error| LoadError::Unreadable {
                table: "findings",
                why: error.to_string(),
            })?;
            Ok((
                state,
                row.try_get::<i64, _>(1)? == 1,
                row.try_get::<i64, _>(2)? == 1,
            ))
        })
        .collect()
}

/// The first day the log speaks of, by the network's own days.
pub async fn first_moment(pool: &SqlitePool) -> Result<Option<UtcMillis>, LoadError> {
    let row = sqlx::query("select at_ms from events order by seq limit 1")
        .fetch_optional(pool)
        .await?;
    row.map(|row| Ok(UtcMillis(row.try_get(0)?))).transpose()
}

/// The network keeps its days in UTC.
pub fn day_of(at: UtcMillis) -> BusinessDate {
    crate::clock::local_date(at, "UTC")
}
