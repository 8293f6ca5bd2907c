//! The network's books on disk, so that they outlive the server.
//!
//! One JSON file, replaced as a whole: it is written beside the old one, synced
//! and then renamed over it, so that a crash leaves the old books or the new.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::network::Network;

/// The form of the file. A file of another form is refused, never guessed at.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Saved<'a> {
    version: u32,
    clock: Clock,
    network: &'a Network,
}

#[derive(Deserialize)]
struct Loaded {
    version: u32,
    clock: Clock,
    network: Network,
}

/// Reads the books back; nothing when there is no file yet.
pub(crate) fn load(path: &Path) -> io::Result<Option<(Network, Clock)>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let loaded: Loaded = serde_json::from_slice(&bytes)?;
    if loaded.version != VERSION {
        return Err(io::Error::other(format!(
            "the books in {} have form {}, not {VERSION}",
            path.display(),
            loaded.version
        )));
    }
    Ok(Some((loaded.network, loaded.clock)))
}

/// Replaces the books on disk.
pub(crate) fn save(path: &Path, network: &Network, clock: Clock) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    serde_json::to_writer(
        &mut file,
        &Saved {
            version: VERSION,
            clock,
            network,
        },
    )?;
    file.flush()?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
