//! Reconciling with the network's statements: a day a turn, daily and on demand; and the compare
//! after a restore, before which nothing is sent.
//!
//! A statement says what moved; whatever it shows that the ledger does not have yet is asked for
//! first, so that a missing event is mended before it is a finding.

use crate::answers::{DayStatement, Unanswered};
use crate::link::Link;
use crate::store::jobs;
use crate::store::reconciling::{self, day_of};
use crate::sync::{Halt, Sync};
use domain::command::Internal;
use domain::date::{BusinessDate, UtcMillis};
use domain::ids::MovementId;
use domain::movement::Movement;
use domain::reconcile::{Finding, FindingClass, StatementEntry, StatementLine, compare};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Before a day that was not over at the network is asked for again.
const NOT_OVER_MS: i64 = 15 * 60 * 1_000;
/// Before a statement that could not be read is: then twice as long, up to the longest.
const UNREAD_FIRST_MS: i64 = 2_000;
const UNREAD_LONGEST_MS: i64 = 15 * 60 * 1_000;

/// How far the work has come. Lost with the process: it begins anew, and finds nothing twice.
#[derive(Default)]
pub(crate) struct Reconciling {
    /// Transfers still to be asked about after a restore; nothing before that began.
    to_ask: Option<VecDeque<MovementId>>,
    /// The day that is not over yet was looked at after a restore.
    today_seen: bool,
    /// A day that could not be posted, and when that was seen.
    not_yet: Option<NotYet>,
    /// What could not be asked about for the statement of a day.
    in_vain: BTreeSet<(BusinessDate, MovementId)>,
    /// All was compared; what was altered waits for an admin.
    done: bool,
}

/// Why a day is asked for again later.
struct NotYet {
    date: BusinessDate,
    seen_at: UtcMillis,
    wait_ms: i64,
    /// The network is there, and what it says of this day cannot be read. Otherwise the day is not
    /// over there: its statement was looked at as far as it went.
    unread: bool,
}

/// What is to be read next.
enum Next {
    Day(BusinessDate),
    /// Nothing now: the days that are over were read, or at least looked at.
    Nothing,
    /// Nothing now, and there is a day of which nothing is known.
    Unread,
}

impl<L: Link> Sync<L> {
    /// Whether anything was read.
    pub(crate) async fn reconcile_if_due(&mut self) -> Result<bool, Halt> {
        let held = self.orders.held();
        if held && !self.reconciling.done && self.ask_about_all().await? {
            return Ok(true);
        }
        match self.next_day().await? {
            Next::Day(date) => {
                self.reconcile_day(date).await?;
                return Ok(true);
            }
            // What is not known yet may be what was paid since the backup.
            Next::Unread if held => return Ok(false),
            Next::Nothing if held => return self.resume_after_restore().await,
            Next::Nothing | Next::Unread => {}
        }
        if self.handle().reconcile_asked() {
            self.look_at_today().await?;
            self.handle().take_reconcile();
            return Ok(true);
        }
        Ok(false)
    }

    /// The earliest day that is over at the network and was not read.
    async fn next_day(&mut self) -> Result<Next, Halt> {
        let today = day_of(self.orders.now());
        let next = match self.orders.reconciled_through() {
            Some(through) => through.plus_days(1),
            None => {
                let first = reconciling::first_moment(self.orders.pool()).await;
                match first.map_err(|_| Halt::Store)? {
                    Some(first) => day_of(first),
                    None => return Ok(Next::Nothing),
                }
            }
        };
        if next >= today {
            return Ok(Next::Nothing);
        }
        Ok(match self.waits(next) {
            Some(NotYet { unread: true, .. }) => Next::Unread,
            Some(NotYet { unread: false, .. }) => Next::Nothing,
            None => Next::Day(next),
        })
    }

    /// Why this day is not asked for just now.
    fn waits(&self, date: BusinessDate) -> Option<&NotYet> {
        self.reconciling.not_yet.as_ref().filter(|not_yet| {
            let passed = self.orders.now().since(not_yet.seen_at);
            not_yet.date == date && (0..not_yet.wait_ms).contains(&passed)
        })
    }

    fn not_yet(&mut self, date: BusinessDate, unread: bool) {
        let why = match unread {
            true => "the network's statement of the day cannot be read",
            // A day that was read too soon would never be read again.
            false => "the day is not over at the network: the clock here is ahead",
        };
        tracing::warn!(%date, "{why}");
        let before = self.reconciling.not_yet.as_ref();
        let before = before.filter(|before| before.date == date && before.unread);
        let wait_ms = match (unread, before) {
            (false, _) => NOT_OVER_MS,
            (true, None) => UNREAD_FIRST_MS,
            (true, Some(before)) => (before.wait_ms * 2).min(UNREAD_LONGEST_MS),
        };
        self.reconciling.not_yet = Some(NotYet {
            date,
            seen_at: self.orders.now(),
            wait_ms,
            unread,
        });
    }

    /// Reads one day that is over, shows where it disagrees, and posts it.
    async fn reconcile_day(&mut self, date: BusinessDate) -> Result<(), Halt> {
        let Some((lines, findings, over)) = self.compared(date).await? else {
            self.not_yet(date, true);
            return Ok(());
        };
        for finding in findings {
            self.open(finding).await?;
        }
        if !over {
            self.not_yet(date, false);
            return self.close_what_agrees().await;
        }
        self.tell(Internal::RecordStatement { date, lines }).await?;
        // What settled before that day began has to stand on it or an earlier one.
        let begins = UtcMillis(i64::from(date.days()) * 86_400_000);
        let unseen = reconciling::on_no_statement(self.orders.pool(), begins).await;
        for movement in unseen.map_err(|_| Halt::Store)? {
            self.open(Finding::missing_there(&movement, date)).await?;
        }
        self.close_what_agrees().await
    }

    /// The day that is not over: shown where it disagrees, posted when it is over. Whether it could
    /// be read.
    async fn look_at_today(&mut self) -> Result<bool, Halt> {
        let today = day_of(self.orders.now());
        let Some((_, findings, _)) = self.compared(today).await? else {
            self.not_yet(today, true);
            return Ok(false);
        };
        for finding in findings {
            self.open(finding).await?;
        }
        self.close_what_agrees().await?;
        Ok(true)
    }

    /// One day's statement against the movements it names, after the network was asked about
    /// those that do not agree. Nothing where the network is there and its answer says nothing.
    async fn compared(
        &mut self,
        date: BusinessDate,
    ) -> Result<Option<(Vec<StatementEntry>, Vec<Finding>, bool)>, Halt> {
        self.may_ask()?;
        let answer = self.link.statement(date).await;
        let says_nothing = |unanswered: &Unanswered| unanswered.refused || unanswered.unreadable;
        if answer.as_ref().is_err_and(says_nothing) {
            return Ok(None);
        }
        let DayStatement { lines, over } = self.heard(answer)?;
        let movements = self.named_in(&lines).await?;
        let earlier = reconciling::lines_before(self.orders.pool(), date, &lines)
            .await
            .map_err(|_| Halt::Store)?;
        let calendar = self.orders.calendar();
        let Some(currency) = self.orders.currency() else {
            return Ok(None);
        };
        let (entries, findings) = compare(date, &lines, &movements, &earlier, &calendar, currency);
        let behind: Vec<&Movement> = findings
            .iter()
            .filter(|finding| asks_first(finding.class))
            .filter_map(|finding| movements.get(&finding.movement_id?))
            .collect();
        if behind.is_empty() {
            return Ok(Some((entries, findings, over)));
        }
        for movement in behind {
            // Asked in vain once, it is shown as the statement has it: the day does not wait.
            if self.reconciling.in_vain.contains(&(date, movement.id)) {
                continue;
            }
            let asked = self.ask_about(movement).await;
            if matches!(asked, Err(Halt::Away)) {
                self.reconciling.in_vain.insert((date, movement.id));
            }
            asked?;
        }
        let movements = self.named_in(&lines).await?;
        let (entries, findings) = compare(date, &lines, &movements, &earlier, &calendar, currency);
        Ok(Some((entries, findings, over)))
    }

    async fn named_in(
        &self,
        lines: &[StatementLine],
    ) -> Result<BTreeMap<MovementId, Movement>, Halt> {
        let ids: Vec<MovementId> = lines
            .iter()
            .filter_map(|line| line.reference.parse().ok())
            .collect();
        jobs::movements(self.orders.pool(), ids)
            .await
            .map_err(|_| Halt::Store)
    }

    /// Closes what the program can see has come right.
    async fn close_what_agrees(&mut self) -> Result<(), Halt> {
        let open = reconciling::open_findings(self.orders.pool())
            .await
            .map_err(|_| Halt::Store)?;
        let ids: Vec<MovementId> = open
            .iter()
            .filter_map(|open| open.state.finding.movement_id)
            .collect();
        let movements = jobs::movements(self.orders.pool(), ids)
            .await
            .map_err(|_| Halt::Store)?;
        let through = self.orders.reconciled_through();
        for open in open {
            let finding = &open.state.finding;
            // The statement that shows it is not posted before its day is over.
            if finding.statement_date > through {
                continue;
            }
            let movement = finding.movement_id.and_then(|id| movements.get(&id));
            let here = movement.map_or(0, Movement::turns);
            let there = open.settled_there + open.returned_there;
            let agrees = match finding.class {
                FindingClass::MissingHere => here > 0 && here >= there,
                FindingClass::MissingThere => there > 0,
                // It came back: nothing of it is left in suspense.
                FindingClass::Duplicate | FindingClass::Orphan => {
                    there > 0 && open.settled_there == open.returned_there
                }
                FindingClass::AmountDiffers
                | FindingClass::LateReturn
                | FindingClass::StoreAltered
                | FindingClass::AccessRecovered
                | FindingClass::GlassBroken => false,
            };
            if agrees {
                let finding_id = open.state.finding.id;
                self.tell(Internal::CloseFinding { finding_id }).await?;
            }
        }
        Ok(())
    }

    async fn open(&mut self, finding: Finding) -> Result<(), Halt> {
        self.tell(Internal::OpenFinding { finding }).await
    }

    async fn tell(&mut self, internal: Internal) -> Result<(), Halt> {
        self.orders
            .internal(internal)
            .await
            .map_err(|_| Halt::Store)
    }

    // --- After a restore ---------------------------------------------------------------------

    /// Asks the network about every transfer that was on its way when the backup was made. The
    /// events since then were read before. Whether anything was left to ask.
    async fn ask_about_all(&mut self) -> Result<bool, Halt> {
        if self.reconciling.to_ask.is_none() {
            let ids = reconciling::on_their_way(self.orders.pool())
                .await
                .map_err(|_| Halt::Store)?;
            self.reconciling.to_ask = Some(ids.into());
        }
        let next = self
            .reconciling
            .to_ask
            .as_ref()
            .and_then(|ids| ids.front().copied());
        let Some(id) = next else {
            return Ok(false);
        };
        let movement = jobs::movement(self.orders.pool(), id)
            .await
            .map_err(|_| Halt::Store)?;
        let asked = match movement {
            Some(movement) if movement.by_network() => self.ask_about(&movement).await,
            _ => Ok(()),
        };
        if let Some(ids) = self.reconciling.to_ask.as_mut() {
            ids.pop_front();
            // The others do not wait for one of which the network cannot say anything.
            if asked.is_err() {
                ids.push_back(id);
            }
        }
        asked?;
        Ok(true)
    }

    /// Everything was asked and every day that is over was read: the day that is not, and then
    /// payments go on.
    async fn resume_after_restore(&mut self) -> Result<bool, Halt> {
        if self.reconciling.done {
            return self.resume_when_looked_at().await;
        }
        if !self.reconciling.today_seen {
            if self.waits(day_of(self.orders.now())).is_none() {
                self.reconciling.today_seen = self.look_at_today().await?;
            }
            return Ok(self.reconciling.today_seen);
        }
        self.reconciling.done = true;
        self.resume_when_looked_at().await
    }

    /// What was altered is looked at by a person before payments go on. Whether they do.
    async fn resume_when_looked_at(&mut self) -> Result<bool, Halt> {
        if self.orders.altered() {
            return Ok(false);
        }
        let epoch = self.orders.epoch();
        self.tell(Internal::ResumePayments { epoch }).await?;
        self.reconciling = Reconciling::default();
        Ok(true)
    }
}

/// Whether the ledger may only be behind: then the network's word mends it.
fn asks_first(class: FindingClass) -> bool {
    match class {
        FindingClass::MissingHere => true,
        FindingClass::Duplicate => true,
        FindingClass::MissingThere
        | FindingClass::AmountDiffers
        | FindingClass::Orphan
        | FindingClass::LateReturn
        | FindingClass::StoreAltered
        | FindingClass::AccessRecovered
        | FindingClass::GlassBroken => false,
    }
}
