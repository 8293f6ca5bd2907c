//! Documents for people: which there are, how one is asked for, and what each says, as typed
//! contents. `crates/paper` sets them as PDF; the figures come from the same reads and are written
//! by the same formatter as those on the screen.

use crate::adverse::{ActionTaken, LineAction};
use crate::allocation::Allocation;
use crate::command::RejectionReason;
use crate::customer::Address;
use crate::date::BusinessDate;
use crate::history::Payoff;
use crate::ids::{ChangeId, LineId, MovementId};
use crate::intake::MissingItem;
use crate::ledger::EntryKind;
use crate::money::{Currency, Minor, Money};
use crate::movement::{Method, MovementKind};
use crate::product::Terms;
use crate::statement::{InterestLine, Statement};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperKind {
    Agreement,
    Receipt,
    Statement,
    Payoff,
    AdverseAction,
    LimitReduction,
    Incompleteness,
}

impl PaperKind {
    pub const ALL: &[PaperKind] = &[
        PaperKind::Agreement,
        PaperKind::Receipt,
        PaperKind::Statement,
        PaperKind::Payoff,
        PaperKind::AdverseAction,
        PaperKind::LimitReduction,
        PaperKind::Incompleteness,
    ];

    /// As it stands at the head of the paper.
    pub fn title(self) -> &'static str {
        match self {
            PaperKind::Agreement => "Line of Credit Agreement",
            PaperKind::Receipt => "Receipt",
            PaperKind::Statement => "Statement",
            PaperKind::Payoff => "Payoff Letter",
            PaperKind::AdverseAction => "Notice of Adverse Action",
            PaperKind::LimitReduction => "Notice of a Lower Credit Limit",
            PaperKind::Incompleteness => "Notice of an Incomplete Application",
        }
    }

    /// As the command line and files name it.
    pub fn slug(self) -> &'static str {
        match self {
            PaperKind::Agreement => "agreement",
            PaperKind::Receipt => "receipt",
            PaperKind::Statement => "statement",
            PaperKind::Payoff => "payoff",
            PaperKind::AdverseAction => "adverse-action",
            PaperKind::LimitReduction => "limit-reduction",
            PaperKind::Incompleteness => "incompleteness",
        }
    }
}

/// Which document is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PaperQuery {
    /// The terms as they were approved.
    Agreement { line_id: LineId },
    /// Of money that changed hands.
    Receipt { movement_id: MovementId },
    Statement {
        line_id: LineId,
        closing_on: BusinessDate,
    },
    /// What settles the line on a day, today or to come.
    Payoff { line_id: LineId, on: BusinessDate },
    /// Of an application that was rejected.
    AdverseAction { line_id: LineId },
    /// Of what was done to a line that was open, as it was told on that day.
    AdverseActionOnLine {
        line_id: LineId,
        told_on: BusinessDate,
    },
    /// Of what was missing on the day it was told; where it was told twice that day, the later one.
    Incompleteness {
        line_id: LineId,
        told_on: BusinessDate,
    },
    /// Of a reduction that was asked for.
    LimitReduction {
        line_id: LineId,
        change_id: ChangeId,
    },
    /// Of a reduction that is about to be asked for: the customer hears of it first.
    LimitReductionToCome {
        line_id: LineId,
        limit: Money,
        reason: String,
    },
}

impl PaperQuery {
    pub fn kind(&self) -> PaperKind {
        match self {
            PaperQuery::Agreement { .. } => PaperKind::Agreement,
            PaperQuery::Receipt { .. } => PaperKind::Receipt,
            PaperQuery::Statement { .. } => PaperKind::Statement,
            PaperQuery::Payoff { .. } => PaperKind::Payoff,
            PaperQuery::AdverseAction { .. } | PaperQuery::AdverseActionOnLine { .. } => {
                PaperKind::AdverseAction
            }
            PaperQuery::Incompleteness { .. } => PaperKind::Incompleteness,
            PaperQuery::LimitReduction { .. } | PaperQuery::LimitReductionToCome { .. } => {
                PaperKind::LimitReduction
            }
        }
    }
}

/// A document that a line has, in the list of them. Statements and receipts are found where their
/// statement and their movement are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PaperRow {
    pub title: String,
    pub dated: BusinessDate,
    pub query: PaperQuery,
}

/// Where a printed document lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SavedPaper {
    pub path: String,
    pub pages: u32,
}

/// A document before it is set: what it says, and nothing of how it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    pub branch_name: String,
    pub currency: Currency,
    /// Of an invented branch: says so on every page.
    pub demo: bool,
    /// The day it is of; never the clock's, so that what is printed again is the same.
    pub dated: BusinessDate,
    pub line_number: String,
    pub customer: Addressee,
    pub body: PaperBody,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub number: String,
    pub name: String,
    pub address: Address,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperBody {
    Agreement(Box<Agreement>),
    Receipt(Box<Receipt>),
    Statement(Box<Statement>),
    Payoff(Box<PayoffLetter>),
    AdverseAction(AdverseAction),
    LimitReduction(LimitReduction),
    Incompleteness(Incompleteness),
}

/// What was approved, for both to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub product_name: String,
    pub requested_minor: Minor,
    pub limit_minor: Minor,
    pub purpose: String,
    pub terms: Terms,
    pub approved_on: BusinessDate,
    pub signed_on: Option<BusinessDate>,
}

/// Money that changed hands, with all that it posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub movement_id: MovementId,
    pub kind: MovementKind,
    pub method: Method,
    pub amount_minor: Minor,
    /// The day it counts from.
    pub effective_on: BusinessDate,
    pub posted_on: BusinessDate,
    pub served_by: String,
    /// What a repayment paid.
    pub paid: Option<Allocation>,
    /// What its posting changed of the balance, entry by entry.
    pub entries: Vec<(EntryKind, Minor)>,
    /// Owed less customer credit, after those entries, as it was known then.
    pub balance_minor: Minor,
}

/// What settles a line on a day, and why it is so much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayoffLetter {
    pub on: BusinessDate,
    pub principal_minor: Minor,
    pub interest_minor: Minor,
    pub fees_minor: Minor,
    pub credit_minor: Minor,
    /// Through the day before, and not posted.
    pub accrued_minor: Minor,
    pub accrued: Vec<InterestLine>,
    pub payoff_minor: Minor,
    /// Exact, in whole units of the currency.
    pub per_diem_exact: String,
}

impl PayoffLetter {
    pub fn of(payoff: &Payoff, currency: Currency) -> PayoffLetter {
        let accrued = payoff.accrued.iter();
        PayoffLetter {
            on: payoff.on,
            principal_minor: payoff.balances.principal_minor,
            interest_minor: payoff.balances.interest_minor,
            fees_minor: payoff.balances.fees_minor,
            credit_minor: payoff.balances.credit_minor,
            accrued_minor: payoff.accrued_minor,
            accrued: accrued
                .map(|line| InterestLine::of(line, currency))
                .collect(),
            payoff_minor: payoff.payoff_minor,
            per_diem_exact: payoff.per_diem.decimal(currency),
        }
    }
}

/// What the customer was refused, and why: Regulation B, 12 CFR 1002.9(a)(2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdverseAction {
    /// One; more where a customer was told twice on a day.
    pub decisions: Vec<AdverseDecision>,
    /// Name and address of the agency whose report was used, if one was.
    pub report_source: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdverseDecision {
    pub of: Decided,
    pub reasons: Vec<RejectionReason>,
    /// The words of the reason "other".
    pub other_words: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Application {
        requested_minor: Minor,
        taken_on: BusinessDate,
    },
    OnLine {
        actions: Vec<ActionTaken>,
    },
}

impl AdverseDecision {
    /// The reasons as the notice prints them.
    pub fn reasons_in_words(&self) -> Vec<&str> {
        reasons_in_words(&self.reasons, self.other_words.as_deref())
    }
}

/// One's own words in place of "other".
pub fn reasons_in_words<'a>(
    reasons: &[RejectionReason],
    other_words: Option<&'a str>,
) -> Vec<&'a str> {
    let own = other_words.filter(|own| !own.trim().is_empty());
    let words = |reason: &RejectionReason| match reason {
        RejectionReason::Other => own.unwrap_or(reason.words()),
        reason => reason.words(),
    };
    reasons.iter().map(words).collect()
}

impl Decided {
    /// How the notice begins.
    pub fn opening(&self, number: &str, currency: Currency) -> String {
        let money = |amount: Minor| format!("{} {currency}", currency.format(amount));
        match self {
            Decided::Application {
                requested_minor,
                taken_on,
            } => format!(
                "We have considered your application {number} of {taken_on} for a line of credit of {} and cannot approve it.",
                money(*requested_minor)
            ),
            Decided::OnLine { actions } => {
                let sentence = |ActionTaken { action, on }: &ActionTaken| match action {
                    LineAction::LimitNotRaised {
                        limit_minor,
                        asked_minor,
                    } => format!(
                        "On {on} we declined to raise the limit of your line of credit {number} from {} to {}.",
                        money(*limit_minor),
                        money(*asked_minor)
                    ),
                    LineAction::Frozen {} => format!(
                        "On {on} we stopped further draws under your line of credit {number}."
                    ),
                };
                let sentences: Vec<String> = actions.iter().map(sentence).collect();
                sentences.join(" ")
            }
        }
    }
}

/// Stands above the reasons.
pub const PRINCIPAL_REASONS: &str = "Principal reasons for our decision:";

/// The words of Regulation B, 12 CFR 1002.9(b)(1), with the agency that supervises the creditor.
pub fn equal_credit(agency: &str) -> String {
    format!(
        "The federal Equal Credit Opportunity Act prohibits creditors from discriminating against credit applicants on the basis of race, color, religion, national origin, sex, marital status, age (provided the applicant has the capacity to enter into a binding contract); because all or part of the applicant's income derives from any public assistance program; or because the applicant has in good faith exercised any right under the Consumer Credit Protection Act. The federal agency that administers compliance with this law concerning this creditor is {agency}."
    )
}

/// The agency of federal credit unions: Regulation B, 12 CFR 1002, appendix A. Banks have others;
/// which one is a branch's own setting as soon as branches have settings.
pub const USUAL_AGENCY: &str = "National Credit Union Administration, Office of Consumer Financial Protection, 1775 Duke Street, Alexandria, VA 22314";

/// Told before a limit is lowered, which is an adverse action, too: 12 CFR 1002.2(c)(1)(ii).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitReduction {
    pub before_minor: Minor,
    pub limit_minor: Minor,
    pub reason: String,
}

/// What an application lacks: 12 CFR 1002.9(c)(2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incompleteness {
    pub requested_minor: Minor,
    pub taken_on: BusinessDate,
    pub missing: Vec<MissingItem>,
    /// The last day to bring it.
    pub by: BusinessDate,
}

/// What happens if it is not brought, which the notice has to say.
pub const NO_FURTHER: &str = "If it does not reach us by then, we will not be able to consider your application any further.";

impl Paper {
    pub fn kind(&self) -> PaperKind {
        match &self.body {
            PaperBody::Agreement(_) => PaperKind::Agreement,
            PaperBody::Receipt(_) => PaperKind::Receipt,
            PaperBody::Statement(_) => PaperKind::Statement,
            PaperBody::Payoff(_) => PaperKind::Payoff,
            PaperBody::AdverseAction(_) => PaperKind::AdverseAction,
            PaperBody::LimitReduction(_) => PaperKind::LimitReduction,
            PaperBody::Incompleteness(_) => PaperKind::Incompleteness,
        }
    }

    /// Such as "LC-000001-statement-2026-03-31".
    pub fn file_stem(&self) -> String {
        let (number, kind) = (&self.line_number, self.kind().slug());
        let day = match &self.body {
            PaperBody::Payoff(payoff) => payoff.on,
            PaperBody::Receipt(receipt) => receipt.posted_on,
            PaperBody::Agreement(_)
            | PaperBody::Statement(_)
            | PaperBody::AdverseAction(_)
            | PaperBody::LimitReduction(_)
            | PaperBody::Incompleteness(_) => self.dated,
        };
        format!("{number}-{kind}-{day}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_own_words_stand_for_other() {
        use RejectionReason::*;
        for (other_words, expected) in [
            (Some("No collateral"), ["No credit file", "No collateral"]),
            (Some("  "), ["No credit file", "Other, in words"]),
            (None, ["No credit file", "Other, in words"]),
        ] {
            assert_eq!(
                reasons_in_words(&[NoCreditFile, Other], other_words),
                expected
            );
        }
    }
}
