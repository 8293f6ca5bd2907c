//! The remote payments network that Branchline sends transfers to, made to be
//! as nasty as the real ones.
//!
//! [`network::Network`] is the whole network as a pure value: no socket, no
//! clock and no randomness of its own. Every call is told the time, the seed is
//! a setting, and so the same calls always make the same world. Tests use it
//! directly; [`server`] puts it behind a real port.
//!
//! What the network really did stands in its [`books`]: whatever it answered,
//! reset, delayed or lied about, those are the world's truth.
#![forbid(unsafe_code)]

pub mod agenda;
pub mod books;
pub mod calendar;
pub mod clock;
pub mod control;
pub mod exchange;
pub mod faults;
pub mod feed;
mod gate;
pub mod network;
pub mod protocol;
mod random;
pub mod returns;
pub mod server;
pub mod sim;
mod state_file;
mod wire;
