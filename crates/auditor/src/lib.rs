//! Proves an exported log of Branchline with the device's public key alone.
//!
//! A log is a text file, one JSON value a line:
//!
//! - the first line says what the file is and whose: `{"log": "branchline 1", "store_id": …}`;
//! - `{"event": {…}}` is one row of the store's log, in order, numbered without gaps from 1. Its
//!   `hash` is SHA-256 over the hash of the event before it and every other column of its own row;
//! - `{"head": {…}}` follows the last event of a commit: the device's Ed25519 signature over the
//!   store's id, the epoch, the number of that event and its hash.
//!
//! Since each hash covers the one before, a signature stands for every event up to its own. So
//! nothing can be edited, put in, taken out or moved without the private key. What the file cannot
//! say is whether more events came after its last: compare the last signed number and hash with
//! what you were told, or with an earlier export.
#![forbid(unsafe_code)]

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead};

/// What the first line of a log says it is.
pub const FORMAT: &str = "branchline 1";
/// So many findings are named; the rest are counted.
const NAMED: usize = 1_000;

/// The device's public key.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<PublicKey> {
        let bytes: [u8; 32] = unhex(text.trim())?;
        VerifyingKey::from_bytes(&bytes).ok().map(PublicKey)
    }
}

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    Event(Box<Event>),
    Head(Head),
}

/// The first line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub log: String,
    pub store_id: String,
}

/// A row of the log. What identifies a customer stands sealed in the payload and stays so.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub seq: i64,
    pub stream: String,
    pub stream_id: String,
    pub stream_seq: i64,
    #[serde(rename = "type")]
    pub event_type: String,
    pub version: i64,
    pub payload: String,
    pub at_ms: i64,
    pub business_date: String,
    pub command_id: String,
    pub ordinal: i64,
    pub user_id: Option<String>,
    pub person_id: Option<String>,
    pub device_id: String,
    pub branch: String,
    pub store_id: String,
    pub epoch: i64,
    pub customer_id: Option<String>,
    pub hash: String,
}

/// A signed head.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub seq: i64,
    pub epoch: i64,
    pub hash: String,
    pub signature: String,
}

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub store_id: String,
    pub events: u64,
    pub signatures: u64,
    /// The last event a signature stands for, and its hash.
    pub signed_through: i64,
    pub signed_hash: String,
    pub findings: Vec<String>,
    /// Findings beyond those named.
    pub more_findings: u64,
}

impl Report {
    pub fn clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, what: impl Into<String>) {
        if self.findings.len() < NAMED {
            self.findings.push(what.into());
        } else {
            self.more_findings += 1;
        }
    }
}

/// Reads a log to its end. Keeps no more of it than the last hash.
pub fn audit(log: impl BufRead, key: &PublicKey) -> io::Result<Report> {
    let mut report = Report::default();
    let mut lines = log.lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    match serde_json::from_str::<Header>(&first) {
        Ok(header) if header.log == FORMAT => report.store_id = header.store_id,
        Ok(_) | Err(_) => {
            report.find("line 1: this is not an exported log");
            return Ok(report);
        }
    }
    let mut seq = 0;
    let mut epoch = 0;
    let mut previous = [0; 32];
    for (place, line) in lines.enumerate() {
        let line = line?;
        match serde_json::from_str::<Line>(&line) {
            Ok(Line::Event(event)) => {
                report.events += 1;
                judge_event(&event, seq, epoch, &previous, &mut report);
                judge_key(&event, key, &mut report);
                seq = event.seq;
                epoch = event.epoch;
                // Each event is held against the hash that stands before it, so that one edit is one
                // finding.
                previous = unhex(&event.hash).unwrap_or_default();
            }
            Ok(Line::Head(head)) => {
                report.signatures += 1;
                judge_head(&head, seq, &previous, key, &mut report);
            }
            Err(_) => report.find(format!("line {}: it is no event and no head", place + 2)),
        }
    }
    if report.events == 0 {
        report.find("there are no events");
    } else if report.signed_through < seq {
        let from = report.signed_through.saturating_add(1);
        report.find(format!("event {from} and what follows it: not signed"));
    }
    Ok(report)
}

fn judge_event(event: &Event, seq: i64, epoch: i64, previous: &[u8; 32], report: &mut Report) {
    // Whoever wrote the file may have numbered it as they liked.
    if Some(event.seq) != seq.checked_add(1) {
        let what = format!("event {}: it follows event {seq}", event.seq);
        report.find(what);
    }
    if hex(&event_hash(event, previous)) != event.hash {
        report.find(format!(
            "event {}: it is not what was written here",
            event.seq
        ));
    }
    if event.store_id != report.store_id {
        report.find(format!("event {}: it is of another store", event.seq));
    }
    if event.epoch < epoch {
        report.find(format!("event {}: it is of an earlier epoch", event.seq));
    }
}

/// The log names the key it is signed with.
fn judge_key(event: &Event, key: &PublicKey, report: &mut Report) {
    if event.event_type != "device_key_recorded" {
        return;
    }
    let payload: serde_json::Value = serde_json::from_str(&event.payload).unwrap_or_default();
    if payload["public_key"].as_str() != Some(&hex(key.0.as_bytes())) {
        report.find(format!("event {}: it names another key", event.seq));
    }
}

fn judge_head(head: &Head, seq: i64, previous: &[u8; 32], key: &PublicKey, report: &mut Report) {
    if head.seq != seq || head.hash != hex(previous) {
        let what = format!("head {}: it is not that of event {seq}", head.seq);
        report.find(what);
        return;
    }
    let signature = unhex::<64>(&head.signature).map(|bytes| Signature::from_bytes(&bytes));
    let message = signed_message(&report.store_id, head.epoch, head.seq, previous);
    match signature {
        Some(signature) if key.0.verify_strict(&message, &signature).is_ok() => {
            report.signed_through = head.seq;
            report.signed_hash.clone_from(&head.hash);
        }
        Some(_) | None => {
            report.find(format!("head {}: the signature is not the key's", head.seq));
        }
    }
}

/// SHA-256 over the hash before and the columns, each with its length before it: numbers first,
/// then texts, then what may be missing ("-" if it is, "+" and the text if it is not).
fn event_hash(event: &Event, previous: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    let mut add = |text: &str| {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    };
    add(&event.seq.to_string());
    add(&event.stream_seq.to_string());
    add(&event.version.to_string());
    add(&event.at_ms.to_string());
    add(&event.ordinal.to_string());
    add(&event.epoch.to_string());
    add(&event.stream);
    add(&event.stream_id);
    add(&event.event_type);
    add(&event.payload);
    add(&event.business_date);
    add(&event.command_id);
    add(&event.device_id);
    add(&event.branch);
    add(&event.store_id);
    for optional in [&event.user_id, &event.person_id, &event.customer_id] {
        match optional {
            None => add("-"),
            Some(text) => add(&format!("+{text}")),
        }
    }
    hasher.finalize().into()
}

/// What a head's signature is over.
fn signed_message(store_id: &str, epoch: i64, seq: i64, hash: &[u8; 32]) -> Vec<u8> {
    let mut message = b"branchline head 1".to_vec();
    message.extend((store_id.len() as u64).to_be_bytes());
    message.extend(store_id.as_bytes());
    message.extend(epoch.to_be_bytes());
    message.extend(seq.to_be_bytes());
    message.extend(hash);
    message
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lower-case digits only: one spelling, one value.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    if text.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = digit(text[place * 2])? * 16 + digit(text[place * 2 + 1])?;
    }
    Some(bytes)
}
