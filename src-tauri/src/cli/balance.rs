//! `balance`: what stood on a line on a day that is over.

use super::output::Output;
use super::table::{self, Align};
use super::{Common, Exit, Failure};
use clap::Args;
use domain::date::BusinessDate;
use domain::money::{Currency, Minor};
use domain::view::{PastBalance, PastQuery, StoodView};

#[derive(Args, Debug)]
pub struct ShowBalance {
    /// A number such as LC-000001, or an id.
    line: String,
    /// The day, as it ended.
    #[arg(long, value_name = "DATE")]
    on: BusinessDate,
    /// As it was known at the end of this day; of the same day unless told.
    #[arg(long, value_name = "DATE")]
    known: Option<BusinessDate>,
}

impl ShowBalance {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let reading = common.read().await?;
        let reader = &reading.reader;
        let query = PastQuery {
            line_id: reader.line_id(&self.line).await?,
            on: self.on,
            known_on: self.known,
        };
        let answer = reader.past_balance(&query, reading.viewer.today).await?;
        if output.json {
            output.value(&answer)?;
        } else {
            output.line(&shown(&answer, reader.currency))?;
        }
        Ok(Exit::Fine)
    }
}

fn shown(answer: &PastBalance, currency: Currency) -> String {
    let day = format!("Evening of {}", answer.on);
    let then = format!("As known on {}", answer.known_on);
    let columns = [
        (day.as_str(), Align::Left),
        (then.as_str(), Align::Right),
        ("As known now", Align::Right),
    ];
    let row = |name: &str, of: fn(&StoodView) -> Minor| {
        vec![
            name.to_owned(),
            currency.format(of(&answer.then)),
            currency.format(of(&answer.now)),
        ]
    };
    let rows = [
        row("Principal", |stood| stood.principal_minor),
        row("Interest posted", |stood| stood.interest_minor),
        row("Fees", |stood| stood.fees_minor),
        row("Customer credit", |stood| stood.credit_minor),
        row("Balance", |stood| stood.balance_minor),
    ];
    table::table(&columns, &rows)
}
