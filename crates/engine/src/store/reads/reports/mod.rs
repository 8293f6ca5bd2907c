//! Reports: one function each, and each answers the same typed table.
//!
//! A report looks at everything it is about, in pages by the keys of an index, so that its totals
//! are of all of it. It lists the first so many rows, and says how many there were.

mod ageing;
mod awaiting;
mod cash;
mod credits;
mod large_cash;
mod pending;
mod portfolio;
mod table;
mod trial_balance;

pub(super) use cash::first_event;
#[cfg(test)]
pub(super) use {
    cash::{COLLECTIONS, DISBURSALS, FIRST_EVENT},
    credits::CREDITS,
    large_cash::CASH,
};

use super::*;
use domain::ids::LineId;
use domain::line::{Line, Status};
use domain::movement::{MovementKind, MovementState};
use domain::report::{Report, ReportDays, ReportName, ReportQuery};
use domain::view::MovementRow;
use std::collections::BTreeSet;
use table::Table;

/// Read at once.
const PAGE: u32 = 500;

/// By `lines_by_status`.
pub(super) const LINES: &str =
    "select id, number from lines where status = ?1 and number > ?2 order by number limit ?3";
/// By `movements_by_state`, the longest waiting first.
pub(super) const MOVEMENTS: &str = "select requested_seq, id from movements
    where state = ?1 and requested_seq > ?2 order by requested_seq limit ?3";

impl Reader {
    pub async fn report(&self, viewer: &Viewer, query: &ReportQuery) -> Result<Report, ReadError> {
        let days = query.days(viewer.today).map_err(ReadError::Asked)?;
        let mut snapshot = self.snapshot().await?;
        let connection = &mut *snapshot;
        let (from, to, as_of) = match days {
            ReportDays::On(on) => (None, None, Some(on)),
            ReportDays::Between { from, to } => (Some(from), Some(to), None),
        };
        let table = match (query.name, days) {
            (ReportName::Disbursals, ReportDays::Between { from, to }) => {
                self.disbursals(connection, from, to).await?
            }
            (ReportName::Collections, ReportDays::Between { from, to }) => {
                self.collections(connection, from, to).await?
            }
            (ReportName::LargeCash, ReportDays::Between { from, to }) => {
                self.large_cash(connection, from, to).await?
            }
            (ReportName::TrialBalance, ReportDays::On(on)) => {
                self.trial_balance_report(connection, on).await?
            }
            (ReportName::PendingApproval, _) => self.pending(connection, viewer).await?,
            (ReportName::AwaitingDisbursal, _) => self.awaiting(connection, viewer).await?,
            (ReportName::Ageing, _) => self.ageing(connection, viewer.today).await?,
            (ReportName::Portfolio, _) => self.portfolio(connection, viewer.today).await?,
            (ReportName::CustomerCredits, _) => self.credits(connection, viewer.today).await?,
            // `days` answers what the name asks for.
            (
                ReportName::Disbursals
                | ReportName::Collections
                | ReportName::LargeCash
                | ReportName::TrialBalance,
                _,
            ) => return Err(not_found()),
        };
        let Table {
            columns,
            rows,
            totals,
            found,
            mut notes,
        } = table;
        if found > rows.len() as u64 {
            let listed = rows.len();
            notes.push(format!(
                "The first {listed} of {found} rows are listed. The totals are of all of them."
            ));
        }
        Ok(Report {
            name: query.name,
            title: query.name.title().to_owned(),
            branch_name: self.branch_name.to_string(),
            currency: self.currency,
            made_on: viewer.today,
            from,
            to,
            as_of,
            columns,
            rows,
            totals,
            found,
            notes,
        })
    }
}

/// Walks the lines of some statuses, by their numbers within each.
struct Lines {
    statuses: Vec<Status>,
    past: String,
}

impl Lines {
    fn of(statuses: &[Status]) -> Lines {
        Lines {
            statuses: statuses.iter().rev().copied().collect(),
            past: String::new(),
        }
    }

    /// Those that may owe: a late fact reaches lines that have ended, too.
    fn that_may_owe() -> Lines {
        Lines::of(&[
            Status::Approved,
            Status::Outstanding,
            Status::Repaid,
            Status::Closed,
            Status::Cancelled,
        ])
    }

    /// The next of them; none at the end.
    async fn next(&mut self, connection: &mut SqliteConnection) -> Result<Vec<LineId>, ReadError> {
        while let Some(status) = self.statuses.last() {
            let found: Vec<(String, String)> = sqlx::query_as(LINES)
                .bind(status.tag())
                .bind(&self.past)
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await?;
            let Some((_, last)) = found.last() else {
                self.statuses.pop();
                self.past.clear();
                continue;
            };
            self.past = last.clone();
            return found.iter().map(|(id, _)| parse_id("lines", id)).collect();
        }
        Ok(Vec::new())
    }

    /// The same, as they are shown.
    async fn next_shown(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<Line>, ReadError> {
        let ids: BTreeSet<LineId> = self.next(connection).await?.into_iter().collect();
        let lines = lines::shown_lines(connection, &ids).await?;
        Ok(lines.into_values().collect())
    }
}

impl Reader {
    /// The draws among the next movements of a walk; none at its end.
    async fn next_draws(
        &self,
        walk: &mut Movements,
        connection: &mut SqliteConnection,
        viewer: &Viewer,
    ) -> Result<Option<Vec<MovementRow>>, ReadError> {
        let ids = walk.next(connection).await?;
        if ids.is_empty() {
            return Ok(None);
        }
        let mut rows = self.movement_rows(connection, viewer, &ids).await?;
        rows.retain(|row| row.kind == MovementKind::Draw);
        Ok(Some(rows))
    }
}

/// Walks the movements of some states, the longest waiting first within each.
struct Movements {
    states: Vec<MovementState>,
    past: i64,
}

impl Movements {
    fn of(states: &[MovementState]) -> Movements {
        Movements {
            states: states.iter().rev().copied().collect(),
            past: -1,
        }
    }

    /// The next of them; none at the end.
    async fn next(&mut self, connection: &mut SqliteConnection) -> Result<Vec<String>, ReadError> {
        while let Some(state) = self.states.last() {
            let found: Vec<(i64, String)> = sqlx::query_as(MOVEMENTS)
                .bind(tag(state))
                .bind(self.past)
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await?;
            let Some((last, _)) = found.last() else {
                self.states.pop();
                self.past = -1;
                continue;
            };
            self.past = *last;
            return Ok(found.into_iter().map(|(_, id)| id).collect());
        }
        Ok(Vec::new())
    }
}
