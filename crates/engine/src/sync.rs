//! The sync job: brings the outbox to the network and the network's word back.
//!
//! It never writes by itself. Each attempt is marked through the writer before a socket opens,
//! and each outcome goes back through the same queue, to be judged by the rules. While the
//! network is away one probe goes out at a time and no job is marked, so that days offline
//! strand nothing.

use crate::engine::Orders;
use crate::payments::{CREDENTIALS_REFUSED, PaymentsClient};
use crate::store::jobs;
use domain::command::Internal;
use domain::date::UtcMillis;
use domain::ids::MovementId;
use domain::movement::{Movement, MovementState};
use domain::transfer::{LookUp, PostAnswer, Step, step};
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinSet;

/// Jobs under way at once, over all lines.
const AT_ONCE: usize = if cfg!(proving) { 1 } else { 8 };
/// Jobs planned in one look.
const LOOK: u32 = 256;
/// How often the network's events are asked for while something may come.
const EVENTS_EVERY: Duration = Duration::from_millis(1_000);
/// A transfer the network holds is asked for by reference now and then, in case an event went
/// missing.
const FOLLOW_EVERY_MS: i64 = 60_000;
const PROBE_EVERY: Duration = Duration::from_millis(1_000);
const PROBE_LONGEST: Duration = Duration::from_secs(15);

/// What the sync job knows about the network, for the page.
#[derive(Clone, Debug, Default)]
pub struct Circuit {
    pub online: bool,
    pub since: Option<UtcMillis>,
    pub why: Option<String>,
    pub last_contact_at: Option<UtcMillis>,
    /// Our credentials were refused: sending pauses and says so.
    pub paused: bool,
}

pub struct Sync {
    orders: Orders,
    client: Option<PaymentsClient>,
    circuit: Arc<Mutex<Circuit>>,
    wake: Arc<Notify>,
    /// When each accepted transfer was last asked for. Lost with the process, as it may be.
    followed: HashMap<MovementId, UtcMillis>,
    failures: u32,
}

impl Sync {
    pub fn new(
        orders: Orders,
        client: Option<PaymentsClient>,
        circuit: Arc<Mutex<Circuit>>,
        wake: Arc<Notify>,
    ) -> Sync {
        Sync {
            orders,
            client,
            circuit,
            wake,
            followed: HashMap::new(),
            failures: 0,
        }
    }

    /// Runs until the program stops. Wakes on every change that concerns transfers, and looks
    /// now and then in any case.
    pub async fn run(
        mut self,
        mut changes: broadcast::Receiver<domain::view::Change>,
        stop: Arc<Notify>,
    ) {
        let Some(client) = self.client.clone() else {
            return;
        };
        self.settle_doubts_of_the_last_run().await;
        let mut pause = Duration::ZERO;
        loop {
            // Registered before looking, so that nothing posted meanwhile is missed.
            let wake = self.wake.clone();
            let woken = wake.notified();
            tokio::select! {
                () = stop.notified() => return,
                () = tokio::time::sleep(pause) => {}
                () = woken => {}
                change = changes.recv() => match change {
                    Ok(change) if !change.sync => continue,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                },
            }
            pause = self.round(&client).await;
        }
    }

    /// A job found sending at start is doubt, never failure.
    async fn settle_doubts_of_the_last_run(&mut self) {
        let left = match jobs::left_sending(self.orders.pool()).await {
            Ok(left) => left,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                return;
            }
        };
        for movement in left {
            let attempt = movement
                .transfer
                .as_ref()
                .map_or(0, |transfer| transfer.attempts);
            let answer = if domain::planted!(SendingLeftAlone) {
                PostAnswer::NotSent {
                    reason: "the program stopped",
                }
            } else {
                PostAnswer::NoAnswer {
                    reason: "the program stopped while sending",
                }
            };
            self.tell(&movement, |at| Internal::RecordAnswer {
                line_id: at.line_id,
                movement_id: at.id,
                attempt,
                answer,
                jitter: jitter(),
            })
            .await;
        }
    }

    /// What a start does first, and one round: for whoever steps instead of running.
    pub async fn step(&mut self, first: bool) -> Duration {
        let Some(client) = self.client.clone() else {
            return Duration::MAX;
        };
        if first {
            self.settle_doubts_of_the_last_run().await;
        }
        self.round(&client).await
    }

    /// One look at what is due. Answers how long nothing will be.
    async fn round(&mut self, client: &PaymentsClient) -> Duration {
        if !self.online() {
            if !client.reachable().await {
                self.failures = self.failures.saturating_add(1);
                self.note_contact(false, "the payments network does not answer");
                return PROBE_EVERY
                    .saturating_mul(self.failures.min(15))
                    .min(PROBE_LONGEST);
            }
            // Reachable is not yet "online": the first question that is answered says so.
            self.failures = 0;
        }
        self.follow_events(client).await;
        if self.online() && self.carry_out_what_is_due(client).await {
            // Something moved: what waited behind it may go now.
            return Duration::ZERO;
        }
        self.until_next().await
    }

    /// Until the next transfer falls due; what is overdue waits for something else to change.
    async fn until_next(&self) -> Duration {
        let now = self.orders.now();
        let next = jobs::next_due(self.orders.pool(), now).await.ok().flatten();
        let ms = next.and_then(|at| u64::try_from(at.since(now)).ok());
        ms.map_or(EVENTS_EVERY, Duration::from_millis)
            .min(EVENTS_EVERY)
    }

    /// Whether anything was sent or asked.
    async fn carry_out_what_is_due(&mut self, client: &PaymentsClient) -> bool {
        let now = self.orders.now();
        let due = match jobs::due(self.orders.pool(), now, LOOK).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                return false;
            }
        };
        let mut moved = false;
        let mut under_way: JoinSet<Contact> = JoinSet::new();
        for movement in due {
            let what = step(&movement, now);
            if what == Step::Follow && !self.is_to_be_followed(&movement, now) {
                continue;
            }
            // Order within a line: a transfer waits for what was asked for before it.
            let sends = matches!(what, Step::Send);
            if sends
                && jobs::ahead(self.orders.pool(), &movement)
                    .await
                    .unwrap_or(true)
            {
                continue;
            }
            if under_way.len() >= AT_ONCE
                && let Some(Ok(contact)) = under_way.join_next().await
            {
                moved |= self.note(contact);
            }
            if !self.online() {
                break;
            }
            let job = Job {
                orders: self.orders.clone(),
                client: client.clone(),
                movement,
            };
            match what {
                Step::Send => {
                    under_way.spawn(job.send());
                }
                Step::Ask | Step::Follow => {
                    under_way.spawn(job.ask());
                }
                Step::WaitUntil(_) | Step::Nothing => {}
            }
        }
        while let Some(done) = under_way.join_next().await {
            if let Ok(contact) = done {
                moved |= self.note(contact);
            }
        }
        moved
    }

    fn is_to_be_followed(&mut self, movement: &Movement, now: UtcMillis) -> bool {
        let last = self.followed.entry(movement.id).or_insert(now);
        let due = now.since(*last) >= FOLLOW_EVERY_MS;
        if due {
            *last = now;
        }
        due
    }

    /// The network's events say only where to look: each is answered by asking for the current
    /// state, so duplicates, disorder and gaps change nothing.
    async fn follow_events(&mut self, client: &PaymentsClient) {
        loop {
            let Ok(cursor) = self.orders.cursor().await else {
                return;
            };
            let page = match client.events(cursor.as_deref()).await {
                Ok(page) => page,
                Err(CREDENTIALS_REFUSED) => {
                    self.pause();
                    return;
                }
                Err(unanswered) => {
                    self.note_contact(false, unanswered.0);
                    return;
                }
            };
            self.note_contact(true, "");
            if page.events.is_empty() {
                return;
            }
            let mut references: Vec<&str> = page
                .events
                .iter()
                .map(|event| event.reference.as_str())
                .collect();
            references.sort_unstable();
            references.dedup();
            for reference in references {
                if !self.follow_reference(client, reference).await {
                    // Not read to the end: the cursor stays, the page comes again.
                    return;
                }
            }
            let moved = self
                .orders
                .internal(Internal::MoveCursor {
                    cursor: page.next.to_string(),
                })
                .await;
            if moved.is_err() {
                return;
            }
        }
    }

    /// `false`: the network could not be asked or the writer could not be reached.
    async fn follow_reference(&self, client: &PaymentsClient, reference: &str) -> bool {
        let Ok(id) = MovementId::from_str(reference) else {
            return true;
        };
        let movement = match jobs::movement(self.orders.pool(), id).await {
            Ok(Some(movement)) => movement,
            // Not ours: reconciling shows it.
            Ok(None) => return true,
            Err(_) => return false,
        };
        let found = client.look_up(reference).await;
        if matches!(found, LookUp::NoAnswer { .. }) {
            return false;
        }
        self.tell(&movement, |at| Internal::RecordLookUp {
            line_id: at.line_id,
            movement_id: at.id,
            found,
            jitter: jitter(),
        })
        .await
    }

    async fn tell(&self, movement: &Movement, order: impl FnOnce(&Movement) -> Internal) -> bool {
        self.orders.internal(order(movement)).await.is_ok()
    }

    fn online(&self) -> bool {
        self.circuit().online
    }

    fn circuit(&self) -> std::sync::MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the job did something.
    fn note(&mut self, contact: Contact) -> bool {
        match contact {
            Contact::Answered => {
                self.note_contact(true, "");
                true
            }
            Contact::InDoubt => true,
            Contact::Away(why) => {
                self.note_contact(false, why);
                false
            }
            Contact::Unauthorized => {
                self.pause();
                false
            }
            Contact::None => false,
        }
    }

    /// Our credentials were refused: the jobs stay, the page says so.
    fn pause(&self) {
        let now = self.orders.now();
        let mut circuit = self.circuit();
        if !circuit.paused {
            circuit.since = Some(now);
        }
        circuit.paused = true;
        circuit.online = false;
        circuit.why = Some("the payments network refused our credentials".to_owned());
        drop(circuit);
        self.orders.note_online(false);
    }

    fn note_contact(&self, online: bool, why: &str) {
        let now = self.orders.now();
        let mut circuit = self.circuit();
        if circuit.online != online || circuit.since.is_none() {
            circuit.since = Some(now);
        }
        circuit.online = online;
        if online {
            circuit.last_contact_at = Some(now);
            circuit.paused = false;
            circuit.why = None;
        } else {
            circuit.why = Some(why.to_owned());
        }
        drop(circuit);
        self.orders.note_online(online);
    }
}

/// What a job learned about the network as a whole.
enum Contact {
    Answered,
    Away(&'static str),
    Unauthorized,
    /// Sent, and nobody knows: the look-up that follows will tell.
    InDoubt,
    /// Held back by a rule.
    None,
}

struct Job {
    orders: Orders,
    client: PaymentsClient,
    movement: Movement,
}

impl Job {
    async fn send(self) -> Contact {
        let (line_id, movement_id) = (self.movement.line_id, self.movement.id);
        let customer_id = self.movement.customer_id;
        let body = jobs::body(
            self.orders.pool(),
            self.orders.store_key(),
            movement_id,
            customer_id,
        )
        .await;
        let bytes = match body {
            Ok(Some(bytes)) => bytes,
            Ok(None) | Err(_) => {
                tracing::error!(%movement_id, "the bytes of a transfer could not be read; it stays queued");
                return Contact::None;
            }
        };
        let mark = Internal::MarkAttempt {
            line_id,
            movement_id,
        };
        let mut key = movement_id.to_string();
        let mut bytes = bytes;
        let mut sent_before = None;
        if domain::planted!(SendBeforeCommit) {
            let (answer, marked) = tokio::join!(
                self.client.post(&key, bytes.clone()),
                self.orders.internal(mark.clone())
            );
            if marked.is_err() {
                return Contact::None;
            }
            sent_before = Some(answer);
        } else {
            if domain::planted!(MarkAfterSend) {
                sent_before = Some(self.client.post(&key, bytes.clone()).await);
            }
            // On record before the socket opens: whatever happens now is doubt, not silence.
            match self.orders.internal(mark).await {
                Ok(()) => {}
                Err(_) => return Contact::None,
            }
        }
        let attempt = self
            .movement
            .transfer
            .as_ref()
            .map_or(0, |transfer| transfer.attempts)
            + 1;
        if domain::planted!(NewKeyOnRetry) && attempt > 1 {
            key = format!("{key}-{attempt}");
        }
        if domain::planted!(OtherBytesOnRetry) && attempt > 1 {
            bytes.push(b' ');
        }
        let answer = match sent_before {
            Some(answer) => answer,
            None => self.client.post(&key, bytes).await,
        };
        let contact = contact_of(&answer);
        let answered = Internal::RecordAnswer {
            line_id,
            movement_id,
            attempt,
            answer,
            jitter: jitter(),
        };
        if self.orders.internal(answered).await.is_err() {
            tracing::error!(%movement_id, "an outcome could not be recorded; the next start takes it as doubt");
        }
        contact
    }

    async fn ask(self) -> Contact {
        let found = self.client.look_up(&self.movement.id.to_string()).await;
        let contact = match &found {
            LookUp::NoAnswer { reason } => Contact::Away(reason),
            LookUp::Nothing | LookUp::Found(_) | LookUp::Several => Contact::Answered,
        };
        // Asked in vain says nothing about the transfer; only doubt keeps count of it.
        let worth_telling = !matches!(found, LookUp::NoAnswer { .. })
            || self.movement.state == MovementState::Unknown;
        if worth_telling {
            let told = Internal::RecordLookUp {
                line_id: self.movement.line_id,
                movement_id: self.movement.id,
                found,
                jitter: jitter(),
            };
            // Not recorded: it is asked again.
            let _ = self.orders.internal(told).await;
        }
        contact
    }
}

fn contact_of(answer: &PostAnswer) -> Contact {
    match answer {
        PostAnswer::NotSent { reason } => Contact::Away(reason),
        PostAnswer::NoAnswer { .. } => Contact::InDoubt,
        PostAnswer::Status {
            status: 401 | 403, ..
        } => Contact::Unauthorized,
        PostAnswer::Status { .. } | PostAnswer::Transfer(_) => Contact::Answered,
    }
}

fn jitter() -> u32 {
    u32::from_be_bytes(crate::seal::random())
}
