//! The papers of an application: what is missing, what was looked up, and the product's own rule
//! that may approve once all is there.

use super::applications::exposure_with;
use super::{customer, line};
use crate::actor::Ctx;
use crate::command::*;
use crate::event::Event;
use crate::ids::{CustomerId, LineId, ProductId};
use crate::intake::{Check, LEAST_REPLY_DAYS, MOST_REPLY_DAYS, MissingItem};
use crate::line::{Line, may};
use crate::money::Minor;
use crate::product::affordable;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

/// In the order of the list, whatever order they were ticked in.
pub(super) fn listed(missing: &[MissingItem]) -> Result<Vec<MissingItem>, Refusal> {
    text::none_twice("missing", missing, RefusalCode::NamedTwice)?;
    let mut listed = missing.to_vec();
    listed.sort();
    Ok(listed)
}

pub(super) fn record_missing(world: &World, c: &RecordMissing) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::RecordMissing)?;
    let missing = listed(&c.missing)?;
    if missing == line.intake.missing {
        return Err(Refusal::at("missing", RefusalCode::NothingChanges));
    }
    let passed: Vec<Check> = passed(line).collect();
    let papers = Papers {
        complete: missing.is_empty(),
        passed: &passed,
        ..Papers::of(line)
    };
    let approved = approved_by_policy(world, &papers);
    let recorded = Event::MissingRecorded {
        line_id: c.line_id,
        missing,
    };
    Ok(std::iter::once(recorded).chain(approved).collect())
}

pub(super) fn send_notice(
    world: &World,
    ctx: &Ctx,
    c: &SendIncompletenessNotice,
) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    // Nobody is left to write to once the customer is forgotten.
    customer(world, line.customer_id)?;
    may(line, CommandKind::SendIncompletenessNotice)?;
    let today = ctx.business_date;
    if c.reply_by < today.plus_days(LEAST_REPLY_DAYS) {
        return Err(Refusal::at("reply_by", RefusalCode::DateTooEarly));
    }
    if c.reply_by > today.plus_days(MOST_REPLY_DAYS) {
        return Err(Refusal::at("reply_by", RefusalCode::DateTooLate));
    }
    Ok(vec![Event::IncompletenessNoticed {
        line_id: c.line_id,
        missing: line.intake.missing.clone(),
        reply_by: c.reply_by,
    }])
}

pub(super) fn record_check(world: &World, c: &RecordCheck) -> Result<Vec<Event>, Refusal> {
    let line = line(world, c.line_id)?;
    may(line, CommandKind::RecordCheck)?;
    let mut passed: Vec<Check> = passed(line).filter(|check| *check != c.check).collect();
    if c.passed {
        passed.push(c.check);
    }
    let papers = Papers {
        passed: &passed,
        ..Papers::of(line)
    };
    let approved = approved_by_policy(world, &papers);
    let recorded = Event::CheckRecorded {
        line_id: c.line_id,
        check: c.check,
        passed: c.passed,
    };
    Ok(std::iter::once(recorded).chain(approved).collect())
}

fn passed(line: &Line) -> impl Iterator<Item = Check> {
    let marks = line.intake.checks.iter();
    marks.filter(|mark| mark.passed).map(|mark| mark.check)
}

/// An application as it stands with the paper that just came in.
pub(super) struct Papers<'a> {
    pub line_id: LineId,
    pub customer_id: CustomerId,
    pub product_id: ProductId,
    pub requested_minor: Minor,
    pub complete: bool,
    pub passed: &'a [Check],
}

impl Papers<'_> {
    fn of(line: &Line) -> Papers<'static> {
        Papers {
            line_id: line.id,
            customer_id: line.customer_id,
            product_id: line.product_id,
            requested_minor: line.requested_minor,
            complete: line.intake.missing.is_empty(),
            passed: &[],
        }
    }
}

/// The approval by the product's own rule, where all it asks for is there. Whatever speaks
/// against it leaves the application to the admins.
pub(super) fn approved_by_policy(world: &World, papers: &Papers) -> Option<Event> {
    let terms = &world.products.get(&papers.product_id)?.terms;
    let limit_minor = papers.requested_minor;
    let asked_for = terms.checks.iter();
    let within = limit_minor <= terms.instant_limit_minor
        && limit_minor <= terms.largest_limit_minor
        && papers.complete
        && asked_for.clone().all(|check| papers.passed.contains(check));
    // What an altered store says may be what somebody wrote into it.
    if !within || !world.branch.altered.is_empty() {
        return None;
    }
    let profile = world.customers.get(&papers.customer_id)?.profile.known()?;
    if !affordable(terms, limit_minor, profile).unwrap_or(false) {
        return None;
    }
    let exposure = exposure_with(world, papers.customer_id, limit_minor).ok()?;
    (exposure <= terms.exposure_cap_minor).then(|| Event::ApplicationApproved {
        line_id: papers.line_id,
        limit_minor,
        terms: terms.clone(),
        by_policy: true,
    })
}
