//! Tellers in a process of their own, made to be killed: opens the store, works until something
//! ends it, and says each acknowledged command once its answer is there.
#![forbid(unsafe_code)]

use domain::command::{Command, PayIn, PayOut};
use domain::refusal::ErrorCode;
use engine::{Engine, NetworkAddress};
use std::path::Path;
use std::sync::Arc;
use stories::branch::{self, CALL_TIME_OUT};
use stories::mortal::say;
use stories::teller::{Deed, Gossip, Plan, Teller};

const AT_ONCE: u64 = 16;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, plan, url, token, seed] = arguments.as_slice() else {
        eprintln!("teller FOLDER PLAN.json URL TOKEN SEED");
        std::process::exit(2);
    };
    let plan: Plan =
        serde_json::from_str(&std::fs::read_to_string(plan).expect("a plan")).expect("a plan");
    let seed: u64 = seed.parse().expect("a seed");
    let mut network = NetworkAddress::new(url, token);
    network.time_out = CALL_TIME_OUT;
    let options = branch::options(Path::new(folder), Some(network));
    let engine = Arc::new(
        Engine::open(options)
            .await
            .expect("the store opens after every end"),
    );
    say("ready");

    let (plan, gossip) = (Arc::new(plan), Arc::new(Gossip::default()));
    let mut tellers = tokio::task::JoinSet::new();
    for number in 0..AT_ONCE {
        let teller = Teller::new(
            seed.wrapping_add(number << 32),
            plan.clone(),
            gossip.clone(),
            false,
        );
        tellers.spawn(work(engine.clone(), teller));
    }
    tellers.join_all().await;
}

async fn work(engine: Arc<Engine>, mut teller: Teller) {
    loop {
        let Deed::Desk(user_id, command) = teller.next_deed() else {
            continue;
        };
        // Order within a line is kept, so a line's transfers leave one after another: tellers who
        // asked for nothing else would leave a queue that takes minutes to drain.
        if by_network(&command) && !teller.dice.percent(20) {
            continue;
        }
        let id = branch::new_id();
        match engine.give_command(user_id, id, (*command).clone()).await {
            Ok((first_seq, last_seq)) => {
                teller.done(&command);
                say(&format!("done {id} {first_seq} {last_seq}"));
            }
            Err(error) if matches!(error.code, ErrorCode::Refused(_)) => {
                say(&format!("refused {id}"))
            }
            Err(error) => say(&format!("fault {id} {error:?}")),
        }
    }
}

fn by_network(command: &Command) -> bool {
    match command {
        Command::RequestDraw(draw) => matches!(draw.method, PayOut::Bank { .. }),
        Command::TakeRepayment(repayment) => matches!(repayment.method, PayIn::Debit { .. }),
        _ => false,
    }
}
