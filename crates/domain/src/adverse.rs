//! Adverse action on a line that was approved: what was done to it, what the customer was not told
//! of yet, and by when they have to be.
//!
//! Regulation B, 12 CFR 1002.9(a)(1)(iii): within 30 days after it was taken. What counts is
//! written in 1002.2(c). A lower limit starts no clock here, because its notice goes out first.

use crate::change::LineChange;
use crate::command::RejectionReason;
use crate::date::BusinessDate;
use crate::intake::{Clock, ClockKind};
use crate::line::Line;
use crate::money::{Currency, Minor, Overflow};
use crate::private::Private;
use serde::{Deserialize, Serialize};

pub const NOTICE_DAYS: i32 = 30;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineAction {
    /// Somebody asked for a higher limit, and another person declined it: 1002.2(c)(1)(iii).
    LimitNotRaised {
        limit_minor: Minor,
        asked_minor: Minor,
    },
    /// A person stopped the draws: 1002.2(c)(1)(ii).
    Frozen {},
}

impl LineAction {
    pub fn words(&self, currency: Currency) -> String {
        match self {
            LineAction::LimitNotRaised { asked_minor, .. } => {
                let asked = currency.format(*asked_minor);
                format!("The limit was not raised to {asked} {currency}.")
            }
            LineAction::Frozen {} => "The line was frozen.".to_owned(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActionTaken {
    pub action: LineAction,
    pub on: BusinessDate,
}

/// A notice, and the reasons it gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub on: BusinessDate,
    pub reasons: Vec<RejectionReason>,
    pub other_words: Option<Private<String>>,
}

/// What was done to a line, as far as its notices go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdverseActions {
    /// What the customer was not told of yet, oldest first.
    pub untold: Vec<ActionTaken>,
    /// The last notice.
    pub told: Option<Told>,
}

impl AdverseActions {
    /// Nothing was ever done: lines were stored without this before there were such notices.
    pub fn is_empty(&self) -> bool {
        self.untold.is_empty() && self.told.is_none()
    }

    pub fn take(&mut self, action: LineAction, on: BusinessDate) {
        self.untold.push(ActionTaken { action, on });
    }

    /// A freeze that was released before anybody was told of it is nothing to be told of.
    pub fn take_back_freeze(&mut self) {
        let stays = |taken: &ActionTaken| taken.action != LineAction::Frozen {};
        self.untold.retain(stays);
    }

    /// A raise that was granted after all, before anybody was told that it was not.
    pub fn take_back_refusal(&mut self, granted: Minor) {
        let stays = |taken: &ActionTaken| match taken.action {
            LineAction::LimitNotRaised { asked_minor, .. } => asked_minor > granted,
            LineAction::Frozen {} => true,
        };
        self.untold.retain(stays);
    }

    /// A notice covers all that waits.
    pub fn tell(&mut self, told: Told) {
        self.untold.clear();
        self.told = Some(told);
    }
}

impl Line {
    /// What declining this change refuses the customer.
    pub(crate) fn refused_by_declining(&self, change: &LineChange) -> Option<LineAction> {
        let LineChange::SetLimit { limit, .. } = change else {
            return None;
        };
        let over = self.status().ended() || self.charged_off_on().is_some();
        (!over && limit.minor > self.limit()).then(|| LineAction::LimitNotRaised {
            limit_minor: self.limit(),
            asked_minor: limit.minor,
        })
    }

    /// What freezing the line does to its customer. Action taken because a line is not paid as
    /// agreed is not adverse: 1002.2(c)(2)(ii).
    pub(crate) fn refused_by_freezing(
        &self,
        today: BusinessDate,
    ) -> Result<Option<LineAction>, Overflow> {
        let unpaid = self.past_due(today)?.days > 0 || self.charged_off_on().is_some();
        Ok((!unpaid).then_some(LineAction::Frozen {}))
    }

    /// Runs from the first action that the customer was not told of.
    pub(crate) fn adverse_action_clock(&self) -> Option<Clock> {
        let first = self.adverse.untold.first()?;
        (!self.status().ended()).then(|| Clock {
            kind: ClockKind::AdverseAction,
            due_on: first.on.plus_days(NOTICE_DAYS),
        })
    }
}
