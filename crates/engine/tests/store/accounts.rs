//! Who may do what with which password: deciding takes it again, guessing it locks.

use crate::branch::*;
use domain::account::{FAILURES_TO_LOCK, LOCK_MS, RESET_CODE_MS, Role};
use domain::command::*;
use domain::date::UtcMillis;
use domain::ids::{CommandId, UserId};
use domain::reconcile::{FindingClass, Resolution};
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::{BeginSecondFactor, ChangePassword, ConfirmSecondFactor, Fresh, ResetPassword};
use engine::Engine;
use engine::backup::{backup, restore};
use engine::sessions::{PROOF_MS, Token};
use engine::totp;
use engine::verify::verify;
use uuid::Uuid;
use zeroize::Zeroizing;

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
    sign_in_by(engine, login, password, None).await
}

async fn sign_in_by(
    engine: &Engine,
    login: &str,
    password: &str,
    code: Option<&str>,
) -> Result<Token, ApiError> {
    let form = domain::view::SignIn {
        login: login.to_owned(),
        password: password.to_owned(),
        code: code.map(ToOwned::to_owned),
    };
    engine.sign_in(form).await.map(|(token, _)| token)
}

/// The code as the admin is shown it, and the submission it came with.
async fn issued(branch: &Branch, user_id: UserId) -> (String, Submission) {
    let issue = IssueResetCode {
        user_id,
        code_print: String::new(),
    };
    let command = Command::IssueResetCode(issue);
    prove(&branch.engine, &branch.admin, PASSWORD, &command)
        .await
        .unwrap();
    let submission = Submission {
        id: CommandId(Uuid::now_v7()),
        command,
    };
    let told = branch
        .engine
        .submit(&branch.admin, submission.clone())
        .await;
    match told.unwrap().fresh {
        Fresh::ResetCode(shown) => (shown.code, submission),
        other => panic!("no code: {other:?}"),
    }
}

async fn reset(engine: &Engine, login: &str, code: &str, password: &str) -> Result<(), ApiError> {
    let form = ResetPassword {
        id: CommandId(Uuid::now_v7()),
        login: login.to_owned(),
        code: code.to_owned(),
        password: password.to_owned(),
    };
    engine.reset_password(form).await
}

const ANOTHER: &str = "nine slow barges at noon";

#[tokio::test]
async fn a_reset_code_is_shown_once_and_opens_once() {
    let branch = Branch::open().await;
    let engine = &branch.engine;
    let tomas = engine.reader().user_id("tomas").await.unwrap();
    let (code, submission) = issued(&branch, tomas).await;

    // The same submission again is answered from its receipt, without a code.
    let again = engine.submit(&branch.admin, submission).await.unwrap();
    assert_eq!(again.fresh, Fresh::Nothing);
    // And the code stands nowhere: not in the file, not in its log.
    let bytes = std::fs::read(branch.store_path()).unwrap();
    let wal = std::fs::read(branch.store_path().with_extension("db-wal")).unwrap();
    let bare = code.replace('-', "");
    for needle in [code.as_bytes(), bare.as_bytes()] {
        for hay in [&bytes, &wal] {
            assert!(!hay.windows(needle.len()).any(|window| window == needle));
        }
    }

    let not_right = ErrorCode::Refused(RefusalCode::ResetCodeWrong);
    let code_of = |told: Result<(), ApiError>| told.unwrap_err().code;
    assert_eq!(
        code_of(reset(engine, "tomas", "00000-00000", ANOTHER).await),
        not_right
    );
    assert_eq!(failures(engine, "tomas").await, 1, "a wrong code counts");
    assert_eq!(
        code_of(reset(engine, "nobody", &code, ANOTHER).await),
        not_right
    );
    assert_eq!(
        code_of(reset(engine, "amara", &code, ANOTHER).await),
        not_right
    );
    let weak = reset(engine, "tomas", &code, "tomas lindqvist 99").await;
    assert_eq!(code_of(weak), ErrorCode::Fault(FaultCode::WeakPassword));

    // Typed by hand, in small letters; every session of the account is over.
    engine.session(&branch.teller).await.unwrap();
    reset(
        engine,
        "tomas",
        &code.to_lowercase().replace('-', " "),
        ANOTHER,
    )
    .await
    .unwrap();
    let ended = engine.session(&branch.teller).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::Fault(FaultCode::SessionEnded));
    engine.session(&branch.admin).await.unwrap();
    assert_eq!(
        code_of(reset(engine, "tomas", &code, PASSWORD).await),
        not_right
    );
    let old = sign_in_with(engine, "tomas", PASSWORD).await.unwrap_err();
    assert_eq!(old.code, ErrorCode::Fault(FaultCode::WrongCredentials));
    sign_in_with(engine, "tomas", ANOTHER).await.unwrap();

    let mut connection = engine.orders().pool().acquire().await.unwrap();
    let report = verify(&mut connection, engine.orders().store_key()).await;
    assert_eq!(report.findings, vec![]);
    drop(connection);
    branch.engine.stop().await;
}

#[tokio::test]
async fn a_reset_code_ends_after_a_day_also_over_a_restart() {
    let branch = Branch::open().await;
    let tomas = branch.engine.reader().user_id("tomas").await.unwrap();
    let (code, _) = issued(&branch, tomas).await;
    let start = branch.clock.now();
    let branch = restarted(branch).await;
    let (engine, clock) = (&branch.engine, &branch.clock);
    clock.set(start.plus_ms(RESET_CODE_MS));
    let late = reset(engine, "tomas", &code, ANOTHER).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::Refused(RefusalCode::ResetCodeWrong));
    clock.set(start.plus_ms(RESET_CODE_MS - 1));
    reset(engine, "tomas", &code, ANOTHER).await.unwrap();
    sign_in_with(engine, "tomas", ANOTHER).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_and_ends_every_other_session() {
    let branch = Branch::open().await;
    let engine = &branch.engine;
    let elsewhere = sign_in_with(engine, "tomas", PASSWORD).await.unwrap();
    let changing = |id: CommandId, current: &str, password: &str| {
        let form = ChangePassword {
            id,
            current: current.to_owned(),
            password: password.to_owned(),
        };
        engine.change_password(&branch.teller, form)
    };
    let new = || CommandId(Uuid::now_v7());
    let at = |told: Result<(), ApiError>, code: ErrorCode, field: &str| {
        let error = told.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (code, Some(field)));
    };
    let weak = ErrorCode::Fault(FaultCode::WeakPassword);
    let not_right = ErrorCode::Fault(FaultCode::WrongCredentials);
    let same = ErrorCode::Refused(RefusalCode::NothingChanges);

    // What is wrong with the new one uses up no try at the old one.
    at(changing(new(), WRONG, "short").await, weak, "password");
    let named = changing(new(), WRONG, "tomas lindqvist 99").await;
    at(named, weak, "password");
    at(changing(new(), PASSWORD, PASSWORD).await, same, "password");
    assert_eq!(failures(engine, "tomas").await, 0);
    at(changing(new(), WRONG, ANOTHER).await, not_right, "current");
    assert_eq!(failures(engine, "tomas").await, 1, "a wrong one counts");
    engine.session(&elsewhere).await.unwrap();
    sign_in_with(engine, "tomas", PASSWORD).await.unwrap();

    let id = new();
    changing(id, PASSWORD, ANOTHER).await.unwrap();
    let ended = engine.session(&elsewhere).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::Fault(FaultCode::SessionEnded));
    engine.session(&branch.teller).await.unwrap();
    engine.session(&branch.admin).await.unwrap();
    // The same submission again, after an answer that did not arrive: done already, no failure.
    changing(id, PASSWORD, ANOTHER).await.unwrap();
    assert_eq!(failures(engine, "tomas").await, 0);
    let old = sign_in_with(engine, "tomas", PASSWORD).await.unwrap_err();
    assert_eq!(old.code, not_right);
    sign_in_with(engine, "tomas", ANOTHER).await.unwrap();

    // Whoever guesses here is locked out as at the door.
    while failures(engine, "tomas").await < FAILURES_TO_LOCK {
        let wait = domain::account::wait_after_failures_ms(failures(engine, "tomas").await);
        branch.clock.set(branch.clock.now().plus_ms(wait));
        // A guess keeps the session awake.
        at(changing(new(), WRONG, PASSWORD).await, not_right, "current");
    }
    let locked = ErrorCode::Refused(RefusalCode::AccountLocked);
    at(changing(new(), ANOTHER, PASSWORD).await, locked, "current");

    let mut connection = engine.orders().pool().acquire().await.unwrap();
    let report = verify(&mut connection, engine.orders().store_key()).await;
    assert_eq!(report.findings, vec![]);
    drop(connection);
    branch.engine.stop().await;
}

/// RFC 4648, as an authenticator reads it.
fn from_base32(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.chars() {
        let five = u32::try_from(letters.find(letter).unwrap()).unwrap();
        (bits, count) = ((bits << 5) | five, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 255).unwrap());
        }
    }
    bytes
}

/// What the authenticator shows now.
fn shows(secret: &[u8], branch: &Branch) -> String {
    let step = u64::try_from(branch.clock.now().0 / 30_000).unwrap();
    totp::code(secret, step).to_string()
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_was_confirmed_and_each_code_once() {
    let mut branch = Branch::open().await;
    let engine = &branch.engine;
    let begin = |password: &str| {
        let password = password.to_owned();
        engine.begin_second_factor(&branch.teller, BeginSecondFactor { password })
    };
    let confirm = |code: &str| {
        let code = code.to_owned();
        engine.confirm_second_factor(&branch.teller, ConfirmSecondFactor { code })
    };
    let code_of = |told: Result<Token, ApiError>| {
        let error = told.unwrap_err();
        assert_eq!(error.field.as_deref(), Some("code"), "{error}");
        error.code
    };
    let (needed, not_right) = (
        ErrorCode::Refused(RefusalCode::CodeNeeded),
        ErrorCode::Refused(RefusalCode::CodeWrong),
    );
    assert!(confirm("123456").await.is_err(), "nothing was begun");
    wrong(begin(WRONG).await.map(|_| ()));
    let view = begin(PASSWORD).await.unwrap();
    let secret = from_base32(&view.secret);
    assert_eq!(secret.len(), 20);
    assert!(view.uri.contains(&view.secret), "{}", view.uri);
    let early = confirm("000000").await.unwrap_err();
    assert_eq!(early.code, not_right);
    assert_eq!(failures(engine, "tomas").await, 1, "a wrong code counts");
    // Not in use before it was confirmed.
    sign_in_with(engine, "tomas", PASSWORD).await.unwrap();
    let first = shows(&secret, &branch);
    confirm(&first).await.unwrap();
    assert!(confirm(&first).await.is_err(), "it is in use already");

    assert_eq!(
        code_of(sign_in_with(engine, "tomas", PASSWORD).await),
        needed
    );
    assert_eq!(
        failures(engine, "tomas").await,
        0,
        "being asked is no failure"
    );
    // A wrong password is told before any code is looked at.
    branch.clock.set(branch.clock.now().plus_ms(30_000));
    let second = shows(&secret, &branch);
    let told = sign_in_by(engine, "tomas", WRONG, Some(&second)).await;
    let code = ErrorCode::Fault(FaultCode::WrongCredentials);
    assert_eq!(told.unwrap_err().code, code);
    // The one it was confirmed with is used up, though its time is not quite over.
    let told = sign_in_by(engine, "tomas", PASSWORD, Some(&first)).await;
    assert_eq!(code_of(told), not_right);
    sign_in_by(engine, "tomas", PASSWORD, Some(&second))
        .await
        .unwrap();
    let told = sign_in_by(engine, "tomas", PASSWORD, Some(&second)).await;
    assert_eq!(code_of(told), not_right);
    let bytes = std::fs::read(branch.store_path()).unwrap();
    let wal = std::fs::read(branch.store_path().with_extension("db-wal")).unwrap();
    for needle in [&secret[..], view.secret.as_bytes()] {
        for hay in [&bytes, &wal] {
            assert!(!hay.windows(needle.len()).any(|window| window == needle));
        }
    }

    // Nor does a restart make it good again.
    branch = restarted(branch).await;
    let engine = &branch.engine;
    let told = sign_in_by(engine, "tomas", PASSWORD, Some(&second)).await;
    assert_eq!(code_of(told), not_right);
    // Wrong codes lock as wrong passwords do.
    while failures(engine, "tomas").await < FAILURES_TO_LOCK {
        let wait = domain::account::wait_after_failures_ms(failures(engine, "tomas").await);
        branch.clock.set(branch.clock.now().plus_ms(wait));
        let told = sign_in_by(engine, "tomas", PASSWORD, Some("000000")).await;
        assert_eq!(code_of(told), not_right);
    }
    branch.clock.set(branch.clock.now().plus_ms(60_000));
    let right = shows(&secret, &branch);
    let locked = sign_in_by(engine, "tomas", PASSWORD, Some(&right)).await;
    let code = ErrorCode::Refused(RefusalCode::AccountLocked);
    assert_eq!(locked.unwrap_err().code, code);
    engine.stop().await;
}

async fn restarted(branch: Branch) -> Branch {
    let (admin, teller) = (branch.admin, branch.teller);
    let (folder, clock) = (branch.folder, branch.clock);
    branch.engine.stop().await;
    // The folder is locked for as long as an engine of it lives.
    drop(branch.engine);
    let engine = Engine::open(options(&folder.path().join("data"), &clock))
        .await
        .unwrap();
    Branch {
        engine,
        folder,
        clock,
        admin,
        teller,
    }
}

#[tokio::test]
async fn recovered_access_opens_the_account_and_is_seen() {
    let branch = Branch::open().await;
    let engine = &branch.engine;
    let staff = engine.recover("tomas").await.unwrap_err();
    assert_eq!(staff.code, ErrorCode::Refused(RefusalCode::NotAnAdmin));
    let nobody = engine.recover("nobody").await.unwrap_err();
    assert_eq!(nobody.code, ErrorCode::Fault(FaultCode::NotFound));

    let shown = engine.recover("amara").await.unwrap();
    let ended = engine.session(&branch.admin).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::Fault(FaultCode::SessionEnded));
    reset(engine, "amara", &shown.code, ANOTHER).await.unwrap();
    let admin = sign_in_with(engine, "amara", ANOTHER).await.unwrap();
    let attention = engine.attention(&admin).await.unwrap();
    let [finding] = &attention.findings[..] else {
        panic!("one finding: {:?}", attention.findings);
    };
    assert_eq!(finding.class, FindingClass::AccessRecovered);
    let close = Command::ResolveFinding(ResolveFinding {
        finding_id: finding.id.clone(),
        resolution: Resolution::Explained,
        note: Some("It was me".to_owned()),
    });
    prove(engine, &admin, ANOTHER, &close).await.unwrap();
    let own = submit_bare(engine, &admin, close).await.unwrap_err();
    assert_eq!(own.code, ErrorCode::Refused(RefusalCode::OwnRequest));
    engine.stop().await;
}

#[tokio::test]
async fn a_password_is_hashed_again_once_hashes_are_dearer() {
    let branch = Branch::open().await;
    let (folder, clock) = (branch.folder, branch.clock);
    let before = hashed(&branch.engine).await;
    sign_in_with(&branch.engine, "amara", PASSWORD)
        .await
        .unwrap();
    assert_eq!(
        hashed(&branch.engine).await,
        before,
        "as dear as is asked for"
    );
    branch.engine.stop().await;
    drop(branch.engine);

    let mut dearer = options(&folder.path().join("data"), &clock);
    dearer.hash_cost.passes += 1;
    let engine = Engine::open(dearer).await.unwrap();
    assert!(sign_in_with(&engine, "amara", WRONG).await.is_err());
    assert_eq!(
        hashed(&engine).await,
        before,
        "a wrong password is not hashed"
    );
    sign_in_with(&engine, "amara", PASSWORD).await.unwrap();
    let after = hashed(&engine).await;
    assert_ne!(after, before);
    assert!(after.contains("t=3"), "{after}");
    sign_in_with(&engine, "amara", PASSWORD).await.unwrap();
    assert_eq!(hashed(&engine).await, after);
    let mut connection = engine.orders().pool().acquire().await.unwrap();
    let report = verify(&mut connection, engine.orders().store_key()).await;
    assert_eq!(report.findings, vec![]);
    drop(connection);
    engine.stop().await;
}

async fn hashed(engine: &Engine) -> String {
    let facts = engine.reader().sign_in_facts("amara").await.unwrap();
    facts.unwrap().phc
}

/// Whoever guesses at one account, as fast as the answers come and for six hours: the program is
/// stopped and started again, and the clock set back, as often as they like.
#[tokio::test]
async fn no_half_hour_sees_more_than_ten_guesses() {
    let mut branch = Branch::open().await;
    let start = branch.clock.now();
    let mut judged = Vec::new();
    let (mut now, mut round) = (start, 0_u32);
    while now.since(start) < 6 * 60 * 60 * 1_000 {
        round += 1;
        branch.clock.set(now);
        let told = sign_in_with(&branch.engine, "tomas", WRONG).await;
        match told.unwrap_err().code {
            ErrorCode::Fault(FaultCode::WrongCredentials) => judged.push(now),
            ErrorCode::Refused(RefusalCode::AccountLocked) => {}
            other => panic!("{other:?}"),
        }
        if round.is_multiple_of(40) {
            branch = restarted(branch).await;
        }
        if round.is_multiple_of(25) {
            // Set back, and a guess there, gains nothing.
            branch.clock.set(now.plus_ms(-2 * 60 * 60 * 1_000));
            let back = sign_in_with(&branch.engine, "tomas", WRONG).await;
            let back = back.unwrap_err().code;
            if back == ErrorCode::Fault(FaultCode::WrongCredentials) {
                judged.push(now);
            }
        }
        now = now.plus_ms(if judged.len() < 10 { 500 } else { 20_000 });
    }
    assert!(judged.len() >= 10, "{}", judged.len());
    for (place, first) in judged.iter().enumerate() {
        let within = judged[place..]
            .iter()
            .filter(|at| at.since(*first) < LOCK_MS)
            .count();
        assert!(within <= 10, "{within} guesses within half an hour");
    }
    branch.engine.stop().await;
}

#[tokio::test]
async fn a_role_that_changes_ends_the_sessions_it_touches_at_once() {
    let branch = Branch::open().await;
    let (engine, admin) = (&branch.engine, &branch.admin);
    let user_id = engine.reader().user_id("tomas").await.unwrap();
    let over = ErrorCode::Fault(FaultCode::SessionEnded);
    let mut token = branch.teller.clone();
    let set = |role| Command::SetRole(SetRole { user_id, role });
    for command in [
        set(Role::Admin),
        set(Role::Staff),
        Command::DisableAccount(DisableAccount { user_id }),
    ] {
        engine.session(&token).await.unwrap();
        let kind = command.kind();
        submit(engine, admin, command).await.unwrap();
        let ended = engine.session(&token).await.unwrap_err();
        assert_eq!(ended.code, over, "{kind:?}");
        engine.session(admin).await.unwrap();
        let again = sign_in_with(engine, "tomas", PASSWORD).await;
        if kind == CommandKind::DisableAccount {
            let not_active = ErrorCode::Refused(RefusalCode::AccountNotActive);
            assert_eq!(again.unwrap_err().code, not_active);
        } else {
            token = again.unwrap();
        }
    }
    let enable = Command::EnableAccount(EnableAccount { user_id });
    submit(engine, admin, enable).await.unwrap();
    sign_in_with(engine, "tomas", PASSWORD).await.unwrap();
    engine.stop().await;
}

/// Nearly all of the time of an answer is its hash: the same number of them is the same time.
#[tokio::test]
async fn an_unknown_name_costs_what_a_wrong_password_and_a_wrong_code_cost() {
    let branch = Branch::open().await;
    let engine = &branch.engine;
    let mut told = Vec::new();
    for (login, password) in [("nobody", WRONG), ("tomas", WRONG)] {
        let before = engine.passwords().runs();
        let error = sign_in_with(engine, login, password).await.unwrap_err();
        told.push((engine.passwords().runs() - before, error));
    }
    assert_eq!(told[0], told[1], "the same words, too");
    assert_eq!(told[0].0, 1);
    issued(&branch, engine.reader().user_id("tomas").await.unwrap()).await;
    let mut told = Vec::new();
    for login in ["nobody", "tomas", "amara"] {
        let before = engine.passwords().runs();
        let error = reset(engine, login, "00000", ANOTHER).await.unwrap_err();
        told.push((engine.passwords().runs() - before, error));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    assert_eq!(told[0].0, 1);
    engine.stop().await;
}

#[tokio::test]
async fn another_passphrase_opens_the_same_store_and_the_old_one_does_not() {
    const NEW: &str = "a kettle, a drum and no bell";
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoe", "Adler", "123456789").await;
    let engine = &branch.engine;
    let before = branch.folder.path().join("before.db");
    backup(&branch.data_dir(), &before).await.unwrap();
    let short = Zeroizing::new("eleven char".to_owned());
    let short = engine.change_passphrase(short).await.unwrap_err();
    assert_eq!(short.code, ErrorCode::Fault(FaultCode::WeakPassword));
    let new = Zeroizing::new(NEW.to_owned());
    engine.change_passphrase(new).await.unwrap();
    let told = "select count(*) from events where type = 'passphrase_changed'";
    let told: i64 = sqlx::query_scalar(told)
        .fetch_one(engine.orders().pool())
        .await
        .unwrap();
    assert_eq!(told, 1);
    let (folder, clock) = (branch.folder, branch.clock);
    branch.engine.stop().await;
    drop(branch.engine);

    let data_dir = folder.path().join("data");
    let old = Engine::open(options(&data_dir, &clock)).await;
    assert!(old.is_err(), "the old one opens nothing");
    let with_new = |data_dir| {
        let mut options = options(data_dir, &clock);
        options.passphrase = Zeroizing::new(NEW.to_owned());
        options
    };
    let engine = Engine::open(with_new(&data_dir)).await.unwrap();
    let teller = sign_in_with(&engine, "tomas", PASSWORD).await.unwrap();
    let viewer = engine.viewer(&teller).await.unwrap();
    let shown = engine.reader().customer(&viewer, zoe).await.unwrap();
    assert_eq!(shown.row.name, "Zoe Adler");
    let mut connection = engine.orders().pool().acquire().await.unwrap();
    let report = verify(&mut connection, engine.orders().store_key()).await;
    assert_eq!(report.findings, vec![]);
    drop(connection);
    engine.stop().await;

    // What was copied before is as it was then.
    let restored = folder.path().join("restored");
    restore(&before, &restored, PASSPHRASE, false)
        .await
        .unwrap();
    assert!(Engine::open(with_new(&restored)).await.is_err());
    Engine::open(options(&restored, &clock))
        .await
        .unwrap()
        .stop()
        .await;
}

fn pass(branch: &Branch, ms: i64) {
    branch.clock.set(UtcMillis(branch.clock.now().0 + ms));
}

#[tokio::test]
async fn what_befell_an_account_is_told_at_its_next_sign_in_and_only_then() {
    let branch = Branch::open().await;
    let engine = &branch.engine;
    let tomas = engine.reader().user_id("tomas").await.unwrap();
    let first = engine.session(&branch.teller).await.unwrap();
    assert_eq!(first.last_time, None, "there was no time before");

    let sign_in = async |password: &str| {
        let form = domain::view::SignIn {
            login: "tomas".to_owned(),
            password: password.to_owned(),
            code: None,
        };
        engine.sign_in(form).await
    };
    let began = branch.clock.now();
    pass(&branch, 60_000);
    let (_, quiet) = sign_in(PASSWORD).await.unwrap();
    let last = quiet.last_time.unwrap();
    assert_eq!(last.signed_in_at, began);
    assert_eq!((last.wrong_passwords, last.last_wrong_at), (0, None));
    assert_eq!(
        last.changes,
        vec![],
        "an approval before the first sign-in is none"
    );

    // Somebody guesses, twice; an admin makes the teller an admin, lets them set a new password,
    // and somebody does, after one wrong code. What befalls another account is not told.
    for _ in 0..2 {
        pass(&branch, 5_000);
        sign_in(WRONG).await.unwrap_err();
    }
    let guess = domain::view::SignIn {
        login: "amara".to_owned(),
        password: WRONG.to_owned(),
        code: None,
    };
    engine.sign_in(guess).await.unwrap_err();
    let raised = SetRole {
        user_id: tomas,
        role: Role::Admin,
    };
    branch.admin_does(Command::SetRole(raised)).await.unwrap();
    let (code, _) = issued(&branch, tomas).await;
    pass(&branch, 5_000);
    let last_wrong_at = branch.clock.now();
    reset(engine, "tomas", "00000-00000", ANOTHER)
        .await
        .unwrap_err();
    pass(&branch, 30_000);
    reset(engine, "tomas", &code, ANOTHER).await.unwrap();

    let (token, told) = sign_in(ANOTHER).await.unwrap();
    let last = told.last_time.clone().unwrap();
    assert_eq!(last.signed_in_at.0, began.0 + 60_000);
    assert_eq!(last.wrong_passwords, 3);
    assert_eq!(last.last_wrong_at, Some(last_wrong_at));
    let changes: Vec<_> = last
        .changes
        .iter()
        .map(|row| (row.event_type.as_str(), row.actor_name.as_str()))
        .collect();
    let by_whom = [
        ("password_reset", "Branchline"),
        ("reset_code_issued", "Amara Okafor"),
        ("role_set", "Amara Okafor"),
    ];
    assert_eq!(changes, by_whom);
    // The page may ask again who is there: it is told the same.
    assert_eq!(engine.session(&token).await.unwrap(), told);

    // It was told.
    let (_, calm) = sign_in(ANOTHER).await.unwrap();
    let last = calm.last_time.unwrap();
    assert_eq!((last.wrong_passwords, last.changes), (0, vec![]));
}
