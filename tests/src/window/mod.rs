//! The real window, driven from outside as a person would drive it.
//!
//! A [`Desk`] is one branch desk on a machine of its own: a virtual display, a session bus, a
//! payments network and a data folder. [`Desk::open`] starts the program on it through
//! WebKitWebDriver and gives a [`Window`], whose verbs name things as people (and screen readers)
//! do: by role and accessible name. Everything ends with the value that started it.
//!
//! Nothing here sleeps for a guessed time: [`Window::until`] asks again until the answer is right
//! or the time is up, and then says what it was waiting for and what the page showed instead.

mod desk;
mod display;
mod error;
mod keyboard;
mod network;
mod page;
mod picture;
mod process;
mod session;
pub mod surface;
pub mod tour;

pub use desk::Desk;
pub use error::{Error, Outcome};
pub use keyboard::{Stroke, control};
pub use network::Network;
pub use page::{Found, Violation};
pub use session::{Theme, Window};
pub use thirtyfour::Key;
