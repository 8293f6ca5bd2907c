//! What of the payments a person has to look at: transfers under review and open findings.

use super::*;
use domain::movement::MovementState;
use domain::reconcile::FindingState;
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
        let mut findings = findings(connection, true).await?;
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
        findings(&mut snapshot, open_only).await
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

async fn findings(
    connection: &mut SqliteConnection,
    open_only: bool,
) -> Result<Vec<FindingRow>, ReadError> {
    let sql = if open_only { OPEN } else { ALL };
    let rows: Vec<(String, String, Option<String>, Option<String>)> = sqlx::query_as(sql)
        .bind(SHOWN + 1)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(id, text, line_number, owner)| {
            let state: FindingState = document("findings", &id, &text, None)?;
            let finding = state.finding;
            Ok(FindingRow {
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
                resolved: state.resolved.map(|resolved| resolved.resolution),
            })
        })
        .collect()
}
