//! The end of a business date, and what falls due with it on each line.

use super::draft::Draft;
use super::line;
use crate::actor::Ctx;
use crate::command::SetHolidays;
use crate::date::BusinessDate;
use crate::drawer::Drawer;
use crate::event::Event;
use crate::ids::LineId;
use crate::refusal::{Refusal, RefusalCode};
use crate::world::World;

/// As many holidays as twenty years of a generous calendar.
const HOLIDAYS_MAX: usize = 1_000;

/// Not on an open drawer: what is in it belongs to the day it was counted on.
pub(super) fn close(world: &World, ctx: &Ctx, date: BusinessDate) -> Result<Vec<Event>, Refusal> {
    if date != ctx.business_date {
        return Err(Refusal::at("date", RefusalCode::NotTheBusinessDate));
    }
    if world.branch.drawers.values().any(Drawer::is_open) {
        return Err(RefusalCode::DrawerStillOpen.into());
    }
    Ok(vec![Event::DayClosed {
        date,
        next: date.plus_days(1),
    }])
}

pub(super) fn set_holidays(c: &SetHolidays) -> Result<Vec<Event>, Refusal> {
    if c.holidays.len() > HOLIDAYS_MAX {
        return Err(Refusal::at("holidays", RefusalCode::FieldTooLong));
    }
    let mut holidays = c.holidays.clone();
    holidays.sort();
    holidays.dedup();
    Ok(vec![Event::HolidaysSet { holidays }])
}

/// Nothing where nothing is due: the line is not written then.
pub(super) fn close_line(world: &World, ctx: &Ctx, id: LineId) -> Result<Vec<Event>, Refusal> {
    Draft::new(world, ctx, None, line(world, id)?, []).finish()
}
