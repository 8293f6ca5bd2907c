//! Customers who brought or got more cash in a day than may pass unreported, over all their lines.

use super::cash::first_event;
use super::table::{Table, date, money, text};
use super::*;
use domain::drawer::large_cash;
use domain::money::Minor;
use domain::report::ReportCell::{Date, Money, Nothing, Text};

/// Cash that passed a drawer past a place, by the primary key. A day's postings may stand among
/// those of the next; so the walk goes to the log's end.
pub(in crate::store::reads) const CASH: &str = "
    select j.seq, j.entry, j.leg, j.kind, j.amount_minor, j.posted_on, m.customer_id, cu.number
    from journal j
    cross join movements m on m.id = j.movement_id
    left join customers cu on cu.id = m.customer_id
    where (j.seq, j.entry, j.leg) > (?1, ?2, ?3) and j.posted_on between ?4 and ?5
        and +j.account = 'DRW'
    order by j.seq, j.entry, j.leg limit ?6";

#[derive(sqlx::FromRow)]
struct Cash {
    seq: i64,
    entry: i64,
    leg: i64,
    kind: String,
    amount_minor: i64,
    posted_on: String,
    customer_id: String,
    number: Option<String>,
}

/// Of one customer on one day.
#[derive(Default)]
struct Day {
    number: String,
    paid_in: Minor,
    paid_out: Minor,
}

impl Reader {
    /// What was entered wrongly and reversed counts in the direction it was entered in.
    pub(super) async fn large_cash(
        &self,
        connection: &mut SqliteConnection,
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<Table, ReadError> {
        let mut days: BTreeMap<(BusinessDate, CustomerId), Day> = BTreeMap::new();
        let mut past = (first_event(connection, from).await? - 1, i64::MAX, i64::MAX);
        loop {
            let found: Vec<Cash> = sqlx::query_as(CASH)
                .bind(past.0)
                .bind(past.1)
                .bind(past.2)
                .bind(from.to_string())
                .bind(to.to_string())
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await?;
            let Some(last) = found.last() else {
                break;
            };
            past = (last.seq, last.entry, last.leg);
            for cash in found {
                cash.add(&mut days)?;
            }
        }
        let large = large_cash(self.currency);
        let mut table = Table::of(&[
            date("Day"),
            text("Number"),
            text("Customer"),
            money("Paid in"),
            money("Paid out"),
        ]);
        for ((on, customer_id), day) in days {
            if day.paid_in <= large && day.paid_out <= large {
                continue;
            }
            let name = customers::customer_rows(connection, &[customer_id])
                .await?
                .pop()
                .map_or(FORGOTTEN.to_owned(), |row| row.name);
            // Only the direction that has to be reported is shown.
            let shown = |amount: Minor| {
                if amount > large {
                    Money(amount)
                } else {
                    Nothing
                }
            };
            table.add(vec![
                Date(on),
                Text(day.number),
                Text(name),
                shown(day.paid_in),
                shown(day.paid_out),
            ])?;
        }
        table.notes.push(format!(
            "More than {} {} of cash in one direction, of one customer on one business day.",
            self.currency.format(large),
            self.currency.code(),
        ));
        Ok(table)
    }
}

impl Cash {
    fn add(&self, days: &mut BTreeMap<(BusinessDate, CustomerId), Day>) -> Result<(), ReadError> {
        let unreadable = |what: &str| ReadError::Unreadable {
            table: "journal",
            id: format!("{}/{}", self.seq, self.entry),
            what: what.to_owned(),
        };
        let on: BusinessDate = self.posted_on.parse().map_err(unreadable)?;
        let customer_id: CustomerId = parse_id("movements", &self.customer_id)?;
        let day = days.entry((on, customer_id)).or_default();
        day.number = self.number.clone().unwrap_or_default();
        let amount = Minor(self.amount_minor);
        match self.kind.as_str() {
            "cash_repayment" | "cash_repayment_reversed" => {
                day.paid_in = day.paid_in.plus(amount)?;
            }
            _ => day.paid_out = day.paid_out.minus(amount)?,
        }
        Ok(())
    }
}
