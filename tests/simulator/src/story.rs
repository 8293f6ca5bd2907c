//! One story: what a seed makes of a branch, its disk, its network and its clock, with the
//! invariants held after every step.

use crate::acts::{self, Desk, Theme};
use crate::coverage::{self, Coverage, KillPoint};
use crate::dice::Dice;
use crate::disk::{Fate, Trouble};
use crate::look::{self, Looked};
use crate::model::Model;
use crate::paper;
use crate::world::{BEGINNING_MS, Base, Killed, World, base, sign_in_form};
use domain::command::{CloseDrawer, Command, CommandKind};
use domain::date::{BusinessDate, UtcMillis};
use domain::ids::*;
use domain::movement::MovementState as State;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use domain::view::{SignIn, SignUp};
use payments_mock::faults::{Fault, FaultKind, Operation, Point};
use payments_mock::feed::EventKind;
use payments_mock::protocol::Status;
use payments_mock::returns::ReturnCode;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What came of a story.
#[derive(Debug)]
pub struct Told {
    pub seed: u64,
    /// The same for every telling of the same seed.
    pub trace: u64,
    pub coverage: Coverage,
    pub events: i64,
    pub submissions: u64,
    /// What was wrong, if anything was.
    pub complaint: Option<String>,
    /// The last things that happened.
    pub tail: Vec<String>,
}

pub struct Story {
    dice: Dice,
    pub(crate) base: &'static Base,
    pub world: World,
    pub model: Model,
    coverage: Coverage,
    trace: u64,
    number: u32,
    theme: Theme,
    /// The fault and the kill point of the first kill.
    aim: Option<(FaultKind, KillPoint)>,
    /// Commands nobody heard about: they may be there, wholly or not at all.
    pub(crate) unheard: Vec<(UserId, CommandId, Command)>,
    /// Something was done to the disk that may make it say no.
    pub(crate) troubled: bool,
    pub(crate) backups: Vec<(PathBuf, i64)>,
    /// References whose movement a restore took away, or took back to an earlier state.
    rewound: BTreeSet<String>,
    /// How far the network's events were found followed.
    followed: u64,
    /// Between a restore and the first look at what is there.
    coming_back: bool,
    /// What becomes of unsynced writes, where the dice have no say.
    pub(crate) fate: Option<Fate>,
    tail: Vec<String>,
    quiet: bool,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The pair a seed aims at.
fn aim(seed: u64) -> (FaultKind, KillPoint) {
    let pairs = FaultKind::ALL.len() * KillPoint::ALL.len();
    let place = usize::try_from(seed).unwrap_or(0) % pairs;
    (
        FaultKind::ALL[place / KillPoint::ALL.len()],
        KillPoint::ALL[place % KillPoint::ALL.len()],
    )
}

/// Tells the story of a seed.
pub fn tell(seed: u64, steps: usize) -> Told {
    engine::chance::seed_this_thread(Some(seed));
    let mut story = Story::new(seed);
    let complaint = story.run(steps).err();
    let submissions = story.world.host.state().submissions;
    engine::chance::seed_this_thread(None);
    Told {
        seed,
        trace: story.trace,
        events: story.model.seq,
        submissions,
        complaint,
        coverage: story.coverage,
        tail: story.tail,
    }
}

impl Story {
    pub fn new(seed: u64) -> Story {
        Story {
            dice: Dice::seeded(seed),
            base: base(),
            world: World::new(seed),
            model: Model::default(),
            coverage: Coverage::default(),
            trace: 0,
            number: 10,
            theme: Theme::of(seed),
            aim: Some(aim(seed)),
            unheard: Vec::new(),
            troubled: false,
            backups: Vec::new(),
            rewound: BTreeSet::new(),
            followed: 0,
            coming_back: false,
            fate: None,
            tail: Vec::new(),
            quiet: false,
        }
    }

    fn note(&mut self, words: impl Into<String>) {
        let words = words.into();
        for byte in words.bytes() {
            self.trace = (self.trace ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        if std::env::var_os("BRANCHLINE_TELL").is_some() {
            eprintln!("{words}");
        }
        self.tail.push(words);
        if self.tail.len() > 40 {
            self.tail.remove(0);
        }
    }

    fn run(&mut self, steps: usize) -> Result<(), String> {
        self.start()?;
        for step in 0..steps {
            self.step().map_err(|why| format!("step {step}: {why}"))?;
            self.judge()
                .map_err(|why| format!("after step {step}: {why}"))?;
        }
        self.come_to_rest()?;
        self.prove()
    }

    // --- Lives -------------------------------------------------------------------------------

    /// Starts the program, however often the power goes meanwhile.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        for _ in 0..20 {
            if self.world.disk.is_off() {
                self.bury();
            }
            match self.world.start() {
                Ok(()) => {
                    // What was heard and not written died with the process.
                    self.world.host.state().lies_heard.clear();
                    self.note("the program starts");
                    return self.after_a_start();
                }
                Err(_) if self.world.disk.is_off() => {}
                Err(_) if self.troubled => {
                    // The disk said no while it opened: a person makes room and tries again.
                    self.world.disk.no_trouble();
                    self.world.die(Fate::Kept);
                    self.troubled = false;
                }
                Err(why) => return Err(format!("the program does not start: {why}")),
            }
        }
        Err("the program did not start in twenty attempts".to_owned())
    }

    /// The program died: counts how, and lets the machine start again.
    pub(crate) fn bury(&mut self) {
        let fate = match self.dice.below(20) {
            _ if self.fate.is_some() => self.fate.unwrap_or(Fate::Kept),
            0..7 => Fate::Kept,
            7..17 => Fate::ByDice,
            _ => Fate::Dropped,
        };
        let killed_at = {
            let mut state = self.world.host.state();
            let now = state.network.faults().struck().clone();
            let before = std::mem::replace(&mut state.struck_before, now.clone());
            let struck: Vec<FaultKind> = now
                .iter()
                .filter(|(kind, count)| before.get(kind) != Some(count))
                .map(|(kind, _)| *kind)
                .collect();
            state.kill = None;
            state.lies_heard.clear();
            state.killed_at.take().map(|point| (point, struck))
        };
        if let Some((point, struck)) = killed_at {
            self.coverage.count(coverage::killed(point));
            for kind in struck {
                self.coverage.count(coverage::fault_and_kill(kind, point));
            }
            self.note(format!("killed {point:?}, {fate:?}"));
        } else {
            self.note(format!("the power is gone, {fate:?}"));
        }
        self.coverage.count(if fate == Fate::Kept {
            "killed"
        } else {
            "power loss"
        });
        self.world.die(fate);
        self.troubled = false;
    }

    /// I3: what was answered is there, and nothing of it is different.
    fn after_a_start(&mut self) -> Result<(), String> {
        let (seq, hash) = (self.model.seq, self.model.hash.clone());
        if seq > 0 {
            let found = self.world.ask(async |engine| {
                sqlx::query_scalar::<_, Vec<u8>>("select hash from events where seq = ?")
                    .bind(seq)
                    .fetch_optional(&engine.reader().pool)
                    .await
            });
            match found {
                Err(Killed) => return Ok(()),
                Ok(Err(_)) if self.troubled => return Ok(()),
                Ok(Err(error)) => return Err(format!("the log cannot be read: {error}")),
                Ok(Ok(Some(found))) if found == hash => {}
                Ok(Ok(Some(_))) => {
                    return Err(format!("event {seq} is another one after the start"));
                }
                Ok(Ok(None)) => return Err(format!("event {seq} was there and is gone")),
            }
        }
        self.judge()?;
        // What nobody heard about is sent again: it happens once.
        for (who, id, command) in std::mem::take(&mut self.unheard) {
            if self.dice.percent(60) {
                let there = self.model.commands.get(&id.to_string()).copied();
                self.submit(who, id, command, there)?;
                if self.world.life.is_none() || self.world.disk.is_off() {
                    return Ok(());
                }
                self.judge()?;
            }
        }
        Ok(())
    }

    // --- Steps -------------------------------------------------------------------------------

    pub(crate) fn step(&mut self) -> Result<(), String> {
        if self.world.disk.is_off() || self.world.life.is_none() {
            self.start()?;
        }
        let thrown = match (self.theme, self.dice.below(1_000)) {
            (Theme::Restores, 0..12) => 995,
            (Theme::Restores, 12..26) => 999,
            (Theme::Debits, 0..60) => 810,
            (Theme::Debits, 60..90) => 850,
            (Theme::Debits, 90..160) => 700,
            (_, thrown) => thrown,
        };
        match thrown {
            0..500 => self.desk(),
            500..740 => self.sync().map(|_| ()),
            740..800 => {
                let ms = self.dice.between(1, 15 * 60 * 1_000);
                self.pass(ms);
                Ok(())
            }
            800..825 => {
                let longest = if self.theme == Theme::Debits && self.dice.percent(20) {
                    400 * DAY_MS
                } else {
                    4 * DAY_MS
                };
                let ms = self.dice.between(DAY_MS / 6, longest);
                self.coverage.count("clock forward");
                self.pass(ms);
                Ok(())
            }
            825..830 => {
                // Somebody sets the machine's clock back. The network's goes on.
                let ms = self.dice.between(1, 3 * 60 * 60 * 1_000);
                self.coverage.count("clock back");
                self.pass(-ms);
                Ok(())
            }
            830..890 => {
                self.fault();
                Ok(())
            }
            890..903 => {
                let mut state = self.world.host.state();
                let reachable = state.network.is_reachable();
                state.network.set_reachable(!reachable);
                drop(state);
                self.note(if reachable {
                    "the network is away"
                } else {
                    "the network is back"
                });
                Ok(())
            }
            903..963 => {
                // Every pair of fault and kill point is aimed at by some seeds, once each.
                let aim = std::mem::take(&mut self.aim);
                let point = aim.map_or_else(|| *self.dice.pick(KillPoint::ALL), |(_, point)| point);
                let later = self.dice.below(4) as u64;
                match aim {
                    Some((kind, _)) => self.aimed_fault(kind)?,
                    None if self.dice.percent(50) => self.fault(),
                    None => {}
                }
                let skip = match aim {
                    Some(_) => {
                        if point == KillPoint::BeforeSend {
                            // It has to strike before.
                            self.draw_and_send()?;
                            self.draw_and_send()?;
                        }
                        0
                    }
                    None => u32::try_from(self.dice.below(3)).unwrap_or(0),
                };
                self.world.host.state().kill = Some((point, later, skip));
                if aim.is_some() {
                    self.draw_and_send()?;
                }
                self.note(format!("to be killed {point:?}"));
                Ok(())
            }
            963..972 => {
                let what = *self.dice.pick(&[
                    Trouble::Eio,
                    Trouble::EioForGood,
                    Trouble::Full,
                    Trouble::FullForGood,
                    Trouble::PowerLoss,
                    Trouble::PowerLossAfter,
                ]);
                let after = self.dice.below(60) as u64;
                self.world.disk.trouble(after, what);
                self.troubled = true;
                self.coverage.count(match what {
                    Trouble::Eio | Trouble::EioForGood => "eio",
                    Trouble::Full | Trouble::FullForGood => "full",
                    _ => "power loss",
                });
                self.note(format!("{what:?} in {after}"));
                Ok(())
            }
            972..976 => {
                self.world.disk.power_off();
                Ok(())
            }
            976..984 => self.people(),
            984..994 => self.ask_around(),
            994..998 => self.backup(),
            _ => self.restore(),
        }
    }

    /// The date the branch works in: it ends with its close, not with the clock's day.
    pub(crate) fn today(&self) -> BusinessDate {
        let (last, next) = (self.model.business_date, self.model.next_date);
        last.max(next)
            .unwrap_or_else(|| engine::clock::local_date(self.world.now(), "America/New_York"))
    }

    pub(crate) fn pass(&mut self, ms: i64) {
        let now = self.world.now();
        let then = UtcMillis((now.0 + ms).max(BEGINNING_MS));
        self.world.clock.set(then);
        self.world.host.state().network.advance(then.0);
        self.note(format!("{ms} ms pass"));
    }

    fn desk(&mut self) -> Result<(), String> {
        let kind = acts::kind(&mut self.dice, self.theme);
        self.desk_with(kind)
    }

    fn desk_with(&mut self, kind: CommandKind) -> Result<(), String> {
        let today = self.today();
        let asked = Desk {
            dice: &mut self.dice,
            model: &self.model,
            base: self.base,
            today,
            number: &mut self.number,
        }
        .ask(kind);
        let Some((who, command)) = asked else {
            return Ok(());
        };
        // Now and then a submission of long ago is sent again, or its id used for another.
        let id = CommandId(acts::new_id(&mut self.dice));
        self.submit(who, id, command.clone(), None)?;
        if self.dice.percent(3) && !self.world.disk.is_off() && self.world.life.is_some() {
            self.judge()?;
            if let Some(there) = self.model.commands.get(&id.to_string()).copied() {
                self.submit(who, id, command, Some(there))?;
            }
        }
        Ok(())
    }

    /// `there`: the events this submission became before.
    pub(crate) fn submit(
        &mut self,
        who: UserId,
        id: CommandId,
        command: Command,
        there: Option<(i64, i64)>,
    ) -> Result<(), String> {
        let kind = command.kind();
        self.coverage.count(coverage::command(kind));
        let given = command.clone();
        let answer = self
            .world
            .ask(async |engine| engine.give_command(who, id, given).await);
        match answer {
            Err(Killed) => {
                self.note(format!("{kind:?}: nobody heard"));
                self.unheard.push((who, id, command));
                Ok(())
            }
            Ok(answer) => self.answered(kind, (who, id, command), answer, there),
        }
    }

    fn answered(
        &mut self,
        kind: CommandKind,
        submission: (UserId, CommandId, Command),
        answer: Result<(u64, u64), ApiError>,
        there: Option<(i64, i64)>,
    ) -> Result<(), String> {
        let id = submission.1;
        match answer {
            Ok((first, last)) => {
                self.note(format!("{kind:?}: events {first} to {last}"));
                self.coverage.count(coverage::done(kind));
                let span = (
                    i64::try_from(first).unwrap_or(-1),
                    i64::try_from(last).unwrap_or(-1),
                );
                if let Some(there) = there
                    && there != span
                {
                    return Err(format!(
                        "{id} became {there:?} and was answered {span:?} again"
                    ));
                }
                self.judge()?;
                if self.world.disk.is_off() || self.troubled {
                    return Ok(());
                }
                if first > 0 && self.model.commands.get(&id.to_string()) != Some(&span) {
                    return Err(format!(
                        "{kind:?} {id} was answered with events {span:?} that are not its own"
                    ));
                }
                Ok(())
            }
            Err(error) => match error.code {
                ErrorCode::Refused(code) => {
                    self.note(format!("{kind:?}: {code:?}"));
                    self.coverage.count(coverage::refusal(code));
                    Ok(())
                }
                ErrorCode::Fault(
                    code @ (FaultCode::OutcomeUnknown
                    | FaultCode::StoreUnavailable
                    | FaultCode::Broken),
                ) if self.troubled => {
                    self.note(format!("{kind:?}: {code:?}"));
                    if code == FaultCode::OutcomeUnknown {
                        self.unheard.push(submission);
                    }
                    if code != FaultCode::Broken {
                        self.restart_after_trouble()?;
                    }
                    Ok(())
                }
                ErrorCode::Fault(code) => {
                    Err(format!("{kind:?} was answered {code:?}: {}", error.message))
                }
            },
        }
    }

    /// The store said no; the person at the desk starts the program again.
    pub(crate) fn restart_after_trouble(&mut self) -> Result<(), String> {
        self.world.disk.no_trouble();
        self.world.die(Fate::Kept);
        self.world.host.state().kill = None;
        self.troubled = false;
        self.start()
    }

    /// Whether there is more to do at once.
    pub(crate) fn sync(&mut self) -> Result<bool, String> {
        let turn = match self.world.turn() {
            Ok(turn) => turn,
            Err(Killed) => return Ok(false),
        };
        self.note(format!("sync: {turn:?}"));
        if self.troubled && self.world.disk.struck() {
            // Whether the writer still lives is found out by asking it for something.
            let asked = self.world.ask(async |engine| {
                let nothing = domain::command::Internal::ReportStrangers { counts: Vec::new() };
                engine.orders().internal(nothing).await.is_ok()
            });
            if asked != Ok(true) && !self.world.disk.is_off() {
                self.restart_after_trouble()?;
            }
        }
        Ok(turn.moved)
    }

    /// Something to send, and a turn of sync.
    fn draw_and_send(&mut self) -> Result<(), String> {
        if self.world.disk.is_off() || self.world.life.is_none() {
            return Ok(());
        }
        self.desk_with(CommandKind::RequestDraw)?;
        self.judge()?;
        if self.world.disk.is_off() || self.world.life.is_none() {
            return Ok(());
        }
        self.sync()?;
        self.judge()
    }

    /// A fault that strikes before the next kill, if anything is sent at all.
    fn aimed_fault(&mut self, kind: FaultKind) -> Result<(), String> {
        self.world.host.state().network.set_reachable(true);
        if kind == FaultKind::StatementOffByOne {
            let mut fault = Fault::once(kind);
            fault.on = Some(Operation::Statement);
            let put = self.world.host.state().network.add_fault(fault);
            self.note(format!("fault {kind}: {put:?}"));
            self.pass(DAY_MS + DAY_MS / 2);
            for _ in 0..3 {
                self.sync()?;
                self.judge()?;
            }
        } else if kind == FaultKind::Refuse {
            let mut state = self.world.host.state();
            state.network.set_reachable(false);
            state.network.set_reachable(true);
        } else {
            self.fault_of(kind);
        }
        Ok(())
    }

    fn fault(&mut self) {
        let kind = if self.theme == Theme::Debits && self.dice.percent(40) {
            FaultKind::Return
        } else {
            *self.dice.pick(FaultKind::ALL)
        };
        self.fault_of(kind);
    }

    fn fault_of(&mut self, kind: FaultKind) {
        if kind == FaultKind::Refuse {
            let mut state = self.world.host.state();
            state.network.set_reachable(false);
            drop(state);
            self.note("the network is away");
            return;
        }
        let mut fault = Fault::once(kind);
        if self.dice.percent(15) {
            fault.times = Some(u32::try_from(self.dice.between(2, 30)).unwrap_or(2));
            fault.chance_percent = u8::try_from(self.dice.between(20, 100)).unwrap_or(100);
        }
        let by_request = matches!(kind.point(), Point::BeforeEffect | Point::AfterEffect);
        if kind == FaultKind::StatementOffByOne {
            fault.on = Some(Operation::Statement);
        } else if by_request && self.dice.percent(35) {
            fault.on =
                Some(
                    *self
                        .dice
                        .pick(&[Operation::Find, Operation::Events, Operation::Statement]),
                );
        }
        match kind {
            FaultKind::BadGateway | FaultKind::Unavailable | FaultKind::GatewayTimeout => {
                fault.with_effect = self.dice.percent(50);
                if kind == FaultKind::Unavailable {
                    fault.retry_after_s = Some(self.dice.below(600) as u32);
                }
            }
            FaultKind::TooManyRequests => fault.retry_after_s = Some(self.dice.below(600) as u32),
            FaultKind::InFlight | FaultKind::EffectAfterReset | FaultKind::LateEvent => {
                fault.delay_ms = Some(self.dice.below(40 * 60 * 1_000) as u64);
            }
            FaultKind::Reject => fault.delay_ms = Some(self.dice.below(3_600_000) as u64),
            FaultKind::Return => {
                let (day, code) = if self.theme == Theme::Debits && self.dice.percent(80) {
                    (1, Some(ReturnCode::R01))
                } else {
                    *self.dice.pick(&[
                        (1, None),
                        (2, None),
                        (1, Some(ReturnCode::R01)),
                        (2, Some(ReturnCode::R01)),
                        (1, Some(ReturnCode::R09)),
                        (2, Some(ReturnCode::R02)),
                        (1, Some(ReturnCode::R03)),
                        (20, Some(ReturnCode::R10)),
                        (60, Some(ReturnCode::R07)),
                        (40, Some(ReturnCode::R05)),
                    ])
                };
                (fault.on_day, fault.code) = (Some(day), code);
            }
            FaultKind::MissingEvent => {
                fault.event = Some(*self.dice.pick(&[
                    EventKind::Accepted,
                    EventKind::Settled,
                    EventKind::Rejected,
                ]));
            }
            _ => {}
        }
        let put = self.world.host.state().network.add_fault(fault);
        self.note(format!("fault {kind}: {put:?}"));
    }

    /// Sign-ups and sign-ins, right and wrong.
    fn people(&mut self) -> Result<(), String> {
        match self.dice.below(3) {
            0 => {
                let number = self.dice.below(40);
                let login = format!("clerk{number}");
                let form = SignUp {
                    id: CommandId(acts::new_id(&mut self.dice)),
                    user_id: UserId(acts::new_id(&mut self.dice)),
                    login: if self.dice.percent(10) {
                        "ada".to_owned()
                    } else {
                        login
                    },
                    name: "A clerk".to_owned(),
                    employee_number: format!("E-{:03}", 100 + number),
                    password: crate::world::password("somebody"),
                    admin: self.dice.percent(30),
                };
                let answer = self.world.ask(async |engine| engine.sign_up(form).await);
                self.heard("sign-up", answer.map(|answer| answer.map(|_| ())))
            }
            1 => {
                let times = if self.dice.percent(30) { 7 } else { 1 };
                for _ in 0..times {
                    let form = SignIn {
                        login: "boris".to_owned(),
                        password: "not this one, surely".to_owned(),
                        code: None,
                    };
                    let answer = self.world.ask(async |engine| engine.sign_in(form).await);
                    self.heard("wrong sign-in", answer.map(|answer| answer.map(|_| ())))?;
                    if self.world.disk.is_off() || self.world.life.is_none() {
                        return Ok(());
                    }
                }
                Ok(())
            }
            _ => {
                let login = *self.dice.pick(&["ada", "boris", "sam"]);
                let answer = self.world.ask(async |engine| {
                    let (token, _) = engine.sign_in(sign_in_form(login)).await?;
                    engine.sync_view(&token).await?;
                    engine.sign_out(&token).await
                });
                self.heard("sign-in", answer)
            }
        }
    }

    fn heard(
        &mut self,
        what: &str,
        answer: Result<Result<(), ApiError>, Killed>,
    ) -> Result<(), String> {
        match answer {
            Err(Killed) => self.note(format!("{what}: nobody heard")),
            Ok(Ok(())) => self.note(format!("{what}: done")),
            Ok(Err(error)) => match error.code {
                ErrorCode::Refused(code) => {
                    self.coverage.count(coverage::refusal(code));
                    self.note(format!("{what}: {code:?}"));
                }
                ErrorCode::Fault(FaultCode::WrongCredentials) => {
                    self.note(format!("{what}: wrong"))
                }
                ErrorCode::Fault(code) if self.troubled => {
                    self.note(format!("{what}: {code:?}"));
                    self.restart_after_trouble()?;
                }
                ErrorCode::Fault(code) => return Err(format!("{what} was answered {code:?}")),
            },
        }
        Ok(())
    }

    fn ask_around(&mut self) -> Result<(), String> {
        let now = self.world.now();
        let mut dice = self.dice.clone();
        let (model, base) = (&self.model, self.base);
        let looked = self.world.ask(async |engine| {
            let viewer = look::viewer(engine, base, now).await?;
            look::around(engine, model, &viewer, &mut dice).await
        });
        self.dice = dice;
        match looked {
            Err(Killed) => Ok(()),
            Ok(Ok(what)) => {
                self.coverage.count(format!("query {what}"));
                Ok(())
            }
            Ok(Err(Looked::Unread(_))) if self.troubled => self.restart_after_trouble(),
            Ok(Err(Looked::Unread(why))) => Err(format!("a question could not be answered: {why}")),
            Ok(Err(Looked::Differs(why))) => Err(why),
        }
    }

    fn backup(&mut self) -> Result<(), String> {
        let to = self
            .world
            .disk
            .root()
            .join(format!("backup-{}.db", self.backups.len()));
        let (from, seq) = (self.world.path.clone(), self.model.seq);
        let made = self
            .world
            .ask(async |_| engine::backup::backup(&from, &to).await);
        match made {
            Err(Killed) => {
                let _ = std::fs::remove_file(&to);
                Ok(())
            }
            Ok(Ok(copied)) => {
                if copied.last_seq != seq {
                    return Err(format!(
                        "a backup holds {} events of {seq}",
                        copied.last_seq
                    ));
                }
                self.coverage.count("backup");
                self.note("a backup");
                self.backups.push((to, seq));
                Ok(())
            }
            Ok(Err(_)) if self.troubled => self.restart_after_trouble(),
            Ok(Err(error)) => Err(format!("no backup: {error}")),
        }
    }

    /// Back to a backup, as somebody does who lost the store. What was done since is gone; what
    /// the network did is not.
    fn restore(&mut self) -> Result<(), String> {
        if self.backups.is_empty() {
            return Ok(());
        }
        let (from, seq) = self.dice.pick(&self.backups).clone();
        self.judge()?;
        if self.world.disk.is_off() || self.world.life.is_none() {
            return Ok(());
        }
        self.world.stop();
        if self.world.disk.is_off() {
            return Ok(());
        }
        let data = self.world.path.clone();
        let disk = self.world.disk.clone();
        let restored = crate::world::runtime().block_on(async {
            tokio::select! {
                biased;
                () = disk.until_off() => Err(Killed),
                restored = engine::backup::restore(&from, &data, crate::world::PASSPHRASE, true) => Ok(restored),
            }
        });
        match restored {
            // Whether it was the old store or the new one is seen at the start.
            Err(Killed) => {}
            Ok(Ok(copied)) if copied.last_seq == seq => {}
            Ok(Ok(copied)) => {
                return Err(format!(
                    "a backup of {seq} events was restored as {}",
                    copied.last_seq
                ));
            }
            Ok(Err(_)) if self.troubled => {
                self.world.disk.no_trouble();
            }
            Ok(Err(error)) => return Err(format!("not restored: {error}")),
        }
        self.note(format!("restored to {seq}"));
        self.coverage.count("restore");
        // Counted anew, from the beginning: the log is another one from here on.
        let before = std::mem::take(&mut self.model);
        self.unheard.clear();
        self.forgotten_references(&before);
        self.start()?;
        if self.model.seq == 0 {
            return Ok(());
        }
        self.after_a_restore();
        Ok(())
    }

    /// Nothing is known any more of what was sent since the backup, or less than before.
    pub(crate) fn forgotten_references(&mut self, before: &Model) {
        self.coming_back = true;
        let sent = before
            .movements
            .iter()
            .filter(|(_, movement)| movement.sent);
        self.rewound.extend(sent.map(|(id, _)| id.clone()));
    }

    /// From here on only what is unknown here is excused.
    fn after_a_restore(&mut self) {
        self.coming_back = false;
        let mut state = self.world.host.state();
        state.looked_up.clear();
        let known: BTreeSet<String> = self.model.movements.keys().cloned().collect();
        self.rewound.extend(state.posts.keys().cloned());
        self.rewound.retain(|id| !known.contains(id));
        for (reference, posts) in &mut state.posts {
            if let Some(movement) = self.model.movements.get(reference) {
                *posts = movement.attempts;
            }
        }
    }

    // --- What holds after every step -----------------------------------------------------------

    /// I1–I6, as far as the last step can have touched them.
    pub(crate) fn judge(&mut self) -> Result<(), String> {
        let since = self.model.seq;
        let new = match self.world.log_after(since) {
            Err(Killed) => return Ok(()),
            Ok(Err(_)) if self.troubled => return self.restart_after_trouble(),
            Ok(Err(error)) => return Err(format!("the log cannot be read: {error}")),
            Ok(Ok(new)) => new,
        };
        if new.is_empty() {
            return self.judge_network();
        }
        for (place, event) in new.iter().enumerate() {
            if event.seq != since + 1 + i64::try_from(place).unwrap_or(0) {
                return Err(format!("event {} follows {since}", event.seq));
            }
            self.note(format!("{} {}", event.seq, event.event_type));
            let head = event
                .hash
                .iter()
                .take(8)
                .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
            self.trace = (self.trace ^ head).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.model.fold(&new);
        if let Some(what) = self.model.broken.first() {
            return Err(what.clone());
        }
        if let Some(what) = self.model.unknown_types.first() {
            return Err(format!("the model does not know {what}"));
        }
        self.judge_journal(since)?;
        self.judge_lines()?;
        self.judge_network()
    }

    /// I1.
    fn judge_journal(&mut self, since: i64) -> Result<(), String> {
        let crooked = self.world.ask(async |engine| {
            sqlx::query_as::<_, (i64, i64, i64)>(
                "select seq, entry, sum(amount_minor) from journal where seq > ? group by seq, entry having sum(amount_minor) <> 0",
            )
            .bind(since)
            .fetch_all(&engine.reader().pool)
            .await
        });
        match crooked {
            Ok(Ok(rows)) if !rows.is_empty() => {
                Err(format!("entries that do not sum to zero: {rows:?}"))
            }
            Ok(Err(error)) if !self.troubled => Err(format!("the journal cannot be read: {error}")),
            _ => Ok(()),
        }
    }

    /// I2, for what was touched: the views are what the model counted.
    fn judge_lines(&mut self) -> Result<(), String> {
        if self.model.touched.is_empty() {
            return Ok(());
        }
        let now = self.world.now();
        let (model, base) = (&self.model, self.base);
        let looked = self.world.ask(async |engine| {
            let viewer = look::viewer(engine, base, now).await?;
            for id in &model.touched {
                look::at_line(engine, model, &viewer, id).await?;
            }
            Ok(())
        });
        match looked {
            Err(Killed) | Ok(Ok(())) => Ok(()),
            Ok(Err(Looked::Unread(_))) if self.troubled => Ok(()),
            Ok(Err(Looked::Unread(why) | Looked::Differs(why))) => Err(why),
        }
    }

    /// I4, that nothing left unmarked, and that nothing is given up here and alive there.
    fn judge_network(&mut self) -> Result<(), String> {
        if self.coming_back && self.model.seq > 0 {
            self.after_a_restore();
        }
        let heard = std::mem::take(&mut self.world.host.state().lies_heard);
        let state = self.world.host.state();
        if let Some(what) = state.misdeeds.first() {
            return Err(what.clone());
        }
        let mut made: BTreeMap<&str, (u32, bool)> = BTreeMap::new();
        for transfer in state.network.transfers() {
            let (count, alive) = made.entry(&transfer.reference).or_default();
            *count += 1;
            *alive |= transfer.status != Status::Rejected;
        }
        for (reference, (count, alive)) in made {
            let invented = reference.starts_with("ORPHAN-");
            if invented || state.doubled.contains(reference) || self.rewound.contains(reference) {
                continue;
            }
            if count > 1 {
                return Err(format!(
                    "{reference} makes {count} transfers at the network"
                ));
            }
            let Some(movement) = self.model.movements.get(reference) else {
                return Err(format!(
                    "the network has {reference}, of which nothing is known here"
                ));
            };
            let given_up = matches!(
                movement.state,
                State::Requested
                    | State::Approved
                    | State::Queued
                    | State::Cancelled
                    | State::Declined
                    | State::Rejected
            );
            // After a restore we know less than the network until all is compared.
            if alive && given_up && !self.model.held {
                return Err(format!(
                    "{reference} is {:?} here and alive at the network",
                    movement.state
                ));
            }
        }
        for (reference, posts) in &state.posts {
            let marks = self
                .model
                .movements
                .get(reference)
                .map_or(0, |movement| movement.attempts);
            if *posts > marks && !self.rewound.contains(reference) {
                return Err(format!(
                    "{reference} was sent {posts} times and marked {marks} times"
                ));
            }
        }
        let followed = std::mem::replace(&mut self.followed, self.model.cursor);
        for event in state.network.feed().between(followed, self.followed) {
            let Some(movement) = self.model.movements.get(&event.reference) else {
                continue;
            };
            let repeats = event.kind == EventKind::Accepted
                && movement.remote_id.as_ref() == Some(&event.transfer_id);
            let asked = state.looked_up.get(&event.reference);
            if !repeats && asked.is_none_or(|published| *published < event.cursor) {
                return Err(format!(
                    "the cursor stands after event {} of {}, of which nothing was asked since",
                    event.cursor, event.reference
                ));
            }
        }
        if self.troubled || self.world.disk.is_off() {
            return Ok(());
        }
        for reference in heard {
            let Some(movement) = self.model.movements.get(&reference) else {
                continue;
            };
            if movement.state != State::NeedsReview && !self.model.lines[&movement.line].frozen {
                return Err(format!(
                    "the network told a lie about {reference} and nobody is told"
                ));
            }
        }
        Ok(())
    }

    // --- The end -------------------------------------------------------------------------------

    /// Faults stop. Every job comes to an end within bounded virtual time.
    pub(crate) fn come_to_rest(&mut self) -> Result<(), String> {
        self.quiet = true;
        self.world.disk.no_trouble();
        if self.world.disk.is_off() || self.world.life.is_none() || self.troubled {
            if !self.world.disk.is_off() && self.world.life.is_some() {
                self.restart_after_trouble()?;
            } else {
                self.start()?;
            }
        }
        {
            let mut state = self.world.host.state();
            state.kill = None;
            state.network.clear_faults();
            // The network's clock never goes back; ours may have.
            let now = state.network.now_ms();
            self.world
                .clock
                .set(UtcMillis(self.world.clock.now().0.max(now)));
        }
        self.note("everything calms down");
        self.count_drawers()?;
        let began = self.world.now();
        let mut open_since = 0;
        for round in 0..3_000 {
            let more = self.sync()?;
            self.judge()?;
            if more {
                // The program would go on at once.
                self.pass(100);
                continue;
            }
            let open = self.open_jobs();
            let network_due = self.world.host.state().network.next_due_ms();
            if open.is_empty() && network_due.is_none() {
                // What came last is read; what no event told, the statement of the day does.
                for ms in [61_000, DAY_MS] {
                    self.pass(ms);
                    while self.sync()? {
                        self.judge()?;
                        self.pass(100);
                    }
                    self.judge()?;
                }
                if self.open_jobs().is_empty() {
                    return Ok(());
                }
            }
            let stuck: Vec<_> = open
                .iter()
                .filter(|(_, state)| *state == State::Queued)
                .map(|(id, _)| id.clone())
                .collect();
            if !stuck.is_empty() && round > open_since + 10 {
                open_since = round;
                self.tidy(&stuck)?;
            }
            let waited = self.world.now().since(began);
            if !open.is_empty() && waited > 30 * DAY_MS {
                return Err(format!("after {} days: {open:?}", waited / DAY_MS));
            }
            let next = self.next_moment(network_due)?;
            let ms = (next - self.world.now().0).max(1_000);
            self.pass(ms);
        }
        Err(format!("no rest: {:?}", self.open_jobs()))
    }

    /// The branch closes no day on an open drawer.
    fn count_drawers(&mut self) -> Result<(), String> {
        self.judge()?;
        let open = self.model.drawers.iter().filter(|(_, drawer)| drawer.open);
        let open: Vec<_> = open
            .map(|(id, drawer)| (id.clone(), drawer.holds))
            .collect();
        for (teller, holds) in open {
            let close = CloseDrawer {
                teller_id: teller.parse().map_err(|_| format!("{teller} is nobody"))?,
                counted: paper::usd(holds.max(0)),
            };
            let id = CommandId(acts::new_id(&mut self.dice));
            let ada = self.base.people.ada;
            self.submit(ada, id, Command::CloseDrawer(close), None)?;
        }
        Ok(())
    }

    fn open_jobs(&self) -> Vec<(String, State)> {
        let running = [
            State::Queued,
            State::Sending,
            State::Unknown,
            State::Accepted,
        ];
        self.model
            .movements
            .iter()
            .filter(|(_, movement)| running.contains(&movement.state))
            .map(|(id, movement)| (id.clone(), movement.state))
            .collect()
    }

    /// When anything is due next, here or at the network.
    fn next_moment(&mut self, network_due: Option<i64>) -> Result<i64, String> {
        let now = self.world.now().0;
        let due = self.world.ask(async |engine| {
            sqlx::query_scalar::<_, Option<i64>>(
                "select min(next_at_ms) from movements where next_at_ms > ?",
            )
            .bind(now)
            .fetch_one(&engine.reader().pool)
            .await
        });
        let ours = match due {
            Ok(Ok(ours)) => ours,
            Ok(Err(error)) => return Err(error.to_string()),
            Err(Killed) => None,
        };
        let latest = if self.open_jobs().is_empty() {
            now + 100 * DAY_MS
        } else {
            now + DAY_MS / 2
        };
        Ok([ours, network_due]
            .into_iter()
            .flatten()
            .fold(latest, i64::min))
    }

    /// A person looks at what waits for a person: lines are unfrozen, what cannot be sent is
    /// called off.
    fn tidy(&mut self, stuck: &[String]) -> Result<(), String> {
        for id in stuck {
            let Some(movement) = self.model.movements.get(id).cloned() else {
                continue;
            };
            let (Ok(line_id), Ok(movement_id)) =
                (movement.line.parse::<LineId>(), id.parse::<MovementId>())
            else {
                continue;
            };
            let line = self.model.lines[&movement.line].clone();
            let customer = self.model.customers.get(&line.customer);
            let unusable = customer.is_some_and(|customer| {
                movement.account.as_ref().is_some_and(|account| {
                    customer
                        .accounts
                        .get(account)
                        .is_some_and(|account| account.unusable)
                })
            });
            let command = if unusable || (line.frozen && line.ended()) {
                match movement.kind.as_str() {
                    "draw" => Command::CancelDraw(domain::command::CancelDraw {
                        line_id,
                        draw_id: movement_id,
                    }),
                    _ => Command::CancelRepayment(domain::command::CancelRepayment {
                        line_id,
                        repayment_id: movement_id,
                    }),
                }
            } else if line.frozen {
                Command::UnfreezeLine(domain::command::UnfreezeLine {
                    line_id,
                    note: "Looked at".to_owned(),
                })
            } else {
                continue;
            };
            let id = CommandId(acts::new_id(&mut self.dice));
            self.submit(self.base.people.ada, id, command, None)?;
            self.judge()?;
        }
        Ok(())
    }

    /// I5, the states things ended in, and the whole proof of the store.
    pub(crate) fn prove(&mut self) -> Result<(), String> {
        self.judge_truth()?;
        let ends: Vec<State> = self
            .model
            .movements
            .values()
            .map(|movement| movement.state)
            .collect();
        for state in ends {
            self.coverage.count(coverage::end(state));
        }
        let struck = self.world.host.state().network.faults().struck().clone();
        for kind in struck.keys() {
            self.coverage.count(coverage::fault(*kind));
        }
        let report = self.world.ask(async |engine| {
            let mut connection = engine
                .reader()
                .pool
                .acquire()
                .await
                .map_err(|error| error.to_string())?;
            Ok::<_, String>(
                engine::verify::verify(&mut connection, engine.orders().store_key()).await,
            )
        });
        match report {
            Ok(Ok(report)) if report.clean() => {}
            Ok(Ok(report)) => {
                return Err(format!("the store does not prove: {:?}", report.findings));
            }
            Ok(Err(why)) => return Err(why),
            Err(Killed) => return Err("killed while it was quiet".to_owned()),
        }
        self.world.stop();
        self.trace ^= self.world.disk.trace();
        Ok(())
    }

    /// What the network settled equals what the ledger says, to the cent.
    fn judge_truth(&mut self) -> Result<(), String> {
        let state = self.world.host.state();
        let mut truth: BTreeMap<&str, i64> = BTreeMap::new();
        for (_, movement) in state.network.books().movements() {
            let way = match movement.kind {
                payments_mock::books::MovementKind::Settled => 1,
                payments_mock::books::MovementKind::Returned => -1,
            };
            let sign = match movement.direction {
                payments_mock::protocol::Direction::Credit => -1,
                payments_mock::protocol::Direction::Debit => 1,
            };
            *truth.entry(&movement.reference).or_default() += way * sign * movement.amount_minor;
        }
        for (id, movement) in &self.model.movements {
            if movement.cash || self.rewound.contains(id) {
                continue;
            }
            let world = truth.remove(id.as_str()).unwrap_or(0);
            let found = self.model.findings.values();
            let found = found.into_iter().any(|finding| finding.reference == *id);
            let shown = found
                || movement.state == State::NeedsReview
                || self.model.lines[&movement.line].frozen_by_evidence;
            if state.doubled.contains(id) {
                let made = state
                    .network
                    .transfers()
                    .filter(|transfer| transfer.reference == *id)
                    .count();
                if made > 1 && !shown {
                    return Err(format!(
                        "{id} was executed {made} times and nobody was told: {:?}",
                        self.model.findings
                    ));
                }
                continue;
            }
            if movement.cleared != world && movement.state != State::NeedsReview {
                return Err(format!(
                    "{id} is {:?}: the ledger says {}, the network {world}",
                    movement.state, movement.cleared
                ));
            }
            if movement.state == State::Rejected
                && state.network.transfers().any(|transfer| {
                    transfer.reference == *id && transfer.status != Status::Rejected
                })
            {
                return Err(format!("{id} is rejected here and alive at the network"));
            }
        }
        for (reference, amount) in truth {
            // Somebody else's, or ours from before a restore: then it stands among the findings.
            let shown = self
                .model
                .findings
                .values()
                .any(|finding| finding.reference == reference);
            if amount != 0 && !shown {
                return Err(format!(
                    "the network moved {amount} for {reference}, of which nothing is known here"
                ));
            }
        }
        Ok(())
    }
}

/// For messages: how to hear this story again.
pub fn again(seed: u64) -> String {
    format!(
        "BRANCHLINE_SEED={seed} cargo test -p simulator --test stories one_story -- --nocapture"
    )
}
