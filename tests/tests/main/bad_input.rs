//! Bad input: every field of every command against every class of what people, pages and
//! attackers send. Each row's outcome is a rule written below; the whole table is written to
//! target/bad-input.tsv. A command without its sample does not compile, a field that no rule
//! speaks of fails.

use domain::account::Role;
use domain::change::LineChange;
use domain::command::*;
use domain::cycle::Cycle;
use domain::drawer::VaultWay;
use domain::ids::*;
use domain::intake::{Check, ContactChannel, MissingItem};
use domain::money::LARGEST_AMOUNT_MINOR;
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::{Answer, CounterQuery};
use engine::clock::Clock;
use engine::sessions::Token;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use stories::branch::paper::*;
use stories::branch::{self, Branch, Folder, Outside, Person};
use stories::proof;
use uuid::Uuid;

// --- Samples -----------------------------------------------------------------------------------

/// A command that would be done at once, and who may give it.
struct Sample {
    command: Command,
    by: Person,
}

/// What a kind of command may look like besides its usual sample: members that this one leaves out,
/// because another choice stands in it, or because nothing has to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Usual,
    CycleOnADay,
    CycleOfDays,
    WithoutPapers,
    InCash,
    TakenBefore,
    WaivesFees,
    SetsRate,
    Reverses,
}

/// Every shape of a kind, the usual one first. Those that are enough are found by the test: no
/// member of the contract may be without a row.
fn shapes(kind: CommandKind) -> &'static [Shape] {
    match kind {
        CommandKind::DefineProduct => &[Shape::Usual, Shape::CycleOnADay, Shape::CycleOfDays],
        CommandKind::TakeApplication => &[Shape::Usual, Shape::WithoutPapers],
        CommandKind::RequestDraw => &[Shape::Usual, Shape::InCash],
        CommandKind::TakeRepayment => &[Shape::Usual, Shape::TakenBefore],
        CommandKind::RequestChange | CommandKind::ApproveChange => &[
            Shape::Usual,
            Shape::WaivesFees,
            Shape::SetsRate,
            Shape::Reverses,
        ],
        _ => &[Shape::Usual],
    }
}

/// Numbers customers, so that no two samples share a tax id.
struct Desk {
    branch: Branch,
    clock: Clock,
    customers: u32,
}

fn line_id() -> LineId {
    LineId(Uuid::now_v7())
}

fn movement_id() -> MovementId {
    MovementId(Uuid::now_v7())
}

/// A branch of its own, and a look at its store from outside.
struct Place {
    desk: Desk,
    outside: Outside,
}

impl Place {
    /// With ada an admin, sam of staff, and boris as is said.
    async fn found(boris: Role) -> Place {
        let folder = Folder::new();
        let mut options = branch::options(folder.path(), None);
        let clock = Clock::set_to(Clock::System.now());
        options.clock = clock.clone();
        let branch = Branch::found_as(folder, options, boris).await;
        let outside = Outside::open(branch.folder()).await;
        let customers = 0;
        let desk = Desk {
            branch,
            clock,
            customers,
        };
        Place { desk, outside }
    }

    /// What it was put through proves.
    async fn close(self) {
        self.outside.close().await;
        self.desk.branch.verify_clean().await;
        self.desk.branch.engine.stop().await;
    }
}

impl Desk {
    /// Refusals slow a session down by the clock, so the clock goes on; and nobody falls asleep.
    async fn a_moment_passes(&self) {
        self.clock.set(self.clock.now().plus_ms(1_500));
        for person in [&self.branch.ada, &self.branch.boris, &self.branch.sam] {
            self.branch.engine.present(&person.token).unwrap();
        }
    }

    async fn customer(&mut self) -> (CustomerId, BankAccountId) {
        self.customers += 1;
        self.a_moment_passes().await;
        self.branch.customer(self.customers).await
    }

    async fn open_line(&mut self) -> (LineId, BankAccountId) {
        let (customer_id, account_id) = self.customer().await;
        (
            self.branch.open_line(customer_id, 2_000_000).await,
            account_id,
        )
    }

    async fn owing_line(&mut self) -> (LineId, BankAccountId) {
        let (line, account_id) = self.open_line().await;
        self.branch
            .done(&self.branch.sam, draw_cash(line, movement_id(), 40_000))
            .await;
        (line, account_id)
    }

    async fn application(&mut self) -> (LineId, u64) {
        let (customer_id, _) = self.customer().await;
        let line = line_id();
        let take = take_application(line, customer_id, self.branch.product_id, 2_000_000);
        let seen = self.branch.line_after(&self.branch.sam, take).await.version;
        (line, seen)
    }

    /// A draw that waits for a second person.
    async fn waiting_draw(&mut self) -> (LineId, MovementId) {
        let (line, _) = self.open_line().await;
        let draw = movement_id();
        self.branch
            .done(&self.branch.sam, draw_cash(line, draw, 600_000))
            .await;
        (line, draw)
    }

    async fn waiting_account(&mut self) -> UserId {
        self.customers += 1;
        let number = self.customers;
        let form = branch::people::sign_up_form(
            &format!("waiting-{number}"),
            &format!("W-{number}"),
            false,
        );
        let user_id = form.user_id;
        self.branch.engine.sign_up(form).await.unwrap();
        user_id
    }

    /// Somebody of staff who may sign in.
    async fn colleague(&mut self) -> UserId {
        let user_id = self.waiting_account().await;
        self.done(Command::ApproveAccount(ApproveAccount {
            user_id,
            employee_number: format!("W-{}", self.customers),
            role: Role::Staff,
        }))
        .await;
        user_id
    }

    /// From the first drawer on everybody needs one: all others are open and full.
    async fn drawers(&self, own_open: bool) {
        let Branch {
            ada, sam, boris, ..
        } = &self.branch;
        for (person, wanted) in [(ada, true), (sam, true), (boris, own_open)] {
            let query = CounterQuery {
                teller_id: None,
                date: None,
            };
            let view = self.branch.engine.counter(&person.token, &query).await;
            let is_open = view.unwrap().own.open_since.is_some();
            let command = match (is_open, wanted) {
                (false, true) => Command::OpenDrawer(OpenDrawer {
                    float: usd(100_000_000),
                }),
                (true, false) => Command::CloseDrawer(CloseDrawer {
                    teller_id: person.user_id,
                    counted: usd(0),
                }),
                _ => continue,
            };
            self.branch.done(person, command).await;
        }
    }

    async fn done(&self, command: Command) {
        self.branch.done(&self.branch.ada, command).await;
    }

    /// A valid command of another shape than the usual one.
    async fn shaped(&mut self, kind: CommandKind, shape: Shape) -> Command {
        if let CommandKind::RequestChange | CommandKind::ApproveChange = kind {
            let request = self.change(shape).await;
            if kind == CommandKind::RequestChange {
                return Command::RequestChange(request);
            }
            let asked = Command::RequestChange(request.clone());
            self.branch.done(&self.branch.sam, asked).await;
            return Command::ApproveChange(ApproveChange {
                line_id: request.line_id,
                change_id: request.change_id,
                change: request.change,
            });
        }
        let mut command = self.usual(kind).await;
        match &mut command {
            Command::DefineProduct(define) if shape == Shape::CycleOnADay => {
                define.terms.cycle = Cycle::DayOfMonth { day: 15 };
            }
            Command::DefineProduct(define) => {
                define.terms.cycle = Cycle::EveryDays { days: 30 };
            }
            Command::TakeApplication(take) => take.missing = vec![MissingItem::ProofOfIncome],
            Command::RequestDraw(request) => {
                request.method = PayOut::Cash {
                    identity_seen: true,
                };
            }
            Command::TakeRepayment(take) => {
                take.method = PayIn::Cash {};
                take.taken_on = Some(self.branch.today().await);
            }
            other => panic!("{other:?} has no other shape"),
        }
        command
    }

    /// A change that can be asked for at once.
    async fn change(&mut self, shape: Shape) -> RequestChange {
        let today = self.branch.today().await;
        let (line_id, change) = match shape {
            Shape::WaivesFees => {
                let line_id = self.line_with_a_fee().await;
                let amount = usd(600);
                (line_id, LineChange::WaiveFees { amount })
            }
            Shape::SetsRate => {
                let (line_id, _) = self.open_line().await;
                let change = LineChange::SetRate {
                    from: today,
                    annual_percent: "1.25".parse().unwrap(),
                    notice_given_on: None,
                };
                (line_id, change)
            }
            _ => {
                let (line_id, _) = self.open_line().await;
                let movement_id = movement_id();
                self.branch
                    .done(&self.branch.sam, draw_cash(line_id, movement_id, 40_000))
                    .await;
                (line_id, LineChange::Reverse { movement_id })
            }
        };
        RequestChange {
            line_id,
            change_id: ChangeId(Uuid::now_v7()),
            change,
            reason: "It was ours to mend".to_owned(),
        }
    }

    /// Of a product that takes a fee with the first draw.
    async fn line_with_a_fee(&mut self) -> LineId {
        let (customer_id, _) = self.customer().await;
        let mut terms = self.branch.engine.reader().products().await.unwrap()[0]
            .terms
            .clone();
        terms.origination_fee_minor = domain::money::Minor(1_000);
        let product_id = ProductId(Uuid::now_v7());
        self.done(Command::DefineProduct(DefineProduct {
            product_id,
            seen_version: 0,
            name: "With a fee".to_owned(),
            terms,
        }))
        .await;
        let line = line_id();
        let sam = &self.branch.sam;
        let take = take_application(line, customer_id, product_id, 2_000_000);
        self.branch.done(sam, take).await;
        let seen = self.branch.checked(line).await;
        self.done(approve(line, seen, 2_000_000)).await;
        let today = self.branch.today().await;
        self.branch.done(sam, record_agreement(line, today)).await;
        self.branch
            .done(sam, draw_cash(line, movement_id(), 40_000))
            .await;
        line
    }

    /// One valid command of each kind and shape, on objects of its own.
    async fn sample(&mut self, kind: CommandKind, shape: Shape) -> Sample {
        self.a_moment_passes().await;
        let command = match shape {
            Shape::Usual => self.usual(kind).await,
            other => self.shaped(kind, other).await,
        };
        self.a_moment_passes().await;
        // An admin who took and asked for nothing of the above; the only one there is asked for it.
        let by = match kind {
            CommandKind::BreakGlass => &self.branch.ada,
            _ => &self.branch.boris,
        };
        Sample {
            command,
            by: by.clone(),
        }
    }

    async fn usual(&mut self, kind: CommandKind) -> Command {
        let today = self.branch.today().await;
        match kind {
            CommandKind::RecordCustomer => {
                self.customers += 1;
                record_customer(CustomerId(Uuid::now_v7()), self.customers)
            }
            CommandKind::UpdateCustomer => {
                let (customer_id, _) = self.customer().await;
                let change = profile_change(self.customers);
                Command::UpdateCustomer(UpdateCustomer {
                    customer_id,
                    seen_version: 3,
                    change,
                })
            }
            CommandKind::AddBankAccount => {
                let (customer_id, _) = self.customer().await;
                add_bank_account(
                    customer_id,
                    BankAccountId(Uuid::now_v7()),
                    900_000 + self.customers,
                )
            }
            CommandKind::AuthorizeDebit => {
                let (customer_id, account_id) = self.customer().await;
                authorize_debit(customer_id, account_id, today)
            }
            CommandKind::ForgetCustomer => {
                let (customer_id, _) = self.customer().await;
                Command::ForgetCustomer(ForgetCustomer {
                    customer_id,
                    reason: "Asked to be".to_owned(),
                })
            }
            CommandKind::DefineProduct => {
                let mut terms = self.branch.engine.reader().products().await.unwrap()[0]
                    .terms
                    .clone();
                terms.rate_changes = vec![domain::interest::RateChange {
                    from: today.plus_days(60),
                    annual_percent: terms.annual_percent,
                }];
                let product_id = ProductId(Uuid::now_v7());
                let name = "Holiday line".to_owned();
                Command::DefineProduct(DefineProduct {
                    product_id,
                    seen_version: 0,
                    name,
                    terms,
                })
            }
            CommandKind::TakeApplication => {
                let (customer_id, _) = self.customer().await;
                take_application(line_id(), customer_id, self.branch.product_id, 2_000_000)
            }
            CommandKind::AddContactNote => {
                let (customer_id, _) = self.customer().await;
                Command::AddContactNote(AddContactNote {
                    customer_id,
                    channel: ContactChannel::Phone,
                    note: "Will call back".to_owned(),
                })
            }
            CommandKind::RecordMissing => {
                let (line_id, _) = self.application().await;
                let missing = vec![MissingItem::ProofOfIncome, MissingItem::TaxReturn];
                Command::RecordMissing(RecordMissing { line_id, missing })
            }
            CommandKind::SendIncompletenessNotice => {
                let (line_id, _) = self.application().await;
                let missing = vec![MissingItem::ProofOfIncome];
                let lack = Command::RecordMissing(RecordMissing { line_id, missing });
                self.branch.done(&self.branch.sam, lack).await;
                Command::SendIncompletenessNotice(SendIncompletenessNotice {
                    line_id,
                    reply_by: today.plus_days(14),
                })
            }
            CommandKind::RecordCheck => {
                let (line_id, _) = self.application().await;
                Command::RecordCheck(RecordCheck {
                    line_id,
                    check: Check::Identity,
                    passed: true,
                })
            }
            CommandKind::ApproveApplication => {
                let (line, _) = self.application().await;
                let seen = self.branch.checked(line).await;
                approve(line, seen, 1_000_000)
            }
            CommandKind::RejectApplication => {
                let (line_id, seen_version) = self.application().await;
                let reasons = vec![RejectionReason::NoCreditFile, RejectionReason::Other];
                let other_words = Some("The ferry is for sale".to_owned());
                Command::RejectApplication(RejectApplication {
                    line_id,
                    seen_version,
                    reasons,
                    other_words,
                })
            }
            CommandKind::CancelApplication => {
                let (line_id, _) = self.application().await;
                let note = Some("Changed their mind".to_owned());
                Command::CancelApplication(CancelApplication { line_id, note })
            }
            CommandKind::RecordAgreement => {
                let (line, _) = self.application().await;
                let seen = self.branch.checked(line).await;
                self.done(approve(line, seen, 1_000_000)).await;
                record_agreement(line, today)
            }
            CommandKind::RequestDraw => {
                let (line, account_id) = self.open_line().await;
                draw_to_bank(line, movement_id(), 40_000, account_id, Speed::Express)
            }
            CommandKind::ApproveDraw => {
                let (line_id, draw_id) = self.waiting_draw().await;
                Command::ApproveDraw(ApproveDraw { line_id, draw_id })
            }
            CommandKind::DeclineDraw => {
                let (line_id, draw_id) = self.waiting_draw().await;
                Command::DeclineDraw(DeclineDraw {
                    line_id,
                    draw_id,
                    reason: "Not today".to_owned(),
                })
            }
            CommandKind::BreakGlass => {
                self.nothing_behind_the_glass().await;
                let (line_id, _) = self.open_line().await;
                let draw_id = movement_id();
                self.done(draw_cash(line_id, draw_id, 600_000)).await;
                Command::BreakGlass(BreakGlass {
                    line_id,
                    draw_id,
                    reason: "Nobody else is there".to_owned(),
                })
            }
            CommandKind::PayCashDraw => {
                let (line_id, draw_id) = self.waiting_draw().await;
                self.done(Command::ApproveDraw(ApproveDraw { line_id, draw_id }))
                    .await;
                Command::PayCashDraw(PayCashDraw {
                    line_id,
                    draw_id,
                    identity_seen: true,
                })
            }
            CommandKind::CancelDraw => {
                let (line_id, draw_id) = self.waiting_draw().await;
                Command::CancelDraw(CancelDraw { line_id, draw_id })
            }
            CommandKind::TakeRepayment => {
                let (line, account_id) = self.owing_line().await;
                repay_by_debit(line, movement_id(), 10_000, account_id)
            }
            CommandKind::CancelRepayment => {
                let (line_id, account_id) = self.owing_line().await;
                let repayment_id = movement_id();
                self.done(repay_by_debit(line_id, repayment_id, 10_000, account_id))
                    .await;
                Command::CancelRepayment(CancelRepayment {
                    line_id,
                    repayment_id,
                })
            }
            CommandKind::RefundCredit => {
                let (line_id, _) = self.owing_line().await;
                self.done(repay_cash(line_id, movement_id(), 50_000)).await;
                Command::RefundCredit(RefundCredit {
                    line_id,
                    refund_id: movement_id(),
                    amount: usd(5_000),
                })
            }
            CommandKind::RequestCancellation => {
                let (line_id, _) = self.owing_line().await;
                let reason = Some("Moves abroad".to_owned());
                Command::RequestCancellation(RequestCancellation { line_id, reason })
            }
            CommandKind::DeclineCancellation => {
                let (line_id, _) = self.owing_line().await;
                self.done(Command::RequestCancellation(RequestCancellation {
                    line_id,
                    reason: None,
                }))
                .await;
                Command::DeclineCancellation(DeclineCancellation {
                    line_id,
                    reason: "It stays".to_owned(),
                })
            }
            CommandKind::CloseLine => {
                let (line_id, _) = self.open_line().await;
                Command::CloseLine(CloseLine { line_id })
            }
            CommandKind::FreezeLine => {
                let (line_id, _) = self.open_line().await;
                Command::FreezeLine(FreezeLine {
                    line_id,
                    note: "A look first".to_owned(),
                })
            }
            CommandKind::UnfreezeLine => {
                let (line_id, _) = self.open_line().await;
                self.done(Command::FreezeLine(FreezeLine {
                    line_id,
                    note: "A look".to_owned(),
                }))
                .await;
                Command::UnfreezeLine(UnfreezeLine {
                    line_id,
                    note: "All fine".to_owned(),
                })
            }
            CommandKind::TellAdverseAction => {
                let (line_id, _) = self.open_line().await;
                let note = "A look first".to_owned();
                self.done(Command::FreezeLine(FreezeLine { line_id, note }))
                    .await;
                Command::TellAdverseAction(TellAdverseAction {
                    line_id,
                    seen_version: self.branch.line(line_id).await.version,
                    reasons: vec![RejectionReason::NoCreditFile, RejectionReason::Other],
                    other_words: Some("The ferry is for sale".to_owned()),
                })
            }
            CommandKind::AskNetworkAgain => self.under_review().await,
            CommandKind::ApproveAccount => {
                let user_id = self.waiting_account().await;
                let employee_number = format!("W-{}", self.customers);
                Command::ApproveAccount(ApproveAccount {
                    user_id,
                    employee_number,
                    role: Role::Staff,
                })
            }
            CommandKind::DeclineAccount => {
                let user_id = self.waiting_account().await;
                Command::DeclineAccount(DeclineAccount { user_id })
            }
            CommandKind::UnlockAccount => {
                let user_id = self.waiting_account().await;
                let failed = Internal::SignInFailed { user_id };
                self.branch.engine.orders().internal(failed).await.unwrap();
                Command::UnlockAccount(UnlockAccount { user_id })
            }
            CommandKind::IssueResetCode => {
                let user_id = self.branch.sam.user_id;
                Command::IssueResetCode(IssueResetCode {
                    user_id,
                    code_print: String::new(),
                })
            }
            CommandKind::SetRole => Command::SetRole(SetRole {
                user_id: self.colleague().await,
                role: Role::Admin,
            }),
            CommandKind::DisableAccount => Command::DisableAccount(DisableAccount {
                user_id: self.colleague().await,
            }),
            CommandKind::EnableAccount => {
                let user_id = self.colleague().await;
                self.done(Command::DisableAccount(DisableAccount { user_id }))
                    .await;
                Command::EnableAccount(EnableAccount { user_id })
            }
            CommandKind::RemoveSecondFactor => {
                let user_id = self.colleague().await;
                let factor = Internal::SetSecondFactor {
                    user_id,
                    sealed: "sealed".to_owned(),
                    step: 1,
                };
                self.branch.engine.orders().internal(factor).await.unwrap();
                Command::RemoveSecondFactor(RemoveSecondFactor { user_id })
            }
            CommandKind::DemandSecondFactor => {
                Command::DemandSecondFactor(DemandSecondFactor { of_admins: false })
            }
            CommandKind::RetryTransfer => {
                let (line_id, movement_id) = self.queued_draw().await;
                Command::RetryTransfer(RetryTransfer {
                    line_id,
                    movement_id,
                })
            }
            CommandKind::ParkTransfer => {
                let (line_id, movement_id) = self.queued_draw().await;
                Command::ParkTransfer(ParkTransfer {
                    line_id,
                    movement_id,
                    reason: "The customer calls back".to_owned(),
                })
            }
            CommandKind::HandBackTransfer => {
                let (line_id, movement_id) = self.queued_draw().await;
                Command::HandBackTransfer(HandBackTransfer {
                    line_id,
                    movement_id,
                    reason: "The wrong account".to_owned(),
                })
            }
            CommandKind::PresentAgain => {
                let (line_id, movement_id) = self.returned_debit().await;
                Command::PresentAgain(PresentAgain {
                    line_id,
                    movement_id,
                    repayment_id: MovementId(Uuid::now_v7()),
                })
            }
            CommandKind::ResolveFinding => self.finding().await,
            CommandKind::RequestChange => {
                let (line_id, _) = self.open_line().await;
                Command::RequestChange(lower_limit(line_id, today))
            }
            CommandKind::ApproveChange => {
                let request = self.asked_change().await;
                Command::ApproveChange(ApproveChange {
                    line_id: request.line_id,
                    change_id: request.change_id,
                    change: request.change,
                })
            }
            CommandKind::DeclineChange => {
                let request = self.asked_change().await;
                Command::DeclineChange(DeclineChange {
                    line_id: request.line_id,
                    change_id: request.change_id,
                    reason: "It stays".to_owned(),
                })
            }
            CommandKind::CloseDay => Command::CloseDay(CloseDay { date: today }),
            CommandKind::OpenDrawer => {
                self.drawers(false).await;
                Command::OpenDrawer(OpenDrawer { float: usd(50_000) })
            }
            CommandKind::MoveVaultCash => {
                self.drawers(true).await;
                Command::MoveVaultCash(MoveVaultCash {
                    way: VaultWay::ToVault,
                    amount: usd(1_000),
                })
            }
            CommandKind::CountDrawer => {
                self.drawers(true).await;
                Command::CountDrawer(CountDrawer {
                    counted: usd(49_000),
                })
            }
            CommandKind::CloseDrawer => {
                self.drawers(true).await;
                Command::CloseDrawer(CloseDrawer {
                    teller_id: self.branch.boris.user_id,
                    counted: usd(50_000),
                })
            }
            CommandKind::SetHolidays => Command::SetHolidays(SetHolidays {
                holidays: vec![today.plus_days(self.customers as i32)],
            }),
        }
    }

    /// What was released alone before is not looked at by anybody here: it would count into the cap.
    async fn nothing_behind_the_glass(&self) {
        let orders = self.branch.engine.orders();
        let open = "select of.key from branch, json_each(branch.document, '$.glass') of";
        let open: Vec<String> = sqlx::query_scalar(open)
            .fetch_all(orders.pool())
            .await
            .unwrap();
        for finding_id in open {
            let close = Internal::CloseFinding { finding_id };
            orders.internal(close).await.unwrap();
        }
    }

    async fn queued_draw(&mut self) -> (LineId, MovementId) {
        let (line_id, account_id) = self.open_line().await;
        let draw = movement_id();
        let asked = draw_to_bank(line_id, draw, 40_000, account_id, Speed::Standard);
        self.done(asked).await;
        (line_id, draw)
    }

    /// A debit that came back for want of funds.
    async fn returned_debit(&mut self) -> (LineId, MovementId) {
        use domain::transfer::{Direction, RemoteStatus, RemoteTransfer};
        let (line_id, account_id) = self.owing_line().await;
        let debit = movement_id();
        self.done(repay_by_debit(line_id, debit, 10_000, account_id))
            .await;
        let remote = RemoteTransfer {
            id: format!("tr_{debit}"),
            reference: debit.to_string(),
            direction: Direction::Debit,
            amount_minor: domain::money::Minor(10_000),
            currency: "USD".to_owned(),
            status: RemoteStatus::Returned,
            settlement_date: None,
            return_code: Some("R01".to_owned()),
            reversals: None,
        };
        let said = Internal::RecordNetworkState {
            line_id,
            movement_id: debit,
            remote,
        };
        self.branch.engine.orders().internal(said).await.unwrap();
        (line_id, debit)
    }

    /// A transfer under no reference of ours.
    async fn finding(&mut self) -> Command {
        use domain::reconcile::{Finding, Resolution};
        use domain::transfer::{Direction, RemoteStatus, RemoteTransfer};
        let remote = RemoteTransfer {
            id: format!("tr_{}", Uuid::now_v7()),
            reference: "INVOICE 4711".to_owned(),
            direction: Direction::Credit,
            amount_minor: domain::money::Minor(7_700),
            currency: "USD".to_owned(),
            status: RemoteStatus::Settled,
            settlement_date: None,
            return_code: None,
            reversals: None,
        };
        let finding = Finding::orphan(&remote);
        let finding_id = finding.id.clone();
        let opened = Internal::OpenFinding { finding };
        self.branch.engine.orders().internal(opened).await.unwrap();
        Command::ResolveFinding(ResolveFinding {
            finding_id,
            resolution: Resolution::Explained,
            note: Some("Of the branch next door".to_owned()),
        })
    }

    /// A change that a teller asked for.
    async fn asked_change(&mut self) -> RequestChange {
        let (line_id, _) = self.open_line().await;
        let request = lower_limit(line_id, self.branch.today().await);
        self.done(Command::RequestChange(request.clone())).await;
        request
    }

    /// A transfer whose answer was somebody else's.
    async fn under_review(&mut self) -> Command {
        use domain::transfer::{Direction, PostAnswer, RemoteStatus, RemoteTransfer};
        let (line_id, account_id) = self.open_line().await;
        let movement_id = movement_id();
        self.done(draw_to_bank(
            line_id,
            movement_id,
            40_000,
            account_id,
            Speed::Standard,
        ))
        .await;
        let orders = self.branch.engine.orders();
        orders
            .internal(Internal::MarkAttempt {
                line_id,
                movement_id,
            })
            .await
            .unwrap();
        let answer = PostAnswer::Transfer(RemoteTransfer {
            id: "tr_1".to_owned(),
            reference: movement_id.to_string(),
            direction: Direction::Credit,
            amount_minor: domain::money::Minor(1),
            currency: "USD".to_owned(),
            status: RemoteStatus::Accepted,
            settlement_date: None,
            return_code: None,
            reversals: None,
        });
        let answered = Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt: 1,
            answer,
            jitter: 0,
        };
        orders.internal(answered).await.unwrap();
        Command::AskNetworkAgain(AskNetworkAgain {
            line_id,
            movement_id,
        })
    }
}

fn lower_limit(line_id: LineId, today: domain::date::BusinessDate) -> RequestChange {
    RequestChange {
        line_id,
        change_id: ChangeId(Uuid::now_v7()),
        change: LineChange::SetLimit {
            limit: usd(500_000),
            notice_given_on: Some(today),
        },
        reason: "Income fell".to_owned(),
    }
}

// --- Classes -----------------------------------------------------------------------------------

/// The classes of bad input, and the rows that stand for each. None of them may be without a row.
const CLASSES: [(&str, &[&str]); 26] = [
    ("missing", &["missing"]),
    ("null", &["null"]),
    (
        "wrong type",
        &[
            "number for a text",
            "text for a number",
            "number for a bool",
            "text for a bool",
            "list for a value",
            "object for a value",
        ],
    ),
    ("unknown field", &["unknown field"]),
    ("empty", &["empty", "empty list"]),
    ("blank", &["blank"]),
    ("max", &["longest", "largest"]),
    ("max + 1", &["longest and one", "largest and one"]),
    ("1 MiB", &["one MiB"]),
    ("NUL and control characters", &["NUL", "control character"]),
    ("bidi", &["bidi override"]),
    ("lone combining mark", &["lone combining mark"]),
    (
        "SQL, HTML, spreadsheet formula",
        &["SQL", "HTML", "formula"],
    ),
    ("negative", &["negative"]),
    ("zero", &["zero"]),
    ("i64 max", &["i64 max", "past i64"]),
    // The largest amount there may be, on top of what the books hold already.
    ("sum overflow", &["largest"]),
    ("float", &["float"]),
    ("wrong currency", &["another currency", "no currency"]),
    ("unknown enum", &["unknown enum", "unknown member"]),
    ("missing object", &["of nothing"]),
    ("another branch's object", &["of another branch"]),
    ("wrong state", &["wrong state"]),
    ("stale version", &["stale version"]),
    (
        "replayed id",
        &[
            "replayed",
            "replayed by another",
            "replayed with other content",
        ],
    ),
    (
        "wrong role, no session, ended session",
        &["wrong role", "no session", "ended session"],
    ),
];

/// Things of another branch, by the name of the member that would name them.
struct Elsewhere {
    named: Vec<(&'static str, Uuid)>,
}

impl Elsewhere {
    async fn found() -> Elsewhere {
        let branch = Branch::found(None).await;
        let (customer_id, account_id) = branch.customer(9_001).await;
        let line_id = branch.open_line(customer_id, 50_000).await;
        let movement_id = movement_id();
        branch
            .done(&branch.sam, draw_cash(line_id, movement_id, 1_000))
            .await;
        let named = vec![
            ("customer_id", customer_id.0),
            ("account_id", account_id.0),
            ("line_id", line_id.0),
            ("product_id", branch.product_id.0),
            ("user_id", branch.ada.user_id.0),
            ("teller_id", branch.sam.user_id.0),
            ("draw_id", movement_id.0),
            ("movement_id", movement_id.0),
            ("repayment_id", movement_id.0),
            ("refund_id", movement_id.0),
        ];
        branch.engine.stop().await;
        Elsewhere { named }
    }

    fn of(&self, field: &str) -> Option<Value> {
        let last = field.rsplit('.').next().unwrap_or(field);
        let found = self.named.iter().find(|(name, _)| *name == last);
        found.map(|(_, id)| json!(id))
    }
}

/// What may be wrong with one value. `None` takes the member away.
fn variants(
    field: &str,
    valid: &Value,
    elsewhere: &Elsewhere,
) -> Vec<(&'static str, Option<Value>)> {
    let mut variants = vec![
        ("missing", None),
        ("null", Some(Value::Null)),
        ("list for a value", Some(json!([]))),
        ("object for a value", Some(json!({}))),
    ];
    match valid {
        Value::String(text) => {
            variants.extend([
                ("number for a text", Some(json!(7))),
                ("empty", Some(json!(""))),
                ("blank", Some(json!(" \u{a0} "))),
                ("one MiB", Some(json!("x".repeat(1 << 20)))),
                ("NUL", Some(json!(format!("{text}\0")))),
                ("control character", Some(json!(format!("{text}\u{7}")))),
                ("bidi override", Some(json!(format!("a\u{202e}{text}")))),
                ("lone combining mark", Some(json!(format!("\u{301}{text}")))),
                ("SQL", Some(json!("Robert'); drop table events;--"))),
                ("HTML", Some(json!("<script>alert(1)</script>"))),
                ("formula", Some(json!("=HYPERLINK(\"http://x\",1)"))),
            ]);
            if let Some(max) = longest(field) {
                variants.push(("longest", Some(json!("x".repeat(max)))));
                variants.push(("longest and one", Some(json!("x".repeat(max + 1)))));
            }
            if Uuid::parse_str(text).is_ok() {
                variants.push(("of nothing", Some(json!(Uuid::now_v7()))));
                let foreign = elsewhere
                    .of(field)
                    .map(|id| ("of another branch", Some(id)));
                variants.extend(foreign);
            }
            if is_closed(field.rsplit('.').next().unwrap_or(field)) {
                variants.push(("unknown enum", Some(json!("no_such_thing"))));
            }
            if field.ends_with("currency") {
                variants.push(("another currency", Some(json!("EUR"))));
                variants.push(("no currency", Some(json!("XXX"))));
            }
            if is_date(field) {
                variants.push(("far future", Some(json!("2190-01-01"))));
                variants.push(("far past", Some(json!("1890-01-01"))));
                variants.push(("no such day", Some(json!("2026-02-30"))));
            }
        }
        Value::Number(number) => {
            if is_version(field.rsplit('.').next().unwrap_or_default()) {
                let another = number.as_u64().unwrap_or(0) + 7;
                variants.push(("stale version", Some(json!(another))));
            }
            variants.extend([
                ("text for a number", Some(json!("12"))),
                ("negative", Some(json!(-1))),
                ("zero", Some(json!(0))),
                ("largest", Some(json!(LARGEST_AMOUNT_MINOR))),
                ("largest and one", Some(json!(LARGEST_AMOUNT_MINOR + 1))),
                ("i64 max", Some(json!(i64::MAX))),
                ("past i64", Some(json!(u64::MAX))),
                ("float", Some(json!(1.5))),
            ]);
        }
        Value::Bool(_) => variants.extend([
            ("number for a bool", Some(json!(1))),
            ("text for a bool", Some(json!("true"))),
            (
                "the other bool",
                Some(json!(!valid.as_bool().unwrap_or(false))),
            ),
        ]),
        Value::Array(items) => {
            variants.push(("empty list", Some(json!([]))));
            variants.push(("unknown member", Some(json!(["no_such_thing"]))));
            variants.push(("twice the same", Some(json!([items[0], items[0]]))));
            variants.push((
                "far too many",
                Some(Value::Array(vec![items[0].clone(); 100])),
            ));
        }
        Value::Object(_) => {
            let mut extended = valid.clone();
            extended["as_role"] = json!("admin");
            variants.push(("unknown field", Some(extended)));
        }
        Value::Null => {}
    }
    variants
}

fn is_date(field: &str) -> bool {
    field.ends_with("signed_on")
        || field.ends_with("reply_by")
        || field.ends_with("notice_given_on")
        || field.ends_with("birth_date")
        || field.ends_with("taken_on")
        || field == "command.change.from"
        || field == "command.date"
}

/// The most characters of a free text.
fn longest(field: &str) -> Option<usize> {
    let last = field.rsplit('.').next().unwrap_or(field);
    Some(match last {
        "given_name" | "family_name" | "city" | "region" | "name" => 100,
        "street" | "unit" | "employer" => 200,
        "postal_code" => 20,
        "reason" | "note" | "purpose" | "other_words" => 2_000,
        "number" if field.contains("identity_document") => 40,
        _ => return None,
    })
}

/// Every value in a command, by its path; the objects themselves, too.
fn fields(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    found.push((path.to_owned(), value.clone()));
    if let Value::Object(members) = value {
        for (name, member) in members {
            fields(member, &format!("{path}.{name}"), found);
        }
    }
}

/// The submission with one value replaced, or taken away.
fn with(submission: &Value, path: &str, replaced: Option<&Value>) -> Value {
    let mut changed = submission.clone();
    let (parent, last) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer = if parent.is_empty() {
        String::new()
    } else {
        format!("/{}", parent.replace('.', "/"))
    };
    if let Some(Value::Object(members)) = changed.pointer_mut(&pointer) {
        match replaced {
            Some(value) => members.insert(last.to_owned(), value.clone()),
            None => members.shift_remove(last),
        };
    }
    changed
}

// --- Outcomes ----------------------------------------------------------------------------------

fn outcome(told: &Result<Answer, ApiError>) -> String {
    match told {
        Ok(_) => "done".to_owned(),
        Err(ApiError {
            code: ErrorCode::Fault(FaultCode::Malformed),
            ..
        }) => "malformed".to_owned(),
        Err(error) => branch::code_name(error.code),
    }
}

/// What each class must come to. Read from the top: the first line that fits.
fn expected(kind: CommandKind, field: &str, class: &str) -> &'static str {
    let last = field.rsplit('.').next().unwrap_or(field);
    let is_id = (last.ends_with("_id") && last != "tax_id") || field == "id";
    let optional = matches!(last, "other_words")
        || (last == "note" && kind == CommandKind::CancelApplication)
        || (last == "reason" && kind == CommandKind::RequestCancellation);
    match class {
        // Terms that came later have defaults.
        "missing" if of_later_terms(field) => "done",
        "missing" if field == "command.missing" && kind == CommandKind::TakeApplication => "done",
        // Complete already, and so it stays.
        "empty list" | "list for a value" if field == "command.missing" => match kind {
            CommandKind::TakeApplication => "done",
            _ => "NothingChanges",
        },
        "empty list" | "list for a value" if last == "checks" => "done",
        "null" if last == "affordable_basis_points" => "done",
        "twice the same" | "far too many" if matches!(last, "missing" | "checks") => "NamedTwice",
        "far future" if last == "reply_by" => "DateTooLate",
        "the other bool" if last == "passed" => "done",
        "list for a value" | "empty list" if matches!(last, "rate_changes" | "holidays") => "done",
        "twice the same" | "far too many" if last == "rate_changes" => "FieldMalformed",
        "twice the same" | "far too many" if last == "holidays" => "done",
        "far future" | "far past" if field == "command.date" => "NotTheBusinessDate",
        // As large as a number gets, a version is still one, and not this one.
        "past i64" if is_version(last) => "StaleVersion",
        "empty list" if last == "allocation_order" => "malformed",
        // The shape, judged before anything else looks at it.
        "one MiB" | "unknown field" | "unknown member" | "float" | "past i64" | "no currency"
        | "no such day" => "malformed",
        "list for a value" if last == "reasons" => "ReasonsCount",
        // Well-formed, and not what was asked for.
        "missing" | "null" if last == "notice_given_on" && differs(kind, field) => "ChangeDiffers",
        "another currency" | "far future" | "far past" | "zero" | "largest" | "largest and one"
        | "i64 max" | "negative" | "of nothing" | "of another branch"
            if differs(kind, field) =>
        {
            "ChangeDiffers"
        }
        "missing" | "null" if last == "notice_given_on" => "NoticeMissing",
        "missing" | "null" if last == "other_words" => "WordsMissing",
        // What nothing else explains has to be explained.
        "missing" | "null" if last == "note" && kind == CommandKind::ResolveFinding => "FieldEmpty",
        "missing" | "null" if optional || last == "taken_on" => "done",
        "missing" | "null" => "malformed",
        _ if class.contains(" for a ") => "malformed",
        "largest" | "largest and one" | "i64 max" if matches!(last, "day" | "days") => "malformed",
        "negative" if is_version(last) || is_days(last) || last == "days" => "malformed",
        // A day of the month may be less than nothing in a byte, and is none.
        "zero" | "negative" if matches!(last, "day" | "days") => "FieldMalformed",
        // Ids are ids, enums are enums, dates are dates: no text stands in for one.
        "of nothing" | "of another branch" => of_nothing(kind, field),
        "stale version" => "StaleVersion",
        "another currency" => "WrongCurrency",
        "far future" if last == "birth_date" => "DateInFuture",
        "far past" if last == "birth_date" => "done",
        "far future" if field == "command.change.from" => "done",
        "far future" => "DateInFuture",
        "far past" => "DateTooEarly",
        "largest" if field == "command.change.amount.minor" => "OverWaiverCap",
        "largest" => largest(kind, last),
        "zero" | "largest and one" | "i64 max" | "negative" => number(kind, last, class),
        // Whoever demands a second factor has one.
        "the other bool" if last == "of_admins" => "SecondFactorNeeded",
        "the other bool" => "IdentityNotSeen",
        "empty list" => "ReasonsCount",
        // Somebody gives a reason of a list twice, or the words of "other" without it.
        "twice the same" if last == "reasons" => "ReasonTwice",
        "far too many" if last == "reasons" => "ReasonsCount",
        "twice the same" | "far too many" => "malformed",
        // A finding's id is a name that the program made.
        _ if last == "finding_id" => "UnknownFinding",
        _ if is_id || is_closed(last) || is_date(field) => "malformed",
        _ => text(field, last, class),
    }
}

/// Members of a change that are read whatever they say.
fn differs(kind: CommandKind, field: &str) -> bool {
    let member = field.strip_prefix("command.change.").unwrap_or_default();
    let read = matches!(
        member,
        "limit.minor"
            | "limit.currency"
            | "notice_given_on"
            | "amount.minor"
            | "amount.currency"
            | "from"
            | "movement_id"
    );
    kind == CommandKind::ApproveChange && read
}

/// Values of a closed list.
fn is_closed(last: &str) -> bool {
    matches!(
        last,
        "kind"
            | "by"
            | "what"
            | "speed"
            | "way"
            | "currency"
            | "role"
            | "day_count"
            | "annual_percent"
            | "resolution"
            | "interest_method"
            | "ends"
            | "channel"
            | "check"
    )
}

fn of_later_terms(field: &str) -> bool {
    let term = field.strip_prefix("command.terms.").unwrap_or_default();
    matches!(
        term,
        "interest_method"
            | "rate_changes"
            | "cycle"
            | "minimum"
            | "due_days"
            | "grace_days"
            | "late_fee_minor"
            | "returned_payment_fee_minor"
            | "origination_fee_minor"
            | "annual_fee_minor"
            | "express_fee_minor"
            | "waiver_cap_minor"
            | "rate_notice_days"
            | "checks"
            | "instant_limit_minor"
            | "affordable_basis_points"
    )
}

/// What was on the screen.
fn is_version(last: &str) -> bool {
    matches!(last, "seen_version" | "seen_product_version")
}

/// Counts of days, and of hundredths of a percent: smaller numbers than amounts are.
fn is_days(last: &str) -> bool {
    matches!(
        last,
        "hold_banking_days"
            | "due_days"
            | "grace_days"
            | "balance_basis_points"
            | "rate_notice_days"
            | "affordable_basis_points"
    )
}

/// An id that nobody has.
fn of_nothing(kind: CommandKind, field: &str) -> &'static str {
    let last = field.rsplit('.').next().unwrap_or(field);
    match (kind, last) {
        // Whoever makes something new brings its id.
        (_, "id") => "done",
        (CommandKind::RecordCustomer, "customer_id")
        | (CommandKind::AddBankAccount, "account_id")
        | (CommandKind::DefineProduct, "product_id")
        | (CommandKind::TakeApplication, "line_id")
        | (CommandKind::RequestDraw, "draw_id")
        | (CommandKind::TakeRepayment | CommandKind::PresentAgain, "repayment_id")
        | (CommandKind::RefundCredit, "refund_id")
        | (CommandKind::RequestChange, "change_id") => "done",
        (_, "change_id") => "UnknownChange",
        (_, "customer_id") => "UnknownCustomer",
        (_, "account_id") => "UnknownBankAccount",
        (_, "product_id") => "UnknownProduct",
        (_, "line_id") => "UnknownLine",
        (_, "user_id") => "UnknownUser",
        (_, "teller_id") => "DrawerNotOpen",
        (_, _) => "UnknownMovement",
    }
}

fn number(kind: CommandKind, last: &str, class: &str) -> &'static str {
    match (last, class) {
        ("seen_version", "zero") if kind == CommandKind::DefineProduct => "done",
        (last, _) if is_version(last) => "StaleVersion",
        // A statement needs its time.
        ("due_days", "zero") => "FieldMalformed",
        (
            "hold_banking_days"
            | "grace_days"
            | "balance_basis_points"
            | "rate_notice_days"
            | "affordable_basis_points",
            "zero",
        ) => "done",
        (_, "i64 max" | "largest and one") if is_days(last) => "malformed",
        // These may be nothing at all.
        ("income_monthly_minor" | "obligations_monthly_minor", "zero")
        | ("single_signature_minor" | "offline_cap_minor", "zero")
        | ("floor_minor" | "late_fee_minor" | "returned_payment_fee_minor", "zero")
        | ("origination_fee_minor" | "annual_fee_minor" | "express_fee_minor", "zero")
        | ("waiver_cap_minor" | "instant_limit_minor", "zero") => "done",
        // An empty drawer is a count none the less.
        ("minor", "zero") if counts(kind) => "done",
        ("minor", "negative") if counts(kind) => "AmountNegative",
        (_, "zero" | "negative") => "AmountNotPositive",
        (_, _) => "AmountTooLarge",
    }
}

/// The largest amount there is may be typed; what it is for may not hold so much.
fn largest(kind: CommandKind, last: &str) -> &'static str {
    match (kind, last) {
        (_, last) if is_version(last) => "StaleVersion",
        (_, last) if is_days(last) => "malformed",
        (CommandKind::TakeApplication | CommandKind::RequestChange, "minor") => "OverProductLimit",
        (CommandKind::ApproveApplication, "minor") => "OverRequested",
        (CommandKind::RequestDraw, "minor") => "OverAvailable",
        (CommandKind::RefundCredit, "minor") => "NoSuchCredit",
        (CommandKind::MoveVaultCash, "minor") => "OverDrawer",
        // A count is a count, what is paid too much is credit, and terms may be generous.
        (_, _) => "done",
    }
}

/// The same once more under a new id, when it was done: the thing is in another state by then.
fn once_more(kind: CommandKind) -> &'static str {
    match kind {
        CommandKind::RecordCustomer => "AlreadyExists",
        CommandKind::UpdateCustomer => "StaleVersion",
        CommandKind::AddBankAccount => "AlreadyExists",
        CommandKind::AuthorizeDebit => "done",
        CommandKind::ForgetCustomer => "CustomerForgotten",
        CommandKind::AddContactNote => "done",
        CommandKind::DefineProduct => "StaleVersion",
        CommandKind::TakeApplication => "AlreadyExists",
        CommandKind::RecordMissing => "NothingChanges",
        CommandKind::SendIncompletenessNotice => "done",
        CommandKind::RecordCheck => "done",
        CommandKind::ApproveApplication => "NotOpen",
        CommandKind::RejectApplication => "LineRejected",
        CommandKind::CancelApplication => "LineCancelled",
        CommandKind::RecordAgreement => "AgreementRecorded",
        CommandKind::RequestDraw => "AlreadyExists",
        CommandKind::ApproveDraw => "NotRequested",
        CommandKind::DeclineDraw => "NotRequested",
        CommandKind::BreakGlass => "NotRequested",
        CommandKind::PayCashDraw => "NotPayable",
        CommandKind::CancelDraw => "AlreadyFinished",
        CommandKind::TakeRepayment => "AlreadyExists",
        CommandKind::CancelRepayment => "AlreadyFinished",
        CommandKind::RefundCredit => "AlreadyExists",
        CommandKind::RequestCancellation => "CancellationRequested",
        CommandKind::DeclineCancellation => "NoCancellationRequested",
        CommandKind::CloseLine => "LineClosed",
        CommandKind::FreezeLine => "AlreadyFrozen",
        CommandKind::UnfreezeLine => "NotFrozen",
        CommandKind::TellAdverseAction => "NothingToTell",
        CommandKind::AskNetworkAgain => "NotInReview",
        CommandKind::ApproveAccount => "NotWaiting",
        CommandKind::DeclineAccount => "NotWaiting",
        CommandKind::UnlockAccount => "NotLocked",
        CommandKind::SetRole => "NothingChanges",
        CommandKind::DisableAccount => "AccountNotActive",
        CommandKind::EnableAccount => "NotDisabled",
        CommandKind::IssueResetCode => "done",
        CommandKind::RemoveSecondFactor => "NoSecondFactor",
        CommandKind::DemandSecondFactor => "done",
        CommandKind::CloseDay => "NotTheBusinessDate",
        CommandKind::SetHolidays => "done",
        CommandKind::OpenDrawer => "DrawerOpenAlready",
        CommandKind::MoveVaultCash => "done",
        CommandKind::CountDrawer => "done",
        CommandKind::CloseDrawer => "DrawerNotOpen",
        CommandKind::RetryTransfer => "done",
        CommandKind::ParkTransfer => "NotParkable",
        CommandKind::HandBackTransfer => "AlreadySent",
        CommandKind::PresentAgain => "AlreadyExists",
        CommandKind::ResolveFinding => "FindingClosed",
        CommandKind::RequestChange => "AlreadyExists",
        CommandKind::ApproveChange => "NoChangeWaiting",
        CommandKind::DeclineChange => "NoChangeWaiting",
    }
}

/// What is counted may be nothing.
fn counts(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::OpenDrawer | CommandKind::CountDrawer | CommandKind::CloseDrawer
    )
}

/// Free text is kept as it was typed, whatever it says; what a screen would show as something
/// else is refused. Texts with a shape of their own have to fit that, their length first.
fn text(field: &str, last: &str, class: &str) -> &'static str {
    let may_be_empty = matches!(last, "unit" | "email");
    let free = longest(field).is_some();
    let short = matches!(
        last,
        "tax_id" | "country" | "routing" | "employee_number" | "postal_code"
    ) || (last == "number" && !free);
    match class {
        "empty" | "blank" if may_be_empty => "done",
        // Blanks are no digits.
        "blank" if matches!(last, "tax_id" | "routing" | "number") && !free => "FieldMalformed",
        "empty" | "blank" => "FieldEmpty",
        "longest" => "done",
        "longest and one" => "FieldTooLong",
        "SQL" | "HTML" | "formula" if short => "FieldTooLong",
        "SQL" | "HTML" | "formula" if free => "done",
        // One character more than these can hold.
        _ if matches!(last, "tax_id" | "country" | "routing") => "FieldTooLong",
        _ => "FieldMalformed",
    }
}

// --- The test ----------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_of_every_command_against_every_class() {
    let mut usual = Place::found(Role::Admin).await;
    // The glass is broken where nobody else could decide.
    let mut with_one_admin = Place::found(Role::Staff).await;
    let mut table = String::from("command\tfield\tclass\toutcome\n");
    let mut wrong = Vec::new();
    let (mut rows, mut by_outcome) = (0, BTreeMap::<String, usize>::new());
    let mut by_class = BTreeMap::<&str, usize>::new();
    let elsewhere = Elsewhere::found().await;

    let mut members = BTreeMap::<CommandKind, BTreeSet<String>>::new();
    let all = CommandKind::ALL.iter().copied();
    for (kind, shape) in all.flat_map(|kind| shapes(kind).iter().map(move |shape| (kind, *shape))) {
        let Place { desk, outside } = match kind {
            CommandKind::BreakGlass => &mut with_one_admin,
            _ => &mut usual,
        };
        let mut sample = desk.sample(kind, shape).await;
        let mut all = Vec::new();
        fields(&json!(sample.command), "command", &mut all);
        all.push(("id".to_owned(), json!(branch::new_id())));
        // Another shape is there for what the others have not.
        let met = members.entry(kind).or_default();
        all.retain(|(field, _)| met.insert(field.clone()));
        let mut before = outside.views_journal_and_outbox().await;
        for (field, _) in all {
            // A fresh sample has other ids: the value is looked up in it again.
            let path_of = |submission: &Value| {
                submission
                    .pointer(&format!("/{}", field.replace('.', "/")))
                    .cloned()
            };
            let valid = path_of(&submission_of(&sample)).unwrap();
            let mut classes = variants(&field, &valid, &elsewhere);
            // Whoever makes something new may well give it an id that is known elsewhere; and then it
            // is known here.
            let mints = of_nothing(kind, &field) == "done";
            classes.retain(|(class, _)| *class != "of another branch" || !mints);
            for (class, _) in &classes {
                let submission = submission_of(&sample);
                let valid = path_of(&submission).unwrap();
                let replaced = variants(&field, &valid, &elsewhere)
                    .into_iter()
                    .find(|(name, _)| name == class)
                    .unwrap()
                    .1;
                let bad = with(&submission, &field, replaced.as_ref());
                desk.a_moment_passes().await;
                let told = match branch::read_submission(&desk.branch.engine, bad) {
                    Ok(submission) => desk.branch.submit(&sample.by, submission).await,
                    Err(error) => Err(error),
                };
                let found = outcome(&told);
                let must = expected(kind, &field, class);
                let kind_name = serde_json::to_value(kind).unwrap();
                let row = format!("{}\t{field}\t{class}\t{found}", kind_name.as_str().unwrap());
                if found != must {
                    wrong.push(format!("{row}\tbut must be {must}"));
                }
                writeln!(table, "{row}").unwrap();
                rows += 1;
                *by_outcome.entry(found).or_default() += 1;
                *by_class.entry(class).or_default() += 1;
                match &told {
                    Ok(answer) => {
                        verbatim(answer, &field, class, replaced.as_ref());
                        sample = desk.sample(kind, shape).await;
                        before = outside.views_journal_and_outbox().await;
                    }
                    Err(error) => says_where(error, kind, &field, class),
                }
            }
            assert_eq!(
                outside.views_journal_and_outbox().await,
                before,
                "{kind:?} {field}: a refusal changed something"
            );
        }
        if shape != Shape::Usual {
            continue;
        }
        let mut met = who_asks(desk, &sample, outside).await;
        // And the sample was a valid one all the time.
        desk.a_moment_passes().await;
        let good = Submission {
            id: branch::new_id(),
            command: sample.command.clone(),
        };
        let first = desk
            .branch
            .submit(&sample.by, good.clone())
            .await
            .unwrap_or_else(|error| panic!("{kind:?}: {error:?}"));
        // The same once more is the first answer again; anything else under its id is not.
        let again = desk
            .branch
            .engine
            .submit(&sample.by.token, good.clone())
            .await
            .unwrap();
        assert_eq!(
            (again.first_seq, again.last_seq),
            (first.first_seq, first.last_seq),
            "{kind:?}"
        );
        let other = desk
            .branch
            .engine
            .submit(&desk.branch.sam.token, good)
            .await
            .unwrap_err();
        assert_eq!(
            other.code,
            ErrorCode::Fault(FaultCode::IdReused),
            "{kind:?} by somebody else"
        );
        let elsewhere = Submission {
            id: first.id,
            command: another(kind),
        };
        let reused = desk
            .branch
            .engine
            .submit(&sample.by.token, elsewhere)
            .await
            .unwrap_err();
        assert_eq!(
            reused.code,
            ErrorCode::Fault(FaultCode::IdReused),
            "{kind:?}"
        );
        met.push(("replayed", "the first answer".to_owned()));
        met.push(("replayed by another", branch::code_name(other.code)));
        met.push((
            "replayed with other content",
            branch::code_name(reused.code),
        ));
        let before = outside.views_journal_and_outbox().await;
        desk.a_moment_passes().await;
        let again = desk.branch.ask(&sample.by, sample.command.clone()).await;
        let (found, must) = (outcome(&again), once_more(kind));
        if again.is_err() {
            assert_eq!(outside.views_journal_and_outbox().await, before, "{kind:?}");
        }
        if found != must {
            wrong.push(format!("{kind:?} once more: {found}, but must be {must}"));
        }
        met.push(("wrong state", found));
        for (class, found) in met {
            let kind_name = serde_json::to_value(kind).unwrap();
            writeln!(
                table,
                "{}\t-\t{class}\t{found}",
                kind_name.as_str().unwrap()
            )
            .unwrap();
            rows += 1;
            *by_class.entry(class).or_default() += 1;
        }
    }
    for (kind, of_the_contract) in contract() {
        let met = &members[&kind];
        let left: Vec<&String> = of_the_contract.difference(met).collect();
        assert!(left.is_empty(), "{kind:?}: no row for {left:?}");
    }
    for (class, named) in CLASSES {
        let met: usize = named.iter().filter_map(|name| by_class.get(name)).sum();
        assert!(met > 0, "no row stands for the class {class:?}");
    }
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bad-input.tsv");
    std::fs::write(&target, table).unwrap();
    println!("{rows} rows: {by_outcome:?}");
    assert!(
        wrong.is_empty(),
        "{} rows are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    usual.close().await;
    with_one_admin.close().await;
    proof::proved(
        "bad_input",
        "bad input: every field of every command by class, 26 classes",
        &format!("{rows} rows"),
        "–",
    )
    .unwrap();
}

/// Every member of every command, as the contract that the program prints has them.
fn contract() -> BTreeMap<CommandKind, BTreeSet<String>> {
    let schema = domain::view::schema();
    let submission = &schema["submission"];
    let commands = resolved(submission, &submission["properties"]["command"]);
    let commands = commands["oneOf"].as_array().unwrap();
    let of_one = |command: &Value| {
        let command = resolved(submission, command);
        let kind = command["properties"]["kind"]["const"].clone();
        let mut found = BTreeSet::new();
        members_of(submission, command, "command", &mut found);
        (serde_json::from_value(kind).unwrap(), found)
    };
    let found: BTreeMap<CommandKind, BTreeSet<String>> = commands.iter().map(of_one).collect();
    assert_eq!(found.len(), CommandKind::ALL.len());
    found
}

fn resolved<'a>(schema: &'a Value, mut part: &'a Value) -> &'a Value {
    while let Some(at) = part["$ref"].as_str() {
        part = schema.pointer(at.trim_start_matches('#')).unwrap();
    }
    part
}

fn members_of(schema: &Value, part: &Value, path: &str, found: &mut BTreeSet<String>) {
    let part = resolved(schema, part);
    for choice in ["oneOf", "anyOf", "allOf"] {
        for one in part[choice].as_array().into_iter().flatten() {
            members_of(schema, one, path, found);
        }
    }
    for (name, member) in part["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        members_of(schema, member, &path, found);
        found.insert(path);
    }
}

fn submission_of(sample: &Sample) -> Value {
    json!(Submission {
        id: branch::new_id(),
        command: sample.command.clone()
    })
}

/// Any other command.
fn another(kind: CommandKind) -> Command {
    let line_id = line_id();
    if kind == CommandKind::CloseLine {
        Command::CancelApplication(CancelApplication {
            line_id,
            note: None,
        })
    } else {
        Command::CloseLine(CloseLine { line_id })
    }
}

/// What was typed and taken is shown as it was typed.
fn verbatim(answer: &Answer, field: &str, class: &str, typed: Option<&Value>) {
    let shown = [
        "given_name",
        "family_name",
        "purpose",
        "name",
        "street",
        "employer",
        "city",
        "other_words",
    ];
    let last = field.rsplit('.').next().unwrap_or(field);
    let Some(Value::String(typed)) = typed.filter(|_| shown.contains(&last)) else {
        return;
    };
    let fresh = json!(answer.fresh).to_string();
    let escaped = json!(typed).to_string();
    assert!(
        fresh.contains(escaped.trim_matches('"')),
        "{field} {class}: not kept as typed"
    );
}

/// A refusal of a typed value names its field, so that the page can show it there.
fn says_where(error: &ApiError, kind: CommandKind, field: &str, class: &str) {
    let of_a_value = matches!(
        error.code,
        ErrorCode::Refused(
            RefusalCode::FieldEmpty
                | RefusalCode::FieldTooLong
                | RefusalCode::FieldMalformed
                | RefusalCode::AmountNotPositive
                | RefusalCode::AmountTooLarge
                | RefusalCode::WrongCurrency
        )
    );
    if of_a_value {
        let named = error.field.as_deref().unwrap_or("");
        let about = field.strip_prefix("command.").unwrap_or(field);
        let fits = !named.is_empty() && (about.starts_with(named) || named.starts_with(about));
        assert!(
            fits,
            "{kind:?} {field} {class}: the refusal stands at {named:?}"
        );
    }
}

/// The right command of nobody, of a session that ended, and of the wrong role.
async fn who_asks(
    desk: &Desk,
    sample: &Sample,
    outside: &mut Outside,
) -> Vec<(&'static str, String)> {
    let before = outside.views_journal_and_outbox().await;
    let kind = sample.command.kind();
    let submission = || Submission {
        id: branch::new_id(),
        command: sample.command.clone(),
    };
    let nobody = desk
        .branch
        .engine
        .submit(&Token::from_page(""), submission())
        .await
        .unwrap_err();
    assert_eq!(
        nobody.code,
        ErrorCode::Fault(FaultCode::SessionEnded),
        "{kind:?}"
    );
    let left = branch::people::sign_in(&desk.branch.engine, "sam").await;
    desk.branch.engine.sign_out(&left.token).await.unwrap();
    let ended = desk
        .branch
        .engine
        .submit(&left.token, submission())
        .await
        .unwrap_err();
    assert_eq!(
        ended.code,
        ErrorCode::Fault(FaultCode::SessionEnded),
        "{kind:?}"
    );
    let mut met = vec![
        ("no session", branch::code_name(nobody.code)),
        ("ended session", branch::code_name(ended.code)),
    ];
    if kind.asks_password() {
        desk.a_moment_passes().await;
        let unproven = desk
            .branch
            .engine
            .submit(&sample.by.token, submission())
            .await
            .unwrap_err();
        let code = ErrorCode::Refused(RefusalCode::PasswordNeeded);
        assert_eq!(unproven.code, code, "{kind:?}");
        assert_eq!(unproven.field.as_deref(), Some("password"), "{kind:?}");
        met.push(("no password", branch::code_name(unproven.code)));
    }
    if kind.role_needed() == Role::Admin {
        met.push(("wrong role", format!("{:?}", RefusalCode::AdminOnly)));
        desk.a_moment_passes().await;
        desk.branch
            .refused(
                &desk.branch.sam,
                sample.command.clone(),
                RefusalCode::AdminOnly,
            )
            .await;
    }
    let unsaid = |rows: Vec<String>| -> Vec<String> {
        // Signing in is remembered with its time.
        rows.into_iter()
            .filter(|row| !row.starts_with("users: "))
            .collect()
    };
    assert_eq!(
        unsaid(outside.views_journal_and_outbox().await),
        unsaid(before),
        "{kind:?}"
    );
    met
}

/// A session nobody used for so long is over, whatever it asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_session_gets_nothing() {
    let folder = Folder::new();
    let mut options = branch::options(folder.path(), None);
    let clock = Clock::set_to(Clock::System.now());
    options.clock = clock.clone();
    let branch = Branch::found_with(folder, options).await;
    let token = &branch.ada.token;
    let half = || clock.set(clock.now().plus_ms(engine::sessions::IDLE_MS / 2));
    for _ in 0..3 {
        half();
        branch.engine.present(token).unwrap();
    }
    // What a page asks by itself is answered, and keeps nothing open.
    half();
    branch.engine.viewer(token).await.unwrap();
    branch.engine.sync_view(token).await.unwrap();
    branch.engine.admin_desk(token).await.unwrap();
    half();
    let ended = ErrorCode::Fault(FaultCode::SessionEnded);
    assert_eq!(branch.engine.viewer(token).await.unwrap_err().code, ended);
    assert_eq!(branch.engine.present(token).unwrap_err().code, ended);
    let command = record_customer(CustomerId(Uuid::now_v7()), 1);
    let error = branch.ask(&branch.ada, command).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Fault(FaultCode::SessionEnded));
    branch.engine.stop().await;
}
