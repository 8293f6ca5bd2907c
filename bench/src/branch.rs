//! A branch to be measured: open lines whose customers have a bank account, and tellers who draw
//! on them. Everything is made and driven through the engine's own doors.

use crate::figures::percentile;
use domain::command::{Speed, Submission};
use domain::ids::*;
use engine::sessions::{MOST_IN_FLIGHT, Token};
use engine::{Engine, Options};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use stories::branch::{Folder, new_id, options, paper, people};
use uuid::Uuid;

/// One line per command of a round: each command loads and writes a line of its own, as it is
/// in a branch with many customers.
pub const LINES: usize = 8_192;
const LIMIT_MINOR: i64 = 4_000_000;
const DRAW_MINOR: i64 = 100;

/// A line with what a draw needs to know of it.
#[derive(Clone, Copy)]
pub struct OpenLine {
    pub line_id: LineId,
    pub account_id: BankAccountId,
}

/// What a template store holds.
pub struct Template {
    folder: Folder,
    pub lines: Arc<Vec<OpenLine>>,
}

impl Template {
    /// Founds a branch with `count` open lines. Sixty-four at a time, since nothing is measured.
    pub async fn make(count: usize) -> Template {
        let branch = stories::branch::Branch::found(None).await;
        let today = branch.today().await;
        let product_id = branch.product_id;
        let branch = Arc::new(branch);
        let next = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (branch, next) = (branch.clone(), next.clone());
            tasks.spawn(async move {
                let mut made = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        return made;
                    }
                    let number = u32::try_from(place + 1).expect("so few lines");
                    let customer_id = CustomerId(Uuid::now_v7());
                    let account_id = BankAccountId(Uuid::now_v7());
                    let line_id = LineId(Uuid::now_v7());
                    let (sam, ada) = (branch.sam.user_id, branch.ada.user_id);
                    let take =
                        paper::take_application(line_id, customer_id, product_id, LIMIT_MINOR);
                    let opened = [
                        (sam, paper::record_customer(customer_id, number)),
                        (
                            sam,
                            paper::add_bank_account(customer_id, account_id, number),
                        ),
                        (sam, take),
                    ];
                    let checked = paper::checks(line_id).map(|check| (sam, check));
                    let decided = [
                        // Three checks after it was taken.
                        (ada, paper::approve(line_id, 4, LIMIT_MINOR)),
                        (sam, paper::record_agreement(line_id, today)),
                    ];
                    for (who, command) in opened.into_iter().chain(checked).chain(decided) {
                        let given = branch.engine.give_command(who, new_id(), command).await;
                        given.expect("the branch is made");
                    }
                    made.push(OpenLine {
                        line_id,
                        account_id,
                    });
                }
            });
        }
        let lines = tasks.join_all().await.into_iter().flatten().collect();
        let Some(branch) = Arc::into_inner(branch) else {
            panic!("a task is left over");
        };
        Template {
            folder: branch.close().await,
            lines: Arc::new(lines),
        }
    }

    pub fn store_path(&self) -> std::path::PathBuf {
        self.folder.path().join(engine::store::STORE_FILE)
    }

    /// A store of its own with the same content.
    pub fn copy_to(&self, folder: &Path) {
        std::fs::copy(self.store_path(), folder.join(engine::store::STORE_FILE))
            .expect("the template can be copied");
    }
}

/// A running branch.
pub struct Branch {
    pub engine: Arc<Engine>,
    pub lines: Arc<Vec<OpenLine>>,
    tokens: Vec<Token>,
    folder: Folder,
}

/// What a round of commands took.
pub struct Round {
    pub commands: usize,
    pub took: Duration,
    /// What the whole process computed for one command, whoever else used the machine.
    pub cpu_us: f64,
    /// Of each command, from giving it to its answer.
    latencies_ms: Vec<f64>,
}

impl Round {
    pub fn per_second(&self) -> f64 {
        self.commands as f64 / self.took.as_secs_f64()
    }

    pub fn p99_ms(&self) -> f64 {
        percentile(self.latencies_ms.clone(), 99.0)
    }
}

/// Processor time of this process so far; nothing where the system has no /proc.
pub fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may hold blanks; after it, user and system time are the 12th and 13th,
    // in hundredths of a second.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// How a command is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Answered when it is on the disk, as programs want it.
    SubmitOnly,
    /// And with the fresh view of what it changed, as the window wants it.
    Submit,
}

impl Branch {
    /// A copy of the template with sessions for so many commands in flight.
    pub async fn open(template: &Template, in_flight: usize, batch_max: Option<usize>) -> Branch {
        let folder = tempfile::tempdir().expect("no folder for the store");
        template.copy_to(folder.path());
        Branch::at(
            Folder::Own(folder),
            template.lines.clone(),
            in_flight,
            |options| {
                if let Some(batch_max) = batch_max {
                    options.batch_max = batch_max;
                }
            },
        )
        .await
    }

    /// The store of a folder.
    pub async fn at(
        folder: Folder,
        lines: Arc<Vec<OpenLine>>,
        in_flight: usize,
        adjust: impl FnOnce(&mut Options),
    ) -> Branch {
        let mut options = options(folder.path(), None);
        adjust(&mut options);
        let engine = Engine::open(options).await.expect("the store opens");
        // A log that is proved behind the window takes a processor, and is none of what is measured.
        let proven = engine.orders().until_proven().await;
        proven.expect("the store is as it was left");
        let mut tokens = Vec::new();
        for _ in 0..in_flight.div_ceil(MOST_IN_FLIGHT as usize) {
            tokens.push(people::sign_in(&engine, "sam").await.token);
        }
        Branch {
            engine: Arc::new(engine),
            lines,
            tokens,
            folder,
        }
    }

    /// Draws to the bank, `clients` at a time, each line in turn.
    pub async fn draw(&self, commands: usize, clients: usize, way: Way) -> Round {
        let next = Arc::new(AtomicUsize::new(0));
        let (began, cpu) = (Instant::now(), cpu_time());
        let mut tasks = tokio::task::JoinSet::new();
        for client in 0..clients {
            let (engine, lines, next) = (self.engine.clone(), self.lines.clone(), next.clone());
            let token = self.tokens[client / MOST_IN_FLIGHT as usize].clone();
            tasks.spawn(async move {
                let mut latencies = Vec::with_capacity(commands / clients + 1);
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= commands {
                        return latencies;
                    }
                    let line = lines[place % lines.len()];
                    let submission = Submission {
                        id: new_id(),
                        command: paper::draw_to_bank(
                            line.line_id,
                            MovementId(Uuid::now_v7()),
                            DRAW_MINOR,
                            line.account_id,
                            Speed::Standard,
                        ),
                    };
                    let began = Instant::now();
                    match way {
                        Way::SubmitOnly => engine.submit_only(&token, submission).await.map(drop),
                        Way::Submit => engine.submit(&token, submission).await.map(drop),
                    }
                    .expect("a draw is done");
                    latencies.push(began.elapsed().as_secs_f64() * 1_000.0);
                }
            });
        }
        let latencies_ms: Vec<f64> = tasks.join_all().await.into_iter().flatten().collect();
        Round {
            commands: latencies_ms.len(),
            took: began.elapsed(),
            cpu_us: (cpu_time() - cpu).as_secs_f64() * 1_000_000.0 / commands as f64,
            latencies_ms,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody's session; it takes as much at once as one may have under way.
    pub fn token(&self) -> &Token {
        &self.tokens[0]
    }

    pub async fn stop(self) -> Folder {
        self.engine.stop().await;
        self.folder
    }
}
