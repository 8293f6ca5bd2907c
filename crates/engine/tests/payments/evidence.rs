//! What happened to one transfer, as the sync page tells it.

use crate::world::{DAY_MS, World};
use domain::movement::MovementState;
use payments_mock::faults::{Fault, FaultKind};

#[tokio::test]
async fn one_transfer_event_by_event_and_nothing_of_its_neighbour() {
    let mut world = World::new().await;
    let (line, account) = world.line(1_000_000).await;
    world.draw(line, account, 2_000).await;
    world.settle_down().await;
    let fault = Fault::once(FaultKind::ResetAfter);
    world.wire.network().add_fault(fault).unwrap();
    let draw = world.draw(line, account, 1_000).await;
    world.live(6 * DAY_MS).await;
    assert_eq!(world.state(draw).await, MovementState::Settled);

    let told = world.branch.engine.reader().timeline(draw).await.unwrap();
    let types: Vec<&str> = told.iter().map(|row| row.event_type.as_str()).collect();
    let expected = [
        "movement_requested",
        "transfer_queued",
        "transfer_marked",
        "transfer_in_doubt",
        "transfer_accepted",
        "transfer_settled",
    ];
    assert_eq!(types, expected);
    assert!(told.iter().all(|row| !row.sentence.is_empty()));
    assert!(told.windows(2).all(|two| two[0].seq < two[1].seq));
}
