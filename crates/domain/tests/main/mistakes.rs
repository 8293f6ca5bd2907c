//! Mistakes seen in public answers to this problem, each tried here and refused.
//!
//! Those that no pure rule can make are held where they could be made:
//! - a lock taken in one call and the balance changed in another: the writer's concurrency test,
//!   64 tasks on 50 lines (the half that rules can show is `a_second_draw_sees_the_first`);
//! - statements outside one transaction: the store's crash and poison tests;
//! - an offline key made of the clock's second: the outbox tests (the half that rules can show is
//!   `the_key_of_a_transfer_is_its_movement`);
//! - the same submission id with other content answered as the first: the receipt tests;
//! - a role claimed by the page: the bridge tests.

use crate::desk::{CASH, Desk, LIMIT, NO_ANSWER, cell, usd};
use domain::account::Role;
use domain::actor::Actor;
use domain::change::LineChange;
use domain::command::*;
use domain::event::Event;
use domain::ids::{ChangeId, MovementId, UserId};
use domain::line::Status;
use domain::money::{Currency, LARGEST_AMOUNT_MINOR, Minor, Money};
use domain::movement::MovementState;
use domain::refusal::RefusalCode;
use domain::transfer::{LookUp, PostAnswer, RemoteStatus};

#[test]
fn a_second_draw_sees_the_first() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let bank = desk.bank();
    // Both look affordable alone; judged one after another in the same world only one is.
    assert!(desk.ask_draw(line, 500_000, bank.clone()).1.is_ok());
    assert_eq!(
        cell(&desk.ask_draw(line, 500_001, bank).1),
        "!OverAvailable"
    );
}

#[test]
fn draws_are_checked_in_sum() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let mut granted = 0;
    for part in 0..20 {
        let method = if part % 2 == 0 { CASH } else { desk.bank() };
        if desk.ask_draw(line, 150_000, method).1.is_ok() {
            granted += 150_000;
        }
    }
    assert_eq!(granted, 900_000);
    // Draws that wait for a second person count, too.
    let other = desk.open_line(LIMIT);
    assert!(desk.ask_draw(other, 600_000, CASH).1.is_ok());
    assert_eq!(
        cell(&desk.ask_draw(other, 600_000, CASH).1),
        "!OverAvailable"
    );
}

#[test]
fn repaid_means_the_drawn_amount() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 30_000);
    desk.repay_cash(line, 29_999);
    assert_eq!(desk.line(line).status(), Status::Outstanding);
    desk.repay_cash(line, 1);
    assert_eq!(desk.line(line).status(), Status::Repaid);
}

#[test]
fn an_over_repayment_is_never_silent() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 30_000);
    let repayment = desk.repay_cash(line, 45_000);
    let parts = desk.movement(repayment).allocation.unwrap();
    assert_eq!(
        (parts.principal_minor, parts.credit_minor),
        (Minor(30_000), Minor(15_000))
    );
    assert_eq!(desk.balances(line), [0, 0, 0, 15_000]);
    assert_eq!(desk.available(line), LIMIT);
    // Nothing is owed any more: the next one is refused, not swallowed.
    assert_eq!(
        cell(&desk.ask_repay(line, 1, PayIn::Cash {}).1),
        "!NothingOwed"
    );
}

#[test]
fn amounts_are_positive_and_of_the_branchs_currency() {
    let euro: Currency = "EUR".parse().unwrap();
    let of = |minor, currency| Money {
        minor: Minor(minor),
        currency,
    };
    for (money, code) in [
        (usd(0), RefusalCode::AmountNotPositive),
        (usd(-1), RefusalCode::AmountNotPositive),
        (usd(i64::MIN), RefusalCode::AmountNotPositive),
        (usd(LARGEST_AMOUNT_MINOR + 1), RefusalCode::AmountTooLarge),
        (usd(i64::MAX), RefusalCode::AmountTooLarge),
        (of(100, euro), RefusalCode::WrongCurrency),
    ] {
        let mut desk = Desk::new();
        let owing = desk.open_line(LIMIT);
        desk.draw_cash(owing, 10_000);
        let in_credit = desk.open_line(LIMIT);
        desk.draw_cash(in_credit, 10_000);
        desk.repay_cash(in_credit, 11_000);
        let open = desk.take(LIMIT);
        let seen_version = desk.line(open).version;
        let id = MovementId(desk.id());
        let (staff, admin) = (desk.cleo, desk.ada);
        let line_id = domain::ids::LineId(desk.id());
        let (customer_id, product_id) = (desk.customer, desk.product);
        let attempts: Vec<(UserId, Command)> = vec![
            (
                staff,
                Command::TakeApplication(TakeApplication {
                    line_id,
                    customer_id,
                    product_id,
                    requested: money.clone(),
                    purpose: "A roof".into(),
                    missing: Vec::new(),
                }),
            ),
            (
                admin,
                Command::ApproveApplication(ApproveApplication {
                    line_id: open,
                    seen_version,
                    seen_product_version: 1,
                    limit: money.clone(),
                }),
            ),
            (
                staff,
                Command::RequestDraw(RequestDraw {
                    line_id: owing,
                    draw_id: id,
                    amount: money.clone(),
                    method: CASH,
                }),
            ),
            (
                staff,
                Command::TakeRepayment(TakeRepayment {
                    line_id: owing,
                    repayment_id: id,
                    amount: money.clone(),
                    method: PayIn::Cash {},
                    taken_on: None,
                }),
            ),
            (
                staff,
                Command::RefundCredit(RefundCredit {
                    line_id: in_credit,
                    refund_id: id,
                    amount: money.clone(),
                }),
            ),
        ];
        for (by, command) in attempts {
            let before = desk.world.clone();
            let kind = command.kind();
            assert_eq!(desk.give(by, command), Err(code), "{kind:?} {money:?}");
            assert_eq!(desk.world, before);
        }
    }
}

#[test]
fn amounts_are_whole_minor_units() {
    // No float gets in: neither written as one nor as a text.
    let command = |amount: &str| {
        format!(
            r#"{{"kind":"refund_credit","line_id":"{id}","refund_id":"{id}","amount":{{"minor":{amount},"currency":"USD"}}}}"#,
            id = uuid::Uuid::nil()
        )
    };
    assert!(serde_json::from_str::<Command>(&command("100")).is_ok());
    for amount in [
        "1.5",
        "100.0",
        "1e2",
        "\"100\"",
        "null",
        "9223372036854775808",
        "NaN",
    ] {
        assert!(
            serde_json::from_str::<Command>(&command(amount)).is_err(),
            "{amount}"
        );
    }
}

#[test]
fn nothing_is_repaid_of_a_draw_that_was_never_sent() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let draw = desk.draw_bank(line, 10_000);
    let refused = |desk: &mut Desk| cell(&desk.ask_repay(line, 10_000, PayIn::Cash {}).1);
    assert_eq!(refused(&mut desk), "!NothingOwed");
    desk.mark(draw).unwrap();
    desk.answer(draw, NO_ANSWER).unwrap();
    assert_eq!(refused(&mut desk), "!NothingOwed");
    desk.word(draw, RemoteStatus::Rejected).unwrap();
    assert_eq!(refused(&mut desk), "!NothingOwed");
    let waiting = desk.draw_cash(line, 600_000);
    assert_eq!(refused(&mut desk), "!NothingOwed");
    desk.cancel_draw(line, waiting).unwrap();
    assert_eq!(desk.journal.len(), 0);
}

#[test]
fn the_key_of_a_transfer_is_its_movement() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    // Two draws of one amount in one second are two obligations with two keys.
    let (first, second) = (desk.draw_bank(line, 10_000), desk.draw_bank(line, 10_000));
    assert_ne!(first, second);
    // One obligation keeps its key over every try: nothing queues it a second time.
    desk.mark(first).unwrap();
    desk.answer(first, NO_ANSWER).unwrap();
    for _ in 0..5 {
        desk.look_up(first, LookUp::Nothing).unwrap();
        let events = desk.mark(first).unwrap();
        let marked = |event: &Event| matches!(event, Event::TransferMarked { movement_id, .. } if *movement_id == first);
        assert!(events.iter().all(marked), "{events:?}");
        desk.answer(first, NO_ANSWER).unwrap();
    }
}

#[test]
fn an_id_that_was_used_is_not_used_again() {
    let mut desk = Desk::new();
    let line_id = desk.open_line(LIMIT);
    let id = desk.draw_cash(line_id, 10_000);
    // The same id, another amount: refused, never answered as the first.
    let staff = desk.cleo;
    let draw = RequestDraw {
        line_id,
        draw_id: id,
        amount: usd(20_000),
        method: CASH,
    };
    assert_eq!(
        cell(&desk.give(staff, Command::RequestDraw(draw))),
        "!AlreadyExists"
    );
    let take = TakeRepayment {
        line_id,
        repayment_id: id,
        amount: usd(1),
        method: PayIn::Cash {},
        taken_on: None,
    };
    assert_eq!(
        cell(&desk.give(staff, Command::TakeRepayment(take))),
        "!AlreadyExists"
    );
    let take = TakeApplication {
        line_id,
        customer_id: desk.customer,
        product_id: desk.product,
        requested: usd(1),
        purpose: "Again".into(),
        missing: Vec::new(),
    };
    assert_eq!(
        cell(&desk.give(staff, Command::TakeApplication(take))),
        "!AlreadyExists"
    );
    // Another line's movement is not reached through this one.
    let other = desk.open_line(LIMIT);
    assert_eq!(cell(&desk.cancel_draw(other, id)), "!UnknownMovement");
}

#[test]
fn an_answer_with_another_amount_is_not_the_first() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let draw = desk.draw_bank(line, 10_000);
    desk.mark(draw).unwrap();
    let mut remote = desk.remote(draw, RemoteStatus::Accepted);
    remote.amount_minor = Minor(20_000);
    desk.answer(draw, PostAnswer::Transfer(remote)).unwrap();
    assert_eq!(desk.movement(draw).state, MovementState::NeedsReview);
    assert!(desk.line(line).frozen.is_some());
    assert_eq!(desk.balances(line), [0; 4]);
}

#[test]
fn the_limit_that_is_shown_is_the_limit_that_is_enforced() {
    let mut desk = Desk::new();
    let line = desk.take(LIMIT);
    desk.approve(desk.ada, line, 700_000).unwrap();
    desk.sign(line).unwrap();
    let figures = desk.line(line).figures(desk.today).unwrap();
    assert_eq!(
        (figures.limit_minor, figures.available_minor),
        (Minor(700_000), Minor(700_000))
    );
    assert_eq!(
        cell(&desk.ask_draw(line, 700_001, CASH).1),
        "!OverAvailable"
    );
    // Nothing raises it afterwards: neither approving again nor a wider product.
    assert_eq!(cell(&desk.approve(desk.boris, line, LIMIT)), "!NotOpen");
    assert_eq!(
        cell(&desk.ask_draw(line, 700_001, CASH).1),
        "!OverAvailable"
    );
}

#[test]
fn a_decision_names_what_was_seen() {
    let mut desk = Desk::new();
    let line = desk.take(LIMIT);
    for seen_version in [0, desk.line(line).version + 1] {
        let approve = ApproveApplication {
            line_id: line,
            seen_version,
            seen_product_version: desk.product_version(line),
            limit: usd(1),
        };
        let judged = desk.give(desk.ada, Command::ApproveApplication(approve));
        assert_eq!(cell(&judged), "!StaleVersion");
    }
}

#[test]
fn an_approval_is_of_the_terms_that_were_seen() {
    let mut desk = Desk::new();
    let line = desk.take(LIMIT);
    desk.check_all(line);
    let approve = |desk: &Desk, seen_product_version| {
        Command::ApproveApplication(ApproveApplication {
            line_id: line,
            seen_version: desk.line(line).version,
            seen_product_version,
            limit: usd(1),
        })
    };
    let seen = desk.product_version(line);
    let mut terms = desk.terms();
    terms.due_days += 1;
    desk.revise(terms.clone());
    for stale in [0, seen, seen + 2] {
        let judged = desk.give(desk.ada, approve(&desk, stale));
        assert_eq!(cell(&judged), "!StaleVersion");
    }
    let judged = desk.give(desk.ada, approve(&desk, seen + 1));
    assert_eq!(cell(&judged), "application_approved");
    assert_eq!(desk.line(line).terms().unwrap(), &terms);
}

#[test]
fn nobody_makes_themselves_an_admin() {
    let mut desk = Desk::new();
    // The flag after the first admin is a request.
    let mallory = desk.sign_up("mallory", "E-9", true);
    assert_eq!(desk.world.users[&mallory].role, None);
    let approve = |user_id, number: &str, role| {
        Command::ApproveAccount(ApproveAccount {
            user_id,
            employee_number: number.into(),
            role,
        })
    };
    let own = approve(mallory, "E-9", Role::Admin);
    assert_eq!(cell(&desk.give(mallory, own.clone())), "!AccountNotActive");
    assert_eq!(cell(&desk.give(desk.cleo, own.clone())), "!AdminOnly");
    assert_eq!(
        cell(&desk.carry_out(Actor::Guest, &Order::Desk(own.clone().into()))),
        "!NotSignedIn"
    );
    assert_eq!(
        cell(&desk.carry_out(Actor::Program, &Order::Desk(own.clone().into()))),
        "!NotSignedIn"
    );
    let nobody = UserId(desk.id());
    assert_eq!(cell(&desk.give(nobody, own)), "!NotSignedIn");

    // An admin's second account is the same person: another admin has to look.
    let second = desk.sign_up("ada.again", "E-1", true);
    assert_eq!(
        cell(&desk.give(desk.ada, approve(second, "E-1", Role::Admin))),
        "!OwnRequest"
    );
    assert_eq!(
        cell(&desk.give(desk.boris, approve(second, "E-7", Role::Admin))),
        "!EmployeeNumberOfAnother"
    );
    assert_eq!(
        cell(&desk.give(desk.boris, approve(second, "E-1", Role::Admin))),
        "account_approved"
    );
    assert_eq!(
        desk.world.users[&second].person_id,
        desk.world.users[&desk.ada].person_id
    );
    // Approved as staff, an account that asked for more stays staff.
    let mallory_as_staff = approve(mallory, "E-9", Role::Staff);
    desk.give(desk.ada, mallory_as_staff).unwrap();
    let freeze = FreezeLine {
        line_id: domain::ids::LineId(uuid::Uuid::nil()),
        note: "x".into(),
    };
    assert_eq!(
        cell(&desk.give(mallory, Command::FreezeLine(freeze))),
        "!AdminOnly"
    );
}

#[test]
fn only_the_first_flag_founds_an_admin() {
    let mut desk = Desk::new();
    let founded = desk
        .world
        .users
        .values()
        .filter(|user| user.role == Some(Role::Admin))
        .count();
    assert_eq!(founded, 3);
    for place in 0..10 {
        let id = desk.sign_up(&format!("flag{place}"), &format!("F-{place}"), true);
        assert_eq!(desk.world.users[&id].active_role(), None);
    }
    assert_eq!(desk.world.branch.founding_admin, Some(desk.ada));
}

#[test]
fn every_admin_command_is_an_admins() {
    let mut desk = Desk::new();
    let line_id = desk.open_line(LIMIT);
    let draw_id = desk.draw_bank(line_id, 600_000);
    let words = || "Because".to_owned();
    let (customer_id, product_id, user_id) = (desk.customer, desk.product, desk.boris);
    let terms = desk.terms();
    let commands = vec![
        Command::ForgetCustomer(ForgetCustomer {
            customer_id,
            reason: words(),
        }),
        Command::DefineProduct(DefineProduct {
            product_id,
            seen_version: 1,
            name: words(),
            terms,
        }),
        Command::ApproveApplication(ApproveApplication {
            line_id,
            seen_version: 1,
            seen_product_version: 1,
            limit: usd(1),
        }),
        Command::RejectApplication(RejectApplication {
            line_id,
            seen_version: 1,
            reasons: vec![],
            other_words: None,
        }),
        Command::ApproveDraw(ApproveDraw { line_id, draw_id }),
        Command::DeclineDraw(DeclineDraw {
            line_id,
            draw_id,
            reason: words(),
        }),
        Command::BreakGlass(BreakGlass {
            line_id,
            draw_id,
            reason: words(),
        }),
        Command::DeclineCancellation(DeclineCancellation {
            line_id,
            reason: words(),
        }),
        Command::FreezeLine(FreezeLine {
            line_id,
            note: words(),
        }),
        Command::UnfreezeLine(UnfreezeLine {
            line_id,
            note: words(),
        }),
        Command::ApproveAccount(ApproveAccount {
            user_id,
            employee_number: words(),
            role: Role::Admin,
        }),
        Command::DeclineAccount(DeclineAccount { user_id }),
        Command::UnlockAccount(UnlockAccount { user_id }),
        Command::SetRole(SetRole {
            user_id,
            role: Role::Staff,
        }),
        Command::DisableAccount(DisableAccount { user_id }),
        Command::EnableAccount(EnableAccount { user_id }),
        Command::IssueResetCode(IssueResetCode {
            user_id,
            code_print: words(),
        }),
        Command::DemandSecondFactor(DemandSecondFactor { of_admins: true }),
        Command::CloseDay(CloseDay { date: desk.today }),
        Command::SetHolidays(SetHolidays { holidays: vec![] }),
        Command::ParkTransfer(ParkTransfer {
            line_id,
            movement_id: draw_id,
            reason: words(),
        }),
        Command::HandBackTransfer(HandBackTransfer {
            line_id,
            movement_id: draw_id,
            reason: words(),
        }),
        Command::ResolveFinding(ResolveFinding {
            finding_id: "orphan:tr_1".into(),
            resolution: domain::reconcile::Resolution::Recalled,
            note: None,
        }),
        Command::ApproveChange(ApproveChange {
            line_id,
            change_id: ChangeId(line_id.0),
            change: LineChange::ChargeOff {},
        }),
        Command::DeclineChange(DeclineChange {
            line_id,
            change_id: ChangeId(line_id.0),
            reason: words(),
        }),
    ];
    let needed = CommandKind::ALL
        .iter()
        .filter(|kind| kind.role_needed() == Role::Admin);
    assert_eq!(needed.count(), commands.len());
    for command in commands {
        let kind = command.kind();
        let before = desk.world.clone();
        assert_eq!(
            desk.give(desk.cleo, command),
            Err(RefusalCode::AdminOnly),
            "{kind:?}"
        );
        assert_eq!(desk.world, before);
    }
}
