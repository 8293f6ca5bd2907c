//! How fast and how large: `make bench`. Every comparison is made in one run on one machine, the
//! sides taking turns, and each figure is the median of its turns.

mod branch;
mod closing;
mod door;
mod drain;
mod figures;
mod limit;
mod page;
mod peer;
mod printing;
mod reading;
mod window;
mod writing;

use clap::Parser;
use figures::Report;
use std::path::PathBuf;

#[derive(Parser)]
#[command(about = "Measures Branchline against its peer, its limit and itself")]
struct Arguments {
    /// What to measure; everything unless told.
    #[arg(value_enum)]
    what: Vec<What>,
    /// How often each side takes its turn.
    #[arg(long, default_value_t = 5)]
    turns: usize,
    /// Applications in the large store.
    #[arg(long, default_value_t = 20_000)]
    applications: u64,
    /// Draws and repayments in the large store.
    #[arg(long, default_value_t = 20_000)]
    transactions: u64,
    /// Where the large store is kept from one run to the next; made anew unless told.
    #[arg(long)]
    store: Option<PathBuf>,
    /// Where the JSON lines are kept.
    #[arg(long, default_value = "target/bench/figures.jsonl")]
    figures: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Durable commands, against the peer.
    Peer,
    /// Durable commands, against SQLite itself.
    Limit,
    /// Whole batches, against one by one.
    Batch,
    /// Queued payments, against the calls alone.
    Drain,
    /// The close of a day, beside tellers.
    Close,
    /// Printing a long statement.
    Paper,
    /// An unknown name against a wrong password.
    Door,
    /// Writing and reading in a large store.
    Scale,
    /// Start and memory of the window over that store, against an empty one; the page's footprint.
    Window,
}

fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("error"))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let wanted = |what| arguments.what.is_empty() || arguments.what.contains(&what);
    let mut report = Report::begin(&arguments.figures).expect("the figures can be kept");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if wanted(What::Paper) {
        printing::a_long_statement(arguments.turns, &mut report);
    }
    runtime.block_on(async {
        if wanted(What::Door) {
            door::says_nothing_by_its_time(&mut report).await;
        }
        if [
            What::Peer,
            What::Limit,
            What::Batch,
            What::Drain,
            What::Close,
        ]
        .into_iter()
        .any(wanted)
        {
            let template = writing::template().await;
            if wanted(What::Peer) {
                writing::against_the_peer(&template, arguments.turns, &mut report).await;
            }
            if wanted(What::Limit) {
                writing::against_the_limit(&template, arguments.turns, &mut report).await;
            }
            if wanted(What::Batch) {
                writing::against_one_by_one(&template, arguments.turns, &mut report).await;
            }
            if wanted(What::Drain) {
                drain::against_the_ideal(&template, arguments.turns, &mut report).await;
            }
            if wanted(What::Close) {
                closing::with_tellers(&template, arguments.turns, &mut report).await;
            }
        }
        if wanted(What::Scale) || wanted(What::Window) {
            let own = tempfile::tempdir().expect("no folder for the store");
            let folder = arguments.store.as_deref().unwrap_or(own.path());
            let count = arguments.applications;
            reading::filled(folder, count, arguments.transactions).await;
            if wanted(What::Scale) {
                // First: whatever else works in the store moves its date on.
                reading::a_day_closes(folder, count, &mut report).await;
                reading::reads(folder, count, &mut report).await;
                reading::large_against_small(folder, count, arguments.turns, &mut report).await;
            }
            if wanted(What::Window) {
                page::footprint(&mut report);
                window::against_an_empty_one(folder, arguments.turns, &mut report).await;
                window::list(folder, &mut report).await;
            }
        }
    });
    report.print();
}
