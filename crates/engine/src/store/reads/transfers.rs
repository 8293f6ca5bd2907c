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

/// A scan of a covering index: as many entries as transfers have no last word yet.
pub(super) const COUNT: &str = "select count(*) from movements where state = ?";
/// Movements in one state, the longest waiting first: `movements_by_state`.
pub(super) const IN_STATE: &str =
    "select requested_seq, id from movements where state = ? order by requested_seq limit ?";
/// When the first of a state was asked for.
pub(super) const OLDEST: &str = "select json_extract(document, '$.requested_at') from movements
    where state = ? order by requested_seq limit 1";

impl Reader {
    pub async fn transfers(&self, viewer: &Viewer) -> Result<TransferFacts, ReadError> {
        let mut snapshot = self.snapshot().await?;
        let connection = &mut *snapshot;
        let mut counts = BTreeMap::new();
        let mut jobs: Vec<(i64, String)> = Vec::new();
        for state in [
            MovementState::Queued,
            MovementState::Sending,
            MovementState::Unknown,
            MovementState::Accepted,
            MovementState::NeedsReview,
        ] {
            let (count,): (u32,) = sqlx::query_as(COUNT)
                .bind(tag(state))
                .fetch_one(&mut *connection)
                .await?;
            counts.insert(state, count);
            let of_state: Vec<(i64, String)> = sqlx::query_as(IN_STATE)
                .bind(tag(state))
                .bind(SHOWN)
                .fetch_all(&mut *connection)
                .await?;
            jobs.extend(of_state);
        }
        jobs.sort();
        jobs.truncate(SHOWN as usize);
        let oldest: Option<(i64,)> = sqlx::query_as(OLDEST)
            .bind(tag(MovementState::Queued))
            .fetch_optional(&mut *connection)
            .await?;
        let jobs: Vec<String> = jobs.into_iter().map(|(_, id)| id).collect();
        let count = |state| counts.get(&state).copied().unwrap_or(0);
        Ok(TransferFacts {
            queued: count(MovementState::Queued),
            sending: count(MovementState::Sending),
            unknown: count(MovementState::Unknown),
            accepted: count(MovementState::Accepted),
            needs_review: count(MovementState::NeedsReview),
            oldest_queued_at: oldest.map(|(at,)| UtcMillis(at)),
            jobs: self.movement_rows(connection, viewer, &jobs).await?,
        })
    }
}
