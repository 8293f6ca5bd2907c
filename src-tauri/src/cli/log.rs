//! The log for somebody who was not there: exporting it, and proving what was exported.

use super::output::Output;
use super::table::{self, Align};
use super::{Common, Exit, Failure, stores};
use auditor::{PublicKey, audit};
use clap::Args;
use engine::export::{self, Exported};
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub struct Verify {
    /// An exported log to prove instead of a store.
    #[arg(long, value_name = "FILE", requires = "key")]
    log: Option<PathBuf>,
    /// The public key of the device that wrote it, in hexadecimal.
    #[arg(long, value_name = "KEY", requires = "log")]
    key: Option<String>,
}

#[derive(Args, Debug)]
pub struct ExportLog {
    /// The file to make. It must not exist.
    to: PathBuf,
}

impl Verify {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let (Some(log), Some(key)) = (self.log, self.key) else {
            return stores::verify(common, output).await;
        };
        let key = PublicKey::from_hex(&key)
            .ok_or_else(|| Failure::usage("--key: a public key is 64 hexadecimal digits"))?;
        let unreadable = |error| Failure::usage(format!("{}: {error}", log.display()));
        let file = File::open(&log).map_err(unreadable)?;
        let report = audit(BufReader::new(file), &key).map_err(unreadable)?;
        if output.json {
            output.value(&report)?;
        } else {
            let facts = table::facts(&[
                ("Store", report.store_id.clone()),
                ("Events", report.events.to_string()),
                ("Signatures", report.signatures.to_string()),
                ("Signed through", report.signed_through.to_string()),
                ("Its hash", report.signed_hash.clone()),
            ]);
            output.line(&facts)?;
            if report.clean() {
                output.line("\nEvery event is as it was written and signed.")?;
            } else {
                let findings = report.findings.iter().map(|what| vec![what.clone()]);
                let rows: Vec<Vec<String>> = findings.collect();
                output.line(&format!(
                    "\n{}",
                    table::table(&[("What", Align::Left)], &rows)
                ))?;
            }
        }
        Ok(if report.clean() {
            Exit::Fine
        } else {
            Exit::Refused
        })
    }
}

impl ExportLog {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let data_dir = common.data_dir()?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.to)
            .map_err(|error| Failure::usage(format!("{}: {error}", self.to.display())))?;
        let mut to = BufWriter::new(file);
        let written = export::export(&data_dir, &mut to).await;
        let written = match written {
            Ok(exported) => to.flush().map(|()| exported).map_err(Failure::from),
            Err(error) => Err(error.into()),
        };
        let exported = written.inspect_err(|_| {
            // Half a log proves nothing.
            let _ = std::fs::remove_file(&self.to);
        })?;
        if output.json {
            output.value(&exported)?;
            return Ok(Exit::Fine);
        }
        let Exported {
            events,
            signatures,
            public_key,
            ..
        } = exported;
        let to = self.to.display();
        output.line(&format!("{to}: {events} events, {signatures} signatures."))?;
        output.line(&format!("Prove it with the public key {public_key}."))?;
        Ok(Exit::Fine)
    }
}

pub async fn device_key(common: &Common, output: &mut Output) -> Result<Exit, Failure> {
    let public_key = export::public_key(&common.data_dir()?).await?;
    if output.json {
        output.value(&json!({"public_key": public_key}))?;
    } else {
        output.line(&public_key)?;
    }
    Ok(Exit::Fine)
}
