//! One branch for a story: a store in a folder of its own, people who are signed in, and a
//! payments network that can be told to misbehave. Everything goes through the engine's own
//! doors; what looks at the store from outside opens it with a connection of its own.

pub mod paper;
pub mod people;
mod store;

pub use people::Person;
pub use store::{Leg, LoggedEvent, Outside};

use domain::account::Role;
use domain::command::{Command, Submission};
use domain::date::BusinessDate;
use domain::ids::*;
use domain::movement::MovementState;
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::*;
use engine::clock::Clock;
use engine::engine::PASSPHRASE_LEAST;
use engine::seal::HashCost;
use engine::{Engine, Founding, NetworkAddress, Options};
use payments_mock::network::Settings;
use payments_mock::server::{Config, Running};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Opens every store of the stories.
pub const PASSPHRASE: &str = "a passphrase of the stories";
const _: () = assert!(PASSPHRASE.len() > PASSPHRASE_LEAST);

/// Long enough for the slowest honest machine; a story that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks of a story that waits for something.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a call to the network may take here before its outcome is doubt.
pub const CALL_TIME_OUT: Duration = Duration::from_millis(700);

/// How a story opens a store.
pub fn options(folder: &Path, network: Option<NetworkAddress>) -> Options {
    let founding = Founding {
        branch_name: "Harbour Street".to_owned(),
        currency: domain::money::Currency::USD,
        time_zone: "America/New_York".to_owned(),
        demo: false,
    };
    let mut options = Options::new(folder, PASSPHRASE, founding);
    options.hash_cost = HashCost::LEAST;
    options.network = network;
    options.clock = Clock::System;
    options
}

/// A network in this process, behind a real port. What it takes in settles soon after.
pub async fn network(settle_after_ms: u64, down: bool) -> Running {
    let settings = Settings {
        settle_after_ms: Some(settle_after_ms),
        seed: crate::proof::seed(),
        ..Settings::default()
    };
    let config = Config {
        settings,
        down,
        ..Config::default()
    };
    payments_mock::server::spawn(config)
        .await
        .expect("the network could not be started")
}

pub fn address(network: &Running) -> NetworkAddress {
    let mut address = NetworkAddress::new(&network.url(), &Settings::default().token);
    address.time_out = CALL_TIME_OUT;
    address
}

/// Asks again until there is an answer; fails by name when the patience is over.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain for: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A branch with three people: two admins who are different persons, and a member of staff.
pub struct Branch {
    pub engine: Engine,
    pub ada: Person,
    pub boris: Person,
    pub sam: Person,
    pub product_id: ProductId,
    folder: Folder,
}

/// Deleted with the story, unless somebody else looks after it.
pub enum Folder {
    Own(tempfile::TempDir),
    Others(PathBuf),
}

impl Folder {
    pub fn new() -> Folder {
        Folder::Own(tempfile::tempdir().expect("no folder for the store"))
    }

    pub fn path(&self) -> &Path {
        match self {
            Folder::Own(folder) => folder.path(),
            Folder::Others(path) => path,
        }
    }
}

impl Default for Folder {
    fn default() -> Self {
        Folder::new()
    }
}

impl Branch {
    /// Founds a branch and signs its people in.
    pub async fn found(network: Option<NetworkAddress>) -> Branch {
        let folder = Folder::new();
        let options = options(folder.path(), network);
        Branch::found_with(folder, options).await
    }

    pub async fn found_with(folder: Folder, options: Options) -> Branch {
        Branch::found_as(folder, options, Role::Admin).await
    }

    /// With boris as an admin or as staff: then ada is the only one who decides.
    pub async fn found_as(folder: Folder, options: Options, boris: Role) -> Branch {
        let engine = Engine::open(options)
            .await
            .expect("the store could not be founded");
        let ada = people::first_admin(&engine, "ada", "E-001").await;
        let as_admin = boris == Role::Admin;
        let boris = people::join(&engine, &ada, "boris", "E-002", as_admin).await;
        let sam = people::join(&engine, &ada, "sam", "E-003", false).await;
        let products = engine.reader().products().await.expect("products");
        let product_id = products[0].id;
        Branch {
            engine,
            ada,
            boris,
            sam,
            product_id,
            folder,
        }
    }

    /// A branch that was founded before.
    pub fn of(
        engine: Engine,
        ada: Person,
        boris: Person,
        sam: Person,
        product_id: ProductId,
        folder: Folder,
    ) -> Branch {
        Branch {
            engine,
            ada,
            boris,
            sam,
            product_id,
            folder,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the engine and leaves the folder behind, to be opened again.
    pub async fn close(self) -> Folder {
        self.engine.stop().await;
        self.folder
    }

    /// A command of somebody, under a new id.
    pub async fn ask(&self, who: &Person, command: Command) -> Result<Answer, ApiError> {
        let submission = Submission {
            id: new_id(),
            command,
        };
        self.submit(who, submission).await
    }

    /// The password first, where it is asked for again.
    pub async fn submit(&self, who: &Person, submission: Submission) -> Result<Answer, ApiError> {
        people::prove(&self.engine, who, &submission.command).await?;
        self.engine.submit(&who.token, submission).await
    }

    /// A command that must be done; the line it was about, as it is afterwards.
    pub async fn line_after(&self, who: &Person, command: Command) -> LineDetails {
        let kind = command.kind();
        match self.ask(who, command).await.map(|answer| answer.fresh) {
            Ok(Fresh::Line(line)) => *line,
            other => panic!("{kind:?} gave {other:?} instead of a line"),
        }
    }

    pub async fn done(&self, who: &Person, command: Command) {
        let kind = command.kind();
        if let Err(error) = self.ask(who, command).await {
            panic!("{kind:?} was not done: {error:?}");
        }
    }

    /// A command that must be refused.
    pub async fn refused(&self, who: &Person, command: Command, code: RefusalCode) {
        let kind = command.kind();
        let error = self.ask(who, command).await.err();
        let found = error.as_ref().map(|error| error.code);
        assert_eq!(found, Some(ErrorCode::Refused(code)), "{kind:?}: {error:?}");
    }

    pub async fn line(&self, id: LineId) -> LineDetails {
        let viewer = self
            .engine
            .viewer(&self.ada.token)
            .await
            .expect("ada is signed in");
        self.engine
            .reader()
            .line(&viewer, id)
            .await
            .expect("the line can be read")
    }

    pub async fn movement(&self, line_id: LineId, id: MovementId) -> MovementRow {
        let line = self.line(line_id).await;
        line.movements
            .into_iter()
            .find(|row| row.id == id)
            .expect("the movement is on its line")
    }

    /// Waits until a movement has come to this state by itself.
    pub async fn arrives(
        &self,
        line_id: LineId,
        id: MovementId,
        state: MovementState,
    ) -> MovementRow {
        until(&format!("{id} to be {state:?}"), async || {
            let row = self.movement(line_id, id).await;
            (row.state == state).then_some(row)
        })
        .await
    }

    pub async fn sync(&self) -> SyncView {
        self.engine
            .sync_view(&self.ada.token)
            .await
            .expect("the sync view can be read")
    }

    pub async fn today(&self) -> BusinessDate {
        self.engine
            .store_view()
            .await
            .expect("the store can be read")
            .business_date
    }

    /// A new customer with a bank account that may be debited.
    pub async fn customer(&self, number: u32) -> (CustomerId, BankAccountId) {
        let (customer_id, account_id) = (CustomerId(Uuid::now_v7()), BankAccountId(Uuid::now_v7()));
        self.done(&self.sam, paper::record_customer(customer_id, number))
            .await;
        self.done(
            &self.sam,
            paper::add_bank_account(customer_id, account_id, number),
        )
        .await;
        let signed_on = self.today().await;
        self.done(
            &self.sam,
            paper::authorize_debit(customer_id, account_id, signed_on),
        )
        .await;
        (customer_id, account_id)
    }

    /// Makes the checks of an application; its version after them.
    pub async fn checked(&self, line_id: LineId) -> u64 {
        let mut version = 0;
        for check in paper::checks(line_id) {
            version = self.line_after(&self.sam, check).await.version;
        }
        version
    }

    /// Of the terms that applications are approved on now.
    pub async fn product_version(&self) -> u64 {
        let products = self.engine.reader().products().await.expect("products");
        let own = products.iter().find(|one| one.id == self.product_id);
        own.expect("the branch's product").version
    }

    /// An application of a customer, approved and signed: draws may start.
    pub async fn open_line(&self, customer_id: CustomerId, limit_minor: i64) -> LineId {
        let line_id = LineId(Uuid::now_v7());
        let take = paper::take_application(line_id, customer_id, self.product_id, limit_minor);
        self.done(&self.sam, take).await;
        let seen = self.checked(line_id).await;
        let terms = self.product_version().await;
        let approve = paper::approve_on(line_id, seen, terms, limit_minor);
        self.done(&self.ada, approve).await;
        let signed_on = self.today().await;
        self.done(&self.sam, paper::record_agreement(line_id, signed_on))
            .await;
        line_id
    }

    /// The proof of the store; a story ends with it.
    pub async fn verify_clean(&self) -> engine::verify::Report {
        let mut connection = self
            .engine
            .reader()
            .pool
            .acquire()
            .await
            .expect("a connection");
        let report =
            engine::verify::verify(&mut connection, self.engine.orders().store_key()).await;
        assert!(
            report.clean(),
            "the store does not prove: {:#?}",
            report.findings
        );
        report
    }
}

/// The longest input the bridge takes, in bytes.
const INPUT_MAX_BYTES: usize = 256 * 1024;

/// Reads a submission as the bridge of the window does, and counts what cannot be read.
pub fn read_submission(engine: &Engine, input: serde_json::Value) -> Result<Submission, ApiError> {
    let read = if input.to_string().len() > INPUT_MAX_BYTES {
        Err(ApiError::malformed(None, "This is too long."))
    } else {
        serde_path_to_error::deserialize(input).map_err(|error| {
            let path = error.path().to_string();
            ApiError::malformed((path != ".").then_some(path), error.inner().to_string())
        })
    };
    read.inspect_err(|error| engine.note_stranger(error.code))
}

pub fn new_id() -> CommandId {
    CommandId(Uuid::now_v7())
}

/// How an outcome is written in tables and in the lines of the teller.
pub fn code_name(code: ErrorCode) -> String {
    match code {
        ErrorCode::Refused(code) => format!("{code:?}"),
        ErrorCode::Fault(code) => format!("fault {code:?}"),
    }
}

/// Whether nobody knows what became of the command: then asking again with the same id tells.
pub fn is_unknown(error: &ApiError) -> bool {
    error.code == ErrorCode::Fault(FaultCode::OutcomeUnknown)
}
