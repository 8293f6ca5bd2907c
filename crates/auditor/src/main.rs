//! `auditor LOG PUBLIC_KEY`: proves an exported log. 0 it holds, 1 it does not, 2 it cannot be read.
#![forbid(unsafe_code)]

use auditor::{PublicKey, audit};
use std::fs::File;
use std::io::{BufReader, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [log, key] = words.as_slice() else {
        return unreadable("usage: auditor LOG PUBLIC_KEY");
    };
    let Some(key) = PublicKey::from_hex(key) else {
        return unreadable("the public key is 64 hexadecimal digits");
    };
    let report = File::open(log).and_then(|file| audit(BufReader::new(file), &key));
    let report = match report {
        Ok(report) => report,
        Err(error) => return unreadable(&format!("{log}: {error}")),
    };
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&format!("{finding}\n"));
    }
    text.push_str(&format!(
        "Store {}: {} events, {} signatures, signed through event {} with hash {}.\n",
        report.store_id,
        report.events,
        report.signatures,
        report.signed_through,
        report.signed_hash
    ));
    // Whoever stopped listening has seen enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    if report.clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn unreadable(why: &str) -> ExitCode {
    // Nobody is left to tell if this fails.
    let _ = writeln!(std::io::stderr(), "{why}");
    ExitCode::from(2)
}
