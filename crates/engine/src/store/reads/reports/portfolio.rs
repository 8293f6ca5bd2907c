//! What is lent, by product.

use super::table::{Table, count, money, text};
use super::*;
use domain::ids::ProductId;
use domain::money::Minor;
use domain::report::ReportCell::{Count, Money, Text};

#[derive(Default)]
struct Sums {
    lines: u64,
    limits: Minor,
    drawn: Minor,
    on_their_way: Minor,
    available: Minor,
    owed: Minor,
    charged_off: Minor,
}

impl Sums {
    fn add(&mut self, line: &Line, today: BusinessDate) -> Result<(), ReadError> {
        // What has ended lends nothing any more, but may owe.
        if !line.status().ended() && line.charged_off_on().is_none() {
            self.lines += 1;
            self.limits = self.limits.plus(line.limit())?;
        }
        self.drawn = self.drawn.plus(line.balances.principal_minor)?;
        self.on_their_way = self.on_their_way.plus(line.draws_on_their_way_minor)?;
        self.available = self.available.plus(line.available(today)?)?;
        self.owed = self.owed.plus(line.owed_on(today)?)?;
        self.charged_off = self.charged_off.plus(line.unrecovered()?)?;
        Ok(())
    }
}

impl Reader {
    /// Under the names products have now.
    pub(super) async fn portfolio(
        &self,
        connection: &mut SqliteConnection,
        today: BusinessDate,
    ) -> Result<Table, ReadError> {
        let mut products: BTreeMap<ProductId, (String, Sums)> = BTreeMap::new();
        let named: Vec<(String, String)> = sqlx::query_as("select id, name from products")
            .fetch_all(&mut *connection)
            .await?;
        for (id, name) in named {
            products.insert(parse_id("products", &id)?, (name, Sums::default()));
        }
        let mut walk = Lines::that_may_owe();
        loop {
            let lines = walk.next_shown(connection).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                let unnamed = || (line.product_name.clone(), Sums::default());
                let (_, sums) = products.entry(line.product_id).or_insert_with(unnamed);
                sums.add(&line, today)?;
            }
        }
        let mut products: Vec<(String, Sums)> = products.into_values().collect();
        products.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut table = Table::of(&[
            text("Product"),
            count("Lines"),
            money("Limits"),
            money("Drawn"),
            money("On their way"),
            money("Available"),
            money("Owed"),
            money("Charged off"),
        ]);
        for (name, sums) in products {
            table.add(vec![
                Text(name),
                Count(sums.lines),
                Money(sums.limits),
                Money(sums.drawn),
                Money(sums.on_their_way),
                Money(sums.available),
                Money(sums.owed),
                Money(sums.charged_off),
            ])?;
        }
        Ok(table)
    }
}
