//! Every fault the network can make × every state a job can be in: what comes of it, written
//! down. A job is brought to its state; then the fault strikes the next thing the network does
//! about it; then twelve days pass. Draws and debits have one table: a debit fares as a draw does.

use crate::branch::{Branch, CASH};
use crate::proof;
use crate::world::{DAY_MS, HOUR_MS, World};
use domain::command::*;
use domain::ids::*;
use domain::movement::MovementState;
use domain::transfer::{Direction, LookUp, PostAnswer, RemoteTransfer};
use payments_mock::exchange::Request;
use payments_mock::faults::{Fault, FaultKind, Operation, Point};
use payments_mock::returns::ReturnCode;

const AMOUNT: i64 = 40_000;
/// Drawn in cash before a debit repays a part of it.
const OWED: i64 = 90_000;

/// Where a job can stand when something goes wrong.
const STATES: [&str; 9] = [
    "queued",
    "sending", // found at start; its bytes had arrived
    "retry-wait",
    "unknown", // its bytes had not arrived
    "accepted",
    "settled",
    "rejected",
    "returned",
    "needs review", // a person asks once more
];

/// What comes of it: the state in the end, how often the network executed it, what the ledger
/// says moved, and what is shown to a person.
#[rustfmt::skip]
const WRITTEN: &[(&[&str], [&str; 9])] = &[
    (&["reset_before", "error_500_before", "bad_gateway", "unavailable", "gateway_timeout",
       "too_many_requests", "unauthorized", "redirect", "reset_after", "delay", "error_500_after",
       "slow_body", "truncated_json", "html", "wrong_amount", "wrong_reference", "wrong_date",
       "event_before_answer", "clock_skew", "in_flight", "effect_after_reset", "key_forgotten",
       "key_expired", "orphan_transfer", "return_of_return", "duplicate_event",
       "reordered_events", "late_event", "missing_event"],
     ["Settled x1 40000", "Settled x1 40000", "Settled x1 40000", "Settled x1 40000",
      "Settled x1 40000", "Settled x1 40000", "Rejected x1 0", "Returned x1 0",
      "Settled x1 40000"]),
    // Three days without a connection. What never left goes; what may have left is by then older
    // than its key's life: a person has the statements as witness.
    (&["refuse"],
     ["Settled x1 40000", "Settled x1 40000", "Settled x1 40000", "NeedsReview x0 0 KeyTooOld",
      "Settled x1 40000", "Settled x1 40000", "Rejected x1 0", "Returned x1 0",
      "NeedsReview x0 0 KeyTooOld"]),
    // The id it was accepted under is nobody's: asked again by a person, the reference counts.
    (&["wrong_id"],
     ["NeedsReview x1 0 missing_here AnswerDoesNotMatch, asked: Settled x1 40000",
      "NeedsReview x1 0 missing_here AnswerDoesNotMatch, asked: Settled x1 40000",
      "NeedsReview x1 0 missing_here AnswerDoesNotMatch, asked: Settled x1 40000",
      "Settled x1 40000",
      "Settled x1 40000", "Settled x1 40000", "Rejected x1 0", "Returned x1 0",
      "Settled x1 40000"]),
    // The next statement's first line is that of the accepted one.
    (&["statement_off_by_one"],
     ["Settled x1 40000", "Settled x1 40000", "Settled x1 40000", "Settled x1 40000",
      "Settled x1 40000 amount_differs", "Settled x1 40000", "Rejected x1 0", "Returned x1 0",
      "Settled x1 40000"]),
    // Only a submission can be executed twice, and it is shown.
    (&["execute_twice"],
     ["Settled x2 40000 duplicate", "Settled x1 40000", "Settled x2 40000 duplicate",
      "Settled x2 40000 duplicate", "Settled x1 40000", "Settled x1 40000", "Rejected x1 0",
      "Returned x1 0", "Settled x2 40000 duplicate"]),
    (&["reject"],
     ["Rejected x1 0", "Rejected x1 0", "Rejected x1 0", "Rejected x1 0", "Rejected x1 0",
      "Settled x1 40000", "Rejected x1 0", "Returned x1 0", "Rejected x1 0"]),
    (&["return"],
     ["Returned x1 0", "Returned x1 0", "Returned x1 0", "Returned x1 0", "Returned x1 0",
      "Returned x1 0", "Rejected x1 0", "Returned x1 0", "Returned x1 0"]),
];

struct Job {
    line: LineId,
    id: MovementId,
}

/// Of an account that is frozen, or has not enough on it: neither has consequences.
fn comes_back(direction: Direction) -> ReturnCode {
    match direction {
        Direction::Credit => ReturnCode::R16,
        Direction::Debit => ReturnCode::R01,
    }
}

/// A draw is a credit of the customer's account, a repayment a debit of it.
async fn bring(world: &mut World, direction: Direction, state: &str) -> Job {
    let (line, account) = world.line(500_000).await;
    let id = match direction {
        Direction::Credit => world.draw(line, account, AMOUNT).await,
        Direction::Debit => {
            world.branch.draw(line, OWED, CASH).await;
            world.debit(line, account, AMOUNT).await
        }
    };
    let job = Job { line, id };
    match state {
        "queued" | "sending" | "retry-wait" | "unknown" | "needs review" => {}
        "rejected" => life(world, id, FaultKind::Reject, None),
        "returned" => life(world, id, FaultKind::Return, Some(comes_back(direction))),
        _ => {}
    }
    job
}

fn life(world: &World, id: MovementId, kind: FaultKind, code: Option<ReturnCode>) {
    let fault = Fault {
        code,
        ..Fault::once(kind).for_reference(&id.to_string())
    };
    world.wire.network().add_fault(fault).unwrap();
}

async fn tell(branch: &Branch, internal: Internal) {
    branch.engine.orders().internal(internal).await.unwrap();
}

/// Brings those jobs to their states that the program cannot be made to reach in time.
async fn put(world: &World, job: &Job, state: &str) {
    let Job {
        line: line_id,
        id: movement_id,
    } = *job;
    let branch = &world.branch;
    let marked = Internal::MarkAttempt {
        line_id,
        movement_id,
    };
    let answered = |answer| Internal::RecordAnswer {
        line_id,
        movement_id,
        attempt: 1,
        answer,
        jitter: 0,
    };
    match state {
        "sending" => {
            let orders = branch.engine.orders();
            let customer_id = world.movement(movement_id).await.customer_id;
            let (pool, key) = (orders.pool(), orders.store_key());
            let body = engine::store::jobs::body(pool, key, movement_id, customer_id).await;
            let bytes = body.unwrap().unwrap();
            tell(branch, marked).await;
            let request = Request::submit("branch-token", &movement_id.to_string(), &bytes);
            world.wire.request(&request);
        }
        "retry-wait" => {
            tell(branch, marked).await;
            tell(branch, answered(PostAnswer::NotSent { reason: "refused" })).await;
        }
        "unknown" | "needs review" => {
            tell(branch, marked).await;
            tell(branch, answered(PostAnswer::NoAnswer { reason: "reset" })).await;
        }
        _ => {}
    }
    if state == "needs review" {
        let odd = RemoteTransfer {
            id: "tr_odd".to_owned(),
            reference: movement_id.to_string(),
            direction: world.movement(movement_id).await.kind.direction(),
            amount_minor: domain::money::Minor(1),
            currency: "USD".to_owned(),
            status: domain::transfer::RemoteStatus::Accepted,
            settlement_date: None,
            return_code: None,
            reversals: None,
        };
        let told = Internal::RecordLookUp {
            line_id,
            movement_id,
            found: LookUp::Found(odd),
            jitter: 0,
        };
        tell(branch, told).await;
        let note = "Called the network".to_owned();
        let thaw = Command::UnfreezeLine(UnfreezeLine { line_id, note });
        branch.admin_does(thaw).await.unwrap();
    }
}

/// A world with a job in each state, and nothing else going on.
async fn world_of_jobs(direction: Direction) -> (World, Vec<Job>) {
    let mut world = World::new().await;
    let mut jobs = Vec::new();
    // Those that take days to get there, first.
    for state in ["settled", "rejected", "returned"] {
        jobs.push((state, bring(&mut world, direction, state).await));
    }
    world.live(5 * DAY_MS).await;
    jobs.push(("accepted", bring(&mut world, direction, "accepted").await));
    world.settle_down().await;
    for state in ["queued", "sending", "retry-wait", "unknown", "needs review"] {
        let job = bring(&mut world, direction, state).await;
        put(&world, &job, state).await;
        jobs.push((state, job));
    }
    let mut ordered = Vec::new();
    for state in STATES {
        let place = jobs.iter().position(|(name, _)| *name == state).unwrap();
        ordered.push(jobs.swap_remove(place).1);
    }
    for (state, job) in STATES.into_iter().zip(&ordered) {
        let expected = match state {
            "queued" | "retry-wait" => MovementState::Queued,
            "sending" => MovementState::Sending,
            "unknown" => MovementState::Unknown,
            "accepted" => MovementState::Accepted,
            "settled" => MovementState::Settled,
            "rejected" => MovementState::Rejected,
            "returned" => MovementState::Returned,
            _ => MovementState::NeedsReview,
        };
        assert_eq!(world.state(job.id).await, expected, "{state}");
    }
    (world, ordered)
}

fn strikes_next(kind: FaultKind, direction: Direction, state: &str, id: MovementId) -> Fault {
    let sends = matches!(state, "queued" | "retry-wait");
    let on = match kind {
        FaultKind::StatementOffByOne => Some(Operation::Statement),
        _ if sends => Some(Operation::Submit),
        _ => Some(Operation::Find),
    };
    let by_request = matches!(kind.point(), Point::BeforeEffect | Point::AfterEffect);
    let slow = matches!(kind, FaultKind::Delay | FaultKind::SlowBody);
    let returns = matches!(kind, FaultKind::Return | FaultKind::ReturnOfReturn);
    Fault {
        on: on.filter(|_| by_request),
        delay_ms: slow.then_some(60_000),
        code: returns.then_some(comes_back(direction)),
        reference: (kind != FaultKind::StatementOffByOne).then(|| id.to_string()),
        ..Fault::once(kind)
    }
}

async fn outcome(world: &World, job: &Job) -> String {
    let movement = world.movement(job.id).await;
    let reference = job.id.to_string();
    let books = world.wire.network().books_view();
    let executions = books.references.get(&reference).map_or(0, |r| r.executions);
    // Towards the customer's account, or away from it.
    let posted = match movement.kind.direction() {
        Direction::Credit => world.ledger_minor(job.id).await,
        Direction::Debit => -world.ledger_minor(job.id).await,
    };
    let ours = movement.transfer.as_ref().and_then(|t| t.remote_id.clone());
    let really: i64 = world
        .wire
        .network()
        .books()
        .movements()
        .filter(|(_, moved)| Some(&moved.transfer_id) == ours.as_ref())
        .map(|(_, moved)| match moved.kind {
            payments_mock::books::MovementKind::Settled => moved.amount_minor,
            payments_mock::books::MovementKind::Returned => -moved.amount_minor,
        })
        .sum();
    // I5: whatever the fault, the ledger has what the network really moved; a job that a person
    // has to look at is not over.
    if movement.state != MovementState::NeedsReview {
        assert_eq!(posted, really, "{:?}", movement);
    }
    let mut cell = format!("{:?} x{executions} {posted}", movement.state);
    for finding in world.findings().await {
        if finding.finding.movement_id == Some(job.id) {
            cell.push_str(&format!(" {}", finding.finding.class.tag()));
        }
    }
    if let Some(review) = movement.review {
        cell.push_str(&format!(" {review:?}"));
    }
    cell
}

#[tokio::test]
async fn every_fault_in_every_state_of_a_draw() {
    every_fault_in_every_state("faults-of-draws", Direction::Credit).await;
}

#[tokio::test]
async fn every_fault_in_every_state_of_a_debit() {
    every_fault_in_every_state("faults-of-debits", Direction::Debit).await;
}

async fn every_fault_in_every_state(name: &str, direction: Direction) {
    let mut wrong = Vec::new();
    for kind in FaultKind::ALL {
        let (mut world, jobs) = world_of_jobs(direction).await;
        for (state, job) in STATES.into_iter().zip(&jobs) {
            if *kind == FaultKind::Refuse {
                continue;
            }
            let fault = strikes_next(*kind, direction, state, job.id);
            world.wire.network().add_fault(fault).unwrap();
        }
        let away = *kind == FaultKind::Refuse;
        world.wire.network().set_reachable(!away);
        let review = jobs.last().unwrap();
        let again = AskNetworkAgain {
            line_id: review.line,
            movement_id: review.id,
        };
        let again = Command::AskNetworkAgain(again);
        world.branch.teller_does(again).await.unwrap();
        if away {
            // Three days without a connection: nobody's tries are used up.
            world.live(3 * DAY_MS).await;
            world.wire.network().set_reachable(true);
        }
        world.live(12 * DAY_MS).await;
        world.live(HOUR_MS).await;
        let mut row = Vec::new();
        for job in &jobs {
            row.push(outcome(&world, job).await);
        }
        // A person asks once more about what the network contradicted itself on.
        let contradicted = row.iter().any(|cell| cell.ends_with("AnswerDoesNotMatch"));
        if contradicted {
            for (job, cell) in jobs.iter().zip(&row) {
                if cell.ends_with("AnswerDoesNotMatch") {
                    let again = Command::AskNetworkAgain(AskNetworkAgain {
                        line_id: job.line,
                        movement_id: job.id,
                    });
                    world.branch.teller_does(again).await.unwrap();
                }
            }
            world.live(2 * DAY_MS).await;
            for (job, cell) in jobs.iter().zip(&mut row) {
                if cell.ends_with("AnswerDoesNotMatch") {
                    cell.push_str(", asked: ");
                    cell.push_str(&outcome(&world, job).await);
                }
            }
            assert_eq!(world.clearing_minor().await, 0, "{kind}");
        }
        world.proven().await;
        let written = WRITTEN
            .iter()
            .find(|(names, _)| names.contains(&kind.name()));
        let same = written.is_some_and(|(_, cells)| cells.iter().eq(row.iter()));
        if !same {
            let cells: Vec<String> = row.iter().map(|cell| format!("{cell:?}")).collect();
            wrong.push(format!("    (\"{kind}\", [{}]),", cells.join(", ")));
        }
        world.branch.engine.stop().await;
    }
    for name in WRITTEN.iter().flat_map(|(names, _)| *names) {
        assert!(name.parse::<FaultKind>().is_ok(), "{name} is no fault");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let cells = FaultKind::ALL.len() * STATES.len();
    proof::proved(
        name,
        "every fault of the network × every state of a transfer: another outcome than the written one",
        &format!("0 of {cells}"),
        "–",
    )
    .unwrap();
}
