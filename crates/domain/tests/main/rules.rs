//! The sums people check by hand, and the rules about two people.

use crate::desk::{CASH, Desk, LIMIT, cell, date, usd};
use domain::actor::NetworkState;
use domain::command::*;
use domain::ids::{LineId, MovementId};
use domain::ledger::EntryKind;
use domain::line::Status;
use domain::money::Minor;
use domain::movement::MovementState;
use domain::transfer::RemoteStatus;

fn returned(desk: &mut Desk, id: MovementId, code: &str) -> String {
    let mut remote = desk.remote(id, RemoteStatus::Returned);
    remote.return_code = Some(code.into());
    cell(&desk.say(id, remote))
}

#[test]
fn available_is_what_the_limit_leaves() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    assert_eq!(desk.available(line), 1_000_000);
    desk.draw_cash(line, 100_000);
    let draw = desk.draw_bank(line, 200_000);
    assert_eq!(desk.available(line), 700_000);
    let (_, judged) = desk.ask_draw(line, 700_001, CASH);
    assert_eq!(cell(&judged), "!OverAvailable");
    // Settling moves the amount from "on its way" to principal; cancelling gives it back.
    desk.send_and_settle(draw);
    assert_eq!(desk.available(line), 700_000);
    let (waiting, judged) = desk.ask_draw(line, 700_000, CASH);
    assert_eq!(cell(&judged), "movement_requested");
    assert_eq!(desk.available(line), 0);
    desk.cancel_draw(line, waiting).unwrap();
    assert_eq!(desk.available(line), 700_000);
    // Cash repaid frees the limit at once.
    desk.repay_cash(line, 50_000);
    assert_eq!(desk.available(line), 750_000);
}

#[test]
fn a_debit_frees_the_limit_three_banking_days_after_it_settled() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 500_000);
    let debit = desk.repay_debit(line, 200_000);
    // A Thursday: Friday, Monday and Tuesday are the banking days that follow.
    desk.today = date("2026-03-05");
    desk.send(debit);
    assert_eq!(desk.available(line), 500_000);
    desk.word(debit, RemoteStatus::Settled).unwrap();
    assert_eq!(desk.balances(line)[0], 300_000);
    for (day, available) in [
        ("2026-03-05", 500_000),
        ("2026-03-06", 500_000),
        ("2026-03-08", 500_000),
        ("2026-03-09", 500_000),
        ("2026-03-10", 700_000),
    ] {
        desk.today = date(day);
        assert_eq!(desk.available(line), available, "{day}");
    }
    // Returned late: what it freed is gone again.
    assert_eq!(
        returned(&mut desk, debit, "R10"),
        "transfer_returned+debit_authorization_ended"
    );
    assert_eq!(desk.balances(line), [500_000, 0, 0, 0]);
    assert_eq!(desk.available(line), 500_000);
}

#[test]
fn a_debit_returned_while_held_never_raised_the_limit() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 500_000);
    let debit = desk.repay_debit(line, 200_000);
    desk.send_and_settle(debit);
    assert_eq!(desk.available(line), 500_000);
    returned(&mut desk, debit, "R01");
    assert_eq!(desk.available(line), 500_000);
    desk.today = date("2026-03-20");
    assert_eq!(desk.available(line), 500_000);
}

#[test]
fn credit_of_a_young_debit_never_raises_the_limit() {
    // Limit 10,000.00, owed 1,000.00, a debit of 6,000.00 settles: 5,000.00 are customer credit.
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 100_000);
    let debit = desk.repay_debit(line, 600_000);
    desk.send_and_settle(debit);
    assert_eq!(desk.balances(line), [0, 0, 0, 500_000]);
    assert_eq!(desk.available(line), 900_000);
    // Drawing against the credit does not free the limit a second time.
    desk.draw_cash(line, 500_000);
    assert_eq!(desk.balances(line), [0, 0, 0, 0]);
    assert_eq!(desk.available(line), 400_000);
    desk.draw_cash(line, 400_000);
    assert_eq!(desk.available(line), 0);
    // So the debit may be returned, and the limit still holds.
    returned(&mut desk, debit, "R01");
    assert_eq!(desk.balances(line), [1_000_000, 0, 0, 0]);
}

#[test]
fn credit_of_a_debit_frees_the_limit_when_its_days_are_over() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 100_000);
    let debit = desk.repay_debit(line, 600_000);
    desk.send_and_settle(debit);
    desk.draw_cash(line, 500_000);
    desk.today = date("2026-03-05");
    assert_eq!(desk.available(line), 1_000_000);
}

#[test]
fn credit_paid_in_cash_frees_what_it_pays() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 100_000);
    desk.repay_cash(line, 150_000);
    // More than is owed is not silent: it is named, and never raises what is available.
    assert_eq!(desk.balances(line), [0, 0, 0, 50_000]);
    assert_eq!(desk.available(line), 1_000_000);
    assert_eq!(desk.line(line).status(), Status::Repaid);
    let bank = desk.draw_bank(line, 80_000);
    assert_eq!(desk.balances(line), [0, 0, 0, 50_000]);
    desk.today = date("2026-03-03");
    desk.mark(bank).unwrap();
    let settled = desk.word(bank, RemoteStatus::Settled);
    assert_eq!(cell(&settled), "transfer_settled+credit_applied");
    assert_eq!(desk.balances(line), [30_000, 0, 0, 0]);
    assert_eq!(desk.available(line), 970_000);
}

#[test]
fn a_repayment_pays_what_its_allocation_says() {
    for (amount, principal, credit) in [(1, 49_999, 0), (50_000, 0, 0), (50_001, 0, 1)] {
        let mut desk = Desk::new();
        let line = desk.open_line(LIMIT);
        desk.draw_cash(line, 50_000);
        let repayment = desk.repay_cash(line, amount);
        assert_eq!(desk.balances(line), [principal, 0, 0, credit], "{amount}");
        let parts = desk.movement(repayment).allocation.unwrap();
        assert_eq!(parts.total().unwrap(), Minor(amount));
        assert_eq!(parts.credit_minor, Minor(credit));
        let entry = desk.journal.last().unwrap();
        assert_eq!(entry.kind, EntryKind::CashRepayment);
        assert_eq!(entry.movement_id, Some(repayment));
    }
}

#[test]
fn two_debits_settle_against_what_is_left_then() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    let first = desk.repay_debit(line, 40_000);
    let second = desk.repay_debit(line, 40_000);
    desk.send_and_settle(second);
    desk.send_and_settle(first);
    assert_eq!(desk.balances(line), [0, 0, 0, 30_000]);
    // Effective the day it was taken at the desk, and back with the same date.
    let taken = desk.today;
    desk.today = date("2026-03-04");
    returned(&mut desk, second, "R01");
    assert_eq!(desk.movement(second).settled_on, Some(taken));
    assert_eq!(desk.balances(line), [10_000, 0, 0, 0]);
    let mirrored = desk
        .journal
        .iter()
        .find(|entry| entry.kind == EntryKind::RepaymentReturned)
        .unwrap();
    let of_line = |leg: &&domain::ledger::Leg| leg.account.code() == "PRI";
    let leg = mirrored.legs.iter().find(of_line).unwrap();
    assert_eq!((leg.effective_on, leg.amount_minor), (taken, Minor(40_000)));
    assert_eq!(mirrored.posted_on, desk.today);
}

#[test]
fn refunds_hand_back_credit_and_no_more() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    desk.repay_cash(line, 60_000);
    assert_eq!(cell(&desk.refund(line, 10_001)), "!NoSuchCredit");
    assert_eq!(cell(&desk.close(line)), "!CreditLeft");
    desk.refund(line, 4_000).unwrap();
    assert_eq!(desk.balances(line), [0, 0, 0, 6_000]);
    desk.refund(line, 6_000).unwrap();
    assert_eq!(cell(&desk.refund(line, 1)), "!NoSuchCredit");
    assert_eq!(cell(&desk.close(line)), "line_closed");
}

#[test]
fn a_return_takes_back_credit_that_was_refunded() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    let debit = desk.repay_debit(line, 80_000);
    desk.send_and_settle(debit);
    let refunded_on = date("2026-03-03");
    desk.today = refunded_on;
    desk.refund(line, 20_000).unwrap();
    desk.today = date("2026-03-04");
    assert_eq!(
        returned(&mut desk, debit, "R09"),
        "transfer_returned+line_posted"
    );
    // 500.00 drawn and 200.00 refunded are owed, nothing else.
    assert_eq!(desk.balances(line), [70_000, 0, 0, 0]);
    let entry = desk.journal.last().unwrap();
    assert_eq!(entry.kind, EntryKind::CreditTakenBack);
    assert!(entry.legs.iter().all(|leg| leg.effective_on == refunded_on));
}

#[test]
fn a_return_takes_back_credit_that_a_draw_used() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    let debit = desk.repay_debit(line, 80_000);
    desk.send_and_settle(debit);
    desk.today = date("2026-03-03");
    assert_eq!(
        cell(&desk.ask_draw(line, 10_000, CASH).1),
        "movement_requested+cash_moved+credit_applied"
    );
    desk.today = date("2026-03-04");
    desk.refund(line, 5_000).unwrap();
    desk.today = date("2026-03-05");
    returned(&mut desk, debit, "R01");
    assert_eq!(desk.balances(line), [65_000, 0, 0, 0]);
    let taken_back: Vec<_> = desk
        .journal
        .iter()
        .filter(|entry| entry.kind == EntryKind::CreditTakenBack)
        .map(|entry| (entry.legs[0].effective_on, entry.legs[0].amount_minor.0))
        .collect();
    assert_eq!(
        taken_back,
        [(date("2026-03-03"), 10_000), (date("2026-03-04"), 5_000)]
    );
}

#[test]
fn a_draw_that_comes_back_after_it_was_repaid_is_credit() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let draw = desk.draw_bank(line, 50_000);
    desk.send_and_settle(draw);
    desk.repay_cash(line, 30_000);
    assert_eq!(
        returned(&mut desk, draw, "R03"),
        "transfer_returned+bank_account_unusable+line_posted"
    );
    assert_eq!(desk.balances(line), [0, 0, 0, 30_000]);
    assert_eq!(desk.line(line).status(), Status::Approved);
    assert_eq!(cell(&desk.close(line)), "!CreditLeft");
    desk.refund(line, 30_000).unwrap();
    desk.close(line).unwrap();
}

#[test]
fn return_codes_mean_something_for_the_account() {
    for (code, event, draw_after, debit_after) in [
        (
            "R02",
            "+bank_account_unusable",
            "!AccountUnusable",
            "!AccountUnusable",
        ),
        (
            "R03",
            "+bank_account_unusable",
            "!AccountUnusable",
            "!AccountUnusable",
        ),
        (
            "R04",
            "+bank_account_unusable",
            "!AccountUnusable",
            "!AccountUnusable",
        ),
        (
            "R20",
            "+bank_account_unusable",
            "!AccountUnusable",
            "!AccountUnusable",
        ),
        ("R05", "+debit_authorization_ended", "", "!NotAuthorized"),
        ("R07", "+debit_authorization_ended", "", "!NotAuthorized"),
        ("R10", "+debit_authorization_ended", "", "!NotAuthorized"),
        ("R01", "", "", ""),
        ("R09", "", "", ""),
    ] {
        let mut desk = Desk::new();
        let line = desk.open_line(LIMIT);
        desk.draw_cash(line, 50_000);
        let debit = desk.repay_debit(line, 10_000);
        desk.send_and_settle(debit);
        assert_eq!(
            returned(&mut desk, debit, code),
            format!("transfer_returned{event}")
        );
        let refused =
            |judged: crate::desk::Judged| judged.err().map_or(String::new(), |c| format!("!{c:?}"));
        let bank = desk.bank();
        assert_eq!(
            refused(desk.ask_draw(line, 1_000, bank).1),
            draw_after,
            "{code}"
        );
        let account_id = desk.account;
        let again = desk.ask_repay(line, 1_000, PayIn::Debit { account_id }).1;
        assert_eq!(refused(again), debit_after, "{code}");
    }
}

#[test]
fn a_paper_whose_consent_was_withdrawn_is_no_new_consent() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    let debit = desk.repay_debit(line, 10_000);
    desk.send_and_settle(debit);
    let withdrawn = desk.today.plus_days(9);
    desk.today = withdrawn;
    returned(&mut desk, debit, "R10");
    desk.today = withdrawn.plus_days(3);
    let (customer_id, account_id) = (desk.customer, desk.account);
    for (signed_on, expected) in [
        (withdrawn.plus_days(-1), "!DateTooEarly"),
        (withdrawn, "debit_authorized"),
        (withdrawn.plus_days(3), "debit_authorized"),
        (withdrawn.plus_days(4), "!DateInFuture"),
    ] {
        let authorize = AuthorizeDebit {
            customer_id,
            account_id,
            signed_on,
        };
        let judged = desk.give(desk.cleo, Command::AuthorizeDebit(authorize));
        assert_eq!(cell(&judged), expected, "{signed_on}");
    }
    let again = desk.repay_debit(line, 1_000);
    assert_eq!(desk.movement(again).state, MovementState::Queued);
}

#[test]
fn a_waiting_draw_counts_against_the_limit_and_is_looked_at_again_when_released() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 400_000);
    let debit = desk.repay_debit(line, 400_000);
    desk.send_and_settle(debit);
    desk.today = date("2026-03-05");
    let waiting = desk.draw_bank(line, 900_000);
    assert_eq!(desk.movement(waiting).state, MovementState::Requested);
    // I6: a fact takes the room away; the second person cannot release the draw any more.
    returned(&mut desk, debit, "R01");
    assert_eq!(desk.available(line), 0);
    assert_eq!(
        cell(&desk.approve_draw(desk.ada, line, waiting)),
        "!OverAvailable"
    );
    desk.repay_cash(line, 300_000);
    assert_eq!(
        cell(&desk.approve_draw(desk.ada, line, waiting)),
        "draw_approved+transfer_queued"
    );
}

#[test]
fn a_draw_is_decided_on_and_fetched_within_a_week_or_asked_for_again() {
    let pay = |desk: &mut Desk, line_id, draw_id| {
        let paid = Command::PayCashDraw(PayCashDraw {
            line_id,
            draw_id,
            identity_seen: true,
        });
        cell(&desk.give(desk.cleo, paid))
    };
    for (days, in_time) in [(7, true), (8, false)] {
        let or_late = |events: &str| match in_time {
            true => events.to_owned(),
            false => "!DrawExpired".to_owned(),
        };
        let mut desk = Desk::new();
        let line = desk.open_line(LIMIT);
        let waiting = desk.draw_bank(line, 900_000);
        desk.today = desk.today.plus_days(days);
        let approved = cell(&desk.approve_draw(desk.ada, line, waiting));
        assert_eq!(approved, or_late("draw_approved+transfer_queued"), "{days}");
        // Whoever may not decide on it is told that first.
        let own = cell(&desk.approve_draw(desk.cleo_as_admin, line, waiting));
        assert_eq!(
            own,
            if in_time {
                "!NotRequested"
            } else {
                "!OwnRequest"
            }
        );

        let mut desk = Desk::new();
        let line = desk.open_line(LIMIT);
        let draw_id = desk.draw_cash(line, 900_000);
        desk.approve_draw(desk.ada, line, draw_id).unwrap();
        desk.today = desk.today.plus_days(days);
        assert_eq!(
            pay(&mut desk, line, draw_id),
            or_late("cash_moved"),
            "{days}"
        );
        if !in_time {
            // It holds its share of the limit until it is called off.
            assert_eq!(desk.available(line), LIMIT - 900_000);
            desk.cancel_draw(line, draw_id).unwrap();
            assert_eq!(desk.available(line), LIMIT);
        }
    }
}

#[test]
fn cash_agreed_to_is_looked_at_again_when_it_is_paid() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 400_000);
    let debit = desk.repay_debit(line, 400_000);
    desk.send_and_settle(debit);
    desk.today = date("2026-03-05");
    let draw_id = desk.draw_cash(line, 900_000);
    desk.approve_draw(desk.ada, line, draw_id).unwrap();
    returned(&mut desk, debit, "R01");
    let pay = |identity_seen| {
        Command::PayCashDraw(PayCashDraw {
            line_id: line,
            draw_id,
            identity_seen,
        })
    };
    assert_eq!(cell(&desk.give(desk.cleo, pay(true))), "!OverAvailable");
    desk.repay_cash(line, 400_000);
    assert_eq!(cell(&desk.give(desk.cleo, pay(false))), "!IdentityNotSeen");
    assert_eq!(cell(&desk.give(desk.cleo, pay(true))), "cash_moved");
    assert_eq!(cell(&desk.give(desk.cleo, pay(true))), "!NotPayable");
}

#[test]
fn amounts_above_one_signature_wait() {
    for (network, amount, waits) in [
        (NetworkState::Online, 500_000, false),
        (NetworkState::Online, 500_001, true),
        (NetworkState::Offline, 100_000, false),
        (NetworkState::Offline, 100_001, true),
        (NetworkState::Online, 100_001, false),
    ] {
        for cash in [true, false] {
            let mut desk = Desk::new();
            let line = desk.open_line(LIMIT);
            desk.network = network;
            let method = if cash { CASH } else { desk.bank() };
            let (id, judged) = desk.ask_draw(line, amount, method);
            let expected = match (waits, cash) {
                (true, _) => "movement_requested",
                (false, true) => "movement_requested+cash_moved",
                (false, false) => "movement_requested+transfer_queued",
            };
            assert_eq!(cell(&judged), expected, "{network:?} {amount}");
            assert_eq!(desk.movement(id).state == MovementState::Requested, waits);
            // Nothing was handed out or posted for a draw that waits.
            assert_eq!(
                desk.balances(line)[0],
                if waits || !cash { 0 } else { amount }
            );
        }
    }
}

#[test]
fn nobody_decides_on_what_they_asked_for() {
    let mut desk = Desk::new();
    let line = desk.take(LIMIT);
    // The teller's second account is an admin's, and the same person's.
    let (same_person, other) = (desk.cleo_as_admin, desk.boris);
    assert_eq!(cell(&desk.approve(same_person, line, LIMIT)), "!OwnRequest");
    let reject = |desk: &Desk| {
        Command::RejectApplication(RejectApplication {
            line_id: line,
            seen_version: desk.line(line).version,
            reasons: vec![RejectionReason::NoCreditFile],
            other_words: None,
        })
    };
    let command = reject(&desk);
    assert_eq!(cell(&desk.give(same_person, command)), "!OwnRequest");
    assert_eq!(
        cell(&desk.approve(other, line, LIMIT)),
        "application_approved"
    );
    desk.sign(line).unwrap();

    let draw_id = desk.draw_bank(line, 600_000);
    assert_eq!(
        cell(&desk.approve_draw(same_person, line, draw_id)),
        "!OwnRequest"
    );
    let decline = Command::DeclineDraw(DeclineDraw {
        line_id: line,
        draw_id,
        reason: "No".into(),
    });
    assert_eq!(cell(&desk.give(same_person, decline)), "!OwnRequest");
    assert_eq!(
        cell(&desk.approve_draw(other, line, draw_id)),
        "draw_approved+transfer_queued"
    );

    // An admin who took the application does not decide on it either.
    let line_id = LineId(desk.id());
    let take = TakeApplication {
        line_id,
        customer_id: desk.customer,
        product_id: desk.product,
        requested: usd(10_000),
        purpose: "A car".into(),
        missing: Vec::new(),
    };
    desk.give(desk.ada, Command::TakeApplication(take)).unwrap();
    assert_eq!(
        cell(&desk.approve(desk.ada, line_id, 10_000)),
        "!OwnRequest"
    );
}

#[test]
fn limits_are_capped_by_request_product_and_exposure() {
    let mut desk = Desk::new();
    let line = desk.take(1_000_000);
    assert_eq!(
        cell(&desk.approve(desk.ada, line, 1_000_001)),
        "!OverRequested"
    );
    assert_eq!(
        cell(&desk.approve(desk.ada, line, 900_000)),
        "application_approved"
    );
    assert_eq!(desk.available(line), 900_000);
    assert_eq!(cell(&desk.approve(desk.ada, line, 900_000)), "!NotOpen");

    // 9,000.00 + 50,000.00 + 41,000.00 is the cap of 100,000.00, unsigned offers included.
    let second = desk.take(5_000_000);
    desk.approve(desk.ada, second, 5_000_000).unwrap();
    let third = desk.take(5_000_000);
    assert_eq!(
        cell(&desk.approve(desk.ada, third, 4_100_001)),
        "!OverExposure"
    );
    desk.approve(desk.ada, third, 4_100_000).unwrap();
    let fourth = desk.take(1);
    assert_eq!(cell(&desk.approve(desk.ada, fourth, 1)), "!OverExposure");
    // An offer that is withdrawn no longer counts; another customer never did.
    let cancel = CancelApplication {
        line_id: third,
        note: None,
    };
    desk.give(desk.cleo, Command::CancelApplication(cancel))
        .unwrap();
    assert_eq!(
        cell(&desk.approve(desk.ada, fourth, 1)),
        "application_approved"
    );
    (desk.customer, desk.account) = desk.record_customer();
    let elsewhere = desk.take(5_000_000);
    assert_eq!(
        cell(&desk.approve(desk.ada, elsewhere, 5_000_000)),
        "application_approved"
    );
}

#[test]
fn a_closed_line_that_owes_again_counts_as_exposure() {
    let mut desk = Desk::new();
    let line = desk.open_line(5_000_000);
    desk.draw_cash(line, 400_000);
    let debit = desk.repay_debit(line, 400_000);
    desk.send_and_settle(debit);
    desk.close(line).unwrap();
    returned(&mut desk, debit, "R01");
    let second = desk.take(5_000_000);
    desk.approve(desk.ada, second, 5_000_000).unwrap();
    let third = desk.take(5_000_000);
    assert_eq!(
        cell(&desk.approve(desk.ada, third, 4_600_001)),
        "!OverExposure"
    );
    assert_eq!(
        cell(&desk.approve(desk.ada, third, 4_600_000)),
        "application_approved"
    );
}

#[test]
fn terms_of_an_open_line_stay_when_the_product_changes() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let mut terms = desk.terms();
    terms.single_signature_minor = Minor(1);
    let define = DefineProduct {
        product_id: desk.product,
        seen_version: 1,
        name: "Stricter".into(),
        terms,
    };
    desk.give(desk.ada, Command::DefineProduct(define)).unwrap();
    let (_, judged) = desk.ask_draw(line, 500_000, CASH);
    assert_eq!(cell(&judged), "movement_requested+cash_moved");
    let later = desk.open_line(LIMIT);
    let (_, judged) = desk.ask_draw(later, 2, CASH);
    assert_eq!(cell(&judged), "movement_requested");
}

#[test]
fn a_line_to_be_cancelled_closes_itself_when_nothing_is_owed() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    let queued = desk.draw_bank(line, 20_000);
    let waiting = desk.draw_bank(line, 600_000);
    let debit = desk.repay_debit(line, 10_000);
    assert_eq!(
        cell(&desk.request_cancellation(line)),
        "cancellation_requested+movement_cancelled+movement_cancelled"
    );
    for id in [queued, waiting] {
        assert_eq!(desk.movement(id).state, MovementState::Cancelled);
    }
    // Money coming in goes on.
    assert_eq!(desk.movement(debit).state, MovementState::Queued);
    assert_eq!(
        cell(&desk.request_cancellation(line)),
        "!CancellationRequested"
    );
    desk.repay_cash(line, 40_000);
    assert_eq!(desk.line(line).status(), Status::Outstanding);
    desk.mark(debit).unwrap();
    assert_eq!(
        cell(&desk.word(debit, RemoteStatus::Settled)),
        "transfer_settled+line_closed"
    );
    assert_eq!(desk.line(line).status(), Status::Closed);
    assert_eq!(cell(&desk.request_cancellation(line)), "!LineClosed");
}

#[test]
fn a_line_to_be_cancelled_waits_for_its_credit_to_be_handed_back() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    desk.request_cancellation(line).unwrap();
    desk.repay_cash(line, 50_100);
    assert_eq!(desk.line(line).status(), Status::Repaid);
    assert_eq!(
        cell(&desk.refund(line, 100)),
        "movement_requested+cash_moved+line_closed"
    );
}

#[test]
fn a_declined_cancellation_lets_the_line_go_on() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 50_000);
    desk.request_cancellation(line).unwrap();
    let decline = DeclineCancellation {
        line_id: line,
        reason: "Still in dispute".into(),
    };
    // Not by who asked for it, under another account that is an admin's.
    let own = desk.give(
        desk.cleo_as_admin,
        Command::DeclineCancellation(decline.clone()),
    );
    assert_eq!(cell(&own), "!OwnRequest");
    desk.give(desk.ada, Command::DeclineCancellation(decline))
        .unwrap();
    desk.repay_cash(line, 50_000);
    assert_eq!(desk.line(line).status(), Status::Repaid);
    desk.draw_cash(line, 1_000);
    assert_eq!(
        cell(&desk.request_cancellation(line)),
        "cancellation_requested"
    );
}

#[test]
fn every_draw_that_came_back_leaves_the_line_approved() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let draws = [desk.draw_bank(line, 10_000), desk.draw_bank(line, 20_000)];
    for draw in draws {
        desk.send_and_settle(draw);
    }
    returned(&mut desk, draws[0], "R14");
    assert_eq!(desk.line(line).status(), Status::Outstanding);
    returned(&mut desk, draws[1], "R14");
    assert_eq!(desk.line(line).status(), Status::Approved);
    // Funds were sent all the same: this is no longer the customer's withdrawal.
    let cancel = CancelApplication {
        line_id: line,
        note: None,
    };
    assert_eq!(
        cell(&desk.give(desk.cleo, Command::CancelApplication(cancel))),
        "!FundsSent"
    );
    assert_eq!(
        cell(&desk.request_cancellation(line)),
        "cancellation_requested+line_closed"
    );
}

#[test]
fn a_draw_the_network_rejects_was_never_sent() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let draw = desk.draw_bank(line, 10_000);
    desk.mark(draw).unwrap();
    assert_eq!(desk.line(line).status(), Status::Outstanding);
    desk.word(draw, RemoteStatus::Rejected).unwrap();
    assert_eq!(desk.line(line).status(), Status::Approved);
    assert_eq!(
        cell(&desk.request_cancellation(line)),
        "application_cancelled"
    );
    assert_eq!(cell(&desk.request_cancellation(line)), "!LineCancelled");
}
