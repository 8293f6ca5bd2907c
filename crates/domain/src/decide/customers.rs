//! Recording, changing and forgetting customers.

use super::{customer, user};
use crate::actor::Ctx;
use crate::command::{
    AddBankAccount, AddContactNote, AuthorizeDebit, ForgetCustomer, RecordCustomer, UpdateCustomer,
};
use crate::customer::{AccountNumbers, Masked, Profile};
use crate::event::Event;
use crate::ids::{CustomerId, UserId};
use crate::private::Private;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

/// Bank accounts one customer may have on file.
const BANK_ACCOUNTS_MAX: usize = 20;

pub(super) fn record(world: &World, ctx: &Ctx, c: &RecordCustomer) -> Result<Vec<Event>, Refusal> {
    if world.customers.contains_key(&c.customer_id) {
        return Err(Refusal::at("customer_id", RefusalCode::AlreadyExists));
    }
    let profile = c.profile.clone().tidied();
    profile.check(ctx.business_date)?;
    if world.tax_ids.contains_key(&profile.tax_id) {
        return Err(Refusal::at("profile.tax_id", RefusalCode::TaxIdTaken));
    }
    Ok(vec![Event::CustomerRecorded {
        customer_id: c.customer_id,
        number: format!("CU-{:06}", world.branch.customers_numbered + 1),
        profile: Private::Known(profile),
    }])
}

pub(super) fn update(world: &World, ctx: &Ctx, c: &UpdateCustomer) -> Result<Vec<Event>, Refusal> {
    let customer = customer(world, c.customer_id)?;
    if customer.version != c.seen_version {
        return Err(RefusalCode::StaleVersion.into());
    }
    let old: &Profile = customer
        .profile
        .known()
        .ok_or(RefusalCode::CustomerForgotten)?;
    let profile = old.clone().changed(c.change.clone());
    // The page names its fields "change.…"; the rules speak of the profile they end up in.
    profile
        .check(ctx.business_date)
        .map_err(|refusal| Refusal {
            field: refusal
                .field
                .map(|field| field.replacen("profile.", "change.", 1)),
            ..refusal
        })?;
    Ok(vec![Event::CustomerUpdated {
        customer_id: c.customer_id,
        profile: Private::Known(profile),
    }])
}

/// Whoever works here may look, and it is written down before they see it.
pub(super) fn reveal(
    world: &World,
    user_id: UserId,
    customer_id: CustomerId,
    masked: Masked,
) -> Result<Vec<Event>, Refusal> {
    if user(world, user_id)?.active_role().is_none() {
        return Err(RefusalCode::AccountNotActive.into());
    }
    if customer(world, customer_id)?.unmasked(masked).is_none() {
        return Err(Refusal::at("masked", RefusalCode::UnknownBankAccount));
    }
    Ok(vec![Event::PrivateRevealed {
        user_id,
        customer_id,
        masked,
    }])
}

pub(super) fn add_bank_account(world: &World, c: &AddBankAccount) -> Result<Vec<Event>, Refusal> {
    let customer = customer(world, c.customer_id)?;
    if customer.bank_account(c.account_id).is_some() {
        return Err(Refusal::at("account_id", RefusalCode::AlreadyExists));
    }
    if customer.bank_accounts.len() >= BANK_ACCOUNTS_MAX {
        return Err(RefusalCode::AmountTooLarge.into());
    }
    text::digits("routing", &c.routing, 9..=9)?;
    if !routing_number_holds(&c.routing) {
        return Err(Refusal::at("routing", RefusalCode::FieldMalformed));
    }
    text::digits("number", &c.number, 4..=17)?;
    let numbers = AccountNumbers {
        routing: c.routing.clone(),
        number: c.number.clone(),
    };
    let known = |account: &crate::customer::BankAccount| account.numbers.known() == Some(&numbers);
    if customer.bank_accounts.iter().any(known) {
        return Err(Refusal::at("number", RefusalCode::AlreadyExists));
    }
    Ok(vec![Event::BankAccountAdded {
        customer_id: c.customer_id,
        account_id: c.account_id,
        last4: c.number[c.number.len() - 4..].to_owned(),
        numbers: Private::Known(numbers),
    }])
}

/// The ABA check digit: 3·d1 + 7·d2 + d3 + 3·d4 + … is a multiple of ten.
fn routing_number_holds(routing: &str) -> bool {
    let weighted: u32 = routing
        .bytes()
        .zip([3, 7, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    weighted > 0 && weighted.is_multiple_of(10)
}

pub(super) fn authorize_debit(
    world: &World,
    ctx: &Ctx,
    c: &AuthorizeDebit,
) -> Result<Vec<Event>, Refusal> {
    let customer = customer(world, c.customer_id)?;
    let account = customer
        .bank_account(c.account_id)
        .ok_or_else(|| Refusal::at("account_id", RefusalCode::UnknownBankAccount))?;
    if account.unusable_since_code.is_some() {
        return Err(Refusal::at("account_id", RefusalCode::AccountUnusable));
    }
    if c.signed_on > ctx.business_date {
        return Err(Refusal::at("signed_on", RefusalCode::DateInFuture));
    }
    // The paper whose consent was withdrawn is no new one.
    let ended = account.debit_ended_on;
    if c.signed_on.plus_days(365 * 2) < ctx.business_date
        || ended.is_some_and(|ended| c.signed_on < ended)
    {
        return Err(Refusal::at("signed_on", RefusalCode::DateTooEarly));
    }
    Ok(vec![Event::DebitAuthorized {
        customer_id: c.customer_id,
        account_id: c.account_id,
        signed_on: c.signed_on,
    }])
}

/// Only when nothing is open: what is owed or on its way needs to know by whom.
pub(super) fn forget(world: &World, c: &ForgetCustomer) -> Result<Vec<Event>, Refusal> {
    customer(world, c.customer_id)?;
    text::note("reason", &c.reason)?;
    let unfinished = |line: &crate::line::Line| {
        !line.status().ended()
            || line.closed_but_owing()
            || line.movements_on_their_way > 0
            || !line.balances.credit_minor.is_zero()
    };
    if world.lines_of(c.customer_id).any(unfinished) {
        return Err(RefusalCode::CustomerHasOpenLine.into());
    }
    Ok(vec![Event::CustomerForgotten {
        customer_id: c.customer_id,
        reason: Some(Private::Known(c.reason.clone())),
    }])
}

pub(super) fn add_contact_note(world: &World, c: &AddContactNote) -> Result<Vec<Event>, Refusal> {
    customer(world, c.customer_id)?;
    text::note("note", &c.note)?;
    Ok(vec![Event::ContactNoted {
        customer_id: c.customer_id,
        channel: c.channel,
        note: Private::Known(c.note.clone()),
    }])
}

/// The key is gone already, whoever deleted it; the views follow.
pub(super) fn note_forgotten(
    world: &World,
    customer_id: CustomerId,
) -> Result<Vec<Event>, Refusal> {
    let customer = world
        .customers
        .get(&customer_id)
        .ok_or(RefusalCode::UnknownCustomer)?;
    if customer.forgotten_on.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![Event::CustomerForgotten {
        customer_id,
        reason: None,
    }])
}

#[cfg(test)]
mod tests {
    use super::routing_number_holds;

    #[test]
    fn routing_numbers_carry_a_check_digit() {
        for good in ["021000021", "011401533", "091000019"] {
            assert!(routing_number_holds(good), "{good}");
        }
        for bad in ["021000022", "000000000", "123456789"] {
            assert!(!routing_number_holds(bad), "{bad}");
        }
    }
}
