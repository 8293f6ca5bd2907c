//! `quote`: what given facts would cost, by the accrual that posts. Needs no store.

use super::output::Output;
use super::table::{self, Align};
use super::{Exit, Failure};
use clap::Args;
use domain::date::BusinessDate;
use domain::interest::{Collected, Opening, QuoteError, QuoteFact, Quoted, RateChange};
use domain::interest::{Quote as Facts, quote};
use domain::money::{Currency, Minor};
use domain::product::AnnualPercent;
use domain::refusal::ApiError;
use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Far above every honest input.
const FILE_MAX_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Args, Debug)]
pub struct Quote {
    /// The facts as one JSON object, see docs/command-line.md; "-" for standard input.
    file: PathBuf,
    /// The currency of the amounts, by its ISO 4217 code: where the decimal point stands.
    #[arg(long, value_name = "CODE", default_value = "USD")]
    currency: Currency,
}

/// The members of one JSON object of the input, taken one by one. What is wrong with one is said
/// with its place, and one that nobody takes is unknown.
struct Members {
    place: String,
    left: Map<String, Value>,
}

impl Members {
    fn of(place: String, value: Value) -> Result<Members, QuoteError> {
        match value {
            Value::Object(left) => Ok(Members { place, left }),
            _ => Err(wrong(place, "it is not a JSON object")),
        }
    }

    fn place(&self, name: &str) -> String {
        match self.place.as_str() {
            "" => name.to_owned(),
            place => format!("{place}.{name}"),
        }
    }

    fn member(&mut self, name: &str) -> Result<Value, QuoteError> {
        let value = self.left.shift_remove(name);
        value.ok_or_else(|| wrong(self.place(name), "it is missing"))
    }

    /// What is written as a string: a date, a rate, a word of a list.
    fn text<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, QuoteError> {
        let value = self.member(name)?;
        if !value.is_string() {
            return Err(wrong(self.place(name), "it is not a string"));
        }
        serde_json::from_value(value).map_err(|error| wrong(self.place(name), error.to_string()))
    }

    fn number<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, QuoteError> {
        let value = self.member(name)?;
        if !value.is_number() {
            return Err(wrong(self.place(name), "it is not a number"));
        }
        serde_json::from_value(value).map_err(|error| wrong(self.place(name), error.to_string()))
    }

    fn number_if_there<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, QuoteError> {
        if !self.left.contains_key(name) {
            return Ok(None);
        }
        self.number(name).map(Some)
    }

    fn object(&mut self, name: &str) -> Result<Members, QuoteError> {
        let value = self.member(name)?;
        Members::of(self.place(name), value)
    }

    fn objects(&mut self, name: &str) -> Result<Vec<Members>, QuoteError> {
        let Value::Array(values) = self.member(name)? else {
            return Err(wrong(self.place(name), "it is not a list"));
        };
        let place = self.place(name);
        let each = values.into_iter().enumerate();
        each.map(|(at, value)| Members::of(format!("{place}[{at}]"), value))
            .collect()
    }

    fn end(self) -> Result<(), QuoteError> {
        match self.left.keys().next() {
            Some(unknown) => Err(wrong(self.place(unknown), "there is no such member")),
            None => Ok(()),
        }
    }
}

fn wrong(field: String, reason: impl Into<String>) -> QuoteError {
    QuoteError {
        field,
        reason: reason.into(),
    }
}

fn facts(input: Value) -> Result<Facts, QuoteError> {
    let mut input = Members::of(String::new(), input)?;
    let facts = Facts {
        method: input.text("method")?,
        day_count: input.text("day_count")?,
        rates: each(input.objects("rates")?, |rate| {
            Ok(RateChange {
                from: rate.text("from")?,
                annual_percent: rate.text("annual_percent")?,
            })
        })?,
        cycle_days: input.number_if_there("cycle_days")?,
        opening: one(input.object("opening")?, |opening| {
            Ok(Opening {
                date: opening.text("date")?,
                principal_minor: opening.number("principal_minor")?,
            })
        })?,
        facts: each(input.objects("events")?, |event| {
            Ok(QuoteFact {
                date: event.text("date")?,
                kind: event.text("kind")?,
                amount_minor: event.number_if_there("amount_minor")?,
            })
        })?,
        to: input.text("to")?,
    };
    input.end()?;
    Ok(facts)
}

/// Reads one object and sees that nothing of it is left.
fn one<T>(
    mut members: Members,
    read: impl Fn(&mut Members) -> Result<T, QuoteError>,
) -> Result<T, QuoteError> {
    let value = read(&mut members)?;
    members.end()?;
    Ok(value)
}

fn each<T>(
    objects: Vec<Members>,
    read: impl Fn(&mut Members) -> Result<T, QuoteError>,
) -> Result<Vec<T>, QuoteError> {
    objects
        .into_iter()
        .map(|members| one(members, &read))
        .collect()
}

/// A walk through any JSON that refuses a member that stands twice: elsewhere the last one would
/// win silently.
struct EachOnce;

impl<'de> Deserialize<'de> for EachOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EachOnce)
    }
}

impl<'de> Visitor<'de> for EachOnce {
    type Value = EachOnce;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EachOnce, A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<EachOnce>()?;
            if let Some(twice) = seen.replace(name) {
                return Err(A::Error::custom(format!("`{twice}` stands twice")));
            }
        }
        Ok(EachOnce)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<EachOnce, A::Error> {
        while seq.next_element::<EachOnce>()?.is_some() {}
        Ok(EachOnce)
    }

    fn visit_bool<E>(self, _: bool) -> Result<EachOnce, E> {
        Ok(EachOnce)
    }

    fn visit_i64<E>(self, _: i64) -> Result<EachOnce, E> {
        Ok(EachOnce)
    }

    fn visit_u64<E>(self, _: u64) -> Result<EachOnce, E> {
        Ok(EachOnce)
    }

    fn visit_f64<E>(self, _: f64) -> Result<EachOnce, E> {
        Ok(EachOnce)
    }

    fn visit_str<E>(self, _: &str) -> Result<EachOnce, E> {
        Ok(EachOnce)
    }

    fn visit_unit<E>(self) -> Result<EachOnce, E> {
        Ok(EachOnce)
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    lines: Vec<Line>,
    collected: &'a [Collected],
    interest_exact: String,
    interest_minor: Minor,
    principal_minor: Minor,
    payoff_minor: Minor,
}

#[derive(Serialize)]
struct Line {
    from: BusinessDate,
    to: BusinessDate,
    days: i32,
    balance_minor: Minor,
    annual_percent: AnnualPercent,
    interest_exact: String,
}

impl Quote {
    pub fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let facts = facts(self.read()?).map_err(at)?;
        let quoted = quote(&facts).map_err(at)?;
        let answer = answer(&quoted, self.currency);
        if output.json {
            output.value(&answer)?;
        } else {
            output.line(&text(&answer, self.currency))?;
        }
        Ok(Exit::Fine)
    }

    fn read(&self) -> Result<Value, Failure> {
        let named = |error: io::Error| Failure::usage(format!("{}: {error}", self.file.display()));
        let input: Box<dyn Read> = if self.file == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(&self.file).map_err(named)?)
        };
        let mut bytes = Vec::new();
        let mut input = input.take(FILE_MAX_BYTES + 1);
        input.read_to_end(&mut bytes).map_err(named)?;
        if bytes.len() as u64 > FILE_MAX_BYTES {
            return Err(Failure::usage(format!(
                "{}: more than {FILE_MAX_BYTES} bytes",
                self.file.display()
            )));
        }
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> Result<Value, Failure> {
    let unreadable = |field: Option<String>, error: &serde_json::Error| {
        Failure::from(ApiError::malformed(field, error.to_string()))
    };
    let value = serde_json::from_slice(bytes).map_err(|error| unreadable(None, &error))?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize::<_, EachOnce>(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        unreadable((path != ".").then_some(path), error.inner())
    })?;
    Ok(value)
}

fn at(error: QuoteError) -> Failure {
    let field = Some(error.field).filter(|field| !field.is_empty());
    ApiError::malformed(field, error.reason).into()
}

fn answer(quoted: &Quoted, currency: Currency) -> Answer<'_> {
    let line = |line: &domain::interest::AccrualLine| Line {
        from: line.from,
        to: line.to,
        days: line.days,
        balance_minor: line.balance_minor,
        annual_percent: line.annual_percent,
        interest_exact: line.interest.decimal(currency),
    };
    Answer {
        lines: quoted.lines.iter().map(line).collect(),
        collected: &quoted.collected,
        interest_exact: quoted.interest.decimal(currency),
        interest_minor: quoted.interest_minor,
        principal_minor: quoted.principal_minor,
        payoff_minor: quoted.payoff_minor,
    }
}

fn text(answer: &Answer, currency: Currency) -> String {
    let columns = [
        ("From", Align::Left),
        ("To", Align::Left),
        ("Days", Align::Right),
        ("Balance", Align::Right),
        ("Rate %", Align::Right),
        ("Interest", Align::Right),
    ];
    let row = |line: &Line| {
        vec![
            line.from.to_string(),
            line.to.to_string(),
            line.days.to_string(),
            currency.format(line.balance_minor),
            line.annual_percent.to_string(),
            line.interest_exact.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = answer.lines.iter().map(row).collect();
    let collected: Vec<String> = answer
        .collected
        .iter()
        .map(|one| format!("{} on {}", currency.format(one.interest_minor), one.date))
        .collect();
    let facts = table::facts(&[
        ("Collected", collected.join(", ")),
        (
            "Interest",
            format!(
                "{} ({})",
                currency.format(answer.interest_minor),
                answer.interest_exact
            ),
        ),
        ("Principal", currency.format(answer.principal_minor)),
        ("Payoff", currency.format(answer.payoff_minor)),
    ]);
    format!("{}\n\n{facts}", table::table(&columns, &rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stories::garble::{Measure, examples, internals_in, throw_at};

    fn quoted(bytes: &[u8]) -> Result<String, Failure> {
        let facts = facts(parse(bytes)?).map_err(at)?;
        let quoted = super::quote(&facts).map_err(at)?;
        Ok(text(&answer(&quoted, Currency::USD), Currency::USD))
    }

    #[test]
    fn garbled_facts_are_quoted_or_refused() {
        let examples = examples(&["quotes"]);
        for example in &examples {
            assert!(quoted(example).unwrap().contains("Payoff"));
        }
        throw_at(
            "quote files",
            &examples,
            5_000,
            Measure::ThisThread,
            |bytes| {
                if let Err(failure) = quoted(bytes) {
                    let told = format!("{failure:?}");
                    assert_eq!(internals_in(&told), None, "{told}");
                }
            },
        );
    }
}
