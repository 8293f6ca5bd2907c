//! `payments-mock`: the network as a program, and the command line to play with it.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use payments_mock::calendar::{Calendar, start_of};
use payments_mock::clock::{ClockMode, machine_now_ms};
use payments_mock::faults::{Fault, FaultKind, Operation};
use payments_mock::network::Settings;
use payments_mock::server::{self, Config};
use payments_mock::sim;
use serde_json::json;

const DEFAULT_PORT: u16 = 8731;
const DEFAULT_CONTROL_PORT: u16 = 8732;

/// The remote payments network, as nasty as real ones. It listens on loopback only.
#[derive(Parser)]
#[command(name = "payments-mock", version)]
struct CommandLine {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Run the network until it is interrupted.
    Serve(Serve),
    /// List every fault the network can be told to make, one a line.
    Faults,
    /// Tell a running network what to do.
    Sim(Sim),
}

#[derive(Args)]
struct Serve {
    /// The network's port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The port of /sim/* on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = DEFAULT_CONTROL_PORT)]
    control_port: u16,
    /// What clients show as their Bearer token.
    #[arg(long, default_value = "branch-token")]
    token: String,
    /// Keep the books in this file, over restarts.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Settle a transfer this long after it was taken in, whatever the calendar says.
    #[arg(long)]
    settle_after_ms: Option<u64>,
    /// Banking days until a standard transfer settles.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=3))]
    standard_days: u32,
    /// A day on which money does not move; may be given more than once.
    #[arg(long)]
    holiday: Vec<Date>,
    /// Hours for which an idempotency key is known.
    #[arg(long, default_value_t = 24)]
    key_life_hours: u32,
    /// Decides ids, chances and drawn return codes; the time of starting unless told.
    #[arg(long)]
    seed: Option<u64>,
    /// The machine's clock, or one that stands still until `sim clock` moves it.
    #[arg(long, default_value = "real")]
    clock: ClockChoice,
    /// The date at which a virtual clock starts; today unless told.
    #[arg(long)]
    start: Option<Date>,
    /// Start with the port closed.
    #[arg(long)]
    down: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ClockChoice {
    Real,
    Virtual,
}

#[derive(Args)]
struct Sim {
    /// The control port of the running network.
    #[arg(long, default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_CONTROL_PORT)))]
    control: SocketAddr,
    #[command(subcommand)]
    order: Order,
}

#[derive(Subcommand)]
enum Order {
    /// Close the port: connections are refused.
    Down,
    /// Open the port.
    Up,
    /// Where it listens, whether it is open, its clock.
    Status,
    /// Everything it really did.
    Books,
    /// Show the clock, or put it forward.
    Clock {
        /// By milliseconds.
        #[arg(long, conflicts_with = "to")]
        advance_ms: Option<u64>,
        /// To the start of a date.
        #[arg(long)]
        to: Option<Date>,
    },
    /// Put a fault down: the next occasion unless told otherwise.
    Fault(FaultOrder),
    /// The rules in force, and how often each fault has struck.
    Rules,
    /// Remove every fault and open the port.
    Clear,
}

#[derive(Args)]
struct FaultOrder {
    /// Its name, as `payments-mock faults` lists it.
    kind: FaultKind,
    /// How often.
    #[arg(long, default_value_t = 1, conflicts_with = "forever")]
    times: u32,
    /// On every occasion.
    #[arg(long)]
    forever: bool,
    /// How many occasions pass unharmed first.
    #[arg(long, default_value_t = 0)]
    after: u32,
    /// The chance on each occasion, drawn by the seed.
    #[arg(long, default_value_t = 100)]
    chance_percent: u8,
    /// Which requests: submit, find, events or statement.
    #[arg(long)]
    on: Option<Operation>,
    /// Only the transfer with this reference.
    #[arg(long)]
    reference: Option<String>,
    /// Only events of this kind: accepted, settled, rejected or returned.
    #[arg(long)]
    event: Option<String>,
    /// How long, for faults that take time.
    #[arg(long)]
    delay_ms: Option<u64>,
    /// What Retry-After says.
    #[arg(long)]
    retry_after_s: Option<u32>,
    /// Why a transfer is rejected or comes back: R01, R02, …
    #[arg(long)]
    code: Option<String>,
    /// Days from settlement to return.
    #[arg(long)]
    on_day: Option<u32>,
    /// For 502, 503 and 504: it is done all the same.
    #[arg(long)]
    with_effect: bool,
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().action {
        Action::Serve(serve) => run(serve),
        Action::Faults => list_faults(),
        Action::Sim(sim) => tell(sim),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("payments-mock: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(serve: Serve) -> Result<(), Box<dyn Error>> {
    let now_ms = machine_now_ms();
    let config = Config {
        settings: Settings {
            token: serve.token,
            calendar: Calendar::with_holidays(serve.holiday),
            standard_days: serve.standard_days,
            settle_after_ms: serve.settle_after_ms,
            key_life_ms: i64::from(serve.key_life_hours) * 3_600_000,
            seed: serve.seed.unwrap_or(now_ms.unsigned_abs()),
        },
        port: serve.port,
        control_port: serve.control_port,
        clock: match serve.clock {
            ClockChoice::Real => ClockMode::Real,
            ClockChoice::Virtual => ClockMode::Virtual,
        },
        start_ms: serve.start.map_or(now_ms, start_of),
        state: serve.state,
        down: serve.down,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let running = server::spawn(config).await?;
        let listening = json!({
            "listening": running.addr.to_string(),
            "control": running.control.to_string(),
        });
        // Whoever started it reads this line to learn the ports, so it must not
        // wait in a buffer.
        let mut output = std::io::stdout().lock();
        writeln!(output, "{listening}")?;
        output.flush()?;
        drop(output);
        interrupted().await?;
        running.stop().await?;
        Ok(())
    })
}

async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn list_faults() -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout().lock();
    for kind in FaultKind::ALL {
        writeln!(output, "{:<22}{}", kind.name(), kind.summary())?;
    }
    Ok(())
}

fn tell(sim: Sim) -> Result<(), Box<dyn Error>> {
    let (method, path, body) = match sim.order {
        Order::Down => ("POST", "/sim/down", String::new()),
        Order::Up => ("POST", "/sim/up", String::new()),
        Order::Status => ("GET", "/sim/status", String::new()),
        Order::Books => ("GET", "/sim/books", String::new()),
        Order::Rules => ("GET", "/sim/faults", String::new()),
        Order::Clear => ("DELETE", "/sim/faults", String::new()),
        Order::Clock { advance_ms, to } => match (advance_ms, to) {
            (Some(by_ms), _) => (
                "POST",
                "/sim/clock",
                json!({"advance_ms": by_ms}).to_string(),
            ),
            (None, Some(date)) => ("POST", "/sim/clock", json!({"to": date}).to_string()),
            (None, None) => ("GET", "/sim/clock", String::new()),
        },
        Order::Fault(order) => (
            "POST",
            "/sim/faults",
            serde_json::to_string(&fault_of(order)?)?,
        ),
    };
    let answer = sim::ask(sim.control, method, path, &body)?;
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

fn fault_of(order: FaultOrder) -> Result<Fault, Box<dyn Error>> {
    // Codes and kinds of events have the names they have in JSON.
    let code = order.code.map(|code| serde_json::from_value(json!(code)));
    let event = order
        .event
        .map(|event| serde_json::from_value(json!(event)));
    Ok(Fault {
        kind: order.kind,
        times: (!order.forever).then_some(order.times),
        after: order.after,
        chance_percent: order.chance_percent,
        on: order.on,
        reference: order.reference,
        event: event.transpose()?,
        delay_ms: order.delay_ms,
        retry_after_s: order.retry_after_s,
        code: code.transpose()?,
        on_day: order.on_day,
        with_effect: order.with_effect,
    })
}
