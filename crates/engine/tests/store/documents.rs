//! What documents say: the figures of the screen, as they were on their day; and which documents
//! there are not.

use crate::branch::{Branch, CASH, usd};
use domain::adverse::{ActionTaken, LineAction};
use domain::change::LineChange;
use domain::command::*;
use domain::ids::{ChangeId, LineId, MovementId};
use domain::intake::{ClockKind, MissingItem};
use domain::ledger::EntryKind;
use domain::money::Minor;
use domain::paper::*;
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::StatementQuery;
use uuid::Uuid;

async fn paper(branch: &Branch, query: PaperQuery) -> Paper {
    let viewer = branch.viewer(&branch.teller).await;
    let reader = branch.engine.reader();
    reader.paper(&viewer, &query).await.unwrap()
}

async fn refused(branch: &Branch, query: PaperQuery) -> ApiError {
    let viewer = branch.viewer(&branch.teller).await;
    let reader = branch.engine.reader();
    reader.paper(&viewer, &query).await.unwrap_err().into()
}

/// There is no such document, and the reason is told.
async fn none(branch: &Branch, query: PaperQuery, why: &str) {
    let error = refused(branch, query).await;
    assert_eq!(error.code, ErrorCode::Fault(FaultCode::NotFound));
    assert!(error.message.contains(why), "{}", error.message);
}

async fn change(branch: &Branch, line_id: LineId, change: LineChange, agreed: bool) -> ChangeId {
    let change_id = ChangeId(Uuid::now_v7());
    let ask = Command::RequestChange(RequestChange {
        line_id,
        change_id,
        change: change.clone(),
        reason: "Income fell".to_owned(),
    });
    branch.teller_does(ask).await.unwrap();
    if agreed {
        let agree = Command::ApproveChange(ApproveChange {
            line_id,
            change_id,
            change,
        });
        branch.admin_does(agree).await.unwrap();
    }
    change_id
}

fn lower(limit: i64, told_on: &str) -> LineChange {
    LineChange::SetLimit {
        limit: usd(limit),
        notice_given_on: Some(told_on.parse().unwrap()),
    }
}

#[tokio::test]
async fn documents_say_what_the_screen_says() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.line(zoe, 100_000).await;
    let draw_id = branch.draw(line_id, 50_000, CASH).await;

    let drawn = paper(
        &branch,
        PaperQuery::Receipt {
            movement_id: draw_id,
        },
    )
    .await;
    assert_eq!(drawn.branch_name, "Harbor Street");
    assert_eq!(drawn.line_number, "LC-000001");
    assert_eq!(drawn.customer.name, "Zoë Hill");
    assert_eq!(drawn.customer.address.street, "12 Quay Road");
    assert_eq!(drawn.file_stem(), "LC-000001-receipt-2026-03-02");
    let PaperBody::Receipt(receipt) = &drawn.body else {
        panic!("{drawn:?}");
    };
    assert_eq!(receipt.entries, [(EntryKind::CashDraw, Minor(50_000))]);
    assert_eq!(receipt.balance_minor, Minor(50_000));
    assert_eq!(receipt.served_by, "Tomás Lindqvist");

    // 30 days of March at 14.9 % are 6.12; nine of April, 1.84, post before what is overpaid.
    branch.work_until("2026-04-10").await;
    let repayment_id = branch.repay(line_id, 60_000).await;
    let query = PaperQuery::Receipt {
        movement_id: repayment_id,
    };
    let repaid = paper(&branch, query.clone()).await;
    let PaperBody::Receipt(receipt) = &repaid.body else {
        panic!("{repaid:?}");
    };
    let paid = receipt.paid.unwrap();
    assert_eq!(paid.interest_minor, Minor(612 + 184));
    assert_eq!(paid.principal_minor, Minor(50_000));
    assert_eq!(paid.credit_minor, Minor(60_000 - 50_000 - 612 - 184));
    let changed: i64 = receipt.entries.iter().map(|(_, amount)| amount.0).sum();
    assert_eq!(changed, 184 - 60_000);
    assert_eq!(receipt.balance_minor, Minor(50_612 + changed));
    let reader = branch.engine.reader();
    let history = reader.transactions(line_id, None, 10).await.unwrap();
    assert_eq!(history.rows[0].balance_minor, receipt.balance_minor);

    // What comes later changes no receipt.
    branch.draw(line_id, 12_300, CASH).await;
    branch.work_until("2026-05-10").await;
    assert_eq!(paper(&branch, query).await, repaid);

    let closing_on = "2026-03-31".parse().unwrap();
    let of_march = PaperQuery::Statement {
        line_id,
        closing_on,
    };
    let printed = paper(&branch, of_march).await;
    let shown = StatementQuery {
        line_id,
        closing_on,
    };
    let shown = reader.statement(&shown).await.unwrap();
    assert_eq!(printed.body, PaperBody::Statement(Box::new(shown)));
    assert_eq!(printed.dated, closing_on);

    let today = branch.viewer(&branch.teller).await.today;
    let on = today.plus_days(5);
    let letter = paper(&branch, PaperQuery::Payoff { line_id, on }).await;
    let payoff = reader.payoff(line_id, on).await.unwrap();
    let PaperBody::Payoff(letter_body) = &letter.body else {
        panic!("{letter:?}");
    };
    assert!(letter_body.payoff_minor.is_positive());
    assert_eq!(letter_body.payoff_minor, payoff.payoff_minor);
    assert_eq!(letter_body.accrued_minor, payoff.accrued_minor);
    assert_eq!(letter.dated, today);
    let on = today.plus_days(-1);
    let error = refused(&branch, PaperQuery::Payoff { line_id, on }).await;
    assert_eq!(error.field.as_deref(), Some("on"));
}

/// The agreement is what was agreed on, whatever changed since; a notice of a lower limit says what
/// the limit was when it was told of.
#[tokio::test]
async fn what_was_told_stays_told() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.line(zoe, 100_000).await;
    branch.draw(line_id, 30_000, CASH).await;
    let agreement = PaperQuery::Agreement { line_id };
    let agreed = paper(&branch, agreement.clone()).await;
    let PaperBody::Agreement(body) = &agreed.body else {
        panic!("{agreed:?}");
    };
    assert_eq!(body.limit_minor, Minor(100_000));
    assert_eq!(body.purpose, "A new roof");
    assert_eq!(body.signed_on, Some("2026-03-02".parse().unwrap()));

    let to_come = |limit: i64, reason: &str| PaperQuery::LimitReductionToCome {
        line_id,
        limit: usd(limit),
        reason: reason.to_owned(),
    };
    let told = paper(&branch, to_come(80_000, "Income fell")).await;
    let first = change(&branch, line_id, lower(80_000, "2026-03-02"), true).await;
    let of = |change_id| PaperQuery::LimitReduction { line_id, change_id };
    assert_eq!(paper(&branch, of(first)).await, told);
    let second = change(&branch, line_id, lower(40_000, "2026-03-02"), false).await;
    let reduction = |before, limit| {
        PaperBody::LimitReduction(LimitReduction {
            before_minor: Minor(before),
            limit_minor: Minor(limit),
            reason: "Income fell".to_owned(),
        })
    };
    assert_eq!(told.body, reduction(100_000, 80_000));
    assert_eq!(
        paper(&branch, of(second)).await.body,
        reduction(80_000, 40_000)
    );
    assert_eq!(
        branch
            .engine
            .reader()
            .last_reduction(line_id)
            .await
            .unwrap(),
        second
    );
    // A higher limit and another rate are no reductions.
    let higher = LineChange::SetLimit {
        limit: usd(90_000),
        notice_given_on: None,
    };
    let higher = change(&branch, line_id, higher, true).await;
    none(&branch, of(higher), "no lower limit").await;
    let rate = LineChange::SetRate {
        from: "2026-03-02".parse().unwrap(),
        annual_percent: "9.5".parse().unwrap(),
        notice_given_on: None,
    };
    change(&branch, line_id, rate, true).await;
    assert_eq!(paper(&branch, agreement).await, agreed);

    for (limit, reason, field, code) in [
        (90_000, "Income fell", "limit", None),
        (
            0,
            "Income fell",
            "limit",
            Some(RefusalCode::AmountNotPositive),
        ),
        (
            29_999,
            "Income fell",
            "limit",
            Some(RefusalCode::BelowDrawn),
        ),
        (50_000, "  ", "reason", Some(RefusalCode::FieldEmpty)),
    ] {
        let error = refused(&branch, to_come(limit, reason)).await;
        assert_eq!(error.field.as_deref(), Some(field), "{limit} {reason}");
        let malformed = ErrorCode::Fault(FaultCode::Malformed);
        assert_eq!(error.code, code.map_or(malformed, ErrorCode::Refused));
    }

    let viewer = branch.viewer(&branch.teller).await;
    let papers = branch
        .engine
        .reader()
        .papers(&viewer, line_id)
        .await
        .unwrap();
    let queries: Vec<PaperQuery> = papers.into_iter().map(|row| row.query).collect();
    let expected = [
        PaperQuery::Agreement { line_id },
        of(first),
        of(second),
        PaperQuery::Payoff {
            line_id,
            on: viewer.today,
        },
    ];
    assert_eq!(queries, expected);
}

#[tokio::test]
async fn what_cannot_be_printed_says_why() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let reader = branch.engine.reader();
    let line_id = branch.application(zoe, 100_000).await;
    let today = branch.viewer(&branch.teller).await.today;
    none(
        &branch,
        PaperQuery::Agreement { line_id },
        "not approved yet",
    )
    .await;
    none(
        &branch,
        PaperQuery::AdverseAction { line_id },
        "was not rejected",
    )
    .await;
    let payoff = PaperQuery::Payoff { line_id, on: today };
    none(&branch, payoff, "not approved yet").await;
    let reduction = PaperQuery::LimitReductionToCome {
        line_id,
        limit: usd(1),
        reason: "x".to_owned(),
    };
    none(&branch, reduction, "no limit to be lowered").await;
    assert!(reader.last_reduction(line_id).await.is_err());

    let reject = Command::RejectApplication(RejectApplication {
        line_id,
        seen_version: 1,
        reasons: vec![RejectionReason::NoCreditFile, RejectionReason::Other],
        other_words: Some("No collateral".to_owned()),
    });
    branch.admin_does(reject).await.unwrap();
    none(&branch, PaperQuery::Agreement { line_id }, "was rejected").await;
    let notice = paper(&branch, PaperQuery::AdverseAction { line_id }).await;
    let PaperBody::AdverseAction(body) = &notice.body else {
        panic!("{notice:?}");
    };
    let [decision] = body.decisions.as_slice() else {
        panic!("{body:?}");
    };
    let words = decision.reasons_in_words();
    assert_eq!(words, ["No credit file", "No collateral"]);
    let of = Decided::Application {
        requested_minor: Minor(100_000),
        taken_on: today,
    };
    assert_eq!(decision.of, of);
    assert_eq!(notice.dated, today);
    let viewer = branch.viewer(&branch.teller).await;
    let rows = reader.papers(&viewer, line_id).await.unwrap();
    let queries: Vec<PaperQuery> = rows.into_iter().map(|row| row.query).collect();
    assert_eq!(queries, [PaperQuery::AdverseAction { line_id }]);

    // Money that has not moved, or came back.
    let account_id = branch.bank_account(zoe, "000000004711").await;
    let line_id = branch.line(zoe, 100_000).await;
    let by_network = PayOut::Bank {
        account_id,
        speed: Speed::Standard,
    };
    let queued = branch.draw(line_id, 5_000, by_network).await;
    let receipt = |movement_id| PaperQuery::Receipt { movement_id };
    none(&branch, receipt(queued), "is queued").await;
    let drawn = branch.draw(line_id, 5_000, CASH).await;
    let reverse = LineChange::Reverse { movement_id: drawn };
    change(&branch, line_id, reverse, true).await;
    none(&branch, receipt(drawn), "is returned").await;
    let unknown = MovementId(Uuid::now_v7());
    let error = refused(&branch, receipt(unknown)).await;
    assert_eq!(error.code, ErrorCode::Fault(FaultCode::NotFound));
    let closing_on = today;
    let statement = PaperQuery::Statement {
        line_id,
        closing_on,
    };
    none(&branch, statement, "no statement of 2026-03-02").await;
}

/// A notice says what was missing when it was told, whatever came in since.
#[tokio::test]
async fn what_was_missing_is_told_as_it_was() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.application(zoe, 100_000).await;
    let missing = |missing: &[MissingItem]| {
        let missing = missing.to_vec();
        Command::RecordMissing(RecordMissing { line_id, missing })
    };
    let notice = |reply_by: &str| {
        let reply_by = reply_by.parse().unwrap();
        Command::SendIncompletenessNotice(SendIncompletenessNotice { line_id, reply_by })
    };
    let of = |told_on: &str| PaperQuery::Incompleteness {
        line_id,
        told_on: told_on.parse().unwrap(),
    };
    let both = [MissingItem::ProofOfIncome, MissingItem::TaxReturn];
    branch.teller_does(missing(&both)).await.unwrap();
    none(&branch, of("2026-03-02"), "nobody was told on 2026-03-02").await;
    // The second of the day is what counts.
    branch.teller_does(notice("2026-03-20")).await.unwrap();
    branch.teller_does(notice("2026-03-25")).await.unwrap();
    branch.work_until("2026-03-09").await;
    branch.teller_does(missing(&both[1..])).await.unwrap();
    branch.teller_does(notice("2026-04-01")).await.unwrap();
    branch.teller_does(missing(&[])).await.unwrap();
    for (told_on, missing, by) in [
        ("2026-03-02", &both[..], "2026-03-25"),
        ("2026-03-09", &both[1..], "2026-04-01"),
    ] {
        let told = paper(&branch, of(told_on)).await;
        let expected = Incompleteness {
            requested_minor: Minor(100_000),
            taken_on: "2026-03-02".parse().unwrap(),
            missing: missing.to_vec(),
            by: by.parse().unwrap(),
        };
        assert_eq!(told.body, PaperBody::Incompleteness(expected));
        let name = format!("LC-000001-incompleteness-{told_on}");
        assert_eq!(told.file_stem(), name);
    }
    none(&branch, of("2026-03-03"), "nobody was told on 2026-03-03").await;
    let viewer = branch.viewer(&branch.teller).await;
    let reader = branch.engine.reader();
    let rows = reader.papers(&viewer, line_id).await.unwrap();
    let queries: Vec<PaperQuery> = rows.into_iter().map(|row| row.query).collect();
    assert_eq!(queries, [of("2026-03-02"), of("2026-03-09")]);
}

/// A notice says what was done before it was told, whatever was done since; and of one that was told
/// on a day already the second takes no place away.
#[tokio::test]
async fn what_was_done_to_a_line_is_told_as_it_was() {
    let branch = Branch::open().await;
    let reader = branch.engine.reader();
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.line(zoe, 100_000).await;
    let raise = |limit: i64| LineChange::SetLimit {
        limit: usd(limit),
        notice_given_on: None,
    };
    let freeze = || {
        let note = "A call from the police".to_owned();
        Command::FreezeLine(FreezeLine { line_id, note })
    };
    let unfreeze = || {
        let note = "Cleared up".to_owned();
        Command::UnfreezeLine(UnfreezeLine { line_id, note })
    };
    let details = async || {
        let viewer = branch.viewer(&branch.teller).await;
        reader.line(&viewer, line_id).await.unwrap()
    };
    let tell = async |reasons: &[RejectionReason], other_words: Option<&str>| {
        let tell = TellAdverseAction {
            line_id,
            seen_version: details().await.version,
            reasons: reasons.to_vec(),
            other_words: other_words.map(str::to_owned),
        };
        let told = branch.teller_does(Command::TellAdverseAction(tell)).await;
        told.unwrap();
    };
    let may_tell = async || {
        let details = details().await;
        let mut actions = details.actions.iter();
        let tell = actions.find(|action| action.kind == CommandKind::TellAdverseAction);
        tell.unwrap().refused
    };
    let of = |told_on: &str| PaperQuery::AdverseActionOnLine {
        line_id,
        told_on: told_on.parse().unwrap(),
    };
    let not_raised = |limit: i64, asked: i64, on: &str| ActionTaken {
        action: LineAction::LimitNotRaised {
            limit_minor: Minor(limit),
            asked_minor: Minor(asked),
        },
        on: on.parse().unwrap(),
    };
    let frozen = |on: &str| ActionTaken {
        action: LineAction::Frozen {},
        on: on.parse().unwrap(),
    };
    none(&branch, of("2026-03-02"), "nobody was told on 2026-03-02").await;
    assert_eq!(may_tell().await, Some(RefusalCode::NothingToTell));
    assert_eq!(details().await.row.clock, None);

    let change_id = change(&branch, line_id, raise(200_000), false).await;
    let decline = Command::DeclineChange(DeclineChange {
        line_id,
        change_id,
        reason: "Too much for this income".to_owned(),
    });
    branch.admin_does(decline).await.unwrap();
    branch.work_until("2026-03-09").await;
    branch.admin_does(freeze()).await.unwrap();
    assert_eq!(may_tell().await, None);
    let clock = details().await.row.clock.unwrap();
    assert_eq!(clock.kind, ClockKind::AdverseAction);
    assert_eq!(clock.due_on.to_string(), "2026-04-01");
    tell(&[RejectionReason::IncomeInsufficient], None).await;
    let seen = details().await;
    assert_eq!(seen.row.clock, None);
    let told = seen.adverse_actions.told.unwrap();
    assert_eq!(told.on.to_string(), "2026-03-09");
    assert_eq!(told.reasons, [RejectionReason::IncomeInsufficient]);
    // Once more on the same day, and then the limit is another one.
    branch.admin_does(unfreeze()).await.unwrap();
    branch.admin_does(freeze()).await.unwrap();
    tell(&[RejectionReason::Other], Some("The police called twice")).await;
    change(&branch, line_id, raise(150_000), true).await;

    let first = AdverseDecision {
        of: Decided::OnLine {
            actions: vec![
                not_raised(100_000, 200_000, "2026-03-02"),
                frozen("2026-03-09"),
            ],
        },
        reasons: vec![RejectionReason::IncomeInsufficient],
        other_words: None,
    };
    let second = AdverseDecision {
        of: Decided::OnLine {
            actions: vec![frozen("2026-03-09")],
        },
        reasons: vec![RejectionReason::Other],
        other_words: Some("The police called twice".to_owned()),
    };
    let told = paper(&branch, of("2026-03-09")).await;
    let notice = AdverseAction {
        decisions: vec![first, second],
        report_source: None,
    };
    assert_eq!(told.body, PaperBody::AdverseAction(notice));
    assert_eq!(told.file_stem(), "LC-000001-adverse-action-2026-03-09");
    none(&branch, of("2026-03-10"), "nobody was told on 2026-03-10").await;
    let viewer = branch.viewer(&branch.teller).await;
    let rows = reader.papers(&viewer, line_id).await.unwrap();
    let queries: Vec<PaperQuery> = rows.into_iter().map(|row| row.query).collect();
    let expected = [PaperQuery::Agreement { line_id }, of("2026-03-09")];
    assert_eq!(queries, expected);
}

#[tokio::test]
async fn nobody_writes_to_the_forgotten() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.application(zoe, 100_000).await;
    let reject = Command::RejectApplication(RejectApplication {
        line_id,
        seen_version: 1,
        reasons: vec![RejectionReason::NoCreditFile],
        other_words: None,
    });
    branch.admin_does(reject).await.unwrap();
    let forget = Command::ForgetCustomer(ForgetCustomer {
        customer_id: zoe,
        reason: "They asked for it".to_owned(),
    });
    branch.admin_does(forget).await.unwrap();
    none(
        &branch,
        PaperQuery::AdverseAction { line_id },
        "was forgotten",
    )
    .await;
    let viewer = branch.viewer(&branch.teller).await;
    let papers = branch.engine.reader().papers(&viewer, line_id).await;
    assert!(papers.is_err());
}
