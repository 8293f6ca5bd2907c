//! What customers are told: statements as they were made, and what would settle a line.

use super::*;
use domain::calendar::Calendar;
use domain::date::BusinessDate;
use domain::event::{Event, upcast};
use domain::history::Payoff;
use domain::ids::LineId;
use domain::line::Line;
use domain::statement::Statement;

impl Reader {
    /// Every statement of a line, oldest first, exactly as it was made.
    pub async fn statements(&self, id: LineId) -> Result<Vec<Statement>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        // By the unique index on stream and place.
        let rows: Vec<(u32, String)> = sqlx::query_as(
            "select version, payload from events
             where stream = 'line' and stream_id = ? and type = 'cycle_closed' order by stream_seq",
        )
        .bind(id.to_string())
        .fetch_all(&mut *snapshot)
        .await?;
        let unreadable = |what: String| ReadError::Unreadable {
            table: "events",
            id: id.to_string(),
            what,
        };
        let mut statements = Vec::new();
        for (version, payload) in rows {
            let payload = serde_json::from_str(&payload)
                .map_err(|error| unreadable(format!("a statement: {error}")))?;
            match upcast(version, payload) {
                Ok(Event::CycleClosed { statement, .. }) => statements.push(*statement),
                Ok(_) => {}
                Err(error) => return Err(unreadable(format!("a statement: {error:?}"))),
            }
        }
        Ok(statements)
    }

    pub async fn payoff(&self, id: LineId, on: BusinessDate) -> Result<Payoff, ReadError> {
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
        Ok(line.payoff(on, &calendar)?)
    }
}
