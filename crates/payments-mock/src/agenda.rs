//! What is due at the network, and when.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::feed::Event;
use crate::protocol::TransferRequest;
use crate::returns::ReturnCode;

/// Something that happens at the network when its clock gets there. Transfers
/// are named by their place in the network's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// A request that was taken in earlier is carried out only now.
    Execute {
        /// The idempotency key that is marked as running.
        key: String,
        /// What was asked for.
        request: TransferRequest,
    },
    /// The money moves.
    Settle {
        /// The transfer.
        transfer: usize,
    },
    /// An accepted transfer turns out to be impossible.
    Reject {
        /// The transfer.
        transfer: usize,
        /// Why.
        code: ReturnCode,
    },
    /// Settled money comes back.
    Return {
        /// The transfer.
        transfer: usize,
        /// Why.
        code: ReturnCode,
    },
    /// A return comes back itself: the money moves once more as it was asked.
    Resettle {
        /// The transfer.
        transfer: usize,
    },
    /// An event that was held back is published.
    Publish {
        /// The event, as it should have been published.
        event: Event,
    },
}

/// The due things in the order they happen; those due at the same instant in
/// the order they were put down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    items: VecDeque<(i64, Due)>,
}

impl Agenda {
    /// Puts something down for an instant.
    pub fn add(&mut self, due_ms: i64, what: Due) {
        let place = self.items.partition_point(|(at_ms, _)| *at_ms <= due_ms);
        self.items.insert(place, (due_ms, what));
    }

    /// The next thing that is due at `now_ms`, with the instant it was due.
    pub fn take_due(&mut self, now_ms: i64) -> Option<(i64, Due)> {
        self.items.pop_front_if(|(due_ms, _)| *due_ms <= now_ms)
    }

    /// When the next thing is due.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.items.front().map(|(due_ms, _)| *due_ms)
    }
}
