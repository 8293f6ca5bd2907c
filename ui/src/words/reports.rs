//! Words of the page of reports.

use domain::report::FileFormat;

pub const TITLE: &str = "Reports";
pub const REPORT: &str = "Report";
pub const FROM: &str = "From";
pub const TO: &str = "To";
pub const AS_OF: &str = "As of";
pub const MAKE_ANEW: &str = "Make anew";
pub const TOTAL: &str = "Total";
pub const NOTHING: &str = "Nothing to list";
pub const NOTHING_WORDS: &str = "Nothing of this was found. Choose other days or another report.";
pub const SAVED: &str = "The file is saved";

pub fn save(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv => "Save as CSV",
        FileFormat::Xlsx => "Save as XLSX",
    }
}

/// "Harbor Street, on 2026-03-31, in USD".
pub fn of(branch: &str, days: &str, currency: &str) -> String {
    format!("{branch}, {days}, in {currency}")
}

pub fn shown(shown: usize, listed: usize) -> String {
    format!("{shown} of {listed} rows are shown. Files hold all of them.")
}
