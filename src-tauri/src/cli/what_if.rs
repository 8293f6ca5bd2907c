//! `what-if`: what would become of a line, without posting anything.

use super::output::Output;
use super::table::{self, Align};
use super::{Common, Exit, Failure};
use clap::Args;
use domain::date::BusinessDate;
use domain::interest::RateChange;
use domain::money::{Currency, Minor, Money};
use domain::what_if::{Outlook, Supposed, WhatIf, WhatIfQuery};

#[derive(Args, Debug)]
pub struct ShowWhatIf {
    /// A number such as LC-000001, or an id.
    line: String,
    /// The day that is looked at.
    #[arg(long, value_name = "DATE")]
    until: BusinessDate,
    /// A draw that is supposed, as in 2026-12-01=500.00. May be given again.
    #[arg(long = "draw", value_name = "DATE=AMOUNT")]
    draws: Vec<String>,
    /// A repayment that is supposed.
    #[arg(long = "repay", value_name = "DATE=AMOUNT")]
    repayments: Vec<String>,
    /// Another rate from a date on, as in 2027-01-01=12.5.
    #[arg(long, value_name = "DATE=PERCENT")]
    rate: Option<String>,
}

/// Both sides of "date=value".
fn parts<'a>(flag: &str, text: &'a str) -> Result<(BusinessDate, &'a str), Failure> {
    let wrong = |why: &str| Failure::usage(format!("--{flag} {text}: {why}"));
    let (on, value) = text
        .split_once('=')
        .ok_or_else(|| wrong("a date, \"=\" and a value are expected"))?;
    let on = on.parse().map_err(|why: &str| wrong(why))?;
    Ok((on, value))
}

fn supposed(flag: &str, texts: &[String], currency: Currency) -> Result<Vec<Supposed>, Failure> {
    let one = |text: &String| {
        let (on, value) = parts(flag, text)?;
        let minor = currency
            .parse(value)
            .ok_or_else(|| Failure::usage(format!("--{flag} {text}: the amount cannot be read")))?;
        let amount = Money { minor, currency };
        Ok(Supposed { on, amount })
    };
    texts.iter().map(one).collect()
}

impl ShowWhatIf {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let reading = common.read().await?;
        let reader = &reading.reader;
        let currency = reader.currency;
        let rate = match &self.rate {
            None => None,
            Some(text) => {
                let (from, value) = parts("rate", text)?;
                let annual_percent = value
                    .parse()
                    .map_err(|why: &str| Failure::usage(format!("--rate {text}: {why}")))?;
                Some(RateChange {
                    from,
                    annual_percent,
                })
            }
        };
        let query = WhatIfQuery {
            line_id: reader.line_id(&self.line).await?,
            draws: supposed("draw", &self.draws, currency)?,
            repayments: supposed("repay", &self.repayments, currency)?,
            rate,
            until: self.until,
        };
        let answer = reader.what_if(&query, reading.viewer.today).await?;
        if output.json {
            output.value(&answer)?;
        } else {
            output.line(&shown(&answer, currency))?;
        }
        Ok(Exit::Fine)
    }
}

fn shown(answer: &WhatIf, currency: Currency) -> String {
    let money = |of: fn(&Outlook) -> Minor| {
        let format = |outlook: &Outlook| currency.format(of(outlook));
        (format(&answer.as_it_is), format(&answer.supposed))
    };
    let own = |of: fn(&Outlook) -> String| (of(&answer.as_it_is), of(&answer.supposed));
    let rows = [
        ("Principal", money(|outlook| outlook.principal_minor)),
        ("Interest posted", money(|outlook| outlook.interest_minor)),
        ("Interest accrued", money(|outlook| outlook.accrued_minor)),
        ("Fees", money(|outlook| outlook.fees_minor)),
        ("Customer credit", money(|outlook| outlook.credit_minor)),
        ("To pay", money(|outlook| outlook.payoff_minor)),
        ("Available", money(|outlook| outlook.available_minor)),
        (
            "Interest until then",
            money(|outlook| outlook.interest_until_minor),
        ),
        (
            "One day more",
            own(|outlook| outlook.per_diem_exact.clone()),
        ),
        (
            "Next closing",
            own(|outlook| outlook.closing_on.to_string()),
        ),
        (
            "Minimum it asks for",
            money(|outlook| outlook.minimum_minor),
        ),
        ("Due", own(|outlook| outlook.due_on.to_string())),
    ];
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, (now, then))| vec![name.to_owned(), now, then])
        .collect();
    let on = format!("On {}", answer.until);
    let columns = [
        (on.as_str(), Align::Left),
        ("As it is", Align::Right),
        ("Supposed", Align::Right),
    ];
    let notes = answer.notes.join("\n");
    format!("{}\n\n{notes}", table::table(&columns, &rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::product::AnnualPercent;
    use stories::garble::{Measure, internals_in, throw_at};

    #[test]
    fn garbled_words_are_supposed_or_refused() {
        let examples = ["2026-12-01=500.00", "2027-01-01=12.5", "2026-12-15=0.01"];
        let examples = examples.map(|word| word.as_bytes().to_vec());
        assert!(supposed("draw", &["2026-12-01=500.00".to_owned()], Currency::USD).is_ok());
        throw_at(
            "what-if words",
            &examples,
            10_000,
            Measure::ThisThread,
            |bytes| {
                let word = String::from_utf8_lossy(bytes).into_owned();
                if let Ok((_, percent)) = parts("rate", &word) {
                    let _: Result<AnnualPercent, _> = percent.parse();
                }
                if let Err(failure) = supposed("draw", &[word], Currency::USD) {
                    let told = format!("{failure:?}");
                    assert_eq!(internals_in(&told), None, "{told}");
                }
            },
        );
    }
}
