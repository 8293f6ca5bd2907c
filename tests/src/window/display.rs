//! A screen that nobody sees, and the session bus that a desktop program expects.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Outcome;
use super::process::Process;

const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Display {
    /// ":99", as the DISPLAY variable has it.
    pub(super) name: String,
    /// As the DBUS_SESSION_BUS_ADDRESS variable has it.
    pub(super) bus: String,
    // Dropped in this order: the bus first, the screen last.
    _bus: Process,
    _screen: Process,
}

impl Display {
    /// Xvfb picks a free display number itself and says which, so that any number of displays
    /// can be started side by side.
    pub(super) fn start(width: u32, height: u32, logs: &Path) -> Outcome<Self> {
        let mut screen = Process::start(
            "Xvfb",
            Command::new("Xvfb")
                .args([
                    "-displayfd",
                    "1",
                    "-nolisten",
                    "tcp",
                    "-noreset",
                    "-screen",
                    "0",
                ])
                .arg(format!("{width}x{height}x24"))
                .stdout(Stdio::piped()),
            &logs.join("xvfb.log"),
        )?;
        let name = format!(":{}", screen.first_line(PATIENCE)?);
        let mut bus = Process::start(
            "dbus-daemon",
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
                .env("DISPLAY", &name)
                .stdout(Stdio::piped()),
            &logs.join("dbus.log"),
        )?;
        Ok(Display {
            bus: bus.first_line(PATIENCE)?,
            name,
            _bus: bus,
            _screen: screen,
        })
    }
}
