//! Stories of a store: what is read from it, proven about it, copied of it.

mod accounts;
mod backup;
mod branch;
mod documents;
mod fill;
mod founding;
mod papers;
mod queue;
mod reads;
mod reports;
mod statements;
mod verify;
