//! A branch in memory: orders go in, `decide` judges them, `apply` folds what happened, and
//! after every step the books are counted again from nothing.

use domain::account::Role;
use domain::actor::{Actor, Ctx, Meta, NetworkState};
use domain::apply::apply;
use domain::change::LineChange;
use domain::command::*;
use domain::customer::*;
use domain::date::{BusinessDate, UtcMillis};
use domain::decide::decide;
use domain::event::Event;
use domain::ids::*;
use domain::intake::{Check, MissingItem};
use domain::ledger::{Account, Entry, postings};
use domain::line::{Line, Status, may, may_close};
use domain::money::{Currency, Minor, Money};
use domain::movement::{Movement, MovementKind, MovementState};
use domain::needs::Needs;
use domain::product::Terms;
use domain::refusal::RefusalCode;
use domain::transfer::{Direction, LookUp, PostAnswer, RemoteStatus, RemoteTransfer};
use domain::world::World;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub type Judged = Result<Vec<Event>, RefusalCode>;

/// Minor units of the branch's currency.
pub fn usd(minor: i64) -> Money {
    Money {
        minor: Minor(minor),
        currency: Currency::USD,
    }
}

pub fn date(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

/// The types of some events, or the refusal, as the tables write them.
pub fn cell(judged: &Judged) -> String {
    match judged {
        Ok(events) if events.is_empty() => "nothing".to_owned(),
        Ok(events) => events
            .iter()
            .map(Event::type_name)
            .collect::<Vec<_>>()
            .join("+"),
        Err(code) => format!("!{code:?}"),
    }
}

#[derive(Clone)]
pub struct Desk {
    pub world: World,
    pub today: BusinessDate,
    pub now: UtcMillis,
    pub network: NetworkState,
    /// An admin, the branch's first account.
    pub ada: UserId,
    /// An admin, another person.
    pub boris: UserId,
    /// A teller.
    pub cleo: UserId,
    /// The teller's second account, an admin's: the same person.
    pub cleo_as_admin: UserId,
    pub product: ProductId,
    pub customer: CustomerId,
    pub account: BankAccountId,
    pub journal: Vec<Entry>,
    pub sums: BTreeMap<Account, i64>,
    pub events: u64,
    pub log: Vec<Event>,
    ids: u128,
}

fn picked<K: Ord + Clone, V: Clone>(
    all: &BTreeMap<K, V>,
    wanted: impl Fn(&K, &V) -> bool,
) -> BTreeMap<K, V> {
    let picked = all.iter().filter(|(key, value)| wanted(key, value));
    picked
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

pub const LIMIT: i64 = 1_000_000;

impl Desk {
    /// A branch with four accounts, one product and one customer with an authorized account.
    pub fn new() -> Desk {
        Desk::with_ids_from(0)
    }

    /// Another branch: its ids are no ids of the first one.
    pub fn elsewhere() -> Desk {
        Desk::with_ids_from(1 << 40)
    }

    fn with_ids_from(ids: u128) -> Desk {
        let none = Uuid::nil();
        let mut desk = Desk {
            world: World::default(),
            today: date("2026-03-02"),
            now: UtcMillis(1_772_442_000_000),
            network: NetworkState::Online,
            ada: UserId(none),
            boris: UserId(none),
            cleo: UserId(none),
            cleo_as_admin: UserId(none),
            product: ProductId(none),
            customer: CustomerId(none),
            account: BankAccountId(none),
            journal: Vec::new(),
            sums: BTreeMap::new(),
            events: 0,
            log: Vec::new(),
            ids,
        };
        desk.product = ProductId(desk.id());
        let set_up = SetUpStore {
            store_id: StoreId(desk.id()),
            branch_name: "Harbor Street".into(),
            currency: Currency::USD,
            time_zone: "America/New_York".into(),
            product_id: desk.product,
        };
        desk.tell(Internal::SetUpStore(set_up)).unwrap();
        desk.ada = desk.sign_up("ada", "E-1", true);
        desk.boris = desk.employ("boris", "E-3", Role::Admin);
        desk.cleo = desk.employ("cleo", "E-2", Role::Staff);
        desk.cleo_as_admin = desk.employ("cleo.admin", "E-2", Role::Admin);
        (desk.customer, desk.account) = desk.record_customer();
        desk
    }

    pub fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(0x0190_a0b0_0000_7000_8000_0000_0000_0000 + self.ids)
    }

    pub fn sign_up(&mut self, login: &str, employee_number: &str, admin: bool) -> UserId {
        let user_id = UserId(self.id());
        let ask = AskForAccount {
            user_id,
            login: login.into(),
            name: login.into(),
            employee_number: employee_number.into(),
            admin,
            credential_print: "print".into(),
        };
        self.tell(Internal::AskForAccount(ask)).unwrap();
        user_id
    }

    fn employ(&mut self, login: &str, employee_number: &str, role: Role) -> UserId {
        let user_id = self.sign_up(login, employee_number, role == Role::Admin);
        let approve = ApproveAccount {
            user_id,
            employee_number: employee_number.into(),
            role,
        };
        self.give(self.ada, Command::ApproveAccount(approve))
            .unwrap();
        user_id
    }

    pub fn profile(tax_id: u32) -> Profile {
        Profile {
            given_name: "Maria".into(),
            family_name: "Lindqvist".into(),
            birth_date: date("1984-06-30"),
            tax_id: format!("{tax_id:09}"),
            phone: "+1 555 010 2030".into(),
            email: String::new(),
            address: Address {
                street: "12 Quay Road".into(),
                unit: String::new(),
                city: "Portland".into(),
                region: "ME".into(),
                postal_code: "04101".into(),
                country: "US".into(),
            },
            identity_document: IdentityDocument {
                kind: DocumentKind::Passport,
                number: "X1234567".into(),
            },
            employment: Employment {
                kind: EmploymentKind::Retired,
                employer: String::new(),
            },
            income_monthly_minor: Minor(500_000),
            obligations_monthly_minor: Minor(100_000),
        }
    }

    pub fn record_customer(&mut self) -> (CustomerId, BankAccountId) {
        let customer_id = CustomerId(self.id());
        let account_id = BankAccountId(self.id());
        let tax_id = u32::try_from(self.world.branch.customers_numbered + 1).unwrap();
        let record = RecordCustomer {
            customer_id,
            profile: Desk::profile(tax_id),
        };
        self.give(self.cleo, Command::RecordCustomer(record))
            .unwrap();
        let add = AddBankAccount {
            customer_id,
            account_id,
            routing: "021000021".into(),
            number: "123456789".into(),
        };
        self.give(self.cleo, Command::AddBankAccount(add)).unwrap();
        let authorize = AuthorizeDebit {
            customer_id,
            account_id,
            signed_on: self.today,
        };
        self.give(self.cleo, Command::AuthorizeDebit(authorize))
            .unwrap();
        (customer_id, account_id)
    }

    fn ctx(&mut self, actor: Actor) -> Ctx {
        Ctx {
            command_id: CommandId(self.id()),
            actor,
            device: DeviceId(Uuid::from_u128(7)),
            now: self.now,
            business_date: self.today,
            network: self.network,
        }
    }

    /// What a signed-in person orders, the password given again where it is asked for.
    pub fn give(&mut self, user_id: UserId, command: Command) -> Judged {
        self.carry_out(Actor::Proven(user_id), &Order::Desk(command.into()))
    }

    /// What the program tells itself.
    pub fn tell(&mut self, internal: Internal) -> Judged {
        self.carry_out(Actor::Program, &Order::Internal(internal))
    }

    pub fn carry_out(&mut self, actor: Actor, order: &Order) -> Judged {
        let ctx = self.ctx(actor);
        let judged = decide(&self.world, &ctx, order);
        let needed = self.needed(actor, order);
        assert_eq!(
            decide(&needed, &ctx, order),
            judged,
            "what the order says it needs is not all it looks at: {order:?}"
        );
        let events = judged.map_err(|refusal| refusal.code)?;
        let user_id = actor.user_id();
        let person_id = user_id
            .and_then(|id| self.world.users.get(&id))
            .and_then(|user| user.person_id);
        for (ordinal, event) in events.iter().enumerate() {
            let meta = Meta {
                command_id: ctx.command_id,
                ordinal: u32::try_from(ordinal).unwrap(),
                at: ctx.now,
                business_date: ctx.business_date,
                user_id,
                person_id,
            };
            apply(&mut self.world, &meta, event).unwrap();
            for entry in postings(&meta, event).unwrap() {
                self.post(entry);
            }
            self.events += 1;
            self.log.push(event.clone());
        }
        self.count_again();
        Ok(events)
    }

    /// What the program would have loaded for an order.
    fn needed(&self, actor: Actor, order: &Order) -> World {
        let all = &self.world;
        let mut needs = Needs::default();
        needs.add(actor, order);
        let mut world = World {
            branch: all.branch.clone(),
            ..World::default()
        };
        for (id, user) in &all.users {
            let asked = needs.users.contains(id) || needs.logins.contains(&user.login);
            if asked || needs.everybody && user.role.is_some() {
                world.users.insert(*id, user.clone());
                world.logins.insert(user.login.clone(), *id);
            }
        }
        world.persons = picked(&all.persons, |number, _| {
            needs.employee_numbers.contains(number)
        });
        world.tax_ids = picked(&all.tax_ids, |tax_id, _| needs.tax_ids.contains(tax_id));
        let customer_of = |line_id: &LineId| all.lines.get(line_id).map(|line| line.customer_id);
        let exposed: BTreeSet<CustomerId> = needs
            .exposure_of_lines
            .iter()
            .filter_map(customer_of)
            .collect();
        let reached: BTreeSet<CustomerId> = needs
            .waiting_of_customers_of
            .iter()
            .filter_map(customer_of)
            .collect();
        world.lines = picked(&all.lines, |id, line| {
            needs.lines.contains(id)
                || needs.lines_of_customers.contains(&line.customer_id)
                || exposed.contains(&line.customer_id)
        });
        let presentations = needs.presentations_of.iter();
        let presentations = presentations.filter_map(|id| all.movements.get(id)?.presented_as);
        let presentations: BTreeSet<MovementId> = presentations.collect();
        world.movements = picked(&all.movements, |id, movement| {
            let waits = needs.waiting_of_lines.contains(&movement.line_id)
                || reached.contains(&movement.customer_id);
            let named = needs.movements.contains(id) || presentations.contains(id);
            named || movement.state.on_its_way() && waits
        });
        let of_lines: BTreeSet<CustomerId> =
            world.lines.values().map(|line| line.customer_id).collect();
        world.customers = picked(&all.customers, |id, _| {
            needs.customers.contains(id)
                || needs.lines_of_customers.contains(id)
                || of_lines.contains(id)
        });
        let of_lines: BTreeSet<ProductId> =
            world.lines.values().map(|line| line.product_id).collect();
        world.products = picked(&all.products, |id, _| {
            needs.products.contains(id) || of_lines.contains(id)
        });
        world.findings = picked(&all.findings, |id, state| {
            let of = state.finding.movement_id;
            needs.findings.contains(id) || of.is_some_and(|of| needs.findings_of.contains(&of))
        });
        world.statements = picked(&all.statements, |date, _| needs.statements.contains(date));
        world
    }

    fn post(&mut self, entry: Entry) {
        assert_eq!(entry.sum().unwrap(), Minor::ZERO, "I1: {entry:?}");
        assert!(entry.legs.len() >= 2, "an entry has two sides: {entry:?}");
        for leg in &entry.legs {
            assert!(!leg.amount_minor.is_zero(), "an empty leg: {entry:?}");
            *self.sums.entry(leg.account).or_default() += leg.amount_minor.0;
        }
        self.journal.push(entry);
    }

    /// Counts everything that is kept in step by hand again from the movements and the journal.
    pub fn count_again(&self) {
        assert_eq!(self.sums.values().sum::<i64>(), 0, "I1: the trial balance");
        for (account, sum) in &self.sums {
            if let Account::Drawer(teller) = account {
                let holds = self.world.branch.drawers[teller].holds_minor.0;
                assert_eq!(holds, *sum, "a drawer holds what its legs say");
            }
        }
        for line in self.world.lines.values() {
            self.count_line(line);
            self.condense(line);
        }
    }

    /// What is shown of a line with a long past is what the line itself says.
    fn condense(&self, line: &Line) {
        let condensed = line.condensed().unwrap();
        assert_eq!(condensed.status(), line.status(), "{}", line.number);
        for kind in CommandKind::ALL {
            assert_eq!(may(&condensed, *kind), may(line, *kind), "{kind:?}");
        }
        // Today, the day before, in the middle of the next cycle, and after a few more.
        for days in [0, -1, 20, 100] {
            let on = self.today.plus_days(days);
            assert_eq!(
                condensed.figures(on),
                line.figures(on),
                "{} {on}",
                line.number
            );
        }
        assert_eq!(condensed.condensed().unwrap(), condensed, "{}", line.number);
    }

    fn count_line(&self, line: &Line) {
        let at = &line.number;
        let sum = |account| self.sums.get(&account).copied().unwrap_or(0);
        let kept = &line.balances;
        assert_eq!(
            kept.principal_minor.0,
            sum(Account::Principal(line.id)),
            "{at} principal"
        );
        assert_eq!(
            kept.interest_minor.0,
            sum(Account::Interest(line.id)),
            "{at} interest"
        );
        assert_eq!(kept.fees_minor.0, sum(Account::Fees(line.id)), "{at} fees");
        assert_eq!(
            kept.credit_minor.0,
            -sum(Account::Credit(line.id)),
            "{at} credit"
        );
        let owed = kept.owed().unwrap().0;
        assert!(
            kept.principal_minor.0 >= 0,
            "{at}: principal below zero: {kept:?}"
        );
        assert!(
            kept.credit_minor.0 >= 0,
            "{at}: credit below zero: {kept:?}"
        );
        assert!(
            owed == 0 || kept.credit_minor.is_zero(),
            "{at}: owed and credit: {kept:?}"
        );

        let movements: Vec<&Movement> = self.world.movements_of(line.id).collect();
        let count = |wanted: &dyn Fn(&Movement) -> bool| {
            u32::try_from(movements.iter().filter(|m| wanted(m)).count()).unwrap()
        };
        let is_draw = |m: &Movement| m.kind == MovementKind::Draw;
        assert_eq!(
            line.movements_on_their_way,
            count(&|m| m.state.on_its_way()),
            "{at} on their way"
        );
        let reserved: i64 = movements
            .iter()
            .filter(|m| is_draw(m) && m.state.on_its_way())
            .map(|m| m.amount_minor.0)
            .sum();
        assert_eq!(line.draws_on_their_way_minor.0, reserved, "{at} reserved");
        assert_eq!(
            line.in_review,
            count(&|m| m.state == MovementState::NeedsReview),
            "{at} in review"
        );
        assert_eq!(
            line.draws_sent,
            count(&|m| is_draw(m) && m.sent),
            "{at} sent"
        );
        assert_eq!(
            line.draws_returned,
            count(&|m| is_draw(m) && m.state == MovementState::Returned),
            "{at} returned"
        );
        for movement in &movements {
            self.count_movement(movement);
        }
        self.derive_status(line, &movements);
        // Nobody has to come back to a line that only waited to owe nothing.
        let to_close = line.cancellation_requested_on.is_some() && !line.status().ended();
        assert!(
            !to_close || may_close(line).is_err(),
            "{at} should have closed itself"
        );
    }

    fn count_movement(&self, movement: &Movement) {
        use MovementState::*;
        let id = movement.id;
        let reviewed = movement.state == NeedsReview;
        assert_eq!(
            movement.review.is_some(),
            reviewed,
            "{id}: a reason to look at"
        );
        match movement.state {
            Requested | Approved | Queued | Cancelled | Declined | Rejected => {
                assert!(!movement.sent, "{id}: sent while {:?}", movement.state)
            }
            Sending | Accepted | Settled | Returned => {
                let cash_in = movement.transfer.is_none() && movement.kind != MovementKind::Draw;
                assert!(
                    movement.sent || cash_in,
                    "{id}: not sent while {:?}",
                    movement.state
                )
            }
            Unknown | NeedsReview => {}
        }
        if let Some(transfer) = &movement.transfer {
            // Doubt ends by the network's evidence only.
            let may_have_left = transfer.doubtful > 0;
            let harmless = matches!(movement.state, Queued | Cancelled);
            assert!(!(may_have_left && harmless), "{id}: doubt was laundered");
            assert!(transfer.doubtful <= transfer.attempts, "{id}");
        }
    }

    /// The status, derived a second time from what people were told it means.
    fn derive_status(&self, line: &Line, movements: &[&Movement]) {
        let resting = line.accrued_and_resting().unwrap();
        let lost = line.unrecovered().unwrap();
        let owes = line.balances.owed().unwrap().0 != 0 || !resting.is_zero() || !lost.is_zero();
        let on_its_way = movements.iter().any(|m| m.state.on_its_way());
        let out = movements
            .iter()
            .any(|m| m.kind == MovementKind::Draw && m.sent && m.state != MovementState::Returned);
        let expected = if line.cancelled_on.is_some() {
            Status::Cancelled
        } else if line.closed_on.is_some() {
            Status::Closed
        } else {
            match &line.decision {
                None => Status::Open,
                Some(domain::line::Decision::Rejected { .. }) => Status::Rejected,
                Some(domain::line::Decision::Approved { .. }) if !out && !owes => Status::Approved,
                Some(_) if owes || on_its_way => Status::Outstanding,
                Some(_) => Status::Repaid,
            }
        };
        assert_eq!(line.status(), expected, "{}", line.number);
    }

    // What tellers and admins do, in the words of the tables.

    pub fn line(&self, line_id: LineId) -> &Line {
        &self.world.lines[&line_id]
    }

    pub fn movement(&self, id: MovementId) -> &Movement {
        &self.world.movements[&id]
    }

    pub fn available(&self, line_id: LineId) -> i64 {
        self.line(line_id).available(self.today).unwrap().0
    }

    /// principal, interest, fees, credit
    pub fn balances(&self, line_id: LineId) -> [i64; 4] {
        let b = &self.line(line_id).balances;
        [
            b.principal_minor.0,
            b.interest_minor.0,
            b.fees_minor.0,
            b.credit_minor.0,
        ]
    }

    pub fn terms(&self) -> Terms {
        self.world.products[&self.product].terms.clone()
    }

    /// New terms for the lines that open from now on.
    pub fn revise(&mut self, terms: Terms) {
        let define = DefineProduct {
            product_id: self.product,
            seen_version: self.world.products[&self.product].version,
            name: "As the test has it".into(),
            terms,
        };
        self.give(self.ada, Command::DefineProduct(define)).unwrap();
    }

    pub fn take(&mut self, requested: i64) -> LineId {
        let (line_id, judged) = self.take_lacking(requested, &[]);
        judged.unwrap();
        line_id
    }

    /// An application that lacks these papers.
    pub fn take_lacking(&mut self, requested: i64, missing: &[MissingItem]) -> (LineId, Judged) {
        let line_id = LineId(self.id());
        let take = TakeApplication {
            line_id,
            customer_id: self.customer,
            product_id: self.product,
            requested: usd(requested),
            purpose: "A roof".into(),
            missing: missing.to_vec(),
        };
        (
            line_id,
            self.give(self.cleo, Command::TakeApplication(take)),
        )
    }

    /// Looks up what the product asks for, and finds it in order.
    pub fn check_all(&mut self, line_id: LineId) {
        for check in self.terms().checks {
            if self.line(line_id).status() == Status::Open
                && !self.line(line_id).intake.passed(check)
            {
                self.check(line_id, check, true).unwrap();
            }
        }
    }

    pub fn check(&mut self, line_id: LineId, check: Check, passed: bool) -> Judged {
        let record = RecordCheck {
            line_id,
            check,
            passed,
        };
        self.give(self.cleo, Command::RecordCheck(record))
    }

    pub fn lack(&mut self, line_id: LineId, missing: &[MissingItem]) -> Judged {
        let missing = missing.to_vec();
        let record = RecordMissing { line_id, missing };
        self.give(self.cleo, Command::RecordMissing(record))
    }

    /// The admin's decision, with the checks made before.
    pub fn approve(&mut self, by: UserId, line_id: LineId, limit: i64) -> Judged {
        self.check_all(line_id);
        let seen_version = self.line(line_id).version;
        let approve = ApproveApplication {
            line_id,
            seen_version,
            seen_product_version: self.product_version(line_id),
            limit: usd(limit),
        };
        self.give(by, Command::ApproveApplication(approve))
    }

    /// Of the product that a line is of, as it is now.
    pub fn product_version(&self, line_id: LineId) -> u64 {
        self.world.products[&self.line(line_id).product_id].version
    }

    pub fn sign(&mut self, line_id: LineId) -> Judged {
        let signed_on = self.today;
        let record = RecordAgreement { line_id, signed_on };
        self.give(self.cleo, Command::RecordAgreement(record))
    }

    /// A line whose agreement is signed.
    pub fn open_line(&mut self, limit: i64) -> LineId {
        let line_id = self.take(limit);
        self.approve(self.ada, line_id, limit).unwrap();
        self.sign(line_id).unwrap();
        line_id
    }

    /// An open line where exposure allows it, otherwise the application that waits.
    pub fn open_line_or_take(&mut self, limit: i64) -> LineId {
        let line_id = self.take(limit);
        if self.approve(self.ada, line_id, limit).is_ok() {
            self.sign(line_id).unwrap();
        }
        line_id
    }

    pub fn ask_draw(
        &mut self,
        line_id: LineId,
        amount: i64,
        method: PayOut,
    ) -> (MovementId, Judged) {
        let draw_id = MovementId(self.id());
        let request = RequestDraw {
            line_id,
            draw_id,
            amount: usd(amount),
            method,
        };
        (draw_id, self.give(self.cleo, Command::RequestDraw(request)))
    }

    pub fn bank(&self) -> PayOut {
        PayOut::Bank {
            account_id: self.account,
            speed: Speed::Standard,
        }
    }

    pub fn draw_cash(&mut self, line_id: LineId, amount: i64) -> MovementId {
        let (id, judged) = self.ask_draw(line_id, amount, CASH);
        judged.unwrap();
        id
    }

    pub fn draw_bank(&mut self, line_id: LineId, amount: i64) -> MovementId {
        let bank = self.bank();
        let (id, judged) = self.ask_draw(line_id, amount, bank);
        judged.unwrap();
        id
    }

    pub fn ask_repay(
        &mut self,
        line_id: LineId,
        amount: i64,
        method: PayIn,
    ) -> (MovementId, Judged) {
        let repayment_id = MovementId(self.id());
        let take = TakeRepayment {
            line_id,
            repayment_id,
            amount: usd(amount),
            method,
            taken_on: None,
        };
        (
            repayment_id,
            self.give(self.cleo, Command::TakeRepayment(take)),
        )
    }

    pub fn repay_cash(&mut self, line_id: LineId, amount: i64) -> MovementId {
        let (id, judged) = self.ask_repay(line_id, amount, PayIn::Cash {});
        judged.unwrap();
        id
    }

    /// Cash that was taken on an earlier day.
    pub fn repay_late(&mut self, line_id: LineId, amount: i64, taken_on: BusinessDate) -> Judged {
        let repayment_id = MovementId(self.id());
        let take = TakeRepayment {
            line_id,
            repayment_id,
            amount: usd(amount),
            method: PayIn::Cash {},
            taken_on: Some(taken_on),
        };
        self.give(self.cleo, Command::TakeRepayment(take))
    }

    /// Closes days one by one, and on each evening the lines that have something due, until this
    /// date is open.
    pub fn work_until(&mut self, date: BusinessDate) {
        while self.today < date {
            let close = CloseDay { date: self.today };
            self.give(self.ada, Command::CloseDay(close)).unwrap();
            let (closed, lines) = (self.today, self.due_lines());
            self.today = closed.plus_days(1);
            for line_id in lines {
                let judged = self.tell(Internal::CloseLineDay { line_id });
                assert_ne!(judged, Ok(Vec::new()), "{line_id}: due, and nothing to do");
            }
            assert_eq!(self.due_lines(), [], "everything due on {closed} is done");
        }
    }

    fn due_lines(&self) -> Vec<LineId> {
        let closed = self.world.branch.closed_through;
        let due = |line: &&Line| line.next_due_on().is_some_and(|on| Some(on) <= closed);
        self.world
            .lines
            .values()
            .filter(due)
            .map(|line| line.id)
            .collect()
    }

    pub fn owed(&self, line_id: LineId) -> i64 {
        self.line(line_id).owed_on(self.today).unwrap().0
    }

    pub fn repay_debit(&mut self, line_id: LineId, amount: i64) -> MovementId {
        let account_id = self.account;
        let (id, judged) = self.ask_repay(line_id, amount, PayIn::Debit { account_id });
        judged.unwrap();
        id
    }

    pub fn refund(&mut self, line_id: LineId, amount: i64) -> Judged {
        let refund_id = MovementId(self.id());
        let refund = RefundCredit {
            line_id,
            refund_id,
            amount: usd(amount),
        };
        self.give(self.cleo, Command::RefundCredit(refund))
    }

    pub fn approve_draw(&mut self, by: UserId, line_id: LineId, draw_id: MovementId) -> Judged {
        self.give(by, Command::ApproveDraw(ApproveDraw { line_id, draw_id }))
    }

    pub fn cancel_draw(&mut self, line_id: LineId, draw_id: MovementId) -> Judged {
        self.give(
            self.cleo,
            Command::CancelDraw(CancelDraw { line_id, draw_id }),
        )
    }

    pub fn close(&mut self, line_id: LineId) -> Judged {
        self.give(self.cleo, Command::CloseLine(CloseLine { line_id }))
    }

    pub fn freeze(&mut self, line_id: LineId) -> Judged {
        let note = "A call from the customer".into();
        self.give(self.ada, Command::FreezeLine(FreezeLine { line_id, note }))
    }

    pub fn unfreeze(&mut self, line_id: LineId) -> Judged {
        let note = "Looked at".into();
        self.give(
            self.ada,
            Command::UnfreezeLine(UnfreezeLine { line_id, note }),
        )
    }

    pub fn request_cancellation(&mut self, line_id: LineId) -> Judged {
        let reason = None;
        self.give(
            self.cleo,
            Command::RequestCancellation(RequestCancellation { line_id, reason }),
        )
    }

    /// Cleo asks for a change of a line.
    pub fn ask_change(
        &mut self,
        line_id: LineId,
        change: LineChange,
    ) -> Result<ChangeId, RefusalCode> {
        let change_id = ChangeId(self.id());
        let request = RequestChange {
            line_id,
            change_id,
            change,
            reason: "The customer asked for it".to_owned(),
        };
        self.give(self.cleo, Command::RequestChange(request))?;
        Ok(change_id)
    }

    /// Ada agrees to what waits.
    pub fn agree(&mut self, line_id: LineId, change_id: ChangeId) -> Judged {
        let waiting = &self.line(line_id).waiting_changes;
        let asked = waiting.iter().find(|waiting| waiting.id == change_id);
        let change = asked.expect("a waiting change").change.clone();
        let approve = ApproveChange {
            line_id,
            change_id,
            change,
        };
        self.give(self.ada, Command::ApproveChange(approve))
    }

    pub fn decline(&mut self, by: UserId, line_id: LineId, change_id: ChangeId) -> Judged {
        let decline = DeclineChange {
            line_id,
            change_id,
            reason: "Too much for this income".to_owned(),
        };
        self.give(by, Command::DeclineChange(decline))
    }

    /// Asked for by one and agreed to by another.
    pub fn change(&mut self, line_id: LineId, change: LineChange) -> Judged {
        let change_id = self.ask_change(line_id, change)?;
        self.agree(line_id, change_id)
    }

    pub fn ask_again(&mut self, id: MovementId) -> Judged {
        let line_id = self.movement(id).line_id;
        let again = AskNetworkAgain {
            line_id,
            movement_id: id,
        };
        self.give(self.cleo, Command::AskNetworkAgain(again))
    }

    // What the network does.

    pub fn mark(&mut self, movement_id: MovementId) -> Judged {
        let line_id = self.movement(movement_id).line_id;
        self.tell(Internal::MarkAttempt {
            line_id,
            movement_id,
        })
    }

    /// The answer to the attempt marked last.
    pub fn answer(&mut self, movement_id: MovementId, answer: PostAnswer) -> Judged {
        let movement = self.movement(movement_id);
        let line_id = movement.line_id;
        let attempt = movement.transfer.as_ref().map_or(0, |t| t.attempts);
        self.tell(Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt,
            answer,
            jitter: 0,
        })
    }

    pub fn look_up(&mut self, movement_id: MovementId, found: LookUp) -> Judged {
        let line_id = self.movement(movement_id).line_id;
        self.tell(Internal::RecordLookUp {
            line_id,
            movement_id,
            found,
            jitter: 0,
        })
    }

    /// The transfer as an honest network describes it.
    pub fn remote(&self, id: MovementId, status: RemoteStatus) -> RemoteTransfer {
        let movement = self.movement(id);
        RemoteTransfer {
            id: format!("T-{}", id.0.as_u128() & 0xffff_ffff),
            reference: id.to_string(),
            direction: match movement.kind {
                MovementKind::Draw | MovementKind::Refund => Direction::Credit,
                MovementKind::Repayment => Direction::Debit,
            },
            amount_minor: movement.amount_minor,
            currency: "USD".into(),
            status,
            settlement_date: Some(self.today),
            return_code: (status == RemoteStatus::Returned).then(|| "R01".to_owned()),
            reversals: None,
        }
    }

    /// The network executed it twice: our transfer and a second one.
    pub fn twice(&self, id: MovementId, status: RemoteStatus) -> LookUp {
        let ours = self.remote(id, status);
        let mut second = ours.clone();
        second.id = format!("{}-twice", ours.id);
        LookUp::Several(vec![ours, second])
    }

    /// Two transfers under its reference, neither of which is it.
    pub fn two_strangers(&self, id: MovementId) -> LookUp {
        let mut odd = self.remote(id, RemoteStatus::Accepted);
        odd.amount_minor = Minor(odd.amount_minor.0 + 1);
        LookUp::Several(vec![odd.clone(), odd])
    }

    pub fn word(&mut self, id: MovementId, status: RemoteStatus) -> Judged {
        let remote = self.remote(id, status);
        self.say(id, remote)
    }

    /// The network's own word, whatever it is.
    pub fn say(&mut self, movement_id: MovementId, remote: RemoteTransfer) -> Judged {
        let line_id = self.movement(movement_id).line_id;
        self.tell(Internal::RecordNetworkState {
            line_id,
            movement_id,
            remote,
        })
    }

    /// From the outbox to the network's acceptance.
    pub fn send(&mut self, id: MovementId) {
        self.mark(id).unwrap();
        let remote = self.remote(id, RemoteStatus::Accepted);
        self.answer(id, PostAnswer::Transfer(remote)).unwrap();
    }

    pub fn send_and_settle(&mut self, id: MovementId) {
        self.send(id);
        self.word(id, RemoteStatus::Settled).unwrap();
    }
}

pub const CASH: PayOut = PayOut::Cash {
    identity_seen: true,
};
pub const NO_ANSWER: PostAnswer = PostAnswer::NoAnswer {
    reason: "timed out",
};
pub const NOT_SENT: PostAnswer = PostAnswer::NotSent { reason: "refused" };

pub fn status(status: u16) -> PostAnswer {
    PostAnswer::Status {
        status,
        retry_after_ms: None,
    }
}
