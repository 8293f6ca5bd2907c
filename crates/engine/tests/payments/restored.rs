//! A backup restored on any day: nothing is sent twice, and what was sent since is shown.

use crate::branch::options;
use crate::proof;
use crate::wire::Wire;
use crate::world::{DAY_MS, HOUR_MS, PACE, World, dice};
use domain::command::*;
use domain::date::BusinessDate;
use domain::ids::MovementId;
use domain::movement::MovementState;
use domain::reconcile::{FindingClass, Resolution};
use domain::refusal::{ErrorCode, FaultCode, RefusalCode};
use engine::Engine;
use engine::backup::{backup, restore};
use engine::store::{self, jobs, reconciling};
use payments_mock::faults::{Fault, FaultKind};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const DAYS: i64 = 30;

/// Thirty days of a branch with a network that has its moods; a backup on each.
async fn a_month() -> (World, Vec<MovementId>) {
    let mut world = World::new().await;
    let (line, account) = world.line(4_000_000).await;
    let moods = [
        FaultKind::ResetAfter,
        FaultKind::ResetBefore,
        FaultKind::EffectAfterReset,
        FaultKind::Error500After,
        FaultKind::MissingEvent,
        FaultKind::InFlight,
    ];
    let mut draws = Vec::new();
    for day in 0..DAYS {
        for part in 0..3_usize {
            let mood = moods[(usize::try_from(day).unwrap() + part) % moods.len()];
            let fault = Fault::once(mood);
            world.wire.network().add_fault(fault).unwrap();
            draws.push(world.draw(line, account, 1_000 + day).await);
            if part == 1 {
                // The backup catches jobs that wait, and whatever the first left behind.
                let to = world.branch.folder.path().join(format!("day-{day}.db"));
                world.sync.turn().await;
                draws.push(world.draw(line, account, 2_000 + day).await);
                backup(&world.branch.data_dir(), &to).await.unwrap();
            }
            world.live(HOUR_MS).await;
        }
        let next = crate::world::day(day + 1);
        world.live(next.since(world.now())).await;
    }
    world.wire.network().clear_faults();
    (world, draws)
}

#[tokio::test]
async fn restored_from_any_of_thirty_days_nothing_is_sent_twice() {
    let (world, draws) = a_month().await;
    assert_eq!(draws.len(), usize::try_from(DAYS).unwrap() * 4);
    let before = world.wire.network().books_view();
    assert_eq!(before.doubled(), Vec::<&str>::new());
    let passphrase = crate::branch::PASSPHRASE;
    for day in 0..DAYS {
        let from = world.branch.folder.path().join(format!("day-{day}.db"));
        let data_dir = world.branch.folder.path().join(format!("restored-{day}"));
        restore(&from, &data_dir, passphrase, false).await.unwrap();
        let clock = engine::clock::Clock::set_to(world.now());
        let engine = Engine::open(options(&data_dir, &clock)).await.unwrap();
        let orders = engine.orders().clone();
        assert!(orders.held(), "day {day}: payments are held");

        let network = world.wire.network().clone();
        let wire = Arc::new(Wire::over(network, &clock));
        let mut sync = engine.sync_over(wire.clone(), PACE, dice());
        let mut resumed_after = None;
        let end = clock.now().plus_ms(6 * DAY_MS);
        while clock.now() < end {
            let turn = sync.turn().await;
            let posted = wire.posted.lock().unwrap().len();
            if orders.held() {
                assert_eq!(posted, 0, "day {day}: sent before it was compared");
            } else if resumed_after.is_none() {
                resumed_after = Some(clock.now());
            }
            if !turn.moved {
                clock.set(clock.now().plus_ms(3 * HOUR_MS));
            }
        }
        assert!(resumed_after.is_some(), "day {day}: payments never went on");
        let after = wire.network().books_view();
        assert_eq!(after.doubled(), Vec::<&str>::new(), "day {day}");

        // Whatever the restored store knows is as the network has it; the rest is shown.
        let mut known = BTreeSet::new();
        for id in &draws {
            let Some(movement) = jobs::movement(orders.pool(), *id).await.unwrap() else {
                continue;
            };
            known.insert(id.to_string());
            assert_eq!(
                movement.state,
                MovementState::Settled,
                "day {day}: {movement:?}"
            );
        }
        let orphans: BTreeSet<String> = reconciling::open_findings(orders.pool())
            .await
            .unwrap()
            .into_iter()
            .filter(|open| open.state.finding.class == FindingClass::Orphan)
            .map(|open| open.state.finding.reference)
            .collect();
        let since: BTreeSet<String> = draws
            .iter()
            .map(ToString::to_string)
            .filter(|id| !known.contains(id))
            .collect();
        assert_eq!(orphans, since, "day {day}");
        engine.stop().await;
        std::fs::remove_dir_all(&data_dir).unwrap();
    }
    proof::proved(
        "restored",
        "a backup of any day restored, with transfers under way: sent twice, or sent and not shown",
        &format!("0 of {} transfers on {DAYS} of {DAYS} days", draws.len()),
        "–",
    )
    .unwrap();
}

/// What the network says of a day is known, or payments are held: also where its statement cannot be
/// read for a time, and where the clock here is ahead, so that the day is not over there yet.
#[tokio::test]
async fn payments_go_on_only_after_every_day_was_looked_at() {
    for unreadable in [true, false] {
        let ahead_ms = if unreadable { 0 } else { DAY_MS };
        let mut world = World::new().await;
        let (line, account) = world.line(4_000_000).await;
        world.draw(line, account, 1_000).await;
        world.live(DAY_MS).await;
        let from = world.branch.folder.path().join("yesterday.db");
        backup(&world.branch.data_dir(), &from).await.unwrap();
        // No event tells of it: the network's statement has to.
        let silent = Fault {
            times: None,
            ..Fault::once(FaultKind::MissingEvent)
        };
        world.wire.network().add_fault(silent).unwrap();
        let since = world.draw(line, account, 2_000).await;
        while world.state(since).await != MovementState::Settled {
            world.live(HOUR_MS).await;
        }

        let data_dir = world.branch.folder.path().join("restored");
        let passphrase = crate::branch::PASSPHRASE;
        restore(&from, &data_dir, passphrase, false).await.unwrap();
        let day = BusinessDate::utc(world.now());
        if unreadable {
            // That day is over.
            world.live(DAY_MS).await;
        }
        let clock = engine::clock::Clock::set_to(world.now().plus_ms(ahead_ms));
        let engine = Engine::open(options(&data_dir, &clock)).await.unwrap();
        let orders = engine.orders().clone();
        let network = world.wire.network().clone();
        let wire = Arc::new(Wire::over(network, &clock));
        wire.ahead_ms.store(ahead_ms, Ordering::SeqCst);
        *wire.garbled.lock().unwrap() = unreadable.then_some(day);
        let mut sync = engine.sync_over(wire.clone(), PACE, dice());
        let shown = async || {
            let open = reconciling::open_findings(orders.pool()).await.unwrap();
            let since = since.to_string();
            open.iter()
                .any(|open| open.state.finding.reference == since)
        };
        for _ in 0..200 {
            if !sync.turn().await.moved {
                clock.set(clock.now().plus_ms(60_000));
            }
            assert!(orders.held() || shown().await, "{unreadable}");
        }
        assert_eq!(orders.held(), unreadable);
        *wire.garbled.lock().unwrap() = None;
        for _ in 0..200 {
            if !sync.turn().await.moved {
                clock.set(clock.now().plus_ms(60_000));
            }
        }
        assert!(!orders.held(), "{unreadable}: payments never went on");
        assert!(shown().await);
        engine.stop().await;
    }
}

/// A row is edited while the program runs: whoever needs it is refused, everybody is told, and
/// payments go on only when all was compared *and* an admin has looked.
#[tokio::test]
async fn what_was_altered_waits_for_an_admin() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    let (other, other_account) = world.line(1_000_000).await;
    world.live(HOUR_MS).await;
    let path = world.branch.store_path();
    let mut hand = engine::store::connect_writer(&path).await.unwrap();
    sqlx::query("update lines set in_review = 7 where id = ?")
        .bind(other.to_string())
        .execute(&mut hand)
        .await
        .unwrap();
    let waits = world.draw(line, account, 1_000).await;
    let method = PayOut::Bank {
        account_id: other_account,
        speed: Speed::Standard,
    };
    let command = Command::RequestDraw(RequestDraw {
        line_id: other,
        draw_id: MovementId(uuid::Uuid::now_v7()),
        amount: crate::branch::usd(1_000),
        method,
    });
    let refused = world.branch.teller_does(command.clone()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Fault(FaultCode::Broken));
    // The alarm goes through the queue like everything else.
    let orders = world.branch.engine.orders().clone();
    while !orders.altered() {
        tokio::task::yield_now().await;
    }
    assert!(orders.held());
    let findings = world.findings().await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = findings[0].finding.clone();
    assert_eq!(finding.class, FindingClass::StoreAltered);
    assert_eq!(
        finding.reference,
        format!("lines {other}: it was altered outside the program")
    );
    let refused = world.branch.teller_does(command.clone()).await.unwrap_err();
    let altered = ErrorCode::Refused(RefusalCode::StoreAltered);
    // The row itself cannot be read; another line's draw is refused for the finding.
    assert_eq!(refused.code, ErrorCode::Fault(FaultCode::Broken));
    let again = Command::RequestDraw(RequestDraw {
        line_id: line,
        draw_id: MovementId(uuid::Uuid::now_v7()),
        amount: crate::branch::usd(1_000),
        method: crate::branch::CASH,
    });
    let refused = world.branch.teller_does(again.clone()).await.unwrap_err();
    assert_eq!(refused.code, altered);

    // Days of comparing change nothing: a person has to look.
    world.live(3 * DAY_MS).await;
    assert!(orders.held());
    assert_eq!(world.wire.posted.lock().unwrap().len(), 0);
    sqlx::query("update lines set in_review = 0 where id = ?")
        .bind(other.to_string())
        .execute(&mut hand)
        .await
        .unwrap();
    let resolve = Command::ResolveFinding(ResolveFinding {
        finding_id: finding.id,
        resolution: Resolution::Explained,
        note: Some("A technician tried something".to_owned()),
    });
    world.branch.admin_does(resolve).await.unwrap();
    world.live(6 * DAY_MS).await;
    assert!(!orders.held());
    assert_eq!(world.state(waits).await, MovementState::Settled);
    world.branch.teller_does(again).await.unwrap();
    store::close(hand).await;
}
