//! What tellers do all day, by the dice: draws, repayments, decisions, mistakes. Many of them at
//! once on few lines, so that they get into each other's way.

use crate::branch::paper::*;
use crate::branch::{Branch, paper};
use crate::dice::Dice;
use domain::command::*;
use domain::date::BusinessDate;
use domain::ids::*;
use domain::money::{Currency, Minor, Money};
use domain::movement::MovementKind;
use domain::transfer::{RemoteStatus, RemoteTransfer};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The version of an application whose three checks were made.
const CHECKED: u64 = 4;

/// Whom and what the tellers work with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    pub admins: Vec<UserId>,
    pub staff: Vec<UserId>,
    pub lines: Vec<PlannedLine>,
    pub today: BusinessDate,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PlannedLine {
    pub line_id: LineId,
    pub customer_id: CustomerId,
    pub account_id: BankAccountId,
    pub limit_minor: i64,
}

impl Plan {
    /// Customers with bank accounts, and open applications spread over them; the first `open`
    /// lines are approved and signed already.
    pub async fn laid(
        branch: &Branch,
        customers: u32,
        lines: usize,
        open: usize,
        limit_minor: i64,
    ) -> Plan {
        let mut of_customers = Vec::new();
        for number in 1..=customers {
            of_customers.push(branch.customer(number).await);
        }
        let mut planned = Vec::new();
        for place in 0..lines {
            let (customer_id, account_id) = of_customers[place % of_customers.len()];
            let line_id = if place < open {
                branch.open_line(customer_id, limit_minor).await
            } else {
                let line_id = LineId(Uuid::now_v7());
                let take = take_application(line_id, customer_id, branch.product_id, limit_minor);
                branch.done(&branch.sam, take).await;
                branch.checked(line_id).await;
                line_id
            };
            planned.push(PlannedLine {
                line_id,
                customer_id,
                account_id,
                limit_minor,
            });
        }
        Plan {
            admins: vec![branch.ada.user_id, branch.boris.user_id],
            staff: vec![branch.sam.user_id],
            lines: planned,
            today: branch.today().await,
        }
    }
}

/// A movement some teller asked for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    id: MovementId,
    kind: MovementKind,
    amount_minor: Minor,
    by_network: bool,
}

/// What the tellers have told each other: the latest movements of each line.
#[derive(Debug, Default)]
pub struct Gossip {
    asked: Mutex<BTreeMap<LineId, VecDeque<Asked>>>,
}

/// A product's usual single-signature amount; a draw above it waits for a second person.
const SINGLE_SIGNATURE_MINOR: i64 = 500_000;
const REMEMBERED: usize = 200;

impl Gossip {
    fn tell(&self, line_id: LineId, asked: Asked) {
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let of_line = all.entry(line_id).or_default();
        if of_line.len() >= REMEMBERED {
            of_line.pop_front();
        }
        of_line.push_back(asked);
    }

    /// Over, as far as people know.
    fn forget(&self, line_id: LineId, id: MovementId) {
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_line) = all.get_mut(&line_id) {
            of_line.retain(|asked| asked.id != id);
        }
    }

    fn heard(&self, line_id: LineId, dice: &mut Dice) -> Option<Asked> {
        let all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let of_line = all.get(&line_id).filter(|asked| !asked.is_empty())?;
        of_line.get(dice.below(of_line.len())).copied()
    }
}

/// What somebody does next.
#[derive(Clone, Debug)]
pub enum Deed {
    Desk(UserId, Box<Command>),
    /// The network's own word, where no network runs.
    Network(Internal),
}

pub struct Teller {
    pub dice: Dice,
    plan: Arc<Plan>,
    gossip: Arc<Gossip>,
    /// Whether this teller also brings the network's word.
    speaks_for_the_network: bool,
}

impl Teller {
    pub fn new(
        seed: u64,
        plan: Arc<Plan>,
        gossip: Arc<Gossip>,
        speaks_for_the_network: bool,
    ) -> Teller {
        Teller {
            dice: Dice::seeded(seed),
            plan,
            gossip,
            speaks_for_the_network,
        }
    }

    fn anybody(&mut self) -> UserId {
        let among = if self.dice.percent(70) {
            &self.plan.staff
        } else {
            &self.plan.admins
        };
        *self.dice.pick(among)
    }

    fn amount(&mut self) -> i64 {
        match self.dice.below(20) {
            // Now and then more than one person may release, or than is there.
            0 => self.dice.between(500_001, 900_000),
            1 => self.dice.between(1, 9),
            _ => self.dice.between(100, 90_000),
        }
    }

    /// Tells the others what was really done.
    pub fn done(&mut self, command: &Command) {
        // Now and then nobody tells, and somebody tries what cannot be done any more.
        let forgets = self.dice.percent(90);
        match command {
            Command::RequestDraw(c) => {
                let by_network = matches!(c.method, PayOut::Bank { .. });
                if by_network || c.amount.minor.0 > SINGLE_SIGNATURE_MINOR {
                    self.tell(
                        c.line_id,
                        c.draw_id,
                        MovementKind::Draw,
                        &c.amount,
                        by_network,
                    );
                }
            }
            Command::TakeRepayment(c) if matches!(c.method, PayIn::Debit { .. }) => {
                self.tell(
                    c.line_id,
                    c.repayment_id,
                    MovementKind::Repayment,
                    &c.amount,
                    true,
                );
            }
            Command::CancelDraw(c) if forgets => self.gossip.forget(c.line_id, c.draw_id),
            Command::DeclineDraw(c) if forgets => self.gossip.forget(c.line_id, c.draw_id),
            Command::PayCashDraw(c) if forgets => self.gossip.forget(c.line_id, c.draw_id),
            Command::CancelRepayment(c) if forgets => self.gossip.forget(c.line_id, c.repayment_id),
            _ => {}
        }
    }

    fn tell(
        &self,
        line_id: LineId,
        id: MovementId,
        kind: MovementKind,
        amount: &Money,
        by_network: bool,
    ) {
        self.gossip.tell(
            line_id,
            Asked {
                id,
                kind,
                amount_minor: amount.minor,
                by_network,
            },
        );
    }

    pub fn next_deed(&mut self) -> Deed {
        let PlannedLine {
            line_id,
            customer_id,
            account_id,
            limit_minor,
        } = *self.dice.pick(&self.plan.lines);
        let amount = self.amount();
        let heard = self.gossip.heard(line_id, &mut self.dice);
        let staff = self.anybody();
        let admin = *self.dice.pick(&self.plan.admins);
        let new_id = MovementId(Uuid::now_v7());
        let desk = |command| Deed::Desk(staff, Box::new(command));
        let decides = |command| Deed::Desk(admin, Box::new(command));
        match (self.dice.below(1_000), heard) {
            (0..220, _) => desk(draw_cash(line_id, new_id, amount)),
            (220..400, _) => {
                let speed = if self.dice.percent(50) {
                    Speed::Express
                } else {
                    Speed::Standard
                };
                desk(draw_to_bank(line_id, new_id, amount, account_id, speed))
            }
            // Repaid in larger pieces than drawn, and so now and then more than is owed.
            (400..550, _) => desk(repay_cash(line_id, new_id, amount * 2)),
            (550..600, _) => desk(repay_by_debit(line_id, new_id, amount * 2, account_id)),
            (600..900, Some(asked)) if self.speaks_for_the_network && asked.by_network => {
                Deed::Network(self.word_of_the_network(line_id, asked))
            }
            (600..700, Some(Asked { id, .. })) => desk(Command::CancelDraw(CancelDraw {
                line_id,
                draw_id: id,
            })),
            (700..740, Some(Asked { id, .. })) => desk(Command::CancelRepayment(CancelRepayment {
                line_id,
                repayment_id: id,
            })),
            (740..830, Some(Asked { id, .. })) => decides(Command::ApproveDraw(ApproveDraw {
                line_id,
                draw_id: id,
            })),
            (830..850, Some(Asked { id, .. })) => {
                let reason = "Not today".to_owned();
                decides(Command::DeclineDraw(DeclineDraw {
                    line_id,
                    draw_id: id,
                    reason,
                }))
            }
            (850..900, Some(Asked { id, .. })) => desk(Command::PayCashDraw(PayCashDraw {
                line_id,
                draw_id: id,
                identity_seen: true,
            })),
            (900..920, _) => {
                let amount = usd(amount / 10 + 1);
                desk(Command::RefundCredit(RefundCredit {
                    line_id,
                    refund_id: new_id,
                    amount,
                }))
            }
            (920..922, _) => decides(Command::FreezeLine(FreezeLine {
                line_id,
                note: "A look".to_owned(),
            })),
            (922..950, _) => decides(Command::UnfreezeLine(UnfreezeLine {
                line_id,
                note: "Fine".to_owned(),
            })),
            (950..965, _) => decides(approve(
                line_id,
                CHECKED,
                self.dice.between(limit_minor / 4, limit_minor),
            )),
            (965..980, _) => desk(record_agreement(line_id, self.plan.today)),
            (980..985, _) => {
                let reason = "It stays".to_owned();
                decides(Command::DeclineCancellation(DeclineCancellation {
                    line_id,
                    reason,
                }))
            }
            (985..992, _) => {
                let change = paper::profile_change(u32::try_from(amount).unwrap_or(0));
                let seen_version = u64::try_from(self.dice.between(1, 40)).unwrap_or(1);
                desk(Command::UpdateCustomer(UpdateCustomer {
                    customer_id,
                    seen_version,
                    change,
                }))
            }
            // Rare, because it ends lines.
            (992.., _) if self.dice.percent(2) => {
                desk(Command::RequestCancellation(RequestCancellation {
                    line_id,
                    reason: None,
                }))
            }
            (_, _) => desk(authorize_debit(customer_id, account_id, self.plan.today)),
        }
    }

    fn word_of_the_network(&mut self, line_id: LineId, asked: Asked) -> Internal {
        let movement_id = asked.id;
        if self.dice.percent(25) {
            return Internal::MarkAttempt {
                line_id,
                movement_id,
            };
        }
        let status = match self.dice.below(20) {
            0..6 => RemoteStatus::Accepted,
            6..17 => RemoteStatus::Settled,
            17..19 => RemoteStatus::Returned,
            _ => RemoteStatus::Rejected,
        };
        // What the network says last, it says again now and then, or takes back.
        if status != RemoteStatus::Accepted && self.dice.percent(90) {
            self.gossip.forget(line_id, movement_id);
        }
        let remote = RemoteTransfer {
            id: format!("tr_{movement_id}"),
            reference: movement_id.to_string(),
            direction: asked.kind.direction(),
            amount_minor: asked.amount_minor,
            currency: Currency::USD.code().to_owned(),
            status,
            settlement_date: Some(self.plan.today),
            return_code: (status == RemoteStatus::Returned).then(|| "R01".to_owned()),
            reversals: None,
        };
        Internal::RecordNetworkState {
            line_id,
            movement_id,
            remote,
        }
    }
}
