//! Every state of a line × every kind of command: what is written here is what happens, and a
//! new state or kind without its row does not compile or does not pass.

use crate::desk::{CASH, Desk, LIMIT, cell, usd};
use domain::change::LineChange;
use domain::command::*;
use domain::ids::{ChangeId, LineId, MovementId};
use domain::intake::{Check, MissingItem};
use domain::line::{Status, may};
use domain::movement::{Movement, MovementKind};
use domain::refusal::RefusalCode;
use domain::transfer::{PostAnswer, RemoteStatus};

/// The columns: every status, and the flags that change what may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    Cancelled,
    Rejected,
    /// Approved, the agreement not signed yet.
    Offered,
    Approved,
    Frozen,
    Outstanding,
    /// Outstanding, cancellation requested.
    Leaving,
    /// Outstanding, frozen because the network's answer did not match.
    InReview,
    Repaid,
    /// Repaid, with customer credit.
    WithCredit,
    Closed,
    /// Closed, and owing again because a repayment was returned.
    ClosedOwing,
    /// Taken as lost; the customer owes it still.
    ChargedOff,
}

pub const STATES: [State; 14] = [
    State::Open,
    State::Cancelled,
    State::Rejected,
    State::Offered,
    State::Approved,
    State::Frozen,
    State::Outstanding,
    State::Leaving,
    State::InReview,
    State::Repaid,
    State::WithCredit,
    State::Closed,
    State::ClosedOwing,
    State::ChargedOff,
];

impl State {
    fn status(self) -> Status {
        match self {
            State::Open => Status::Open,
            State::Cancelled => Status::Cancelled,
            State::Rejected => Status::Rejected,
            State::Offered | State::Approved | State::Frozen => Status::Approved,
            State::Outstanding | State::Leaving | State::InReview | State::ChargedOff => {
                Status::Outstanding
            }
            State::Repaid | State::WithCredit => Status::Repaid,
            State::Closed | State::ClosedOwing => Status::Closed,
        }
    }

    /// The column without flags of a status.
    fn plain(status: Status) -> State {
        match status {
            Status::Open => State::Open,
            Status::Cancelled => State::Cancelled,
            Status::Rejected => State::Rejected,
            Status::Approved => State::Approved,
            Status::Outstanding => State::Outstanding,
            Status::Repaid => State::Repaid,
            Status::Closed => State::Closed,
        }
    }
}

/// What a command about a draw or a repayment is about. It is made while the line still allows
/// it, before the state is reached; a state that allows none gets a name nobody knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Nothing,
    /// A transfer above one signature.
    DrawWaiting,
    /// Cash above one signature, agreed to by a second person.
    CashApproved,
    DrawQueued,
    RepaymentQueued,
    UnderReview,
    /// A lower rate that waits for a second person.
    ChangeWaiting,
    /// A paper that an open application lacks.
    PaperMissing,
    /// A higher limit that was declined, and the customer does not know.
    ActionUntold,
}

pub fn subject_of(kind: CommandKind) -> Subject {
    match kind {
        CommandKind::ApproveDraw | CommandKind::DeclineDraw | CommandKind::BreakGlass => {
            Subject::DrawWaiting
        }
        CommandKind::PayCashDraw => Subject::CashApproved,
        CommandKind::CancelDraw
        | CommandKind::RetryTransfer
        | CommandKind::ParkTransfer
        | CommandKind::HandBackTransfer => Subject::DrawQueued,
        CommandKind::PresentAgain => Subject::RepaymentQueued,
        CommandKind::CancelRepayment => Subject::RepaymentQueued,
        CommandKind::AskNetworkAgain => Subject::UnderReview,
        CommandKind::ApproveChange | CommandKind::DeclineChange => Subject::ChangeWaiting,
        CommandKind::SendIncompletenessNotice => Subject::PaperMissing,
        CommandKind::TellAdverseAction => Subject::ActionUntold,
        _ => Subject::Nothing,
    }
}

#[derive(Clone)]
pub struct Scene {
    pub desk: Desk,
    pub line: LineId,
    /// What the command is about, if the state could have it.
    subject: Option<MovementId>,
    change: Option<ChangeId>,
    asks: bool,
    refused: bool,
}

impl Scene {
    pub fn build(state: State, subject: Subject) -> Scene {
        Scene::at(Desk::new(), state, subject)
    }

    /// On a desk that may have seen other things.
    pub fn at(mut desk: Desk, state: State, subject: Subject) -> Scene {
        let line = desk.take(LIMIT);
        let mut scene = Scene {
            desk,
            line,
            subject: None,
            change: None,
            asks: subject == Subject::ChangeWaiting,
            refused: subject == Subject::ActionUntold,
        };
        scene.reach(state, subject);
        scene
    }

    fn reach(&mut self, state: State, subject: Subject) {
        match state {
            State::Open if subject == Subject::PaperMissing => {
                let missing = [MissingItem::ProofOfIncome];
                self.desk.lack(self.line, &missing).unwrap();
            }
            State::Open => {}
            State::Cancelled => {
                self.sign();
                self.draw(subject);
                self.cancel();
            }
            State::Rejected => self.reject(),
            State::Offered => self.offer(),
            State::Approved => {
                self.sign();
                self.draw(subject);
            }
            State::Frozen => {
                self.sign();
                self.draw(subject);
                self.desk.freeze(self.line).unwrap();
            }
            State::Outstanding => {
                self.owe(subject);
            }
            State::Leaving => {
                self.owe(subject);
                self.desk.request_cancellation(self.line).unwrap();
            }
            State::InReview => {
                self.owe(subject);
                let odd = self.put_under_review();
                if subject == Subject::UnderReview {
                    self.subject = Some(odd);
                }
            }
            State::Repaid => {
                self.owe(Subject::Nothing);
                let repayment = self.desk.repay_cash(self.line, 50_000);
                self.draw(subject);
                self.finished_repayment(subject, repayment);
            }
            State::WithCredit => {
                self.owe(Subject::Nothing);
                let repayment = self.desk.repay_cash(self.line, 55_000);
                self.draw(subject);
                self.finished_repayment(subject, repayment);
            }
            State::Closed => {
                let repayment = self.repaid_and_closed();
                self.finished(subject, repayment);
            }
            State::ClosedOwing => {
                let repayment = self.repaid_and_closed();
                self.finished(subject, repayment);
                self.desk.word(repayment, RemoteStatus::Returned).unwrap();
            }
            State::ChargedOff => {
                self.owe(Subject::Nothing);
                let draws = self.desk.world.movements.keys();
                let draw = draws.copied().next();
                if !matches!(
                    subject,
                    Subject::Nothing
                        | Subject::ChangeWaiting
                        | Subject::PaperMissing
                        | Subject::ActionUntold
                ) {
                    self.subject = draw;
                }
                let change = self
                    .desk
                    .ask_change(self.line, LineChange::ChargeOff {})
                    .unwrap();
                self.desk.agree(self.line, change).unwrap();
            }
        }
    }

    fn offer(&mut self) {
        let ada = self.desk.ada;
        self.desk.approve(ada, self.line, LIMIT).unwrap();
        if self.asks {
            let change = self.lower_rate();
            self.change = Some(self.desk.ask_change(self.line, change).unwrap());
        }
        if self.refused {
            let raise = higher_limit();
            let change = self.desk.ask_change(self.line, raise).unwrap();
            self.desk.decline(ada, self.line, change).unwrap();
        }
    }

    fn lower_rate(&self) -> LineChange {
        LineChange::SetRate {
            from: self.desk.today,
            annual_percent: "10".parse().unwrap(),
            notice_given_on: None,
        }
    }

    fn sign(&mut self) {
        self.offer();
        self.desk.sign(self.line).unwrap();
    }

    fn cancel(&mut self) {
        let (line_id, note) = (self.line, None);
        let cancel = Command::CancelApplication(CancelApplication { line_id, note });
        self.desk.give(self.desk.cleo, cancel).unwrap();
    }

    fn reject(&mut self) {
        let reject = RejectApplication {
            line_id: self.line,
            seen_version: self.desk.line(self.line).version,
            reasons: vec![RejectionReason::NoCreditFile],
            other_words: None,
        };
        let ada = self.desk.ada;
        self.desk
            .give(ada, Command::RejectApplication(reject))
            .unwrap();
    }

    /// A line that owes 500.00, and the subject if it is one.
    fn owe(&mut self, subject: Subject) {
        self.sign();
        let settled = self.desk.draw_cash(self.line, 50_000);
        if subject == Subject::RepaymentQueued {
            self.subject = Some(self.desk.repay_debit(self.line, 10_000));
        } else {
            self.subject = (subject != Subject::Nothing).then_some(settled);
            self.draw(subject);
        }
    }

    fn draw(&mut self, subject: Subject) {
        let (desk, line) = (&mut self.desk, self.line);
        match subject {
            Subject::DrawWaiting => self.subject = Some(desk.draw_bank(line, 600_000)),
            Subject::CashApproved => {
                let draw = desk.draw_cash(line, 600_000);
                desk.approve_draw(desk.ada, line, draw).unwrap();
                self.subject = Some(draw);
            }
            Subject::DrawQueued => self.subject = Some(desk.draw_bank(line, 20_000)),
            Subject::Nothing
            | Subject::RepaymentQueued
            | Subject::UnderReview
            | Subject::ChangeWaiting
            | Subject::PaperMissing
            | Subject::ActionUntold => {}
        }
    }

    fn finished_repayment(&mut self, subject: Subject, repayment: MovementId) {
        if subject == Subject::RepaymentQueued {
            self.subject = Some(repayment);
        }
    }

    /// Where a line has ended its draw and its repayment are what a command can name.
    fn finished(&mut self, subject: Subject, repayment: MovementId) {
        let draws = |m: &&Movement| m.kind == MovementKind::Draw;
        let draw = self.desk.world.movements.values().find(draws).map(|m| m.id);
        self.subject = match subject {
            Subject::RepaymentQueued => Some(repayment),
            _ => draw,
        };
    }

    fn put_under_review(&mut self) -> MovementId {
        let odd = self.desk.draw_bank(self.line, 30_000);
        self.desk.mark(odd).unwrap();
        let mut remote = self.desk.remote(odd, RemoteStatus::Accepted);
        remote.currency = "EUR".into();
        self.desk.answer(odd, PostAnswer::Transfer(remote)).unwrap();
        odd
    }

    fn repaid_and_closed(&mut self) -> MovementId {
        self.owe(Subject::Nothing);
        let repayment = self.desk.repay_debit(self.line, 50_000);
        self.desk.send_and_settle(repayment);
        self.desk.close(self.line).unwrap();
        repayment
    }

    /// What the command of this kind meets here. `None`: the kind is not about a line.
    fn outcome(&mut self, kind: CommandKind) -> Option<String> {
        let (by, command) = self.command(kind)?;
        let before = self.desk.world.clone();
        let judged = self.desk.give(by, command);
        if let Err(code) = &judged {
            assert_eq!(before, self.desk.world, "a refusal changed something");
            assert_ne!(*code, RefusalCode::StaleVersion, "the scene is wrong");
        }
        Some(cell(&judged))
    }

    /// The command of this kind about this line, and who would give it.
    pub fn command(&mut self, kind: CommandKind) -> Option<(domain::ids::UserId, Command)> {
        let line_id = self.line;
        let seen_version = self.desk.line(line_id).version;
        let fresh = MovementId(self.desk.id());
        let subject = self.subject.unwrap_or(fresh);
        let words = || "Said at the counter".to_owned();
        let (staff, admin) = (self.desk.cleo, self.desk.ada);
        Some(match kind {
            CommandKind::ForgetCustomer => {
                let customer_id = self.desk.customer;
                let reason = words();
                (
                    admin,
                    Command::ForgetCustomer(ForgetCustomer {
                        customer_id,
                        reason,
                    }),
                )
            }
            CommandKind::RecordMissing => {
                let missing = vec![MissingItem::ProofOfIncome];
                let record = RecordMissing { line_id, missing };
                (staff, Command::RecordMissing(record))
            }
            CommandKind::SendIncompletenessNotice => {
                let reply_by = self.desk.today.plus_days(14);
                let notice = SendIncompletenessNotice { line_id, reply_by };
                (staff, Command::SendIncompletenessNotice(notice))
            }
            CommandKind::RecordCheck => {
                let record = RecordCheck {
                    line_id,
                    check: Check::Sanctions,
                    passed: true,
                };
                (staff, Command::RecordCheck(record))
            }
            CommandKind::ApproveApplication => {
                self.desk.check_all(line_id);
                let seen_version = self.desk.line(line_id).version;
                let limit = usd(LIMIT);
                let approve = ApproveApplication {
                    line_id,
                    seen_version,
                    seen_product_version: self.desk.product_version(line_id),
                    limit,
                };
                (admin, Command::ApproveApplication(approve))
            }
            CommandKind::RejectApplication => {
                let reasons = vec![RejectionReason::NoCreditFile, RejectionReason::Other];
                let other_words = Some(words());
                let reject = RejectApplication {
                    line_id,
                    seen_version,
                    reasons,
                    other_words,
                };
                (admin, Command::RejectApplication(reject))
            }
            CommandKind::CancelApplication => {
                let cancel = CancelApplication {
                    line_id,
                    note: None,
                };
                (staff, Command::CancelApplication(cancel))
            }
            CommandKind::RecordAgreement => {
                let signed_on = self.desk.today;
                (
                    staff,
                    Command::RecordAgreement(RecordAgreement { line_id, signed_on }),
                )
            }
            CommandKind::RequestDraw => {
                let (draw_id, amount, method) = (fresh, usd(10_000), CASH);
                (
                    staff,
                    Command::RequestDraw(RequestDraw {
                        line_id,
                        draw_id,
                        amount,
                        method,
                    }),
                )
            }
            CommandKind::ApproveDraw => {
                let draw_id = subject;
                (
                    admin,
                    Command::ApproveDraw(ApproveDraw { line_id, draw_id }),
                )
            }
            CommandKind::DeclineDraw => {
                let (draw_id, reason) = (subject, words());
                (
                    admin,
                    Command::DeclineDraw(DeclineDraw {
                        line_id,
                        draw_id,
                        reason,
                    }),
                )
            }
            CommandKind::BreakGlass => {
                let (draw_id, reason) = (subject, words());
                (
                    admin,
                    Command::BreakGlass(BreakGlass {
                        line_id,
                        draw_id,
                        reason,
                    }),
                )
            }
            CommandKind::PayCashDraw => {
                let (draw_id, identity_seen) = (subject, true);
                (
                    staff,
                    Command::PayCashDraw(PayCashDraw {
                        line_id,
                        draw_id,
                        identity_seen,
                    }),
                )
            }
            CommandKind::CancelDraw => {
                let draw_id = subject;
                (staff, Command::CancelDraw(CancelDraw { line_id, draw_id }))
            }
            CommandKind::TakeRepayment => {
                let (repayment_id, amount, method) = (fresh, usd(10_000), PayIn::Cash {});
                let take = TakeRepayment {
                    line_id,
                    repayment_id,
                    amount,
                    method,
                    taken_on: None,
                };
                (staff, Command::TakeRepayment(take))
            }
            CommandKind::CancelRepayment => {
                let repayment_id = subject;
                (
                    staff,
                    Command::CancelRepayment(CancelRepayment {
                        line_id,
                        repayment_id,
                    }),
                )
            }
            CommandKind::RefundCredit => {
                let (refund_id, amount) = (fresh, usd(1_000));
                (
                    staff,
                    Command::RefundCredit(RefundCredit {
                        line_id,
                        refund_id,
                        amount,
                    }),
                )
            }
            CommandKind::RequestCancellation => {
                let reason = None;
                (
                    staff,
                    Command::RequestCancellation(RequestCancellation { line_id, reason }),
                )
            }
            CommandKind::DeclineCancellation => {
                let reason = words();
                (
                    admin,
                    Command::DeclineCancellation(DeclineCancellation { line_id, reason }),
                )
            }
            CommandKind::CloseLine => (staff, Command::CloseLine(CloseLine { line_id })),
            CommandKind::FreezeLine => {
                let note = words();
                (admin, Command::FreezeLine(FreezeLine { line_id, note }))
            }
            CommandKind::UnfreezeLine => {
                let note = words();
                (admin, Command::UnfreezeLine(UnfreezeLine { line_id, note }))
            }
            CommandKind::TellAdverseAction => {
                let tell = TellAdverseAction {
                    line_id,
                    seen_version,
                    reasons: vec![RejectionReason::ExcessiveObligations],
                    other_words: None,
                };
                (staff, Command::TellAdverseAction(tell))
            }
            CommandKind::AskNetworkAgain => {
                let movement_id = subject;
                (
                    staff,
                    Command::AskNetworkAgain(AskNetworkAgain {
                        line_id,
                        movement_id,
                    }),
                )
            }
            CommandKind::RetryTransfer => {
                let movement_id = subject;
                let retry = RetryTransfer {
                    line_id,
                    movement_id,
                };
                (staff, Command::RetryTransfer(retry))
            }
            CommandKind::ParkTransfer => {
                let park = ParkTransfer {
                    line_id,
                    movement_id: subject,
                    reason: words(),
                };
                (admin, Command::ParkTransfer(park))
            }
            CommandKind::HandBackTransfer => {
                let hand_back = HandBackTransfer {
                    line_id,
                    movement_id: subject,
                    reason: words(),
                };
                (admin, Command::HandBackTransfer(hand_back))
            }
            CommandKind::PresentAgain => {
                let present = PresentAgain {
                    line_id,
                    movement_id: subject,
                    repayment_id: fresh,
                };
                (staff, Command::PresentAgain(present))
            }
            CommandKind::RequestChange => {
                let request = RequestChange {
                    line_id,
                    change_id: ChangeId(self.desk.id()),
                    change: higher_limit(),
                    reason: words(),
                };
                (staff, Command::RequestChange(request))
            }
            CommandKind::ApproveChange => {
                let approve = ApproveChange {
                    line_id,
                    change_id: self.change.unwrap_or(ChangeId(self.desk.id())),
                    change: self.lower_rate(),
                };
                (admin, Command::ApproveChange(approve))
            }
            CommandKind::DeclineChange => {
                let decline = DeclineChange {
                    line_id,
                    change_id: self.change.unwrap_or(ChangeId(self.desk.id())),
                    reason: words(),
                };
                (admin, Command::DeclineChange(decline))
            }
            CommandKind::RecordCustomer
            | CommandKind::UpdateCustomer
            | CommandKind::AddBankAccount
            | CommandKind::AuthorizeDebit
            | CommandKind::AddContactNote
            | CommandKind::DefineProduct
            | CommandKind::TakeApplication
            | CommandKind::ApproveAccount
            | CommandKind::DeclineAccount
            | CommandKind::UnlockAccount
            | CommandKind::SetRole
            | CommandKind::DisableAccount
            | CommandKind::EnableAccount
            | CommandKind::IssueResetCode
            | CommandKind::RemoveSecondFactor
            | CommandKind::DemandSecondFactor
            | CommandKind::CloseDay
            | CommandKind::SetHolidays
            | CommandKind::OpenDrawer
            | CommandKind::MoveVaultCash
            | CommandKind::CountDrawer
            | CommandKind::CloseDrawer
            | CommandKind::ResolveFinding => return None,
        })
    }
}

fn higher_limit() -> LineChange {
    LineChange::SetLimit {
        limit: usd(LIMIT + 1),
        notice_given_on: None,
    }
}

/// The written outcomes, in the order of [`STATES`]: the events, or "!" and the refusal. Empty:
/// the kind is not about a line.
#[rustfmt::skip]
pub fn written(kind: CommandKind) -> &'static [&'static str] {
    match kind {
        CommandKind::ForgetCustomer => &[
            "!CustomerHasOpenLine", "customer_forgotten", "customer_forgotten",
            "!CustomerHasOpenLine", "!CustomerHasOpenLine", "!CustomerHasOpenLine",
            "!CustomerHasOpenLine", "!CustomerHasOpenLine", "!CustomerHasOpenLine",
            "!CustomerHasOpenLine", "!CustomerHasOpenLine",
            "customer_forgotten", "!CustomerHasOpenLine",
            "!CustomerHasOpenLine",
        ],
        CommandKind::RecordMissing => &[
            "missing_recorded", "!LineCancelled", "!LineRejected",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen",
            "!LineClosed", "!LineClosed",
            "!NotOpen",
        ],
        CommandKind::SendIncompletenessNotice => &[
            "incompleteness_noticed", "!LineCancelled", "!LineRejected",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen",
            "!LineClosed", "!LineClosed",
            "!NotOpen",
        ],
        CommandKind::RecordCheck => &[
            "check_recorded", "!LineCancelled", "!LineRejected",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen",
            "!LineClosed", "!LineClosed",
            "!NotOpen",
        ],
        CommandKind::ApproveApplication => &[
            "application_approved", "!LineCancelled", "!LineRejected",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen",
            "!LineClosed", "!LineClosed",
            "!NotOpen",
        ],
        CommandKind::RejectApplication => &[
            "application_rejected", "!LineCancelled", "!LineRejected",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen",
            "!LineClosed", "!LineClosed",
            "!NotOpen",
        ],
        CommandKind::CancelApplication => &[
            "application_cancelled", "!LineCancelled", "!LineRejected",
            "application_cancelled", "application_cancelled", "application_cancelled",
            "!FundsSent", "!FundsSent", "!FundsSent",
            "!FundsSent", "!FundsSent",
            "!LineClosed", "!LineClosed",
            "!FundsSent",
        ],
        CommandKind::RecordAgreement => &[
            "!NotApproved", "!LineCancelled", "!LineRejected",
            "agreement_recorded", "!AgreementRecorded", "!AgreementRecorded",
            "!AgreementRecorded", "!AgreementRecorded", "!AgreementRecorded",
            "!AgreementRecorded", "!AgreementRecorded",
            "!LineClosed", "!LineClosed",
            "!AgreementRecorded",
        ],
        CommandKind::RequestDraw => &[
            "!NotApproved", "!LineCancelled", "!LineRejected",
            "!AgreementMissing", "movement_requested+cash_moved", "!LineFrozen",
            "movement_requested+cash_moved", "!CancellationRequested", "!LineFrozen",
            "movement_requested+cash_moved", "movement_requested+cash_moved+line_posted",
            "!LineClosed", "!LineClosed",
            "!ChargedOff",
        ],
        CommandKind::ApproveDraw => &[
            "!UnknownMovement", "!NotRequested", "!UnknownMovement",
            "!UnknownMovement", "draw_approved+transfer_queued", "!LineFrozen",
            "draw_approved+transfer_queued", "!NotRequested", "!LineFrozen",
            "draw_approved+transfer_queued", "draw_approved+transfer_queued",
            "!NotRequested", "!NotRequested",
            "!NotRequested",
        ],
        CommandKind::DeclineDraw => &[
            "!UnknownMovement", "!NotRequested", "!UnknownMovement",
            "!UnknownMovement", "draw_declined", "draw_declined",
            "draw_declined", "!NotRequested", "draw_declined",
            "draw_declined", "draw_declined",
            "!NotRequested", "!NotRequested",
            "!NotRequested",
        ],
        // Of what somebody else asked for, in a branch with other admins; what the only admin of a
        // branch meets is written in `glass.rs`.
        CommandKind::BreakGlass => &[
            "!UnknownMovement", "!NotRequested", "!UnknownMovement",
            "!UnknownMovement", "!GlassNotNeeded", "!LineFrozen",
            "!GlassNotNeeded", "!NotRequested", "!LineFrozen",
            "!GlassNotNeeded", "!GlassNotNeeded",
            "!NotRequested", "!NotRequested",
            "!NotRequested",
        ],
        CommandKind::PayCashDraw => &[
            "!UnknownMovement", "!NotPayable", "!UnknownMovement",
            "!UnknownMovement", "cash_moved", "!LineFrozen",
            "cash_moved", "!NotPayable", "!LineFrozen",
            "cash_moved", "cash_moved+line_posted",
            "!NotPayable", "!NotPayable",
            "!NotPayable",
        ],
        CommandKind::CancelDraw => &[
            "!UnknownMovement", "!AlreadyFinished", "!UnknownMovement",
            "!UnknownMovement", "movement_cancelled", "movement_cancelled",
            "movement_cancelled", "!AlreadyFinished", "movement_cancelled",
            "movement_cancelled", "movement_cancelled",
            "!AlreadyFinished", "!AlreadyFinished",
            "!AlreadyFinished",
        ],
        CommandKind::TakeRepayment => &[
            "!NotApproved", "!LineCancelled", "!LineRejected",
            "!NothingOwed", "!NothingOwed", "!NothingOwed",
            "movement_requested+cash_moved", "movement_requested+cash_moved", "movement_requested+cash_moved",
            "!NothingOwed", "!NothingOwed",
            "!LineClosed", "movement_requested+cash_moved",
            "movement_requested+cash_moved+line_posted",
        ],
        CommandKind::CancelRepayment => &[
            "!UnknownMovement", "!UnknownMovement", "!UnknownMovement",
            "!UnknownMovement", "!UnknownMovement", "!UnknownMovement",
            "movement_cancelled", "movement_cancelled", "movement_cancelled",
            "!AlreadyFinished", "!AlreadyFinished",
            "!AlreadyFinished", "!AlreadyFinished",
            "!UnknownMovement",
        ],
        CommandKind::RefundCredit => &[
            "!NoSuchCredit", "!NoSuchCredit", "!NoSuchCredit",
            "!NoSuchCredit", "!NoSuchCredit", "!NoSuchCredit",
            "!NoSuchCredit", "!NoSuchCredit", "!NoSuchCredit",
            "!NoSuchCredit", "movement_requested+cash_moved",
            "!NoSuchCredit", "!NoSuchCredit",
            "!NoSuchCredit",
        ],
        CommandKind::RequestCancellation => &[
            "application_cancelled", "!LineCancelled", "!LineRejected",
            "application_cancelled", "application_cancelled", "application_cancelled",
            "cancellation_requested", "!CancellationRequested", "cancellation_requested",
            "cancellation_requested+line_closed", "cancellation_requested",
            "!LineClosed", "!LineClosed",
            "cancellation_requested",
        ],
        CommandKind::DeclineCancellation => &[
            "!NoCancellationRequested", "!LineCancelled", "!LineRejected",
            "!NoCancellationRequested", "!NoCancellationRequested", "!NoCancellationRequested",
            "!NoCancellationRequested", "cancellation_declined", "!NoCancellationRequested",
            "!NoCancellationRequested", "!NoCancellationRequested",
            "!LineClosed", "!LineClosed",
            "!NoCancellationRequested",
        ],
        CommandKind::CloseLine => &[
            "!NotApproved", "!LineCancelled", "!LineRejected",
            "line_closed", "line_closed", "line_closed",
            "!StillOwed", "!StillOwed", "!MoneyOnItsWay",
            "line_closed", "!CreditLeft",
            "!LineClosed", "!LineClosed",
            "!StillOwed",
        ],
        CommandKind::FreezeLine => &[
            "!NotApproved", "!LineCancelled", "!LineRejected",
            "line_frozen+adverse_action_taken", "line_frozen+adverse_action_taken", "!AlreadyFrozen",
            "line_frozen+adverse_action_taken", "line_frozen+adverse_action_taken", "!AlreadyFrozen",
            "line_frozen+adverse_action_taken", "line_frozen+adverse_action_taken",
            "!LineClosed", "!LineClosed",
            "line_frozen",
        ],
        // Told whatever has become of the line; what was never approved was never refused more.
        CommandKind::TellAdverseAction => &[
            "!NothingToTell", "adverse_action_told", "!NothingToTell",
            "adverse_action_told", "adverse_action_told", "adverse_action_told",
            "adverse_action_told", "adverse_action_told", "adverse_action_told",
            "adverse_action_told", "adverse_action_told",
            "adverse_action_told", "adverse_action_told",
            "adverse_action_told",
        ],
        CommandKind::UnfreezeLine => &[
            "!NotFrozen", "!LineCancelled", "!LineRejected",
            "!NotFrozen", "!NotFrozen", "line_unfrozen",
            "!NotFrozen", "!NotFrozen", "line_unfrozen",
            "!NotFrozen", "!NotFrozen",
            "!LineClosed", "!LineClosed",
            "!NotFrozen",
        ],
        CommandKind::AskNetworkAgain => &[
            "!UnknownMovement", "!UnknownMovement", "!UnknownMovement",
            "!UnknownMovement", "!UnknownMovement", "!UnknownMovement",
            "!NotInReview", "!NotInReview", "transfer_to_be_asked",
            "!UnknownMovement", "!UnknownMovement",
            "!NotInReview", "!NotInReview",
            "!NotInReview",
        ],
        // The queued draw of a state that can have one; else whatever draw there was.
        CommandKind::RetryTransfer => &[
            "!UnknownMovement", "!NothingToRetry", "!UnknownMovement",
            "!UnknownMovement", "transfer_retried", "transfer_retried",
            "transfer_retried", "!NothingToRetry", "transfer_retried",
            "transfer_retried", "transfer_retried",
            "!NothingToRetry", "!NothingToRetry",
            "!NothingToRetry",
        ],
        CommandKind::ParkTransfer => &[
            "!UnknownMovement", "!NotParkable", "!UnknownMovement",
            "!UnknownMovement", "transfer_parked", "transfer_parked",
            "transfer_parked", "!NotParkable", "transfer_parked",
            "transfer_parked", "transfer_parked",
            "!NotParkable", "!NotParkable",
            "!NotParkable",
        ],
        CommandKind::HandBackTransfer => &[
            "!UnknownMovement", "!AlreadySent", "!UnknownMovement",
            "!UnknownMovement", "transfer_withdrawn", "transfer_withdrawn",
            "transfer_withdrawn", "!AlreadySent", "transfer_withdrawn",
            "transfer_withdrawn", "transfer_withdrawn",
            "!AlreadySent", "!AlreadySent",
            "!AlreadySent",
        ],
        CommandKind::PresentAgain => &[
            "!UnknownMovement", "!UnknownMovement", "!UnknownMovement",
            "!UnknownMovement", "!UnknownMovement", "!UnknownMovement",
            "!NotPresentable", "!NotPresentable", "!NotPresentable",
            "!NotPresentable", "!NotPresentable",
            "!LineClosed", "movement_requested+debit_presents+debit_presented_again+transfer_queued",
            "!NotPresentable",
        ],
        CommandKind::RequestChange => &[
            "!NotApproved", "!LineCancelled", "!LineRejected",
            "change_requested", "change_requested", "change_requested",
            "change_requested", "change_requested", "change_requested",
            "change_requested", "change_requested",
            "!LineClosed", "!LineClosed",
            "!ChargedOff",
        ],
        CommandKind::ApproveChange => &[
            "!NoChangeWaiting", "!LineCancelled", "!NoChangeWaiting",
            "change_approved+rate_set", "change_approved+rate_set", "change_approved+rate_set",
            "change_approved+rate_set", "change_approved+rate_set", "change_approved+rate_set",
            "change_approved+rate_set", "change_approved+rate_set",
            "!LineClosed", "!LineClosed",
            "!ChargedOff",
        ],
        CommandKind::DeclineChange => &[
            "!NoChangeWaiting", "change_declined", "!NoChangeWaiting",
            "change_declined", "change_declined", "change_declined",
            "change_declined", "change_declined", "change_declined",
            "change_declined", "change_declined",
            "change_declined", "change_declined",
            "change_declined",
        ],
        CommandKind::RecordCustomer
        | CommandKind::UpdateCustomer
        | CommandKind::AddBankAccount
        | CommandKind::AuthorizeDebit
        | CommandKind::AddContactNote
        | CommandKind::DefineProduct
        | CommandKind::TakeApplication
        | CommandKind::ApproveAccount
        | CommandKind::DeclineAccount
        | CommandKind::UnlockAccount
        | CommandKind::SetRole
        | CommandKind::DisableAccount
        | CommandKind::EnableAccount
        | CommandKind::IssueResetCode
        | CommandKind::RemoveSecondFactor
        | CommandKind::DemandSecondFactor
        | CommandKind::CloseDay
        | CommandKind::SetHolidays
        | CommandKind::OpenDrawer
        | CommandKind::MoveVaultCash
        | CommandKind::CountDrawer
        | CommandKind::CloseDrawer
        | CommandKind::ResolveFinding => &[],
    }
}

#[test]
fn every_state_answers_every_command_as_written() {
    let mut wrong = Vec::new();
    for kind in CommandKind::ALL {
        let row = written(*kind);
        if row.is_empty() {
            let mut scene = Scene::build(State::Open, Subject::Nothing);
            assert_eq!(scene.outcome(*kind), None, "{kind:?} has no row");
            continue;
        }
        assert_eq!(row.len(), STATES.len(), "{kind:?} has blank cells");
        for (state, expected) in STATES.into_iter().zip(row) {
            let mut scene = Scene::build(state, subject_of(*kind));
            let possible = may(scene.desk.line(scene.line), *kind);
            let outcome = scene.outcome(*kind).unwrap_or_default();
            if outcome != *expected {
                wrong.push(format!(
                    "{state:?} x {kind:?}: written {expected}, was {outcome}"
                ));
            }
            // A dimmed button and the answer to its command never disagree.
            if possible.is_err() && !outcome.starts_with('!') {
                wrong.push(format!("{state:?} x {kind:?}: {possible:?}, yet {outcome}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_status_has_a_column_that_reaches_it() {
    for status in Status::ALL {
        assert!(STATES.contains(&State::plain(*status)));
    }
    for state in STATES {
        let scene = Scene::build(state, Subject::Nothing);
        let line = scene.desk.line(scene.line);
        assert_eq!(line.status(), state.status(), "{state:?}");
        let flags = (
            line.frozen.is_some(),
            line.cancellation_requested_on.is_some(),
            line.in_review > 0,
            line.balances.credit_minor.is_positive(),
            line.closed_but_owing(),
            line.charged_off_on().is_some(),
        );
        let expected = match state {
            State::Frozen => (true, false, false, false, false, false),
            State::Leaving => (false, true, false, false, false, false),
            State::InReview => (true, false, true, false, false, false),
            State::WithCredit => (false, false, false, true, false, false),
            State::ClosedOwing => (false, false, false, false, true, false),
            State::ChargedOff => (false, false, false, false, false, true),
            _ => (false, false, false, false, false, false),
        };
        assert_eq!(flags, expected, "{state:?}");
    }
}
