//! Both sides of every account, by the day of posting.

use super::table::{Table, money, text};
use super::*;
use domain::report::ReportCell::{Money, Text};

impl Reader {
    /// Reads the journal once: what a close of the day posts late may stand anywhere behind the day.
    pub(super) async fn trial_balance_report(
        &self,
        connection: &mut SqliteConnection,
        as_of: BusinessDate,
    ) -> Result<Table, ReadError> {
        let balance = ledger::trial_balance(connection, None, Some(as_of)).await?;
        let mut table = Table::of(&[
            text("Account"),
            text("Name"),
            money("Debit"),
            money("Credit"),
            money("Balance"),
        ]);
        for row in balance.rows {
            table.add(vec![
                Text(row.account),
                Text(row.name),
                Money(row.debit_minor),
                Money(row.credit_minor),
                Money(row.balance_minor),
            ])?;
        }
        if !balance.sum_minor.is_zero() {
            let words = "The balances do not sum to zero: the books are wrong. Run verify.";
            table.notes.push(words.to_owned());
        }
        Ok(table)
    }
}
