//! `reconcile`: compares the store with the payments network now, and shows where they disagree.

use super::output::Output;
use super::table::{Align, table};
use super::{Common, Exit, Failure};
use clap::Args;
use domain::view::FindingRow;
use engine::{Engine, Reading};
use std::time::Duration;

/// How long the network may take.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Args, Debug)]
pub struct Reconcile {
    /// Only show what was found before; asks nobody.
    #[arg(long)]
    show: bool,
    /// Closed ones, too.
    #[arg(long)]
    all: bool,
}

impl Reconcile {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let findings = if self.show {
            let Reading { reader, .. } = common.read().await?;
            reader.findings(!self.all).await
        } else {
            if common.payments_url.is_none() {
                return Err(Failure::usage(
                    "say where the network is with --payments-url",
                ));
            }
            let engine = common.open_existing().await?;
            let compared = compared(&engine).await;
            let findings = engine.reader().findings(!self.all).await;
            engine.stop().await;
            if !compared {
                return Err(Failure::broken(
                    "the payments network could not be compared with: it does not answer",
                ));
            }
            findings
        };
        let findings = findings.map_err(|error| Failure::broken(error.to_string()))?;
        tell(output, &findings)
    }
}

/// Whether everything that is due was read within our patience.
async fn compared(engine: &Engine) -> bool {
    let handle = engine.sync_handle();
    handle.reconcile();
    let waited = async {
        while handle.reconcile_asked() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.is_ok()
}

fn tell(output: &mut Output, findings: &[FindingRow]) -> Result<Exit, Failure> {
    if output.json {
        output.value(&findings)?;
        return Ok(Exit::Fine);
    }
    if findings.is_empty() {
        output.line("Ledger, outbox and network agree.")?;
        return Ok(Exit::Fine);
    }
    let amount = |minor: Option<domain::money::Minor>| {
        minor.map_or_else(String::new, |minor| minor.0.to_string())
    };
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|finding| {
            vec![
                finding.id.clone(),
                finding.class.words().to_owned(),
                finding.line_number.clone().unwrap_or_default(),
                finding.reference.clone(),
                amount(finding.ours_minor),
                amount(finding.theirs_minor),
                finding
                    .resolved
                    .map_or("open", |done| done.words())
                    .to_owned(),
            ]
        })
        .collect();
    let columns = [
        ("Finding", Align::Left),
        ("Class", Align::Left),
        ("Line", Align::Left),
        ("Reference", Align::Left),
        ("Ours (minor)", Align::Right),
        ("Theirs (minor)", Align::Right),
        ("State", Align::Left),
    ];
    output.line(table(&columns, &rows).trim_end())?;
    Ok(Exit::Fine)
}
