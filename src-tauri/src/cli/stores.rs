//! A store as a whole: founding one, proving one, and the contract it speaks.

use super::output::Output;
use super::secrets::{self, Secret};
use super::table::{self, Align};
use super::{Common, Exit, Failure, has_store};
use clap::Args;
use domain::money::Currency;
use engine::clock::{self, Clock};
use engine::seal::StoreKey;
use engine::store::{self, DataFolder, OpenError, reads};
use engine::verify::{Report, verify as prove};
use engine::{Engine, Founding, demo};

#[derive(Args, Debug)]
pub struct Init {
    /// The branch's name.
    #[arg(long, value_name = "NAME", default_value = BRANCH)]
    branch: String,
    /// The store's one currency, by its ISO 4217 code.
    #[arg(long, value_name = "CODE", default_value = "USD")]
    currency: Currency,
    /// The branch's time zone, by its IANA name; this machine's unless told.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

const BRANCH: &str = "Main Street branch";

/// What a store is founded with when nobody says otherwise.
pub fn usual_founding() -> Founding {
    Founding {
        branch_name: BRANCH.to_owned(),
        currency: Currency::USD,
        time_zone: clock::local_zone(),
        demo: false,
    }
}

impl Init {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let data_dir = common.data_dir()?;
        if has_store(&data_dir) {
            let message = format!("{} holds a store already", data_dir.display());
            return Err(Failure::refused("already_exists", message));
        }
        if common.demo {
            demo::fill(&data_dir, Clock::System.now()).await?;
        } else {
            let time_zone = self.zone.unwrap_or_else(clock::local_zone);
            if !clock::known_zone(&time_zone) {
                return Err(Failure::usage(format!(
                    "{time_zone} is not a time zone's IANA name"
                )));
            }
            let (branch_name, currency) = (self.branch, self.currency);
            let founding = Founding {
                branch_name,
                currency,
                time_zone,
                demo: false,
            };
            common.open(founding).await?.stop().await;
        }
        if output.json {
            output.value(&serde_json::json!({"data_dir": data_dir, "demo": common.demo}))?;
        } else {
            output.line(&format!("The store is in {}.", data_dir.display()))?;
            if common.demo {
                output.line(demo_accounts().trim_end())?;
            }
        }
        Ok(Exit::Fine)
    }
}

/// Another passphrase for the store, for whoever has the one before.
#[derive(Args, Debug)]
pub struct ChangePassphrase {
    /// Read the new passphrase from this file descriptor instead of asking for it.
    #[arg(long, value_name = "N")]
    new_passphrase_fd: Option<u32>,
}

impl ChangePassphrase {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let engine = common.open_existing().await?;
        let ended = self.through(&engine).await;
        engine.stop().await;
        ended?;
        if output.json {
            output.value(&serde_json::json!({"changed": true}))?;
        } else {
            output.line(
                "The new passphrase opens the store. Backups made until now open with the old one.",
            )?;
        }
        Ok(Exit::Fine)
    }

    async fn through(self, engine: &Engine) -> Result<(), Failure> {
        let passphrase = match self.new_passphrase_fd {
            Some(number) => secrets::from_descriptor(number, Secret::NewPassphrase)?,
            None => secrets::ask_twice(Secret::NewPassphrase)?,
        };
        Ok(engine.change_passphrase(passphrase).await?)
    }
}

/// Who may sign in to the demonstration, and with what.
pub fn demo_accounts() -> String {
    let columns = [
        ("Sign-in", Align::Left),
        ("Password", Align::Left),
        ("Name", Align::Left),
        ("Role", Align::Left),
    ];
    let row = |account: &demo::DemoAccount| {
        let role = if account.admin { "admin" } else { "staff" };
        [account.login, account.password, account.name, role]
            .map(str::to_owned)
            .to_vec()
    };
    let rows: Vec<Vec<String>> = demo::ACCOUNTS.iter().map(row).collect();
    format!(
        "The people in the demonstration are invented. Sign in as:\n\n{}\n\n",
        table::table(&columns, &rows)
    )
}

/// Opens only what the proof needs, so that a store whose views cannot be read is found out
/// instead of turned away.
pub async fn verify(common: &Common, output: &mut Output) -> Result<Exit, Failure> {
    let data_dir = common.data_dir()?;
    let folder = DataFolder::beside(&data_dir)?;
    let passphrase = common.passphrase(false)?;
    let pool = store::connect_readers(&folder.store_path()).await?;
    let mut connection = pool.acquire().await.map_err(OpenError::from)?;
    let (_, wrapped) = store::identity(&mut connection)
        .await?
        .ok_or(OpenError::NoStore(data_dir))?;
    let store_key =
        StoreKey::unwrap(&passphrase, &wrapped).map_err(|_| OpenError::WrongPassphrase)?;
    let report = prove(&mut connection, &store_key).await;
    drop(connection);
    pool.close().await;
    if output.json {
        output.value(&report)?;
    } else {
        output.line(&told(&report))?;
    }
    Ok(if report.clean() {
        Exit::Fine
    } else {
        Exit::Refused
    })
}

fn told(report: &Report) -> String {
    let facts = table::facts(&[
        ("Events", report.events.to_string()),
        ("Journal legs", report.journal_legs.to_string()),
        ("Rows of views", report.view_rows.to_string()),
        ("Receipts", report.receipts.to_string()),
        ("Transfers", report.transfers.to_string()),
        (
            "Customers forgotten",
            report.customers_forgotten.to_string(),
        ),
    ]);
    if report.clean() {
        return format!("{facts}\n\nEverything follows from the log. The trial balance is zero.");
    }
    let columns = [
        ("Table", Align::Left),
        ("Row", Align::Left),
        ("What", Align::Left),
    ];
    let rows: Vec<Vec<String>> = report
        .findings
        .iter()
        .map(|finding| {
            vec![
                finding.table.clone(),
                finding.row.clone(),
                finding.what.clone(),
            ]
        })
        .collect();
    let count = report.findings.len() as u64 + report.more_findings;
    let findings = table::table(&columns, &rows);
    format!("{facts}\n\n{findings}\n\nDifferences: {count}.")
}

pub fn schema(output: &mut Output) -> Result<Exit, Failure> {
    let mut schema = domain::view::schema();
    if let Some(views) = schema["views"].as_object_mut() {
        views.insert("movement_page".to_owned(), reads::movement_page_schema());
        if let serde_json::Value::Object(ledger) = reads::ledger_schema() {
            views.extend(ledger);
        }
    }
    output.pretty(&schema)?;
    Ok(Exit::Fine)
}
