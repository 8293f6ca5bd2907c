//! Breaking the glass at the engine's door: what the only admin is offered, what is left behind,
//! and who sees it until when.

use crate::branch::{Branch, CASH, MONDAY, prove, sign_in, sign_up, submit, submit_bare, usd};
use domain::account::Role;
use domain::command::*;
use domain::glass::SHUT_OUT_MS;
use domain::ids::*;
use domain::movement::MovementState;
use domain::reconcile::{FindingClass, Resolution};
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::{AttentionView, FindingRow};
use engine::sessions::Token;
use engine::verify::verify;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};
use uuid::Uuid;

const REASON: &str = "The roof of the customer is open, and it rains";

/// A draw that the branch's only admin asked for.
async fn own_draw(branch: &Branch, line_id: LineId, method: PayOut) -> MovementId {
    let draw_id = MovementId(Uuid::now_v7());
    let request = RequestDraw {
        line_id,
        draw_id,
        amount: usd(600_000),
        method,
    };
    branch
        .admin_does(Command::RequestDraw(request))
        .await
        .unwrap();
    draw_id
}

fn glass(line_id: LineId, draw_id: MovementId) -> Command {
    Command::BreakGlass(BreakGlass {
        line_id,
        draw_id,
        reason: REASON.to_owned(),
    })
}

/// Whether breaking the glass is offered to somebody for a draw, and what stands in its way.
async fn offered(branch: &Branch, who: &Token, draw_id: MovementId) -> Option<Option<RefusalCode>> {
    let viewer = branch.viewer(who).await;
    let row = branch.engine.reader().movement(&viewer, draw_id).await;
    let actions = row.unwrap().actions;
    let mut glass = actions.iter();
    glass
        .find(|action| action.kind == CommandKind::BreakGlass)
        .map(|action| action.refused)
}

async fn attention(branch: &Branch, who: &Token) -> AttentionView {
    branch.engine.attention(who).await.unwrap()
}

async fn on_the_desk(branch: &Branch, who: &Token) -> Vec<FindingRow> {
    branch.engine.admin_desk(who).await.unwrap().broken_glass
}

/// Another person becomes an admin.
async fn hire(branch: &Branch) -> UserId {
    let (user_id, _) = sign_up(&branch.engine, "boris", "Boris Adeyemi", "E-300", true).await;
    let approve = ApproveAccount {
        user_id,
        employee_number: "E-300".to_owned(),
        role: Role::Admin,
    };
    branch
        .admin_does(Command::ApproveAccount(approve))
        .await
        .unwrap();
    user_id
}

fn close(finding: &FindingRow) -> Command {
    Command::ResolveFinding(ResolveFinding {
        finding_id: finding.id.clone(),
        resolution: Resolution::Explained,
        note: Some("The customer was at the counter".to_owned()),
    })
}

fn refused(told: Result<(), ApiError>, code: RefusalCode) {
    assert_eq!(told.unwrap_err().code, ErrorCode::Refused(code));
}

#[tokio::test]
async fn the_only_admin_is_offered_it_and_another_person_looks_afterwards() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let account_id = branch.bank_account(zoe, "000123456789").await;
    let line = branch.line(zoe, 2_000_000).await;
    let bank = PayOut::Bank {
        account_id,
        speed: Speed::Standard,
    };
    let draw = own_draw(&branch, line, bank).await;
    assert_eq!(offered(&branch, &branch.admin, draw).await, Some(None));
    // Of somebody else's draw, and to staff, there is no glass to break.
    assert_eq!(offered(&branch, &branch.teller, draw).await, None);
    let of_the_teller = branch.draw(line, 600_000, CASH).await;
    assert_eq!(offered(&branch, &branch.admin, of_the_teller).await, None);
    let preview = branch.engine.preview(&branch.admin, glass(line, draw));
    assert_eq!(
        preview.await.unwrap().consequences,
        ["Another person has to look at this, by 2026-03-03 at the latest."]
    );

    // With the password again, like every decision; it is about this command alone.
    let bare = submit_bare(&branch.engine, &branch.admin, glass(line, draw)).await;
    refused(bare, RefusalCode::PasswordNeeded);
    let wrong = prove(&branch.engine, &branch.admin, "guessed", &glass(line, draw)).await;
    assert!(wrong.is_err());
    branch.admin_does(glass(line, draw)).await.unwrap();
    let viewer = branch.viewer(&branch.admin).await;
    let row = branch.engine.reader().movement(&viewer, draw).await;
    assert_eq!(row.unwrap().state, MovementState::Queued);
    assert_eq!(offered(&branch, &branch.admin, draw).await, None);

    let seen = attention(&branch, &branch.admin).await;
    let [finding] = seen.findings.as_slice() else {
        panic!("one finding: {:?}", seen.findings);
    };
    assert_eq!(finding.class, FindingClass::GlassBroken);
    assert_eq!(finding.reference, "amara");
    assert_eq!(finding.line_number.as_deref(), Some("LC-000001"));
    assert_eq!(finding.reason.as_deref(), Some(REASON));
    assert_eq!(finding.due_on, Some("2026-03-03".parse().unwrap()));
    assert_eq!(on_the_desk(&branch, &branch.admin).await, seen.findings);
    let sync = branch.engine.sync_view(&branch.admin).await.unwrap();
    assert_eq!(sync.open_findings, 1);

    // Not by whoever did it, not by staff; by another person.
    let own = submit(&branch.engine, &branch.admin, close(finding)).await;
    refused(own, RefusalCode::OwnRequest);
    let staff = submit(&branch.engine, &branch.teller, close(finding)).await;
    refused(staff, RefusalCode::AdminOnly);
    hire(&branch).await;
    let boris = sign_in(&branch.engine, "boris").await;
    assert_eq!(on_the_desk(&branch, &boris).await, seen.findings);
    submit(&branch.engine, &boris, close(finding))
        .await
        .unwrap();
    assert_eq!(on_the_desk(&branch, &branch.admin).await, []);
    assert_eq!(attention(&branch, &boris).await.findings, []);

    // Why stands in the log under the customer's key, and goes with the customer.
    let mut connection = branch.engine.orders().pool().acquire().await.unwrap();
    let payloads: Vec<String> =
        sqlx::query_scalar("select payload from events where type = 'glass_broken'")
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    assert_eq!(payloads.len(), 1);
    assert!(!payloads[0].contains(REASON), "{}", payloads[0]);
    let key = branch.engine.orders().store_key();
    let report = verify(&mut connection, key).await;
    assert!(report.clean(), "{:?}", report.findings);
    drop(connection);
    branch.engine.stop().await;
}

#[tokio::test]
async fn nobody_is_alone_who_shut_the_others_out_this_week() {
    let mut branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 2_000_000).await;
    let draw = own_draw(&branch, line, CASH).await;
    let user_id = hire(&branch).await;
    let another = Some(Some(RefusalCode::AnotherAdmin));
    assert_eq!(offered(&branch, &branch.admin, draw).await, another);
    refused(
        branch.admin_does(glass(line, draw)).await,
        RefusalCode::AnotherAdmin,
    );
    branch
        .admin_does(Command::DisableAccount(DisableAccount { user_id }))
        .await
        .unwrap();
    for (passed, expected) in [
        (0, another),
        (SHUT_OUT_MS - 1, another),
        (SHUT_OUT_MS, Some(None)),
    ] {
        branch.clock.set(MONDAY.plus_ms(passed));
        branch.admin = sign_in(&branch.engine, "amara").await;
        let found = offered(&branch, &branch.admin, draw).await;
        assert_eq!(found, expected, "{passed}");
        let told = branch.admin_does(glass(line, draw)).await;
        match expected {
            Some(Some(code)) => refused(told, code),
            Some(None) | None => told.unwrap(),
        }
    }
    branch.engine.stop().await;
}

/// An earlier row of the other admin's account, put back with another program, makes nobody alone.
#[tokio::test]
async fn an_account_put_back_is_noticed_behind_the_glass() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 2_000_000).await;
    let draw = own_draw(&branch, line, CASH).await;
    let user_id = hire(&branch).await;
    let set = |role| Command::SetRole(SetRole { user_id, role });
    branch.admin_does(set(Role::Staff)).await.unwrap();
    // With another program, beside the one that runs.
    let options = SqliteConnectOptions::new().filename(branch.store_path());
    let mut beside = options.connect().await.unwrap();
    let columns = "select role, document, mac from users where id = ?";
    let as_staff = sqlx::query(columns)
        .bind(user_id.to_string())
        .fetch_one(&mut beside)
        .await
        .unwrap();
    branch.admin_does(set(Role::Admin)).await.unwrap();
    sqlx::query("update users set role = ?, document = ?, mac = ? where id = ?")
        .bind(as_staff.get::<String, _>(0))
        .bind(as_staff.get::<String, _>(1))
        .bind(as_staff.get::<Vec<u8>, _>(2))
        .bind(user_id.to_string())
        .execute(&mut beside)
        .await
        .unwrap();
    beside.close().await.unwrap();
    let told = submit(&branch.engine, &branch.admin, glass(line, draw)).await;
    let error = told.unwrap_err();
    assert_eq!(error.code, ErrorCode::Fault(FaultCode::Broken));
    branch.engine.stop().await;
}
