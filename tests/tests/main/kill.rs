//! The program is killed at random moments under load, and started again each time. What was
//! acknowledged is there, once; the network paid nothing twice; and when all is quiet, what it
//! settled is what the ledger says.

use domain::command::{CancelDraw, CancelRepayment, UnfreezeLine};
use domain::refusal::ApiError;
use payments_mock::faults::{Fault, FaultKind};
use payments_mock::network::Settings;
use payments_mock::server::Running;
use sqlx::Row;
use std::collections::{BTreeMap, HashMap};
use std::process::Command;
use std::time::{Duration, Instant};
use stories::branch::{self, Branch, Outside, until};
use stories::counting::Counted;
use stories::dice::Dice;
use stories::mortal::Mortal;
use stories::proof;
use stories::teller::Plan;

const CUSTOMERS: u32 = 8;
const LINES: usize = 16;
const LIMIT_MINOR: i64 = 800_000;
/// Ends come in opening the store and under load.
const LIVES_AT_MOST_MS: i64 = 450;

/// What was acknowledged over all lives of the teller.
#[derive(Default)]
struct Acknowledged {
    done: HashMap<String, (i64, i64)>,
    refused: Vec<String>,
    lives_that_worked: usize,
}

impl Acknowledged {
    fn hear(&mut self, said: Vec<String>) {
        self.lives_that_worked += usize::from(said.iter().any(|line| line.starts_with("done ")));
        for line in said {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["ready"] => {}
                ["done", id, first, last] => {
                    let seqs = (first.parse().unwrap(), last.parse().unwrap());
                    self.done.insert((*id).to_owned(), seqs);
                }
                ["refused", id] => self.refused.push((*id).to_owned()),
                // The last line of a life may be cut short: then it was not said.
                _ if !line.starts_with("fault") => {}
                _ => panic!("an honest command met {line}"),
            }
        }
    }
}

/// Doubt on the way: a crash finds transfers in every state.
async fn misbehave(network: &Running) {
    for (kind, chance_percent) in [
        (FaultKind::ResetAfter, 6),
        (FaultKind::ResetBefore, 4),
        (FaultKind::Error500After, 4),
        (FaultKind::Return, 2),
        (FaultKind::DuplicateEvent, 5),
        (FaultKind::ReorderedEvents, 5),
    ] {
        let fault = Fault {
            chance_percent,
            ..Fault::forever(kind)
        };
        network.add_fault(fault).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_two_hundred_random_moments() {
    let lives = proof::count(200, 1_000);
    let seed = proof::seed();
    println!("BRANCHLINE_SEED={seed}");
    let network = branch::network(30, false).await;
    let branch = Branch::found(None).await;
    let plan = Plan::laid(&branch, CUSTOMERS, LINES, LINES, LIMIT_MINOR).await;
    let folder = branch.close().await;
    let plan_path = folder.path().join("plan.json");
    std::fs::write(&plan_path, serde_json::to_vec(&plan).unwrap()).unwrap();
    misbehave(&network).await;

    let began = Instant::now();
    let mut dice = Dice::seeded(seed);
    let mut acknowledged = Acknowledged::default();
    for life in 0..lives {
        let mut teller = Command::new(env!("CARGO_BIN_EXE_teller"));
        teller.args([folder.path(), &plan_path]);
        let throw = dice.throw().to_string();
        teller.args([&network.url(), &Settings::default().token, &throw]);
        let teller = Mortal::start(teller);
        let length = Duration::from_millis(dice.between(5, LIVES_AT_MOST_MS).unsigned_abs());
        // How long opening takes depends on the machine; every other life is sure to get past it.
        let once_open = life % 2 == 1;
        let said = tokio::task::spawn_blocking(move || teller.killed_after(length, once_open))
            .await
            .unwrap();
        acknowledged.hear(said);
        if life % 50 == 0 {
            // I4 holds all the time, and not only in the end.
            assert!(
                network.books().unwrap().doubled().is_empty(),
                "paid twice (seed {seed}, life {life})"
            );
        }
    }
    println!(
        "{lives} lives in {:?}, {} of them worked",
        began.elapsed(),
        acknowledged.lives_that_worked
    );
    assert!(
        acknowledged.lives_that_worked * 3 > lives,
        "the teller hardly ever got to work"
    );

    // It is left in peace, and what waits drains. The branch's clock runs ahead, so that nobody
    // waits for the pauses between tries.
    network.clear_faults().await.unwrap();
    let mut options = branch::options(folder.path(), Some(branch::address(&network)));
    let clock = engine::clock::Clock::set_to(engine::clock::Clock::System.now());
    options.clock = clock.clone();
    let engine = engine::Engine::open(options).await.unwrap();
    let began = Instant::now();
    let mut outside = Outside::open(folder.path()).await;
    // A draw of a frozen line waits for an admin, as it should.
    for planned in &plan.lines {
        let unfreeze = UnfreezeLine {
            line_id: planned.line_id,
            note: "All quiet".to_owned(),
        };
        let unfreeze = domain::command::Command::UnfreezeLine(unfreeze);
        let given = engine
            .give_command(plan.admins[0], branch::new_id(), unfreeze)
            .await;
        assert!(
            given.as_ref().map_or_else(ApiError::is_refusal, |_| true),
            "{given:?}"
        );
    }
    let restless = "select count(*) || ' ' || state || ', last: ' || coalesce(max(json_extract(document, '$.transfer.last')), '')
         from movements where state in ('queued', 'sending', 'unknown', 'accepted') group by state";
    loop {
        let waiting = outside.texts(restless).await;
        if waiting.is_empty() {
            break;
        }
        assert!(
            began.elapsed() < branch::PATIENCE,
            "never came to rest (seed {seed}): {waiting:?}"
        );
        call_off_what_goes_nowhere(&engine, &plan, &mut outside).await;
        clock.set(clock.now().plus_ms(20_000));
        engine.wake_sync();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    until("the network to have nothing more to do", async || {
        network
            .with_network(|network| network.next_due_ms())
            .unwrap()
            .is_none()
            .then_some(())
    })
    .await;
    println!("drained in {:?}", began.elapsed());
    no_return_is_still_to_come(&network, &engine, &mut outside).await;

    let acknowledged_count = acknowledged.done.len() + acknowledged.refused.len();
    every_acknowledgement_is_kept_once(&mut outside, &acknowledged).await;
    let books = network.books().unwrap();
    assert!(
        books.doubled().is_empty(),
        "paid twice (seed {seed}): {:?}",
        books.doubled()
    );
    ledger_and_network_agree(&mut outside, &books).await;
    let counted = Counted::from_log(&outside.events().await, 10_000_000);
    assert!(
        counted.broken.is_empty(),
        "seed {seed}: {:#?}",
        counted.broken
    );
    outside.close().await;

    let mut connection = engine.reader().pool.acquire().await.unwrap();
    let report = engine::verify::verify(&mut connection, engine.orders().store_key()).await;
    assert!(report.clean(), "seed {seed}: {:#?}", report.findings);
    drop(connection);
    engine.stop().await;
    println!(
        "{acknowledged_count} acknowledged, {} transfers, {} events",
        books.transfers.len(),
        report.events
    );
    assert!(
        books.transfers.len() > lives / 4,
        "hardly anything reached the network"
    );
    let how_many = format!(
        "{lives} ends, {acknowledged_count} acknowledged, {} transfers",
        books.transfers.len()
    );
    proof::proved(
        "kill",
        "SIGKILL under load: I3, I4, I5 against the network's own books",
        &how_many,
        &seed.to_string(),
    )
    .unwrap();
}

/// A returned draw can make the customer's account unusable: what waits to go there waits for
/// somebody to call it off.
async fn call_off_what_goes_nowhere(engine: &engine::Engine, plan: &Plan, outside: &mut Outside) {
    let stranded = "select m.line_id, m.id, m.kind from movements m join customers c on c.id = m.customer_id
         where m.state = 'queued' and json_extract(c.document, '$.bank_accounts[0].unusable_since_code') is not null";
    for row in sqlx::query(stranded)
        .fetch_all(&mut outside.connection)
        .await
        .unwrap()
    {
        let line_id = row.get::<String, _>(0).parse().unwrap();
        let id = row.get::<String, _>(1).parse().unwrap();
        let command = if row.get::<String, _>(2) == "draw" {
            domain::command::Command::CancelDraw(CancelDraw {
                line_id,
                draw_id: id,
            })
        } else {
            domain::command::Command::CancelRepayment(CancelRepayment {
                line_id,
                repayment_id: id,
            })
        };
        let given = engine
            .give_command(plan.staff[0], branch::new_id(), command)
            .await;
        assert!(
            given.as_ref().map_or_else(ApiError::is_refusal, |_| true),
            "{given:?}"
        );
    }
}

/// A return follows its settlement later: waits until the branch knows of every one.
async fn no_return_is_still_to_come(
    network: &Running,
    engine: &engine::Engine,
    outside: &mut Outside,
) {
    let began = Instant::now();
    loop {
        let returned = network
            .books()
            .unwrap()
            .transfers
            .iter()
            .filter(|t| t.returned_on.is_some())
            .count();
        let known = outside
            .number("select count(*) from events where type = 'transfer_returned'")
            .await;
        if usize::try_from(known).unwrap() == returned {
            return;
        }
        assert!(
            began.elapsed() < branch::PATIENCE,
            "{known} of {returned} returns are known"
        );
        engine.wake_sync();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// First and last event of a receipt, and the code of a refusal.
type Kept = (Option<i64>, Option<i64>, Option<String>);

/// I3.
async fn every_acknowledgement_is_kept_once(outside: &mut Outside, acknowledged: &Acknowledged) {
    let rows = sqlx::query("select command_id, first_seq, last_seq, refusal_code from receipts")
        .fetch_all(&mut outside.connection)
        .await
        .unwrap();
    let mut receipts: HashMap<String, Kept> = HashMap::new();
    for row in rows {
        let twice = receipts.insert(row.get(0), (row.get(1), row.get(2), row.get(3)));
        assert!(twice.is_none());
    }
    for (id, (first, last)) in &acknowledged.done {
        assert_eq!(
            receipts.get(id),
            Some(&(Some(*first), Some(*last), None)),
            "{id}"
        );
    }
    for id in &acknowledged.refused {
        let refused = receipts.get(id).is_some_and(|(_, _, code)| code.is_some());
        assert!(refused, "{id} was refused, and nothing remembers it");
    }
}

/// I5: to the cent, movement by movement, in both directions.
async fn ledger_and_network_agree(outside: &mut Outside, books: &payments_mock::books::BooksView) {
    let rows = sqlx::query("select movement_id, sum(amount_minor) from journal where account = 'CLR' group by movement_id")
        .fetch_all(&mut outside.connection)
        .await
        .unwrap();
    let ours: BTreeMap<String, i64> = rows
        .iter()
        .map(|row| (row.get(0), row.get(1)))
        .filter(|(_, minor)| *minor != 0)
        .collect();
    let theirs: BTreeMap<String, i64> = books
        .references
        .iter()
        .map(|(reference, summary)| {
            let towards_us = match summary.direction {
                payments_mock::protocol::Direction::Credit => -summary.totals.net_minor,
                payments_mock::protocol::Direction::Debit => summary.totals.net_minor,
            };
            (reference.clone(), towards_us)
        })
        .filter(|(_, minor)| *minor != 0)
        .collect();
    assert_eq!(
        ours, theirs,
        "what the ledger says and what the network settled differ"
    );
}
