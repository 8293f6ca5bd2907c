//! Draws that add up over one signature: who is told, and until when.

use crate::branch::{Branch, CASH, MONDAY, sign_in, usd};
use domain::command::*;
use domain::ids::*;
use domain::split::SPLIT_MS;
use domain::view::SplitRow;
use engine::sessions::Token;
use uuid::Uuid;

/// Sessions end before a day is over.
async fn later(branch: &mut Branch, ms: i64) {
    branch.clock.set(MONDAY.plus_ms(ms));
    branch.admin = sign_in(&branch.engine, "amara").await;
    branch.teller = sign_in(&branch.engine, "tomas").await;
}

async fn warnings(branch: &Branch, who: &Token, command: Command) -> Vec<String> {
    branch.engine.preview(who, command).await.unwrap().warnings
}

/// What a teller is told who is about to ask for a draw.
async fn asking(branch: &Branch, line_id: LineId, minor: i64) -> Vec<String> {
    let request = Command::RequestDraw(RequestDraw {
        line_id,
        draw_id: MovementId(Uuid::now_v7()),
        amount: usd(minor),
        method: CASH,
    });
    warnings(branch, &branch.teller, request).await
}

/// What an admin is told who is about to agree to one.
async fn approving(branch: &Branch, line_id: LineId, draw_id: MovementId) -> Vec<String> {
    let approve = Command::ApproveDraw(ApproveDraw { line_id, draw_id });
    warnings(branch, &branch.admin, approve).await
}

async fn cancel(branch: &Branch, line_id: LineId, draw_id: MovementId) {
    let cancel = Command::CancelDraw(CancelDraw { line_id, draw_id });
    branch.teller_does(cancel).await.unwrap();
}

async fn on_the_desk(branch: &Branch) -> Vec<SplitRow> {
    let viewer = branch.viewer(&branch.admin).await;
    let desk = branch.engine.reader().admin_desk(&viewer).await.unwrap();
    desk.split_draws
}

#[tokio::test]
async fn whoever_asks_is_told_to_the_cent_and_the_millisecond() {
    let mut branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 2_000_000).await;
    let other = branch.line(zoe, 2_000_000).await;
    branch.draw(line, 300_000, CASH).await;
    let told = "With this 2 draws of this line within 24 hours come to 5,000.01, more than the \
                5,000.00 that one signature may release. The admins see it.";
    assert_eq!(asking(&branch, line, 200_000).await, [""; 0]);
    assert_eq!(asking(&branch, line, 200_001).await, [told]);
    // It waits for a second person anyway; and another line of the same customer is no way around.
    assert_eq!(asking(&branch, line, 500_001).await, [""; 0]);
    assert_eq!(asking(&branch, other, 200_000).await, [""; 0]);
    let over_both = told.replace("this line", "this customer");
    assert_eq!(asking(&branch, other, 200_001).await, [over_both.as_str()]);
    let stranger = branch.customer("Ada", "Hill", "123456780").await;
    let elsewhere = branch.line(stranger, 2_000_000).await;
    assert_eq!(asking(&branch, elsewhere, 200_001).await, [""; 0]);
    later(&mut branch, SPLIT_MS - 1).await;
    assert_eq!(asking(&branch, line, 200_001).await, [told]);
    assert_eq!(asking(&branch, other, 200_001).await, [over_both.as_str()]);
    later(&mut branch, SPLIT_MS).await;
    assert_eq!(asking(&branch, line, 200_001).await, [""; 0]);
    assert_eq!(asking(&branch, other, 200_001).await, [""; 0]);
    branch.engine.stop().await;
}

#[tokio::test]
async fn whoever_checks_is_told_beside_a_draw_that_waits() {
    let mut branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 5_000_000).await;
    branch.draw(line, 300_000, CASH).await;
    let draw_id = branch.draw(line, 600_001, CASH).await;
    assert_eq!(approving(&branch, line, draw_id).await, [""; 0]);
    cancel(&branch, line, draw_id).await;
    branch.draw(line, 200_001, CASH).await;
    let told = "2 draws of this line within 24 hours come to 5,000.01, more than the 5,000.00 that \
                one signature may release.";
    let waiting = branch.draw(line, 600_002, CASH).await;
    assert_eq!(approving(&branch, line, waiting).await, [told]);
    later(&mut branch, SPLIT_MS - 1).await;
    let a_day_later = branch.draw(line, 600_003, CASH).await;
    assert_eq!(approving(&branch, line, a_day_later).await, [told]);
    later(&mut branch, SPLIT_MS).await;
    let too_late = branch.draw(line, 600_004, CASH).await;
    assert_eq!(approving(&branch, line, too_late).await, [""; 0]);
    // However long the others wait.
    assert_eq!(approving(&branch, line, waiting).await, [told]);
    branch.engine.stop().await;
}

#[tokio::test]
async fn whoever_checks_is_told_of_the_customers_other_lines() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 5_000_000).await;
    let other = branch.line(zoe, 5_000_000).await;
    let waiting = branch.draw(other, 600_001, CASH).await;
    branch.draw(line, 300_000, CASH).await;
    // Together with what waits it is more than one signature in any case: that draw has two.
    cancel(&branch, other, waiting).await;
    branch.draw(other, 200_001, CASH).await;
    let waiting = branch.draw(other, 600_002, CASH).await;
    let told = "2 draws of this customer within 24 hours come to 5,000.01, more than the 5,000.00 that \
                one signature may release.";
    assert_eq!(approving(&branch, other, waiting).await, [told]);
    branch.engine.stop().await;
}

#[tokio::test]
async fn the_admins_see_it_until_the_banking_day_after_is_over() {
    let mut branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let account_id = branch.bank_account(zoe, "000123456789").await;
    let bank = PayOut::Bank {
        account_id,
        speed: Speed::Standard,
    };
    let (line, other) = (
        branch.line(zoe, 2_000_000).await,
        branch.line(zoe, 2_000_000).await,
    );
    branch.draw(line, 300_000, CASH).await;
    branch.draw(line, 200_000, CASH).await;
    assert_eq!(on_the_desk(&branch).await, []);
    let draw_id = branch.draw(line, 1, bank).await;
    let row = SplitRow {
        line_id: line,
        line_number: "LC-000001".to_owned(),
        customer_name: "Zoë Hill".to_owned(),
        draws: 3,
        together_minor: usd(500_001).minor,
        single_signature_minor: usd(500_000).minor,
        asked_on: branch.viewer(&branch.admin).await.today,
        asked_by_name: "Tomás Lindqvist".to_owned(),
    };
    assert_eq!(on_the_desk(&branch).await, std::slice::from_ref(&row));
    branch.draw(other, 400_000, CASH).await;
    branch.draw(other, 450_000, CASH).await;
    let of_the_other = SplitRow {
        line_id: other,
        line_number: "LC-000002".to_owned(),
        draws: 2,
        together_minor: usd(850_000).minor,
        ..row.clone()
    };
    let both = [of_the_other.clone(), row];
    assert_eq!(on_the_desk(&branch).await, both);
    // On Tuesday still; what is called off then did not come to pass.
    let day = 24 * 60 * 60 * 1_000;
    later(&mut branch, day).await;
    assert_eq!(on_the_desk(&branch).await, both);
    cancel(&branch, line, draw_id).await;
    assert_eq!(on_the_desk(&branch).await, [of_the_other]);
    // On Wednesday whoever looked at the desk on every banking day has seen it.
    later(&mut branch, 2 * day).await;
    assert_eq!(on_the_desk(&branch).await, []);
    branch.engine.stop().await;
}

/// One that comes to more over two days, and on neither day, is nobody's splitting.
#[tokio::test]
async fn draws_of_two_days_do_not_add_up() {
    let mut branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 2_000_000).await;
    branch.draw(line, 300_000, CASH).await;
    later(&mut branch, SPLIT_MS).await;
    branch.draw(line, 300_001, CASH).await;
    assert_eq!(on_the_desk(&branch).await, []);
    branch.draw(line, 199_999, CASH).await;
    assert_eq!(on_the_desk(&branch).await, []);
    branch.draw(line, 1, CASH).await;
    let found = on_the_desk(&branch).await;
    let [row] = found.as_slice() else {
        panic!("one line: {found:?}");
    };
    assert_eq!((row.draws, row.together_minor.0), (3, 500_001));
    branch.engine.stop().await;
}
