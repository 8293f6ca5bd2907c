//! Lines that the end of a day concerns.

use domain::date::BusinessDate;
use domain::ids::LineId;
use sqlx::{Row, SqlitePool};

/// Lines on which something fell due up to an evening, in a fixed order, a few at a time.
pub async fn due_lines(
    pool: &SqlitePool,
    through: BusinessDate,
    at_once: i64,
) -> Result<Vec<LineId>, sqlx::Error> {
    let rows =
        sqlx::query("select id from lines where next_due_on <= ? order by next_due_on, id limit ?")
            .bind(through.to_string())
            .bind(at_once)
            .fetch_all(pool)
            .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(0)?;
            id.parse()
                .map_err(|error| sqlx::Error::Decode(format!("line {id}: {error}").into()))
        })
        .collect()
}

/// How many lines are waiting for their evening.
pub async fn count_due(pool: &SqlitePool, through: BusinessDate) -> Result<u64, sqlx::Error> {
    let count: i64 = sqlx::query("select count(*) from lines where next_due_on <= ?")
        .bind(through.to_string())
        .fetch_one(pool)
        .await?
        .try_get(0)?;
    Ok(u64::try_from(count).unwrap_or(0))
}
