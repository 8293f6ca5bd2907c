//! The program is closed: with a transfer on the wire, with nothing on it, and in the middle of work.
//! What is under way may end within a patience that is short; what does not is doubt at the next
//! start. What was acknowledged is kept, and what comes later is refused in words.

use domain::actor::NetworkState;
use domain::command::{Speed, Submission};
use domain::ids::{LineId, MovementId};
use domain::movement::MovementState;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use engine::Engine;
use engine::engine::STOP_PATIENCE;
use payments_mock::faults::{Fault, FaultKind};
use payments_mock::server::Running;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use stories::branch::paper::{draw_cash, draw_to_bank};
use stories::branch::{self, Branch, Outside, until};
use stories::garble::internals_in;
use tokio::task::JoinSet;
use uuid::Uuid;

const AMOUNT: i64 = 40_000;
/// What closing the store may take beside the patience.
const MARGIN: Duration = Duration::from_secs(3);
/// Well within the patience, and long enough to close the program meanwhile.
const ANSWER_TAKES: Duration = Duration::from_millis(1_200);
/// Nothing but the program's end cuts a call off here.
const NEVER_TIMES_OUT: Duration = Duration::from_secs(60);

async fn over(network: &Running) -> Branch {
    Branch::found(Some(patient(network))).await
}

fn patient(network: &Running) -> engine::NetworkAddress {
    let mut address = branch::address(network);
    address.time_out = NEVER_TIMES_OUT;
    address
}

/// A draw that the network has taken in, and says so only after a while.
async fn on_the_wire(branch: &Branch, network: &Running, answer_takes: Duration) -> MovementId {
    let (customer_id, account_id) = branch.customer(1).await;
    let line_id = branch.open_line(customer_id, 900_000).await;
    let fault = Fault {
        delay_ms: Some(u64::try_from(answer_takes.as_millis()).unwrap()),
        ..Fault::once(FaultKind::Delay)
    };
    network.add_fault(fault).await.unwrap().unwrap();
    let id = MovementId(Uuid::now_v7());
    let draw = draw_to_bank(line_id, id, AMOUNT, account_id, Speed::Standard);
    branch.done(&branch.sam, draw).await;
    until("the draw to be taken in by the network", async || {
        let books = network.books().unwrap();
        books.references.contains_key(&id.to_string()).then_some(())
    })
    .await;
    assert_eq!(
        branch.movement(line_id, id).await.state,
        MovementState::Sending
    );
    id
}

async fn timed_stop(engine: &Engine) -> Duration {
    let began = Instant::now();
    engine.stop().await;
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_within_the_patience_is_waited_for_and_written() {
    // It does not settle before the store is looked at.
    let network = branch::network(600_000, false).await;
    let branch = over(&network).await;
    let draw = on_the_wire(&branch, &network, ANSWER_TAKES).await;
    let stopped_at = branch.engine.clock().now();
    let folder = branch.close().await;

    let mut outside = Outside::open(folder.path()).await;
    let known =
        "select state || ' ' || json_extract(document, '$.transfer.remote_id') from movements";
    let transfers = network.books().unwrap().transfers;
    assert_eq!(transfers.len(), 1);
    assert_eq!(
        outside.texts(known).await,
        [format!("accepted {}", transfers[0].id)],
        "{draw}"
    );
    // Otherwise nothing was under way, and nothing was shown.
    let written = "select at_ms from events where type = 'transfer_accepted'";
    let written = outside.number(written).await;
    assert!(
        written >= stopped_at.0,
        "the answer came before the program was closed"
    );
    outside.close().await;
    network.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_takes_longer_is_doubt_at_the_next_start_and_asked_for() {
    let network = branch::network(30, false).await;
    let branch = over(&network).await;
    let draw = on_the_wire(&branch, &network, NEVER_TIMES_OUT).await;
    let took = timed_stop(&branch.engine).await;
    assert!(took < STOP_PATIENCE + MARGIN, "closing took {took:?}");
    let folder = branch.close().await;
    let mut outside = Outside::open(folder.path()).await;
    let states = outside.texts("select state from movements").await;
    assert_eq!(states, ["sending"], "nobody knows, and nobody says so");
    outside.close().await;

    let options = branch::options(folder.path(), Some(patient(&network)));
    let engine = Engine::open(options).await.unwrap();
    let told = until("the draw to settle", async || {
        let told = engine.reader().timeline(draw).await.unwrap();
        let settled = told.iter().any(|row| row.event_type == "transfer_settled");
        settled.then_some(told)
    })
    .await;
    let mut types: Vec<&str> = told.iter().map(|row| row.event_type.as_str()).collect();
    // Asked at once, or after it has settled: then it is heard of as settled.
    types.retain(|name| *name != "transfer_accepted");
    let expected = [
        "movement_requested",
        "transfer_queued",
        "transfer_marked",
        "transfer_in_doubt",
        "transfer_settled",
    ];
    assert_eq!(types, expected);
    let mut outside = Outside::open(folder.path()).await;
    let events = outside.events().await;
    let doubt = events
        .iter()
        .find(|event| event.event_type == "transfer_in_doubt")
        .unwrap();
    assert_eq!(doubt.payload["reason"], "the program stopped while sending");

    // Paid once, in the network's books and in the ledger.
    let books = network.books().unwrap();
    assert_eq!(books.references[&draw.to_string()].executions, 1);
    assert_eq!(books.credits.net_minor, AMOUNT);
    let clearing = "select sum(amount_minor) from journal where account = 'CLR'";
    assert_eq!(outside.number(clearing).await, -AMOUNT);
    outside.close().await;
    let mut connection = engine.reader().pool.acquire().await.unwrap();
    let report = engine::verify::verify(&mut connection, engine.orders().store_key()).await;
    assert!(report.clean(), "{:#?}", report.findings);
    drop(connection);
    engine.stop().await;
    network.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_nothing_under_way_nothing_is_waited_for() {
    let network = branch::network(30, false).await;
    let branch = over(&network).await;
    until("the network to answer", async || {
        let online = branch.sync().await.network == NetworkState::Online;
        online.then_some(())
    })
    .await;
    let took = timed_stop(&branch.engine).await;
    assert!(took < STOP_PATIENCE, "closing took {took:?}");
    network.stop().await.unwrap();
}

/// A teller who asks without a pause, until the program says no.
async fn asks_on(branch: Arc<Branch>, line_id: LineId, answered: Arc<AtomicU64>) -> Asked {
    let mut done = Vec::new();
    loop {
        let submission = Submission {
            id: branch::new_id(),
            command: draw_cash(line_id, MovementId(Uuid::now_v7()), 100),
        };
        match branch
            .engine
            .submit_only(&branch.sam.token, submission)
            .await
        {
            Ok(told) => {
                answered.fetch_add(1, Ordering::SeqCst);
                done.push(format!("{} {} {}", told.id, told.first_seq, told.last_seq));
            }
            Err(error) => return Asked { done, error },
        }
    }
}

struct Asked {
    /// As the receipts have it: id, first and last event.
    done: Vec<String>,
    /// What the last one was told.
    error: ApiError,
}

fn refused_in_words(error: &ApiError) {
    let codes = [FaultCode::StoreUnavailable, FaultCode::OutcomeUnknown];
    let honest = codes
        .iter()
        .any(|code| error.code == ErrorCode::Fault(*code));
    assert!(honest, "{error:?}");
    assert!(!error.message.is_empty());
    assert_eq!(internals_in(&error.message), None, "{}", error.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_kept_and_what_comes_later_is_refused() {
    const TELLERS: u32 = 4;
    let branch = Arc::new(Branch::found(None).await);
    let answered = Arc::new(AtomicU64::new(0));
    let mut tellers = JoinSet::new();
    for number in 1..=TELLERS {
        let (customer_id, _) = branch.customer(number).await;
        let line_id = branch.open_line(customer_id, 900_000).await;
        tellers.spawn(asks_on(branch.clone(), line_id, answered.clone()));
    }
    until("the tellers to be at work", async || {
        (answered.load(Ordering::SeqCst) >= 100).then_some(())
    })
    .await;
    branch.engine.stop().await;
    let mut acknowledged = Vec::new();
    while let Some(asked) = tellers.join_next().await {
        let Asked { done, error } = asked.unwrap();
        refused_in_words(&error);
        acknowledged.extend(done);
    }
    let draw = draw_cash(LineId(Uuid::now_v7()), MovementId(Uuid::now_v7()), 100);
    let later = branch.ask(&branch.sam, draw).await.unwrap_err();
    refused_in_words(&later);
    // Nor is a question answered from a store that is closed.
    let asked = branch.engine.viewer(&branch.sam.token).await;
    refused_in_words(&asked.map(|_| ()).unwrap_err());

    let branch = Arc::into_inner(branch).expect("every teller has gone home");
    let folder = branch.close().await;
    let mut outside = Outside::open(folder.path()).await;
    let receipts = "select command_id || ' ' || first_seq || ' ' || last_seq from receipts
        where first_seq is not null";
    let receipts = outside.texts(receipts).await;
    for told in &acknowledged {
        let kept = receipts.iter().filter(|receipt| *receipt == told).count();
        assert_eq!(kept, 1, "{told}");
    }
    // Of each teller's last one nobody was told that it is there; it may be.
    let drawn = outside.number("select count(*) from movements").await;
    let acknowledged = i64::try_from(acknowledged.len()).unwrap();
    let open = acknowledged..=acknowledged + i64::from(TELLERS);
    assert!(open.contains(&drawn), "{drawn} of {acknowledged}");
    outside.close().await;

    let engine = Engine::open(branch::options(folder.path(), None))
        .await
        .unwrap();
    let mut connection = engine.reader().pool.acquire().await.unwrap();
    let report = engine::verify::verify(&mut connection, engine.orders().store_key()).await;
    assert!(report.clean(), "{:#?}", report.findings);
    drop(connection);
    engine.stop().await;
}
