//! The queue of payments brought to the network: 10,000 that wait, a network that takes five
//! milliseconds a call, and as many calls at once as the sync job allows itself.

use crate::branch::{Branch, Template, Way, cpu_time};
use crate::figures::{Figure, Goal, Report, median};
use domain::date::BusinessDate;
use domain::transfer::{LookUp, PostAnswer};
use engine::answers::{self, Arrived, DayStatement, EventsPage, Unanswered};
use engine::clock::Clock;
use engine::link::Link;
use engine::sync::{Pace, system_dice};
use payments_mock::exchange::Request;
use payments_mock::network::{Network, Settings};
use sqlx::Row;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PAYMENTS: usize = 10_000;
/// Ten payments each, whose order has to be kept.
const LINES: usize = 1_000;
const CALL: Duration = Duration::from_millis(5);
const CLIENTS: usize = 512;

/// The mock's core, five milliseconds away.
struct Away {
    network: Mutex<Network>,
    token: String,
    /// The references that were sent, in the order they arrived.
    posted: Mutex<Vec<String>>,
}

impl Away {
    fn new() -> Away {
        let settings = Settings::default();
        Away {
            token: settings.token.clone(),
            network: Mutex::new(Network::new(settings, Clock::System.now().0)),
            posted: Mutex::default(),
        }
    }

    /// The answer's status and bytes, after as long as a call takes. The runtime's own timer
    /// counts whole milliseconds, which is too coarse to hold five of them against.
    async fn call(&self, request: Request) -> (u16, Vec<u8>) {
        let slept = tokio::task::spawn_blocking(|| std::thread::sleep(CALL));
        slept.await.expect("a thread can sleep");
        let mut network = self.network.lock().expect("the network stands");
        let plan = network.handle(Clock::System.now().0, &request);
        (plan.answer.status, plan.answer.body)
    }

    async fn get<T>(
        &self,
        target: &str,
        read: impl FnOnce(&Arrived) -> Result<T, Unanswered>,
    ) -> Result<T, Unanswered> {
        let (status, body) = self.call(Request::get(&self.token, target)).await;
        read(&arrived(status, &body))
    }
}

fn arrived(status: u16, body: &[u8]) -> Arrived<'_> {
    Arrived {
        status,
        retry_after: None,
        date: None,
        body: Ok(body),
    }
}

impl Link for Away {
    async fn post(&self, key: &str, bytes: Vec<u8>) -> PostAnswer {
        let posted = || self.posted.lock().expect("the list stands");
        posted().push(key.to_owned());
        let request = Request::submit(&self.token, key, &bytes);
        let (status, body) = self.call(request).await;
        answers::posted(&arrived(status, &body))
    }

    async fn look_up(&self, reference: &str) -> Result<LookUp, Unanswered> {
        let target = format!("/transfers?reference={reference}");
        self.get(&target, answers::looked_up).await
    }

    async fn events(&self, cursor: Option<&str>) -> Result<EventsPage, Unanswered> {
        let target = format!("/events?after={}", cursor.unwrap_or("0"));
        self.get(&target, answers::events).await
    }

    async fn statement(&self, date: BusinessDate) -> Result<DayStatement, Unanswered> {
        let target = format!("/statement?date={date}");
        let read = |arrived: &Arrived| answers::statement(arrived, date);
        self.get(&target, read).await
    }

    async fn reachable(&self) -> bool {
        true
    }
}

/// Payments a second, queue by queue.
pub async fn against_the_ideal(template: &Template, turns: usize, report: &mut Report) {
    // The budget of requests is there to spare a network that wants sparing; what is measured
    // here is the width.
    let pace = Pace {
        requests_per_second: 1_000_000,
        burst: 1_000_000,
        ..Pace::default()
    };
    let mut rates = Vec::new();
    for turn in 1..=turns.min(3) {
        let (took, cpu) = drain(template, pace).await;
        let rate = PAYMENTS as f64 / took.as_secs_f64();
        let cpu_us = cpu.as_secs_f64() * 1_000_000.0 / PAYMENTS as f64;
        eprintln!(
            "turn {turn}: {PAYMENTS} payments in {:.1} s, {rate:.0}/s, {cpu_us:.0} µs of processor each",
            took.as_secs_f64()
        );
        rates.push(rate);
    }
    let ideal = pace.at_once as f64 / CALL.as_secs_f64();
    report.add(
        Figure::new("10,000 queued payments drained", median(rates), "/s").against(
            "eight calls of 5 ms at once and nothing else",
            ideal,
            Goal::AtLeast(0.8),
        ),
    );
}

/// How long it took, and how long a processor.
async fn drain(template: &Template, pace: Pace) -> (Duration, Duration) {
    let mut branch = Branch::open(template, CLIENTS, None).await;
    branch.lines = Arc::new(template.lines[..LINES].to_vec());
    branch.draw(PAYMENTS, CLIENTS, Way::SubmitOnly).await;
    let link = Arc::new(Away::new());
    let mut sync = branch.engine.sync_over(link.clone(), pace, system_dice());
    let (began, cpu) = (Instant::now(), cpu_time());
    while waiting(&branch).await > 0 {
        let turn = sync.turn().await;
        if !turn.moved {
            let wait = u64::try_from(turn.wait_ms).unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }
    let took = (began.elapsed(), cpu_time() - cpu);
    kept_in_order(&branch, &link).await;
    branch.stop().await;
    took
}

/// Payments the network has not taken in yet.
async fn waiting(branch: &Branch) -> i64 {
    let open = "select count(*) from movements where state in ('queued', 'sending', 'unknown')";
    let row = sqlx::query(open)
        .fetch_one(branch.engine.orders().pool())
        .await
        .expect("the store can be read");
    row.get(0)
}

/// Each payment was sent once, those of a line in the order they were asked for.
async fn kept_in_order(branch: &Branch, link: &Away) {
    let asked = "select id, line_id from movements order by requested_seq";
    let rows = sqlx::query(asked)
        .fetch_all(branch.engine.orders().pool())
        .await
        .expect("the store can be read");
    let line_of: BTreeMap<String, String> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let by_line = |ids: &mut dyn Iterator<Item = String>| {
        let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for id in ids {
            lines.entry(line_of[&id].clone()).or_default().push(id);
        }
        lines
    };
    let posted = link.posted.lock().expect("the list stands").clone();
    assert_eq!(posted.len(), PAYMENTS, "each payment is sent once");
    let asked = by_line(&mut rows.iter().map(|row| row.get(0)));
    let sent = by_line(&mut posted.into_iter());
    assert!(
        asked == sent,
        "the payments of a line were sent out of order"
    );
}
