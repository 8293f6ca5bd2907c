//! What the bank owes its customers.

use super::table::{Table, date, money, text};
use super::*;
use domain::money::Minor;
use domain::report::ReportCell::{Date, Money, Text};

/// By `journal_by_account`: the few lines that ever had credit.
pub(in crate::store::reads) const CREDITS: &str = "
    select owner, -sum(amount_minor), max(posted_on) from journal
    where account = 'CRE' and owner > ?1
    group by owner having sum(amount_minor) <> 0 order by owner limit ?2";

impl Reader {
    /// Line by line, as the journal has it.
    pub(super) async fn credits(
        &self,
        connection: &mut SqliteConnection,
        today: BusinessDate,
    ) -> Result<Table, ReadError> {
        let mut table = Table::of(&[
            text("Number"),
            text("Customer"),
            text("Status"),
            date("Last posted on"),
            money("Customer credit"),
        ]);
        let mut past = String::new();
        loop {
            let found: Vec<(String, i64, String)> = sqlx::query_as(CREDITS)
                .bind(&past)
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await?;
            let Some((last, _, _)) = found.last() else {
                return Ok(table);
            };
            past = last.clone();
            let mut credits = BTreeMap::new();
            for (owner, credit, posted_on) in found {
                let posted_on: BusinessDate =
                    posted_on
                        .parse()
                        .map_err(|what: &str| ReadError::Unreadable {
                            table: "journal",
                            id: owner.clone(),
                            what: what.to_owned(),
                        })?;
                let id: LineId = parse_id("journal", &owner)?;
                credits.insert(id, (Minor(credit), posted_on));
            }
            let ids: Vec<LineId> = credits.keys().copied().collect();
            for row in self.line_rows(connection, today, &ids).await? {
                let Some((credit, posted_on)) = credits.get(&row.id) else {
                    continue;
                };
                table.add(vec![
                    Text(row.number),
                    Text(row.customer_name),
                    Text(row.status.words().to_owned()),
                    Date(*posted_on),
                    Money(*credit),
                ])?;
            }
        }
    }
}
