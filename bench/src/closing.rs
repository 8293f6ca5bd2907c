//! The close of a day on which every line of the branch ends its cycle, while tellers go on working.

use crate::branch::{Branch, LINES, Template};
use crate::figures::{Figure, Goal, Report, median, percentile};
use domain::command::{CloseDay, Command, Speed, Submission};
use domain::ids::MovementId;
use engine::sessions::Token;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;
use stories::branch::{new_id, paper, people};
use tokio::task::JoinSet;
use uuid::Uuid;

const DRAWN_MINOR: i64 = 100_000;
/// Who works at the counter: each asks for the next thing when the last is answered.
const TELLERS: usize = 8;
const ASKED_WHILE_IDLE: usize = 4_000;
/// No cycle is longer.
const DAYS_MOST: usize = 40;

/// Lines closed a second, and what a teller notices of it.
pub async fn with_tellers(template: &Template, turns: usize, report: &mut Report) {
    let (mut rates, mut idle, mut busy) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 1..=turns.min(3) {
        let (rate, before, meanwhile) = close(template).await;
        eprintln!(
            "turn {turn}: {LINES} lines closed, {rate:.0}/s; a teller's p99 {before:.1} ms before, {meanwhile:.1} ms meanwhile"
        );
        rates.push(rate);
        idle.push(before);
        busy.push(meanwhile);
    }
    report.add(Figure::new(
        "lines closed a second, each at the end of its cycle, beside eight tellers",
        median(rates),
        "/s",
    ));
    report.add(
        Figure::new("a teller's p99 while a day closes", median(busy), "ms").against(
            "the same tellers before it",
            median(idle),
            Goal::AtMost(3.0),
        ),
    );
}

/// Lines a second, and p99 in milliseconds before and during the close.
async fn close(template: &Template) -> (f64, f64, f64) {
    let branch = Branch::open(template, 64, None).await;
    let ada = people::sign_in(&branch.engine, "ada").await.token;
    owe(&branch).await;
    let orders = branch.engine.orders();
    let mut days = 0;
    while orders
        .count_due(orders.business_date())
        .await
        .expect("the store can be read")
        == 0
    {
        assert!(days < DAYS_MOST, "no line ends its cycle");
        close_day(&branch, &ada).await;
        days += 1;
    }
    let due = orders
        .count_due(orders.business_date())
        .await
        .expect("the store can be read");
    assert_eq!(due, LINES as u64, "every line ends its cycle on this day");

    let over = Arc::new(AtomicBool::new(false));
    let before = tellers(&branch, ASKED_WHILE_IDLE, &over).join_all().await;
    let working = tellers(&branch, usize::MAX, &over);
    let began = Instant::now();
    close_day(&branch, &ada).await;
    let took = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let meanwhile = working.join_all().await;
    branch.stop().await;
    let p99 = |of: Vec<Vec<f64>>| percentile(of.into_iter().flatten().collect(), 99.0);
    (
        LINES as f64 / took.as_secs_f64(),
        p99(before),
        p99(meanwhile),
    )
}

async fn close_day(branch: &Branch, ada: &Token) {
    let date = branch.engine.orders().business_date();
    let submission = Submission {
        id: new_id(),
        command: Command::CloseDay(CloseDay { date }),
    };
    let closed = branch.engine.submit_only(ada, submission).await;
    closed.expect("the day closes");
}

/// Every line owes something from today on.
async fn owe(branch: &Branch) {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..64 {
        let (engine, lines, next) = (branch.engine.clone(), branch.lines.clone(), next.clone());
        let token = branch.token().clone();
        tasks.spawn(async move {
            while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                let draw_id = MovementId(Uuid::now_v7());
                let submission = Submission {
                    id: new_id(),
                    command: paper::draw_cash(line.line_id, draw_id, DRAWN_MINOR),
                };
                let drawn = engine.submit_only(&token, submission).await;
                drawn.expect("a draw is done");
            }
        });
    }
    tasks.join_all().await;
}

/// Tellers at work until so much is asked for or it is over; how long each answer took.
fn tellers(branch: &Branch, commands: usize, over: &Arc<AtomicBool>) -> JoinSet<Vec<f64>> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..TELLERS {
        let (engine, lines, next) = (branch.engine.clone(), branch.lines.clone(), next.clone());
        let (token, over) = (branch.token().clone(), over.clone());
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= commands || over.load(Ordering::Relaxed) {
                    return latencies;
                }
                let line = lines[place % lines.len()];
                let draw_id = MovementId(Uuid::now_v7());
                let (account_id, speed) = (line.account_id, Speed::Standard);
                let draw = paper::draw_to_bank(line.line_id, draw_id, 100, account_id, speed);
                let submission = Submission {
                    id: new_id(),
                    command: draw,
                };
                let began = Instant::now();
                let drawn = engine.submit(&token, submission).await;
                drawn.expect("a draw is done");
                latencies.push(began.elapsed().as_secs_f64() * 1_000.0);
            }
        });
    }
    tasks
}
