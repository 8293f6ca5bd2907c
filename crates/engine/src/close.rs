//! The end of a business date: many small commands through the same queue as everybody's, so that
//! no teller waits behind them, and each of them done once, so that a close that was interrupted
//! goes on where it ended.

use crate::engine::Orders;
use crate::store::days;
use domain::command::Internal;
use domain::date::BusinessDate;
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use std::collections::HashSet;
use tokio::task::JoinSet;

/// Ids read at a time.
const AT_ONCE: i64 = 500;

/// Lines under way at once: they share the writer's batches, and a batch stays short enough that no
/// teller notices.
const IN_FLIGHT: usize = 12;

const DRAWER_STILL_OPEN: ErrorCode = ErrorCode::Refused(RefusalCode::DrawerStillOpen);

/// The first start on a new day closes those before it, one by one, once days are closed at all.
/// A clock behind the business date closes nothing.
pub async fn catch_up(orders: &Orders, proposed: BusinessDate) -> Result<(), ApiError> {
    if orders.closed_through().await?.is_none() {
        return Ok(());
    }
    close_due_lines(orders).await?;
    while orders.business_date() < proposed {
        let date = orders.business_date();
        match orders.internal(Internal::CloseDay { date }).await {
            // Somebody has to count it first; the branch works on in its own date.
            Err(error) if error.code == DRAWER_STILL_OPEN => {
                tracing::warn!(%date, "the day is not closed: a drawer is still open");
                return Ok(());
            }
            closed => closed?,
        }
        close_due_lines(orders).await?;
    }
    Ok(())
}

/// Does what fell due on every line with the days that are closed.
pub async fn close_due_lines(orders: &Orders) -> Result<(), ApiError> {
    let Some(date) = orders.closed_through().await? else {
        return Ok(());
    };
    let mut seen = HashSet::new();
    loop {
        let lines = days::due_lines(orders.pool(), date, AT_ONCE)
            .await
            .map_err(|_| ApiError::from(FaultCode::StoreUnavailable))?;
        if lines.is_empty() {
            return Ok(());
        }
        if !lines.iter().all(|line_id| seen.insert(*line_id)) {
            // Its close left something due: a fault of the rules, and no reason to spin.
            return Err(FaultCode::Broken.into());
        }
        let mut lines = lines.into_iter();
        let mut under_way = JoinSet::new();
        loop {
            for line_id in lines.by_ref().take(IN_FLIGHT - under_way.len()) {
                let orders = orders.clone();
                under_way.spawn(async move {
                    let close = Internal::CloseLineDay { line_id };
                    orders.internal(close).await
                });
            }
            match under_way.join_next().await {
                Some(Ok(done)) => done?,
                Some(Err(_)) => return Err(FaultCode::Broken.into()),
                None => break,
            }
        }
    }
}
