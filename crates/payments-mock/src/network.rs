//! The network as a pure value: the same calls, with the same times and seed,
//! always make the same world.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::agenda::{Agenda, Due};
use crate::books::{Books, BooksView, Movement, MovementKind};
use crate::calendar::{
    CUT_OFF_MS_OF_DAY, Calendar, DAY_MS, LATEST_MS, SETTLING_MS_OF_DAY, date_of, start_of,
};
use crate::exchange::{Answer, Content, Delivery, Outcome, Plan, Problem, Request, http_date};
use crate::faults::{Fault, FaultKind, Faults, InvalidFault, Occasion, Operation, Point};
use crate::feed::{Event, EventKind, Feed};
use crate::protocol::{LONGEST_KEY_BYTES, Speed, Status, Transfer, TransferRequest};
use crate::random::Random;
use crate::returns::{self, ReturnCode, Window};

/// What does not change while the network runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What a client has to show as its Bearer token.
    pub token: String,
    /// The days on which money does not move.
    pub calendar: Calendar,
    /// Banking days until a standard transfer settles: 1 to 3.
    pub standard_days: u32,
    /// If set, a transfer settles this long after it was taken in, whatever the
    /// calendar says, and a day of a return lasts as long.
    pub settle_after_ms: Option<u64>,
    /// How long the network knows a key. After that a repeat is a new request.
    pub key_life_ms: i64,
    /// Decides ids, chances and drawn return codes.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token: "branch-token".to_owned(),
            calendar: Calendar::default(),
            standard_days: 2,
            settle_after_ms: None,
            key_life_ms: DAY_MS,
            seed: 0,
        }
    }
}

/// A transfer with what only the network knows about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    transfer: Transfer,
    settled_at_ms: Option<i64>,
    /// A return that was decided on before the money moved.
    planned_return: Option<(ReturnCode, u32)>,
    /// Days after that return on which it comes back itself.
    #[serde(default)]
    planned_resettling: Option<u32>,
}

/// What was first sent under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeyRecord {
    body: String,
    first_seen_ms: i64,
    /// Nothing while the request is still being carried out.
    transfer: Option<usize>,
    /// A repeat is refused.
    #[serde(default)]
    expired: bool,
}

/// The whole network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    #[serde(skip)]
    settings: Settings,
    now_ms: i64,
    reachable: bool,
    records: Vec<Record>,
    by_id: BTreeMap<String, usize>,
    by_reference: BTreeMap<String, Vec<usize>>,
    keys: BTreeMap<String, KeyRecord>,
    feed: Feed,
    books: Books,
    agenda: Agenda,
    faults: Faults,
    /// Ids have a generator of their own, so that faults do not change them.
    ids: Random,
    chance: Random,
    followed_redirects: u64,
    #[serde(skip)]
    changed: bool,
}

impl Network {
    /// An empty network at an instant.
    pub fn new(settings: Settings, now_ms: i64) -> Self {
        Self {
            now_ms: now_ms.clamp(0, LATEST_MS),
            reachable: true,
            records: Vec::new(),
            by_id: BTreeMap::new(),
            by_reference: BTreeMap::new(),
            keys: BTreeMap::new(),
            feed: Feed::default(),
            books: Books::default(),
            agenda: Agenda::default(),
            faults: Faults::default(),
            ids: Random::seeded(settings.seed),
            chance: Random::seeded(!settings.seed),
            followed_redirects: 0,
            changed: false,
            settings,
        }
    }

    /// Gives a network that was read back its settings, which are never stored.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The network's clock, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// The network's date.
    pub fn today(&self) -> Date {
        date_of(self.now_ms)
    }

    /// When something happens next without anybody asking for it.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.agenda.next_due_ms()
    }

    /// Whether connections are accepted.
    pub fn is_reachable(&self) -> bool {
        self.reachable
    }

    /// Opens or closes the port.
    pub fn set_reachable(&mut self, reachable: bool) {
        if self.reachable && !reachable {
            self.faults.count(FaultKind::Refuse);
        }
        self.changed |= self.reachable != reachable;
        self.reachable = reachable;
    }

    /// The rules in force, and how often each kind has struck.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What was published of it, which can lie by leaving out and repeating.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// What really moved, by date.
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// Every transfer, in the order they were made.
    pub fn transfers(&self) -> impl Iterator<Item = &Transfer> {
        self.records.iter().map(|record| &record.transfer)
    }

    /// The books as they are shown.
    pub fn books_view(&self) -> BooksView {
        BooksView::new(
            self.now_ms,
            self.today(),
            self.transfers(),
            &self.books,
            self.followed_redirects,
        )
    }

    /// Whether anything worth keeping has happened since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Says that what happened is worth keeping although no books were touched.
    pub(crate) fn mark_changed(&mut self) {
        self.changed = true;
    }

    /// Puts a fault down. `refuse` closes the port at once. A return or
    /// rejection for a reference that is known already strikes its newest
    /// transfer at once.
    ///
    /// # Errors
    /// When the rule could never do what it says.
    pub fn add_fault(&mut self, fault: Fault) -> Result<u64, InvalidFault> {
        let kind = fault.kind;
        let known = fault
            .reference
            .as_ref()
            .and_then(|reference| self.by_reference.get(reference)?.last().copied());
        let id = self.faults.add(fault)?;
        self.changed = true;
        match (kind.point(), known) {
            (Point::Port, _) => {
                self.faults.remove(id);
                self.set_reachable(false);
            }
            (Point::Life, Some(transfer)) => self.strike_known(id, transfer),
            _ => {}
        }
        Ok(id)
    }

    /// Removes one rule; tells whether it was there.
    pub fn remove_fault(&mut self, id: u64) -> bool {
        self.changed = true;
        self.faults.remove(id)
    }

    /// Removes every rule and opens the port.
    pub fn clear_faults(&mut self) {
        self.changed = true;
        self.faults.clear();
        self.set_reachable(true);
    }

    /// Lets the clock pass to an instant; everything that is due happens in
    /// order, each at its own time. The clock never goes back.
    pub fn advance(&mut self, now_ms: i64) {
        let now_ms = now_ms.min(LATEST_MS);
        while let Some((due_ms, what)) = self.agenda.take_due(now_ms) {
            self.now_ms = self.now_ms.max(due_ms);
            self.changed = true;
            self.happen(what);
        }
        self.now_ms = self.now_ms.max(now_ms);
    }

    /// Takes one request at an instant: whatever it does to the books is done
    /// when this returns, and the plan says what the client gets to see of it.
    pub fn handle(&mut self, now_ms: i64, request: &Request) -> Plan {
        let mut plan = self.answer(now_ms, request);
        // It shows its own clock, as every server of HTTP that has one does.
        let date = http_date(self.now_ms);
        plan.answer.headers.push(("date", date));
        plan
    }

    fn answer(&mut self, now_ms: i64, request: &Request) -> Plan {
        self.advance(now_ms);
        if !self.reachable {
            return delivered(
                Outcome::problem(503, "refused", "the port is closed"),
                Delivery::Refused,
            );
        }
        let route = Route::of(request);
        if matches!(route, Route::OpenApi) {
            return described();
        }
        let Some(operation) = route.operation() else {
            return delivered(self.answer_aside(&route), Delivery::Whole);
        };
        let reference = self.reference_of(&route, request);
        let occasion = |point| Occasion {
            operation: Some(operation),
            reference: reference.as_deref(),
            ..Occasion::at(point)
        };

        let before = self.strike(&occasion(Point::BeforeEffect));
        if let Some(fault) = &before
            && fault.prevents_effect()
        {
            return spoiled(failed(500, "internal_error"), fault);
        }
        let (outcome, delivery) = self.perform(route, request);
        if let Some(fault) = &before {
            return spoiled(outcome, fault);
        }
        if let Some(delivery) = delivery {
            return delivered(outcome, delivery);
        }
        match self.strike(&occasion(Point::AfterEffect)) {
            Some(fault) => spoiled(outcome, &fault),
            None => delivered(outcome, Delivery::Whole),
        }
    }

    /// Answers that no fault touches.
    fn answer_aside(&mut self, route: &Route) -> Outcome {
        match route {
            Route::Health => Outcome::new(200, Content::Health { status: "ok" }),
            Route::Redirected => {
                self.changed = true;
                self.followed_redirects += 1;
                Outcome::problem(404, "not_found", "nothing is here; a redirect was followed")
            }
            Route::WrongMethod(allow) => {
                Outcome::problem(405, "method_not_allowed", format!("only {allow} here"))
                    .with_header("allow", *allow)
            }
            _ => Outcome::problem(404, "not_found", "there is no such address"),
        }
    }

    fn reference_of(&self, route: &Route, request: &Request) -> Option<String> {
        match route {
            Route::Submit => serde_json::from_slice::<serde_json::Value>(&request.body)
                .ok()?
                .get("reference")?
                .as_str()
                .map(str::to_owned),
            Route::FindOne(id) => {
                let place = *self.by_id.get(id)?;
                Some(self.records[place].transfer.reference.clone())
            }
            Route::FindByReference(reference) => reference.clone(),
            _ => None,
        }
    }

    fn perform(&mut self, route: Route, request: &Request) -> (Outcome, Option<Delivery>) {
        if !self.is_authorized(request) {
            return (unauthorized(), None);
        }
        let outcome = match route {
            Route::Submit => return self.submit(request),
            Route::FindOne(id) => self.find_one(&id),
            Route::FindByReference(reference) => self.find_by_reference(reference.as_deref()),
            Route::Events(after) => self.events_after(after.as_deref()),
            Route::Statement(date) => self.statement(date.as_deref()),
            aside => self.answer_aside(&aside),
        };
        (outcome, None)
    }

    fn is_authorized(&self, request: &Request) -> bool {
        request
            .authorization
            .as_deref()
            .and_then(|value| value.split_once(' '))
            .is_some_and(|(scheme, token)| {
                scheme.eq_ignore_ascii_case("bearer") && token == self.settings.token
            })
    }

    fn submit(&mut self, request: &Request) -> (Outcome, Option<Delivery>) {
        let Some(key) = request.idempotency_key.as_deref() else {
            return (
                Outcome::problem(400, "key_missing", "an Idempotency-Key header is needed"),
                None,
            );
        };
        if key.is_empty() || key.len() > LONGEST_KEY_BYTES {
            return (
                Outcome::problem(400, "key_invalid", "an Idempotency-Key is 1 to 128 bytes"),
                None,
            );
        }
        // The key is looked at before the body: other bytes under a known key
        // are a mix-up even when they make no sense.
        if let Some(outcome) = self.repeated(key, &request.body) {
            return (outcome, None);
        }
        let asked = match TransferRequest::read(&request.body) {
            Ok(asked) => asked,
            Err(malformed) => return (Outcome::new(400, malformed_content(malformed)), None),
        };

        // From here on it is carried out, one way or another.
        self.changed = true;
        let fault = self.strike(&Occasion {
            reference: Some(&asked.reference),
            direction: Some(asked.direction),
            ..Occasion::at(Point::Effect)
        });
        match fault.as_ref().map(|fault| (fault.kind, fault)) {
            Some((kind @ (FaultKind::InFlight | FaultKind::EffectAfterReset), fault)) => {
                self.remember(key, &request.body, None);
                let due_ms = self.later(fault.delay_or(2_000));
                let key = key.to_owned();
                self.agenda.add(
                    due_ms,
                    Due::Execute {
                        key,
                        request: asked,
                    },
                );
                let reset = kind == FaultKind::EffectAfterReset;
                (in_flight(), reset.then_some(Delivery::Reset))
            }
            Some((FaultKind::KeyForgotten, _)) => {
                let place = self.execute(asked);
                (self.created(place), None)
            }
            Some((FaultKind::KeyExpired, _)) => {
                let place = self.execute(asked);
                self.remember(key, &request.body, Some(place));
                if let Some(record) = self.keys.get_mut(key) {
                    record.expired = true;
                }
                (self.created(place), None)
            }
            Some((FaultKind::OrphanTransfer, _)) => {
                let orphan = TransferRequest {
                    reference: format!("ORPHAN-{}", self.records.len()),
                    ..asked.clone()
                };
                let place = self.execute(asked);
                self.remember(key, &request.body, Some(place));
                self.execute(orphan);
                (self.created(place), None)
            }
            Some((FaultKind::ExecuteTwice, _)) => {
                let place = self.execute(asked.clone());
                self.execute(asked);
                self.remember(key, &request.body, Some(place));
                (self.created(place), None)
            }
            _ => {
                let place = self.execute(asked);
                self.remember(key, &request.body, Some(place));
                (self.created(place), None)
            }
        }
    }

    /// The answer to a key that is known, if it is.
    fn repeated(&self, key: &str, body: &[u8]) -> Option<Outcome> {
        let known = self.keys.get(key)?;
        if self.now_ms.saturating_sub(known.first_seen_ms) > self.settings.key_life_ms {
            return None;
        }
        if known.body.as_bytes() != body {
            return Some(Outcome::problem(
                422,
                "key_reused",
                "this Idempotency-Key was used for another request",
            ));
        }
        if known.expired {
            return Some(Outcome::problem(
                400,
                "key_expired",
                "this Idempotency-Key has expired",
            ));
        }
        Some(match known.transfer {
            Some(place) => Outcome::new(200, self.shown(place)),
            None => in_flight(),
        })
    }

    fn remember(&mut self, key: &str, body: &[u8], transfer: Option<usize>) {
        let record = KeyRecord {
            // The body was read as JSON, so it is text and nothing is lost.
            body: String::from_utf8_lossy(body).into_owned(),
            first_seen_ms: self.now_ms,
            transfer,
            expired: false,
        };
        self.keys.insert(key.to_owned(), record);
    }

    fn created(&self, place: usize) -> Outcome {
        Outcome::new(201, self.shown(place))
    }

    fn shown(&self, place: usize) -> Content {
        Content::Transfer(self.records[place].transfer.clone())
    }

    fn find_one(&self, id: &str) -> Outcome {
        match self.by_id.get(id) {
            Some(place) => Outcome::new(200, self.shown(*place)),
            None => Outcome::problem(404, "not_found", "there is no transfer with this id"),
        }
    }

    fn find_by_reference(&self, reference: Option<&str>) -> Outcome {
        let Some(reference) = reference else {
            return Outcome::problem(400, "reference_missing", "?reference= is needed");
        };
        let places = self.by_reference.get(reference);
        let transfers = places
            .into_iter()
            .flatten()
            .map(|place| self.records[*place].transfer.clone())
            .collect();
        Outcome::new(200, Content::Transfers { transfers })
    }

    fn events_after(&self, after: Option<&str>) -> Outcome {
        let page = after
            .unwrap_or("0")
            .parse()
            .ok()
            .and_then(|cursor| self.feed.after(cursor));
        match page {
            Some((events, next)) => Outcome::new(
                200,
                Content::Events {
                    events: events.to_vec(),
                    next,
                },
            ),
            None => Outcome::problem(400, "cursor_unknown", "this cursor was never given out"),
        }
    }

    fn statement(&self, date: Option<&str>) -> Outcome {
        let Some(date) = date.and_then(|date| date.parse::<Date>().ok()) else {
            return Outcome::problem(400, "date_invalid", "?date=YYYY-MM-DD is needed");
        };
        let lines = self.books.day(date).to_vec();
        Outcome::new(200, Content::Statement { date, lines })
    }

    /// Makes a transfer, now.
    fn execute(&mut self, asked: TransferRequest) -> usize {
        let place = self.records.len();
        let (settlement_date, settle_ms) = self.settlement(asked.speed);
        let transfer = Transfer {
            id: format!("tr_{:016x}", self.ids.next()),
            reference: asked.reference,
            direction: asked.direction,
            amount_minor: asked.amount_minor,
            currency: asked.currency,
            speed: asked.speed,
            line_number: asked.line_number,
            status: Status::Accepted,
            settlement_date,
            accepted_at_ms: self.now_ms,
            settled_on: None,
            returned_on: None,
            return_code: None,
            reversals: 0,
        };
        self.by_id.insert(transfer.id.clone(), place);
        self.by_reference
            .entry(transfer.reference.clone())
            .or_default()
            .push(place);
        self.records.push(Record {
            transfer,
            settled_at_ms: None,
            planned_return: None,
            planned_resettling: None,
        });
        self.publish(place, EventKind::Accepted);

        let reference = self.records[place].transfer.reference.clone();
        let direction = self.records[place].transfer.direction;
        let life = self.strike(&Occasion {
            reference: Some(&reference),
            direction: Some(direction),
            ..Occasion::at(Point::Life)
        });
        if let Some(fault) = life {
            self.foredoom(place, &fault);
        }
        self.agenda.add(settle_ms, Due::Settle { transfer: place });
        place
    }

    /// The date and the instant at which money of this speed moves.
    fn settlement(&self, speed: Speed) -> (Date, i64) {
        if let Some(after_ms) = self.settings.settle_after_ms {
            let due_ms = self.later(after_ms);
            return (date_of(due_ms), due_ms);
        }
        let calendar = &self.settings.calendar;
        let arrival = self.now_ms.saturating_add(DAY_MS - CUT_OFF_MS_OF_DAY);
        let first = calendar.on_or_after(date_of(arrival));
        let date = match speed {
            Speed::Express => first,
            Speed::Standard => calendar.plus_banking_days(first, self.settings.standard_days),
        };
        (date, start_of(date) + SETTLING_MS_OF_DAY)
    }

    /// Decides what will become of a transfer.
    fn foredoom(&mut self, place: usize, fault: &Fault) {
        let on_day = fault.return_day();
        let direction = self.records[place].transfer.direction;
        match fault.kind {
            FaultKind::Reject => {
                let code = fault.code.unwrap_or(ReturnCode::R03);
                let due_ms = self.later(fault.delay_or(0));
                self.agenda.add(
                    due_ms,
                    Due::Reject {
                        transfer: place,
                        code,
                    },
                );
            }
            FaultKind::Return | FaultKind::ReturnOfReturn => {
                let codes = returns::codes(direction, on_day);
                let drawn = match fault.code {
                    Some(code) => Some(code),
                    None if codes.is_empty() => None,
                    None => {
                        let pick = self.chance.below(codes.len() as u64);
                        codes.get(pick as usize).copied()
                    }
                };
                self.records[place].planned_return = drawn.map(|code| (code, on_day));
                let again = fault.kind == FaultKind::ReturnOfReturn && drawn.is_some();
                self.records[place].planned_resettling = again.then_some(on_day);
                self.plan_return(place);
            }
            _ => {}
        }
    }

    /// Strikes a transfer that was made before the fault was put down.
    fn strike_known(&mut self, id: u64, place: usize) {
        let transfer = &self.records[place].transfer;
        let open = match transfer.status {
            Status::Accepted | Status::Settled => true,
            Status::Rejected | Status::Returned => false,
        };
        if !open {
            return;
        }
        let reference = transfer.reference.clone();
        let occasion = Occasion {
            reference: Some(&reference),
            direction: Some(transfer.direction),
            ..Occasion::at(Point::Life)
        };
        if let Some(fault) = self.faults.strike_with(id, &occasion) {
            self.foredoom(place, &fault);
        }
    }

    /// Puts a planned return down once the day of settlement is known.
    fn plan_return(&mut self, place: usize) {
        let record = &mut self.records[place];
        let Some(settled_at_ms) = record.settled_at_ms else {
            return;
        };
        let Some((code, on_day)) = record.planned_return.take() else {
            return;
        };
        let due_ms = match self.settings.settle_after_ms {
            Some(day_ms) => {
                let days_ms = i64::try_from(day_ms)
                    .unwrap_or(DAY_MS)
                    .saturating_mul(i64::from(on_day));
                settled_at_ms.saturating_add(days_ms)
            }
            None => {
                let direction = record.transfer.direction;
                let date = self.return_date(date_of(settled_at_ms), code.window(direction), on_day);
                (start_of(date) + SETTLING_MS_OF_DAY).max(settled_at_ms)
            }
        };
        self.agenda.add(
            due_ms.max(self.now_ms),
            Due::Return {
                transfer: place,
                code,
            },
        );
    }

    /// Returns are posted on banking days; one that would fall after its window
    /// because of a weekend is posted before it.
    fn return_date(&self, settled_on: Date, window: Option<Window>, on_day: u32) -> Date {
        let calendar = &self.settings.calendar;
        match window {
            Some(Window::CalendarDays(days)) => {
                let plus = |days: u32| {
                    date_of(start_of(settled_on).saturating_add(i64::from(days) * DAY_MS))
                };
                let date = calendar.on_or_after(plus(on_day));
                if date > plus(days) {
                    calendar.on_or_before(plus(on_day))
                } else {
                    date
                }
            }
            Some(Window::BankingDays(_)) | None => calendar.plus_banking_days(settled_on, on_day),
        }
    }

    fn happen(&mut self, what: Due) {
        match what {
            Due::Execute { key, request } => {
                let place = self.execute(request);
                if let Some(record) = self.keys.get_mut(&key) {
                    record.transfer = Some(place);
                }
            }
            Due::Settle { transfer } => self.settle(transfer),
            Due::Reject { transfer, code } => self.reject(transfer, code),
            Due::Return { transfer, code } => self.send_back(transfer, code),
            Due::Resettle { transfer } => self.resettle(transfer),
            Due::Publish { event } => self.feed.publish(event),
        }
    }

    fn settle(&mut self, place: usize) {
        let today = self.today();
        let now_ms = self.now_ms;
        let record = &mut self.records[place];
        if record.transfer.status != Status::Accepted {
            return;
        }
        record.transfer.status = Status::Settled;
        record.transfer.settled_on = Some(today);
        record.settled_at_ms = Some(now_ms);
        self.move_money(place, MovementKind::Settled);
        self.publish(place, EventKind::Settled);
        self.plan_return(place);
    }

    fn reject(&mut self, place: usize, code: ReturnCode) {
        let transfer = &mut self.records[place].transfer;
        if transfer.status != Status::Accepted {
            return;
        }
        transfer.status = Status::Rejected;
        transfer.return_code = Some(code);
        self.publish(place, EventKind::Rejected);
    }

    fn send_back(&mut self, place: usize, code: ReturnCode) {
        let today = self.today();
        let transfer = &mut self.records[place].transfer;
        if transfer.status != Status::Settled {
            return;
        }
        transfer.status = Status::Returned;
        transfer.returned_on = Some(today);
        transfer.return_code = Some(code);
        transfer.reversals += 1;
        self.move_money(place, MovementKind::Returned);
        self.publish(place, EventKind::Returned);
        if let Some(days) = self.records[place].planned_resettling.take() {
            let due_ms = match self.settings.settle_after_ms {
                Some(day_ms) => self.later(day_ms.saturating_mul(u64::from(days))),
                None => {
                    let calendar = &self.settings.calendar;
                    let date = calendar.plus_banking_days(today, days);
                    start_of(date) + SETTLING_MS_OF_DAY
                }
            };
            let transfer = place;
            self.agenda.add(due_ms, Due::Resettle { transfer });
        }
    }

    fn resettle(&mut self, place: usize) {
        let transfer = &mut self.records[place].transfer;
        if transfer.status != Status::Returned {
            return;
        }
        transfer.status = Status::Settled;
        transfer.reversals += 1;
        self.move_money(place, MovementKind::Settled);
        self.publish(place, EventKind::Settled);
    }

    fn move_money(&mut self, place: usize, kind: MovementKind) {
        let transfer = &self.records[place].transfer;
        let movement = Movement {
            transfer_id: transfer.id.clone(),
            reference: transfer.reference.clone(),
            direction: transfer.direction,
            amount_minor: transfer.amount_minor,
            currency: transfer.currency.clone(),
            kind,
            return_code: transfer.return_code,
        };
        self.books.record(date_of(self.now_ms), movement);
    }

    fn publish(&mut self, place: usize, kind: EventKind) {
        let transfer = &self.records[place].transfer;
        let event = Event {
            // The feed gives the cursor when the event is really published.
            cursor: 0,
            transfer_id: transfer.id.clone(),
            reference: transfer.reference.clone(),
            kind,
            at_ms: self.now_ms,
            date: date_of(self.now_ms),
            return_code: transfer.return_code,
        };
        let fault = self.strike(&Occasion {
            reference: Some(&event.reference),
            event: Some(kind),
            ..Occasion::at(Point::Event)
        });
        match fault.as_ref().map(|fault| (fault.kind, fault)) {
            Some((FaultKind::MissingEvent, _)) => {}
            Some((FaultKind::ReorderedEvents, _)) => self.feed.hold(event),
            Some((FaultKind::LateEvent, fault)) => {
                let due_ms = self.later(fault.delay_or(60_000));
                self.agenda.add(due_ms, Due::Publish { event });
            }
            Some((FaultKind::DuplicateEvent, _)) => {
                self.feed.publish(event.clone());
                self.feed.publish(event);
            }
            _ => self.feed.publish(event),
        }
    }

    fn strike(&mut self, occasion: &Occasion<'_>) -> Option<Fault> {
        // Rules count occasions down even when they do not strike.
        self.changed |= !self.faults.rules().is_empty();
        self.faults.strike(occasion, &mut self.chance)
    }

    fn later(&self, delay_ms: u64) -> i64 {
        let delay_ms = i64::try_from(delay_ms).unwrap_or(i64::MAX);
        self.now_ms.saturating_add(delay_ms)
    }
}

/// Where a request goes.
enum Route {
    Submit,
    FindOne(String),
    FindByReference(Option<String>),
    Events(Option<String>),
    Statement(Option<String>),
    Health,
    OpenApi,
    Redirected,
    WrongMethod(&'static str),
    Nowhere,
}

/// The address a redirect points at.
const REDIRECTED_PATH: &str = "/redirected";

impl Route {
    fn of(request: &Request) -> Self {
        let parameter = |name| request.parameter(name).map(str::to_owned);
        let method = request.method.as_str();
        match (method, request.path.as_str()) {
            (_, REDIRECTED_PATH) => Self::Redirected,
            ("POST", "/transfers") => Self::Submit,
            ("GET", "/transfers") => Self::FindByReference(parameter("reference")),
            (_, "/transfers") => Self::WrongMethod("GET, POST"),
            ("GET", "/events") => Self::Events(parameter("after")),
            ("GET", "/statement") => Self::Statement(parameter("date")),
            ("GET", "/health") => Self::Health,
            ("GET", "/openapi.json") => Self::OpenApi,
            (_, "/events" | "/statement" | "/health" | "/openapi.json") => Self::WrongMethod("GET"),
            (_, path) => match path.strip_prefix("/transfers/") {
                Some(id) if method == "GET" => Self::FindOne(id.to_owned()),
                Some(_) => Self::WrongMethod("GET"),
                None => Self::Nowhere,
            },
        }
    }

    /// The kind of request, for those that faults strike.
    fn operation(&self) -> Option<Operation> {
        match self {
            Self::Submit => Some(Operation::Submit),
            Self::FindOne(_) | Self::FindByReference(_) => Some(Operation::Find),
            Self::Events(_) => Some(Operation::Events),
            Self::Statement(_) => Some(Operation::Statement),
            Self::Health
            | Self::OpenApi
            | Self::Redirected
            | Self::WrongMethod(_)
            | Self::Nowhere => None,
        }
    }
}

fn unauthorized() -> Outcome {
    Outcome::problem(401, "unauthorized", "a valid Bearer token is needed")
        .with_header("www-authenticate", "Bearer")
}

fn in_flight() -> Outcome {
    Outcome::problem(
        409,
        "in_flight",
        "the original request is still being carried out",
    )
}

fn malformed_content(malformed: crate::protocol::Malformed) -> Content {
    Content::Problem(Problem {
        code: "invalid_request",
        message: malformed.message,
        field: malformed.field,
    })
}

fn delivered(outcome: Outcome, delivery: Delivery) -> Plan {
    Plan {
        answer: outcome.into_answer(),
        delivery,
    }
}

fn failed(status: u16, code: &'static str) -> Outcome {
    Outcome::problem(status, code, "the network failed")
}

/// What the client gets to see of an outcome under a fault.
fn spoiled(mut outcome: Outcome, fault: &Fault) -> Plan {
    let mut delivery = Delivery::Whole;
    match fault.kind {
        FaultKind::ResetBefore | FaultKind::ResetAfter => delivery = Delivery::Reset,
        FaultKind::Error500Before | FaultKind::Error500After => {
            outcome = failed(500, "internal_error");
        }
        FaultKind::BadGateway => outcome = failed(502, "bad_gateway"),
        FaultKind::GatewayTimeout => outcome = failed(504, "gateway_timeout"),
        FaultKind::Unavailable => {
            outcome = failed(503, "unavailable");
            if let Some(seconds) = fault.retry_after_s {
                outcome = outcome.with_header("retry-after", seconds.to_string());
            }
        }
        FaultKind::TooManyRequests => {
            let seconds = fault.retry_after_s.unwrap_or(1);
            outcome = Outcome::problem(429, "too_many_requests", "wait before the next request")
                .with_header("retry-after", seconds.to_string());
        }
        FaultKind::Unauthorized => outcome = unauthorized(),
        FaultKind::Redirect => {
            outcome = Outcome::problem(307, "moved", "the address has moved")
                .with_header("location", REDIRECTED_PATH);
        }
        FaultKind::Delay => {
            delivery = Delivery::Late {
                delay_ms: fault.delay_or(30_000),
            };
        }
        FaultKind::EventBeforeAnswer => {
            delivery = Delivery::Late {
                delay_ms: fault.delay_or(3_000),
            };
        }
        FaultKind::WrongDate => {
            tamper(&mut outcome, |transfer| {
                transfer.settlement_date = jiff::civil::date(1900, 1, 1);
            });
        }
        FaultKind::SlowBody => {
            delivery = Delivery::Slow {
                delay_ms: fault.delay_or(1_000),
            };
        }
        FaultKind::TruncatedJson => delivery = Delivery::Truncated,
        FaultKind::Html => return delivered_html(),
        FaultKind::WrongAmount => tamper(&mut outcome, |transfer| transfer.amount_minor += 1),
        FaultKind::WrongId => {
            tamper(&mut outcome, |transfer| {
                transfer.id = "tr_nobody".to_owned();
            });
        }
        FaultKind::WrongReference => {
            tamper(&mut outcome, |transfer| {
                transfer.reference = format!("not-{}", transfer.reference);
            });
        }
        FaultKind::ClockSkew => {
            let skew_ms = i64::try_from(fault.delay_or(3_600_000)).unwrap_or(0);
            tamper(&mut outcome, |transfer| {
                transfer.accepted_at_ms = transfer.accepted_at_ms.saturating_add(skew_ms);
            });
        }
        FaultKind::StatementOffByOne => {
            if let Content::Statement { lines, .. } = &mut outcome.content
                && let Some(line) = lines.first_mut()
            {
                line.amount_minor += 1;
            }
        }
        FaultKind::Refuse
        | FaultKind::InFlight
        | FaultKind::EffectAfterReset
        | FaultKind::ExecuteTwice
        | FaultKind::KeyForgotten
        | FaultKind::KeyExpired
        | FaultKind::OrphanTransfer
        | FaultKind::Reject
        | FaultKind::Return
        | FaultKind::ReturnOfReturn
        | FaultKind::DuplicateEvent
        | FaultKind::ReorderedEvents
        | FaultKind::LateEvent
        | FaultKind::MissingEvent => {}
    }
    delivered(outcome, delivery)
}

/// The protocol in its own words: what `GET /openapi.json` answers.
pub const OPENAPI: &str = include_str!("../openapi.json");

fn described() -> Plan {
    Plan {
        answer: Answer {
            status: 200,
            headers: vec![("content-type", "application/json".to_owned())],
            body: OPENAPI.as_bytes().to_vec(),
        },
        delivery: Delivery::Whole,
    }
}

fn delivered_html() -> Plan {
    Plan {
        answer: Answer {
            status: 200,
            headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
            body: b"<!doctype html><title>Welcome</title><h1>Please sign in</h1>\n".to_vec(),
        },
        delivery: Delivery::Whole,
    }
}

fn tamper(outcome: &mut Outcome, change: impl FnOnce(&mut Transfer)) {
    match &mut outcome.content {
        Content::Transfer(transfer) => change(transfer),
        Content::Transfers { transfers } => {
            if let Some(transfer) = transfers.first_mut() {
                change(transfer);
            }
        }
        Content::Events { .. }
        | Content::Statement { .. }
        | Content::Health { .. }
        | Content::Problem(_) => {}
    }
}

#[cfg(test)]
mod tests;
