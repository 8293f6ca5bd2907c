//! Draws of one line, or of one customer, that each need one signature and together would need two. Nothing is refused
//! for it: whoever asks is warned, and whoever checks is shown it.

use crate::date::UtcMillis;
use crate::money::{Minor, Overflow};
use crate::movement::{Movement, MovementKind};

/// Draws are added up over less than so long.
pub const SPLIT_MS: i64 = 24 * 60 * 60 * 1_000;

/// What a draw comes to with those of its line that were asked for before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddedUp {
    pub together_minor: Minor,
    /// How many draws that is, the last one included.
    pub draws: u32,
}

/// A draw that stands, and what it came to when it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split<'a> {
    pub draw: &'a Movement,
    pub added_up: AddedUp,
}

/// What a draw of this amount, asked for at this moment, comes to with the `earlier` ones of its
/// line; nothing where one signature is enough for all of them, or is not enough for this one alone.
pub fn added_up<'a>(
    single_signature_minor: Minor,
    amount_minor: Minor,
    asked_at: UtcMillis,
    earlier: impl IntoIterator<Item = &'a Movement>,
) -> Result<Option<AddedUp>, Overflow> {
    if amount_minor > single_signature_minor {
        return Ok(None);
    }
    let mut sum = AddedUp {
        together_minor: amount_minor,
        draws: 1,
    };
    for draw in earlier {
        if stands(draw) && within(draw.requested_at, asked_at) {
            sum.together_minor = sum.together_minor.plus(draw.amount_minor)?;
            sum.draws += 1;
        }
    }
    Ok((sum.together_minor > single_signature_minor).then_some(sum))
}

/// The draws of a line that added up so, newest first. `newest_first` are movements of that line in
/// the order of the log: which one came before another is not the clock's to say.
pub fn splits(
    single_signature_minor: Minor,
    newest_first: &[Movement],
) -> Result<Vec<Split<'_>>, Overflow> {
    let mut found = Vec::new();
    for (place, draw) in newest_first.iter().enumerate() {
        if !stands(draw) {
            continue;
        }
        let (amount_minor, asked_at) = (draw.amount_minor, draw.requested_at);
        let earlier = &newest_first[place + 1..];
        if let Some(added_up) = added_up(single_signature_minor, amount_minor, asked_at, earlier)? {
            found.push(Split { draw, added_up });
        }
    }
    Ok(found)
}

/// Whether what was asked for at one moment still counts at another. Where the clock went back it
/// does: nobody gets out of it by setting the clock.
pub fn within(earlier: UtcMillis, later: UtcMillis) -> bool {
    later.since(earlier) < SPLIT_MS
}

fn stands(movement: &Movement) -> bool {
    movement.kind == MovementKind::Draw && movement.state.stands()
}
