//! Draws, repayments and refunds as rows.

use super::*;
use domain::ids::{LineId, MovementId, UserId};
use domain::line::Line;
use domain::movement::Movement;
use domain::transfer::for_customer;
use domain::view::MovementRow;
use std::collections::BTreeSet;

/// Movements one line shows; older ones stand in its history.
const SHOWN_OF_LINE: u32 = 200;

/// Newest first: by `movements_by_line`.
pub(super) const OF_LINE: &str =
    "select id, document from movements where line_id = ? order by requested_seq desc limit ?";

pub(super) const ROWS: &str = "
    select m.id, m.document, case when k.customer_id is not null then c.name end customer_name
    from json_each(?) wanted
    cross join movements m on m.id = wanted.value
    left join customers c on c.id = m.customer_id
    left join customer_keys k on k.customer_id = m.customer_id";

pub(super) const NAMES: &str =
    "select id, name from users where id in (select value from json_each(?))";

impl Reader {
    /// Of one line, whose customer is known already: newest first.
    pub(super) async fn movements_of(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        line: &Line,
        customer_name: Option<&String>,
    ) -> Result<Vec<MovementRow>, ReadError> {
        let found: Vec<(String, String)> = sqlx::query_as(OF_LINE)
            .bind(line.id.to_string())
            .bind(SHOWN_OF_LINE)
            .fetch_all(&mut *connection)
            .await?;
        let records = found
            .into_iter()
            .map(|(id, text)| {
                let movement: Movement = document("movements", &id, &text, None)?;
                Ok((movement, customer_name.cloned()))
            })
            .collect::<Result<Vec<_>, ReadError>>()?;
        let lines = BTreeMap::from([(line.id, LineFacts::of(line)?)]);
        rows(connection, viewer, records, &lines).await
    }

    /// The rows of these movements, in the order named.
    pub(super) async fn movement_rows(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        ids: &[String],
    ) -> Result<Vec<MovementRow>, ReadError> {
        let records = records(connection, ids).await?;
        // Mostly they are of one line: it is read once, not once a movement.
        let line_ids = records.iter().map(|(movement, _)| movement.line_id);
        let found = lines::shown_lines(connection, &line_ids.collect()).await?;
        let lines = found
            .values()
            .map(|line| Ok((line.id, LineFacts::of(line)?)))
            .collect::<Result<BTreeMap<_, _>, ReadError>>()?;
        rows(connection, viewer, records, &lines).await
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

/// What a row shows of its line.
struct LineFacts {
    number: String,
    allows: actions::Allows,
}

impl LineFacts {
    fn of(line: &Line) -> Result<LineFacts, ReadError> {
        Ok(LineFacts {
            number: line.number.clone(),
            allows: actions::Allows::of(line)?,
        })
    }
}

/// These movements in the order named, each with its customer's name while that is known.
async fn records(
    connection: &mut SqliteConnection,
    ids: &[String],
) -> Result<Vec<(Movement, Option<String>)>, ReadError> {
    let found: Vec<(String, String, Option<String>)> = sqlx::query_as(ROWS)
        .bind(id_list(ids))
        .fetch_all(connection)
        .await?;
    let mut records = BTreeMap::new();
    for (id, text, customer_name) in found {
        let movement: Movement = document("movements", &id, &text, None)?;
        records.insert(id, (movement, customer_name));
    }
    Ok(ids.iter().filter_map(|id| records.remove(id)).collect())
}

/// The last day whose statement was read; what was released by one person alone and waits to be
/// looked at.
const OF_THE_BRANCH: &str = "
    select max(document->>'$.reconciled_through'),
        (select coalesce(sum(of.value), 0) from branch, json_each(branch.document, '$.glass') of)
    from branch";

async fn rows(
    connection: &mut SqliteConnection,
    viewer: &Viewer,
    records: Vec<(Movement, Option<String>)>,
    lines: &BTreeMap<LineId, LineFacts>,
) -> Result<Vec<MovementRow>, ReadError> {
    let (through, unreviewed): (Option<String>, i64) = sqlx::query_as(OF_THE_BRANCH)
        .fetch_one(&mut *connection)
        .await?;
    let mut waits = records.iter().map(|(movement, _)| movement);
    let waits = waits.any(|movement| actions::waits_for_another(&viewer.user, movement));
    let facts = actions::Facts {
        today: viewer.today,
        reconciled_through: through.and_then(|date| date.parse().ok()),
        alone: waits && people::is_alone(connection, viewer).await?,
        unreviewed_minor: domain::money::Minor(unreviewed),
    };
    let asked_by = records
        .iter()
        .map(|(movement, _)| movement.requested_by.user_id);
    let asked_by: BTreeSet<UserId> = asked_by.collect();
    let names: Vec<(String, String)> = sqlx::query_as(NAMES)
        .bind(load::json_ids(asked_by))
        .fetch_all(&mut *connection)
        .await?;
    let names: BTreeMap<String, String> = names.into_iter().collect();
    let again = presentations(connection, &records).await?;
    records
        .into_iter()
        .map(|(movement, customer_name)| {
            let line = lines.get(&movement.line_id).ok_or_else(not_found)?;
            let asked_by = names.get(&movement.requested_by.user_id.to_string());
            let presented = movement.presented_as.and_then(|id| again.get(&id));
            let row = row(
                viewer,
                movement,
                presented,
                customer_name,
                line,
                asked_by,
                facts,
            );
            Ok(row)
        })
        .collect()
}

/// What returned debits were presented again as.
async fn presentations(
    connection: &mut SqliteConnection,
    returned: &[(Movement, Option<String>)],
) -> Result<BTreeMap<MovementId, Movement>, ReadError> {
    let ids = returned.iter();
    let ids = ids.filter_map(|(movement, _)| Some(movement.presented_as?.to_string()));
    let ids: Vec<String> = ids.collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = records(connection, &ids).await?;
    let by_id = found
        .into_iter()
        .map(|(movement, _)| (movement.id, movement));
    Ok(by_id.collect())
}

fn row(
    viewer: &Viewer,
    movement: Movement,
    presented: Option<&Movement>,
    customer_name: Option<String>,
    line: &LineFacts,
    asked_by: Option<&String>,
    facts: actions::Facts,
) -> MovementRow {
    let forgotten = customer_name.is_none();
    let actions =
        actions::of_movement(viewer, &line.allows, &movement, presented, forgotten, facts);
    let for_customer = for_customer(&movement, viewer.today);
    let transfer = movement.transfer.as_ref();
    MovementRow {
        id: movement.id,
        line_id: movement.line_id,
        customer_name: customer_name.unwrap_or_else(|| FORGOTTEN.to_owned()),
        kind: movement.kind,
        amount_minor: movement.amount_minor,
        state: movement.state,
        requested_by_name: asked_by.cloned().unwrap_or_default(),
        requested_on: movement.requested_on,
        settled_on: movement.settled_on,
        expected_on: transfer.and_then(|transfer| transfer.settlement_date),
        review: movement.review,
        last: transfer.and_then(|transfer| transfer.last.clone()),
        attempts: transfer.map_or(0, |transfer| transfer.attempts),
        line_number: line.number.clone(),
        return_code: movement.return_code,
        method: movement.method,
        for_customer,
        actions,
    }
}
