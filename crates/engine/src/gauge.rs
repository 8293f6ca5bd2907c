//! A queue at work, for the sync page's picture: what waits, since when, and what was done in each
//! of the last sixty seconds. Pure: time is an argument.

use domain::date::UtcMillis;
use domain::view::QueueView;

/// How far the picture goes back.
const SECONDS: usize = 60;

#[derive(Clone, Debug)]
pub struct Gauge {
    /// Done in a second, kept in the place of the second within a minute.
    done: [(i64, u32); SECONDS],
    /// What is being worked on just now, and since when the first of it waits.
    at_work: Option<(u32, UtcMillis)>,
}

impl Default for Gauge {
    fn default() -> Gauge {
        Gauge {
            done: [(0, 0); SECONDS],
            at_work: None,
        }
    }
}

impl Gauge {
    /// So many are taken out of the queue; the first of them came in at `oldest_at`.
    pub fn begin(&mut self, count: usize, oldest_at: UtcMillis) {
        self.at_work = Some((number(count), oldest_at));
    }

    /// What was taken is answered.
    pub fn done(&mut self, now: UtcMillis, count: usize) {
        self.at_work = None;
        let second = now.0.div_euclid(1_000);
        let kept = &mut self.done[place_of(second)];
        if kept.0 != second {
            *kept = (second, 0);
        }
        kept.1 = kept.1.saturating_add(number(count));
    }

    /// With `queued` behind what is being worked on.
    pub fn view(&self, now: UtcMillis, queued: usize) -> QueueView {
        let this = now.0.div_euclid(1_000);
        let first = this - (SECONDS as i64 - 1);
        let done = (first..=this).map(|second| {
            let (kept, count) = self.done[place_of(second)];
            if kept == second { count } else { 0 }
        });
        let at_work = self.at_work.map_or(0, |(count, _)| count);
        QueueView {
            waiting: number(queued).saturating_add(at_work),
            oldest_at: self.at_work.map(|(_, oldest_at)| oldest_at),
            done: done.collect(),
        }
    }
}

fn place_of(second: i64) -> usize {
    // Between 0 and 59.
    usize::try_from(second.rem_euclid(SECONDS as i64)).unwrap_or(0)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> UtcMillis {
        UtcMillis(1_772_463_600_000 + ms)
    }

    #[test]
    fn a_minute_is_remembered_second_by_second() {
        let mut gauge = Gauge::default();
        assert_eq!(gauge.view(at(0), 0).done, [0; SECONDS]);
        gauge.done(at(0), 3);
        gauge.done(at(999), 4);
        gauge.done(at(1_000), 5);
        let seen = gauge.view(at(2_000), 0).done;
        assert_eq!(seen.len(), SECONDS);
        assert_eq!(seen[SECONDS - 3..], [7, 5, 0]);
        assert_eq!(seen.iter().sum::<u32>(), 12);
        // A minute later the first second is over, and its place serves another one.
        assert_eq!(gauge.view(at(60_000), 0).done.iter().sum::<u32>(), 5);
        gauge.done(at(60_000), 1);
        assert_eq!(gauge.view(at(60_000), 0).done.iter().sum::<u32>(), 6);
        assert_eq!(gauge.view(at(200_000), 0).done, [0; SECONDS]);
    }

    #[test]
    fn what_is_being_worked_on_waits_with_the_rest() {
        let mut gauge = Gauge::default();
        gauge.begin(10, at(5));
        let seen = gauge.view(at(20), 3);
        assert_eq!((seen.waiting, seen.oldest_at), (13, Some(at(5))));
        gauge.done(at(30), 10);
        let seen = gauge.view(at(40), 0);
        assert_eq!((seen.waiting, seen.oldest_at), (0, None));
    }
}
