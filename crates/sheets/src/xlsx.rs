//! A workbook of one sheet: title, days, notes, heading, rows, totals. Numbers are numbers in the
//! currency's format, dates are dates, text is text whatever it begins with.

use crate::like_a_formula;
use domain::money::{Currency, Minor};
use domain::report::{Report, ReportCell};
pub use rust_xlsxwriter::XlsxError;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};

/// A spreadsheet keeps fifteen digits of a number: an amount with more is written as text.
const EXACT_BELOW_MINOR: u64 = 1_000_000_000_000_000;
/// The first year a spreadsheet can count days from.
const FIRST_YEAR: i16 = 1900;

pub fn written(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(&report.title)?;
    let mut at = Sheet {
        sheet,
        row: 0,
        formats: Formats::of(report.currency),
        currency: report.currency,
    };
    at.above(report)?;
    for (column, head) in (0..).zip(&report.columns) {
        let format = match head.kind.numeric() {
            true => &at.formats.head_numeric,
            false => &at.formats.head,
        };
        at.sheet
            .write_string_with_format(at.row, column, &head.words, format)?;
    }
    at.row += 1;
    at.sheet.set_freeze_panes(at.row, 0)?;
    for row in &report.rows {
        at.cells(row, false)?;
    }
    let empty_first = matches!(report.totals.first(), Some(ReportCell::Nothing));
    if empty_first {
        at.sheet
            .write_string_with_format(at.row, 0, "Total", &at.formats.total.text)?;
    }
    at.cells(&report.totals, true)?;
    at.sheet.autofit();
    workbook.save_to_buffer()
}

/// How each kind of cell looks.
struct Look {
    text: Format,
    /// Text that is to stay text when somebody edits it.
    quoted: Format,
    date: Format,
    money: Format,
    /// An amount that is too large for a number here.
    money_text: Format,
    count: Format,
}

impl Look {
    fn of(currency: Currency, base: &Format) -> Look {
        Look {
            text: base.clone(),
            quoted: base.clone().set_quote_prefix(),
            date: base.clone().set_num_format("yyyy-mm-dd"),
            money: base.clone().set_num_format(number_format(currency)),
            money_text: base.clone().set_align(FormatAlign::Right),
            count: base.clone().set_num_format("#,##0"),
        }
    }
}

struct Formats {
    title: Format,
    head: Format,
    head_numeric: Format,
    body: Look,
    total: Look,
}

impl Formats {
    fn of(currency: Currency) -> Formats {
        let bold = Format::new().set_bold();
        Formats {
            title: bold.clone(),
            head: bold.clone(),
            head_numeric: bold.clone().set_align(FormatAlign::Right),
            body: Look::of(currency, &Format::new()),
            total: Look::of(currency, &bold),
        }
    }
}

/// Such as `#,##0.00 "USD"`.
fn number_format(currency: Currency) -> String {
    let decimals = usize::from(currency.exponent());
    let point = if decimals > 0 { "." } else { "" };
    format!("#,##0{point}{} \"{currency}\"", "0".repeat(decimals))
}

struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    formats: Formats,
    currency: Currency,
}

impl Sheet<'_> {
    /// What stands above the table: of what, where, on which days.
    fn above(&mut self, report: &Report) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(self.row, 0, &report.title, &self.formats.title)?;
        self.row += 1;
        let of = format!("{}, {}", report.branch_name, report.days_in_words());
        for line in [of].iter().chain(&report.notes) {
            self.text(0, line, false)?;
            self.row += 1;
        }
        self.row += 1;
        Ok(())
    }

    fn cells(&mut self, cells: &[ReportCell], total: bool) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            self.cell(column, cell, total)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &ReportCell, total: bool) -> Result<(), XlsxError> {
        let row = self.row;
        match cell {
            ReportCell::Nothing => Ok(()),
            ReportCell::Text(text) => self.text(column, text, total),
            ReportCell::Count(count) => {
                // Nobody counts as far as a float is not exact.
                let count = *count as f64;
                let look = self.look(total).count.clone();
                self.sheet
                    .write_number_with_format(row, column, count, &look)
                    .map(|_| ())
            }
            ReportCell::Money(amount) => self.money(column, *amount, total),
            ReportCell::Date(date) => {
                let civil = date.civil();
                let (month, day) = (civil.month().unsigned_abs(), civil.day().unsigned_abs());
                if civil.year() < FIRST_YEAR {
                    return self.text(column, &date.to_string(), total);
                }
                let at = ExcelDateTime::from_ymd(civil.year().unsigned_abs(), month, day)?;
                let look = self.look(total).date.clone();
                self.sheet
                    .write_datetime_with_format(row, column, &at, &look)
                    .map(|_| ())
            }
        }
    }

    /// The float next to the exact decimal: a spreadsheet shows it as that decimal again.
    fn money(&mut self, column: u16, amount: Minor, total: bool) -> Result<(), XlsxError> {
        let decimal = self.currency.decimal(amount);
        let exact = amount.0.unsigned_abs() < EXACT_BELOW_MINOR;
        match decimal.parse::<f64>().ok().filter(|_| exact) {
            Some(number) => {
                let look = self.look(total).money.clone();
                self.sheet
                    .write_number_with_format(self.row, column, number, &look)?;
            }
            None => {
                let look = self.look(total).money_text.clone();
                let text = format!("{decimal} {}", self.currency);
                self.sheet
                    .write_string_with_format(self.row, column, text, &look)?;
            }
        }
        Ok(())
    }

    fn text(&mut self, column: u16, text: &str, total: bool) -> Result<(), XlsxError> {
        let look = self.look(total);
        let look = match like_a_formula(text) {
            true => look.quoted.clone(),
            false => look.text.clone(),
        };
        self.sheet
            .write_string_with_format(self.row, column, text, &look)
            .map(|_| ())
    }

    fn look(&self, total: bool) -> &Look {
        match total {
            true => &self.formats.total,
            false => &self.formats.body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::example;
    use std::io::{Cursor, Read};

    /// A part of the workbook as it lies in the file.
    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        let mut file = archive.by_name(name).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn numbers_are_numbers_and_text_is_text() {
        let bytes = written(&example("USD")).unwrap();
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        let strings = part(&bytes, "xl/sharedStrings.xml");
        let styles = part(&bytes, "xl/styles.xml");
        assert!(sheet.contains("<v>-12500.5</v>"), "{sheet}");
        // 2026-03-02 in days since 1899-12-30.
        assert!(sheet.contains("<v>46083</v>"), "{sheet}");
        assert!(sheet.contains("<v>3</v>"), "{sheet}");
        assert!(!sheet.contains("<f>"), "{sheet}");
        assert!(strings.contains("=HYPERLINK("), "{strings}");
        assert!(styles.contains("quotePrefix=\"1\""), "{styles}");
        assert!(styles.contains("#,##0.00 &quot;USD&quot;"), "{styles}");
        // More digits than a number keeps.
        assert!(strings.contains("90071992547409.93 USD"), "{strings}");
        assert!(!sheet.contains("90071992547409"), "{sheet}");
    }

    #[test]
    fn formats_have_the_currency_s_decimals() {
        for (currency, expected) in [
            ("USD", "#,##0.00 \"USD\""),
            ("JPY", "#,##0 \"JPY\""),
            ("KWD", "#,##0.000 \"KWD\""),
        ] {
            assert_eq!(number_format(currency.parse().unwrap()), expected);
        }
    }
}
