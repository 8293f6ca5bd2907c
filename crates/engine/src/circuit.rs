//! The one state of the connection to the network, and how many requests it is asked. Pure:
//! time and chance are arguments.
//!
//! Closed: jobs go. Open: nothing is marked and nothing sent, one probe goes out when its wait is
//! over; so days offline use up no try. Paused: our credentials were refused; the same, until they
//! are accepted again. After an opening one job goes alone before the others follow.

use domain::date::UtcMillis;
use domain::transfer::backoff_ms;

/// Attempts in a row that ended in doubt before the network as a whole is held to be ill.
const DOUBTS_TO_OPEN: u32 = 5;
/// Refused credentials are tried again at least so seldom: somebody has to do something.
const PAUSED_LEAST_MS: i64 = 30_000;
/// A probe costs nothing: it goes at least so often, that the mark recovers by itself.
const PROBE_LONGEST_MS: i64 = 15_000;

/// What is known about the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circuit {
    pub online: bool,
    pub since: Option<UtcMillis>,
    pub why: Option<String>,
    pub last_contact_at: Option<UtcMillis>,
    /// Our credentials were refused: sending pauses and says so.
    pub paused: bool,
    /// Openings in a row, for the wait before the next probe.
    failures: u32,
    doubts: u32,
    probe_at: UtcMillis,
    /// When that was settled: a clock that shows less was set back, and waits for nothing.
    noted_at: UtcMillis,
    /// Just closed: one job goes alone.
    tentative: bool,
}

impl Circuit {
    /// A readable answer to anything.
    pub fn answered(&mut self, now: UtcMillis) {
        self.last_contact_at = Some(now);
        if !self.online {
            self.tentative = self.doubts > 0;
            self.since = Some(now);
        }
        self.online = true;
        self.paused = false;
        self.why = None;
        self.failures = 0;
    }

    /// An attempt to send ended with a clear word.
    pub fn attempt_answered(&mut self, now: UtcMillis) {
        self.doubts = 0;
        self.tentative = false;
        self.answered(now);
    }

    /// An attempt to send ended in doubt.
    pub fn attempt_in_doubt(&mut self, now: UtcMillis, jitter: u32) {
        self.doubts = self.doubts.saturating_add(1);
        if self.doubts >= DOUBTS_TO_OPEN || self.tentative {
            self.open(
                now,
                "the payments network does not answer clearly",
                None,
                jitter,
            );
        }
    }

    /// No connection, or no answer to a question.
    pub fn open(&mut self, now: UtcMillis, why: &str, wait_ms: Option<i64>, jitter: u32) {
        if self.online || self.since.is_none() {
            self.since = Some(now);
        }
        self.failures = self.failures.saturating_add(1);
        self.online = false;
        self.tentative = true;
        self.why = Some(why.to_owned());
        self.noted_at = now;
        let wait = backoff_ms(self.failures, jitter).min(PROBE_LONGEST_MS);
        self.probe_at = now.plus_ms(wait.max(wait_ms.unwrap_or(0)));
    }

    /// The network does not know us.
    pub fn pause(&mut self, now: UtcMillis, jitter: u32) {
        if !self.paused {
            self.since = Some(now);
        }
        self.failures = self.failures.saturating_add(1);
        self.paused = true;
        self.online = false;
        self.why = Some("the payments network refused our credentials".to_owned());
        self.noted_at = now;
        let wait = backoff_ms(self.failures, jitter).max(PAUSED_LEAST_MS);
        self.probe_at = now.plus_ms(wait);
    }

    /// A person wants it tried now.
    pub fn try_now(&mut self) {
        self.probe_at = UtcMillis(i64::MIN);
    }

    /// Milliseconds until the next probe; nothing when it is due, or the circuit is closed.
    pub fn until_probe(&self, now: UtcMillis) -> Option<i64> {
        let wait = self.probe_at.since(now);
        (!self.online && wait > 0 && now >= self.noted_at).then_some(wait)
    }

    /// How many jobs may be under way at once.
    pub fn width(&self, usual: usize) -> usize {
        match (self.online, self.tentative) {
            (false, _) => 0,
            (true, true) => usual.min(1),
            (true, false) => usual,
        }
    }
}

/// Requests the network may be asked: so many a second, and as many at once as were saved up.
#[derive(Clone, Debug)]
pub struct Budget {
    per_second: i64,
    most_millis: i64,
    /// Thousandths of a request.
    millis: i64,
    at: Option<UtcMillis>,
}

impl Budget {
    pub fn new(per_second: u32, burst: u32) -> Budget {
        let most_millis = i64::from(burst.max(1)) * 1_000;
        Budget {
            per_second: i64::from(per_second.max(1)),
            most_millis,
            millis: most_millis,
            at: None,
        }
    }

    fn refill(&mut self, now: UtcMillis) {
        // A clock that went back gives nothing, and goes on from where it stands now.
        let passed = self.at.map_or(0, |at| now.since(at).max(0));
        self.at = Some(now);
        // `per_second` requests a second are as many thousandths a millisecond.
        let gained = passed.saturating_mul(self.per_second);
        self.millis = self.millis.saturating_add(gained).min(self.most_millis);
    }

    /// Takes one request, or says how many milliseconds to wait for it.
    pub fn take(&mut self, now: UtcMillis) -> Result<(), i64> {
        self.refill(now);
        if self.millis >= 1_000 {
            self.millis -= 1_000;
            return Ok(());
        }
        Err((1_000 - self.millis + self.per_second - 1) / self.per_second)
    }

    /// Whether more than half is left: what can wait leaves the rest to what cannot.
    pub fn ample(&mut self, now: UtcMillis) -> bool {
        self.refill(now);
        self.millis * 2 > self.most_millis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UtcMillis = UtcMillis(1_772_463_600_000);

    #[test]
    fn a_budget_is_kept_over_any_stretch_of_time() {
        let mut budget = Budget::new(10, 20);
        let mut taken: Vec<i64> = Vec::new();
        let mut now = AT;
        while now.since(AT) < 60_000 {
            match budget.take(now) {
                Ok(()) => taken.push(now.0),
                Err(wait) => {
                    assert!((1..=100).contains(&wait), "{wait}");
                    now = now.plus_ms(wait);
                }
            }
        }
        // Never more than the burst and what any window of time allows.
        for (place, from) in taken.iter().enumerate() {
            let within = taken[place..].iter().take_while(|at| **at - from < 5_000);
            assert!(within.count() <= 20 + 50 + 1);
        }
        assert!((618..=622).contains(&taken.len()), "{}", taken.len());
        // A clock that goes back gives nothing.
        assert!(budget.take(AT).is_err());
        // From there on it is a clock like any other.
        assert!(budget.take(AT.plus_ms(100)).is_ok());
        assert!(budget.take(AT.plus_ms(100)).is_err());
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_waiting_for_its_old_time() {
        let mut circuit = Circuit::default();
        circuit.answered(AT);
        circuit.open(AT, "no connection", Some(60_000), 0);
        assert_eq!(circuit.until_probe(AT), Some(60_000));
        assert_eq!(circuit.until_probe(AT.plus_ms(-1)), None);
        circuit.pause(AT, 0);
        assert_eq!(circuit.until_probe(AT), Some(PAUSED_LEAST_MS));
        assert_eq!(circuit.until_probe(AT.plus_ms(-86_400_000)), None);
    }

    #[test]
    fn doubt_opens_and_one_clear_answer_lets_the_others_follow() {
        let mut circuit = Circuit::default();
        circuit.answered(AT);
        assert_eq!(circuit.width(8), 8);
        for _ in 1..DOUBTS_TO_OPEN {
            circuit.attempt_in_doubt(AT, u32::MAX);
            assert!(circuit.online);
        }
        circuit.attempt_in_doubt(AT, u32::MAX);
        assert_eq!((circuit.online, circuit.width(8)), (false, 0));
        let wait = circuit.until_probe(AT).unwrap();
        assert!((1..=PROBE_LONGEST_MS).contains(&wait), "{wait}");
        assert_eq!(circuit.until_probe(AT.plus_ms(wait)), None);
        circuit.answered(AT.plus_ms(wait));
        assert_eq!(circuit.width(8), 1, "one goes alone");
        // It opens again at the first doubt, not at the fifth.
        let mut again = circuit.clone();
        again.attempt_in_doubt(AT, 0);
        assert!(!again.online);
        circuit.attempt_answered(AT);
        assert_eq!(circuit.width(8), 8);
    }

    #[test]
    fn refused_credentials_pause_until_they_are_accepted() {
        let mut circuit = Circuit::default();
        circuit.answered(AT);
        circuit.pause(AT, 0);
        assert!(circuit.paused && circuit.width(8) == 0);
        assert_eq!(circuit.until_probe(AT), Some(PAUSED_LEAST_MS));
        circuit.try_now();
        assert_eq!(circuit.until_probe(AT), None);
        circuit.answered(AT);
        assert!(!circuit.paused && circuit.online && circuit.why.is_none());
    }
}
