//! Statements as they were made, and why figures are what they are.

use crate::branch::{Branch, CASH};
use domain::command::*;
use domain::explain::{FigureExplained, FigureName};
use domain::money::Minor;
use domain::refusal::{ErrorCode, FaultCode};
use domain::view::StatementQuery;

#[tokio::test]
async fn statements_are_paged_and_opened_as_they_were_made() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 100_000).await;
    let other = branch.line(zoe, 100_000).await;
    branch.draw(line, 50_000, CASH).await;
    branch.work_until("2026-06-01").await;
    let reader = branch.engine.reader();
    let made = reader.statements(line).await.unwrap();
    assert_eq!(made.len(), 3);

    let first = reader.statement_page(line, None, 2).await.unwrap();
    let next = first.next.clone().unwrap();
    let last = reader.statement_page(line, Some(&next), 2).await.unwrap();
    assert_eq!(last.next, None);
    let rows: Vec<_> = first.rows.iter().chain(&last.rows).collect();
    for (row, (place, statement)) in rows.iter().zip(made.iter().enumerate().rev()) {
        assert_eq!(row.cycle as usize, place + 1);
        assert_eq!(row.closing_on, statement.closing_on);
        assert_eq!(row.closing_minor, statement.closing_minor);
        assert_eq!(row.minimum_minor, statement.minimum_minor);
        assert_eq!(row.due_on, statement.due_on);
        let query = StatementQuery {
            line_id: line,
            closing_on: row.closing_on,
        };
        assert_eq!(reader.statement(&query).await.unwrap(), *statement);
    }
    assert_eq!(rows.len(), 3);

    // Of another line, or of another day, there is none.
    assert_eq!(
        reader.statement_page(other, None, 2).await.unwrap().rows,
        []
    );
    for (line_id, closing_on) in [(other, made[0].closing_on), (line, made[0].due_on)] {
        let query = StatementQuery {
            line_id,
            closing_on,
        };
        let error = domain::refusal::ApiError::from(reader.statement(&query).await.unwrap_err());
        assert_eq!(error.code, ErrorCode::Fault(FaultCode::NotFound));
    }
}

fn sum(explained: &FigureExplained) -> i64 {
    explained.parts.iter().map(|part| part.amount_minor.0).sum()
}

/// The parts add up to the very figures of the page, on a day on which all of them are something.
#[tokio::test]
async fn figures_explain_themselves() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let account_id = branch.bank_account(zoe, "000000004711").await;
    let line = branch.line(zoe, 100_000).await;
    branch.draw(line, 50_000, CASH).await;
    branch.work_until("2026-05-10").await;
    branch.repay(line, 1_000).await;
    let by_network = PayOut::Bank {
        account_id,
        speed: Speed::Standard,
    };
    branch.draw(line, 7_500, by_network).await;

    let viewer = branch.viewer(&branch.teller).await;
    let reader = branch.engine.reader();
    let figures = reader.line(&viewer, line).await.unwrap().figures;
    let payoff = reader.payoff(line, viewer.today).await.unwrap();
    let explained = reader.explained(line, viewer.today).await.unwrap();
    let expected = [
        (FigureName::Available, figures.available_minor),
        (FigureName::Owed, figures.owed_minor),
        (FigureName::Payoff, payoff.payoff_minor),
        (FigureName::Minimum, figures.minimum_minor),
        (FigureName::PastDue, figures.past_due.amount_minor),
    ];
    assert_eq!(explained.len(), expected.len());
    for (why, (figure, amount)) in explained.iter().zip(expected) {
        assert_eq!((why.figure, why.amount_minor), (figure, amount));
        assert!(amount.is_positive(), "{why:?}");
        assert_eq!(sum(why), amount.0, "{why:?}");
    }
    // Counted by hand: 500.00 since 2 March, 6.12 posted with March and with April. The 10.00 go to
    // what March asked for first: its interest and 3.88 of the principal. 75.00 are on their way, and
    // nine days of May bear 14.9 %.
    let [available, owed, payoff, minimum, past_due] = &explained[..] else {
        panic!("{explained:?}");
    };
    assert_eq!(
        available.amount_minor,
        Minor(100_000 - (50_000 - 388) - 7_500)
    );
    assert_eq!(owed.amount_minor, Minor(50_000 + 2 * 612 - 1_000 + 184));
    assert_eq!(payoff.amount_minor, owed.amount_minor);
    assert_eq!(past_due.amount_minor, Minor(2_500 - 1_000));
    assert_eq!(minimum.amount_minor, Minor(2_500 - 1_000 + 2_500));
    let days: Vec<i32> = owed.interest.iter().map(|line| line.days).collect();
    assert_eq!(days, [9]);
    assert_eq!(owed.interest, payoff.interest);
    assert_eq!(owed.interest[0].balance_minor, Minor(50_000));
}
