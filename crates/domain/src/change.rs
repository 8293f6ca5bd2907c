//! Changes of a line that one person asks for and another decides on: waivers, reversals, the
//! limit, the rate, charging off.

use crate::actor::ActedBy;
use crate::date::BusinessDate;
use crate::ids::{ChangeId, MovementId};
use crate::money::Money;
use crate::private::Private;
use crate::product::AnnualPercent;
use serde::{Deserialize, Serialize};

/// What is to change. Both people name it in full: what is decided on is what was on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineChange {
    /// Forgives posted fees.
    WaiveFees { amount: Money },
    /// Forgives posted interest.
    WaiveInterest { amount: Money },
    /// Takes back cash that was entered wrongly: a mirror of its posting with its effective date,
    /// the cash leg in today's drawer of whoever asked.
    Reverse { movement_id: MovementId },
    /// Raises or lowers the limit. A customer hears of a lower one first.
    SetLimit {
        limit: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice_given_on: Option<BusinessDate>,
    },
    /// Another rate from a date on, that date included. A rise only after its notice period.
    SetRate {
        from: BusinessDate,
        annual_percent: AnnualPercent,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice_given_on: Option<BusinessDate>,
    },
    /// Takes what is owed as lost. The limit stays gone; what is paid later is recovered.
    ChargeOff {},
}

impl LineChange {
    /// The movement it is about.
    pub fn movement_id(&self) -> Option<MovementId> {
        match self {
            LineChange::Reverse { movement_id } => Some(*movement_id),
            LineChange::WaiveFees { .. }
            | LineChange::WaiveInterest { .. }
            | LineChange::SetLimit { .. }
            | LineChange::SetRate { .. }
            | LineChange::ChargeOff {} => None,
        }
    }

    pub fn words(&self) -> &'static str {
        match self {
            LineChange::WaiveFees { .. } => "Waive fees",
            LineChange::WaiveInterest { .. } => "Waive interest",
            LineChange::Reverse { .. } => "Reverse a posting",
            LineChange::SetLimit { .. } => "Change the limit",
            LineChange::SetRate { .. } => "Change the rate",
            LineChange::ChargeOff {} => "Charge off",
        }
    }
}

/// A change that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingChange {
    pub id: ChangeId,
    pub change: LineChange,
    pub reason: Private<String>,
    pub asked_by: ActedBy,
    pub asked_on: BusinessDate,
    /// The last day it may be decided on.
    pub expires_on: BusinessDate,
}

/// Days in which a change may be decided on.
pub const CHANGE_LIFE_DAYS: i32 = 7;
/// As many may wait on one line.
pub const WAITING_CHANGES_MAX: usize = 10;
