//! What the network's statements show: statements, findings, and the hold after a restore.

use super::transfers::frozen_for;
use super::{Standing, by_another};
use crate::actor::ActedBy;
use crate::command::ResolveFinding;
use crate::date::BusinessDate;
use crate::event::Event;
use crate::line::refuse_if;
use crate::movement::ReviewReason;
use crate::reconcile::{Finding, FindingClass, Resolution, StatementEntry};
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

/// Restoring a backup is a payment event: what was sent since the backup is not in it.
pub(super) fn hold(world: &World, epoch: u64) -> Result<Vec<Event>, Refusal> {
    let known = world.branch.held_in_epoch.max(world.branch.compared_epoch);
    let news = known.is_none_or(|known| known < epoch);
    Ok(news
        .then_some(Event::PaymentsHeld { epoch })
        .into_iter()
        .collect())
}

pub(super) fn resume(world: &World, epoch: u64) -> Result<Vec<Event>, Refusal> {
    // What was altered is looked at by a person before anything is sent again.
    let held = world.branch.held_in_epoch == Some(epoch) && world.branch.altered.is_empty();
    Ok(held
        .then_some(Event::PaymentsResumed { epoch })
        .into_iter()
        .collect())
}

/// The key this device signs with, once.
pub(super) fn record_device_key(world: &World, public_key: &str) -> Result<Vec<Event>, Refusal> {
    let news = world.branch.device_key.as_deref() != Some(public_key);
    let public_key = public_key.to_owned();
    Ok(news
        .then_some(Event::DeviceKeyRecorded { public_key })
        .into_iter()
        .collect())
}

/// Whatever the alteration made of the store, nothing is sent before it is compared with the
/// network, also in an epoch that was compared already.
pub(super) fn note_altered(
    world: &World,
    epoch: u64,
    findings: &[Finding],
) -> Result<Vec<Event>, Refusal> {
    let mut events: Vec<Event> = findings
        .iter()
        .filter(|finding| !world.findings.contains_key(&finding.id))
        .map(|finding| Event::FindingOpened {
            finding: finding.clone(),
        })
        .collect();
    if world.branch.held_in_epoch.is_none() {
        events.push(Event::PaymentsHeld { epoch });
    }
    Ok(events)
}

/// A day's statement is read once: its postings stand.
pub(super) fn record(
    world: &World,
    date: BusinessDate,
    lines: &[StatementEntry],
) -> Result<Vec<Event>, Refusal> {
    if world.statements.contains_key(&date) {
        return Ok(Vec::new());
    }
    let lines = lines.to_vec();
    Ok(vec![Event::StatementRead { date, lines }])
}

/// What the network did twice, or for another amount, stops the line's draws until looked at.
pub(super) fn open(world: &World, finding: &Finding) -> Result<Vec<Event>, Refusal> {
    if world.findings.contains_key(&finding.id) {
        return Ok(Vec::new());
    }
    let mut events = vec![Event::FindingOpened {
        finding: finding.clone(),
    }];
    let stops = match finding.class {
        FindingClass::Duplicate | FindingClass::AmountDiffers => true,
        FindingClass::MissingHere
        | FindingClass::MissingThere
        | FindingClass::Orphan
        | FindingClass::LateReturn
        | FindingClass::StoreAltered
        | FindingClass::AccessRecovered
        | FindingClass::GlassBroken => false,
    };
    let line = finding.line_id.and_then(|id| world.lines.get(&id));
    if let Some(line) = line
        && stops
        && line.frozen.is_none()
    {
        events.push(frozen_for(line.id, ReviewReason::NetworkContradictsItself));
    }
    Ok(events)
}

/// The program saw that the two agree now; a person may have closed it before.
pub(super) fn close(world: &World, finding_id: &str) -> Result<Vec<Event>, Refusal> {
    let open = world
        .findings
        .get(finding_id)
        .is_some_and(|finding| finding.resolved.is_none());
    Ok(open
        .then(|| Event::FindingResolved {
            finding_id: finding_id.to_owned(),
            resolution: Resolution::Agrees,
            note: None,
        })
        .into_iter()
        .collect())
}

/// Nobody closes what says that they let themselves in, or decided alone.
fn by_somebody_else(world: &World, who: &Standing, finding_id: &str) -> Result<(), Refusal> {
    let doer = Finding::user_of(finding_id).and_then(|id| world.users.get(&id));
    let Some(doer) = doer else {
        return Ok(());
    };
    refuse_if(doer.id == who.user_id, RefusalCode::OwnRequest)?;
    let Some(person_id) = doer.person_id else {
        return Ok(());
    };
    let doer = ActedBy {
        user_id: doer.id,
        person_id,
    };
    by_another(world, who, &doer)
}

pub(super) fn resolve(
    world: &World,
    who: &Standing,
    c: &ResolveFinding,
) -> Result<Vec<Event>, Refusal> {
    let finding = world
        .findings
        .get(&c.finding_id)
        .ok_or_else(|| Refusal::at("finding_id", RefusalCode::UnknownFinding))?;
    if finding.resolved.is_some() {
        return Err(RefusalCode::FindingClosed.into());
    }
    by_somebody_else(world, who, &c.finding_id)?;
    match (c.resolution, &c.note) {
        (_, Some(note)) => text::note("note", note)?,
        // What nothing else explains has to be explained.
        (Resolution::Explained | Resolution::Agrees, None) => {
            return Err(Refusal::at("note", RefusalCode::FieldEmpty));
        }
        // Nor does any word of the network's explain what somebody did here.
        (_, None) if finding.finding.class.is_somebodys_doing() => {
            return Err(Refusal::at("note", RefusalCode::FieldEmpty));
        }
        (Resolution::Recalled | Resolution::NetworkCorrects | Resolution::CustomerTold, None) => {}
    }
    Ok(vec![Event::FindingResolved {
        finding_id: c.finding_id.clone(),
        resolution: c.resolution,
        note: c.note.clone(),
    }])
}
