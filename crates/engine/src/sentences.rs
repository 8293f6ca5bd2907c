//! Events in words, for people who read the log. A sentence never holds a private value: it is
//! made from the event as it reads without any key.

use domain::account::Role;
use domain::change::LineChange;
use domain::command::{RejectionReason, Speed};
use domain::drawer::VaultWay;
use domain::event::Event;
use domain::intake::MissingItem;
use domain::money::{Currency, Minor};
use domain::movement::{Method, Movement, MovementKind};
use domain::product::Due;
use domain::replay::Cause;

fn noun(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Draw => "draw",
        MovementKind::Repayment => "repayment",
        MovementKind::Refund => "refund of customer credit",
    }
}

fn by(method: &Method) -> String {
    match method {
        Method::Cash => "in cash".to_owned(),
        Method::Network { last4, speed, .. } => {
            let speed = match speed {
                Speed::Standard => "standard",
                Speed::Express => "express",
            };
            format!("through bank account •••• {last4} ({speed})")
        }
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Staff => "staff",
        Role::Admin => "admin",
    }
}

fn listed(missing: &[MissingItem]) -> String {
    let words: Vec<String> = missing
        .iter()
        .map(|item| item.words().to_lowercase())
        .collect();
    words.join("; ")
}

/// The words of "other" are the customer's alone.
fn because(reasons: &[RejectionReason]) -> String {
    let words: Vec<&str> = reasons.iter().map(|reason| reason.words()).collect();
    words.join("; ")
}

fn over_or_short(over: Minor, money: impl Fn(Minor) -> String) -> String {
    match over {
        Minor::ZERO => "as it should be".to_owned(),
        over if over.is_positive() => format!("{} over", money(over)),
        short => format!("{} short", money(Minor(-short.0))),
    }
}

/// One plain sentence. Who did it and when stands beside it.
pub fn sentence(event: &Event, currency: Currency) -> String {
    let money = |amount: Minor| format!("{} {}", currency.format(amount), currency.code());
    match event {
        Event::StoreSetUp { branch_name, .. } => format!("The store of {branch_name} was set up."),
        Event::CursorMoved { .. } => "The network's news was read.".to_owned(),
        Event::StrangersRefused { counts } => {
            let total: u64 = counts.iter().map(|(_, count)| u64::from(*count)).sum();
            format!("Refused without an account behind it: {total}.")
        }
        Event::AccountAsked {
            login,
            admin_requested,
            ..
        } => {
            let wish = if *admin_requested {
                ", as an admin"
            } else {
                ""
            };
            format!("The account {login} was asked for{wish}.")
        }
        Event::AccountApproved {
            role: granted,
            founding: true,
            ..
        } => format!("The account became the store's first {}.", role(*granted)),
        Event::AccountApproved { role: granted, .. } => {
            format!("The account was approved as {}.", role(*granted))
        }
        Event::RoleSet { role: set, .. } => format!("The account became {}'s.", role(*set)),
        Event::AccountDisabled { .. } => "The account was disabled.".to_owned(),
        Event::AccountEnabled { .. } => "The account was enabled again.".to_owned(),
        Event::AccountDeclined { .. } => "The account was declined.".to_owned(),
        Event::SignedIn { .. } => "Signed in.".to_owned(),
        Event::SignInFailed { failures, .. } => format!("Sign-in failed, {failures} in a row."),
        Event::PasswordProven { .. } => "The password was given again.".to_owned(),
        Event::SignedOut { .. } => "Signed out.".to_owned(),
        Event::ResetCodeIssued { .. } => "A reset code was issued.".to_owned(),
        Event::AccessRecovered { .. } => {
            "Access was recovered from the command line, with the store's passphrase.".to_owned()
        }
        Event::CredentialRenewed { .. } => "The password was hashed anew.".to_owned(),
        Event::PasswordReset { .. } => "A new password was set with the reset code.".to_owned(),
        Event::PasswordChanged { .. } => "The password was changed by its person.".to_owned(),
        Event::SecondFactorSet { .. } => "A second factor was set up.".to_owned(),
        Event::SecondFactorUsed { .. } => "The code of the second factor was right.".to_owned(),
        Event::SecondFactorRemoved { .. } => "The second factor was removed.".to_owned(),
        Event::PassphraseChanged {} => "The store's passphrase was changed.".to_owned(),
        Event::PrivateRevealed { masked, .. } => {
            format!("The {} of a customer was shown in full.", masked.words())
        }
        Event::SecondFactorDemanded { of_admins: true } => {
            "A second factor is demanded of admins.".to_owned()
        }
        Event::SecondFactorDemanded { of_admins: false } => {
            "A second factor is not demanded any more.".to_owned()
        }
        Event::AccountUnlocked { .. } => "The account was unlocked.".to_owned(),
        Event::CommandRefused { kind, code, .. } => {
            format!("Refused: {}. {}", words(&format!("{kind:?}")), code.words())
        }
        Event::ProductDefined { name, .. } => format!("The product {name} was defined."),
        Event::CustomerRecorded { number, .. } => format!("Customer {number} was recorded."),
        Event::CustomerUpdated { .. } => "The customer's details were changed.".to_owned(),
        Event::BankAccountAdded { last4, .. } => {
            format!("Bank account •••• {last4} was added.")
        }
        Event::DebitAuthorized { signed_on, .. } => {
            format!("Debits were authorized, signed on {signed_on}.")
        }
        Event::BankAccountUnusable { return_code, .. } => {
            format!("A bank account became unusable after return {return_code}.")
        }
        Event::DebitAuthorizationEnded { return_code, .. } => {
            format!("A debit authorization ended with return {return_code}.")
        }
        Event::ContactNoted { channel, .. } => {
            format!("A contact was noted: {}.", channel.words().to_lowercase())
        }
        Event::CustomerForgotten { .. } => "The customer was forgotten.".to_owned(),
        Event::ApplicationTaken {
            number,
            product_name,
            requested_minor,
            ..
        } => format!(
            "Application {number} was taken: {product_name}, {} requested.",
            money(*requested_minor)
        ),
        Event::MissingRecorded { missing, .. } if missing.is_empty() => {
            "The application is complete.".to_owned()
        }
        Event::MissingRecorded { missing, .. } => format!("Missing: {}.", listed(missing)),
        Event::IncompletenessNoticed {
            missing, reply_by, ..
        } => format!(
            "Told the customer what is missing by {reply_by}: {}.",
            listed(missing)
        ),
        Event::CheckRecorded { check, passed, .. } => {
            let outcome = if *passed { "in order" } else { "not passed" };
            format!("Checked: {}, {outcome}.", check.words().to_lowercase())
        }
        Event::ApplicationApproved {
            limit_minor,
            terms,
            by_policy: true,
            ..
        } => format!(
            "Approved by the product's own rule with a limit of {} at {} %.",
            money(*limit_minor),
            terms.annual_percent
        ),
        Event::ApplicationApproved {
            limit_minor, terms, ..
        } => format!(
            "Approved with a limit of {} at {} %.",
            money(*limit_minor),
            terms.annual_percent
        ),
        Event::ApplicationRejected { reasons, .. } => format!("Rejected: {}.", because(reasons)),
        Event::ApplicationCancelled { .. } => "The application was cancelled.".to_owned(),
        Event::AgreementRecorded { signed_on, .. } => {
            format!("The agreement was recorded, signed on {signed_on}.")
        }
        Event::LineFrozen { .. } => "The line was frozen: no draws.".to_owned(),
        Event::LineUnfrozen { .. } => "The line was released from its freeze.".to_owned(),
        Event::AdverseActionTaken { action, .. } => {
            let done = action.words(currency);
            format!("{done} The customer has to be told why.")
        }
        Event::AdverseActionTold { reasons, .. } => {
            format!("Told the customer of adverse action: {}.", because(reasons))
        }
        Event::CancellationRequested { .. } => "Cancellation was requested.".to_owned(),
        Event::CancellationDeclined { .. } => "The request to cancel was declined.".to_owned(),
        Event::LineClosed {
            after_request: true,
            ..
        } => "The line closed as requested: nothing is owed.".to_owned(),
        Event::LineClosed { .. } => "The line was closed.".to_owned(),
        Event::MovementRequested {
            kind,
            method,
            amount_minor,
            needs_second_person,
            ..
        } => {
            let wait = if *needs_second_person {
                " A second person has to approve it."
            } else {
                ""
            };
            format!(
                "A {} of {} was asked for, {}.{wait}",
                noun(*kind),
                money(*amount_minor),
                by(method)
            )
        }
        Event::DrawApproved { .. } => "The draw was approved.".to_owned(),
        Event::DrawDeclined { .. } => "The draw was declined.".to_owned(),
        Event::GlassBroken { .. } => {
            "The glass was broken: whoever asked for the draw released it alone.".to_owned()
        }
        Event::MovementCancelled { .. } => "It was called off before anything left.".to_owned(),
        Event::CashMoved {
            kind, amount_minor, ..
        } => match kind {
            MovementKind::Draw => format!("{} was paid out in cash.", money(*amount_minor)),
            MovementKind::Repayment => format!("{} was repaid in cash.", money(*amount_minor)),
            MovementKind::Refund => {
                format!(
                    "{} of customer credit was handed back.",
                    money(*amount_minor)
                )
            }
        },
        Event::CreditApplied { .. } => "Customer credit was applied to what is owed.".to_owned(),
        Event::CreditTakenBack { .. } => {
            "Customer credit that had been used was charged to principal.".to_owned()
        }
        Event::OverpaymentCredited { amount_minor, .. } => {
            format!(
                "{} repaid too much became customer credit.",
                money(*amount_minor)
            )
        }
        Event::FeeCharged {
            cause,
            amount_minor,
            on,
            ..
        } => {
            let why = match cause {
                Cause::LateFee { closing_on } => {
                    format!("the minimum of the statement of {closing_on} was not paid in time")
                }
                _ => "a repayment was returned".to_owned(),
            };
            let fee = money(*amount_minor);
            format!("A fee of {fee} is due from {on}: {why}.")
        }
        Event::LinePosted { postings, .. } if postings.is_empty() => {
            "Less than half a minor unit of interest was dropped.".to_owned()
        }
        Event::LinePosted { postings, .. } => {
            let parts: Vec<String> = postings
                .iter()
                .map(|posting| {
                    let kind = posting.kind.words();
                    match posting.change.balance() {
                        Ok(amount) if !amount.is_zero() => {
                            format!("{kind} {} as of {}", money(amount), posting.on)
                        }
                        Ok(_) | Err(_) => format!("{kind} as of {}", posting.on),
                    }
                })
                .collect();
            format!("Posted: {}.", parts.join("; "))
        }
        Event::CycleClosed { statement, .. } => format!(
            "The statement of {} was made: {} to pay by {}.",
            statement.closing_on,
            money(statement.minimum_minor),
            statement.due_on
        ),
        Event::DayClosed { date, next } => {
            format!("The business date {date} was closed; {next} is open.")
        }
        Event::DrawerOpened { float_minor, .. } => {
            format!("A drawer was opened with {}.", money(*float_minor))
        }
        Event::VaultCashMoved {
            way, amount_minor, ..
        } => match way {
            VaultWay::FromVault => format!("{} came from the vault.", money(*amount_minor)),
            VaultWay::ToVault => format!("{} went to the vault.", money(*amount_minor)),
        },
        Event::DrawerCounted {
            counted_minor,
            over_minor,
            ..
        } => format!(
            "A drawer was counted: {}, {}.",
            money(*counted_minor),
            over_or_short(*over_minor, money)
        ),
        Event::DrawerClosed {
            counted_minor,
            over_minor,
            ..
        } => format!(
            "A drawer was closed: {}, {}. All of it went to the vault.",
            money(*counted_minor),
            over_or_short(*over_minor, money)
        ),
        Event::HolidaysSet { holidays } => {
            format!("The holiday calendar was set: {} days.", holidays.len())
        }
        Event::TransferQueued {
            kind, amount_minor, ..
        } => format!(
            "A transfer of {} for the {} is queued.",
            money(*amount_minor),
            noun(*kind)
        ),
        Event::TransferMarked { attempt, .. } => format!("Sending began, attempt {attempt}."),
        Event::TransferNotSent { reason, .. } => format!("Nothing was sent: {reason}."),
        Event::TransferInDoubt { reason, .. } => {
            format!("It may have arrived: {reason}. The network will be asked.")
        }
        Event::TransferDeferred { status, .. } => {
            format!("The network did not take it yet (status {status}).")
        }
        Event::TransferRefused { status, .. } => {
            format!("The network refused it (status {status}) and will be asked once more.")
        }
        Event::TransferNotFound { .. } => "The network does not know it.".to_owned(),
        Event::TransferAskedInVain { reason, .. } => {
            format!("The network was asked and gave no answer: {reason}.")
        }
        Event::TransferAccepted {
            settlement_date, ..
        } => match settlement_date {
            Some(date) => format!("The network accepted it; it should settle on {date}."),
            None => "The network accepted it.".to_owned(),
        },
        Event::TransferSettled {
            kind,
            amount_minor,
            effective_on,
            ..
        } => format!(
            "The {} of {} settled, effective {effective_on}.",
            noun(*kind),
            money(*amount_minor)
        ),
        Event::TransferRejected { .. } => "The network rejected it; nothing moved.".to_owned(),
        Event::TransferReturned {
            kind,
            amount_minor,
            return_code,
            effective_on,
            ..
        } => format!(
            "The {} of {} came back with {return_code}, effective {effective_on}.",
            noun(*kind),
            money(*amount_minor)
        ),
        Event::TransferInReview { reason, .. } => {
            format!("A person has to look at it. {}", reason.words())
        }
        Event::TransferToBeAsked { .. } => "The network will be asked once more.".to_owned(),
        Event::TransferParked { .. } => "It was set aside.".to_owned(),
        Event::TransferRetried { .. } => "It is to be tried now.".to_owned(),
        Event::ReturnReturned { amount_minor, .. } => format!(
            "The return of {} came back itself: it stands as settled.",
            money(*amount_minor)
        ),
        Event::DebitPresentedAgain { .. } => "The debit was presented again.".to_owned(),
        Event::DebitPresents { number, .. } => {
            format!("This debit presents an earlier one again, time {number}.")
        }
        Event::PaymentsHeld { .. } => {
            "Payments are held until all is compared with the network.".to_owned()
        }
        Event::DeviceKeyRecorded { .. } => "This device signs the log from here on.".to_owned(),
        Event::PaymentsResumed { .. } => {
            "All was compared with the network: payments go on.".to_owned()
        }
        Event::StatementRead { date, lines } => {
            format!(
                "The network's statement of {date} was read: {} lines.",
                lines.len()
            )
        }
        Event::FindingOpened { finding } => {
            format!("Reconciling: {}.", finding.class.words().to_lowercase())
        }
        Event::FindingResolved { resolution, .. } => {
            format!("Reconciling: {}.", resolution.words().to_lowercase())
        }
        Event::TransferWithdrawn { reason, .. } => {
            format!("Nothing moved; {}.", reason.words())
        }
        Event::ChangeRequested { change, .. } => {
            format!("Asked for: {}.", change_words(change, None, currency))
        }
        Event::ChangeApproved { .. } => "A second person agreed to the change.".to_owned(),
        Event::ChangeDeclined { .. } => "The change was declined.".to_owned(),
        Event::ChargeWaived {
            of, amount_minor, ..
        } => {
            let what = match of {
                Due::Fees => "Fees",
                Due::Interest => "Interest",
                Due::Principal => "Principal",
            };
            format!("{what} of {} were waived.", money(*amount_minor))
        }
        Event::MovementReversed {
            kind,
            amount_minor,
            effective_on,
            ..
        } => format!(
            "The {} of {} in cash was reversed, effective {effective_on}.",
            noun(*kind),
            money(*amount_minor)
        ),
        Event::LimitSet { limit_minor, .. } => format!("The limit is {}.", money(*limit_minor)),
        Event::RateSet {
            from,
            annual_percent,
            ..
        } => format!("The rate is {annual_percent} % from {from} on."),
        Event::ChargedOff { amount_minor, .. } => {
            format!("{} were charged off.", money(*amount_minor))
        }
    }
}

/// What a change would do, in words. `about` is the movement it names.
pub fn change_words(change: &LineChange, about: Option<&Movement>, currency: Currency) -> String {
    let money = |amount: Minor| format!("{} {}", currency.format(amount), currency.code());
    match change {
        LineChange::WaiveFees { amount } => format!("waive fees of {}", money(amount.minor)),
        LineChange::WaiveInterest { amount } => {
            format!("waive interest of {}", money(amount.minor))
        }
        LineChange::Reverse { .. } => match about {
            Some(moved) => format!(
                "reverse the {} of {} in cash of {}",
                noun(moved.kind),
                money(moved.amount_minor),
                moved.settled_on.unwrap_or(moved.requested_on)
            ),
            None => "reverse a posting in cash".to_owned(),
        },
        LineChange::SetLimit {
            limit,
            notice_given_on,
        } => match notice_given_on {
            Some(on) => format!(
                "set the limit to {}, notice given on {on}",
                money(limit.minor)
            ),
            None => format!("set the limit to {}", money(limit.minor)),
        },
        LineChange::SetRate {
            from,
            annual_percent,
            notice_given_on,
        } => match notice_given_on {
            Some(on) => {
                format!("set the rate to {annual_percent} % from {from} on, notice given on {on}")
            }
            None => format!("set the rate to {annual_percent} % from {from} on"),
        },
        LineChange::ChargeOff {} => "charge the line off".to_owned(),
    }
}

/// "ApproveDraw" as "approve draw".
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::adverse::LineAction;
    use domain::command::CommandKind;
    use domain::customer::AccountNumbers;
    use domain::ids::*;
    use domain::private::Private;
    use domain::refusal::RefusalCode;

    #[test]
    fn sentences_are_plain_and_hold_nothing_private() {
        let id = uuid::Uuid::from_u128(1);
        let usd: Currency = "USD".parse().unwrap();
        let (line_id, movement_id) = (LineId(id), MovementId(id));
        for (event, expected) in [
            (
                Event::LineFrozen {
                    line_id,
                    note: Private::Known("SECRET".into()),
                },
                "The line was frozen: no draws.",
            ),
            (
                Event::AdverseActionTaken {
                    line_id,
                    action: LineAction::LimitNotRaised {
                        limit_minor: Minor(100_000),
                        asked_minor: Minor(250_000),
                    },
                },
                "The limit was not raised to 2,500.00 USD. The customer has to be told why.",
            ),
            (
                Event::AdverseActionTold {
                    line_id,
                    actions: Vec::new(),
                    reasons: vec![RejectionReason::NoCreditFile, RejectionReason::Other],
                    other_words: Some(Private::Known("SECRET".into())),
                },
                "Told the customer of adverse action: No credit file; Other, in words.",
            ),
            (
                Event::TransferQueued {
                    line_id,
                    movement_id,
                    kind: MovementKind::Draw,
                    amount_minor: Minor(125_000),
                    currency: usd,
                    account: Private::Known(AccountNumbers {
                        routing: "SECRET".into(),
                        number: "SECRET".into(),
                    }),
                    speed: Speed::Express,
                    line_number: "LC-000001".into(),
                },
                "A transfer of 1,250.00 USD for the draw is queued.",
            ),
            (
                Event::CommandRefused {
                    user_id: UserId(id),
                    kind: CommandKind::ApproveDraw,
                    code: RefusalCode::OwnRequest,
                },
                "Refused: approve draw. You asked for this yourself: another person has to decide.",
            ),
        ] {
            assert_eq!(sentence(&event, usd), expected);
        }
    }
}
