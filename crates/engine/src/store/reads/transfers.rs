//! Transfers on their way, for the sync mark and its page. What the network is like just now
//! only the sync task knows; it adds that.

use super::*;
use domain::movement::MovementState;
use domain::view::MovementRow;

/// Jobs the page lists, the longest waiting first.
const SHOWN: u32 = 100;

/// What the store says about transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferFacts {
    pub queued: u32,
    pub sending: u32,
    pub unknown: u32,
    pub accepted: u32,
    pub needs_review: u32,
    pub oldest_queued_at: Option<UtcMillis>,
    pub jobs: Vec<MovementRow>,
}

impl Reader {
    pub async fn transfers(&self, viewer: &Viewer) -> Result<TransferFacts, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let connection = &mut *snapshot;
        let counted = [
            MovementState::Queued,
            MovementState::Sending,
            MovementState::Unknown,
            MovementState::Accepted,
            MovementState::NeedsReview,
        ];
        let states = id_list(&counted);
        let counts: Vec<(String, u32)> = sqlx::query_as(
            "select state, count(*) from movements
             where state in (select value from json_each(?)) group by state",
        )
        .bind(&states)
        .fetch_all(&mut *connection)
        .await?;
        let counts: BTreeMap<String, u32> = counts.into_iter().collect();
        let count = |state| counts.get(&tag(state)).copied().unwrap_or(0);
        let (oldest,): (Option<i64>,) = sqlx::query_as(
            "select min(json_extract(document, '$.requested_at')) from movements where state = ?",
        )
        .bind(tag(MovementState::Queued))
        .fetch_one(&mut *connection)
        .await?;
        let jobs: Vec<(String,)> = sqlx::query_as(
            "select id from movements where state in (select value from json_each(?))
             order by requested_seq limit ?",
        )
        .bind(&states)
        .bind(SHOWN)
        .fetch_all(&mut *connection)
        .await?;
        let jobs: Vec<String> = jobs.into_iter().map(|(id,)| id).collect();
        Ok(TransferFacts {
            queued: count(MovementState::Queued),
            sending: count(MovementState::Sending),
            unknown: count(MovementState::Unknown),
            accepted: count(MovementState::Accepted),
            needs_review: count(MovementState::NeedsReview),
            oldest_queued_at: oldest.map(UtcMillis),
            jobs: self.movement_rows(connection, viewer, &jobs).await?,
        })
    }
}
