//! A report as a file: what is on the screen, written for programs (CSV) or for a spreadsheet
//! (XLSX).
#![forbid(unsafe_code)]

pub mod csv;
pub mod xlsx;

use domain::report::{FileFormat, Report};

/// The report's bytes in a format.
pub fn written(report: &Report, format: FileFormat) -> Result<Vec<u8>, xlsx::XlsxError> {
    match format {
        FileFormat::Csv => Ok(csv::written(report).into_bytes()),
        FileFormat::Xlsx => xlsx::written(report),
    }
}

/// Text that a spreadsheet would take for a formula when it opens a CSV or when somebody edits the
/// cell (OWASP, "CSV injection").
fn like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use domain::money::Minor;
    use domain::report::*;

    /// A report with a cell of each kind, and a customer who would like to be a formula.
    pub fn example(currency: &str) -> Report {
        let column = |words: &str, kind| ReportColumn {
            words: words.to_owned(),
            kind,
        };
        Report {
            name: ReportName::Disbursals,
            title: "Disbursals".to_owned(),
            branch_name: "Harbor Street".to_owned(),
            currency: currency.parse().unwrap(),
            made_on: "2026-03-17".parse().unwrap(),
            from: Some("2026-03-01".parse().unwrap()),
            to: Some("2026-03-17".parse().unwrap()),
            as_of: None,
            columns: vec![
                column("Customer", ColumnKind::Text),
                column("Posted on", ColumnKind::Date),
                column("Lines", ColumnKind::Count),
                column("Paid out", ColumnKind::Money),
            ],
            rows: vec![
                vec![
                    ReportCell::Text("=HYPERLINK(\"http://x\",\"Hill\")".to_owned()),
                    ReportCell::Date("2026-03-02".parse().unwrap()),
                    ReportCell::Count(3),
                    ReportCell::Money(Minor(-1_250_050)),
                ],
                vec![
                    ReportCell::Text("Zoë, \"the\" Hill".to_owned()),
                    ReportCell::Nothing,
                    ReportCell::Count(0),
                    ReportCell::Money(Minor(9_007_199_254_740_993)),
                ],
            ],
            totals: vec![
                ReportCell::Nothing,
                ReportCell::Nothing,
                ReportCell::Count(3),
                ReportCell::Money(Minor(9_007_199_253_490_943)),
            ],
            found: 2,
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_could_be_a_formula() {
        for text in ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert!(super::like_a_formula(text), "{text:?}");
        }
        for text in ["", "Hill", "1=1", "'=1", "Ann-Marie"] {
            assert!(!super::like_a_formula(text), "{text:?}");
        }
    }
}
