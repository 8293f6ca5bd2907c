//! The hash chain over the event log: each event's hash covers the hash before it and every
//! column of its own row, so no byte can change unnoticed.

use sha2::{Digest, Sha256};

/// A row of `events`, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub seq: i64,
    pub stream: String,
    pub stream_id: String,
    pub stream_seq: i64,
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
    pub hash: Vec<u8>,
}

pub type Hash = [u8; 32];

/// How far a log goes, and the hash that stands for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadMark {
    pub epoch: i64,
    pub seq: i64,
    pub hash: Hash,
}

/// What the first event of a store follows.
pub const BEGINNING: Hash = [0; 32];

/// SHA-256 over the hash before and the length-prefixed columns. `row.hash` does not take part.
pub fn event_hash(previous: &Hash, row: &EventRow) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    let mut text = |value: &str| {
        hasher.update((value.len() as u64).to_be_bytes());
        hasher.update(value.as_bytes());
    };
    for number in [
        row.seq,
        row.stream_seq,
        row.version,
        row.at_ms,
        row.ordinal,
        row.epoch,
    ] {
        text(&number.to_string());
    }
    for column in [
        &row.stream,
        &row.stream_id,
        &row.event_type,
        &row.payload,
        &row.business_date,
        &row.command_id,
        &row.device_id,
        &row.branch,
        &row.store_id,
    ] {
        text(column);
    }
    for column in [&row.user_id, &row.person_id, &row.customer_id] {
        match column {
            // A null and an empty text must not look alike.
            None => text("-"),
            Some(value) => text(&format!("+{value}")),
        }
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> EventRow {
        EventRow {
            seq: 1,
            stream: "line".into(),
            stream_id: "a".into(),
            stream_seq: 1,
            event_type: "line_closed".into(),
            version: 1,
            payload: "{}".into(),
            at_ms: 5,
            business_date: "2026-01-02".into(),
            command_id: "c".into(),
            ordinal: 0,
            user_id: None,
            person_id: Some(String::new()),
            device_id: "d".into(),
            branch: "b".into(),
            store_id: "s".into(),
            epoch: 1,
            customer_id: None,
            hash: Vec::new(),
        }
    }

    #[test]
    fn every_column_counts() {
        let base = event_hash(&BEGINNING, &row());
        let edits: Vec<fn(&mut EventRow)> = vec![
            |r| r.seq = 2,
            |r| r.stream = "user".into(),
            |r| r.stream_id = "b".into(),
            |r| r.stream_seq = 2,
            |r| r.event_type = "x".into(),
            |r| r.version = 2,
            |r| r.payload = "{ }".into(),
            |r| r.at_ms = 6,
            |r| r.business_date = "2026-01-03".into(),
            |r| r.command_id = "e".into(),
            |r| r.ordinal = 1,
            |r| r.user_id = Some(String::new()),
            |r| r.person_id = None,
            |r| r.device_id = "e".into(),
            |r| r.branch = "c".into(),
            |r| r.store_id = "t".into(),
            |r| r.epoch = 2,
            |r| r.customer_id = Some("-".into()),
        ];
        for (place, edit) in edits.into_iter().enumerate() {
            let mut edited = row();
            edit(&mut edited);
            assert_ne!(event_hash(&BEGINNING, &edited), base, "edit {place}");
        }
        assert_ne!(event_hash(&base, &row()), base);
    }
}
