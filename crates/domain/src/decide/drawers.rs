//! Cash at the counter: opening, the vault, counting, closing; and whether cash may pass.

use super::{Standing, amount};
use crate::account::Role;
use crate::command::{CloseDrawer, CountDrawer, MoveVaultCash, OpenDrawer};
use crate::drawer::{Drawer, VaultWay};
use crate::event::Event;
use crate::ids::UserId;
use crate::money::{Minor, Money};
use crate::movement::MovementKind;
use crate::refusal::{Refusal, RefusalCode};
use crate::world::World;

pub(super) fn open(world: &World, who: &Standing, c: &OpenDrawer) -> Result<Vec<Event>, Refusal> {
    let drawer = world.branch.drawers.get(&who.user_id);
    if drawer.is_some_and(Drawer::is_open) {
        return Err(RefusalCode::DrawerOpenAlready.into());
    }
    let float_minor = counted(world, "float", &c.float)?;
    let left = drawer.map_or(Minor::ZERO, |drawer| drawer.holds_minor);
    Ok(vec![Event::DrawerOpened {
        drawer: who.user_id,
        float_minor,
        from_vault_minor: float_minor.minus(left)?,
    }])
}

pub(super) fn move_cash(
    world: &World,
    who: &Standing,
    c: &MoveVaultCash,
) -> Result<Vec<Event>, Refusal> {
    let drawer = opened(world, who.user_id)?;
    let amount_minor = amount(world, "amount", &c.amount)?;
    if c.way == VaultWay::ToVault && amount_minor > drawer.holds_minor {
        return Err(Refusal::at("amount", RefusalCode::OverDrawer));
    }
    Ok(vec![Event::VaultCashMoved {
        drawer: who.user_id,
        way: c.way,
        amount_minor,
    }])
}

pub(super) fn count(world: &World, who: &Standing, c: &CountDrawer) -> Result<Vec<Event>, Refusal> {
    let (counted_minor, over_minor) = compared(world, who.user_id, &c.counted)?;
    Ok(vec![Event::DrawerCounted {
        drawer: who.user_id,
        counted_minor,
        over_minor,
    }])
}

pub(super) fn close(world: &World, who: &Standing, c: &CloseDrawer) -> Result<Vec<Event>, Refusal> {
    if c.teller_id != who.user_id && who.role != Role::Admin {
        return Err(Refusal::at("teller_id", RefusalCode::DrawerOfAnother));
    }
    let (counted_minor, over_minor) = compared(world, c.teller_id, &c.counted)?;
    Ok(vec![Event::DrawerClosed {
        drawer: c.teller_id,
        counted_minor,
        over_minor,
    }])
}

/// What was counted in an open drawer, and how much that is more than it should hold.
fn compared(world: &World, teller: UserId, money: &Money) -> Result<(Minor, Minor), Refusal> {
    let drawer = opened(world, teller)?;
    let counted_minor = counted(world, "counted", money)?;
    Ok((counted_minor, counted_minor.minus(drawer.holds_minor)?))
}

/// Whether this teller's drawer may take or hand out the cash of a movement now.
pub(super) fn may_pass(
    world: &World,
    teller: UserId,
    kind: MovementKind,
    amount_minor: Minor,
) -> Result<(), Refusal> {
    match kind {
        MovementKind::Draw | MovementKind::Refund => may_hand_out(world, teller, amount_minor),
        MovementKind::Repayment => may_take(world, teller),
    }
}

/// The mirror of [`may_pass`], for cash that is posted back.
pub(super) fn may_pass_back(
    world: &World,
    teller: UserId,
    kind: MovementKind,
    amount_minor: Minor,
) -> Result<(), Refusal> {
    match kind {
        MovementKind::Draw | MovementKind::Refund => may_take(world, teller),
        MovementKind::Repayment => may_hand_out(world, teller, amount_minor),
    }
}

fn may_take(world: &World, teller: UserId) -> Result<(), Refusal> {
    if uses_drawers(world) {
        opened(world, teller)?;
    }
    Ok(())
}

fn may_hand_out(world: &World, teller: UserId, amount_minor: Minor) -> Result<(), Refusal> {
    if uses_drawers(world) && amount_minor > opened(world, teller)?.holds_minor {
        return Err(RefusalCode::OverDrawer.into());
    }
    Ok(())
}

/// From the first drawer on that was ever opened here.
fn uses_drawers(world: &World) -> bool {
    let mut drawers = world.branch.drawers.values();
    drawers.any(|drawer| drawer.first_opened_on.is_some())
}

fn opened(world: &World, teller: UserId) -> Result<&Drawer, Refusal> {
    let drawer = world.branch.drawers.get(&teller);
    drawer
        .filter(|drawer| drawer.is_open())
        .ok_or_else(|| RefusalCode::DrawerNotOpen.into())
}

/// Cash that was counted: an empty drawer is none the less a count.
fn counted(world: &World, field: &str, money: &Money) -> Result<Minor, Refusal> {
    if money.minor == Minor::ZERO && Some(money.currency) == world.currency() {
        return Ok(Minor::ZERO);
    }
    match amount(world, field, money) {
        Err(refusal) if refusal.code == RefusalCode::AmountNotPositive => {
            Err(Refusal::at(field, RefusalCode::AmountNegative))
        }
        amount => amount,
    }
}
