//! The events that followers of the network poll, by cursor.
//!
//! The feed is what was *published*. It can lie by leaving out, repeating and
//! reordering; the books cannot.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::returns::ReturnCode;

/// Events a page holds at most.
pub const PAGE_EVENTS: usize = 500;

/// What happened to a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Taken in; no money has moved.
    Accepted,
    /// The money moved.
    Settled,
    /// It will never move.
    Rejected,
    /// It moved, and came back.
    Returned,
}

/// One published event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the feed, from 1 upwards; a repetition has a place of its own.
    pub cursor: u64,
    /// The network's id of the transfer.
    pub transfer_id: String,
    /// The sender's reference.
    pub reference: String,
    /// What happened.
    pub kind: EventKind,
    /// When it happened, in milliseconds since 1970; not when it was published.
    pub at_ms: i64,
    /// The network's date of it.
    pub date: Date,
    /// Why, for a rejected or returned transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_code: Option<ReturnCode>,
}

/// Every published event, in the order of publishing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    events: Vec<Event>,
    /// Overtaken by the next event that is published.
    held: Vec<Event>,
}

impl Feed {
    /// Publishes an event, and after it those it has overtaken.
    pub fn publish(&mut self, event: Event) {
        self.append(event);
        for held in std::mem::take(&mut self.held) {
            self.append(held);
        }
    }

    /// Holds an event back until another one is published.
    pub fn hold(&mut self, event: Event) {
        self.held.push(event);
    }

    /// The cursor of the last event; zero while there is none.
    pub fn last_cursor(&self) -> u64 {
        self.events.last().map_or(0, |event| event.cursor)
    }

    /// The page after a cursor, and the cursor to ask for next; nothing when
    /// the cursor was never given out.
    pub fn after(&self, cursor: u64) -> Option<(&[Event], u64)> {
        let start = usize::try_from(cursor).ok()?;
        let rest = self.events.get(start..)?;
        let page = &rest[..rest.len().min(PAGE_EVENTS)];
        Some((page, page.last().map_or(cursor, |event| event.cursor)))
    }

    /// Events after one cursor, up to another.
    pub fn between(&self, after: u64, up_to: u64) -> &[Event] {
        let place = |cursor| usize::try_from(cursor).unwrap_or(usize::MAX);
        self.events
            .get(place(after)..place(up_to))
            .unwrap_or_default()
    }

    fn append(&mut self, mut event: Event) {
        event.cursor = self.last_cursor() + 1;
        self.events.push(event);
    }
}
