//! From the start of the process to a page that can be used, and what it takes in memory: the
//! program's window against an empty one over the same web view, in turns.

use crate::figures::{Figure, Goal, Report, median};
use engine::demo::ACCOUNTS;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use stories::window::{Desk, Theme};

/// After so long nothing is loaded any more, and the memory is what stays.
const SETTLES: Duration = Duration::from_secs(3);

/// Changes of route to a list.
const ROUTES: usize = 20;

/// A program with a window.
struct Side {
    program: PathBuf,
    arguments: Vec<String>,
    /// What shows that its page can be used.
    ready: &'static str,
}

struct Seen {
    start_ms: f64,
    memory_mib: f64,
}

/// A program built beside this one.
fn beside(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("this program is a file");
    here.with_file_name(name)
}

/// The program over the store of this folder, which it takes for a demonstration's: its passphrase
/// is known.
fn ours(desk: &Desk, folder: &Path) -> Side {
    Side {
        program: beside("branchline"),
        arguments: vec![
            "--demo".to_owned(),
            "--data-dir".to_owned(),
            folder.display().to_string(),
            "--payments-url".to_owned(),
            desk.network().url(),
        ],
        ready: "[data-testid=page-login] [data-testid=sign-in]",
    }
}

/// The window over the store of this folder.
pub async fn against_an_empty_one(folder: &Path, turns: usize, report: &mut Report) {
    if !beside("branchline").is_file() || !beside("empty-window").is_file() {
        eprintln!("the windows are not measured: branchline and empty-window are not built");
        return;
    }
    let desk = match Desk::start("bench", false) {
        Ok(desk) => desk,
        Err(error) => {
            eprintln!("the windows are not measured: {error}");
            return;
        }
    };
    let ours = ours(&desk, folder);
    let empty = Side {
        program: beside("empty-window"),
        arguments: Vec::new(),
        ready: "[data-testid=empty]",
    };
    // The first turn warms the caches of the system, and of the web view, up for both.
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for turn in 0..=turns {
        let (seen, bare) = match (look(&desk, &ours).await, look(&desk, &empty).await) {
            (Ok(seen), Ok(bare)) => (seen, bare),
            (Err(error), _) | (_, Err(error)) => {
                eprintln!("the windows are not measured: {error}");
                return;
            }
        };
        eprintln!(
            "turn {turn}: {:.0} ms and {:.0} MiB; the empty window {:.0} ms and {:.0} MiB",
            seen.start_ms, seen.memory_mib, bare.start_ms, bare.memory_mib
        );
        if turn > 0 {
            own.push(seen);
            other.push(bare);
        }
    }
    let middle = |of: &[Seen], figure: fn(&Seen) -> f64| median(of.iter().map(figure).collect());
    for (name, unit, figure) in [
        (
            "start to a usable sign-in page",
            "ms",
            (|seen| seen.start_ms) as fn(&Seen) -> f64,
        ),
        ("resident memory (PSS of the process tree)", "MiB", |seen| {
            seen.memory_mib
        }),
    ] {
        report.add(Figure::new(name, middle(&own, figure), unit).against(
            "an empty window",
            middle(&other, figure),
            Goal::AtMost(1.5),
        ));
    }
}

/// From pressing the entry of the navigation to the first page of the list, painted.
pub async fn list(folder: &Path, report: &mut Report) {
    match painted(folder).await {
        Ok(took) => report.add(Figure::new(
            "from the change of route to the painted list",
            median(took),
            "ms",
        )),
        Err(error) => eprintln!("the list is not measured: {error}"),
    }
}

async fn painted(folder: &Path) -> Result<Vec<f64>, stories::window::Error> {
    let desk = Desk::start("bench", false)?;
    let ours = ours(&desk, folder);
    let window = desk
        .open_program(&ours.program, ours.arguments, Theme::Light)
        .await?;
    window.shown_at_ms(ours.ready).await?;
    let account = &ACCOUNTS[0];
    window.at("field-login").await?.fill(account.login).await?;
    let password = window.at("field-password").await?;
    password.fill(account.password).await?;
    window.at("sign-in").await?.click().await?;
    window.at("go-customers").await?;
    let mut took = Vec::new();
    for _ in 0..ROUTES {
        let (away, here) = ("page-customers", "page-applications");
        let list = |page| format!("[data-testid={page}] .row-link");
        window
            .pressed_until_shown_ms("[data-testid=go-customers]", &list(away))
            .await?;
        let there = window
            .pressed_until_shown_ms("[data-testid=go-applications]", &list(here))
            .await?;
        took.push(there);
    }
    window.close().await?;
    Ok(took)
}

async fn look(desk: &Desk, side: &Side) -> Result<Seen, String> {
    let words = |error: stories::window::Error| error.to_string();
    let window = desk
        .open_program(&side.program, side.arguments.clone(), Theme::Light)
        .await
        .map_err(words)?;
    let shown_at_ms = window.shown_at_ms(side.ready).await.map_err(words)?;
    let process = process_of(&side.program).ok_or("its process is not to be found")?;
    let began_at_ms = began_at_ms(process).ok_or("its process does not say when it began")?;
    tokio::time::sleep(SETTLES).await;
    let memory_mib = tree(process).into_iter().map(pss_kib).sum::<f64>() / 1_024.0;
    window.close().await.map_err(words)?;
    Ok(Seen {
        start_ms: shown_at_ms - began_at_ms,
        memory_mib,
    })
}

/// Every process there is.
fn processes() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn process_of(program: &Path) -> Option<u32> {
    let program = program.canonicalize().ok()?;
    processes().into_iter().find(|process| {
        std::fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|running| running == program)
    })
}

/// What `/proc/…/stat` has after the name in brackets, which may hold blanks.
fn stat(process: u32) -> Option<Vec<u64>> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let after_name = stat.rsplit(')').next()?;
    let fields = after_name.split_whitespace().skip(1);
    Some(fields.map(|field| field.parse().unwrap_or(0)).collect())
}

/// In milliseconds since 1970, to the hundredth of a second that the system counts in.
fn began_at_ms(process: u32) -> Option<f64> {
    let ticks = *stat(process)?.get(18)?;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let up_s: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(now.as_secs_f64() * 1_000.0 - up_s * 1_000.0 + ticks as f64 * 10.0)
}

/// The process and all that it started, and those in turn.
fn tree(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u64)> = processes()
        .into_iter()
        .filter_map(|process| Some((process, *stat(process)?.first()?)))
        .collect();
    let mut found = vec![root];
    let mut looked_at = 0;
    while let Some(parent) = found.get(looked_at).copied() {
        let children = parents.iter().filter(|(_, of)| *of == u64::from(parent));
        found.extend(children.map(|(process, _)| *process));
        looked_at += 1;
    }
    found
}

/// Its share of every page it has in memory.
fn pss_kib(process: u32) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"));
    let rollup = rollup.unwrap_or_default();
    let line = rollup.lines().find(|line| line.starts_with("Pss:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0.0)
}
