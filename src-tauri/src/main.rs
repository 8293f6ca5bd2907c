//! The program: with no subcommand it opens the window, with one it is a command line that
//! needs no display.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod files;
mod web_engine;
mod window;

use clap::Parser;
use cli::{Cli, Common, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    keep_log();
    if cli.action.is_some() {
        return cli::run(cli);
    }
    web_engine::start_with_switches();
    match open_window(&cli.common) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(cli.common.json);
            failure.exit.into()
        }
    }
}

fn open_window(common: &Common) -> Result<(), Failure> {
    if common.demo {
        cli::prepare_demo(common)?;
    }
    window::open(window::Opening {
        data_dir: common.data_dir()?,
        state_dir: common.state_dir(),
        passphrase: common.given_passphrase()?,
        network: Some(common.network()?),
        demo: common.demo,
    })
}

/// What the program says of itself, on standard error; never a private value.
fn keep_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BRANCHLINE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    engine::panics::say_where_only();
}
