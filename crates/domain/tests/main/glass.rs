//! Breaking the glass: who may, how much, when, what it leaves behind, and who may look away.

use crate::desk::{CASH, Desk, Judged, cell, date, usd};
use domain::account::Role;
use domain::actor::{Actor, NetworkState};
use domain::command::*;
use domain::event::Event;
use domain::glass::SHUT_OUT_MS;
use domain::ids::{LineId, MovementId, UserId};
use domain::movement::MovementState;
use domain::reconcile::{Finding, FindingClass, Resolution};
use domain::refusal::RefusalCode;
use domain::transfer::RemoteStatus;

/// What one signature may release, and the most that one person releases alone.
const SINGLE: i64 = 500_000;
const CAP: i64 = 2 * SINGLE;
const LIMIT: i64 = 2_000_000;

fn set_role(desk: &mut Desk, by: UserId, user_id: UserId, role: Role) {
    let set = Command::SetRole(SetRole { user_id, role });
    desk.give(by, set).unwrap();
}

fn disable(desk: &mut Desk, by: UserId, user_id: UserId) {
    let disable = Command::DisableAccount(DisableAccount { user_id });
    desk.give(by, disable).unwrap();
}

fn enable(desk: &mut Desk, by: UserId, user_id: UserId) {
    let enable = Command::EnableAccount(EnableAccount { user_id });
    desk.give(by, enable).unwrap();
}

/// A branch whose other admins left long ago: ada is the only one. With an open line.
fn alone() -> (Desk, LineId) {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let (ada, boris, second) = (desk.ada, desk.boris, desk.cleo_as_admin);
    disable(&mut desk, ada, boris);
    disable(&mut desk, ada, second);
    desk.now = desk.now.plus_ms(SHUT_OUT_MS);
    (desk, line)
}

fn ask(desk: &mut Desk, by: UserId, line_id: LineId, amount: i64, method: PayOut) -> MovementId {
    let draw_id = MovementId(desk.id());
    let request = RequestDraw {
        line_id,
        draw_id,
        amount: usd(amount),
        method,
    };
    desk.give(by, Command::RequestDraw(request)).unwrap();
    draw_id
}

fn glass(line_id: LineId, draw_id: MovementId, reason: &str) -> Command {
    Command::BreakGlass(BreakGlass {
        line_id,
        draw_id,
        reason: reason.to_owned(),
    })
}

fn breaks(desk: &mut Desk, by: UserId, line_id: LineId, draw_id: MovementId) -> Judged {
    desk.give(
        by,
        glass(line_id, draw_id, "The roof is open, and it rains"),
    )
}

#[test]
fn no_glass_is_broken_for_what_was_asked_for_too_long_ago() {
    for (days, expected) in [
        (7, "glass_broken+finding_opened+transfer_queued"),
        (8, "!DrawExpired"),
    ] {
        let (mut desk, line) = alone();
        let (ada, bank) = (desk.ada, desk.bank());
        let draw = ask(&mut desk, ada, line, SINGLE + 1, bank);
        desk.today = desk.today.plus_days(days);
        assert_eq!(
            cell(&breaks(&mut desk, ada, line, draw)),
            expected,
            "{days}"
        );
    }
}

/// The finding that broken glass left.
fn finding_of(judged: &Judged) -> Finding {
    let events = judged.as_ref().unwrap();
    let findings = events.iter().filter_map(|event| match event {
        Event::FindingOpened { finding } => Some(finding.clone()),
        _ => None,
    });
    let found: Vec<Finding> = findings.collect();
    assert_eq!(found.len(), 1, "{events:?}");
    found[0].clone()
}

fn close(desk: &mut Desk, by: UserId, finding: &Finding) -> String {
    let resolve = ResolveFinding {
        finding_id: finding.id.clone(),
        resolution: Resolution::Explained,
        note: Some("The customer was called, and was at the counter".into()),
    };
    cell(&desk.give(by, Command::ResolveFinding(resolve)))
}

#[test]
fn the_only_admin_releases_their_own_draw() {
    let (mut desk, line) = alone();
    let (ada, bank) = (desk.ada, desk.bank());
    let draw = ask(&mut desk, ada, line, SINGLE + 1, bank);
    // Without breaking the glass nobody decides on what they asked for.
    let approve = desk.approve_draw(ada, line, draw);
    assert_eq!(cell(&approve), "!OwnRequest");
    let judged = breaks(&mut desk, ada, line, draw);
    let events = "glass_broken+finding_opened+transfer_queued";
    assert_eq!(cell(&judged), events);
    assert_eq!(desk.movement(draw).state, MovementState::Queued);
    let decided = desk.movement(draw).decided_by.unwrap();
    assert_eq!(decided.user_id, ada);
    let finding = finding_of(&judged);
    assert_eq!(finding.class, FindingClass::GlassBroken);
    assert_eq!(finding.reference, "ada");
    assert_eq!(
        (finding.line_id, finding.movement_id),
        (Some(line), Some(draw))
    );
    assert_eq!(finding.ours_minor.map(|minor| minor.0), Some(SINGLE + 1));
    assert_eq!(Finding::user_of(&finding.id), Some(ada));
    // Once: it is on its way.
    let again = breaks(&mut desk, ada, line, draw);
    assert_eq!(cell(&again), "!NotRequested");

    // Cash waits at the counter like any that was agreed to.
    let (mut desk, line) = alone();
    let ada = desk.ada;
    let cash = ask(&mut desk, ada, line, SINGLE + 1, CASH);
    let judged = breaks(&mut desk, ada, line, cash);
    assert_eq!(cell(&judged), "glass_broken+finding_opened");
    let pay = PayCashDraw {
        line_id: line,
        draw_id: cash,
        identity_seen: true,
    };
    let paid = desk.give(ada, Command::PayCashDraw(pay));
    assert_eq!(cell(&paid), "cash_moved");
}

#[test]
fn it_is_due_on_the_next_banking_day() {
    for (today, due) in [
        ("2026-03-02", "2026-03-03"),
        ("2026-03-06", "2026-03-09"),
        ("2026-03-07", "2026-03-09"),
        // A holiday.
        ("2026-03-10", "2026-03-12"),
    ] {
        let (mut desk, line) = alone();
        let ada = desk.ada;
        let holidays = vec![date("2026-03-11")];
        desk.give(ada, Command::SetHolidays(SetHolidays { holidays }))
            .unwrap();
        desk.today = date(today);
        let draw = ask(&mut desk, ada, line, SINGLE + 1, CASH);
        let finding = finding_of(&breaks(&mut desk, ada, line, draw));
        assert_eq!(finding.due_on, Some(date(due)), "{today}");
    }
}

#[test]
fn it_is_capped_at_twice_one_signature() {
    for (network, amount, outcome) in [
        (
            NetworkState::Online,
            SINGLE + 1,
            "glass_broken+finding_opened",
        ),
        (NetworkState::Online, CAP, "glass_broken+finding_opened"),
        (NetworkState::Online, CAP + 1, "!OverGlassCap"),
        // What waits only because the network is away.
        (
            NetworkState::Offline,
            100_001,
            "glass_broken+finding_opened",
        ),
    ] {
        let (mut desk, line) = alone();
        let ada = desk.ada;
        desk.network = network;
        let draw = ask(&mut desk, ada, line, amount, CASH);
        let judged = breaks(&mut desk, ada, line, draw);
        assert_eq!(cell(&judged), outcome, "{amount}");
    }
}

/// Nor do many small ones come to more, whichever lines they are on, before somebody has looked.
#[test]
fn what_nobody_has_looked_at_counts_into_the_cap() {
    let (mut desk, line) = alone();
    let ada = desk.ada;
    let first = ask(&mut desk, ada, line, SINGLE + 1, CASH);
    let finding = finding_of(&breaks(&mut desk, ada, line, first));
    let rest = CAP - SINGLE - 1;
    desk.network = NetworkState::Offline;
    let over = ask(&mut desk, ada, line, rest + 1, CASH);
    let just = ask(&mut desk, ada, line, rest, CASH);
    assert_eq!(cell(&breaks(&mut desk, ada, line, over)), "!OverGlassCap");
    let judged = breaks(&mut desk, ada, line, just);
    assert_eq!(cell(&judged), "glass_broken+finding_opened");
    assert_eq!(cell(&breaks(&mut desk, ada, line, over)), "!OverGlassCap");

    // Another admin comes back, looks at the first, and leaves for good.
    let boris = desk.boris;
    enable(&mut desk, ada, boris);
    assert_eq!(close(&mut desk, boris, &finding), "finding_resolved");
    disable(&mut desk, ada, boris);
    desk.now = desk.now.plus_ms(SHUT_OUT_MS);
    let judged = breaks(&mut desk, ada, line, over);
    assert_eq!(cell(&judged), "glass_broken+finding_opened");
}

/// The cap is that of the line's own terms: a product that is revised raises it for nobody.
#[test]
fn revising_the_product_does_not_raise_the_cap() {
    let (mut desk, line) = alone();
    let ada = desk.ada;
    let mut terms = desk.terms();
    terms.single_signature_minor.0 = 10 * SINGLE;
    desk.revise(terms);
    let draw = ask(&mut desk, ada, line, CAP + 1, CASH);
    assert_eq!(desk.movement(draw).state, MovementState::Requested);
    let judged = breaks(&mut desk, ada, line, draw);
    assert_eq!(cell(&judged), "!OverGlassCap");
}

#[test]
fn it_is_for_ones_own_draw_that_waits_with_a_reason_and_the_password() {
    let (mut desk, line) = alone();
    let (ada, cleo) = (desk.ada, desk.cleo);
    let of_cleo = ask(&mut desk, cleo, line, SINGLE + 1, CASH);
    let judged = breaks(&mut desk, ada, line, of_cleo);
    assert_eq!(cell(&judged), "!GlassNotNeeded");
    desk.cancel_draw(line, of_cleo).unwrap();

    let draw = ask(&mut desk, ada, line, SINGLE + 1, CASH);
    let long = "x".repeat(2_001);
    for (reason, outcome) in [
        ("", "!FieldEmpty"),
        (" ", "!FieldEmpty"),
        (long.as_str(), "!FieldTooLong"),
        ("It rains\u{7}", "!FieldMalformed"),
    ] {
        let judged = desk.give(ada, glass(line, draw, reason));
        assert_eq!(cell(&judged), outcome, "{reason:?}");
    }
    let order = Order::Desk(Box::new(glass(line, draw, "It rains")));
    let unproven = desk.carry_out(Actor::User(ada), &order);
    assert_eq!(unproven, Err(RefusalCode::PasswordNeeded));
    let staff = desk.carry_out(Actor::Proven(cleo), &order);
    assert_eq!(staff, Err(RefusalCode::AdminOnly));

    let unknown = MovementId(desk.id());
    let judged = breaks(&mut desk, ada, line, unknown);
    assert_eq!(cell(&judged), "!UnknownMovement");
    let small = ask(&mut desk, ada, line, SINGLE, CASH);
    let judged = breaks(&mut desk, ada, line, small);
    assert_eq!(cell(&judged), "!NotRequested");
    // Nothing of all this released anything.
    assert_eq!(desk.movement(draw).state, MovementState::Requested);
    assert!(desk.world.findings.is_empty());
}

/// A draw that could not be agreed to is not released this way either.
#[test]
fn what_stops_a_draw_stops_it_behind_the_glass() {
    let waiting = |amount| {
        let (mut desk, line) = alone();
        let ada = desk.ada;
        let draw = ask(&mut desk, ada, line, amount, CASH);
        (desk, line, draw)
    };
    let (mut desk, line, draw) = waiting(SINGLE + 1);
    desk.freeze(line).unwrap();
    let ada = desk.ada;
    assert_eq!(cell(&breaks(&mut desk, ada, line, draw)), "!LineFrozen");

    // A store that something else wrote in.
    let (mut desk, line, draw) = waiting(SINGLE + 1);
    let finding = Finding::altered("now", "users");
    desk.tell(Internal::NoteAltered {
        epoch: 1,
        findings: vec![finding],
    })
    .unwrap();
    assert_eq!(cell(&breaks(&mut desk, ada, line, draw)), "!StoreAltered");

    // A debit that had freed the limit came back while it waited.
    let (mut desk, line) = alone();
    for _ in 0..3 {
        desk.draw_cash(line, SINGLE);
    }
    let debit = desk.repay_debit(line, 600_000);
    desk.send_and_settle(debit);
    desk.today = date("2026-03-05");
    let draw = ask(&mut desk, ada, line, CAP, CASH);
    desk.word(debit, RemoteStatus::Returned).unwrap();
    assert_eq!(cell(&breaks(&mut desk, ada, line, draw)), "!OverAvailable");

    // Where admins need a second factor, the one who has none does nothing of an admin's.
    let (mut desk, line, draw) = waiting(SINGLE + 1);
    let set = Internal::SetSecondFactor {
        user_id: ada,
        sealed: "sealed".into(),
        step: 1,
    };
    desk.tell(set).unwrap();
    let demand = Command::DemandSecondFactor(DemandSecondFactor { of_admins: true });
    desk.give(ada, demand).unwrap();
    let remove = Command::RemoveSecondFactor(RemoveSecondFactor { user_id: ada });
    desk.give(ada, remove).unwrap();
    let judged = breaks(&mut desk, ada, line, draw);
    assert_eq!(cell(&judged), "!SecondFactorNeeded");
}

/// Boris may sign in again.
fn boris_returns(desk: &mut Desk) {
    let (ada, boris) = (desk.ada, desk.boris);
    enable(desk, ada, boris);
}

/// And is shut out again.
fn boris_comes_and_goes(desk: &mut Desk) {
    boris_returns(desk);
    let (ada, boris) = (desk.ada, desk.boris);
    disable(desk, ada, boris);
}

fn boris_becomes_staff(desk: &mut Desk) {
    boris_returns(desk);
    let (ada, boris) = (desk.ada, desk.boris);
    set_role(desk, ada, boris, Role::Staff);
}

type Step = fn(&mut Desk);
const DONE: &str = "glass_broken+finding_opened";
const NOT_ALONE: &str = "!AnotherAdmin";

/// What the only admin meets in a branch where somebody else is, was lately, or is not yet.
const COMPANY: [(&str, Step, &str); 11] = [
    ("nobody else", |_| {}, DONE),
    ("another admin", boris_returns, NOT_ALONE),
    (
        "one who cannot sign in for now",
        |desk| {
            boris_returns(desk);
            let user_id = desk.boris;
            for _ in 0..10 {
                if let Some(until) = desk.world.users[&user_id].wait_until {
                    desk.now = until;
                }
                desk.tell(Internal::SignInFailed { user_id }).unwrap();
            }
        },
        NOT_ALONE,
    ),
    (
        "one who lacks the second factor that is demanded",
        |desk| {
            boris_returns(desk);
            let set = Internal::SetSecondFactor {
                user_id: desk.ada,
                sealed: "sealed".into(),
                step: 1,
            };
            desk.tell(set).unwrap();
            let demand = DemandSecondFactor { of_admins: true };
            desk.give(desk.ada, Command::DemandSecondFactor(demand))
                .unwrap();
        },
        NOT_ALONE,
    ),
    (
        "one who was disabled just now",
        boris_comes_and_goes,
        NOT_ALONE,
    ),
    (
        "one who was made staff almost seven days ago",
        |desk| {
            boris_becomes_staff(desk);
            desk.now = desk.now.plus_ms(SHUT_OUT_MS - 1);
        },
        NOT_ALONE,
    ),
    (
        "one who was made staff seven days ago",
        |desk| {
            boris_becomes_staff(desk);
            desk.now = desk.now.plus_ms(SHUT_OUT_MS);
        },
        DONE,
    ),
    (
        "one who was disabled, and the clock went back since",
        |desk| {
            boris_comes_and_goes(desk);
            desk.now = desk.now.plus_ms(-2 * SHUT_OUT_MS);
        },
        NOT_ALONE,
    ),
    (
        "one who was disabled, and business dates were closed since",
        |desk| {
            boris_comes_and_goes(desk);
            desk.today = desk.today.plus_days(30);
        },
        NOT_ALONE,
    ),
    (
        "one who waits for approval, and one who was declined",
        |desk| {
            desk.sign_up("nora", "E-9", true);
            let user_id = desk.sign_up("otto", "E-8", true);
            let decline = DeclineAccount { user_id };
            desk.give(desk.ada, Command::DeclineAccount(decline))
                .unwrap();
        },
        DONE,
    ),
    (
        "more staff",
        |desk| {
            let user_id = desk.sign_up("nora", "E-9", true);
            let approve = ApproveAccount {
                user_id,
                employee_number: "E-9".into(),
                role: Role::Staff,
            };
            desk.give(desk.ada, Command::ApproveAccount(approve))
                .unwrap();
        },
        DONE,
    ),
];

#[test]
fn another_admin_who_is_there_decides() {
    for (what, step, outcome) in COMPANY {
        let (mut desk, line) = alone();
        let ada = desk.ada;
        let draw = ask(&mut desk, ada, line, SINGLE + 1, CASH);
        step(&mut desk);
        let judged = breaks(&mut desk, ada, line, draw);
        assert_eq!(cell(&judged), outcome, "{what}");
    }
}

/// One person with two accounts is one: alone with the other account there, and not let past the
/// finding by it.
#[test]
fn persons_are_compared_and_not_accounts() {
    let mut desk = Desk::new();
    let line = desk.open_line(LIMIT);
    let (ada, boris, cleo, second) = (desk.ada, desk.boris, desk.cleo, desk.cleo_as_admin);
    // Both accounts are an admin's, and nobody else is there.
    set_role(&mut desk, ada, cleo, Role::Admin);
    disable(&mut desk, second, ada);
    let draw = ask(&mut desk, cleo, line, SINGLE + 1, CASH);
    for by in [cleo, second] {
        let judged = breaks(&mut desk, by, line, draw);
        assert_eq!(cell(&judged), "!AnotherAdmin", "boris is there");
    }
    disable(&mut desk, second, boris);
    desk.now = desk.now.plus_ms(SHUT_OUT_MS);
    // Asked for with the one account, and released with the other: their own request all the same.
    let approve = desk.approve_draw(second, line, draw);
    assert_eq!(cell(&approve), "!OwnRequest");
    let judged = breaks(&mut desk, second, line, draw);
    assert_eq!(cell(&judged), "glass_broken+finding_opened");
    let finding = finding_of(&judged);
    assert_eq!(Finding::user_of(&finding.id), Some(second));
    for by in [second, cleo] {
        assert_eq!(close(&mut desk, by, &finding), "!OwnRequest");
    }
    enable(&mut desk, second, boris);
    assert_eq!(close(&mut desk, boris, &finding), "finding_resolved");
    assert_eq!(close(&mut desk, boris, &finding), "!FindingClosed");
}

/// The program never closes it by itself, and it holds up nothing of what it is about.
#[test]
fn the_finding_stays_and_the_transfer_goes_its_way() {
    let (mut desk, line) = alone();
    let (ada, bank) = (desk.ada, desk.bank());
    let draw = ask(&mut desk, ada, line, SINGLE + 1, bank.clone());
    let finding = finding_of(&breaks(&mut desk, ada, line, draw));
    assert!(desk.line(line).frozen.is_none());
    desk.send_and_settle(draw);
    assert!(desk.world.findings[&finding.id].resolved.is_none());
    // The next one is another finding; what never moved can still be given back.
    desk.network = NetworkState::Offline;
    let other = ask(&mut desk, ada, line, 150_000, bank);
    let another = finding_of(&breaks(&mut desk, ada, line, other));
    assert_ne!(another.id, finding.id);
    let hand_back = HandBackTransfer {
        line_id: line,
        movement_id: other,
        reason: "The customer came in person".into(),
    };
    let judged = desk.give(ada, Command::HandBackTransfer(hand_back));
    assert_eq!(cell(&judged), "transfer_withdrawn");
    assert!(desk.world.findings[&another.id].resolved.is_none());
}
