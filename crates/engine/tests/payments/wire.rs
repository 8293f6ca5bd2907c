//! A link to the mock's pure core: what HTTP would make of each of its plans.

use domain::date::BusinessDate;
use domain::transfer::{LookUp, PostAnswer};
use engine::answers::{self, Arrived, DayStatement, EventsPage, Unanswered};
use engine::clock::Clock;
use engine::link::Link;
use payments_mock::exchange::{Delivery, Plan, Request};
use payments_mock::network::{Network, Settings};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};

const TOKEN: &str = "branch-token";
/// How long the client waits for an answer.
const TIME_OUT_MS: u64 = 10_000;

pub struct Wire {
    pub network: Mutex<Network>,
    pub clock: Clock,
    /// How far the clock at the desk is ahead of the network's.
    pub ahead_ms: AtomicI64,
    /// When each request was made, and the references that were sent, in order.
    pub asked_at: Mutex<Vec<i64>>,
    pub posted: Mutex<Vec<String>>,
    /// A day whose statement comes as a page that nobody can read.
    pub garbled: Mutex<Option<BusinessDate>>,
}

impl Wire {
    pub fn new(clock: &Clock) -> Wire {
        let settings = Settings {
            token: TOKEN.to_owned(),
            ..Settings::default()
        };
        Wire::over(Network::new(settings, clock.now().0), clock)
    }

    pub fn over(network: Network, clock: &Clock) -> Wire {
        Wire {
            network: Mutex::new(network),
            clock: clock.clone(),
            ahead_ms: AtomicI64::new(0),
            asked_at: Mutex::new(Vec::new()),
            posted: Mutex::new(Vec::new()),
            garbled: Mutex::new(None),
        }
    }

    pub fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap()
    }

    pub fn request(&self, request: &Request) -> Plan {
        let now = self.clock.now().0;
        self.asked_at.lock().unwrap().push(now);
        let ahead = self.ahead_ms.load(Ordering::SeqCst);
        self.network().handle(now - ahead, request)
    }

    /// What arrives of a plan. `None`: no connection; `Err`: none of it.
    fn arrives(plan: &Plan) -> Option<Result<Arrived<'_>, &'static str>> {
        let status = plan.answer.status;
        let header = |name: &str| {
            let found = plan.answer.headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.as_str())
        };
        let with = |body| {
            Some(Ok(Arrived {
                status,
                retry_after: header("retry-after"),
                date: header("date"),
                body,
            }))
        };
        match plan.delivery {
            Delivery::Refused => None,
            Delivery::Reset => Some(Err("connection broken")),
            Delivery::Late { delay_ms } if delay_ms >= TIME_OUT_MS => Some(Err("time-out")),
            Delivery::Slow { delay_ms } if 8 * delay_ms >= TIME_OUT_MS => {
                with(Err("answer broken off"))
            }
            Delivery::Truncated => with(Err("answer broken off")),
            Delivery::Whole | Delivery::Late { .. } | Delivery::Slow { .. } => {
                with(Ok(&plan.answer.body))
            }
        }
    }

    fn get<T>(
        &self,
        target: &str,
        read: impl FnOnce(&Arrived) -> Result<T, Unanswered>,
    ) -> Result<T, Unanswered> {
        let plan = self.request(&Request::get(TOKEN, target));
        match Wire::arrives(&plan) {
            None => Err(Unanswered::because("no connection")),
            Some(Err(_)) => Err(Unanswered::because("no answer")),
            Some(Ok(arrived)) => read(&arrived),
        }
    }
}

impl Link for Wire {
    async fn post(&self, key: &str, bytes: Vec<u8>) -> PostAnswer {
        self.posted.lock().unwrap().push(key.to_owned());
        let plan = self.request(&Request::submit(TOKEN, key, &bytes));
        match Wire::arrives(&plan) {
            None => PostAnswer::NotSent {
                reason: "no connection",
            },
            Some(Err(reason)) => PostAnswer::NoAnswer { reason },
            Some(Ok(arrived)) => answers::posted(&arrived),
        }
    }

    async fn look_up(&self, reference: &str) -> Result<LookUp, Unanswered> {
        let target = format!("/transfers?reference={reference}");
        self.get(&target, answers::looked_up)
    }

    async fn events(&self, cursor: Option<&str>) -> Result<EventsPage, Unanswered> {
        let target = format!("/events?after={}", cursor.unwrap_or("0"));
        self.get(&target, answers::events)
    }

    async fn statement(&self, date: BusinessDate) -> Result<DayStatement, Unanswered> {
        let garbled = *self.garbled.lock().unwrap() == Some(date);
        self.get(&format!("/statement?date={date}"), |arrived| {
            let body = match garbled {
                true => Ok(&b"<html>"[..]),
                false => arrived.body,
            };
            answers::statement(&Arrived { body, ..*arrived }, date)
        })
    }

    async fn reachable(&self) -> bool {
        self.network().is_reachable()
    }
}
