//! How long what is owed has been past due.

use super::table::{Table, count, money, text};
use super::*;
use domain::delinquency::Bucket;
use domain::money::Minor;
use domain::report::ReportCell::{Count, Money, Text};

#[derive(Default)]
struct Sums {
    lines: u64,
    past_due: Minor,
    owed: Minor,
}

impl Reader {
    /// Every line that owes, in its bucket. A charged-off line owes nothing in the books.
    pub(super) async fn ageing(
        &self,
        connection: &mut SqliteConnection,
        today: BusinessDate,
    ) -> Result<Table, ReadError> {
        let mut buckets: BTreeMap<Bucket, Sums> = BTreeMap::new();
        let mut walk = Lines::that_may_owe();
        loop {
            let lines = walk.next_shown(connection).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                let owed = line.owed_on(today)?;
                if !owed.is_positive() {
                    continue;
                }
                let past_due = line.past_due(today)?;
                let sums = buckets.entry(past_due.bucket).or_default();
                sums.lines += 1;
                sums.past_due = sums.past_due.plus(past_due.amount_minor)?;
                sums.owed = sums.owed.plus(owed)?;
            }
        }
        let mut table = Table::of(&[
            text("Past due"),
            count("Lines"),
            money("Past due amount"),
            money("Owed"),
        ]);
        for bucket in Bucket::ALL {
            let sums = buckets.remove(bucket).unwrap_or_default();
            table.add(vec![
                Text(bucket.words().to_owned()),
                Count(sums.lines),
                Money(sums.past_due),
                Money(sums.owed),
            ])?;
        }
        Ok(table)
    }
}
