//! The program without a window: store, writer, sync, sign-in. Knows nothing of tauri.
#![forbid(unsafe_code)]

pub mod answers;
pub mod backup;
mod breached;
pub mod chain;
pub mod chance;
pub mod circuit;
pub mod clock;
pub mod close;
pub mod demo;
pub mod engine;
pub mod export;
pub mod gauge;
pub mod guard;
pub mod link;
pub mod memory;
pub mod panics;
pub mod password;
pub mod payments;
#[cfg(proving)]
pub mod proving;
pub mod reconcile;
pub mod refold;
pub mod seal;
pub mod sentences;
pub mod sessions;
pub mod signing;
pub mod store;
pub mod sync;
pub mod totp;
pub mod verify;
pub mod writer;

pub use engine::{Engine, Founding, NetworkAddress, Options, Reading};
