//! A line of credit, from its application to its end: what is kept, and what is derived.
//!
//! Status, available credit and exposure are never stored by hand; they follow from what
//! happened.

use crate::actor::ActedBy;
use crate::adverse::AdverseActions;
use crate::allocation::{Allocation, Posted, allocate};
use crate::change::WaitingChange;
use crate::command::{CommandKind, RejectionReason};
use crate::date::{BusinessDate, UtcMillis};
use crate::delinquency::PastDue;
use crate::history::History;
use crate::ids::{CustomerId, LineId, MovementId, ProductId};
use crate::intake::Intake;
use crate::money::{Minor, Overflow};
use crate::private::Private;
use crate::product::{Due, Terms};
use crate::refusal::RefusalCode;
use serde::{Deserialize, Serialize};

/// What people see as the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Open,
    Cancelled,
    Rejected,
    Approved,
    Outstanding,
    Repaid,
    Closed,
}

impl Status {
    pub const ALL: &[Status] = &[
        Status::Open,
        Status::Cancelled,
        Status::Rejected,
        Status::Approved,
        Status::Outstanding,
        Status::Repaid,
        Status::Closed,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Status::Open => "Open",
            Status::Cancelled => "Cancelled",
            Status::Rejected => "Rejected",
            Status::Approved => "Approved",
            Status::Outstanding => "Outstanding",
            Status::Repaid => "Repaid",
            Status::Closed => "Closed",
        }
    }

    /// As stored and as filters name it.
    pub fn tag(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Cancelled => "cancelled",
            Status::Rejected => "rejected",
            Status::Approved => "approved",
            Status::Outstanding => "outstanding",
            Status::Repaid => "repaid",
            Status::Closed => "closed",
        }
    }

    /// Over for good; facts may still arrive.
    pub fn ended(self) -> bool {
        matches!(self, Status::Cancelled | Status::Rejected | Status::Closed)
    }
}

/// What the admins decided, or the customer withdrew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Decision {
    Approved {
        limit_minor: Minor,
        terms: Box<Terms>,
        /// Whoever brought the last paper, where the product's own rule approved.
        by: ActedBy,
        on: BusinessDate,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_policy: bool,
    },
    Rejected {
        reasons: Vec<RejectionReason>,
        other_words: Option<Private<String>>,
        by: ActedBy,
        on: BusinessDate,
    },
}

/// The posted balances of a line: its four accounts in the ledger. Credit is what the bank owes
/// the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balances {
    pub principal_minor: Minor,
    pub interest_minor: Minor,
    pub fees_minor: Minor,
    pub credit_minor: Minor,
}

impl Balances {
    /// Posted fees + interest + principal.
    pub fn owed(&self) -> Result<Minor, Overflow> {
        Minor::sum([self.principal_minor, self.interest_minor, self.fees_minor])
    }
}

/// A network repayment that frees the limit only some banking days after it settled: until then
/// it may still be returned. Its interest and fees never free anything. Views of an older fold also
/// say when it settled, which nothing asks for any more: what is unknown here is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub repayment_id: MovementId,
    pub principal_minor: Minor,
    /// What became customer credit: once a draw used it, it has paid principal, too.
    #[serde(default)]
    pub credit_minor: Minor,
    /// The first day it frees the limit, by the calendar of the day it settled.
    #[serde(default = "never")]
    pub frees_on: BusinessDate,
}

/// Of holds that were stored before the calendar counted; those are folded anew when the store is
/// opened.
fn never() -> BusinessDate {
    BusinessDate::LATEST
}

/// Customer credit that was used: applied to principal or handed back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditUse {
    pub on: BusinessDate,
    pub amount_minor: Minor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub id: LineId,
    /// Events so far: what a screen has seen of this line.
    pub version: u64,
    pub number: String,
    pub customer_id: CustomerId,
    pub product_id: ProductId,
    pub product_name: String,
    pub requested_minor: Minor,
    pub purpose: Private<String>,
    pub taken_by: ActedBy,
    pub taken_on: BusinessDate,
    pub taken_at: UtcMillis,
    #[serde(default)]
    pub intake: Intake,
    pub decision: Option<Decision>,
    pub agreement_signed_on: Option<BusinessDate>,
    pub cancelled_on: Option<BusinessDate>,
    pub closed_on: Option<BusinessDate>,
    pub frozen: Option<Private<String>>,
    #[serde(default, skip_serializing_if = "AdverseActions::is_empty")]
    pub adverse: AdverseActions,
    pub cancellation_requested_on: Option<BusinessDate>,
    /// Another person declines it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_requested_by: Option<ActedBy>,
    pub balances: Balances,
    /// Draws reserved: neither arrived nor given up.
    pub draws_on_their_way_minor: Minor,
    /// Movements of any kind on their way.
    pub movements_on_their_way: u32,
    /// Draws whose funds left and were not proven never to have arrived.
    pub draws_sent: u32,
    /// Of those, the ones that came back.
    pub draws_returned: u32,
    pub holds: Vec<Hold>,
    /// Newest last.
    pub credit_uses: Vec<CreditUse>,
    /// Transfers a person has to look at.
    pub in_review: u32,
    /// Changes that wait for a second person, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting_changes: Vec<WaitingChange>,
    /// Missing in documents that were stored before interest posted; those are folded anew when
    /// the store is opened.
    #[serde(default)]
    pub history: History,
}

/// The amounts people ask for first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figures {
    pub limit_minor: Minor,
    pub available_minor: Minor,
    /// Posted, and accrued through the day before.
    pub owed_minor: Minor,
    /// Of what is owed, the interest that has not posted yet.
    #[serde(default)]
    pub accrued_minor: Minor,
    pub principal_minor: Minor,
    pub interest_minor: Minor,
    pub fees_minor: Minor,
    pub credit_minor: Minor,
    pub on_their_way_minor: Minor,
    pub held_minor: Minor,
    /// What statements ask for and have not got, past due included.
    #[serde(default)]
    pub minimum_minor: Minor,
    /// By when the next of it is due; nothing while all of it is past due.
    #[serde(default)]
    pub minimum_due_on: Option<BusinessDate>,
    #[serde(default)]
    pub past_due: PastDue,
    /// Charged off and not brought back since.
    #[serde(default)]
    pub unrecovered_minor: Minor,
}

/// The limit of a line, and what of it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseOfLimit {
    /// Ended or charged off: nothing is available, whatever is left.
    pub over: bool,
    pub limit: Minor,
    pub principal: Minor,
    pub on_their_way: Minor,
    /// Repaid through the network too recently to be drawn again.
    pub held: Minor,
}

impl UseOfLimit {
    pub fn used(&self) -> Result<Minor, Overflow> {
        Minor::sum([self.principal, self.on_their_way, self.held])
    }

    pub fn available(&self) -> Result<Minor, Overflow> {
        if self.over {
            return Ok(Minor::ZERO);
        }
        Ok(self.limit.minus(self.used()?)?.or_zero())
    }
}

/// The order when a line has no terms: fees, interest, principal.
const USUAL_ORDER: [Due; 3] = [Due::Fees, Due::Interest, Due::Principal];

impl Line {
    pub fn status(&self) -> Status {
        if self.cancelled_on.is_some() {
            return Status::Cancelled;
        }
        if self.closed_on.is_some() {
            return Status::Closed;
        }
        match &self.decision {
            None => Status::Open,
            Some(Decision::Rejected { .. }) => Status::Rejected,
            Some(Decision::Approved { .. }) => {
                let owes = self.owes();
                let out = self.draws_sent.saturating_sub(self.draws_returned);
                if out == 0 && !owes {
                    Status::Approved
                } else if owes || self.movements_on_their_way > 0 {
                    Status::Outstanding
                } else {
                    Status::Repaid
                }
            }
        }
    }

    /// Anything posted, interest that only waits to post, or what was charged off: the customer
    /// owes that still.
    pub fn owes(&self) -> bool {
        let posted = self.balances.owed().map_or(true, |owed| !owed.is_zero());
        posted
            || self.unrecovered().map_or(true, |lost| !lost.is_zero())
            || self
                .accrued_and_resting()
                .map_or(true, |owed| !owed.is_zero())
    }

    /// A late fact reached a line that had ended, and it owes again.
    pub fn closed_but_owing(&self) -> bool {
        self.status().ended() && self.owes()
    }

    pub fn terms(&self) -> Option<&Terms> {
        match &self.decision {
            Some(Decision::Approved { terms, .. }) => Some(terms),
            Some(Decision::Rejected { .. }) | None => None,
        }
    }

    pub fn limit(&self) -> Minor {
        match &self.decision {
            Some(Decision::Approved { limit_minor, .. }) => *limit_minor,
            Some(Decision::Rejected { .. }) | None => Minor::ZERO,
        }
    }

    /// Settled network repayments that do not free the limit yet.
    pub fn held(&self, today: BusinessDate) -> Result<Minor, Overflow> {
        let young: Vec<&Hold> = self
            .holds
            .iter()
            .filter(|hold| today < hold.frees_on)
            .collect();
        let principal = Minor::sum(young.iter().map(|hold| hold.principal_minor))?;
        let credit = Minor::sum(young.iter().map(|hold| hold.credit_minor))?;
        let credit_used = credit.minus(self.balances.credit_minor)?.or_zero();
        principal.plus(credit_used)
    }

    /// Limit − principal − draws on their way − network repayments settled too recently, never
    /// below zero. Not what may be drawn while the line is frozen or ended: `may` says that.
    pub fn available(&self, today: BusinessDate) -> Result<Minor, Overflow> {
        self.use_of_limit(today)?.available()
    }

    /// What becomes of the limit, part by part.
    pub fn use_of_limit(&self, today: BusinessDate) -> Result<UseOfLimit, Overflow> {
        let on_their_way = if crate::planted!(OnTheirWayIgnored) {
            Minor::ZERO
        } else {
            self.draws_on_their_way_minor
        };
        Ok(UseOfLimit {
            over: self.status().ended() || self.charged_off_on().is_some(),
            limit: self.limit(),
            principal: self.balances.principal_minor,
            on_their_way,
            held: self.held(today)?,
        })
    }

    /// Whether what is drawn, on its way and held still fits the limit: asked again whenever a
    /// second person releases a draw, since a return may have come in between.
    pub fn within_limit(&self, today: BusinessDate) -> Result<bool, Overflow> {
        let used = self
            .balances
            .principal_minor
            .plus(self.draws_on_their_way_minor)?
            .plus(self.held(today)?)?;
        Ok(used <= self.limit())
    }

    /// What this line adds to the exposure of its customer: an offer or an open line at least
    /// its limit, a line that ended what it still owes.
    pub fn exposure(&self) -> Result<Minor, Overflow> {
        let owed = self.balances.owed()?.plus(self.draws_on_their_way_minor)?;
        if self.charged_off_on().is_some() {
            return owed.plus(self.unrecovered()?);
        }
        match self.status() {
            Status::Open | Status::Cancelled | Status::Rejected | Status::Closed => Ok(owed),
            Status::Approved | Status::Outstanding | Status::Repaid => Ok(owed.max(self.limit())),
        }
    }

    /// What `amount` would pay if it were posted now.
    pub fn allocate(&self, amount: Minor) -> Result<Allocation, Overflow> {
        let order = self
            .terms()
            .map_or(USUAL_ORDER, |terms| terms.allocation_order);
        let posted = Posted {
            fees: self.balances.fees_minor,
            interest: self.balances.interest_minor,
            principal: self.balances.principal_minor,
        };
        allocate(amount, &order, &Posted::default(), &posted)
    }

    pub fn figures(&self, today: BusinessDate) -> Result<Figures, Overflow> {
        let (minimum_minor, minimum_due_on) = self.minimum_to_pay(today)?;
        Ok(Figures {
            limit_minor: self.limit(),
            available_minor: self.available(today)?,
            owed_minor: self.owed_on(today)?,
            accrued_minor: self.accrued(today)?.0.rounded()?,
            principal_minor: self.balances.principal_minor,
            interest_minor: self.balances.interest_minor,
            fees_minor: self.balances.fees_minor,
            credit_minor: self.balances.credit_minor,
            on_their_way_minor: self.draws_on_their_way_minor,
            held_minor: self.held(today)?,
            minimum_minor,
            minimum_due_on,
            past_due: self.past_due(today)?,
            unrecovered_minor: self.unrecovered()?,
        })
    }
}

/// Whether a kind of command is possible on a line in its state, before any amount is looked
/// at. The first thing `decide` asks, and what lights or dims a button; kinds that are not
/// about a line are always possible here.
pub fn may(line: &Line, kind: CommandKind) -> Result<(), RefusalCode> {
    let status = line.status();
    let ended = match status {
        Status::Cancelled => Err(RefusalCode::LineCancelled),
        Status::Rejected => Err(RefusalCode::LineRejected),
        Status::Closed => Err(RefusalCode::LineClosed),
        Status::Open | Status::Approved | Status::Outstanding | Status::Repaid => Ok(()),
    };
    let open_for_decision = match status {
        Status::Open => Ok(()),
        Status::Approved | Status::Outstanding | Status::Repaid => Err(RefusalCode::NotOpen),
        Status::Cancelled | Status::Rejected | Status::Closed => ended,
    };
    let approved = match status {
        Status::Open => Err(RefusalCode::NotApproved),
        Status::Approved | Status::Outstanding | Status::Repaid => Ok(()),
        Status::Cancelled | Status::Rejected | Status::Closed => ended,
    };
    match kind {
        CommandKind::RecordMissing | CommandKind::RecordCheck | CommandKind::RejectApplication => {
            open_for_decision
        }
        CommandKind::SendIncompletenessNotice => {
            open_for_decision?;
            refuse_if(line.intake.missing.is_empty(), RefusalCode::NothingMissing)
        }
        CommandKind::ApproveApplication => {
            open_for_decision?;
            refuse_if(
                !line.intake.missing.is_empty(),
                RefusalCode::ApplicationIncomplete,
            )
        }
        CommandKind::CancelApplication => {
            ended?;
            refuse_if(line.draws_sent > 0, RefusalCode::FundsSent)?;
            nothing_sending(line)
        }
        CommandKind::RecordAgreement => {
            approved?;
            refuse_if(
                line.agreement_signed_on.is_some(),
                RefusalCode::AgreementRecorded,
            )
        }
        CommandKind::RequestDraw
        | CommandKind::ApproveDraw
        | CommandKind::BreakGlass
        | CommandKind::PayCashDraw => {
            approved?;
            refuse_if(
                line.agreement_signed_on.is_none(),
                RefusalCode::AgreementMissing,
            )?;
            refuse_if(
                line.cancellation_requested_on.is_some(),
                RefusalCode::CancellationRequested,
            )?;
            refuse_if(line.charged_off_on().is_some(), RefusalCode::ChargedOff)?;
            refuse_if(line.frozen.is_some(), RefusalCode::LineFrozen)
        }
        CommandKind::DeclineDraw => approved,
        // What can still be called off is a matter of the movement, in any state of the line.
        CommandKind::CancelDraw | CommandKind::CancelRepayment => Ok(()),
        CommandKind::TakeRepayment => {
            // A line that ended and owes takes repayments still.
            if !line.closed_but_owing() {
                approved?;
            }
            refuse_if(!line.owes(), RefusalCode::NothingOwed)
        }
        CommandKind::RefundCredit => refuse_if(
            !line.balances.credit_minor.is_positive(),
            RefusalCode::NoSuchCredit,
        ),
        CommandKind::RequestCancellation => {
            ended?;
            refuse_if(
                line.cancellation_requested_on.is_some(),
                RefusalCode::CancellationRequested,
            )
        }
        CommandKind::DeclineCancellation => {
            ended?;
            refuse_if(
                line.cancellation_requested_on.is_none(),
                RefusalCode::NoCancellationRequested,
            )
        }
        CommandKind::CloseLine => {
            approved?;
            may_close(line)
        }
        CommandKind::FreezeLine => {
            approved?;
            refuse_if(line.frozen.is_some(), RefusalCode::AlreadyFrozen)
        }
        CommandKind::UnfreezeLine => {
            ended?;
            refuse_if(line.frozen.is_none(), RefusalCode::NotFrozen)
        }
        // What was done is told, whatever has become of the line since.
        CommandKind::TellAdverseAction => {
            let all_told = line.adverse.untold.is_empty();
            refuse_if(all_told, RefusalCode::NothingToTell)
        }
        CommandKind::AskNetworkAgain => refuse_if(line.in_review == 0, RefusalCode::NotInReview),
        CommandKind::RecordCustomer
        | CommandKind::UpdateCustomer
        | CommandKind::AddBankAccount
        | CommandKind::AuthorizeDebit
        | CommandKind::ForgetCustomer
        | CommandKind::AddContactNote
        | CommandKind::DefineProduct
        | CommandKind::TakeApplication
        | CommandKind::ApproveAccount
        | CommandKind::DeclineAccount
        | CommandKind::UnlockAccount
        | CommandKind::SetRole
        | CommandKind::DisableAccount
        | CommandKind::EnableAccount
        | CommandKind::IssueResetCode
        | CommandKind::RemoveSecondFactor
        | CommandKind::DemandSecondFactor
        | CommandKind::CloseDay
        | CommandKind::SetHolidays
        | CommandKind::OpenDrawer
        | CommandKind::MoveVaultCash
        | CommandKind::CountDrawer
        | CommandKind::CloseDrawer
        | CommandKind::ResolveFinding => Ok(()),
        // A matter of the movement, in any state of the line.
        CommandKind::RetryTransfer | CommandKind::ParkTransfer | CommandKind::HandBackTransfer => {
            Ok(())
        }
        // What was decided once can be changed, whatever has become of the line; each change has
        // rules of its own.
        CommandKind::RequestChange => {
            refuse_if(line.decision.is_none(), RefusalCode::NotApproved)?;
            refuse_if(line.terms().is_none(), RefusalCode::LineRejected)
        }
        CommandKind::ApproveChange | CommandKind::DeclineChange => refuse_if(
            line.waiting_changes.is_empty(),
            RefusalCode::NoChangeWaiting,
        ),
        CommandKind::PresentAgain => {
            if !line.closed_but_owing() {
                approved?;
            }
            Ok(())
        }
    }
}

/// Owed nothing, nothing on its way, no customer credit.
pub fn may_close(line: &Line) -> Result<(), RefusalCode> {
    refuse_if(line.movements_on_their_way > 0, RefusalCode::MoneyOnItsWay)?;
    refuse_if(line.owes(), RefusalCode::StillOwed)?;
    refuse_if(
        !line.balances.credit_minor.is_zero(),
        RefusalCode::CreditLeft,
    )
}

/// A repayment cannot be on its way where nothing was ever sent, so what is on its way here
/// are draws that wait; they end with the application.
fn nothing_sending(line: &Line) -> Result<(), RefusalCode> {
    refuse_if(line.in_review > 0, RefusalCode::AlreadySent)
}

pub fn refuse_if(broken: bool, code: RefusalCode) -> Result<(), RefusalCode> {
    if broken { Err(code) } else { Ok(()) }
}
