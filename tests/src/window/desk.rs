use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Outcome;
use super::display::Display;
use super::network::Network;
use super::process::built;
use super::session::{Launch, Theme, Window};

/// The size that the program's window opens with: it fills the screen.
const SCREEN: (u32, u32) = (1280, 840);

/// A branch desk on a machine of its own. The data folder lives as long as the desk, so the
/// program can be closed, or killed, and opened again on what it kept.
pub struct Desk {
    display: Display,
    network: Network,
    folder: TempDir,
    pictures: PathBuf,
}

impl Desk {
    /// `name` is the folder in `target/` that pictures and logs go to.
    pub fn start(name: &str, network_up: bool) -> Outcome<Self> {
        let pictures = target_folder().join(name);
        let logs = pictures.join("logs");
        std::fs::create_dir_all(&logs)?;
        let folder = TempDir::with_prefix("branchline-desk-")?;
        Ok(Desk {
            display: Display::start(SCREEN.0, SCREEN.1, &logs)?,
            // Long enough for a draw to be seen on its way, short enough to wait for.
            network: Network::start(folder.path(), &logs, network_up, 2_000)?,
            folder,
            pictures,
        })
    }

    /// The network that this desk's program talks to.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The program's data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Everything the program wrote, its web view's own folders included; the network's books too.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Where pictures and logs of this desk go.
    pub fn pictures(&self) -> &Path {
        &self.pictures
    }

    /// Opens the program's window.
    pub async fn open(&self, theme: Theme) -> Outcome<Window> {
        let data_dir = self.data_dir();
        let arguments = vec![
            "--data-dir".to_owned(),
            data_dir.display().to_string(),
            "--payments-url".to_owned(),
            self.network.url(),
        ];
        self.open_program(&built("branchline")?, arguments, theme)
            .await
    }

    /// What the program says, and how it ends, when it is given these arguments and cannot go on.
    /// `said` is its standard input.
    pub async fn turned_away(
        &self,
        arguments: Vec<String>,
        said: &str,
    ) -> Outcome<std::process::Output> {
        let launch = Launch {
            program: &built("branchline")?,
            arguments,
            theme: Theme::Light,
            display: &self.display.name,
            bus: &self.display.bus,
            home: self.folder.path(),
            pictures: &self.pictures,
        };
        launch.until_it_ends(said).await
    }

    /// Opens any program that shows a WebKitGTK page and obeys the driver.
    pub async fn open_program(
        &self,
        program: &Path,
        arguments: Vec<String>,
        theme: Theme,
    ) -> Outcome<Window> {
        Window::open(Launch {
            program,
            arguments,
            theme,
            display: &self.display.name,
            bus: &self.display.bus,
            home: self.folder.path(),
            pictures: &self.pictures,
        })
        .await
    }
}

pub(super) fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")
}
