//! An outcome that could not be written down is doubt from the next turn on: nobody waits for the
//! program to be started again.
#![forbid(unsafe_code)]

use domain::command::Speed;
use domain::ids::{CommandId, MovementId};
use domain::movement::MovementState as State;
use engine::store::jobs;
use payments_mock::faults::{Fault, FaultKind};
use simulator::disk::Trouble;
use simulator::paper;
use simulator::world::{World, base, id_of};

/// Plays a draw with one failure at this operation of the disk after it was asked for. Whether the
/// failure came, and what became of the draw in a day without a restart.
fn played(at: u64, what: Trouble) -> (bool, Option<State>) {
    engine::chance::seed_this_thread(Some(9));
    let mut world = World::new(9);
    world.start().unwrap();
    let (draw_id, account) = (MovementId(id_of(0xe002)), base().account_id);
    let draw = paper::draw_to_bank(base().line_id, draw_id, 70_000, account, Speed::Express);
    let sam = base().people.sam;
    let asked = world.ask(async |engine| {
        let id = CommandId(id_of(0xf001));
        engine.give_command(sam, id, draw).await
    });
    asked.unwrap().unwrap();
    // Nothing arrives of the first attempt, so that no news of the network's tells of it either.
    let lost = Fault::once(FaultKind::ResetBefore);
    world.host.state().network.add_fault(lost).unwrap();
    world.disk.trouble(at, what);
    let mut state = None;
    for _ in 0..300 {
        let turn = world.turn().unwrap();
        let found = world.ask(async |engine| jobs::movement(engine.orders().pool(), draw_id).await);
        // The store may be unreadable just when the failure comes.
        let found = found.unwrap().ok().flatten();
        state = found.map_or(state, |movement| Some(movement.state));
        if state == Some(State::Settled) {
            break;
        }
        let ms = if turn.moved { 100 } else { 5 * 60_000 };
        let then = domain::date::UtcMillis(world.now().0 + ms);
        world.clock.set(then);
        world.host.state().network.advance(then.0);
    }
    let struck = world.disk.struck();
    engine::chance::seed_this_thread(None);
    (struck, state)
}

#[test]
fn no_failure_of_the_disk_leaves_a_transfer_sending() {
    let mut struck = 0;
    for what in [Trouble::Eio, Trouble::Full] {
        for at in 0.. {
            let (came, state) = played(at, what);
            assert_eq!(state, Some(State::Settled), "{what:?} at operation {at}");
            if !came || at > 150 {
                break;
            }
            struck += 1;
        }
    }
    assert!(struck > 40, "{struck}");
}
