//! The writer: one bounded queue, one task, whole batches.
//!
//! The task alone holds the write connection. It takes everything that waits (`recv_many`),
//! loads the World of the whole batch, judges order by order in memory, writes one statement a
//! table, commits once and answers each. The queue gets faster as it fills, because one fsync
//! serves a whole batch. Orders are judged in the order they came; a refused one leaves the
//! others alone.
//!
//! A batch that fails for a reason of its own (a constraint, a panic in a rule) is rolled back
//! and run again by halves, so that the culprit alone is answered as broken. When the commit
//! itself fails nobody knows what is on the disk: the task stops, reopens the store and answers
//! from the receipts.

use crate::chain::{EventRow, HeadMark, event_hash};
use crate::clock::{Clock, local_date};
use crate::gauge::Gauge;
use crate::seal::{CustomerKey, SealError, StoreKey, Wrapped};
use crate::signing::DeviceKey;
use crate::store::load::{self, Head, LoadError, Loaded, StoredReceipt, hex};
use crate::store::rows::Row;
use crate::store::rows::{self, OutboxEntry};
use crate::store::vouched::{vouch, vouch_all};
use crate::store::write::{self, Appended, Views};
use crate::store::{self, Identity, OpenError};
use crate::verify::Finding;
use domain::actor::{Actor, Ctx, Meta, NetworkState};
use domain::apply::{Inconsistent, apply};
use domain::command::{Command, Internal, Order, PayOut};
use domain::date::{BusinessDate, UtcMillis};
use domain::decide::decide;
use domain::event::{EVENT_VERSION, Event, Stream};
use domain::ids::*;
use domain::ledger::postings;
use domain::money::Overflow;
use domain::needs::Needs;
use domain::refusal::{ApiError, FaultCode, Refusal};
use domain::view::Change;
use domain::world::{Branch, World};
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

/// Orders that may wait. A full queue pushes back with an honest "busy".
pub const QUEUE_LENGTH: usize = 4_096;
/// The most one commit carries.
pub const BATCH_MAX: usize = 1_024;

/// Orders judged, and lines written down, while SQLite's thread takes in what came before.
const AT_A_TIME: usize = 128;

/// How often others get their turn before a batch that is smaller than the last goes off.
const TURNS_OF_OTHERS: usize = 4;

/// Lets the next statement be handed over, should SQLite's thread be done with the last.
async fn give_way(place: usize) {
    if place % 8 == 7 {
        tokio::task::yield_now().await;
    }
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The events it became; none where a fact brought nothing new.
    Done {
        first_seq: i64,
        last_seq: i64,
    },
    Nothing,
    Refused(Refusal),
    Fault(FaultCode),
}

impl Verdict {
    /// For whoever needs to know only whether it was carried out.
    pub fn done(self) -> Result<(), ApiError> {
        match self {
            Verdict::Done { .. } | Verdict::Nothing => Ok(()),
            Verdict::Refused(refusal) => Err(refusal.into()),
            Verdict::Fault(fault) => Err(fault.into()),
        }
    }
}

/// A secret at rest that an order comes with.
pub enum Beside {
    /// The hash of an account's password.
    Credential(UserId, String),
    /// The store key under another passphrase.
    StoreKey(Wrapped),
}

/// One order on its way through the queue.
pub struct Job {
    pub id: CommandId,
    pub actor: Actor,
    pub order: Order,
    /// Keyed hash of the canonical content, for the receipt.
    pub content_mac: [u8; 32],
    /// What is stored with it beside the log, and never in it.
    pub beside: Option<Beside>,
    /// When it came in.
    pub asked_at: UtcMillis,
    pub answer: oneshot::Sender<Verdict>,
}

/// What the writer's task takes.
pub enum Post {
    Job(Box<Job>),
    /// Keeps what is typed, or discards it. Not an event.
    Draft {
        user_id: UserId,
        name: String,
        sealed: Option<String>,
        answer: oneshot::Sender<Result<(), FaultCode>>,
    },
    Stop(oneshot::Sender<()>),
}

/// What the writer shares with the rest of the program.
pub struct Shared {
    pub store_key: Arc<StoreKey>,
    pub identity: Identity,
    pub clock: Clock,
    /// Whether the payments network answered when last asked; sync keeps it.
    pub online: AtomicBool,
    /// The business date, in days since 1970: moves forward only.
    business_day: AtomicI32,
    pub changes: broadcast::Sender<Change>,
    /// The queue at work, for the sync page's picture.
    gauge: Mutex<Gauge>,
    /// Signs the head each commit leaves.
    pub device: DeviceKey,
    /// The head as the last commit left it: kept outside the store.
    pub heads: watch::Sender<HeadMark>,
    /// Rows that something else wrote, found when they were needed.
    pub alarms: mpsc::UnboundedSender<Finding>,
    /// The branch as the last commit left it. Sync asks for it several times a turn.
    branch: Mutex<Arc<Branch>>,
}

impl Shared {
    /// As it is before the writer looks at the store.
    pub fn new(
        store_key: Arc<StoreKey>,
        identity: Identity,
        clock: Clock,
        device: DeviceKey,
        changes: broadcast::Sender<Change>,
        heads: watch::Sender<HeadMark>,
        alarms: mpsc::UnboundedSender<Finding>,
    ) -> Shared {
        Shared {
            store_key,
            identity,
            clock,
            online: AtomicBool::new(false),
            business_day: AtomicI32::new(i32::MIN),
            changes,
            gauge: Mutex::default(),
            device,
            heads,
            alarms,
            branch: Mutex::default(),
        }
    }

    pub fn branch(&self) -> Arc<Branch> {
        self.branch
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep_branch(&self, branch: Branch) {
        *self.branch.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(branch);
    }

    pub fn business_date(&self) -> BusinessDate {
        date_of(self.business_day.load(Ordering::SeqCst))
    }

    pub fn gauge(&self) -> MutexGuard<'_, Gauge> {
        self.gauge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn date_of(days: i32) -> BusinessDate {
    BusinessDate::from(jiff::civil::date(1970, 1, 1)).plus_days(days)
}

/// Facts of the branch that every event carries.
struct BranchFacts {
    name: String,
    time_zone: String,
    closed_through: Option<BusinessDate>,
}

pub struct Writer {
    path: PathBuf,
    connection: Option<SqliteConnection>,
    shared: Arc<Shared>,
    head: Head,
    branch: BranchFacts,
    batch_max: usize,
}

/// Why a batch did not go through.
enum Failure {
    /// Something in the batch itself: to be found by halving.
    Poison(String),
    /// A row the batch stands on was written by something else: the same, and told.
    Altered(Finding),
    /// The store: what is on the disk has to be looked at.
    Store(String),
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Sql(error) => error.into(),
            // A document that cannot be read concerns whoever needed it.
            LoadError::Seal(_) | LoadError::Unreadable { .. } => Failure::Poison(error.to_string()),
            LoadError::Altered { table, row } => Failure::Altered(Finding {
                table: table.to_owned(),
                row,
                what: "it was altered outside the program".to_owned(),
            }),
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let of_the_batch = error.as_database_error().is_some_and(|error| {
            // SQLITE_CONSTRAINT 19, SQLITE_MISMATCH 20, SQLITE_TOOBIG 18, and what a trigger raised.
            let code = error
                .code()
                .and_then(|code| code.parse::<u32>().ok())
                .unwrap_or(0);
            matches!(code & 0xff, 18..=20)
        });
        if of_the_batch {
            Failure::Poison(error.to_string())
        } else {
            Failure::Store(error.to_string())
        }
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        Failure::Poison(error.to_string())
    }
}

impl From<Inconsistent> for Failure {
    fn from(error: Inconsistent) -> Self {
        Failure::Poison(error.to_string())
    }
}

impl From<Overflow> for Failure {
    fn from(_: Overflow) -> Self {
        Failure::Poison("a sum left the range of the books".to_owned())
    }
}

impl Writer {
    pub async fn open(
        path: PathBuf,
        mut connection: SqliteConnection,
        shared: Arc<Shared>,
        batch_max: usize,
        founding_zone: &str,
    ) -> Result<Writer, OpenError> {
        let head = load::head(&mut connection).await?;
        let branch = branch_facts(&mut connection, &shared, founding_zone).await?;
        let mut writer = Writer {
            path,
            connection: Some(connection),
            shared,
            head,
            branch,
            batch_max: batch_max.max(1),
        };
        writer.note_business_date();
        Ok(writer)
    }

    /// Once days are closed, the day after the last one that was. Until then proposes the
    /// zone's date; what was worked in before is never left backwards.
    fn note_business_date(&mut self) -> BusinessDate {
        if let Some(closed) = self.branch.closed_through {
            let day = closed.plus_days(1).days();
            self.shared.business_day.store(day, Ordering::SeqCst);
            return self.shared.business_date();
        }
        let proposed = local_date(self.shared.clock.now(), &self.branch.time_zone);
        let stored = self
            .head
            .business_date
            .as_deref()
            .and_then(|text| text.parse().ok());
        let today = stored.map_or(proposed, |stored: BusinessDate| stored.max(proposed));
        let day = today.days();
        self.shared.business_day.fetch_max(day, Ordering::SeqCst);
        self.shared.business_date()
    }

    pub async fn run(mut self, mut queue: mpsc::Receiver<Post>) {
        let mut posts = Vec::new();
        // How many came last time: so many are likely on their way again.
        let mut expected = 0;
        loop {
            posts.clear();
            if queue.recv_many(&mut posts, self.batch_max).await == 0 {
                break;
            }
            self.gather(&mut posts, &mut queue, expected).await;
            expected = posts.len();
            let mut jobs = Vec::with_capacity(posts.len());
            let mut stop = None;
            for post in posts.drain(..) {
                match post {
                    Post::Job(job) => jobs.push(*job),
                    Post::Draft {
                        user_id,
                        name,
                        sealed,
                        answer,
                    } => {
                        let kept = self.keep_draft(user_id, &name, sealed.as_deref()).await;
                        let _ = answer.send(kept);
                    }
                    Post::Stop(done) => stop = Some(done),
                }
            }
            if !jobs.is_empty() && !self.run_batch(jobs).await {
                // The store is gone: dropping the queue makes every later write fail at once.
                return;
            }
            if let Some(done) = stop {
                if let Some(connection) = self.connection.take() {
                    store::close(connection).await;
                }
                let _ = done.send(());
                return;
            }
        }
        if let Some(connection) = self.connection.take() {
            store::close(connection).await;
        }
    }

    /// Whoever was answered by the last commit may be just about to ask again. Going first with
    /// the few that were quickest would make the others wait for two commits instead of one, so
    /// the others' tasks get their turn. No clock: who has nothing to say delays nobody.
    async fn gather(
        &self,
        posts: &mut Vec<Post>,
        queue: &mut mpsc::Receiver<Post>,
        expected: usize,
    ) {
        for _ in 0..TURNS_OF_OTHERS {
            if posts.len() >= expected.min(self.batch_max) {
                return;
            }
            tokio::task::yield_now().await;
            while posts.len() < self.batch_max
                && let Ok(post) = queue.try_recv()
            {
                posts.push(post);
            }
        }
    }

    async fn keep_draft(
        &mut self,
        user_id: UserId,
        name: &str,
        sealed: Option<&str>,
    ) -> Result<(), FaultCode> {
        let Some(connection) = self.connection.as_mut() else {
            return Err(FaultCode::StoreUnavailable);
        };
        let kept = match sealed {
            Some(sealed) => store::drafts::save(connection, user_id, name, sealed).await,
            None => store::drafts::discard(connection, user_id, name).await,
        };
        kept.map_err(|_| FaultCode::StoreUnavailable)
    }

    /// Answers every job. `false`: the store could not be reopened and the writer ends.
    async fn run_batch(&mut self, jobs: Vec<Job>) -> bool {
        let count = jobs.len();
        if let Some(first) = jobs.first() {
            self.shared.gauge().begin(count, first.asked_at);
        }
        let goes_on = self.run_by_halves(jobs).await;
        self.shared.gauge().done(self.shared.clock.now(), count);
        goes_on
    }

    async fn run_by_halves(&mut self, jobs: Vec<Job>) -> bool {
        // A stack of runs, first on top, keeps the order they came in.
        let mut runs = vec![jobs];
        while let Some(mut run) = runs.pop() {
            match self.attempt(&run).await {
                Ok((verdicts, change)) => {
                    for (job, verdict) in run.into_iter().zip(verdicts) {
                        // A caller who went away has its receipt.
                        let _ = job.answer.send(verdict);
                    }
                    if let Some(change) = change {
                        // Nobody listening is fine.
                        let _ = self.shared.changes.send(change);
                    }
                }
                Err(Failure::Poison(why)) if run.len() == 1 => {
                    tracing::error!(
                        why,
                        kind = kind_of(&run[0].order),
                        "an order could not be carried out"
                    );
                    for job in run {
                        let _ = job.answer.send(Verdict::Fault(FaultCode::Broken));
                    }
                }
                Err(Failure::Altered(found)) if run.len() == 1 => {
                    // Nobody listens once the program stops; the next start finds it again.
                    let _ = self.shared.alarms.send(found);
                    for job in run {
                        let _ = job.answer.send(Verdict::Fault(FaultCode::Broken));
                    }
                }
                Err(Failure::Altered(Finding { what: why, .. }) | Failure::Poison(why)) => {
                    tracing::warn!(why, jobs = run.len(), "a batch is run again by halves");
                    let second = run.split_off(run.len() / 2);
                    runs.push(second);
                    runs.push(run);
                }
                Err(Failure::Store(why)) => {
                    tracing::error!(
                        why,
                        "the store failed; reopening it to see what is on the disk"
                    );
                    if !self.reopen_and_answer(run).await {
                        for job in runs.into_iter().flatten() {
                            let _ = job.answer.send(Verdict::Fault(FaultCode::StoreUnavailable));
                        }
                        return false;
                    }
                }
            }
        }
        true
    }

    /// After an error that may have hit the commit: the receipts on the disk are the truth.
    async fn reopen_and_answer(&mut self, run: Vec<Job>) -> bool {
        drop(self.connection.take());
        let reopened = match store::connect_writer(&self.path).await {
            Ok(mut connection) => {
                let ids = run.iter().map(|job| job.id).collect();
                match (
                    load::head(&mut connection).await,
                    load::receipts(&mut connection, &ids, &self.shared.store_key).await,
                    branch_facts(&mut connection, &self.shared, &self.branch.time_zone).await,
                ) {
                    (Ok(head), Ok(receipts), Ok(branch)) => {
                        Some((connection, head, receipts, branch))
                    }
                    (Err(_), _, _) | (_, Err(_), _) | (_, _, Err(_)) => None,
                }
            }
            Err(_) => None,
        };
        let Some((connection, head, receipts, branch)) = reopened else {
            for job in run {
                let _ = job.answer.send(Verdict::Fault(FaultCode::OutcomeUnknown));
            }
            return false;
        };
        self.connection = Some(connection);
        self.head = head;
        // Whatever the commit was that nobody heard of: what stands there counts.
        self.branch = branch;
        self.note_business_date();
        for job in run {
            let verdict = receipts
                .get(&job.id)
                .map_or(Verdict::Fault(FaultCode::StoreUnavailable), |receipt| {
                    repeat(receipt, &job)
                });
            let _ = job.answer.send(verdict);
        }
        true
    }

    /// Loads, judges, writes and commits one run of jobs.
    async fn attempt(&mut self, jobs: &[Job]) -> Result<(Vec<Verdict>, Option<Change>), Failure> {
        let business_date = self.note_business_date();
        let Some(connection) = self.connection.as_mut() else {
            return Err(Failure::Store("the store is closed".to_owned()));
        };
        let mut needs = Needs::default();
        for job in jobs {
            needs.add(job.actor, &job.order);
        }
        let ids: BTreeSet<CommandId> = jobs.iter().map(|job| job.id).collect();

        let mut transaction = connection.begin_with("begin immediate").await?;
        let store_key = &self.shared.store_key;
        let receipts = load::receipts(&mut transaction, &ids, store_key).await?;
        let loaded = load::world(&mut transaction, &needs, store_key).await?;
        let (streams, movements) = stood_on(jobs, &loaded.world);
        if !streams.is_empty() {
            load::behind(&mut transaction, &streams, &movements).await?;
        }
        let online = self.shared.online.load(Ordering::SeqCst);
        let mut ledger = Run {
            shared: &self.shared,
            branch: &mut self.branch,
            head: self.head.clone(),
            appended: Appended::default(),
            views: Views::default(),
            something_happened: false,
            touched: Touched::default(),
            new_keys: Vec::new(),
            now: self.shared.clock.now(),
            business_date,
            loaded,
            network: if online {
                NetworkState::Online
            } else {
                NetworkState::Offline
            },
        };
        let mut verdicts: Vec<Verdict> = Vec::with_capacity(jobs.len());
        let mut first_in_batch: BTreeMap<CommandId, usize> = BTreeMap::new();
        // While SQLite's thread writes what was judged, the next are judged.
        for slice in jobs.chunks(AT_A_TIME) {
            let appended = std::mem::take(&mut ledger.appended);
            let judging = async {
                for job in slice {
                    let place = verdicts.len();
                    let known = receipts.get(&job.id);
                    let known = known.filter(|_| !domain::planted!(NoUniqueReceipt));
                    let verdict = if let Some(receipt) = known {
                        repeat(receipt, job)
                    } else if let Some(first) = first_in_batch.get(&job.id) {
                        let same = actor_name(jobs[*first].actor) == actor_name(job.actor)
                            && jobs[*first].content_mac == job.content_mac;
                        if same {
                            verdicts[*first].clone()
                        } else {
                            Verdict::Fault(FaultCode::IdReused)
                        }
                    } else {
                        first_in_batch.insert(job.id, place);
                        ledger.carry_out(job)?
                    };
                    verdicts.push(verdict);
                    give_way(place).await;
                }
                Ok::<(), Failure>(())
            };
            let (written, judged) =
                tokio::join!(write::append(&mut transaction, appended), judging);
            judged?;
            written?;
        }
        let change = ledger.finish()?;
        let appended = std::mem::take(&mut ledger.appended);
        let touched: Vec<LineId> = ledger.touched.lines.iter().copied().collect();
        let mut groups = touched.chunks(AT_A_TIME);
        let mark = ledger.head.mark(self.shared.identity.epoch);
        let signs = mark.seq > self.head.seq;
        let mut signature = None;
        let (written, made) = tokio::join!(write::append(&mut transaction, appended), async {
            // While SQLite's thread takes in the events.
            signature = signs.then(|| self.shared.device.sign(&mark));
            ledger.line_rows(groups.next().unwrap_or_default()).await
        });
        written?;
        if let Some(signature) = &signature {
            write::head(&mut transaction, &mark, signature).await?;
        }
        let mut ready = made?;
        for group in groups {
            let (written, made) = tokio::join!(
                write::lines(&mut transaction, ready),
                ledger.line_rows(group)
            );
            written?;
            ready = made?;
        }
        write::lines(&mut transaction, ready).await?;
        let (views, head) = (std::mem::take(&mut ledger.views), ledger.head.clone());
        write::views(&mut transaction, views).await?;
        let branch = std::mem::take(&mut ledger.loaded.world.branch);
        let branch_written = ledger.touched.branch;
        // From here on an error says nothing about what is on the disk.
        transaction
            .commit()
            .await
            .map_err(|error| Failure::Store(error.to_string()))?;
        self.head = head;
        if signs {
            self.shared.heads.send_replace(mark);
        }
        self.branch.closed_through = branch.closed_through;
        if branch_written {
            self.shared.keep_branch(branch);
        }
        self.note_business_date();
        Ok((verdicts, change))
    }
}

/// A store that is being founded has the zone it is founded with: its first events bear the
/// branch's date, too.
async fn branch_facts(
    connection: &mut SqliteConnection,
    shared: &Shared,
    founding_zone: &str,
) -> Result<BranchFacts, OpenError> {
    let loaded = load::world(connection, &Needs::default(), &shared.store_key).await?;
    let branch = loaded.world.branch;
    let set_up = branch.set_up.as_ref();
    let facts = BranchFacts {
        name: set_up
            .map(|set_up| set_up.branch_name.clone())
            .unwrap_or_default(),
        time_zone: set_up
            .map_or(founding_zone, |set_up| &set_up.time_zone)
            .to_owned(),
        closed_through: branch.closed_through,
    };
    shared.keep_branch(branch);
    Ok(facts)
}

fn kind_of(order: &Order) -> &'static str {
    match order {
        Order::Desk(_) => "desk",
        Order::Internal(_) => "internal",
    }
}

/// The rows that decisions and payments of these jobs stand on, and how many events each knows of:
/// they have to be the newest there are. Draws to a bank account are looked at when they are sent.
fn stood_on(jobs: &[Job], world: &World) -> (Vec<(Stream, u64)>, Vec<MovementId>) {
    let (mut users, mut lines) = (BTreeSet::new(), BTreeSet::new());
    let mut movements = Vec::new();
    for job in jobs {
        let (line_id, movement_id) = match &job.order {
            Order::Internal(Internal::MarkAttempt {
                line_id,
                movement_id,
            }) => (Some(*line_id), Some(*movement_id)),
            Order::Internal(_) => continue,
            Order::Desk(command) => match &**command {
                Command::ApproveApplication(c) => (Some(c.line_id), None),
                Command::ApproveChange(c) => (Some(c.line_id), None),
                Command::ApproveDraw(c) => (Some(c.line_id), Some(c.draw_id)),
                Command::BreakGlass(c) => {
                    // Whether anybody else is there hangs on all of them.
                    users.extend(world.users.keys());
                    (Some(c.line_id), Some(c.draw_id))
                }
                Command::PayCashDraw(c) => (Some(c.line_id), Some(c.draw_id)),
                Command::RefundCredit(c) => (Some(c.line_id), None),
                Command::RequestDraw(c) if matches!(c.method, PayOut::Cash { .. }) => {
                    (Some(c.line_id), None)
                }
                Command::ApproveAccount(c) => {
                    users.insert(c.user_id);
                    (None, None)
                }
                Command::IssueResetCode(c) => {
                    users.insert(c.user_id);
                    (None, None)
                }
                Command::SetRole(c) => {
                    users.insert(c.user_id);
                    (None, None)
                }
                Command::EnableAccount(c) => {
                    users.insert(c.user_id);
                    (None, None)
                }
                _ => continue,
            },
        };
        users.extend(job.actor.user_id());
        lines.extend(line_id);
        movements.extend(movement_id);
    }
    let users = users.iter().filter_map(|id| world.users.get(id));
    let lines = lines.iter().filter_map(|id| world.lines.get(id));
    let streams = users
        .map(|user| (Stream::User(user.id), user.version))
        .chain(lines.map(|line| (Stream::Line(line.id), line.version)))
        .collect();
    (streams, movements)
}

/// The first outcome again, if it is the same submission of the same account.
fn repeat(receipt: &StoredReceipt, job: &Job) -> Verdict {
    if receipt.actor != actor_name(job.actor) || receipt.content_mac != job.content_mac {
        return Verdict::Fault(FaultCode::IdReused);
    }
    if let Some(code) = &receipt.refusal_code {
        let code = serde_json::from_value(json!(code));
        return match code {
            Ok(code) => Verdict::Refused(Refusal {
                code,
                field: receipt.refusal_field.clone(),
            }),
            Err(_) => Verdict::Fault(FaultCode::Broken),
        };
    }
    match (receipt.first_seq, receipt.last_seq) {
        (Some(first_seq), Some(last_seq)) => Verdict::Done {
            first_seq,
            last_seq,
        },
        (None, _) | (_, None) => Verdict::Nothing,
    }
}

fn actor_name(actor: Actor) -> String {
    match actor {
        Actor::Guest => "guest".to_owned(),
        Actor::Program => "program".to_owned(),
        // The same account with its password or without: a receipt is the person's.
        Actor::User(user_id) | Actor::Proven(user_id) => user_id.to_string(),
    }
}

/// What a run changed, and so what has to be written again.
#[derive(Default)]
struct Touched {
    branch: bool,
    users: BTreeSet<UserId>,
    persons: BTreeSet<String>,
    customers: BTreeSet<CustomerId>,
    forgotten: BTreeSet<CustomerId>,
    products: BTreeSet<ProductId>,
    lines: BTreeSet<LineId>,
    /// With the first event of those that began in this run.
    /// The first and the last event of each in this run.
    movements: BTreeMap<MovementId, (i64, i64)>,
    statements: BTreeSet<BusinessDate>,
    findings: BTreeSet<String>,
}

/// One run of jobs in memory.
struct Run<'a> {
    shared: &'a Shared,
    branch: &'a mut BranchFacts,
    head: Head,
    loaded: Loaded,
    /// Rows that were not handed to SQLite yet.
    appended: Appended,
    views: Views,
    something_happened: bool,
    touched: Touched,
    new_keys: Vec<CustomerId>,
    now: domain::date::UtcMillis,
    business_date: BusinessDate,
    network: NetworkState,
}

impl Run<'_> {
    /// Judges one job and, if it is not refused, applies and records its events.
    fn carry_out(&mut self, job: &Job) -> Result<Verdict, Failure> {
        let ctx = Ctx {
            command_id: job.id,
            actor: job.actor,
            device: self.device_id()?,
            now: self.now,
            business_date: self.business_date,
            network: self.network,
        };
        let world = &self.loaded.world;
        let judged = std::panic::catch_unwind(AssertUnwindSafe(|| decide(world, &ctx, &job.order)));
        let judged = judged.map_err(|_| Failure::Poison("a rule panicked".to_owned()))?;
        match judged {
            Ok(events) if events.is_empty() => Ok(Verdict::Nothing),
            Ok(events) => {
                let first_seq = self.head.seq + 1;
                for (ordinal, event) in events.iter().enumerate() {
                    self.record(job, &ctx, ordinal, event)?;
                }
                match &job.beside {
                    None => {}
                    Some(Beside::Credential(user_id, phc)) => {
                        self.views.credentials.push(json!([user_id, phc]));
                    }
                    Some(Beside::StoreKey(wrapped)) => {
                        self.views.store_key = Some(wrapped.clone());
                    }
                }
                let last_seq = self.head.seq;
                self.receipt(job, Some((first_seq, last_seq)), None);
                Ok(Verdict::Done {
                    first_seq,
                    last_seq,
                })
            }
            Err(refusal) => {
                self.note_refusal(job, &ctx, &refusal)?;
                Ok(Verdict::Refused(refusal))
            }
        }
    }

    /// What a signed-in person was refused is an event, too, and that is its receipt.
    fn note_refusal(&mut self, job: &Job, ctx: &Ctx, refusal: &Refusal) -> Result<(), Failure> {
        let (Some(user_id), Order::Desk(command)) = (job.actor.user_id(), &job.order) else {
            return Ok(());
        };
        if !self.loaded.world.users.contains_key(&user_id) {
            return Ok(());
        }
        let event = Event::CommandRefused {
            user_id,
            kind: command.kind(),
            code: refusal.code,
        };
        self.record(job, ctx, 0, &event)?;
        self.receipt(job, Some((self.head.seq, self.head.seq)), Some(refusal));
        Ok(())
    }

    fn receipt(&mut self, job: &Job, seqs: Option<(i64, i64)>, refusal: Option<&Refusal>) {
        if domain::planted!(ReceiptsNotWritten) {
            return;
        }
        let row = json!([
            job.id,
            actor_name(job.actor),
            hex(&job.content_mac),
            seqs.map(|(first, _)| first),
            seqs.map(|(_, last)| last),
            refusal.map(|refusal| refusal.code),
            refusal.and_then(|refusal| refusal.field.clone()),
        ]);
        let row = vouch("receipts", row, &self.shared.store_key);
        self.appended.receipts.push(row);
    }

    fn device_id(&self) -> Result<DeviceId, Failure> {
        let id = &self.shared.identity.device_id;
        id.parse()
            .map_err(|_| Failure::Store(format!("the device id {id} is not one")))
    }

    /// Applies one event to the World and adds its row, its postings and its transfer.
    fn record(
        &mut self,
        job: &Job,
        ctx: &Ctx,
        ordinal: usize,
        event: &Event,
    ) -> Result<(), Failure> {
        let world = &mut self.loaded.world;
        let user_id = job.actor.user_id();
        let person_id = user_id
            .and_then(|id| world.users.get(&id))
            .and_then(|user| user.person_id);
        let meta = Meta {
            command_id: job.id,
            ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
            at: ctx.now,
            business_date: ctx.business_date,
            user_id,
            person_id,
        };
        let entries = postings(&meta, event)?;
        apply(world, &meta, event)?;
        let stream = event.stream();
        let customer_id = match stream {
            Stream::Customer(id) => Some(id),
            Stream::Line(id) => world.lines.get(&id).map(|line| line.customer_id),
            Stream::Branch | Stream::User(_) | Stream::Product(_) => None,
        };
        self.key_for(event);
        let key = customer_id.and_then(|id| self.loaded.keys.get(&id));
        // Without a key it is a fact about a forgotten customer: what was private stays forgotten.
        let payload = rows::document(event, key, &event_place(&meta))?;

        let seq = self.head.seq + 1;
        let mut stream_seq = stream_version(&self.loaded.world, stream)?;
        if matches!(job.order, Order::Internal(Internal::BreakConstraintForTest)) {
            // The branch's first event holds this place already.
            stream_seq = 1;
        }
        let mut row = EventRow {
            seq,
            stream: stream.kind().to_owned(),
            stream_id: stream.id(),
            stream_seq,
            event_type: event.type_name().to_owned(),
            version: i64::from(EVENT_VERSION),
            payload,
            at_ms: meta.at.0,
            business_date: meta.business_date.to_string(),
            command_id: meta.command_id.to_string(),
            ordinal: i64::from(meta.ordinal),
            user_id: meta.user_id.map(|id| id.to_string()),
            person_id: meta.person_id.map(|id| id.to_string()),
            device_id: ctx.device.to_string(),
            branch: self.branch.name.clone(),
            store_id: self.shared.identity.store_id.clone(),
            epoch: self.shared.identity.epoch,
            customer_id: customer_id.map(|id| id.to_string()),
            hash: Vec::new(),
        };
        let hash = event_hash(&self.head.hash, &row);
        row.hash = hash.to_vec();
        self.appended.journal.extend(rows::journal(seq, &entries));
        if domain::planted!(JournalLegLost) && entries.iter().any(|entry| entry.legs.len() > 1) {
            self.appended.journal.pop();
        }
        if let (Some(entry), Some(key)) = (outbox_entry(event, customer_id), key) {
            let row = vouch("outbox", entry.row(seq, key), &self.shared.store_key);
            self.appended.outbox.push(row);
        }
        self.head = Head {
            seq,
            hash,
            business_date: Some(row.business_date.clone()),
        };
        self.appended.events.push(row);
        self.something_happened = true;
        self.touch(event, seq);
        Ok(())
    }

    /// A new customer gets a key of its own before anything of theirs is stored.
    fn key_for(&mut self, event: &Event) {
        if let Event::CustomerRecorded { customer_id, .. } = event {
            self.loaded
                .keys
                .insert(*customer_id, CustomerKey::generate(*customer_id));
            self.new_keys.push(*customer_id);
        }
    }

    fn touch(&mut self, event: &Event, seq: i64) {
        let touched = &mut self.touched;
        match event.stream() {
            Stream::Branch => touched.branch = true,
            Stream::User(id) => {
                touched.users.insert(id);
            }
            Stream::Customer(id) => {
                touched.customers.insert(id);
            }
            Stream::Product(id) => {
                touched.products.insert(id);
            }
            Stream::Line(id) => {
                touched.lines.insert(id);
            }
        }
        if let Some(id) = event.movement_id() {
            // Only the first event of a movement counts; what was stored before keeps its own.
            touched.movements.entry(id).or_insert((seq, seq)).1 = seq;
        }
        match event {
            Event::StoreSetUp {
                branch_name,
                time_zone,
                ..
            } => {
                self.branch.name.clone_from(branch_name);
                self.branch.time_zone.clone_from(time_zone);
            }
            // Whatever follows, also in this batch, belongs to the next day.
            Event::DayClosed { next, .. } => self.business_date = *next,
            Event::AccountApproved {
                employee_number,
                founding,
                ..
            } => {
                touched.persons.insert(employee_number.clone());
                touched.branch |= founding;
            }
            // The counters of human numbers, and what the drawers hold.
            Event::CustomerRecorded { .. }
            | Event::ApplicationTaken { .. }
            | Event::CashMoved { .. }
            | Event::MovementReversed { .. } => touched.branch = true,
            Event::CustomerForgotten { customer_id, .. } => {
                touched.forgotten.insert(*customer_id);
            }
            Event::StatementRead { date, .. } => {
                touched.statements.insert(*date);
            }
            Event::FindingOpened { finding } => {
                touched.findings.insert(finding.id.clone());
            }
            Event::FindingResolved { finding_id, .. } => {
                touched.findings.insert(finding_id.clone());
            }
            _ => {}
        }
    }

    /// The rows of these lines as the run leaves them.
    async fn line_rows(&self, ids: &[LineId]) -> Result<Vec<Row>, Failure> {
        let mut made = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            if let Some(line) = self.loaded.world.lines.get(id) {
                let key = self.loaded.keys.get(&line.customer_id);
                let row = rows::line(line, key)?;
                made.push(vouch("lines", row, &self.shared.store_key));
            }
            give_way(place).await;
        }
        Ok(made)
    }

    /// The rows of every other view the run touched, once each, and what to tell the others.
    fn finish(&mut self) -> Result<Option<Change>, Failure> {
        let world = &self.loaded.world;
        let keys = &mut self.loaded.keys;
        for id in &self.new_keys {
            if let Some(key) = keys.get(id) {
                let wrapped = hex(&key.wrap(&self.shared.store_key));
                self.views
                    .customer_keys
                    .push(json!([id, key.version, wrapped]));
            }
        }
        let touched = &self.touched;
        for id in &touched.forgotten {
            keys.remove(id);
            self.views.customers_to_forget.push(json!([id]));
        }
        let store_key = &self.shared.store_key;
        if touched.branch {
            let row = vouch("branch", rows::branch(&world.branch), store_key);
            self.views.branch.push(row);
        }
        let users = touched.users.iter().filter_map(|id| world.users.get(id));
        self.views.users = vouch_all("users", users.map(rows::user), store_key);
        for number in &touched.persons {
            let row = json!([number, world.persons.get(number)]);
            self.views.persons.push(vouch("persons", row, store_key));
        }
        let products = touched
            .products
            .iter()
            .filter_map(|id| world.products.get(id));
        self.views.products = vouch_all("products", products.map(rows::product), store_key);
        for customer in touched
            .customers
            .iter()
            .filter_map(|id| world.customers.get(id))
        {
            let key = keys.get(&customer.id);
            let row = vouch("customers", rows::customer(customer, key)?, store_key);
            self.views.customers.push(row);
            self.views.customers_to_index.push(json!([customer.id]));
            if key.is_some() {
                self.views
                    .customer_terms
                    .extend(rows::customer_terms(customer));
                self.views
                    .blind_index
                    .extend(rows::blind_index(customer, &self.shared.store_key));
            }
        }
        for (id, (first, last)) in &touched.movements {
            if let Some(movement) = world.movements.get(id) {
                let first = self.loaded.requested_seqs.get(id).unwrap_or(first);
                let row = rows::movement(movement, *first, *last);
                self.views
                    .movements
                    .push(vouch("movements", row, store_key));
            }
        }
        let statements = touched.statements.iter();
        self.views.statements.extend(
            statements
                .filter_map(|date| world.statements.get(date))
                .map(rows::statement),
        );
        for date in &touched.statements {
            if let Some(statement) = world.statements.get(date) {
                let lines = rows::statement_lines(statement);
                self.views.statement_lines.extend(lines);
            }
        }
        let findings = touched.findings.iter();
        let findings = findings.filter_map(|id| world.findings.get(id));
        self.views.findings = vouch_all("findings", findings.map(rows::finding), store_key);
        if !self.something_happened {
            return Ok(None);
        }
        Ok(Some(Change {
            seq: u64::try_from(self.head.seq).unwrap_or(0),
            lines: touched.lines.iter().copied().collect(),
            customers: touched.customers.iter().copied().collect(),
            users: touched.users.iter().copied().collect(),
            products: touched.products.iter().copied().collect(),
            sync: !touched.movements.is_empty()
                || !touched.findings.is_empty()
                || !touched.statements.is_empty(),
        }))
    }
}

/// Where an event's payload stands: part of what authenticates its sealed members.
pub fn event_place(meta: &Meta) -> String {
    format!("events/{}/{}", meta.command_id, meta.ordinal)
}

/// How many events a stream has after the one just applied.
fn stream_version(world: &World, stream: Stream) -> Result<i64, Failure> {
    let version = match stream {
        Stream::Branch => Some(world.branch.version),
        Stream::User(id) => world.users.get(&id).map(|user| user.version),
        Stream::Customer(id) => world.customers.get(&id).map(|customer| customer.version),
        Stream::Product(id) => world.products.get(&id).map(|product| product.version),
        Stream::Line(id) => world.lines.get(&id).map(|line| line.version),
    };
    version
        .and_then(|version| i64::try_from(version).ok())
        .ok_or_else(|| Failure::Poison(format!("an event on the unknown stream {}", stream.kind())))
}

/// The outbox row of an event that queues a transfer.
pub fn outbox_entry(event: &Event, customer_id: Option<CustomerId>) -> Option<OutboxEntry<'_>> {
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
        return None;
    };
    Some(OutboxEntry {
        movement_id: *movement_id,
        line_id: *line_id,
        customer_id: customer_id?,
        kind: *kind,
        amount_minor: *amount_minor,
        currency: *currency,
        account: account.known()?,
        speed: *speed,
        line_number,
    })
}
