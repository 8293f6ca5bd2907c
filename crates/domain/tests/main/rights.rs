//! Who asks × what is asked for × the state of the application: every cell is written here, and
//! none is blank. A command, a state or a way to ask without its row does not compile or does not pass.

use crate::desk::{Desk, cell, usd};
use crate::states::{STATES, Scene, State, Subject, subject_of, written};
use domain::account::Role;
use domain::actor::Actor;
use domain::command::*;
use domain::drawer::VaultWay;
use domain::ids::{BankAccountId, CustomerId, LineId, ProductId, UserId};
use domain::intake::ContactChannel;
use domain::reconcile::{Finding, FindingClass, Resolution};
use domain::refusal::RefusalCode;
use std::fmt::Write;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    /// Without a session, or with one that ended: nothing but this reaches the rules then.
    Nobody,
    /// The program itself, which orders nothing that a person would.
    Program,
    /// An account of another branch.
    Stranger,
    /// An account that nobody approved yet.
    Waiting,
    /// An account that was declined.
    Declined,
    /// The teller who took the application and asked for whatever waits.
    Staff,
    /// A teller who had nothing to do with it.
    OtherStaff,
    /// The admin who decided on everything so far.
    Admin,
    /// An admin who had nothing to do with it.
    OtherAdmin,
    /// The teller's other account, an admin's.
    SamePerson,
}

const ASKERS: [Asker; 10] = [
    Asker::Nobody,
    Asker::Program,
    Asker::Stranger,
    Asker::Waiting,
    Asker::Declined,
    Asker::Staff,
    Asker::OtherStaff,
    Asker::Admin,
    Asker::OtherAdmin,
    Asker::SamePerson,
];

/// People beside those the desk has anyway, and what commands about no line are about.
struct Extras {
    other_staff: UserId,
    waiting: UserId,
    declined: UserId,
    finding_id: String,
}

impl Extras {
    fn on(desk: &mut Desk) -> Extras {
        let ada = desk.ada;
        let other_staff = desk.sign_up("dora", "E-4", false);
        let approve = ApproveAccount {
            user_id: other_staff,
            employee_number: "E-4".into(),
            role: Role::Staff,
        };
        desk.give(ada, Command::ApproveAccount(approve)).unwrap();
        let waiting = desk.sign_up("emil", "E-5", true);
        let failed = Internal::SignInFailed { user_id: waiting };
        desk.tell(failed).unwrap();
        let declined = desk.sign_up("finn", "E-6", true);
        let user_id = declined;
        let decline = Command::DeclineAccount(DeclineAccount { user_id });
        desk.give(ada, decline).unwrap();
        let finding = Finding {
            class: FindingClass::Orphan,
            ..Finding::altered("now", "a transfer of nobody's")
        };
        let finding_id = finding.id.clone();
        desk.tell(Internal::OpenFinding { finding }).unwrap();
        Extras {
            other_staff,
            waiting,
            declined,
            finding_id,
        }
    }

    fn actor(&self, asker: Asker, desk: &Desk) -> Actor {
        // Each gave their password again: what is asked here is what they may do with it.
        Actor::Proven(match asker {
            Asker::Nobody => return Actor::Guest,
            Asker::Program => return Actor::Program,
            Asker::Stranger => Desk::elsewhere().ada,
            Asker::Waiting => self.waiting,
            Asker::Declined => self.declined,
            Asker::Staff => desk.cleo,
            Asker::OtherStaff => self.other_staff,
            Asker::Admin => desk.ada,
            Asker::OtherAdmin => desk.boris,
            Asker::SamePerson => desk.cleo_as_admin,
        })
    }

    /// A command that is about no line, valid beside a line in whatever state.
    fn beside(&self, desk: &mut Desk, kind: CommandKind, by: Actor) -> Command {
        let Some(teller_id) = by.user_id() else {
            return self.beside(desk, kind, Actor::Proven(desk.boris));
        };
        // Opening the first drawer is what makes a branch use drawers.
        let open = |desk: &mut Desk| {
            let float = usd(5_000);
            let opened = desk.give(teller_id, Command::OpenDrawer(OpenDrawer { float }));
            // Whoever may do nothing has no drawer, either.
            assert!(matches!(
                opened,
                Ok(_) | Err(RefusalCode::NotSignedIn | RefusalCode::AccountNotActive)
            ));
        };
        let (customer_id, account_id) = (desk.customer, desk.account);
        let signed_on = desk.today;
        match kind {
            CommandKind::RecordCustomer => Command::RecordCustomer(RecordCustomer {
                customer_id: CustomerId(desk.id()),
                profile: Desk::profile(77),
            }),
            CommandKind::UpdateCustomer => {
                let profile = Desk::profile(1);
                Command::UpdateCustomer(UpdateCustomer {
                    customer_id,
                    seen_version: desk.world.customers[&customer_id].version,
                    change: domain::customer::ProfileChange {
                        phone: "+1 555 010 9999".into(),
                        email: profile.email,
                        address: profile.address,
                        employment: profile.employment,
                        income_monthly_minor: profile.income_monthly_minor,
                        obligations_monthly_minor: profile.obligations_monthly_minor,
                    },
                })
            }
            CommandKind::AddBankAccount => Command::AddBankAccount(AddBankAccount {
                customer_id,
                account_id: BankAccountId(desk.id()),
                routing: "021000021".into(),
                number: "99887766".into(),
            }),
            CommandKind::AuthorizeDebit => Command::AuthorizeDebit(AuthorizeDebit {
                customer_id,
                account_id,
                signed_on,
            }),
            CommandKind::AddContactNote => Command::AddContactNote(AddContactNote {
                customer_id,
                channel: ContactChannel::Phone,
                note: "Will call back".into(),
            }),
            CommandKind::DefineProduct => Command::DefineProduct(DefineProduct {
                product_id: ProductId(desk.id()),
                seen_version: 0,
                name: "Another".into(),
                terms: desk.terms(),
            }),
            CommandKind::TakeApplication => Command::TakeApplication(TakeApplication {
                line_id: LineId(desk.id()),
                customer_id,
                product_id: desk.product,
                requested: usd(1_000),
                purpose: "A door".into(),
                missing: Vec::new(),
            }),
            CommandKind::ApproveAccount => Command::ApproveAccount(ApproveAccount {
                user_id: self.waiting,
                employee_number: "E-5".into(),
                role: Role::Staff,
            }),
            CommandKind::DeclineAccount => Command::DeclineAccount(DeclineAccount {
                user_id: self.waiting,
            }),
            CommandKind::UnlockAccount => Command::UnlockAccount(UnlockAccount {
                user_id: self.waiting,
            }),
            CommandKind::SetRole => Command::SetRole(SetRole {
                user_id: self.other_staff,
                role: Role::Admin,
            }),
            CommandKind::DisableAccount => Command::DisableAccount(DisableAccount {
                user_id: self.other_staff,
            }),
            CommandKind::EnableAccount => {
                let user_id = self.other_staff;
                let disable = Command::DisableAccount(DisableAccount { user_id });
                let ada = desk.ada;
                if by.user_id() != Some(user_id) {
                    desk.give(ada, disable).unwrap();
                }
                Command::EnableAccount(EnableAccount { user_id })
            }
            CommandKind::IssueResetCode => Command::IssueResetCode(IssueResetCode {
                user_id: self.other_staff,
                code_print: "print".into(),
            }),
            CommandKind::RemoveSecondFactor => {
                let set = Internal::SetSecondFactor {
                    user_id: teller_id,
                    sealed: "sealed".into(),
                    step: 1,
                };
                // Whoever may do nothing has none, either.
                let told = desk.tell(set);
                assert!(
                    matches!(
                        told,
                        Ok(_) | Err(RefusalCode::AccountNotActive | RefusalCode::UnknownUser)
                    ),
                    "{told:?}"
                );
                Command::RemoveSecondFactor(RemoveSecondFactor { user_id: teller_id })
            }
            CommandKind::DemandSecondFactor => {
                Command::DemandSecondFactor(DemandSecondFactor { of_admins: false })
            }
            CommandKind::CloseDay => Command::CloseDay(CloseDay { date: desk.today }),
            CommandKind::SetHolidays => Command::SetHolidays(SetHolidays {
                holidays: vec![desk.today.plus_days(9)],
            }),
            CommandKind::OpenDrawer => Command::OpenDrawer(OpenDrawer { float: usd(0) }),
            CommandKind::MoveVaultCash => {
                open(desk);
                Command::MoveVaultCash(MoveVaultCash {
                    way: VaultWay::ToVault,
                    amount: usd(1_000),
                })
            }
            CommandKind::CountDrawer => {
                open(desk);
                let counted = usd(5_000);
                Command::CountDrawer(CountDrawer { counted })
            }
            CommandKind::CloseDrawer => {
                open(desk);
                let counted = usd(5_000);
                Command::CloseDrawer(CloseDrawer { teller_id, counted })
            }
            CommandKind::ResolveFinding => Command::ResolveFinding(ResolveFinding {
                finding_id: self.finding_id.clone(),
                resolution: Resolution::Explained,
                note: Some("Of the branch next door".into()),
            }),
            about_a_line => panic!("{about_a_line:?} is about a line"),
        }
    }
}

/// What is needed for it, written a second time and by hand.
fn needs(kind: CommandKind) -> Role {
    match kind {
        CommandKind::RecordCustomer => Role::Staff,
        CommandKind::UpdateCustomer => Role::Staff,
        CommandKind::AddBankAccount => Role::Staff,
        CommandKind::AuthorizeDebit => Role::Staff,
        CommandKind::ForgetCustomer => Role::Admin,
        CommandKind::AddContactNote => Role::Staff,
        CommandKind::DefineProduct => Role::Admin,
        CommandKind::TakeApplication => Role::Staff,
        CommandKind::RecordMissing => Role::Staff,
        CommandKind::SendIncompletenessNotice => Role::Staff,
        CommandKind::RecordCheck => Role::Staff,
        CommandKind::ApproveApplication => Role::Admin,
        CommandKind::RejectApplication => Role::Admin,
        CommandKind::CancelApplication => Role::Staff,
        CommandKind::RecordAgreement => Role::Staff,
        CommandKind::RequestDraw => Role::Staff,
        CommandKind::ApproveDraw => Role::Admin,
        CommandKind::DeclineDraw => Role::Admin,
        CommandKind::BreakGlass => Role::Admin,
        CommandKind::PayCashDraw => Role::Staff,
        CommandKind::CancelDraw => Role::Staff,
        CommandKind::TakeRepayment => Role::Staff,
        CommandKind::CancelRepayment => Role::Staff,
        CommandKind::RefundCredit => Role::Staff,
        CommandKind::RequestCancellation => Role::Staff,
        CommandKind::DeclineCancellation => Role::Admin,
        CommandKind::CloseLine => Role::Staff,
        CommandKind::FreezeLine => Role::Admin,
        CommandKind::UnfreezeLine => Role::Admin,
        CommandKind::TellAdverseAction => Role::Staff,
        CommandKind::AskNetworkAgain => Role::Staff,
        CommandKind::ApproveAccount => Role::Admin,
        CommandKind::DeclineAccount => Role::Admin,
        CommandKind::UnlockAccount => Role::Admin,
        CommandKind::SetRole => Role::Admin,
        CommandKind::DisableAccount => Role::Admin,
        CommandKind::EnableAccount => Role::Admin,
        CommandKind::IssueResetCode => Role::Admin,
        // One's own; here nobody tries another's.
        CommandKind::RemoveSecondFactor => Role::Staff,
        CommandKind::DemandSecondFactor => Role::Admin,
        CommandKind::CloseDay => Role::Admin,
        CommandKind::SetHolidays => Role::Admin,
        CommandKind::OpenDrawer => Role::Staff,
        CommandKind::MoveVaultCash => Role::Staff,
        CommandKind::CountDrawer => Role::Staff,
        CommandKind::CloseDrawer => Role::Staff,
        CommandKind::RetryTransfer => Role::Staff,
        CommandKind::ParkTransfer => Role::Admin,
        CommandKind::HandBackTransfer => Role::Admin,
        CommandKind::PresentAgain => Role::Staff,
        CommandKind::ResolveFinding => Role::Admin,
        CommandKind::RequestChange => Role::Staff,
        CommandKind::ApproveChange => Role::Admin,
        CommandKind::DeclineChange => Role::Admin,
    }
}

/// What a command about no line comes to beside a line in any state; and what it comes to in a
/// branch that the things it names are not of. `None`: it names nothing that was there before.
fn about_no_line(kind: CommandKind) -> Option<(&'static str, Option<&'static str>)> {
    Some(match kind {
        CommandKind::RecordCustomer => ("customer_recorded", None),
        CommandKind::UpdateCustomer => ("customer_updated", Some("!UnknownCustomer")),
        CommandKind::AddBankAccount => ("bank_account_added", Some("!UnknownCustomer")),
        CommandKind::AuthorizeDebit => ("debit_authorized", Some("!UnknownCustomer")),
        CommandKind::AddContactNote => ("contact_noted", Some("!UnknownCustomer")),
        CommandKind::DefineProduct => ("product_defined", None),
        CommandKind::TakeApplication => ("application_taken", Some("!UnknownCustomer")),
        CommandKind::ApproveAccount => ("account_approved", Some("!UnknownUser")),
        CommandKind::DeclineAccount => ("account_declined", Some("!UnknownUser")),
        CommandKind::UnlockAccount => ("account_unlocked", Some("!UnknownUser")),
        CommandKind::SetRole => ("role_set", Some("!UnknownUser")),
        CommandKind::DisableAccount => ("account_disabled", Some("!UnknownUser")),
        CommandKind::EnableAccount => ("account_enabled", Some("!UnknownUser")),
        CommandKind::IssueResetCode => ("reset_code_issued", Some("!UnknownUser")),
        CommandKind::RemoveSecondFactor => ("second_factor_removed", Some("!UnknownUser")),
        CommandKind::DemandSecondFactor => ("second_factor_demanded", None),
        CommandKind::CloseDay => ("day_closed", None),
        CommandKind::SetHolidays => ("holidays_set", None),
        CommandKind::OpenDrawer => ("drawer_opened", None),
        CommandKind::MoveVaultCash => ("vault_cash_moved", None),
        CommandKind::CountDrawer => ("drawer_counted", None),
        CommandKind::CloseDrawer => ("drawer_closed", Some("!DrawerNotOpen")),
        CommandKind::ResolveFinding => ("finding_resolved", Some("!UnknownFinding")),
        _ => return None,
    })
}

/// The decisions that whoever asked for the thing never makes, by whatever account: what their
/// other account meets, in the order of [`STATES`].
#[rustfmt::skip]
fn own(kind: CommandKind) -> Option<&'static [&'static str]> {
    Some(match kind {
        CommandKind::ApproveApplication | CommandKind::RejectApplication => &[
            "!OwnRequest", "!LineCancelled", "!LineRejected",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen", "!NotOpen",
            "!NotOpen", "!NotOpen",
            "!LineClosed", "!LineClosed",
            "!NotOpen",
        ],
        CommandKind::ApproveDraw => &[
            "!UnknownMovement", "!NotRequested", "!UnknownMovement",
            "!UnknownMovement", "!OwnRequest", "!LineFrozen",
            "!OwnRequest", "!NotRequested", "!LineFrozen",
            "!OwnRequest", "!OwnRequest",
            "!NotRequested", "!NotRequested",
            "!NotRequested",
        ],
        CommandKind::DeclineDraw => &[
            "!UnknownMovement", "!NotRequested", "!UnknownMovement",
            "!UnknownMovement", "!OwnRequest", "!OwnRequest",
            "!OwnRequest", "!NotRequested", "!OwnRequest",
            "!OwnRequest", "!OwnRequest",
            "!NotRequested", "!NotRequested",
            "!NotRequested",
        ],
        CommandKind::BreakGlass => &[
            "!UnknownMovement", "!NotRequested", "!UnknownMovement",
            "!UnknownMovement", "!AnotherAdmin", "!LineFrozen",
            "!AnotherAdmin", "!NotRequested", "!LineFrozen",
            "!AnotherAdmin", "!AnotherAdmin",
            "!NotRequested", "!NotRequested",
            "!NotRequested",
        ],
        CommandKind::DeclineCancellation => &[
            "!NoCancellationRequested", "!LineCancelled", "!LineRejected",
            "!NoCancellationRequested", "!NoCancellationRequested", "!NoCancellationRequested",
            "!NoCancellationRequested", "!OwnRequest", "!NoCancellationRequested",
            "!NoCancellationRequested", "!NoCancellationRequested",
            "!LineClosed", "!LineClosed",
            "!NoCancellationRequested",
        ],
        // Who decides is asked before what has become of the line.
        CommandKind::ApproveChange => &[
            "!NoChangeWaiting", "!OwnRequest", "!NoChangeWaiting",
            "!OwnRequest", "!OwnRequest", "!OwnRequest",
            "!OwnRequest", "!OwnRequest", "!OwnRequest",
            "!OwnRequest", "!OwnRequest",
            "!OwnRequest", "!OwnRequest",
            "!OwnRequest",
        ],
        _ => return None,
    })
}

fn place(state: State) -> usize {
    STATES.iter().position(|one| *one == state).unwrap()
}

fn must_be(asker: Asker, kind: CommandKind, state: State) -> &'static str {
    match asker {
        Asker::Nobody | Asker::Program | Asker::Stranger => return "!NotSignedIn",
        Asker::Waiting | Asker::Declined => return "!AccountNotActive",
        Asker::Staff | Asker::OtherStaff if needs(kind) == Role::Admin => return "!AdminOnly",
        Asker::SamePerson => {
            if let Some(row) = own(kind) {
                return row[place(state)];
            }
        }
        Asker::Staff | Asker::OtherStaff | Asker::Admin | Asker::OtherAdmin => {}
    }
    match about_no_line(kind) {
        Some((outcome, _)) => outcome,
        None => written(kind)[place(state)],
    }
}

/// What a line command comes to where the line is not of this branch.
const NO_LINE_OF_OURS: &str = "!UnknownLine";

#[test]
fn whoever_asks_for_whatever_in_every_state_meets_what_is_written() {
    let (mut table, mut wrong) = (String::from("asker\tcommand\tstate\toutcome\n"), Vec::new());
    let (mut cells, mut allowed, mut names_nothing) = (0_usize, 0_usize, 0_usize);
    let mut row = |asker: String, kind: CommandKind, state: State, was: &str, must: &str| {
        writeln!(table, "{asker}\t{kind:?}\t{state:?}\t{was}").unwrap();
        cells += 1;
        allowed += usize::from(!was.starts_with('!'));
        assert!(!must.is_empty(), "{asker} x {kind:?} x {state:?} is blank");
        if was != must {
            wrong.push(format!(
                "{asker} x {kind:?} x {state:?}: written {must}, was {was}"
            ));
        }
    };
    for kind in CommandKind::ALL.iter().copied() {
        for state in STATES {
            let mut built = Scene::build(state, subject_of(kind));
            let extras = Extras::on(&mut built.desk);
            for asker in ASKERS {
                let mut scene = built.clone();
                let actor = extras.actor(asker, &scene.desk);
                let command = match scene.command(kind) {
                    Some((_, command)) => command,
                    None => extras.beside(&mut scene.desk, kind, actor),
                };
                let before = scene.desk.world.clone();
                let judged = scene.desk.carry_out(actor, &Order::Desk(command.into()));
                if judged.is_err() {
                    assert_eq!(
                        before, scene.desk.world,
                        "{asker:?} {kind:?}: refused and changed"
                    );
                }
                let must = must_be(asker, kind, state);
                row(format!("{asker:?}"), kind, state, &cell(&judged), must);
            }
            // Of another branch, with the same things in the same state under other ids.
            let foreign = match built.clone().command(kind) {
                Some((_, command)) => Some((command, NO_LINE_OF_OURS)),
                None => about_no_line(kind).and_then(|(_, must)| {
                    let boris = Actor::Proven(built.desk.boris);
                    Some((extras.beside(&mut built.desk.clone(), kind, boris), must?))
                }),
            };
            let Some((command, must)) = foreign else {
                names_nothing += 1;
                continue;
            };
            let must = match kind {
                CommandKind::ForgetCustomer => "!UnknownCustomer",
                _ => must,
            };
            let mut here = Scene::at(Desk::elsewhere(), state, Subject::Nothing).desk;
            let admin = Actor::Proven(here.boris);
            let before = here.world.clone();
            let judged = here.carry_out(admin, &Order::Desk(command.into()));
            assert_eq!(
                before, here.world,
                "{kind:?}: of another branch, and changed something"
            );
            row("AnotherBranch".into(), kind, state, &cell(&judged), must);
        }
    }
    // Not there yet where everything is built into a folder elsewhere.
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    std::fs::create_dir_all(&target).unwrap();
    std::fs::write(target.join("rights.tsv"), table).unwrap();
    println!("{cells} cells, {allowed} allowed");
    assert!(
        wrong.is_empty(),
        "{} cells are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // None is left out: a command names something of a branch, or stands in the list that does not.
    let all = CommandKind::ALL.len() * STATES.len();
    assert_eq!(cells + names_nothing, all * (ASKERS.len() + 1));
    if let Some(folder) = std::env::var_os("BRANCHLINE_PROOF") {
        let line = format!("who asks × command × state of the application | {cells} cells | –\n");
        std::fs::write(std::path::Path::new(&folder).join("rights.row"), line).unwrap();
    }
}

/// The two tables here speak of every command, and `role_needed` says what is written here.
#[test]
fn what_is_needed_is_what_the_rules_ask_for() {
    for kind in CommandKind::ALL {
        assert_eq!(needs(*kind), kind.role_needed(), "{kind:?}");
        // About a line or not: one of the two tables speaks of it.
        assert_ne!(
            about_no_line(*kind).is_some(),
            !written(*kind).is_empty(),
            "{kind:?}"
        );
    }
}
