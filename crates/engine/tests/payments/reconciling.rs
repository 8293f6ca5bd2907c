//! Ledger, outbox and the network's statements, against one another.

use crate::proof;
use crate::world::{DAY_MS, HOUR_MS, World};
use domain::command::*;
use domain::movement::MovementState;
use domain::reconcile::{FindingClass, Resolution};
use domain::refusal::RefusalCode;
use payments_mock::calendar::Calendar;
use payments_mock::exchange::Request;
use payments_mock::faults::{Fault, FaultKind, Operation};
use payments_mock::feed::EventKind;
use payments_mock::network::Settings;
use payments_mock::returns::ReturnCode;

fn count(world: &[domain::reconcile::FindingState], class: FindingClass) -> usize {
    world.iter().filter(|f| f.finding.class == class).count()
}

#[tokio::test]
async fn a_network_that_executes_twice_is_shown_within_one_poll_cycle() {
    const DRAWS: usize = 100;
    let mut world = World::new().await;
    let (line, account) = world.line(4_000_000).await;
    let fault = Fault::forever(FaultKind::ExecuteTwice);
    world.wire.network().add_fault(fault).unwrap();
    let mut draws = Vec::new();
    for _ in 0..DRAWS {
        draws.push(world.draw(line, account, 1_000).await);
        world.settle_down().await;
        world.pass(1_000);
        world.settle_down().await;
        let open = world.findings().await;
        assert_eq!(count(&open, FindingClass::Duplicate), draws.len());
        // The line is stopped until somebody has looked; here somebody has.
        let note = "Called the network".to_owned();
        let thaw = UnfreezeLine {
            line_id: line,
            note,
        };
        world
            .branch
            .admin_does(Command::UnfreezeLine(thaw))
            .await
            .expect("the line was stopped");
    }
    world.wire.network().clear_faults();
    world.live(6 * DAY_MS).await;
    for draw in &draws {
        assert_eq!(world.state(*draw).await, MovementState::Settled);
    }
    // Once in the ledger; the other hundred stand in suspense, to the cent, and all of it went
    // out of the settlement bank.
    let minor = i64::try_from(DRAWS).unwrap() * 1_000;
    assert_eq!(world.clearing_minor().await, 0);
    assert_eq!(world.account_minor("SUS").await, minor);
    assert_eq!(world.account_minor("BNK").await, -2 * minor);
    world.proven().await;
    // A person closes one, with what became of it.
    let finding_id = world.findings().await[0].finding.id.clone();
    let resolve = ResolveFinding {
        finding_id,
        resolution: Resolution::Recalled,
        note: None,
    };
    let resolve = Command::ResolveFinding(resolve);
    world.branch.admin_does(resolve.clone()).await.unwrap();
    let again = world.branch.admin_does(resolve).await.unwrap_err();
    assert_eq!(
        again.code,
        domain::refusal::ErrorCode::Refused(RefusalCode::FindingClosed)
    );
    assert_eq!(world.findings().await.len(), DRAWS - 1);
    proof::proved(
        "paid-twice",
        "transfers that the network executes twice: shown within one poll cycle, their line stopped",
        &format!("{DRAWS} of {DRAWS}"),
        "–",
    )
    .unwrap();
}

#[tokio::test]
async fn every_class_of_disagreement_is_found_once_and_posted_where_it_belongs() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    // An orphan, an event that never comes, a cent too much on the statement, a late return.
    let orphan = Fault::once(FaultKind::OrphanTransfer);
    world.wire.network().add_fault(orphan).unwrap();
    let first = world.draw(line, account, 10_000).await;
    world.settle_down().await;
    world.pass(1_000);
    world.settle_down().await;
    let open = world.findings().await;
    assert_eq!(count(&open, FindingClass::Orphan), 1, "{open:?}");

    let second = world.draw(line, account, 20_000).await;
    for event in [EventKind::Accepted, EventKind::Settled] {
        let gone = Fault {
            event: Some(event),
            ..Fault::once(FaultKind::MissingEvent).for_reference(&second.to_string())
        };
        world.wire.network().add_fault(gone).unwrap();
    }
    // On the statement of the day it settles, and not of the day it comes back.
    let off = Fault {
        times: Some(6),
        ..Fault::once(FaultKind::StatementOffByOne)
    };
    world.live(4 * DAY_MS).await;
    assert_eq!(world.state(first).await, MovementState::Settled);
    // A missing event is mended by asking: no finding is left of it.
    assert_eq!(world.state(second).await, MovementState::Settled);
    let open = world.findings().await;
    assert_eq!(count(&open, FindingClass::MissingHere), 0, "{open:?}");

    let debit = world.debit(line, account, 5_000).await;
    let back = Fault {
        code: Some(ReturnCode::R10),
        on_day: Some(30),
        ..Fault::once(FaultKind::Return).for_reference(&debit.to_string())
    };
    world.wire.network().add_fault(back).unwrap();
    world.wire.network().add_fault(off).unwrap();
    world.live(40 * DAY_MS).await;
    assert_eq!(world.state(debit).await, MovementState::Returned);
    let open = world.findings().await;
    assert_eq!(count(&open, FindingClass::LateReturn), 1, "{open:?}");
    assert_eq!(count(&open, FindingClass::AmountDiffers), 1, "{open:?}");
    assert_eq!(count(&open, FindingClass::Orphan), 1);
    for found in &open {
        assert!(!found.finding.class.action().is_empty());
        assert_eq!(
            found.finding.owner.is_some(),
            found.finding.movement_id.is_some()
        );
    }
    // The cent stands in clearing, where somebody looks for it; the orphan in suspense.
    assert_eq!(world.clearing_minor().await.abs(), 1);
    assert_eq!(world.account_minor("SUS").await, 10_000);
    world.proven().await;
}

/// Branch and network rest on the same Friday: what settles on the Wednesday before may come back
/// until Monday.
#[tokio::test]
async fn a_return_over_a_holiday_is_late_a_banking_day_later() {
    let mut world = World::new().await;
    let holiday = "2026-03-06";
    let holidays = vec![holiday.parse().unwrap()];
    let rest = Command::SetHolidays(SetHolidays { holidays });
    world.branch.admin_does(rest).await.unwrap();
    {
        let mut network = world.wire.network();
        let settings = Settings {
            calendar: Calendar::with_holidays([holiday.parse().unwrap()]),
            ..Settings::default()
        };
        *network = network.clone().with_settings(settings);
    }
    let (line, account) = world.line(1_000_000).await;
    world.branch.draw(line, 50_000, crate::branch::CASH).await;
    let mut debits = Vec::new();
    // Two banking days later, the Monday; six days later, the Tuesday.
    for (code, on_day) in [(ReturnCode::R01, 2), (ReturnCode::R10, 6)] {
        let debit = world.debit(line, account, 5_000).await;
        let back = Fault {
            code: Some(code),
            on_day: Some(on_day),
            ..Fault::once(FaultKind::Return).for_reference(&debit.to_string())
        };
        world.wire.network().add_fault(back).unwrap();
        debits.push(debit);
    }
    world.live(10 * DAY_MS).await;
    let books = world.wire.network().books_view();
    for (debit, returned_on) in debits.iter().zip(["2026-03-09", "2026-03-10"]) {
        assert_eq!(world.state(*debit).await, MovementState::Returned);
        let reference = debit.to_string();
        let there = books.transfers.iter().find(|t| t.reference == reference);
        let there = there.unwrap();
        assert_eq!(there.settled_on, Some("2026-03-04".parse().unwrap()));
        assert_eq!(there.returned_on, Some(returned_on.parse().unwrap()));
    }
    let late: Vec<_> = world
        .findings()
        .await
        .into_iter()
        .map(|found| (found.finding.class, found.finding.movement_id))
        .collect();
    assert_eq!(late, [(FindingClass::LateReturn, Some(debits[1]))]);
    world.proven().await;
}

#[tokio::test]
async fn what_no_statement_shows_is_missing_there() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    let draw = world.draw(line, account, 10_000).await;
    // The network says that it settled, a day before its clock lets it.
    world.settle_down().await;
    let mut remote = domain::transfer::RemoteTransfer {
        id: String::new(),
        reference: draw.to_string(),
        direction: domain::transfer::Direction::Credit,
        amount_minor: domain::money::Minor(10_000),
        currency: "USD".to_owned(),
        status: domain::transfer::RemoteStatus::Settled,
        settlement_date: None,
        return_code: None,
        reversals: None,
    };
    let known = world.movement(draw).await.transfer.unwrap().remote_id;
    remote.id = known.unwrap();
    let said = Internal::RecordNetworkState {
        line_id: line,
        movement_id: draw,
        remote,
    };
    world.branch.engine.orders().internal(said).await.unwrap();
    // It is rejected there, so no statement ever shows it.
    let reject = Fault::once(FaultKind::Reject).for_reference(&draw.to_string());
    world.wire.network().add_fault(reject).unwrap();
    world.live(4 * DAY_MS).await;
    let open = world.findings().await;
    assert_eq!(count(&open, FindingClass::MissingThere), 1, "{open:?}");
    world.live(4 * DAY_MS).await;
    let open = world.findings().await;
    assert_eq!(count(&open, FindingClass::MissingThere), 1, "once");
    world.proven().await;
}

#[tokio::test]
async fn a_statement_that_cannot_be_had_is_read_later_and_never_twice() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    world.draw(line, account, 10_000).await;
    let html = Fault {
        on: Some(Operation::Statement),
        times: Some(3),
        ..Fault::once(FaultKind::Html)
    };
    world.wire.network().add_fault(html).unwrap();
    world.live(5 * DAY_MS).await;
    assert_eq!(world.clearing_minor().await, 0);
    let bank = world.account_minor("BNK").await;
    assert_eq!(bank, -10_000);
    // On demand, as often as anybody likes.
    for _ in 0..3 {
        world.branch.engine.sync_handle().reconcile();
        world.live(HOUR_MS).await;
    }
    assert_eq!(world.account_minor("BNK").await, bank);
    assert_eq!(world.findings().await, vec![]);
    world.proven().await;
}

#[tokio::test]
async fn doubt_that_outlives_its_key_is_handed_back_only_when_no_statement_shows_it() {
    let mut world = World::new().await;
    let (line_id, account) = world.line(1_000_000).await;
    let draw = world.draw(line_id, account, 10_000).await;
    // The network swallows every attempt for two days.
    let lost = Fault {
        times: None,
        ..Fault::once(FaultKind::ResetBefore)
    };
    world.wire.network().add_fault(lost).unwrap();
    world.live(2 * DAY_MS).await;
    assert_eq!(world.state(draw).await, MovementState::NeedsReview);
    let hand_back = Command::HandBackTransfer(HandBackTransfer {
        line_id,
        movement_id: draw,
        reason: "The customer was paid in cash".to_owned(),
    });
    let early = world.branch.admin_does(hand_back.clone()).await;
    assert_eq!(
        early.unwrap_err().code,
        domain::refusal::ErrorCode::Refused(RefusalCode::MayHaveLeft)
    );
    world.wire.network().clear_faults();
    world.live(12 * DAY_MS).await;
    world.branch.admin_does(hand_back).await.unwrap();
    assert_eq!(world.state(draw).await, MovementState::Rejected);
    let posts = world.wire.posted.lock().unwrap().len();
    world.live(2 * DAY_MS).await;
    assert_eq!(world.wire.posted.lock().unwrap().len(), posts);
    let listed = world.wire.request(&Request::get(
        "branch-token",
        &format!("/transfers?reference={draw}"),
    ));
    assert_eq!(listed.answer.body, br#"{"transfers":[]}"#);
    world.proven().await;
}
