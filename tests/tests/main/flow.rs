//! The whole story of a line, through the engine and a real HTTP server on loopback: with the
//! network down and up, and with every fault this release has to bear.

use domain::command::*;
use domain::ids::*;
use domain::line::Status;
use domain::movement::MovementState;
use domain::refusal::RefusalCode;
use domain::view::{SyncMark, SyncView};
use payments_mock::faults::{Fault, FaultKind};
use payments_mock::returns::ReturnCode;
use payments_mock::server::Running;
use stories::branch::paper::*;
use stories::branch::{self, Branch, Outside, until};
use uuid::Uuid;

const SETTLE_AFTER_MS: u64 = 50;

fn movement_id() -> MovementId {
    MovementId(Uuid::now_v7())
}

/// What the network really did for a movement: executions, and minor units that stayed moved.
fn in_the_books(network: &Running, id: MovementId) -> (u64, i64) {
    let books = network.books().unwrap();
    let summary = books.references.get(&id.to_string());
    summary.map_or((0, 0), |summary| {
        (summary.executions, summary.totals.net_minor)
    })
}

async fn sync_shows(branch: &Branch, what: &str, shown: impl Fn(&SyncView) -> bool) {
    until(what, async || shown(&branch.sync().await).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_application_to_the_closed_line() {
    let network = branch::network(SETTLE_AFTER_MS, true).await;
    let branch = Branch::found(Some(branch::address(&network))).await;
    let (ada, sam) = (&branch.ada, &branch.sam);

    // The application. Whoever took it does not decide, and staff never does.
    let (customer_id, account_id) = branch.customer(1).await;
    let line_id = LineId(Uuid::now_v7());
    let taken = branch
        .line_after(
            sam,
            take_application(line_id, customer_id, branch.product_id, 100_000),
        )
        .await;
    assert_eq!(taken.row.status, Status::Open);
    assert_eq!(taken.row.number, "LC-000001");
    branch
        .refused(
            sam,
            approve(line_id, taken.version, 80_000),
            RefusalCode::AdminOnly,
        )
        .await;
    branch
        .refused(
            ada,
            approve(line_id, taken.version, 100_001),
            RefusalCode::OverRequested,
        )
        .await;
    branch
        .refused(
            ada,
            approve(line_id, taken.version + 1, 80_000),
            RefusalCode::StaleVersion,
        )
        .await;
    branch
        .refused(
            ada,
            approve(line_id, taken.version, 80_000),
            RefusalCode::ChecksMissing,
        )
        .await;
    let seen = branch.checked(line_id).await;
    let approved = branch.line_after(ada, approve(line_id, seen, 80_000)).await;
    assert_eq!(
        (approved.row.status, approved.row.limit_minor.0),
        (Status::Approved, 80_000)
    );

    // No draw before the signature.
    let draw_id = movement_id();
    let draw = draw_to_bank(line_id, draw_id, 30_000, account_id, Speed::Express);
    branch
        .refused(sam, draw.clone(), RefusalCode::AgreementMissing)
        .await;
    let signed_on = branch.today().await;
    branch.done(sam, record_agreement(line_id, signed_on)).await;

    // The network is away: the draw waits in the outbox, and the mark says so.
    sync_shows(&branch, "the mark to say offline", |view| {
        view.mark == SyncMark::Offline
    })
    .await;
    let previewed = branch
        .engine
        .preview(&sam.token, draw.clone())
        .await
        .unwrap();
    assert_eq!(previewed.after.available_minor.0, 50_000);
    let queued = branch.line_after(sam, draw).await;
    assert_eq!(queued.movements[0].state, MovementState::Queued);
    assert_eq!(
        (queued.row.status, queued.figures.available_minor.0),
        (Status::Approved, 50_000)
    );
    sync_shows(&branch, "one transfer to wait offline", |view| {
        (view.mark, view.queued) == (SyncMark::Offline, 1)
    })
    .await;
    // Everything else goes on.
    branch.customer(2).await;
    let still = branch.movement(line_id, draw_id).await;
    assert_eq!(
        (still.state, still.attempts),
        (MovementState::Queued, 0),
        "nothing is tried in vain"
    );
    assert_eq!(in_the_books(&network, draw_id), (0, 0));

    // It comes back, and the draw settles by itself.
    network.up().await.unwrap();
    branch
        .arrives(line_id, draw_id, MovementState::Settled)
        .await;
    sync_shows(&branch, "the mark to say online", |view| {
        view.mark == SyncMark::Online
    })
    .await;
    assert_eq!(in_the_books(&network, draw_id), (1, 30_000));
    let drawn = branch.line(line_id).await;
    assert_eq!(
        (drawn.row.status, drawn.row.owed_minor.0),
        (Status::Outstanding, 30_000)
    );

    // Cash to zero, and draw again.
    branch
        .refused(sam, close(line_id), RefusalCode::StillOwed)
        .await;
    branch
        .done(sam, repay_cash(line_id, movement_id(), 10_000))
        .await;
    let repaid = branch
        .line_after(sam, repay_cash(line_id, movement_id(), 20_000))
        .await;
    assert_eq!(
        (repaid.row.status, repaid.row.owed_minor.0),
        (Status::Repaid, 0)
    );
    assert_eq!(repaid.row.available_minor.0, 80_000);
    branch
        .refused(
            sam,
            repay_cash(line_id, movement_id(), 1),
            RefusalCode::NothingOwed,
        )
        .await;
    let again_id = movement_id();
    branch
        .refused(
            sam,
            draw_to_bank(line_id, again_id, 80_001, account_id, Speed::Standard),
            RefusalCode::OverAvailable,
        )
        .await;
    branch
        .done(
            sam,
            draw_to_bank(line_id, again_id, 20_000, account_id, Speed::Standard),
        )
        .await;
    branch
        .arrives(line_id, again_id, MovementState::Settled)
        .await;

    // Asked to end, it takes no more draws and closes itself with the last cent.
    let asked = branch.line_after(sam, request_cancellation(line_id)).await;
    assert!(asked.row.cancellation_requested && asked.row.status == Status::Outstanding);
    branch
        .refused(
            sam,
            draw_cash(line_id, movement_id(), 100),
            RefusalCode::CancellationRequested,
        )
        .await;
    let closed = branch
        .line_after(sam, repay_cash(line_id, movement_id(), 20_000))
        .await;
    assert_eq!(closed.row.status, Status::Closed);
    branch
        .refused(
            sam,
            draw_cash(line_id, movement_id(), 100),
            RefusalCode::LineClosed,
        )
        .await;

    // A second application is rejected with two reasons, a third is cancelled.
    let second = LineId(Uuid::now_v7());
    let seen = branch
        .line_after(
            ada,
            take_application(second, customer_id, branch.product_id, 90_000),
        )
        .await
        .version;
    let reasons = [
        RejectionReason::IncomeInsufficient,
        RejectionReason::ExcessiveObligations,
    ];
    branch
        .refused(ada, reject(second, seen, &reasons), RefusalCode::OwnRequest)
        .await;
    branch
        .refused(
            &branch.boris,
            reject(second, seen, &[]),
            RefusalCode::ReasonsCount,
        )
        .await;
    let rejected = branch
        .line_after(&branch.boris, reject(second, seen, &reasons))
        .await;
    assert_eq!(rejected.row.status, Status::Rejected);
    assert_eq!(rejected.decision.unwrap().reasons, reasons);
    let third = LineId(Uuid::now_v7());
    branch
        .done(
            sam,
            take_application(third, customer_id, branch.product_id, 90_000),
        )
        .await;
    let cancel = Command::CancelApplication(CancelApplication {
        line_id: third,
        note: None,
    });
    assert_eq!(
        branch.line_after(sam, cancel).await.row.status,
        Status::Cancelled
    );

    assert!(network.books().unwrap().doubled().is_empty());
    branch.verify_clean().await;
    branch.engine.stop().await;
}

fn close(line_id: LineId) -> Command {
    Command::CloseLine(CloseLine { line_id })
}

fn request_cancellation(line_id: LineId) -> Command {
    Command::RequestCancellation(RequestCancellation {
        line_id,
        reason: Some("Moves abroad".to_owned()),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_debit_that_comes_back_is_owed_again() {
    let network = branch::network(SETTLE_AFTER_MS, false).await;
    let branch = Branch::found(Some(branch::address(&network))).await;
    let sam = &branch.sam;
    let (customer_id, account_id) = branch.customer(1).await;
    let line_id = branch.open_line(customer_id, 50_000).await;
    branch
        .done(sam, draw_cash(line_id, movement_id(), 40_000))
        .await;

    // Another account of the customer, which nobody may debit.
    let unsigned = BankAccountId(Uuid::now_v7());
    branch
        .done(sam, add_bank_account(customer_id, unsigned, 99))
        .await;
    branch
        .refused(
            sam,
            repay_by_debit(line_id, movement_id(), 100, unsigned),
            RefusalCode::NotAuthorized,
        )
        .await;

    let debit_id = movement_id();
    let comes_back = Fault {
        code: Some(ReturnCode::R01),
        ..Fault::once(FaultKind::Return)
    };
    network
        .add_fault(comes_back.for_reference(&debit_id.to_string()))
        .await
        .unwrap()
        .unwrap();
    let taken = branch
        .line_after(sam, repay_by_debit(line_id, debit_id, 25_000, account_id))
        .await;
    assert_eq!(
        taken.row.owed_minor.0, 40_000,
        "a debit pays when it settles, not when it is asked for"
    );
    let returned = branch
        .arrives(line_id, debit_id, MovementState::Returned)
        .await;
    assert_eq!(returned.return_code.as_deref(), Some("R01"));

    let line = branch.line(line_id).await;
    assert_eq!(
        (line.row.status, line.row.owed_minor.0),
        (Status::Outstanding, 40_000)
    );
    assert_eq!(in_the_books(&network, debit_id), (1, 0));
    // Both facts stand in the books: settled and reversed, to the cent.
    let mut outside = Outside::open(branch.folder()).await;
    let moved: Vec<(String, i64)> = outside
        .legs()
        .await
        .into_iter()
        .filter(|leg| leg.movement_id == Some(debit_id.to_string()))
        .map(|leg| (leg.account, leg.amount_minor))
        .collect();
    let expected = [
        ("CLR", 25_000),
        ("PRI", -25_000),
        ("CLR", -25_000),
        ("PRI", 25_000),
    ];
    assert_eq!(
        moved,
        expected.map(|(account, minor)| (account.to_owned(), minor))
    );
    outside.close().await;
    branch.verify_clean().await;
    branch.engine.stop().await;
}

/// What one fault, struck once on a draw, has to end in.
struct Struck {
    fault: Fault,
    /// Where the draw ends by itself.
    ends: MovementState,
    /// Attempts that opened a socket for it.
    attempts: std::ops::RangeInclusive<u32>,
    executions: u64,
    net_minor: i64,
    frozen: bool,
    /// Whether its outcome was in doubt on the way.
    doubted: bool,
}

const DRAWN: i64 = 12_345;

fn struck(kind: FaultKind, attempts: std::ops::RangeInclusive<u32>) -> Struck {
    Struck {
        fault: Fault::once(kind),
        ends: MovementState::Settled,
        attempts,
        executions: 1,
        net_minor: DRAWN,
        frozen: false,
        doubted: true,
    }
}

/// Each fault, and where it ends. Asking by reference before anything is sent again is why no
/// attempt is repeated where the first took effect.
fn every_fault() -> Vec<Struck> {
    let delayed = Fault {
        delay_ms: Some(3_000),
        ..Fault::once(FaultKind::Delay)
    };
    let later = Fault {
        retry_after_s: Some(1),
        ..Fault::once(FaultKind::TooManyRequests)
    };
    let unavailable = Fault {
        retry_after_s: Some(1),
        with_effect: true,
        ..Fault::once(FaultKind::Unavailable)
    };
    let returned = Fault {
        code: Some(ReturnCode::R02),
        ..Fault::once(FaultKind::Return)
    };
    let in_flight = Fault {
        delay_ms: Some(300),
        ..Fault::once(FaultKind::InFlight)
    };
    // Shown to a person and frozen; the network's next word, which fits again, moves the draw on,
    // and the line stays frozen until that person has looked.
    let reviewed = |kind| Struck {
        frozen: true,
        ..struck(kind, 1..=1)
    };
    vec![
        struck(FaultKind::ResetBefore, 2..=2),
        struck(FaultKind::Error500Before, 2..=2),
        struck(FaultKind::ResetAfter, 1..=1),
        struck(FaultKind::Error500After, 1..=1),
        struck(FaultKind::Html, 1..=1),
        struck(FaultKind::TruncatedJson, 1..=1),
        Struck {
            fault: delayed,
            ..struck(FaultKind::Delay, 1..=1)
        },
        Struck {
            fault: later,
            doubted: false,
            ..struck(FaultKind::TooManyRequests, 2..=2)
        },
        Struck {
            fault: unavailable,
            ..struck(FaultKind::Unavailable, 1..=1)
        },
        Struck {
            fault: in_flight,
            ..struck(FaultKind::InFlight, 1..=3)
        },
        reviewed(FaultKind::WrongAmount),
        reviewed(FaultKind::WrongReference),
        Struck {
            fault: returned,
            ends: MovementState::Returned,
            net_minor: 0,
            doubted: false,
            ..struck(FaultKind::Return, 1..=1)
        },
        Struck {
            ends: MovementState::Rejected,
            net_minor: 0,
            doubted: false,
            ..struck(FaultKind::Reject, 1..=1)
        },
    ]
}

/// Whether the log holds an event of this type about a movement.
async fn is_logged(branch: &Branch, id: MovementId, event_type: &str) -> bool {
    let mut outside = Outside::open(branch.folder()).await;
    let events = outside.events().await;
    outside.close().await;
    events.iter().any(|event| {
        event.event_type == event_type && event.payload["movement_id"] == id.to_string()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_the_network_ends_right() {
    let network = branch::network(SETTLE_AFTER_MS, false).await;
    let branch = Branch::found(Some(branch::address(&network))).await;
    let mut struck_draws = Vec::new();
    for (number, struck) in (1..).zip(every_fault()) {
        let (customer_id, account_id) = branch.customer(number).await;
        let line_id = branch.open_line(customer_id, 50_000).await;
        let draw_id = movement_id();
        let fault = struck.fault.clone().for_reference(&draw_id.to_string());
        network.add_fault(fault).await.unwrap().unwrap();
        branch
            .done(
                &branch.sam,
                draw_to_bank(line_id, draw_id, DRAWN, account_id, Speed::Standard),
            )
            .await;
        struck_draws.push((struck, line_id, draw_id));
    }
    for (struck, line_id, draw_id) in struck_draws {
        let kind = struck.fault.kind;
        let row = until(
            &format!("the draw struck by {kind} to be {:?}", struck.ends),
            async || {
                let row = branch.movement(line_id, draw_id).await;
                (row.state == struck.ends).then_some(row)
            },
        )
        .await;
        assert!(
            struck.attempts.contains(&row.attempts),
            "{kind}: {} attempts, {:?}",
            row.attempts,
            row.last
        );
        let (executions, net_minor) = until(&format!("the books to show {kind}"), async || {
            let found = in_the_books(&network, draw_id);
            (found == (struck.executions, struck.net_minor)).then_some(found)
        })
        .await;
        assert!(
            executions <= 1,
            "{kind} was paid {executions} times, {net_minor} in all"
        );
        let line = branch.line(line_id).await;
        assert_eq!(line.frozen_note.is_some(), struck.frozen, "{kind}");
        let reviewed = is_logged(&branch, draw_id, "transfer_in_review").await;
        assert_eq!(reviewed, struck.frozen, "{kind}: seen by a person");
        let doubted = is_logged(&branch, draw_id, "transfer_in_doubt").await;
        assert_eq!(doubted, struck.doubted, "{kind}: in doubt on the way");
        let owed = if struck.ends == MovementState::Settled {
            DRAWN
        } else {
            0
        };
        assert_eq!(line.row.owed_minor.0, owed, "{kind}");
    }
    let books = network.books().unwrap();
    assert!(
        books.doubled().is_empty(),
        "paid twice: {:?}",
        books.doubled()
    );
    assert_eq!(books.followed_redirects, 0);
    let hits = network
        .with_network(|network| network.faults().struck().clone())
        .unwrap();
    assert_eq!(
        hits.len(),
        every_fault().len(),
        "not every fault struck: {hits:?}"
    );
    branch.verify_clean().await;
    branch.engine.stop().await;
}

/// The port is closed under a branch that thought it was online: nothing is marked in vain.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_connection_strands_nothing() {
    let network = branch::network(SETTLE_AFTER_MS, false).await;
    let branch = Branch::found(Some(branch::address(&network))).await;
    let (customer_id, account_id) = branch.customer(1).await;
    let line_id = branch.open_line(customer_id, 50_000).await;
    sync_shows(&branch, "the mark to say online", |view| {
        view.mark == SyncMark::Online
    })
    .await;

    network
        .add_fault(Fault::once(FaultKind::Refuse))
        .await
        .unwrap()
        .unwrap();
    let draw_id = movement_id();
    branch
        .done(
            &branch.sam,
            draw_to_bank(line_id, draw_id, DRAWN, account_id, Speed::Express),
        )
        .await;
    sync_shows(&branch, "the mark to say offline", |view| {
        view.mark == SyncMark::Offline
    })
    .await;
    assert_eq!(
        branch.movement(line_id, draw_id).await.state,
        MovementState::Queued
    );
    // What nobody has sent can still be called off; another takes its place.
    branch
        .done(
            &branch.sam,
            Command::CancelDraw(CancelDraw { line_id, draw_id }),
        )
        .await;
    let second_id = movement_id();
    branch
        .done(
            &branch.sam,
            draw_to_bank(line_id, second_id, DRAWN, account_id, Speed::Express),
        )
        .await;

    network.clear_faults().await.unwrap();
    branch
        .arrives(line_id, second_id, MovementState::Settled)
        .await;
    assert_eq!(in_the_books(&network, draw_id), (0, 0));
    assert_eq!(in_the_books(&network, second_id), (1, DRAWN));
    branch.verify_clean().await;
    branch.engine.stop().await;
}

/// Transfers the network holds for days must not stand in the way of new ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_accepted_transfers_hold_nobody_up() {
    const A_LONG_TIME_MS: u64 = 86_400_000;
    let network = branch::network(A_LONG_TIME_MS, false).await;
    let branch = Branch::found(Some(branch::address(&network))).await;
    let (customer_id, account_id) = branch.customer(1).await;
    let line_id = branch.open_line(customer_id, 500_000).await;
    for _ in 0..300 {
        branch
            .done(
                &branch.sam,
                draw_to_bank(line_id, movement_id(), 100, account_id, Speed::Standard),
            )
            .await;
    }
    until("all of them to be accepted", async || {
        (branch.sync().await.accepted == 300).then_some(())
    })
    .await;
    branch.verify_clean().await;
    branch.engine.stop().await;
}
