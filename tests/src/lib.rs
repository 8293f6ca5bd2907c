//! Stories across crates, the real window, the tidy test: what no single crate can show.
#![forbid(unsafe_code)]

pub mod branch;
pub mod counting;
pub mod dice;
pub mod garble;
pub mod mortal;
pub mod proof;
pub mod teller;
pub mod traces;
pub mod window;
