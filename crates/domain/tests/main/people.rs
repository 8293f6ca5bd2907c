//! How many people stand behind a decision and behind money: long random histories of a branch in
//! which people have several accounts, leave and come back, ask and decide, too late, twice, or on
//! something else than was asked. Beside the rules a watcher counts heads by what the log says of
//! employee numbers, and by nothing the rules have worked out.

use crate::desk::{Desk, Judged, usd};
use crate::proof;
use crate::random::Dice;
use domain::account::Role;
use domain::actor::NetworkState;
use domain::change::{CHANGE_LIFE_DAYS, LineChange};
use domain::command::*;
use domain::date::BusinessDate;
use domain::event::Event;
use domain::glass::SHUT_OUT_MS;
use domain::ids::{ChangeId, LineId, MovementId, UserId};
use domain::money::Minor;
use domain::movement::{DRAW_LIFE_DAYS, MovementKind};
use domain::product::{Due, Terms};
use domain::reconcile::Resolution;
use std::collections::{BTreeMap, BTreeSet};

const STEPS: usize = 300;
const SINGLE_SIGNATURE: i64 = 150_000;
const OFFLINE_CAP: i64 = 40_000;
const INSTANT: i64 = 60_000;
const THREE_DAYS_MS: i64 = 3 * 24 * 60 * 60 * 1_000;

/// An account as the log has it.
#[derive(Clone, Debug)]
struct Known {
    number: String,
    role: Role,
}

/// Whoever asked for something: the person, by number, and the account.
#[derive(Clone, Debug)]
struct Asker {
    number: String,
    user_id: UserId,
}

struct Asked {
    by: Asker,
    change: LineChange,
    on: BusinessDate,
}

/// What was decided or moved, by whom, as far as heads have to be counted.
#[derive(Default)]
struct Watcher {
    numbers: BTreeMap<UserId, String>,
    active: BTreeMap<UserId, Known>,
    disabled: BTreeMap<UserId, Known>,
    /// When an account was last taken from an admin.
    shut_out_ms: BTreeMap<UserId, i64>,
    /// Whose code waits for an account, and whose code its password was last set with, and when.
    codes: BTreeMap<UserId, Asker>,
    let_in: BTreeMap<UserId, (Asker, i64)>,
    /// Who broke the glass, by the id of the finding it left.
    glass: BTreeMap<String, Asker>,
    taken_by: BTreeMap<LineId, Asker>,
    /// Who asked for how much, and when.
    draws: BTreeMap<MovementId, (Asker, i64, BusinessDate)>,
    released: BTreeSet<MovementId>,
    changes: BTreeMap<ChangeId, Asked>,
    /// Who asked for the end of a line.
    ends: BTreeMap<LineId, Asker>,
    decided: BTreeMap<&'static str, u64>,
}

impl Watcher {
    fn count(&mut self, what: &'static str) {
        *self.decided.entry(what).or_default() += 1;
    }

    fn shut_out(&mut self, user_id: UserId, now_ms: i64) {
        let known = self.active.remove(&user_id).unwrap();
        if known.role == Role::Admin {
            self.shut_out_ms.insert(user_id, now_ms);
        }
        self.disabled.insert(user_id, known);
    }

    /// Whether two people stand behind it, neither of them possibly at the other's account.
    fn two(&self, asked: &Asker, by: Option<&Asker>, now_ms: i64) -> bool {
        let Some(by) = by else { return false };
        let may_be = |account: UserId, other: &Asker| {
            let let_in = self.let_in.get(&account);
            let_in.is_some_and(|(issuer, at)| {
                let same = issuer.number == other.number || issuer.user_id == other.user_id;
                same && now_ms < at + THREE_DAYS_MS
            })
        };
        let one = asked.number == by.number || asked.user_id == by.user_id;
        !one && !may_be(asked.user_id, by) && !may_be(by.user_id, asked)
    }

    /// Whether a person of another number decides, or was kept from it within the last seven days.
    fn somebody_else_decides(&self, number: &str, now_ms: i64) -> bool {
        let admins = self.active.values().filter(|one| one.role == Role::Admin);
        let mut there = admins.map(|one| one.number.as_str());
        let lately = self.shut_out_ms.iter();
        let mut lately = lately.filter(|(_, at)| now_ms - **at < SHUT_OUT_MS);
        there.any(|other| other != number) || lately.any(|(id, _)| self.numbers[id] != number)
    }

    /// Events of one command. What an event follows from is looked for among those before it.
    /// `shown` are the terms that were on the screen of whoever decides.
    fn see(
        &mut self,
        desk: &Desk,
        by: Option<UserId>,
        (offline, shown): (bool, Option<&Terms>),
        events: &[Event],
    ) {
        let actor = by.and_then(|by| self.active.get(&by)).cloned();
        let number = actor.as_ref().map(|known| known.number.clone());
        let admin = actor
            .as_ref()
            .is_some_and(|known| known.role == Role::Admin);
        let asker = number.clone().zip(by);
        let asker = asker.map(|(number, user_id)| Asker { number, user_id });
        let (me, now_ms) = (asker.as_ref(), desk.now.0);
        let other_than = |first: &str| number.as_deref().is_some_and(|number| number != first);
        let mut agreed: Option<ChangeId> = None;
        for event in events {
            match event {
                Event::AccountAsked {
                    user_id,
                    employee_number,
                    ..
                } => {
                    self.numbers.insert(*user_id, employee_number.clone());
                }
                Event::AccountApproved {
                    user_id,
                    employee_number,
                    role,
                    founding,
                    ..
                } => {
                    assert_eq!(&self.numbers[user_id], employee_number);
                    if !founding {
                        assert!(admin && other_than(employee_number), "{event:?}");
                        self.count("account");
                    } else {
                        assert!(self.active.is_empty(), "a second founder: {event:?}");
                    }
                    let known = Known {
                        number: employee_number.clone(),
                        role: *role,
                    };
                    self.active.insert(*user_id, known);
                }
                Event::AccountDisabled { user_id } => {
                    assert!(admin && other_than(&self.numbers[user_id]), "{event:?}");
                    self.shut_out(*user_id, desk.now.0);
                    self.count("account shut out");
                }
                Event::AccountEnabled { user_id } => {
                    assert!(admin && other_than(&self.numbers[user_id]), "{event:?}");
                    let known = self.disabled.remove(user_id).unwrap();
                    self.active.insert(*user_id, known);
                }
                Event::ResetCodeIssued { user_id, .. } => {
                    assert!(admin && other_than(&self.numbers[user_id]), "{event:?}");
                    self.codes.insert(*user_id, asker.clone().unwrap());
                }
                Event::PasswordReset { user_id, .. } => {
                    let issuer = self.codes.remove(user_id).unwrap();
                    self.let_in.insert(*user_id, (issuer, now_ms));
                    self.count("password");
                }
                Event::RoleSet { user_id, role } => {
                    assert!(admin && other_than(&self.numbers[user_id]), "{event:?}");
                    if let Some(known) = self.active.get_mut(user_id) {
                        if known.role == Role::Admin && *role == Role::Staff {
                            self.shut_out_ms.insert(*user_id, desk.now.0);
                        }
                        known.role = *role;
                    } else {
                        self.disabled.get_mut(user_id).unwrap().role = *role;
                    }
                    self.count("role");
                }
                Event::CancellationRequested { line_id, .. } => {
                    self.ends.insert(*line_id, asker.clone().unwrap());
                }
                Event::CancellationDeclined { line_id, .. } => {
                    assert!(
                        admin && self.two(&self.ends[line_id], me, now_ms),
                        "{event:?}"
                    );
                    self.count("cancellation declined");
                }
                Event::GlassBroken { movement_id, .. } => {
                    let (asked_by, amount, on) = &self.draws[movement_id];
                    assert!(desk.today <= on.plus_days(DRAW_LIFE_DAYS), "{event:?}");
                    assert!(admin && !other_than(&asked_by.number), "{event:?}");
                    assert!(*amount <= 2 * SINGLE_SIGNATURE, "{event:?}");
                    assert!(
                        !self.somebody_else_decides(&asked_by.number, desk.now.0),
                        "{event:?}"
                    );
                    self.released.insert(*movement_id);
                    self.count("glass");
                }
                Event::FindingOpened { finding } => {
                    let by = asker.clone().unwrap();
                    assert!(self.glass.insert(finding.id.clone(), by).is_none());
                }
                Event::FindingResolved { finding_id, .. } => {
                    assert!(
                        admin && self.two(&self.glass[finding_id], me, now_ms),
                        "{event:?}"
                    );
                    self.count("glass looked at");
                }
                Event::ApplicationTaken { line_id, .. } => {
                    self.taken_by.insert(*line_id, asker.clone().unwrap());
                }
                Event::ApplicationApproved {
                    line_id,
                    limit_minor,
                    by_policy: true,
                    ..
                } => {
                    assert!(limit_minor.0 <= INSTANT, "{event:?}");
                    assert!(number.is_some() && self.taken_by.contains_key(line_id));
                    self.count("application by policy");
                }
                Event::ApplicationApproved { line_id, terms, .. } => {
                    assert!(
                        admin && self.two(&self.taken_by[line_id], me, now_ms),
                        "{event:?}"
                    );
                    assert_eq!(Some(terms), shown, "on terms that nobody saw");
                    self.count("application");
                }
                Event::ApplicationRejected { line_id, .. } => {
                    assert!(
                        admin && self.two(&self.taken_by[line_id], me, now_ms),
                        "{event:?}"
                    );
                    self.count("rejection");
                }
                Event::MovementRequested {
                    movement_id,
                    kind: MovementKind::Draw,
                    amount_minor,
                    ..
                } => {
                    let asked = (asker.clone().unwrap(), amount_minor.0, desk.today);
                    self.draws.insert(*movement_id, asked);
                    let alone = amount_minor.0 <= SINGLE_SIGNATURE
                        && !(offline && amount_minor.0 > OFFLINE_CAP);
                    if alone {
                        self.released.insert(*movement_id);
                    }
                }
                Event::DrawApproved { movement_id, .. } => {
                    let (asked_by, _, on) = &self.draws[movement_id];
                    assert!(admin && self.two(asked_by, me, now_ms), "{event:?}");
                    assert!(desk.today <= on.plus_days(DRAW_LIFE_DAYS), "{event:?}");
                    self.released.insert(*movement_id);
                    self.count("draw");
                }
                Event::CashMoved {
                    movement_id,
                    kind: MovementKind::Draw,
                    amount_minor,
                    ..
                }
                | Event::TransferQueued {
                    movement_id,
                    kind: MovementKind::Draw,
                    amount_minor,
                    ..
                } => {
                    let (_, amount, on) = &self.draws[movement_id];
                    assert_eq!(*amount, amount_minor.0, "{event:?}");
                    assert!(desk.today <= on.plus_days(DRAW_LIFE_DAYS), "{event:?}");
                    assert!(
                        self.released.contains(movement_id),
                        "money left on one signature: {event:?}"
                    );
                    self.count("money out");
                }
                Event::ChangeRequested {
                    change_id, change, ..
                } => {
                    let asked = Asked {
                        by: asker.clone().unwrap(),
                        change: change.clone(),
                        on: desk.today,
                    };
                    assert!(self.changes.insert(*change_id, asked).is_none());
                }
                Event::ChangeApproved { change_id, .. } => {
                    let asked = &self.changes[change_id];
                    assert!(admin && self.two(&asked.by, me, now_ms), "{event:?}");
                    assert!(
                        desk.today <= asked.on.plus_days(CHANGE_LIFE_DAYS),
                        "an expired request was agreed to: {event:?}"
                    );
                    agreed = Some(*change_id);
                    self.count("change");
                }
                effect => {
                    let asked = agreed.and_then(|id| self.changes.get(&id));
                    let rightly = follows(effect, asked.map(|asked| &asked.change));
                    assert!(rightly, "nobody agreed to this: {effect:?}");
                }
            }
        }
    }
}

/// Whether an event that changes a line is the very change that two people agreed on; others are
/// none of this.
fn follows(effect: &Event, agreed: Option<&LineChange>) -> bool {
    match effect {
        Event::ChargeWaived {
            of, amount_minor, ..
        } => match (of, agreed) {
            (Due::Fees, Some(LineChange::WaiveFees { amount }))
            | (Due::Interest, Some(LineChange::WaiveInterest { amount })) => {
                amount.minor == *amount_minor
            }
            _ => false,
        },
        Event::MovementReversed { movement_id, .. } => {
            agreed.and_then(LineChange::movement_id) == Some(*movement_id)
        }
        Event::LimitSet { limit_minor, .. } => {
            matches!(agreed, Some(LineChange::SetLimit { limit, .. }) if limit.minor == *limit_minor)
        }
        Event::RateSet {
            from,
            annual_percent,
            ..
        } => {
            matches!(agreed, Some(LineChange::SetRate { from: asked, annual_percent: rate, .. })
                if asked == from && rate == annual_percent)
        }
        Event::ChargedOff { .. } => matches!(agreed, Some(LineChange::ChargeOff {})),
        _ => true,
    }
}

/// A branch where people bump into the rules often, with policy approval of small lines.
fn branch() -> Desk {
    let mut desk = Desk::new();
    let mut terms = desk.terms();
    terms.single_signature_minor = Minor(SINGLE_SIGNATURE);
    terms.offline_cap_minor = Minor(OFFLINE_CAP);
    terms.instant_limit_minor = Minor(INSTANT);
    terms.checks.clear();
    desk.revise(terms);
    desk
}

/// The same, with one admin left: the others were shut out seven days ago.
fn with_one_admin(mut desk: Desk) -> Desk {
    for user_id in [desk.boris, desk.cleo_as_admin] {
        let disable = Command::DisableAccount(DisableAccount { user_id });
        desk.give(desk.ada, disable).unwrap();
    }
    desk.now = desk.now.plus_ms(SHUT_OUT_MS);
    desk
}

struct History {
    desk: Desk,
    dice: Dice,
    watcher: Watcher,
    /// It began with one admin, and seldom makes another.
    small: bool,
    people: Vec<UserId>,
    lines: Vec<LineId>,
    changes: Vec<(LineId, ChangeId, LineChange)>,
    /// Every version of the product, and its terms.
    terms: BTreeMap<u64, Terms>,
    refused: BTreeMap<String, u64>,
}

impl History {
    fn new(seed: u64, fresh: &Desk) -> History {
        let desk = fresh.clone();
        let began_ms = fresh.now.0 - SHUT_OUT_MS;
        let mut watcher = Watcher::default();
        for event in &desk.log {
            if let Event::AccountAsked {
                user_id,
                employee_number,
                ..
            } = event
            {
                watcher.numbers.insert(*user_id, employee_number.clone());
            }
            if let Event::AccountApproved {
                user_id,
                employee_number,
                role,
                ..
            } = event
            {
                let known = Known {
                    number: employee_number.clone(),
                    role: *role,
                };
                watcher.active.insert(*user_id, known);
            }
            if let Event::AccountDisabled { user_id } = event {
                watcher.shut_out(*user_id, began_ms);
            }
        }
        let admins = watcher.active.values();
        let small = admins.filter(|known| known.role == Role::Admin).count() == 1;
        let product = &desk.world.products[&desk.product];
        let terms = BTreeMap::from([(product.version, product.terms.clone())]);
        // Whoever was shut out, too: they may come back.
        let people = watcher.numbers.keys().copied().collect();
        History {
            desk,
            dice: Dice::new(seed),
            watcher,
            small,
            people,
            lines: Vec::new(),
            changes: Vec::new(),
            terms,
            refused: BTreeMap::new(),
        }
    }

    fn run(&mut self) {
        for _ in 0..STEPS {
            self.step();
        }
    }

    /// Somebody tries something; nobody knows whether they may.
    fn tries(&mut self, command: Command) -> bool {
        // Mostly whoever may; but everybody tries.
        let active: Vec<UserId> = self.watcher.active.keys().copied().collect();
        let among = match self.dice.one_in(6) {
            true => &self.people,
            false => &active,
        };
        let by = self.dice.pick(among).unwrap();
        self.tries_as(by, command)
    }

    fn tries_as(&mut self, by: UserId, command: Command) -> bool {
        let offline = self.desk.network == NetworkState::Offline;
        let shown = match &command {
            Command::ApproveApplication(c) => self.terms.get(&c.seen_product_version).cloned(),
            _ => None,
        };
        let judged = self.desk.give(by, command);
        self.seen(Some(by), (offline, shown.as_ref()), &judged)
    }

    fn seen(&mut self, by: Option<UserId>, about: (bool, Option<&Terms>), judged: &Judged) -> bool {
        match judged {
            Ok(events) => self.watcher.see(&self.desk, by, about, events),
            Err(code) => *self.refused.entry(format!("{code:?}")).or_default() += 1,
        }
        judged.is_ok()
    }

    fn number(&mut self) -> String {
        format!("E-{}", 1 + self.dice.below(6))
    }

    /// Somebody new, somebody's second account, or somebody who was here before, under any name.
    fn sign_up(&mut self) {
        let user_id = UserId(self.desk.id());
        let ask = AskForAccount {
            user_id,
            login: format!("u{}", user_id.0.simple()),
            name: "Somebody".to_owned(),
            employee_number: self.number(),
            admin: self.dice.one_in(2),
            credential_print: "print".to_owned(),
        };
        let judged = self.desk.tell(Internal::AskForAccount(ask));
        assert!(self.seen(None, (false, None), &judged));
        self.people.push(user_id);
    }

    fn approve_account(&mut self) {
        let Some(user_id) = self.dice.pick(&self.people) else {
            return;
        };
        let employee_number = match self.dice.one_in(4) {
            true => self.number(),
            false => self.watcher.numbers[&user_id].clone(),
        };
        let admin = match self.small {
            true => self.dice.one_in(16),
            false => self.dice.one_in(2),
        };
        let role = match admin {
            true => Role::Admin,
            false => Role::Staff,
        };
        self.tries(Command::ApproveAccount(ApproveAccount {
            user_id,
            employee_number,
            role,
        }));
    }

    fn take(&mut self) {
        let line_id = LineId(self.desk.id());
        let requested = 20_000 + i64::try_from(self.dice.below(800_000)).unwrap();
        let taken = self.tries(Command::TakeApplication(TakeApplication {
            line_id,
            customer_id: self.desk.customer,
            product_id: self.desk.product,
            requested: usd(requested),
            purpose: "A roof".to_owned(),
            missing: Vec::new(),
        }));
        if taken {
            self.lines.push(line_id);
        }
    }

    fn decide(&mut self, line_id: LineId) {
        let line = self.desk.line(line_id);
        let stale = u64::from(self.dice.one_in(6));
        let seen_version = line.version.saturating_sub(stale);
        let command = if self.dice.one_in(5) {
            Command::RejectApplication(RejectApplication {
                line_id,
                seen_version,
                reasons: vec![RejectionReason::Bankruptcy],
                other_words: None,
            })
        } else {
            let more = i64::from(self.dice.one_in(6));
            let last = self.desk.product_version(line_id);
            let seen_product_version = last.saturating_sub(u64::from(self.dice.one_in(4)));
            Command::ApproveApplication(ApproveApplication {
                line_id,
                seen_version,
                seen_product_version,
                limit: usd(line.requested_minor.0 + more),
            })
        };
        self.tries(command);
    }

    /// Other terms for what is approved from now on, of which nothing that is counted here changes.
    fn revise(&mut self) {
        let product = &self.desk.world.products[&self.desk.product];
        let mut terms = product.terms.clone();
        terms.due_days = 20 + u16::try_from(self.dice.below(10)).unwrap();
        let defined = self.tries(Command::DefineProduct(DefineProduct {
            product_id: product.id,
            seen_version: product.version,
            name: product.name.clone(),
            terms,
        }));
        if defined {
            let product = &self.desk.world.products[&self.desk.product];
            self.terms.insert(product.version, product.terms.clone());
        }
    }

    /// The customer wants an end, or somebody says no to that.
    fn end(&mut self, line_id: LineId) {
        let reason = "They moved away".to_owned();
        let command = match self.dice.one_in(4) {
            true => Command::RequestCancellation(RequestCancellation {
                line_id,
                reason: Some(reason),
            }),
            false => Command::DeclineCancellation(DeclineCancellation { line_id, reason }),
        };
        self.tries(command);
    }

    fn draw(&mut self, line_id: LineId) {
        let draw_id = MovementId(self.desk.id());
        let around = [OFFLINE_CAP, SINGLE_SIGNATURE, INSTANT];
        let amount = match self.dice.one_in(2) {
            true => around[self.dice.below(3)] + i64::try_from(self.dice.below(3)).unwrap() - 1,
            false => 1 + i64::try_from(self.dice.below(400_000)).unwrap(),
        };
        let method = match self.dice.one_in(2) {
            true => PayOut::Cash {
                identity_seen: true,
            },
            false => self.desk.bank(),
        };
        self.tries(Command::RequestDraw(RequestDraw {
            line_id,
            draw_id,
            amount: usd(amount),
            method,
        }));
    }

    /// One of the draws of a line, in whatever state, is agreed to, paid out, declined, called off.
    fn on_draw(&mut self, line_id: LineId) {
        let of_line = self.desk.world.movements_of(line_id);
        let draws: Vec<MovementId> = of_line.map(|movement| movement.id).collect();
        let Some(draw_id) = self.dice.pick(&draws) else {
            return;
        };
        // Where there is one admin the glass is what is left.
        let kinds = if self.small { 16 } else { 8 };
        let command = match self.dice.below(kinds) {
            7.. => {
                let reason = "Nobody else is there".to_owned();
                let alone = Command::BreakGlass(BreakGlass {
                    line_id,
                    draw_id,
                    reason,
                });
                // Mostly whoever asked for it: nobody else can.
                let asked = self.desk.movement(draw_id).requested_by.user_id;
                match self.dice.one_in(4) {
                    true => self.tries(alone),
                    false => self.tries_as(asked, alone),
                };
                return;
            }
            0 => Command::DeclineDraw(DeclineDraw {
                line_id,
                draw_id,
                reason: "No".to_owned(),
            }),
            1 => Command::CancelDraw(CancelDraw { line_id, draw_id }),
            2..4 => Command::PayCashDraw(PayCashDraw {
                line_id,
                draw_id,
                identity_seen: true,
            }),
            _ => Command::ApproveDraw(ApproveDraw { line_id, draw_id }),
        };
        self.tries(command);
    }

    /// Somebody is shut out, let back in, or time passes.
    fn come_and_go(&mut self) {
        let Some(user_id) = self.dice.pick(&self.people) else {
            return;
        };
        match self.dice.below(7) {
            5.. => {
                let code_print = "print".to_owned();
                self.tries(Command::IssueResetCode(IssueResetCode {
                    user_id,
                    code_print: code_print.clone(),
                }));
                let judged = self.desk.tell(Internal::ResetPassword(ResetPassword {
                    user_id,
                    code_print,
                    credential_print: "another".to_owned(),
                }));
                self.seen(None, (false, None), &judged);
            }
            0 => {
                self.tries(Command::DisableAccount(DisableAccount { user_id }));
            }
            2 => {
                let role = match self.small || self.dice.one_in(3) {
                    true => Role::Staff,
                    false => Role::Admin,
                };
                self.tries(Command::SetRole(SetRole { user_id, role }));
            }
            1 => {
                self.tries(Command::EnableAccount(EnableAccount { user_id }));
            }
            _ => {
                let part = i64::try_from(self.dice.below(8)).unwrap();
                self.desk.now = self.desk.now.plus_ms(part * SHUT_OUT_MS / 6);
            }
        }
    }

    /// One of the findings that broken glass left, closed or not. Somebody has to be let back in
    /// before another person can look at all.
    fn look_behind_the_glass(&mut self) {
        let findings: Vec<String> = self.watcher.glass.keys().cloned().collect();
        if findings.is_empty() {
            return;
        }
        for _ in 0..4 {
            if let Some(user_id) = self.dice.pick(&self.people) {
                self.tries(Command::EnableAccount(EnableAccount { user_id }));
            }
            let place = self.dice.below(findings.len());
            self.tries(Command::ResolveFinding(ResolveFinding {
                finding_id: findings[place].clone(),
                resolution: Resolution::Explained,
                note: Some("Looked at".to_owned()),
            }));
        }
    }

    fn any_change(&mut self, line_id: LineId) -> LineChange {
        let line = self.desk.line(line_id);
        let limit = line.limit().0;
        let of_line = self.desk.world.movements_of(line_id);
        let movements: Vec<MovementId> = of_line.map(|movement| movement.id).collect();
        let some = i64::try_from(self.dice.below(5_000)).unwrap() + 1;
        match (self.dice.below(6), self.dice.pick(&movements)) {
            (0, _) => LineChange::WaiveFees { amount: usd(some) },
            (1, _) => LineChange::WaiveInterest { amount: usd(some) },
            (2, _) => LineChange::SetRate {
                from: self.desk.today,
                annual_percent: format!("{}.5", 1 + self.dice.below(14)).parse().unwrap(),
                notice_given_on: None,
            },
            (3, Some(movement_id)) => LineChange::Reverse { movement_id },
            (4, _) if self.dice.one_in(4) => LineChange::ChargeOff {},
            _ => LineChange::SetLimit {
                limit: usd((limit + some - 2_500).max(1)),
                notice_given_on: Some(self.desk.today),
            },
        }
    }

    fn ask_change(&mut self, line_id: LineId) {
        let change_id = ChangeId(self.desk.id());
        let change = self.any_change(line_id);
        let asked = self.tries(Command::RequestChange(RequestChange {
            line_id,
            change_id,
            change: change.clone(),
            reason: "They asked for it".to_owned(),
        }));
        if asked {
            self.changes.push((line_id, change_id, change));
        }
    }

    /// Of what was ever asked for: also what was decided before, has expired, or is not what the
    /// other one asked for.
    fn on_change(&mut self) {
        if self.changes.is_empty() {
            return;
        }
        let place = self.dice.below(self.changes.len());
        let (line_id, change_id, asked) = self.changes[place].clone();
        let command = if self.dice.one_in(8) {
            Command::DeclineChange(DeclineChange {
                line_id,
                change_id,
                reason: "No".to_owned(),
            })
        } else {
            let change = match self.dice.one_in(4) {
                true => self.any_change(line_id),
                false => asked,
            };
            Command::ApproveChange(ApproveChange {
                line_id,
                change_id,
                change,
            })
        };
        self.tries(command);
    }

    fn step(&mut self) {
        let Some(line_id) = self.dice.pick(&self.lines) else {
            return self.take();
        };
        // Rare as it is, it is looked at once it happened.
        if !self.watcher.glass.is_empty() && self.dice.one_in(2) {
            return self.look_behind_the_glass();
        }
        match self.dice.below(48) {
            0..2 => self.sign_up(),
            2..5 => self.approve_account(),
            5 if self.lines.len() < 5 => self.take(),
            6..11 => self.decide(line_id),
            11..13 => {
                let signed_on = self.desk.today;
                let record = RecordAgreement { line_id, signed_on };
                self.tries(Command::RecordAgreement(record));
            }
            13..20 => self.draw(line_id),
            20..28 => self.on_draw(line_id),
            28..31 => {
                let repayment_id = MovementId(self.desk.id());
                let amount = 1 + i64::try_from(self.dice.below(90_000)).unwrap();
                self.tries(Command::TakeRepayment(TakeRepayment {
                    line_id,
                    repayment_id,
                    amount: usd(amount),
                    method: PayIn::Cash {},
                    taken_on: None,
                }));
            }
            31..34 => self.ask_change(line_id),
            34..38 => self.on_change(),
            38 => {
                let days = i32::try_from(self.dice.below(12)).unwrap();
                self.desk.today = self.desk.today.plus_days(days);
            }
            39..43 => self.come_and_go(),
            43..45 => self.end(line_id),
            45 => self.revise(),
            _ => {
                self.desk.network = match self.desk.network {
                    NetworkState::Online => NetworkState::Offline,
                    NetworkState::Offline => NetworkState::Online,
                };
            }
        }
    }
}

#[test]
fn decisions_and_money_have_as_many_people_behind_them_as_they_need() {
    let histories = proof::count(1_000, 100_000) as u64;
    let seed = proof::seed();
    let branches = [branch(), with_one_admin(branch())];
    let (mut decided, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for number in 0..histories {
        // Every other history begins with one admin.
        let fresh = &branches[usize::from(number % 2 == 1)];
        let mut history = History::new(seed.wrapping_add(number), fresh);
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| history.run()));
        if let Err(panic) = told {
            eprintln!("BRANCHLINE_SEED={} fails", seed.wrapping_add(number));
            std::panic::resume_unwind(panic);
        }
        for (what, count) in history.watcher.decided {
            *decided.entry(what).or_insert(0) += count;
        }
        for (code, count) in history.refused {
            *refused.entry(code).or_insert(0) += count;
        }
    }
    println!("{decided:?}\n{refused:?}");
    // Whoever never gets anywhere proves nothing, nor who is never stopped.
    for what in [
        "account",
        "application",
        "application by policy",
        "rejection",
        "draw",
        "money out",
        "change",
        "account shut out",
        "role",
        "password",
    ] {
        let count = decided.get(what).copied().unwrap_or(0);
        assert!(count >= histories / 20, "{what}: {count} of {histories}");
    }
    // Nobody is the only admin for long, and most lines end at once.
    for what in ["glass", "glass looked at", "cancellation declined"] {
        let count = decided.get(what).copied().unwrap_or(0);
        assert!(count >= histories / 100, "{what}: {count} of {histories}");
    }
    for code in [
        "OwnRequest",
        "AdminOnly",
        "AccountNotActive",
        "ChangeDiffers",
        "ChangeExpired",
        "DrawExpired",
        "UnknownChange",
        "NotRequested",
        "EmployeeNumberOfAnother",
        "AnotherAdmin",
        "GlassNotNeeded",
        "OwnAccount",
        "LetInByAnother",
    ] {
        let count = refused.get(code).copied().unwrap_or(0);
        assert!(count >= histories / 50, "{code}: {count} of {histories}");
    }
    let all: u64 = decided.values().sum();
    proof::proved(
        "people",
        "decisions and money out, each with as many distinct people behind it as it needs",
        &format!("{histories} histories, {all} decisions and payments"),
        &format!("{seed} and those after it"),
    )
    .unwrap();
}
