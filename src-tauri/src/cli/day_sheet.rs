//! `day-sheet`: what moved in a teller's drawer on a business date.

use super::output::Output;
use super::table::{self, Align};
use super::{Common, Exit, Failure};
use clap::Args;
use domain::date::BusinessDate;
use domain::money::{Currency, Minor};
use domain::view::DaySheet;

#[derive(Args, Debug)]
pub struct ShowDaySheet {
    /// The teller's sign-in name.
    teller: String,
    /// The business date; the one that is open unless told.
    #[arg(long, value_name = "DATE")]
    date: Option<BusinessDate>,
}

impl ShowDaySheet {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let reading = common.read().await?;
        let reader = &reading.reader;
        let teller = reader.user_id(&self.teller).await?;
        let date = self.date.unwrap_or(reading.viewer.today);
        let sheet = reader.day_sheet(teller, date).await?;
        if output.json {
            output.value(&sheet)?;
        } else {
            output.line(&format!("Drawer of {}, {date}", sheet.teller))?;
            output.line(&paper(&sheet, reader.currency))?;
        }
        Ok(Exit::Fine)
    }
}

fn paper(sheet: &DaySheet, currency: Currency) -> String {
    let columns = [
        ("What", Align::Left),
        ("Application", Align::Left),
        ("In or out", Align::Right),
        ("Drawer", Align::Right),
    ];
    let money = |amount: Minor| currency.format(amount);
    let edge = |words: &str, amount: Minor| {
        let nothing = String::new();
        vec![words.to_owned(), nothing.clone(), nothing, money(amount)]
    };
    let mut rows = vec![edge("At the beginning", sheet.opening_minor)];
    rows.extend(sheet.rows.iter().map(|row| {
        vec![
            row.kind.words().to_owned(),
            row.line_number.clone().unwrap_or_default(),
            money(row.amount_minor),
            money(row.balance_minor),
        ]
    }));
    if sheet.more {
        rows.push(vec!["More than is shown".to_owned()]);
    }
    rows.push(edge("At the end", sheet.closing_minor));
    table::table(&columns, &rows)
}
