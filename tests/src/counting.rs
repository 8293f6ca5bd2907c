//! The log counted again by hand: an independent fold over the stored payloads, which shares no
//! line of code with `apply`. What it says about limits, exposure and balances is held against
//! what the program says.

use crate::branch::LoggedEvent;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A line, as counted from the log.
#[derive(Clone, Debug, Default)]
pub struct CountedLine {
    pub customer_id: String,
    pub limit_minor: i64,
    pub principal_minor: i64,
    pub credit_minor: i64,
    /// Draws that have neither arrived nor been given up.
    pub on_their_way: BTreeMap<String, i64>,
    approved: bool,
    ended: bool,
}

impl CountedLine {
    pub fn on_their_way_minor(&self) -> i64 {
        self.on_their_way.values().sum()
    }

    /// As the cap on a customer's exposure counts it.
    fn exposure_minor(&self) -> i64 {
        let owed = self.principal_minor + self.on_their_way_minor();
        if self.approved && !self.ended {
            owed.max(self.limit_minor)
        } else {
            owed
        }
    }
}

/// The whole log, counted.
#[derive(Debug, Default)]
pub struct Counted {
    pub lines: BTreeMap<String, CountedLine>,
    /// Clearing, by movement: what went to and came from the network.
    pub clearing: BTreeMap<String, i64>,
    pub drawers_minor: i64,
    /// Rules that an intent broke, in words.
    pub broken: Vec<String>,
    kinds: BTreeMap<String, String>,
    amounts: BTreeMap<String, i64>,
    finished: BTreeSet<String>,
}

fn text<'a>(payload: &'a Value, member: &str) -> &'a str {
    payload[member].as_str().unwrap_or("")
}

fn minor(payload: &Value, member: &str) -> i64 {
    payload[member].as_i64().unwrap_or(0)
}

impl Counted {
    /// Counts a log from its beginning. `cap_minor` is the most one customer may be exposed for.
    pub fn from_log(events: &[LoggedEvent], cap_minor: i64) -> Counted {
        let mut counted = Counted::default();
        for event in events {
            counted.count(event, cap_minor);
        }
        counted
    }

    fn line(&mut self, id: &str) -> &mut CountedLine {
        self.lines.entry(id.to_owned()).or_default()
    }

    fn count(&mut self, event: &LoggedEvent, cap_minor: i64) {
        let payload = &event.payload;
        let line_id = text(payload, "line_id").to_owned();
        let movement_id = text(payload, "movement_id").to_owned();
        let amount = minor(payload, "amount_minor");
        match event.event_type.as_str() {
            "application_taken" => {
                self.line(&line_id).customer_id = text(payload, "customer_id").to_owned();
            }
            "application_approved" => {
                let line = self.line(&line_id);
                line.limit_minor = minor(payload, "limit_minor");
                line.approved = true;
                let customer_id = line.customer_id.clone();
                let exposed: i64 = self
                    .lines
                    .values()
                    .filter(|line| line.customer_id == customer_id)
                    .map(CountedLine::exposure_minor)
                    .sum();
                if exposed > cap_minor {
                    self.broken.push(format!(
                        "event {}: customer {customer_id} exposed for {exposed}",
                        event.seq
                    ));
                }
            }
            "application_rejected" | "application_cancelled" | "line_closed" => {
                self.line(&line_id).ended = true
            }
            "movement_requested" => {
                let kind = text(payload, "kind").to_owned();
                if kind == "draw" {
                    let line = self.line(&line_id);
                    line.on_their_way.insert(movement_id.clone(), amount);
                    let used = line.principal_minor + line.on_their_way_minor();
                    if used > line.limit_minor {
                        let limit = line.limit_minor;
                        self.broken.push(format!(
                            "event {}: {used} used of the limit {limit}",
                            event.seq
                        ));
                    }
                }
                self.amounts.insert(movement_id.clone(), amount);
                self.kinds.insert(movement_id, kind);
            }
            "cash_moved" | "transfer_settled" | "return_returned" => self.moves(event, 1),
            "transfer_returned" => self.moves(event, -1),
            "draw_declined" | "movement_cancelled" | "transfer_rejected" | "transfer_withdrawn" => {
                self.line(&line_id).on_their_way.remove(&movement_id);
            }
            // The network has it after all: it takes up the limit again.
            "transfer_accepted" | "transfer_in_review" | "transfer_marked" => {
                let is_draw = self
                    .kinds
                    .get(&movement_id)
                    .is_some_and(|kind| kind == "draw");
                if is_draw && !self.finished.contains(&movement_id) {
                    let amount = self.amounts.get(&movement_id).copied().unwrap_or(0);
                    self.line(&line_id).on_their_way.insert(movement_id, amount);
                }
            }
            "credit_applied" => {
                let paid = minor(&payload["allocation"], "principal_minor");
                let line = self.line(&line_id);
                line.principal_minor -= paid;
                line.credit_minor -= paid;
            }
            "credit_taken_back" => {
                let parts = payload["parts"].as_array().cloned().unwrap_or_default();
                let total: i64 = parts.iter().filter_map(|part| part[1].as_i64()).sum();
                let line = self.line(&line_id);
                line.principal_minor += total;
                line.credit_minor += total;
            }
            "overpayment_credited" => {
                let line = self.line(&line_id);
                line.principal_minor += amount;
                line.credit_minor += amount;
            }
            // What a late or an earlier fact changes in what others had paid.
            "line_posted" => {
                let line = self.line(&line_id);
                for posting in payload["postings"].as_array().into_iter().flatten() {
                    let change = |name: &str| posting["change"][name].as_i64().unwrap_or(0);
                    line.principal_minor += change("principal_minor");
                    line.credit_minor += change("credit_minor");
                }
            }
            _ => {}
        }
    }

    /// Money moved (`way` 1) or came back (`way` −1).
    fn moves(&mut self, event: &LoggedEvent, way: i64) {
        let payload = &event.payload;
        let (line_id, movement_id) = (
            text(payload, "line_id").to_owned(),
            text(payload, "movement_id").to_owned(),
        );
        let amount = way * minor(payload, "amount_minor");
        let (principal, credit) = match text(payload, "kind") {
            "draw" => (amount, 0),
            "repayment" => {
                let parts = &payload["allocation"];
                (
                    -way * minor(parts, "principal_minor"),
                    way * minor(parts, "credit_minor"),
                )
            }
            _ => (0, -amount),
        };
        let line = self.line(&line_id);
        line.on_their_way.remove(&movement_id);
        line.principal_minor += principal;
        line.credit_minor += credit;
        // What left the line arrived on the other side.
        let other_side = credit - principal;
        if event.event_type == "cash_moved" {
            self.drawers_minor += other_side;
        } else {
            *self.clearing.entry(movement_id.clone()).or_insert(0) += other_side;
        }
        self.finished.insert(movement_id);
    }
}
