//! The rows of the views, made from what the fold gives: pure, so that the writer that stores
//! them and `verify` that compares them cannot differ.

use crate::seal::text::seal_text;
use crate::seal::{CustomerKey, SealError, StoreKey};
use crate::store::load::{hex, json_text};
use crate::store::terms::terms_of;
use domain::account::User;
use domain::command::Speed;
use domain::customer::{AccountNumbers, Customer};
use domain::ids::{CustomerId, LineId, MovementId};
use domain::ledger::Entry;
use domain::line::Line;
use domain::money::{Currency, Minor};
use domain::movement::{Movement, MovementKind, MovementState};
use domain::product::Product;
use domain::reconcile::{FindingState, Statement};
use domain::transfer::{NextStep, TransferRequest};
use domain::world::Branch;
use serde::Serialize;
use serde_json::{Value, json};

/// Where a line's summary stands in the store, after the line's own place.
pub const SUMMARY: &str = "/summary";

/// A row as the array its statement unfolds.
pub type Row = Value;

/// Serializes and seals a document. Without a key its customer was forgotten, and so is what
/// was private in it.
pub fn document<T: Serialize>(
    value: &T,
    key: Option<&CustomerKey>,
    place: &str,
) -> Result<String, SealError> {
    seal_text(json_text(value), key, place)
}

pub fn branch(branch: &Branch) -> Row {
    json!([1, json_text(branch)])
}

/// id, login, name, state, role, person_id, document
pub fn user(user: &User) -> Row {
    json!([
        user.id,
        user.login,
        user.name,
        user.state,
        user.role,
        user.person_id,
        json_text(user)
    ])
}

/// id, name, document
pub fn product(product: &Product) -> Row {
    json!([product.id, product.name, json_text(product)])
}

/// id, number, name, phone, email, city, document
pub fn customer(customer: &Customer, key: Option<&CustomerKey>) -> Result<Row, SealError> {
    let place = format!("customers/{}", customer.id);
    let document = document(customer, key, &place)?;
    let known = customer.profile.known().filter(|_| key.is_some());
    Ok(json!([
        customer.id,
        customer.number,
        known.map(|profile| format!("{} {}", profile.given_name, profile.family_name)),
        known.map(|profile| &profile.phone),
        known.map(|profile| &profile.email),
        known.map(|profile| &profile.address.city),
        document,
    ]))
}

/// term, customer_id
pub fn customer_terms(customer: &Customer) -> Vec<Row> {
    terms_of(customer)
        .into_iter()
        .map(|term| json!([term, customer.id]))
        .collect()
}

/// kind, mac in hexadecimal, customer_id
pub fn blind_index(customer: &Customer, store_key: &StoreKey) -> Vec<Row> {
    let Some(profile) = customer.profile.known() else {
        return Vec::new();
    };
    let row =
        |kind: &str, value: &str| json!([kind, hex(&store_key.blind(kind, value)), customer.id]);
    let mut rows = vec![
        row("tax_id", &profile.tax_id),
        row("document", &profile.identity_document.number),
        row("birth_date", &profile.birth_date.to_string()),
    ];
    for account in &customer.bank_accounts {
        if let Some(numbers) = account.numbers.known() {
            rows.push(row(
                "account",
                &format!("{}/{}", numbers.routing, numbers.number),
            ));
        }
    }
    rows
}

/// id, number, customer_id, product_id, status, taken_by, taken_person,
/// cancellation_requested, in_review, waiting_changes, next_due_on, summary, document
pub fn line(line: &Line, key: Option<&CustomerKey>) -> Result<Row, SealError> {
    let summary = line
        .past_is_long()
        // A sum that does not fit shows when the document itself is read.
        .then(|| line.condensed().ok())
        .flatten()
        .map(|condensed| document(&condensed, key, &format!("lines/{}{SUMMARY}", line.id)))
        .transpose()?;
    let document = document(line, key, &format!("lines/{}", line.id))?;
    let to_cancel = line.cancellation_requested_on.is_some() && !line.status().ended();
    Ok(json!([
        line.id,
        line.number,
        line.customer_id,
        line.product_id,
        line.status().tag(),
        line.taken_by.user_id,
        line.taken_by.person_id,
        i64::from(to_cancel),
        line.in_review,
        line.waiting_changes.len(),
        line.next_due_on(),
        summary,
        document,
    ]))
}

/// id, line_id, customer_id, kind, state, on_its_way, next_at_ms, requested_seq, last_seq, document
pub fn movement(movement: &Movement, requested_seq: i64, last_seq: i64) -> Row {
    json!([
        movement.id,
        movement.line_id,
        movement.customer_id,
        movement.kind,
        movement.state,
        i64::from(movement.state.on_its_way()),
        next_at_ms(movement),
        requested_seq,
        last_seq,
        json_text(movement),
    ])
}

/// date, document
pub fn statement(statement: &Statement) -> Row {
    json!([statement.date, json!(statement).to_string()])
}

/// date, line, transfer_id, kind, amount_minor, ours
pub fn statement_lines(statement: &Statement) -> Vec<Row> {
    let lines = statement.lines.iter().enumerate();
    lines
        .map(|(place, line)| {
            json!([
                statement.date,
                place,
                line.transfer_id,
                line.kind,
                line.amount_minor,
                i64::from(line.ours)
            ])
        })
        .collect()
}

/// id, class, open, movement_id, document
pub fn finding(state: &FindingState) -> Row {
    json!([
        state.finding.id,
        state.finding.class,
        i64::from(state.resolved.is_none()),
        state.finding.movement_id,
        json!(state).to_string(),
    ])
}

/// When the sync job should look at it next; nothing where it has nothing to do.
fn next_at_ms(movement: &Movement) -> Option<i64> {
    let transfer = movement.transfer.as_ref()?;
    match movement.state {
        // A job found sending at start is doubt; it must be found.
        MovementState::Sending => Some(transfer.next_at.0),
        MovementState::Queued | MovementState::Unknown | MovementState::Accepted => {
            (transfer.next != NextStep::Nothing).then_some(transfer.next_at.0)
        }
        MovementState::Requested
        | MovementState::Approved
        | MovementState::Settled
        | MovementState::Rejected
        | MovementState::Returned
        | MovementState::Cancelled
        | MovementState::Declined
        | MovementState::NeedsReview => None,
    }
}

/// seq, entry, leg, kind, account, owner, amount_minor, effective_on, posted_on, movement_id
pub fn journal(seq: i64, entries: &[Entry]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        for (leg_place, leg) in entry.legs.iter().enumerate() {
            rows.push(json!([
                seq,
                place,
                leg_place,
                entry.kind,
                leg.account.code(),
                leg.account.owner(),
                leg.amount_minor,
                leg.effective_on,
                entry.posted_on,
                entry.movement_id,
            ]));
        }
    }
    rows
}

/// What a queued transfer puts into the outbox: its key and its exact bytes.
pub struct OutboxEntry<'a> {
    pub movement_id: MovementId,
    pub line_id: LineId,
    pub customer_id: CustomerId,
    pub kind: MovementKind,
    pub amount_minor: Minor,
    pub currency: Currency,
    pub account: &'a AccountNumbers,
    pub speed: Speed,
    pub line_number: &'a str,
}

impl OutboxEntry<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        TransferRequest {
            reference: self.movement_id,
            direction: self.kind.direction(),
            amount_minor: self.amount_minor,
            currency: self.currency,
            account: self.account,
            speed: self.speed,
            line_number: self.line_number,
        }
        .bytes()
    }

    /// Where the sealed body stands; part of what authenticates it.
    pub fn place(movement_id: MovementId) -> String {
        format!("outbox/{movement_id}")
    }

    /// idempotency_key, movement_id, line_id, customer_id, seq, body
    pub fn row(&self, seq: i64, key: &CustomerKey) -> Row {
        let body = key.seal_text(&Self::place(self.movement_id), &self.bytes());
        json!([
            self.movement_id,
            self.movement_id,
            self.line_id,
            self.customer_id,
            seq,
            body
        ])
    }
}
