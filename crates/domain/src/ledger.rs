//! Double entry: what each event posts. The one place where events become money.
//!
//! A leg is positive for a debit and negative for a credit. Every entry sums to zero (I1). The
//! legs of a line carry the effective date, all others the posted business date, so that trial
//! balance, income and the teller's sheet go by the day of the desk.

use crate::actor::Meta;
use crate::allocation::Allocation;
use crate::date::BusinessDate;
use crate::event::{Event, LinePosting};
use crate::ids::{LineId, MovementId, UserId};
use crate::money::{Minor, Overflow};
use crate::movement::MovementKind;
use serde::{Deserialize, Serialize};

/// The chart of accounts. Interest, fees, vault, over-and-short, allowance and income stand
/// here from the start; what posts to them comes with the day close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// PRI: principal of a line.
    Principal(LineId),
    /// INT: interest receivable of a line.
    Interest(LineId),
    /// FEE: fees receivable of a line.
    Fees(LineId),
    /// CRE: what the bank owes the customer of a line.
    Credit(LineId),
    /// DRW: a teller's drawer.
    Drawer(UserId),
    /// VLT
    Vault,
    /// CLR: payments clearing.
    Clearing,
    /// BNK: settlement bank.
    Bank,
    /// SUS: network suspense.
    Suspense,
    /// O/S: cash over and short.
    OverShort,
    /// ALW: allowance for credit losses.
    Allowance,
    /// II: interest income.
    InterestIncome,
    /// FI: fee income.
    FeeIncome,
}

impl Account {
    pub fn code(&self) -> &'static str {
        match self {
            Account::Principal(_) => "PRI",
            Account::Interest(_) => "INT",
            Account::Fees(_) => "FEE",
            Account::Credit(_) => "CRE",
            Account::Drawer(_) => "DRW",
            Account::Vault => "VLT",
            Account::Clearing => "CLR",
            Account::Bank => "BNK",
            Account::Suspense => "SUS",
            Account::OverShort => "O/S",
            Account::Allowance => "ALW",
            Account::InterestIncome => "II",
            Account::FeeIncome => "FI",
        }
    }

    /// The line or the teller it belongs to; empty for an account of the branch.
    pub fn owner(&self) -> String {
        match self {
            Account::Principal(line)
            | Account::Interest(line)
            | Account::Fees(line)
            | Account::Credit(line) => line.to_string(),
            Account::Drawer(user) => user.to_string(),
            Account::Vault
            | Account::Clearing
            | Account::Bank
            | Account::Suspense
            | Account::OverShort
            | Account::Allowance
            | Account::InterestIncome
            | Account::FeeIncome => String::new(),
        }
    }

    fn of_line(&self) -> bool {
        matches!(
            self,
            Account::Principal(_) | Account::Interest(_) | Account::Fees(_) | Account::Credit(_)
        )
    }
}

/// What an entry is, in the customer's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    CashDraw,
    NetworkDraw,
    DrawReturned,
    CashRepayment,
    NetworkRepayment,
    RepaymentReturned,
    CreditApplied,
    CreditTakenBack,
    OverpaymentCredited,
    CashRefund,
    InterestPosted,
    InterestAdjusted,
    FeeCharged,
    FeeAdjusted,
    RepaymentDivided,
    CashDrawReversed,
    CashRepaymentReversed,
    CashRefundReversed,
    FeeWaived,
    InterestWaived,
    ChargedOff,
    PrincipalRecovered,
    InterestRecovered,
    FeesRecovered,
    /// The return of a draw or a repayment came back itself.
    ReturnReturned,
    CashFromVault,
    CashToVault,
    CashOver,
    CashShort,
    /// What the network's statement says moved of ours.
    NetworkStatement,
    /// What it says moved that nobody here asked for, or twice.
    NetworkSuspense,
}

impl EntryKind {
    pub fn tag(self) -> &'static str {
        match self {
            EntryKind::CashDraw => "cash_draw",
            EntryKind::NetworkDraw => "network_draw",
            EntryKind::DrawReturned => "draw_returned",
            EntryKind::CashRepayment => "cash_repayment",
            EntryKind::NetworkRepayment => "network_repayment",
            EntryKind::RepaymentReturned => "repayment_returned",
            EntryKind::CreditApplied => "credit_applied",
            EntryKind::CreditTakenBack => "credit_taken_back",
            EntryKind::OverpaymentCredited => "overpayment_credited",
            EntryKind::CashRefund => "cash_refund",
            EntryKind::InterestPosted => "interest_posted",
            EntryKind::InterestAdjusted => "interest_adjusted",
            EntryKind::FeeCharged => "fee_charged",
            EntryKind::FeeAdjusted => "fee_adjusted",
            EntryKind::RepaymentDivided => "repayment_divided",
            EntryKind::CashDrawReversed => "cash_draw_reversed",
            EntryKind::CashRepaymentReversed => "cash_repayment_reversed",
            EntryKind::CashRefundReversed => "cash_refund_reversed",
            EntryKind::FeeWaived => "fee_waived",
            EntryKind::InterestWaived => "interest_waived",
            EntryKind::ChargedOff => "charged_off",
            EntryKind::PrincipalRecovered => "principal_recovered",
            EntryKind::InterestRecovered => "interest_recovered",
            EntryKind::FeesRecovered => "fees_recovered",
            EntryKind::ReturnReturned => "return_returned",
            EntryKind::CashFromVault => "cash_from_vault",
            EntryKind::CashToVault => "cash_to_vault",
            EntryKind::CashOver => "cash_over",
            EntryKind::CashShort => "cash_short",
            EntryKind::NetworkStatement => "network_statement",
            EntryKind::NetworkSuspense => "network_suspense",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            EntryKind::CashDraw => "Draw in cash",
            EntryKind::NetworkDraw => "Draw to bank account",
            EntryKind::DrawReturned => "Draw returned",
            EntryKind::CashRepayment => "Repayment in cash",
            EntryKind::NetworkRepayment => "Repayment by debit",
            EntryKind::RepaymentReturned => "Repayment returned",
            EntryKind::CreditApplied => "Customer credit applied",
            EntryKind::CreditTakenBack => "Used credit charged to principal",
            EntryKind::OverpaymentCredited => "Overpayment credited",
            EntryKind::CashRefund => "Customer credit refunded",
            EntryKind::InterestPosted => "Interest",
            EntryKind::InterestAdjusted => "Interest adjusted",
            EntryKind::FeeCharged => "Fee",
            EntryKind::FeeAdjusted => "Fee adjusted",
            EntryKind::RepaymentDivided => "Repayment divided anew",
            EntryKind::CashDrawReversed => "Draw in cash reversed",
            EntryKind::CashRepaymentReversed => "Repayment in cash reversed",
            EntryKind::CashRefundReversed => "Refund reversed",
            EntryKind::FeeWaived => "Fee waived",
            EntryKind::InterestWaived => "Interest waived",
            EntryKind::ChargedOff => "Charged off",
            EntryKind::PrincipalRecovered => "Recovered, of principal",
            EntryKind::InterestRecovered => "Recovered, of interest",
            EntryKind::FeesRecovered => "Recovered, of fees",
            EntryKind::ReturnReturned => "Return came back",
            EntryKind::CashFromVault => "Cash from the vault",
            EntryKind::CashToVault => "Cash to the vault",
            EntryKind::CashOver => "Counted over",
            EntryKind::CashShort => "Counted short",
            EntryKind::NetworkStatement => "Network's statement",
            EntryKind::NetworkSuspense => "Network's statement, in suspense",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    pub account: Account,
    /// Debit positive, credit negative; never zero.
    pub amount_minor: Minor,
    pub effective_on: BusinessDate,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: EntryKind,
    pub movement_id: Option<MovementId>,
    pub posted_on: BusinessDate,
    pub legs: Vec<Leg>,
}

impl Entry {
    pub fn sum(&self) -> Result<Minor, Overflow> {
        Minor::sum(self.legs.iter().map(|leg| leg.amount_minor))
    }
}

/// The journal entries of one event. Most events post nothing.
pub fn postings(meta: &Meta, event: &Event) -> Result<Vec<Entry>, Overflow> {
    let posted_on = meta.business_date;
    let book = |line, movement, effective_on| Book {
        line,
        movement,
        effective_on,
        posted_on,
    };
    match event {
        Event::CashMoved {
            line_id,
            movement_id,
            kind,
            drawer,
            amount_minor,
            effective_on,
            allocation,
        } => {
            let book = book(*line_id, Some(*movement_id), *effective_on);
            let entry = book.cash(*kind, *amount_minor, allocation.as_ref(), *drawer)?;
            Ok(vec![entry])
        }
        Event::MovementReversed {
            line_id,
            movement_id,
            kind,
            drawer,
            amount_minor,
            effective_on,
            allocation,
        } => {
            let book = book(*line_id, Some(*movement_id), *effective_on);
            let moved = book.cash(*kind, *amount_minor, allocation.as_ref(), *drawer)?;
            let kind = match kind {
                MovementKind::Draw => EntryKind::CashDrawReversed,
                MovementKind::Repayment => EntryKind::CashRepaymentReversed,
                MovementKind::Refund => EntryKind::CashRefundReversed,
            };
            Ok(vec![book.mirror(kind, &moved)?])
        }
        Event::TransferSettled {
            line_id,
            movement_id,
            kind,
            amount_minor,
            effective_on,
            allocation,
            ..
        } => {
            let book = book(*line_id, Some(*movement_id), *effective_on);
            Ok(vec![book.network(
                *kind,
                *amount_minor,
                allocation.as_ref(),
                Way::Settled,
            )?])
        }
        Event::TransferReturned {
            line_id,
            movement_id,
            kind,
            amount_minor,
            effective_on,
            allocation,
            ..
        } => {
            let book = book(*line_id, Some(*movement_id), *effective_on);
            Ok(vec![book.network(
                *kind,
                *amount_minor,
                allocation.as_ref(),
                Way::Returned,
            )?])
        }
        Event::ReturnReturned {
            line_id,
            movement_id,
            kind,
            amount_minor,
            effective_on,
            allocation,
        } => {
            let book = book(*line_id, Some(*movement_id), *effective_on);
            let mut entry =
                book.network(*kind, *amount_minor, allocation.as_ref(), Way::Settled)?;
            entry.kind = EntryKind::ReturnReturned;
            Ok(vec![entry])
        }
        Event::StatementRead { lines, .. } => crate::reconcile::postings(posted_on, lines),
        Event::CreditApplied {
            line_id,
            allocation,
            effective_on,
        } => {
            let book = book(*line_id, None, *effective_on);
            let used = Minor::sum([
                allocation.fees_minor,
                allocation.interest_minor,
                allocation.principal_minor,
            ])?;
            let mut legs = vec![(Account::Credit(*line_id), used)];
            legs.extend(book.receivables(allocation)?);
            Ok(vec![book.entry(EntryKind::CreditApplied, legs)])
        }
        Event::CreditTakenBack { line_id, parts } => parts
            .iter()
            .map(|(on, amount)| {
                let book = book(*line_id, None, *on);
                let legs = vec![
                    (Account::Principal(*line_id), *amount),
                    (Account::Credit(*line_id), amount.negated()?),
                ];
                Ok(book.entry(EntryKind::CreditTakenBack, legs))
            })
            .collect(),
        Event::OverpaymentCredited {
            line_id,
            amount_minor,
            effective_on,
        } => {
            let book = book(*line_id, None, *effective_on);
            let legs = vec![
                (Account::Principal(*line_id), *amount_minor),
                (Account::Credit(*line_id), amount_minor.negated()?),
            ];
            Ok(vec![book.entry(EntryKind::OverpaymentCredited, legs)])
        }
        Event::LinePosted {
            line_id,
            posted_on,
            postings,
            ..
        } => postings
            .iter()
            .map(|posting| follow(*line_id, *posted_on, posting))
            // Interest that rounds to nothing drops its fraction and moves no money.
            .filter(|entry| !matches!(entry, Ok(entry) if entry.legs.is_empty()))
            .collect(),
        Event::DrawerOpened {
            drawer,
            from_vault_minor,
            ..
        } => cash(posted_on, *drawer, Account::Vault, *from_vault_minor),
        Event::VaultCashMoved {
            drawer,
            way,
            amount_minor,
        } => cash(
            posted_on,
            *drawer,
            Account::Vault,
            way.signed(*amount_minor)?,
        ),
        Event::DrawerCounted {
            drawer, over_minor, ..
        } => cash(posted_on, *drawer, Account::OverShort, *over_minor),
        Event::DrawerClosed {
            drawer,
            counted_minor,
            over_minor,
        } => {
            let mut entries = cash(posted_on, *drawer, Account::OverShort, *over_minor)?;
            let to_vault = counted_minor.negated()?;
            entries.extend(cash(posted_on, *drawer, Account::Vault, to_vault)?);
            Ok(entries)
        }
        Event::StoreSetUp { .. }
        | Event::CursorMoved { .. }
        | Event::StrangersRefused { .. }
        | Event::AccountAsked { .. }
        | Event::AccountApproved { .. }
        | Event::AccountDeclined { .. }
        | Event::RoleSet { .. }
        | Event::AccountDisabled { .. }
        | Event::AccountEnabled { .. }
        | Event::SignedIn { .. }
        | Event::SignInFailed { .. }
        | Event::PasswordProven { .. }
        | Event::SignedOut { .. }
        | Event::AccountUnlocked { .. }
        | Event::ResetCodeIssued { .. }
        | Event::AccessRecovered { .. }
        | Event::CredentialRenewed { .. }
        | Event::PasswordReset { .. }
        | Event::PasswordChanged { .. }
        | Event::SecondFactorSet { .. }
        | Event::SecondFactorUsed { .. }
        | Event::SecondFactorRemoved { .. }
        | Event::PrivateRevealed { .. }
        | Event::PassphraseChanged {}
        | Event::SecondFactorDemanded { .. }
        | Event::CommandRefused { .. }
        | Event::ProductDefined { .. }
        | Event::CustomerRecorded { .. }
        | Event::CustomerUpdated { .. }
        | Event::BankAccountAdded { .. }
        | Event::DebitAuthorized { .. }
        | Event::BankAccountUnusable { .. }
        | Event::DebitAuthorizationEnded { .. }
        | Event::ContactNoted { .. }
        | Event::CustomerForgotten { .. }
        | Event::ApplicationTaken { .. }
        | Event::MissingRecorded { .. }
        | Event::IncompletenessNoticed { .. }
        | Event::CheckRecorded { .. }
        | Event::ApplicationApproved { .. }
        | Event::ApplicationRejected { .. }
        | Event::ApplicationCancelled { .. }
        | Event::AgreementRecorded { .. }
        | Event::LineFrozen { .. }
        | Event::LineUnfrozen { .. }
        | Event::AdverseActionTaken { .. }
        | Event::AdverseActionTold { .. }
        | Event::CancellationRequested { .. }
        | Event::CancellationDeclined { .. }
        | Event::LineClosed { .. }
        | Event::MovementRequested { .. }
        | Event::DrawApproved { .. }
        | Event::DrawDeclined { .. }
        | Event::GlassBroken { .. }
        | Event::MovementCancelled { .. }
        | Event::TransferQueued { .. }
        | Event::TransferMarked { .. }
        | Event::TransferNotSent { .. }
        | Event::TransferInDoubt { .. }
        | Event::TransferDeferred { .. }
        | Event::TransferRefused { .. }
        | Event::TransferNotFound { .. }
        | Event::TransferAskedInVain { .. }
        | Event::TransferAccepted { .. }
        | Event::TransferRejected { .. }
        | Event::TransferInReview { .. }
        | Event::TransferToBeAsked { .. }
        | Event::FeeCharged { .. }
        | Event::CycleClosed { .. }
        | Event::DayClosed { .. }
        | Event::HolidaysSet { .. }
        | Event::TransferWithdrawn { .. }
        | Event::TransferParked { .. }
        | Event::TransferRetried { .. }
        | Event::DebitPresentedAgain { .. }
        | Event::DebitPresents { .. }
        | Event::PaymentsHeld { .. }
        | Event::PaymentsResumed { .. }
        | Event::DeviceKeyRecorded { .. }
        | Event::FindingOpened { .. }
        | Event::FindingResolved { .. }
        | Event::ChangeRequested { .. }
        | Event::ChangeApproved { .. }
        | Event::ChangeDeclined { .. }
        | Event::ChargeWaived { .. }
        | Event::LimitSet { .. }
        | Event::RateSet { .. }
        | Event::ChargedOff { .. } => Ok(Vec::new()),
    }
}

/// Cash into a drawer, or out of it where the amount is negative; nothing where it is zero.
fn cash(
    posted_on: BusinessDate,
    drawer: UserId,
    against: Account,
    into_drawer: Minor,
) -> Result<Vec<Entry>, Overflow> {
    if into_drawer.is_zero() {
        return Ok(Vec::new());
    }
    let kind = match (against, into_drawer.is_positive()) {
        (Account::OverShort, true) => EntryKind::CashOver,
        (Account::OverShort, false) => EntryKind::CashShort,
        (_, true) => EntryKind::CashFromVault,
        (_, false) => EntryKind::CashToVault,
    };
    let leg = |account, amount_minor| Leg {
        account,
        amount_minor,
        effective_on: posted_on,
    };
    Ok(vec![Entry {
        kind,
        movement_id: None,
        posted_on,
        legs: vec![
            leg(Account::Drawer(drawer), into_drawer),
            leg(against, into_drawer.negated()?),
        ],
    }])
}

/// What the facts of a line post by themselves: interest and fees stand against their income,
/// losses against the allowance, everything else only moves between the line's own accounts.
fn follow(
    line_id: LineId,
    posted_on: BusinessDate,
    posting: &LinePosting,
) -> Result<Entry, Overflow> {
    let book = Book {
        line: line_id,
        movement: posting.cause.movement_id(),
        effective_on: posting.on,
        posted_on,
    };
    let change = &posting.change;
    let mut legs = vec![
        (Account::Principal(line_id), change.principal_minor),
        (Account::Interest(line_id), change.interest_minor),
        (Account::Fees(line_id), change.fees_minor),
        (Account::Credit(line_id), change.credit_minor.negated()?),
    ];
    let against = |account| Ok::<_, Overflow>((account, change.balance()?.negated()?));
    match posting.kind {
        // Lost principal against the allowance, lost income against income.
        EntryKind::ChargedOff => legs.extend([
            (Account::Allowance, change.principal_minor.negated()?),
            (Account::InterestIncome, change.interest_minor.negated()?),
            (Account::FeeIncome, change.fees_minor.negated()?),
        ]),
        EntryKind::PrincipalRecovered => legs.push(against(Account::Allowance)?),
        EntryKind::FeeCharged
        | EntryKind::FeeAdjusted
        | EntryKind::FeeWaived
        | EntryKind::FeesRecovered => legs.push(against(Account::FeeIncome)?),
        _ => legs.push(against(Account::InterestIncome)?),
    }
    Ok(book.entry(posting.kind, legs))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Settled,
    Returned,
}

/// One entry in the making.
struct Book {
    line: LineId,
    movement: Option<MovementId>,
    effective_on: BusinessDate,
    posted_on: BusinessDate,
}

impl Book {
    fn cash(
        &self,
        kind: MovementKind,
        amount: Minor,
        allocation: Option<&Allocation>,
        drawer: UserId,
    ) -> Result<Entry, Overflow> {
        let cash = Account::Drawer(drawer);
        // A repayment that says nothing of what it paid would be all credit.
        let all_credit = Allocation {
            credit_minor: amount,
            ..Allocation::default()
        };
        match kind {
            MovementKind::Draw => self.draw(EntryKind::CashDraw, amount, cash),
            MovementKind::Repayment => {
                let parts = allocation.unwrap_or(&all_credit);
                self.repayment(EntryKind::CashRepayment, parts, cash)
            }
            MovementKind::Refund => self.refund(EntryKind::CashRefund, amount, cash),
        }
    }

    fn mirror(&self, kind: EntryKind, entry: &Entry) -> Result<Entry, Overflow> {
        let mirrored: Result<Vec<_>, _> = entry
            .legs
            .iter()
            .map(|leg| Ok((leg.account, leg.amount_minor.negated()?)))
            .collect();
        Ok(self.entry(kind, mirrored?))
    }

    fn draw(&self, kind: EntryKind, amount: Minor, other: Account) -> Result<Entry, Overflow> {
        Ok(self.entry(
            kind,
            vec![
                (Account::Principal(self.line), amount),
                (other, amount.negated()?),
            ],
        ))
    }

    fn refund(&self, kind: EntryKind, amount: Minor, other: Account) -> Result<Entry, Overflow> {
        Ok(self.entry(
            kind,
            vec![
                (Account::Credit(self.line), amount),
                (other, amount.negated()?),
            ],
        ))
    }

    fn repayment(
        &self,
        kind: EntryKind,
        parts: &Allocation,
        other: Account,
    ) -> Result<Entry, Overflow> {
        let mut legs = vec![(other, parts.total()?)];
        legs.extend(self.receivables(parts)?);
        legs.push((Account::Credit(self.line), parts.credit_minor.negated()?));
        Ok(self.entry(kind, legs))
    }

    /// The credits to fees, interest and principal.
    fn receivables(&self, parts: &Allocation) -> Result<Vec<(Account, Minor)>, Overflow> {
        Ok(vec![
            (Account::Fees(self.line), parts.fees_minor.negated()?),
            (
                Account::Interest(self.line),
                parts.interest_minor.negated()?,
            ),
            (
                Account::Principal(self.line),
                parts.principal_minor.negated()?,
            ),
        ])
    }

    fn network(
        &self,
        kind: MovementKind,
        amount: Minor,
        allocation: Option<&Allocation>,
        way: Way,
    ) -> Result<Entry, Overflow> {
        let clearing = Account::Clearing;
        let all_credit = Allocation {
            credit_minor: amount,
            ..Allocation::default()
        };
        let parts = allocation.unwrap_or(&all_credit);
        let settled = match kind {
            MovementKind::Draw => self.draw(EntryKind::NetworkDraw, amount, clearing)?,
            MovementKind::Repayment => {
                self.repayment(EntryKind::NetworkRepayment, parts, clearing)?
            }
            MovementKind::Refund => self.refund(EntryKind::CashRefund, amount, clearing)?,
        };
        match way {
            Way::Settled => Ok(settled),
            Way::Returned => {
                let kind = match kind {
                    MovementKind::Draw | MovementKind::Refund => EntryKind::DrawReturned,
                    MovementKind::Repayment => EntryKind::RepaymentReturned,
                };
                self.mirror(kind, &settled)
            }
        }
    }

    fn entry(&self, kind: EntryKind, legs: Vec<(Account, Minor)>) -> Entry {
        let legs = legs
            .into_iter()
            .filter(|(_, amount_minor)| !amount_minor.is_zero())
            .map(|(account, amount_minor)| {
                let effective_on = if account.of_line() {
                    self.effective_on
                } else {
                    self.posted_on
                };
                Leg {
                    account,
                    amount_minor,
                    effective_on,
                }
            })
            .collect();
        Entry {
            kind,
            movement_id: self.movement,
            posted_on: self.posted_on,
            legs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    const LINE: LineId = LineId(Uuid::from_u128(1));
    const TELLER: UserId = UserId(Uuid::from_u128(2));

    const KINDS: [EntryKind; 31] = [
        EntryKind::CashDraw,
        EntryKind::NetworkDraw,
        EntryKind::DrawReturned,
        EntryKind::CashRepayment,
        EntryKind::NetworkRepayment,
        EntryKind::RepaymentReturned,
        EntryKind::CreditApplied,
        EntryKind::CreditTakenBack,
        EntryKind::OverpaymentCredited,
        EntryKind::CashRefund,
        EntryKind::InterestPosted,
        EntryKind::InterestAdjusted,
        EntryKind::FeeCharged,
        EntryKind::FeeAdjusted,
        EntryKind::RepaymentDivided,
        EntryKind::CashDrawReversed,
        EntryKind::CashRepaymentReversed,
        EntryKind::CashRefundReversed,
        EntryKind::FeeWaived,
        EntryKind::InterestWaived,
        EntryKind::ChargedOff,
        EntryKind::PrincipalRecovered,
        EntryKind::InterestRecovered,
        EntryKind::FeesRecovered,
        EntryKind::ReturnReturned,
        EntryKind::CashFromVault,
        EntryKind::CashToVault,
        EntryKind::CashOver,
        EntryKind::CashShort,
        EntryKind::NetworkStatement,
        EntryKind::NetworkSuspense,
    ];

    fn day(text: &str) -> BusinessDate {
        text.parse().expect("a date")
    }

    #[test]
    fn accounts_have_codes_owners_and_a_date_to_go_by() {
        let (line, teller) = (LINE.to_string(), TELLER.to_string());
        let (effective, posted) = (day("2026-03-02"), day("2026-03-09"));
        let book = Book {
            line: LINE,
            movement: None,
            effective_on: effective,
            posted_on: posted,
        };
        for (account, code, owner, goes_by) in [
            (Account::Principal(LINE), "PRI", line.as_str(), effective),
            (Account::Interest(LINE), "INT", &line, effective),
            (Account::Fees(LINE), "FEE", &line, effective),
            (Account::Credit(LINE), "CRE", &line, effective),
            (Account::Drawer(TELLER), "DRW", &teller, posted),
            (Account::Vault, "VLT", "", posted),
            (Account::Clearing, "CLR", "", posted),
            (Account::Bank, "BNK", "", posted),
            (Account::Suspense, "SUS", "", posted),
            (Account::OverShort, "O/S", "", posted),
            (Account::Allowance, "ALW", "", posted),
            (Account::InterestIncome, "II", "", posted),
            (Account::FeeIncome, "FI", "", posted),
        ] {
            assert_eq!(account.code(), code);
            assert_eq!(account.owner(), owner, "{code}");
            let entry = book.entry(EntryKind::FeeCharged, vec![(account, Minor(7))]);
            assert_eq!(entry.legs[0].effective_on, goes_by, "{code}");
            assert_eq!(entry.posted_on, posted);
        }
    }

    #[test]
    fn kinds_are_stored_by_their_tag_and_told_apart_in_words() {
        let tags: BTreeSet<_> = KINDS.iter().map(|kind| kind.tag()).collect();
        let words: BTreeSet<_> = KINDS.iter().map(|kind| kind.words()).collect();
        assert_eq!(tags.len(), KINDS.len());
        assert_eq!(words.len(), KINDS.len());
        for kind in KINDS {
            assert_eq!(serde_json::json!(kind), kind.tag());
            assert!(kind.words().starts_with(char::is_uppercase), "{kind:?}");
        }
    }

    /// Not a cent of it may be missing from the books.
    #[test]
    fn a_repayment_that_does_not_say_what_it_paid_is_all_credit() {
        let book = Book {
            line: LINE,
            movement: None,
            effective_on: day("2026-03-02"),
            posted_on: day("2026-03-02"),
        };
        let (kind, amount) = (MovementKind::Repayment, Minor(700));
        for entry in [
            book.cash(kind, amount, None, TELLER),
            book.network(kind, amount, None, Way::Settled),
        ] {
            let entry = entry.unwrap();
            let credit = Account::Credit(LINE);
            let of_the_credit = |leg: &&Leg| leg.account == credit;
            let credited = entry.legs.iter().find(of_the_credit);
            assert_eq!(credited.map(|leg| leg.amount_minor), Some(Minor(-700)));
            assert_eq!((entry.legs.len(), entry.sum()), (2, Ok(Minor::ZERO)));
        }
    }

    #[test]
    fn an_entry_that_does_not_balance_is_seen_and_a_mirrored_one_takes_it_back() {
        let book = Book {
            line: LINE,
            movement: None,
            effective_on: day("2026-03-02"),
            posted_on: day("2026-03-02"),
        };
        let legs = vec![(Account::Vault, Minor(500)), (Account::Bank, Minor(-499))];
        let entry = book.entry(EntryKind::CashFromVault, legs);
        assert_eq!(entry.sum(), Ok(Minor(1)));
        let back = book.mirror(EntryKind::CashToVault, &entry).unwrap();
        assert_eq!(back.sum(), Ok(Minor(-1)));
        // What is nothing is no leg.
        let legs = vec![(Account::Vault, Minor::ZERO), (Account::Bank, Minor(3))];
        assert_eq!(book.entry(EntryKind::CashOver, legs).legs.len(), 1);
    }
}
