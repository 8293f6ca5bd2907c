//! Payments over a network in the same process and at a time of its own: every fault in every
//! state of a job, reconciling, restored backups, days offline. The network's books are the
//! world's truth.
#![forbid(unsafe_code)]

#[path = "../store/branch.rs"]
#[allow(dead_code)] // Shared with the stories of a store.
mod branch;

mod drain;
mod evidence;
mod faults;
mod holding_up;
#[path = "../../../../tests/src/proof.rs"]
#[allow(dead_code)] // Nothing here is thrown by a seed.
mod proof;
mod reconciling;
mod restored;
mod wire;
mod world;
