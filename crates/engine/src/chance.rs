//! The one source of randomness: the system's. In the packages that prove, a thread may seed it,
//! so that a story can be told twice.

use domain::date::UtcMillis;
use uuid::Uuid;

/// Fills with bytes nobody can foresee.
pub(crate) fn fill(bytes: &mut [u8]) {
    #[cfg(proving)]
    if seeded::fill(bytes) {
        return;
    }
    // A system without randomness can keep nothing secret: going on would be worse.
    getrandom::fill(bytes).expect("the operating system gives no random bytes");
}

/// A new id that sorts by the time it was made.
pub(crate) fn new_id(now: UtcMillis) -> Uuid {
    if !cfg!(proving) {
        return Uuid::now_v7();
    }
    let mut bytes = [0; 10];
    fill(&mut bytes);
    let millis = u64::try_from(now.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

#[cfg(proving)]
pub use seeded::seed_this_thread;

#[cfg(proving)]
mod seeded {
    use std::cell::Cell;

    thread_local! {
        static STATE: Cell<Option<u64>> = const { Cell::new(None) };
    }

    /// From now on this thread's randomness follows from the seed; `None` is the system's again.
    pub fn seed_this_thread(seed: Option<u64>) {
        STATE.with(|state| state.set(seed));
    }

    /// SplitMix64. `false`: this thread was not seeded.
    pub(super) fn fill(bytes: &mut [u8]) -> bool {
        STATE.with(|cell| {
            let Some(mut state) = cell.get() else {
                return false;
            };
            for chunk in bytes.chunks_mut(8) {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = state;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                let mixed = (mixed ^ (mixed >> 31)).to_le_bytes();
                chunk.copy_from_slice(&mixed[..chunk.len()]);
            }
            cell.set(Some(state));
            true
        })
    }
}
