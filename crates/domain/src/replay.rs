//! What a line owes is a function of its dated facts, not of when they became known.
//!
//! [`replay`] goes through the facts by date and says what each of them, and each cycle's close,
//! posts. What was posted before is compared with that, cause by cause, and the difference is
//! posted under the cause's name: so a late fact needs no rule of its own, and the same facts end
//! in the same balances in whatever order they arrive.

use crate::allocation::{Allocation, Posted, allocate};
use crate::calendar::Calendar;
use crate::date::BusinessDate;
use crate::ids::{ChangeId, MovementId};
use crate::interest::{AccrualLine, Basis, Exact, accrue, total};
use crate::line::Balances;
use crate::money::{Minor, Overflow};
use crate::product::{Due, InterestMethod, Terms};
use crate::statement::minimum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why something is posted. Each cause has at most one posting; what changes it later is an
/// adjustment of that posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// A draw, repayment or refund that settled.
    Movement {
        movement_id: MovementId,
    },
    /// The minimum of this statement was not paid in time.
    LateFee {
        closing_on: BusinessDate,
    },
    /// The network returned this repayment.
    ReturnedPaymentFee {
        movement_id: MovementId,
    },
    /// The cycle that closed on this day.
    CycleInterest {
        closing_on: BusinessDate,
    },
    /// This repayment was more than everything posted, so what had accrued posted before it.
    InterestBefore {
        movement_id: MovementId,
    },
    /// Customer credit applied to what posted on this day.
    CreditUse {
        on: BusinessDate,
    },
    /// Booked on this day by a release that did not replay.
    Earlier {
        on: BusinessDate,
    },
    /// The first draw.
    OriginationFee,
    /// An anniversary of the line's opening.
    AnnualFee {
        on: BusinessDate,
    },
    /// This draw settled by express.
    ExpressFee {
        movement_id: MovementId,
    },
    /// Charges that were forgiven.
    Waiver {
        change_id: ChangeId,
        due: Due,
    },
    /// What had accrued before the line was charged off.
    InterestBeforeChargeOff,
    ChargeOff {
        change_id: ChangeId,
    },
    /// What a repayment brought back of this part of what was charged off.
    Recovery {
        movement_id: MovementId,
        due: Due,
    },
}

impl Cause {
    /// The movement that posts it.
    pub fn movement_id(self) -> Option<MovementId> {
        match self {
            Cause::Movement { movement_id }
            | Cause::ReturnedPaymentFee { movement_id }
            | Cause::InterestBefore { movement_id }
            | Cause::ExpressFee { movement_id }
            | Cause::Recovery { movement_id, .. } => Some(movement_id),
            Cause::LateFee { .. }
            | Cause::CycleInterest { .. }
            | Cause::CreditUse { .. }
            | Cause::Earlier { .. }
            | Cause::OriginationFee
            | Cause::AnnualFee { .. }
            | Cause::Waiver { .. }
            | Cause::InterestBeforeChargeOff
            | Cause::ChargeOff { .. } => None,
        }
    }

    /// A fee, as against interest and money that moved.
    pub fn is_fee(self) -> bool {
        match self {
            Cause::LateFee { .. }
            | Cause::ReturnedPaymentFee { .. }
            | Cause::OriginationFee
            | Cause::AnnualFee { .. }
            | Cause::ExpressFee { .. } => true,
            Cause::Movement { .. }
            | Cause::CycleInterest { .. }
            | Cause::InterestBefore { .. }
            | Cause::CreditUse { .. }
            | Cause::Earlier { .. }
            | Cause::Waiver { .. }
            | Cause::InterestBeforeChargeOff
            | Cause::ChargeOff { .. }
            | Cause::Recovery { .. } => false,
        }
    }

    /// Taken as lost, or brought back of that.
    pub fn is_loss(self) -> bool {
        matches!(self, Cause::ChargeOff { .. } | Cause::Recovery { .. })
    }

    /// Interest, as against fees and money that moved.
    pub fn is_interest(self) -> bool {
        matches!(
            self,
            Cause::CycleInterest { .. }
                | Cause::InterestBefore { .. }
                | Cause::InterestBeforeChargeOff
        )
    }
}

/// What a fact is, in the order in which the facts of one date count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    Draw,
    Fee,
    /// Before repayments, which would otherwise pay what is forgiven.
    Waiver,
    Repayment,
    Refund,
    ChargeOff,
}

/// Something that happened on a date. Ties within a date go by kind, amount, then cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    pub cause: Cause,
    pub on: BusinessDate,
    pub kind: FactKind,
    pub amount_minor: Minor,
}

/// Changes of a line's four accounts. Credit is what the bank owes the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub principal_minor: Minor,
    pub interest_minor: Minor,
    pub fees_minor: Minor,
    pub credit_minor: Minor,
}

impl Change {
    pub fn plus(&self, other: &Change) -> Result<Change, Overflow> {
        Ok(Change {
            principal_minor: self.principal_minor.plus(other.principal_minor)?,
            interest_minor: self.interest_minor.plus(other.interest_minor)?,
            fees_minor: self.fees_minor.plus(other.fees_minor)?,
            credit_minor: self.credit_minor.plus(other.credit_minor)?,
        })
    }

    pub fn minus(&self, other: &Change) -> Result<Change, Overflow> {
        Ok(Change {
            principal_minor: self.principal_minor.minus(other.principal_minor)?,
            interest_minor: self.interest_minor.minus(other.interest_minor)?,
            fees_minor: self.fees_minor.minus(other.fees_minor)?,
            credit_minor: self.credit_minor.minus(other.credit_minor)?,
        })
    }

    pub fn is_zero(&self) -> bool {
        *self == Change::default()
    }

    /// What it changes of what the customer owes, less what the bank owes them.
    pub fn balance(&self) -> Result<Minor, Overflow> {
        Minor::sum([self.principal_minor, self.interest_minor, self.fees_minor])?
            .minus(self.credit_minor)
    }

    fn paid(allocation: &Allocation) -> Result<Change, Overflow> {
        Ok(Change {
            principal_minor: allocation.principal_minor.negated()?,
            interest_minor: allocation.interest_minor.negated()?,
            fees_minor: allocation.fees_minor.negated()?,
            credit_minor: allocation.credit_minor,
        })
    }
}

/// What one cause posts, and for interest why it is so much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    pub on: BusinessDate,
    pub change: Change,
    pub lines: Vec<AccrualLine>,
}

/// What a replay goes by beside the facts.
#[derive(Clone, Copy, Debug)]
pub struct Conditions<'a> {
    pub terms: &'a Terms,
    /// Anchors cycles that are counted in days.
    pub opened_on: BusinessDate,
    pub calendar: &'a Calendar,
}

impl Conditions<'_> {
    pub fn closing(&self, date: BusinessDate) -> BusinessDate {
        self.terms.cycle.closing(self.opened_on, date)
    }

    pub fn due_on(&self, closing_on: BusinessDate) -> BusinessDate {
        let due = closing_on.plus_days(i32::from(self.terms.due_days));
        self.calendar.business_day_from(due)
    }

    /// What the days from `from` to the day before `to` bear on these balances; a cycle's average
    /// daily balance by the days of that whole cycle.
    pub fn accrued(
        &self,
        balances: &[(BusinessDate, Minor)],
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<Vec<AccrualLine>, Overflow> {
        let rates = self.terms.rates();
        let piece = |basis, from, to| {
            accrue(basis, &rates, balances, from, to)
                // The first rate holds from the first date there is.
                .map_err(|_| Overflow)
        };
        match self.terms.interest_method {
            InterestMethod::DailySimple => {
                piece(Basis::DailySimple(self.terms.day_count), from, to)
            }
            InterestMethod::AverageDailyBalance => {
                let mut lines = Vec::new();
                let mut at = from;
                while at < to {
                    let closing = self.closing(at);
                    let before = self.terms.cycle.closing_before(self.opened_on, at);
                    let days = u32::try_from(closing.days() - before.days()).unwrap_or(1);
                    let until = closing.plus_days(1).min(to);
                    let basis = Basis::AverageDailyBalance {
                        cycle_days: days.max(1),
                    };
                    lines.extend(piece(basis, at, until)?);
                    at = until;
                }
                Ok(lines)
            }
        }
    }
}

/// Where the facts lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    pub postings: BTreeMap<Cause, Posting>,
    pub balances: Balances,
    /// The principal after each date's facts.
    pub principal: Vec<(BusinessDate, Minor)>,
    /// The first day whose interest has not posted; none before the first fact.
    pub accrued_from: Option<BusinessDate>,
}

/// Replays facts with the closes of every cycle that ended up to `closed_through`.
pub fn replay(
    conditions: &Conditions,
    facts: &[Fact],
    closed_through: Option<BusinessDate>,
) -> Result<Replayed, Overflow> {
    let mut facts: Vec<&Fact> = facts.iter().collect();
    facts.sort_by_key(|fact| (fact.on, fact.kind, fact.amount_minor, fact.cause));
    let Some(first) = facts.first() else {
        return Ok(Replayed::default());
    };
    let mut replaying = Replaying {
        conditions,
        done: Replayed {
            accrued_from: Some(first.on),
            ..Replayed::default()
        },
        accrued_from: first.on,
        charges: Vec::new(),
        cycle_charges: Minor::ZERO,
        minimums: Vec::new(),
        lost: Posted::default(),
    };
    let mut closing = conditions.closing(first.on);
    let closes = |closing: BusinessDate| closed_through.is_some_and(|through| closing <= through);
    for fact in facts {
        while closing < fact.on && closes(closing) {
            replaying.close(closing)?;
            closing = conditions.closing(closing.plus_days(1));
        }
        replaying.happen(fact)?;
    }
    while closes(closing) {
        replaying.close(closing)?;
        closing = conditions.closing(closing.plus_days(1));
    }
    replaying.done.accrued_from = Some(replaying.accrued_from);
    Ok(replaying.done)
}

/// A posted fee or interest that is not paid yet.
struct Charge {
    due: Due,
    on: BusinessDate,
    left: Minor,
}

/// The minimum of a closed cycle as the facts give it. It only orders past due before current;
/// what the customer was told is in the statement.
struct Minimum {
    closing_on: BusinessDate,
    due_on: BusinessDate,
    left: Minor,
}

struct Replaying<'a> {
    conditions: &'a Conditions<'a>,
    done: Replayed,
    accrued_from: BusinessDate,
    /// Oldest first.
    charges: Vec<Charge>,
    /// Fees and interest posted since the last close.
    cycle_charges: Minor,
    /// Oldest first.
    minimums: Vec<Minimum>,
    /// Charged off and not recovered.
    lost: Posted,
}

impl Replaying<'_> {
    fn happen(&mut self, fact: &Fact) -> Result<(), Overflow> {
        let amount = fact.amount_minor;
        match fact.kind {
            FactKind::Draw => {
                self.post(
                    fact.cause,
                    fact.on,
                    Change {
                        principal_minor: amount,
                        ..Change::default()
                    },
                    Vec::new(),
                )?;
                self.use_credit(fact.on)
            }
            FactKind::Fee => {
                let change = Change {
                    fees_minor: amount,
                    ..Change::default()
                };
                self.post(fact.cause, fact.on, change, Vec::new())?;
                self.charge(Due::Fees, fact.on, amount)?;
                self.use_credit(fact.on)
            }
            FactKind::Repayment => self.repay(fact),
            FactKind::Refund => {
                // Credit that turns out never to have been there was lent from that day on.
                let from_credit = amount.min(self.done.balances.credit_minor);
                let change = Change {
                    principal_minor: amount.minus(from_credit)?,
                    credit_minor: from_credit.negated()?,
                    ..Change::default()
                };
                self.post(fact.cause, fact.on, change, Vec::new())
            }
            FactKind::Waiver => self.waive(fact),
            FactKind::ChargeOff => self.charge_off(fact),
        }
    }

    /// No more than is posted and unpaid on that day.
    fn waive(&mut self, fact: &Fact) -> Result<(), Overflow> {
        let Cause::Waiver { due, .. } = fact.cause else {
            return Ok(());
        };
        let balances = &self.done.balances;
        let mut forgiven = Allocation::default();
        match due {
            Due::Fees => forgiven.fees_minor = fact.amount_minor.min(balances.fees_minor),
            Due::Interest => {
                forgiven.interest_minor = fact.amount_minor.min(balances.interest_minor);
            }
            // Principal is not forgiven, it is charged off.
            Due::Principal => return Ok(()),
        }
        self.pay(&forgiven)?;
        self.post(fact.cause, fact.on, Change::paid(&forgiven)?, Vec::new())
    }

    /// All that is posted and has accrued is taken as lost.
    fn charge_off(&mut self, fact: &Fact) -> Result<(), Overflow> {
        self.post_interest(Cause::InterestBeforeChargeOff, fact.on, fact.on)?;
        let posted = self.posted()?;
        let change = Change {
            principal_minor: posted.principal.negated()?,
            interest_minor: posted.interest.negated()?,
            fees_minor: posted.fees.negated()?,
            ..Change::default()
        };
        self.lost = posted;
        self.charges.clear();
        self.minimums.clear();
        self.cycle_charges = Minor::ZERO;
        self.post(fact.cause, fact.on, change, Vec::new())
    }

    /// What is paid after the charge-off, beyond what is owed anew, brings back what was lost:
    /// principal first, then the income.
    fn recover(&mut self, fact: &Fact, credited: Minor) -> Result<(), Overflow> {
        let Cause::Movement { movement_id } = fact.cause else {
            return Ok(());
        };
        let mut left = credited.min(self.done.balances.credit_minor);
        for (due, lost) in [
            (Due::Principal, &mut self.lost.principal),
            (Due::Interest, &mut self.lost.interest),
            (Due::Fees, &mut self.lost.fees),
        ] {
            let part = left.min(*lost);
            if !part.is_positive() {
                continue;
            }
            *lost = lost.minus(part)?;
            left = left.minus(part)?;
            let change = Change {
                credit_minor: part.negated()?,
                ..Change::default()
            };
            let balances = &mut self.done.balances;
            balances.credit_minor = balances.credit_minor.minus(part)?;
            let cause = Cause::Recovery { movement_id, due };
            self.done.postings.insert(
                cause,
                Posting {
                    on: fact.on,
                    change,
                    lines: Vec::new(),
                },
            );
        }
        Ok(())
    }

    fn repay(&mut self, fact: &Fact) -> Result<(), Overflow> {
        if fact.amount_minor > self.done.balances.owed()?
            && let Cause::Movement { movement_id } = fact.cause
        {
            let cause = Cause::InterestBefore { movement_id };
            self.post_interest(cause, fact.on, fact.on)?;
        }
        let past_due = self.past_due(fact.on)?;
        let all = self.posted()?;
        let current = Posted {
            fees: all.fees.minus(past_due.fees)?,
            interest: all.interest.minus(past_due.interest)?,
            principal: all.principal.minus(past_due.principal)?,
        };
        let order = &self.conditions.terms.allocation_order;
        let allocation = allocate(fact.amount_minor, order, &past_due, &current)?;
        self.pay(&allocation)?;
        let change = Change::paid(&allocation)?;
        self.post(fact.cause, fact.on, change, Vec::new())?;
        let mut left = fact.amount_minor;
        for minimum in &mut self.minimums {
            let met = left.min(minimum.left);
            minimum.left = minimum.left.minus(met)?;
            left = left.minus(met)?;
        }
        self.minimums.retain(|minimum| minimum.left.is_positive());
        self.recover(fact, allocation.credit_minor)
    }

    /// The end of a cycle: what its days bore posts, and the minimum of it falls due.
    fn close(&mut self, closing_on: BusinessDate) -> Result<(), Overflow> {
        let cause = Cause::CycleInterest { closing_on };
        self.post_interest(cause, closing_on, closing_on.plus_days(1))?;
        self.use_credit(closing_on)?;
        let past_due = Minor::sum(
            self.minimums
                .iter()
                .filter(|minimum| minimum.due_on < closing_on)
                .map(|minimum| minimum.left),
        )?;
        let balance = self.done.balances.owed()?;
        let rule = &self.conditions.terms.minimum;
        let whole = minimum(rule, balance, self.cycle_charges, past_due)?;
        let own = whole.minus(past_due)?.or_zero();
        if own.is_positive() {
            self.minimums.push(Minimum {
                closing_on,
                due_on: self.conditions.due_on(closing_on),
                left: own,
            });
        }
        self.cycle_charges = Minor::ZERO;
        Ok(())
    }

    /// Posts what the days up to the day before `to` bore, rounded; the fraction is dropped.
    fn post_interest(
        &mut self,
        cause: Cause,
        on: BusinessDate,
        to: BusinessDate,
    ) -> Result<(), Overflow> {
        if to <= self.accrued_from {
            return Ok(());
        }
        let from = self.accrued_from;
        let lines = self.conditions.accrued(&self.done.principal, from, to)?;
        self.accrued_from = to;
        let exact = total(&lines)?;
        if exact.is_zero() {
            return Ok(());
        }
        let interest_minor = exact.rounded()?;
        let change = Change {
            interest_minor,
            ..Change::default()
        };
        self.post(cause, on, change, lines)?;
        self.charge(Due::Interest, on, interest_minor)
    }

    fn charge(&mut self, due: Due, on: BusinessDate, left: Minor) -> Result<(), Overflow> {
        self.cycle_charges = self.cycle_charges.plus(left)?;
        self.charges.push(Charge { due, on, left });
        Ok(())
    }

    /// Customer credit is applied at once to whatever posts.
    fn use_credit(&mut self, on: BusinessDate) -> Result<(), Overflow> {
        let balances = &self.done.balances;
        let used = balances.credit_minor.min(balances.owed()?);
        if !used.is_positive() {
            return Ok(());
        }
        let posted = self.posted()?;
        let order = &self.conditions.terms.allocation_order;
        let allocation = allocate(used, order, &Posted::default(), &posted)?;
        self.pay(&allocation)?;
        let mut change = Change::paid(&allocation)?;
        change.credit_minor = used.negated()?;
        self.post(Cause::CreditUse { on }, on, change, Vec::new())
    }

    fn posted(&self) -> Result<Posted, Overflow> {
        Ok(Posted {
            fees: self.done.balances.fees_minor,
            interest: self.done.balances.interest_minor,
            principal: self.done.balances.principal_minor,
        })
    }

    /// What of the posted amounts is past due on a date: up to the minimums that are unmet, in
    /// the product's order, charges of the cycles those minimums were for.
    fn past_due(&self, on: BusinessDate) -> Result<Posted, Overflow> {
        let unmet = || {
            self.minimums
                .iter()
                .filter(move |minimum| minimum.due_on < on)
        };
        let mut left = Minor::sum(unmet().map(|minimum| minimum.left))?;
        let newest = unmet().map(|minimum| minimum.closing_on).max();
        let mut past_due = Posted::default();
        let Some(newest) = newest else {
            return Ok(past_due);
        };
        let old = |due: Due| {
            let of_then = self
                .charges
                .iter()
                .filter(move |charge| charge.due == due && charge.on <= newest);
            Minor::sum(of_then.map(|charge| charge.left))
        };
        for due in &self.conditions.terms.allocation_order {
            let (part, most) = match due {
                Due::Fees => (&mut past_due.fees, old(Due::Fees)?),
                Due::Interest => (&mut past_due.interest, old(Due::Interest)?),
                Due::Principal => (&mut past_due.principal, self.done.balances.principal_minor),
            };
            *part = left.min(most);
            left = left.minus(*part)?;
        }
        Ok(past_due)
    }

    /// Oldest charges first.
    fn pay(&mut self, allocation: &Allocation) -> Result<(), Overflow> {
        for (due, amount) in [
            (Due::Fees, allocation.fees_minor),
            (Due::Interest, allocation.interest_minor),
        ] {
            let mut left = amount;
            for charge in self.charges.iter_mut().filter(|charge| charge.due == due) {
                let paid = left.min(charge.left);
                charge.left = charge.left.minus(paid)?;
                left = left.minus(paid)?;
            }
        }
        self.charges.retain(|charge| charge.left.is_positive());
        Ok(())
    }

    fn post(
        &mut self,
        cause: Cause,
        on: BusinessDate,
        change: Change,
        lines: Vec<AccrualLine>,
    ) -> Result<(), Overflow> {
        let balances = &mut self.done.balances;
        balances.principal_minor = balances.principal_minor.plus(change.principal_minor)?;
        balances.interest_minor = balances.interest_minor.plus(change.interest_minor)?;
        balances.fees_minor = balances.fees_minor.plus(change.fees_minor)?;
        balances.credit_minor = balances.credit_minor.plus(change.credit_minor)?;
        let principal = balances.principal_minor;
        match self.done.principal.last_mut() {
            Some(last) if last.0 == on => last.1 = principal,
            Some(_) | None => self.done.principal.push((on, principal)),
        }
        let posting = self.done.postings.entry(cause).or_insert(Posting {
            on,
            change: Change::default(),
            lines: Vec::new(),
        });
        posting.change = posting.change.plus(&change)?;
        posting.lines.extend(lines);
        Ok(())
    }
}

impl Replayed {
    /// Interest that has accrued through the day before `on` and not posted.
    pub fn accrued(
        &self,
        conditions: &Conditions,
        on: BusinessDate,
    ) -> Result<(Exact, Vec<AccrualLine>), Overflow> {
        let Some(from) = self.accrued_from else {
            return Ok((Exact::ZERO, Vec::new()));
        };
        let lines = conditions.accrued(&self.principal, from, on)?;
        Ok((total(&lines)?, lines))
    }
}
