//! Long random histories: every command and every word of the network in any order, also the
//! impossible ones. The books are counted again after each step (see `desk`), and what must
//! never happen is looked for here. A seed that fails names itself and can be run alone.

use crate::desk::{Desk, Judged, usd};
use crate::proof;
use domain::actor::NetworkState;
use domain::command::*;
use domain::customer::Customer;
use domain::ids::{BankAccountId, CustomerId, LineId, MovementId, UserId};
use domain::intake::{Check, MissingItem};
use domain::money::Minor;
use domain::movement::{MovementKind, MovementState};
use domain::transfer::*;
use std::collections::BTreeMap;

/// SplitMix64: small, and the same on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())])
    }
}

struct History {
    desk: Desk,
    dice: Dice,
    customers: Vec<(CustomerId, BankAccountId)>,
    lines: Vec<LineId>,
    movements: Vec<MovementId>,
    accepted: u64,
    refused: u64,
}

const STEPS: usize = 60;

impl History {
    fn new(seed: u64, fresh: &Desk) -> History {
        let mut desk = fresh.clone();
        let mut customers = vec![(desk.customer, desk.account)];
        customers.push(desk.record_customer());
        History {
            desk,
            dice: Dice(seed),
            customers,
            lines: Vec::new(),
            movements: Vec::new(),
            accepted: 0,
            refused: 0,
        }
    }

    fn run(&mut self) {
        for _ in 0..2 {
            self.take();
        }
        for _ in 0..STEPS {
            let over_before = self.overdrawn();
            let exposed_before = self.overexposed();
            let world = self.desk.world.clone();
            let journal = self.desk.journal.len();
            let fact = self.step();
            match fact {
                Step::Command(judged) => {
                    if judged.is_err() {
                        // A refusal is no event and leaves no trace.
                        assert_eq!(self.desk.world, world);
                        assert_eq!(self.desk.journal.len(), journal);
                    }
                    self.count(&judged);
                    self.no_command_overdraws(&over_before);
                    self.no_command_overexposes(&exposed_before);
                }
                Step::Fact(judged) => {
                    assert!(judged.is_ok(), "a fact was refused: {judged:?}");
                    self.count(&judged);
                }
                Step::Nothing => {}
            }
        }
    }

    fn count(&mut self, judged: &Judged) {
        match judged {
            Ok(_) => self.accepted += 1,
            Err(_) => self.refused += 1,
        }
    }

    /// I6 by line: how far principal and draws on their way are above the limit.
    fn overdrawn(&self) -> BTreeMap<LineId, i64> {
        let over = |line: &domain::line::Line| {
            let used = line.balances.principal_minor.0 + line.draws_on_their_way_minor.0;
            (used - line.limit().0).max(0)
        };
        let lines = self.desk.world.lines.values();
        lines.map(|line| (line.id, over(line))).collect()
    }

    fn no_command_overdraws(&self, before: &BTreeMap<LineId, i64>) {
        for (line, over) in self.overdrawn() {
            let was = before.get(&line).copied().unwrap_or(0);
            assert!(
                over <= was,
                "I6: a command took {line} {over} above its limit"
            );
        }
    }

    /// By customer: how far the exposure is above the product's cap.
    fn overexposed(&self) -> BTreeMap<CustomerId, i64> {
        let cap = self.desk.terms().exposure_cap_minor.0;
        let over = |customer: CustomerId| {
            let lines = self.desk.world.lines_of(customer);
            let exposure: i64 = lines.map(|line| line.exposure().unwrap().0).sum();
            (exposure - cap).max(0)
        };
        let customers = self.customers.iter();
        customers.map(|(id, _)| (*id, over(*id))).collect()
    }

    fn no_command_overexposes(&self, before: &BTreeMap<CustomerId, i64>) {
        for (customer, over) in self.overexposed() {
            let was = before.get(&customer).copied().unwrap_or(0);
            assert!(
                over <= was,
                "a command exposed {customer} {over} above the cap"
            );
        }
    }

    fn anybody(&mut self) -> UserId {
        let people = [
            self.desk.cleo,
            self.desk.cleo,
            self.desk.ada,
            self.desk.boris,
            self.desk.cleo_as_admin,
        ];
        people[self.dice.below(people.len())]
    }

    /// Mostly what people ask for; now and then the edges.
    fn amount(&mut self, line: LineId) -> i64 {
        let owed = self.desk.line(line).balances.owed().unwrap().0;
        let figures = [
            owed,
            owed + 1,
            self.desk.available(line),
            self.desk.available(line) + 1,
            self.desk.balances(line)[3],
            0,
            -1,
            i64::MAX,
        ];
        match self.dice.below(3) {
            0 => figures[self.dice.below(figures.len())],
            1 => i64::try_from(self.dice.below(600_000)).unwrap(),
            _ => i64::try_from(self.dice.below(60_000)).unwrap() + 1,
        }
    }

    fn take(&mut self) {
        let mut place = self.dice.below(self.customers.len());
        let forgotten = |customer: &Customer| customer.forgotten_on.is_some();
        if forgotten(&self.desk.world.customers[&self.customers[place].0]) {
            let newcomer = self.desk.record_customer();
            self.customers.push(newcomer);
            place = self.customers.len() - 1;
        }
        let (customer, account) = self.customers[place];
        (self.desk.customer, self.desk.account) = (customer, account);
        let limit = 200_000 + i64::try_from(self.dice.below(1_000_000)).unwrap();
        self.lines.push(self.desk.open_line_or_take(limit));
    }

    fn step(&mut self) -> Step {
        let people = self.dice.below(100);
        match people {
            0..=2 if self.lines.len() < 6 => {
                self.take();
                Step::Nothing
            }
            3 => {
                let days = i32::try_from(self.dice.below(4)).unwrap();
                self.desk.today = self.desk.today.plus_days(days);
                Step::Nothing
            }
            4 => {
                self.desk.network = match self.desk.network {
                    NetworkState::Online => NetworkState::Offline,
                    NetworkState::Offline => NetworkState::Online,
                };
                Step::Nothing
            }
            5..=14 => {
                let ms = i64::try_from(self.dice.below(3_600_000)).unwrap();
                let long = if self.dice.one_in(8) { KEY_LIFE_MS } else { 0 };
                self.desk.now = self.desk.now.plus_ms(ms + long);
                Step::Nothing
            }
            15..=54 => self.command(),
            _ => self.network(),
        }
    }

    fn command(&mut self) -> Step {
        let Some(line_id) = self.dice.pick(&self.lines) else {
            return Step::Nothing;
        };
        let customer = self.desk.line(line_id).customer_id;
        let account = self.customers.iter().find(|(id, _)| *id == customer);
        let account_id = account.map(|(_, account)| *account).unwrap();
        let by = self.anybody();
        let of_line: Vec<MovementId> = self
            .desk
            .world
            .movements_of(line_id)
            .map(|m| m.id)
            .collect();
        let fresh = MovementId(self.desk.id());
        let known = self.dice.pick(&of_line).unwrap_or(fresh);
        let amount = usd(self.amount(line_id));
        let seen_version = self.desk.line(line_id).version;
        let words = || "Said at the counter".to_owned();
        let kind = CommandKind::ALL[self.dice.below(CommandKind::ALL.len())];
        // Money moves more often than anything else.
        let kind = match self.dice.below(8) {
            0 | 1 => CommandKind::RequestDraw,
            2 => CommandKind::TakeRepayment,
            3 => CommandKind::ApproveDraw,
            4 => CommandKind::AskNetworkAgain,
            _ => kind,
        };
        let reviewed = |m: &&domain::movement::Movement| m.state == MovementState::NeedsReview;
        let in_review = self
            .desk
            .world
            .movements_of(line_id)
            .find(reviewed)
            .map(|m| m.id);
        let command = match kind {
            CommandKind::ApproveApplication => Command::ApproveApplication(ApproveApplication {
                line_id,
                seen_version,
                seen_product_version: self.desk.product_version(line_id),
                limit: amount,
            }),
            CommandKind::RecordCheck => {
                let check = Check::ALL[self.dice.below(Check::ALL.len())];
                Command::RecordCheck(RecordCheck {
                    line_id,
                    check,
                    passed: !self.dice.one_in(4),
                })
            }
            CommandKind::RecordMissing => {
                let items = MissingItem::ALL;
                let from = self.dice.below(items.len());
                let missing = if self.dice.one_in(2) {
                    Vec::new()
                } else {
                    items[from..].iter().copied().take(2).collect()
                };
                Command::RecordMissing(RecordMissing { line_id, missing })
            }
            CommandKind::SendIncompletenessNotice => {
                Command::SendIncompletenessNotice(SendIncompletenessNotice {
                    line_id,
                    reply_by: self.desk.today.plus_days(20),
                })
            }
            CommandKind::TellAdverseAction => Command::TellAdverseAction(TellAdverseAction {
                line_id,
                seen_version,
                reasons: vec![RejectionReason::DelinquentObligations],
                other_words: None,
            }),
            CommandKind::RejectApplication => Command::RejectApplication(RejectApplication {
                line_id,
                seen_version,
                reasons: vec![RejectionReason::Bankruptcy],
                other_words: None,
            }),
            CommandKind::CancelApplication if self.dice.one_in(4) => {
                Command::CancelApplication(CancelApplication {
                    line_id,
                    note: None,
                })
            }
            CommandKind::RecordAgreement => Command::RecordAgreement(RecordAgreement {
                line_id,
                signed_on: self.desk.today,
            }),
            CommandKind::RequestDraw => {
                let method = if self.dice.one_in(3) {
                    PayOut::Cash {
                        identity_seen: true,
                    }
                } else {
                    PayOut::Bank {
                        account_id,
                        speed: Speed::Standard,
                    }
                };
                Command::RequestDraw(RequestDraw {
                    line_id,
                    draw_id: fresh,
                    amount,
                    method,
                })
            }
            CommandKind::ApproveDraw => Command::ApproveDraw(ApproveDraw {
                line_id,
                draw_id: known,
            }),
            CommandKind::DeclineDraw => Command::DeclineDraw(DeclineDraw {
                line_id,
                draw_id: known,
                reason: words(),
            }),
            CommandKind::PayCashDraw => Command::PayCashDraw(PayCashDraw {
                line_id,
                draw_id: known,
                identity_seen: true,
            }),
            CommandKind::CancelDraw => Command::CancelDraw(CancelDraw {
                line_id,
                draw_id: known,
            }),
            CommandKind::TakeRepayment => {
                let method = if self.dice.one_in(2) {
                    PayIn::Cash {}
                } else {
                    PayIn::Debit { account_id }
                };
                Command::TakeRepayment(TakeRepayment {
                    line_id,
                    repayment_id: fresh,
                    amount,
                    method,
                    taken_on: None,
                })
            }
            CommandKind::CancelRepayment => Command::CancelRepayment(CancelRepayment {
                line_id,
                repayment_id: known,
            }),
            CommandKind::RefundCredit => Command::RefundCredit(RefundCredit {
                line_id,
                refund_id: fresh,
                amount,
            }),
            CommandKind::RequestCancellation if self.dice.one_in(3) => {
                Command::RequestCancellation(RequestCancellation {
                    line_id,
                    reason: None,
                })
            }
            CommandKind::DeclineCancellation => Command::DeclineCancellation(DeclineCancellation {
                line_id,
                reason: words(),
            }),
            CommandKind::CloseLine if self.dice.one_in(3) => {
                Command::CloseLine(CloseLine { line_id })
            }
            CommandKind::FreezeLine if self.dice.one_in(3) => Command::FreezeLine(FreezeLine {
                line_id,
                note: words(),
            }),
            CommandKind::UnfreezeLine => Command::UnfreezeLine(UnfreezeLine {
                line_id,
                note: words(),
            }),
            CommandKind::AskNetworkAgain => Command::AskNetworkAgain(AskNetworkAgain {
                line_id,
                movement_id: in_review.unwrap_or(known),
            }),
            CommandKind::AuthorizeDebit => Command::AuthorizeDebit(AuthorizeDebit {
                customer_id: customer,
                account_id,
                signed_on: self.desk.today,
            }),
            CommandKind::ForgetCustomer if self.dice.one_in(4) => {
                Command::ForgetCustomer(ForgetCustomer {
                    customer_id: customer,
                    reason: words(),
                })
            }
            _ => return Step::Nothing,
        };
        let judged = self.desk.give(by, command);
        if self.desk.world.movements.contains_key(&fresh) {
            self.movements.push(fresh);
        }
        Step::Command(judged)
    }

    fn remote(&mut self, id: MovementId) -> RemoteTransfer {
        let word = [
            RemoteStatus::Accepted,
            RemoteStatus::Settled,
            RemoteStatus::Settled,
            RemoteStatus::Rejected,
            RemoteStatus::Returned,
        ][self.dice.below(5)];
        let mut remote = self.desk.remote(id, word);
        if word == RemoteStatus::Returned {
            let codes = ["R01", "R03", "R10", "R16"];
            remote.return_code = Some(codes[self.dice.below(codes.len())].into());
        }
        if self.dice.one_in(12) {
            remote.amount_minor = Minor(remote.amount_minor.0 + 1);
        }
        remote
    }

    fn network(&mut self) -> Step {
        // The ones that can still move are spoken of more often.
        let going: Vec<MovementId> = self
            .movements
            .iter()
            .copied()
            .filter(|id| self.desk.movement(*id).state.on_its_way())
            .collect();
        let from = if self.dice.one_in(4) {
            &self.movements
        } else {
            &going
        };
        let Some(id) = self.dice.pick(&from.clone()) else {
            return Step::Nothing;
        };
        let transferred = self.desk.movement(id).transfer.is_some();
        match self.dice.below(10) {
            0..=2 => {
                let (sent, doubtful) = self.doubt(id);
                let judged = self.desk.mark(id);
                if judged.is_ok() {
                    self.marked_rightly(id, doubtful, sent);
                }
                Step::Command(judged)
            }
            3..=5 if transferred => {
                let answers = [
                    PostAnswer::NotSent { reason: "refused" },
                    PostAnswer::NoAnswer { reason: "reset" },
                    PostAnswer::Status {
                        status: [400, 401, 408, 409, 422, 429, 500, 503][self.dice.below(8)],
                        retry_after_ms: None,
                    },
                    PostAnswer::Transfer(self.remote(id)),
                ];
                let answer = answers[self.dice.below(4)].clone();
                Step::Fact(self.desk.answer(id, answer))
            }
            6 | 7 if transferred => {
                let found = match self.dice.below(6) {
                    0 => LookUp::NoAnswer { reason: "reset" },
                    1 if self.dice.one_in(2) => self.desk.two_strangers(id),
                    1 => self.desk.twice(id, RemoteStatus::Settled),
                    2 | 3 => LookUp::Nothing,
                    _ => LookUp::Found(self.remote(id)),
                };
                Step::Fact(self.desk.look_up(id, found))
            }
            _ => {
                let remote = self.remote(id);
                Step::Fact(self.desk.say(id, remote))
            }
        }
    }

    fn doubt(&self, id: MovementId) -> (bool, u32) {
        let movement = self.desk.movement(id);
        let doubtful = movement.transfer.as_ref().map_or(0, |t| t.doubtful);
        (movement.sent, doubtful)
    }

    /// I4: bytes leave only where nothing left before, or within the life of their key; and
    /// never for a transfer that the network has named.
    fn marked_rightly(&self, id: MovementId, doubtful: u32, was_sent: bool) {
        let movement = self.desk.movement(id);
        let transfer = movement.transfer.as_ref().unwrap();
        assert_eq!(movement.state, MovementState::Sending);
        assert_eq!(
            transfer.remote_id, None,
            "{id}: sent although the network has it"
        );
        assert!(
            doubtful == 0 || !key_too_old(transfer, self.desk.now),
            "{id}: too old"
        );
        let frozen = self.desk.line(movement.line_id).frozen.is_some();
        let draw = movement.kind == MovementKind::Draw;
        assert!(
            !(frozen && draw && !was_sent),
            "{id}: a new draw left a frozen line"
        );
    }
}

enum Step {
    Command(Judged),
    Fact(Judged),
    Nothing,
}

/// A branch where the caps are met often: 20,000.00 a customer, 1,500.00 a signature.
fn narrow_branch() -> Desk {
    let mut desk = Desk::new();
    let mut terms = desk.terms();
    terms.exposure_cap_minor = Minor(2_000_000);
    terms.single_signature_minor = Minor(150_000);
    let define = DefineProduct {
        product_id: desk.product,
        seen_version: 1,
        name: "Narrow".into(),
        terms,
    };
    desk.give(desk.ada, Command::DefineProduct(define)).unwrap();
    desk
}

#[test]
fn random_histories_keep_the_books() {
    let count = proof::count(2_000, 100_000) as u64;
    let fresh = narrow_branch();
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..count {
        let mut history = History::new(seed, &fresh);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| history.run()));
        if let Err(panic) = outcome {
            eprintln!("seed {seed} fails");
            std::panic::resume_unwind(panic);
        }
        accepted += history.accepted;
        refused += history.refused;
    }
    // The dice reach both: a generator that only bumps into refusals proves nothing.
    assert!(
        accepted > 10 * count && refused > count,
        "{accepted} accepted, {refused} refused"
    );
    proof::proved(
        "random",
        "random commands and words of the network: the books counted again after each",
        &format!("{count} histories, {accepted} accepted, {refused} refused"),
        &format!("0 to {}", count - 1),
    )
    .unwrap();
}
