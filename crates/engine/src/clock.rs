//! The wall clock, as an argument: real in the program, set by hand in tests and in the making
//! of the demonstration store.

use domain::date::{BusinessDate, UtcMillis};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone)]
pub enum Clock {
    System,
    /// Milliseconds since the epoch; moves only when somebody sets it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    pub fn set_to(now: UtcMillis) -> Clock {
        Clock::Set(Arc::new(AtomicI64::new(now.0)))
    }

    pub fn now(&self) -> UtcMillis {
        match self {
            Clock::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                UtcMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Set(at) => UtcMillis(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a clock that is set by hand; the system's goes its own way.
    pub fn set(&self, now: UtcMillis) {
        if let Clock::Set(at) = self {
            at.store(now.0, Ordering::SeqCst);
        }
    }
}

/// The date the branch's zone shows. It only proposes the business date.
pub fn local_date(now: UtcMillis, time_zone: &str) -> BusinessDate {
    let zone = jiff::tz::TimeZone::get(time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let at = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned(zone).date().into()
}

/// The zone this machine is set to, by its IANA name; UTC where it has none.
pub fn local_zone() -> String {
    let zone = jiff::tz::TimeZone::system();
    zone.iana_name().unwrap_or("UTC").to_owned()
}

/// Whether a zone of this IANA name is known.
pub fn known_zone(name: &str) -> bool {
    jiff::tz::TimeZone::get(name).is_ok()
}
