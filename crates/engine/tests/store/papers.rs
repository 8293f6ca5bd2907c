//! Papers of an application, contacts of a customer, and what is said before money moves.

use crate::branch::{Branch, CASH, usd};
use domain::command::*;
use domain::ids::*;
use domain::intake::{Check, ClockKind, ContactChannel, MissingItem};
use domain::money::Minor;
use domain::refusal::RefusalCode;
use domain::report::{ReportCell, ReportName, ReportQuery};
use domain::view::LineDetails;
use engine::verify::verify;
use uuid::Uuid;

async fn line(branch: &Branch, line_id: LineId) -> LineDetails {
    let viewer = branch.viewer(&branch.admin).await;
    branch.engine.reader().line(&viewer, line_id).await.unwrap()
}

async fn verified(branch: &Branch) {
    let mut connection = branch.engine.orders().pool().acquire().await.unwrap();
    let report = verify(&mut connection, branch.engine.orders().store_key()).await;
    assert!(report.clean(), "{:#?}", report.findings);
}

fn approval(details: &LineDetails) -> Option<RefusalCode> {
    let mut actions = details.actions.iter();
    let approve = actions.find(|action| action.kind == CommandKind::ApproveApplication);
    approve.unwrap().refused
}

#[tokio::test]
async fn a_line_shows_what_its_decision_waits_for() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.application(zoe, 90_000).await;
    let seen = line(&branch, line_id).await;
    assert_eq!(approval(&seen), Some(RefusalCode::ChecksMissing));
    assert_eq!(seen.row.clock.unwrap().kind, ClockKind::Decision);
    let required: Vec<Check> = seen.intake.checks.iter().map(|row| row.check).collect();
    assert_eq!(required, Check::ALL);
    assert!(
        seen.intake
            .checks
            .iter()
            .all(|row| row.required && row.passed.is_none())
    );

    let missing = vec![MissingItem::TaxReturn, MissingItem::ProofOfIncome];
    branch
        .teller_does(Command::RecordMissing(RecordMissing { line_id, missing }))
        .await
        .unwrap();
    let seen = line(&branch, line_id).await;
    assert_eq!(approval(&seen), Some(RefusalCode::ApplicationIncomplete));
    assert_eq!(
        seen.intake.missing,
        [MissingItem::ProofOfIncome, MissingItem::TaxReturn]
    );
    assert_eq!(seen.row.clock.unwrap().kind, ClockKind::Notice);
    let missing = Vec::new();
    branch
        .teller_does(Command::RecordMissing(RecordMissing { line_id, missing }))
        .await
        .unwrap();
    branch.checked(line_id).await;
    let seen = line(&branch, line_id).await;
    assert_eq!(approval(&seen), None);
    assert_eq!(seen.intake.checks[1].by_name, "Tomás Lindqvist");
    verified(&branch).await;
}

#[tokio::test]
async fn the_products_own_rule_is_named_as_who_decided() {
    let branch = Branch::open().await;
    let product = branch.engine.reader().products().await.unwrap().remove(0);
    let mut terms = product.terms;
    terms.instant_limit_minor = Minor(100_000);
    branch
        .admin_does(Command::DefineProduct(DefineProduct {
            product_id: product.id,
            seen_version: product.version,
            name: product.name,
            terms,
        }))
        .await
        .unwrap();
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.application(zoe, 90_000).await;
    branch.checked(line_id).await;
    let decision = line(&branch, line_id).await.decision.unwrap();
    assert!(decision.approved && decision.by_policy);
    assert_eq!(decision.limit_minor, Minor(90_000));
    verified(&branch).await;
}

#[tokio::test]
async fn contacts_are_read_newest_first_until_the_customer_is_forgotten() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    for place in 0..52 {
        let note = AddContactNote {
            customer_id: zoe,
            channel: ContactChannel::Phone,
            note: format!("Call {place}"),
        };
        branch
            .teller_does(Command::AddContactNote(note))
            .await
            .unwrap();
    }
    let viewer = branch.viewer(&branch.teller).await;
    let seen = branch.engine.reader().customer(&viewer, zoe).await.unwrap();
    assert_eq!((seen.contacts.len(), seen.more_contacts), (50, true));
    assert_eq!(seen.contacts[0].note, "Call 51");
    assert_eq!(seen.contacts[49].note, "Call 2");
    assert_eq!(seen.contacts[0].by_name, "Tomás Lindqvist");
    let forget = ForgetCustomer {
        customer_id: zoe,
        reason: "Asked to be".to_owned(),
    };
    branch
        .admin_does(Command::ForgetCustomer(forget))
        .await
        .unwrap();
    let seen = branch.engine.reader().customer(&viewer, zoe).await.unwrap();
    assert!(seen.contacts.is_empty());
    verified(&branch).await;
}

async fn warnings(branch: &Branch, command: Command) -> Vec<String> {
    let preview = branch.engine.preview(&branch.teller, command).await;
    preview.unwrap().warnings
}

fn draw(line_id: LineId, minor: i64) -> Command {
    Command::RequestDraw(RequestDraw {
        line_id,
        draw_id: MovementId(Uuid::now_v7()),
        amount: usd(minor),
        method: CASH,
    })
}

fn repay(line_id: LineId, minor: i64) -> Command {
    Command::TakeRepayment(TakeRepayment {
        line_id,
        repayment_id: MovementId(Uuid::now_v7()),
        amount: usd(minor),
        method: PayIn::Cash {},
        taken_on: None,
    })
}

#[tokio::test]
async fn the_same_amount_on_the_same_line_and_day_is_asked_about() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let first = branch.line(zoe, 500_000).await;
    let other = branch.line(zoe, 500_000).await;
    assert_eq!(warnings(&branch, draw(first, 20_000)).await, [""; 0]);
    branch.draw(first, 20_000, CASH).await;
    let twice = warnings(&branch, draw(first, 20_000)).await;
    assert_eq!(
        twice,
        [
            "Tomás Lindqvist entered a draw of 200.00 on this line today already. Is this another one?"
        ]
    );
    // Another amount, another kind, another line are something else.
    assert_eq!(warnings(&branch, draw(first, 20_001)).await, [""; 0]);
    assert_eq!(warnings(&branch, repay(first, 20_000)).await, [""; 0]);
    assert_eq!(warnings(&branch, draw(other, 20_000)).await, [""; 0]);
    // Nor is what was entered yesterday.
    let date = branch.viewer(&branch.admin).await.today;
    branch
        .admin_does(Command::CloseDay(CloseDay { date }))
        .await
        .unwrap();
    assert_eq!(warnings(&branch, draw(first, 20_000)).await, [""; 0]);
}

#[tokio::test]
async fn much_cash_of_one_customer_and_day_is_flagged_and_reported() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let adam = branch.customer("Adam", "Novak", "987654321").await;
    let lines = [
        branch.line(zoe, 2_000_000).await,
        branch.line(zoe, 2_000_000).await,
    ];
    let adams = branch.line(adam, 2_000_000).await;
    // To the limit and not above it: 10,000.00 over two lines.
    for line_id in lines.into_iter().chain([adams]) {
        for _ in 0..5 {
            branch.draw(line_id, 100_000, CASH).await;
        }
    }
    // That these draws also add up over one signature is another story.
    let of_cash = async |command| {
        let mut words = warnings(&branch, command).await;
        words.retain(|words| words.contains("in cash today"));
        words
    };
    assert_eq!(of_cash(repay(lines[0], 500_000)).await, [""; 0]);
    assert_eq!(
        of_cash(draw(lines[0], 1)).await,
        ["With this the customer has been paid 10,000.01 in cash today: it has to be reported."]
    );
    // Exactly that much may pass.
    assert_eq!(of_cash(draw(adams, 500_000)).await, [""; 0]);
    assert_eq!(of_cash(draw(adams, 500_001)).await.len(), 1);
    let report = || async {
        let viewer = branch.viewer(&branch.teller).await;
        let query = ReportQuery {
            name: ReportName::LargeCash,
            from: None,
            to: None,
            as_of: None,
        };
        branch
            .engine
            .reader()
            .report(&viewer, &query)
            .await
            .unwrap()
    };
    assert_eq!(report().await.found, 0);
    branch.draw(lines[0], 1, CASH).await;
    // Money in does not make up for money out.
    branch.repay(lines[0], 100_000).await;
    let seen = report().await;
    assert_eq!(seen.found, 1);
    assert_eq!(
        seen.rows[0][2..],
        [
            ReportCell::Text("Zoë Hill".to_owned()),
            ReportCell::Nothing,
            ReportCell::Money(Minor(1_000_001)),
        ]
    );
}
