//! Money that went out and came in between two days, entry by entry of the journal, by the day
//! it was posted. What came back stands there with a minus, on the day it came back.

use super::table::{Column, Table, date, money, text};
use super::*;
use domain::ledger::EntryKind;
use domain::money::Minor;
use domain::report::ReportCell;
use domain::report::ReportCell::{Date, Text};

/// The business date never goes back, so the first event of a day is found by halving the log.
pub(in crate::store::reads) const FIRST_EVENT: &str =
    "select seq, business_date from events where seq >= ?1 order by seq limit 1";

/// The entries of one kind of movement past a place, by the primary key; those of `$kinds`.
macro_rules! moved {
    ($movements:literal, $kinds:literal) => {
        concat!(
            "select j.seq, j.entry, min(j.kind) kind, min(j.posted_on) posted_on,
                 min(case when j.owner = m.line_id then j.effective_on end) effective_on,
                 sum(case when j.account in ('DRW', 'CLR') then j.amount_minor else 0 end) cash,
                 sum(case when j.account = 'PRI' then j.amount_minor else 0 end) principal,
                 sum(case when j.account = 'INT' then j.amount_minor else 0 end) interest,
                 sum(case when j.account = 'FEE' then j.amount_minor else 0 end) fees,
                 sum(case when j.account = 'CRE' then j.amount_minor else 0 end) credit,
                 l.number line_number,
                 case when k.customer_id is not null then c.name end customer_name
             from journal j
             cross join movements m on m.id = j.movement_id
             cross join lines l on l.id = m.line_id
             left join customers c on c.id = m.customer_id
             left join customer_keys k on k.customer_id = m.customer_id
             where (j.seq, j.entry) > (?1, ?2) and j.posted_on between ?3 and ?4
                 and m.kind = '",
            $movements,
            "' and j.kind in (",
            $kinds,
            ") group by j.seq, j.entry order by j.seq, j.entry limit ?5"
        )
    };
}

pub(in crate::store::reads) const DISBURSALS: &str = moved!(
    "draw",
    "'cash_draw', 'network_draw', 'draw_returned', 'cash_draw_reversed', 'return_returned'"
);
/// With what a late fact divided anew, and what was charged off and came in after all.
pub(in crate::store::reads) const COLLECTIONS: &str = moved!(
    "repayment",
    "'cash_repayment', 'network_repayment', 'repayment_returned', 'cash_repayment_reversed',
     'return_returned', 'repayment_divided', 'principal_recovered', 'interest_recovered',
     'fees_recovered'"
);

/// What both reports begin a row with.
const HEAD: [Column; 5] = [
    date("Posted on"),
    date("Counts from"),
    text("Number"),
    text("Customer"),
    text("What"),
];

#[derive(sqlx::FromRow)]
struct Moved {
    seq: i64,
    entry: i64,
    kind: String,
    posted_on: String,
    effective_on: Option<String>,
    cash: i64,
    principal: i64,
    interest: i64,
    fees: i64,
    credit: i64,
    line_number: String,
    customer_name: Option<String>,
}

impl Reader {
    pub(super) async fn disbursals(
        &self,
        connection: &mut SqliteConnection,
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<Table, ReadError> {
        let mut table = Table::of(&[&HEAD[..], &[money("Paid out")]].concat());
        let mut entries = Entries::between(connection, DISBURSALS, from, to).await?;
        while let Some(page) = entries.next(connection).await? {
            for moved in page {
                let mut row = moved.row()?;
                row.push(ReportCell::Money(Minor(moved.cash).negated()?));
                table.add(row)?;
            }
        }
        Ok(table)
    }

    pub(super) async fn collections(
        &self,
        connection: &mut SqliteConnection,
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<Table, ReadError> {
        let mut table = Table::of(
            &[
                &HEAD[..],
                &[
                    money("Paid in"),
                    money("Principal"),
                    money("Interest"),
                    money("Fees"),
                    money("Customer credit"),
                    money("Recovered"),
                ],
            ]
            .concat(),
        );
        let mut entries = Entries::between(connection, COLLECTIONS, from, to).await?;
        while let Some(page) = entries.next(connection).await? {
            for moved in page {
                let paid = Minor(moved.cash);
                let parts = [moved.principal, moved.interest, moved.fees, moved.credit];
                let parts: Result<Vec<Minor>, _> =
                    parts.into_iter().map(|leg| Minor(leg).negated()).collect();
                let parts = parts?;
                // An entry sums to zero: the rest went against losses.
                let recovered = paid.minus(Minor::sum(parts.iter().copied())?)?;
                let mut row = moved.row()?;
                row.push(ReportCell::Money(paid));
                row.extend(parts.into_iter().map(ReportCell::Money));
                row.push(ReportCell::Money(recovered));
                table.add(row)?;
            }
        }
        Ok(table)
    }
}

impl Moved {
    /// As [`HEAD`] has it.
    fn row(&self) -> Result<Vec<ReportCell>, ReadError> {
        let place = format!("{}/{}", self.seq, self.entry);
        let unreadable = |what: String| ReadError::Unreadable {
            table: "journal",
            id: place.clone(),
            what,
        };
        let day = |text: &str| -> Result<ReportCell, ReadError> {
            let day = text
                .parse()
                .map_err(|what: &str| unreadable(what.to_owned()))?;
            Ok(Date(day))
        };
        let kind: EntryKind = serde_json::from_value(self.kind.clone().into())
            .map_err(|error| unreadable(error.to_string()))?;
        let name = self.customer_name.clone();
        Ok(vec![
            day(&self.posted_on)?,
            day(self.effective_on.as_ref().unwrap_or(&self.posted_on))?,
            Text(self.line_number.clone()),
            Text(name.unwrap_or_else(|| FORGOTTEN.to_owned())),
            Text(kind.words().to_owned()),
        ])
    }
}

/// Walks the entries posted between two days.
struct Entries {
    sql: &'static str,
    past: (i64, i64),
    from: String,
    to: String,
    ended: bool,
}

impl Entries {
    /// What a day's close posts late carries an earlier date than its event, never a later one:
    /// so the walk begins at the first event of the first day and goes on to the log's end.
    async fn between(
        connection: &mut SqliteConnection,
        sql: &'static str,
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<Entries, ReadError> {
        let first = first_event(connection, from).await?;
        Ok(Entries {
            sql,
            past: (first - 1, i64::MAX),
            from: from.to_string(),
            to: to.to_string(),
            ended: false,
        })
    }

    async fn next(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<Option<Vec<Moved>>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        let page: Vec<Moved> = sqlx::query_as(self.sql)
            .bind(self.past.0)
            .bind(self.past.1)
            .bind(&self.from)
            .bind(&self.to)
            .bind(PAGE)
            .fetch_all(connection)
            .await?;
        self.ended = page.len() < PAGE as usize;
        if let Some(last) = page.last() {
            self.past = (last.seq, last.entry);
        }
        Ok(Some(page))
    }
}

/// The first event of a business date or a later one; past the log's end where there is none.
pub(in crate::store::reads) async fn first_event(
    connection: &mut SqliteConnection,
    date: BusinessDate,
) -> Result<i64, ReadError> {
    let (last,): (Option<i64>,) = sqlx::query_as("select max(seq) from events")
        .fetch_one(&mut *connection)
        .await?;
    let wanted = date.to_string();
    let (mut low, mut high) = (1_i64, last.unwrap_or(0) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let met: Option<(i64, String)> = sqlx::query_as(FIRST_EVENT)
            .bind(middle)
            .fetch_optional(&mut *connection)
            .await?;
        match met {
            // Numbers may be skipped: what was met stands at the middle or after it.
            Some((seq, day)) if day < wanted => low = seq + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}
