//! What a person may do about a transfer, what returns turn into, and what the network's
//! statements are compared with.

use crate::desk::{Desk, LIMIT, NO_ANSWER, NOT_SENT, cell, date};
use domain::command::*;
use domain::date::BusinessDate;
use domain::ids::{LineId, MovementId};
use domain::ledger::Account;
use domain::money::{Currency, Minor};
use domain::movement::{MovementState, ReviewReason};
use domain::reconcile::*;
use domain::transfer::*;

fn retry(desk: &mut Desk, id: MovementId) -> String {
    let line_id = desk.movement(id).line_id;
    let retry = RetryTransfer {
        line_id,
        movement_id: id,
    };
    cell(&desk.give(desk.cleo, Command::RetryTransfer(retry)))
}

fn park(desk: &mut Desk, id: MovementId) -> String {
    let line_id = desk.movement(id).line_id;
    let park = ParkTransfer {
        line_id,
        movement_id: id,
        reason: "The customer calls back".into(),
    };
    cell(&desk.give(desk.ada, Command::ParkTransfer(park)))
}

fn hand_back(desk: &mut Desk, id: MovementId) -> String {
    let line_id = desk.movement(id).line_id;
    let back = HandBackTransfer {
        line_id,
        movement_id: id,
        reason: "Paid in cash".into(),
    };
    cell(&desk.give(desk.ada, Command::HandBackTransfer(back)))
}

fn present(desk: &mut Desk, id: MovementId) -> (MovementId, String) {
    let line_id = desk.movement(id).line_id;
    let repayment_id = MovementId(desk.id());
    let present = PresentAgain {
        line_id,
        movement_id: id,
        repayment_id,
    };
    let judged = desk.give(desk.cleo, Command::PresentAgain(present));
    (repayment_id, cell(&judged))
}

fn come_back(desk: &mut Desk, id: MovementId, code: &str) {
    desk.send_and_settle(id);
    let mut back = desk.remote(id, RemoteStatus::Returned);
    back.return_code = Some(code.to_owned());
    desk.say(id, back).unwrap();
}

fn owing() -> (Desk, LineId) {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 100_000);
    (desk, line)
}

#[test]
fn setting_aside_keeps_doubt_and_taking_up_asks_before_it_sends() {
    // Nothing left: it goes back into the queue.
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let id = desk.draw_bank(line, 10_000);
    assert_eq!(park(&mut desk, id), "transfer_parked");
    assert_eq!(step(desk.movement(id), desk.now), Step::Nothing);
    assert_eq!(desk.movement(id).review, Some(ReviewReason::Parked));
    assert_eq!(retry(&mut desk, id), "transfer_retried");
    assert_eq!(step(desk.movement(id), desk.now), Step::Send);
    // It may have left: asked first, whoever wants it tried.
    desk.mark(id).unwrap();
    assert_eq!(park(&mut desk, id), "!NotParkable");
    desk.answer(id, NO_ANSWER).unwrap();
    assert_eq!(park(&mut desk, id), "transfer_parked");
    assert_eq!(hand_back(&mut desk, id), "!MayHaveLeft");
    assert_eq!(retry(&mut desk, id), "transfer_retried");
    assert_eq!(step(desk.movement(id), desk.now), Step::Ask);
    assert!(desk.movement(id).sent);
    // The wait of a job that is due later ends when a person wants it.
    let other = desk.draw_bank(line, 10_000);
    desk.mark(other).unwrap();
    let told = PostAnswer::Status {
        status: 429,
        retry_after_ms: Some(600_000),
    };
    desk.answer(other, told).unwrap();
    assert_ne!(step(desk.movement(other), desk.now), Step::Send);
    retry(&mut desk, other);
    assert_eq!(step(desk.movement(other), desk.now), Step::Send);
}

#[test]
fn what_never_left_is_handed_back_and_what_the_network_has_is_not() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let id = desk.draw_bank(line, 10_000);
    desk.mark(id).unwrap();
    desk.answer(id, NOT_SENT).unwrap();
    assert_eq!(hand_back(&mut desk, id), "transfer_withdrawn");
    assert_eq!(desk.movement(id).state, MovementState::Cancelled);
    assert_eq!(desk.available(line), LIMIT);
    // It moved all the same: a fact like any other.
    desk.word(id, RemoteStatus::Settled).unwrap();
    assert_eq!(desk.balances(line), [10_000, 0, 0, 0]);
    desk.unfreeze(line).unwrap();
    // The statements of every day on which it could have moved are the witness.
    let id = desk.draw_bank(line, 20_000);
    desk.mark(id).unwrap();
    desk.answer(id, NO_ANSWER).unwrap();
    desk.now = desk.now.plus_ms(KEY_LIFE_MS);
    desk.look_up(id, LookUp::Nothing).unwrap();
    assert_eq!(desk.movement(id).review, Some(ReviewReason::KeyTooOld));
    for (days, expected) in [(7, "!MayHaveLeft"), (8, "transfer_withdrawn")] {
        let date = desk.today.plus_days(days);
        let lines = vec![];
        desk.tell(Internal::RecordStatement { date, lines })
            .unwrap();
        assert_eq!(hand_back(&mut desk, id), expected, "{days}");
    }
    assert_eq!(desk.movement(id).state, MovementState::Rejected);
    // A statement that names it is no witness for its absence.
    let id = desk.draw_bank(line, 30_000);
    desk.mark(id).unwrap();
    desk.answer(id, NO_ANSWER).unwrap();
    desk.now = desk.now.plus_ms(KEY_LIFE_MS);
    desk.look_up(id, LookUp::Nothing).unwrap();
    let named = statement_line(&desk, id, "tr_9", StatementKind::Settled);
    let (_, findings) = compared(&desk, desk.today, &[named], &Earlier::new());
    assert_eq!(findings[0].class, FindingClass::MissingHere);
    for finding in findings {
        desk.tell(Internal::OpenFinding { finding }).unwrap();
    }
    let date = desk.today.plus_days(60);
    let lines = vec![];
    desk.tell(Internal::RecordStatement { date, lines })
        .unwrap();
    assert_eq!(hand_back(&mut desk, id), "!NetworkHasIt");
}

#[test]
fn a_debit_without_funds_is_presented_again_twice_within_180_days() {
    for (code, expected) in [
        ("R01", true),
        ("R09", true),
        ("R02", false),
        ("R08", false),
        ("R10", false),
    ] {
        let (mut desk, line) = owing();
        let id = desk.repay_debit(line, 40_000);
        assert_eq!(present(&mut desk, id).1, "!NotPresentable", "not returned");
        come_back(&mut desk, id, code);
        let (_, judged) = present(&mut desk, id);
        assert_eq!(judged.starts_with("movement_requested"), expected, "{code}");
    }
    let (mut desk, line) = owing();
    let first = desk.repay_debit(line, 40_000);
    come_back(&mut desk, first, "R01");
    let (second, _) = present(&mut desk, first);
    // One debit, one presentation of it at a time.
    assert_eq!(present(&mut desk, first).1, "!PresentedAlready");
    assert_ne!(second, first, "another obligation, another key");
    come_back(&mut desk, second, "R09");
    let (third, _) = present(&mut desk, second);
    come_back(&mut desk, third, "R01");
    assert_eq!(present(&mut desk, third).1, "!PresentedTooOften");
    assert_eq!(desk.balances(line), [100_000, 0, 0, 0]);
    // Called off or refused before anything moved, it was none of the two.
    for refused in [false, true] {
        let (mut desk, line) = owing();
        let first = desk.repay_debit(line, 40_000);
        come_back(&mut desk, first, "R01");
        let (second, _) = present(&mut desk, first);
        if refused {
            desk.mark(second).unwrap();
            desk.word(second, RemoteStatus::Rejected).unwrap();
        } else {
            assert_eq!(hand_back(&mut desk, second), "transfer_withdrawn");
        }
        assert!(desk.movement(second).state.nothing_moved());
        let (third, judged) = present(&mut desk, first);
        assert!(judged.starts_with("movement_requested"), "{judged}");
        let number = |desk: &Desk, id| desk.movement(id).presentation.as_ref().unwrap().number;
        assert_eq!(number(&desk, third), 1);
        assert_eq!(present(&mut desk, first).1, "!PresentedAlready");
        come_back(&mut desk, third, "R01");
        let (fourth, _) = present(&mut desk, third);
        assert_eq!(number(&desk, fourth), 2);
        assert_eq!(present(&mut desk, first).1, "!PresentedAlready");
    }
    for (days, expected) in [(180, true), (181, false)] {
        let (mut desk, line) = owing();
        let id = desk.repay_debit(line, 40_000);
        come_back(&mut desk, id, "R01");
        desk.today = desk.today.plus_days(days);
        let judged = present(&mut desk, id).1;
        assert_eq!(judged == "!PresentedTooLate", !expected, "{days}: {judged}");
    }
}

/// Whoever was away while a debit came back and stood again hears of both at once. That the customer
/// revoked their authorization reaches what waits all the same.
#[test]
fn a_return_that_came_back_before_it_was_heard_of_calls_off_what_waits() {
    for (code, withdrawn) in [("R07", true), ("R02", true), ("R01", false)] {
        let (mut desk, line) = owing();
        let other = desk.open_line(50_000);
        desk.draw_cash(other, 20_000);
        let first = desk.repay_debit(line, 10_000);
        let waiting = [
            desk.repay_debit(line, 10_000),
            desk.repay_debit(other, 10_000),
        ];
        desk.send_and_settle(first);
        let mut remote = desk.remote(first, RemoteStatus::Settled);
        remote.reversals = Some(2);
        remote.return_code = Some(code.to_owned());
        let told = cell(&desk.say(first, remote));
        assert!(told.contains("return_returned"), "{code}: {told}");
        for id in waiting {
            let expected = match withdrawn {
                true => MovementState::Cancelled,
                false => MovementState::Queued,
            };
            assert_eq!(desk.movement(id).state, expected, "{code}: {told}");
        }
    }
}

#[test]
fn a_return_that_comes_back_is_posted_anew_and_an_old_answer_changes_nothing() {
    let (mut desk, line) = owing();
    let turned = |desk: &Desk, id, status, times| {
        let mut remote = desk.remote(id, status);
        remote.reversals = Some(times);
        remote
    };
    let draw = desk.draw_bank(line, 30_000);
    let debit = desk.repay_debit(line, 40_000);
    for (id, settled) in [(draw, 130_000), (debit, 90_000)] {
        let before = desk.balances(line)[0];
        desk.send_and_settle(id);
        assert_eq!(desk.balances(line)[0], settled);
        let steps = [
            (RemoteStatus::Returned, 1, "transfer_returned", before),
            (RemoteStatus::Settled, 0, "nothing", before),
            (RemoteStatus::Settled, 2, "return_returned", settled),
            (RemoteStatus::Returned, 1, "nothing", settled),
            (RemoteStatus::Returned, 3, "transfer_returned", before),
            (RemoteStatus::Settled, 4, "return_returned", settled),
        ];
        for (status, times, expected, owed) in steps {
            let remote = turned(&desk, id, status, times);
            assert_eq!(cell(&desk.say(id, remote)), expected, "{status:?} {times}");
            assert_eq!(desk.balances(line)[0], owed, "{status:?} {times}");
        }
        let effective: Vec<_> = desk
            .journal
            .iter()
            .filter(|entry| entry.movement_id == Some(id))
            .flat_map(|entry| &entry.legs)
            .filter(|leg| matches!(leg.account, Account::Principal(_)))
            .map(|leg| leg.effective_on)
            .collect();
        assert_eq!(effective.len(), 5);
        assert!(effective.iter().all(|on| *on == effective[0]));
        // More turns than there can be are a person's matter.
        let remote = turned(&desk, id, RemoteStatus::Returned, 9);
        assert_eq!(cell(&desk.say(id, remote)), "line_frozen");
        desk.unfreeze(line).unwrap();
    }
    // All at once, for whoever was away meanwhile.
    let late = desk.draw_bank(line, 5_000);
    desk.send(late);
    let remote = turned(&desk, late, RemoteStatus::Settled, 2);
    assert_eq!(
        cell(&desk.say(late, remote)),
        "transfer_settled+transfer_returned+return_returned"
    );
}

#[test]
fn a_settlement_date_that_cannot_be_is_looked_at() {
    for (days, accepted) in [
        (-4, "transfer_in_doubt"),
        (-3, "transfer_accepted"),
        (0, "transfer_accepted"),
        (14, "transfer_accepted"),
        (15, "transfer_in_doubt"),
        (-30_000, "transfer_in_doubt"),
    ] {
        for status in [RemoteStatus::Accepted, RemoteStatus::Settled] {
            let mut desk = Desk::new();
            let line = desk.open_line(LIMIT);
            let id = desk.draw_bank(line, 10_000);
            desk.mark(id).unwrap();
            let mut remote = desk.remote(id, status);
            remote.settlement_date = Some(desk.today.plus_days(days));
            desk.answer(id, PostAnswer::Transfer(remote)).unwrap();
            let plausible = accepted == "transfer_accepted";
            let reviewed = desk.movement(id).review == Some(ReviewReason::ImplausibleDate);
            assert_eq!(reviewed, !plausible, "{days} {status:?}");
            assert_eq!(desk.line(line).frozen.is_some(), !plausible);
            if !plausible {
                // Nothing is posted on such a day; what may have left stays doubtful.
                assert_eq!(desk.balances(line), [0; 4]);
                assert!(desk.movement(id).sent);
                // The network names a day that can be: then it counts.
                desk.word(id, RemoteStatus::Settled).unwrap();
                assert_eq!(desk.balances(line), [10_000, 0, 0, 0]);
            }
        }
    }
}

#[test]
fn nothing_is_marked_while_payments_are_held() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let id = desk.draw_bank(line, 10_000);
    let held = |epoch| Internal::HoldPayments { epoch };
    assert_eq!(cell(&desk.tell(held(2))), "payments_held");
    assert_eq!(cell(&desk.tell(held(2))), "nothing", "once an epoch");
    assert_eq!(cell(&desk.mark(id)), "!PaymentsHeld");
    // What the network says meanwhile is a fact all the same.
    desk.word(id, RemoteStatus::Accepted).unwrap();
    let resumed = |epoch| Internal::ResumePayments { epoch };
    assert_eq!(cell(&desk.tell(resumed(1))), "nothing");
    assert_eq!(cell(&desk.tell(resumed(2))), "payments_resumed");
    assert_eq!(cell(&desk.tell(held(2))), "nothing", "it was compared");
    let next = desk.draw_bank(line, 10_000);
    assert_eq!(cell(&desk.mark(next)), "transfer_marked");
    assert_eq!(cell(&desk.tell(held(3))), "payments_held");
}

fn statement_line(desk: &Desk, id: MovementId, name: &str, kind: StatementKind) -> StatementLine {
    let movement = desk.movement(id);
    StatementLine {
        transfer_id: name.to_owned(),
        reference: id.to_string(),
        direction: movement.kind.direction(),
        amount_minor: movement.amount_minor,
        currency: "USD".to_owned(),
        kind,
        return_code: None,
    }
}

/// A statement against the desk's movements, by its calendar.
fn compared(
    desk: &Desk,
    date: BusinessDate,
    lines: &[StatementLine],
    earlier: &Earlier,
) -> (Vec<StatementEntry>, Vec<Finding>) {
    let calendar = &desk.world.branch.calendar;
    let movements = &desk.world.movements;
    compare(date, lines, movements, earlier, calendar, Currency::USD)
}

/// The same figure in another money is no agreement.
#[test]
fn a_statement_in_another_currency_is_shown_and_not_posted() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let id = desk.draw_bank(line, 10_000);
    desk.send_and_settle(id);
    let transfer = desk.movement(id).transfer.clone().unwrap();
    let name = transfer.remote_id.unwrap();
    let mut shown = statement_line(&desk, id, &name, StatementKind::Settled);
    let (entries, findings) = compared(&desk, desk.today, &[shown.clone()], &Earlier::new());
    assert_eq!((entries.len(), findings.len()), (1, 0));
    for other in ["EUR", "usd", ""] {
        shown.currency = other.to_owned();
        let stranger = StatementLine {
            reference: "INVOICE 4711".to_owned(),
            transfer_id: "tr_2".to_owned(),
            ..shown.clone()
        };
        let lines = [shown.clone(), stranger];
        let (entries, findings) = compared(&desk, desk.today, &lines, &Earlier::new());
        assert_eq!(entries, vec![], "{other}");
        let classes: Vec<FindingClass> = findings.iter().map(|finding| finding.class).collect();
        assert_eq!(classes, [FindingClass::AmountDiffers, FindingClass::Orphan]);
        assert!(
            findings
                .iter()
                .all(|finding| finding.theirs_minor.is_none())
        );
    }
    // Nobody pays on this line before somebody looked.
    shown.currency = "EUR".to_owned();
    let (_, findings) = compared(&desk, desk.today, &[shown], &Earlier::new());
    for finding in findings {
        desk.tell(Internal::OpenFinding { finding }).unwrap();
    }
    assert!(desk.line(line).frozen.is_some());
}

/// Whoever looks for the movement among the findings finds it, however the network calls it.
#[test]
fn a_second_transfer_is_shown_under_our_reference_whatever_the_network_calls_it() {
    let (mut desk, line) = owing();
    let draw = desk.draw_bank(line, 30_000);
    desk.send(draw);
    let LookUp::Several(mut remotes) = desk.twice(draw, RemoteStatus::Accepted) else {
        panic!("it is there twice");
    };
    remotes[1].reference = format!("not-{draw}");
    desk.look_up(draw, LookUp::Several(remotes)).unwrap();
    let findings: Vec<_> = desk.world.findings.values().collect();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].finding.class, FindingClass::Duplicate);
    assert_eq!(findings[0].finding.reference, draw.to_string());
    assert_eq!(findings[0].finding.movement_id, Some(draw));
}

/// Whichever comes first in the answer: money that moved is not taken for money that did not.
#[test]
fn of_two_transfers_the_one_that_moved_is_ours() {
    for turned in [false, true] {
        let (mut desk, line) = owing();
        let draw = desk.draw_bank(line, 30_000);
        desk.mark(draw).unwrap();
        desk.answer(draw, NO_ANSWER).unwrap();
        let LookUp::Several(mut remotes) = desk.twice(draw, RemoteStatus::Settled) else {
            panic!("it is there twice");
        };
        remotes[0].status = RemoteStatus::Rejected;
        if turned {
            remotes.reverse();
        }
        desk.look_up(draw, LookUp::Several(remotes)).unwrap();
        assert_eq!(desk.movement(draw).state, MovementState::Settled);
    }
}

#[test]
fn a_statement_is_posted_to_clearing_and_suspense() {
    let (mut desk, line) = owing();
    let draw = desk.draw_bank(line, 30_000);
    desk.send_and_settle(draw);
    let debit = desk.repay_debit(line, 40_000);
    come_back(&mut desk, debit, "R01");
    let known = |desk: &Desk, id| {
        let transfer = desk.movement(id).transfer.as_ref().unwrap();
        transfer.remote_id.clone().unwrap()
    };
    let (ours, back) = (known(&desk, draw), known(&desk, debit));
    let mut stranger = statement_line(&desk, draw, "tr_x", StatementKind::Settled);
    stranger.reference = "INVOICE 4711".to_owned();
    let mut off = statement_line(&desk, draw, &ours, StatementKind::Settled);
    off.amount_minor = Minor(30_001);
    let lines = [
        statement_line(&desk, draw, &ours, StatementKind::Settled),
        statement_line(&desk, draw, "tr_twice", StatementKind::Settled),
        statement_line(&desk, debit, &back, StatementKind::Settled),
        statement_line(&desk, debit, &back, StatementKind::Returned),
        stranger,
        off,
    ];
    let date = desk.today;
    let (entries, findings) = compared(&desk, date, &lines, &Earlier::new());
    let classes: Vec<FindingClass> = findings.iter().map(|finding| finding.class).collect();
    assert_eq!(
        classes,
        [
            FindingClass::Duplicate,
            FindingClass::Orphan,
            FindingClass::AmountDiffers
        ]
    );
    // Without the last, clearing comes out even, and what is not ours stands in suspense.
    let entries = entries[..5].to_vec();
    let judged = desk.tell(Internal::RecordStatement {
        date,
        lines: entries.clone(),
    });
    assert_eq!(cell(&judged), "statement_read");
    assert_eq!(desk.sums[&Account::Clearing], 0);
    assert_eq!(desk.sums[&Account::Suspense], 60_000);
    assert_eq!(desk.sums[&Account::Bank], -90_000);
    let lines = entries;
    let again = desk.tell(Internal::RecordStatement { date, lines });
    assert_eq!(cell(&again), "nothing", "a day is posted once");
    for finding in &findings {
        let open = Internal::OpenFinding {
            finding: finding.clone(),
        };
        assert!(cell(&desk.tell(open.clone())).starts_with("finding_opened"));
        assert_eq!(cell(&desk.tell(open)), "nothing", "found once");
    }
    assert!(desk.line(line).frozen.is_some());
}

/// The second banking day after the settlement is in time; weekends and holidays are none.
#[test]
fn a_return_is_late_after_the_second_banking_day() {
    // Settled on, holidays, the last day in time, the first that is late.
    type Row = (
        &'static str,
        &'static [&'static str],
        &'static str,
        &'static str,
    );
    const ROWS: [Row; 6] = [
        ("2026-03-02", &[], "2026-03-04", "2026-03-05"),
        ("2026-03-02", &["2026-03-03"], "2026-03-05", "2026-03-06"),
        ("2026-03-02", &["2026-03-05"], "2026-03-05", "2026-03-06"),
        ("2026-03-05", &[], "2026-03-09", "2026-03-10"),
        ("2026-03-05", &["2026-03-09"], "2026-03-10", "2026-03-11"),
        (
            "2026-03-05",
            &["2026-03-06", "2026-03-09"],
            "2026-03-11",
            "2026-03-12",
        ),
    ];
    for (settled_on, holidays, in_time, late) in ROWS {
        let (mut desk, line) = owing();
        let debit = desk.repay_debit(line, 40_000);
        let holidays = holidays.iter().map(|day| date(day)).collect();
        let holidays = Command::SetHolidays(SetHolidays { holidays });
        desk.give(desk.ada, holidays).unwrap();
        desk.today = date(settled_on);
        come_back(&mut desk, debit, "R01");
        let known = desk.movement(debit).transfer.clone().unwrap();
        let name = known.remote_id.unwrap();
        let back = statement_line(&desk, debit, &name, StatementKind::Returned);
        let settled = Earlier::from([(name, 1)]);
        for (on, expected) in [(in_time, None), (late, Some(FindingClass::LateReturn))] {
            let lines = std::slice::from_ref(&back);
            let (_, findings) = compared(&desk, date(on), lines, &settled);
            let classes: Vec<FindingClass> = findings.iter().map(|found| found.class).collect();
            assert_eq!(classes, expected.as_slice(), "{settled_on}, back on {on}");
        }
    }
}

#[test]
fn each_turn_of_a_transfer_has_its_line() {
    let (mut desk, line) = owing();
    let debit = desk.repay_debit(line, 40_000);
    come_back(&mut desk, debit, "R01");
    let known = desk.movement(debit).transfer.clone().unwrap();
    let name = known.remote_id.unwrap();
    let line_of = |desk: &Desk, kind| statement_line(desk, debit, &name, kind);
    let date = desk.today;
    let lines = [
        line_of(&desk, StatementKind::Settled),
        line_of(&desk, StatementKind::Returned),
        line_of(&desk, StatementKind::Settled),
    ];
    let missing = |lines: &[StatementLine], earlier: &Earlier, desk: &Desk| {
        let (_, findings) = compared(desk, date, lines, earlier);
        let missing = |finding: Finding| {
            assert_eq!(finding.class, FindingClass::MissingHere);
            finding.id
        };
        findings.into_iter().map(missing).collect::<Vec<_>>()
    };
    let nothing = Earlier::new();
    assert!(missing(&lines[..2], &nothing, &desk).is_empty());
    // The return came back, and its event was lost: on the same day, and days later.
    let third = [format!("missing_here:{name}:3")];
    assert_eq!(missing(&lines, &nothing, &desk), third);
    let earlier = Earlier::from([(name.clone(), 2)]);
    assert_eq!(missing(&lines[2..], &earlier, &desk), third);
    let mut again = desk.remote(debit, RemoteStatus::Settled);
    again.reversals = Some(2);
    desk.look_up(debit, LookUp::Found(again)).unwrap();
    assert!(missing(&lines, &nothing, &desk).is_empty());
    assert!(missing(&lines[2..], &earlier, &desk).is_empty());
}

#[test]
fn what_was_asked_about_before_it_left_waits_in_the_queue() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let id = desk.draw_bank(line, 10_000);
    assert_eq!(park(&mut desk, id), "transfer_parked");
    let ask = Command::AskNetworkAgain(AskNetworkAgain {
        line_id: line,
        movement_id: id,
    });
    desk.give(desk.ada, ask).unwrap();
    assert_eq!(desk.movement(id).state, MovementState::Unknown);
    desk.look_up(id, LookUp::Nothing).unwrap();
    assert_eq!(desk.movement(id).state, MovementState::Queued);
    // Of what may have left, an empty look-up says nothing.
    desk.now = desk.now.plus_ms(3_600_000);
    desk.mark(id).unwrap();
    desk.answer(id, NO_ANSWER).unwrap();
    desk.look_up(id, LookUp::Nothing).unwrap();
    assert_eq!(desk.movement(id).state, MovementState::Unknown);
}

#[test]
fn what_the_teller_can_say() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let id = desk.draw_bank(line, 10_000);
    let said = |desk: &Desk| for_customer(desk.movement(id), desk.today);
    assert_eq!(said(&desk), "About to be sent.");
    desk.mark(id).unwrap();
    assert_eq!(said(&desk), "Being sent now.");
    let mut remote = desk.remote(id, RemoteStatus::Accepted);
    remote.settlement_date = Some(desk.today.plus_days(2));
    desk.answer(id, PostAnswer::Transfer(remote)).unwrap();
    desk.today = desk.today.plus_days(1);
    assert_eq!(said(&desk), "Sent on Monday, expected by Wednesday.");
    desk.word(id, RemoteStatus::Settled).unwrap();
    assert_eq!(said(&desk), "Arrived today.");
    desk.today = desk.today.plus_days(30);
    assert_eq!(said(&desk), "Arrived on 2026-03-03.");
    for state in MovementState::ALL {
        let mut movement = desk.movement(id).clone();
        movement.state = *state;
        let words = for_customer(&movement, desk.today);
        assert!(
            words.ends_with('.') && words.len() > 5,
            "{state:?}: {words}"
        );
    }
}
