//! Reads, and writes, in a store of a bank's size.

use crate::branch::cpu_time;
use crate::figures::{Figure, Goal, Report, median, percentile};
use domain::command::*;
use domain::ids::*;
use domain::line::Status;
use domain::view::{CustomerQuery, LineOrder, LineQuery};
use engine::clock::Clock;
use engine::demo::fill::{CYCLE_DAYS, Size, THE_DAY, fill, line_id};
use engine::demo::{ACCOUNTS, PASSPHRASE};
use engine::seal::HashCost;
use engine::sessions::{MOST_IN_FLIGHT, Token};
use engine::store::reads::Viewer;
use engine::{Engine, Founding, Options};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;
use stories::branch::{new_id, paper};
use tokio::task::JoinSet;
use uuid::Uuid;

const SMALL: u64 = 1_000;
const IN_FLIGHT: u64 = 2_048;
const COMMANDS: u64 = 16_384;
/// How often each read is asked.
const ASKED: usize = 1_000;

/// Fills the store of a folder, or finds it filled.
pub async fn filled(folder: &Path, applications: u64, transactions: u64) {
    let size = Size {
        applications,
        transactions,
    };
    let began = Instant::now();
    fill(folder, size, |done, all| {
        eprintln!(
            "filling: {done} of {all}, {:.0} s",
            began.elapsed().as_secs_f64()
        );
    })
    .await
    .expect("the store is filled");
}

pub async fn open(folder: &Path) -> Arc<Engine> {
    open_by(folder, Clock::System).await
}

async fn open_by(folder: &Path, clock: Clock) -> Arc<Engine> {
    let founding = Founding {
        branch_name: String::new(),
        currency: domain::money::Currency::USD,
        time_zone: "UTC".to_owned(),
        demo: true,
    };
    let mut options = Options::new(folder, PASSPHRASE, founding);
    options.hash_cost = HashCost::LEAST;
    options.clock = clock;
    Arc::new(Engine::open(options).await.expect("the store opens"))
}

async fn sign_in(engine: &Engine, place: usize) -> Token {
    let form = domain::view::SignIn {
        login: ACCOUNTS[place].login.to_owned(),
        password: ACCOUNTS[place].password.to_owned(),
        code: None,
    };
    engine.sign_in(form).await.expect("the password is right").0
}

/// A splitmix64 step: lots that are the same in every run.
fn lot(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 27)
}

/// One of as many open lines as the small store has, spread over the whole of this one: what
/// differs is the size of the store, and not how many lines a commit touches. Each run has others,
/// so that a store that is kept does not bring longer lines to the next one.
fn any_line(applications: u64, run: u64, seed: u64) -> LineId {
    let sixteenths = SMALL / 16;
    let chosen = lot(seed) % sixteenths;
    let apart = (applications / 16 / sixteenths).max(1);
    let sixteenth = chosen * (applications / 16) / sixteenths + lot(run) % apart;
    line_id(sixteenth * 16 + lot(seed ^ 0xff) % 10)
}

/// Cash draws all over the store.
async fn draws(
    engine: &Arc<Engine>,
    tokens: &[Token],
    applications: u64,
    run: u64,
    turn: u64,
) -> f64 {
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for client in 0..IN_FLIGHT {
        let (engine, next) = (engine.clone(), next.clone());
        let token = tokens[client as usize / MOST_IN_FLIGHT as usize].clone();
        tasks.spawn(async move {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= COMMANDS {
                    return;
                }
                let line_id = any_line(applications, run, turn << 32 | place);
                let submission = Submission {
                    id: new_id(),
                    command: paper::draw_cash(line_id, MovementId(Uuid::now_v7()), 1),
                };
                let told = engine.submit_only(&token, submission).await;
                told.expect("a draw is done");
            }
        });
    }
    tasks.join_all().await;
    COMMANDS as f64 / began.elapsed().as_secs_f64()
}

/// The same draws in a large store and in a small one, in turns.
pub async fn large_against_small(
    large: &Path,
    applications: u64,
    turns: usize,
    report: &mut Report,
) {
    let small = tempfile::tempdir().expect("no folder for the store");
    filled(small.path(), SMALL, 0).await;
    let (large, small) = (open(large).await, open(small.path()).await);
    for engine in [&large, &small] {
        let proven = engine.orders().until_proven().await;
        proven.expect("the store is as it was left");
    }
    let (mut large_tokens, mut small_tokens) = (Vec::new(), Vec::new());
    for _ in 0..IN_FLIGHT.div_ceil(u64::from(MOST_IN_FLIGHT)) {
        large_tokens.push(sign_in(&large, 2).await);
        small_tokens.push(sign_in(&small, 2).await);
    }
    let (mut much, mut little) = (Vec::new(), Vec::new());
    let since_1970 = std::time::UNIX_EPOCH.elapsed();
    let run = since_1970.map_or(0, |elapsed| elapsed.as_secs());
    for turn in 0..=turns as u64 {
        let cpu = cpu_time();
        let own = draws(&large, &large_tokens, applications, run, turn).await;
        let own_cpu = cpu_time() - cpu;
        let cpu = cpu_time();
        let other = draws(&small, &small_tokens, SMALL, run, turn).await;
        let other_cpu = cpu_time() - cpu;
        let each = |cpu: std::time::Duration| cpu.as_secs_f64() * 1e6 / COMMANDS as f64;
        eprintln!(
            "turn {turn}: {own:.0}/s, {:.0} µs of processor each with {applications} applications; \
             {other:.0}/s, {:.0} µs with {SMALL}",
            each(own_cpu),
            each(other_cpu)
        );
        // The first turn warms both up.
        if turn > 0 {
            much.push(own);
            little.push(other);
        }
    }
    large.stop().await;
    small.stop().await;
    report.add(
        Figure::new(
            "durable commands in the large store (submit_only)",
            median(much),
            "/s",
        )
        .against(
            "in a store of 1,000 applications",
            median(little),
            Goal::AtLeast(0.8),
        ),
    );
}

/// Who works at the counter while a day closes.
const TELLERS: usize = 8;
const ASKED_WHILE_IDLE: u64 = 4_000;

/// The close of the day on which the store was filled, or of the one after those that were closed:
/// one in fourteen of the lines that owe ends its cycle, while tellers go on all over the store.
pub async fn a_day_closes(folder: &Path, applications: u64, report: &mut Report) {
    let engine = open_by(folder, Clock::set_to(THE_DAY)).await;
    let proven = engine.orders().until_proven().await;
    proven.expect("the store is as it was left");
    let date = engine.orders().business_date();
    let due = engine.orders().count_due(date).await;
    let due = due.expect("the store can be read");
    if due == 0 || due > applications / CYCLE_DAYS {
        eprintln!("{due} lines are due on {date}: the store was worked in since it was filled");
        engine.stop().await;
        return;
    }
    let (ada, sam) = (sign_in(&engine, 0).await, sign_in(&engine, 2).await);
    let over = Arc::new(AtomicBool::new(false));
    let tellers = |commands, run| at_work(&engine, &sam, applications, run, commands, &over);
    let before = tellers(ASKED_WHILE_IDLE, 1).join_all().await;
    let working = tellers(u64::MAX, 2);
    let began = Instant::now();
    let submission = Submission {
        id: new_id(),
        command: Command::CloseDay(CloseDay { date }),
    };
    let closed = engine.submit_only(&ada, submission).await;
    closed.expect("the day closes");
    let took = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let meanwhile = working.join_all().await;
    engine.stop().await;
    report.add(Figure::new(
        "lines whose cycle ended on the closed day of the large store",
        due as f64,
        "",
    ));
    report.add(Figure::new(
        "lines closed a second in the large store, beside eight tellers",
        due as f64 / took.as_secs_f64(),
        "/s",
    ));
    let p99 = |of: Vec<Vec<f64>>| percentile(of.into_iter().flatten().collect(), 99.0);
    let name = "a teller's p99 while a day of the large store closes";
    report.add(Figure::new(name, p99(meanwhile), "ms").against(
        "the same tellers before it",
        p99(before),
        Goal::AtMost(3.0),
    ));
}

/// Tellers who each ask for the next thing when the last is answered, until so much is asked for or it
/// is over; how long each answer took, in milliseconds.
fn at_work(
    engine: &Arc<Engine>,
    token: &Token,
    applications: u64,
    run: u64,
    commands: u64,
    over: &Arc<AtomicBool>,
) -> JoinSet<Vec<f64>> {
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..TELLERS {
        let (engine, token) = (engine.clone(), token.clone());
        let (next, over) = (next.clone(), over.clone());
        tasks.spawn(async move {
            let mut took = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= commands || over.load(Ordering::Relaxed) {
                    return took;
                }
                let line_id = any_line(applications, run, place);
                let submission = Submission {
                    id: new_id(),
                    command: paper::draw_cash(line_id, MovementId(Uuid::now_v7()), 1),
                };
                let began = Instant::now();
                let told = engine.submit_only(&token, submission).await;
                told.expect("a draw is done");
                took.push(began.elapsed().as_secs_f64() * 1_000.0);
            }
        });
    }
    tasks
}

/// Every kind of page people open, asked again and again all over the store.
pub async fn reads(folder: &Path, applications: u64, report: &mut Report) {
    let engine = open(folder).await;
    let token = sign_in(&engine, 0).await;
    let viewer = engine.viewer(&token).await.expect("signed in");
    report.add(Figure::new(
        "applications in the large store",
        applications as f64,
        "",
    ));
    let kinds: [(&'static str, Kind, f64); 5] = [
        ("list page, filtered and sorted, p99", Kind::List, 5.0),
        ("search by name, number or phone, p99", Kind::Search, 20.0),
        (
            "details page of the line with the longest history, p99",
            Kind::Details,
            10.0,
        ),
        ("history page of that line, p99", Kind::History, 10.0),
        (
            "list by the customer's name (the newest 500), p99",
            Kind::ByName,
            20.0,
        ),
    ];
    // A store that was just opened reads its whole log behind the window, on one of the processors.
    let beside: [(&'static str, Kind); 2] = [
        (
            "list page while the log of the store is proved, p99",
            Kind::List,
        ),
        (
            "details page while the log of the store is proved, p99",
            Kind::Details,
        ),
    ];
    for (name, kind) in beside {
        let took = asked(|turn| ask(&engine, &viewer, kind, applications, turn)).await;
        // Where the log was short, nothing of it was beside.
        if !engine.orders().proven() {
            report.add(Figure::new(name, percentile(took, 99.0), "ms"));
        }
    }
    let began = Instant::now();
    let proven = engine.orders().until_proven().await;
    proven.expect("the store is as it was left");
    eprintln!(
        "the rest of the log took {:.0} s more",
        began.elapsed().as_secs_f64()
    );
    for (name, kind, goal_ms) in kinds {
        let took = asked(|turn| ask(&engine, &viewer, kind, applications, turn)).await;
        let (middle, p99) = (median(took.clone()), percentile(took, 99.0));
        // Beside the tail, which a busy machine makes, the middle says what the read itself costs.
        eprintln!("{name}: {p99:.1} ms, the middle {middle:.1} ms");
        let figure = Figure::new(name, p99, "ms");
        report.add(figure.against("the goal", goal_ms, Goal::AtMost(1.0)));
    }
    engine.stop().await;
}

/// A kind of page.
#[derive(Clone, Copy)]
enum Kind {
    List,
    Search,
    Details,
    History,
    ByName,
}

async fn ask(engine: &Engine, viewer: &Viewer, kind: Kind, applications: u64, turn: u64) {
    let long = line_id(0);
    match kind {
        Kind::List => list(engine, viewer, turn).await,
        Kind::Search => search(engine, viewer, applications, turn).await,
        Kind::Details => details(engine, viewer, long).await,
        Kind::History => {
            let page = engine.reader().transactions(long, None, 50).await;
            page.expect("a page");
        }
        Kind::ByName => {
            let query = lines_where(String::new(), LineOrder::CustomerName);
            engine.reader().lines(viewer, &query).await.expect("a page");
        }
    }
}

/// How long each took, in milliseconds.
async fn asked<F: Future<Output = ()>>(ask: impl Fn(u64) -> F) -> Vec<f64> {
    let mut took = Vec::with_capacity(ASKED);
    for turn in 0..ASKED as u64 + 20 {
        let began = Instant::now();
        ask(turn).await;
        if turn >= 20 {
            took.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    took
}

fn lines_where(search: String, order: LineOrder) -> LineQuery {
    LineQuery {
        statuses: Vec::new(),
        search,
        mine: false,
        customer_id: None,
        order,
        after: None,
        limit: 50,
    }
}

async fn list(engine: &Engine, viewer: &Viewer, turn: u64) {
    if turn % 16 == 15 {
        let query = CustomerQuery {
            search: String::new(),
            after: None,
            limit: 50,
        };
        engine.reader().customers(&query).await.expect("a page");
        return;
    }
    let order = match turn % 2 {
        0 => LineOrder::NewestFirst,
        _ => LineOrder::OldestFirst,
    };
    let mut query = lines_where(String::new(), order);
    match turn / 2 % 4 {
        0 => {}
        1 => query.statuses = vec![Status::ALL[turn as usize / 8 % Status::ALL.len()]],
        2 => query.statuses = vec![Status::Open, Status::Outstanding],
        _ => query.mine = true,
    }
    engine.reader().lines(viewer, &query).await.expect("a page");
}

async fn search(engine: &Engine, viewer: &Viewer, applications: u64, turn: u64) {
    let place = lot(turn) % applications;
    let text = match turn / 2 % 6 {
        0 => format!("LC-{:06}", place + 1),
        1 => format!("({}) 555-{:04}", 201 + place / 10_000 % 790, place % 10_000),
        2 => "harold v".to_owned(),
        3 => "acht".to_owned(),
        4 => "beatriz".to_owned(),
        _ => format!("C-{:06}", place + 1),
    };
    if turn.is_multiple_of(2) {
        let query = lines_where(text, LineOrder::NewestFirst);
        engine.reader().lines(viewer, &query).await.expect("a page");
    } else {
        let query = CustomerQuery {
            search: text,
            after: None,
            limit: 50,
        };
        engine.reader().customers(&query).await.expect("a page");
    }
}

async fn details(engine: &Engine, viewer: &Viewer, line_id: LineId) {
    engine.reader().line(viewer, line_id).await.expect("a line");
}
