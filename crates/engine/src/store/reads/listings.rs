//! What the command line asks beyond the window: every movement of the branch, and what stands
//! behind an id or a number as people say it.

use super::*;
use domain::ids::MovementId;
use domain::movement::MovementState;
use domain::view::MovementRow;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MovementPage {
    /// Newest first.
    pub rows: Vec<MovementRow>,
    pub next: Option<String>,
}

/// By `movements_by_state`. Each movement has a first event of its own: no two share a place.
pub(super) const OF_STATE: &str = "select requested_seq, id from movements
    where state = ?1 and requested_seq < ?2 order by requested_seq desc limit ?3";

impl Reader {
    /// Movements of the branch in some states, or in all: newest first. Read state by state,
    /// because that is what the index `movements_by_state` serves to any depth.
    pub async fn movements(
        &self,
        viewer: &Viewer,
        states: &[MovementState],
        after: Option<&str>,
        limit: u32,
    ) -> Result<MovementPage, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let limit = page_limit(limit);
        let after: i64 = read_cursor(after)?.unwrap_or(i64::MAX);
        let mut wanted = if states.is_empty() {
            MovementState::ALL.to_vec()
        } else {
            states.to_vec()
        };
        wanted.sort();
        wanted.dedup();
        let mut found: Vec<(i64, String)> = Vec::new();
        for state in wanted {
            let rows: Vec<(i64, String)> = sqlx::query_as(OF_STATE)
                .bind(tag(state))
                .bind(after)
                .bind(u32::try_from(limit + 1).unwrap_or(PAGE_MAX))
                .fetch_all(&mut *snapshot)
                .await?;
            found.extend(rows);
        }
        found.sort_by(|one, other| other.cmp(one));
        let (page, next) = cut(found, limit, |(requested_seq, _)| *requested_seq);
        let ids: Vec<String> = page.into_iter().map(|(_, id)| id).collect();
        let rows = self.movement_rows(&mut snapshot, viewer, &ids).await?;
        Ok(MovementPage { rows, next })
    }

    /// The customer behind an id or a number as people say it.
    pub async fn customer_id(&self, id_or_number: &str) -> Result<CustomerId, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let wanted = id_or_number.trim();
        let found: Option<(String,)> =
            sqlx::query_as("select id from customers where id = ?1 or number = ?2")
                .bind(wanted.to_lowercase())
                .bind(wanted.to_uppercase())
                .fetch_optional(&mut *snapshot)
                .await?;
        let (id,) = found.ok_or_else(not_found)?;
        parse_id("customers", &id)
    }

    /// The movement behind an id.
    pub async fn movement_of(&self, viewer: &Viewer, id: &str) -> Result<MovementRow, ReadError> {
        let id: MovementId = id.trim().parse().map_err(|_| not_found())?;
        self.movement(viewer, id).await
    }
}

/// JSON Schema of what stands here, for `branchline schema`.
pub fn movement_page_schema() -> serde_json::Value {
    serde_json::json!(schemars::schema_for!(MovementPage))
}
