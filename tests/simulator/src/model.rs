//! The log counted again by hand: an independent fold over the stored payloads that shares no
//! line of code with `apply`. What the program answers is held against it after every step.

use domain::date::BusinessDate;
use domain::movement::MovementState as State;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An event as it stands in the log; private members stay sealed.
#[derive(Clone, Debug)]
pub struct Logged {
    pub seq: i64,
    pub stream_seq: i64,
    pub event_type: String,
    pub payload: Value,
    pub command_id: String,
    pub user_id: Option<String>,
    pub business_date: String,
    pub hash: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub struct User {
    pub login: String,
    pub employee_number: String,
    pub waiting: bool,
    pub active: bool,
    pub admin: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Account {
    pub authorized: bool,
    pub unusable: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Customer {
    pub number: String,
    pub accounts: BTreeMap<String, Account>,
    pub forgotten: bool,
    pub version: i64,
}

/// Something done to a line that its customer was not told of.
#[derive(Clone, Debug)]
pub struct Untold {
    what: String,
    /// The limit that was asked for in vain.
    asked: Option<i64>,
    pub on: BusinessDate,
}

#[derive(Clone, Debug, Default)]
pub struct Line {
    pub number: String,
    pub customer: String,
    pub product: String,
    pub requested: i64,
    pub limit: Option<i64>,
    pub hold_days: u32,
    pub rejected: bool,
    pub cancelled: bool,
    pub closed: bool,
    pub agreed: bool,
    pub frozen: bool,
    /// Ever, by the program's own doing: nobody at the desk asked for it.
    pub frozen_by_evidence: bool,
    pub cancellation_requested: bool,
    /// Oldest first.
    pub untold: Vec<Untold>,
    pub principal: i64,
    pub credit: i64,
    /// Interest and fees that posted.
    pub charged: i64,
    /// Changes that wait for a second person, as they were asked for.
    pub waiting: BTreeMap<String, Value>,
    pub charged_off: bool,
    /// Charged off and not recovered.
    pub lost: i64,
    pub returned: i64,
    pub version: i64,
    /// Papers that are not here yet.
    pub missing: usize,
    /// Settled by the network lately: movement, principal, credit, and the first day it frees the
    /// limit.
    pub holds: Vec<(String, i64, i64, BusinessDate)>,
}

#[derive(Clone, Debug)]
pub struct Move {
    pub line: String,
    pub kind: String,
    pub amount: i64,
    pub cash: bool,
    pub account: Option<String>,
    pub state: State,
    pub sent: bool,
    pub doubtful: u32,
    pub attempts: u32,
    pub requested_seq: i64,
    pub remote_id: Option<String>,
    /// Posted by the network's word, with its sign for the clearing account.
    pub cleared: i64,
    /// Presented again as another debit.
    pub presented: bool,
    /// How often it was settled and returned.
    pub settled: u32,
    pub returned: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Drawer {
    pub holds: i64,
    pub open: bool,
}

/// A disagreement with the network that is shown to people.
#[derive(Clone, Debug)]
pub struct Finding {
    pub class: String,
    pub reference: String,
    pub open: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub seq: i64,
    pub hash: Vec<u8>,
    pub users: BTreeMap<String, User>,
    pub customers: BTreeMap<String, Customer>,
    pub products: BTreeMap<String, i64>,
    pub lines: BTreeMap<String, Line>,
    pub movements: BTreeMap<String, Move>,
    /// Cash, by the teller whose drawer it is in.
    pub drawers: BTreeMap<String, Drawer>,
    pub drawers_used: bool,
    pub vault: i64,
    /// What was counted over, less what was short.
    pub over: i64,
    /// What the network's statements took out of clearing, with its sign.
    pub stated: i64,
    pub findings: BTreeMap<String, Finding>,
    /// Payments wait for the comparison after a restore.
    pub held: bool,
    /// How far the network's events were followed.
    pub cursor: u64,
    /// Of the newest restore; 0 before any.
    pub epoch: i64,
    pub business_date: Option<BusinessDate>,
    pub holidays: BTreeSet<String>,
    /// The date that follows the last one that was closed.
    pub next_date: Option<BusinessDate>,
    /// Every command that left something in the log: its first and last event.
    pub commands: BTreeMap<String, (i64, i64)>,
    /// Rules that an intent broke, in words.
    pub broken: Vec<String>,
    /// What the last fold touched.
    pub touched: BTreeSet<String>,
    pub unknown_types: BTreeSet<String>,
}

fn text(payload: &Value, member: &str) -> String {
    payload[member].as_str().unwrap_or("").to_owned()
}

fn minor(payload: &Value, member: &str) -> i64 {
    payload[member].as_i64().unwrap_or(0)
}

impl Line {
    pub fn ended(&self) -> bool {
        self.rejected || self.cancelled || self.closed
    }

    pub fn open_for_money(&self) -> bool {
        self.limit.is_some() && !self.ended() && self.agreed
    }
}

impl Model {
    pub fn fold(&mut self, events: &[Logged]) {
        self.touched.clear();
        for event in events {
            self.count(event);
        }
    }

    pub fn on_the_way<'a>(&'a self, line: &'a str) -> impl Iterator<Item = &'a Move> {
        self.movements
            .values()
            .filter(move |movement| movement.line == line && movement.state.on_its_way())
    }

    pub fn draws_on_the_way(&self, line: &str) -> i64 {
        self.on_the_way(line)
            .filter(|movement| movement.kind == "draw")
            .map(|movement| movement.amount)
            .sum()
    }

    fn draws_sent(&self, line: &str) -> i64 {
        let sent =
            |movement: &&Move| movement.line == line && movement.kind == "draw" && movement.sent;
        i64::try_from(self.movements.values().filter(sent).count()).unwrap_or(0)
    }

    pub fn status(&self, id: &str) -> &'static str {
        let line = &self.lines[id];
        if line.cancelled {
            "cancelled"
        } else if line.closed {
            "closed"
        } else if line.rejected {
            "rejected"
        } else if line.limit.is_none() {
            "open"
        } else {
            let owes = line.principal != 0 || line.lost != 0;
            if self.draws_sent(id) <= line.returned && !owes {
                "approved"
            } else if owes || self.on_the_way(id).next().is_some() {
                "outstanding"
            } else {
                "repaid"
            }
        }
    }

    /// As the page shows it on that day.
    pub fn available(&self, id: &str, today: BusinessDate) -> i64 {
        let line = &self.lines[id];
        if line.ended() || line.charged_off {
            return 0;
        }
        let young = |hold: &&(String, i64, i64, BusinessDate)| today < hold.3;
        let principal: i64 = line.holds.iter().filter(young).map(|hold| hold.1).sum();
        let credit: i64 = line.holds.iter().filter(young).map(|hold| hold.2).sum();
        let held = principal + (credit - line.credit).max(0);
        let used = line.principal + self.draws_on_the_way(id) + held;
        (line.limit.unwrap_or(0) - used).max(0)
    }

    /// The day on which so many working days after another are over: counted one by one.
    fn working_days_after(&self, day: BusinessDate, wanted: u32) -> BusinessDate {
        let (mut day, mut counted) = (day, 0);
        while counted < wanted {
            day = day.plus_days(1);
            if !day.is_weekend() && !self.holidays.contains(&day.to_string()) {
                counted += 1;
            }
        }
        day
    }

    /// Only of a line that goes on, and of a raise that was declined or a freeze of this very command.
    fn adverse_action(&mut self, event: &Logged, line_id: &str) {
        let what = text(&event.payload["action"], "what");
        let ended = self.line(line_id).ended() || self.line(line_id).charged_off;
        let freeze_alone = what == "frozen" && !self.line(line_id).frozen;
        if ended || freeze_alone {
            let words = format!("event {}: adverse action out of nothing: {what}", event.seq);
            self.broken.push(words);
        }
        let asked = event.payload["action"]["asked_minor"].as_i64();
        match event.business_date.parse() {
            Ok(on) => self.line(line_id).untold.push(Untold { what, asked, on }),
            Err(_) => self.broken.push(format!("event {}: no day", event.seq)),
        }
    }

    fn line(&mut self, id: &str) -> &mut Line {
        self.lines.entry(id.to_owned()).or_default()
    }

    fn count(&mut self, event: &Logged) {
        let payload = &event.payload;
        self.seq = event.seq;
        self.hash.clone_from(&event.hash);
        self.business_date = event.business_date.parse().ok();
        let span = self
            .commands
            .entry(event.command_id.clone())
            .or_insert((event.seq, event.seq));
        span.1 = event.seq;
        let line_id = text(payload, "line_id");
        let movement_id = text(payload, "movement_id");
        let customer_id = text(payload, "customer_id");
        let user_id = text(payload, "user_id");
        let account_id = text(payload, "account_id");
        let amount = minor(payload, "amount_minor");
        if !line_id.is_empty() {
            self.line(&line_id).version = event.stream_seq;
            self.touched.insert(line_id.clone());
        }
        match event.event_type.as_str() {
            "store_set_up"
            | "device_key_recorded"
            | "strangers_refused"
            | "command_refused"
            | "signed_in"
            | "sign_in_failed"
            | "password_proven"
            | "signed_out"
            | "reset_code_issued"
            | "password_reset"
            | "access_recovered"
            | "credential_renewed"
            | "second_factor_set"
            | "second_factor_used"
            | "second_factor_removed"
            | "second_factor_demanded"
            | "account_unlocked" => {}
            "cursor_moved" => self.cursor = text(payload, "cursor").parse().unwrap_or(0),
            "account_asked" => {
                let user = User {
                    login: text(payload, "login"),
                    employee_number: text(payload, "employee_number"),
                    waiting: true,
                    ..User::default()
                };
                self.users.insert(user_id, user);
            }
            "account_approved" => {
                let user = self.users.entry(user_id).or_default();
                (user.waiting, user.active) = (false, true);
                user.admin = text(payload, "role") == "admin";
            }
            "role_set" => {
                let user = self.users.entry(user_id).or_default();
                user.admin = text(payload, "role") == "admin";
            }
            "account_disabled" => self.users.entry(user_id).or_default().active = false,
            "account_enabled" => self.users.entry(user_id).or_default().active = true,
            "account_declined" => self.users.entry(user_id).or_default().waiting = false,
            "product_defined" => {
                self.products
                    .insert(text(payload, "product_id"), event.stream_seq);
            }
            "customer_recorded" => {
                let customer = Customer {
                    number: text(payload, "number"),
                    version: event.stream_seq,
                    ..Customer::default()
                };
                self.customers.insert(customer_id, customer);
            }
            "customer_updated"
            | "bank_account_added"
            | "debit_authorized"
            | "bank_account_unusable"
            | "debit_authorization_ended"
            | "contact_noted"
            | "customer_forgotten" => {
                let customer = self.customers.entry(customer_id).or_default();
                customer.version = event.stream_seq;
                let account = || account_id.clone();
                match event.event_type.as_str() {
                    "bank_account_added" => {
                        customer.accounts.insert(account(), Account::default());
                    }
                    "debit_authorized" => {
                        customer.accounts.entry(account()).or_default().authorized = true;
                    }
                    "bank_account_unusable" => {
                        customer.accounts.entry(account()).or_default().unusable = true;
                    }
                    "debit_authorization_ended" => {
                        customer.accounts.entry(account()).or_default().authorized = false;
                    }
                    "customer_forgotten" => customer.forgotten = true,
                    _ => {}
                }
            }
            "application_taken" => {
                let line = self.line(&line_id);
                line.number = text(payload, "number");
                line.customer = customer_id;
                line.product = text(payload, "product_id");
                line.requested = minor(payload, "requested_minor");
                line.missing = payload["missing"].as_array().map_or(0, Vec::len);
            }
            "application_approved" => {
                let line = self.line(&line_id);
                line.limit = Some(minor(payload, "limit_minor"));
                let days = payload["terms"]["hold_banking_days"].as_u64();
                line.hold_days = days.and_then(|days| u32::try_from(days).ok()).unwrap_or(0);
            }
            "application_rejected" => self.line(&line_id).rejected = true,
            "application_cancelled" => self.line(&line_id).cancelled = true,
            "agreement_recorded" => self.line(&line_id).agreed = true,
            "line_frozen" => {
                let by_program = event.user_id.is_none();
                let line = self.line(&line_id);
                line.frozen = true;
                line.frozen_by_evidence |= by_program;
            }
            "line_unfrozen" => {
                let line = self.line(&line_id);
                line.frozen = false;
                line.untold.retain(|untold| untold.what != "frozen");
            }
            "adverse_action_taken" => self.adverse_action(event, &line_id),
            "adverse_action_told" => {
                let told = payload["actions"].as_array().map_or(0, Vec::len);
                let waited = std::mem::take(&mut self.line(&line_id).untold).len();
                if told != waited || told == 0 {
                    let words = format!("event {}: {told} told of {waited}", event.seq);
                    self.broken.push(words);
                }
            }
            "cancellation_requested" => self.line(&line_id).cancellation_requested = true,
            "cancellation_declined" => self.line(&line_id).cancellation_requested = false,
            "line_closed" => self.line(&line_id).closed = true,
            "credit_applied" => {
                let paid = minor(&payload["allocation"], "principal_minor");
                let line = self.line(&line_id);
                line.principal -= paid;
                line.credit -= paid;
            }
            "credit_taken_back" => {
                let parts = payload["parts"].as_array().cloned().unwrap_or_default();
                let total: i64 = parts.iter().filter_map(|part| part[1].as_i64()).sum();
                let line = self.line(&line_id);
                line.principal += total;
                line.credit += total;
            }
            "overpayment_credited" => {
                let line = self.line(&line_id);
                line.principal += amount;
                line.credit += amount;
            }
            "line_posted" => {
                let line = self.line(&line_id);
                for posting in payload["postings"].as_array().into_iter().flatten() {
                    let change = &posting["change"];
                    line.principal += minor(change, "principal_minor");
                    line.credit += minor(change, "credit_minor");
                    let charges = minor(change, "interest_minor") + minor(change, "fees_minor");
                    line.charged += charges;
                    match text(posting, "kind").as_str() {
                        "charged_off" => line.lost -= minor(change, "principal_minor") + charges,
                        "principal_recovered" | "interest_recovered" | "fees_recovered" => {
                            line.lost += minor(change, "credit_minor");
                        }
                        _ => {}
                    }
                }
            }
            "day_closed" => {
                self.next_date = text(payload, "next").parse().ok();
                if self.drawers.values().any(|drawer| drawer.open) {
                    let seq = event.seq;
                    self.broken
                        .push(format!("event {seq}: the day closed on an open drawer"));
                }
            }
            "cycle_closed" | "fee_charged" | "incompleteness_noticed" | "check_recorded" => {}
            "holidays_set" => {
                let days = payload["holidays"].as_array();
                let days = days.into_iter().flatten().filter_map(Value::as_str);
                self.holidays = days.map(ToOwned::to_owned).collect();
            }
            "missing_recorded" => {
                let missing = payload["missing"].as_array();
                self.line(&line_id).missing = missing.map_or(0, Vec::len);
            }
            "drawer_opened" => {
                self.drawers_used = true;
                self.vault -= minor(payload, "from_vault_minor");
                let drawer = self.drawers.entry(text(payload, "drawer")).or_default();
                (drawer.holds, drawer.open) = (minor(payload, "float_minor"), true);
            }
            "vault_cash_moved" => {
                let from_vault = text(payload, "way") == "from_vault";
                let into = if from_vault { amount } else { -amount };
                self.vault -= into;
                self.cash(event, into);
            }
            "drawer_counted" => {
                let counted = minor(payload, "counted_minor");
                let drawer = self.drawers.entry(text(payload, "drawer")).or_default();
                self.over += counted - drawer.holds;
                drawer.holds = counted;
            }
            "drawer_closed" => {
                let counted = minor(payload, "counted_minor");
                let drawer = self.drawers.entry(text(payload, "drawer")).or_default();
                self.over += counted - drawer.holds;
                self.vault += counted;
                (drawer.holds, drawer.open) = (0, false);
            }
            "change_requested" => {
                let change = payload["change"].clone();
                let line = self.line(&line_id);
                line.waiting.insert(text(payload, "change_id"), change);
            }
            "change_approved" | "change_declined" => {
                let asked = self
                    .line(&line_id)
                    .waiting
                    .remove(&text(payload, "change_id"));
                if asked.is_none() {
                    let words = format!("event {}: a change nobody asked for", event.seq);
                    self.broken.push(words);
                }
            }
            "limit_set" => {
                let limit = minor(payload, "limit_minor");
                let lower = self.lines[&line_id].limit.unwrap_or(0) > limit;
                let used = self.lines[&line_id].principal + self.draws_on_the_way(&line_id);
                if lower && used > limit {
                    let words = format!("event {}: {used} used of the new limit", event.seq);
                    self.broken.push(words);
                }
                let line = self.line(&line_id);
                line.limit = Some(limit);
                line.untold
                    .retain(|untold| untold.asked.is_none_or(|asked| asked > limit));
            }
            "rate_set" | "charge_waived" => {}
            "charged_off" => self.line(&line_id).charged_off = true,
            "payments_held" => {
                self.held = true;
                self.epoch = payload["epoch"].as_i64().unwrap_or(0);
            }
            "payments_resumed" => self.held = false,
            "statement_read" => {
                for line in payload["lines"].as_array().into_iter().flatten() {
                    if line["ours"] == true {
                        let out = (line["direction"] == "credit") == (line["kind"] == "settled");
                        let amount = minor(line, "amount_minor");
                        self.stated += if out { amount } else { -amount };
                    }
                }
            }
            "finding_opened" => {
                let finding = &payload["finding"];
                let opened = Finding {
                    class: text(finding, "class"),
                    reference: text(finding, "reference"),
                    open: true,
                };
                self.findings.insert(text(finding, "id"), opened);
            }
            "finding_resolved" => {
                if let Some(finding) = self.findings.get_mut(&text(payload, "finding_id")) {
                    finding.open = false;
                }
            }
            "movement_requested" => self.requested(event),
            other => self.moved(other, event, &movement_id),
        }
    }

    fn requested(&mut self, event: &Logged) {
        let payload = &event.payload;
        let (line_id, kind) = (text(payload, "line_id"), text(payload, "kind"));
        let amount = minor(payload, "amount_minor");
        let movement = Move {
            line: line_id.clone(),
            kind: kind.clone(),
            amount,
            cash: payload["method"]["by"] == "cash",
            account: payload["method"]["account_id"].as_str().map(str::to_owned),
            state: State::Requested,
            sent: false,
            doubtful: 0,
            attempts: 0,
            requested_seq: event.seq,
            remote_id: None,
            cleared: 0,
            presented: false,
            settled: 0,
            returned: 0,
        };
        let id = text(payload, "movement_id");
        if self.movements.insert(id.clone(), movement).is_some() {
            self.broken
                .push(format!("event {}: movement {id} twice", event.seq));
        }
        if kind == "draw" {
            // I6.
            let used = self.lines[&line_id].principal + self.draws_on_the_way(&line_id);
            let limit = self.lines[&line_id].limit.unwrap_or(0);
            if used > limit {
                let words = format!("event {}: {used} used of the limit {limit}", event.seq);
                self.broken.push(words);
            }
        }
    }

    fn moved(&mut self, event_type: &str, event: &Logged, id: &str) {
        let payload = &event.payload;
        let Some(movement) = self.movements.get_mut(id) else {
            self.unknown_types.insert(event_type.to_owned());
            return;
        };
        let back = |movement: &mut Move| {
            let doubt = movement.doubtful > 0;
            movement.sent = doubt;
            movement.state = if doubt { State::Unknown } else { State::Queued };
        };
        match event_type {
            "draw_approved" | "glass_broken" => {
                (movement.state, movement.sent) = (State::Approved, false)
            }
            "draw_declined" => (movement.state, movement.sent) = (State::Declined, false),
            "movement_cancelled" => (movement.state, movement.sent) = (State::Cancelled, false),
            "transfer_queued" => (movement.state, movement.sent) = (State::Queued, false),
            "transfer_marked" => {
                if self.held {
                    let words =
                        format!("event {}: {id} is sent while payments are held", event.seq);
                    self.broken.push(words);
                }
                (movement.state, movement.sent) = (State::Sending, true);
                movement.attempts = u32::try_from(minor(payload, "attempt")).unwrap_or(0);
            }
            "transfer_not_sent" | "transfer_deferred" => back(movement),
            "transfer_in_doubt" => {
                movement.doubtful += 1;
                (movement.state, movement.sent) = (State::Unknown, true);
            }
            "transfer_refused" => (movement.state, movement.sent) = (State::Unknown, true),
            "transfer_not_found" => {
                if movement.doubtful == 0 && movement.remote_id.is_none() && !movement.sent {
                    movement.state = State::Queued;
                }
            }
            "transfer_asked_in_vain" => {}
            "transfer_accepted" => {
                movement.remote_id = Some(text(payload, "remote_id"));
                (movement.state, movement.sent) = (State::Accepted, true);
            }
            "transfer_rejected" => {
                if let Some(remote_id) = payload["remote_id"].as_str() {
                    movement.remote_id = Some(remote_id.to_owned());
                }
                (movement.state, movement.sent) = (State::Rejected, false);
            }
            "transfer_in_review" => {
                if movement.state == State::Sending {
                    movement.doubtful += 1;
                }
                movement.state = State::NeedsReview;
            }
            "transfer_to_be_asked" => movement.state = State::Unknown,
            "transfer_withdrawn" => {
                movement.sent = false;
                movement.state = if movement.doubtful > 0 {
                    State::Rejected
                } else {
                    State::Cancelled
                };
            }
            "transfer_parked" => movement.state = State::NeedsReview,
            "transfer_retried" => {
                let clean =
                    movement.doubtful == 0 && movement.remote_id.is_none() && !movement.sent;
                movement.state = if clean { State::Queued } else { State::Unknown };
            }
            "debit_presented_again" => movement.presented = true,
            "debit_presents" => {}
            "return_returned" => {
                (movement.state, movement.sent) = (State::Settled, true);
                movement.remote_id = Some(text(payload, "remote_id"));
                movement.settled += 1;
                if movement.settled > movement.returned + 1 {
                    self.broken
                        .push(format!("event {}: {id} settled twice", event.seq));
                }
                self.posts(event, 1);
            }
            "cash_moved" => {
                movement.state = State::Settled;
                movement.sent = movement.kind == "draw";
                self.posts(event, 1);
            }
            "transfer_settled" => {
                (movement.state, movement.sent) = (State::Settled, true);
                movement.remote_id = Some(text(payload, "remote_id"));
                movement.settled += 1;
                if movement.settled > movement.returned + 1 {
                    self.broken
                        .push(format!("event {}: {id} settled twice", event.seq));
                }
                self.posts(event, 1);
            }
            "transfer_returned" => {
                (movement.state, movement.sent) = (State::Returned, true);
                movement.returned += 1;
                if movement.returned > movement.settled {
                    self.broken
                        .push(format!("event {}: {id} returned twice", event.seq));
                }
                self.posts(event, -1);
            }
            "movement_reversed" => {
                movement.state = State::Returned;
                movement.returned += 1;
                if !movement.cash || movement.returned > 1 {
                    self.broken
                        .push(format!("event {}: {id} reversed wrongly", event.seq));
                }
                self.posts(event, -1);
            }
            other => {
                self.unknown_types.insert(other.to_owned());
            }
        }
    }

    /// Money moved (`way` 1) or came back (`way` −1).
    fn posts(&mut self, event: &Logged, way: i64) {
        let payload = &event.payload;
        let (line_id, id) = (text(payload, "line_id"), text(payload, "movement_id"));
        let kind = text(payload, "kind");
        let amount = way * minor(payload, "amount_minor");
        let parts = &payload["allocation"];
        let (principal, credit) = match kind.as_str() {
            "draw" => (amount, 0),
            "repayment" => (
                -way * minor(parts, "principal_minor"),
                way * minor(parts, "credit_minor"),
            ),
            _ => (0, -amount),
        };
        let by_network = !matches!(
            event.event_type.as_str(),
            "cash_moved" | "movement_reversed"
        );
        let epoch = BusinessDate::from(jiff::civil::date(1970, 1, 1));
        let day = self.business_date.unwrap_or(epoch);
        let hold_days = self.lines.get(&line_id).map_or(0, |line| line.hold_days);
        let frees_on = self.working_days_after(day, hold_days);
        let line = self.lines.entry(line_id).or_default();
        line.principal += principal;
        line.credit += credit;
        if kind == "draw" && way < 0 {
            line.returned += 1;
        }
        if event.event_type == "return_returned" && kind == "draw" {
            line.returned -= 1;
        }
        if by_network && kind == "repayment" {
            line.holds.retain(|hold| hold.0 != id);
            if way > 0 && (principal != 0 || credit != 0) {
                line.holds.push((id.clone(), -principal, credit, frees_on));
            }
        }
        // What left the line arrived on the other side.
        let other_side = credit - principal;
        if by_network {
            if let Some(movement) = self.movements.get_mut(&id) {
                movement.cleared += other_side;
            }
        } else {
            self.cash(event, other_side);
        }
    }

    /// Cash into a drawer, or out of it. From the first drawer on that was opened, only through
    /// an open one that holds it.
    fn cash(&mut self, event: &Logged, into: i64) {
        let drawer = self
            .drawers
            .entry(text(&event.payload, "drawer"))
            .or_default();
        drawer.holds += into;
        let wrong = !drawer.open || (into < 0 && drawer.holds < 0);
        if self.drawers_used && wrong {
            let seq = event.seq;
            self.broken.push(format!(
                "event {seq}: cash through a drawer that has it not"
            ));
        }
    }
}
