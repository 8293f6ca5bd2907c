//! Judging a command: pure, in one straight column of refusals before anything happens.
//!
//! The order of precedence is the same everywhere: who asks, what exists, what state it is in,
//! what was typed, how much it is. Facts from the network are never refused for being late.

mod accounts;
mod adverse;
mod applications;
mod changes;
mod customers;
mod days;
mod draft;
mod drawers;
mod glass;
mod intake;
mod money;
mod reconciling;
mod transfers;

use crate::account::Role;
use crate::actor::{ActedBy, Actor, Ctx};
use crate::command::{Command, Internal, Order};
use crate::customer::Customer;
use crate::date::UtcMillis;
use crate::event::Event;
use crate::ids::{CustomerId, LineId, MovementId, PersonId, UserId};
use crate::line::{Line, refuse_if};
use crate::money::{Currency, LARGEST_AMOUNT_MINOR, Minor, Money};
use crate::movement::Movement;
use crate::refusal::{Refusal, RefusalCode};
use crate::world::World;

/// The signed-in person behind a command, as the store knows them now: a role changed since
/// the session began counts at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub user_id: UserId,
    pub person_id: PersonId,
    pub role: Role,
    pub second_factor: bool,
    pub now: UtcMillis,
}

/// Judges one order. The events are not applied to `world`; the caller does that.
pub fn decide(world: &World, ctx: &Ctx, order: &Order) -> Result<Vec<Event>, Refusal> {
    match order {
        Order::Desk(command) => decide_command(world, ctx, command),
        Order::Internal(internal) => decide_internal(world, ctx, internal),
    }
}

fn decide_command(world: &World, ctx: &Ctx, command: &Command) -> Result<Vec<Event>, Refusal> {
    let who = standing(world, ctx)?;
    match (command.kind().role_needed(), who.role) {
        (Role::Staff, Role::Staff | Role::Admin) | (Role::Admin, Role::Admin) => {}
        (Role::Admin, Role::Staff) => return Err(RefusalCode::AdminOnly.into()),
    }
    if command.kind().role_needed() == Role::Admin
        && world.branch.admins_need_second_factor
        && !who.second_factor
    {
        return Err(RefusalCode::SecondFactorNeeded.into());
    }
    if command.kind().asks_password() && !matches!(ctx.actor, Actor::Proven(_)) {
        return Err(Refusal::at("password", RefusalCode::PasswordNeeded));
    }
    if pays_or_approves(command) && !world.branch.altered.is_empty() {
        return Err(RefusalCode::StoreAltered.into());
    }
    match command {
        Command::RecordCustomer(c) => customers::record(world, ctx, c),
        Command::UpdateCustomer(c) => customers::update(world, ctx, c),
        Command::AddBankAccount(c) => customers::add_bank_account(world, c),
        Command::AuthorizeDebit(c) => customers::authorize_debit(world, ctx, c),
        Command::ForgetCustomer(c) => customers::forget(world, c),
        Command::AddContactNote(c) => customers::add_contact_note(world, c),
        Command::DefineProduct(c) => applications::define_product(world, c),
        Command::TakeApplication(c) => applications::take(world, c),
        Command::RecordMissing(c) => intake::record_missing(world, c),
        Command::SendIncompletenessNotice(c) => intake::send_notice(world, ctx, c),
        Command::RecordCheck(c) => intake::record_check(world, c),
        Command::ApproveApplication(c) => applications::approve(world, &who, c),
        Command::RejectApplication(c) => applications::reject(world, &who, c),
        Command::CancelApplication(c) => applications::cancel(world, ctx, &who, c),
        Command::RecordAgreement(c) => applications::record_agreement(world, ctx, c),
        Command::RequestCancellation(c) => applications::request_cancellation(world, ctx, &who, c),
        Command::DeclineCancellation(c) => applications::decline_cancellation(world, &who, c),
        Command::CloseLine(c) => applications::close(world, c),
        Command::FreezeLine(c) => applications::freeze(world, ctx, c),
        Command::UnfreezeLine(c) => applications::unfreeze(world, c),
        Command::TellAdverseAction(c) => adverse::tell(world, c),
        Command::RequestDraw(c) => money::request_draw(world, ctx, &who, c),
        Command::ApproveDraw(c) => money::approve_draw(world, ctx, &who, c),
        Command::DeclineDraw(c) => money::decline_draw(world, ctx, &who, c),
        Command::BreakGlass(c) => glass::break_glass(world, ctx, &who, c),
        Command::PayCashDraw(c) => money::pay_cash_draw(world, ctx, &who, c),
        Command::CancelDraw(c) => money::cancel_draw(world, ctx, &who, c),
        Command::TakeRepayment(c) => money::take_repayment(world, ctx, &who, c),
        Command::CancelRepayment(c) => money::cancel_repayment(world, ctx, &who, c),
        Command::RefundCredit(c) => money::refund_credit(world, ctx, &who, c),
        Command::AskNetworkAgain(c) => transfers::ask_again(world, c),
        Command::ApproveAccount(c) => accounts::approve(world, &who, c),
        Command::DeclineAccount(c) => accounts::decline(world, &who, c),
        Command::UnlockAccount(c) => accounts::unlock(world, c),
        Command::SetRole(c) => accounts::set_role(world, &who, c),
        Command::DisableAccount(c) => accounts::disable(world, &who, c),
        Command::EnableAccount(c) => accounts::enable(world, &who, c),
        Command::IssueResetCode(c) => accounts::issue_reset_code(world, ctx, &who, c),
        Command::RemoveSecondFactor(c) => accounts::remove_second_factor(world, &who, c),
        Command::DemandSecondFactor(c) => accounts::demand_second_factor(&who, c),
        Command::CloseDay(c) => days::close(world, ctx, c.date),
        Command::SetHolidays(c) => days::set_holidays(c),
        Command::OpenDrawer(c) => drawers::open(world, &who, c),
        Command::MoveVaultCash(c) => drawers::move_cash(world, &who, c),
        Command::CountDrawer(c) => drawers::count(world, &who, c),
        Command::CloseDrawer(c) => drawers::close(world, &who, c),
        Command::RetryTransfer(c) => transfers::retry(world, ctx, c),
        Command::ParkTransfer(c) => transfers::park(world, ctx, &who, c),
        Command::HandBackTransfer(c) => transfers::hand_back(world, ctx, &who, c),
        Command::PresentAgain(c) => money::present_again(world, ctx, &who, c),
        Command::ResolveFinding(c) => reconciling::resolve(world, &who, c),
        Command::RequestChange(c) => changes::request(world, ctx, &who, c),
        Command::ApproveChange(c) => changes::approve(world, ctx, &who, c),
        Command::DeclineChange(c) => changes::decline(world, &who, c),
    }
}

/// What must not pass on the word of a store that something else wrote in.
fn pays_or_approves(command: &Command) -> bool {
    matches!(
        command,
        Command::ApproveApplication(_)
            | Command::ApproveAccount(_)
            | Command::ApproveDraw(_)
            | Command::BreakGlass(_)
            | Command::ApproveChange(_)
            | Command::IssueResetCode(_)
            | Command::SetRole(_)
            | Command::EnableAccount(_)
            | Command::RequestDraw(_)
            | Command::PayCashDraw(_)
            | Command::RefundCredit(_)
    )
}

fn decide_internal(world: &World, ctx: &Ctx, internal: &Internal) -> Result<Vec<Event>, Refusal> {
    match internal {
        Internal::SetUpStore(set_up) => accounts::set_up(world, set_up),
        Internal::AskForAccount(ask) => accounts::ask(world, ask),
        Internal::SignInSucceeded { user_id, step } => {
            accounts::signed_in(world, ctx, *user_id, *step)
        }
        Internal::SetSecondFactor {
            user_id,
            sealed,
            step,
        } => accounts::set_second_factor(world, ctx, *user_id, sealed, *step),
        Internal::SignInFailed { user_id } => accounts::sign_in_failed(world, ctx, *user_id),
        Internal::ResetPassword(reset) => accounts::reset_password(world, ctx, reset),
        Internal::RecoverAccess {
            user_id,
            code_print,
        } => accounts::recover_access(world, ctx, *user_id, code_print),
        Internal::RenewCredential {
            user_id,
            credential_print,
        } => accounts::renew_credential(world, *user_id, credential_print),
        Internal::ChangePassphrase => Ok(vec![Event::PassphraseChanged {}]),
        Internal::ChangePassword {
            user_id,
            credential_print,
        } => accounts::change_password(world, ctx, *user_id, credential_print),
        Internal::PasswordProven { user_id } => accounts::password_proven(world, ctx, *user_id),
        Internal::Reveal {
            user_id,
            customer_id,
            masked,
        } => customers::reveal(world, *user_id, *customer_id, *masked),
        Internal::SignedOut { user_id } => {
            user(world, *user_id)?;
            Ok(vec![Event::SignedOut { user_id: *user_id }])
        }
        Internal::MarkAttempt {
            line_id,
            movement_id,
        } => transfers::mark_attempt(world, ctx, *line_id, *movement_id),
        Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt,
            answer,
            jitter,
        } => {
            let at = transfers::Place {
                line_id: *line_id,
                movement_id: *movement_id,
            };
            transfers::record_answer(world, ctx, at, *attempt, answer, *jitter)
        }
        Internal::RecordLookUp {
            line_id,
            movement_id,
            found,
            jitter,
        } => {
            let at = transfers::Place {
                line_id: *line_id,
                movement_id: *movement_id,
            };
            transfers::record_look_up(world, ctx, at, found, *jitter)
        }
        Internal::RecordNetworkState {
            line_id,
            movement_id,
            remote,
        } => {
            let at = transfers::Place {
                line_id: *line_id,
                movement_id: *movement_id,
            };
            transfers::record_network_state(world, ctx, at, remote)
        }
        Internal::MoveCursor { cursor } => {
            let moved = world.branch.cursor.as_deref() != Some(cursor);
            Ok(moved
                .then(|| Event::CursorMoved {
                    cursor: cursor.clone(),
                })
                .into_iter()
                .collect())
        }
        Internal::CloseDay { date } => days::close(world, ctx, *date),
        Internal::CloseLineDay { line_id } => days::close_line(world, ctx, *line_id),
        Internal::ReportStrangers { counts } => Ok(vec![Event::StrangersRefused {
            counts: counts.clone(),
        }]),
        Internal::NoteForgotten { customer_id } => customers::note_forgotten(world, *customer_id),
        Internal::HoldPayments { epoch } => reconciling::hold(world, *epoch),
        Internal::ResumePayments { epoch } => reconciling::resume(world, *epoch),
        Internal::RecordDeviceKey { public_key } => {
            reconciling::record_device_key(world, public_key)
        }
        Internal::NoteAltered { epoch, findings } => {
            reconciling::note_altered(world, *epoch, findings)
        }
        Internal::RecordStatement { date, lines } => reconciling::record(world, *date, lines),
        Internal::OpenFinding { finding } => reconciling::open(world, finding),
        Internal::CloseFinding { finding_id } => reconciling::close(world, finding_id),
        Internal::PanicForTest => panic!("a rule that panics, for the test"),
        // The store already holds the branch's first event: writing it again breaks a constraint.
        Internal::BreakConstraintForTest => Ok(vec![Event::CursorMoved {
            cursor: "\u{0}break".to_owned(),
        }]),
    }
}

/// Whoever acts, if the account may act at all.
pub(crate) fn standing(world: &World, ctx: &Ctx) -> Result<Standing, Refusal> {
    let user_id = ctx.actor.user_id().ok_or(RefusalCode::NotSignedIn)?;
    let user = world.users.get(&user_id).ok_or(RefusalCode::NotSignedIn)?;
    let role = user.active_role().ok_or(RefusalCode::AccountNotActive)?;
    let person_id = user.person_id.ok_or(RefusalCode::AccountNotActive)?;
    Ok(Standing {
        user_id,
        person_id,
        role,
        second_factor: user.second_factor.is_some(),
        now: ctx.now,
    })
}

/// I7: nobody decides on what they themselves asked for; persons are compared, not accounts.
fn not_own(who: &Standing, asked: &ActedBy) -> Result<(), Refusal> {
    let own = who.user_id == asked.user_id || who.person_id == asked.person_id;
    refuse_if(own, RefusalCode::OwnRequest)?;
    Ok(())
}

/// I7, also where one of the two may sit at the other's account.
fn by_another(world: &World, who: &Standing, asked: &ActedBy) -> Result<(), Refusal> {
    not_own(who, asked)?;
    let decides = ActedBy {
        user_id: who.user_id,
        person_id: who.person_id,
    };
    let may_be = |id: UserId, other: &ActedBy| {
        let account = world.users.get(&id);
        account.is_some_and(|account| account.may_be(other, who.now))
    };
    let one = may_be(who.user_id, asked) || may_be(asked.user_id, &decides);
    refuse_if(one, RefusalCode::LetInByAnother)?;
    Ok(())
}

fn user(world: &World, id: UserId) -> Result<&crate::account::User, Refusal> {
    world
        .users
        .get(&id)
        .ok_or_else(|| Refusal::at("user_id", RefusalCode::UnknownUser))
}

fn line(world: &World, id: LineId) -> Result<&Line, Refusal> {
    world
        .lines
        .get(&id)
        .ok_or_else(|| Refusal::at("line_id", RefusalCode::UnknownLine))
}

fn movement<'a>(
    world: &'a World,
    line_id: LineId,
    id: MovementId,
    field: &str,
) -> Result<&'a Movement, Refusal> {
    world
        .movements
        .get(&id)
        .filter(|movement| movement.line_id == line_id)
        .ok_or_else(|| Refusal::at(field, RefusalCode::UnknownMovement))
}

/// A customer who was not forgotten.
fn customer(world: &World, id: CustomerId) -> Result<&Customer, Refusal> {
    let customer = world
        .customers
        .get(&id)
        .ok_or_else(|| Refusal::at("customer_id", RefusalCode::UnknownCustomer))?;
    if customer.forgotten_on.is_some() || customer.profile.known().is_none() {
        return Err(Refusal::at("customer_id", RefusalCode::CustomerForgotten));
    }
    Ok(customer)
}

fn currency(world: &World) -> Result<Currency, Refusal> {
    world
        .currency()
        .ok_or_else(|| RefusalCode::WrongCurrency.into())
}

/// A positive amount in the branch's currency, small enough for the books.
fn amount(world: &World, field: &str, money: &Money) -> Result<Minor, Refusal> {
    if money.currency != currency(world)? {
        return Err(Refusal::at(
            &format!("{field}.currency"),
            RefusalCode::WrongCurrency,
        ));
    }
    if !money.minor.is_positive() {
        return Err(Refusal::at(field, RefusalCode::AmountNotPositive));
    }
    if money.minor.0 > LARGEST_AMOUNT_MINOR {
        return Err(Refusal::at(field, RefusalCode::AmountTooLarge));
    }
    Ok(money.minor)
}
