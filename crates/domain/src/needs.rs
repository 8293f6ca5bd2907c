//! Which keys a command needs loaded. Pure; the store resolves them in at most two set-based
//! hops: what is named here, then what hangs on it.

use crate::actor::Actor;
use crate::change::LineChange;
use crate::command::{Command, Internal, Order};
use crate::date::BusinessDate;
use crate::ids::*;
use crate::reconcile::Finding;
use crate::transfer::{LookUp, PostAnswer, RemoteTransfer};
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub users: BTreeSet<UserId>,
    /// Every account that was ever let in counts: whether somebody else could decide, or who asked may
    /// be whoever decides.
    pub everybody: bool,
    pub logins: BTreeSet<String>,
    pub employee_numbers: BTreeSet<String>,
    pub customers: BTreeSet<CustomerId>,
    pub tax_ids: BTreeSet<String>,
    pub products: BTreeSet<ProductId>,
    /// Each with its customer and its product.
    pub lines: BTreeSet<LineId>,
    /// Lines whose movements on their way count, too: they may be called off.
    pub waiting_of_lines: BTreeSet<LineId>,
    pub movements: BTreeSet<MovementId>,
    /// Movements whose presentation as another debit counts, too.
    pub presentations_of: BTreeSet<MovementId>,
    /// Lines whose customer's movements on their way count, on every line: a return may call
    /// them off.
    pub waiting_of_customers_of: BTreeSet<LineId>,
    /// Lines whose customer's other lines count, too: exposure.
    pub exposure_of_lines: BTreeSet<LineId>,
    /// Customers all of whose lines count.
    pub lines_of_customers: BTreeSet<CustomerId>,
    pub findings: BTreeSet<String>,
    /// Movements all of whose findings count.
    pub findings_of: BTreeSet<MovementId>,
    pub statements: BTreeSet<BusinessDate>,
}

impl Needs {
    /// Adds what one order needs.
    pub fn add(&mut self, actor: Actor, order: &Order) {
        self.users.extend(actor.user_id());
        match order {
            Order::Desk(command) => self.add_command(command),
            Order::Internal(internal) => self.add_internal(internal),
        }
    }

    fn line(&mut self, line_id: LineId) {
        self.lines.insert(line_id);
    }

    fn movement(&mut self, line_id: LineId, movement_id: MovementId) {
        self.lines.insert(line_id);
        self.movements.insert(movement_id);
    }

    fn change(&mut self, line_id: LineId, change: &LineChange) {
        self.line(line_id);
        self.movements.extend(change.movement_id());
        if matches!(change, LineChange::SetLimit { .. }) {
            self.exposure_of_lines.insert(line_id);
        }
    }

    /// A return reaches what else waits for the same bank account, also one that came back itself
    /// since.
    fn consequences(&mut self, line_id: LineId, remote: &RemoteTransfer) {
        if remote.reversals() > 0 {
            self.waiting_of_customers_of.insert(line_id);
            self.exposure_of_lines.insert(line_id);
        }
    }

    fn add_command(&mut self, command: &Command) {
        match command {
            Command::RecordCustomer(c) => {
                self.customers.insert(c.customer_id);
                self.tax_ids.insert(c.profile.clone().tidied().tax_id);
            }
            Command::UpdateCustomer(c) => {
                self.customers.insert(c.customer_id);
            }
            Command::AddBankAccount(c) => {
                self.customers.insert(c.customer_id);
            }
            Command::AuthorizeDebit(c) => {
                self.customers.insert(c.customer_id);
            }
            Command::ForgetCustomer(c) => {
                self.customers.insert(c.customer_id);
                self.lines_of_customers.insert(c.customer_id);
            }
            Command::AddContactNote(c) => {
                self.customers.insert(c.customer_id);
            }
            Command::DefineProduct(c) => {
                self.products.insert(c.product_id);
            }
            Command::TakeApplication(c) => {
                self.line(c.line_id);
                self.customers.insert(c.customer_id);
                self.products.insert(c.product_id);
                self.lines_of_customers.insert(c.customer_id);
            }
            // The last paper may be what the product's own rule waited for.
            Command::RecordMissing(c) => {
                self.line(c.line_id);
                self.exposure_of_lines.insert(c.line_id);
            }
            Command::RecordCheck(c) => {
                self.line(c.line_id);
                self.exposure_of_lines.insert(c.line_id);
            }
            Command::SendIncompletenessNotice(c) => self.line(c.line_id),
            // Who asked stands on the record, and their account says who let them in.
            Command::ApproveApplication(c) => {
                self.everybody = true;
                self.line(c.line_id);
                self.exposure_of_lines.insert(c.line_id);
            }
            Command::RejectApplication(c) => {
                self.line(c.line_id);
                self.everybody = true;
            }
            Command::CancelApplication(c) => {
                self.line(c.line_id);
                self.waiting_of_lines.insert(c.line_id);
            }
            Command::RecordAgreement(c) => self.line(c.line_id),
            Command::RequestDraw(c) => self.movement(c.line_id, c.draw_id),
            Command::ApproveDraw(c) => {
                self.movement(c.line_id, c.draw_id);
                self.everybody = true;
            }
            Command::DeclineDraw(c) => {
                self.movement(c.line_id, c.draw_id);
                self.everybody = true;
            }
            Command::BreakGlass(c) => {
                self.movement(c.line_id, c.draw_id);
                self.everybody = true;
            }
            Command::PayCashDraw(c) => self.movement(c.line_id, c.draw_id),
            Command::CancelDraw(c) => self.movement(c.line_id, c.draw_id),
            Command::TakeRepayment(c) => self.movement(c.line_id, c.repayment_id),
            Command::CancelRepayment(c) => self.movement(c.line_id, c.repayment_id),
            Command::RefundCredit(c) => self.movement(c.line_id, c.refund_id),
            Command::RequestCancellation(c) => {
                self.line(c.line_id);
                self.waiting_of_lines.insert(c.line_id);
            }
            Command::DeclineCancellation(c) => {
                self.line(c.line_id);
                self.everybody = true;
            }
            Command::CloseLine(c) => self.line(c.line_id),
            Command::FreezeLine(c) => self.line(c.line_id),
            Command::UnfreezeLine(c) => self.line(c.line_id),
            Command::TellAdverseAction(c) => self.line(c.line_id),
            Command::AskNetworkAgain(c) => self.movement(c.line_id, c.movement_id),
            Command::ApproveAccount(c) => {
                self.users.insert(c.user_id);
                self.employee_numbers
                    .insert(c.employee_number.trim().to_ascii_uppercase());
            }
            Command::DeclineAccount(c) => {
                self.users.insert(c.user_id);
            }
            Command::UnlockAccount(c) => {
                self.users.insert(c.user_id);
            }
            Command::SetRole(c) => {
                self.users.insert(c.user_id);
            }
            Command::DisableAccount(c) => {
                self.users.insert(c.user_id);
            }
            Command::EnableAccount(c) => {
                self.users.insert(c.user_id);
            }
            Command::IssueResetCode(c) => {
                self.users.insert(c.user_id);
            }
            Command::RemoveSecondFactor(c) => {
                self.users.insert(c.user_id);
            }
            // The branch is always there.
            Command::DemandSecondFactor(_)
            | Command::CloseDay(_)
            | Command::SetHolidays(_)
            | Command::OpenDrawer(_)
            | Command::MoveVaultCash(_)
            | Command::CountDrawer(_)
            | Command::CloseDrawer(_) => {}
            Command::RetryTransfer(c) => self.movement(c.line_id, c.movement_id),
            Command::ParkTransfer(c) => self.movement(c.line_id, c.movement_id),
            Command::HandBackTransfer(c) => {
                self.movement(c.line_id, c.movement_id);
                self.findings_of.insert(c.movement_id);
            }
            Command::PresentAgain(c) => {
                self.movement(c.line_id, c.movement_id);
                self.movements.insert(c.repayment_id);
                self.presentations_of.insert(c.movement_id);
            }
            Command::ResolveFinding(c) => {
                self.findings.insert(c.finding_id.clone());
                self.users.extend(Finding::user_of(&c.finding_id));
            }
            Command::RequestChange(c) => self.change(c.line_id, &c.change),
            Command::ApproveChange(c) => {
                self.change(c.line_id, &c.change);
                self.everybody = true;
            }
            Command::DeclineChange(c) => self.line(c.line_id),
        }
    }

    fn add_internal(&mut self, internal: &Internal) {
        match internal {
            Internal::AskForAccount(ask) => {
                self.users.insert(ask.user_id);
                self.logins.insert(ask.login.clone());
                self.employee_numbers.insert(ask.employee_number.clone());
            }
            Internal::SignInSucceeded { user_id, .. }
            | Internal::SetSecondFactor { user_id, .. }
            | Internal::SignInFailed { user_id }
            | Internal::PasswordProven { user_id }
            | Internal::SignedOut { user_id } => {
                self.users.insert(*user_id);
            }
            Internal::RecoverAccess { user_id, .. }
            | Internal::RenewCredential { user_id, .. }
            | Internal::ChangePassword { user_id, .. } => {
                self.users.insert(*user_id);
            }
            Internal::Reveal {
                user_id,
                customer_id,
                ..
            } => {
                self.users.insert(*user_id);
                self.customers.insert(*customer_id);
            }
            Internal::ResetPassword(reset) => {
                self.users.insert(reset.user_id);
            }
            Internal::MarkAttempt {
                line_id,
                movement_id,
            } => self.movement(*line_id, *movement_id),
            Internal::RecordAnswer {
                line_id,
                movement_id,
                answer,
                ..
            } => {
                self.movement(*line_id, *movement_id);
                if let PostAnswer::Transfer(remote) = answer {
                    self.consequences(*line_id, remote);
                }
            }
            Internal::RecordLookUp {
                line_id,
                movement_id,
                found,
                ..
            } => {
                self.movement(*line_id, *movement_id);
                match found {
                    LookUp::Found(remote) => self.consequences(*line_id, remote),
                    LookUp::Several(remotes) => {
                        for remote in remotes {
                            self.consequences(*line_id, remote);
                            self.findings.insert(Finding::duplicate_id(remote));
                        }
                    }
                    LookUp::NoAnswer { .. } | LookUp::Nothing => {}
                }
            }
            Internal::RecordNetworkState {
                line_id,
                movement_id,
                remote,
            } => {
                self.movement(*line_id, *movement_id);
                self.consequences(*line_id, remote);
            }
            Internal::CloseLineDay { line_id } => self.line(*line_id),
            Internal::NoteForgotten { customer_id } => {
                self.customers.insert(*customer_id);
            }
            Internal::RecordStatement { date, .. } => {
                self.statements.insert(*date);
            }
            Internal::OpenFinding { finding } => {
                self.findings.insert(finding.id.clone());
                if let Some(line_id) = finding.line_id {
                    self.line(line_id);
                }
            }
            Internal::NoteAltered { findings, .. } => {
                self.findings
                    .extend(findings.iter().map(|finding| finding.id.clone()));
            }
            Internal::CloseFinding { finding_id } => {
                self.findings.insert(finding_id.clone());
            }
            Internal::SetUpStore(_)
            | Internal::ChangePassphrase
            | Internal::HoldPayments { .. }
            | Internal::ResumePayments { .. }
            | Internal::RecordDeviceKey { .. }
            | Internal::MoveCursor { .. }
            | Internal::CloseDay { .. }
            | Internal::ReportStrangers { .. }
            | Internal::PanicForTest
            | Internal::BreakConstraintForTest => {}
        }
    }
}
