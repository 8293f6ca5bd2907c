//! The words and the rules of a revolving line of credit at a branch counter.
//!
//! Everything here is pure: no clock, no randomness, no input or output, no SQL. A change is a
//! [`Command`](command::Command), judged by [`decide`](decide::decide) against the
//! [`World`](world::World) it needs, and becomes [`Event`](event::Event)s or a
//! [`Refusal`](refusal::Refusal). [`apply`](apply::apply) folds events back into a world;
//! [`postings`](ledger::postings) turns them into journal entries. The same crate is compiled
//! into the page, so both sides of the bridge speak one language.
#![forbid(unsafe_code)]

pub mod account;
pub mod actor;
pub mod adverse;
pub mod allocation;
pub mod apply;
pub mod calendar;
pub mod change;
pub mod command;
pub mod condensed;
pub mod customer;
pub mod cycle;
pub mod date;
pub mod decide;
pub mod delinquency;
pub mod drawer;
pub mod event;
pub mod explain;
pub mod glass;
pub mod history;
pub mod ids;
pub mod intake;
pub mod interest;
pub mod ledger;
pub mod line;
pub mod money;
pub mod movement;
pub mod needs;
pub mod paper;
pub mod planted;
pub mod private;
pub mod product;
pub mod reconcile;
pub mod refusal;
pub mod replay;
pub mod report;
pub mod split;
pub mod statement;
pub mod text;
pub mod transfer;
pub mod view;
pub mod what_if;
pub mod words;
pub mod world;
