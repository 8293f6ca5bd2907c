//! `report`: the reports of the window, as a table, as CSV or as a spreadsheet.

use super::output::Output;
use super::table::{self, Align};
use super::{Common, Exit, Failure};
use crate::files;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use domain::date::BusinessDate;
use domain::report::{FileFormat, Report, ReportCell, ReportName, ReportQuery, SavedFile};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub struct ShowReport {
    #[arg(value_parser = by_name())]
    name: ReportName,
    /// The first day of disbursals and collections; the first of the month unless told.
    #[arg(long, value_name = "DATE")]
    from: Option<BusinessDate>,
    /// The last day of disbursals and collections; the business date unless told.
    #[arg(long, value_name = "DATE")]
    to: Option<BusinessDate>,
    /// The day the trial balance is of; the business date unless told.
    #[arg(long, value_name = "DATE")]
    as_of: Option<BusinessDate>,
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write a new file instead; its format by the ending of its name, unless told.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Reports go by the names that their files have.
fn by_name() -> impl TypedValueParser<Value = ReportName> {
    let slugs = ReportName::ALL.iter().map(|name| name.slug());
    PossibleValuesParser::new(slugs).try_map(|slug| {
        let mut all = ReportName::ALL.iter().copied();
        all.find(|name| name.slug() == slug)
            .ok_or("there is no such report")
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// RFC 4180, for programs.
    Csv,
    /// A workbook; needs --out.
    Xlsx,
}

/// Where an answer goes.
enum To {
    Table,
    Csv,
    Json,
    File(PathBuf, FileFormat),
}

impl ShowReport {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let to = self.to_where(output.json)?;
        let reading = common.read().await?;
        let query = ReportQuery {
            name: self.name,
            from: self.from,
            to: self.to,
            as_of: self.as_of,
        };
        let report = reading.reader.report(&reading.viewer, &query).await?;
        match to {
            To::Json => output.value(&report)?,
            To::Table => output.line(&shown(&report))?,
            // Its lines end as CSV has it, the last one, too.
            To::Csv => output.text(&sheets::csv::written(&report))?,
            To::File(path, format) => {
                let bytes = sheets::written(&report, format)
                    .map_err(|error| Failure::broken(error.to_string()))?;
                files::write_new(&path, &bytes)?;
                let path = path.display().to_string();
                if output.json {
                    output.value(&SavedFile { path })?;
                } else {
                    output.line(&format!("The report is in {path}."))?;
                }
            }
        }
        Ok(Exit::Fine)
    }

    fn to_where(&self, json: bool) -> Result<To, Failure> {
        let Some(path) = self.out.clone() else {
            return match self.format {
                Some(Format::Xlsx) => Err(Failure::usage("a workbook needs a file: --out FILE")),
                Some(_) if json => {
                    let why =
                        "--json answers the report itself; --format is of files then: --out FILE";
                    Err(Failure::usage(why))
                }
                None if json => Ok(To::Json),
                Some(Format::Table) | None => Ok(To::Table),
                Some(Format::Csv) => Ok(To::Csv),
            };
        };
        let ending = path.extension().and_then(|ending| ending.to_str());
        let format = match (self.format, ending.map(str::to_ascii_lowercase).as_deref()) {
            (Some(Format::Csv), _) | (None, Some("csv")) => FileFormat::Csv,
            (Some(Format::Xlsx), _) | (None, Some("xlsx")) => FileFormat::Xlsx,
            (Some(Format::Table), _) => {
                return Err(Failure::usage(
                    "a table is not written to a file: csv or xlsx is",
                ));
            }
            (None, _) => {
                let why = "name the file .csv or .xlsx, or say which with --format";
                return Err(Failure::usage(why));
            }
        };
        Ok(To::File(path, format))
    }
}

fn shown(report: &Report) -> String {
    let columns: Vec<(&str, Align)> = report
        .columns
        .iter()
        .map(|column| {
            let align = match column.kind.numeric() {
                true => Align::Right,
                false => Align::Left,
            };
            (column.words.as_str(), align)
        })
        .collect();
    let cells = |row: &Vec<ReportCell>| -> Vec<String> {
        row.iter().map(|cell| cell.shown(report.currency)).collect()
    };
    let mut rows: Vec<Vec<String>> = report.rows.iter().map(cells).collect();
    let mut totals = cells(&report.totals);
    if let Some(first) = totals.first_mut().filter(|first| first.is_empty()) {
        *first = "Total".to_owned();
    }
    rows.push(totals);
    let days = report.days_in_words();
    let mut text = format!("{}, {}, {days}", report.title, report.branch_name);
    for note in &report.notes {
        text.push_str(&format!("\n{note}"));
    }
    format!("{text}\n\n{}", table::table(&columns, &rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn ask(words: &[&str]) -> ShowReport {
        let words = ["branchline", "report"].iter().chain(words);
        match Cli::try_parse_from(words).unwrap().action {
            Some(crate::cli::Action::Report(report)) => report,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_report_has_the_name_it_is_filed_under() {
        for report in ReportName::ALL {
            assert_eq!(ask(&[report.slug()]).name, *report);
        }
    }

    #[test]
    fn a_format_that_would_do_nothing_is_refused() {
        for (words, json) in [
            (vec!["ageing", "--format", "xlsx"], false),
            (vec!["ageing", "--format", "csv"], true),
            (vec!["ageing", "--format", "table", "--out", "x.csv"], false),
            (vec!["ageing", "--out", "x.txt"], false),
            (vec!["ageing", "--out", "x"], true),
        ] {
            let refused = ask(&words).to_where(json).err().unwrap();
            assert_eq!(refused.exit, Exit::Usage, "{words:?}");
        }
        let file = |words: &[&str]| match ask(words).to_where(false) {
            Ok(To::File(_, format)) => format,
            _ => panic!("{words:?}"),
        };
        assert_eq!(file(&["ageing", "--out", "x.CSV"]), FileFormat::Csv);
        assert_eq!(file(&["ageing", "--out", "x.xlsx"]), FileFormat::Xlsx);
        let told = ["ageing", "--out", "x.dat", "--format", "csv"];
        assert_eq!(file(&told), FileFormat::Csv);
    }
}
