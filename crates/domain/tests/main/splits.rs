//! Draws that each need one signature and together would need two: what is added up, to the cent
//! and to the millisecond.

use crate::desk::{CASH, Desk, cell};
use domain::command::{ApproveDraw, Command, DeclineDraw};
use domain::ids::LineId;
use domain::money::Minor;
use domain::movement::{Movement, MovementState};
use domain::split::{SPLIT_MS, added_up, splits};
use domain::transfer::RemoteStatus;

/// The bound of one signature in the desk's terms.
const SINGLE: i64 = 500_000;
const LIMIT: i64 = 2_000_000;

/// The movements of a line, the newest first: the desk's ids grow.
fn newest_first(desk: &Desk, line: LineId) -> Vec<Movement> {
    let mut own: Vec<Movement> = desk.world.movements_of(line).cloned().collect();
    own.sort_by_key(|movement| std::cmp::Reverse(movement.id));
    own
}

/// What a draw of this amount would come to, and of how many.
fn would_come_to(desk: &Desk, line: LineId, amount: i64) -> Option<(i64, u32)> {
    let own = newest_first(desk, line);
    let sum = added_up(Minor(SINGLE), Minor(amount), desk.now, &own).unwrap();
    sum.map(|sum| (sum.together_minor.0, sum.draws))
}

#[test]
fn draws_add_up_to_the_cent() {
    let mut desk = Desk::new();
    assert_eq!(desk.terms().single_signature_minor, Minor(SINGLE));
    let (line, other) = (desk.open_line(LIMIT), desk.open_line(LIMIT));
    assert_eq!(would_come_to(&desk, line, SINGLE), None);
    desk.draw_cash(line, 300_000);
    for (amount, expected) in [
        (200_000, None),
        (200_001, Some((500_001, 2))),
        (SINGLE, Some((800_000, 2))),
        // By itself more than one signature may release: it waits, and is no splitting.
        (SINGLE + 1, None),
    ] {
        assert_eq!(would_come_to(&desk, line, amount), expected, "{amount}");
    }
    desk.draw_cash(line, 100_000);
    assert_eq!(would_come_to(&desk, line, 100_000), None);
    assert_eq!(would_come_to(&desk, line, 100_001), Some((500_001, 3)));
    // What waits for a second person is asked for, too.
    desk.draw_cash(line, SINGLE + 1);
    assert_eq!(would_come_to(&desk, line, 1), Some((900_002, 4)));
    assert_eq!(would_come_to(&desk, other, SINGLE), None);
}

#[test]
fn draws_add_up_to_the_millisecond() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 300_000);
    let start = desk.now;
    for (passed, counts) in [
        (0, true),
        (SPLIT_MS - 1, true),
        (SPLIT_MS, false),
        (SPLIT_MS + 1, false),
        // Nobody gets out of it by setting the clock back.
        (-1, true),
        (-SPLIT_MS, true),
    ] {
        desk.now = start.plus_ms(passed);
        let expected = counts.then_some((500_001, 2));
        assert_eq!(would_come_to(&desk, line, 200_001), expected, "{passed}");
    }
}

#[test]
fn what_did_not_come_to_pass_is_not_added_up() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let counts = |desk: &Desk| would_come_to(desk, line, 200_001) == Some((500_001, 2));

    let called_off = desk.draw_bank(line, 300_000);
    assert!(counts(&desk));
    desk.cancel_draw(line, called_off).unwrap();
    assert!(!counts(&desk));

    let rejected = desk.draw_bank(line, 300_000);
    desk.send(rejected);
    assert!(counts(&desk));
    desk.word(rejected, RemoteStatus::Rejected).unwrap();
    assert!(!counts(&desk));

    let returned = desk.draw_bank(line, 300_000);
    desk.send_and_settle(returned);
    assert!(counts(&desk));
    desk.word(returned, RemoteStatus::Returned).unwrap();
    assert!(!counts(&desk));

    let (draw_id, judged) = desk.ask_draw(line, SINGLE + 1, CASH);
    assert_eq!(cell(&judged), "movement_requested");
    assert!(would_come_to(&desk, line, 1).is_some());
    let decline = DeclineDraw {
        line_id: line,
        draw_id,
        reason: "Not today".into(),
    };
    desk.give(desk.ada, Command::DeclineDraw(decline)).unwrap();
    assert_eq!(would_come_to(&desk, line, 1), None);

    // Money that comes in is no draw.
    desk.draw_cash(line, 300_000);
    desk.repay_cash(line, 300_000);
    assert!(counts(&desk));
}

#[test]
fn each_state_stands_or_does_not() {
    for state in MovementState::ALL {
        let stands = match state {
            MovementState::Requested
            | MovementState::Approved
            | MovementState::Queued
            | MovementState::Sending
            | MovementState::Unknown
            | MovementState::Accepted
            | MovementState::NeedsReview
            | MovementState::Settled => true,
            MovementState::Rejected
            | MovementState::Returned
            | MovementState::Cancelled
            | MovementState::Declined => false,
        };
        assert_eq!(state.stands(), stands, "{state:?}");
    }
}

#[test]
fn the_later_draw_is_the_one_that_adds_up() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let found = |desk: &Desk| -> Vec<(i64, i64, u32)> {
        let own = newest_first(desk, line);
        let found = splits(Minor(SINGLE), &own).unwrap();
        let told = found.iter().map(|split| {
            let sum = split.added_up;
            (split.draw.amount_minor.0, sum.together_minor.0, sum.draws)
        });
        told.collect()
    };
    desk.draw_cash(line, 300_000);
    assert_eq!(found(&desk), []);
    desk.now = desk.now.plus_ms(SPLIT_MS - 1);
    desk.draw_cash(line, 250_000);
    assert_eq!(found(&desk), [(250_000, 550_000, 2)]);
    // A day after the first, and not after the second.
    desk.now = desk.now.plus_ms(1);
    desk.draw_cash(line, 260_000);
    assert_eq!(found(&desk), [(260_000, 510_000, 2), (250_000, 550_000, 2)]);
    // A draw that a second person decides on is none of those that one signature released, and
    // what follows adds up with it.
    let waiting = desk.draw_cash(line, SINGLE + 1);
    assert_eq!(found(&desk).len(), 2);
    let approve = ApproveDraw {
        line_id: line,
        draw_id: waiting,
    };
    desk.give(desk.ada, Command::ApproveDraw(approve)).unwrap();
    desk.now = desk.now.plus_ms(SPLIT_MS - 1);
    desk.draw_cash(line, 1);
    assert_eq!(found(&desk)[0], (1, 760_002, 3));
}
