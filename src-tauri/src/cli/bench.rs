//! Stores for measuring, of any size.

use super::output::Output;
use super::{Common, Exit, Failure, has_store};
use clap::{Args, Subcommand};
use engine::demo::fill::{Size, fill};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Fill a store with invented applications and transactions, or go on with one. Its passphrase
    /// is the demonstration's: read it with --demo.
    Fill(Fill),
}

#[derive(Args, Debug)]
pub struct Fill {
    /// Applications, each of a customer of its own.
    #[arg(long, value_name = "N")]
    applications: u32,
    /// Draws and repayments in cash.
    #[arg(long, value_name = "M", default_value_t = 0)]
    transactions: u32,
}

impl Bench {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let Bench::Fill(wanted) = self;
        if common.data_dir.is_none() {
            return Err(Failure::usage("name the folder to fill with --data-dir"));
        }
        let data_dir = common.data_dir()?;
        if wanted.transactions > 0 && wanted.applications == 0 {
            return Err(Failure::usage("transactions need applications"));
        }
        let before = has_store(&data_dir);
        let size = Size {
            applications: wanted.applications.into(),
            transactions: wanted.transactions.into(),
        };
        let json = output.json;
        let tell = |done: u64, all: u64| {
            // Progress is for whoever watches, and no part of the answer.
            if !json {
                eprintln!("{done} of {all}");
            }
        };
        fill(&data_dir, size, tell).await?;
        if output.json {
            output.value(&json!({
                "data_dir": data_dir,
                "applications": wanted.applications,
                "transactions": wanted.transactions,
                "was_there": before,
            }))?;
        } else {
            output.line(&format!("The store is in {}.", data_dir.display()))?;
        }
        Ok(Exit::Fine)
    }
}
