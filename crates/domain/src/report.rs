//! Reports: one typed table, whatever it is of. The page shows it, and CSV and XLSX are written
//! of the very same.

use crate::date::BusinessDate;
use crate::money::{Currency, Minor};
use crate::refusal::ApiError;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportName {
    PendingApproval,
    AwaitingDisbursal,
    Disbursals,
    Collections,
    Ageing,
    Portfolio,
    TrialBalance,
    CustomerCredits,
    LargeCash,
}

/// Which dates a report is asked for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportDates {
    /// As things stand: on the business date.
    Now,
    /// As posted through a day.
    AsOf,
    /// What was posted between two days, both included.
    Between,
}

impl ReportName {
    pub const ALL: &[ReportName] = &[
        ReportName::PendingApproval,
        ReportName::AwaitingDisbursal,
        ReportName::Disbursals,
        ReportName::Collections,
        ReportName::Ageing,
        ReportName::Portfolio,
        ReportName::TrialBalance,
        ReportName::CustomerCredits,
        ReportName::LargeCash,
    ];

    pub fn title(self) -> &'static str {
        match self {
            ReportName::PendingApproval => "Pending approval",
            ReportName::AwaitingDisbursal => "Awaiting disbursal",
            ReportName::Disbursals => "Disbursals",
            ReportName::Collections => "Collections",
            ReportName::Ageing => "Ageing",
            ReportName::Portfolio => "Portfolio",
            ReportName::TrialBalance => "Trial balance",
            ReportName::CustomerCredits => "Customer credits",
            ReportName::LargeCash => "Large cash",
        }
    }

    /// As the command line and files name it.
    pub fn slug(self) -> &'static str {
        match self {
            ReportName::PendingApproval => "pending-approval",
            ReportName::AwaitingDisbursal => "awaiting-disbursal",
            ReportName::Disbursals => "disbursals",
            ReportName::Collections => "collections",
            ReportName::Ageing => "ageing",
            ReportName::Portfolio => "portfolio",
            ReportName::TrialBalance => "trial-balance",
            ReportName::CustomerCredits => "customer-credits",
            ReportName::LargeCash => "large-cash",
        }
    }

    pub fn dates(self) -> ReportDates {
        match self {
            ReportName::PendingApproval
            | ReportName::AwaitingDisbursal
            | ReportName::Ageing
            | ReportName::Portfolio
            | ReportName::CustomerCredits => ReportDates::Now,
            ReportName::TrialBalance => ReportDates::AsOf,
            ReportName::Disbursals | ReportName::Collections | ReportName::LargeCash => {
                ReportDates::Between
            }
        }
    }
}

/// A report as it is asked for. Dates that are left out are the usual ones: today, and this month
/// so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    pub name: ReportName,
    pub from: Option<BusinessDate>,
    pub to: Option<BusinessDate>,
    pub as_of: Option<BusinessDate>,
}

/// The days a report is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportDays {
    On(BusinessDate),
    Between {
        from: BusinessDate,
        to: BusinessDate,
    },
}

impl ReportQuery {
    /// The days meant, on this business date. A date that would change nothing is refused, like
    /// a day that has not come and a span that ends before it begins.
    pub fn days(&self, today: BusinessDate) -> Result<ReportDays, ApiError> {
        let refuse = |field: &str, words: &str| {
            Err(ApiError::malformed(
                Some(field.to_owned()),
                words.to_owned(),
            ))
        };
        let dates = self.name.dates();
        if dates != ReportDates::Between && self.from.is_some() {
            return refuse("from", "This report is of one day.");
        }
        if dates != ReportDates::Between && self.to.is_some() {
            return refuse("to", "This report is of one day.");
        }
        if dates == ReportDates::Between && self.as_of.is_some() {
            return refuse("as_of", "This report is of the days from one to another.");
        }
        if dates == ReportDates::Now && self.as_of.is_some() {
            return refuse("as_of", "This report is of things as they stand today.");
        }
        match dates {
            ReportDates::Now => Ok(ReportDays::On(today)),
            ReportDates::AsOf => {
                let as_of = self.as_of.unwrap_or(today);
                if as_of > today {
                    return refuse("as_of", "This day has not come yet.");
                }
                Ok(ReportDays::On(as_of))
            }
            ReportDates::Between => {
                let to = self.to.unwrap_or(today);
                let from = self.from.unwrap_or(to.first_of_month());
                if to < from {
                    return refuse("to", "This lies before the first day.");
                }
                Ok(ReportDays::Between { from, to })
            }
        }
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    Text,
    Date,
    Money,
    Count,
}

impl ColumnKind {
    /// Stands at the right, in figures of one width.
    pub fn numeric(self) -> bool {
        match self {
            ColumnKind::Text | ColumnKind::Date => false,
            ColumnKind::Money | ColumnKind::Count => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportColumn {
    pub words: String,
    pub kind: ColumnKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportCell {
    Text(String),
    Date(BusinessDate),
    /// Minor units of the report's currency.
    Money(Minor),
    Count(u64),
    Nothing,
}

impl ReportCell {
    /// As people read it; amounts are grouped by thousands.
    pub fn shown(&self, currency: Currency) -> String {
        match self {
            ReportCell::Text(text) => text.clone(),
            ReportCell::Date(date) => date.to_string(),
            ReportCell::Money(amount) => currency.format(*amount),
            ReportCell::Count(count) => count.to_string(),
            ReportCell::Nothing => String::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub name: ReportName,
    pub title: String,
    pub branch_name: String,
    pub currency: Currency,
    /// The business date it was made on.
    pub made_on: BusinessDate,
    /// The first and last day of a report between two days.
    pub from: Option<BusinessDate>,
    pub to: Option<BusinessDate>,
    /// The day of any other report.
    pub as_of: Option<BusinessDate>,
    pub columns: Vec<ReportColumn>,
    /// As many cells a row as there are columns.
    pub rows: Vec<Vec<ReportCell>>,
    /// A cell a column, of everything that was found.
    pub totals: Vec<ReportCell>,
    /// Rows found. Above the number of `rows` where only the first of them are listed.
    pub found: u64,
    /// What else has to be said of it.
    pub notes: Vec<String>,
}

impl Report {
    /// "from 2026-03-01 to 2026-03-31", or "on 2026-03-31".
    pub fn days_in_words(&self) -> String {
        match (self.from, self.to, self.as_of) {
            (Some(from), Some(to), _) => format!("from {from} to {to}"),
            (_, _, Some(on)) => format!("on {on}"),
            _ => String::new(),
        }
    }

    /// Such as "disbursals-2026-03-01-2026-03-31".
    pub fn file_stem(&self) -> String {
        let days = [self.from, self.to, self.as_of];
        let mut stem = self.name.slug().to_owned();
        for day in days.into_iter().flatten() {
            stem.push_str(&format!("-{day}"));
        }
        stem
    }
}

/// Files a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Csv,
    Xlsx,
}

impl FileFormat {
    pub fn ending(self) -> &'static str {
        match self {
            FileFormat::Csv => "csv",
            FileFormat::Xlsx => "xlsx",
        }
    }
}

/// A report asked for as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportFileQuery {
    pub report: ReportQuery,
    pub format: FileFormat,
}

/// Where the file lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SavedFile {
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_the_same_everywhere() {
        for name in ReportName::ALL {
            let tag = serde_json::to_value(name).unwrap();
            assert_eq!(tag, name.slug().replace('-', "_"), "{name:?}");
        }
    }

    #[test]
    fn dates_that_mean_nothing_are_refused() {
        let today = date("2026-03-17");
        let ask = |name, from: &str, to: &str, as_of: &str| {
            let day = |text: &str| (!text.is_empty()).then(|| date(text));
            let query = ReportQuery {
                name,
                from: day(from),
                to: day(to),
                as_of: day(as_of),
            };
            query.days(today).map_err(|error| error.field.unwrap())
        };
        let between = |from: &str, to: &str| {
            Ok(ReportDays::Between {
                from: date(from),
                to: date(to),
            })
        };
        use ReportName::*;
        for (name, from, to, as_of, expected) in [
            (Ageing, "", "", "", Ok(ReportDays::On(today))),
            (Ageing, "", "", "2026-03-17", Err("as_of")),
            (Portfolio, "2026-03-01", "", "", Err("from")),
            (PendingApproval, "", "2026-03-01", "", Err("to")),
            (TrialBalance, "", "", "", Ok(ReportDays::On(today))),
            (
                TrialBalance,
                "",
                "",
                "2026-02-28",
                Ok(ReportDays::On(date("2026-02-28"))),
            ),
            (TrialBalance, "", "", "2026-03-18", Err("as_of")),
            (TrialBalance, "", "2026-03-01", "", Err("to")),
            (Disbursals, "", "", "", between("2026-03-01", "2026-03-17")),
            (
                Disbursals,
                "",
                "2026-01-15",
                "",
                between("2026-01-01", "2026-01-15"),
            ),
            (
                Collections,
                "2026-03-05",
                "2026-03-05",
                "",
                between("2026-03-05", "2026-03-05"),
            ),
            (Collections, "2026-03-05", "2026-03-04", "", Err("to")),
            (Collections, "2026-03-18", "", "", Err("to")),
            (Collections, "", "", "2026-03-04", Err("as_of")),
        ] {
            let expected = expected.map_err(str::to_owned);
            assert_eq!(ask(name, from, to, as_of), expected, "{name:?} {from} {to}");
        }
    }
}
