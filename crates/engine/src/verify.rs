//! Proving a store: the log is whole, and everything else follows from it.
//!
//! The whole log is folded again, and every row of every view, journal entry, receipt and
//! outbox body is held against what the fold gives. Rows are made by the same pure functions
//! the writer uses. Reads only; every difference is a finding in plain words, never a value.

use crate::chain::{self, BEGINNING, EventRow, Hash};
use crate::seal::{CustomerKey, StoreKey, open_document};
use crate::signing::{self, DeviceKey};
use crate::store::check::{self, OutboxRow, ReceiptRow};
use crate::store::load::hex;
use crate::store::rows::{self, OutboxEntry, Row};
use crate::store::sealed;
use crate::store::vouched::{self, vouch_all};
use crate::store::write::Views;
use domain::actor::Meta;
use domain::apply::apply;
use domain::date::UtcMillis;
use domain::event::{Event, Stream, Unreadable, upcast};
use domain::ids::{CustomerId, MovementId};
use domain::ledger::{Entry, postings};
use domain::movement::Movement;
use domain::world::World;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Events read at a time.
const EVENTS_AT_ONCE: i64 = 1_000;
/// A report names so many differences; the rest are counted.
const FINDINGS_MAX: usize = 1_000;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub table: String,
    /// The row's key; empty where it is about a table as a whole.
    pub row: String,
    pub what: String,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub events: u64,
    pub journal_legs: u64,
    pub view_rows: u64,
    pub receipts: u64,
    pub transfers: u64,
    pub customers_forgotten: u64,
    pub findings: Vec<Finding>,
    /// Differences beyond those named.
    pub more_findings: u64,
}

impl Report {
    pub fn clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, table: &str, row: impl ToString, what: impl ToString) {
        if self.findings.len() >= FINDINGS_MAX {
            self.more_findings += 1;
            return;
        }
        self.findings.push(Finding {
            table: table.to_owned(),
            row: row.to_string(),
            what: what.to_string(),
        });
    }
}

/// Proves the store behind a connection, in one snapshot of it.
pub async fn verify(connection: &mut SqliteConnection, store_key: &StoreKey) -> Report {
    let mut report = Report::default();
    let outcome = match connection.begin().await {
        Ok(mut snapshot) => Proof::new(store_key).run(&mut snapshot, &mut report).await,
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        report.find("the file", "", format!("cannot be read: {error}"));
    }
    report
}

/// The views as the whole log makes them, lines apart, vouched for. Nothing where the chain, an
/// event or a key does not hold.
pub(crate) async fn views_of_the_log(
    connection: &mut SqliteConnection,
    store_key: &StoreKey,
) -> Result<Option<(Vec<Row>, Views)>, sqlx::Error> {
    let mut proof = Proof::new(store_key);
    proof.log_alone = true;
    let mut report = Report::default();
    proof.load_keys(connection, &mut report).await?;
    proof.fold(connection, &mut report).await?;
    let mut tables = proof.expected(&mut report);
    if !report.clean() {
        return Ok(None);
    }
    let mut plain = |table: &'static str| -> Vec<Row> {
        tables
            .remove(table)
            .unwrap_or_default()
            .into_values()
            .collect()
    };
    let (customer_terms, blind_index) = (plain("customer_terms"), plain("blind_index"));
    let (statements, statement_lines) = (plain("statements"), plain("statement_lines"));
    let mut vouched = |table| vouch_all(table, plain(table), store_key);
    let lines = vouched("lines");
    let views = Views {
        branch: vouched("branch"),
        users: vouched("users"),
        persons: vouched("persons"),
        products: vouched("products"),
        customers: vouched("customers"),
        movements: vouched("movements"),
        findings: vouched("findings"),
        customer_terms,
        blind_index,
        statements,
        statement_lines,
        ..Views::default()
    };
    Ok(Some((lines, views)))
}

/// What the fold of the log gives, beside the World.
struct Proof<'a> {
    store_key: &'a StoreKey,
    keys: BTreeMap<CustomerId, CustomerKey>,
    world: World,
    previous: Hash,
    seq: i64,
    epoch: i64,
    stream_seqs: BTreeMap<(String, String), i64>,
    /// Journal and outbox are not looked at.
    log_alone: bool,
    /// The first and the last event of each movement.
    movement_seqs: BTreeMap<MovementId, (i64, i64)>,
    receipts: BTreeMap<String, ReceiptRow>,
    outbox: BTreeMap<String, OutboxRow>,
    journal: BTreeMap<i64, Vec<Value>>,
    submissions: BTreeMap<String, Submission>,
    /// Everything posted, in one sum.
    trial_balance: i128,
}

/// What the events of one command say its receipt must be.
struct Submission {
    first_seq: i64,
    last_seq: i64,
    user_id: Option<String>,
    refusal_code: Option<String>,
}

impl<'a> Proof<'a> {
    fn new(store_key: &'a StoreKey) -> Proof<'a> {
        Proof {
            store_key,
            keys: BTreeMap::new(),
            world: World::default(),
            previous: BEGINNING,
            seq: 0,
            epoch: 0,
            stream_seqs: BTreeMap::new(),
            log_alone: false,
            movement_seqs: BTreeMap::new(),
            receipts: BTreeMap::new(),
            outbox: BTreeMap::new(),
            journal: BTreeMap::new(),
            submissions: BTreeMap::new(),
            trial_balance: 0,
        }
    }

    async fn run(
        mut self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        for (table, row, what) in check::faults_of_the_file(connection).await? {
            report.find(&table, row, what);
        }
        match check::faults_of_the_schema(connection).await {
            Ok(faults) => {
                for (name, what) in faults {
                    report.find("the schema", name, what);
                }
            }
            Err(error) => report.find("the schema", "", error),
        }
        self.load_keys(connection, report).await?;
        self.receipts = check::receipts(connection).await?;
        self.outbox = check::outbox(connection).await?;
        self.journal = check::journal(connection).await?;
        report.receipts = self.receipts.len() as u64;
        report.transfers = self.outbox.len() as u64;

        self.fold(connection, report).await?;
        self.leftovers(report);
        self.judge_receipts(report);
        self.judge_credentials(connection, report).await?;
        self.judge_identity(connection, report).await?;
        self.judge_heads(connection, report).await?;
        self.judge_macs(connection, report).await?;
        self.judge_views(connection, report).await
    }

    /// Rows that something else wrote. What an older program wrote is vouched for when the store is
    /// opened for the first time.
    async fn judge_macs(
        &self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        if !self.store_key.vouches() {
            return Ok(());
        }
        for table in vouched::all() {
            let rows = vouched::altered(connection, table, "", self.store_key, FINDINGS_MAX);
            for row in rows.await? {
                report.find(table.table, row, "it was altered outside the program");
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Every signed head stands on the event it names, is signed by this device, and the log ends
    /// where it was signed last.
    async fn judge_heads(
        &self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        if !self.store_key.vouches() {
            return Ok(());
        }
        let Some((public, sealed)) = sealed::device_key(connection).await? else {
            report.find("device_key", "", "this device has no key");
            return Ok(());
        };
        let set_up = self.world.branch.set_up.as_ref();
        let store_id = set_up.map_or_else(String::new, |set_up| set_up.store_id.to_string());
        let recorded = self.world.branch.device_key.as_deref();
        if DeviceKey::open(&store_id, &public, &sealed, self.store_key).is_none() {
            report.find("device_key", "", "the key was altered outside the program");
        }
        if recorded.is_some_and(|recorded| recorded != hex(&public)) {
            report.find("device_key", "", "the key is not the one the log names");
        }
        let mut last = 0;
        loop {
            let heads = sealed::heads_on_events(connection, last, EVENTS_AT_ONCE).await?;
            let Some((newest, _)) = heads.last() else {
                break;
            };
            last = newest.mark.seq;
            for (head, hash) in &heads {
                let signed = signing::holds(&public, &store_id, &head.mark, &head.signature);
                if hash.as_deref() != Some(&head.mark.hash) {
                    report.find("heads", head.mark.seq, "its event is not the one signed");
                } else if !signed {
                    report.find("heads", head.mark.seq, "the signature is not this device's");
                }
            }
            tokio::task::yield_now().await;
        }
        if last != self.seq {
            report.find("heads", self.seq, "the end of the log is not signed");
        }
        Ok(())
    }

    async fn fold(
        &mut self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        loop {
            let rows = check::events(connection, self.seq, EVENTS_AT_ONCE).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                report.events += 1;
                self.event(row, report);
            }
            // A long log must not keep everybody else from running.
            tokio::task::yield_now().await;
        }
    }

    async fn load_keys(
        &mut self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        for (id, version, wrapped) in check::customer_keys(connection).await? {
            let key = id.parse().ok().zip(u32::try_from(version).ok()).and_then(
                |(customer_id, version)| {
                    CustomerKey::unwrap(customer_id, version, &wrapped, self.store_key).ok()
                },
            );
            match key {
                Some(key) => {
                    self.keys.insert(key.customer_id, key);
                }
                None => report.find("customer_keys", id, "the key does not open"),
            }
        }
        Ok(())
    }

    /// One event: its place in the chain, what it says, and what follows from it.
    fn event(&mut self, row: &EventRow, report: &mut Report) {
        self.judge_chain(row, report);
        let event = match self.read(row) {
            Ok(event) => event,
            Err(what) => {
                // Nothing can be said about what follows from it.
                self.journal.remove(&row.seq);
                report.find("events", row.seq, what);
                return;
            }
        };
        let Some(meta) = meta(row) else {
            report.find("events", row.seq, "an id or a date in it is not one");
            return;
        };
        if event.type_name() != row.event_type
            || event.stream().kind() != row.stream
            || event.stream().id() != row.stream_id
        {
            report.find(
                "events",
                row.seq,
                "type or stream is not that of its payload",
            );
        }
        match postings(&meta, &event) {
            Ok(_) if self.log_alone => {}
            Ok(entries) => self.judge_journal(row.seq, &entries, report),
            Err(_) => report.find(
                "events",
                row.seq,
                "what it posts leaves the range of the books",
            ),
        }
        if let Err(error) = apply(&mut self.world, &meta, &event) {
            report.find("events", row.seq, error);
        }
        let customer_id = self.customer_of(&event);
        if customer_id.map(|id| id.to_string()) != row.customer_id {
            report.find(
                "events",
                row.seq,
                "it names another customer than its stream's",
            );
        }
        if let Some(id) = event.movement_id() {
            self.movement_seqs.entry(id).or_insert((row.seq, row.seq)).1 = row.seq;
        }
        if !self.log_alone {
            self.judge_outbox(row.seq, &event, customer_id, report);
        }
        self.note_submission(row, &event, report);
    }

    fn judge_chain(&mut self, row: &EventRow, report: &mut Report) {
        if row.seq != self.seq + 1 {
            let what = format!("events are missing between {} and here", self.seq);
            report.find("events", row.seq, what);
        }
        self.seq = row.seq;
        if row.epoch < self.epoch {
            report.find(
                "events",
                row.seq,
                "it belongs to an earlier epoch than the one before",
            );
        }
        self.epoch = row.epoch;
        let stream = (row.stream.clone(), row.stream_id.clone());
        let stream_seq = self.stream_seqs.entry(stream).or_insert(0);
        *stream_seq += 1;
        if row.stream_seq != *stream_seq {
            let what = format!(
                "number {} of its stream should be {stream_seq}",
                row.stream_seq
            );
            report.find("events", row.seq, what);
            *stream_seq = row.stream_seq;
        }
        let expected = chain::event_hash(&self.previous, row);
        if row.hash != expected {
            let what = "its hash does not fit it and the event before: one of them was altered";
            report.find("events", row.seq, what);
        }
        // From the hash as stored: each altered event shows once, not all that follow.
        self.previous = row.hash.as_slice().try_into().unwrap_or(expected);
    }

    fn read(&self, row: &EventRow) -> Result<Event, String> {
        let key = match row.customer_id.as_deref().map(str::parse::<CustomerId>) {
            None => None,
            Some(Ok(id)) => self.keys.get(&id),
            Some(Err(_)) => return Err("its customer's id is not one".to_owned()),
        };
        let mut payload: Value = serde_json::from_str(&row.payload)
            .map_err(|_| "its payload is not a document".to_owned())?;
        let place = format!("events/{}/{}", row.command_id, row.ordinal);
        open_document(&mut payload, key, &place).map_err(|error| error.to_string())?;
        let version = u32::try_from(row.version).map_err(|_| "its version is not one")?;
        upcast(version, payload).map_err(|error| match error {
            Unreadable::TooNew { version } => {
                format!("a newer program wrote it, in version {version}")
            }
            // The error of the reader may quote values.
            Unreadable::Malformed(_) => "its payload is not that of an event".to_owned(),
        })
    }

    fn customer_of(&self, event: &Event) -> Option<CustomerId> {
        match event.stream() {
            Stream::Customer(id) => Some(id),
            Stream::Line(id) => self.world.lines.get(&id).map(|line| line.customer_id),
            Stream::Branch | Stream::User(_) | Stream::Product(_) => None,
        }
    }

    fn judge_journal(&mut self, seq: i64, entries: &[Entry], report: &mut Report) {
        let expected = rows::journal(seq, entries);
        let stored = self.journal.remove(&seq).unwrap_or_default();
        report.journal_legs += stored.len() as u64;
        if stored != expected {
            report.find("journal", seq, "it is not what the event posts");
        }
        let mut sums: BTreeMap<i64, i128> = BTreeMap::new();
        for leg in &stored {
            let number = |place: usize| leg.get(place).and_then(Value::as_i64).unwrap_or_default();
            let amount = i128::from(number(6));
            *sums.entry(number(1)).or_default() += amount;
            self.trial_balance += amount;
        }
        for (entry, sum) in sums {
            if sum != 0 {
                let row = format!("{seq}/{entry}");
                report.find(
                    "journal",
                    row,
                    format!("the entry sums to {sum}, not to zero"),
                );
            }
        }
    }

    fn judge_outbox(
        &mut self,
        seq: i64,
        event: &Event,
        customer_id: Option<CustomerId>,
        report: &mut Report,
    ) {
        let Event::TransferQueued {
            line_id,
            movement_id,
            kind,
            amount_minor,
            currency,
            account,
            speed,
            line_number,
        } = event
        else {
            return;
        };
        let (Some(stored), Some(customer_id)) =
            (self.outbox.remove(&movement_id.to_string()), customer_id)
        else {
            report.find(
                "outbox",
                movement_id,
                "the transfer that was queued is missing",
            );
            return;
        };
        let expected = OutboxRow {
            idempotency_key: movement_id.to_string(),
            movement_id: movement_id.to_string(),
            line_id: line_id.to_string(),
            customer_id: customer_id.to_string(),
            seq,
            body: stored.body.clone(),
        };
        if stored != expected {
            report.find(
                "outbox",
                movement_id,
                "it is not the transfer that was queued",
            );
        }
        // Nobody can read the bytes of a forgotten customer's transfer again.
        let (Some(key), Some(account)) = (self.keys.get(&customer_id), account.known()) else {
            return;
        };
        let entry = OutboxEntry {
            movement_id: *movement_id,
            line_id: *line_id,
            customer_id,
            kind: *kind,
            amount_minor: *amount_minor,
            currency: *currency,
            account,
            speed: *speed,
            line_number,
        };
        match key.open_text(&OutboxEntry::place(*movement_id), &stored.body) {
            Ok(bytes) if *bytes == entry.bytes() => {}
            Ok(_) => report.find(
                "outbox",
                movement_id,
                "its bytes are not those that were queued",
            ),
            Err(error) => report.find("outbox", movement_id, error),
        }
    }

    fn note_submission(&mut self, row: &EventRow, event: &Event, report: &mut Report) {
        let refusal_code = match event {
            Event::CommandRefused { code, .. } => json!(code).as_str().map(str::to_owned),
            _ => None,
        };
        let ordinal = match self.submissions.get_mut(&row.command_id) {
            None => {
                let submission = Submission {
                    first_seq: row.seq,
                    last_seq: row.seq,
                    user_id: row.user_id.clone(),
                    refusal_code,
                };
                self.submissions.insert(row.command_id.clone(), submission);
                0
            }
            Some(submission) => {
                submission.last_seq = row.seq;
                row.seq - submission.first_seq
            }
        };
        if row.ordinal != ordinal {
            report.find(
                "events",
                row.seq,
                "it is out of order among those of its command",
            );
        }
    }

    fn leftovers(&mut self, report: &mut Report) {
        for (seq, legs) in &self.journal {
            report.journal_legs += legs.len() as u64;
            report.find("journal", seq, "no event posted this");
            for leg in legs {
                self.trial_balance += i128::from(leg[6].as_i64().unwrap_or_default());
            }
        }
        if self.trial_balance != 0 {
            let what = format!("the trial balance is {}, not zero", self.trial_balance);
            report.find("journal", "", what);
        }
        for movement_id in self.outbox.keys() {
            report.find("outbox", movement_id, "no event queued this transfer");
        }
    }

    fn judge_receipts(&mut self, report: &mut Report) {
        for (command_id, submission) in &self.submissions {
            let Some(receipt) = self.receipts.remove(command_id) else {
                report.find(
                    "receipts",
                    command_id,
                    "a command has events and no receipt",
                );
                continue;
            };
            let actor_fits = match &submission.user_id {
                Some(user_id) => receipt.actor == *user_id,
                None => matches!(receipt.actor.as_str(), "guest" | "program"),
            };
            let fits = actor_fits
                && receipt.first_seq == Some(submission.first_seq)
                && receipt.last_seq == Some(submission.last_seq)
                && receipt.refusal_code == submission.refusal_code
                && receipt.content_mac.len() == 32;
            if !fits {
                report.find(
                    "receipts",
                    command_id,
                    "it does not fit the events of its command",
                );
            }
        }
        for command_id in self.receipts.keys() {
            report.find("receipts", command_id, "its command has no events");
        }
    }

    async fn judge_credentials(
        &self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        let mut stored = check::credentials(connection).await?;
        for (id, user) in &self.world.users {
            match stored.remove(&id.to_string()) {
                None => report.find("credentials", id, "the account has no password"),
                Some(phc) if self.store_key.credential_print(&phc) != user.credential_print => {
                    report.find(
                        "credentials",
                        id,
                        "the password is not the one the log vouches for",
                    );
                }
                Some(_) => {}
            }
        }
        for id in stored.keys() {
            report.find("credentials", id, "there is no such account in the log");
        }
        Ok(())
    }

    async fn judge_identity(
        &self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        let identity = match crate::store::identity(connection).await {
            Ok(Some((identity, _))) => identity,
            Ok(None) => {
                report.find("store", "", "it does not say which store it is");
                return Ok(());
            }
            Err(error) => {
                report.find("store", "", error);
                return Ok(());
            }
        };
        let standing = sealed::standing(connection).await?;
        if self.store_key.vouches()
            && !standing.fits(&identity, standing.remembered, self.store_key)
        {
            report.find("store", "", "what it says of itself was altered");
        }
        if let Some(set_up) = &self.world.branch.set_up
            && set_up.store_id.to_string() != identity.store_id
        {
            report.find("store", "", "the log is that of another store");
        }
        if identity.epoch < self.epoch {
            report.find("store", "", "the log is of a later epoch than the store");
        }
        Ok(())
    }

    /// Every row of every view against what the fold gives.
    async fn judge_views(
        &self,
        connection: &mut SqliteConnection,
        report: &mut Report,
    ) -> Result<(), sqlx::Error> {
        let mut expected = self.expected(report);
        let forgotten: BTreeSet<String> = self
            .world
            .customers
            .keys()
            .filter(|id| !self.keys.contains_key(id))
            .map(ToString::to_string)
            .collect();
        report.customers_forgotten = forgotten.len() as u64;
        for id in self
            .keys
            .keys()
            .filter(|id| !self.world.customers.contains_key(id))
        {
            report.find("customer_keys", id, "there is no such customer in the log");
        }
        for (table, sql) in check::VIEWS {
            let mut wanted = expected.remove(table).unwrap_or_default();
            for stored in check::view(connection, sql).await? {
                report.view_rows += 1;
                let Some(expected) = wanted.remove(&key_of(table, &stored.row)) else {
                    if !about_to_be_forgotten(table, &stored.row, &forgotten) {
                        report.find(table, stored.name, "nothing in the log makes this row");
                    }
                    continue;
                };
                if let Err(what) = self.compare(table, stored.row, expected) {
                    report.find(table, stored.name, what);
                }
            }
            for name in wanted.keys() {
                report.find(table, name, "the row that the log makes is missing");
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// The rows the writer would store, by table and key.
    fn expected(&self, report: &mut Report) -> BTreeMap<&'static str, BTreeMap<String, Row>> {
        let world = &self.world;
        let mut tables: BTreeMap<&'static str, BTreeMap<String, Row>> = BTreeMap::new();
        let mut add = |table: &'static str, row: Row| {
            let key = key_of(table, &row);
            tables.entry(table).or_default().insert(key, row);
        };
        if world.branch.version > 0 {
            add("branch", rows::branch(&world.branch));
        }
        world
            .users
            .values()
            .for_each(|user| add("users", rows::user(user)));
        for (employee_number, person_id) in &world.persons {
            add("persons", json!([employee_number, person_id]));
        }
        for product in world.products.values() {
            add("products", rows::product(product));
        }
        for customer in world.customers.values() {
            let key = self.keys.get(&customer.id);
            match rows::customer(customer, key) {
                Ok(row) => add("customers", row),
                Err(error) => report.find("customers", customer.id, error),
            }
            if key.is_some() {
                for row in rows::customer_terms(customer) {
                    add("customer_terms", row);
                }
                for row in rows::blind_index(customer, self.store_key) {
                    add("blind_index", row);
                }
            }
        }
        for line in world.lines.values() {
            match rows::line(line, self.keys.get(&line.customer_id)) {
                Ok(row) => add("lines", row),
                Err(error) => report.find("lines", line.id, error),
            }
        }
        for movement in world.movements.values() {
            let (first, last) = self.seqs_of(movement);
            add("movements", rows::movement(movement, first, last));
        }
        for statement in world.statements.values() {
            add("statements", rows::statement(statement));
            for row in rows::statement_lines(statement) {
                add("statement_lines", row);
            }
        }
        for finding in world.findings.values() {
            add("findings", rows::finding(finding));
        }
        tables
    }

    fn seqs_of(&self, movement: &Movement) -> (i64, i64) {
        self.movement_seqs
            .get(&movement.id)
            .copied()
            .unwrap_or_default()
    }

    /// Column by column; documents after opening, so that each may be sealed afresh, and byte
    /// for byte in how they are written down.
    fn compare(&self, table: &str, stored: Row, expected: Row) -> Result<(), String> {
        let (Value::Array(mut stored), Value::Array(mut expected)) = (stored, expected) else {
            return Err("it cannot be compared".to_owned());
        };
        let sealed_for = match table {
            "customers" => Some(0),
            "lines" => Some(2),
            _ => None,
        };
        if let Some(customer_column) = sealed_for {
            let place = format!("{table}/{}", text(&stored, 0));
            let customer_id: Option<CustomerId> = text(&expected, customer_column).parse().ok();
            let key = customer_id.and_then(|id| self.keys.get(&id));
            let last = stored.len() - 1;
            stored[last] = opened(text(&stored, last), key, &place)?;
            expected[last] = opened(text(&expected, last), key, &place)?;
            // A line with a long past has a summary before its document.
            let summary = last - 1;
            if table == "lines" && stored[summary].is_string() && expected[summary].is_string() {
                let place = format!("{place}{}", rows::SUMMARY);
                stored[summary] = opened(text(&stored, summary), key, &place)?;
                expected[summary] = opened(text(&expected, summary), key, &place)?;
            }
            if table == "customers" && key.is_none() {
                // Clear columns of a customer whose key is gone are scrubbed at the next start
                // and read as forgotten until then.
                stored[2..last].fill(Value::Null);
            }
        }
        let differing = stored
            .iter()
            .zip(&expected)
            .position(|(one, other)| one != other);
        match differing {
            None if stored.len() == expected.len() => Ok(()),
            Some(column) if column + 1 == stored.len() => {
                Err("its last column is not what the log says".to_owned())
            }
            column => Err(format!(
                "column {} is not what the log says",
                column.map_or(expected.len(), |column| column + 1)
            )),
        }
    }
}

/// A document as it reads, written down again: the order of its members counts, too. It has to
/// stand in the store the one way the writer writes.
fn opened(document: &str, key: Option<&CustomerKey>, place: &str) -> Result<Value, String> {
    let mut value: Value =
        serde_json::from_str(document).map_err(|_| "its document is not one".to_owned())?;
    let written = value.to_string();
    if written != document {
        return Err("its document is not written as the program writes it".to_owned());
    }
    open_document(&mut value, key, place).map_err(|error| error.to_string())?;
    Ok(Value::String(value.to_string()))
}

fn text(row: &[Value], column: usize) -> &str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

/// The primary key of a view's row. Tables of pairs are keys as a whole.
fn key_of(table: &str, row: &Row) -> String {
    match table {
        "customer_terms" | "blind_index" | "statement_lines" => row.to_string(),
        _ => row
            .get(0)
            .map(|key| key.as_str().map_or(key.to_string(), str::to_owned))
            .unwrap_or_default(),
    }
}

/// Whether a row of a search table belongs to a customer whose key is gone: it goes at the next
/// start and finds nobody until then.
fn about_to_be_forgotten(table: &str, row: &Row, forgotten: &BTreeSet<String>) -> bool {
    let column = match table {
        "customer_terms" => 1,
        "blind_index" => 2,
        _ => return false,
    };
    row.get(column)
        .and_then(Value::as_str)
        .is_some_and(|id| forgotten.contains(id))
}

fn meta(row: &EventRow) -> Option<Meta> {
    Some(Meta {
        command_id: row.command_id.parse().ok()?,
        ordinal: u32::try_from(row.ordinal).ok()?,
        at: UtcMillis(row.at_ms),
        business_date: row.business_date.parse().ok()?,
        user_id: row.user_id.as_deref().map(str::parse).transpose().ok()?,
        person_id: row.person_id.as_deref().map(str::parse).transpose().ok()?,
    })
}
