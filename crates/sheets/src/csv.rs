//! CSV as RFC 4180 has it: a heading, the rows, the totals; CRLF after each. UTF-8 without a mark.

use crate::like_a_formula;
use domain::money::Currency;
use domain::report::{Report, ReportCell};

/// Stands in the first column of the last line.
const TOTAL: &str = "Total";

pub fn written(report: &Report) -> String {
    let heads: Vec<String> = report
        .columns
        .iter()
        .map(|column| field(&column.words))
        .collect();
    let mut text = line(&heads);
    for row in &report.rows {
        let fields: Vec<String> = row.iter().map(|one| cell(one, report.currency)).collect();
        text.push_str(&line(&fields));
    }
    let mut totals: Vec<String> = report
        .totals
        .iter()
        .map(|one| cell(one, report.currency))
        .collect();
    if let Some(first) = totals.first_mut().filter(|first| first.is_empty()) {
        *first = TOTAL.to_owned();
    }
    text.push_str(&line(&totals));
    text
}

fn line(fields: &[String]) -> String {
    format!("{}\r\n", fields.join(","))
}

/// Amounts are exact decimals without groups; ours may begin with a minus, text may not.
fn cell(cell: &ReportCell, currency: Currency) -> String {
    match cell {
        ReportCell::Money(amount) => currency.decimal(*amount),
        ReportCell::Text(text) => field(text),
        ReportCell::Date(date) => date.to_string(),
        ReportCell::Count(count) => count.to_string(),
        ReportCell::Nothing => String::new(),
    }
}

fn field(text: &str) -> String {
    let safe = match like_a_formula(text) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match safe.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", safe.replace('"', "\"\"")),
        false => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::example;

    #[test]
    fn quoted_escaped_and_exact() {
        let expected = "Customer,Posted on,Lines,Paid out\r\n\
            \"'=HYPERLINK(\"\"http://x\"\",\"\"Hill\"\")\",2026-03-02,3,-12500.50\r\n\
            \"Zoë, \"\"the\"\" Hill\",,0,90071992547409.93\r\n\
            Total,,3,90071992534909.43\r\n";
        assert_eq!(written(&example("USD")), expected);
    }

    #[test]
    fn decimals_are_those_of_the_currency() {
        assert!(written(&example("JPY")).contains(",3,-1250050\r\n"));
        assert!(written(&example("KWD")).contains(",3,-1250.050\r\n"));
    }

    #[test]
    fn text_that_could_be_a_formula_is_text() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+1 202 555 0143", "'+1 202 555 0143"),
            ("-", "'-"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("O'Hara", "O'Hara"),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(field(text), expected, "{text:?}");
        }
    }
}
