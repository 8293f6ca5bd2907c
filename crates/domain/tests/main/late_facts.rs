//! What the network's evidence does, whatever it meets: every state of a movement × every word
//! of the network, every answer to an attempt and every look-up; every status of a line × every
//! fact that comes late. Facts are never refused for being late.

use crate::desk::{CASH, Desk, LIMIT, NO_ANSWER, NOT_SENT, cell, status};
use domain::command::*;
use domain::date::UtcMillis;
use domain::ids::{LineId, MovementId};
use domain::line::Status;
use domain::money::Minor;
use domain::movement::{MovementKind, MovementState, ReviewReason};
use domain::transfer::*;

const WORDS: [RemoteStatus; 4] = [
    RemoteStatus::Accepted,
    RemoteStatus::Settled,
    RemoteStatus::Rejected,
    RemoteStatus::Returned,
];

/// A branch with one movement in the wanted state: a draw of 400.00 (6,000.00 where a second
/// person has to agree), or a debit of 400.00 against 1,000.00 drawn in cash.
fn reach(kind: MovementKind, state: MovementState) -> Option<(Desk, LineId, MovementId)> {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let waits = matches!(
        state,
        MovementState::Requested | MovementState::Approved | MovementState::Declined
    );
    let id = match (kind, waits) {
        (MovementKind::Draw, false) => desk.draw_bank(line, 40_000),
        (MovementKind::Draw, true) if state == MovementState::Approved => {
            desk.draw_cash(line, 600_000)
        }
        (MovementKind::Draw, true) => desk.draw_bank(line, 600_000),
        (MovementKind::Repayment, false) => {
            desk.draw_cash(line, 100_000);
            desk.repay_debit(line, 40_000)
        }
        // A debit waits for nobody at the branch; refunds are cash.
        (MovementKind::Repayment, true) | (MovementKind::Refund, _) => return None,
    };
    match state {
        MovementState::Requested | MovementState::Queued => {}
        MovementState::Approved => {
            desk.approve_draw(desk.ada, line, id).unwrap();
        }
        MovementState::Declined => {
            let reason = "Too much at once".into();
            let decline = DeclineDraw {
                line_id: line,
                draw_id: id,
                reason,
            };
            desk.give(desk.ada, Command::DeclineDraw(decline)).unwrap();
        }
        MovementState::Cancelled => call_off(&mut desk, line, id),
        MovementState::Sending => {
            desk.mark(id).unwrap();
        }
        MovementState::Unknown => {
            desk.mark(id).unwrap();
            desk.answer(id, NO_ANSWER).unwrap();
        }
        MovementState::Accepted => desk.send(id),
        MovementState::Settled => desk.send_and_settle(id),
        MovementState::Rejected => {
            desk.send(id);
            desk.word(id, RemoteStatus::Rejected).unwrap();
        }
        MovementState::Returned => {
            desk.send_and_settle(id);
            desk.word(id, RemoteStatus::Returned).unwrap();
        }
        MovementState::NeedsReview => {
            desk.mark(id).unwrap();
            desk.answer(id, NO_ANSWER).unwrap();
            let odd = desk.two_strangers(id);
            desk.look_up(id, odd).unwrap();
            desk.unfreeze(line).unwrap();
        }
    }
    assert_eq!(desk.movement(id).state, state);
    Some((desk, line, id))
}

fn call_off(desk: &mut Desk, line_id: LineId, id: MovementId) {
    let command = match desk.movement(id).kind {
        MovementKind::Repayment => Command::CancelRepayment(CancelRepayment {
            line_id,
            repayment_id: id,
        }),
        MovementKind::Draw | MovementKind::Refund => Command::CancelDraw(CancelDraw {
            line_id,
            draw_id: id,
        }),
    };
    desk.give(desk.cleo, command).unwrap();
}

/// events > movement, line, principal, credit, available; "frozen" where the line is.
fn seen(desk: &Desk, line: LineId, id: MovementId, events: &str) -> String {
    let [principal, _, _, credit] = desk.balances(line);
    let frozen = if desk.line(line).frozen.is_some() {
        ", frozen"
    } else {
        ""
    };
    format!(
        "{events} > {:?}, {:?}, {principal}, {credit}, {}{frozen}",
        desk.movement(id).state,
        desk.line(line).status(),
        desk.available(line),
    )
}

/// The network says accepted, settled, rejected, returned; in the words of [`seen`].
#[rustfmt::skip]
fn written_words(kind: MovementKind, state: MovementState) -> [&'static str; 4] {
    use MovementState::*;
    match (kind, state) {
        (MovementKind::Draw, Requested) => [
            "transfer_accepted+transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 400000, frozen",
            "transfer_settled+line_frozen > Settled, Outstanding, 600000, 0, 400000, frozen",
            "nothing > Requested, Approved, 0, 0, 400000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Approved) => [
            "line_frozen > Approved, Approved, 0, 0, 400000, frozen",
            "line_frozen > Approved, Approved, 0, 0, 400000, frozen",
            "line_frozen > Approved, Approved, 0, 0, 400000, frozen",
            "line_frozen > Approved, Approved, 0, 0, 400000, frozen",
        ],
        (MovementKind::Draw, Queued) => [
            "transfer_accepted > Accepted, Outstanding, 0, 0, 960000",
            "transfer_settled > Settled, Outstanding, 40000, 0, 960000",
            "transfer_rejected > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Sending) => [
            "transfer_accepted > Accepted, Outstanding, 0, 0, 960000",
            "transfer_settled > Settled, Outstanding, 40000, 0, 960000",
            "transfer_rejected > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Unknown) => [
            "transfer_accepted > Accepted, Outstanding, 0, 0, 960000",
            "transfer_settled > Settled, Outstanding, 40000, 0, 960000",
            "transfer_rejected > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Accepted) => [
            "nothing > Accepted, Outstanding, 0, 0, 960000",
            "transfer_settled > Settled, Outstanding, 40000, 0, 960000",
            "transfer_rejected > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Settled) => [
            "nothing > Settled, Outstanding, 40000, 0, 960000",
            "nothing > Settled, Outstanding, 40000, 0, 960000",
            "line_frozen > Settled, Outstanding, 40000, 0, 960000, frozen",
            "transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Rejected) => [
            "nothing > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+line_frozen > Settled, Outstanding, 40000, 0, 960000, frozen",
            "nothing > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Returned) => [
            "nothing > Returned, Approved, 0, 0, 1000000",
            "nothing > Returned, Approved, 0, 0, 1000000",
            "line_frozen > Returned, Approved, 0, 0, 1000000, frozen",
            "nothing > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Cancelled) => [
            "transfer_accepted+transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
            "transfer_settled+line_frozen > Settled, Outstanding, 40000, 0, 960000, frozen",
            "nothing > Cancelled, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, Declined) => [
            "transfer_accepted+transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 400000, frozen",
            "transfer_settled+line_frozen > Settled, Outstanding, 600000, 0, 400000, frozen",
            "nothing > Declined, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Draw, NeedsReview) => [
            "transfer_accepted > Accepted, Outstanding, 0, 0, 960000",
            "transfer_settled > Settled, Outstanding, 40000, 0, 960000",
            "transfer_rejected > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        (MovementKind::Repayment, Queued) => [
            "transfer_accepted > Accepted, Outstanding, 100000, 0, 900000",
            "transfer_settled > Settled, Outstanding, 60000, 0, 900000",
            "transfer_rejected > Rejected, Outstanding, 100000, 0, 900000",
            "transfer_settled+transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Sending) => [
            "transfer_accepted > Accepted, Outstanding, 100000, 0, 900000",
            "transfer_settled > Settled, Outstanding, 60000, 0, 900000",
            "transfer_rejected > Rejected, Outstanding, 100000, 0, 900000",
            "transfer_settled+transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Unknown) => [
            "transfer_accepted > Accepted, Outstanding, 100000, 0, 900000",
            "transfer_settled > Settled, Outstanding, 60000, 0, 900000",
            "transfer_rejected > Rejected, Outstanding, 100000, 0, 900000",
            "transfer_settled+transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Accepted) => [
            "nothing > Accepted, Outstanding, 100000, 0, 900000",
            "transfer_settled > Settled, Outstanding, 60000, 0, 900000",
            "transfer_rejected > Rejected, Outstanding, 100000, 0, 900000",
            "transfer_settled+transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Settled) => [
            "nothing > Settled, Outstanding, 60000, 0, 900000",
            "nothing > Settled, Outstanding, 60000, 0, 900000",
            "line_frozen > Settled, Outstanding, 60000, 0, 900000, frozen",
            "transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Rejected) => [
            "nothing > Rejected, Outstanding, 100000, 0, 900000",
            "transfer_settled+line_frozen > Settled, Outstanding, 60000, 0, 900000, frozen",
            "nothing > Rejected, Outstanding, 100000, 0, 900000",
            "transfer_settled+transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Returned) => [
            "nothing > Returned, Outstanding, 100000, 0, 900000",
            "nothing > Returned, Outstanding, 100000, 0, 900000",
            "line_frozen > Returned, Outstanding, 100000, 0, 900000, frozen",
            "nothing > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Cancelled) => [
            "transfer_accepted+transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
            "transfer_settled+line_frozen > Settled, Outstanding, 60000, 0, 900000, frozen",
            "nothing > Cancelled, Outstanding, 100000, 0, 900000",
            "transfer_settled+transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, NeedsReview) => [
            "transfer_accepted > Accepted, Outstanding, 100000, 0, 900000",
            "transfer_settled > Settled, Outstanding, 60000, 0, 900000",
            "transfer_rejected > Rejected, Outstanding, 100000, 0, 900000",
            "transfer_settled+transfer_returned > Returned, Outstanding, 100000, 0, 900000",
        ],
        (MovementKind::Repayment, Requested | Approved | Declined) | (MovementKind::Refund, _) => [""; 4],
    }
}

/// Asked by reference: no answer, nothing there, another amount, two transfers.
#[rustfmt::skip]
fn written_look_ups(kind: MovementKind, state: MovementState) -> [&'static str; 4] {
    use MovementState::*;
    match (kind, state) {
        (MovementKind::Draw, Requested) => [
            "nothing > Requested, Approved, 0, 0, 400000",
            "nothing > Requested, Approved, 0, 0, 400000",
            "line_frozen > Requested, Approved, 0, 0, 400000, frozen",
            "line_frozen > Requested, Approved, 0, 0, 400000, frozen",
        ],
        (MovementKind::Draw, Approved) => [
            "nothing > Approved, Approved, 0, 0, 400000",
            "nothing > Approved, Approved, 0, 0, 400000",
            "line_frozen > Approved, Approved, 0, 0, 400000, frozen",
            "line_frozen > Approved, Approved, 0, 0, 400000, frozen",
        ],
        (MovementKind::Draw, Queued) => [
            "nothing > Queued, Approved, 0, 0, 960000",
            "nothing > Queued, Approved, 0, 0, 960000",
            "transfer_in_review+line_frozen > NeedsReview, Approved, 0, 0, 960000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Approved, 0, 0, 960000, frozen",
        ],
        (MovementKind::Draw, Sending) => [
            "nothing > Sending, Outstanding, 0, 0, 960000",
            "nothing > Sending, Outstanding, 0, 0, 960000",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
        ],
        (MovementKind::Draw, Unknown) => [
            "transfer_asked_in_vain > Unknown, Outstanding, 0, 0, 960000",
            "transfer_not_found > Unknown, Outstanding, 0, 0, 960000",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
        ],
        (MovementKind::Draw, Accepted) => [
            "nothing > Accepted, Outstanding, 0, 0, 960000",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
        ],
        (MovementKind::Draw, Settled) => [
            "nothing > Settled, Outstanding, 40000, 0, 960000",
            "nothing > Settled, Outstanding, 40000, 0, 960000",
            "line_frozen > Settled, Outstanding, 40000, 0, 960000, frozen",
            "line_frozen > Settled, Outstanding, 40000, 0, 960000, frozen",
        ],
        (MovementKind::Draw, Rejected) => [
            "nothing > Rejected, Approved, 0, 0, 1000000",
            "nothing > Rejected, Approved, 0, 0, 1000000",
            "line_frozen > Rejected, Approved, 0, 0, 1000000, frozen",
            "line_frozen > Rejected, Approved, 0, 0, 1000000, frozen",
        ],
        (MovementKind::Draw, Returned) => [
            "nothing > Returned, Approved, 0, 0, 1000000",
            "nothing > Returned, Approved, 0, 0, 1000000",
            "line_frozen > Returned, Approved, 0, 0, 1000000, frozen",
            "line_frozen > Returned, Approved, 0, 0, 1000000, frozen",
        ],
        (MovementKind::Draw, Cancelled) => [
            "nothing > Cancelled, Approved, 0, 0, 1000000",
            "nothing > Cancelled, Approved, 0, 0, 1000000",
            "line_frozen > Cancelled, Approved, 0, 0, 1000000, frozen",
            "line_frozen > Cancelled, Approved, 0, 0, 1000000, frozen",
        ],
        (MovementKind::Draw, Declined) => [
            "nothing > Declined, Approved, 0, 0, 1000000",
            "nothing > Declined, Approved, 0, 0, 1000000",
            "line_frozen > Declined, Approved, 0, 0, 1000000, frozen",
            "line_frozen > Declined, Approved, 0, 0, 1000000, frozen",
        ],
        (MovementKind::Draw, NeedsReview) => [
            "nothing > NeedsReview, Outstanding, 0, 0, 960000",
            "nothing > NeedsReview, Outstanding, 0, 0, 960000",
            "line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
            "line_frozen > NeedsReview, Outstanding, 0, 0, 960000, frozen",
        ],
        (MovementKind::Repayment, Queued) => [
            "nothing > Queued, Outstanding, 100000, 0, 900000",
            "nothing > Queued, Outstanding, 100000, 0, 900000",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Sending) => [
            "nothing > Sending, Outstanding, 100000, 0, 900000",
            "nothing > Sending, Outstanding, 100000, 0, 900000",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Unknown) => [
            "transfer_asked_in_vain > Unknown, Outstanding, 100000, 0, 900000",
            "transfer_not_found > Unknown, Outstanding, 100000, 0, 900000",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Accepted) => [
            "nothing > Accepted, Outstanding, 100000, 0, 900000",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
            "transfer_in_review+line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Settled) => [
            "nothing > Settled, Outstanding, 60000, 0, 900000",
            "nothing > Settled, Outstanding, 60000, 0, 900000",
            "line_frozen > Settled, Outstanding, 60000, 0, 900000, frozen",
            "line_frozen > Settled, Outstanding, 60000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Rejected) => [
            "nothing > Rejected, Outstanding, 100000, 0, 900000",
            "nothing > Rejected, Outstanding, 100000, 0, 900000",
            "line_frozen > Rejected, Outstanding, 100000, 0, 900000, frozen",
            "line_frozen > Rejected, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Returned) => [
            "nothing > Returned, Outstanding, 100000, 0, 900000",
            "nothing > Returned, Outstanding, 100000, 0, 900000",
            "line_frozen > Returned, Outstanding, 100000, 0, 900000, frozen",
            "line_frozen > Returned, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Cancelled) => [
            "nothing > Cancelled, Outstanding, 100000, 0, 900000",
            "nothing > Cancelled, Outstanding, 100000, 0, 900000",
            "line_frozen > Cancelled, Outstanding, 100000, 0, 900000, frozen",
            "line_frozen > Cancelled, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, NeedsReview) => [
            "nothing > NeedsReview, Outstanding, 100000, 0, 900000",
            "nothing > NeedsReview, Outstanding, 100000, 0, 900000",
            "line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
            "line_frozen > NeedsReview, Outstanding, 100000, 0, 900000, frozen",
        ],
        (MovementKind::Repayment, Requested | Approved | Declined) | (MovementKind::Refund, _) => [""; 4],
    }
}

fn every_movement(mut check: impl FnMut(MovementKind, MovementState)) -> u32 {
    let mut reached = 0;
    for kind in [
        MovementKind::Draw,
        MovementKind::Repayment,
        MovementKind::Refund,
    ] {
        for state in MovementState::ALL {
            let built = reach(kind, *state).is_some();
            let blank = written_words(kind, *state)[0].is_empty();
            assert_eq!(built, !blank, "{kind:?} {state:?} has no row");
            if built {
                reached += 1;
                check(kind, *state);
            }
        }
    }
    reached
}

#[test]
fn every_state_of_a_movement_takes_every_word_of_the_network() {
    let mut wrong = Vec::new();
    every_movement(|kind, state| {
        for (word, expected) in WORDS.into_iter().zip(written_words(kind, state)) {
            let (mut desk, line, id) = reach(kind, state).unwrap();
            let judged = desk.word(id, word);
            assert!(
                judged.is_ok(),
                "a fact was refused: {kind:?} {state:?} x {word:?}"
            );
            let outcome = seen(&desk, line, id, &cell(&judged));
            if outcome != expected {
                wrong.push(format!(
                    "{kind:?} {state:?} x {word:?}: written {expected}; was {outcome}"
                ));
            }
            // The same word once more adds nothing to the books.
            let balances = desk.balances(line);
            desk.word(id, word).unwrap();
            assert_eq!(
                desk.balances(line),
                balances,
                "{kind:?} {state:?} x {word:?} twice"
            );
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_state_of_a_movement_takes_every_look_up() {
    let mut wrong = Vec::new();
    every_movement(|kind, state| {
        for (place, expected) in written_look_ups(kind, state).into_iter().enumerate() {
            let (mut desk, line, id) = reach(kind, state).unwrap();
            let found = match place {
                0 => LookUp::NoAnswer { reason: "reset" },
                1 => LookUp::Nothing,
                2 => {
                    let mut odd = desk.remote(id, RemoteStatus::Settled);
                    odd.amount_minor = Minor(1);
                    LookUp::Found(odd)
                }
                _ => desk.two_strangers(id),
            };
            let judged = desk.look_up(id, found);
            let outcome = seen(&desk, line, id, &cell(&judged));
            if outcome != expected {
                wrong.push(format!(
                    "{kind:?} {state:?} x {place}: written {expected}; was {outcome}"
                ));
            }
        }
        // What a look-up finds is the network's word like any other.
        for (word, expected) in WORDS.into_iter().zip(written_words(kind, state)) {
            let (mut desk, line, id) = reach(kind, state).unwrap();
            if desk.movement(id).transfer.is_none() {
                continue;
            }
            let found = LookUp::Found(desk.remote(id, word));
            let judged = desk.look_up(id, found);
            assert_eq!(
                seen(&desk, line, id, &cell(&judged)),
                expected,
                "{kind:?} {state:?}"
            );
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every class of answer to an attempt, with what it does to a first attempt, and to one after
/// an attempt that may have arrived.
#[rustfmt::skip]
fn answers() -> Vec<(PostAnswer, &'static str, &'static str)> {
    let told = |status, wait| PostAnswer::Status { status, retry_after_ms: Some(wait) };
    vec![
        (NOT_SENT, "transfer_not_sent > Queued, Send", "transfer_not_sent > Unknown, Ask"),
        (NO_ANSWER, "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (status(408), "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (status(409), "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (status(500), "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (status(502), "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (told(503, 60_000), "transfer_in_doubt > Unknown, Ask, 60000", "transfer_in_doubt > Unknown, Ask, 60000"),
        (status(504), "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (status(302), "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (status(418), "transfer_in_doubt > Unknown, Ask", "transfer_in_doubt > Unknown, Ask"),
        (status(429), "transfer_deferred > Queued, Send", "transfer_deferred > Unknown, Ask"),
        (told(429, 30_000), "transfer_deferred > Queued, Send, 30000", "transfer_deferred > Unknown, Ask, 30000"),
        (status(401), "transfer_deferred > Queued, Send", "transfer_deferred > Unknown, Ask"),
        (status(403), "transfer_deferred > Queued, Send", "transfer_deferred > Unknown, Ask"),
        (status(400), "transfer_refused > Unknown, Ask", "transfer_refused > Unknown, Ask"),
        (status(404), "transfer_refused > Unknown, Ask", "transfer_refused > Unknown, Ask"),
        (status(422), "transfer_refused > Unknown, Ask", "transfer_refused > Unknown, Ask"),
    ]
}

/// Transfers that are not ours, by the one member that differs.
fn odd_transfers(desk: &Desk, id: MovementId) -> Vec<(&'static str, RemoteTransfer)> {
    let honest = desk.remote(id, RemoteStatus::Accepted);
    let with = |change: &dyn Fn(&mut RemoteTransfer)| {
        let mut remote = honest.clone();
        change(&mut remote);
        remote
    };
    vec![
        (
            "amount",
            with(&|r| r.amount_minor = Minor(r.amount_minor.0 + 1)),
        ),
        (
            "reference",
            with(&|r| r.reference = uuid::Uuid::nil().to_string()),
        ),
        ("currency", with(&|r| r.currency = "EUR".into())),
        (
            "direction",
            with(&|r| {
                r.direction = match r.direction {
                    Direction::Credit => Direction::Debit,
                    Direction::Debit => Direction::Credit,
                }
            }),
        ),
        ("no id", with(&|r| r.id = String::new())),
        ("endless id", with(&|r| r.id = "x".repeat(101))),
    ]
}

fn step_seen(desk: &Desk, id: MovementId, events: &str) -> String {
    let movement = desk.movement(id);
    let transfer = movement.transfer.as_ref().unwrap();
    let wait = transfer.next_at.since(desk.now);
    let wait = if wait > 0 {
        format!(", {wait}")
    } else {
        String::new()
    };
    format!("{events} > {:?}, {:?}{wait}", movement.state, transfer.next)
}

fn doubtful(desk: &mut Desk, id: MovementId) {
    desk.mark(id).unwrap();
    desk.answer(id, NO_ANSWER).unwrap();
    desk.look_up(id, LookUp::Nothing).unwrap();
}

#[test]
fn every_answer_to_an_attempt() {
    for kind in [MovementKind::Draw, MovementKind::Repayment] {
        for (answer, first, after_doubt) in answers() {
            for (doubt, expected) in [(false, first), (true, after_doubt)] {
                let (mut desk, _, id) = reach(kind, MovementState::Queued).unwrap();
                if doubt {
                    doubtful(&mut desk, id);
                }
                desk.mark(id).unwrap();
                let judged = desk.answer(id, answer.clone());
                let outcome = step_seen(&desk, id, &cell(&judged));
                assert_eq!(outcome, expected, "{kind:?} x {answer:?}, doubt: {doubt}");
                // Whatever may have arrived can no longer be called off.
                let called_back = desk.movement(id).state.cancellable();
                assert_eq!(called_back, outcome.contains("Queued"), "{answer:?}");
            }
        }
    }
}

#[test]
fn an_answer_that_matches_is_followed_and_one_that_does_not_is_looked_at() {
    for kind in [MovementKind::Draw, MovementKind::Repayment] {
        for (word, expected) in WORDS
            .into_iter()
            .zip(written_words(kind, MovementState::Sending))
        {
            let (mut desk, line, id) = reach(kind, MovementState::Sending).unwrap();
            let remote = desk.remote(id, word);
            let judged = desk.answer(id, PostAnswer::Transfer(remote));
            assert_eq!(
                seen(&desk, line, id, &cell(&judged)),
                expected,
                "{kind:?} {word:?}"
            );
        }
        let count = odd_transfers(
            &reach(kind, MovementState::Sending).unwrap().0,
            reach(kind, MovementState::Sending).unwrap().2,
        )
        .len();
        for place in 0..count {
            let (mut desk, line, id) = reach(kind, MovementState::Sending).unwrap();
            let (what, odd) = odd_transfers(&desk, id).remove(place);
            let judged = desk.answer(id, PostAnswer::Transfer(odd));
            assert_eq!(
                cell(&judged),
                "transfer_in_doubt+transfer_in_review+line_frozen",
                "{what}"
            );
            assert_eq!(
                desk.movement(id).review,
                Some(ReviewReason::AnswerDoesNotMatch)
            );
            assert!(desk.line(line).frozen.is_some());
            assert_eq!(desk.movement(id).transfer.as_ref().unwrap().doubtful, 1);
        }
    }
}

#[test]
fn an_answer_that_an_event_overtook_counts_only_where_the_network_speaks() {
    every_movement(|kind, state| {
        if state == MovementState::Sending {
            return;
        }
        let harmless = answers().into_iter().map(|(answer, ..)| answer);
        for answer in harmless {
            let (mut desk, _, id) = reach(kind, state).unwrap();
            let expected = match desk.movement(id).transfer {
                Some(_) => "nothing",
                None => "!UnknownMovement",
            };
            let before = desk.world.clone();
            assert_eq!(
                cell(&desk.answer(id, answer.clone())),
                expected,
                "{state:?} {answer:?}"
            );
            assert_eq!(desk.world, before);
        }
        for (word, expected) in WORDS.into_iter().zip(written_words(kind, state)) {
            let (mut desk, line, id) = reach(kind, state).unwrap();
            if desk.movement(id).transfer.is_none() {
                continue;
            }
            let remote = desk.remote(id, word);
            let judged = desk.answer(id, PostAnswer::Transfer(remote));
            assert_eq!(
                seen(&desk, line, id, &cell(&judged)),
                expected,
                "{kind:?} {state:?}"
            );
        }
        // A late answer that contradicts the event is not swept aside.
        let (mut desk, line, id) = reach(kind, state).unwrap();
        if desk.movement(id).transfer.is_some() {
            let (_, odd) = odd_transfers(&desk, id).remove(0);
            desk.answer(id, PostAnswer::Transfer(odd)).unwrap();
            assert!(desk.line(line).frozen.is_some(), "{kind:?} {state:?}");
        }
    });
}

#[test]
fn an_answer_to_an_earlier_attempt_is_not_taken_for_this_one() {
    let (mut desk, line_id, movement_id) =
        reach(MovementKind::Draw, MovementState::Unknown).unwrap();
    desk.look_up(movement_id, LookUp::Nothing).unwrap();
    desk.mark(movement_id).unwrap();
    let late = Internal::RecordAnswer {
        line_id,
        movement_id,
        attempt: 1,
        answer: NOT_SENT,
        jitter: 0,
    };
    assert_eq!(cell(&desk.tell(late)), "nothing");
    assert_eq!(desk.movement(movement_id).state, MovementState::Sending);
}

#[test]
fn doubt_is_never_laundered() {
    // Neither a refused connection nor an empty look-up nor "not taken" ends it.
    for later in [NOT_SENT, status(429), status(401), status(403)] {
        let (mut desk, line_id, id) = reach(MovementKind::Draw, MovementState::Queued).unwrap();
        doubtful(&mut desk, id);
        assert_eq!(desk.movement(id).state, MovementState::Unknown);
        desk.mark(id).unwrap();
        desk.answer(id, later.clone()).unwrap();
        let movement = desk.movement(id);
        assert_eq!(movement.state, MovementState::Unknown, "{later:?}");
        assert!(movement.sent);
        assert_eq!(step(movement, desk.now), Step::Ask);
        assert_eq!(cell(&desk.cancel_draw(line_id, id)), "!AlreadySent");
    }
    // The network's refusal of the second try says nothing about the first.
    for refusal in [400, 404, 422] {
        let (mut desk, _, id) = reach(MovementKind::Draw, MovementState::Queued).unwrap();
        doubtful(&mut desk, id);
        desk.mark(id).unwrap();
        desk.answer(id, status(refusal)).unwrap();
        assert_eq!(
            cell(&desk.look_up(id, LookUp::Nothing)),
            "transfer_in_review"
        );
        assert_eq!(
            desk.movement(id).review,
            Some(ReviewReason::RefusedAfterDoubt)
        );
        // Asking again and again does not turn it into a rejection either.
        desk.ask_again(id).unwrap();
        assert_eq!(
            cell(&desk.look_up(id, LookUp::Nothing)),
            "transfer_in_review"
        );
    }
}

#[test]
fn an_attempt_whose_answer_is_out_stays_doubtful_through_a_review() {
    // While the bytes are on the wire the network's events speak of another amount.
    let (mut desk, line, id) = reach(MovementKind::Draw, MovementState::Sending).unwrap();
    let mut odd = desk.remote(id, RemoteStatus::Accepted);
    odd.amount_minor = Minor(1);
    desk.say(id, odd).unwrap();
    assert_eq!(desk.movement(id).state, MovementState::NeedsReview);
    desk.unfreeze(line).unwrap();
    desk.ask_again(id).unwrap();
    desk.look_up(id, LookUp::Nothing).unwrap();
    desk.mark(id).unwrap();
    desk.answer(id, NOT_SENT).unwrap();
    assert_eq!(desk.movement(id).state, MovementState::Unknown);
    assert!(desk.movement(id).sent);
}

#[test]
fn a_definite_no_is_asked_about_once_and_then_believed() {
    for refusal in [400, 404, 422] {
        let (mut desk, line, id) = reach(MovementKind::Draw, MovementState::Sending).unwrap();
        desk.answer(id, status(refusal)).unwrap();
        assert_eq!(step(desk.movement(id), desk.now), Step::Ask);
        assert_eq!(cell(&desk.mark(id)), "!AlreadySent");
        assert_eq!(
            cell(&desk.look_up(id, LookUp::NoAnswer { reason: "reset" })),
            "transfer_asked_in_vain"
        );
        assert_eq!(
            cell(&desk.look_up(id, LookUp::Nothing)),
            "transfer_rejected"
        );
        assert_eq!(desk.available(line), LIMIT);
        assert_eq!(desk.line(line).draws_sent, 0);
        // The network has it after all: reserved again, looked at, and never sent once more.
        desk.word(id, RemoteStatus::Accepted).unwrap();
        assert_eq!(
            desk.movement(id).review,
            Some(ReviewReason::MovedAfterTheEnd)
        );
        assert_eq!(desk.available(line), LIMIT - 40_000);
        never_sent_again(&mut desk, line, id);
    }
}

fn never_sent_again(desk: &mut Desk, line: LineId, id: MovementId) {
    if desk.line(line).frozen.is_some() {
        desk.unfreeze(line).unwrap();
    }
    desk.ask_again(id).unwrap();
    assert_eq!(
        cell(&desk.look_up(id, LookUp::Nothing)),
        "transfer_in_review"
    );
    assert_eq!(cell(&desk.mark(id)), "!AlreadySent");
    assert_eq!(step(desk.movement(id), desk.now), Step::Nothing);
}

#[test]
fn what_the_network_had_once_is_never_sent_again() {
    for kind in [MovementKind::Draw, MovementKind::Repayment] {
        // Accepted, then forgotten.
        let (mut desk, line, id) = reach(kind, MovementState::Accepted).unwrap();
        desk.now = UtcMillis(desk.now.0 + 3 * KEY_LIFE_MS);
        desk.look_up(id, LookUp::Nothing).unwrap();
        never_sent_again(&mut desk, line, id);
        // Called off at the desk, and yet accepted.
        let (mut desk, line, id) = reach(kind, MovementState::Cancelled).unwrap();
        desk.word(id, RemoteStatus::Accepted).unwrap();
        assert_eq!(
            desk.movement(id).review,
            Some(ReviewReason::MovedAfterTheEnd)
        );
        never_sent_again(&mut desk, line, id);
    }
}

#[test]
fn a_key_of_twenty_hours_is_not_sent_again() {
    for (age, expected) in [
        (KEY_LIFE_MS - 1, "transfer_marked"),
        (KEY_LIFE_MS, "!AlreadySent"),
    ] {
        let (mut desk, _, id) = reach(MovementKind::Draw, MovementState::Queued).unwrap();
        let first = desk.now;
        doubtful(&mut desk, id);
        // A later doubt does not make the key younger.
        desk.now = first.plus_ms(KEY_LIFE_MS / 2);
        desk.mark(id).unwrap();
        desk.answer(id, NO_ANSWER).unwrap();
        desk.look_up(id, LookUp::Nothing).unwrap();
        desk.now = first.plus_ms(age);
        assert_eq!(cell(&desk.mark(id)), expected, "{age}");
    }
    // An attempt that certainly did not leave does not start the clock.
    let (mut desk, _, id) = reach(MovementKind::Draw, MovementState::Sending).unwrap();
    desk.answer(id, NOT_SENT).unwrap();
    desk.now = desk.now.plus_ms(10 * KEY_LIFE_MS);
    assert_eq!(cell(&desk.mark(id)), "transfer_marked");
}

#[test]
fn a_key_too_old_ends_with_a_person() {
    let (mut desk, _, id) = reach(MovementKind::Draw, MovementState::Unknown).unwrap();
    desk.now = desk.now.plus_ms(KEY_LIFE_MS);
    assert_eq!(step(desk.movement(id), desk.now), Step::Ask);
    assert_eq!(
        cell(&desk.look_up(id, LookUp::Nothing)),
        "transfer_in_review"
    );
    assert_eq!(desk.movement(id).review, Some(ReviewReason::KeyTooOld));
    // Found later by somebody who asks again: the draw is no longer lost.
    desk.ask_again(id).unwrap();
    let found = LookUp::Found(desk.remote(id, RemoteStatus::Settled));
    assert_eq!(cell(&desk.look_up(id, found)), "transfer_settled");
}

#[test]
fn tries_that_may_have_left_are_counted() {
    let (mut desk, _, id) = reach(MovementKind::Draw, MovementState::Queued).unwrap();
    for attempt in 1..=DOUBTFUL_TRIES {
        desk.now = desk.now.plus_ms(60_000);
        assert_eq!(cell(&desk.mark(id)), "transfer_marked", "{attempt}");
        desk.answer(id, NO_ANSWER).unwrap();
        let expected = if attempt == DOUBTFUL_TRIES {
            "transfer_in_review"
        } else {
            "transfer_not_found"
        };
        assert_eq!(
            cell(&desk.look_up(id, LookUp::Nothing)),
            expected,
            "{attempt}"
        );
    }
    assert_eq!(desk.movement(id).review, Some(ReviewReason::TriesUsedUp));
}

#[test]
fn tries_that_did_not_leave_are_not() {
    let (mut desk, _, id) = reach(MovementKind::Draw, MovementState::Queued).unwrap();
    for attempt in 1..=3 * DOUBTFUL_TRIES {
        desk.now = desk.now.plus_ms(60_000);
        assert_eq!(cell(&desk.mark(id)), "transfer_marked", "{attempt}");
        desk.answer(id, NOT_SENT).unwrap();
    }
    assert_eq!(desk.movement(id).state, MovementState::Queued);
}

#[test]
fn a_frozen_line_sends_no_new_draw_but_finishes_what_may_have_left() {
    let (mut desk, line, id) = reach(MovementKind::Draw, MovementState::Queued).unwrap();
    desk.freeze(line).unwrap();
    assert_eq!(cell(&desk.mark(id)), "!LineFrozen");
    desk.unfreeze(line).unwrap();
    doubtful(&mut desk, id);
    desk.freeze(line).unwrap();
    assert_eq!(cell(&desk.mark(id)), "transfer_marked");
    // Under review before anything left: a first sending waits for the line to thaw, too.
    let (mut desk, line, id) = reach(MovementKind::Draw, MovementState::Queued).unwrap();
    let odd = desk.two_strangers(id);
    desk.look_up(id, odd).unwrap();
    desk.ask_again(id).unwrap();
    desk.look_up(id, LookUp::Nothing).unwrap();
    assert_eq!(cell(&desk.mark(id)), "!LineFrozen");
    desk.unfreeze(line).unwrap();
    assert_eq!(cell(&desk.mark(id)), "transfer_marked");
    // Money coming in is not stopped.
    let (mut desk, line, id) = reach(MovementKind::Repayment, MovementState::Queued).unwrap();
    desk.freeze(line).unwrap();
    assert_eq!(cell(&desk.mark(id)), "transfer_marked");
}

/// What a return does to what waits for the same bank account: events > the waiting draw, the
/// waiting debit, and what is available on the line of the draw.
#[rustfmt::skip]
const RETURNS_AND_WHAT_WAITS: [(&str, &str); 11] = [
    ("R01", "transfer_returned > Queued, Queued, 340000"),
    ("R02", "transfer_returned+bank_account_unusable+transfer_withdrawn+transfer_withdrawn > Cancelled, Cancelled, 400000"),
    ("R03", "transfer_returned+bank_account_unusable+transfer_withdrawn+transfer_withdrawn > Cancelled, Cancelled, 400000"),
    ("R04", "transfer_returned+bank_account_unusable+transfer_withdrawn+transfer_withdrawn > Cancelled, Cancelled, 400000"),
    ("R20", "transfer_returned+bank_account_unusable+transfer_withdrawn+transfer_withdrawn > Cancelled, Cancelled, 400000"),
    ("R05", "transfer_returned+debit_authorization_ended+transfer_withdrawn > Queued, Cancelled, 340000"),
    ("R07", "transfer_returned+debit_authorization_ended+transfer_withdrawn > Queued, Cancelled, 340000"),
    ("R10", "transfer_returned+debit_authorization_ended+transfer_withdrawn > Queued, Cancelled, 340000"),
    ("R09", "transfer_returned > Queued, Queued, 340000"),
    ("R16", "transfer_returned > Queued, Queued, 340000"),
    ("R23", "transfer_returned > Queued, Queued, 340000"),
];

/// Three lines of one customer: a debit that settled on one, a draw and a debit that wait on the
/// others, all of one bank account.
fn waiting_beside_a_debit() -> (Desk, MovementId, [(LineId, MovementId); 2]) {
    let mut desk = Desk::new();
    let lines: Vec<LineId> = (0..3).map(|_| desk.open_line(400_000)).collect();
    desk.draw_cash(lines[0], 50_000);
    let debit = desk.repay_debit(lines[0], 10_000);
    desk.send_and_settle(debit);
    let draw = desk.draw_bank(lines[1], 60_000);
    desk.draw_cash(lines[2], 50_000);
    let second = desk.repay_debit(lines[2], 20_000);
    (desk, debit, [(lines[1], draw), (lines[2], second)])
}

#[test]
fn a_return_calls_off_what_waits_for_the_same_account() {
    for (code, expected) in RETURNS_AND_WHAT_WAITS {
        let (mut desk, debit, waiting) = waiting_beside_a_debit();
        let mut word = desk.remote(debit, RemoteStatus::Returned);
        word.return_code = Some(code.to_owned());
        let judged = desk.say(debit, word);
        let [(line, draw), (_, second)] = waiting;
        let outcome = format!(
            "{} > {:?}, {:?}, {}",
            cell(&judged),
            desk.movement(draw).state,
            desk.movement(second).state,
            desk.available(line)
        );
        assert_eq!(outcome, expected, "{code}");
        for (line, id) in waiting {
            if desk.movement(id).state == MovementState::Cancelled {
                assert_eq!(step(desk.movement(id), desk.now), Step::Nothing);
                assert_eq!(desk.line(line).movements_on_their_way, 0);
                assert_eq!(cell(&desk.mark(id)), "!AlreadySent");
            } else {
                assert_eq!(cell(&desk.mark(id)), "transfer_marked");
            }
        }
    }
}

#[test]
fn what_may_have_left_is_finished_and_what_did_not_leave_is_called_off() {
    for (code, stays) in [("R02", false), ("R07", true)] {
        // Sending while the return arrives: its answer decides.
        for (answer, expected) in [
            (NOT_SENT, "transfer_not_sent+transfer_withdrawn > Cancelled"),
            (
                status(429),
                "transfer_deferred+transfer_withdrawn > Cancelled",
            ),
            (
                status(401),
                "transfer_deferred+transfer_withdrawn > Cancelled",
            ),
            (NO_ANSWER, "transfer_in_doubt > Unknown"),
        ] {
            let (mut desk, debit, [(_, draw), (_, second)]) = waiting_beside_a_debit();
            let id = if stays { second } else { draw };
            desk.mark(id).unwrap();
            let mut word = desk.remote(debit, RemoteStatus::Returned);
            word.return_code = Some(code.to_owned());
            desk.say(debit, word).unwrap();
            assert_eq!(desk.movement(id).state, MovementState::Sending);
            let judged = desk.answer(id, answer.clone());
            let outcome = format!("{} > {:?}", cell(&judged), desk.movement(id).state);
            assert_eq!(outcome, expected, "{code} {answer:?}");
            if desk.movement(id).state == MovementState::Unknown {
                // The same bytes under the same key, to the end.
                desk.look_up(id, LookUp::Nothing).unwrap();
                assert_eq!(cell(&desk.mark(id)), "transfer_marked");
            }
        }
        // Under review before anything left: a person has to look again.
        let (mut desk, debit, [(line, draw), _]) = waiting_beside_a_debit();
        if code == "R02" {
            let mut odd = desk.remote(draw, RemoteStatus::Accepted);
            odd.amount_minor = Minor(1);
            desk.say(draw, odd).unwrap();
            let mut word = desk.remote(debit, RemoteStatus::Returned);
            word.return_code = Some(code.to_owned());
            desk.say(debit, word).unwrap();
            desk.unfreeze(line).unwrap();
            desk.ask_again(draw).unwrap();
            assert_eq!(
                cell(&desk.look_up(draw, LookUp::Nothing)),
                "transfer_in_review"
            );
            assert_eq!(
                desk.movement(draw).review,
                Some(ReviewReason::AccountUnusable)
            );
        }
    }
}

#[test]
fn a_line_that_only_waited_for_a_withdrawn_draw_closes_itself() {
    let (mut desk, debit, [(line, draw), _]) = waiting_beside_a_debit();
    desk.mark(draw).unwrap();
    desk.answer(draw, NOT_SENT).unwrap();
    // Nothing was ever sent, and the draw still waits: the wish waits with it.
    desk.world
        .lines
        .get_mut(&line)
        .unwrap()
        .cancellation_requested_on = Some(desk.today);
    let mut word = desk.remote(debit, RemoteStatus::Returned);
    word.return_code = Some("R03".to_owned());
    let judged = desk.say(debit, word);
    assert!(cell(&judged).ends_with("line_closed"), "{}", cell(&judged));
    assert_eq!(desk.line(line).status(), Status::Closed);
}

#[test]
fn cash_and_unknown_references_never_post_by_the_network() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let (cash, _) = desk.ask_draw(line, 10_000, CASH);
    for word in WORDS {
        desk.word(cash, word).unwrap();
        assert_eq!(desk.balances(line), [10_000, 0, 0, 0], "{word:?}");
    }
    assert!(desk.line(line).frozen.is_some());
}

/// A line in each status with a transfer that a late fact can name: the draw that is the last
/// thing the status allows, and for lines that were repaid the debit that did it.
fn line_with_transfer(status: Status) -> Option<(Desk, LineId, MovementId)> {
    let mut desk = Desk::new();
    match status {
        // Nothing can have been sent: a fact would name a reference nobody knows.
        Status::Open | Status::Rejected => None,
        Status::Cancelled => {
            let line = desk.open_line(LIMIT);
            let draw = desk.draw_bank(line, 40_000);
            let cancel = CancelApplication {
                line_id: line,
                note: None,
            };
            desk.give(desk.cleo, Command::CancelApplication(cancel))
                .unwrap();
            Some((desk, line, draw))
        }
        Status::Approved => {
            let line = desk.open_line(LIMIT);
            let draw = desk.draw_bank(line, 40_000);
            Some((desk, line, draw))
        }
        Status::Outstanding => {
            let line = desk.open_line(LIMIT);
            let draw = desk.draw_bank(line, 40_000);
            desk.send(draw);
            Some((desk, line, draw))
        }
        Status::Repaid | Status::Closed => {
            let line = desk.open_line(LIMIT);
            let draw = desk.draw_bank(line, 40_000);
            desk.send_and_settle(draw);
            let debit = desk.repay_debit(line, 40_000);
            desk.send_and_settle(debit);
            if status == Status::Closed {
                desk.close(line).unwrap();
            }
            Some((desk, line, debit))
        }
    }
}

#[test]
fn every_status_of_a_line_takes_every_late_fact() {
    let facts = [
        RemoteStatus::Settled,
        RemoteStatus::Rejected,
        RemoteStatus::Returned,
    ];
    #[rustfmt::skip]
    let written = |status| match status {
        Status::Open | Status::Rejected => ["", "", ""],
        Status::Cancelled => [
            "transfer_settled+line_frozen > Settled, Cancelled, 40000, 0, 0, frozen",
            "nothing > Cancelled, Cancelled, 0, 0, 0",
            "transfer_settled+transfer_returned > Returned, Cancelled, 0, 0, 0",
        ],
        Status::Approved => [
            "transfer_settled > Settled, Outstanding, 40000, 0, 960000",
            "transfer_rejected > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        Status::Outstanding => [
            "transfer_settled > Settled, Outstanding, 40000, 0, 960000",
            "transfer_rejected > Rejected, Approved, 0, 0, 1000000",
            "transfer_settled+transfer_returned > Returned, Approved, 0, 0, 1000000",
        ],
        Status::Repaid => [
            "nothing > Settled, Repaid, 0, 0, 960000",
            "line_frozen > Settled, Repaid, 0, 0, 960000, frozen",
            "transfer_returned > Returned, Outstanding, 40000, 0, 960000",
        ],
        Status::Closed => [
            "nothing > Settled, Closed, 0, 0, 0",
            "line_frozen > Settled, Closed, 0, 0, 0, frozen",
            "transfer_returned > Returned, Closed, 40000, 0, 0",
        ],
    };
    for status in Status::ALL {
        let row = written(*status);
        for (fact, expected) in facts.into_iter().zip(row) {
            let Some((mut desk, line, id)) = line_with_transfer(*status) else {
                assert_eq!(expected, "", "{status:?}");
                continue;
            };
            assert_eq!(desk.line(line).status(), *status);
            let judged = desk.word(id, fact);
            assert_eq!(
                seen(&desk, line, id, &cell(&judged)),
                expected,
                "{status:?} x {fact:?}"
            );
            let owing = desk.line(line).status().ended() && desk.balances(line)[0] > 0;
            assert_eq!(desk.line(line).closed_but_owing(), owing);
            if owing {
                // It takes repayments, and nothing else starts on it.
                desk.repay_cash(line, 40_000);
                assert!(!desk.line(line).closed_but_owing());
                assert_eq!(desk.line(line).status(), *status);
            }
        }
    }
}

#[test]
fn a_fact_about_a_line_where_nothing_was_sent_is_an_orphan() {
    for reject in [false, true] {
        let mut desk = Desk::new();
        let line_id = desk.take(LIMIT);
        if reject {
            let seen_version = desk.line(line_id).version;
            let reasons = vec![RejectionReason::Bankruptcy];
            let reject = RejectApplication {
                line_id,
                seen_version,
                reasons,
                other_words: None,
            };
            desk.give(desk.ada, Command::RejectApplication(reject))
                .unwrap();
        }
        let (other, _, known) = reach(MovementKind::Draw, MovementState::Accepted).unwrap();
        for word in WORDS {
            let movement_id = MovementId(uuid::Uuid::nil());
            let remote = other.remote(known, word);
            let judged = desk.tell(Internal::RecordNetworkState {
                line_id,
                movement_id,
                remote,
            });
            assert_eq!(cell(&judged), "!UnknownMovement", "{word:?}");
        }
    }
}
