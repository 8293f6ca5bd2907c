//! What the admins have to decide, the longest waiting first.

use super::*;
use domain::account::{AccountState, FAILURES_TO_LOCK};
use domain::ids::LineId;
use domain::line::Status;
use domain::movement::{MovementKind, MovementState};
use domain::view::{AccountRow, AdminDesk};

/// Rows of each list; the page of applications shows the rest.
const SHOWN: u32 = 100;

/// By `lines_by_status`.
pub(super) const OPEN: &str = "select id from lines where status = ? order by number limit ?";
/// By `lines_to_cancel`.
pub(super) const TO_CANCEL: &str =
    "select id from lines where cancellation_requested = 1 order by number limit ?";

impl Reader {
    pub async fn admin_desk(&self, viewer: &Viewer) -> Result<AdminDesk, ReadError> {
        let branch = self.branch().await?;
        let since = branch.calendar.business_day_before(viewer.today);
        let mut snapshot = self.snapshot().await?;
        let connection = &mut *snapshot;
        let mut open: Vec<(String,)> = sqlx::query_as(OPEN)
            .bind(Status::Open.tag())
            .bind(SHOWN + 1)
            .fetch_all(&mut *connection)
            .await?;
        let more_open = open.len() > SHOWN as usize;
        open.truncate(SHOWN as usize);
        let cancellations: Vec<(String,)> = sqlx::query_as(TO_CANCEL)
            .bind(SHOWN)
            .fetch_all(&mut *connection)
            .await?;
        let waiting_changes = self.waiting_changes(connection, viewer, SHOWN).await?;
        let waiting = movements_in(connection, MovementState::Requested).await?;
        let in_review = movements_in(connection, MovementState::NeedsReview).await?;
        let split_draws = self.split_draws(connection, viewer, since, SHOWN).await?;
        Ok(AdminDesk {
            open_applications: self.rows_of(connection, viewer, open).await?,
            more_open,
            waiting_draws: self
                .movement_rows(connection, viewer, &waiting)
                .await?
                .into_iter()
                .filter(|row| row.kind == MovementKind::Draw)
                .collect(),
            split_draws,
            waiting_accounts: accounts(
                connection,
                viewer,
                "select id, document from users where state = ?1
                 order by json_extract(document, '$.asked_at'), id limit ?3",
                AccountState::Waiting,
            )
            .await?,
            cancellations: self.rows_of(connection, viewer, cancellations).await?,
            waiting_changes,
            in_review: self.movement_rows(connection, viewer, &in_review).await?,
            broken_glass: self.broken_glass(connection).await?,
            // Few accounts ever fail so often: no index is worth it.
            locked_accounts: accounts(
                connection,
                viewer,
                "select id, document from users
                 where state = ?1 and json_extract(document, '$.failures') >= ?2
                 order by login limit ?3",
                AccountState::Active,
            )
            .await?
            .into_iter()
            .filter(|row| row.locked)
            .collect(),
            accounts: accounts(
                connection,
                viewer,
                "select id, document from users where state in (?1, 'disabled')
                 order by login limit ?3",
                AccountState::Active,
            )
            .await?,
            admins_need_second_factor: branch.admins_need_second_factor,
        })
    }

    async fn rows_of(
        &self,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
        ids: Vec<(String,)>,
    ) -> Result<Vec<domain::view::LineRow>, ReadError> {
        let ids = ids
            .into_iter()
            .map(|(id,)| parse_id("lines", &id))
            .collect::<Result<Vec<LineId>, _>>()?;
        self.line_rows(connection, viewer.today, &ids).await
    }
}

async fn movements_in(
    connection: &mut SqliteConnection,
    state: MovementState,
) -> Result<Vec<String>, ReadError> {
    let ids: Vec<(i64, String)> = sqlx::query_as(transfers::IN_STATE)
        .bind(tag(state))
        .bind(SHOWN)
        .fetch_all(connection)
        .await?;
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

async fn accounts(
    connection: &mut SqliteConnection,
    viewer: &Viewer,
    sql: &'static str,
    state: AccountState,
) -> Result<Vec<AccountRow>, ReadError> {
    let rows: Vec<(String, String)> = sqlx::query_as(sql)
        .bind(tag(state))
        .bind(FAILURES_TO_LOCK)
        .bind(SHOWN)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(id, text)| {
            let user: User = document("users", &id, &text, None)?;
            Ok(AccountRow {
                id: user.id,
                locked: user.locked(viewer.now),
                login: user.login,
                name: user.name,
                employee_number: user.employee_number,
                admin_requested: user.admin_requested,
                role: user.role,
                asked_at: user.asked_at,
                disabled: user.state == AccountState::Disabled,
                reset_ends_at: user
                    .reset
                    .map(|issued| issued.ends_at)
                    .filter(|ends_at| viewer.now < *ends_at),
                second_factor: user.second_factor.is_some(),
            })
        })
        .collect()
}
