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

#[derive(Serialize, Deserialize)]
struct MovementPlace {
    requested_seq: i64,
    id: String,
}

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
        let after: Option<MovementPlace> = read_cursor(after)?;
        let after = after.unwrap_or(MovementPlace {
            requested_seq: i64::MAX,
            id: String::new(),
        });
        let mut wanted = if states.is_empty() {
            MovementState::ALL.to_vec()
        } else {
            states.to_vec()
        };
        wanted.sort();
        wanted.dedup();
        let mut found: Vec<MovementPlace> = Vec::new();
        for state in wanted {
            let rows: Vec<(i64, String)> = sqlx::query_as(
                "select requested_seq, id from movements
                 where state = ?1 and requested_seq <= ?2 and (requested_seq, id) < (?2, ?3)
                 order by requested_seq desc, id desc limit ?4",
            )
            .bind(tag(state))
            .bind(after.requested_seq)
            .bind(&after.id)
            .bind(u32::try_from(limit + 1).unwrap_or(PAGE_MAX))
            .fetch_all(&mut *snapshot)
            .await?;
            found.extend(
                rows.into_iter()
                    .map(|(requested_seq, id)| MovementPlace { requested_seq, id }),
            );
        }
        found.sort_by(|one, other| {
            (other.requested_seq, &other.id).cmp(&(one.requested_seq, &one.id))
        });
        let (page, next) = cut(found, limit, |last| MovementPlace {
            requested_seq: last.requested_seq,
            id: last.id.clone(),
        });
        let ids: Vec<String> = page.into_iter().map(|place| place.id).collect();
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
