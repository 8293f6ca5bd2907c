//! The log as a file for somebody who has neither the program nor the passphrase: what
//! `crates/auditor` reads. Private values stand sealed in it, as they do in the store.

use crate::chain::EventRow;
use crate::store::load::hex;
use crate::store::sealed::SignedHead;
use crate::store::{self, DataFolder, OpenError, check, sealed};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::Connection;
use std::io::{self, Write};
use std::path::Path;

const AT_ONCE: i64 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the log could not be read: {0}")]
    Read(#[from] sqlx::Error),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// What was written, and the key that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    pub store_id: String,
    pub events: u64,
    pub signatures: u64,
    pub last_seq: i64,
    pub last_hash: String,
    pub public_key: String,
}

/// The device's public key, in hexadecimal. Needs no passphrase: it is public.
pub async fn public_key(data_dir: &Path) -> Result<String, ExportError> {
    let folder = DataFolder::beside(data_dir)?;
    let mut connection = store::copies::connect_source(&folder.store_path()).await?;
    let key = sealed::device_key(&mut connection).await?;
    store::close(connection).await;
    Ok(key.map_or_else(String::new, |(public, _)| hex(&public)))
}

/// Writes the whole log, in one snapshot, while others go on working.
pub async fn export(data_dir: &Path, to: &mut impl Write) -> Result<Exported, ExportError> {
    let folder = DataFolder::beside(data_dir)?;
    let mut connection = store::copies::connect_source(&folder.store_path()).await?;
    let mut snapshot = connection.begin().await?;
    let (identity, _) = store::identity(&mut snapshot)
        .await?
        .ok_or_else(|| OpenError::NoStore(data_dir.to_owned()))?;
    let key = sealed::device_key(&mut snapshot).await?;
    let mut exported = Exported {
        store_id: identity.store_id.clone(),
        events: 0,
        signatures: 0,
        last_seq: 0,
        last_hash: String::new(),
        public_key: key.map_or_else(String::new, |(public, _)| hex(&public)),
    };
    line(
        to,
        &json!({"log": "branchline 1", "store_id": identity.store_id}),
    )?;
    loop {
        let rows = check::events(&mut snapshot, exported.last_seq, AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        // The heads among these events, in order; each follows its own.
        let heads = sealed::heads(&mut snapshot, exported.last_seq, AT_ONCE).await?;
        let mut heads = heads
            .iter()
            .filter(|head| head.mark.seq <= last.seq)
            .peekable();
        for row in &rows {
            line(to, &json!({"event": event(row)}))?;
            exported.events += 1;
            exported.last_hash = hex(&row.hash);
            while let Some(head) = heads.next_if(|head| head.mark.seq <= row.seq) {
                line(to, &json!({"head": signed(head)}))?;
                exported.signatures += 1;
            }
        }
        exported.last_seq = last.seq;
    }
    drop(snapshot);
    store::close(connection).await;
    Ok(exported)
}

fn line(to: &mut impl Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

fn event(row: &EventRow) -> Value {
    json!({
        "seq": row.seq,
        "stream": row.stream,
        "stream_id": row.stream_id,
        "stream_seq": row.stream_seq,
        "type": row.event_type,
        "version": row.version,
        "payload": row.payload,
        "at_ms": row.at_ms,
        "business_date": row.business_date,
        "command_id": row.command_id,
        "ordinal": row.ordinal,
        "user_id": row.user_id,
        "person_id": row.person_id,
        "device_id": row.device_id,
        "branch": row.branch,
        "store_id": row.store_id,
        "epoch": row.epoch,
        "customer_id": row.customer_id,
        "hash": hex(&row.hash),
    })
}

fn signed(head: &SignedHead) -> Value {
    json!({
        "seq": head.mark.seq,
        "epoch": head.mark.epoch,
        "hash": hex(&head.mark.hash),
        "signature": hex(&head.signature),
    })
}
