//! Sixty-four tellers at once on few lines. Whatever they do to each other, no update is lost,
//! no limit is passed, the books balance, and who asks twice is told the same.

use domain::command::Command;
use domain::ids::{CommandId, UserId};
use domain::refusal::{ApiError, ErrorCode};
use serde_json::Value;
use sqlx::Row;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;
use stories::branch::{self, Branch, Outside};
use stories::counting::Counted;
use stories::proof;
use stories::teller::{Deed, Gossip, Plan, Teller};

const TASKS: u64 = 64;
const CUSTOMERS: u32 = 20;
const LINES: usize = 50;
/// Forty thousand: the third line of a customer would pass the cap on exposure.
const LIMIT_MINOR: i64 = 4_000_000;
const CAP_MINOR: i64 = 10_000_000;

/// What a teller was told.
type Told = Result<(u64, u64), ErrorCode>;

struct Acknowledged {
    id: CommandId,
    told: Told,
}

async fn give(branch: &Branch, user_id: UserId, id: CommandId, command: Command) -> Told {
    branch
        .engine
        .give_command(user_id, id, command)
        .await
        .map_err(|error: ApiError| error.code)
}

async fn work(branch: Arc<Branch>, mut teller: Teller, commands: usize) -> Vec<Acknowledged> {
    let mut acknowledged: Vec<Acknowledged> = Vec::with_capacity(commands);
    let mut earlier: Option<(UserId, CommandId, Command, Told)> = None;
    while acknowledged.len() < commands {
        let (user_id, command) = match teller.next_deed() {
            Deed::Desk(user_id, command) => (user_id, *command),
            Deed::Network(order) => {
                // A rule may say no to an attempt; the network's word is never refused.
                let word = matches!(order, domain::command::Internal::RecordNetworkState { .. });
                let taken = branch.engine.orders().internal(order).await;
                let refused_for_being_unknown = taken.as_ref().is_err_and(ApiError::is_refusal);
                assert!(
                    !word || taken.is_ok() || refused_for_being_unknown,
                    "{taken:?}"
                );
                continue;
            }
        };
        let id = branch::new_id();
        let told = if teller.dice.percent(10) {
            // Twice at the same moment, as an impatient page does it.
            let (first, second) = tokio::join!(
                give(&branch, user_id, id, command.clone()),
                give(&branch, user_id, id, command.clone())
            );
            assert_eq!(first, second, "one submission, two answers: {command:?}");
            first
        } else {
            give(&branch, user_id, id, command.clone()).await
        };
        if teller.dice.percent(5)
            && let Some((user_id, id, command, told)) = earlier.take()
        {
            assert_eq!(
                give(&branch, user_id, id, command).await,
                told,
                "a repeat was told something else"
            );
        }
        assert!(
            !matches!(told, Err(ErrorCode::Fault(_))),
            "{command:?} was told {told:?}"
        );
        if told.is_ok() {
            teller.done(&command);
        }
        acknowledged.push(Acknowledged { id, told });
        earlier = Some((user_id, id, command, told));
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tellers_on_fifty_lines() {
    let commands = proof::count(2_000, 5_000);
    let seed = proof::seed();
    println!("BRANCHLINE_SEED={seed}");
    let branch = Arc::new(Branch::found(None).await);
    let plan = Arc::new(Plan::laid(&branch, CUSTOMERS, LINES, 30, LIMIT_MINOR).await);
    let gossip = Arc::new(Gossip::default());

    let began = Instant::now();
    let mut tellers = tokio::task::JoinSet::new();
    for task in 0..TASKS {
        let teller = Teller::new(seed.wrapping_add(task), plan.clone(), gossip.clone(), true);
        tellers.spawn(work(branch.clone(), teller, commands));
    }
    let acknowledged: Vec<Acknowledged> = tellers.join_all().await.into_iter().flatten().collect();
    println!("{} commands in {:?}", acknowledged.len(), began.elapsed());

    let began = Instant::now();
    let mut outside = Outside::open(branch.folder()).await;
    let events = outside.events().await;
    every_acknowledgement_is_kept_once(&mut outside, &events, &acknowledged).await;

    let counted = Counted::from_log(&events, CAP_MINOR);
    assert!(
        counted.broken.is_empty(),
        "seed {seed}: {:#?}",
        counted.broken
    );
    assert_eq!(
        outside
            .number("select coalesce(sum(amount_minor), 0) from journal")
            .await,
        0
    );
    assert_eq!(
        outside.number("select coalesce(max(abs(total)), 0) from (select sum(amount_minor) total from journal group by seq, entry)").await,
        0,
        "an entry does not balance"
    );
    views_say_what_was_counted(&mut outside, &counted).await;
    outside.close().await;
    println!("counted in {:?}", began.elapsed());

    let began = Instant::now();
    let report = branch.verify_clean().await;
    println!("proved {} events in {:?}", report.events, began.elapsed());
    the_story_was_worth_telling(&acknowledged, &counted);
    let how_many = format!("{TASKS} × {commands} commands, {} events", report.events);
    proof::proved(
        "load",
        "concurrent tellers: no lost update, no limit passed, repeats answered alike",
        &how_many,
        &seed.to_string(),
    )
    .unwrap();
    branch.engine.stop().await;
}

/// Each acknowledged command stands in the log exactly where its answer said, and has one receipt.
async fn every_acknowledgement_is_kept_once(
    outside: &mut Outside,
    events: &[branch::LoggedEvent],
    acknowledged: &[Acknowledged],
) {
    let mut logged: HashMap<&str, (i64, i64, i64)> = HashMap::new();
    for event in events {
        let place = logged
            .entry(&event.command_id)
            .or_insert((event.seq, event.seq, 0));
        *place = (place.0, event.seq, place.2 + 1);
    }
    let rows = sqlx::query("select command_id, refusal_code from receipts")
        .fetch_all(&mut outside.connection)
        .await
        .unwrap();
    let mut receipts: HashMap<String, Option<String>> = HashMap::new();
    for row in &rows {
        let before = receipts.insert(row.get(0), row.get(1));
        assert!(before.is_none(), "two receipts of one command");
    }
    for Acknowledged { id, told } in acknowledged {
        let id = id.to_string();
        let (first, last, count) = logged.get(id.as_str()).copied().unwrap_or((0, 0, 0));
        let receipt = receipts
            .get(&id)
            .unwrap_or_else(|| panic!("{id} was acknowledged and has no receipt"));
        match told {
            Ok((told_first, told_last)) => {
                let found = (first.cast_unsigned(), last.cast_unsigned());
                assert_eq!(found, (*told_first, *told_last), "{id}");
                assert_eq!(
                    count,
                    last - first + 1,
                    "{id}: its events do not stand together"
                );
                assert_eq!(
                    receipt, &None,
                    "{id} was done, and its receipt says it was refused"
                );
            }
            Err(code) => {
                assert_eq!(count, 1, "{id}: a refusal is one event");
                let written = receipt.clone().map(Value::from);
                assert_eq!(written, Some(serde_json::to_value(code).unwrap()), "{id}");
            }
        }
    }
}

/// The balances on the screen are the ones counted by hand.
async fn views_say_what_was_counted(outside: &mut Outside, counted: &Counted) {
    let sql = "select l.id, json_extract(l.document, '$.balances.principal_minor') principal,
            json_extract(l.document, '$.balances.credit_minor') credit,
            json_extract(l.document, '$.draws_on_their_way_minor') on_their_way,
            (select coalesce(sum(amount_minor), 0) from journal where owner = l.id and account = 'PRI') posted
         from lines l";
    let rows = sqlx::query(sql)
        .fetch_all(&mut outside.connection)
        .await
        .unwrap();
    assert_eq!(rows.len(), counted.lines.len());
    for row in rows {
        let id: String = row.get("id");
        let line = &counted.lines[&id];
        let shown: [i64; 4] = [
            row.get("principal"),
            row.get("credit"),
            row.get("on_their_way"),
            row.get("posted"),
        ];
        let expected = [
            line.principal_minor,
            line.credit_minor,
            line.on_their_way_minor(),
            line.principal_minor,
        ];
        assert_eq!(
            shown, expected,
            "line {id}: principal, credit, on their way, posted principal"
        );
    }
    let drawers = "select coalesce(sum(amount_minor), 0) from journal where account = 'DRW'";
    assert_eq!(
        sqlx::query(drawers)
            .fetch_one(&mut outside.connection)
            .await
            .unwrap()
            .get::<i64, _>(0),
        counted.drawers_minor
    );
    let clearing = "select coalesce(sum(amount_minor), 0) from journal where account = 'CLR'";
    let cleared: i64 = sqlx::query(clearing)
        .fetch_one(&mut outside.connection)
        .await
        .unwrap()
        .get(0);
    assert_eq!(cleared, counted.clearing.values().sum::<i64>());
}

/// A run in which nearly everything was refused would prove nothing.
fn the_story_was_worth_telling(acknowledged: &[Acknowledged], counted: &Counted) {
    let mut codes: HashMap<String, usize> = HashMap::new();
    for one in acknowledged {
        let code = one
            .told
            .as_ref()
            .err()
            .map_or("done".to_owned(), |code| branch::code_name(*code));
        *codes.entry(code).or_default() += 1;
    }
    println!("{codes:?}");
    let done = codes.get("done").copied().unwrap_or(0);
    assert!(
        done * 4 > acknowledged.len(),
        "only {done} of {} were done",
        acknowledged.len()
    );
    for needed in [
        "OverAvailable",
        "OverExposure",
        "LineFrozen",
        "AlreadyFinished",
        "StaleVersion",
        "NotOpen",
    ] {
        assert!(
            codes.contains_key(needed),
            "nobody was refused with {needed}"
        );
    }
    assert!(
        counted.clearing.len() > 100,
        "hardly anything went through the network"
    );
}
