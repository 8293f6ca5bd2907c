//! The program: with no subcommand it opens the window, with one it is a command line that
//! needs no display.
#![forbid(unsafe_code)]

mod commands;
mod window;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(version)]
struct Cli {
    #[arg(long)]
    data_dir: PathBuf,
    #[arg(long)]
    payments_url: Option<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let network = cli
        .payments_url
        .map(|url| engine::NetworkAddress::new(&url, "branch-token"));
    let opening = window::Opening {
        data_dir: cli.data_dir,
        passphrase: None,
        network,
        demo: false,
    };
    match window::open(opening) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("branchline: {error}");
            ExitCode::from(5)
        }
    }
}
