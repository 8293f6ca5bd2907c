//! What customers are told: statements as they were made, and what would settle a line.

use super::*;
use domain::calendar::Calendar;
use domain::date::BusinessDate;
use domain::event::{Event, upcast};
use domain::explain::FigureExplained;
use domain::history::Payoff;
use domain::ids::LineId;
use domain::line::Line;
use domain::statement::Statement;
use domain::view::{StatementPage, StatementQuery, StatementRow};
use domain::what_if::{WhatIf, WhatIfQuery};
use serde::Deserialize;

/// By the unique index on stream and place.
const ALL: &str = "select version, payload from events
    where stream = 'line' and stream_id = ? and type = 'cycle_closed' order by stream_seq";
pub(super) const PAGE: &str = "select stream_seq, version, payload from events
    where stream = 'line' and stream_id = ?1 and stream_seq < ?2 and type = 'cycle_closed'
    order by stream_seq desc limit ?3";
/// How many were made before a place.
pub(super) const COUNT: &str = "select count(*) from events
    where stream = 'line' and stream_id = ?1 and stream_seq < ?2 and type = 'cycle_closed'";
pub(super) const ONE: &str = "select version, payload from events
    where stream = 'line' and stream_id = ?1 and type = 'cycle_closed'
        and json_extract(payload, '$.statement.closing_on') = ?2
    order by stream_seq desc limit 1";

#[derive(Serialize, Deserialize)]
struct Place {
    before: i64,
}

impl Reader {
    /// Every statement of a line, oldest first, exactly as it was made.
    pub async fn statements(&self, id: LineId) -> Result<Vec<Statement>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let rows: Vec<(u32, String)> = sqlx::query_as(ALL)
            .bind(id.to_string())
            .fetch_all(&mut *snapshot)
            .await?;
        rows.into_iter()
            .map(|(version, payload)| statement(id, version, &payload))
            .collect()
    }

    /// A page of the statements of a line, newest first.
    pub async fn statement_page(
        &self,
        id: LineId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<StatementPage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(limit);
        let place: Option<Place> = read_cursor(after)?;
        let before = place.map_or(i64::MAX, |place| place.before);
        let (made,): (u32,) = sqlx::query_as(COUNT)
            .bind(id.to_string())
            .bind(before)
            .fetch_one(&mut *snapshot)
            .await?;
        let found: Vec<(i64, u32, String)> = sqlx::query_as(PAGE)
            .bind(id.to_string())
            .bind(before)
            .bind(u32::try_from(limit + 1).unwrap_or(PAGE_MAX))
            .fetch_all(&mut *snapshot)
            .await?;
        let (found, next) = cut(found, limit, |(place, _, _)| Place { before: *place });
        let rows = (0_u32..).zip(found).map(|(newer, (_, version, payload))| {
            let statement = statement(id, version, &payload)?;
            Ok(StatementRow {
                cycle: made.saturating_sub(newer),
                closing_on: statement.closing_on,
                closing_minor: statement.closing_minor,
                minimum_minor: statement.minimum_minor,
                due_on: statement.due_on,
            })
        });
        let rows = rows.collect::<Result<Vec<_>, ReadError>>()?;
        Ok(StatementPage { rows, next })
    }

    /// One statement, exactly as it was made.
    pub async fn statement(&self, query: &StatementQuery) -> Result<Statement, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (version, payload): (u32, String) = sqlx::query_as(ONE)
            .bind(query.line_id.to_string())
            .bind(query.closing_on.to_string())
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(not_found)?;
        statement(query.line_id, version, &payload)
    }

    pub async fn payoff(&self, id: LineId, on: BusinessDate) -> Result<Payoff, ReadError> {
        let (line, calendar) = self.line_in_full(id).await?;
        Ok(line.payoff(on, &calendar)?)
    }

    /// Why the figures of a line are what they are.
    pub async fn explained(
        &self,
        id: LineId,
        today: BusinessDate,
    ) -> Result<Vec<FigureExplained>, ReadError> {
        let (line, calendar) = self.line_in_full(id).await?;
        Ok(line.explained(today, &calendar, self.currency)?)
    }

    /// What would become of a line if; nothing of it is kept.
    pub async fn what_if(
        &self,
        query: &WhatIfQuery,
        today: BusinessDate,
    ) -> Result<WhatIf, ReadError> {
        let (line, calendar) = self.line_in_full(query.line_id).await?;
        line.what_if(query, &calendar, today, self.currency)
            .map_err(|refusal| ReadError::Asked(refusal.into()))
    }

    /// A line with all of its past, and the calendar it is replayed by.
    async fn line_in_full(&self, id: LineId) -> Result<(Line, Calendar), ReadError> {
        let calendar: Calendar = self.branch().await?.calendar;
        let mut snapshot = self.snapshot().await?;
        let (text, customer_id): (String, String) =
            sqlx::query_as("select document, customer_id from lines where id = ?")
                .bind(id.to_string())
                .fetch_optional(&mut *snapshot)
                .await?
                .ok_or_else(not_found)?;
        let customer_id = parse_id("lines", &customer_id)?;
        let keys = self.keys(&mut snapshot, &[customer_id]).await?;
        let line: Line = document("lines", &id.to_string(), &text, keys.get(&customer_id))?;
        Ok((line, calendar))
    }
}

fn statement(id: LineId, version: u32, payload: &str) -> Result<Statement, ReadError> {
    let unreadable = |what: String| ReadError::Unreadable {
        table: "events",
        id: id.to_string(),
        what: format!("a statement: {what}"),
    };
    let payload = serde_json::from_str(payload).map_err(|error| unreadable(error.to_string()))?;
    match upcast(version, payload) {
        Ok(Event::CycleClosed { statement, .. }) => Ok(*statement),
        Ok(_) => Err(unreadable("it is another event".to_owned())),
        Err(error) => Err(unreadable(format!("{error:?}"))),
    }
}
