//! What reconciling reads: what no statement shows, earlier statements, open findings.

use crate::store::jobs::read;
use crate::store::load::LoadError;
use domain::date::{BusinessDate, UtcMillis};
use domain::ids::MovementId;
use domain::movement::Movement;
use domain::reconcile::{Earlier, FindingState, StatementLine, cut};
use sqlx::{Row, SqlitePool};

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

/// Every transfer between us and the network that is not over, and what was asked for and not
/// agreed to when the backup was made: it may have been sent since.
pub async fn on_their_way(pool: &SqlitePool) -> Result<Vec<MovementId>, LoadError> {
    let rows = sqlx::query(
        "select id from movements
         where state in ('requested', 'approved', 'queued', 'sending', 'unknown', 'accepted', 'needs_review')
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

/// A finding nobody closed, and how many lines of its transfer the statements show.
pub struct OpenFinding {
    pub state: FindingState,
    pub settled_there: u32,
    pub returned_there: u32,
}

pub async fn open_findings(pool: &SqlitePool) -> Result<Vec<OpenFinding>, LoadError> {
    let rows = sqlx::query(
        "select document,
            (select count(*) from statement_lines l where l.kind = 'settled'
                and l.transfer_id = f.document->>'$.finding.remote_id'),
            (select count(*) from statement_lines l where l.kind = 'returned'
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
            Ok(OpenFinding {
                state,
                settled_there: row.try_get(1)?,
                returned_there: row.try_get(2)?,
            })
        })
        .collect()
}

/// How many lines of the transfers of a statement stand on those of earlier days.
pub async fn lines_before(
    pool: &SqlitePool,
    date: BusinessDate,
    lines: &[StatementLine],
) -> Result<Earlier, LoadError> {
    let transfers: Vec<String> = lines.iter().map(|line| cut(&line.transfer_id)).collect();
    let rows = sqlx::query(
        "select transfer_id, count(*) from statement_lines
         where transfer_id in (select value from json_each(?)) and date < ? group by transfer_id",
    )
    .bind(serde_json::json!(transfers).to_string())
    .bind(date.to_string())
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
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
