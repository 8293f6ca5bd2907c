//! The rules, judged from outside: every state against every command and every late fact, the
//! mistakes others have made, the sums people check by hand, and long random histories.
//! Everything goes through `decide` and `apply`; nothing builds a line or a movement by hand.
#![forbid(unsafe_code)]

mod accounts;
mod adverse;
mod changes;
mod credit;
mod desk;
mod dice;
mod drawers;
mod glass;
mod interest;
mod late_facts;
mod mistakes;
mod papers;
mod payments;
mod people;
mod portfolio;
#[path = "../../../../tests/src/proof.rs"]
mod proof;
mod random;
mod rights;
mod rules;
mod splits;
mod states;
mod what_if;
