//! Setting up the branch, accounts, sign-in.

use super::{Standing, user};
use crate::account::{AccountState, RESET_CODE_MS, ResetCode, Role, User, wait_after_failures_ms};
use crate::actor::Ctx;
use crate::command::{
    ApproveAccount, AskForAccount, DeclineAccount, DemandSecondFactor, DisableAccount,
    EnableAccount, IssueResetCode, RemoveSecondFactor, ResetPassword, SetRole, SetUpStore,
    UnlockAccount,
};
use crate::event::Event;
use crate::ids::{PersonId, UserId};
use crate::product::Terms;
use crate::reconcile::Finding;
use crate::refusal::{Refusal, RefusalCode};
use crate::text;
use crate::world::World;

pub(super) fn set_up(world: &World, set_up: &SetUpStore) -> Result<Vec<Event>, Refusal> {
    if world.branch.set_up.is_some() {
        return Err(RefusalCode::AlreadyExists.into());
    }
    text::line("branch_name", &set_up.branch_name, text::NAME_MAX)?;
    Ok(vec![
        Event::StoreSetUp {
            store_id: set_up.store_id,
            branch_name: set_up.branch_name.clone(),
            currency: set_up.currency,
            time_zone: set_up.time_zone.clone(),
        },
        // A branch can work from the first minute; the admins revise the product as they like.
        Event::ProductDefined {
            product_id: set_up.product_id,
            name: "Personal line of credit".to_owned(),
            terms: Terms::defaults(set_up.currency.exponent()),
        },
    ])
}

/// The flag on a fresh store claims the one founding row: the writer judges one command after
/// another, so whoever comes second finds it taken. Afterwards the flag is a request.
pub(super) fn ask(world: &World, ask: &AskForAccount) -> Result<Vec<Event>, Refusal> {
    if world.branch.set_up.is_none() {
        return Err(RefusalCode::NotSignedIn.into());
    }
    check_login(&ask.login)?;
    text::line("name", &ask.name, text::NAME_MAX)?;
    check_employee_number(&ask.employee_number)?;
    if world.users.contains_key(&ask.user_id) {
        return Err(Refusal::at("user_id", RefusalCode::AlreadyExists));
    }
    if world.logins.contains_key(&ask.login) {
        return Err(Refusal::at("login", RefusalCode::LoginTaken));
    }

    let mut events = vec![Event::AccountAsked {
        user_id: ask.user_id,
        login: ask.login.clone(),
        name: ask.name.clone(),
        employee_number: ask.employee_number.clone(),
        admin_requested: ask.admin,
        credential_print: ask.credential_print.clone(),
    }];
    if ask.admin && world.branch.founding_admin.is_none() {
        events.push(Event::AccountApproved {
            user_id: ask.user_id,
            person_id: person(world, &ask.employee_number, ask.user_id),
            employee_number: ask.employee_number.clone(),
            role: Role::Admin,
            founding: true,
        });
    }
    Ok(events)
}

/// The person of this employee number; a new number founds a person under the account's id.
fn person(world: &World, employee_number: &str, user_id: UserId) -> PersonId {
    world
        .persons
        .get(employee_number)
        .copied()
        .unwrap_or(PersonId(user_id.0))
}

pub(super) fn approve(
    world: &World,
    who: &Standing,
    c: &ApproveAccount,
) -> Result<Vec<Event>, Refusal> {
    let asked = user(world, c.user_id)?;
    if asked.state != AccountState::Waiting {
        return Err(RefusalCode::NotWaiting.into());
    }
    let employee_number = c.employee_number.trim().to_ascii_uppercase();
    let employee_number = employee_number.as_str();
    check_employee_number(employee_number)?;
    if employee_number != asked.employee_number {
        return Err(Refusal::at(
            "employee_number",
            RefusalCode::EmployeeNumberOfAnother,
        ));
    }
    let person_id = person(world, employee_number, c.user_id);
    if c.user_id == who.user_id || person_id == who.person_id {
        return Err(RefusalCode::OwnRequest.into());
    }
    Ok(vec![Event::AccountApproved {
        user_id: c.user_id,
        person_id,
        employee_number: employee_number.to_owned(),
        role: c.role,
        founding: false,
    }])
}

pub(super) fn decline(
    world: &World,
    who: &Standing,
    c: &DeclineAccount,
) -> Result<Vec<Event>, Refusal> {
    let asked = user(world, c.user_id)?;
    if asked.state != AccountState::Waiting {
        return Err(RefusalCode::NotWaiting.into());
    }
    if c.user_id == who.user_id {
        return Err(RefusalCode::OwnRequest.into());
    }
    Ok(vec![Event::AccountDeclined { user_id: c.user_id }])
}

pub(super) fn unlock(world: &World, c: &UnlockAccount) -> Result<Vec<Event>, Refusal> {
    let locked = user(world, c.user_id)?;
    if locked.failures == 0 && locked.wait_until.is_none() {
        return Err(RefusalCode::NotLocked.into());
    }
    Ok(vec![Event::AccountUnlocked { user_id: c.user_id }])
}

/// Another person's account, in this state. What is done to accounts is done by an admin to somebody
/// else's: so the last active admin is never demoted or disabled, whoever tries it how often at
/// once, because whoever does it to the others stays one.
fn account_of_another<'a>(
    world: &'a World,
    who: &Standing,
    user_id: UserId,
    state: AccountState,
) -> Result<&'a User, Refusal> {
    let of = user(world, user_id)?;
    if user_id == who.user_id || of.person_id == Some(who.person_id) {
        return Err(RefusalCode::OwnAccount.into());
    }
    if of.state != state {
        return Err(RefusalCode::AccountNotActive.into());
    }
    Ok(of)
}

pub(super) fn set_role(world: &World, who: &Standing, c: &SetRole) -> Result<Vec<Event>, Refusal> {
    let of = account_of_another(world, who, c.user_id, AccountState::Active)?;
    if of.role == Some(c.role) {
        return Err(RefusalCode::NothingChanges.into());
    }
    Ok(vec![Event::RoleSet {
        user_id: c.user_id,
        role: c.role,
    }])
}

pub(super) fn disable(
    world: &World,
    who: &Standing,
    c: &DisableAccount,
) -> Result<Vec<Event>, Refusal> {
    account_of_another(world, who, c.user_id, AccountState::Active)?;
    let user_id = c.user_id;
    Ok(vec![Event::AccountDisabled { user_id }])
}

pub(super) fn enable(
    world: &World,
    who: &Standing,
    c: &EnableAccount,
) -> Result<Vec<Event>, Refusal> {
    let of = account_of_another(world, who, c.user_id, AccountState::Disabled);
    let not_disabled = Refusal::from(RefusalCode::AccountNotActive);
    of.map_err(|refusal| match refusal == not_disabled {
        true => RefusalCode::NotDisabled.into(),
        false => refusal,
    })?;
    let user_id = c.user_id;
    Ok(vec![Event::AccountEnabled { user_id }])
}

pub(super) fn issue_reset_code(
    world: &World,
    ctx: &Ctx,
    who: &Standing,
    c: &IssueResetCode,
) -> Result<Vec<Event>, Refusal> {
    account_of_another(world, who, c.user_id, AccountState::Active)?;
    if c.code_print.is_empty() {
        return Err(Refusal::at("code_print", RefusalCode::FieldEmpty));
    }
    Ok(vec![Event::ResetCodeIssued {
        user_id: c.user_id,
        code_print: c.code_print.clone(),
        ends_at: ctx.now.plus_ms(RESET_CODE_MS),
    }])
}

/// Leaves what cannot be overlooked: an event of its own, and a finding that another person closes.
/// The second factor ends, too: whoever lost both could not get in otherwise.
pub(super) fn recover_access(
    world: &World,
    ctx: &Ctx,
    user_id: UserId,
    code_print: &str,
) -> Result<Vec<Event>, Refusal> {
    let of = user(world, user_id)?;
    match of.active_role() {
        None => return Err(RefusalCode::AccountNotActive.into()),
        Some(Role::Staff) => return Err(RefusalCode::NotAnAdmin.into()),
        Some(Role::Admin) => {}
    }
    let mut events = vec![Event::AccessRecovered {
        user_id,
        code_print: code_print.to_owned(),
        ends_at: ctx.now.plus_ms(RESET_CODE_MS),
    }];
    if of.second_factor.is_some() {
        events.push(Event::SecondFactorRemoved { user_id });
    }
    events.push(Event::FindingOpened {
        finding: Finding::recovered(user_id, &of.login, ctx.command_id),
    });
    Ok(events)
}

pub(super) fn renew_credential(
    world: &World,
    user_id: UserId,
    credential_print: &str,
) -> Result<Vec<Event>, Refusal> {
    user(world, user_id)?;
    Ok(vec![Event::CredentialRenewed {
        user_id,
        credential_print: credential_print.to_owned(),
    }])
}

/// A code is used up by the first who brings it: the writer judges one after another.
pub(super) fn reset_password(
    world: &World,
    ctx: &Ctx,
    reset: &ResetPassword,
) -> Result<Vec<Event>, Refusal> {
    let user = may_enter(world, ctx, reset.user_id)?;
    let opens = |code: &ResetCode| code.opens(&reset.code_print, ctx.now);
    if !user.reset.as_ref().is_some_and(opens) {
        return Err(RefusalCode::ResetCodeWrong.into());
    }
    Ok(vec![Event::PasswordReset {
        user_id: reset.user_id,
        credential_print: reset.credential_print.clone(),
    }])
}

/// The old password was right when it was looked at; judged here again like a sign-in, since many
/// guesses may have been under way at once. A reset code that was issued meanwhile is used up.
pub(super) fn change_password(
    world: &World,
    ctx: &Ctx,
    user_id: UserId,
    credential_print: &str,
) -> Result<Vec<Event>, Refusal> {
    may_enter(world, ctx, user_id)?;
    Ok(vec![Event::PasswordChanged {
        user_id,
        credential_print: credential_print.to_owned(),
    }])
}

/// The secret was minted for this account and confirmed with its code; what was there before ends.
pub(super) fn set_second_factor(
    world: &World,
    ctx: &Ctx,
    user_id: UserId,
    sealed: &str,
    step: u64,
) -> Result<Vec<Event>, Refusal> {
    may_enter(world, ctx, user_id)?;
    Ok(vec![Event::SecondFactorSet {
        user_id,
        sealed: sealed.to_owned(),
        step,
    }])
}

pub(super) fn remove_second_factor(
    world: &World,
    who: &Standing,
    c: &RemoveSecondFactor,
) -> Result<Vec<Event>, Refusal> {
    let of = user(world, c.user_id)?;
    if c.user_id != who.user_id && who.role != Role::Admin {
        return Err(RefusalCode::AdminOnly.into());
    }
    if of.second_factor.is_none() {
        return Err(RefusalCode::NoSecondFactor.into());
    }
    Ok(vec![Event::SecondFactorRemoved { user_id: c.user_id }])
}

/// Whoever demands it has one, so that somebody can always take the demand back.
pub(super) fn demand_second_factor(
    who: &Standing,
    c: &DemandSecondFactor,
) -> Result<Vec<Event>, Refusal> {
    if c.of_admins && !who.second_factor {
        return Err(RefusalCode::SecondFactorNeeded.into());
    }
    Ok(vec![Event::SecondFactorDemanded {
        of_admins: c.of_admins,
    }])
}

/// The gate of everybody who gave a password or a code. Judged by the writer, one after another:
/// many guesses may have been under way at once.
fn may_enter<'w>(world: &'w World, ctx: &Ctx, user_id: UserId) -> Result<&'w User, Refusal> {
    let user = user(world, user_id)?;
    if !user.may_try(ctx.now) {
        return Err(RefusalCode::AccountLocked.into());
    }
    if user.active_role().is_none() {
        return Err(RefusalCode::AccountNotActive.into());
    }
    Ok(user)
}

pub(super) fn signed_in(
    world: &World,
    ctx: &Ctx,
    user_id: UserId,
    step: Option<u64>,
) -> Result<Vec<Event>, Refusal> {
    let user = may_enter(world, ctx, user_id)?;
    // A code is used up by the first who brings it, over restarts, too.
    let used = match (&user.second_factor, step) {
        (None, _) => None,
        (Some(factor), Some(step)) if step > factor.last_step => {
            Some(Event::SecondFactorUsed { user_id, step })
        }
        (Some(_), _) => return Err(Refusal::at("code", RefusalCode::CodeWrong)),
    };
    Ok(used
        .into_iter()
        .chain([Event::SignedIn { user_id }])
        .collect())
}

/// The same gate as signing in, so that many guesses under way at once gain nothing here either.
/// What had failed before is forgotten with an event; where nothing had, there is nothing to say.
pub(super) fn password_proven(
    world: &World,
    ctx: &Ctx,
    user_id: UserId,
) -> Result<Vec<Event>, Refusal> {
    let user = may_enter(world, ctx, user_id)?;
    let failed = user.failures > 0;
    Ok(failed
        .then_some(Event::PasswordProven { user_id })
        .into_iter()
        .collect())
}

pub(super) fn sign_in_failed(
    world: &World,
    ctx: &Ctx,
    user_id: UserId,
) -> Result<Vec<Event>, Refusal> {
    let user = user(world, user_id)?;
    if !user.may_try(ctx.now) {
        return Err(RefusalCode::AccountLocked.into());
    }
    let failures = user.failures.saturating_add(1);
    let wait = wait_after_failures_ms(failures);
    let wait_until = (wait > 0).then(|| ctx.now.plus_ms(wait));
    Ok(vec![Event::SignInFailed {
        user_id,
        failures,
        wait_until,
    }])
}

/// 3 to 40 of a–z, 0–9, dot, dash, underscore: what nobody can mistake for another name.
fn check_login(login: &str) -> Result<(), Refusal> {
    if login.is_empty() {
        return Err(Refusal::at("login", RefusalCode::FieldEmpty));
    }
    if login.len() > 40 {
        return Err(Refusal::at("login", RefusalCode::FieldTooLong));
    }
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    if login.len() < 3 || !login.bytes().all(plain) {
        return Err(Refusal::at("login", RefusalCode::FieldMalformed));
    }
    Ok(())
}

fn check_employee_number(number: &str) -> Result<(), Refusal> {
    if number.is_empty() {
        return Err(Refusal::at("employee_number", RefusalCode::FieldEmpty));
    }
    if number.len() > 20 {
        return Err(Refusal::at("employee_number", RefusalCode::FieldTooLong));
    }
    // One spelling a person: "e-1" and "E-1" must not become two.
    let spelled = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
    if !number.bytes().all(spelled) {
        return Err(Refusal::at("employee_number", RefusalCode::FieldMalformed));
    }
    Ok(())
}
