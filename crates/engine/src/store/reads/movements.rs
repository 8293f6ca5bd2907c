//! Draws, repayments and refunds as rows.

use super::*;
use domain::date::BusinessDate;
use domain::ids::{LineId, MovementId};
use domain::line::Line;
use domain::movement::Movement;
use domain::transfer::for_customer;
use domain::view::MovementRow;

/// Movements one line shows; older ones stand in its history.
const SHOWN_OF_LINE: u32 = 500;

impl Reader {
    /// Newest first.
    pub(super) async fn movements_of(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        line: &Line,
    ) -> Result<Vec<MovementRow>, ReadError> {
        let ids: Vec<(String,)> = sqlx::query_as(
            "select id from movements where line_id = ? order by requested_seq desc limit ?",
        )
        .bind(line.id.to_string())
        .bind(SHOWN_OF_LINE)
        .fetch_all(&mut *connection)
        .await?;
        let ids: Vec<String> = ids.into_iter().map(|(id,)| id).collect();
        self.movement_rows(connection, viewer, &ids).await
    }

    /// The rows of these movements, in the order named.
    pub(super) async fn movement_rows(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        ids: &[String],
    ) -> Result<Vec<MovementRow>, ReadError> {
        let records: Vec<Record> = sqlx::query_as(
            "select m.id, m.document, l.id line_id, l.document line_document,
                 case when k.customer_id is not null then c.name end customer_name,
                 u.name asked_by_name
             from json_each(?) wanted
             join movements m on m.id = wanted.value
             join lines l on l.id = m.line_id
             left join customers c on c.id = m.customer_id
             left join customer_keys k on k.customer_id = m.customer_id
             left join users u on u.id = json_extract(m.document, '$.requested_by.user_id')
             order by wanted.key",
        )
        .bind(id_list(ids))
        .fetch_all(&mut *connection)
        .await?;
        let (through,): (Option<String>,) =
            sqlx::query_as("select max(document->>'$.reconciled_through') from branch")
                .fetch_one(connection)
                .await?;
        let through = through.and_then(|date| date.parse().ok());
        records
            .into_iter()
            .map(|record| row(viewer, record, through))
            .collect()
    }

    /// One movement, by its id.
    pub async fn movement(
        &self,
        viewer: &Viewer,
        id: MovementId,
    ) -> Result<MovementRow, ReadError> {
        let mut snapshot = self.snapshot().await?;
        self.movement_rows(&mut snapshot, viewer, &[id.to_string()])
            .await?
            .pop()
            .ok_or_else(not_found)
    }

    /// The line a movement belongs to.
    pub async fn line_of_movement(&self, id: MovementId) -> Result<LineId, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (line_id,): (String,) = sqlx::query_as("select line_id from movements where id = ?")
            .bind(id.to_string())
            .fetch_optional(&mut *snapshot)
            .await?
            .ok_or_else(not_found)?;
        parse_id("movements", &line_id)
    }
}

#[derive(sqlx::FromRow)]
struct Record {
    id: String,
    document: String,
    line_id: String,
    line_document: String,
    customer_name: Option<String>,
    asked_by_name: Option<String>,
}

fn row(
    viewer: &Viewer,
    record: Record,
    reconciled_through: Option<BusinessDate>,
) -> Result<MovementRow, ReadError> {
    // Nothing private is shown in a row: the documents need no key.
    let movement: Movement = document("movements", &record.id, &record.document, None)?;
    let line: Line = document("lines", &record.line_id, &record.line_document, None)?;
    let forgotten = record.customer_name.is_none();
    let facts = actions::Facts {
        today: viewer.today,
        reconciled_through,
    };
    let actions = actions::of_movement(&viewer.user, &line, &movement, forgotten, facts);
    let for_customer = for_customer(&movement, viewer.today);
    let transfer = movement.transfer.as_ref();
    Ok(MovementRow {
        id: movement.id,
        line_id: movement.line_id,
        customer_name: record.customer_name.unwrap_or_else(|| FORGOTTEN.to_owned()),
        kind: movement.kind,
        amount_minor: movement.amount_minor,
        state: movement.state,
        requested_by_name: record.asked_by_name.unwrap_or_default(),
        requested_on: movement.requested_on,
        settled_on: movement.settled_on,
        expected_on: transfer.and_then(|transfer| transfer.settlement_date),
        review: movement.review,
        last: transfer.and_then(|transfer| transfer.last.clone()),
        attempts: transfer.map_or(0, |transfer| transfer.attempts),
        line_number: line.number,
        return_code: movement.return_code,
        method: movement.method,
        for_customer,
        actions,
    })
}
