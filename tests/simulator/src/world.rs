//! One world: a disk, a network, a clock, and the program that lives on them, is killed and
//! started again.

use crate::disk::{Disk, Fate};
use crate::host::Host;
use crate::model::Logged;
use crate::paper;
use domain::command::Command;
use domain::date::UtcMillis;
use domain::ids::*;
use domain::money::Currency;
use domain::view::{SignIn, SignUp};
use engine::clock::Clock;
use engine::seal::HashCost;
use engine::store::STORE_FILE;
use engine::sync::{Pace, Sync, Turn};
use engine::{Engine, Founding, Options};
use payments_mock::network::{Network, Settings};
use sqlx::Row;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

pub const PASSPHRASE: &str = "a passphrase of the simulator";
/// Monday, 2026-03-02, 14:00 UTC: morning in the branch.
pub const BEGINNING_MS: i64 = 1_772_460_000_000;

/// What every story begins with.
pub struct Base {
    store: Vec<u8>,
    pub people: People,
    pub product_id: ProductId,
    /// The first line, and a bank account of its customer's.
    pub line_id: LineId,
    pub account_id: BankAccountId,
}

/// The accounts of the branch.
#[derive(Clone, Copy, Debug)]
pub struct People {
    /// Admins, who are two persons.
    pub ada: UserId,
    pub boris: UserId,
    /// Staff.
    pub sam: UserId,
    /// Another account of Sam's, with an admin's role.
    pub sams_other: UserId,
    /// Waits for an admin.
    pub wanda: UserId,
}

pub fn password(login: &str) -> String {
    let turned: String = login.chars().rev().collect();
    format!("seven grey herons over {turned}9")
}

pub fn id_of(number: u128) -> Uuid {
    Uuid::from_u128(0x0195_5000_0000_7000_8000_0000_0000_0000 | number)
}

fn options(folder: &Path, clock: &Clock) -> Options {
    let founding = Founding {
        branch_name: "Harbour Street".to_owned(),
        currency: Currency::USD,
        time_zone: "America/New_York".to_owned(),
        demo: false,
    };
    let mut options = Options::new(folder, PASSPHRASE, founding);
    options.hash_cost = HashCost::LEAST;
    options.clock = clock.clone();
    options
}

/// A thread's own runtime: one task after another, nothing at the same time.
/// Without sockets it sleeps more lightly, and it sleeps at every question to the store.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
}

/// Founds the store every story starts from, once a process; always the same one.
pub fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        std::thread::spawn(|| {
            engine::chance::seed_this_thread(Some(1));
            runtime().block_on(found())
        })
        .join()
        .expect("the store is founded")
    })
}

fn unclaimed_store() -> Vec<u8> {
    let found = || {
        engine::chance::seed_this_thread(Some(2));
        let folder = tempfile::tempdir_in(crate::memory_folder()).expect("a folder");
        let disk = Disk::under(folder.path(), 2);
        let clock = Clock::set_to(UtcMillis(BEGINNING_MS));
        runtime().block_on(async {
            let engine = Engine::open(options(folder.path(), &clock))
                .await
                .expect("a store");
            engine.stop().await;
        });
        disk.remove();
        std::fs::read(folder.path().join(STORE_FILE)).expect("the store")
    };
    std::thread::spawn(found)
        .join()
        .expect("a store is founded")
}

async fn found() -> Base {
    let folder = tempfile::tempdir_in(crate::memory_folder()).expect("a folder");
    let disk = Disk::under(folder.path(), 1);
    let clock = Clock::set_to(UtcMillis(BEGINNING_MS));
    let engine = Engine::open(options(folder.path(), &clock))
        .await
        .expect("a store");
    let mut ids = 0;
    let mut next = || {
        ids += 1;
        id_of(ids)
    };
    let mut people = Vec::new();
    for (login, number, admin) in [
        ("ada", "E-001", true),
        ("boris", "E-002", true),
        ("sam", "E-003", false),
        ("sammy", "E-003", true),
        ("wanda", "E-004", false),
        // Whose accounts change hands: nobody's story depends on them.
        ("clerk-in-the-morning", "E-005", false),
        ("clerk-in-the-evening", "E-006", false),
    ] {
        let form = SignUp {
            id: CommandId(next()),
            user_id: UserId(next()),
            login: login.to_owned(),
            name: format!("Person {number}"),
            employee_number: number.to_owned(),
            password: password(login),
            admin,
        };
        let user_id = form.user_id;
        let signed_up = engine.sign_up(form).await.expect("a sign-up");
        if !signed_up.active && login != "wanda" {
            let approve = domain::command::ApproveAccount {
                user_id,
                employee_number: number.to_owned(),
                role: if admin {
                    domain::account::Role::Admin
                } else {
                    domain::account::Role::Staff
                },
            };
            let ada: UserId = people[0];
            engine
                .give_command(ada, CommandId(next()), Command::ApproveAccount(approve))
                .await
                .expect("approved");
        }
        people.push(user_id);
    }
    let people = People {
        ada: people[0],
        boris: people[1],
        sam: people[2],
        sams_other: people[3],
        wanda: people[4],
    };
    let product_id = engine.reader().products().await.expect("products")[0].id;
    let today = engine.store_view().await.expect("the store").business_date;
    let free = domain::command::DefineProduct {
        product_id,
        seen_version: 1,
        name: "Line of credit".to_owned(),
        terms: crate::acts::free_terms(),
    };
    engine
        .give_command(people.ada, CommandId(next()), Command::DefineProduct(free))
        .await
        .expect("a product that costs nothing");
    let mut first = None;
    for number in 1..=3_u32 {
        let (customer, account) = (CustomerId(next()), BankAccountId(next()));
        let mut commands = vec![
            (people.sam, paper::record_customer(customer, number)),
            (
                people.sam,
                paper::add_bank_account(customer, account, number),
            ),
            (people.sam, paper::authorize_debit(customer, account, today)),
        ];
        if number < 3 {
            let line = LineId(next());
            first = first.or(Some((line, account)));
            commands.extend([
                (
                    people.sam,
                    paper::take_application(line, customer, product_id, 2_000_000),
                ),
                (people.ada, paper::approve_on(line, 1, 2, 2_000_000)),
                (people.sam, paper::record_agreement(line, today)),
            ]);
        }
        for (who, command) in commands {
            let kind = command.kind();
            engine
                .give_command(who, CommandId(next()), command)
                .await
                .unwrap_or_else(|error| panic!("{kind:?}: {error:?}"));
        }
    }
    engine.stop().await;
    drop(engine);
    disk.remove();
    let (line_id, account_id) = first.expect("a line");
    Base {
        store: std::fs::read(folder.path().join(STORE_FILE)).expect("the store"),
        people,
        product_id,
        line_id,
        account_id,
    }
}

pub struct World {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
    pub disk: Arc<Disk>,
    pub clock: Clock,
    pub host: Arc<Host>,
    pub life: Option<Life>,
    /// The most one commit carries; as the program has it unless told.
    pub batch_max: Option<usize>,
    seed: u64,
    starts: u64,
}

/// The program, from a start to its end.
pub struct Life {
    pub engine: Engine,
    pub sync: Sync<Host>,
    pub runtime: tokio::runtime::Runtime,
}

/// What somebody asked of the program came to nothing, because it was killed meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Killed;

impl World {
    pub fn new(seed: u64) -> World {
        World::with(&base().store, seed)
    }

    /// Begins with a store that was founded and nothing else.
    pub fn unclaimed(seed: u64) -> World {
        static STORE: OnceLock<Vec<u8>> = OnceLock::new();
        World::with(STORE.get_or_init(unclaimed_store), seed)
    }

    fn with(store: &[u8], seed: u64) -> World {
        let folder = tempfile::tempdir_in(crate::memory_folder()).expect("a folder");
        let root = folder.path().canonicalize().expect("a folder");
        let path = root.join("data");
        std::fs::create_dir(&path).expect("a folder");
        std::fs::write(path.join(STORE_FILE), store).expect("a store");
        let disk = Disk::under(&root, seed);
        let clock = Clock::set_to(UtcMillis(BEGINNING_MS + 60_000));
        let settings = Settings {
            seed,
            standard_days: u32::try_from(seed % 3).unwrap_or(0) + 1,
            ..Settings::default()
        };
        let network = Network::new(settings, clock.now().0);
        let host = Host::new(network, clock.clone(), disk.clone());
        World {
            _folder: folder,
            path,
            disk,
            clock,
            host,
            life: None,
            batch_max: None,
            seed,
            starts: 0,
        }
    }

    /// Starts the program. An error is what it said instead of starting.
    pub fn start(&mut self) -> Result<(), String> {
        self.starts += 1;
        let runtime = runtime();
        let mut options = options(&self.path, &self.clock);
        if let Some(most) = self.batch_max {
            options.batch_max = most;
        }
        let opened = runtime.block_on(async {
            tokio::select! {
                biased;
                opened = Engine::open(options) => {
                    opened.map_err(|error| error.to_string())
                }
                () = self.disk.until_off() => Err("the power went".to_owned()),
            }
        });
        match opened {
            Ok(engine) => {
                let mut dice =
                    crate::dice::Dice::seeded(self.seed.wrapping_mul(1_009) + self.starts);
                let dice = Box::new(move || u32::try_from(dice.throw() >> 32).unwrap_or(0));
                let pace = Pace {
                    at_once: 1,
                    ..Pace::default()
                };
                let sync = engine.sync_over(self.host.clone(), pace, dice);
                self.life = Some(Life {
                    engine,
                    sync,
                    runtime,
                });
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Everything of the program is gone; the machine starts again with what the disk kept.
    pub fn die(&mut self, fate: Fate) {
        self.disk.power_off();
        if let Some(life) = self.life.take() {
            let Life {
                engine,
                sync,
                runtime,
            } = life;
            {
                let _entered = runtime.enter();
                drop((engine, sync));
            }
            runtime.shutdown_background();
        }
        self.disk.restart(fate).expect("the disk starts again");
    }

    /// Lets the program end by itself.
    pub fn stop(&mut self) {
        if let Some(Life {
            engine,
            sync,
            runtime,
        }) = self.life.take()
        {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = engine.stop() => {}
                    () = self.disk.until_off() => {}
                }
            });
            {
                let _entered = runtime.enter();
                drop((engine, sync));
            }
            runtime.shutdown_background();
        }
    }

    /// Asks something of the living program.
    pub fn ask<T>(&self, question: impl AsyncFnOnce(&Engine) -> T) -> Result<T, Killed> {
        let Some(life) = &self.life else {
            return Err(Killed);
        };
        life.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.disk.until_off() => Err(Killed),
                answer = question(&life.engine) => {
                    if self.disk.is_off() { Err(Killed) } else { Ok(answer) }
                }
            }
        })
    }

    /// One turn of the sync job.
    pub fn turn(&mut self) -> Result<Turn, Killed> {
        let Some(life) = &mut self.life else {
            return Err(Killed);
        };
        let (runtime, sync, disk) = (&life.runtime, &mut life.sync, &self.disk);
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = disk.until_off() => Err(Killed),
                turn = sync.turn() => {
                    if disk.is_off() { Err(Killed) } else { Ok(turn) }
                }
            }
        })
    }

    /// The log after `seq`, by SQL of the story's own.
    pub fn log_after(&self, seq: i64) -> Result<Result<Vec<Logged>, sqlx::Error>, Killed> {
        self.ask(async |engine| log_after(engine, seq).await)
    }

    pub fn now(&self) -> UtcMillis {
        self.clock.now()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(Life {
            engine,
            sync,
            runtime,
        }) = self.life.take()
        {
            {
                let _entered = runtime.enter();
                drop((engine, sync));
            }
            runtime.shutdown_background();
        }
        self.disk.remove();
    }
}

async fn log_after(engine: &Engine, seq: i64) -> Result<Vec<Logged>, sqlx::Error> {
    let rows = sqlx::query(
        "select seq, stream_seq, type, payload, command_id, user_id, business_date, hash
         from events where seq > ? order by seq",
    )
    .bind(seq)
    .fetch_all(&engine.reader().pool)
    .await?;
    rows.iter()
        .map(|row| {
            let payload: String = row.try_get("payload")?;
            Ok(Logged {
                seq: row.try_get("seq")?,
                stream_seq: row.try_get("stream_seq")?,
                event_type: row.try_get("type")?,
                payload: serde_json::from_str(&payload)
                    .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
                command_id: row.try_get("command_id")?,
                user_id: row.try_get("user_id")?,
                business_date: row.try_get("business_date")?,
                hash: row.try_get("hash")?,
            })
        })
        .collect()
}

/// A password that is right.
pub fn sign_in_form(login: &str) -> SignIn {
    SignIn {
        login: login.to_owned(),
        password: password(login),
        code: None,
    }
}
