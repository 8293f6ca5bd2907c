//! Who becomes what, when many try at once, and when somebody lies about it.

use domain::account::Role;
use domain::change::LineChange;
use domain::command::*;
use domain::ids::*;
use domain::refusal::{ErrorCode, FaultCode, RefusalCode};
use domain::view::SignedUp;
use serde_json::{Value, json};
use std::sync::Arc;
use stories::branch::paper::*;
use stories::branch::{self, Branch, Folder, Outside, people};
use stories::proof;
use uuid::Uuid;

/// Two hundred people claim the fresh store at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_flagged_sign_ups_make_one_admin() {
    const PEOPLE: usize = 200;
    let rounds = proof::count(1, 5);
    for _ in 0..rounds {
        let folder = Folder::new();
        let engine = engine::Engine::open(branch::options(folder.path(), None))
            .await
            .unwrap();
        let engine = Arc::new(engine);
        let barrier = Arc::new(tokio::sync::Barrier::new(PEOPLE));
        let mut under_way = tokio::task::JoinSet::new();
        for number in 0..PEOPLE {
            let (engine, barrier) = (engine.clone(), barrier.clone());
            under_way.spawn(async move {
                let login = format!("claimant-{number:03}");
                let form = people::sign_up_form(&login, &format!("R-{number:03}"), true);
                barrier.wait().await;
                (login, engine.sign_up(form).await.unwrap())
            });
        }
        let answers: Vec<(String, SignedUp)> = under_way.join_all().await;
        let admins: Vec<&String> = answers
            .iter()
            .filter(|(_, signed_up)| signed_up.active)
            .map(|(login, _)| login)
            .collect();
        assert_eq!(admins.len(), 1, "{admins:?} were told that they are admins");

        // What the store says, and what the others get.
        let mut outside = Outside::open(folder.path()).await;
        assert_eq!(
            outside
                .number("select count(*) from users where state = 'active'")
                .await,
            1
        );
        assert_eq!(
            outside
                .number("select count(*) from users where role = 'admin'")
                .await,
            1
        );
        assert_eq!(
            outside.number("select count(*) from users").await,
            PEOPLE as i64
        );
        assert_eq!(
            outside
                .number("select count(*) from events where type = 'account_approved'")
                .await,
            1
        );
        outside.close().await;
        let loser = answers
            .iter()
            .find(|(_, signed_up)| !signed_up.active)
            .map(|(login, _)| login)
            .unwrap();
        let form = domain::view::SignIn {
            login: loser.clone(),
            password: people::password(loser),
            code: None,
        };
        let error = engine.sign_in(form).await.unwrap_err();
        assert_eq!(
            error.code,
            ErrorCode::Refused(RefusalCode::AccountNotActive)
        );
        engine.stop().await;
    }
    let how_many = format!("{rounds} × {PEOPLE} sign-ups");
    proof::proved(
        "race",
        "concurrent flagged sign-ups make exactly one admin",
        &how_many,
        "–",
    )
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_sign_up_twice_is_one_account() {
    let branch = Branch::found(None).await;
    let form = people::sign_up_form("carol", "E-004", true);
    let (first, second) = tokio::join!(
        branch.engine.sign_up(form.clone()),
        branch.engine.sign_up(form.clone())
    );
    assert_eq!(first.unwrap(), second.unwrap());
    let mut other = form.clone();
    other.password = "another nine words of the harbour".to_owned();
    let reused = branch.engine.sign_up(other).await.unwrap_err();
    assert_eq!(reused.code, ErrorCode::Fault(FaultCode::IdReused));
    let mut taken = people::sign_up_form("carol", "E-005", false);
    taken.password = form.password;
    assert_eq!(
        branch.engine.sign_up(taken).await.unwrap_err().code,
        ErrorCode::Refused(RefusalCode::LoginTaken)
    );
    branch.verify_clean().await;
    branch.engine.stop().await;
}

/// Staff asking for what only admins may do is refused by name, and the log remembers it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_giving_an_admins_command_is_refused_and_logged() {
    let branch = Branch::found(None).await;
    let (customer_id, _) = branch.customer(1).await;
    let line_id = LineId(Uuid::now_v7());
    let seen = branch
        .line_after(
            &branch.boris,
            take_application(line_id, customer_id, branch.product_id, 50_000),
        )
        .await
        .version;
    let waiting = people::sign_up_form("dora", "E-009", true);
    let waiting_id = waiting.user_id;
    branch.engine.sign_up(waiting).await.unwrap();
    let draw_id = MovementId(Uuid::now_v7());
    let product = branch
        .engine
        .reader()
        .product(branch.product_id)
        .await
        .unwrap();
    let account = |role| ApproveAccount {
        user_id: waiting_id,
        employee_number: "E-009".to_owned(),
        role,
    };
    let commands = [
        approve(line_id, seen, 50_000),
        reject(line_id, seen, &[RejectionReason::NoCreditFile]),
        Command::ApproveDraw(ApproveDraw { line_id, draw_id }),
        Command::DeclineDraw(DeclineDraw {
            line_id,
            draw_id,
            reason: "No".to_owned(),
        }),
        Command::BreakGlass(BreakGlass {
            line_id,
            draw_id,
            reason: "Nobody is there".to_owned(),
        }),
        Command::DeclineCancellation(DeclineCancellation {
            line_id,
            reason: "No".to_owned(),
        }),
        Command::FreezeLine(FreezeLine {
            line_id,
            note: "A note".to_owned(),
        }),
        Command::UnfreezeLine(UnfreezeLine {
            line_id,
            note: "A note".to_owned(),
        }),
        Command::ForgetCustomer(ForgetCustomer {
            customer_id,
            reason: "Asked".to_owned(),
        }),
        Command::DefineProduct(DefineProduct {
            product_id: branch.product_id,
            seen_version: product.version,
            name: product.name,
            terms: product.terms,
        }),
        Command::ApproveAccount(account(Role::Admin)),
        Command::DeclineAccount(DeclineAccount {
            user_id: waiting_id,
        }),
        Command::UnlockAccount(UnlockAccount {
            user_id: waiting_id,
        }),
        Command::SetRole(SetRole {
            user_id: waiting_id,
            role: Role::Staff,
        }),
        Command::DisableAccount(DisableAccount {
            user_id: waiting_id,
        }),
        Command::EnableAccount(EnableAccount {
            user_id: waiting_id,
        }),
        Command::IssueResetCode(IssueResetCode {
            user_id: waiting_id,
            code_print: String::new(),
        }),
        Command::DemandSecondFactor(DemandSecondFactor { of_admins: true }),
        Command::CloseDay(CloseDay {
            date: branch.today().await,
        }),
        Command::SetHolidays(SetHolidays { holidays: vec![] }),
        Command::ParkTransfer(ParkTransfer {
            line_id,
            movement_id: draw_id,
            reason: "No".to_owned(),
        }),
        Command::HandBackTransfer(HandBackTransfer {
            line_id,
            movement_id: draw_id,
            reason: "No".to_owned(),
        }),
        Command::ResolveFinding(ResolveFinding {
            finding_id: "orphan:tr_1".to_owned(),
            resolution: domain::reconcile::Resolution::Recalled,
            note: None,
        }),
        Command::ApproveChange(ApproveChange {
            line_id,
            change_id: ChangeId(Uuid::now_v7()),
            change: LineChange::ChargeOff {},
        }),
        Command::DeclineChange(DeclineChange {
            line_id,
            change_id: ChangeId(Uuid::now_v7()),
            reason: "No".to_owned(),
        }),
    ];
    let mut kinds: Vec<CommandKind> = commands.iter().map(Command::kind).collect();
    kinds.sort();
    let admins: Vec<CommandKind> = CommandKind::ALL
        .iter()
        .copied()
        .filter(|kind| kind.role_needed() == Role::Admin)
        .collect();
    let mut expected = admins.clone();
    expected.sort();
    assert_eq!(kinds, expected, "every admin's command is tried");

    let mut outside = Outside::open(branch.folder()).await;
    let before = outside.views_journal_and_outbox().await;
    for command in commands {
        branch
            .refused(&branch.sam, command, RefusalCode::AdminOnly)
            .await;
    }
    assert_eq!(
        outside.views_journal_and_outbox().await,
        before,
        "a refusal changed something"
    );
    let logged: Vec<(Value, Value)> = outside
        .events()
        .await
        .into_iter()
        .filter(|event| event.event_type == "command_refused")
        .map(|event| {
            assert_eq!(event.user_id, Some(branch.sam.user_id.to_string()));
            (event.payload["kind"].clone(), event.payload["code"].clone())
        })
        .collect();
    assert_eq!(logged.len(), admins.len());
    for kind in admins {
        assert!(
            logged.contains(&(json!(kind), json!("admin_only"))),
            "{kind:?} is not in the log"
        );
    }
    outside.close().await;
    branch.verify_clean().await;
    branch.engine.stop().await;
}

/// A page that names a role by hand is not understood: there is no place where one is believed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_sent_by_the_page_is_not_even_read() {
    let branch = Branch::found(None).await;
    let (customer_id, _) = branch.customer(1).await;
    let line_id = LineId(Uuid::now_v7());
    let submission = Submission {
        id: branch::new_id(),
        command: take_application(line_id, customer_id, branch.product_id, 50_000),
    };
    let honest = json!(submission);
    assert!(serde_path_to_error::deserialize::<_, Submission>(honest.clone()).is_ok());
    for (member, value) in [
        ("role", json!("admin")),
        ("actor", json!(branch.ada.user_id)),
        ("user_id", json!(branch.ada.user_id)),
    ] {
        let mut beside = honest.clone();
        beside[member] = value.clone();
        let mut inside = honest.clone();
        inside["command"][member] = value;
        for forged in [beside, inside] {
            let error = serde_path_to_error::deserialize::<_, Submission>(forged).unwrap_err();
            assert!(error.to_string().contains("unknown field"), "{error}");
        }
    }
    // What is no session is nobody, whatever it calls itself.
    for made_up in ["admin", "", "null", &"x".repeat(1 << 20)] {
        let token = engine::sessions::Token::from_page(made_up);
        let error = branch
            .engine
            .submit(&token, submission.clone())
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Fault(FaultCode::SessionEnded));
    }
    // A role of the signed-in account is not taken from the sign-in form either.
    let form = json!({"login": "sam", "password": people::password("sam"), "role": "admin"});
    assert!(serde_json::from_value::<domain::view::SignIn>(form).is_err());
    branch.engine.stop().await;
}
