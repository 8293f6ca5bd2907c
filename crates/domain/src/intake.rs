//! What an application still lacks before it can be decided, and by when somebody has to act.
//!
//! The periods are those of Regulation B, 12 CFR 1002.9: 30 days from a completed application to
//! a decision, 30 from an incomplete one to a decision or a notice of incompleteness, 90 for a
//! counter-offer that nobody accepted. That of a line that is open is in [`crate::adverse`].

use crate::actor::ActedBy;
use crate::date::BusinessDate;
use crate::line::{Decision, Line, Status};
use serde::{Deserialize, Serialize};

pub const DECISION_DAYS: i32 = 30;
pub const COUNTER_OFFER_DAYS: i32 = 90;
/// The least a customer gets to send what is missing.
pub const LEAST_REPLY_DAYS: i32 = 10;
pub const MOST_REPLY_DAYS: i32 = 90;

macro_rules! listed {
    ($(#[$doc:meta])* $name:ident { $($item:ident => $words:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($item),* }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$item),*];

            pub fn words(self) -> &'static str {
                match self { $($name::$item => $words),* }
            }
        }
    };
}

listed! {
    /// What is looked up about a customer before anybody may approve.
    Check {
        Identity => "Identity",
        Sanctions => "Sanctions lists",
        MilitaryLending => "Military lending",
    }
}

listed! {
    /// What an application may lack. Words of the notice; nothing private stands in them.
    MissingItem {
        SignedApplication => "The application, signed",
        ProofOfIdentity => "A copy of an identity document",
        ProofOfAddress => "Proof of address",
        ProofOfIncome => "Proof of income",
        ProofOfEmployment => "Proof of employment",
        TaxReturn => "The latest tax return",
        BankStatements => "Bank statements of the last three months",
        CreditReferences => "Credit references",
        ListOfObligations => "A list of loans and other obligations",
    }
}

listed! {
    /// How a customer was in touch.
    ContactChannel {
        Counter => "At the counter",
        Phone => "By phone",
        Email => "By e-mail",
        Letter => "By letter",
    }
}

/// How one check came out, last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckMark {
    pub check: Check,
    pub passed: bool,
    pub by: ActedBy,
    pub on: BusinessDate,
}

/// The customer was told what is missing, and by when it has to be here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Notice {
    pub on: BusinessDate,
    pub reply_by: BusinessDate,
}

/// The state of an application's papers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Nothing while something is missing.
    pub complete_since: Option<BusinessDate>,
    /// As the list has them, none twice.
    pub missing: Vec<MissingItem>,
    pub notice: Option<Notice>,
    pub checks: Vec<CheckMark>,
}

impl Intake {
    pub fn passed(&self, check: Check) -> bool {
        let mut marks = self.checks.iter();
        marks.any(|mark| mark.check == check && mark.passed)
    }

    /// Whether each of these was looked up and found in order.
    pub fn all_passed(&self, required: &[Check]) -> bool {
        required.iter().all(|check| self.passed(*check))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// A complete application waits for its decision.
    Decision,
    /// An incomplete one waits for a decision or a notice of what is missing.
    Notice,
    /// The customer was told what is missing.
    Reply,
    /// A counter-offer waits to be accepted; without that it is an adverse action to be told.
    CounterOffer,
    /// Something was done to a line, and its customer was not told yet.
    AdverseAction,
}

impl ClockKind {
    pub fn words(self) -> &'static str {
        match self {
            ClockKind::Decision => "Decision due",
            ClockKind::Notice => "Decision or notice due",
            ClockKind::Reply => "Reply due",
            ClockKind::CounterOffer => "Counter-offer ends",
            ClockKind::AdverseAction => "Notice of adverse action due",
        }
    }
}

/// By when somebody has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub kind: ClockKind,
    pub due_on: BusinessDate,
}

impl Line {
    /// Less than was asked for.
    pub fn is_counter_offer(&self) -> bool {
        matches!(&self.decision, Some(Decision::Approved { .. }))
            && self.limit() < self.requested_minor
    }

    /// The clock that runs, if one does; of two the one that runs out first. Derived: nothing is
    /// written when it does.
    pub fn clock(&self) -> Option<Clock> {
        let running = [self.application_clock(), self.adverse_action_clock()];
        let running = running.into_iter().flatten();
        running.min_by_key(|clock| clock.due_on)
    }

    fn application_clock(&self) -> Option<Clock> {
        let intake = &self.intake;
        match (self.status(), &self.decision) {
            (Status::Open, _) => Some(match (intake.complete_since, intake.notice) {
                (Some(since), _) => Clock {
                    kind: ClockKind::Decision,
                    due_on: since.plus_days(DECISION_DAYS),
                },
                (None, None) => Clock {
                    kind: ClockKind::Notice,
                    due_on: self.taken_on.plus_days(DECISION_DAYS),
                },
                (None, Some(notice)) => Clock {
                    kind: ClockKind::Reply,
                    due_on: notice.reply_by,
                },
            }),
            (Status::Approved, Some(Decision::Approved { on, .. }))
                if self.agreement_signed_on.is_none() && self.is_counter_offer() =>
            {
                Some(Clock {
                    kind: ClockKind::CounterOffer,
                    due_on: on.plus_days(COUNTER_OFFER_DAYS),
                })
            }
            _ => None,
        }
    }
}
