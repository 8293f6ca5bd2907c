//! Reports, held against the journal: every figure is counted again from its legs.

use crate::branch::{Branch, CASH, usd};
use domain::change::LineChange;
use domain::command::*;
use domain::date::BusinessDate;
use domain::ids::*;
use domain::money::Minor;
use domain::refusal::ApiError;
use domain::report::*;
use engine::store::reads::LedgerEntry;
use std::collections::BTreeMap;
use uuid::Uuid;

fn named(name: ReportName) -> ReportQuery {
    ReportQuery {
        name,
        from: None,
        to: None,
        as_of: None,
    }
}

async fn report(branch: &Branch, query: &ReportQuery) -> Report {
    let viewer = branch.viewer(&branch.teller).await;
    let report = branch.engine.reader().report(&viewer, query).await.unwrap();
    for row in report.rows.iter().chain([&report.totals]) {
        assert_eq!(row.len(), report.columns.len());
    }
    report
}

/// Every entry of the journal, oldest first.
async fn journal(branch: &Branch) -> Vec<LedgerEntry> {
    let (mut entries, mut after) = (Vec::new(), None::<String>);
    loop {
        let reader = branch.engine.reader();
        let page = reader.ledger(None, after.as_deref(), 200).await.unwrap();
        entries.extend(page.rows);
        after = page.next;
        if after.is_none() {
            entries.reverse();
            return entries;
        }
    }
}

/// What stands in an account, over some of the entries.
fn sum(entries: &[LedgerEntry], account: &str, of: impl Fn(&LedgerEntry) -> bool) -> i64 {
    let chosen = entries.iter().filter(|entry| of(entry));
    let legs = chosen.flat_map(|entry| &entry.legs);
    legs.filter(|leg| leg.account == account)
        .map(|leg| leg.amount_minor.0)
        .sum()
}

fn column(report: &Report, words: &str) -> usize {
    let mut columns = report.columns.iter();
    columns.position(|column| column.words == words).unwrap()
}

fn total(report: &Report, words: &str) -> i64 {
    match report.totals[column(report, words)] {
        ReportCell::Money(amount) => amount.0,
        ref other => panic!("{words}: {other:?}"),
    }
}

/// A column's cells as people read them.
fn shown(report: &Report, words: &str) -> Vec<String> {
    let place = column(report, words);
    let cells = report.rows.iter().map(|row| &row[place]);
    cells.map(|cell| cell.shown(report.currency)).collect()
}

async fn close_day(branch: &Branch) -> BusinessDate {
    let date = branch.viewer(&branch.admin).await.today;
    let close = Command::CloseDay(CloseDay { date });
    branch.admin_does(close).await.unwrap();
    branch.viewer(&branch.admin).await.today
}

/// Two customers, three lines; draws, repayments and an overpayment on the first day, a reversal
/// and a draw of the day after.
async fn two_days(branch: &Branch) -> (BusinessDate, BusinessDate) {
    let first = branch.viewer(&branch.teller).await.today;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let adam = branch.customer("Adam", "Novak", "987654321").await;
    let one = branch.line(zoe, 300_000).await;
    branch.draw(one, 90_000, CASH).await;
    branch.repay(one, 20_000).await;
    let two = branch.line(adam, 200_000).await;
    branch.draw(two, 50_000, CASH).await;
    // 30.00 too much: customer credit.
    branch.repay(two, 53_000).await;
    branch.line(zoe, 70_000).await;
    branch.application(adam, 90_000).await;
    let second = close_day(branch).await;
    let wrong = branch.draw(one, 40_000, CASH).await;
    let change_id = ChangeId(Uuid::now_v7());
    let change = LineChange::Reverse { movement_id: wrong };
    branch
        .teller_does(Command::RequestChange(RequestChange {
            line_id: one,
            change_id,
            change: change.clone(),
            reason: "Entered on the wrong line".to_owned(),
        }))
        .await
        .unwrap();
    branch
        .admin_does(Command::ApproveChange(ApproveChange {
            line_id: one,
            change_id,
            change,
        }))
        .await
        .unwrap();
    branch.draw(one, 15_000, CASH).await;
    branch.repay(one, 7_000).await;
    (first, second)
}

#[tokio::test]
async fn money_out_and_in_is_what_the_journal_says() {
    let branch = Branch::open().await;
    let (first, second) = two_days(&branch).await;
    let entries = journal(&branch).await;
    let kind = |entry: &LedgerEntry| entry.kind.tag();
    let draws = |entry: &LedgerEntry| kind(entry).starts_with("cash_draw");
    let repayments = |entry: &LedgerEntry| kind(entry) == "cash_repayment";
    for (from, to) in [(first, first), (second, second), (first, second)] {
        let between = |name| ReportQuery {
            from: Some(from),
            to: Some(to),
            ..named(name)
        };
        let posted = |entry: &LedgerEntry| (from..=to).contains(&entry.posted_on);
        let out = report(&branch, &between(ReportName::Disbursals)).await;
        let drawn = sum(&entries, "DRW", |entry| posted(entry) && draws(entry));
        assert_eq!(total(&out, "Paid out"), -drawn, "{from} to {to}");
        let count = entries.iter().filter(|entry| posted(entry) && draws(entry));
        assert_eq!(out.rows.len(), count.count());

        let income = report(&branch, &between(ReportName::Collections)).await;
        for (words, account, sign) in [
            ("Paid in", "DRW", 1),
            ("Principal", "PRI", -1),
            ("Interest", "INT", -1),
            ("Fees", "FEE", -1),
            ("Customer credit", "CRE", -1),
        ] {
            let counted = sum(&entries, account, |entry| {
                posted(entry) && repayments(entry)
            });
            assert_eq!(total(&income, words), sign * counted, "{words} {from} {to}");
        }
        assert_eq!(total(&income, "Recovered"), 0);
    }
    // A report that lists nothing would agree with an empty journal: what was done is there.
    let out = report(&branch, &named(ReportName::Disbursals)).await;
    assert_eq!(
        shown(&out, "Paid out"),
        ["900.00", "500.00", "400.00", "-400.00", "150.00"]
    );
    assert_eq!(shown(&out, "Customer")[1], "Adam Novak");
    let income = report(&branch, &named(ReportName::Collections)).await;
    assert_eq!(shown(&income, "Paid in"), ["200.00", "530.00", "70.00"]);
    assert_eq!(shown(&income, "Customer credit"), ["0.00", "30.00", "0.00"]);
    let before = ReportQuery {
        from: Some(first.plus_days(-30)),
        to: Some(first.plus_days(-1)),
        ..named(ReportName::Collections)
    };
    assert_eq!(report(&branch, &before).await.found, 0);
}

#[tokio::test]
async fn the_trial_balance_is_zero_on_every_day() {
    let branch = Branch::open().await;
    let (first, second) = two_days(&branch).await;
    let entries = journal(&branch).await;
    for as_of in [first.plus_days(-1), first, second] {
        let query = ReportQuery {
            as_of: Some(as_of),
            ..named(ReportName::TrialBalance)
        };
        let balance = report(&branch, &query).await;
        assert_eq!(total(&balance, "Balance"), 0);
        assert_eq!(balance.notes, Vec::<String>::new());
        let accounts = shown(&balance, "Account");
        let balances = shown(&balance, "Balance");
        for account in ["PRI", "INT", "FEE", "CRE", "DRW", "II"] {
            let counted = sum(&entries, account, |entry| entry.posted_on <= as_of);
            let listed = accounts.iter().position(|listed| listed == account);
            let listed = listed.map_or("0.00", |place| &balances[place]);
            let counted = balance.currency.format(Minor(counted));
            assert_eq!(listed, counted, "{account} as of {as_of}");
        }
    }
    let viewer = branch.viewer(&branch.teller).await;
    let tomorrow = ReportQuery {
        as_of: Some(second.plus_days(1)),
        ..named(ReportName::TrialBalance)
    };
    let asked = branch.engine.reader().report(&viewer, &tomorrow).await;
    let error = ApiError::from(asked.unwrap_err());
    assert_eq!(error.field.as_deref(), Some("as_of"));
}

#[tokio::test]
async fn what_is_lent_and_what_is_owed_to_customers() {
    let branch = Branch::open().await;
    two_days(&branch).await;
    let entries = journal(&branch).await;
    let all = |_: &LedgerEntry| true;
    let portfolio = report(&branch, &named(ReportName::Portfolio)).await;
    assert_eq!(total(&portfolio, "Drawn"), sum(&entries, "PRI", all));
    assert_eq!(total(&portfolio, "Limits"), 300_000 + 200_000 + 70_000);
    assert_eq!(shown(&portfolio, "Lines"), ["3"]);
    let drawn = total(&portfolio, "Drawn");
    assert_eq!(total(&portfolio, "Available"), 570_000 - drawn);
    // One day at 14.9 % on 700.00: 0.286, on the second day of the branch.
    let posted: i64 = ["PRI", "INT", "FEE"]
        .iter()
        .map(|account| sum(&entries, account, all))
        .sum();
    assert_eq!(total(&portfolio, "Owed"), posted + 29);

    let credits = report(&branch, &named(ReportName::CustomerCredits)).await;
    assert_eq!(
        total(&credits, "Customer credit"),
        -sum(&entries, "CRE", all)
    );
    assert_eq!(shown(&credits, "Number"), ["LC-000002"]);
    assert_eq!(shown(&credits, "Customer credit"), ["30.00"]);
}

#[tokio::test]
async fn what_waits_is_listed_until_it_waits_no_more() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let open = branch.application(zoe, 90_000).await;
    let line = branch.line(zoe, 2_000_000).await;
    let awaiting = report(&branch, &named(ReportName::AwaitingDisbursal)).await;
    assert_eq!(shown(&awaiting, "What"), ["Line without a draw"]);
    assert_eq!(shown(&awaiting, "State"), ["Ready to draw"]);
    assert_eq!(total(&awaiting, "Limit"), 2_000_000);

    // Above what one signature is enough for.
    let draw_id = branch.draw(line, 600_000, CASH).await;
    branch
        .teller_does(Command::RequestChange(RequestChange {
            line_id: line,
            change_id: ChangeId(Uuid::now_v7()),
            change: LineChange::SetLimit {
                limit: usd(2_500_000),
                notice_given_on: None,
            },
            reason: "A larger roof".to_owned(),
        }))
        .await
        .unwrap();
    let pending = report(&branch, &named(ReportName::PendingApproval)).await;
    assert_eq!(
        shown(&pending, "Number"),
        ["LC-000001", "LC-000002", "LC-000002"]
    );
    assert_eq!(shown(&pending, "What")[..2], ["Application", "Draw"]);
    assert_eq!(total(&pending, "Limit asked for"), 90_000);
    assert_eq!(total(&pending, "Draw asked for"), 600_000);
    assert_eq!(shown(&pending, "By")[1], "Tomás Lindqvist");
    let awaiting = report(&branch, &named(ReportName::AwaitingDisbursal)).await;
    assert_eq!(awaiting.found, 0, "{awaiting:?}");

    branch
        .admin_does(Command::ApproveDraw(ApproveDraw {
            line_id: line,
            draw_id,
        }))
        .await
        .unwrap();
    let cancel = CancelApplication {
        line_id: open,
        note: None,
    };
    branch
        .teller_does(Command::CancelApplication(cancel))
        .await
        .unwrap();
    let pending = report(&branch, &named(ReportName::PendingApproval)).await;
    assert_eq!(pending.found, 1, "{pending:?}");
    let awaiting = report(&branch, &named(ReportName::AwaitingDisbursal)).await;
    assert_eq!(shown(&awaiting, "What"), ["Draw"]);
    assert_eq!(total(&awaiting, "Draw"), 600_000);
}

#[tokio::test]
async fn ageing_goes_by_the_oldest_unmet_minimum() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let adam = branch.customer("Adam", "Novak", "987654321").await;
    let late = branch.line(zoe, 100_000).await;
    branch.draw(late, 50_000, CASH).await;
    let never = branch.line(adam, 100_000).await;
    let current = |report: &Report| -> BTreeMap<String, (String, String, String)> {
        let amounts = shown(report, "Past due amount").into_iter();
        let rows = amounts
            .zip(shown(report, "Owed"))
            .zip(shown(report, "Lines"));
        let rows = rows.map(|((amount, owed), lines)| (lines, amount, owed));
        shown(report, "Past due").into_iter().zip(rows).collect()
    };
    let row = |lines: &str, amount: &str, owed: &str| {
        (lines.to_owned(), amount.to_owned(), owed.to_owned())
    };
    let ageing = current(&report(&branch, &named(ReportName::Ageing)).await);
    assert_eq!(ageing.len(), 7);
    assert_eq!(ageing["Current"], row("1", "0.00", "500.00"));
    // The cycle ends with March, its minimum of 25.00 is due on Monday, 27 April.
    let mut today = branch.viewer(&branch.admin).await.today;
    while today < "2026-04-28".parse().unwrap() {
        today = close_day(&branch).await;
    }
    branch.draw(never, 10_000, CASH).await;
    let report = report(&branch, &named(ReportName::Ageing)).await;
    let ageing = current(&report);
    assert_eq!(ageing["Current"], row("1", "0.00", "100.00"));
    // 30 days of March posted at 6.12, 27 of April accrued: 5.51.
    assert_eq!(ageing["1–29 days"], row("1", "25.00", "511.63"));
    assert_eq!(ageing["30–59 days"], row("0", "0.00", "0.00"));
    assert_eq!(total(&report, "Owed"), 61_163);
}

#[tokio::test]
async fn a_forgotten_customer_has_no_name_in_a_report() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 100_000).await;
    branch.draw(line, 50_000, CASH).await;
    branch.repay(line, 50_000).await;
    let close = Command::CloseLine(CloseLine { line_id: line });
    branch.teller_does(close).await.unwrap();
    let forget = Command::ForgetCustomer(ForgetCustomer {
        customer_id: zoe,
        reason: "Asked to be".to_owned(),
    });
    branch.admin_does(forget).await.unwrap();
    let out = report(&branch, &named(ReportName::Disbursals)).await;
    assert_eq!(shown(&out, "Customer"), ["Forgotten customer"]);
}
