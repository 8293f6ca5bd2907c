//! Interest, exactly. Nothing here rounds but [`Exact::rounded`], and that is called once, when
//! interest posts. Every figure comes as lines that say from when to when, on what balance and at
//! what rate it grew, and that add up to it.

mod accrual;
mod day_count;
mod exact;
mod quote;

pub use accrual::{AccrualError, AccrualLine, Basis, RateChange, Rates, accrue, total};
pub use exact::Exact;
pub use quote::{Collected, FactKind, Opening, Quote, QuoteError, QuoteFact, Quoted, quote};
