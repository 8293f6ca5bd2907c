//! Reconciling with the network's statements: a day a turn, daily and on demand; and the compare
//! after a restore, before which nothing is sent.
//!
//! A statement says what moved; whatever it shows that the ledger does not have yet is asked for
//! first, so that a missing event is mended before it is a finding.

use crate::answers::DayStatement;
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

/// How far the work has come. Lost with the process: it begins anew, and finds nothing twice.
#[derive(Default)]
pub(crate) struct Reconciling {
    /// Transfers still to be asked about after a restore; nothing before that began.
    to_ask: Option<VecDeque<MovementId>>,
    /// The day that is not over yet was looked at after a restore.
    today_seen: bool,
    /// A day that was not over at the network, and when that was seen.
    not_over: Option<(BusinessDate, UtcMillis)>,
    /// What could not be asked about for the statement of a day.
    in_vain: BTreeSet<(BusinessDate, MovementId)>,
    /// All was compared; what was altered waits for an admin.
    done: bool,
}

impl<L: Link> Sync<L> {
    /// Whether anything was read.
    pub(crate) async fn reconcile_if_due(&mut self) -> Result<bool, Halt> {
        let held = self.orders.held();
        if held && !self.reconciling.done && self.ask_about_all().await? {
            return Ok(true);
        }
        if let Some(date) = self.next_day().await? {
            self.reconcile_day(date).await?;
            return Ok(true);
        }
        if held {
            return self.resume_after_restore().await;
        }
        if self.handle().reconcile_asked() {
            self.look_at_today().await?;
            self.handle().take_reconcile();
            return Ok(true);
        }
        Ok(false)
    }

    /// The earliest day that is over at the network and was not read.
    async fn next_day(&mut self) -> Result<Option<BusinessDate>, Halt> {
        let today = day_of(self.orders.now());
        let next = match self.orders.reconciled_through() {
            Some(through) => through.plus_days(1),
            None => {
                let first = reconciling::first_moment(self.orders.pool()).await;
                match first.map_err(|_| Halt::Store)? {
                    Some(first) => day_of(first),
                    None => return Ok(None),
                }
            }
        };
        let waits = self.reconciling.not_over.is_some_and(|(date, seen_at)| {
            let passed = self.orders.now().since(seen_at);
            date == next && (0..NOT_OVER_MS).contains(&passed)
        });
        Ok((next < today && !waits).then_some(next))
    }

    /// Reads one day that is over, shows where it disagrees, and posts it.
    async fn reconcile_day(&mut self, date: BusinessDate) -> Result<(), Halt> {
        let (entries, findings, over) = self.compared(date).await?;
        if !over {
            // The clock here is ahead. A day that was read too soon would never be read again.
            tracing::warn!(%date, "the day is not over at the network: the clock here is ahead");
            self.reconciling.not_over = Some((date, self.orders.now()));
            return Ok(());
        }
        for finding in findings {
            self.open(finding).await?;
        }
        let lines = entries;
        self.tell(Internal::RecordStatement { date, lines }).await?;
        // What settled before that day began has to stand on it or an earlier one.
        let begins = UtcMillis(i64::from(date.days()) * 86_400_000);
        let unseen = reconciling::on_no_statement(self.orders.pool(), begins).await;
        for movement in unseen.map_err(|_| Halt::Store)? {
            self.open(Finding::missing_there(&movement, date)).await?;
        }
        self.close_what_agrees().await
    }

    /// The day that is not over: shown where it disagrees, posted when it is over.
    async fn look_at_today(&mut self) -> Result<(), Halt> {
        let (_, findings, _) = self.compared(day_of(self.orders.now())).await?;
        for finding in findings {
            self.open(finding).await?;
        }
        self.close_what_agrees().await
    }

    /// One day's statement against the movements it names, after the network was asked about
    /// those that do not agree.
    async fn compared(
        &mut self,
        date: BusinessDate,
    ) -> Result<(Vec<StatementEntry>, Vec<Finding>, bool), Halt> {
        self.may_ask()?;
        let answer = self.link.statement(date).await;
        let DayStatement { lines, over } = self.heard(answer)?;
        let movements = self.named_in(&lines).await?;
        let earlier = reconciling::lines_before(self.orders.pool(), date, &lines)
            .await
            .map_err(|_| Halt::Store)?;
        let calendar = self.orders.calendar();
        let (entries, findings) = compare(date, &lines, &movements, &earlier, &calendar);
        let behind: Vec<&Movement> = findings
            .iter()
            .filter(|finding| asks_first(finding.class))
            .filter_map(|finding| movements.get(&finding.movement_id?))
            .collect();
        if behind.is_empty() {
            return Ok((entries, findings, over));
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
        let (entries, findings) = compare(date, &lines, &movements, &earlier, &calendar);
        Ok((entries, findings, over))
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
            self.look_at_today().await?;
            self.reconciling.today_seen = true;
            return Ok(true);
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
