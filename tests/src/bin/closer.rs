//! Closes one business date after another in a process of its own, made to be killed: opens the
//! store, says each date once its close is answered, and ends by itself after the last one.
#![forbid(unsafe_code)]

use domain::command::{CloseDay, Command};
use domain::date::BusinessDate;
use domain::ids::UserId;
use engine::Engine;
use std::path::Path;
use stories::branch;
use stories::mortal::say;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, admin, through] = arguments.as_slice() else {
        eprintln!("closer FOLDER ADMIN THROUGH");
        std::process::exit(2);
    };
    let admin: UserId = admin.parse().expect("an account");
    let through: BusinessDate = through.parse().expect("a date");
    let options = branch::options(Path::new(folder), None);
    let engine = Engine::open(options)
        .await
        .expect("the store opens after every end");
    say("ready");
    loop {
        let date = engine.orders().business_date();
        if date > through {
            break;
        }
        let close = Command::CloseDay(CloseDay { date });
        engine
            .give_command(admin, branch::new_id(), close)
            .await
            .expect("the day closes");
        say(&format!("closed {date}"));
    }
    engine.stop().await;
    say("through");
}
