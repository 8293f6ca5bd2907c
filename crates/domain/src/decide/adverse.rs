//! Adverse action: what of it the customer has to be told, and with which reasons.

use super::applications::seen;
use super::{customer, line};
use crate::adverse::LineAction;
use crate::command::{CommandKind, RejectionReason, TellAdverseAction};
use crate::event::Event;
use crate::ids::LineId;
use crate::line::may;
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

/// What was done, and beside it that the customer has to be told, where it is adverse.
pub(super) fn with_notice_due(
    done: Event,
    line_id: LineId,
    action: Option<LineAction>,
) -> Vec<Event> {
    let due = action.map(|action| Event::AdverseActionTaken { line_id, action });
    std::iter::once(done).chain(due).collect()
}

pub(super) fn tell(world: &World, c: &TellAdverseAction) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    // Nobody is left to write to once the customer is forgotten.
    customer(world, line.customer_id)?;
    may(line, CommandKind::TellAdverseAction)?;
    seen(line, c.seen_version)?;
    reasons_given(&c.reasons, c.other_words.as_deref())?;
    Ok(vec![Event::AdverseActionTold {
        line_id: c.line_id,
        actions: line.adverse.untold.clone(),
        reasons: c.reasons.clone(),
        other_words: c.other_words.clone().map(Private::Known),
    }])
}

/// One to four principal reasons, none twice; "other" in words, and only that.
pub(super) fn reasons_given(
    reasons: &[RejectionReason],
    other_words: Option<&str>,
) -> Result<(), Refusal> {
    if !(1..=4).contains(&reasons.len()) {
        return Err(Refusal::at("reasons", RefusalCode::ReasonsCount));
    }
    text::none_twice("reasons", reasons, RefusalCode::ReasonTwice)?;
    match (other_words, reasons.contains(&RejectionReason::Other)) {
        (None, true) => Err(Refusal::at("other_words", RefusalCode::WordsMissing)),
        (Some(_), false) => Err(Refusal::at("other_words", RefusalCode::WordsUnexpected)),
        (Some(words), true) => text::note("other_words", words),
        (None, false) => Ok(()),
    }
}
