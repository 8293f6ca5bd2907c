//! Where the packages that prove look over the engine's shoulder: what it tells the system itself
//! to make durable, a disk of theirs has to hear, too.

use std::io;
use std::path::Path;
use std::sync::OnceLock;

/// Told before a file is synced by the system's own call.
pub static SYNC: OnceLock<fn(&Path) -> io::Result<()>> = OnceLock::new();

pub(crate) fn sync(path: &Path) -> io::Result<()> {
    SYNC.get().map_or(Ok(()), |sync| sync(path))
}
