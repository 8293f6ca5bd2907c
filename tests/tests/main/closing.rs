//! The close of days, killed at random moments: it goes on where it ended, and in the end the store
//! is the one that was never interrupted.

use domain::command::Command as Ask;
use domain::ids::{LineId, MovementId};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use stories::branch::paper::{draw_cash, repay_cash};
use stories::branch::{Branch, Folder, Outside};
use stories::dice::Dice;
use stories::mortal::Mortal;
use stories::proof;
use uuid::Uuid;

const CUSTOMERS: u32 = 12;
const LINES: usize = 96;
const LIMIT_MINOR: i64 = 400_000;
/// Days on which lines are drawn on. Few, so that many cycles end on one evening and most of the time
/// goes into such evenings.
const BUSY_DAYS: i64 = 3;
/// Opening takes part of a life; the rest of it closes days.
const LIVES_AT_MOST_MS: i64 = 250;
/// Days are left to close whenever a life ends.
const NEVER_REACHED: &str = "2200-12-31";
/// Closed by a life that nobody ends, so that the last killed one's work is gone on with.
const DAYS_IN_PEACE: i32 = 40;

fn closer(folder: &Path, admin: &str, through: &str) -> Mortal {
    let mut closer = Command::new(env!("CARGO_BIN_EXE_closer"));
    closer.arg(folder).args([admin, through]);
    Mortal::start(closer)
}

/// Lines that owe something, repaid now and then, over some days.
async fn busy_days(branch: &Branch, dice: &mut Dice) {
    let mut lines: Vec<LineId> = Vec::new();
    for number in 1..=CUSTOMERS {
        let (customer_id, _) = branch.customer(number).await;
        for _ in 0..LINES / CUSTOMERS as usize {
            lines.push(branch.open_line(customer_id, LIMIT_MINOR).await);
        }
    }
    let moved = || MovementId(Uuid::now_v7());
    for day in 0..BUSY_DAYS {
        for (place, line_id) in lines.iter().enumerate() {
            if place as i64 % BUSY_DAYS == day {
                let draw = draw_cash(*line_id, moved(), dice.between(10_000, 200_000));
                branch.done(&branch.sam, draw).await;
            } else if dice.percent(20) && branch.line(*line_id).await.figures.owed_minor.0 > 0 {
                let repay = repay_cash(*line_id, moved(), dice.between(100, 60_000));
                branch.done(&branch.sam, repay).await;
            }
        }
        let date = branch.today().await;
        let close = Ask::CloseDay(domain::command::CloseDay { date });
        branch.done(&branch.ada, close).await;
    }
}

/// Everything that follows from the log, and the log itself without the names of its commands, in
/// an order of its own: lines are closed in no fixed order within an evening.
async fn all_that_follows(folder: &Path) -> Vec<String> {
    let mut outside = Outside::open(folder).await;
    let mut rows = outside.views_journal_and_outbox().await;
    rows.retain(|row| !row.starts_with("journal:"));
    for sql in [
        "select id || coalesce(next_due_on, '-') from lines",
        "select owner || ' ' || account || ' ' || kind || ' ' || effective_on || ' ' || posted_on || ' ' || amount_minor || coalesce(movement_id, '') from journal",
        "select business_date || ' ' || type || ' ' || stream_id || ' ' || stream_seq || ' ' || payload from events",
    ] {
        rows.extend(outside.texts(sql).await);
    }
    outside.close().await;
    let mut rows: Vec<String> = rows.iter().map(|row| unsealed(row)).collect();
    rows.sort();
    rows
}

/// Without what is sealed: a document that is written again is sealed under another nonce.
fn unsealed(row: &str) -> String {
    let mut parts = row.split("\"$sealed\":\"");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('"').expect("a sealed text ends");
        plain.push_str(rest);
    }
    plain
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_closed_in_many_lives_are_days_closed_in_one() {
    let lives = proof::count(50, 500);
    let seed = proof::seed();
    println!("BRANCHLINE_SEED={seed}");
    let mut dice = Dice::seeded(seed);
    let branch = Branch::found(None).await;
    busy_days(&branch, &mut dice).await;
    let admin = branch.ada.user_id.to_string();
    let killed = branch.close().await;
    let in_peace = Folder::new();
    for entry in std::fs::read_dir(killed.path()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), in_peace.path().join(entry.file_name())).unwrap();
        }
    }

    let (mut heard, mut cut_off) = (Vec::new(), 0);
    for life in 0..lives {
        let closer = closer(killed.path(), &admin, NEVER_REACHED);
        let length = Duration::from_millis(dice.between(1, LIVES_AT_MOST_MS).unsigned_abs());
        // How long opening takes depends on the machine; every other life is sure to get past it.
        let once_open = life % 2 == 1;
        let said = tokio::task::spawn_blocking(move || closer.killed_after(length, once_open));
        heard.extend(said.await.unwrap());
        // Lines that fell due on closed days and are not done: the next life goes on with these.
        let mut outside = Outside::open(killed.path()).await;
        let left = "select count(*) from lines where next_due_on <=
            (select max(json_extract(payload, '$.date')) from events where type = 'day_closed')";
        cut_off += usize::from(outside.number(left).await > 0);
        outside.close().await;
    }
    let closed = |heard: &[String]| -> Vec<String> {
        let dates = heard.iter().filter_map(|line| line.strip_prefix("closed "));
        dates.map(str::to_owned).collect()
    };
    let of_the_killed = closed(&heard);
    let mut outside = Outside::open(killed.path()).await;
    let last = "select max(json_extract(payload, '$.date')) from events where type = 'day_closed'";
    let last = outside.texts(last).await.remove(0);
    outside.close().await;
    let through: domain::date::BusinessDate = last.parse().unwrap();
    let through = through.plus_days(DAYS_IN_PEACE).to_string();
    closer(killed.path(), &admin, &through).lives_to_its_end();
    let of_one_life = closer(in_peace.path(), &admin, &through).lives_to_its_end();

    println!(
        "{lives} lives closed {} days, {cut_off} of them were cut off inside one",
        of_the_killed.len()
    );
    assert!(
        of_the_killed.len() > lives && cut_off * 10 > lives,
        "hardly any life got to work: {} days, {cut_off} cut off",
        of_the_killed.len()
    );
    // What was acknowledged was said once, and is closed.
    let mut dates = closed(&of_one_life);
    dates.retain(|date| of_the_killed.contains(date));
    assert_eq!(dates, of_the_killed, "seed {seed}");
    let (one, many) = (
        all_that_follows(in_peace.path()).await,
        all_that_follows(killed.path()).await,
    );
    for (one, many) in one.iter().zip(&many) {
        assert_eq!(one, many, "seed {seed}");
    }
    assert_eq!(one.len(), many.len(), "seed {seed}");

    let mut options = stories::branch::options(killed.path(), None);
    options.network = None;
    let engine = engine::Engine::open(options).await.unwrap();
    let mut connection = engine.reader().pool.acquire().await.unwrap();
    let report = engine::verify::verify(&mut connection, engine.orders().store_key()).await;
    assert!(report.clean(), "seed {seed}: {:#?}", report.findings);
    drop(connection);
    engine.stop().await;
    let how_many = format!(
        "{lives} ends over {} days, {cut_off} inside a close, {} rows equal",
        of_the_killed.len(),
        one.len()
    );
    proof::proved(
        "closing",
        "days closed in many lives: the same store as in one",
        &how_many,
        &seed.to_string(),
    )
    .unwrap();
}
