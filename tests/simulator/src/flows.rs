//! The golden flows, act by act, for trouble at every operation of the disk: an application that
//! is drawn on and settles, a repayment, a return, a restore.

use crate::disk::{Fate, Operation, Trouble};
use crate::story::Story;
use crate::world::{Killed, PASSPHRASE};
use domain::command::*;
use domain::ids::*;
use domain::movement::MovementState as State;
use payments_mock::faults::{Fault, FaultKind};

/// One flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Apply, approve, sign, draw to a bank account, send, settle.
    Draw,
    /// Draw in cash, repay by debit, settle.
    Repay,
    /// A draw that settles and comes back.
    Return,
    /// Back to a backup that was made before a draw was sent.
    Restore,
}

impl Flow {
    pub const ALL: &[Flow] = &[Flow::Draw, Flow::Repay, Flow::Return, Flow::Restore];
}

/// Plays a flow with trouble at the operation `at` of it; `None` without any. Answers the
/// operations it took, or what was wrong.
pub fn play(flow: Flow, trouble: Option<(u64, Trouble, Fate)>) -> Result<Vec<Operation>, String> {
    // The same seed every time: only the trouble differs.
    engine::chance::seed_this_thread(Some(7));
    let mut story = Story::new(7);
    let played = story.flow(flow, trouble);
    engine::chance::seed_this_thread(None);
    played
}

impl Story {
    fn flow(
        &mut self,
        flow: Flow,
        trouble: Option<(u64, Trouble, Fate)>,
    ) -> Result<Vec<Operation>, String> {
        self.start()?;
        self.world.disk.keep_log();
        if let Some((at, what, fate)) = trouble {
            self.fate = Some(fate);
            self.troubled = true;
            self.world.disk.trouble(at, what);
        }
        match flow {
            Flow::Draw => self.draw_flow(),
            Flow::Repay => self.repay_flow(),
            Flow::Return => self.return_flow(),
            Flow::Restore => self.restore_flow(),
        }?;
        let log = self.world.disk.take_log();
        self.come_to_rest()?;
        self.prove()?;
        Ok(log)
    }

    /// A command until it is done or refused, however often the power goes meanwhile.
    fn insist(&mut self, who: UserId, number: u128, command: &Command) -> Result<(), String> {
        let id = CommandId(crate::world::id_of(0xf000 + number));
        for _ in 0..6 {
            if self.world.disk.is_off() || self.world.life.is_none() {
                self.start()?;
            }
            let there = self.model.commands.get(&id.to_string()).copied();
            if there.is_some() {
                return Ok(());
            }
            let before = self.model.seq;
            self.submit(who, id, command.clone(), None)?;
            self.unheard.clear();
            if self.world.disk.is_off() || self.world.life.is_none() {
                continue;
            }
            self.judge()?;
            if self.model.commands.contains_key(&id.to_string()) {
                return Ok(());
            }
            if self.model.seq < before {
                return Err("the log is shorter than it was".to_owned());
            }
        }
        Err(format!("{:?} was not done in six attempts", command.kind()))
    }

    /// Turns of sync until a movement is in this state, with time passing between them.
    fn until(&mut self, id: MovementId, state: State) -> Result<(), String> {
        for _ in 0..200 {
            if self.world.disk.is_off() || self.world.life.is_none() {
                self.start()?;
            }
            let more = self.sync()?;
            self.judge()?;
            let found = self.model.movements.get(&id.to_string());
            if found.is_some_and(|movement| movement.state == state) {
                return Ok(());
            }
            if more {
                self.pass(100);
                continue;
            }
            let due = self.world.host.state().network.next_due_ms();
            let now = self.world.now().0;
            let ms = due.map_or(20 * 60_000, |due| (due - now).clamp(1_000, 86_400_000));
            self.pass(ms);
        }
        Err(format!(
            "{id} did not become {state:?}: {:?}",
            self.model.movements.get(&id.to_string()).map(|m| m.state)
        ))
    }

    fn draw_flow(&mut self) -> Result<(), String> {
        let people = self.base.people;
        let customer = self.some_customer();
        let line_id = LineId(crate::world::id_of(0xe001));
        let product = self.base.product_id;
        let today = self.today();
        self.insist(
            people.sam,
            1,
            &crate::paper::take_application(line_id, customer.0, product, 900_000),
        )?;
        self.insist(
            people.ada,
            2,
            &crate::paper::approve_on(line_id, 1, 2, 900_000),
        )?;
        self.insist(
            people.sam,
            3,
            &crate::paper::record_agreement(line_id, today),
        )?;
        let draw_id = MovementId(crate::world::id_of(0xe002));
        let draw = crate::paper::draw_to_bank(line_id, draw_id, 70_000, customer.1, Speed::Express);
        self.insist(people.sam, 4, &draw)?;
        self.until(draw_id, State::Settled)
    }

    fn repay_flow(&mut self) -> Result<(), String> {
        let people = self.base.people;
        let (line_id, account) = self.some_line();
        let (draw_id, repayment_id) = (
            MovementId(crate::world::id_of(0xe003)),
            MovementId(crate::world::id_of(0xe004)),
        );
        self.insist(
            people.sam,
            5,
            &crate::paper::draw_cash(line_id, draw_id, 50_000),
        )?;
        let repay = crate::paper::repay_by_debit(line_id, repayment_id, 60_000, account);
        self.insist(people.sam, 6, &repay)?;
        self.until(repayment_id, State::Settled)
    }

    fn return_flow(&mut self) -> Result<(), String> {
        let people = self.base.people;
        let (line_id, account) = self.some_line();
        let draw_id = MovementId(crate::world::id_of(0xe005));
        let fault = Fault {
            on_day: Some(1),
            ..Fault::once(FaultKind::Return)
        };
        let put = self.world.host.state().network.add_fault(fault);
        put.map_err(|error| error.to_string())?;
        let draw = crate::paper::draw_to_bank(line_id, draw_id, 80_000, account, Speed::Express);
        self.insist(people.sam, 7, &draw)?;
        self.until(draw_id, State::Returned)
    }

    fn restore_flow(&mut self) -> Result<(), String> {
        let people = self.base.people;
        let (line_id, account) = self.some_line();
        let draw_id = MovementId(crate::world::id_of(0xe006));
        let draw = crate::paper::draw_to_bank(line_id, draw_id, 90_000, account, Speed::Express);
        self.insist(people.sam, 8, &draw)?;
        for number in 0..6 {
            let to = self.world.disk.root().join(format!("flow-{number}.db"));
            if self.back_up_to(&to)? {
                break;
            }
        }
        if self.backups.is_empty() {
            return Err("no backup in six attempts".to_owned());
        }
        self.until(draw_id, State::Settled)?;
        for _ in 0..6 {
            if self.world.disk.is_off() || self.world.life.is_none() {
                self.start()?;
            }
            if self.restore_newest()? {
                break;
            }
        }
        self.until(draw_id, State::Settled)
    }

    /// Whether it was made.
    fn back_up_to(&mut self, to: &std::path::Path) -> Result<bool, String> {
        if self.world.disk.is_off() || self.world.life.is_none() {
            self.start()?;
        }
        let (from, seq) = (self.world.path.clone(), self.model.seq);
        let made = self
            .world
            .ask(async |_| engine::backup::backup(&from, to).await);
        match made {
            Ok(Ok(copied)) if copied.last_seq == seq => {
                self.backups.push((to.to_owned(), seq));
                Ok(true)
            }
            Ok(Ok(copied)) => Err(format!(
                "a backup holds {} of {seq} events",
                copied.last_seq
            )),
            Ok(Err(_)) if self.troubled => {
                self.restart_after_trouble()?;
                Ok(false)
            }
            Ok(Err(error)) => Err(format!("no backup: {error}")),
            Err(Killed) => Ok(false),
        }
    }

    /// Whether the newest backup is the store now.
    fn restore_newest(&mut self) -> Result<bool, String> {
        let Some((from, seq)) = self.backups.last().cloned() else {
            return Err("there is no backup".to_owned());
        };
        self.world.stop();
        let (data, disk) = (self.world.path.clone(), self.world.disk.clone());
        let restored = crate::world::runtime().block_on(async {
            tokio::select! {
                biased;
                () = disk.until_off() => Err(Killed),
                restored = engine::backup::restore(&from, &data, PASSPHRASE, true) => Ok(restored),
            }
        });
        let done = match restored {
            Ok(Ok(copied)) if copied.last_seq == seq => true,
            Ok(Ok(copied)) => {
                return Err(format!("{seq} events were restored as {}", copied.last_seq));
            }
            Ok(Err(_)) if self.troubled => false,
            Ok(Err(error)) => return Err(format!("not restored: {error}")),
            Err(Killed) => false,
        };
        if self.world.disk.is_off() {
            self.bury();
        }
        self.world.disk.no_trouble();
        // What is there now is looked at from its beginning.
        let before = std::mem::take(&mut self.model);
        let kept = before.seq;
        self.forgotten_references(&before);
        self.start()?;
        let now = self.model.seq;
        if now < seq {
            return Err(format!("{now} events are left of a backup of {seq}"));
        }
        // Cut off, it is either the old store, whole, or the new one.
        let restored = self.model.epoch > 1;
        if !restored && now < kept {
            return Err(format!("the old store had {kept} events and has {now}"));
        }
        if done && !restored {
            return Err("the restore was answered and is not there".to_owned());
        }
        Ok(restored)
    }

    fn some_customer(&self) -> (CustomerId, BankAccountId) {
        let (id, customer) = self.model.customers.iter().next().expect("a customer");
        let account = customer.accounts.keys().next().expect("a bank account");
        (
            CustomerId(id.parse().expect("an id")),
            BankAccountId(account.parse().expect("an id")),
        )
    }

    fn some_line(&self) -> (LineId, BankAccountId) {
        let (id, line) = self.model.lines.iter().next().expect("a line");
        let customer = &self.model.customers[&line.customer];
        let account = customer.accounts.keys().next().expect("a bank account");
        (
            LineId(id.parse().expect("an id")),
            BankAccountId(account.parse().expect("an id")),
        )
    }
}
