//! The sync job: brings the outbox to the network and the network's word back.
//!
//! It never writes by itself. Each attempt is marked through the writer before a socket opens,
//! and each outcome goes back through the same queue, to be judged by the rules. While the
//! network is away one probe goes out at a time and no job is marked, so that days offline
//! strand nothing.
//!
//! One [`turn`](Sync::turn) is one look at what is due: the program takes turn after turn, a test
//! takes them one by one at a time of its own, over a network of its own ([`Link`]).

use crate::answers::{CREDENTIALS_REFUSED, NetworkEvent, Unanswered};
use crate::circuit::{Budget, Circuit};
use crate::engine::Orders;
use crate::gauge::Gauge;
use crate::link::Link;
use crate::reconcile::Reconciling;
use crate::store::jobs;
use crate::store::load::LoadError;
use domain::command::Internal;
use domain::date::UtcMillis;
use domain::ids::MovementId;
use domain::movement::{Movement, MovementState};
use domain::reconcile::{Finding, cut};
use domain::transfer::{LookUp, PostAnswer, RemoteStatus, Step, step};
use std::collections::{HashMap, VecDeque};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast};
use tokio::task::JoinSet;

/// Jobs planned in one look.
const LOOK: u32 = 256;
/// How often the network's events are asked for while something may come.
const EVENTS_EVERY_MS: i64 = 1_000;
/// A transfer the network holds is asked for by reference now and then, in case an event went
/// missing: after a minute, then ever more seldom.
const FOLLOW_FIRST_MS: i64 = 60_000;
const FOLLOW_LONGEST_MS: i64 = 6 * 60 * 60 * 1_000;
/// Of those, so many in one turn.
const FOLLOW_LOOK: u32 = 64;
/// Pages of the network's events read in one turn: what is due to be sent waits for no more.
const PAGES_A_TURN: u32 = 16;
/// Before an event that was set aside is asked about again: then twice as long, up to the longest.
const ASIDE_FIRST_MS: i64 = 2_000;
const ASIDE_LONGEST_MS: i64 = 15 * 60 * 1_000;

/// How fast the network may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Jobs under way at once, over all lines. One: each is finished before the next begins.
    pub at_once: usize,
    pub requests_per_second: u32,
    /// Requests at once after a quiet time.
    pub burst: u32,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            at_once: 8,
            requests_per_second: 50,
            burst: 100,
        }
    }
}

/// Where the randomness of waits comes from: 32 bits a call.
pub type Dice = Box<dyn FnMut() -> u32 + Send + std::marker::Sync>;

/// What the engine and its sync job share.
#[derive(Clone, Default)]
pub struct Handle {
    circuit: Arc<Mutex<Circuit>>,
    wake: Arc<Notify>,
    stop: Arc<Notify>,
    stopping: Arc<AtomicBool>,
    reconcile: Arc<AtomicBool>,
    /// What came of an attempt could not be written down.
    unrecorded: Arc<AtomicBool>,
    /// Transfers the network gave a clear word on.
    gauge: Arc<Mutex<Gauge>>,
}

impl Handle {
    pub fn circuit(&self) -> Circuit {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn gauge(&self) -> std::sync::MutexGuard<'_, Gauge> {
        self.gauge.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the network now instead of at the next turn: what waits for a probe, too.
    pub fn wake(&self) {
        self.lock().try_now();
        self.wake.notify_one();
    }

    /// Compares with the network at the next turn.
    pub fn reconcile(&self) {
        self.reconcile.store(true, Ordering::SeqCst);
        self.wake();
    }

    pub(crate) fn take_reconcile(&self) -> bool {
        self.reconcile.swap(false, Ordering::SeqCst)
    }

    /// Asked for, and not done yet.
    pub fn reconcile_asked(&self) -> bool {
        self.reconcile.load(Ordering::SeqCst)
    }

    /// No new job begins; what is under way ends as it may.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Kept until sync looks, should it be at work just now.
        self.stop.notify_one();
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

/// What came of one turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Something was sent, asked or learned: what waited behind it may go now.
    pub moved: bool,
    /// How long nothing will be due, in milliseconds, unless somebody asks for something.
    pub wait_ms: i64,
}

pub struct Sync<L> {
    pub(crate) orders: Orders,
    pub(crate) link: Arc<L>,
    handle: Handle,
    pace: Pace,
    budget: Budget,
    dice: Dice,
    /// When each accepted transfer is asked for next, and after what wait. Lost with the process,
    /// as it may be.
    followed: HashMap<MovementId, (UtcMillis, i64)>,
    /// Where the round through the accepted transfers stands.
    follow_after: i64,
    /// A page of the network's events that is not worked off yet.
    page: Option<Page>,
    /// How far the events were read; the cursor that is kept stays before what is set aside.
    read_to: Option<u64>,
    aside: Vec<Aside>,
    events_at: Option<UtcMillis>,
    pub(crate) reconciling: Reconciling,
    started: bool,
}

struct Page {
    events: VecDeque<NetworkEvent>,
    next: u64,
}

/// An event whose transfer could not be asked about. The news of others goes on without it.
struct Aside {
    event: NetworkEvent,
    again_at: UtcMillis,
    wait_ms: i64,
}

/// Why a part of a turn ended before its work did.
pub(crate) enum Halt {
    /// The network did not answer, or may not be asked now.
    Away,
    /// The budget is used up for so many milliseconds.
    Spent(i64),
    /// The store could not be read or written.
    Store,
}

impl<L: Link> Sync<L> {
    pub fn new(orders: Orders, link: Arc<L>, handle: Handle, pace: Pace, dice: Dice) -> Sync<L> {
        Sync {
            orders,
            link,
            handle,
            pace,
            budget: Budget::new(pace.requests_per_second, pace.burst),
            dice,
            followed: HashMap::new(),
            follow_after: 0,
            page: None,
            read_to: None,
            aside: Vec::new(),
            events_at: None,
            reconciling: Reconciling::default(),
            started: false,
        }
    }

    /// Runs until the program stops. Wakes on every change that concerns transfers, and looks
    /// now and then in any case.
    pub async fn run(mut self, mut changes: broadcast::Receiver<domain::view::Change>) {
        let mut pause = Duration::ZERO;
        loop {
            // Registered before looking, so that nothing posted meanwhile is missed.
            let (wake, stop) = (self.handle.wake.clone(), self.handle.stop.clone());
            let woken = wake.notified();
            tokio::select! {
                () = stop.notified() => return,
                () = tokio::time::sleep(pause) => {}
                () = woken => {}
                change = changes.recv() => match change {
                    Ok(change) if !change.sync => continue,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                },
            }
            if self.handle.stopping() {
                return;
            }
            let turn = self.turn().await;
            pause = if turn.moved {
                Duration::ZERO
            } else {
                Duration::from_millis(u64::try_from(turn.wait_ms).unwrap_or(0))
            };
        }
    }

    /// One look at what is due now, carried out.
    pub async fn turn(&mut self) -> Turn {
        let now = self.orders.now();
        // Nothing is on the wire between two turns.
        if !self.started {
            self.started = self
                .settle_what_was_left_sending("the program stopped while sending")
                .await;
        } else if self.handle.unrecorded.swap(false, Ordering::SeqCst)
            && !self
                .settle_what_was_left_sending("what came of it was not recorded")
                .await
        {
            self.handle.unrecorded.store(true, Ordering::SeqCst);
        }
        if !self.online() {
            if let Some(wait_ms) = self.handle.lock().until_probe(now) {
                return Turn {
                    moved: false,
                    wait_ms,
                };
            }
            // One probe, and no job is marked. Reachable is not yet "online": the first question
            // that is answered says so.
            if !self.link.reachable().await {
                self.away(&Unanswered::because("the payments network does not answer"));
                return self.rest(0);
            }
            self.events_at = None;
        }
        let mut spent = 0;
        let mut moved = false;
        match self.follow_events().await {
            Ok(news) => moved |= news,
            Err(Halt::Spent(wait_ms)) => spent = wait_ms,
            Err(Halt::Away | Halt::Store) => return self.rest(0),
        }
        if self.online() && spent == 0 {
            match self.carry_out_what_is_due().await {
                Ok(did) => moved |= did,
                Err(Halt::Spent(wait_ms)) => spent = wait_ms,
                Err(Halt::Away | Halt::Store) => return self.rest(0),
            }
        }
        if self.online() && spent == 0 && !self.handle.stopping() {
            match self.ask_about_what_was_set_aside().await {
                Ok(did) => moved |= did,
                Err(Halt::Spent(wait_ms)) => spent = wait_ms,
                Err(Halt::Away | Halt::Store) => return self.rest(0),
            }
        }
        if self.online() && spent == 0 && !moved && !self.handle.stopping() {
            match self.reconcile_if_due().await {
                Ok(did) => moved |= did,
                Err(Halt::Spent(wait_ms)) => spent = wait_ms,
                Err(Halt::Away | Halt::Store) => return self.rest(0),
            }
        }
        if spent > 0 {
            return Turn {
                moved: false,
                wait_ms: spent,
            };
        }
        Turn {
            moved,
            wait_ms: self.until_next().await,
        }
    }

    fn rest(&self, least_ms: i64) -> Turn {
        let wait = self.handle.lock().until_probe(self.orders.now());
        Turn {
            moved: false,
            wait_ms: wait.unwrap_or(EVENTS_EVERY_MS).max(least_ms),
        }
    }

    /// A job found sending while nothing is on the wire is doubt, never failure: the program
    /// stopped meanwhile, or could not write down what came of it.
    async fn settle_what_was_left_sending(&mut self, why: &'static str) -> bool {
        let left = match jobs::left_sending(self.orders.pool()).await {
            Ok(left) => left,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                return false;
            }
        };
        let mut all = true;
        for movement in left {
            let attempt = movement
                .transfer
                .as_ref()
                .map_or(0, |transfer| transfer.attempts);
            let answered = Internal::RecordAnswer {
                line_id: movement.line_id,
                movement_id: movement.id,
                attempt,
                answer: if domain::planted!(SendingLeftAlone) {
                    PostAnswer::NotSent {
                        reason: "the program stopped",
                    }
                } else {
                    PostAnswer::NoAnswer { reason: why }
                },
                jitter: (self.dice)(),
            };
            all &= self.orders.internal(answered).await.is_ok();
        }
        all
    }

    /// Until the next transfer falls due; what is overdue waits for something else to change.
    async fn until_next(&self) -> i64 {
        let now = self.orders.now();
        let next = jobs::next_due(self.orders.pool(), now).await.ok().flatten();
        next.map_or(EVENTS_EVERY_MS, |at| at.since(now))
            .clamp(0, EVENTS_EVERY_MS)
    }

    /// One request of the budget.
    pub(crate) fn may_ask(&mut self) -> Result<(), Halt> {
        self.budget.take(self.orders.now()).map_err(Halt::Spent)
    }

    /// What one question met, noted in the circuit.
    pub(crate) fn heard<T>(&mut self, answer: Result<T, Unanswered>) -> Result<T, Halt> {
        match answer {
            Ok(answer) => {
                let now = self.orders.now();
                self.handle.lock().answered(now);
                self.tell_online();
                Ok(answer)
            }
            Err(unanswered) => {
                self.away(&unanswered);
                Err(Halt::Away)
            }
        }
    }

    fn away(&mut self, unanswered: &Unanswered) {
        let now = self.orders.now();
        let jitter = (self.dice)();
        let mut circuit = self.handle.lock();
        if unanswered.credentials {
            circuit.pause(now, jitter);
        } else {
            circuit.open(now, unanswered.reason, unanswered.wait_ms, jitter);
        }
        drop(circuit);
        self.tell_online();
    }

    fn tell_online(&self) {
        self.orders.note_online(self.online());
    }

    pub(crate) fn online(&self) -> bool {
        self.handle.lock().online
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(crate) fn jitter(&mut self) -> u32 {
        (self.dice)()
    }

    // --- Events ------------------------------------------------------------------------------

    /// The network's events say only where to look: each is answered by asking for the current
    /// state, so duplicates, disorder and gaps change nothing.
    async fn follow_events(&mut self) -> Result<bool, Halt> {
        let now = self.orders.now();
        let asked_lately = self
            .events_at
            .is_some_and(|at| (0..EVENTS_EVERY_MS).contains(&now.since(at)));
        if self.page.is_none() && asked_lately {
            return Ok(false);
        }
        let mut news = false;
        for _ in 0..PAGES_A_TURN {
            let cursor = self.read_to.or_else(|| self.kept_cursor());
            if self.page.is_none() {
                self.may_ask()?;
                let asked = cursor.map(|cursor| cursor.to_string());
                let answer = self.link.events(asked.as_deref()).await;
                if answer.as_ref().is_err_and(|unanswered| unanswered.refused)
                    && cursor.is_some_and(|cursor| cursor > 0)
                {
                    // Another feed than the one that gave it out. Read from its beginning, it says
                    // nothing that asking for the current state would not put right.
                    tracing::warn!(cursor, "the network does not know our place in its events");
                    self.read_to = Some(0);
                    continue;
                }
                let mut page = self.heard(answer)?;
                self.events_at = Some(now);
                if page.empty {
                    return Ok(news);
                }
                let ids = page.events.iter();
                let ids = ids.filter_map(|event| MovementId::from_str(&event.reference).ok());
                let known = jobs::movements(self.orders.pool(), ids)
                    .await
                    .map_err(|_| Halt::Store)?;
                let repeats = |event: &NetworkEvent| {
                    let id = MovementId::from_str(&event.reference).ok();
                    let movement = id.and_then(|id| known.get(&id));
                    movement.is_some_and(|movement| adds_nothing(movement, event))
                };
                if !domain::planted!(EventOrderTrusted) {
                    page.events.retain(|event| !repeats(event));
                }
                // Of several events of one transfer the last look is enough.
                let mut events: VecDeque<NetworkEvent> = VecDeque::new();
                for event in page.events {
                    let again = events
                        .iter()
                        .position(|earlier| same_transfer(earlier, &event));
                    if let Some(place) = again {
                        events.remove(place);
                    }
                    events.push_back(event);
                }
                self.page = Some(Page {
                    events,
                    next: page.next,
                });
            }
            news = true;
            if domain::planted!(CursorBeforeFacts)
                && let Some(page) = &self.page
            {
                self.keep_cursor(page.next).await?;
            }
            while let Some(event) = self.page.as_ref().and_then(|page| page.events.front()) {
                let event = event.clone();
                let followed = self.follow_event(&event).await;
                if matches!(followed, Ok(()) | Err(Halt::Away))
                    && let Some(page) = self.page.as_mut()
                {
                    page.events.pop_front();
                }
                if matches!(followed, Err(Halt::Away)) {
                    self.set_aside(event);
                }
                followed?;
            }
            // Read to the end; until here the cursor stayed, and the page would come again.
            let Some(page) = self.page.take() else {
                return Ok(news);
            };
            if self.aside.is_empty() {
                self.keep_cursor(page.next).await?;
                self.read_to = None;
            } else {
                self.read_to = Some(page.next);
            }
            // A feed that does not go on would be read for ever.
            if self.handle.stopping() || cursor.is_some_and(|cursor| page.next <= cursor) {
                return Ok(news);
            }
        }
        Ok(news)
    }

    fn kept_cursor(&self) -> Option<u64> {
        self.orders.cursor()?.parse().ok()
    }

    async fn keep_cursor(&self, cursor: u64) -> Result<(), Halt> {
        let cursor = cursor.to_string();
        let moved = Internal::MoveCursor { cursor };
        self.orders.internal(moved).await.map_err(|_| Halt::Store)
    }

    /// The network could not be asked about this one. Perhaps it is away; perhaps it cannot say
    /// anything of this one alone, and the others do not wait for that.
    fn set_aside(&mut self, event: NetworkEvent) {
        self.aside
            .retain(|aside| !same_transfer(&aside.event, &event));
        self.aside.push(Aside {
            event,
            again_at: self.orders.now().plus_ms(ASIDE_FIRST_MS),
            wait_ms: ASIDE_FIRST_MS,
        });
    }

    /// After everything else of a turn: whatever fails here again holds nothing up.
    async fn ask_about_what_was_set_aside(&mut self) -> Result<bool, Halt> {
        let now = self.orders.now();
        let due = |aside: &Aside| {
            aside.again_at.since(now) <= 0 || aside.again_at.since(now) > aside.wait_ms
        };
        let mut asked = false;
        while let Some(place) = self.aside.iter().position(due) {
            let event = self.aside[place].event.clone();
            match self.follow_event(&event).await {
                Ok(()) => {
                    self.aside.remove(place);
                    asked = true;
                }
                Err(halt) => {
                    let mut aside = self.aside.remove(place);
                    aside.wait_ms = (aside.wait_ms * 2).min(ASIDE_LONGEST_MS);
                    aside.again_at = now.plus_ms(aside.wait_ms);
                    self.aside.push(aside);
                    return Err(halt);
                }
            }
        }
        if asked
            && self.aside.is_empty()
            && self.page.is_none()
            && let Some(read_to) = self.read_to
        {
            self.keep_cursor(read_to).await?;
            self.read_to = None;
        }
        Ok(asked)
    }

    async fn follow_event(&mut self, event: &NetworkEvent) -> Result<(), Halt> {
        let id = MovementId::from_str(&event.reference).ok();
        let ours = match id {
            Some(id) => jobs::movement(self.orders.pool(), id)
                .await
                .map_err(|_| Halt::Store)?,
            None => None,
        };
        let Some(movement) = ours else {
            return self.look_at_a_stranger(&event.reference).await;
        };
        #[cfg(proving)]
        if domain::planted!(EventOrderTrusted) {
            return self.believe(&movement, event).await;
        }
        if adds_nothing(&movement, event) {
            return Ok(());
        }
        self.ask_about(&movement).await
    }

    /// A planted bug: what an event says is taken for the current state.
    #[cfg(proving)]
    async fn believe(&mut self, movement: &Movement, event: &NetworkEvent) -> Result<(), Halt> {
        let answer = self.link.look_up(&movement.id.to_string()).await;
        let LookUp::Found(mut remote) = self.heard(answer)? else {
            return Ok(());
        };
        remote.status = match event.kind.as_str() {
            "accepted" => RemoteStatus::Accepted,
            "settled" => RemoteStatus::Settled,
            "rejected" => RemoteStatus::Rejected,
            _ => RemoteStatus::Returned,
        };
        let told = Internal::RecordNetworkState {
            line_id: movement.line_id,
            movement_id: movement.id,
            remote,
        };
        self.orders.internal(told).await.map_err(|_| Halt::Store)
    }

    /// Asks for the current state of one of our transfers and has it judged.
    pub(crate) async fn ask_about(&mut self, movement: &Movement) -> Result<(), Halt> {
        self.may_ask()?;
        let answer = self.link.look_up(&movement.id.to_string()).await;
        let found = self.heard(answer)?;
        let told = Internal::RecordLookUp {
            line_id: movement.line_id,
            movement_id: movement.id,
            found,
            jitter: self.jitter(),
        };
        self.orders.internal(told).await.map_err(|_| Halt::Store)
    }

    /// A transfer under a reference that nobody here knows: shown at once, posted when the
    /// network's statement says that it moved.
    async fn look_at_a_stranger(&mut self, reference: &str) -> Result<(), Halt> {
        self.may_ask()?;
        let answer = self.link.look_up(reference).await;
        let remotes = match self.heard(answer)? {
            LookUp::Found(remote) => vec![remote],
            LookUp::Several(remotes) => remotes,
            LookUp::Nothing | LookUp::NoAnswer { .. } => Vec::new(),
        };
        for remote in remotes {
            if remote.status == RemoteStatus::Rejected {
                continue;
            }
            let mut finding = Finding::orphan(&remote);
            // What was asked for, should the answer name something else.
            finding.reference = cut(reference);
            self.orders
                .internal(Internal::OpenFinding { finding })
                .await
                .map_err(|_| Halt::Store)?;
        }
        Ok(())
    }

    // --- Jobs --------------------------------------------------------------------------------

    /// Whether anything was sent or asked.
    async fn carry_out_what_is_due(&mut self) -> Result<bool, Halt> {
        let now = self.orders.now();
        let held = self.orders.held() || !self.orders.proven();
        let mut after = -1;
        let mut moved = false;
        let mut under_way: JoinSet<Contact> = JoinSet::new();
        // What goes to the store before and after a request takes no place at the network.
        let places = Arc::new(Semaphore::new(self.pace.at_once.max(1)));
        let mut halt = None;
        // Page by page, so that jobs a rule holds back take no place from what can go.
        'look: loop {
            let due = match jobs::due(self.orders.pool(), now, after, LOOK).await {
                Ok(due) => due,
                Err(error) => {
                    tracing::error!(%error, "the outbox could not be read");
                    halt = Some(Halt::Store);
                    break;
                }
            };
            let full = due.len() == LOOK as usize;
            for (requested_seq, movement) in due {
                after = requested_seq;
                let what = step(&movement, now);
                // Order within a line: a transfer waits for what was asked for before it.
                let sends = what == Step::Send;
                if sends && held && !domain::planted!(RestoredSendsAtOnce) {
                    continue;
                }
                if sends
                    && jobs::ahead(self.orders.pool(), &movement)
                        .await
                        .unwrap_or(true)
                {
                    continue;
                }
                while under_way.len() >= self.jobs_at_once()
                    && let Some(done) = under_way.join_next().await
                {
                    moved |= done.is_ok_and(|contact| self.note(contact));
                }
                if !self.online() || self.handle.stopping() {
                    break 'look;
                }
                if !matches!(what, Step::Send | Step::Ask) {
                    continue;
                }
                if let Err(spent) = self.may_ask() {
                    halt = Some(spent);
                    break 'look;
                }
                let job = Job {
                    orders: self.orders.clone(),
                    link: self.link.clone(),
                    handle: self.handle.clone(),
                    places: places.clone(),
                    movement,
                    jitter: self.jitter(),
                };
                if self.pace.at_once <= 1 {
                    // One after the other, in the caller's own hands.
                    let contact = job.carry_out(sends).await;
                    moved |= self.note(contact);
                } else {
                    under_way.spawn(job.carry_out(sends));
                }
            }
            if !full {
                break;
            }
        }
        while let Some(done) = under_way.join_next().await {
            moved |= done.is_ok_and(|contact| self.note(contact));
        }
        match halt {
            Some(halt) => Err(halt),
            None => Ok(moved | self.follow_what_the_network_has().await?),
        }
    }

    /// Jobs begun and not ended: four times the requests that may be under way, so that there is
    /// always one to follow, and marks and outcomes share the writer's batches; a single one while
    /// the network is only being tried.
    fn jobs_at_once(&self) -> usize {
        match self.handle.lock().width(self.pace.at_once) {
            width @ (0 | 1) => width.max(1),
            width => width * 4,
        }
    }

    /// Asks now and then for transfers the network holds, with what the budget leaves.
    async fn follow_what_the_network_has(&mut self) -> Result<bool, Halt> {
        let now = self.orders.now();
        let accepted = jobs::accepted(self.orders.pool(), self.follow_after, FOLLOW_LOOK)
            .await
            .map_err(|_| Halt::Store)?;
        let to_the_end = accepted.len() < FOLLOW_LOOK as usize;
        let mut asked = false;
        for (requested_seq, movement) in accepted {
            self.follow_after = requested_seq;
            let (due_at, wait_ms) = *self
                .followed
                .entry(movement.id)
                .or_insert((now.plus_ms(FOLLOW_FIRST_MS), FOLLOW_FIRST_MS));
            // A moment further off than it was ever put is one of a clock that was set back.
            if now < due_at && due_at.since(now) <= wait_ms {
                continue;
            }
            if !self.online() || !self.budget.ample(now) || self.handle.stopping() {
                return Ok(asked);
            }
            self.ask_about(&movement).await?;
            asked = true;
            let wait_ms = wait_ms.saturating_mul(2).min(FOLLOW_LONGEST_MS);
            self.followed
                .insert(movement.id, (now.plus_ms(wait_ms), wait_ms));
        }
        if to_the_end {
            // From the first again at the next turn.
            self.follow_after = 0;
        }
        Ok(asked)
    }

    /// Whether the job did something.
    fn note(&mut self, contact: Contact) -> bool {
        let now = self.orders.now();
        match contact {
            Contact::Answered => {
                self.handle.lock().answered(now);
                self.tell_online();
                true
            }
            Contact::Sent => {
                self.handle.lock().attempt_answered(now);
                self.handle.gauge().done(now, 1);
                self.tell_online();
                true
            }
            Contact::InDoubt => {
                let jitter = self.jitter();
                self.handle.lock().attempt_in_doubt(now, jitter);
                self.tell_online();
                true
            }
            Contact::Away(unanswered) => {
                self.away(&unanswered);
                false
            }
            Contact::None => false,
        }
    }
}

/// Whether an event only repeats what is known: the acceptance of the very transfer we hold.
fn adds_nothing(movement: &Movement, event: &NetworkEvent) -> bool {
    let known = movement
        .transfer
        .as_ref()
        .and_then(|transfer| transfer.remote_id.as_deref());
    let held = matches!(
        movement.state,
        MovementState::Accepted | MovementState::Settled | MovementState::Returned
    );
    held && event.kind == "accepted" && known == Some(event.transfer_id.as_str())
}

fn same_transfer(one: &NetworkEvent, other: &NetworkEvent) -> bool {
    one.reference == other.reference && one.transfer_id == other.transfer_id
}

/// What a job learned about the network as a whole.
enum Contact {
    /// A question was answered.
    Answered,
    /// An attempt to send ended with a clear word.
    Sent,
    Away(Unanswered),
    /// Sent, and nobody knows: the look-up that follows will tell.
    InDoubt,
    /// Held back by a rule.
    None,
}

struct Job<L> {
    orders: Orders,
    link: Arc<L>,
    handle: Handle,
    /// At the network: one is held while a request is under way.
    places: Arc<Semaphore>,
    movement: Movement,
    jitter: u32,
}

impl<L: Link> Job<L> {
    async fn carry_out(self, sends: bool) -> Contact {
        if sends {
            self.send().await
        } else {
            self.ask().await
        }
    }

    async fn send(self) -> Contact {
        let (line_id, movement_id) = (self.movement.line_id, self.movement.id);
        let customer_id = self.movement.customer_id;
        let body = jobs::body(
            self.orders.pool(),
            self.orders.store_key(),
            movement_id,
            customer_id,
        )
        .await;
        let bytes = match body {
            Ok(Some(bytes)) => bytes,
            Err(LoadError::Altered { table, row }) => {
                self.orders.alarm(table, row);
                return Contact::None;
            }
            Ok(None) | Err(_) => {
                tracing::error!(%movement_id, "the bytes of a transfer could not be read; it stays queued");
                return Contact::None;
            }
        };
        let marked = Internal::MarkAttempt {
            line_id,
            movement_id,
        };
        let Some(place) = self.place().await else {
            return Contact::None;
        };
        let (mut key, mut bytes) = (movement_id.to_string(), bytes);
        let mut sent_before = None;
        if domain::planted!(SendBeforeCommit) {
            let (answer, marked) = tokio::join!(
                self.link.post(&key, bytes.clone()),
                self.orders.internal(marked)
            );
            if marked.is_err() {
                return Contact::None;
            }
            sent_before = Some(answer);
        } else {
            if domain::planted!(MarkAfterSend) {
                sent_before = Some(self.link.post(&key, bytes.clone()).await);
            }
            // On record before the socket opens: whatever happens now is doubt, not silence.
            if self.orders.internal(marked).await.is_err() {
                return Contact::None;
            }
        }
        let attempt = self
            .movement
            .transfer
            .as_ref()
            .map_or(0, |transfer| transfer.attempts)
            + 1;
        if domain::planted!(NewKeyOnRetry) && attempt > 1 {
            key = format!("{key}-{attempt}");
        }
        if domain::planted!(OtherBytesOnRetry) && attempt > 1 {
            bytes.push(b' ');
        }
        let answer = match sent_before {
            Some(answer) => answer,
            None => self.link.post(&key, bytes).await,
        };
        drop(place);
        let contact = contact_of(&answer);
        let answered = Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt,
            answer,
            jitter: self.jitter,
        };
        if self.orders.internal(answered).await.is_err() {
            tracing::error!(%movement_id, "an outcome could not be recorded; it is taken as doubt");
            self.handle.unrecorded.store(true, Ordering::SeqCst);
        }
        contact
    }

    /// A place at the network; none when it went away, or the program stops, while one was waited
    /// for: then nothing is marked and nothing sent.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        let place = self.places.clone().acquire_owned().await.ok()?;
        (self.handle.lock().online && !self.handle.stopping()).then_some(place)
    }

    async fn ask(self) -> Contact {
        let Some(place) = self.place().await else {
            return Contact::None;
        };
        let answer = self.link.look_up(&self.movement.id.to_string()).await;
        drop(place);
        let (found, contact) = match answer {
            Ok(found) => (found, Contact::Answered),
            // Asked in vain says nothing about the transfer; doubt keeps count of it.
            Err(unanswered) => (
                LookUp::NoAnswer {
                    reason: unanswered.reason,
                },
                Contact::Away(unanswered),
            ),
        };
        let told = Internal::RecordLookUp {
            line_id: self.movement.line_id,
            movement_id: self.movement.id,
            found,
            jitter: self.jitter,
        };
        // Not recorded: it is asked again.
        let _ = self.orders.internal(told).await;
        contact
    }
}

fn contact_of(answer: &PostAnswer) -> Contact {
    match answer {
        PostAnswer::NotSent { reason } => Contact::Away(Unanswered::because(reason)),
        PostAnswer::NoAnswer { .. } => Contact::InDoubt,
        PostAnswer::Status {
            status: 401 | 403, ..
        } => Contact::Away(Unanswered {
            credentials: true,
            ..Unanswered::because(CREDENTIALS_REFUSED)
        }),
        PostAnswer::Status {
            status: 429,
            retry_after_ms,
        } => Contact::Away(Unanswered {
            wait_ms: *retry_after_ms,
            ..Unanswered::because("the network asks us to wait")
        }),
        PostAnswer::Status {
            status: 408 | 500..,
            ..
        } => Contact::InDoubt,
        PostAnswer::Status { .. } | PostAnswer::Transfer(_) => Contact::Sent,
    }
}

/// The randomness of the program itself.
pub fn system_dice() -> Dice {
    Box::new(|| u32::from_be_bytes(crate::seal::random()))
}
