use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, json};
use thirtyfour::{Capabilities, WebDriver};
use tokio::io::AsyncWriteExt;

use super::process::Process;
use super::{Error, Outcome};

/// A program that will not open its window has ended by then.
const ENDS_BY_ITSELF: Duration = Duration::from_secs(60);

/// Which of its two faces the desktop asks programs to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// The word used in the names of pictures.
    pub fn word(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// A window of the program, and the driver that moves it. What a person can do in it stands in
/// `page.rs`, `keyboard.rs` and `picture.rs`.
pub struct Window {
    // Dropped in this order: the session says good-bye before its driver is ended.
    pub(super) driver: WebDriver,
    process: Process,
    pub(super) display: String,
    pub(super) pictures: PathBuf,
}

pub(super) struct Launch<'a> {
    pub(super) program: &'a Path,
    pub(super) arguments: Vec<String>,
    pub(super) theme: Theme,
    pub(super) display: &'a str,
    pub(super) bus: &'a str,
    /// Where WebKit and GTK keep what they keep, apart from the developer's own.
    pub(super) home: &'a Path,
    pub(super) pictures: &'a Path,
}

impl Window {
    pub(super) async fn open(launch: Launch<'_>) -> Outcome<Window> {
        let port = free_port()?;
        let mut process = start_driver(&launch, port)?;
        let url = format!("http://127.0.0.1:{port}");
        wait_for_driver(&mut process, port).await?;

        // This driver refuses a session that asks for a browser by name.
        let mut capabilities = Map::new();
        capabilities.insert(
            "webkitgtk:browserOptions".to_owned(),
            json!({ "binary": launch.program, "args": launch.arguments }),
        );
        let driver = WebDriver::builder(url, Capabilities::from(capabilities))
            .request_timeout(Duration::from_secs(60))
            .connect()
            .await?;
        driver.set_script_timeout(Duration::from_secs(30)).await?;
        Ok(Window {
            driver,
            process,
            display: launch.display.to_owned(),
            pictures: launch.pictures.to_owned(),
        })
    }

    /// Closes the window as a person would, and waits until the program has ended.
    pub async fn close(self) -> Outcome<()> {
        let Window {
            driver, process, ..
        } = self;
        driver.quit().await?;
        drop(process);
        Ok(())
    }

    /// Ends the program with SIGKILL, as a crash would.
    pub fn crash(mut self) -> Outcome<()> {
        self.process.kill();
        // There is nobody left to say good-bye to.
        match self.driver.leak() {
            Ok(()) => Ok(()),
            Err(_) => Err(Error::Unexpected(
                "the window was closed before it crashed".into(),
            )),
        }
    }
}

fn start_driver(launch: &Launch<'_>, port: u16) -> Outcome<Process> {
    let output = std::fs::File::create(launch.pictures.join("logs/program.log"))?;
    let mut command = Command::new("WebKitWebDriver");
    command
        .args(["--host=127.0.0.1", &format!("--port={port}")])
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .stdout(Stdio::from(output));
    launch.surround(&mut command);
    Process::start(
        "WebKitWebDriver",
        &mut command,
        &launch.pictures.join("logs/driver.log"),
    )
}

impl Launch<'_> {
    /// The display, the bus and the folders of a machine of its own.
    fn surround(&self, command: &mut Command) {
        let theme = match self.theme {
            Theme::Light => "Adwaita",
            Theme::Dark => "Adwaita:dark",
        };
        let home = |name: &str| self.home.join(name);
        command
            .env("DISPLAY", self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus)
            .env("GDK_BACKEND", "x11")
            .env("GTK_THEME", theme)
            // No accessibility bus on this machine, and no graphics card.
            .env("NO_AT_BRIDGE", "1")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("XDG_DATA_HOME", home("xdg-data"))
            .env("XDG_STATE_HOME", home("xdg-state"))
            .env("XDG_CACHE_HOME", home("xdg-cache"))
            .env("XDG_CONFIG_HOME", home("xdg-config"))
            .env_remove("WAYLAND_DISPLAY");
    }

    /// What the program says, and how it ends, where nobody drives it. `said` is its standard input.
    pub(super) async fn until_it_ends(&self, said: &str) -> Outcome<std::process::Output> {
        let mut command = Command::new(self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        self.surround(&mut command);
        let mut command = tokio::process::Command::from(command);
        let mut child = command.kill_on_drop(true).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(said.as_bytes()).await?;
        }
        let ended = tokio::time::timeout(ENDS_BY_ITSELF, child.wait_with_output()).await;
        ended
            .map_err(|_| Error::Unexpected("the program goes on".into()))?
            .map_err(Error::from)
    }
}

/// A port that was free a moment ago. The driver cannot pick one itself and say which.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

async fn wait_for_driver(process: &mut Process, port: u16) -> Outcome<()> {
    let patience = Duration::from_secs(20);
    let started_at = Instant::now();
    while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_err()
    {
        let problem = if process.has_ended() {
            "it ended at once".to_owned()
        } else if started_at.elapsed() > patience {
            format!("it did not listen after {patience:?}")
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        return Err(Error::Silent {
            program: "WebKitWebDriver".to_owned(),
            problem,
        });
    }
    Ok(())
}
