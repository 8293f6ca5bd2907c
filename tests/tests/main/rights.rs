//! At the engine's own door: every kind of command about an application in every state, from whoever
//! has no session (or none any more), from staff where an admin is needed, and about another branch's things.
//! Each is refused by name, and views, journal and outbox stay what they were. What people with a session
//! may do is written in `crates/domain/tests/main/rights.rs`.

use domain::account::Role;
use domain::change::LineChange;
use domain::command::*;
use domain::ids::*;
use domain::money::Minor;
use domain::refusal::{ErrorCode, FaultCode, RefusalCode};
use domain::transfer::{Direction, PostAnswer, RemoteStatus, RemoteTransfer};
use engine::clock::Clock;
use engine::sessions::{IDLE_MS, LONGEST_MS, Token};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use stories::branch::paper::*;
use stories::branch::{self, Branch, Folder, Outside, Person, people};
use stories::garble::corpus;
use stories::proof;
use uuid::Uuid;

/// Each state of a line, as `crates/domain/tests/main/states.rs` names them.
const STATES: [&str; 14] = [
    "Open",
    "Cancelled",
    "Rejected",
    "Offered",
    "Approved",
    "Frozen",
    "Outstanding",
    "Leaving",
    "InReview",
    "Repaid",
    "WithCredit",
    "Closed",
    "ClosedOwing",
    "ChargedOff",
];

/// What a command may be about.
struct About {
    line_id: LineId,
    customer_id: CustomerId,
    account_id: BankAccountId,
    movement_id: MovementId,
    product_id: ProductId,
    waiting: UserId,
}

struct House {
    branch: Branch,
    clock: Clock,
    customers: u32,
    waiting: UserId,
}

impl House {
    async fn found(first_customer: u32) -> House {
        let folder = Folder::new();
        let mut options = branch::options(folder.path(), None);
        let clock = Clock::set_to(Clock::System.now());
        options.clock = clock.clone();
        let branch = Branch::found_with(folder, options).await;
        let form = people::sign_up_form("waiting", "W-1", true);
        let waiting = form.user_id;
        branch.engine.sign_up(form).await.unwrap();
        House {
            branch,
            clock,
            customers: first_customer,
            waiting,
        }
    }

    fn passes(&self, ms: i64) {
        self.clock.set(self.clock.now().plus_ms(ms));
    }

    async fn staff(&self, command: Command) {
        self.branch.done(&self.branch.sam, command).await;
    }

    async fn admin(&self, command: Command) {
        self.branch.done(&self.branch.ada, command).await;
    }

    /// A line in this state, with a movement of its own where it can have one.
    async fn line_in(&mut self, state: &str) -> About {
        self.customers += 1;
        let (customer_id, account_id) = self.branch.customer(self.customers).await;
        let movement_id = MovementId(Uuid::now_v7());
        let product_id = self.branch.product_id;
        let line_id = match state {
            "Open" | "Rejected" | "Offered" => {
                let line_id = LineId(Uuid::now_v7());
                self.staff(take_application(line_id, customer_id, product_id, 900_000))
                    .await;
                let seen = self.branch.checked(line_id).await;
                match state {
                    "Rejected" => {
                        let reasons = [RejectionReason::NoCreditFile];
                        self.admin(reject(line_id, seen, &reasons)).await;
                    }
                    "Offered" => self.admin(approve(line_id, seen, 900_000)).await,
                    _ => {}
                }
                line_id
            }
            _ => self.branch.open_line(customer_id, 900_000).await,
        };
        let about = About {
            line_id,
            customer_id,
            account_id,
            movement_id,
            product_id,
            waiting: self.waiting,
        };
        self.bring(&about, state).await;
        about
    }

    async fn bring(&self, about: &About, state: &str) {
        let (line_id, draw) = (about.line_id, about.movement_id);
        let owes = [
            "Outstanding",
            "Leaving",
            "Repaid",
            "WithCredit",
            "Closed",
            "ClosedOwing",
            "ChargedOff",
        ];
        if owes.contains(&state) {
            self.staff(draw_cash(line_id, draw, 40_000)).await;
        }
        let repay = |minor| repay_cash(line_id, MovementId(Uuid::now_v7()), minor);
        let note = || "A look first".to_owned();
        match state {
            "Open" | "Rejected" | "Offered" | "Approved" | "Outstanding" => {}
            "Cancelled" => {
                let cancel = CancelApplication {
                    line_id,
                    note: None,
                };
                self.staff(Command::CancelApplication(cancel)).await;
            }
            "Frozen" => {
                let note = note();
                self.admin(Command::FreezeLine(FreezeLine { line_id, note }))
                    .await;
            }
            "Leaving" => {
                let ask = RequestCancellation {
                    line_id,
                    reason: None,
                };
                self.staff(Command::RequestCancellation(ask)).await;
            }
            "InReview" => self.under_review(about).await,
            "Repaid" => self.staff(repay(40_000)).await,
            "WithCredit" => self.staff(repay(45_000)).await,
            "Closed" => {
                self.staff(repay(40_000)).await;
                self.staff(Command::CloseLine(CloseLine { line_id })).await;
            }
            "ClosedOwing" => self.closed_owing(about).await,
            "ChargedOff" => {
                let (change_id, change) = (ChangeId(Uuid::now_v7()), LineChange::ChargeOff {});
                let request = RequestChange {
                    line_id,
                    change_id,
                    change: change.clone(),
                    reason: note(),
                };
                self.staff(Command::RequestChange(request)).await;
                let approve = ApproveChange {
                    line_id,
                    change_id,
                    change,
                };
                self.admin(Command::ApproveChange(approve)).await;
            }
            other => panic!("{other} is no state of a line"),
        }
    }

    fn remote(
        &self,
        id: MovementId,
        minor: i64,
        direction: Direction,
        status: RemoteStatus,
    ) -> RemoteTransfer {
        RemoteTransfer {
            id: format!("tr_{id}"),
            reference: id.to_string(),
            direction,
            amount_minor: Minor(minor),
            currency: "USD".to_owned(),
            status,
            settlement_date: None,
            return_code: (status == RemoteStatus::Returned).then(|| "R01".to_owned()),
            reversals: None,
        }
    }

    /// The answer to its draw was about another amount.
    async fn under_review(&self, about: &About) {
        let (line_id, movement_id) = (about.line_id, about.movement_id);
        let draw = draw_to_bank(
            line_id,
            movement_id,
            40_000,
            about.account_id,
            Speed::Standard,
        );
        self.staff(draw).await;
        let orders = self.branch.engine.orders();
        orders
            .internal(Internal::MarkAttempt {
                line_id,
                movement_id,
            })
            .await
            .unwrap();
        let odd = self.remote(movement_id, 1, Direction::Credit, RemoteStatus::Accepted);
        let answered = Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt: 1,
            answer: PostAnswer::Transfer(odd),
            jitter: 0,
        };
        orders.internal(answered).await.unwrap();
    }

    /// The debit that paid it came back after it was closed.
    async fn closed_owing(&self, about: &About) {
        let (line_id, debit) = (about.line_id, MovementId(Uuid::now_v7()));
        self.staff(repay_by_debit(line_id, debit, 40_000, about.account_id))
            .await;
        let orders = self.branch.engine.orders();
        let mark = Internal::MarkAttempt {
            line_id,
            movement_id: debit,
        };
        orders.internal(mark).await.unwrap();
        for status in [RemoteStatus::Settled, RemoteStatus::Returned] {
            let remote = self.remote(debit, 40_000, Direction::Debit, status);
            let said = Internal::RecordNetworkState {
                line_id,
                movement_id: debit,
                remote,
            };
            orders.internal(said).await.unwrap();
            if status == RemoteStatus::Settled {
                self.staff(Command::CloseLine(CloseLine { line_id })).await;
            }
        }
    }

    async fn in_every_state(&mut self) -> Vec<(&'static str, About)> {
        let mut all = Vec::new();
        for state in STATES {
            all.push((state, self.line_in(state).await));
        }
        all
    }

    async fn everything(&self) -> Vec<String> {
        let mut outside = Outside::open(self.branch.folder()).await;
        let rows = outside.views_journal_and_outbox().await;
        outside.close().await;
        rows
    }
}

/// The kept example of a kind, about these things.
fn naming(example: &Value, about: &About) -> Submission {
    let mut submission = example.clone();
    submission["id"] = json!(branch::new_id());
    if let Value::Object(members) = &mut submission["command"] {
        for (name, value) in members.iter_mut() {
            rename(name, value, about);
        }
    }
    serde_json::from_value(submission).expect("an example of the corpus")
}

fn rename(name: &str, value: &mut Value, about: &About) {
    let id = match name {
        "line_id" => json!(about.line_id),
        "customer_id" => json!(about.customer_id),
        "account_id" => json!(about.account_id),
        "draw_id" | "movement_id" | "repayment_id" => json!(about.movement_id),
        "product_id" => json!(about.product_id),
        "user_id" | "teller_id" => json!(about.waiting),
        _ => {
            if let Value::Object(members) = value {
                for (name, value) in members.iter_mut() {
                    rename(name, value, about);
                }
            }
            return;
        }
    };
    *value = id;
}

/// What an admin meets who names another branch's things. `None`: it names nothing that was
/// there before.
fn elsewhere(kind: CommandKind) -> Option<RefusalCode> {
    use CommandKind as K;
    Some(match kind {
        K::RecordCustomer | K::DefineProduct | K::CloseDay | K::SetHolidays => return None,
        K::OpenDrawer | K::MoveVaultCash | K::CountDrawer => return None,
        K::DemandSecondFactor => return None,
        K::UpdateCustomer
        | K::AddBankAccount
        | K::AuthorizeDebit
        | K::ForgetCustomer
        | K::AddContactNote
        | K::TakeApplication => RefusalCode::UnknownCustomer,
        K::ApproveAccount
        | K::DeclineAccount
        | K::UnlockAccount
        | K::SetRole
        | K::DisableAccount
        | K::EnableAccount
        | K::IssueResetCode
        | K::RemoveSecondFactor => RefusalCode::UnknownUser,
        K::CloseDrawer => RefusalCode::DrawerNotOpen,
        K::ResolveFinding => RefusalCode::UnknownFinding,
        K::RecordMissing
        | K::SendIncompletenessNotice
        | K::RecordCheck
        | K::ApproveApplication
        | K::RejectApplication
        | K::CancelApplication
        | K::RecordAgreement
        | K::RequestDraw
        | K::ApproveDraw
        | K::DeclineDraw
        | K::BreakGlass
        | K::PayCashDraw
        | K::CancelDraw
        | K::TakeRepayment
        | K::CancelRepayment
        | K::RefundCredit
        | K::RequestCancellation
        | K::DeclineCancellation
        | K::CloseLine
        | K::FreezeLine
        | K::UnfreezeLine
        | K::TellAdverseAction
        | K::AskNetworkAgain
        | K::RetryTransfer
        | K::ParkTransfer
        | K::HandBackTransfer
        | K::PresentAgain
        | K::RequestChange
        | K::ApproveChange
        | K::DeclineChange => RefusalCode::UnknownLine,
    })
}

/// Sessions that are none, or none any more.
async fn without_a_session(house: &House, other: &Person) -> Vec<(&'static str, Token)> {
    let engine = &house.branch.engine;
    let working_day = people::sign_in(engine, "sam").await.token;
    // Used all day long, until the day is over.
    for _ in 0..LONGEST_MS / (IDLE_MS / 2) {
        house.passes(IDLE_MS / 2);
        // The last word may come too late already.
        let _ = engine.present(&working_day);
    }
    let idle = people::sign_in(engine, "sam").await.token;
    house.passes(IDLE_MS);
    let left = people::sign_in(engine, "sam").await.token;
    engine.sign_out(&left).await.unwrap();
    vec![
        ("no session", Token::from_page("")),
        ("a session made up", Token::from_page(&"A".repeat(43))),
        ("signed out", left),
        ("idle too long", idle),
        ("a working day old", working_day),
        ("signed in at another branch", other.token.clone()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_no_right_is_refused_in_every_state_and_changes_nothing() {
    let examples: BTreeMap<String, Value> = corpus("commands")
        .into_iter()
        .map(|(name, text)| (name, serde_json::from_slice(&text).unwrap()))
        .collect();
    let example = |kind: CommandKind| {
        let name = format!("{}.json", json!(kind).as_str().unwrap());
        examples
            .get(&name)
            .unwrap_or_else(|| panic!("tests/corpus/commands lacks {name}"))
    };
    let mut house = House::found(0).await;
    let other = House::found(500).await;
    let lines = house.in_every_state().await;
    // What was meant to be a state is one: the words of the program itself.
    for (state, about) in &lines {
        let row = house.branch.line(about.line_id).await.row;
        let shown = format!("{:?}", row.status);
        let meant = match *state {
            "Offered" | "Frozen" => "Approved",
            "Leaving" | "InReview" | "ChargedOff" => "Outstanding",
            "WithCredit" => "Repaid",
            "ClosedOwing" => "Closed",
            plain => plain,
        };
        assert_eq!(shown, meant, "{state}");
        let flags = (
            row.frozen,
            row.cancellation_requested,
            row.closed_but_owing,
            row.in_review > 0,
        );
        let meant = match *state {
            "Frozen" => (true, false, false, false),
            "Leaving" => (false, true, false, false),
            "ClosedOwing" => (false, false, true, false),
            "InReview" => (true, false, false, true),
            _ => (false, false, false, false),
        };
        assert_eq!(flags, meant, "{state}");
    }
    let sessions = without_a_session(&house, &other.branch.ada).await;
    let sam = people::sign_in(&house.branch.engine, "sam").await;

    let before = (house.everything().await, other.everything().await);
    let mut table = String::from("who\tcommand\tstate\toutcome\n");
    let (mut rows, mut must_be) = (0, 0);
    for kind in CommandKind::ALL.iter().copied() {
        for (state, about) in &lines {
            let mut met = |who: &str, found: ErrorCode, must: ErrorCode| {
                writeln!(
                    table,
                    "{who}\t{kind:?}\t{state}\t{}",
                    branch::code_name(found)
                )
                .unwrap();
                assert_eq!(found, must, "{who} × {kind:?} × {state}");
                rows += 1;
            };
            let ask = || naming(example(kind), about);
            for (who, token) in &sessions {
                let told = house.branch.engine.submit(token, ask()).await;
                let ended = ErrorCode::Fault(FaultCode::SessionEnded);
                met(who, told.unwrap_err().code, ended);
                must_be += 1;
            }
            if kind.role_needed() == Role::Admin {
                // Refusals slow a session down by the clock, and nobody falls asleep.
                house.passes(1_500);
                let told = house.branch.engine.submit(&sam.token, ask()).await;
                met(
                    "staff",
                    told.unwrap_err().code,
                    ErrorCode::Refused(RefusalCode::AdminOnly),
                );
                must_be += 1;
            }
            if let Some(code) = elsewhere(kind) {
                other.passes(1_500);
                // With the password, where it is asked for: what stops them is what they name.
                let told = other.branch.submit(&other.branch.ada, ask()).await;
                met(
                    "an admin elsewhere",
                    told.unwrap_err().code,
                    ErrorCode::Refused(code),
                );
                must_be += 1;
            }
        }
    }
    assert_eq!(rows, must_be);
    assert!(rows >= CommandKind::ALL.len() * STATES.len() * sessions.len());
    let after = (house.everything().await, other.everything().await);
    assert!(
        before == after,
        "a refusal changed a view, the journal or the outbox"
    );
    let target =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/rights-at-the-door.tsv");
    std::fs::write(&target, table).unwrap();
    proof::proved(
        "rights-at-the-door",
        "without a session, without the role or of another branch × command × state",
        &format!("{rows} rows"),
        "–",
    )
    .unwrap();
    house.branch.verify_clean().await;
    other.branch.verify_clean().await;
    house.branch.engine.stop().await;
    other.branch.engine.stop().await;
}
