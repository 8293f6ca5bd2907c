//! What of the payments a person has to look at: transfers under review and open findings.

use super::history::{EventRecord, OF_A_TYPE};
use super::*;
use domain::event::{Event, Stream};
use domain::ids::{LineId, MovementId};
use domain::movement::MovementState;
use domain::reconcile::{FindingClass, FindingState};
use domain::view::{AttentionView, FindingRow};

/// Rows of each list.
const SHOWN: u32 = 200;

macro_rules! findings {
    ($chosen:literal) => {
        concat!(
            "select f.id, f.document, l.number, u.name from findings f
             left join lines l on l.id = f.document->>'$.finding.line_id'
             left join users u on u.id = f.document->>'$.finding.owner' ",
            $chosen,
            " limit ?"
        )
    };
}

/// By `findings_open`.
pub(super) const OPEN: &str = findings!("where f.open = 1 order by f.id");
/// Of one class, by `findings_open`.
pub(super) const OPEN_OF_CLASS: &str = findings!("where f.open = 1 and f.class = ? order by f.id");
/// What was ever found, for the command line: open ones first, which is sorted.
const ALL: &str = findings!("order by f.open desc, f.id");

impl Reader {
    pub async fn attention(&self, viewer: &Viewer) -> Result<AttentionView, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let connection = &mut *snapshot;
        let ids: Vec<(i64, String)> = sqlx::query_as(transfers::IN_STATE)
            .bind(tag(MovementState::NeedsReview))
            .bind(SHOWN)
            .fetch_all(&mut *connection)
            .await?;
        let ids: Vec<String> = ids.into_iter().map(|(_, id)| id).collect();
        let in_review = self.movement_rows(connection, viewer, &ids).await?;
        let mut findings = self.findings_in(connection, OPEN, None).await?;
        let more_findings = findings.len() > SHOWN as usize;
        findings.truncate(SHOWN as usize);
        Ok(AttentionView {
            in_review,
            findings,
            more_findings,
            reconciled_through: reconciled_through(connection).await?,
        })
    }

    /// Findings, open ones or all, by their id.
    pub async fn findings(&self, open_only: bool) -> Result<Vec<FindingRow>, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let sql = if open_only { OPEN } else { ALL };
        self.findings_in(&mut snapshot, sql, None).await
    }

    /// Draws that somebody released alone, and nobody else has looked at.
    pub(super) async fn broken_glass(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<FindingRow>, ReadError> {
        let class = Some(FindingClass::GlassBroken);
        self.findings_in(connection, OPEN_OF_CLASS, class).await
    }

    /// How many findings nobody closed, and the last day whose statement was read.
    pub async fn reconciled(&self) -> Result<(u32, Option<BusinessDate>, bool), ReadError> {
        let mut snapshot = self.snapshot().await?;
        let (open,): (u32,) = sqlx::query_as("select count(*) from findings where open = 1")
            .fetch_one(&mut *snapshot)
            .await?;
        let (held,): (Option<i64>,) =
            sqlx::query_as("select max(document->>'$.held_in_epoch') from branch")
                .fetch_one(&mut *snapshot)
                .await?;
        Ok((
            open,
            reconciled_through(&mut snapshot).await?,
            held.is_some(),
        ))
    }
}

async fn reconciled_through(
    connection: &mut SqliteConnection,
) -> Result<Option<BusinessDate>, ReadError> {
    let (through,): (Option<String>,) =
        sqlx::query_as("select max(document->>'$.reconciled_through') from branch")
            .fetch_one(connection)
            .await?;
    Ok(through.and_then(|date| date.parse().ok()))
}

impl Reader {
    /// The first findings of a question, and one more than is shown.
    async fn findings_in(
        &self,
        connection: &mut SqliteConnection,
        sql: &'static str,
        class: Option<FindingClass>,
    ) -> Result<Vec<FindingRow>, ReadError> {
        let mut query = sqlx::query_as(sql);
        if let Some(class) = class {
            query = query.bind(class.tag());
        }
        let found: Vec<(String, String, Option<String>, Option<String>)> =
            query.bind(SHOWN + 1).fetch_all(&mut *connection).await?;
        let mut rows = Vec::with_capacity(found.len());
        for (id, text, line_number, owner) in found {
            let state: FindingState = document("findings", &id, &text, None)?;
            let finding = state.finding;
            let reason = match (finding.class, finding.line_id, finding.movement_id) {
                (FindingClass::GlassBroken, Some(line_id), Some(movement_id)) => {
                    self.reason(connection, line_id, movement_id).await?
                }
                _ => None,
            };
            rows.push(FindingRow {
                id: finding.id,
                class: finding.class,
                reference: finding.reference,
                movement_id: finding.movement_id,
                line_id: finding.line_id,
                line_number,
                remote_id: finding.remote_id,
                direction: finding.direction,
                ours_minor: finding.ours_minor,
                theirs_minor: finding.theirs_minor,
                statement_date: finding.statement_date,
                opened_on: state.opened_on,
                owner_name: owner.unwrap_or_default(),
                due_on: finding.due_on,
                reason,
                resolved: state.resolved.map(|resolved| resolved.resolution),
            });
        }
        Ok(rows)
    }

    /// Why the glass was broken for a draw. Whoever looks at it afterwards has to know, and it may
    /// say something of the customer: so it stands in the log alone, under the customer's key.
    async fn reason(
        &self,
        connection: &mut SqliteConnection,
        line_id: LineId,
        movement_id: MovementId,
    ) -> Result<Option<String>, ReadError> {
        let owner: Option<(String,)> = sqlx::query_as("select customer_id from lines where id = ?")
            .bind(line_id.to_string())
            .fetch_optional(&mut *connection)
            .await?;
        let Some((owner,)) = owner else {
            return Ok(None);
        };
        let customer_id: CustomerId = parse_id("lines", &owner)?;
        let keys = self.keys(connection, &[customer_id]).await?;
        let stream = Stream::Line(line_id);
        let records: Vec<EventRecord> = sqlx::query_as(OF_A_TYPE)
            .bind(stream.kind())
            .bind(stream.id())
            .bind("glass_broken")
            .bind(SHOWN)
            .fetch_all(connection)
            .await?;
        for record in records {
            if let Event::GlassBroken {
                movement_id: of,
                reason,
                ..
            } = record.event(keys.get(&customer_id))?
                && of == movement_id
            {
                return Ok(reason.known().cloned());
            }
        }
        Ok(None)
    }
}
