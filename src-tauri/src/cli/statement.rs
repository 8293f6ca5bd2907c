//! `statement` and `payoff`: what a customer is told, and why.

use super::output::Output;
use super::table::{self, Align};
use super::{Common, Exit, Failure};
use clap::Args;
use domain::date::BusinessDate;
use domain::money::{Currency, Minor};
use domain::paper::PayoffLetter;
use domain::statement::{InterestLine, Statement};

#[derive(Args, Debug)]
pub struct ShowStatement {
    /// A number such as LC-000001, or an id.
    line: String,
    /// The statement of this closing date alone, with its lines.
    #[arg(long, value_name = "DATE")]
    closing: Option<BusinessDate>,
}

#[derive(Args, Debug)]
pub struct ShowPayoff {
    /// A number such as LC-000001, or an id.
    line: String,
    /// The date it would be paid on; the business date unless told.
    #[arg(long, value_name = "DATE")]
    on: Option<BusinessDate>,
}

impl ShowStatement {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let reading = common.read().await?;
        let reader = &reading.reader;
        let id = reader.line_id(&self.line).await?;
        let statements = reader.statements(id).await?;
        let currency = reader.currency;
        let Some(closing) = self.closing else {
            if output.json {
                output.value(&statements)?;
            } else {
                output.line(&list(&statements, currency))?;
            }
            return Ok(Exit::Fine);
        };
        let of_that_day = |statement: &&Statement| statement.closing_on == closing;
        let Some(statement) = statements.iter().find(of_that_day) else {
            let message = format!("{} has no statement of {closing}", self.line);
            return Err(Failure::refused("not_found", message));
        };
        if output.json {
            output.value(statement)?;
        } else {
            output.line(&one(statement, currency))?;
        }
        Ok(Exit::Fine)
    }
}

impl ShowPayoff {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let reading = common.read().await?;
        let reader = &reading.reader;
        let id = reader.line_id(&self.line).await?;
        let on = self.on.unwrap_or(reading.viewer.today);
        let payoff = reader.payoff(id, on).await?;
        let currency = reader.currency;
        let answer = PayoffLetter::of(&payoff, currency);
        if output.json {
            output.value(&answer)?;
        } else {
            let money = |amount: Minor| currency.format(amount);
            output.line(&table::facts(&[
                ("Payoff on", on.to_string()),
                ("Principal", money(answer.principal_minor)),
                ("Interest posted", money(answer.interest_minor)),
                ("Interest accrued", money(answer.accrued_minor)),
                ("Fees", money(answer.fees_minor)),
                ("Customer credit", money(answer.credit_minor)),
                ("To pay", money(answer.payoff_minor)),
                ("One day more", answer.per_diem_exact.clone()),
            ]))?;
            output.line("")?;
            output.line(&explained(&answer.accrued, currency))?;
        }
        Ok(Exit::Fine)
    }
}

fn list(statements: &[Statement], currency: Currency) -> String {
    let columns = [
        ("Closing", Align::Left),
        ("Opening", Align::Right),
        ("Fees", Align::Right),
        ("Interest", Align::Right),
        ("Balance", Align::Right),
        ("Minimum", Align::Right),
        ("Due", Align::Left),
    ];
    let row = |statement: &Statement| {
        vec![
            statement.closing_on.to_string(),
            currency.format(statement.opening_minor),
            currency.format(statement.fees_minor),
            currency.format(statement.interest_minor),
            currency.format(statement.closing_minor),
            currency.format(statement.minimum_minor),
            statement.due_on.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = statements.iter().map(row).collect();
    table::table(&columns, &rows)
}

fn one(statement: &Statement, currency: Currency) -> String {
    let columns = [
        ("Date", Align::Left),
        ("What", Align::Left),
        ("Amount", Align::Right),
    ];
    let rows: Vec<Vec<String>> = statement
        .lines
        .iter()
        .map(|line| {
            vec![
                line.on.to_string(),
                line.words(),
                currency.format(line.amount_minor),
            ]
        })
        .collect();
    let money = |amount: Minor| currency.format(amount);
    let facts = table::facts(&[
        ("Closing", statement.closing_on.to_string()),
        ("Opening balance", money(statement.opening_minor)),
        ("Closing balance", money(statement.closing_minor)),
        ("Fees", money(statement.fees_minor)),
        ("Interest", money(statement.interest_minor)),
        ("Minimum payment", money(statement.minimum_minor)),
        ("  past due", money(statement.past_due_minor)),
        ("Due", statement.due_on.to_string()),
        ("Fees this year", money(statement.year_fees_minor)),
        ("Interest this year", money(statement.year_interest_minor)),
    ]);
    let mut text = format!("{facts}\n\n{}", table::table(&columns, &rows));
    for line in statement
        .lines
        .iter()
        .filter(|line| !line.explained.is_empty())
    {
        text.push_str(&format!(
            "\n\nInterest of {}\n{}",
            line.on,
            explained(&line.explained, currency)
        ));
    }
    text
}

fn explained(lines: &[InterestLine], currency: Currency) -> String {
    let columns = [
        ("From", Align::Left),
        ("To", Align::Left),
        ("Days", Align::Right),
        ("Balance", Align::Right),
        ("Rate %", Align::Right),
        ("Interest", Align::Right),
    ];
    let row = |line: &InterestLine| {
        vec![
            line.from.to_string(),
            line.to.to_string(),
            line.days.to_string(),
            currency.format(line.balance_minor),
            line.annual_percent.to_string(),
            line.interest_exact.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    table::table(&columns, &rows)
}
