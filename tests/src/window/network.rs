//! The payments network as a process of its own, which can go away and come back.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use super::process::{Process, built};
use super::{Error, Outcome};

/// A running `payments-mock`.
pub struct Network {
    ports: Ports,
    state: PathBuf,
    _process: Process,
}

/// The line that the mock prints when it is ready.
#[derive(Deserialize)]
struct Ports {
    listening: String,
    control: String,
}

impl Network {
    /// Starts it with its port closed or open. Transfers settle `settle_after_ms` after they were
    /// taken in, whatever the calendar says.
    pub(super) fn start(
        folder: &Path,
        logs: &Path,
        up: bool,
        settle_after_ms: u32,
    ) -> Outcome<Self> {
        let state = folder.join("network.json");
        let mut command = Command::new(built("payments-mock")?);
        command
            .args(["serve", "--port", "0", "--control-port", "0"])
            .args(["--settle-after-ms", &settle_after_ms.to_string()])
            .arg("--state")
            .arg(&state)
            .stdout(Stdio::piped());
        if !up {
            command.arg("--down");
        }
        let mut process = Process::start(
            "payments-mock",
            &mut command,
            &logs.join("payments-mock.log"),
        )?;
        let line = process.first_line(Duration::from_secs(20))?;
        Ok(Network {
            ports: serde_json::from_str(&line)?,
            state,
            _process: process,
        })
    }

    /// Where the program sends its transfers.
    pub fn url(&self) -> String {
        format!("http://{}", self.ports.listening)
    }

    /// Whether a file is one of its own: its books, or a copy of them half written.
    pub fn owns(&self, path: &Path) -> bool {
        let name = |path: &Path| path.file_stem().map(ToOwned::to_owned);
        path.parent() == self.state.parent() && name(path) == name(&self.state)
    }

    /// Closes the port: connections are refused from now on.
    pub fn go_down(&self) -> Outcome<()> {
        self.tell(&["down"]).map(drop)
    }

    /// Opens the port.
    pub fn come_up(&self) -> Outcome<()> {
        self.tell(&["up"]).map(drop)
    }

    /// Everything the network really did, in its own words.
    pub fn books(&self) -> Outcome<serde_json::Value> {
        Ok(serde_json::from_str(&self.tell(&["books"])?)?)
    }

    /// Gives an order of `payments-mock sim`, such as a fault to make.
    pub fn tell(&self, order: &[&str]) -> Outcome<String> {
        let output = Command::new(built("payments-mock")?)
            .args(["sim", "--control", &self.ports.control])
            .args(order)
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Error::Unexpected(format!(
                "payments-mock sim {order:?}: {said}"
            )));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
