//! Folding events into a world. No policy here: an event carries its results, and the balances
//! follow from the same postings the journal is written from.

use crate::account::{AccountState, ResetCode, Role, SecondFactor, User};
use crate::actor::{ActedBy, Meta};
use crate::adverse::{AdverseActions, Told};
use crate::allocation::Allocation;
use crate::change::WaitingChange;
use crate::customer::{BankAccount, Customer};
use crate::date::UtcMillis;
use crate::event::{Event, Stream, acted_by};
use crate::history::{History, note};
use crate::ids::{LineId, MovementId};
use crate::intake::{CheckMark, Intake, Notice};
use crate::ledger::{Account, Entry, postings};
use crate::line::{CreditUse, Decision, Hold, Line};
use crate::money::{Minor, Overflow};
use crate::movement::{Movement, MovementKind, MovementState, Presentation, ReviewReason};
use crate::private::Private;
use crate::product::Product;
use crate::reconcile::{FindingClass, FindingState, Resolved, Statement};
use crate::transfer::{NextStep, Transfer};
use crate::world::{Branch, SetUp, World};

/// The log contradicts itself: an event about something that never began, or a sum that left
/// the range of the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inconsistent {
    Missing(String),
    Overflow,
}

impl From<Overflow> for Inconsistent {
    fn from(_: Overflow) -> Self {
        Inconsistent::Overflow
    }
}

impl std::fmt::Display for Inconsistent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Inconsistent::Missing(what) => f.write_str(what),
            Inconsistent::Overflow => f.write_str("a sum left the range of the books"),
        }
    }
}

fn missing(what: &str, id: impl std::fmt::Display) -> Inconsistent {
    Inconsistent::Missing(format!("an event speaks of {what} {id}, which never began"))
}

/// Folds one event into the world.
pub fn apply(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    match event.stream() {
        Stream::Branch => {
            apply_to_branch(world, meta, event)?;
            fill(&mut world.branch, &postings(meta, event)?)?;
        }
        Stream::User(_) => apply_to_user(world, meta, event)?,
        Stream::Product(id) => {
            if let Event::ProductDefined { name, terms, .. } = event {
                let version = world.products.get(&id).map_or(0, |product| product.version) + 1;
                let product = Product {
                    id,
                    version,
                    name: name.clone(),
                    terms: terms.clone(),
                };
                world.products.insert(id, product);
            }
        }
        Stream::Customer(_) => apply_to_customer(world, meta, event)?,
        Stream::Line(line_id) => {
            apply_to_line(world, meta, event)?;
            post(world, line_id, meta, event)?;
            line(world, line_id)?.version += 1;
        }
    }
    Ok(())
}

/// A drawer holds what its legs say.
fn fill(branch: &mut Branch, entries: &[Entry]) -> Result<(), Inconsistent> {
    for leg in entries.iter().flat_map(|entry| &entry.legs) {
        if let Account::Drawer(teller) = leg.account {
            let drawer = branch.drawers.entry(teller).or_default();
            drawer.holds_minor = drawer.holds_minor.plus(leg.amount_minor)?;
        }
    }
    Ok(())
}

fn apply_to_branch(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    let branch = &mut world.branch;
    branch.version += 1;
    match event {
        Event::StoreSetUp {
            store_id,
            branch_name,
            currency,
            time_zone,
        } => {
            branch.set_up = Some(SetUp {
                store_id: *store_id,
                branch_name: branch_name.clone(),
                currency: *currency,
                time_zone: time_zone.clone(),
            });
        }
        Event::SecondFactorDemanded { of_admins } => {
            branch.admins_need_second_factor = *of_admins;
        }
        Event::CursorMoved { cursor } => branch.cursor = Some(cursor.clone()),
        Event::DayClosed { date, .. } => branch.closed_through = Some(*date),
        Event::HolidaysSet { holidays } => {
            branch.calendar.holidays = holidays.iter().copied().collect();
        }
        Event::DrawerOpened { drawer, .. } => {
            let drawer = branch.drawers.entry(*drawer).or_default();
            drawer.open_since = Some(meta.business_date);
            drawer.first_opened_on.get_or_insert(meta.business_date);
        }
        Event::DrawerClosed { drawer, .. } => {
            branch.drawers.entry(*drawer).or_default().open_since = None;
        }
        Event::PaymentsHeld { epoch } => branch.held_in_epoch = Some(*epoch),
        Event::PaymentsResumed { epoch } => {
            branch.held_in_epoch = None;
            branch.compared_epoch = Some(*epoch);
        }
        Event::DeviceKeyRecorded { public_key } => branch.device_key = Some(public_key.clone()),
        Event::StatementRead { date, lines } => {
            branch.reconciled_through = branch.reconciled_through.max(Some(*date));
            let statement = Statement {
                date: *date,
                lines: lines.clone(),
            };
            world.statements.insert(*date, statement);
        }
        Event::FindingOpened { finding } => {
            if finding.class == FindingClass::StoreAltered {
                branch.altered.insert(finding.id.clone());
            }
            if let (FindingClass::GlassBroken, Some(minor)) = (finding.class, finding.ours_minor) {
                branch.glass.insert(finding.id.clone(), minor);
            }
            let state = FindingState {
                finding: finding.clone(),
                opened_on: meta.business_date,
                resolved: None,
            };
            world.findings.insert(finding.id.clone(), state);
        }
        Event::FindingResolved {
            finding_id,
            resolution,
            note,
        } => {
            branch.altered.remove(finding_id);
            branch.glass.remove(finding_id);
            let finding = world
                .findings
                .get_mut(finding_id)
                .ok_or_else(|| missing("finding", finding_id))?;
            finding.resolved = Some(Resolved {
                resolution: *resolution,
                on: meta.business_date,
                by: meta.user_id,
                note: note.clone(),
            });
        }
        // A summary for people; no rule reads it.
        _ => {}
    }
    Ok(())
}

fn apply_to_user(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    if let Event::AccountAsked {
        user_id,
        login,
        name,
        employee_number,
        admin_requested,
        credential_print,
    } = event
    {
        let user = User {
            id: *user_id,
            version: 1,
            login: login.clone(),
            name: name.clone(),
            employee_number: employee_number.clone(),
            admin_requested: *admin_requested,
            state: AccountState::Waiting,
            role: None,
            person_id: None,
            credential_print: credential_print.clone(),
            asked_at: meta.at,
            failures: 0,
            wait_until: None,
            last_signed_in_at: None,
            reset: None,
            second_factor: None,
            admin_until: None,
            let_in_by: None,
        };
        world.logins.insert(login.clone(), *user_id);
        world.users.insert(*user_id, user);
        return Ok(());
    }
    let Stream::User(user_id) = event.stream() else {
        return Ok(());
    };
    let user = world
        .users
        .get_mut(&user_id)
        .ok_or_else(|| missing("account", user_id))?;
    user.version += 1;
    let was_admin = user.active_role() == Some(Role::Admin);
    match event {
        Event::AccountApproved {
            person_id,
            employee_number,
            role,
            founding,
            ..
        } => {
            user.state = AccountState::Active;
            user.role = Some(*role);
            user.person_id = Some(*person_id);
            user.employee_number = employee_number.clone();
            world.persons.insert(employee_number.clone(), *person_id);
            if *founding {
                world.branch.founding_admin = Some(user_id);
            }
        }
        Event::RoleSet { role, .. } => user.role = Some(*role),
        Event::AccountDisabled { .. } => user.state = AccountState::Disabled,
        Event::AccountEnabled { .. } => user.state = AccountState::Active,
        Event::AccountDeclined { .. } => user.state = AccountState::Declined,
        Event::SignedIn { .. } => {
            user.failures = 0;
            user.wait_until = None;
            user.last_signed_in_at = Some(meta.at);
        }
        Event::SignInFailed {
            failures,
            wait_until,
            ..
        } => {
            user.failures = *failures;
            user.wait_until = *wait_until;
        }
        Event::AccountUnlocked { .. } | Event::PasswordProven { .. } => {
            user.failures = 0;
            user.wait_until = None;
        }
        Event::ResetCodeIssued {
            code_print,
            ends_at,
            ..
        }
        | Event::AccessRecovered {
            code_print,
            ends_at,
            ..
        } => {
            user.reset = Some(ResetCode {
                print: code_print.clone(),
                issued_at: meta.at,
                ends_at: *ends_at,
                issued_by: acted_by(meta),
            });
            // Whoever is to set a new password may try at once.
            user.failures = 0;
            user.wait_until = None;
        }
        Event::CredentialRenewed {
            credential_print, ..
        } => user.credential_print.clone_from(credential_print),
        Event::PasswordReset {
            credential_print, ..
        }
        | Event::PasswordChanged {
            credential_print, ..
        } => {
            user.credential_print.clone_from(credential_print);
            let code = user.reset.take();
            if matches!(event, Event::PasswordReset { .. }) {
                user.let_in(code, meta.at);
            }
            user.failures = 0;
            user.wait_until = None;
        }
        Event::SecondFactorSet { sealed, step, .. } => {
            user.second_factor = Some(SecondFactor {
                sealed: sealed.clone(),
                last_step: *step,
            });
        }
        Event::SecondFactorUsed { step, .. } => {
            if let Some(factor) = &mut user.second_factor {
                factor.last_step = *step;
            }
        }
        Event::SecondFactorRemoved { .. } => user.unguarded(),
        // Signing out, looking behind a mask and being refused are remembered in the log only.
        _ => {}
    }
    if was_admin && user.active_role() != Some(Role::Admin) {
        user.admin_until = Some(meta.at);
    }
    Ok(())
}

fn apply_to_customer(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    if let Event::CustomerRecorded {
        customer_id,
        number,
        profile,
    } = event
    {
        world.branch.customers_numbered += 1;
        if let Private::Known(profile) = profile {
            world.tax_ids.insert(profile.tax_id.clone(), *customer_id);
        }
        let customer = Customer {
            id: *customer_id,
            version: 1,
            number: number.clone(),
            profile: profile.clone(),
            bank_accounts: Vec::new(),
            recorded_on: meta.business_date,
            forgotten_on: None,
        };
        world.customers.insert(*customer_id, customer);
        return Ok(());
    }
    let Stream::Customer(customer_id) = event.stream() else {
        return Ok(());
    };
    let tax_ids = &mut world.tax_ids;
    let customer = world
        .customers
        .get_mut(&customer_id)
        .ok_or_else(|| missing("customer", customer_id))?;
    customer.version += 1;
    match event {
        // The tax id stays as recorded.
        Event::CustomerUpdated { profile, .. } => customer.profile = profile.clone(),
        Event::BankAccountAdded {
            account_id,
            numbers,
            last4,
            ..
        } => {
            customer.bank_accounts.push(BankAccount {
                id: *account_id,
                numbers: numbers.clone(),
                last4: last4.clone(),
                debit_authorized_on: None,
                debit_ended_on: None,
                unusable_since_code: None,
            });
        }
        Event::DebitAuthorized {
            account_id,
            signed_on,
            ..
        } => {
            for account in customer
                .bank_accounts
                .iter_mut()
                .filter(|a| a.id == *account_id)
            {
                account.debit_authorized_on = Some(*signed_on);
            }
        }
        Event::BankAccountUnusable {
            account_id,
            return_code,
            ..
        } => {
            for account in customer
                .bank_accounts
                .iter_mut()
                .filter(|a| a.id == *account_id)
            {
                account.unusable_since_code = Some(return_code.clone());
            }
        }
        Event::DebitAuthorizationEnded { account_id, .. } => {
            for account in customer
                .bank_accounts
                .iter_mut()
                .filter(|a| a.id == *account_id)
            {
                account.debit_authorized_on = None;
                account.debit_ended_on = Some(meta.business_date);
            }
        }
        Event::CustomerForgotten { .. } => forget(customer, meta, tax_ids),
        // A note is read in the log; no rule asks for it.
        _ => {}
    }
    Ok(())
}

fn forget(
    customer: &mut Customer,
    meta: &Meta,
    tax_ids: &mut std::collections::BTreeMap<String, crate::ids::CustomerId>,
) {
    if let Private::Known(profile) = &customer.profile {
        tax_ids.remove(&profile.tax_id);
    }
    customer.profile = Private::Forgotten;
    for account in &mut customer.bank_accounts {
        account.numbers = Private::Forgotten;
    }
    customer.forgotten_on = Some(meta.business_date);
}

fn line(world: &mut World, line_id: LineId) -> Result<&mut Line, Inconsistent> {
    world
        .lines
        .get_mut(&line_id)
        .ok_or_else(|| missing("line", line_id))
}

fn movement(world: &mut World, id: MovementId) -> Result<&mut Movement, Inconsistent> {
    world
        .movements
        .get_mut(&id)
        .ok_or_else(|| missing("movement", id))
}

fn apply_to_line(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    match event {
        Event::ApplicationTaken { .. } => begin_line(world, meta, event)?,
        Event::ApplicationApproved {
            line_id,
            limit_minor,
            terms,
            by_policy,
        } => {
            let by = acted_by(meta)
                .ok_or_else(|| missing("the person behind an approval of", line_id))?;
            line(world, *line_id)?.decision = Some(Decision::Approved {
                limit_minor: *limit_minor,
                terms: Box::new(terms.clone()),
                by,
                on: meta.business_date,
                by_policy: *by_policy,
            });
        }
        Event::MissingRecorded { .. }
        | Event::IncompletenessNoticed { .. }
        | Event::CheckRecorded { .. } => apply_to_intake(world, meta, event)?,
        Event::ApplicationRejected {
            line_id,
            reasons,
            other_words,
        } => {
            let by = acted_by(meta)
                .ok_or_else(|| missing("the person behind a rejection of", line_id))?;
            line(world, *line_id)?.decision = Some(Decision::Rejected {
                reasons: reasons.clone(),
                other_words: other_words.clone(),
                by,
                on: meta.business_date,
            });
        }
        Event::ApplicationCancelled { line_id, .. } => {
            line(world, *line_id)?.cancelled_on = Some(meta.business_date);
        }
        Event::AgreementRecorded { line_id, signed_on } => {
            line(world, *line_id)?.agreement_signed_on = Some(*signed_on);
        }
        Event::LineFrozen { line_id, note } => line(world, *line_id)?.frozen = Some(note.clone()),
        Event::LineUnfrozen { line_id, .. } => {
            let line = line(world, *line_id)?;
            line.frozen = None;
            line.adverse.take_back_freeze();
        }
        Event::AdverseActionTaken { line_id, action } => {
            let adverse = &mut line(world, *line_id)?.adverse;
            adverse.take(*action, meta.business_date);
        }
        Event::AdverseActionTold {
            line_id,
            reasons,
            other_words,
            ..
        } => line(world, *line_id)?.adverse.tell(Told {
            on: meta.business_date,
            reasons: reasons.clone(),
            other_words: other_words.clone(),
        }),
        Event::CancellationRequested { line_id, .. } => {
            let line = line(world, *line_id)?;
            line.cancellation_requested_on = Some(meta.business_date);
            line.cancellation_requested_by = meta
                .user_id
                .zip(meta.person_id)
                .map(|(user_id, person_id)| ActedBy { user_id, person_id });
        }
        Event::CancellationDeclined { line_id, .. } => {
            let line = line(world, *line_id)?;
            line.cancellation_requested_on = None;
            line.cancellation_requested_by = None;
        }
        Event::LineClosed { line_id, .. } => {
            line(world, *line_id)?.closed_on = Some(meta.business_date)
        }
        Event::MovementRequested { .. } => begin_movement(world, meta, event)?,
        Event::DrawApproved { movement_id, .. } | Event::GlassBroken { movement_id, .. } => {
            movement(world, *movement_id)?.decided_by = acted_by(meta);
            move_to(world, *movement_id, MovementState::Approved, false)?;
        }
        Event::DrawDeclined { movement_id, .. } => {
            movement(world, *movement_id)?.decided_by = acted_by(meta);
            move_to(world, *movement_id, MovementState::Declined, false)?;
        }
        Event::MovementCancelled { movement_id, .. } => {
            next(
                world,
                *movement_id,
                meta,
                "called off",
                NextStep::Nothing,
                None,
            )?;
            move_to(world, *movement_id, MovementState::Cancelled, false)?;
        }
        Event::CashMoved {
            line_id,
            movement_id,
            kind,
            amount_minor,
            effective_on,
            allocation,
            ..
        } => {
            let moved = movement(world, *movement_id)?;
            moved.settled_on = Some(*effective_on);
            moved.allocation = *allocation;
            move_to(
                world,
                *movement_id,
                MovementState::Settled,
                *kind == MovementKind::Draw,
            )?;
            if *kind == MovementKind::Refund {
                note_credit_use(line(world, *line_id)?, *effective_on, *amount_minor);
            }
        }
        Event::CreditApplied {
            line_id,
            allocation,
            effective_on,
        } => {
            let used = Minor::sum([
                allocation.fees_minor,
                allocation.interest_minor,
                allocation.principal_minor,
            ])?;
            note_credit_use(line(world, *line_id)?, *effective_on, used);
        }
        Event::CreditTakenBack { line_id, parts } => {
            let total = Minor::sum(parts.iter().map(|(_, amount)| *amount))?;
            take_back_uses(line(world, *line_id)?, total)?;
        }
        Event::OverpaymentCredited { .. } => {}
        Event::ChangeRequested { .. }
        | Event::ChangeApproved { .. }
        | Event::ChangeDeclined { .. }
        | Event::MovementReversed { .. }
        | Event::LimitSet { .. }
        | Event::RateSet { .. } => apply_change(world, meta, event)?,
        _ => apply_to_transfer(world, meta, event)?,
    }
    Ok(())
}

fn apply_to_intake(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    match event {
        Event::MissingRecorded { line_id, missing } => {
            let intake = &mut line(world, *line_id)?.intake;
            // A notice holds for what it named.
            if missing.iter().any(|item| !intake.missing.contains(item)) || missing.is_empty() {
                intake.notice = None;
            }
            intake.missing = missing.clone();
            intake.complete_since = missing.is_empty().then_some(meta.business_date);
        }
        Event::IncompletenessNoticed {
            line_id, reply_by, ..
        } => {
            line(world, *line_id)?.intake.notice = Some(Notice {
                on: meta.business_date,
                reply_by: *reply_by,
            });
        }
        Event::CheckRecorded {
            line_id,
            check,
            passed,
        } => {
            let by =
                acted_by(meta).ok_or_else(|| missing("the person behind a check of", line_id))?;
            let checks = &mut line(world, *line_id)?.intake.checks;
            checks.retain(|mark| mark.check != *check);
            checks.push(CheckMark {
                check: *check,
                passed: *passed,
                by,
                on: meta.business_date,
            });
        }
        _ => {}
    }
    Ok(())
}

fn apply_change(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    match event {
        Event::ChangeRequested {
            line_id,
            change_id,
            change,
            reason,
            expires_on,
        } => {
            let asked_by = acted_by(meta)
                .ok_or_else(|| missing("the person who asked for a change of", line_id))?;
            line(world, *line_id)?.waiting_changes.push(WaitingChange {
                id: *change_id,
                change: change.clone(),
                reason: reason.clone(),
                asked_by,
                asked_on: meta.business_date,
                expires_on: *expires_on,
            });
        }
        Event::ChangeApproved {
            line_id, change_id, ..
        }
        | Event::ChangeDeclined {
            line_id, change_id, ..
        } => {
            let line = line(world, *line_id)?;
            line.waiting_changes
                .retain(|waiting| waiting.id != *change_id);
        }
        // Cash that was entered wrongly stands as come back over the counter.
        Event::MovementReversed {
            line_id,
            movement_id,
            kind,
            ..
        } => {
            movement(world, *movement_id)?.reversals += 1;
            let sent = *kind == MovementKind::Draw;
            move_to(world, *movement_id, MovementState::Returned, sent)?;
            if *kind == MovementKind::Draw {
                line(world, *line_id)?.draws_returned += 1;
            }
        }
        Event::LimitSet {
            line_id,
            limit_minor: new,
        } => {
            let line = line(world, *line_id)?;
            if let Some(Decision::Approved { limit_minor, .. }) = &mut line.decision {
                *limit_minor = *new;
            }
            line.adverse.take_back_refusal(*new);
        }
        Event::RateSet {
            line_id,
            from,
            annual_percent,
        } => {
            if let Some(Decision::Approved { terms, .. }) = &mut line(world, *line_id)?.decision {
                terms.set_rate(*from, *annual_percent);
            }
        }
        _ => {}
    }
    Ok(())
}

fn begin_line(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    let Event::ApplicationTaken {
        line_id,
        number,
        customer_id,
        product_id,
        product_name,
        requested_minor,
        purpose,
        missing: lacking,
    } = event
    else {
        return Ok(());
    };
    let taken_by = acted_by(meta).ok_or_else(|| missing("the person who took", line_id))?;
    world.branch.lines_numbered += 1;
    let line = Line {
        id: *line_id,
        version: 0,
        number: number.clone(),
        customer_id: *customer_id,
        product_id: *product_id,
        product_name: product_name.clone(),
        requested_minor: *requested_minor,
        purpose: purpose.clone(),
        taken_by,
        taken_on: meta.business_date,
        taken_at: meta.at,
        intake: Intake {
            complete_since: lacking.is_empty().then_some(meta.business_date),
            missing: lacking.clone(),
            ..Intake::default()
        },
        decision: None,
        agreement_signed_on: None,
        cancelled_on: None,
        closed_on: None,
        frozen: None,
        adverse: AdverseActions::default(),
        cancellation_requested_on: None,
        cancellation_requested_by: None,
        balances: Default::default(),
        draws_on_their_way_minor: Minor::ZERO,
        movements_on_their_way: 0,
        draws_sent: 0,
        draws_returned: 0,
        holds: Vec::new(),
        credit_uses: Vec::new(),
        in_review: 0,
        waiting_changes: Vec::new(),
        history: History::default(),
    };
    world.lines.insert(*line_id, line);
    Ok(())
}

fn begin_movement(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    let Event::MovementRequested {
        line_id,
        movement_id,
        kind,
        method,
        amount_minor,
        ..
    } = event
    else {
        return Ok(());
    };
    let requested_by =
        acted_by(meta).ok_or_else(|| missing("the person who asked for", movement_id))?;
    let line = line(world, *line_id)?;
    line.movements_on_their_way += 1;
    if *kind == MovementKind::Draw {
        line.draws_on_their_way_minor = line.draws_on_their_way_minor.plus(*amount_minor)?;
    }
    let movement = Movement {
        id: *movement_id,
        line_id: *line_id,
        customer_id: line.customer_id,
        kind: *kind,
        method: method.clone(),
        amount_minor: *amount_minor,
        state: MovementState::Requested,
        requested_by,
        requested_on: meta.business_date,
        requested_at: meta.at,
        decided_by: None,
        settled_on: None,
        allocation: None,
        return_code: None,
        review: None,
        sent: false,
        transfer: None,
        reversals: 0,
        presentation: None,
        presented_as: None,
    };
    world.movements.insert(*movement_id, movement);
    Ok(())
}

fn apply_to_transfer(world: &mut World, meta: &Meta, event: &Event) -> Result<(), Inconsistent> {
    match event {
        Event::TransferQueued { movement_id, .. } => {
            movement(world, *movement_id)?.transfer = Some(Transfer::queued(meta.at));
            move_to(world, *movement_id, MovementState::Queued, false)?;
        }
        Event::TransferMarked {
            movement_id,
            attempt,
            ..
        } => {
            let transfer = transfer(world, *movement_id)?;
            transfer.attempts = *attempt;
            transfer.marked_at = Some(meta.at);
            move_to(world, *movement_id, MovementState::Sending, true)?;
        }
        Event::TransferNotSent {
            movement_id,
            reason,
            next_at,
            ..
        } => {
            back_in_line(
                world,
                *movement_id,
                meta,
                &format!("not sent: {reason}"),
                *next_at,
            )?;
        }
        Event::TransferDeferred {
            movement_id,
            status,
            next_at,
            ..
        } => {
            back_in_line(
                world,
                *movement_id,
                meta,
                &format!("not taken: status {status}"),
                *next_at,
            )?;
        }
        Event::TransferInDoubt {
            movement_id,
            reason,
            next_at,
            ..
        } => {
            doubt(world, *movement_id)?;
            next(
                world,
                *movement_id,
                meta,
                &format!("in doubt: {reason}"),
                NextStep::Ask,
                Some(*next_at),
            )?;
            move_to(world, *movement_id, MovementState::Unknown, true)?;
        }
        Event::TransferRefused {
            movement_id,
            status,
            next_at,
            ..
        } => {
            transfer(world, *movement_id)?.refused_status = Some(*status);
            next(
                world,
                *movement_id,
                meta,
                &format!("refused: status {status}"),
                NextStep::Ask,
                Some(*next_at),
            )?;
            move_to(world, *movement_id, MovementState::Unknown, true)?;
        }
        Event::TransferNotFound {
            movement_id,
            next_at,
            ..
        } => {
            next(
                world,
                *movement_id,
                meta,
                "the network does not know it yet",
                NextStep::Send,
                Some(*next_at),
            )?;
            // Set aside and asked about before anything of it left: it waits like any other.
            if never_left(world, *movement_id)? {
                move_to(world, *movement_id, MovementState::Queued, false)?;
            }
        }
        Event::TransferAskedInVain {
            movement_id,
            reason,
            next_at,
            ..
        } => {
            let step = transfer(world, *movement_id)?.next;
            next(
                world,
                *movement_id,
                meta,
                &format!("asked in vain: {reason}"),
                step,
                Some(*next_at),
            )?;
        }
        Event::TransferAccepted {
            movement_id,
            remote_id,
            settlement_date,
            next_at,
            ..
        } => {
            let known = transfer_or_new(world, *movement_id, meta)?;
            known.remote_id = Some(remote_id.clone());
            known.settlement_date = *settlement_date;
            next(
                world,
                *movement_id,
                meta,
                "accepted",
                NextStep::Follow,
                Some(*next_at),
            )?;
            move_to(world, *movement_id, MovementState::Accepted, true)?;
        }
        Event::TransferSettled {
            line_id,
            movement_id,
            remote_id,
            effective_on,
            allocation,
            kind,
            ..
        } => {
            transfer_or_new(world, *movement_id, meta)?.remote_id = Some(remote_id.clone());
            next(
                world,
                *movement_id,
                meta,
                "settled",
                NextStep::Nothing,
                None,
            )?;
            let settled = movement(world, *movement_id)?;
            settled.settled_on = Some(*effective_on);
            settled.allocation = *allocation;
            move_to(world, *movement_id, MovementState::Settled, true)?;
            if *kind == MovementKind::Repayment {
                let parts = allocation.unwrap_or_default();
                hold(world, meta, *line_id, *movement_id, parts)?;
            }
        }
        Event::TransferRejected {
            movement_id,
            remote_id,
            status,
            ..
        } => {
            let known = transfer(world, *movement_id)?;
            known.remote_id = remote_id.clone().or(known.remote_id.take());
            let words = status.map_or("rejected".to_owned(), |status| {
                format!("rejected: status {status}")
            });
            next(world, *movement_id, meta, &words, NextStep::Nothing, None)?;
            move_to(world, *movement_id, MovementState::Rejected, false)?;
        }
        Event::TransferReturned {
            line_id,
            movement_id,
            return_code,
            kind,
            ..
        } => {
            let returned = movement(world, *movement_id)?;
            returned.return_code = Some(return_code.clone());
            returned.reversals += 1;
            next(
                world,
                *movement_id,
                meta,
                &format!("returned: {return_code}"),
                NextStep::Nothing,
                None,
            )?;
            move_to(world, *movement_id, MovementState::Returned, true)?;
            let line = line(world, *line_id)?;
            line.holds.retain(|hold| hold.repayment_id != *movement_id);
            if *kind == MovementKind::Draw {
                line.draws_returned += 1;
            }
        }
        Event::TransferInReview {
            movement_id,
            reason,
            ..
        } => {
            movement(world, *movement_id)?.review = Some(*reason);
            // The answer to a marked attempt is still out: its bytes may have arrived.
            if movement(world, *movement_id)?.state == MovementState::Sending {
                doubt(world, *movement_id)?;
            }
            next(
                world,
                *movement_id,
                meta,
                reason.words(),
                NextStep::Nothing,
                None,
            )?;
            let sent = movement(world, *movement_id)?.sent;
            move_to(world, *movement_id, MovementState::NeedsReview, sent)?;
        }
        Event::TransferToBeAsked { movement_id, .. } => {
            let now = Some(meta.at);
            next(
                world,
                *movement_id,
                meta,
                "to be asked again",
                NextStep::Ask,
                now,
            )?;
            let sent = movement(world, *movement_id)?.sent;
            move_to(world, *movement_id, MovementState::Unknown, sent)?;
        }
        Event::ReturnReturned {
            line_id,
            movement_id,
            kind,
            allocation,
            ..
        } => {
            next(
                world,
                *movement_id,
                meta,
                "the return came back: it stands as settled",
                NextStep::Nothing,
                None,
            )?;
            let settled = movement(world, *movement_id)?;
            settled.reversals += 1;
            settled.allocation = *allocation;
            move_to(world, *movement_id, MovementState::Settled, true)?;
            if *kind == MovementKind::Repayment {
                let parts = allocation.unwrap_or_default();
                hold(world, meta, *line_id, *movement_id, parts)?;
            }
        }
        Event::TransferParked { movement_id, .. } => {
            movement(world, *movement_id)?.review = Some(ReviewReason::Parked);
            let words = ReviewReason::Parked.words();
            next(world, *movement_id, meta, words, NextStep::Nothing, None)?;
            let sent = movement(world, *movement_id)?.sent;
            move_to(world, *movement_id, MovementState::NeedsReview, sent)?;
        }
        Event::TransferRetried { movement_id, .. } => {
            let now = Some(meta.at);
            let words = "to be tried now";
            if never_left(world, *movement_id)? {
                next(world, *movement_id, meta, words, NextStep::Send, now)?;
                move_to(world, *movement_id, MovementState::Queued, false)?;
            } else {
                // What may have arrived is asked about before its bytes go again.
                let sent = movement(world, *movement_id)?.sent;
                next(world, *movement_id, meta, words, NextStep::Ask, now)?;
                move_to(world, *movement_id, MovementState::Unknown, sent)?;
            }
        }
        Event::DebitPresentedAgain {
            movement_id,
            presentation_id,
            ..
        } => movement(world, *movement_id)?.presented_as = Some(*presentation_id),
        Event::DebitPresents {
            movement_id,
            of,
            number,
            first_settled_on,
            ..
        } => {
            movement(world, *movement_id)?.presentation = Some(Presentation {
                of: *of,
                number: *number,
                first_settled_on: *first_settled_on,
            });
        }
        Event::TransferWithdrawn {
            movement_id,
            reason,
            ..
        } => {
            // What may have left was proven never to have arrived: that is a "no", no calling off.
            let left = transfer(world, *movement_id)?.doubtful > 0;
            next(
                world,
                *movement_id,
                meta,
                reason.words(),
                NextStep::Nothing,
                None,
            )?;
            let ended = if left {
                MovementState::Rejected
            } else {
                MovementState::Cancelled
            };
            move_to(world, *movement_id, ended, false)?;
        }
        _ => {}
    }
    Ok(())
}

/// Whether no byte of it can have reached the network.
fn never_left(world: &mut World, id: MovementId) -> Result<bool, Inconsistent> {
    let sent = movement(world, id)?.sent;
    let known = transfer(world, id)?;
    Ok(!sent && known.doubtful == 0 && known.remote_id.is_none())
}

fn transfer(world: &mut World, id: MovementId) -> Result<&mut Transfer, Inconsistent> {
    movement(world, id)?
        .transfer
        .as_mut()
        .ok_or_else(|| missing("the transfer of", id))
}

/// The network has it, although it was never queued here: it was sent before a restore.
fn transfer_or_new<'a>(
    world: &'a mut World,
    id: MovementId,
    meta: &Meta,
) -> Result<&'a mut Transfer, Inconsistent> {
    let known = &mut movement(world, id)?.transfer;
    Ok(known.get_or_insert_with(|| Transfer::queued(meta.at)))
}

/// A marked attempt did not arrive. If an earlier one may have, that doubt stays: a refused
/// connection today says nothing about yesterday's bytes.
fn back_in_line(
    world: &mut World,
    id: MovementId,
    meta: &Meta,
    words: &str,
    next_at: UtcMillis,
) -> Result<(), Inconsistent> {
    let doubtful = transfer(world, id)?.doubtful > 0;
    if doubtful && !crate::planted!(UnknownLaundered) {
        next(world, id, meta, words, NextStep::Ask, Some(next_at))?;
        move_to(world, id, MovementState::Unknown, true)
    } else {
        next(world, id, meta, words, NextStep::Send, Some(next_at))?;
        move_to(world, id, MovementState::Queued, false)
    }
}

fn doubt(world: &mut World, id: MovementId) -> Result<(), Inconsistent> {
    let transfer = transfer(world, id)?;
    transfer.doubtful += 1;
    transfer.first_doubt_at = transfer.first_doubt_at.or(transfer.marked_at);
    Ok(())
}

fn next(
    world: &mut World,
    id: MovementId,
    meta: &Meta,
    words: &str,
    step: NextStep,
    at: Option<UtcMillis>,
) -> Result<(), Inconsistent> {
    if let Some(transfer) = movement(world, id)?.transfer.as_mut() {
        transfer.next = step;
        transfer.next_at = at.unwrap_or(transfer.next_at);
        transfer.last = Some(words.to_owned());
        transfer.last_at = Some(meta.at);
    }
    Ok(())
}

/// Moves a movement to a state and keeps the line's counts of what is on its way, under review
/// and sent in step.
fn move_to(
    world: &mut World,
    id: MovementId,
    state: MovementState,
    sent: bool,
) -> Result<(), Inconsistent> {
    let movement = movement(world, id)?;
    let (was, was_sent) = (movement.state, movement.sent);
    let (line_id, kind, amount) = (movement.line_id, movement.kind, movement.amount_minor);
    movement.state = state;
    movement.sent = sent;
    if state != MovementState::NeedsReview {
        movement.review = None;
    }
    let line = line(world, line_id)?;
    match (was.on_its_way(), state.on_its_way()) {
        (true, false) => {
            line.movements_on_their_way = line.movements_on_their_way.saturating_sub(1);
            let kept = state == MovementState::Rejected && crate::planted!(ReservationNotReleased);
            if kind == MovementKind::Draw && !kept {
                line.draws_on_their_way_minor = line.draws_on_their_way_minor.minus(amount)?;
            }
        }
        (false, true) => {
            line.movements_on_their_way += 1;
            if kind == MovementKind::Draw {
                line.draws_on_their_way_minor = line.draws_on_their_way_minor.plus(amount)?;
            }
        }
        (true, true) | (false, false) => {}
    }
    let review = MovementState::NeedsReview;
    match (was == review, state == review) {
        (true, false) => line.in_review = line.in_review.saturating_sub(1),
        (false, true) => line.in_review += 1,
        (true, true) | (false, false) => {}
    }
    if kind == MovementKind::Draw {
        match (was_sent, sent) {
            (true, false) => line.draws_sent = line.draws_sent.saturating_sub(1),
            (false, true) => line.draws_sent += 1,
            (true, true) | (false, false) => {}
        }
        // Out of "returned" again: the network moved it after all.
        if was == MovementState::Returned && state != MovementState::Returned {
            line.draws_returned = line.draws_returned.saturating_sub(1);
        }
    }
    Ok(())
}

/// Remembers what a network repayment paid until it frees the limit, and drops the holds that
/// did.
fn hold(
    world: &mut World,
    meta: &Meta,
    line_id: LineId,
    repayment_id: MovementId,
    parts: Allocation,
) -> Result<(), Inconsistent> {
    let today = meta.business_date;
    let days = line(world, line_id)?
        .terms()
        .map_or(0, |terms| terms.hold_banking_days);
    let frees_on = world.branch.calendar.business_days_after(today, days);
    let line = line(world, line_id)?;
    line.holds.retain(|hold| today < hold.frees_on);
    if parts.principal_minor.is_positive() || parts.credit_minor.is_positive() {
        // The network told us today; the days count from when we could know.
        line.holds.push(Hold {
            repayment_id,
            principal_minor: parts.principal_minor,
            credit_minor: parts.credit_minor,
            frees_on,
        });
    }
    Ok(())
}

fn note_credit_use(line: &mut Line, on: crate::date::BusinessDate, amount_minor: Minor) {
    if amount_minor.is_positive() {
        line.credit_uses.push(CreditUse { on, amount_minor });
    }
}

fn take_back_uses(line: &mut Line, total: Minor) -> Result<(), Overflow> {
    let mut left = total;
    while let Some(newest) = line.credit_uses.last_mut() {
        let taken = left.min(newest.amount_minor);
        newest.amount_minor = newest.amount_minor.minus(taken)?;
        left = left.minus(taken)?;
        if newest.amount_minor.is_zero() {
            line.credit_uses.pop();
        }
        if left.is_zero() {
            break;
        }
    }
    Ok(())
}

/// Carries the postings of an event into the balances of its line.
fn post(
    world: &mut World,
    line_id: LineId,
    meta: &Meta,
    event: &Event,
) -> Result<(), Inconsistent> {
    let entries = postings(meta, event)?;
    fill(&mut world.branch, &entries)?;
    let closed_through = world.branch.closed_through;
    let line = line(world, line_id)?;
    for entry in &entries {
        for leg in &entry.legs {
            let balances = &mut line.balances;
            match leg.account {
                Account::Principal(_) => {
                    balances.principal_minor = balances.principal_minor.plus(leg.amount_minor)?
                }
                Account::Interest(_) => {
                    balances.interest_minor = balances.interest_minor.plus(leg.amount_minor)?
                }
                Account::Fees(_) => {
                    balances.fees_minor = balances.fees_minor.plus(leg.amount_minor)?
                }
                Account::Credit(_) => {
                    balances.credit_minor = balances.credit_minor.minus(leg.amount_minor)?
                }
                Account::Drawer(_)
                | Account::Vault
                | Account::Clearing
                | Account::Bank
                | Account::Suspense
                | Account::OverShort
                | Account::Allowance
                | Account::InterestIncome
                | Account::FeeIncome => {}
            }
        }
    }
    note(line, meta, event, &entries, closed_through)?;
    Ok(())
}
