//! The clock that the server shows the network: the machine's, or one that
//! moves only when it is told to.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// The machine's clock, possibly put forward.
    Real,
    /// Stands still until it is put forward.
    Virtual,
}

/// A clock that can be put forward and never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    mode: ClockMode,
    /// What is added to the machine's clock, or the whole time of a virtual one.
    forward_ms: i64,
}

impl Clock {
    /// A clock that shows at least `at_least_ms` now.
    pub fn starting(mode: ClockMode, at_least_ms: i64) -> Self {
        let forward_ms = 0;
        Self { mode, forward_ms }.not_before(at_least_ms)
    }

    /// The same clock, put forward if it shows less than `at_least_ms`. Books
    /// that were kept under one clock thus never go back under another.
    #[must_use]
    pub fn not_before(mut self, at_least_ms: i64) -> Self {
        self.put_forward_to(at_least_ms);
        self
    }

    /// Which clock it is.
    pub fn mode(&self) -> ClockMode {
        self.mode
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match self.mode {
            ClockMode::Virtual => self.forward_ms,
            ClockMode::Real => machine_now_ms().saturating_add(self.forward_ms),
        }
    }

    /// Puts the clock forward to an instant; tells whether that was forward.
    pub fn put_forward_to(&mut self, to_ms: i64) -> bool {
        let by_ms = to_ms.saturating_sub(self.now_ms());
        if by_ms < 0 {
            return false;
        }
        self.forward_ms = self.forward_ms.saturating_add(by_ms);
        true
    }
}

/// The machine's clock, in milliseconds since 1970.
pub fn machine_now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}
