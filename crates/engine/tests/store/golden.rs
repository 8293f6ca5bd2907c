//! The golden log: a store written by each released version, kept for ever and replayed by every
//! later one. It holds every type of event there is.
//!
//! `golden/VERSION/` may be made anew only until that version is released, by
//! `BRANCHLINE_GOLDEN=make cargo test -p engine --test store golden`; after a release a new
//! version gets a folder of its own and the old ones stay as they are.

use crate::branch::{Branch, CASH, Folder, MONDAY, options, profile, usd};
use domain::account::Role;
use domain::command::*;
use domain::customer::ProfileChange;
use domain::event::Event;
use domain::ids::*;
use domain::movement::MovementState;
use domain::transfer::*;
use domain::view::{CustomerQuery, SignIn, SignUp};
use engine::clock::Clock;
use engine::store::STORE_FILE;
use engine::verify::verify;
use engine::{Engine, Reading, store};
use serde_json::{Value, json};
use sqlx::Connection;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use uuid::Uuid;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn movement_id() -> MovementId {
    MovementId(Uuid::now_v7())
}

#[tokio::test]
async fn every_released_log_replays() {
    if std::env::var("BRANCHLINE_GOLDEN").is_ok_and(|word| word == "make") {
        make().await;
    }
    let mut versions = 0;
    for entry in std::fs::read_dir(golden()).unwrap() {
        replay(&entry.unwrap().path()).await;
        versions += 1;
    }
    assert!(
        versions > 0,
        "there is no golden log in {}",
        golden().display()
    );
}

/// Opens a copy as the program would, and holds what it shows against what was shown then.
async fn replay(version: &Path) {
    let folder = Folder::new();
    let data_dir = folder.path().join("data");
    std::fs::create_dir_all(&data_dir).unwrap();
    std::fs::copy(version.join(STORE_FILE), data_dir.join(STORE_FILE)).unwrap();
    let clock = Clock::set_to(MONDAY);
    // Opening brings the schema up to date, as it will for whoever updates the program.
    let engine = Engine::open(options(&data_dir, &clock)).await.unwrap();
    engine.stop().await;
    let mut connection = store::copies::connect_copy(&data_dir.join(STORE_FILE))
        .await
        .unwrap();
    let report = verify(&mut connection, engine.orders().store_key()).await;
    assert_eq!(report.findings, vec![], "{}", version.display());
    connection.close().await.unwrap();

    let shown = shown(&data_dir, &clock).await;
    let kept = std::fs::read_to_string(version.join("shown.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        shown,
        kept,
        "{} shows something else now",
        version.display()
    );
    let types: BTreeSet<&str> = kept["event_types"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if version.ends_with(env!("CARGO_PKG_VERSION")) {
        let all: BTreeSet<&str> = Event::TYPES.iter().copied().collect();
        assert_eq!(
            types, all,
            "this version's golden log lacks events of these types"
        );
    }
}

/// Every line with its figures, every customer, every type of event, the trial balance.
async fn shown(data_dir: &Path, clock: &Clock) -> Value {
    let reading = Reading::open(data_dir, crate::branch::PASSPHRASE, clock)
        .await
        .unwrap();
    let (reader, viewer) = (&reading.reader, &reading.viewer);
    let customers = CustomerQuery {
        search: String::new(),
        after: None,
        limit: 200,
    };
    let customers = reader.customers(&customers).await.unwrap().rows;
    let mut lines = Vec::new();
    for customer in &customers {
        for row in reader.customer(viewer, customer.id).await.unwrap().lines {
            let details = reader.line(viewer, row.id).await.unwrap();
            let movements: Vec<Value> = details
                .movements
                .iter()
                .map(|m| json!([m.kind, m.amount_minor, m.state, m.settled_on, m.return_code]))
                .collect();
            let number = row.number;
            lines.push(json!([
                number,
                row.status,
                details.figures,
                details.purpose,
                movements
            ]));
        }
    }
    lines.sort_by_key(|line| line[0].to_string());
    let mut types = BTreeSet::new();
    let mut after = None;
    let mut count = 0;
    loop {
        let page = reader.events(None, after.as_deref(), 200).await.unwrap();
        count += page.rows.len();
        types.extend(page.rows.into_iter().map(|row| row.event_type));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let balances = reader.trial_balance(None).await.unwrap();
    json!({
        "events": count,
        "event_types": types,
        "customers": customers,
        "lines": lines,
        "trial_balance": balances,
    })
}

/// What the network would have said, told to the engine by hand.
struct Teller<'a> {
    branch: &'a Branch,
}

impl Teller<'_> {
    async fn told(&self, internal: Internal) {
        self.branch
            .engine
            .orders()
            .internal(internal)
            .await
            .unwrap();
    }

    async fn marked(&self, line_id: LineId, movement_id: MovementId) {
        self.told(Internal::MarkAttempt {
            line_id,
            movement_id,
        })
        .await;
    }

    /// Marks an attempt and answers it. Waits are without jitter: the next step is due at once.
    async fn answered(
        &self,
        line_id: LineId,
        movement_id: MovementId,
        attempt: u32,
        answer: PostAnswer,
    ) {
        self.marked(line_id, movement_id).await;
        let jitter = 0;
        self.told(Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt,
            answer,
            jitter,
        })
        .await;
    }

    async fn looked_up(&self, line_id: LineId, movement_id: MovementId, found: LookUp) {
        self.told(Internal::RecordLookUp {
            line_id,
            movement_id,
            found,
            jitter: 0,
        })
        .await;
    }
}

fn remote(
    id: MovementId,
    direction: Direction,
    minor: i64,
    status: RemoteStatus,
    code: Option<&str>,
) -> RemoteTransfer {
    RemoteTransfer {
        id: format!("net-{id}"),
        reference: id.to_string(),
        direction,
        amount_minor: domain::money::Minor(minor),
        currency: "USD".to_owned(),
        status,
        settlement_date: Some("2026-03-03".parse().unwrap()),
        return_code: code.map(str::to_owned),
    }
}

/// One history with every type of event in it.
async fn make() {
    let branch = Branch::open().await;
    let network = Teller { branch: &branch };
    people(&branch).await;
    decisions(&branch).await;
    cash(&branch).await;
    transfers(&branch, &network).await;
    forgetting(&branch).await;
    network
        .told(Internal::MoveCursor {
            cursor: "17".to_owned(),
        })
        .await;
    network
        .told(Internal::ReportStrangers {
            counts: vec![("malformed".to_owned(), 3)],
        })
        .await;
    branch.engine.stop().await;

    let version = golden().join(env!("CARGO_PKG_VERSION"));
    std::fs::create_dir_all(&version).unwrap();
    let kept = version.join(STORE_FILE);
    let _ = std::fs::remove_file(&kept);
    engine::backup::backup(&branch.data_dir(), &kept)
        .await
        .unwrap();
    let shown = shown(&branch.data_dir(), &branch.clock).await;
    std::fs::write(version.join("shown.json"), format!("{shown:#}\n")).unwrap();
}

async fn people(branch: &Branch) {
    let engine = &branch.engine;
    let user_id = UserId(Uuid::now_v7());
    let form = SignUp {
        id: CommandId(Uuid::now_v7()),
        user_id,
        login: "pell".to_owned(),
        name: "Pell Marchetti".to_owned(),
        employee_number: "E-300".to_owned(),
        password: "nine lamps over water".to_owned(),
        admin: false,
    };
    engine.sign_up(form).await.unwrap();
    branch
        .admin_does(Command::DeclineAccount(DeclineAccount { user_id }))
        .await
        .unwrap();
    let wrong = SignIn {
        login: "tomas".to_owned(),
        password: "not the password at all".to_owned(),
    };
    engine.sign_in(wrong).await.unwrap_err();
    let tomas = branch.viewer(&branch.teller).await.user.id;
    branch
        .admin_does(Command::UnlockAccount(UnlockAccount { user_id: tomas }))
        .await
        .unwrap();
    let second = crate::branch::sign_in(engine, "tomas").await;
    engine.sign_out(&second).await.unwrap();
    // A refusal of a signed-in person.
    let role = Role::Admin;
    let own = ApproveAccount {
        user_id: tomas,
        employee_number: "E-200".to_owned(),
        role,
    };
    branch
        .teller_does(Command::ApproveAccount(own))
        .await
        .unwrap_err();
}

async fn decisions(branch: &Branch) {
    let customer_id = branch.customer("Imani", "Vance", "123456780").await;
    let told = profile("Imani", "Vance", "123456780");
    let change = ProfileChange {
        phone: "+1 202 555 0111".to_owned(),
        email: told.email,
        address: told.address,
        employment: told.employment,
        income_monthly_minor: told.income_monthly_minor,
        obligations_monthly_minor: told.obligations_monthly_minor,
    };
    let update = UpdateCustomer {
        customer_id,
        seen_version: 1,
        change,
    };
    branch
        .teller_does(Command::UpdateCustomer(update))
        .await
        .unwrap();
    let rejected = branch.application(customer_id, 90_000).await;
    let reject = RejectApplication {
        line_id: rejected,
        seen_version: 1,
        reasons: vec![
            RejectionReason::ExcessiveObligations,
            RejectionReason::Other,
        ],
        other_words: Some("The income could not be explained.".to_owned()),
    };
    branch
        .admin_does(Command::RejectApplication(reject))
        .await
        .unwrap();
    let cancelled = branch.application(customer_id, 80_000).await;
    let note = Some("Changed her mind.".to_owned());
    let cancel = CancelApplication {
        line_id: cancelled,
        note,
    };
    branch
        .teller_does(Command::CancelApplication(cancel))
        .await
        .unwrap();
}

async fn cash(branch: &Branch) {
    let customer_id = branch.customer("Otis", "Bramwell", "123456781").await;
    let line_id = branch.line(customer_id, 1_000_000).await;
    let note = || "Looked into it.".to_owned();
    branch
        .admin_does(Command::FreezeLine(FreezeLine {
            line_id,
            note: note(),
        }))
        .await
        .unwrap();
    branch
        .admin_does(Command::UnfreezeLine(UnfreezeLine {
            line_id,
            note: note(),
        }))
        .await
        .unwrap();
    branch.draw(line_id, 50_000, CASH).await;
    // More than is owed is credit, applied to the next draw; the rest is handed back.
    branch.repay(line_id, 58_000).await;
    branch.draw(line_id, 5_000, CASH).await;
    let amount = usd(3_000);
    let refund = RefundCredit {
        line_id,
        refund_id: movement_id(),
        amount,
    };
    branch
        .teller_does(Command::RefundCredit(refund))
        .await
        .unwrap();
    // Above the single signature: approved and paid, declined, called off.
    let waits = branch.draw(line_id, 600_000, CASH).await;
    branch
        .admin_does(Command::ApproveDraw(ApproveDraw {
            line_id,
            draw_id: waits,
        }))
        .await
        .unwrap();
    let pay = PayCashDraw {
        line_id,
        draw_id: waits,
        identity_seen: true,
    };
    branch.teller_does(Command::PayCashDraw(pay)).await.unwrap();
    branch.repay(line_id, 600_000).await;
    let declined = branch.draw(line_id, 700_000, CASH).await;
    let decline = DeclineDraw {
        line_id,
        draw_id: declined,
        reason: note(),
    };
    branch
        .admin_does(Command::DeclineDraw(decline))
        .await
        .unwrap();
    let called_off = branch.draw(line_id, 700_000, CASH).await;
    branch
        .teller_does(Command::CancelDraw(CancelDraw {
            line_id,
            draw_id: called_off,
        }))
        .await
        .unwrap();
    branch.draw(line_id, 1_000, CASH).await;
    let request = || {
        Command::RequestCancellation(RequestCancellation {
            line_id,
            reason: Some(note()),
        })
    };
    branch.teller_does(request()).await.unwrap();
    let decline = DeclineCancellation {
        line_id,
        reason: note(),
    };
    branch
        .admin_does(Command::DeclineCancellation(decline))
        .await
        .unwrap();
    branch.teller_does(request()).await.unwrap();
    branch.repay(line_id, 1_000).await;
}

async fn transfers(branch: &Branch, network: &Teller<'_>) {
    let customer_id = branch.customer("Noor", "Castellan", "123456782").await;
    let account_id = branch.bank_account(customer_id, "556677889").await;
    let disputed = branch.bank_account(customer_id, "556677880").await;
    for account_id in [account_id, disputed] {
        let signed_on = "2026-03-02".parse().unwrap();
        let authorize = AuthorizeDebit {
            customer_id,
            account_id,
            signed_on,
        };
        branch
            .teller_does(Command::AuthorizeDebit(authorize))
            .await
            .unwrap();
    }
    let line_id = branch.line(customer_id, 900_000).await;
    let bank = || PayOut::Bank {
        account_id,
        speed: Speed::Express,
    };
    let credit = Direction::Credit;

    // Refused connection, told to wait, doubt, asked in vain, not found, sent again, settled.
    let draw = branch.draw(line_id, 40_000, bank()).await;
    network
        .answered(
            line_id,
            draw,
            1,
            PostAnswer::NotSent {
                reason: "no connection",
            },
        )
        .await;
    let wait = PostAnswer::Status {
        status: 429,
        retry_after_ms: None,
    };
    network.answered(line_id, draw, 2, wait).await;
    network
        .answered(
            line_id,
            draw,
            3,
            PostAnswer::NoAnswer { reason: "time-out" },
        )
        .await;
    network
        .looked_up(
            line_id,
            draw,
            LookUp::NoAnswer {
                reason: "no answer",
            },
        )
        .await;
    network.looked_up(line_id, draw, LookUp::Nothing).await;
    let taken = remote(draw, credit, 40_000, RemoteStatus::Accepted, None);
    network
        .answered(line_id, draw, 4, PostAnswer::Transfer(taken))
        .await;
    let settled = remote(draw, credit, 40_000, RemoteStatus::Settled, None);
    network
        .looked_up(line_id, draw, LookUp::Found(settled))
        .await;
    assert_eq!(state(branch, line_id, draw).await, MovementState::Settled);

    // A debit of more than is owed; its credit is used by a draw; then it comes back.
    let repayment_id = movement_id();
    let amount = usd(45_000);
    let method = PayIn::Debit {
        account_id: disputed,
    };
    let debit = TakeRepayment {
        line_id,
        repayment_id,
        amount,
        method,
    };
    branch
        .teller_does(Command::TakeRepayment(debit))
        .await
        .unwrap();
    let debited = |status, code| remote(repayment_id, Direction::Debit, 45_000, status, code);
    let taken = PostAnswer::Transfer(debited(RemoteStatus::Accepted, None));
    network.answered(line_id, repayment_id, 1, taken).await;
    let found = |status, code| LookUp::Found(debited(status, code));
    network
        .looked_up(line_id, repayment_id, found(RemoteStatus::Settled, None))
        .await;
    branch.draw(line_id, 5_000, CASH).await;
    network
        .looked_up(
            line_id,
            repayment_id,
            found(RemoteStatus::Returned, Some("R10")),
        )
        .await;

    // Repaid in cash, and then the draw comes back: what was paid too much is credit.
    branch.repay(line_id, 45_000).await;
    let returned = remote(draw, credit, 40_000, RemoteStatus::Returned, Some("R02"));
    network
        .looked_up(line_id, draw, LookUp::Found(returned))
        .await;

    // Refused outright and not there: rejected. An answer about something else: under review.
    let other = branch.bank_account(customer_id, "556677881").await;
    let bank = || PayOut::Bank {
        account_id: other,
        speed: Speed::Standard,
    };
    let refused = branch.draw(line_id, 7_000, bank()).await;
    let no = PostAnswer::Status {
        status: 422,
        retry_after_ms: None,
    };
    network.answered(line_id, refused, 1, no).await;
    network.looked_up(line_id, refused, LookUp::Nothing).await;
    assert_eq!(
        state(branch, line_id, refused).await,
        MovementState::Rejected
    );
    let odd = branch.draw(line_id, 8_000, bank()).await;
    let mistaken = remote(odd, credit, 80_000, RemoteStatus::Accepted, None);
    network
        .answered(line_id, odd, 1, PostAnswer::Transfer(mistaken))
        .await;
    assert_eq!(
        state(branch, line_id, odd).await,
        MovementState::NeedsReview
    );
    let again = AskNetworkAgain {
        line_id,
        movement_id: odd,
    };
    branch
        .teller_does(Command::AskNetworkAgain(again))
        .await
        .unwrap();
}

async fn forgetting(branch: &Branch) {
    let customer_id = branch.customer("Wilhelmina", "Drax", "123456783").await;
    let reason = "The customer asked for it.".to_owned();
    branch
        .admin_does(Command::ForgetCustomer(ForgetCustomer {
            customer_id,
            reason,
        }))
        .await
        .unwrap();
}

async fn state(branch: &Branch, line_id: LineId, id: MovementId) -> MovementState {
    let viewer = branch.viewer(&branch.teller).await;
    let line = branch.engine.reader().line(&viewer, line_id).await.unwrap();
    line.movements
        .iter()
        .find(|movement| movement.id == id)
        .unwrap()
        .state
}
