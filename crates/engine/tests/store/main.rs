//! Stories of a store: what is read from it, proven about it, copied of it.
#![forbid(unsafe_code)]

mod accounts;
mod backup;
mod branch;
mod documents;
mod fill;
mod founding;
mod glass;
mod papers;
mod past;
#[path = "../../../../tests/src/proof.rs"]
#[allow(dead_code)] // Nothing here is thrown by a seed.
mod proof;
mod queue;
mod reads;
mod reports;
mod splits;
mod statements;
mod verify;
