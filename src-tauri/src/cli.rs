//! The command line of the same binary: no display, the same sign-in, queue and rules.
//!
//! Whoever writes opens the whole engine, and so finds the store locked while a window has it
//! open. Whoever reads opens the store beside any window. Secrets come by prompt or by file
//! descriptor, never as an argument and never from the environment.

mod balance;
mod bench;
mod close_day;
mod copies;
mod day_sheet;
mod document;
mod exit;
mod intake;
mod log;
mod output;
mod payments;
mod people;
mod post;
mod quote;
mod reads;
mod report;
mod secrets;
mod statement;
mod stores;
mod table;
mod what_if;

pub use exit::{Exit, Failure};
pub use stores::usual_founding;

use clap::{Args, Parser, Subcommand};
use engine::clock::Clock;
use engine::store::{OpenError, STORE_FILE};
use engine::{Engine, Founding, NetworkAddress, Options, Reading, demo};
use output::Output;
use secrets::Secret;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zeroize::Zeroizing;

/// Where the payments mock listens, and the token it takes, unless somebody says otherwise.
const DEFAULT_PAYMENTS_URL: &str = "http://127.0.0.1:8731";
const DEFAULT_PAYMENTS_TOKEN: &str = "branch-token";

/// Lines of credit at a branch's counter, offline. Without a subcommand the window opens.
#[derive(Debug, Parser)]
#[command(name = "branchline", version, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub action: Option<Action>,
}

const EXIT_CODES: &str = "Exit codes: 0 fine; 1 refused, not found, or differences found; \
2 wrong usage or unreadable input; 3 wrong passphrase, name or password; \
4 another program has the store open; 5 no store here, or it is damaged or unavailable; \
6 a fault of the program.";

/// What every use of the program understands, the window included.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// The folder of the store; the user's own data folder unless told.
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where it is remembered how far the store's log went; the user's own state folder unless told.
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// A store of its own, filled with invented people and a year of history.
    #[arg(long, global = true)]
    pub demo: bool,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Read the store's passphrase from this file descriptor instead of asking for it.
    #[arg(long, global = true, value_name = "N", conflicts_with = "demo")]
    pub passphrase_fd: Option<u32>,
    /// The payments network. Unless told the window uses one on this machine, `post` none.
    #[arg(long, global = true, value_name = "URL")]
    pub payments_url: Option<String>,
    /// Read the token for the payments network from this file descriptor.
    #[arg(long, global = true, value_name = "N", requires = "payments_url")]
    pub payments_token_fd: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// Carry out commands from a file of JSON lines, one after another, with one answer a line.
    Post(post::Post),
    /// Ask for an account. On a fresh store the first one with --admin is an admin at once.
    SignUp(people::SignUp),
    /// Set a new password with the reset code that an admin had issued.
    ResetPassword(people::ResetPassword),
    /// Issue a reset code for an admin's account, when no admin can sign in. It leaves a finding.
    Recover(people::Recover),
    /// Found a store in an empty folder.
    Init(stores::Init),
    /// Open the store with another passphrase from now on.
    ChangePassphrase(stores::ChangePassphrase),
    /// List what the store holds, newest first.
    List(reads::List),
    /// Show one application, customer, draw or repayment, by its number or id.
    Show(reads::Show),
    /// Show the journal leg by leg, newest first, or the trial balance.
    Ledger(reads::Ledger),
    /// Prove the store: the log's chain, every view, the journal and the trial balance; or, with
    /// --log and --key, an exported log. Needs no store then.
    Verify(log::Verify),
    /// Write the whole log to a file that `verify --log` proves with the public key alone.
    ExportLog(log::ExportLog),
    /// Print the public key of this store's device.
    DeviceKey,
    /// Print the JSON Schema of every command and view. Needs no store.
    Schema,
    /// Close the business date, and every one before the date that is told.
    CloseDay(close_day::CloseDay),
    /// Show what moved in a teller's drawer on a business date.
    DaySheet(day_sheet::ShowDaySheet),
    /// Show the statements of a line, or one of them with its lines.
    Statement(statement::ShowStatement),
    /// Show what would settle a line on a date, and why it is so much.
    Payoff(statement::ShowPayoff),
    /// Show what stood on a line on a day that is over, as known then and as known now.
    Balance(balance::ShowBalance),
    /// Show what would become of a line with draws, repayments or a rate that are only supposed.
    WhatIf(what_if::ShowWhatIf),
    /// Print a document of a line as PDF.
    Document(document::PrintDocument),
    /// Show a report, or write it as CSV or XLSX.
    Report(report::ShowReport),
    /// Calculate interest and payoff on facts from a file. Needs no store.
    Quote(quote::Quote),
    /// Copy the store to a new file while others go on working.
    Backup(copies::Backup),
    /// Put a backup into the data folder.
    Restore(copies::Restore),
    /// Make stores for measuring.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Compare with the payments network's statements, and show where they disagree.
    Reconcile(payments::Reconcile),
}

impl Common {
    /// The data folder: as told, or below the user's data folder. The demonstration has its own.
    pub fn data_dir(&self) -> Result<PathBuf, Failure> {
        if let Some(told) = &self.data_dir {
            return Ok(told.clone());
        }
        let data = user_folder("XDG_DATA_HOME", ".local/share").ok_or_else(|| {
            Failure::usage("there is no data folder of the user: give one with --data-dir")
        })?;
        Ok(data.join(self.name()))
    }

    /// Where the head of the log is remembered outside the data folder; nowhere for a user who has
    /// no folders.
    pub fn state_dir(&self) -> Option<PathBuf> {
        let usual = || Some(user_folder("XDG_STATE_HOME", ".local/state")?.join(self.name()));
        self.state_dir.clone().or_else(usual)
    }

    fn name(&self) -> &'static str {
        if self.demo {
            "branchline-demo"
        } else {
            "branchline"
        }
    }

    /// The passphrase if it is known without asking: from a descriptor, or the demonstration's.
    pub fn given_passphrase(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        if self.demo {
            return Ok(Some(Zeroizing::new(demo::PASSPHRASE.to_owned())));
        }
        self.passphrase_fd
            .map(|number| secrets::from_descriptor(number, Secret::Passphrase))
            .transpose()
    }

    fn passphrase(&self, fresh: bool) -> Result<Zeroizing<String>, Failure> {
        match self.given_passphrase()? {
            Some(given) => Ok(given),
            None if fresh => secrets::ask_twice(Secret::Passphrase),
            None => secrets::ask(Secret::Passphrase),
        }
    }

    /// The payments network as told; nothing when not told.
    fn network_as_told(&self) -> Result<Option<NetworkAddress>, Failure> {
        let Some(url) = &self.payments_url else {
            return Ok(None);
        };
        let token = match self.payments_token_fd {
            Some(number) => secrets::from_descriptor(number, Secret::Token)?,
            None => Zeroizing::new(DEFAULT_PAYMENTS_TOKEN.to_owned()),
        };
        Ok(Some(NetworkAddress::new(url, &token)))
    }

    /// The payments network as told, or the one on this machine: what the window uses.
    pub fn network(&self) -> Result<NetworkAddress, Failure> {
        let usual = || NetworkAddress::new(DEFAULT_PAYMENTS_URL, DEFAULT_PAYMENTS_TOKEN);
        Ok(self.network_as_told()?.unwrap_or_else(usual))
    }

    /// Opens the store for writing, or founds one.
    async fn open(&self, founding: Founding) -> Result<Engine, Failure> {
        let data_dir = self.data_dir()?;
        let passphrase = self.passphrase(!has_store(&data_dir))?;
        let mut options = Options::new(&data_dir, &passphrase, founding);
        options.network = self.network_as_told()?;
        options.state_dir = self.state_dir();
        Ok(Engine::open(options).await?)
    }

    /// Opens a store that has to be there already for writing.
    async fn open_existing(&self) -> Result<Engine, Failure> {
        let data_dir = self.data_dir()?;
        if !has_store(&data_dir) {
            return Err(OpenError::NoStore(data_dir).into());
        }
        self.open(stores::usual_founding()).await
    }

    /// Opens the store for reading, beside whoever has it open.
    async fn read(&self) -> Result<Reading, Failure> {
        let data_dir = self.data_dir()?;
        if !has_store(&data_dir) {
            return Err(OpenError::NoStore(data_dir).into());
        }
        let passphrase = self.passphrase(false)?;
        Ok(Reading::open(&data_dir, &passphrase, &Clock::System).await?)
    }
}

/// A folder of the user's, as the desktop names it or where it usually is.
fn user_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |path: &PathBuf| path.is_absolute();
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(absolute)
        .or_else(|| std::env::home_dir().map(|home| home.join(below_home)))
        .filter(absolute)
}

fn has_store(data_dir: &Path) -> bool {
    data_dir.join(STORE_FILE).exists()
}

/// Carries out a subcommand and answers how the process ends.
pub fn run(cli: Cli) -> ExitCode {
    let json = cli.common.json;
    let mut output = Output::new(Box::new(io::stdout().lock()), json);
    let ended = carry_out(cli, &mut output).and_then(|exit| {
        output.flush()?;
        Ok(exit)
    });
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.tell(json);
            failure.exit.into()
        }
    }
}

fn carry_out(cli: Cli, output: &mut Output) -> Result<Exit, Failure> {
    let Some(action) = cli.action else {
        return Err(Failure::usage("there is no subcommand"));
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::broken(error.to_string()))?;
    let common = cli.common;
    runtime.block_on(async {
        match action {
            Action::Post(post) => post.run(&common, output).await,
            Action::SignUp(sign_up) => sign_up.run(&common, output).await,
            Action::ResetPassword(reset) => reset.run(&common, output).await,
            Action::Recover(recover) => recover.run(&common, output).await,
            Action::Init(init) => init.run(&common, output).await,
            Action::ChangePassphrase(change) => change.run(&common, output).await,
            Action::List(list) => list.run(&common, output).await,
            Action::Show(show) => show.run(&common, output).await,
            Action::Ledger(ledger) => ledger.run(&common, output).await,
            Action::Verify(verify) => verify.run(&common, output).await,
            Action::ExportLog(export) => export.run(&common, output).await,
            Action::DeviceKey => log::device_key(&common, output).await,
            Action::Schema => stores::schema(output),
            Action::CloseDay(close) => close.run(&common, output).await,
            Action::DaySheet(sheet) => sheet.run(&common, output).await,
            Action::Statement(statement) => statement.run(&common, output).await,
            Action::Payoff(payoff) => payoff.run(&common, output).await,
            Action::Balance(balance) => balance.run(&common, output).await,
            Action::WhatIf(what_if) => what_if.run(&common, output).await,
            Action::Document(document) => document.run(&common, output).await,
            Action::Report(report) => report.run(&common, output).await,
            Action::Quote(quote) => quote.run(output),
            Action::Backup(backup) => backup.run(&common, output).await,
            Action::Restore(restore) => restore.run(&common, output).await,
            Action::Bench(bench) => bench.run(&common, output).await,
            Action::Reconcile(reconcile) => reconcile.run(&common, output).await,
        }
    })
}

/// Fills the demonstration's store if it is not there yet, and says on the console how to sign
/// in. The window calls it before it opens.
pub fn prepare_demo(common: &Common) -> Result<(), Failure> {
    let data_dir = common.data_dir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::broken(error.to_string()))?;
    runtime.block_on(demo::fill(&data_dir, Clock::System.now()))?;
    // A console that is closed has nobody to tell.
    let _ = io::stdout()
        .lock()
        .write_all(stores::demo_accounts().as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_options_stand_before_and_after_the_subcommand() {
        for words in [
            ["branchline", "--data-dir", "x", "--json", "list"],
            ["branchline", "list", "--data-dir", "x", "--json"],
        ] {
            let cli = Cli::try_parse_from(words).unwrap();
            assert_eq!(cli.common.data_dir().unwrap(), Path::new("x"));
            assert!(cli.common.json);
        }
        assert!(
            Cli::try_parse_from(["branchline"])
                .unwrap()
                .action
                .is_none()
        );
    }

    #[test]
    fn secrets_are_no_arguments() {
        for words in [
            vec!["branchline", "--passphrase", "x", "list"],
            vec!["branchline", "sign-up", "--password", "x"],
            vec!["branchline", "--demo", "--passphrase-fd", "3", "list"],
            vec!["branchline", "--payments-token-fd", "3", "list"],
            vec!["branchline", "--payments-token", "x", "list"],
        ] {
            let refused = Cli::try_parse_from(&words).unwrap_err();
            assert_eq!(refused.exit_code(), 2, "{words:?}");
        }
    }

    #[test]
    fn the_demonstration_has_a_folder_and_a_passphrase_of_its_own() {
        let cli = Cli::try_parse_from(["branchline", "--demo", "list"]).unwrap();
        assert!(cli.common.data_dir().unwrap().ends_with("branchline-demo"));
        let given = cli.common.given_passphrase().unwrap().unwrap();
        assert_eq!(given.as_str(), demo::PASSPHRASE);
        let cli = Cli::try_parse_from(["branchline", "list"]).unwrap();
        assert!(cli.common.data_dir().unwrap().ends_with("branchline"));
        assert!(cli.common.given_passphrase().unwrap().is_none());
    }
}
