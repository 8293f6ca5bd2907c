//! Many stories at once, on every processor.

use crate::coverage::Coverage;
use crate::processors;
use crate::story::{Told, again, tell};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[derive(Debug, Default)]
pub struct Many {
    pub coverage: Coverage,
    pub stories: u64,
    pub events: i64,
    pub submissions: u64,
    /// The stories that went wrong, by seed.
    pub complaints: Vec<(u64, String)>,
}

/// Tells the stories of these seeds; the first complaint ends it unless `all`.
pub fn tell_all(seeds: std::ops::Range<u64>, steps: usize, all: bool) -> Many {
    tell_each(seeds, all, |seed| tell(seed, steps))
}

pub fn tell_each(
    seeds: std::ops::Range<u64>,
    all: bool,
    teller: impl Fn(u64) -> Told + Sync,
) -> Many {
    let next = AtomicU64::new(seeds.start);
    let enough = AtomicBool::new(false);
    let many = Mutex::new(Many::default());
    processors::on_each(|| {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= seeds.end || enough.load(Ordering::SeqCst) {
                return;
            }
            let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| teller(seed)));
            let mut many = many.lock().unwrap_or_else(PoisonError::into_inner);
            many.stories += 1;
            let complaint = match told {
                Ok(told) => {
                    many.coverage.add(&told.coverage);
                    many.events += told.events;
                    many.submissions += told.submissions;
                    told.complaint.map(|why| {
                        format!(
                            "{why}\n  to hear it again: {}\n  the end of it:\n    {}",
                            again(seed),
                            told.tail.join("\n    ")
                        )
                    })
                }
                Err(_) => Some(format!("it panicked; to hear it again: {}", again(seed))),
            };
            if let Some(complaint) = complaint {
                many.complaints.push((seed, complaint));
                if !all {
                    enough.store(true, Ordering::SeqCst);
                }
            }
        }
    });
    let mut many = many.into_inner().unwrap_or_else(PoisonError::into_inner);
    many.complaints.sort();
    many
}
