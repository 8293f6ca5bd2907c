//! Accounts: what takes the password again, and what failing to give it costs.

use crate::desk::*;
use domain::account::{FAILURES_TO_LOCK, LOCK_MS, RESET_CODE_MS, Role};
use domain::actor::Actor;
use domain::command::*;
use domain::event::Event;
use domain::ids::{LineId, MovementId, UserId};
use domain::refusal::RefusalCode;

/// Written out: a kind that decides must not slip off the list.
const DECISIONS: &[CommandKind] = &[
    CommandKind::ForgetCustomer,
    CommandKind::DefineProduct,
    CommandKind::ApproveApplication,
    CommandKind::RejectApplication,
    CommandKind::ApproveDraw,
    CommandKind::DeclineDraw,
    CommandKind::BreakGlass,
    CommandKind::DeclineCancellation,
    CommandKind::UnfreezeLine,
    CommandKind::ApproveAccount,
    CommandKind::DeclineAccount,
    CommandKind::UnlockAccount,
    CommandKind::SetRole,
    CommandKind::DisableAccount,
    CommandKind::EnableAccount,
    CommandKind::IssueResetCode,
    CommandKind::RemoveSecondFactor,
    CommandKind::DemandSecondFactor,
    CommandKind::HandBackTransfer,
    CommandKind::ResolveFinding,
    CommandKind::ApproveChange,
    CommandKind::DeclineChange,
];

#[test]
fn the_kinds_that_decide_take_the_password_again() {
    let asked = CommandKind::ALL.iter().filter(|kind| kind.asks_password());
    let asked: Vec<CommandKind> = asked.copied().collect();
    assert_eq!(asked, DECISIONS);
}

#[test]
fn a_decision_without_the_password_is_refused_before_anything_is_looked_at() {
    let mut desk = Desk::new();
    let user_id = desk.sign_up("nora", "E-9", false);
    let approve = |employee_number: &str| {
        Order::Desk(Box::new(Command::ApproveAccount(ApproveAccount {
            user_id,
            employee_number: employee_number.into(),
            role: domain::account::Role::Staff,
        })))
    };
    let before = desk.world.clone();
    for number in ["E-9", "", "no such number"] {
        let judged = desk.carry_out(Actor::User(desk.ada), &approve(number));
        assert_eq!(judged, Err(RefusalCode::PasswordNeeded), "{number:?}");
    }
    // Who may not decide at all is told so, and nothing about passwords.
    let teller = desk.carry_out(Actor::User(desk.cleo), &approve("E-9"));
    assert_eq!(teller, Err(RefusalCode::AdminOnly));
    assert_eq!(desk.world, before);
    let judged = desk.carry_out(Actor::Proven(desk.ada), &approve("E-9"));
    assert_eq!(cell(&judged), "account_approved");
}

#[test]
fn the_right_password_forgets_failures_and_a_locked_account_has_none() {
    let mut desk = Desk::new();
    let user_id = desk.ada;
    let (failed, proven) = (
        Internal::SignInFailed { user_id },
        Internal::PasswordProven { user_id },
    );
    // With nothing to forget nothing happened.
    assert_eq!(desk.tell(proven.clone()), Ok(Vec::new()));
    desk.tell(failed.clone()).unwrap();
    let judged = desk.tell(proven.clone());
    assert_eq!(judged, Ok(vec![Event::PasswordProven { user_id }]));
    assert_eq!(desk.world.users[&user_id].failures, 0);
    for _ in 0..FAILURES_TO_LOCK {
        if let Some(until) = desk.world.users[&user_id].wait_until {
            desk.now = until;
        }
        desk.tell(failed.clone()).unwrap();
    }
    desk.now = desk.now.plus_ms(LOCK_MS - 1);
    assert_eq!(desk.tell(proven.clone()), Err(RefusalCode::AccountLocked));
    desk.now = desk.now.plus_ms(1);
    assert_eq!(cell(&desk.tell(proven)), "password_proven");
}

fn issue(desk: &mut Desk, by: UserId, of: UserId, print: &str) -> Judged {
    let code_print = print.into();
    let issue = IssueResetCode {
        user_id: of,
        code_print,
    };
    desk.give(by, Command::IssueResetCode(issue))
}

fn reset(desk: &mut Desk, user_id: UserId, print: &str) -> Judged {
    desk.tell(Internal::ResetPassword(ResetPassword {
        user_id,
        code_print: print.into(),
        credential_print: "new".into(),
    }))
}

/// Whoever gave out a code could have used it: for three days the two are one person, whichever of them
/// asks and whichever decides, and whichever account of theirs they do it with.
#[test]
fn whoever_let_somebody_in_is_no_second_person_to_them() {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    let fresh = || {
        let mut desk = Desk::new();
        let line = desk.open_line(LIMIT);
        let other = desk.open_line(LIMIT);
        (desk, line, other)
    };
    let asks = |desk: &mut Desk, by: UserId, line_id: LineId| {
        let draw_id = MovementId(desk.id());
        let method = desk.bank();
        let request = RequestDraw {
            line_id,
            draw_id,
            amount: usd(900_000),
            method,
        };
        desk.give(by, Command::RequestDraw(request)).unwrap();
        draw_id
    };
    let one = "!LetInByAnother";
    let two = "draw_approved+transfer_queued";
    for (days, expected) in [(0, one), (2, one), (3, two)] {
        for ada_asks in [true, false] {
            let (mut desk, line, other) = fresh();
            let (ada, boris, cleo) = (desk.ada, desk.boris, desk.cleo);
            // A code alone does nothing.
            issue(&mut desk, ada, boris, "p").unwrap();
            let (asking, deciding) = if ada_asks { (ada, boris) } else { (boris, ada) };
            let draw = asks(&mut desk, asking, line);
            reset(&mut desk, boris, "p").unwrap();
            desk.now = desk.now.plus_ms(days * DAY_MS);
            let judged = cell(&desk.approve_draw(deciding, line, draw));
            assert_eq!(judged, expected, "{days} days, ada asks: {ada_asks}");
            // For a third person they are two like any others.
            let draw = asks(&mut desk, cleo, other);
            assert_eq!(cell(&desk.approve_draw(boris, other, draw)), two);
        }
    }
    // Another account of the same person, as the one who gave out the code.
    let (mut desk, line, _) = fresh();
    let (boris, cleo, as_admin) = (desk.boris, desk.cleo, desk.cleo_as_admin);
    issue(&mut desk, as_admin, boris, "p").unwrap();
    reset(&mut desk, boris, "p").unwrap();
    let draw = asks(&mut desk, cleo, line);
    assert_eq!(cell(&desk.approve_draw(boris, line, draw)), one);
    assert_eq!(cell(&desk.approve_draw(desk.ada, line, draw)), two);
    // Whoever had a second factor before stood behind it, as long as it stands; one that is set up since
    // proves nothing.
    for (before, stands) in [(true, true), (true, false), (false, true)] {
        let (mut desk, line, _) = fresh();
        let (ada, boris) = (desk.ada, desk.boris);
        let factor = Internal::SetSecondFactor {
            user_id: boris,
            sealed: "secret".into(),
            step: 1,
        };
        if before {
            desk.tell(factor.clone()).unwrap();
        }
        issue(&mut desk, ada, boris, "p").unwrap();
        reset(&mut desk, boris, "p").unwrap();
        if !before {
            desk.tell(factor).unwrap();
            issue(&mut desk, ada, boris, "q").unwrap();
            reset(&mut desk, boris, "q").unwrap();
        }
        if !stands {
            let remove = RemoveSecondFactor { user_id: boris };
            desk.give(ada, Command::RemoveSecondFactor(remove)).unwrap();
        }
        let draw = asks(&mut desk, ada, line);
        let expected = if before && stands { two } else { one };
        assert_eq!(cell(&desk.approve_draw(boris, line, draw)), expected);
    }
}

#[test]
fn a_reset_code_is_for_another_persons_active_account() {
    let mut desk = Desk::new();
    let (ada, boris, cleo) = (desk.ada, desk.boris, desk.cleo);
    let waits = desk.sign_up("nora", "E-9", false);
    let nobody = UserId(desk.id());
    for (by, of, print, outcome) in [
        (ada, cleo, "p", "reset_code_issued"),
        (boris, ada, "p", "reset_code_issued"),
        (ada, ada, "p", "!OwnAccount"),
        // Another account of the same person is one's own, too.
        (desk.cleo_as_admin, cleo, "p", "!OwnAccount"),
        (cleo, boris, "p", "!AdminOnly"),
        (ada, waits, "p", "!AccountNotActive"),
        (ada, nobody, "p", "!UnknownUser"),
        (ada, cleo, "", "!FieldEmpty"),
    ] {
        let judged = issue(&mut desk, by, of, print);
        assert_eq!(cell(&judged), outcome, "{by:?} for {of:?}");
    }
}

#[test]
fn a_reset_code_opens_once_and_in_its_time() {
    let mut desk = Desk::new();
    let (ada, cleo) = (desk.ada, desk.cleo);
    assert_eq!(cell(&reset(&mut desk, cleo, "one")), "!ResetCodeWrong");
    issue(&mut desk, ada, cleo, "one").unwrap();
    assert_eq!(cell(&reset(&mut desk, cleo, "two")), "!ResetCodeWrong");
    assert_eq!(cell(&reset(&mut desk, ada, "one")), "!ResetCodeWrong");
    assert_eq!(cell(&reset(&mut desk, cleo, "one")), "password_reset");
    assert_eq!(desk.world.users[&cleo].credential_print, "new");
    assert_eq!(cell(&reset(&mut desk, cleo, "one")), "!ResetCodeWrong");

    // The later code takes the place of the earlier.
    issue(&mut desk, ada, cleo, "one").unwrap();
    issue(&mut desk, ada, cleo, "two").unwrap();
    assert_eq!(cell(&reset(&mut desk, cleo, "one")), "!ResetCodeWrong");
    assert_eq!(cell(&reset(&mut desk, cleo, "two")), "password_reset");

    let start = desk.now;
    for (passed, outcome) in [
        (RESET_CODE_MS, "!ResetCodeWrong"),
        (-1, "!ResetCodeWrong"),
        (RESET_CODE_MS - 1, "password_reset"),
    ] {
        desk.now = start;
        issue(&mut desk, ada, cleo, "one").unwrap();
        desk.now = start.plus_ms(passed);
        assert_eq!(cell(&reset(&mut desk, cleo, "one")), outcome, "{passed}");
    }
}

#[test]
fn a_locked_account_is_reset_only_after_its_code_was_issued() {
    let mut desk = Desk::new();
    let (ada, user_id) = (desk.ada, desk.cleo);
    issue(&mut desk, ada, user_id, "one").unwrap();
    for _ in 0..FAILURES_TO_LOCK {
        if let Some(until) = desk.world.users[&user_id].wait_until {
            desk.now = until;
        }
        desk.tell(Internal::SignInFailed { user_id }).unwrap();
    }
    assert_eq!(cell(&reset(&mut desk, user_id, "one")), "!AccountLocked");
    issue(&mut desk, ada, user_id, "two").unwrap();
    assert_eq!(cell(&reset(&mut desk, user_id, "two")), "password_reset");
}

fn change(desk: &mut Desk, user_id: UserId) -> Judged {
    desk.tell(Internal::ChangePassword {
        user_id,
        credential_print: "changed".into(),
    })
}

#[test]
fn a_password_is_changed_by_whoever_may_enter_and_uses_a_reset_code_up() {
    let mut desk = Desk::new();
    let (ada, cleo) = (desk.ada, desk.cleo);
    issue(&mut desk, ada, cleo, "one").unwrap();
    assert_eq!(cell(&change(&mut desk, cleo)), "password_changed");
    let user = &desk.world.users[&cleo];
    assert_eq!((&*user.credential_print, &user.reset), ("changed", &None));
    assert_eq!(cell(&reset(&mut desk, cleo, "one")), "!ResetCodeWrong");

    let nobody = UserId(desk.id());
    assert_eq!(cell(&change(&mut desk, nobody)), "!UnknownUser");
    let waits = desk.sign_up("nora", "E-9", false);
    assert_eq!(cell(&change(&mut desk, waits)), "!AccountNotActive");
    for _ in 0..FAILURES_TO_LOCK {
        if let Some(until) = desk.world.users[&cleo].wait_until {
            desk.now = until;
        }
        desk.tell(Internal::SignInFailed { user_id: cleo }).unwrap();
    }
    desk.now = desk.now.plus_ms(LOCK_MS - 1);
    assert_eq!(cell(&change(&mut desk, cleo)), "!AccountLocked");
    desk.now = desk.now.plus_ms(1);
    assert_eq!(cell(&change(&mut desk, cleo)), "password_changed");
    assert_eq!(desk.world.users[&cleo].failures, 0);
}

fn set_factor(desk: &mut Desk, user_id: UserId, step: u64) -> Judged {
    let sealed = "sealed".into();
    desk.tell(Internal::SetSecondFactor {
        user_id,
        sealed,
        step,
    })
}

#[test]
fn a_code_is_used_up_by_the_first_who_brings_it() {
    let mut desk = Desk::new();
    let user_id = desk.cleo;
    let sign_in =
        |desk: &mut Desk, step| cell(&desk.tell(Internal::SignInSucceeded { user_id, step }));
    assert_eq!(sign_in(&mut desk, None), "signed_in");
    set_factor(&mut desk, user_id, 10).unwrap();
    for (step, outcome) in [
        (None, "!CodeWrong"),
        // The code it was confirmed with.
        (Some(10), "!CodeWrong"),
        (Some(11), "second_factor_used+signed_in"),
        (Some(11), "!CodeWrong"),
        (Some(9), "!CodeWrong"),
        (Some(13), "second_factor_used+signed_in"),
        (Some(12), "!CodeWrong"),
    ] {
        assert_eq!(sign_in(&mut desk, step), outcome, "{step:?}");
    }
}

#[test]
fn a_second_factor_is_removed_by_its_person_or_an_admin() {
    let mut desk = Desk::new();
    let (ada, boris, cleo) = (desk.ada, desk.boris, desk.cleo);
    let nobody = UserId(desk.id());
    for (by, of, outcome) in [
        (cleo, cleo, "second_factor_removed"),
        (ada, cleo, "second_factor_removed"),
        (ada, ada, "second_factor_removed"),
        (cleo, boris, "!AdminOnly"),
        (ada, nobody, "!UnknownUser"),
    ] {
        if of != nobody {
            set_factor(&mut desk, of, 1).unwrap();
        }
        let remove = Command::RemoveSecondFactor(RemoveSecondFactor { user_id: of });
        let judged = desk.give(by, remove.clone());
        assert_eq!(cell(&judged), outcome, "{by:?} of {of:?}");
        if judged.is_ok() {
            assert_eq!(desk.give(by, remove), Err(RefusalCode::NoSecondFactor));
        }
    }
}

#[test]
fn where_it_is_demanded_an_admin_without_one_does_nothing_of_an_admins() {
    let mut desk = Desk::new();
    let (ada, boris) = (desk.ada, desk.boris);
    let demand = |of_admins| Command::DemandSecondFactor(DemandSecondFactor { of_admins });
    let admins = |desk: &Desk| Command::CloseDay(CloseDay { date: desk.today });
    // Who has none could not take the demand back.
    let needed = Err(RefusalCode::SecondFactorNeeded);
    assert_eq!(desk.give(ada, demand(true)), needed);
    set_factor(&mut desk, ada, 1).unwrap();
    desk.give(ada, demand(true)).unwrap();
    let close = admins(&desk);
    assert_eq!(desk.give(boris, close.clone()), needed);
    assert_eq!(desk.give(boris, demand(false)), needed);
    // What staff may do stays open to them, and so does setting one up.
    let customer_id = domain::ids::CustomerId(desk.id());
    let profile = Desk::profile(77);
    let record = RecordCustomer {
        customer_id,
        profile,
    };
    desk.give(boris, Command::RecordCustomer(record)).unwrap();
    set_factor(&mut desk, boris, 1).unwrap();
    desk.give(boris, close).unwrap();
    desk.give(boris, demand(false)).unwrap();
    let remove = RemoveSecondFactor { user_id: boris };
    desk.give(boris, Command::RemoveSecondFactor(remove))
        .unwrap();
    desk.give(
        boris,
        Command::SetHolidays(SetHolidays { holidays: vec![] }),
    )
    .unwrap();
}

#[test]
fn a_recovery_is_seen_until_another_person_closes_it() {
    let mut desk = Desk::new();
    let (ada, boris, cleo) = (desk.ada, desk.boris, desk.cleo);
    let recover = |desk: &mut Desk, user_id| {
        let code_print = "one".into();
        desk.tell(Internal::RecoverAccess {
            user_id,
            code_print,
        })
    };
    let waits = desk.sign_up("nora", "E-9", true);
    let second = desk.cleo_as_admin;
    assert_eq!(cell(&recover(&mut desk, cleo)), "!NotAnAdmin");
    assert_eq!(cell(&recover(&mut desk, waits)), "!AccountNotActive");
    set_factor(&mut desk, ada, 1).unwrap();
    let told = recover(&mut desk, ada);
    let expected = "access_recovered+second_factor_removed+finding_opened";
    assert_eq!(cell(&told), expected);
    assert_eq!(cell(&reset(&mut desk, ada, "one")), "password_reset");
    // Another time is another finding.
    assert_eq!(
        cell(&recover(&mut desk, second)),
        "access_recovered+finding_opened"
    );
    let open: Vec<(String, UserId)> = desk
        .world
        .findings
        .keys()
        .map(|id| {
            let of = domain::reconcile::Finding::user_of(id);
            (id.clone(), of.unwrap())
        })
        .collect();
    assert_eq!(open.len(), 2);
    for (finding_id, of) in open {
        let close = Command::ResolveFinding(ResolveFinding {
            finding_id,
            resolution: domain::reconcile::Resolution::Explained,
            note: Some("Ada forgot her password".into()),
        });
        assert_eq!(desk.give(of, close.clone()), Err(RefusalCode::OwnRequest));
        if let Command::ResolveFinding(mut silent) = close.clone() {
            silent.resolution = domain::reconcile::Resolution::Recalled;
            silent.note = None;
            let judged = desk.give(boris, Command::ResolveFinding(silent));
            assert_eq!(cell(&judged), "!FieldEmpty");
        }
        assert_eq!(cell(&desk.give(boris, close)), "finding_resolved");
    }
}

#[test]
fn nobody_leaves_the_branch_without_an_admin() {
    let mut desk = Desk::new();
    let (ada, boris, cleo) = (desk.ada, desk.boris, desk.cleo);
    let second = desk.cleo_as_admin;
    let nobody = UserId(desk.id());
    let set = |user_id, role| Command::SetRole(SetRole { user_id, role });
    let disable = |user_id| Command::DisableAccount(DisableAccount { user_id });
    let enable = |user_id| Command::EnableAccount(EnableAccount { user_id });
    for (by, command, outcome) in [
        (ada, set(ada, Role::Staff), "!OwnAccount"),
        (ada, disable(ada), "!OwnAccount"),
        // The same person's other account.
        (second, disable(cleo), "!OwnAccount"),
        (cleo, disable(boris), "!AdminOnly"),
        (ada, disable(nobody), "!UnknownUser"),
        (ada, set(cleo, Role::Staff), "!NothingChanges"),
        (ada, enable(cleo), "!NotDisabled"),
        (ada, disable(second), "account_disabled"),
        (ada, disable(second), "!AccountNotActive"),
        (ada, set(second, Role::Staff), "!AccountNotActive"),
        (second, disable(boris), "!AccountNotActive"),
        (ada, set(cleo, Role::Admin), "role_set"),
        (cleo, set(boris, Role::Staff), "role_set"),
        // Both demote the other at once: the second to be judged is no admin any more.
        (ada, set(cleo, Role::Staff), "role_set"),
        (cleo, set(ada, Role::Staff), "!AdminOnly"),
        (boris, set(ada, Role::Staff), "!AdminOnly"),
        (ada, enable(second), "account_enabled"),
        (second, set(ada, Role::Staff), "role_set"),
        (second, disable(second), "!OwnAccount"),
    ] {
        let kind = command.kind();
        let judged = desk.give(by, command);
        assert_eq!(cell(&judged), outcome, "{kind:?} by {by:?}");
        let admins = desk.world.users.values();
        let admins = admins.filter(|user| user.active_role() == Some(Role::Admin));
        assert!(admins.count() > 0);
    }
}
