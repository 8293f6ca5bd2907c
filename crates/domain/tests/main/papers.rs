//! What has to be there before an application is decided: papers, checks, the product's own rule,
//! and the clocks that run meanwhile.

use crate::desk::{CASH, Desk, LIMIT, cell, date, usd};
use domain::command::*;
use domain::customer::Masked;
use domain::date::BusinessDate;
use domain::ids::{CustomerId, LineId};
use domain::intake::{Check, Clock, ClockKind, MissingItem};
use domain::line::{Decision, Hold, Status};
use domain::money::Minor;
use domain::product::{affordable, monthly_burden, percent};
use domain::transfer::RemoteStatus;

/// A branch whose product approves by itself up to 2,000.00.
fn instant() -> Desk {
    let mut desk = Desk::new();
    let mut terms = desk.terms();
    terms.instant_limit_minor = Minor(200_000);
    desk.revise(terms);
    desk
}

fn take(desk: &mut Desk, requested: i64, missing: &[MissingItem]) -> (LineId, String) {
    let (line_id, judged) = desk.take_lacking(requested, missing);
    (line_id, cell(&judged))
}

fn notice(desk: &mut Desk, line_id: LineId, reply_by: BusinessDate) -> String {
    let notice = SendIncompletenessNotice { line_id, reply_by };
    cell(&desk.give(desk.cleo, Command::SendIncompletenessNotice(notice)))
}

fn clock(desk: &Desk, line_id: LineId) -> Option<(ClockKind, BusinessDate)> {
    let clock = desk.line(line_id).clock();
    clock.map(|Clock { kind, due_on }| (kind, due_on))
}

fn decide(desk: &mut Desk, line_id: LineId) -> String {
    let approve = ApproveApplication {
        line_id,
        seen_version: desk.line(line_id).version,
        seen_product_version: desk.product_version(line_id),
        limit: usd(100_000),
    };
    cell(&desk.give(desk.ada, Command::ApproveApplication(approve)))
}

#[test]
fn nobody_approves_before_the_checks_were_passed() {
    let mut desk = Desk::new();
    let line = desk.take(LIMIT);
    assert_eq!(decide(&mut desk, line), "!ChecksMissing");
    for check in [Check::Identity, Check::Sanctions] {
        desk.check(line, check, true).unwrap();
        assert_eq!(decide(&mut desk, line), "!ChecksMissing");
    }
    // Looked up and not in order is as good as not looked up, whatever was found before.
    desk.check(line, Check::MilitaryLending, true).unwrap();
    desk.check(line, Check::Sanctions, false).unwrap();
    assert_eq!(decide(&mut desk, line), "!ChecksMissing");
    desk.check(line, Check::Sanctions, true).unwrap();
    assert_eq!(decide(&mut desk, line), "application_approved");
    assert_eq!(desk.line(line).intake.checks.len(), 3);
    assert_eq!(cell(&desk.check(line, Check::Identity, true)), "!NotOpen");
}

#[test]
fn a_product_says_which_checks_it_asks_for() {
    let mut desk = Desk::new();
    let mut terms = desk.terms();
    terms.checks = vec![Check::Identity];
    desk.revise(terms);
    let line = desk.take(LIMIT);
    desk.check(line, Check::Identity, true).unwrap();
    assert_eq!(decide(&mut desk, line), "application_approved");
    let mut twice = desk.terms();
    twice.checks = vec![Check::Identity, Check::Identity];
    assert!(twice.check().is_err());
}

#[test]
fn what_is_missing_is_brought_before_the_decision() {
    let mut desk = Desk::new();
    let (line, taken) = take(&mut desk, LIMIT, &[MissingItem::ProofOfIncome]);
    assert_eq!(taken, "application_taken");
    desk.check_all(line);
    assert_eq!(decide(&mut desk, line), "!ApplicationIncomplete");
    let two = [MissingItem::TaxReturn, MissingItem::ProofOfIncome];
    assert_eq!(cell(&desk.lack(line, &two)), "missing_recorded");
    let turned = [MissingItem::ProofOfIncome, MissingItem::TaxReturn];
    assert_eq!(cell(&desk.lack(line, &turned)), "!NothingChanges");
    let doubled = [MissingItem::TaxReturn, MissingItem::TaxReturn];
    assert_eq!(cell(&desk.lack(line, &doubled)), "!NamedTwice");
    assert_eq!(take(&mut desk, LIMIT, &doubled).1, "!NamedTwice");
    assert_eq!(cell(&desk.lack(line, &[])), "missing_recorded");
    assert_eq!(cell(&desk.lack(line, &[])), "!NothingChanges");
    assert_eq!(decide(&mut desk, line), "application_approved");
    assert_eq!(cell(&desk.lack(line, &two)), "!NotOpen");
}

#[test]
fn the_clocks_run_from_what_happened() {
    let mut desk = Desk::new();
    desk.today = date("2026-03-02");
    let (line, _) = take(&mut desk, LIMIT, &[MissingItem::ProofOfIncome]);
    let at = |kind, day| Some((kind, date(day)));
    assert_eq!(clock(&desk, line), at(ClockKind::Notice, "2026-04-01"));
    desk.today = date("2026-03-10");
    // A customer gets ten days at least and ninety at most.
    assert_eq!(notice(&mut desk, line, date("2026-03-19")), "!DateTooEarly");
    assert_eq!(notice(&mut desk, line, date("2026-06-09")), "!DateTooLate");
    assert_eq!(
        notice(&mut desk, line, date("2026-03-20")),
        "incompleteness_noticed"
    );
    assert_eq!(clock(&desk, line), at(ClockKind::Reply, "2026-03-20"));
    // Something else turns out to be missing: the notice did not name it.
    let more = [MissingItem::ProofOfIncome, MissingItem::TaxReturn];
    desk.lack(line, &more).unwrap();
    assert_eq!(clock(&desk, line), at(ClockKind::Notice, "2026-04-01"));
    notice(&mut desk, line, date("2026-03-25"));
    // One of the two came: the notice holds for the other.
    desk.lack(line, &[MissingItem::TaxReturn]).unwrap();
    assert_eq!(clock(&desk, line), at(ClockKind::Reply, "2026-03-25"));
    desk.today = date("2026-03-12");
    desk.lack(line, &[]).unwrap();
    assert_eq!(clock(&desk, line), at(ClockKind::Decision, "2026-04-11"));
    assert_eq!(
        notice(&mut desk, line, date("2026-03-25")),
        "!NothingMissing"
    );
    // Less than was asked for is a counter-offer, until it is accepted.
    desk.approve(desk.ada, line, LIMIT / 2).unwrap();
    assert_eq!(
        clock(&desk, line),
        at(ClockKind::CounterOffer, "2026-06-10")
    );
    desk.sign(line).unwrap();
    assert_eq!(clock(&desk, line), None);
}

#[test]
fn an_offer_of_what_was_asked_for_runs_out_by_no_clock() {
    let mut desk = Desk::new();
    let line = desk.take(LIMIT);
    desk.approve(desk.ada, line, LIMIT).unwrap();
    assert_eq!(clock(&desk, line), None);
    let rejected = desk.take(LIMIT);
    let reject = RejectApplication {
        line_id: rejected,
        seen_version: desk.line(rejected).version,
        reasons: vec![RejectionReason::ApplicationIncomplete],
        other_words: None,
    };
    desk.give(desk.ada, Command::RejectApplication(reject))
        .unwrap();
    assert_eq!(clock(&desk, rejected), None);
}

#[test]
fn the_products_own_rule_approves_with_the_last_paper() {
    let mut desk = instant();
    let (line, _) = take(&mut desk, 200_000, &[MissingItem::ProofOfIncome]);
    desk.check(line, Check::Identity, true).unwrap();
    desk.check(line, Check::Sanctions, true).unwrap();
    assert_eq!(
        cell(&desk.check(line, Check::MilitaryLending, true)),
        "check_recorded"
    );
    assert_eq!(
        cell(&desk.lack(line, &[])),
        "missing_recorded+application_approved"
    );
    let decided = desk.line(line);
    assert_eq!(
        (decided.status(), decided.limit()),
        (Status::Approved, Minor(200_000))
    );
    assert!(matches!(
        decided.decision,
        Some(Decision::Approved {
            by_policy: true,
            ..
        })
    ));
    // The other way round: the check comes last.
    let (line, _) = take(&mut desk, 150_000, &[]);
    desk.check(line, Check::Identity, true).unwrap();
    desk.check(line, Check::Sanctions, true).unwrap();
    assert_eq!(
        cell(&desk.check(line, Check::MilitaryLending, false)),
        "check_recorded"
    );
    assert_eq!(
        cell(&desk.check(line, Check::MilitaryLending, true)),
        "check_recorded+application_approved"
    );
}

#[test]
fn what_speaks_against_it_leaves_the_application_to_the_admins() {
    type Spoil = fn(&mut Desk);
    let spoilt: [(&str, i64, Spoil); 4] = [
        ("above the instant limit", 200_001, |_| {}),
        ("switched off", 200_000, |desk| {
            let mut terms = desk.terms();
            terms.instant_limit_minor = Minor::ZERO;
            desk.revise(terms);
        }),
        ("not affordable", 200_000, |desk| {
            let mut terms = desk.terms();
            // A fifth of the income is what the obligations alone take.
            terms.affordable_basis_points = Some(2_000);
            desk.revise(terms);
        }),
        ("over the exposure", 200_000, |desk| {
            let mut terms = desk.terms();
            terms.exposure_cap_minor = Minor(200_000);
            desk.revise(terms);
            let other = desk.take(200_001);
            desk.approve(desk.ada, other, 1).unwrap();
        }),
    ];
    for (why, requested, spoil) in spoilt {
        let mut desk = instant();
        spoil(&mut desk);
        let (line, taken) = take(&mut desk, requested, &[]);
        assert_eq!(taken, "application_taken", "{why}");
        desk.check_all(line);
        assert_eq!(desk.line(line).status(), Status::Open, "{why}");
    }
}

#[test]
fn without_checks_the_rule_answers_at_once() {
    let mut desk = instant();
    let mut terms = desk.terms();
    terms.checks = Vec::new();
    terms.affordable_basis_points = None;
    desk.revise(terms);
    let (_, taken) = take(&mut desk, 200_000, &[]);
    assert_eq!(taken, "application_taken+application_approved");
    // Two at a time may be more than one customer may be exposed for.
    let mut terms = desk.terms();
    terms.exposure_cap_minor = Minor(399_999);
    desk.revise(terms);
    let (_, taken) = take(&mut desk, 200_000, &[]);
    assert_eq!(taken, "application_taken");
}

#[test]
fn the_share_of_the_income_is_kept_to_the_cent() {
    let desk = Desk::new();
    let terms = desk.terms();
    // 2 % of 50,000.00 and 1,000.00 of obligations are 40 % of 5,000.00.
    let mut profile = Desk::profile(1);
    let limit = Minor(5_000_000);
    let burden = monthly_burden(&terms, limit, profile.obligations_monthly_minor).unwrap();
    assert_eq!(burden, Minor(200_000));
    assert!(affordable(&terms, limit, &profile).unwrap());
    profile.obligations_monthly_minor = Minor(100_001);
    assert!(!affordable(&terms, limit, &profile).unwrap());
    // At 36 % the month's interest is more than 2 %: 3 % of the limit.
    let mut dear = terms;
    dear.annual_percent = "36".parse().unwrap();
    assert_eq!(
        monthly_burden(&dear, limit, Minor::ZERO).unwrap(),
        Minor(150_000)
    );
    for (points, words) in [
        (0, "0"),
        (250, "2.5"),
        (4_000, "40"),
        (4_025, "40.25"),
        (5, "0.05"),
    ] {
        assert_eq!(percent(points), words);
    }
}

#[test]
fn a_debit_frees_the_limit_after_banking_days_not_holidays() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    desk.draw_cash(line, 500_000);
    let debit = desk.repay_debit(line, 200_000);
    desk.today = date("2026-03-05");
    let holidays = SetHolidays {
        holidays: vec![date("2026-03-09")],
    };
    desk.give(desk.ada, Command::SetHolidays(holidays)).unwrap();
    desk.send(debit);
    desk.word(debit, RemoteStatus::Settled).unwrap();
    // A Thursday: Friday, Tuesday and Wednesday are the banking days that follow.
    for (day, available) in [("2026-03-10", 500_000), ("2026-03-11", 700_000)] {
        desk.today = date(day);
        assert_eq!(desk.available(line), available, "{day}");
    }
    let (_, drawn) = desk.ask_draw(line, 500_001, CASH);
    assert_eq!(cell(&drawn), "movement_requested");
}

#[test]
fn a_hold_of_an_older_fold_is_read() {
    let stored = r#"{"repayment_id": "0190a0b0-0000-7000-8000-000000000001", "principal_minor": 5,
        "credit_minor": 0, "settled_on": "2026-03-05", "frees_on": "2026-03-11"}"#;
    let hold: Hold = serde_json::from_str(stored).unwrap();
    assert_eq!(hold.frees_on, date("2026-03-11"));
}

#[test]
fn nobody_writes_to_a_customer_who_is_forgotten() {
    let mut desk = Desk::new();
    let turned = [MissingItem::TaxReturn, MissingItem::ProofOfIncome];
    let (line, _) = take(&mut desk, LIMIT, &turned);
    let listed = [MissingItem::ProofOfIncome, MissingItem::TaxReturn];
    assert_eq!(desk.line(line).intake.missing, listed);
    let customer_id = desk.customer;
    // Somebody deleted the key by hand: nothing asked whether an application is open.
    desk.tell(Internal::NoteForgotten { customer_id }).unwrap();
    let by = desk.today.plus_days(20);
    assert_eq!(notice(&mut desk, line, by), "!CustomerForgotten");
}

#[test]
fn a_contact_is_noted_with_a_customer_who_is_known() {
    let mut desk = Desk::new();
    let add = |desk: &Desk, note: &str| {
        Command::AddContactNote(AddContactNote {
            customer_id: desk.customer,
            channel: domain::intake::ContactChannel::Phone,
            note: note.into(),
        })
    };
    let noted = add(&desk, "Will call back.");
    assert_eq!(cell(&desk.give(desk.cleo, noted.clone())), "contact_noted");
    let empty = add(&desk, "  ");
    assert_eq!(cell(&desk.give(desk.cleo, empty)), "!FieldEmpty");
    let forget = ForgetCustomer {
        customer_id: desk.customer,
        reason: "Asked for it".into(),
    };
    desk.give(desk.ada, Command::ForgetCustomer(forget))
        .unwrap();
    assert_eq!(cell(&desk.give(desk.cleo, noted)), "!CustomerForgotten");
}

#[test]
fn what_is_masked_is_shown_to_whoever_works_here_and_written_down() {
    let mut desk = Desk::new();
    let (customer_id, account_id) = (desk.customer, desk.account);
    let (_, anothers) = desk.record_customer();
    let nobody = CustomerId(desk.id());
    let waits = desk.sign_up("nora", "E-9", false);
    let reveal = |desk: &mut Desk, user_id, customer_id, masked| {
        cell(&desk.tell(Internal::Reveal {
            user_id,
            customer_id,
            masked,
        }))
    };
    let before = desk.world.customers[&customer_id].clone();
    let account = Masked::BankAccount { account_id };
    let cleo = desk.cleo;
    for masked in [
        Masked::TaxId,
        Masked::BirthDate,
        Masked::IdentityDocument,
        account,
    ] {
        assert!(before.unmasked(masked).is_some());
        assert_eq!(
            reveal(&mut desk, cleo, customer_id, masked),
            "private_revealed"
        );
    }
    // Looking changes nothing that somebody else might be changing just then.
    assert_eq!(desk.world.customers[&customer_id], before);
    let of_another = Masked::BankAccount {
        account_id: anothers,
    };
    assert_eq!(
        reveal(&mut desk, cleo, customer_id, of_another),
        "!UnknownBankAccount"
    );
    assert_eq!(
        reveal(&mut desk, cleo, nobody, Masked::TaxId),
        "!UnknownCustomer"
    );
    assert_eq!(
        reveal(&mut desk, waits, customer_id, Masked::TaxId),
        "!AccountNotActive"
    );
    let forget = ForgetCustomer {
        customer_id,
        reason: "Asked for it".into(),
    };
    desk.give(desk.ada, Command::ForgetCustomer(forget))
        .unwrap();
    assert_eq!(
        reveal(&mut desk, cleo, customer_id, Masked::TaxId),
        "!CustomerForgotten"
    );
}
