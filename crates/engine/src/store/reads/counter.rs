//! Cash at the counter: drawers, and a teller's day sheet out of the journal.

use super::*;
use domain::drawer::Drawer;
use domain::ids::UserId;
use domain::money::Minor;
use domain::view::{CounterView, DaySheet, DaySheetRow, DrawerRow};

/// Rows of one day sheet. A teller who served more customers in a day reads the ledger.
const SHOWN: u32 = 500;

/// By `journal_by_owner`: a drawer's legs bear the date they were posted on.
pub(super) const OF_THE_DAY: &str = "select j.kind, j.amount_minor, e.at_ms, m.line_id, l.number
     from journal j
     join events e on e.seq = j.seq
     left join movements m on m.id = j.movement_id
     left join lines l on l.id = m.line_id
     where j.owner = ?1 and j.effective_on = ?2
     order by j.seq, j.entry limit ?3";
const BETWEEN: &str = "select coalesce(sum(amount_minor), 0) from journal
     where owner = ?1 and effective_on >= ?2 and effective_on < ?3";

#[derive(sqlx::FromRow)]
struct Record {
    kind: String,
    amount_minor: i64,
    at_ms: i64,
    line_id: Option<String>,
    number: Option<String>,
}

impl Reader {
    /// One's own drawer and, for admins, everybody's; and the sheet of one teller's day.
    pub async fn counter(
        &self,
        viewer: &Viewer,
        teller: UserId,
        date: BusinessDate,
        all: bool,
    ) -> Result<CounterView, ReadError> {
        let branch = self.branch().await?;
        let drawers = branch.drawers;
        let holidays = branch.calendar.holidays.into_iter().collect();
        let mut snapshot = self.snapshot().await?;
        let connection = &mut *snapshot;
        let own = drawers.get(&viewer.user.id).cloned().unwrap_or_default();
        let mut rows = Vec::new();
        for (id, drawer) in drawers {
            if all {
                rows.push(row(connection, id, drawer).await?);
            }
        }
        Ok(CounterView {
            business_date: viewer.today,
            own: row(connection, viewer.user.id, own).await?,
            drawers: rows,
            sheet: day_sheet(connection, teller, date).await?,
            holidays,
        })
    }

    pub async fn day_sheet(
        &self,
        teller: UserId,
        date: BusinessDate,
    ) -> Result<DaySheet, ReadError> {
        let mut snapshot = self.snapshot().await?;
        day_sheet(&mut snapshot, teller, date).await
    }
}

async fn row(
    connection: &mut SqliteConnection,
    teller_id: UserId,
    drawer: Drawer,
) -> Result<DrawerRow, ReadError> {
    Ok(DrawerRow {
        teller_id,
        teller: name(connection, teller_id).await?,
        holds_minor: drawer.holds_minor,
        open_since: drawer.open_since,
    })
}

async fn name(connection: &mut SqliteConnection, id: UserId) -> Result<String, ReadError> {
    let name: Option<(String,)> = sqlx::query_as("select name from users where id = ?")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    name.map(|(name,)| name).ok_or_else(not_found)
}

async fn day_sheet(
    connection: &mut SqliteConnection,
    teller_id: UserId,
    date: BusinessDate,
) -> Result<DaySheet, ReadError> {
    let teller = name(connection, teller_id).await?;
    let owner = teller_id.to_string();
    let between = async |connection: &mut SqliteConnection, from: &str, to: String| {
        let sum: (i64,) = sqlx::query_as(BETWEEN)
            .bind(&owner)
            .bind(from)
            .bind(to)
            .fetch_one(connection)
            .await?;
        Ok::<Minor, ReadError>(Minor(sum.0))
    };
    let day = date.to_string();
    let opening_minor = between(connection, "", day.clone()).await?;
    let of_the_day = between(connection, &day, date.plus_days(1).to_string()).await?;
    let records: Vec<Record> = sqlx::query_as(OF_THE_DAY)
        .bind(&owner)
        .bind(&day)
        .bind(SHOWN + 1)
        .fetch_all(connection)
        .await?;
    let more = records.len() > SHOWN as usize;
    let mut balance_minor = opening_minor;
    let mut rows = Vec::new();
    for record in records.into_iter().take(SHOWN as usize) {
        let amount_minor = Minor(record.amount_minor);
        balance_minor = balance_minor.plus(amount_minor)?;
        rows.push(DaySheetRow {
            at: UtcMillis(record.at_ms),
            kind: serde_json::from_value(record.kind.clone().into()).map_err(|error| {
                ReadError::Unreadable {
                    table: "journal",
                    id: owner.clone(),
                    what: error.to_string(),
                }
            })?,
            line_id: record
                .line_id
                .map(|id| parse_id("movements", &id))
                .transpose()?,
            line_number: record.number,
            amount_minor,
            balance_minor,
        });
    }
    Ok(DaySheet {
        teller_id,
        teller,
        date,
        opening_minor,
        rows,
        more,
        closing_minor: opening_minor.plus(of_the_day)?,
    })
}
