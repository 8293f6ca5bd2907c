//! The door: whether the time of an answer tells that a name is known.

use crate::figures::{Figure, Goal, Report, median};
use domain::date::UtcMillis;
use domain::refusal::{ErrorCode, FaultCode};
use domain::view::SignIn;
use engine::Engine;
use engine::clock::Clock;
use engine::seal::HashCost;
use std::time::Instant;
use stories::branch::{Folder, options, people};

/// Of each kind, taking turns.
const TRIES: usize = 1_000;
/// Longer than an account stays locked.
const APART_MS: i64 = 31 * 60 * 1_000;

pub async fn says_nothing_by_its_time(report: &mut Report) {
    let folder = Folder::new();
    let mut options = options(folder.path(), None);
    options.hash_cost = HashCost::USUAL;
    let mut now = Clock::System.now();
    options.clock = Clock::set_to(now);
    let clock = options.clock.clone();
    let engine = Engine::open(options).await.expect("the store opens");
    let form = people::sign_up_form("ada", "E-001", true);
    engine.sign_up(form).await.expect("an account");
    let (mut unknown, mut wrong) = (Vec::new(), Vec::new());
    for number in 0..TRIES {
        now = UtcMillis(now.0 + APART_MS);
        clock.set(now);
        // Neither is always first.
        for known in [number % 2 == 0, number % 2 == 1] {
            if known {
                wrong.push(refused(&engine, "ada".to_owned()).await);
            } else {
                unknown.push(refused(&engine, format!("nobody{number}")).await);
            }
        }
    }
    engine.stop().await;
    let (unknown, wrong) = (median(unknown), median(wrong));
    let name = "the slower of an unknown name and a wrong password at the door";
    let figure = Figure::new(name, unknown.max(wrong), "ms");
    report.add(figure.against("the quicker", unknown.min(wrong), Goal::AtMost(1.05)));
}

/// Milliseconds until the answer.
async fn refused(engine: &Engine, login: String) -> f64 {
    let form = SignIn {
        login,
        password: "not this one, surely".to_owned(),
        code: None,
    };
    let begun = Instant::now();
    let told = engine.sign_in(form).await;
    let taken = begun.elapsed().as_secs_f64() * 1_000.0;
    let code = told.expect_err("nobody is let in").code;
    assert_eq!(code, ErrorCode::Fault(FaultCode::WrongCredentials));
    taken
}
