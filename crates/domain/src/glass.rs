//! Breaking the glass: where one admin is the only one there, nobody else can decide on what they
//! ask for, and the customer may not be able to wait. They may then release a draw of their own, up
//! to a bound, with a reason; another person looks at it afterwards.
//!
//! Persons are compared, not accounts. No setting opens or closes this.

use crate::account::{Role, User};
use crate::actor::ActedBy;
use crate::date::UtcMillis;
use crate::line::{Line, refuse_if};
use crate::money::{Minor, Overflow};
use crate::movement::Movement;
use crate::refusal::RefusalCode;
use crate::world::Branch;

/// How long an admin who was disabled or made staff counts as there all the same: shutting the
/// others out is no way to be alone. Milliseconds of the clock, because an admin closes business
/// dates.
pub const SHUT_OUT_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Whether no other person could decide. `users` are all accounts that were ever let in.
pub fn alone<'a>(who: ActedBy, users: impl IntoIterator<Item = &'a User>, now: UtcMillis) -> bool {
    let other = |user: &User| user.id != who.user_id && user.person_id != Some(who.person_id);
    let mut users = users.into_iter();
    !users.any(|user| other(user) && may_decide(user, now))
}

/// An active admin, or one who was shut out so lately that it may have been for this.
fn may_decide(user: &User, now: UtcMillis) -> bool {
    let shut_out = |until: UtcMillis| now.since(until) < SHUT_OUT_MS;
    user.active_role() == Some(Role::Admin) || user.admin_until.is_some_and(shut_out)
}

/// The most that one person releases alone: twice what one signature may.
pub fn cap(line: &Line) -> Result<Minor, Overflow> {
    let single = line.terms().map(|terms| terms.single_signature_minor);
    let single = single.unwrap_or(Minor::ZERO);
    single.plus(single)
}

/// What was released so in the whole branch and nobody else has looked at.
pub fn unreviewed(branch: &Branch) -> Result<Minor, Overflow> {
    let mut sum = Minor::ZERO;
    for minor in branch.glass.values() {
        sum = sum.plus(*minor)?;
    }
    Ok(sum)
}

/// Whether it is for this person to break the glass for a draw that waits, and for so much: what was
/// released so before and nobody has looked at yet counts, or many draws would be no less than a
/// large one. Asked before any reason is given.
pub fn may_break(
    who: ActedBy,
    alone: bool,
    draw: &Movement,
    unreviewed_minor: Minor,
    cap_minor: Minor,
) -> Result<(), RefusalCode> {
    let asked = &draw.requested_by;
    let own = who.user_id == asked.user_id || who.person_id == asked.person_id;
    refuse_if(!own, RefusalCode::GlassNotNeeded)?;
    refuse_if(!alone, RefusalCode::AnotherAdmin)?;
    let together = unreviewed_minor.plus(draw.amount_minor);
    let within = together.is_ok_and(|together| together <= cap_minor);
    refuse_if(!within, RefusalCode::OverGlassCap)
}
