//! What really moved, by date. Tests take this for the world's truth.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::protocol::{Direction, Status, Transfer};
use crate::returns::ReturnCode;

/// Whether money went the way that was asked for, or came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// It moved as asked.
    Settled,
    /// It came back.
    Returned,
}

/// One movement of money: a line of the network's statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// The network's id of the transfer.
    pub transfer_id: String,
    /// The sender's reference.
    pub reference: String,
    /// The direction of the *transfer*; a returned credit is still `credit`.
    pub direction: Direction,
    /// In minor units, above zero.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Moved, or came back.
    pub kind: MovementKind,
    /// Why it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_code: Option<ReturnCode>,
}

/// The settlement ledger: every movement, by the date it happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    days: BTreeMap<Date, Vec<Movement>>,
}

impl Books {
    /// Writes a movement down.
    pub fn record(&mut self, date: Date, movement: Movement) {
        self.days.entry(date).or_default().push(movement);
    }

    /// The movements of one day, in the order they happened.
    pub fn day(&self, date: Date) -> &[Movement] {
        self.days.get(&date).map_or(&[], Vec::as_slice)
    }

    /// Every movement with its date, oldest first.
    pub fn movements(&self) -> impl Iterator<Item = (Date, &Movement)> {
        self.days
            .iter()
            .flat_map(|(date, movements)| movements.iter().map(move |movement| (*date, movement)))
    }
}

/// Sums of movements, in minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Everything that moved as asked.
    pub settled_minor: i64,
    /// Everything that came back.
    pub returned_minor: i64,
    /// Settled less returned.
    pub net_minor: i64,
}

impl Totals {
    /// Nine million transfers of the highest amount fit; a sum past that stands
    /// still at its end, where no test can take it for a right one.
    fn add(&mut self, movement: &Movement) {
        let sum_minor = match movement.kind {
            MovementKind::Settled => &mut self.settled_minor,
            MovementKind::Returned => &mut self.returned_minor,
        };
        *sum_minor = sum_minor.saturating_add(movement.amount_minor);
        self.net_minor = self.settled_minor - self.returned_minor;
    }
}

/// What the network did for one reference. More than one execution is a double
/// payment, whoever is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceSummary {
    /// The direction of its first execution.
    pub direction: Direction,
    /// How often a transfer was made for it.
    pub executions: u64,
    /// How many of those were rejected and never moved anything.
    pub rejections: u64,
    /// What moved for it.
    #[serde(flatten)]
    pub totals: Totals,
}

/// The books as they are shown on `/sim/books`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BooksView {
    /// The network's clock, in milliseconds since 1970.
    pub now_ms: i64,
    /// The network's date.
    pub today: Date,
    /// Every transfer it made, in the order it made them.
    pub transfers: Vec<Transfer>,
    /// By reference.
    pub references: BTreeMap<String, ReferenceSummary>,
    /// Money to customers' accounts.
    pub credits: Totals,
    /// Money from customers' accounts.
    pub debits: Totals,
    /// Requests that came to the address a redirect pointed at. A careful
    /// client never follows one with a payment in hand.
    pub followed_redirects: u64,
}

impl BooksView {
    /// Sums up transfers and movements.
    pub(crate) fn new<'a>(
        now_ms: i64,
        today: Date,
        transfers: impl Iterator<Item = &'a Transfer>,
        books: &Books,
        followed_redirects: u64,
    ) -> Self {
        let mut view = Self {
            now_ms,
            today,
            transfers: transfers.cloned().collect(),
            references: BTreeMap::new(),
            credits: Totals::default(),
            debits: Totals::default(),
            followed_redirects,
        };
        for transfer in &view.transfers {
            let summary = view
                .references
                .entry(transfer.reference.clone())
                .or_insert_with(|| ReferenceSummary {
                    direction: transfer.direction,
                    executions: 0,
                    rejections: 0,
                    totals: Totals::default(),
                });
            summary.executions += 1;
            summary.rejections += u64::from(transfer.status == Status::Rejected);
        }
        for (_, movement) in books.movements() {
            if let Some(summary) = view.references.get_mut(&movement.reference) {
                summary.totals.add(movement);
            }
            match movement.direction {
                Direction::Credit => view.credits.add(movement),
                Direction::Debit => view.debits.add(movement),
            }
        }
        view
    }

    /// The references for which more than one transfer was made.
    pub fn doubled(&self) -> Vec<&str> {
        self.references
            .iter()
            .filter(|(_, summary)| summary.executions > 1)
            .map(|(reference, _)| reference.as_str())
            .collect()
    }
}
