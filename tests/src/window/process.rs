//! A child process that ends with the value that holds it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::{Error, Outcome};

/// How long a process may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(3);

pub(super) struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts `command` as the leader of a process group of its own, so that what it starts in
    /// turn (the driver starts the program, the program starts WebKit's helpers) ends with it.
    /// What it says on standard error goes to `log`.
    pub(super) fn start(name: &str, command: &mut Command, log: &Path) -> Outcome<Self> {
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stderr(File::create(log)?)
            .spawn()
            .map_err(|source| Error::Start {
                program: name.to_owned(),
                source,
            })?;
        Ok(Process {
            name: name.to_owned(),
            child,
        })
    }

    /// The first line that the process writes to standard output: how Xvfb, the bus and the mock
    /// say that they are ready, and where.
    pub(super) fn first_line(&mut self, patience: Duration) -> Outcome<String> {
        let silent = |problem: &str| Error::Silent {
            program: self.name.clone(),
            problem: problem.to_owned(),
        };
        let output = self.child.stdout.take();
        let output = output.ok_or_else(|| silent("its output is not ours to read"))?;
        let (said, hears) = mpsc::channel();
        // A read has no time limit of its own; the thread ends with the process. It goes on
        // reading after the first line, because a full pipe would stop the process.
        std::thread::spawn(move || drain(output, &said));
        match hears.recv_timeout(patience) {
            Ok(line) if !line.trim().is_empty() => Ok(line.trim().to_owned()),
            Ok(_) => Err(silent("it ended before it was ready")),
            Err(_) => Err(silent(&format!("it was not ready after {patience:?}"))),
        }
    }

    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the whole group at once, as a crash or a power switch would.
    pub(super) fn kill(&mut self) {
        self.signal("KILL");
        let _ = self.child.wait();
    }

    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        // An error says that the group has ended by itself, which is what is wanted.
        let _ = Command::new("kill")
            .args([&format!("-{signal}"), "--", &group])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.signal("TERM");
            let asked_at = Instant::now();
            while !self.has_ended() && asked_at.elapsed() < GRACE {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // The leader may be gone and a helper of it still there.
        self.kill();
    }
}

fn drain(output: ChildStdout, said: &mpsc::Sender<String>) {
    let mut lines = BufReader::new(output).lines();
    // An empty first line stands for "ended without a word".
    let first = lines.next().and_then(Result::ok).unwrap_or_default();
    // Nobody listens any more after a time-out; the draining goes on all the same.
    let _ = said.send(first);
    for _ in lines.map_while(Result::ok) {}
}

/// A program of this workspace, built into the folder that this very program was built into.
pub(super) fn built(name: &str) -> Outcome<PathBuf> {
    let here = std::env::current_exe()?;
    here.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .ok_or_else(|| Error::Start {
            program: name.to_owned(),
            source: std::io::Error::new(
                std::io::ErrorKind::NotFound,
                format!("not built: cargo build -p {name}"),
            ),
        })
}
