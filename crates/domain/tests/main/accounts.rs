//! Accounts: what takes the password again, and what failing to give it costs.

use crate::desk::*;
use domain::account::{FAILURES_TO_LOCK, LOCK_MS};
use domain::actor::Actor;
use domain::command::*;
use domain::event::Event;
use domain::refusal::RefusalCode;

/// Written out: a kind that decides on what somebody else asked for must not slip off the list.
const DECISIONS: &[CommandKind] = &[
    CommandKind::ApproveApplication,
    CommandKind::RejectApplication,
    CommandKind::ApproveDraw,
    CommandKind::DeclineDraw,
    CommandKind::DeclineCancellation,
    CommandKind::ApproveAccount,
    CommandKind::DeclineAccount,
    CommandKind::UnlockAccount,
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
