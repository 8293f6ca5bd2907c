//! Work on every processor at once.
//!
//! A story and the threads that sqlx keeps for its connections take turns, many thousand times. On
//! two processors each turn is a call from one to the other, which costs more than the work; kept
//! on one processor, a thousand stories take two thirds of the time.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Runs `work` once on each processor that is ours. What a thread begins stays on its processor.
pub fn on_each(work: impl Fn() + Sync) {
    let ours = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
    let mut processors: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|at| ours.is_set(*at)).collect();
    if processors.is_empty() {
        // Nobody told: one thread, wherever it runs.
        processors.push(CpuSet::MAX_CPU);
    }
    let work = &work;
    std::thread::scope(|scope| {
        for at in processors {
            scope.spawn(move || {
                if at < CpuSet::MAX_CPU {
                    let mut own = CpuSet::new();
                    own.set(at);
                    // Only slower where it may not be.
                    let _ = sched_setaffinity(None, &own);
                }
                work();
            });
        }
    });
}
