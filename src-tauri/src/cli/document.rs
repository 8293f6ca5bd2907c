//! `document`: what customers are handed on paper, as PDF.

use super::output::Output;
use super::{Common, Exit, Failure};
use crate::files;
use clap::{Args, Subcommand};
use domain::date::BusinessDate;
use domain::ids::{LineId, MovementId};
use domain::money::Money;
use domain::paper::{Paper, PaperKind, PaperQuery, SavedPaper};
use engine::Reading;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub struct PrintDocument {
    #[command(subcommand)]
    what: What,
    /// Write this new file; one in `exports` in the data folder unless told.
    #[arg(long, global = true, value_name = "FILE.pdf")]
    out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The terms as they were approved, for both to sign.
    Agreement {
        /// A number such as LC-000001, or an id.
        line: String,
    },
    /// Of a draw, repayment or refund that has moved.
    Receipt {
        /// The id of the draw, repayment or refund.
        movement: String,
    },
    /// What the customer was told at the end of a cycle.
    Statement {
        /// A number such as LC-000001, or an id.
        line: String,
        /// The closing date it is of.
        #[arg(long, value_name = "DATE")]
        closing: BusinessDate,
    },
    /// What settles the line on a date.
    Payoff {
        /// A number such as LC-000001, or an id.
        line: String,
        /// The date it would be paid on; the business date unless told.
        #[arg(long, value_name = "DATE")]
        on: Option<BusinessDate>,
    },
    /// Why an application was rejected, or what was done to a line that is open, and why.
    AdverseAction {
        /// A number such as LC-000001, or an id.
        line: String,
        /// The date the customer was told; the last notice unless named.
        #[arg(long, value_name = "DATE")]
        told: Option<BusinessDate>,
    },
    /// What an application lacks, as the customer was told.
    Incompleteness {
        /// A number such as LC-000001, or an id.
        line: String,
        /// The date it was told; the last notice unless named.
        #[arg(long, value_name = "DATE")]
        told: Option<BusinessDate>,
    },
    /// Told before a limit is lowered: the last reduction that was asked for, or with --limit and
    /// --reason one that is about to be.
    LimitReduction {
        /// A number such as LC-000001, or an id.
        line: String,
        /// The lower limit.
        #[arg(long, value_name = "AMOUNT", requires = "reason")]
        limit: Option<String>,
        /// Why it is lowered, as the customer is told.
        #[arg(long, value_name = "TEXT", requires = "limit")]
        reason: Option<String>,
    },
}

impl PrintDocument {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        if let Some(out) = &self.out {
            is_pdf(out)?;
        }
        let reading = common.read().await?;
        let query = self.what.query(&reading).await?;
        let paper = reading.reader.paper(&reading.viewer, &query).await?;
        let saved = match self.out {
            Some(out) => print_to(&out, &paper)?,
            None => files::print(&common.data_dir()?, &paper)?,
        };
        if output.json {
            output.value(&saved)?;
        } else {
            let SavedPaper { path, pages } = saved;
            let pages = match pages {
                1 => "1 page".to_owned(),
                pages => format!("{pages} pages"),
            };
            let title = paper.kind().title();
            output.line(&format!("{title}, {pages}: {path}"))?;
        }
        Ok(Exit::Fine)
    }
}

impl What {
    async fn query(&self, reading: &Reading) -> Result<PaperQuery, Failure> {
        let reader = &reading.reader;
        Ok(match self {
            What::Agreement { line } => PaperQuery::Agreement {
                line_id: reader.line_id(line).await?,
            },
            What::Receipt { movement } => PaperQuery::Receipt {
                movement_id: movement_id(movement)?,
            },
            What::Statement { line, closing } => PaperQuery::Statement {
                line_id: reader.line_id(line).await?,
                closing_on: *closing,
            },
            What::Payoff { line, on } => PaperQuery::Payoff {
                line_id: reader.line_id(line).await?,
                on: on.unwrap_or(reading.viewer.today),
            },
            What::AdverseAction { line, told } => {
                let line_id = reader.line_id(line).await?;
                match told {
                    Some(told_on) => PaperQuery::AdverseActionOnLine {
                        line_id,
                        told_on: *told_on,
                    },
                    None => last_notice(reading, line_id, PaperKind::AdverseAction)
                        .await?
                        .unwrap_or(PaperQuery::AdverseAction { line_id }),
                }
            }
            What::Incompleteness { line, told } => {
                let line_id = reader.line_id(line).await?;
                match told {
                    Some(told_on) => PaperQuery::Incompleteness {
                        line_id,
                        told_on: *told_on,
                    },
                    None => last_notice(reading, line_id, PaperKind::Incompleteness)
                        .await?
                        .ok_or_else(|| {
                            let words = "nobody was told what is missing";
                            Failure::refused("not_found", words.to_owned())
                        })?,
                }
            }
            What::LimitReduction {
                line,
                limit: Some(limit),
                reason,
            } => {
                let currency = reader.currency;
                let minor = currency
                    .parse(limit)
                    .ok_or_else(|| Failure::usage(format!("--limit {limit} is no amount")))?;
                PaperQuery::LimitReductionToCome {
                    line_id: reader.line_id(line).await?,
                    limit: Money { minor, currency },
                    reason: reason.clone().unwrap_or_default(),
                }
            }
            What::LimitReduction { line, .. } => {
                let line_id = reader.line_id(line).await?;
                PaperQuery::LimitReduction {
                    line_id,
                    change_id: reader.last_reduction(line_id).await?,
                }
            }
        })
    }
}

/// The newest notice of its kind.
async fn last_notice(
    reading: &Reading,
    line_id: LineId,
    kind: PaperKind,
) -> Result<Option<PaperQuery>, Failure> {
    let papers = reading.reader.papers(&reading.viewer, line_id).await?;
    let mut queries = papers.into_iter().rev().map(|row| row.query);
    Ok(queries.find(|query| query.kind() == kind))
}

fn movement_id(text: &str) -> Result<MovementId, Failure> {
    text.parse().map_err(|_| {
        let message = format!("{text} is no id of a draw, repayment or refund");
        Failure::refused("not_found", message)
    })
}

fn is_pdf(path: &Path) -> Result<(), Failure> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.is_some_and(|ending| ending.eq_ignore_ascii_case(files::PDF)) {
        true => Ok(()),
        false => Err(Failure::usage("name the file .pdf")),
    }
}

fn print_to(path: &Path, paper: &Paper) -> Result<SavedPaper, Failure> {
    let printed = paper::printed(paper).map_err(|error| Failure::broken(error.to_string()))?;
    files::write_new(path, &printed.bytes)?;
    Ok(SavedPaper {
        path: path.display().to_string(),
        pages: printed.pages,
    })
}
