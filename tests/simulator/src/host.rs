//! The payments network in this process, and the places where the program can be killed while it
//! speaks to it.

use crate::coverage::KillPoint;
use crate::disk::{Disk, Trouble};
use domain::date::BusinessDate;
use domain::transfer::{LookUp, PostAnswer};
use engine::answers::{self, Arrived, DayStatement, EventsPage, Unanswered};
use engine::clock::Clock;
use engine::link::Link;
use payments_mock::exchange::{Delivery, Request};
use payments_mock::faults::FaultKind;
use payments_mock::network::{Network, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long the program waits for an answer, in virtual time.
const TIME_OUT_MS: u64 = 10_000;

pub struct Host {
    pub clock: Clock,
    pub disk: Arc<Disk>,
    state: Mutex<HostState>,
}

pub struct HostState {
    pub network: Network,
    /// Where the program is to be killed at a submission, how much later, and at which one.
    pub kill: Option<(KillPoint, u64, u32)>,
    pub killed_at: Option<KillPoint>,
    /// References the network executed more than once by its own fault.
    pub doubled: BTreeSet<String>,
    /// References about which the network said something that was not so.
    pub lied_about: BTreeSet<String>,
    /// How often each fault had struck when this life of the program began.
    pub struck_before: BTreeMap<FaultKind, u64>,
    /// How often each reference was submitted.
    pub posts: BTreeMap<String, u32>,
    /// References of which a wrong answer was heard that must alarm at once.
    pub lies_heard: BTreeSet<String>,
    /// How long the network's feed was when each reference was last asked about and answered for.
    pub looked_up: BTreeMap<String, u64>,
    /// The key and bytes of each reference's first submission.
    sent: BTreeMap<String, (String, Vec<u8>)>,
    /// What a client must never do, in words.
    pub misdeeds: Vec<String>,
    pub submissions: u64,
    pub calls: u64,
}

impl Host {
    pub fn new(network: Network, clock: Clock, disk: Arc<Disk>) -> Arc<Host> {
        Arc::new(Host {
            clock,
            disk,
            state: Mutex::new(HostState {
                network,
                kill: None,
                killed_at: None,
                doubled: BTreeSet::new(),
                lied_about: BTreeSet::new(),
                struck_before: BTreeMap::new(),
                posts: BTreeMap::new(),
                lies_heard: BTreeSet::new(),
                looked_up: BTreeMap::new(),
                sent: BTreeMap::new(),
                misdeeds: Vec::new(),
                submissions: 0,
                calls: 0,
            }),
        })
    }

    pub fn state(&self) -> MutexGuard<'_, HostState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: the program was killed.
    fn exchange(&self, call: Call) -> Option<Result<Came, NotCarried>> {
        let token = &Settings::default().token;
        let mut state = self.state();
        state.calls += 1;
        let submits = call.key.is_some();
        let kill = match state.kill {
            Some((_, _, skip @ 1..)) if submits => {
                state.kill = state.kill.map(|(point, later, _)| (point, later, skip - 1));
                None
            }
            Some((point, later, 0)) if submits => {
                state.kill = None;
                Some((point, later))
            }
            _ => None,
        };
        if let Some((KillPoint::BeforeSend, _)) = kill {
            state.killed_at = Some(KillPoint::BeforeSend);
            self.disk.power_off();
            return None;
        }
        let request = if submits {
            Request::submit(token, call.key.as_deref().unwrap_or(""), &call.body)
        } else {
            Request::get(token, &call.target)
        };
        let reference = if submits {
            state.submissions += 1;
            let body: serde_json::Value = serde_json::from_slice(&call.body).unwrap_or_default();
            let reference = body["reference"].as_str().unwrap_or("").to_owned();
            let key = call.key.clone().unwrap_or_default();
            let first = state
                .sent
                .entry(reference.clone())
                .or_insert_with(|| (key.clone(), call.body.clone()))
                .clone();
            if first.0 != key {
                state
                    .misdeeds
                    .push(format!("{reference} was sent under a second key"));
            }
            if first.1 != call.body {
                state
                    .misdeeds
                    .push(format!("{reference} was sent with other bytes"));
            }
            *state.posts.entry(reference.clone()).or_default() += 1;
            Some(reference)
        } else {
            call.target
                .strip_prefix("/transfers?reference=")
                .map(str::to_owned)
        };
        let before = state.network.faults().struck().clone();
        let now = self.clock.now().0;
        let plan = state.network.handle(now, &request);
        let struck: Vec<FaultKind> = state
            .network
            .faults()
            .struck()
            .iter()
            .filter(|(kind, count)| before.get(kind) != Some(count))
            .map(|(kind, _)| *kind)
            .collect();
        let struck_now = struck.clone();
        let about = reference.clone();
        if let Some(reference) = reference {
            for kind in struck {
                match kind {
                    FaultKind::ExecuteTwice | FaultKind::KeyForgotten => {
                        state.doubled.insert(reference.clone());
                    }
                    FaultKind::WrongAmount | FaultKind::WrongId | FaultKind::WrongReference => {
                        state.lied_about.insert(reference.clone());
                    }
                    _ => {}
                }
            }
        }
        let lie = struck_now
            .iter()
            .any(|kind| matches!(kind, FaultKind::WrongAmount | FaultKind::WrongReference));
        let was_told = (200..300).contains(&plan.answer.status)
            && serde_json::from_slice::<serde_json::Value>(&plan.answer.body).is_ok_and(|body| {
                body.get("transfers")
                    .is_none_or(|found| found.as_array().is_some_and(|found| !found.is_empty()))
            });
        if lie
            && was_told
            && kill.is_none()
            && let Some(reference) = &about
        {
            state.lies_heard.insert(reference.clone());
        }
        match kill {
            Some((KillPoint::Sent, _)) => {
                state.killed_at = Some(KillPoint::Sent);
                self.disk.power_off();
                return None;
            }
            Some((point @ KillPoint::AnsweredBeforeCommit, later)) => {
                state.killed_at = Some(point);
                self.disk.trouble(later, Trouble::PowerLoss);
            }
            Some((point @ KillPoint::AfterCommit, _)) => {
                state.killed_at = Some(point);
                self.disk.trouble(0, Trouble::PowerLossAfterSync);
            }
            Some((KillPoint::BeforeSend, _)) | None => {}
        }
        let header = |wanted: &str| {
            let mut headers = plan.answer.headers.iter();
            let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone())
        };
        let (retry_after, date) = (header("retry-after"), header("date"));
        let arrived = |body| {
            Ok(Came {
                status: plan.answer.status,
                retry_after,
                date,
                body,
            })
        };
        Some(match plan.delivery {
            Delivery::Refused => Err(NotCarried::NoConnection),
            Delivery::Reset => Err(NotCarried::Broken),
            Delivery::Late { delay_ms } if delay_ms > TIME_OUT_MS => Err(NotCarried::TimeOut),
            Delivery::Truncated => arrived(Err("answer broken off")),
            Delivery::Slow { delay_ms } if delay_ms >= 1_000 => arrived(Err("answer broken off")),
            Delivery::Whole | Delivery::Late { .. } | Delivery::Slow { .. } => {
                arrived(Ok(plan.answer.body))
            }
        })
    }

    /// Waits for ever where the program was killed: nobody is there any more to hear anything.
    async fn carry(&self, call: Call) -> Result<Came, NotCarried> {
        match self.exchange(call) {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    async fn get(&self, target: String) -> Result<Came, Unanswered> {
        let call = Call {
            target,
            key: None,
            body: Vec::new(),
        };
        self.carry(call).await.map_err(|not| {
            Unanswered::because(match not {
                NotCarried::NoConnection => "no connection",
                NotCarried::TimeOut | NotCarried::Broken => "no answer",
            })
        })
    }
}

/// One request: a submission if it has a key.
struct Call {
    target: String,
    key: Option<String>,
    body: Vec<u8>,
}

/// An answer whose head could be read.
struct Came {
    status: u16,
    retry_after: Option<String>,
    date: Option<String>,
    body: Result<Vec<u8>, &'static str>,
}

impl Came {
    fn arrived(&self) -> Arrived<'_> {
        Arrived {
            status: self.status,
            retry_after: self.retry_after.as_deref(),
            date: self.date.as_deref(),
            body: self.body.as_deref().map_err(|why| *why),
        }
    }
}

enum NotCarried {
    NoConnection,
    TimeOut,
    Broken,
}

impl Link for Host {
    async fn post(&self, key: &str, bytes: Vec<u8>) -> PostAnswer {
        let call = Call {
            target: "/transfers".to_owned(),
            key: Some(key.to_owned()),
            body: bytes,
        };
        match self.carry(call).await {
            Ok(came) => answers::posted(&came.arrived()),
            Err(NotCarried::NoConnection) => PostAnswer::NotSent {
                reason: "no connection",
            },
            Err(NotCarried::TimeOut) => PostAnswer::NoAnswer { reason: "time-out" },
            Err(NotCarried::Broken) => PostAnswer::NoAnswer {
                reason: "connection broken",
            },
        }
    }

    async fn look_up(&self, reference: &str) -> Result<LookUp, Unanswered> {
        let came = self
            .get(format!("/transfers?reference={reference}"))
            .await?;
        let answered = answers::looked_up(&came.arrived())?;
        let mut state = self.state();
        let published = state.network.feed().last_cursor();
        state.looked_up.insert(reference.to_owned(), published);
        Ok(answered)
    }

    async fn events(&self, cursor: Option<&str>) -> Result<EventsPage, Unanswered> {
        let after = cursor.unwrap_or("0");
        answers::events(&self.get(format!("/events?after={after}")).await?.arrived())
    }

    async fn statement(&self, date: BusinessDate) -> Result<DayStatement, Unanswered> {
        let came = self.get(format!("/statement?date={date}")).await?;
        answers::statement(&came.arrived(), date)
    }

    async fn reachable(&self) -> bool {
        let asked = self.get("/health".to_owned()).await;
        asked.is_ok_and(|came| answers::shows_it_is_there(came.status))
    }
}
