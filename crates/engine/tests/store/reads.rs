//! What people are shown.

use crate::branch::{Branch, CASH};
use domain::command::*;
use domain::customer::Masked;
use domain::event::Stream;
use domain::ids::*;
use domain::line::Status;
use domain::movement::MovementState;
use domain::refusal::{ErrorCode, FaultCode, RefusalCode};
use domain::view::*;
use engine::sessions::Token;

fn query(search: &str) -> LineQuery {
    LineQuery {
        statuses: Vec::new(),
        search: search.to_owned(),
        mine: false,
        customer_id: None,
        order: LineOrder::NewestFirst,
        after: None,
        limit: 50,
    }
}

async fn numbers(branch: &Branch, token: &Token, query: &LineQuery) -> Vec<String> {
    let viewer = branch.viewer(token).await;
    let page = branch.engine.reader().lines(&viewer, query).await.unwrap();
    page.rows.into_iter().map(|row| row.number).collect()
}

/// Reads a list to its end in pages of two.
async fn all_pages(branch: &Branch, query: &LineQuery) -> Vec<String> {
    let viewer = branch.viewer(&branch.admin).await;
    let mut query = LineQuery {
        limit: 2,
        ..query.clone()
    };
    let mut numbers = Vec::new();
    loop {
        let page = branch.engine.reader().lines(&viewer, &query).await.unwrap();
        assert!(page.rows.len() <= 2);
        numbers.extend(page.rows.into_iter().map(|row| row.number));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return numbers,
        }
    }
}

#[tokio::test]
async fn lists_are_filtered_searched_and_paged() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let adam = branch.customer("Adam", "Novak", "987654321").await;
    branch.bank_account(adam, "000000004711").await;
    branch.application(zoe, 100_000).await; // 1: open
    branch.line(adam, 200_000).await; // 2: approved
    let drawn = branch.line(zoe, 300_000).await; // 3: outstanding
    branch.draw(drawn, 10_000, CASH).await;
    let cancelled = branch.application(adam, 50_000).await; // 4: cancelled
    let cancel = CancelApplication {
        line_id: cancelled,
        note: None,
    };
    branch
        .teller_does(Command::CancelApplication(cancel))
        .await
        .unwrap();
    branch.application(zoe, 70_000).await; // 5: open

    let lc = |places: &[u32]| -> Vec<String> {
        places
            .iter()
            .map(|place| format!("LC-{place:06}"))
            .collect()
    };
    let oldest = |query: LineQuery| LineQuery {
        order: LineOrder::OldestFirst,
        ..query
    };
    let by_name = |query: LineQuery| LineQuery {
        order: LineOrder::CustomerName,
        ..query
    };
    let of = |statuses: &[Status]| LineQuery {
        statuses: statuses.to_vec(),
        ..query("")
    };
    for (query, expected) in [
        (query(""), lc(&[5, 4, 3, 2, 1])),
        (oldest(query("")), lc(&[1, 2, 3, 4, 5])),
        (by_name(query("")), lc(&[2, 4, 1, 3, 5])),
        (of(&[Status::Open]), lc(&[5, 1])),
        (
            oldest(of(&[Status::Open, Status::Outstanding])),
            lc(&[1, 3, 5]),
        ),
        (
            of(&[Status::Open, Status::Outstanding, Status::Open]),
            lc(&[5, 3, 1]),
        ),
        (of(&[Status::Closed]), lc(&[])),
        (
            by_name(of(&[Status::Open, Status::Approved])),
            lc(&[2, 1, 5]),
        ),
        (query("zoe"), lc(&[5, 3, 1])),
        (query("hill z"), lc(&[5, 3, 1])),
        (query("nov"), lc(&[4, 2])),
        (query("4711"), lc(&[4, 2])),
        (query("202 555 6789"), lc(&[5, 3, 1])),
        (query("lc-00000"), lc(&[5, 4, 3, 2, 1])),
        (query("3"), lc(&[3])),
        (query("nobody"), lc(&[])),
        (query("%"), lc(&[])),
        (query("' or 1=1 --"), lc(&[])),
        (
            oldest(LineQuery {
                statuses: vec![Status::Open],
                ..query("zoe")
            }),
            lc(&[1, 5]),
        ),
        (
            LineQuery {
                customer_id: Some(adam),
                ..query("")
            },
            lc(&[4, 2]),
        ),
        (
            LineQuery {
                customer_id: Some(adam),
                ..of(&[Status::Approved])
            },
            lc(&[2]),
        ),
        (
            LineQuery {
                customer_id: Some(adam),
                ..query("zoe")
            },
            lc(&[]),
        ),
    ] {
        let found = numbers(&branch, &branch.admin, &query).await;
        assert_eq!(found, expected, "{query:?}");
        assert_eq!(
            all_pages(&branch, &query).await,
            expected,
            "in pages: {query:?}"
        );
    }
    let mine = LineQuery {
        mine: true,
        ..query("")
    };
    assert_eq!(
        numbers(&branch, &branch.teller, &mine).await,
        lc(&[5, 4, 3, 2, 1])
    );
    assert_eq!(numbers(&branch, &branch.admin, &mine).await, lc(&[]));

    let viewer = branch.viewer(&branch.admin).await;
    for after in ["", "made up", "eyJOdW1iZXIiOjF9"] {
        let bad = LineQuery {
            after: Some(after.to_owned()),
            ..query("")
        };
        let refused = branch
            .engine
            .reader()
            .lines(&viewer, &bad)
            .await
            .unwrap_err();
        let error: domain::refusal::ApiError = refused.into();
        assert_eq!(error.code, ErrorCode::Fault(FaultCode::Malformed));
        assert_eq!(error.field.as_deref(), Some("after"));
    }
    branch.engine.stop().await;
}

fn refused(actions: &[ActionView], kind: CommandKind) -> Option<RefusalCode> {
    let action = actions.iter().find(|action| action.kind == kind);
    action
        .unwrap_or_else(|| panic!("{kind:?} is missing"))
        .refused
}

#[tokio::test]
async fn details_say_what_may_be_done_and_why_not() {
    use domain::command::CommandKind as Kind;
    let branch = Branch::open().await;
    let reader = branch.engine.reader();
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line_id = branch.application(zoe, 5_000_000).await;
    let (admin, teller) = (
        branch.viewer(&branch.admin).await,
        branch.viewer(&branch.teller).await,
    );

    let seen = reader.line(&teller, line_id).await.unwrap();
    assert_eq!(
        refused(&seen.actions, Kind::ApproveApplication),
        Some(RefusalCode::AdminOnly)
    );
    assert_eq!(
        refused(&seen.actions, Kind::RequestDraw),
        Some(RefusalCode::NotApproved)
    );
    assert_eq!(refused(&seen.actions, Kind::CancelApplication), None);
    assert_eq!(seen.row.taken_by_name, "Tomás Lindqvist");
    assert_eq!(seen.customer.name, "Zoë Hill");
    let seen = reader.line(&admin, line_id).await.unwrap();
    assert_eq!(
        refused(&seen.actions, Kind::ApproveApplication),
        Some(RefusalCode::ChecksMissing)
    );
    let seen_version = branch.checked(line_id).await;
    let seen = reader.line(&admin, line_id).await.unwrap();
    assert_eq!(refused(&seen.actions, Kind::ApproveApplication), None);
    assert_eq!(
        refused(&seen.actions, Kind::FreezeLine),
        Some(RefusalCode::NotApproved)
    );

    // An admin who takes an application decides nothing about it.
    let own = LineId(uuid::Uuid::now_v7());
    let take = TakeApplication {
        line_id: own,
        customer_id: zoe,
        product_id: seen.product_id,
        requested: crate::branch::usd(1_000),
        purpose: "A bicycle".to_owned(),
        missing: Vec::new(),
    };
    branch
        .admin_does(Command::TakeApplication(take))
        .await
        .unwrap();
    let seen = reader.line(&admin, own).await.unwrap();
    assert_eq!(
        refused(&seen.actions, Kind::ApproveApplication),
        Some(RefusalCode::OwnRequest)
    );
    assert_eq!(
        refused(&seen.actions, Kind::RejectApplication),
        Some(RefusalCode::OwnRequest)
    );

    // A draw above the single signature waits for somebody else.
    let approve = ApproveApplication {
        line_id,
        seen_version,
        seen_product_version: 1,
        limit: crate::branch::usd(2_000_000),
    };
    branch
        .admin_does(Command::ApproveApplication(approve))
        .await
        .unwrap();
    let signed_on = teller.today;
    branch
        .teller_does(Command::RecordAgreement(RecordAgreement {
            line_id,
            signed_on,
        }))
        .await
        .unwrap();
    let draw_id = branch.draw(line_id, 1_500_000, CASH).await;
    let seen = reader.line(&admin, line_id).await.unwrap();
    let [draw] = seen.movements.as_slice() else {
        panic!("{:?}", seen.movements)
    };
    assert_eq!((draw.id, draw.state), (draw_id, MovementState::Requested));
    assert_eq!(refused(&draw.actions, Kind::ApproveDraw), None);
    assert_eq!(
        refused(&draw.actions, Kind::PayCashDraw),
        Some(RefusalCode::NotPayable)
    );
    assert_eq!(refused(&draw.actions, Kind::CancelDraw), None);
    assert_eq!(seen.figures.on_their_way_minor.0, 1_500_000);
    let seen = reader.movement(&teller, draw_id).await.unwrap();
    assert_eq!(
        refused(&seen.actions, Kind::ApproveDraw),
        Some(RefusalCode::AdminOnly)
    );

    let desk = reader.admin_desk(&admin).await.unwrap();
    assert_eq!(desk.open_applications.len(), 1);
    assert_eq!(desk.waiting_draws.len(), 1);
    assert!(!desk.more_open && desk.in_review.is_empty() && desk.locked_accounts.is_empty());
    let unknown = reader
        .line(&admin, LineId(uuid::Uuid::nil()))
        .await
        .unwrap_err();
    let error: domain::refusal::ApiError = unknown.into();
    assert_eq!(error.code, ErrorCode::Fault(FaultCode::NotFound));
    branch.engine.stop().await;
}

#[tokio::test]
async fn the_history_runs_with_its_balance_and_the_log_in_words() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let account_id = branch.bank_account(zoe, "000123456789").await;
    let line = branch.line(zoe, 500_000).await;
    branch.draw(line, 50_000, CASH).await;
    branch.repay(line, 20_000).await;
    branch.draw(line, 5_000, CASH).await;
    branch.repay(line, 36_000).await;
    let bank = PayOut::Bank {
        account_id,
        speed: Speed::Express,
    };
    branch.draw(line, 7_000, bank).await;

    let reader = branch.engine.reader();
    let whole = reader.transactions(line, None, 200).await.unwrap();
    let rows: Vec<(i64, i64, i64)> = whole
        .rows
        .iter()
        .map(|row| {
            (
                row.principal_minor.0,
                row.credit_minor.0,
                row.balance_minor.0,
            )
        })
        .collect();
    // The last repayment was more than was owed: the rest is customer credit.
    let expected = [
        (-35_000, 1_000, -1_000),
        (5_000, 0, 35_000),
        (-20_000, 0, 30_000),
        (50_000, 0, 50_000),
    ];
    assert_eq!(rows, expected);
    assert_eq!(whole.next, None);
    let first = reader.transactions(line, None, 3).await.unwrap();
    let rest = reader
        .transactions(line, first.next.as_deref(), 3)
        .await
        .unwrap();
    assert_eq!([first.rows, rest.rows].concat(), whole.rows);
    assert_eq!(rest.next, None);

    let log = reader
        .events(Some(Stream::Line(line)), None, 200)
        .await
        .unwrap();
    let sentences: Vec<&str> = log.rows.iter().map(|row| row.sentence.as_str()).collect();
    assert_eq!(
        sentences.last(),
        Some(&"Application LC-000001 was taken: Personal line of credit, 5,000.00 USD requested.")
    );
    assert!(
        sentences.contains(&"500.00 USD was paid out in cash."),
        "{sentences:?}"
    );
    assert_eq!(log.rows.last().unwrap().actor_name, "Tomás Lindqvist");
    let text = serde_json::to_string(&log).unwrap();
    for secret in ["Zoë", "A new roof", "000123456789", "021000021"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let first = reader
        .events(Some(Stream::Line(line)), None, 4)
        .await
        .unwrap();
    let rest = reader
        .events(Some(Stream::Line(line)), first.next.as_deref(), 200)
        .await
        .unwrap();
    assert_eq!([first.rows, rest.rows].concat(), log.rows);

    let viewer = branch.viewer(&branch.teller).await;
    let facts = reader.transfers(&viewer).await.unwrap();
    assert_eq!((facts.queued, facts.unknown, facts.jobs.len()), (1, 0, 1));
    assert_eq!(facts.oldest_queued_at, Some(crate::branch::MONDAY));
    branch.engine.stop().await;
}

#[tokio::test]
async fn customers_are_found_masked_and_forgotten() {
    let branch = Branch::open().await;
    let reader = branch.engine.reader();
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    branch.bank_account(zoe, "000123456789").await;
    branch.customer("Adam", "Hillary", "987654321").await;
    let viewer = branch.viewer(&branch.teller).await;
    let find = async |search: &str, after: Option<String>, limit| {
        let query = CustomerQuery {
            search: search.to_owned(),
            after,
            limit,
        };
        reader.customers(&query).await.unwrap()
    };
    let names = |page: &CustomerPage| -> Vec<String> {
        page.rows.iter().map(|row| row.name.clone()).collect()
    };
    assert_eq!(
        names(&find("", None, 10).await),
        ["Adam Hillary", "Zoë Hill"]
    );
    // In the order of what they are found by: whose name is no longer than the text comes first.
    assert_eq!(
        names(&find("hill", None, 10).await),
        ["Zoë Hill", "Adam Hillary"]
    );
    let first = find("hill", None, 1).await;
    let second = find("hill", first.next.clone(), 1).await;
    assert_eq!(
        [names(&first), names(&second)].concat(),
        ["Zoë Hill", "Adam Hillary"]
    );
    assert_eq!(second.next, None);
    assert_eq!(names(&find("555-6789", None, 10).await), ["Zoë Hill"]);

    // Both names begin so, and 6789 is the end of a phone and of an account: shown once each.
    let both = branch.customer("Ana", "Anaya", "111111111").await;
    for search in ["an", "ana"] {
        let page = find(search, None, 10).await;
        assert_eq!(names(&page), ["Ana Anaya"], "{search}");
    }
    let page = find("6789", None, 10).await;
    assert_eq!(names(&page), ["Zoë Hill"]);
    let forget = ForgetCustomer {
        customer_id: both,
        reason: "Asked in writing".to_owned(),
    };
    branch
        .admin_does(Command::ForgetCustomer(forget))
        .await
        .unwrap();
    assert_eq!(names(&find("ana", None, 10).await), Vec::<String>::new());

    let details = reader.customer(&viewer, zoe).await.unwrap();
    assert_eq!(details.tax_id_masked, "•••-••-6789");
    assert_eq!(details.document_masked, "••••••02");
    assert_eq!(details.bank_accounts[0].last4, "6789");
    let text = serde_json::to_string(&details).unwrap();
    for secret in ["123456789", "1980-05-17", "X4471902", "021000021"] {
        assert!(!text.contains(secret), "{secret}");
    }

    let forget = ForgetCustomer {
        customer_id: zoe,
        reason: "Asked in writing".to_owned(),
    };
    branch
        .admin_does(Command::ForgetCustomer(forget))
        .await
        .unwrap();
    let details = reader.customer(&viewer, zoe).await.unwrap();
    assert!(details.row.forgotten);
    assert_eq!(details.row.name, "Forgotten customer");
    assert_eq!(
        (details.tax_id_masked.as_str(), details.address),
        ("", None)
    );
    assert_eq!(names(&find("zoe", None, 10).await), Vec::<String>::new());
    branch.engine.stop().await;
}

/// More customers of one name than a search lists the lines of: the page says that there are more.
#[tokio::test]
async fn what_is_capped_says_so() {
    let branch = Branch::open().await;
    for place in 0..201 {
        let tax_id = format!("{:09}", 100_000_000 + place);
        let id = branch.customer("Zoë", "Hill", &tax_id).await;
        branch.application(id, 10_000).await;
    }
    let adam = branch.customer("Adam", "Novak", "987654321").await;
    branch.application(adam, 10_000).await;
    let viewer = branch.viewer(&branch.admin).await;
    let seen = async |search: &str, order| {
        let query = LineQuery {
            order,
            limit: 200,
            ..query(search)
        };
        let page = branch.engine.reader().lines(&viewer, &query).await.unwrap();
        (page.rows.len(), page.next.is_some(), page.capped)
    };
    for order in [
        LineOrder::NewestFirst,
        LineOrder::OldestFirst,
        LineOrder::CustomerName,
    ] {
        assert_eq!(seen("zoe", order).await, (200, false, true), "{order:?}");
        assert_eq!(seen("novak", order).await, (1, false, false), "{order:?}");
        // By the number there is no end, and nothing is left out.
        assert_eq!(seen("lc-0", order).await, (200, true, false), "{order:?}");
    }
    branch.engine.stop().await;
}

/// A line whose past is long is shown from its summary, and nobody can tell.
#[tokio::test]
async fn a_long_past_changes_nothing_that_is_shown() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 500_000).await;
    for amount in 1..=20 {
        branch.draw(line, 1_000 * amount, CASH).await;
        branch.repay(line, 500 * amount).await;
    }
    let viewer = branch.viewer(&branch.admin).await;
    let reader = branch.engine.reader();
    let details = reader.line(&viewer, line).await.unwrap();
    assert_eq!(details.purpose, "A new roof");
    assert_eq!(details.figures.principal_minor.0, 105_000);
    assert_eq!(details.movements.len(), 40);
    let rows = reader.lines(&viewer, &query("")).await.unwrap().rows;
    let payoff = reader.payoff(line, viewer.today).await.unwrap();
    assert_eq!(payoff.payoff_minor, details.figures.owed_minor);

    // The balance counts down page by page as it counts up entry by entry.
    let mut history = Vec::new();
    let mut after = None;
    loop {
        let page = reader
            .transactions(line, after.as_deref(), 7)
            .await
            .unwrap();
        history.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(history.len(), 40);
    let mut balance = 0;
    for row in history.iter().rev() {
        balance += row.principal_minor.0 + row.interest_minor.0 + row.fees_minor.0;
        balance -= row.credit_minor.0;
        assert_eq!(row.balance_minor.0, balance);
    }
    assert_eq!(balance, 105_000);

    branch.engine.stop().await;
    let mut by_hand = engine::store::copies::connect_copy(&branch.store_path())
        .await
        .unwrap();
    let verify = async |connection: &mut sqlx::SqliteConnection| {
        let key = branch.engine.orders().store_key();
        engine::verify::verify(connection, key).await.findings
    };
    assert_eq!(verify(&mut by_hand).await, vec![]);
    let edit = "update lines set summary = replace(summary, '\"in_review\":0', '\"in_review\":1')";
    let edited = sqlx::query(edit).execute(&mut by_hand).await.unwrap();
    assert_eq!(edited.rows_affected(), 1);
    // By what the log gives, and by the row's own code.
    assert_eq!(verify(&mut by_hand).await.len(), 2);
    // Without a summary the document itself is shown.
    let away = "update lines set summary = null";
    sqlx::query(away).execute(&mut by_hand).await.unwrap();
    sqlx::Connection::close(by_hand).await.unwrap();

    let options = crate::branch::options(&branch.data_dir(), &branch.clock);
    drop(branch.engine);
    let engine = engine::Engine::open(options).await.unwrap();
    let reader = engine.reader();
    assert_eq!(reader.line(&viewer, line).await.unwrap(), details);
    let page = reader.lines(&viewer, &query("")).await.unwrap();
    assert_eq!(page.rows, rows);
    engine.stop().await;
}

#[tokio::test]
async fn what_is_masked_is_shown_once_it_is_written_down() {
    let branch = Branch::open().await;
    let engine = &branch.engine;
    let customer_id = branch.customer("Ines", "Ferreira", "123456789").await;
    let account_id = branch.bank_account(customer_id, "9988776655").await;
    let reveal = |customer_id, masked| {
        let asked = Reveal {
            customer_id,
            masked,
        };
        engine.reveal(&branch.teller, asked)
    };
    let revealed = || async {
        let count = "select count(*) from events where type = 'private_revealed'";
        let count: i64 = sqlx::query_scalar(count)
            .fetch_one(engine.orders().pool())
            .await
            .unwrap();
        count
    };
    for (place, (masked, value)) in [
        (Masked::TaxId, "123-45-6789"),
        (Masked::BirthDate, "1980-05-17"),
        (Masked::IdentityDocument, "X4471902"),
        (Masked::BankAccount { account_id }, "021000021 9988776655"),
    ]
    .into_iter()
    .enumerate()
    {
        let shown = reveal(customer_id, masked).await.unwrap();
        assert_eq!(shown.value, value);
        assert_eq!(revealed().await, i64::try_from(place).unwrap() + 1);
    }
    let nobody = CustomerId(uuid::Uuid::now_v7());
    let refused = reveal(nobody, Masked::TaxId).await.unwrap_err();
    assert_eq!(
        refused.code,
        ErrorCode::Refused(RefusalCode::UnknownCustomer)
    );
    engine.sign_out(&branch.teller).await.unwrap();
    let refused = reveal(customer_id, Masked::TaxId).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Fault(FaultCode::SessionEnded));
    assert_eq!(revealed().await, 4, "who sees nothing leaves nothing");
    branch.engine.stop().await;
}
