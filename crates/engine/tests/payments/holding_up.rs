//! What is wrong with one thing alone holds nothing else up: a transfer that cannot be asked about,
//! a place in the events that nobody knows, a clock that goes wrong and is put right.

use crate::world::{DAY_MS, HOUR_MS, World};
use domain::date::BusinessDate;
use domain::movement::MovementState;
use payments_mock::faults::{Fault, FaultKind, Operation};
use payments_mock::network::{Network, Settings};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_transfer_that_cannot_be_asked_about_holds_nobody_up() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    let (other, others) = world.line(1_000_000).await;
    let poison = world.draw(line, account, 1_000).await;
    world.settle_down().await;
    assert_eq!(world.state(poison).await, MovementState::Accepted);
    for kind in [FaultKind::Html, FaultKind::Error500Before] {
        let mut fault = Fault::once(kind);
        fault.times = None;
        fault.on = Some(Operation::Find);
        fault.reference = Some(poison.to_string());
        let id = world.wire.network().add_fault(fault).unwrap();
        let draw = world.draw(other, others, 500).await;
        // The poison settles meanwhile, and its event is among those that are followed.
        world.live(5 * DAY_MS).await;
        assert_eq!(world.state(draw).await, MovementState::Settled, "{kind:?}");
        let through = world.branch.engine.orders().reconciled_through().unwrap();
        let yesterday = BusinessDate::utc(world.now()).plus_days(-1);
        assert_eq!(through, yesterday, "{kind:?}: the days are read");
        assert_eq!(world.state(poison).await, MovementState::Accepted);
        world.wire.network().remove_fault(id);
    }
    world.live(DAY_MS).await;
    assert_eq!(world.state(poison).await, MovementState::Settled);
    assert_eq!(world.findings().await.len(), 0, "and nothing of it is left");
    assert_eq!(world.clearing_minor().await, 0);
    world.proven().await;
}

/// A statement that arrives and cannot be read says that the network is there.
#[tokio::test]
async fn a_statement_that_cannot_be_read_is_no_outage() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    for kind in [FaultKind::Html] {
        let fault = Fault {
            on: Some(Operation::Statement),
            times: None,
            ..Fault::once(kind)
        };
        let id = world.wire.network().add_fault(fault).unwrap();
        let before = world.branch.engine.orders().reconciled_through();
        let mut draws = Vec::new();
        for _ in 0..6 {
            draws.push(world.draw(line, account, 1_000).await);
            world.live(DAY_MS).await;
            let circuit = world.branch.engine.sync_handle().circuit();
            assert!(circuit.online, "{kind:?}: {circuit:?}");
            assert!(world.wire.network().is_reachable());
        }
        assert_eq!(world.state(draws[0]).await, MovementState::Settled);
        assert_eq!(world.branch.engine.orders().reconciled_through(), before);
        world.wire.network().remove_fault(id);
        world.live(5 * DAY_MS).await;
        let through = world.branch.engine.orders().reconciled_through().unwrap();
        let yesterday = BusinessDate::utc(world.now()).plus_days(-1);
        assert_eq!(through, yesterday, "{kind:?}: the days are read");
    }
    assert_eq!(world.clearing_minor().await, 0);
    assert_eq!(world.findings().await.len(), 0);
    world.proven().await;
}

#[tokio::test]
async fn a_network_that_does_not_know_our_place_in_its_events_is_read_from_the_beginning() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    for _ in 0..3 {
        world.draw(line, account, 1_000).await;
    }
    world.live(5 * DAY_MS).await;
    let before: u64 = world
        .branch
        .engine
        .orders()
        .cursor()
        .unwrap()
        .parse()
        .unwrap();
    assert!(before > 3, "{before}");
    // Another feed, at another place.
    let settings = Settings {
        token: "branch-token".to_owned(),
        ..Settings::default()
    };
    *world.wire.network() = Network::new(settings, world.now().0);
    let draw = world.draw(line, account, 500).await;
    world.live(5 * DAY_MS).await;
    assert_eq!(world.state(draw).await, MovementState::Settled);
    let after: u64 = world
        .branch
        .engine
        .orders()
        .cursor()
        .unwrap()
        .parse()
        .unwrap();
    assert!(after < before, "{after}");
    assert!(world.branch.engine.sync_handle().circuit().online);
    world.proven().await;
}

#[tokio::test]
async fn a_clock_that_was_ahead_has_read_no_day_before_it_was_over() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    let draw = world.draw(line, account, 1_000).await;
    world.live(2 * DAY_MS).await;
    let ahead = 12 * DAY_MS;
    world.wire.ahead_ms.store(ahead, Ordering::SeqCst);
    world.pass(ahead);
    world.live(4 * HOUR_MS).await;
    let there = BusinessDate::utc(world.now().plus_ms(-ahead));
    let through = world.branch.engine.orders().reconciled_through().unwrap();
    assert!(
        through < there,
        "{through} was not over at the network on {there}"
    );
    // Somebody puts it right.
    world.wire.ahead_ms.store(0, Ordering::SeqCst);
    world.pass(-ahead);
    world.branch.admin = crate::branch::sign_in(&world.branch.engine, "amara").await;
    world.branch.teller = crate::branch::sign_in(&world.branch.engine, "tomas").await;
    world.live(8 * DAY_MS).await;
    assert_eq!(world.state(draw).await, MovementState::Settled);
    assert_eq!(world.clearing_minor().await, 0, "every day was read whole");
    assert_eq!(world.findings().await.len(), 0);
    world.proven().await;
}

#[tokio::test]
async fn a_clock_that_was_far_ahead_keeps_no_payment_waiting_for_that_time() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    world.wire.network().set_reachable(false);
    // Further ahead, the network would seem to settle before it was asked to: that is looked at
    // by a person.
    let ahead = 2 * DAY_MS;
    world.wire.ahead_ms.store(ahead, Ordering::SeqCst);
    world.pass(ahead);
    world.branch.teller = crate::branch::sign_in(&world.branch.engine, "tomas").await;
    let draw = world.draw(line, account, 1_000).await;
    world.settle_down().await;
    world.wire.ahead_ms.store(0, Ordering::SeqCst);
    world.pass(-ahead);
    world.wire.network().set_reachable(true);
    world.live(HOUR_MS).await;
    assert_eq!(world.state(draw).await, MovementState::Accepted);
    assert!(world.branch.engine.sync_handle().circuit().online);
}
