//! The engine: opens a store, signs people in, takes commands, answers questions. What the
//! window, the command line and the tests all talk to.

mod own_password;
mod passphrase;
mod preview;
mod reset;
mod reveal;
mod second_factor;

use crate::chain::HeadMark;
use crate::clock::Clock;
use crate::close::{self, close_due_lines};
use crate::guard::{self, Guarded, Look};
use crate::link::Link;
use crate::memory::Memory;
use crate::password::{self, Passwords};
use crate::payments::{AddressError, PaymentsClient, TIME_OUT};
use crate::seal::{HashCost, StoreKey};
use crate::sessions::{Sessions, Token};
use crate::store::load::{self, LoadError};
use crate::store::reads::{Reader, SignInFacts, Viewer};
use crate::store::{self, DataFolder, Identity, OpenError};
use crate::sync::{self, Dice, Handle, Pace, Sync};
use crate::verify::Finding;
use crate::writer::{BATCH_MAX, Beside, Job, Post, QUEUE_LENGTH, Shared, Verdict, Writer};
use domain::account::{AccountState, Role, User};
use domain::actor::{Actor, Ctx, Meta, NetworkState};
use domain::apply::apply;
use domain::calendar::Calendar;
use domain::command::{AskForAccount, Command, Internal, Order, PayOut, SetUpStore, Submission};
use domain::date::{BusinessDate, UtcMillis};
use domain::event::Event;
use domain::ids::*;
use domain::ledger::EntryKind;
use domain::money::Currency;
use domain::movement::MovementKind;
use domain::needs::Needs;
use domain::refusal::{ApiError, ErrorCode, FaultCode, Refusal, RefusalCode};
use domain::replay::Cause;
use domain::view::*;
use serde_json::json;
use sqlx::SqlitePool;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The shortest passphrase a new store takes.
pub const PASSPHRASE_LEAST: usize = 12;
/// How long a full queue is waited for before a caller is told "busy".
const QUEUE_PATIENCE: Duration = Duration::from_secs(2);
/// How long a job under way may take to end when the program stops.
pub const STOP_PATIENCE: Duration = Duration::from_secs(2);
/// Why nothing is sent after a restore.
const HELD: &str =
    "the store was restored: it is compared with the network before anything is sent";
/// And after somebody wrote into it.
const ALTERED: &str =
    "the store was altered outside the program: an admin has to look before anything is sent";
const STRANGERS_EVERY: Duration = Duration::from_secs(60);

/// Where the payments network is, and what it knows us by.
#[derive(Clone)]
pub struct NetworkAddress {
    pub url: String,
    pub token: String,
    pub time_out: Duration,
    pub pace: Pace,
}

impl NetworkAddress {
    pub fn new(url: &str, token: &str) -> NetworkAddress {
        NetworkAddress {
            url: url.to_owned(),
            token: token.to_owned(),
            time_out: TIME_OUT,
            pace: Pace::default(),
        }
    }
}

/// What a fresh store is set up with.
#[derive(Clone, Debug)]
pub struct Founding {
    pub branch_name: String,
    pub currency: Currency,
    /// IANA name.
    pub time_zone: String,
    pub demo: bool,
}

pub struct Options {
    pub data_dir: PathBuf,
    pub passphrase: Zeroizing<String>,
    /// How dear a password hash is. Tests use the least that is allowed.
    pub hash_cost: HashCost,
    pub founding: Founding,
    pub network: Option<NetworkAddress>,
    pub clock: Clock,
    /// The most one commit carries; one makes every command its own commit.
    pub batch_max: usize,
    /// Where the head of the log is remembered outside the store; nowhere unless told.
    pub state_dir: Option<PathBuf>,
    /// Events of the log that are read before the store opens; a longer one is read to its end
    /// behind the window.
    pub tail: i64,
}

impl Options {
    pub fn new(data_dir: &Path, passphrase: &str, founding: Founding) -> Options {
        Options {
            data_dir: data_dir.to_owned(),
            passphrase: Zeroizing::new(passphrase.to_owned()),
            hash_cost: HashCost::USUAL,
            founding,
            network: None,
            clock: Clock::System,
            batch_max: BATCH_MAX,
            state_dir: None,
            tail: guard::TAIL,
        }
    }
}

/// A sign-up whose password is hashed.
#[derive(Clone)]
pub struct HashedSignUp {
    id: CommandId,
    ask: AskForAccount,
    phc: String,
    content: String,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("the store could not be set up: {0}")]
    SetUp(ApiError),
    #[error("the store is damaged: {0}")]
    Read(ApiError),
}

impl From<LoadError> for StartError {
    fn from(error: LoadError) -> Self {
        StartError::Open(error.into())
    }
}

impl From<sqlx::Error> for StartError {
    fn from(error: sqlx::Error) -> Self {
        StartError::Open(error.into())
    }
}

/// The way into the writer's queue, for everybody who may give orders.
#[derive(Clone)]
pub struct Orders {
    queue: mpsc::Sender<Post>,
    shared: Arc<Shared>,
    pool: SqlitePool,
    /// Whether the whole log was read since the start.
    proven: watch::Receiver<bool>,
}

impl Orders {
    pub fn now(&self) -> UtcMillis {
        self.shared.clock.now()
    }

    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub fn store_key(&self) -> &StoreKey {
        &self.shared.store_key
    }

    /// Sync tells whether the network answers; the rules read it.
    pub fn note_online(&self, online: bool) {
        let was = self.shared.online.swap(online, Ordering::SeqCst);
        if was != online {
            let change = Change {
                seq: 0,
                lines: Vec::new(),
                customers: Vec::new(),
                users: Vec::new(),
                products: Vec::new(),
                sync: true,
            };
            // Nobody listening is fine.
            let _ = self.shared.changes.send(change);
        }
    }

    /// How far the network's events were read.
    pub fn cursor(&self) -> Option<String> {
        self.shared.branch().cursor.clone()
    }

    /// Whether nothing may be sent before the store is compared with the network.
    pub fn held(&self) -> bool {
        self.shared.branch().held_in_epoch.is_some()
    }

    /// Whether an admin has to look at what was altered before anything is sent.
    pub fn altered(&self) -> bool {
        !self.shared.branch().altered.is_empty()
    }

    /// Something else wrote this row.
    pub(crate) fn alarm(&self, table: &str, row: String) {
        let (table, what) = (
            table.to_owned(),
            "it was altered outside the program".to_owned(),
        );
        // Nobody listens once the program stops; the next start finds it again.
        let _ = self.shared.alarms.send(Finding { table, row, what });
    }

    /// Whether the whole log was read since the start: nothing is sent before.
    pub fn proven(&self) -> bool {
        *self.proven.borrow()
    }

    /// Waits until it was. At once where the log is short. An error where it cannot be read to its
    /// end: what waits for it does not pass then.
    pub async fn until_proven(&self) -> Result<(), ApiError> {
        let mut proven = self.proven.clone();
        match proven.wait_for(|proven| *proven).await {
            Ok(_) => Ok(()),
            Err(_) => Err(FaultCode::StoreUnavailable.into()),
        }
    }

    /// The last day whose statement was read.
    pub fn reconciled_through(&self) -> Option<BusinessDate> {
        self.shared.branch().reconciled_through
    }

    /// The money of the branch, once it is set up.
    pub fn currency(&self) -> Option<Currency> {
        let branch = self.shared.branch();
        Some(branch.set_up.as_ref()?.currency)
    }

    /// The days on which the branch and the network do not work.
    pub fn calendar(&self) -> Calendar {
        self.shared.branch().calendar.clone()
    }

    /// The epoch of the store: a restore begins another.
    pub fn epoch(&self) -> u64 {
        u64::try_from(self.shared.identity.epoch).unwrap_or(0)
    }

    /// On how many lines something falls due with the close of this date.
    pub async fn count_due(&self, date: BusinessDate) -> Result<u64, ApiError> {
        let counted = store::days::count_due(&self.pool, date).await;
        counted.map_err(|_| FaultCode::StoreUnavailable.into())
    }

    /// The last business date that was closed.
    pub async fn closed_through(&self) -> Result<Option<BusinessDate>, ApiError> {
        let mut connection = self
            .pool
            .acquire()
            .await
            .map_err(|_| FaultCode::StoreUnavailable)?;
        let loaded = load::world(&mut connection, &Needs::default(), self.store_key())
            .await
            .map_err(|_| FaultCode::StoreUnavailable)?;
        Ok(loaded.world.branch.closed_through)
    }

    /// The date the branch works in.
    pub fn business_date(&self) -> BusinessDate {
        self.shared.business_date()
    }

    /// An order of the program itself.
    pub async fn internal(&self, internal: Internal) -> Result<(), ApiError> {
        let id = CommandId(crate::chance::new_id(self.now()));
        self.give(id, Actor::Program, Order::Internal(internal), None, &[])
            .await?
            .done()
    }

    async fn give(
        &self,
        id: CommandId,
        actor: Actor,
        order: Order,
        beside: Option<Beside>,
        content: &[u8],
    ) -> Result<Verdict, ApiError> {
        let (answer, answered) = oneshot::channel();
        let content_mac = self.shared.store_key.receipt_mac(content);
        let job = Box::new(Job {
            id,
            actor,
            order,
            content_mac,
            beside,
            asked_at: self.now(),
            answer,
        });
        self.post(Post::Job(job)).await?;
        // The writer ended without an answer: only the store knows what became of it.
        answered.await.map_err(|_| FaultCode::OutcomeUnknown.into())
    }

    /// The queue as it is just now.
    fn queue_view(&self) -> QueueView {
        let queued = self.queue.max_capacity() - self.queue.capacity();
        self.shared.gauge().view(self.now(), queued)
    }

    async fn post(&self, post: Post) -> Result<(), ApiError> {
        match self.queue.send_timeout(post, QUEUE_PATIENCE).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(FaultCode::Busy.into()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => {
                Err(FaultCode::StoreUnavailable.into())
            }
        }
    }
}

pub struct Engine {
    orders: Orders,
    reader: Reader,
    sessions: Sessions,
    passwords: Passwords,
    sync: Handle,
    strangers: Arc<Mutex<BTreeMap<String, u32>>>,
    sync_task: Mutex<Option<JoinHandle<()>>>,
    report_task: AbortHandle,
    /// What looks after the store beside the writer: alarms, the memory outside, the long log.
    keepers: Vec<AbortHandle>,
    memory: Option<Memory>,
    heads: watch::Receiver<HeadMark>,
    _folder: DataFolder,
}

impl Engine {
    /// Opens the store of a data folder, or founds one in an empty folder.
    pub async fn open(options: Options) -> Result<Engine, StartError> {
        let client = options
            .network
            .as_ref()
            .map(|network| PaymentsClient::new(&network.url, &network.token, network.time_out))
            .transpose()?;
        let folder = DataFolder::lock(&options.data_dir)?;
        let path = folder.store_path();
        let fresh = !folder.has_store();
        if fresh && options.passphrase.chars().count() < PASSPHRASE_LEAST {
            return Err(OpenError::ShortPassphrase(PASSPHRASE_LEAST).into());
        }
        let mut connection = store::connect_writer(&path).await?;
        store::make_private(&path).map_err(|error| OpenError::Folder(path.clone(), error))?;
        store::migrate(&mut connection).await?;
        let look = Look {
            state_dir: options.state_dir.as_deref(),
            data_dir: &options.data_dir,
            tail: options.tail,
        };
        let guarded = match store::identity(&mut connection).await? {
            Some((identity, wrapped)) => {
                let passphrase = options.passphrase.clone();
                let opened =
                    tokio::task::spawn_blocking(move || StoreKey::unwrap(&passphrase, &wrapped))
                        .await;
                let store_key = opened
                    .map_err(|_| OpenError::WrongPassphrase)?
                    .map_err(|_| OpenError::WrongPassphrase)?;
                if store_key.vouches() {
                    guard::looked_at(&mut connection, identity, store_key, &look).await?
                } else {
                    let unlocked = (store_key, options.passphrase.as_str(), options.hash_cost);
                    guard::raised(&mut connection, identity, unlocked, &look).await?
                }
            }
            None => {
                let now = options.clock.now();
                let identity = Identity {
                    store_id: StoreId(crate::chance::new_id(now)).to_string(),
                    device_id: DeviceId(crate::chance::new_id(now)).to_string(),
                    epoch: 1,
                    demo: options.founding.demo,
                };
                let (passphrase, cost) = (&options.passphrase, options.hash_cost);
                let keys = store::found(&mut connection, &identity, passphrase, cost).await?;
                guard::founded(&mut connection, identity, keys, &look).await?
            }
        };
        guard::begin_to_remember(&mut connection, &guarded).await?;
        let Guarded {
            identity,
            store_key,
            device,
            faults,
            long,
            memory,
        } = guarded;
        let public_key = load::hex(&device.public());
        let keyless = store::keyless_customers(&mut connection).await?;
        let demo = identity.demo;
        let (changes, _) = broadcast::channel(1_024);
        let head = load::head(&mut connection).await?;
        let (heads, head_seen) = watch::channel(head.mark(identity.epoch));
        let (alarms, alarms_heard) = mpsc::unbounded_channel();
        let (proves, proven) = watch::channel(!long);
        let shared = Arc::new(Shared::new(
            store_key.clone(),
            identity.clone(),
            options.clock.clone(),
            device,
            changes,
            heads,
            alarms,
        ));
        let writer = Writer::open(
            path.clone(),
            connection,
            shared.clone(),
            options.batch_max,
            &options.founding.time_zone,
        )
        .await?;
        let (queue, posts) = mpsc::channel(QUEUE_LENGTH);
        let pool = store::connect_readers(&path).await?;
        let orders = Orders {
            queue,
            shared: shared.clone(),
            pool: pool.clone(),
            proven,
        };
        // Ends when it is told to, after everything before that is written.
        drop(tokio::spawn(writer.run(posts)));
        set_up_if_fresh(&orders, &options.founding).await?;
        orders
            .internal(Internal::RecordDeviceKey { public_key })
            .await
            .map_err(StartError::Read)?;
        if !faults.is_empty() {
            let told = guard::tell(&orders, &faults).await;
            told.map_err(StartError::Read)?;
        }
        // A row that was altered and could not be made anew fails whoever needs it; the window opens
        // all the same, so that somebody can look.
        let bearable = |done: Result<(), ApiError>| match done {
            Err(_) if !faults.is_empty() => Ok(()),
            done => done.map_err(StartError::Read),
        };
        for id in keyless {
            if let Ok(customer_id) = id.parse() {
                let forgotten = Internal::NoteForgotten { customer_id };
                bearable(orders.internal(forgotten).await)?;
            }
        }

        let reader = reader_of(&pool, store_key, demo).await?;
        let branch = reader.branch().await;
        let branch = branch.map_err(|error| StartError::Read(error.into()))?;
        if let Some(set_up) = branch.set_up {
            let proposed = crate::clock::local_date(options.clock.now(), &set_up.time_zone);
            bearable(close::catch_up(&orders, proposed).await)?;
        }
        let handle = Handle::default();
        // Restoring a backup is a payment event: nothing is sent before all is compared.
        let epoch = orders.epoch();
        if epoch > 1 {
            orders
                .internal(Internal::HoldPayments { epoch })
                .await
                .map_err(StartError::Read)?;
        }
        let sync_task = client.map(|client| {
            let pace = options.network.as_ref().map(|network| network.pace);
            let sync = Sync::new(
                orders.clone(),
                Arc::new(client),
                handle.clone(),
                pace.unwrap_or_default(),
                sync::system_dice(),
            );
            tokio::spawn(sync.run(shared.changes.subscribe()))
        });
        let mut keepers =
            vec![tokio::spawn(raise_alarms(orders.clone(), alarms_heard)).abort_handle()];
        if let Some(memory) = memory.clone() {
            keepers.push(tokio::spawn(memory.follow(head_seen.clone())).abort_handle());
        }
        if long {
            let (orders, identity) = (orders.clone(), identity);
            let reading = async move {
                let read = {
                    let orders = orders.clone();
                    on_its_own(async move { guard::read_the_rest(&orders, &identity).await }).await
                };
                match read.unwrap_or_else(|| Err(FaultCode::Broken.into())) {
                    Ok(()) => {
                        proves.send_replace(true);
                    }
                    Err(error) => {
                        tracing::error!(%error, "the log could not be read to its end");
                        let (table, row) = ("events".to_owned(), "the log".to_owned());
                        let what = "it could not be read to its end".to_owned();
                        // Shown, and payments held by it. Unproven it stays in any case: with this
                        // task ends what could say otherwise.
                        let unread = Finding { table, row, what };
                        let _ = guard::tell(&orders, &[unread]).await;
                    }
                }
            };
            keepers.push(tokio::spawn(reading).abort_handle());
        }
        let strangers = Arc::new(Mutex::new(BTreeMap::new()));
        let report_task =
            tokio::spawn(report_strangers(orders.clone(), strangers.clone())).abort_handle();
        Ok(Engine {
            orders,
            reader,
            sessions: Sessions::default(),
            passwords: Passwords::new(options.hash_cost),
            sync: handle,
            strangers,
            sync_task: Mutex::new(sync_task),
            report_task,
            keepers,
            memory,
            heads: head_seen,
            _folder: folder,
        })
    }

    /// Lets what waits be written, then closes the store. The readers go first: only the last
    /// connection to close can fold the write-ahead log into the file, and what was forgotten
    /// is gone from the disk only then.
    pub async fn stop(&self) {
        self.sync.stop();
        self.report_task.abort();
        for keeper in &self.keepers {
            keeper.abort();
        }
        let sync_task = self
            .sync_task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut task) = sync_task
            && tokio::time::timeout(STOP_PATIENCE, &mut task)
                .await
                .is_err()
        {
            // What is cut off while sending is doubt at the next start, and safe.
            task.abort();
        }
        self.reader.pool.close().await;
        let (done, stopped) = oneshot::channel();
        if self.orders.queue.send(Post::Stop(done)).await.is_ok() {
            let _ = stopped.await;
        }
        if let Some(memory) = self.memory.clone() {
            let mark = *self.heads.borrow();
            let kept = tokio::task::spawn_blocking(move || memory.keep_last(&mark)).await;
            if !matches!(kept, Ok(Ok(()))) {
                tracing::warn!("how far the log goes could not be kept outside the store");
            }
        }
    }

    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.orders.shared.changes.subscribe()
    }

    pub fn orders(&self) -> &Orders {
        &self.orders
    }

    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    pub fn clock(&self) -> &Clock {
        &self.orders.shared.clock
    }

    // --- People ------------------------------------------------------------------------------

    pub async fn store_view(&self) -> Result<StoreView, ApiError> {
        Ok(self
            .reader
            .store_view(self.orders.shared.business_date())
            .await?)
    }

    pub async fn sign_up(&self, form: SignUp) -> Result<SignedUp, ApiError> {
        let hashed = self.hash_sign_up(form).await?;
        self.sign_up_hashed(hashed).await
    }

    /// The password is hashed before anything is queued, so that the writer never waits for it.
    pub async fn hash_sign_up(&self, form: SignUp) -> Result<HashedSignUp, ApiError> {
        let login = form.login.trim().to_lowercase();
        let name = form.name.trim().to_owned();
        password::check(&form.password, &[&login, &name, &self.reader.branch_name])?;
        let password = Zeroizing::new(form.password);
        let salt = self.orders.store_key().password_salt(form.id);
        let phc = self.passwords.hash(&password, salt).await?;
        let credential_print = self.orders.store_key().credential_print(&phc);
        let content = json!([
            form.user_id,
            login,
            name,
            form.employee_number,
            form.admin,
            credential_print
        ]);
        let ask = AskForAccount {
            user_id: form.user_id,
            login,
            name,
            employee_number: form.employee_number.trim().to_ascii_uppercase(),
            admin: form.admin,
            credential_print,
        };
        Ok(HashedSignUp {
            id: form.id,
            ask,
            phc,
            content: content.to_string(),
        })
    }

    /// From here on it is the writer who says what becomes of it, one after the other.
    pub async fn sign_up_hashed(&self, hashed: HashedSignUp) -> Result<SignedUp, ApiError> {
        let user_id = hashed.ask.user_id;
        let order = Order::Internal(Internal::AskForAccount(hashed.ask));
        let credential = Some(Beside::Credential(user_id, hashed.phc));
        let given = self
            .orders
            .give(
                hashed.id,
                Actor::Guest,
                order,
                credential,
                hashed.content.as_bytes(),
            )
            .await?;
        match given {
            Verdict::Done { .. } | Verdict::Nothing => {
                let user = self.reader.user(user_id).await?;
                Ok(SignedUp {
                    user_id: user.id,
                    active: user.state == AccountState::Active,
                })
            }
            Verdict::Refused(refusal) => {
                self.note_stranger(ErrorCode::Refused(refusal.code));
                Err(refusal.into())
            }
            Verdict::Fault(fault) => Err(fault.into()),
        }
    }

    /// Same words and same time for an unknown name and a wrong password.
    pub async fn sign_in(&self, form: SignIn) -> Result<(Token, SessionView), ApiError> {
        let login = form.login.trim().to_lowercase();
        let password = Zeroizing::new(form.password);
        let facts = self.reader.sign_in_facts(&login).await?;
        let phc = facts.as_ref().map(|facts| facts.phc.clone());
        let user = self.judge_password(facts, &password).await?;
        let user_id = user.id;
        let step = self.judge_code(&user, form.code).await?;
        self.orders
            .internal(Internal::SignInSucceeded { user_id, step })
            .await?;
        if phc.is_some_and(|phc| self.passwords.outdated(&phc)) {
            self.renew_credential(user_id, &password).await?;
        }
        let token = self.sessions.begin(user_id, self.orders.now());
        let view = self.session_view(user_id).await?;
        Ok((token, view))
    }

    /// The account whose password this is. A wrong one counts, whoever is asked for it and why.
    async fn judge_password(
        &self,
        facts: Option<SignInFacts>,
        password: &str,
    ) -> Result<User, ApiError> {
        let now = self.orders.now();
        if facts.as_ref().is_some_and(|facts| !facts.user.may_try(now)) {
            return Err(RefusalCode::AccountLocked.into_api());
        }
        let right = self
            .passwords
            .verify(password, facts.as_ref().map(|facts| facts.phc.as_str()))
            .await?;
        let Some(facts) = facts else {
            self.note_stranger(ErrorCode::Fault(FaultCode::WrongCredentials));
            return Err(FaultCode::WrongCredentials.into());
        };
        let user_id = facts.user.id;
        // A hash put in another's place opens nothing, whatever password it is of.
        let print = self.orders.store_key().credential_print(&facts.phc);
        if print != facts.user.credential_print {
            let what = "the password is not the one the log vouches for".to_owned();
            let (table, row) = ("credentials".to_owned(), user_id.to_string());
            // Nobody listens once the program stops.
            let _ = self.orders.shared.alarms.send(Finding { table, row, what });
            return Err(FaultCode::WrongCredentials.into());
        }
        if !right {
            // Counted by the writer: guesses under way at once are judged one after another.
            self.orders
                .internal(Internal::SignInFailed { user_id })
                .await?;
            return Err(FaultCode::WrongCredentials.into());
        }
        Ok(facts.user)
    }

    /// Hashes the right password as dearly as is asked for now.
    async fn renew_credential(&self, user_id: UserId, password: &str) -> Result<(), ApiError> {
        let id = CommandId(crate::chance::new_id(self.orders.now()));
        let salt = self.orders.store_key().password_salt(id);
        let phc = self.passwords.hash(password, salt).await?;
        let credential_print = self.orders.store_key().credential_print(&phc);
        let order = Order::Internal(Internal::RenewCredential {
            user_id,
            credential_print,
        });
        let credential = Some(Beside::Credential(user_id, phc));
        self.orders
            .give(id, Actor::Program, order, credential, &[])
            .await?
            .done()
    }

    /// The password of a signed-in person once more, for one command that decides on what
    /// somebody else asked for. That very content then passes once, in this session, within
    /// [`PROOF_MS`](crate::sessions::PROOF_MS). The page is given nothing to keep.
    pub async fn prove(&self, token: &Token, form: Prove) -> Result<(), ApiError> {
        let in_flight = self.sessions.command(token, self.orders.now())?;
        let Prove { password, command } = form;
        let password = Zeroizing::new(password);
        let proven = self.judge_own_password(in_flight.user_id, &password).await;
        proven.map_err(|error| at_field("password", error))?;
        let now = self.orders.now();
        Ok(self
            .sessions
            .note_proof(token, self.content_mac(&command), now)?)
    }

    /// Stands for the content of a command, as its receipt has it.
    fn content_mac(&self, command: &Command) -> [u8; 32] {
        let content = load::json_text(command);
        self.orders.store_key().receipt_mac(content.as_bytes())
    }

    pub async fn session(&self, token: &Token) -> Result<SessionView, ApiError> {
        let user_id = self.sessions.user_unattended(token, self.orders.now())?;
        self.session_view(user_id).await
    }

    pub async fn sign_out(&self, token: &Token) -> Result<(), ApiError> {
        if let Some(user_id) = self.sessions.end(token) {
            self.orders
                .internal(Internal::SignedOut { user_id })
                .await?;
        }
        Ok(())
    }

    async fn session_view(&self, user_id: UserId) -> Result<SessionView, ApiError> {
        let user = self.reader.user(user_id).await?;
        let role = user.active_role().ok_or(FaultCode::SessionEnded)?;
        Ok(SessionView {
            user_id,
            login: user.login,
            name: user.name,
            role,
            second_factor: user.second_factor.is_some(),
            branch_name: self.reader.branch_name.to_string(),
            currency: self.reader.currency,
            business_date: self.orders.shared.business_date(),
            demo: self.reader.demo,
            last_time: self.reader.last_time(user_id).await?,
        })
    }

    /// Somebody is at the desk: what keeps a session open beside commands.
    pub fn present(&self, token: &Token) -> Result<(), ApiError> {
        self.sessions.user(token, self.orders.now())?;
        Ok(())
    }

    /// Who asks, as the store knows them now. Asking does not keep a session open: a page asks
    /// again by itself whenever something changes, whether or not anybody looks at it.
    pub async fn viewer(&self, token: &Token) -> Result<Viewer, ApiError> {
        let now = self.orders.now();
        let user_id = self.sessions.user_unattended(token, now)?;
        let user = self.reader.user(user_id).await?;
        if user.active_role().is_none() {
            self.sessions.end_all_of(user_id);
            return Err(FaultCode::SessionEnded.into());
        }
        Ok(Viewer {
            user,
            today: self.orders.shared.business_date(),
            now,
        })
    }

    /// The admins' desk, for admins alone; whoever else asks for it is refused, and counted.
    pub async fn admin_desk(&self, token: &Token) -> Result<AdminDesk, ApiError> {
        let viewer = self.viewer(token).await?;
        if viewer.user.active_role() != Some(Role::Admin) {
            self.note_stranger(ErrorCode::Refused(RefusalCode::AdminOnly));
            return Err(Refusal::from(RefusalCode::AdminOnly).into());
        }
        Ok(self.reader.admin_desk(&viewer).await?)
    }

    /// One's own drawer and day sheet; those of others are for admins.
    pub async fn counter(
        &self,
        token: &Token,
        asked: &CounterQuery,
    ) -> Result<CounterView, ApiError> {
        let viewer = self.viewer(token).await?;
        let admin = viewer.user.active_role() == Some(Role::Admin);
        let teller = asked.teller_id.unwrap_or(viewer.user.id);
        if teller != viewer.user.id && !admin {
            self.note_stranger(ErrorCode::Refused(RefusalCode::AdminOnly));
            return Err(Refusal::from(RefusalCode::AdminOnly).into());
        }
        let date = asked.date.unwrap_or(viewer.today);
        Ok(self.reader.counter(&viewer, teller, date, admin).await?)
    }

    /// An unreadable or unsigned request, counted by code; one summary a minute is an event.
    pub fn note_stranger(&self, code: ErrorCode) {
        let name = json!(code).as_str().unwrap_or("unknown").to_owned();
        let mut strangers = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *strangers.entry(name).or_insert(0) += 1;
    }

    // --- Commands ----------------------------------------------------------------------------

    /// Takes a command of a signed-in person, answers when it is on the disk and shows what it
    /// changed.
    pub async fn submit(
        &self,
        token: &Token,
        mut submission: Submission,
    ) -> Result<Answer, ApiError> {
        let minted = self.mint_reset_code(&mut submission.command);
        let concerns = Concern::of(&submission.command);
        let done = self.submit_only(token, submission).await?;
        let viewer = Viewer {
            user: self.reader.user(done.user_id).await?,
            today: self.orders.shared.business_date(),
            now: self.orders.now(),
        };
        let fresh = match concerns {
            Concern::Line(line_id) => {
                Fresh::Line(Box::new(self.reader.line(&viewer, line_id).await?))
            }
            Concern::Customer(id) => {
                Fresh::Customer(Box::new(self.reader.customer(&viewer, id).await?))
            }
            Concern::Product(id) => Fresh::Product(Box::new(self.reader.product(id).await?)),
            Concern::Nothing => match minted {
                Some(minted) => self.shown_once(minted).await?,
                None => Fresh::Nothing,
            },
        };
        Ok(Answer {
            id: done.id,
            first_seq: done.first_seq,
            last_seq: done.last_seq,
            fresh,
        })
    }

    /// The same for whoever does not look at it: answered when it is on the disk.
    pub async fn submit_only(
        &self,
        token: &Token,
        submission: Submission,
    ) -> Result<Done, ApiError> {
        let in_flight = self.sessions.command(token, self.orders.now())?;
        if !in_flight.slowed_by.is_zero() {
            tokio::time::sleep(in_flight.slowed_by).await;
        }
        let Submission { id, command } = submission;
        let user_id = in_flight.user_id;
        let proven = command.kind().asks_password()
            && self
                .sessions
                .take_proof(token, &self.content_mac(&command), self.orders.now());
        let actor = if proven {
            Actor::Proven(user_id)
        } else {
            Actor::User(user_id)
        };
        let given = self.carry(actor, id, command).await;
        if given.as_ref().is_err_and(ApiError::is_refusal) {
            self.sessions.note_refusal(token, self.orders.now());
        }
        let (first_seq, last_seq) = given?;
        Ok(Done {
            id,
            user_id,
            first_seq,
            last_seq,
        })
    }

    /// A command without a session and a password: the caller stands in for the person, as the
    /// demonstration, the bench and the stories do. Never for what comes from a page or a file;
    /// the tidy test keeps the shell from it.
    pub async fn give_command(
        &self,
        user_id: UserId,
        id: CommandId,
        command: Command,
    ) -> Result<(u64, u64), ApiError> {
        self.carry(Actor::Proven(user_id), id, command).await
    }

    async fn carry(
        &self,
        actor: Actor,
        id: CommandId,
        command: Command,
    ) -> Result<(u64, u64), ApiError> {
        let content = load::json_text(&command);
        let closes_day = matches!(command, Command::CloseDay(_));
        let shut_out = match &command {
            Command::SetRole(c) => Some(c.user_id),
            Command::DisableAccount(c) => Some(c.user_id),
            _ => None,
        };
        if waits_for_the_log(&command) {
            self.orders.until_proven().await?;
        }
        if closes_day {
            // What an earlier close left undone comes before this one.
            close_due_lines(&self.orders).await?;
        }
        let order = Order::Desk(Box::new(command));
        let verdict = self
            .orders
            .give(id, actor, order, None, content.as_bytes())
            .await?;
        match verdict {
            Verdict::Done {
                first_seq,
                last_seq,
            } => {
                if closes_day {
                    close_due_lines(&self.orders).await?;
                }
                if let Some(user_id) = shut_out {
                    self.sessions.end_all_of(user_id);
                }
                Ok((
                    u64::try_from(first_seq).unwrap_or(0),
                    u64::try_from(last_seq).unwrap_or(0),
                ))
            }
            Verdict::Nothing => Ok((0, 0)),
            Verdict::Refused(refusal) => Err(refusal.into()),
            Verdict::Fault(fault) => Err(fault.into()),
        }
    }

    // --- Questions ---------------------------------------------------------------------------

    pub async fn sync_view(&self, token: &Token) -> Result<SyncView, ApiError> {
        let viewer = self.viewer(token).await?;
        let facts = self.reader.transfers(&viewer).await?;
        let circuit = self.sync.circuit();
        let (open_findings, reconciled_through, held) = self.reader.reconciled().await?;
        let altered = self.orders.altered();
        let waiting = facts.queued + facts.sending + facts.unknown;
        let transfers = QueueView {
            waiting,
            oldest_at: facts.oldest_queued_at,
            ..self.sync.gauge().view(viewer.now, 0)
        };
        // The worst that is true.
        let mark = if facts.needs_review > 0 || open_findings > 0 {
            SyncMark::NeedsYou
        } else if circuit.paused || held {
            SyncMark::Failing
        } else if !circuit.online {
            SyncMark::Offline
        } else if facts.unknown > 0 {
            SyncMark::Failing
        } else if waiting > 0 {
            SyncMark::Waiting
        } else {
            SyncMark::Online
        };
        let in_doubt =
            || (facts.unknown > 0).then(|| "a transfer's outcome is being checked".to_owned());
        Ok(SyncView {
            network: if circuit.online {
                NetworkState::Online
            } else {
                NetworkState::Offline
            },
            mark,
            queued: facts.queued,
            sending: facts.sending,
            unknown: facts.unknown,
            accepted: facts.accepted,
            needs_review: facts.needs_review,
            since: circuit.since,
            why: circuit
                .why
                .clone()
                .or_else(|| altered.then(|| ALTERED.to_owned()))
                .or_else(|| held.then(|| HELD.to_owned()))
                .or_else(in_doubt),
            last_contact_at: circuit.last_contact_at,
            oldest_queued_at: facts.oldest_queued_at,
            jobs: facts.jobs,
            paused: circuit.paused,
            held,
            open_findings,
            reconciled_through,
            orders: self.orders.queue_view(),
            transfers,
        })
    }

    /// What of the payments a person has to look at.
    pub async fn attention(&self, token: &Token) -> Result<AttentionView, ApiError> {
        let viewer = self.viewer(token).await?;
        Ok(self.reader.attention(&viewer).await?)
    }

    /// Tries the network now: a signed-in person does not want to wait for the next probe.
    pub async fn try_network(&self, token: &Token) -> Result<(), ApiError> {
        self.viewer(token).await?;
        self.sync.wake();
        Ok(())
    }

    /// Looks at the network now instead of at the next turn.
    pub fn wake_sync(&self) {
        self.sync.wake();
    }

    /// Compares with the network's statements now: for admins.
    pub async fn reconcile(&self, token: &Token) -> Result<(), ApiError> {
        let viewer = self.viewer(token).await?;
        if viewer.user.active_role() != Some(Role::Admin) {
            self.note_stranger(ErrorCode::Refused(RefusalCode::AdminOnly));
            return Err(Refusal::from(RefusalCode::AdminOnly).into());
        }
        self.sync.reconcile();
        Ok(())
    }

    /// A sync job over a network of the caller's, in the caller's hands: it does nothing but what
    /// its turns do. For a store that was opened without a network of its own.
    pub fn sync_over<L: Link>(&self, link: Arc<L>, pace: Pace, dice: Dice) -> Sync<L> {
        Sync::new(self.orders.clone(), link, self.sync.clone(), pace, dice)
    }

    /// Asks for the statements at the next turn, without anybody signed in: what `sync_over`'s
    /// caller uses.
    pub fn sync_handle(&self) -> &Handle {
        &self.sync
    }

    pub async fn keep_draft(
        &self,
        token: &Token,
        name: String,
        content: Option<String>,
    ) -> Result<(), ApiError> {
        let user_id = self.sessions.user(token, self.orders.now())?;
        store::drafts::check(&name, content.as_deref().unwrap_or(""))?;
        let sealed =
            content.map(|content| self.orders.store_key().seal_draft(user_id, &name, &content));
        let (answer, kept) = oneshot::channel();
        self.orders
            .post(Post::Draft {
                user_id,
                name,
                sealed,
                answer,
            })
            .await?;
        Ok(kept.await.map_err(|_| FaultCode::StoreUnavailable)??)
    }

    pub async fn load_draft(&self, token: &Token, name: &str) -> Result<Option<String>, ApiError> {
        let user_id = self.sessions.user(token, self.orders.now())?;
        let mut connection = self
            .orders
            .pool
            .acquire()
            .await
            .map_err(|_| FaultCode::StoreUnavailable)?;
        let sealed = store::drafts::sealed(&mut connection, user_id, name).await;
        let sealed = sealed.map_err(|_| FaultCode::StoreUnavailable)?;
        let open = |sealed: String| self.orders.store_key().open_draft(user_id, name, &sealed);
        Ok(sealed
            .map(open)
            .transpose()
            .map_err(|_| FaultCode::Broken)?)
    }
}

/// A store opened for reading beside a program that may have it open: the command line's reads.
pub struct Reading {
    pub reader: Reader,
    pub viewer: Viewer,
}

impl Reading {
    /// Needs the passphrase and no account: whoever holds the file and its passphrase can read
    /// it with any other program, too.
    pub async fn open(
        data_dir: &Path,
        passphrase: &str,
        clock: &Clock,
    ) -> Result<Reading, StartError> {
        let folder = DataFolder::beside(data_dir)?;
        let pool = store::connect_readers(&folder.store_path()).await?;
        let mut connection = pool.acquire().await?;
        let (identity, wrapped) = store::identity(&mut connection)
            .await?
            .ok_or_else(|| OpenError::NoStore(data_dir.to_owned()))?;
        let head = load::head(&mut connection).await?;
        drop(connection);
        let store_key =
            StoreKey::unwrap(passphrase, &wrapped).map_err(|_| OpenError::WrongPassphrase)?;
        let reader = reader_of(&pool, Arc::new(store_key), identity.demo).await?;
        let now = clock.now();
        let branch = reader
            .branch()
            .await
            .map_err(|error| StartError::Read(error.into()))?;
        let closed = branch.closed_through;
        let zone = branch
            .set_up
            .map_or_else(|| "UTC".to_owned(), |set_up| set_up.time_zone);
        // As the writer has it: the day after the last one closed, or the zone's date unless a
        // later one was worked in.
        let zones = crate::clock::local_date(now, &zone);
        let worked_in = head.business_date.and_then(|text| text.parse().ok());
        let proposed = worked_in.map_or(zones, |worked_in: BusinessDate| worked_in.max(zones));
        let viewer = Viewer {
            user: nobody(),
            today: closed.map_or(proposed, |closed| closed.plus_days(1)),
            now,
        };
        Ok(Reading { reader, viewer })
    }
}

/// Stands for the command line where a read asks who looks; may do nothing.
fn nobody() -> User {
    User {
        id: UserId(Uuid::nil()),
        version: 0,
        login: String::new(),
        name: String::new(),
        employee_number: String::new(),
        admin_requested: false,
        state: AccountState::Active,
        role: Some(Role::Staff),
        person_id: Some(PersonId(Uuid::nil())),
        credential_print: String::new(),
        asked_at: UtcMillis(0),
        failures: 0,
        wait_until: None,
        last_signed_in_at: None,
        reset: None,
        second_factor: None,
        admin_until: None,
        let_in_by: None,
    }
}

async fn reader_of(
    pool: &SqlitePool,
    store_key: Arc<StoreKey>,
    demo: bool,
) -> Result<Reader, StartError> {
    let mut reader = Reader {
        pool: pool.clone(),
        store_key,
        branch_name: "".into(),
        currency: Currency::USD,
        demo,
    };
    let branch = reader
        .branch()
        .await
        .map_err(|error| StartError::Read(error.into()))?;
    if let Some(set_up) = branch.set_up {
        reader.branch_name = set_up.branch_name.into();
        reader.currency = set_up.currency;
    }
    Ok(reader)
}

/// Does work that takes a lot of memory on a thread of its own, until it is done or nobody waits for
/// it any more. What a thread took is given back to the system when it ends; what the runtime's
/// threads took lies between what they go on using, and stays: hundreds of megabytes after a fold.
/// Nothing is returned where the work panicked.
async fn on_its_own<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let runtime = tokio::runtime::Handle::current();
    let (done, outcome) = oneshot::channel();
    std::thread::spawn(move || {
        let mut done = done;
        runtime.block_on(async {
            tokio::select! {
                outcome = work => {
                    // Whoever waited may have gone in this very moment.
                    let _ = done.send(outcome);
                }
                () = done.closed() => {}
            }
        });
    });
    outcome.await.ok()
}

async fn set_up_if_fresh(orders: &Orders, founding: &Founding) -> Result<(), StartError> {
    let mut connection = orders.pool.acquire().await?;
    let loaded = load::world(&mut connection, &Needs::default(), orders.store_key()).await?;
    drop(connection);
    if loaded.world.branch.set_up.is_some() {
        return Ok(());
    }
    let store_id = orders
        .shared
        .identity
        .store_id
        .parse()
        .unwrap_or(StoreId(Uuid::nil()));
    let set_up = SetUpStore {
        store_id,
        branch_name: founding.branch_name.clone(),
        currency: founding.currency,
        time_zone: founding.time_zone.clone(),
        product_id: ProductId(crate::chance::new_id(orders.now())),
    };
    orders
        .internal(Internal::SetUpStore(set_up))
        .await
        .map_err(StartError::SetUp)
}

/// Approvals wait for the whole log to be read, and so does cash that leaves the branch.
fn waits_for_the_log(command: &Command) -> bool {
    let in_cash = |method: &PayOut| matches!(method, PayOut::Cash { .. });
    match command {
        Command::RequestDraw(c) => return in_cash(&c.method),
        Command::PayCashDraw(_) => return true,
        _ => {}
    }
    matches!(
        command,
        Command::ApproveApplication(_)
            | Command::ApproveAccount(_)
            | Command::ApproveDraw(_)
            | Command::BreakGlass(_)
            | Command::ApproveChange(_)
            | Command::SetRole(_)
            | Command::EnableAccount(_)
            | Command::IssueResetCode(_)
    )
}

/// Rows that something else wrote while the program ran, found when they were needed.
async fn raise_alarms(orders: Orders, mut alarms: mpsc::UnboundedReceiver<Finding>) {
    while let Some(found) = alarms.recv().await {
        // The next start finds it again.
        let _ = guard::tell(&orders, &[found]).await;
    }
}

async fn report_strangers(orders: Orders, strangers: Arc<Mutex<BTreeMap<String, u32>>>) {
    loop {
        tokio::time::sleep(STRANGERS_EVERY).await;
        let counts = std::mem::take(&mut *strangers.lock().unwrap_or_else(PoisonError::into_inner));
        if !counts.is_empty() {
            let counts = counts.into_iter().collect();
            // A summary that cannot be written is not worth stopping for.
            let _ = orders.internal(Internal::ReportStrangers { counts }).await;
        }
    }
}

/// A command that is on the disk: the events it became, none where both are zero.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    pub id: CommandId,
    pub user_id: UserId,
    pub first_seq: u64,
    pub last_seq: u64,
}

/// What a command is about, and so which fresh view answers it.
enum Concern {
    Line(LineId),
    Customer(CustomerId),
    Product(ProductId),
    /// Nothing the answer has a view of.
    Nothing,
}

impl Concern {
    fn of(command: &Command) -> Concern {
        match command {
            Command::RecordCustomer(c) => Concern::Customer(c.customer_id),
            Command::UpdateCustomer(c) => Concern::Customer(c.customer_id),
            Command::AddBankAccount(c) => Concern::Customer(c.customer_id),
            Command::AuthorizeDebit(c) => Concern::Customer(c.customer_id),
            Command::ForgetCustomer(c) => Concern::Customer(c.customer_id),
            Command::AddContactNote(c) => Concern::Customer(c.customer_id),
            Command::DefineProduct(c) => Concern::Product(c.product_id),
            Command::TakeApplication(c) => Concern::Line(c.line_id),
            Command::RecordMissing(c) => Concern::Line(c.line_id),
            Command::SendIncompletenessNotice(c) => Concern::Line(c.line_id),
            Command::RecordCheck(c) => Concern::Line(c.line_id),
            Command::ApproveApplication(c) => Concern::Line(c.line_id),
            Command::RejectApplication(c) => Concern::Line(c.line_id),
            Command::CancelApplication(c) => Concern::Line(c.line_id),
            Command::RecordAgreement(c) => Concern::Line(c.line_id),
            Command::RequestDraw(c) => Concern::Line(c.line_id),
            Command::ApproveDraw(c) => Concern::Line(c.line_id),
            Command::DeclineDraw(c) => Concern::Line(c.line_id),
            Command::BreakGlass(c) => Concern::Line(c.line_id),
            Command::PayCashDraw(c) => Concern::Line(c.line_id),
            Command::CancelDraw(c) => Concern::Line(c.line_id),
            Command::TakeRepayment(c) => Concern::Line(c.line_id),
            Command::CancelRepayment(c) => Concern::Line(c.line_id),
            Command::RefundCredit(c) => Concern::Line(c.line_id),
            Command::RequestCancellation(c) => Concern::Line(c.line_id),
            Command::DeclineCancellation(c) => Concern::Line(c.line_id),
            Command::CloseLine(c) => Concern::Line(c.line_id),
            Command::FreezeLine(c) => Concern::Line(c.line_id),
            Command::UnfreezeLine(c) => Concern::Line(c.line_id),
            Command::TellAdverseAction(c) => Concern::Line(c.line_id),
            Command::AskNetworkAgain(c) => Concern::Line(c.line_id),
            Command::RetryTransfer(c) => Concern::Line(c.line_id),
            Command::ParkTransfer(c) => Concern::Line(c.line_id),
            Command::HandBackTransfer(c) => Concern::Line(c.line_id),
            Command::PresentAgain(c) => Concern::Line(c.line_id),
            Command::RequestChange(c) => Concern::Line(c.line_id),
            Command::ApproveChange(c) => Concern::Line(c.line_id),
            Command::DeclineChange(c) => Concern::Line(c.line_id),
            Command::ApproveAccount(_)
            | Command::DeclineAccount(_)
            | Command::UnlockAccount(_)
            | Command::SetRole(_)
            | Command::DisableAccount(_)
            | Command::EnableAccount(_)
            | Command::IssueResetCode(_)
            | Command::RemoveSecondFactor(_)
            | Command::DemandSecondFactor(_)
            | Command::ResolveFinding(_)
            | Command::CloseDay(_)
            | Command::SetHolidays(_)
            | Command::OpenDrawer(_)
            | Command::MoveVaultCash(_)
            | Command::CountDrawer(_)
            | Command::CloseDrawer(_) => Concern::Nothing,
        }
    }
}

/// What went wrong with a password, where it was typed.
/// What came of a password that was asked for again, at its field.
fn at_field(field: &str, error: ApiError) -> ApiError {
    let message = match error.code {
        ErrorCode::Fault(FaultCode::WrongCredentials) => "The password is not right.".to_owned(),
        _ => error.message,
    };
    ApiError {
        message,
        field: Some(field.to_owned()),
        ..error
    }
}

trait IntoApi {
    fn into_api(self) -> ApiError;
}

impl IntoApi for RefusalCode {
    fn into_api(self) -> ApiError {
        domain::refusal::Refusal::from(self).into()
    }
}
