//! Days offline, and one job that cannot go.

use crate::proof;
use crate::world::{DAY_MS, HOUR_MS, World};
use domain::command::*;
use domain::ids::*;
use domain::movement::MovementState;
use engine::sync::Pace;
use std::collections::BTreeMap;

const PER_SECOND: u32 = 20;
const BURST: u32 = 40;

#[tokio::test]
async fn days_offline_drain_in_order_and_strand_nothing() {
    let mut world = World::at_pace(Pace {
        at_once: 4,
        requests_per_second: PER_SECOND,
        burst: BURST,
    })
    .await;
    let jobs = proof::count(300, 10_000);
    let mut lines = Vec::new();
    for _ in 0..jobs.div_ceil(50).min(40) {
        lines.push(world.line(4_000_000).await);
    }
    world.wire.network().set_reachable(false);
    world.settle_down().await;
    let mut asked: BTreeMap<LineId, Vec<MovementId>> = BTreeMap::new();
    for place in 0..jobs {
        let (line, account) = lines[place % lines.len()];
        let id = world.draw(line, account, 100).await;
        asked.entry(line).or_default().push(id);
        if place % 50 == 49 {
            world
                .live(3 * DAY_MS * 50 / i64::try_from(jobs).unwrap())
                .await;
        }
    }
    // The poison: a line that may not draw. It delays no other.
    let (poisoned, account) = world.line(100_000).await;
    let poison = world.draw(poisoned, account, 100).await;
    let note = "A call from the customer".to_owned();
    let freeze = FreezeLine {
        line_id: poisoned,
        note,
    };
    world
        .branch
        .admin_does(Command::FreezeLine(freeze))
        .await
        .unwrap();
    assert_eq!(world.wire.posted.lock().unwrap().len(), 0);
    for id in asked.values().flatten() {
        let transfer = world.movement(*id).await.transfer.unwrap();
        assert_eq!(transfer.attempts, 0, "nobody's tries were used up");
    }

    world.wire.network().set_reachable(true);
    world.wire.asked_at.lock().unwrap().clear();
    let begun = world.now();
    let most = begun.plus_ms(i64::try_from(jobs).unwrap() * 500 + HOUR_MS);
    while world.wire.posted.lock().unwrap().len() < jobs {
        assert!(world.now() < most, "it does not drain");
        let turn = world.sync.turn().await;
        if !turn.moved {
            world.pass(turn.wait_ms.max(1));
        }
    }
    world.live(6 * DAY_MS).await;
    for id in asked.values().flatten() {
        assert_eq!(world.state(*id).await, MovementState::Settled);
    }
    assert_eq!(world.state(poison).await, MovementState::Queued);
    // No reorder within a line.
    let posted = world.wire.posted.lock().unwrap().clone();
    assert_eq!(posted.len(), jobs);
    for (line, ids) in &asked {
        let of_line: Vec<MovementId> = posted
            .iter()
            .map(|key| key.parse().unwrap())
            .filter(|id| ids.contains(id))
            .collect();
        assert_eq!(of_line, *ids, "{line}");
    }
    // The budget is kept over every second.
    let asked_at = world.wire.asked_at.lock().unwrap().clone();
    let mut first = 0;
    for (place, at) in asked_at.iter().enumerate() {
        while asked_at[first] <= at - 10_000 {
            first += 1;
        }
        let within = place - first + 1;
        assert!(within <= (BURST + 10 * PER_SECOND + 1) as usize, "{within}");
    }
    assert_eq!(
        world.wire.network().books_view().doubled(),
        Vec::<&str>::new()
    );
    world.proven().await;
    proof::proved(
        "drain",
        "three days without a network, then all of it within the budget: stranded, overtaken on their line or sent twice",
        &format!("0 of {jobs} transfers"),
        "–",
    )
    .unwrap();
}
