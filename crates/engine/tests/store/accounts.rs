//! Who may do what with which password: deciding takes it again, guessing it locks.

use crate::branch::*;
use domain::account::{FAILURES_TO_LOCK, LOCK_MS, Role};
use domain::command::*;
use domain::ids::UserId;
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use engine::Engine;
use engine::sessions::{PROOF_MS, Token};

const WRONG: &str = "violet kettle eighteen";

/// Somebody who waits, and the command that lets them in.
async fn waiting(branch: &Branch, number: u32) -> (UserId, Command) {
    let (login, employee_number) = (format!("waits-{number}"), format!("W-{number}"));
    let (user_id, _) = sign_up(
        &branch.engine,
        &login,
        "Wim Waiting",
        &employee_number,
        false,
    )
    .await;
    let approve = ApproveAccount {
        user_id,
        employee_number,
        role: Role::Staff,
    };
    (user_id, Command::ApproveAccount(approve))
}

fn refused(told: Result<(), ApiError>, code: RefusalCode) {
    let error = told.unwrap_err();
    assert_eq!(error.code, ErrorCode::Refused(code), "{error}");
    assert_eq!(error.field.as_deref(), Some("password"));
}

fn wrong(told: Result<(), ApiError>) {
    let error = told.unwrap_err();
    let code = ErrorCode::Fault(FaultCode::WrongCredentials);
    assert_eq!(error.code, code, "{error}");
    assert_eq!(error.field.as_deref(), Some("password"));
}

async fn failures(engine: &Engine, login: &str) -> u32 {
    let facts = engine.reader().sign_in_facts(login).await.unwrap();
    facts.unwrap().user.failures
}

#[tokio::test]
async fn deciding_takes_the_password_again_for_this_very_command() {
    let branch = Branch::open().await;
    let (engine, admin) = (&branch.engine, &branch.admin);
    let (_, approve) = waiting(&branch, 1).await;
    let (_, other) = waiting(&branch, 2).await;
    let needed = RefusalCode::PasswordNeeded;

    refused(submit_bare(engine, admin, approve.clone()).await, needed);
    // A wrong one opens nothing, nor does the right one of somebody else's session.
    wrong(prove(engine, admin, WRONG, &approve).await);
    refused(submit_bare(engine, admin, approve.clone()).await, needed);
    prove(engine, &branch.teller, PASSWORD, &approve)
        .await
        .unwrap();
    refused(submit_bare(engine, admin, approve.clone()).await, needed);
    // Nor the right one for something else, or too long ago.
    prove(engine, admin, PASSWORD, &other).await.unwrap();
    refused(submit_bare(engine, admin, approve.clone()).await, needed);
    prove(engine, admin, PASSWORD, &approve).await.unwrap();
    branch.clock.set(branch.clock.now().plus_ms(PROOF_MS));
    refused(submit_bare(engine, admin, approve.clone()).await, needed);

    prove(engine, admin, PASSWORD, &approve).await.unwrap();
    submit_bare(engine, admin, approve.clone()).await.unwrap();
    // It was for once.
    refused(submit_bare(engine, admin, approve).await, needed);

    let events = engine.reader().events(None, None, 100).await.unwrap();
    let logged = events
        .rows
        .iter()
        .filter(|row| row.sentence.contains(needed.words()));
    assert_eq!(logged.count(), 6, "each refusal is in the log");
    engine.stop().await;
}

#[tokio::test]
async fn guessing_in_a_session_counts_and_locks_as_at_the_door() {
    let branch = Branch::open().await;
    let (engine, admin) = (&branch.engine, &branch.admin);
    let (_, approve) = waiting(&branch, 1).await;
    // Failures that the right password follows are forgotten.
    wrong(prove(engine, admin, WRONG, &approve).await);
    assert_eq!(failures(engine, "amara").await, 1);
    prove(engine, admin, PASSWORD, &approve).await.unwrap();
    assert_eq!(failures(engine, "amara").await, 0);

    let mut tries = 0;
    while failures(engine, "amara").await < FAILURES_TO_LOCK {
        wrong(prove(engine, admin, WRONG, &approve).await);
        tries += 1;
        // Too soon after the third: not even looked at.
        if tries >= 3 {
            let too_soon = prove(engine, admin, PASSWORD, &approve).await;
            refused(too_soon, RefusalCode::AccountLocked);
        }
        let wait = domain::account::wait_after_failures_ms(tries);
        if tries < FAILURES_TO_LOCK {
            branch.clock.set(branch.clock.now().plus_ms(wait));
        }
    }
    assert_eq!(tries, FAILURES_TO_LOCK);
    // Locked is locked, in a session and at the door, for as long as it takes.
    branch.clock.set(branch.clock.now().plus_ms(4 * 60_000));
    let locked = prove(engine, admin, PASSWORD, &approve).await;
    refused(locked, RefusalCode::AccountLocked);
    let door = sign_in_with(engine, "amara", PASSWORD).await;
    assert_eq!(
        door.unwrap_err().code,
        ErrorCode::Refused(RefusalCode::AccountLocked)
    );
    branch.clock.set(branch.clock.now().plus_ms(LOCK_MS));
    let admin = sign_in_with(engine, "amara", PASSWORD).await.unwrap();
    prove(engine, &admin, PASSWORD, &approve).await.unwrap();
    engine.stop().await;
}

/// Many guesses that are under way at once are judged one after another: no more of them are
/// answered than one after another would be, and the right one among them opens nothing then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_guesses_is_no_way_round() {
    let branch = Branch::open().await;
    let (_, approve) = waiting(&branch, 1).await;
    let (engine, admin) = (&branch.engine, &branch.admin);
    let guesses = (0..12).map(|_| prove(engine, admin, WRONG, &approve));
    let told = join_all(guesses).await;
    let answered = told
        .iter()
        .filter(|told| {
            let code = told.as_ref().unwrap_err().code;
            code == ErrorCode::Fault(FaultCode::WrongCredentials)
        })
        .count();
    assert_eq!(answered, 3, "the fourth has to wait");
    refused(
        prove(engine, admin, PASSWORD, &approve).await,
        RefusalCode::AccountLocked,
    );
    engine.stop().await;
}

async fn join_all<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut told: Vec<Option<T>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (one, answer) in all.iter_mut().zip(&mut told) {
            if answer.is_none()
                && let std::task::Poll::Ready(found) = one.as_mut().poll(context)
            {
                *answer = Some(found);
            }
        }
        match told.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    told.into_iter().flatten().collect()
}

async fn sign_in_with(engine: &Engine, login: &str, password: &str) -> Result<Token, ApiError> {
    let form = domain::view::SignIn {
        login: login.to_owned(),
        password: password.to_owned(),
    };
    engine.sign_in(form).await.map(|(token, _)| token)
}
