//! What people at the desk ask for, by the dice: mostly what could be right as the model sees
//! the branch, now and then spoiled in one place.

use crate::dice::Dice;
use crate::model::{Line, Model, Move};
use crate::paper::{self, usd};
use crate::world::{Base, id_of};
use domain::account::Role;
use domain::change::LineChange;
use domain::command::*;
use domain::date::BusinessDate;
use domain::drawer::VaultWay;
use domain::ids::*;
use domain::intake::{Check, ContactChannel, MissingItem};
use domain::movement::MovementState as State;
use domain::product::Terms;
use serde_json::Value;
use uuid::Uuid;

/// Terms that cost nothing: what the stories follow is where the money is, and interest and fees
/// have a second calculation of their own among the rules' tests.
pub fn free_terms() -> Terms {
    let mut terms = Terms::defaults(2);
    if let Ok(percent) = "0".parse() {
        terms.annual_percent = percent;
    }
    terms.rate_changes.clear();
    (terms.late_fee_minor, terms.returned_payment_fee_minor) = (usd(0).minor, usd(0).minor);
    // Some revisions ask for checks; the stories begin with lines that are open.
    terms.checks.clear();
    terms
}

/// A fresh id of this story.
pub fn new_id(dice: &mut Dice) -> Uuid {
    id_of((u128::from(dice.throw()) >> 2) | (1 << 61))
}

fn parse<T: std::str::FromStr>(text: &str, otherwise: T) -> T {
    text.parse().unwrap_or(otherwise)
}

fn pick_line<'a>(
    dice: &mut Dice,
    model: &'a Model,
    wanted: impl Fn(&Line) -> bool,
) -> Option<(&'a String, &'a Line)> {
    let fitting: Vec<_> = model
        .lines
        .iter()
        .filter(|(_, line)| wanted(line))
        .collect();
    if fitting.is_empty() || dice.percent(6) {
        let all: Vec<_> = model.lines.iter().collect();
        return (!all.is_empty()).then(|| *dice.pick(&all));
    }
    Some(*dice.pick(&fitting))
}

fn pick_move<'a>(
    dice: &mut Dice,
    model: &'a Model,
    wanted: impl Fn(&Move) -> bool,
) -> Option<(&'a String, &'a Move)> {
    let fitting: Vec<_> = model.movements.iter().filter(|(_, m)| wanted(m)).collect();
    if fitting.is_empty() || dice.percent(8) {
        let all: Vec<_> = model.movements.iter().collect();
        return (!all.is_empty()).then(|| *dice.pick(&all));
    }
    Some(*dice.pick(&fitting))
}

pub struct Desk<'a> {
    pub dice: &'a mut Dice,
    pub model: &'a Model,
    pub base: &'a Base,
    pub today: BusinessDate,
    /// Customers so far, for values that differ.
    pub number: &'a mut u32,
}

impl Desk<'_> {
    /// A command of this kind and who asks for it; nothing where there is nothing to ask about.
    pub fn ask(&mut self, kind: CommandKind) -> Option<(UserId, Command)> {
        let command = self.command(kind)?;
        let command = if self.dice.percent(14) {
            self.spoiled(command)
        } else {
            command
        };
        Some((self.who(kind), command))
    }

    fn who(&mut self, kind: CommandKind) -> UserId {
        let people = self.base.people;
        if self.dice.percent(3) {
            let stranger = UserId(id_of(u128::from(self.dice.throw() >> 3)));
            return *self.dice.pick(&[people.wanda, stranger, people.sams_other]);
        }
        match kind.role_needed() {
            Role::Staff => *self.dice.pick(&[
                people.sam,
                people.sam,
                people.sam,
                people.ada,
                people.boris,
                people.sams_other,
            ]),
            Role::Admin if self.dice.percent(5) => people.sam,
            Role::Admin => *self.dice.pick(&[
                people.ada,
                people.ada,
                people.boris,
                people.boris,
                people.sams_other,
            ]),
        }
    }

    fn customer(&mut self) -> Option<(CustomerId, Vec<BankAccountId>)> {
        let all: Vec<_> = self
            .model
            .customers
            .iter()
            .filter(|(_, customer)| !customer.forgotten || self.dice.percent(30))
            .collect();
        if all.is_empty() {
            return None;
        }
        let (id, customer) = *self.dice.pick(&all);
        Some((CustomerId(id.parse().ok()?), accounts(customer)))
    }

    /// Whoever has the largest limits, so that some come to what one customer may have.
    fn most_exposed(&self) -> Option<CustomerId> {
        let of = |id: &String| -> i64 {
            let lines = self.model.lines.values();
            let open = lines.filter(|line| line.customer == *id && !line.ended());
            open.filter_map(|line| line.limit).sum()
        };
        let customers = self.model.customers.iter();
        let known = customers.filter(|(_, customer)| !customer.forgotten);
        known
            .max_by_key(|(id, _)| of(id))?
            .0
            .parse()
            .ok()
            .map(CustomerId)
    }

    fn line(&mut self, wanted: impl Fn(&Line) -> bool) -> Option<(LineId, Line)> {
        let (id, line) = pick_line(self.dice, self.model, wanted)?;
        Some((LineId(id.parse().ok()?), line.clone()))
    }

    /// A bank account of a line's customer.
    fn account_of(&mut self, line: &Line) -> Option<BankAccountId> {
        let accounts = accounts(self.model.customers.get(&line.customer)?);
        (!accounts.is_empty()).then(|| *self.dice.pick(&accounts))
    }

    fn movement(&mut self, wanted: impl Fn(&Move) -> bool) -> Option<(LineId, MovementId)> {
        let (id, movement) = pick_move(self.dice, self.model, wanted)?;
        Some((
            LineId(movement.line.parse().ok()?),
            MovementId(id.parse().ok()?),
        ))
    }

    /// What may be asked for on a line. Its product costs nothing, and stays so: a higher rate
    /// is never told early enough.
    fn change(&mut self, line_id: LineId, line: &Line) -> LineChange {
        match self.dice.below(12) {
            0 => LineChange::WaiveFees {
                amount: usd(self.dice.between(1, 20_000)),
            },
            1 => LineChange::WaiveInterest {
                amount: usd(self.dice.between(1, 20_000)),
            },
            2..=4 => {
                let of_line = line_id.to_string();
                let cash = |m: &Move| m.line == of_line && m.cash && m.state == State::Settled;
                let movement = self.movement(cash).map(|(_, id)| id);
                LineChange::Reverse {
                    movement_id: movement.unwrap_or(MovementId(new_id(self.dice))),
                }
            }
            5..=7 => {
                let limit = line.limit.unwrap_or(0) + self.dice.between(-300_000, 150_000);
                let told = self.dice.percent(80);
                LineChange::SetLimit {
                    limit: usd(match self.dice.below(20) {
                        0 => line.limit.unwrap_or(0),
                        // As large as a line of the product may be.
                        1..=4 => free_terms().largest_limit_minor.0,
                        _ => limit.max(1),
                    }),
                    notice_given_on: told.then_some(self.today),
                }
            }
            8 => LineChange::SetRate {
                from: self
                    .today
                    .plus_days(i32::try_from(self.dice.between(-5, 44)).unwrap_or(0)),
                annual_percent: {
                    let free = free_terms().annual_percent;
                    let rate: &&str = self.dice.pick(&["0", "3"]);
                    parse(rate, free)
                },
                notice_given_on: self.dice.percent(70).then_some(self.today),
            },
            _ => LineChange::ChargeOff {},
        }
    }

    /// A line on which something waits; now and then one on which nothing does.
    fn line_waiting(&mut self, waits: impl Fn(&Line) -> bool) -> Option<(LineId, Line)> {
        let any = self.model.lines.values().any(&waits);
        if !any && self.dice.percent(85) {
            return None;
        }
        self.line(waits)
    }

    fn line_with_changes(&mut self) -> Option<(LineId, Line)> {
        self.line_waiting(|line| !line.waiting.is_empty())
    }

    /// A change of this line that waits; now and then one that does not.
    fn waiting_change(&mut self, line: &Line) -> Option<(ChangeId, LineChange)> {
        let waiting: Vec<_> = line.waiting.iter().collect();
        if waiting.is_empty() || self.dice.percent(6) {
            return Some((ChangeId(new_id(self.dice)), LineChange::ChargeOff {}));
        }
        let (id, change) = *self.dice.pick(&waiting);
        let change = serde_json::from_value(change.clone()).ok()?;
        Some((ChangeId(id.parse().ok()?), change))
    }

    fn amount(&mut self) -> i64 {
        match self.dice.below(12) {
            0 => self.dice.between(500_001, 900_000),
            1 => self.dice.between(1, 9),
            2 => self.dice.between(100_001, 400_000),
            _ => self.dice.between(100, 90_000),
        }
    }

    /// Up to three papers, now and then one of them twice.
    fn missing(&mut self) -> Vec<MissingItem> {
        let count = self.dice.between(1, 3);
        (0..count)
            .map(|_| *self.dice.pick(MissingItem::ALL))
            .collect()
    }

    /// Up to six, and the words of "other" mostly where they belong.
    fn reasons(&mut self) -> (Vec<RejectionReason>, Option<String>) {
        let count = self.dice.below(6);
        let mut reasons: Vec<RejectionReason> = (0..count)
            .map(|_| *self.dice.pick(RejectionReason::ALL))
            .collect();
        if self.dice.percent(40) {
            reasons.push(RejectionReason::Other);
        }
        let other_words = match (
            reasons.contains(&RejectionReason::Other),
            self.dice.percent(80),
        ) {
            (true, true) | (false, false) => Some("As agreed at the desk".to_owned()),
            (true, false) | (false, true) => None,
        };
        (reasons, other_words)
    }

    fn command(&mut self, kind: CommandKind) -> Option<Command> {
        let words = || "As agreed at the desk".to_owned();
        Some(match kind {
            CommandKind::RecordCustomer => {
                // Now and then somebody who is recorded already.
                let again = self.dice.percent(15);
                if !again {
                    *self.number += 1;
                }
                let customer_id = CustomerId(new_id(self.dice));
                let mut profile = paper::profile(*self.number);
                // Now and then a child.
                if self.dice.percent(2) {
                    profile.birth_date = self.today.plus_days(-4_000);
                }
                Command::RecordCustomer(RecordCustomer {
                    customer_id,
                    profile,
                })
            }
            CommandKind::UpdateCustomer => {
                let (customer_id, _) = self.customer()?;
                let version = self.model.customers.get(&customer_id.to_string())?.version;
                let change = paper::profile_change(u32::try_from(self.dice.below(900)).ok()?);
                Command::UpdateCustomer(UpdateCustomer {
                    customer_id,
                    seen_version: u64::try_from(version).ok()?,
                    change,
                })
            }
            CommandKind::AddBankAccount => {
                let (customer_id, accounts) = self.customer()?;
                let account_id = if !accounts.is_empty() && self.dice.percent(8) {
                    *self.dice.pick(&accounts)
                } else {
                    BankAccountId(new_id(self.dice))
                };
                let number = u32::try_from(self.dice.below(9_000)).ok()?;
                paper::add_bank_account(customer_id, account_id, number)
            }
            CommandKind::AuthorizeDebit => {
                let (customer_id, accounts) = self.customer()?;
                let account = if accounts.is_empty() || self.dice.percent(8) {
                    BankAccountId(new_id(self.dice))
                } else {
                    *self.dice.pick(&accounts)
                };
                paper::authorize_debit(customer_id, account, self.today)
            }
            CommandKind::ForgetCustomer => {
                let free: Vec<_> = self
                    .model
                    .customers
                    .iter()
                    .filter(|(id, customer)| {
                        !customer.forgotten
                            && !self
                                .model
                                .lines
                                .values()
                                .any(|line| line.customer == **id && !line.ended())
                    })
                    .map(|(id, _)| id.clone())
                    .collect();
                let customer_id = if free.is_empty() || self.dice.percent(30) {
                    self.customer()?.0
                } else {
                    CustomerId(self.dice.pick(&free).parse().ok()?)
                };
                Command::ForgetCustomer(ForgetCustomer {
                    customer_id,
                    reason: words(),
                })
            }
            CommandKind::DefineProduct => {
                let known = self.model.products.keys().next()?;
                let (product_id, seen) = if self.dice.percent(40) {
                    (ProductId(known.parse().ok()?), self.model.products[known])
                } else {
                    (ProductId(new_id(self.dice)), 0)
                };
                let mut terms = free_terms();
                terms.hold_banking_days = u32::try_from(self.dice.below(6)).ok()?;
                if self.dice.percent(20) {
                    terms.checks = vec![*self.dice.pick(Check::ALL)];
                }
                if self.dice.percent(40) {
                    terms.instant_limit_minor = usd(self.dice.between(500_000, 2_000_000)).minor;
                }
                Command::DefineProduct(DefineProduct {
                    product_id,
                    seen_version: u64::try_from(seen).ok()?,
                    name: "Line of credit, revised".to_owned(),
                    terms,
                })
            }
            CommandKind::TakeApplication => {
                let customer_id = match self.dice.percent(40) {
                    true => self.most_exposed()?,
                    false => self.customer()?.0,
                };
                let products: Vec<String> = self.model.products.keys().cloned().collect();
                let product = parse(self.dice.pick(&products).as_str(), self.base.product_id.0);
                let line_id = LineId(new_id(self.dice));
                let requested = if self.dice.percent(30) {
                    self.dice.between(4_800_000, 5_000_100)
                } else {
                    self.dice.between(50_000, 5_200_000)
                };
                let mut take =
                    paper::take_application(line_id, customer_id, ProductId(product), requested);
                if let Command::TakeApplication(take) = &mut take
                    && self.dice.percent(10)
                {
                    take.missing = self.missing();
                }
                take
            }
            CommandKind::RecordMissing => {
                let (line_id, _) = self.line(|line| line.limit.is_none() && !line.ended())?;
                let missing = if self.dice.percent(50) {
                    Vec::new()
                } else {
                    self.missing()
                };
                Command::RecordMissing(RecordMissing { line_id, missing })
            }
            CommandKind::SendIncompletenessNotice => {
                let (line_id, _) =
                    self.line(|line| line.limit.is_none() && !line.ended() && line.missing > 0)?;
                let days = i32::try_from(self.dice.between(0, 140)).unwrap_or(30);
                Command::SendIncompletenessNotice(SendIncompletenessNotice {
                    line_id,
                    reply_by: self.today.plus_days(days),
                })
            }
            CommandKind::RecordCheck => {
                let (line_id, _) = self.line(|line| line.limit.is_none() && !line.ended())?;
                Command::RecordCheck(RecordCheck {
                    line_id,
                    check: *self.dice.pick(Check::ALL),
                    passed: self.dice.percent(80),
                })
            }
            CommandKind::AddContactNote => {
                let (customer_id, _) = self.customer()?;
                Command::AddContactNote(AddContactNote {
                    customer_id,
                    channel: *self.dice.pick(ContactChannel::ALL),
                    note: words(),
                })
            }
            CommandKind::ApproveApplication => {
                let ready =
                    |line: &Line| line.limit.is_none() && !line.ended() && line.missing == 0;
                let (line_id, line) = self.line(ready)?;
                let part = self.dice.between(60, 104);
                let limit = (line.requested * part / 100).max(1);
                let mut approve = paper::approve(line_id, u64::try_from(line.version).ok()?, limit);
                if let Command::ApproveApplication(approve) = &mut approve {
                    // Now and then the terms that were there before.
                    let last = self.model.products[&line.product];
                    let seen = last - i64::from(self.dice.percent(10));
                    approve.seen_product_version = u64::try_from(seen).ok()?;
                }
                approve
            }
            CommandKind::RejectApplication => {
                let (line_id, line) = self.line(|line| line.limit.is_none() && !line.ended())?;
                let (reasons, other_words) = self.reasons();
                Command::RejectApplication(RejectApplication {
                    line_id,
                    seen_version: u64::try_from(line.version).ok()?,
                    reasons,
                    other_words,
                })
            }
            CommandKind::CancelApplication => {
                let (line_id, _) = self.line(|line| !line.ended())?;
                Command::CancelApplication(CancelApplication {
                    line_id,
                    note: Some(words()),
                })
            }
            CommandKind::RecordAgreement => {
                let (line_id, _) = self.line(|line| line.limit.is_some() && !line.agreed)?;
                paper::record_agreement(line_id, self.today)
            }
            CommandKind::RequestDraw => {
                let (line_id, line) = self.line(|line| line.open_for_money() && !line.frozen)?;
                let mut amount = self.amount();
                if self.dice.percent(12) {
                    // To the brim, and a little over.
                    let there = self.model.available(&line_id.to_string(), self.today);
                    amount = (there + self.dice.between(-2, 1)).max(1);
                }
                let draw_id = self.movement_id();
                match self.account_of(&line) {
                    Some(account) if self.dice.percent(75) => {
                        let speed = if self.dice.percent(50) {
                            Speed::Express
                        } else {
                            Speed::Standard
                        };
                        paper::draw_to_bank(line_id, draw_id, amount, account, speed)
                    }
                    _ => paper::draw_cash(line_id, draw_id, amount),
                }
            }
            CommandKind::ApproveDraw => {
                let (line_id, draw_id) = self.movement(|m| m.state == State::Requested)?;
                Command::ApproveDraw(ApproveDraw { line_id, draw_id })
            }
            CommandKind::DeclineDraw => {
                let (line_id, draw_id) = self.movement(|m| m.state == State::Requested)?;
                Command::DeclineDraw(DeclineDraw {
                    line_id,
                    draw_id,
                    reason: words(),
                })
            }
            CommandKind::BreakGlass => {
                let (line_id, draw_id) = self.movement(|m| m.state == State::Requested)?;
                Command::BreakGlass(BreakGlass {
                    line_id,
                    draw_id,
                    reason: words(),
                })
            }
            CommandKind::PayCashDraw => {
                let (line_id, draw_id) = self.movement(|m| m.state == State::Approved)?;
                Command::PayCashDraw(PayCashDraw {
                    line_id,
                    draw_id,
                    identity_seen: true,
                })
            }
            CommandKind::CancelDraw => {
                let (line_id, draw_id) =
                    self.movement(|m| m.kind == "draw" && m.state.on_its_way())?;
                Command::CancelDraw(CancelDraw { line_id, draw_id })
            }
            CommandKind::TakeRepayment => {
                let (line_id, line) = self.line(|line| line.principal > 0)?;
                let amount = match self.dice.below(4) {
                    0 => line.principal.max(1),
                    1 => line.principal.max(1) + self.dice.between(1, 50_000),
                    _ => self.amount().min(line.principal.max(1)),
                };
                let repayment_id = self.movement_id();
                match self.account_of(&line) {
                    Some(account) if self.dice.percent(70) => {
                        paper::repay_by_debit(line_id, repayment_id, amount, account)
                    }
                    _ => paper::repay_cash(line_id, repayment_id, amount),
                }
            }
            CommandKind::CancelRepayment => {
                let (line_id, repayment_id) =
                    self.movement(|m| m.kind == "repayment" && m.state.on_its_way())?;
                Command::CancelRepayment(CancelRepayment {
                    line_id,
                    repayment_id,
                })
            }
            CommandKind::RefundCredit => {
                let (line_id, line) = self.line(|line| line.credit > 0)?;
                let refund_id = self.movement_id();
                let amount = usd(self.dice.between(1, line.credit.max(1) + 10));
                Command::RefundCredit(RefundCredit {
                    line_id,
                    refund_id,
                    amount,
                })
            }
            CommandKind::RequestCancellation => {
                let (line_id, _) = self.line(|line| !line.ended())?;
                Command::RequestCancellation(RequestCancellation {
                    line_id,
                    reason: Some(words()),
                })
            }
            CommandKind::DeclineCancellation => {
                let (line_id, _) = self.line(|line| line.cancellation_requested)?;
                Command::DeclineCancellation(DeclineCancellation {
                    line_id,
                    reason: words(),
                })
            }
            CommandKind::CloseLine => {
                // Now and then one that owes nothing and is owed something.
                let credited = self.dice.percent(30);
                let (line_id, _) = self.line(|line| {
                    let fits = line.credit > 0 && line.principal == 0;
                    line.limit.is_some() && !line.ended() && (fits || !credited)
                })?;
                Command::CloseLine(CloseLine { line_id })
            }
            CommandKind::FreezeLine => {
                let (line_id, _) =
                    self.line(|line| line.limit.is_some() && !line.ended() && !line.frozen)?;
                Command::FreezeLine(FreezeLine {
                    line_id,
                    note: words(),
                })
            }
            CommandKind::UnfreezeLine => {
                let (line_id, _) = self.line(|line| line.frozen)?;
                Command::UnfreezeLine(UnfreezeLine {
                    line_id,
                    note: words(),
                })
            }
            CommandKind::TellAdverseAction => {
                let (line_id, line) = self.line_waiting(|line| !line.untold.is_empty())?;
                let (reasons, other_words) = self.reasons();
                Command::TellAdverseAction(TellAdverseAction {
                    line_id,
                    seen_version: u64::try_from(line.version).ok()?,
                    reasons,
                    other_words,
                })
            }
            CommandKind::AskNetworkAgain => {
                let (line_id, movement_id) = self.movement(|m| m.state == State::NeedsReview)?;
                Command::AskNetworkAgain(AskNetworkAgain {
                    line_id,
                    movement_id,
                })
            }
            CommandKind::CloseDay => Command::CloseDay(CloseDay { date: self.today }),
            CommandKind::OpenDrawer => Command::OpenDrawer(OpenDrawer {
                float: usd(self.dice.between(-10_000, 400_000)),
            }),
            CommandKind::MoveVaultCash => Command::MoveVaultCash(MoveVaultCash {
                way: *self.dice.pick(&[VaultWay::FromVault, VaultWay::ToVault]),
                amount: usd(self.dice.between(1, 200_000)),
            }),
            CommandKind::CountDrawer => Command::CountDrawer(CountDrawer {
                counted: usd(self.dice.between(-10_000, 400_000)),
            }),
            CommandKind::CloseDrawer => {
                let people = self.base.people;
                let tellers = [people.sam, people.sam, people.ada, people.boris];
                let teller_id = *self.dice.pick(&tellers);
                let holds = self.model.drawers.get(&teller_id.to_string());
                let holds = holds.map_or(0, |drawer| drawer.holds);
                Command::CloseDrawer(CloseDrawer {
                    teller_id,
                    counted: usd((holds + self.dice.between(-50, 50)).max(0)),
                })
            }
            CommandKind::SetHolidays => {
                let ahead = i32::try_from(self.dice.below(20)).ok()?;
                Command::SetHolidays(SetHolidays {
                    holidays: vec![self.today.plus_days(ahead)],
                })
            }
            CommandKind::RetryTransfer => {
                let (line_id, movement_id) = self.movement(|m| {
                    matches!(m.state, State::Queued | State::Unknown | State::NeedsReview)
                })?;
                Command::RetryTransfer(RetryTransfer {
                    line_id,
                    movement_id,
                })
            }
            CommandKind::ParkTransfer => {
                let (line_id, movement_id) =
                    self.movement(|m| matches!(m.state, State::Queued | State::Unknown))?;
                Command::ParkTransfer(ParkTransfer {
                    line_id,
                    movement_id,
                    reason: words(),
                })
            }
            CommandKind::HandBackTransfer => {
                let (line_id, movement_id) = self.movement(|m| m.state == State::NeedsReview)?;
                Command::HandBackTransfer(HandBackTransfer {
                    line_id,
                    movement_id,
                    reason: words(),
                })
            }
            CommandKind::PresentAgain => {
                let returned = |m: &Move| m.kind == "repayment" && m.state == State::Returned;
                let again = self.dice.percent(30);
                let (line_id, movement_id) = self
                    .movement(|m| returned(m) && m.presented == again)
                    .or_else(|| self.movement(returned))?;
                let repayment_id = self.movement_id();
                Command::PresentAgain(PresentAgain {
                    line_id,
                    movement_id,
                    repayment_id,
                })
            }
            CommandKind::ResolveFinding => {
                let findings: Vec<&String> = self.model.findings.keys().collect();
                if findings.is_empty() && self.dice.percent(90) {
                    return None;
                }
                let finding_id = if findings.is_empty() {
                    "orphan of nothing".to_owned()
                } else {
                    (*self.dice.pick(&findings)).clone()
                };
                Command::ResolveFinding(ResolveFinding {
                    finding_id,
                    resolution: *self.dice.pick(domain::reconcile::Resolution::ALL),
                    note: self.dice.percent(60).then(words),
                })
            }
            CommandKind::RequestChange => {
                let owing = self.dice.percent(50);
                // Now and then of a line that was written off already.
                let lost = self.dice.percent(10);
                let (line_id, line) = self.line(|line| {
                    let fits = line.limit.is_some() && !line.ended();
                    let wanted = (line.principal > 0 || !owing) && !lost;
                    fits && (wanted || (lost && line.charged_off))
                })?;
                Command::RequestChange(RequestChange {
                    line_id,
                    change_id: ChangeId(new_id(self.dice)),
                    change: self.change(line_id, &line),
                    reason: words(),
                })
            }
            CommandKind::ApproveChange => {
                let (line_id, line) = self.line_with_changes()?;
                let (change_id, mut change) = self.waiting_change(&line)?;
                if self.dice.percent(6) {
                    change = LineChange::ChargeOff {};
                }
                Command::ApproveChange(ApproveChange {
                    line_id,
                    change_id,
                    change,
                })
            }
            CommandKind::DeclineChange => {
                let (line_id, line) = self.line_with_changes()?;
                Command::DeclineChange(DeclineChange {
                    line_id,
                    change_id: self.waiting_change(&line)?.0,
                    reason: words(),
                })
            }
            CommandKind::ApproveAccount => {
                let (user_id, user) = self.user(|user| user.waiting)?;
                Command::ApproveAccount(ApproveAccount {
                    user_id,
                    employee_number: if self.dice.percent(35) {
                        "E-777".to_owned()
                    } else {
                        user.employee_number
                    },
                    role: if self.dice.percent(20) {
                        Role::Admin
                    } else {
                        Role::Staff
                    },
                })
            }
            CommandKind::DeclineAccount => {
                let (user_id, _) = self.user(|user| user.waiting)?;
                Command::DeclineAccount(DeclineAccount { user_id })
            }
            CommandKind::SetRole => {
                let user_id = self.clerk(|clerk| clerk.active)?;
                let role = *self.dice.pick(&[Role::Staff, Role::Staff, Role::Admin]);
                Command::SetRole(SetRole { user_id, role })
            }
            CommandKind::DisableAccount => {
                let user_id = self.clerk(|clerk| clerk.active)?;
                Command::DisableAccount(DisableAccount { user_id })
            }
            CommandKind::EnableAccount => {
                // Now and then one that is not disabled.
                let any = self.dice.percent(15);
                let user_id = self.clerk(|clerk| (any || !clerk.active) && !clerk.waiting)?;
                Command::EnableAccount(EnableAccount { user_id })
            }
            CommandKind::IssueResetCode => {
                let (user_id, _) = self.user(|user| user.active)?;
                let code_print = "nobody has this code".to_owned();
                Command::IssueResetCode(IssueResetCode {
                    user_id,
                    code_print,
                })
            }
            CommandKind::RemoveSecondFactor => {
                let (user_id, _) = self.user(|user| user.active)?;
                Command::RemoveSecondFactor(RemoveSecondFactor { user_id })
            }
            CommandKind::DemandSecondFactor => {
                let of_admins = self.dice.percent(50);
                Command::DemandSecondFactor(DemandSecondFactor { of_admins })
            }
            CommandKind::UnlockAccount => {
                let (user_id, _) = self.user(|user| user.login == "boris")?;
                Command::UnlockAccount(UnlockAccount { user_id })
            }
        })
    }

    fn movement_id(&mut self) -> MovementId {
        if self.dice.percent(3)
            && let Some((id, _)) = pick_move(self.dice, self.model, |_| true)
        {
            return MovementId(parse(id, Uuid::nil()));
        }
        MovementId(new_id(self.dice))
    }

    fn user(
        &mut self,
        wanted: impl Fn(&crate::model::User) -> bool,
    ) -> Option<(UserId, crate::model::User)> {
        let wanda = self.base.people.wanda.to_string();
        let fitting: Vec<_> = self
            .model
            .users
            .iter()
            .filter(|(id, user)| wanted(user) && **id != wanda)
            .collect();
        let all: Vec<_> = self
            .model
            .users
            .iter()
            .filter(|(id, _)| **id != wanda)
            .collect();
        let among = if fitting.is_empty() || self.dice.percent(8) {
            all
        } else {
            fitting
        };
        let (id, user) = *self.dice.pick(&among);
        Some((UserId(id.parse().ok()?), user.clone()))
    }

    /// Somebody who joined in the story: whoever was there before carries it and stays.
    fn clerk(&mut self, wanted: impl Fn(&crate::model::User) -> bool) -> Option<UserId> {
        let fitting: Vec<_> = self
            .model
            .users
            .iter()
            .filter(|(_, user)| user.login.starts_with("clerk") && wanted(user))
            .collect();
        if fitting.is_empty() {
            return None;
        }
        Some(UserId(self.dice.pick(&fitting).0.parse().ok()?))
    }

    /// The same command with one value that is not right, if it still can be written down.
    fn spoiled(&mut self, command: Command) -> Command {
        let mut value = serde_json::to_value(&command).unwrap_or_default();
        let mut paths = Vec::new();
        leaves(&value, &mut Vec::new(), &mut paths);
        paths.retain(|path| path != &["kind".to_owned()]);
        if paths.is_empty() {
            return command;
        }
        let path = self.dice.pick(&paths).clone();
        let Some(place) = value.pointer_mut(&format!("/{}", path.join("/"))) else {
            return command;
        };
        let dice = &mut *self.dice;
        *place = match &*place {
            Value::Number(_) => Value::from(*dice.pick(&[
                0_i64,
                -5,
                1,
                7,
                99,
                999_999_999_999,
                4_000_000_000_000_000,
                9_000_000,
            ])),
            Value::Bool(was) => Value::from(!was),
            Value::String(was) if was.len() == 36 => Value::from(new_id(dice).to_string()),
            Value::String(was) if was.len() == 10 && was.as_bytes()[4] == b'-' => {
                Value::from(*dice.pick(&["2099-12-31", "1901-01-01", "2015-05-05"]))
            }
            Value::String(was) if was == "USD" => Value::from("EUR"),
            Value::String(_) => {
                let long = "x".repeat(3_000);
                Value::from(*dice.pick(&["", " ", "7", "\u{7}", "abc", long.as_str(), "E-001"]))
            }
            Value::Null => Value::from("words"),
            Value::Array(_) | Value::Object(_) => return command,
        };
        serde_json::from_value(value).unwrap_or(command)
    }
}

fn accounts(customer: &crate::model::Customer) -> Vec<BankAccountId> {
    customer
        .accounts
        .keys()
        .filter_map(|id| Some(BankAccountId(id.parse().ok()?)))
        .collect()
}

fn leaves(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                path.push(name.clone());
                leaves(member, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                path.push(place.to_string());
                leaves(item, path, found);
                path.pop();
            }
        }
        _ => found.push(path.clone()),
    }
}

/// How often each kind is asked for, in parts of a thousand or so.
pub const KINDS: &[(CommandKind, usize)] = &[
    (CommandKind::RequestDraw, 230),
    (CommandKind::TakeRepayment, 130),
    (CommandKind::ApproveDraw, 45),
    (CommandKind::TakeApplication, 40),
    (CommandKind::ApproveApplication, 40),
    (CommandKind::RecordAgreement, 40),
    (CommandKind::UnfreezeLine, 35),
    (CommandKind::RetryTransfer, 25),
    (CommandKind::PresentAgain, 15),
    (CommandKind::HandBackTransfer, 15),
    (CommandKind::ParkTransfer, 10),
    (CommandKind::ResolveFinding, 15),
    (CommandKind::AskNetworkAgain, 30),
    (CommandKind::CancelDraw, 30),
    (CommandKind::PayCashDraw, 25),
    (CommandKind::RefundCredit, 20),
    (CommandKind::RecordCustomer, 20),
    (CommandKind::AddBankAccount, 20),
    (CommandKind::AuthorizeDebit, 20),
    (CommandKind::CancelRepayment, 18),
    (CommandKind::UpdateCustomer, 15),
    (CommandKind::RejectApplication, 15),
    (CommandKind::RequestChange, 32),
    (CommandKind::ApproveChange, 45),
    (CommandKind::DeclineChange, 8),
    (CommandKind::DeclineDraw, 12),
    (CommandKind::FreezeLine, 12),
    (CommandKind::TellAdverseAction, 24),
    (CommandKind::DefineProduct, 10),
    (CommandKind::RequestCancellation, 10),
    (CommandKind::DeclineCancellation, 10),
    (CommandKind::CancelApplication, 10),
    (CommandKind::CloseLine, 10),
    (CommandKind::ForgetCustomer, 8),
    (CommandKind::ApproveAccount, 8),
    (CommandKind::DeclineAccount, 6),
    (CommandKind::UnlockAccount, 6),
    (CommandKind::SetRole, 6),
    (CommandKind::DisableAccount, 5),
    (CommandKind::EnableAccount, 7),
    (CommandKind::IssueResetCode, 6),
    (CommandKind::RemoveSecondFactor, 4),
    (CommandKind::DemandSecondFactor, 4),
    (CommandKind::CloseDay, 12),
    (CommandKind::SetHolidays, 3),
    (CommandKind::RecordMissing, 12),
    (CommandKind::SendIncompletenessNotice, 10),
    (CommandKind::RecordCheck, 16),
    (CommandKind::AddContactNote, 6),
    // In the stories of the office alone: see `Theme::Office`.
    (CommandKind::BreakGlass, 0),
    // In the stories of the counter alone: see `Theme::Counter`.
    (CommandKind::OpenDrawer, 0),
    (CommandKind::MoveVaultCash, 0),
    (CommandKind::CountDrawer, 0),
    (CommandKind::CloseDrawer, 0),
];

/// What a branch is busy with: other things on other days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Anything,
    /// Debits that come back and are presented again.
    Debits,
    /// Applications, large ones.
    Applications,
    /// Backups that are restored.
    Restores,
    /// Cash, through drawers that are opened, counted and closed.
    Counter,
    /// Who may sign in, and what is missing from whose papers.
    Office,
    /// What two people change about a line, up to writing it off.
    Changes,
}

impl Theme {
    pub fn of(seed: u64) -> Theme {
        match seed % 20 {
            9 | 19 => Theme::Counter,
            3 => Theme::Office,
            8 => Theme::Changes,
            _ => Theme::of_five(seed % 5),
        }
    }

    fn of_five(place: u64) -> Theme {
        match place {
            0 => Theme::Debits,
            1 => Theme::Applications,
            2 => Theme::Restores,
            _ => Theme::Anything,
        }
    }

    fn weight(self, kind: CommandKind, usual: usize) -> usize {
        match (self, kind) {
            (Theme::Debits, CommandKind::TakeRepayment | CommandKind::PresentAgain) => 220,
            (Theme::Debits, CommandKind::ResolveFinding) => 40,
            (
                Theme::Applications,
                CommandKind::TakeApplication
                | CommandKind::ApproveApplication
                | CommandKind::CloseLine
                | CommandKind::RefundCredit,
            ) => 210,
            (Theme::Counter, CommandKind::OpenDrawer) => 110,
            (Theme::Counter, CommandKind::MoveVaultCash | CommandKind::CountDrawer) => 45,
            (Theme::Counter, CommandKind::CloseDrawer | CommandKind::CloseDay) => 55,
            (Theme::Restores, CommandKind::RetryTransfer | CommandKind::ResolveFinding) => 70,
            (
                Theme::Office,
                CommandKind::ApproveAccount
                | CommandKind::DeclineAccount
                | CommandKind::SetRole
                | CommandKind::DisableAccount
                | CommandKind::EnableAccount
                | CommandKind::IssueResetCode
                | CommandKind::RecordMissing
                | CommandKind::SendIncompletenessNotice
                | CommandKind::TakeApplication,
            ) => 70,
            (Theme::Office, CommandKind::BreakGlass) => 30,
            (Theme::Changes, CommandKind::RequestChange | CommandKind::ApproveChange) => 250,
            _ => usual,
        }
    }
}

pub fn kind(dice: &mut Dice, theme: Theme) -> CommandKind {
    let weight = |(kind, usual): &(CommandKind, usize)| theme.weight(*kind, *usual);
    let mut thrown = dice.below(KINDS.iter().map(weight).sum());
    for entry in KINDS {
        if thrown < weight(entry) {
            return entry.0;
        }
        thrown -= weight(entry);
    }
    CommandKind::RequestDraw
}
