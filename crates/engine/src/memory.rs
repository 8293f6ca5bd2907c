//! What is remembered of a store outside of it: how far its log went. A store that does not contain
//! that was cut short, or is an earlier copy put in its place.
//!
//! One small file a data folder, in the user's state folder, written after the commit it speaks of
//! and at most once a second; what is lost when the program is killed is less than that.

use crate::chain::HeadMark;
use crate::seal::StoreKey;
use crate::store::load::{hex, json_text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long a head may be newer than what is remembered.
pub const WITHIN: Duration = Duration::from_millis(900);

#[derive(Clone, Debug)]
pub struct Memory {
    path: PathBuf,
    store_id: String,
    key: Arc<StoreKey>,
    /// The epoch and number of the last head kept: one at a time, and never an earlier one, when the
    /// program stops while the last but one is still being written.
    kept: Arc<Mutex<(i64, i64)>>,
}

/// What was found outside the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recalled {
    Nothing,
    /// It is there and cannot be read, or something else wrote it.
    Altered,
    Head(HeadMark),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    store_id: String,
    epoch: i64,
    seq: i64,
    hash: String,
    mac: String,
}

impl Kept {
    fn content(&self) -> Vec<u8> {
        json_text(&(&self.store_id, self.epoch, self.seq, &self.hash)).into_bytes()
    }
}

impl Memory {
    /// Of the store in a data folder. The folder's name and the store's are part of the file's, so
    /// that a copy restored elsewhere on this machine has a memory of its own, and so has a store
    /// that is founded where another was.
    pub fn of(state_dir: &Path, data_dir: &Path, store_id: &str, key: Arc<StoreKey>) -> Memory {
        let folder = std::fs::canonicalize(data_dir).unwrap_or_else(|_| data_dir.to_owned());
        let named = json_text(&(folder.to_string_lossy(), store_id));
        let name = hex(&Sha256::digest(named.as_bytes())[..16]);
        Memory {
            path: state_dir.join(format!("{name}.head")),
            store_id: store_id.to_owned(),
            key,
            kept: Arc::default(),
        }
    }

    pub fn recall(&self) -> Recalled {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Recalled::Nothing,
            Err(_) => return Recalled::Altered,
        };
        let Ok(kept) = serde_json::from_str::<Kept>(&text) else {
            return Recalled::Altered;
        };
        let mac = hex(&self.key.memory_mac(&kept.content()));
        if kept.mac != mac || kept.store_id != self.store_id {
            return Recalled::Altered;
        }
        unhex(&kept.hash).map_or(Recalled::Altered, |hash| {
            Recalled::Head(HeadMark {
                epoch: kept.epoch,
                seq: kept.seq,
                hash,
            })
        })
    }

    /// Written aside and renamed: a kill leaves the one before or this one.
    pub fn keep(&self, mark: &HeadMark) -> io::Result<()> {
        let mut last = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if (mark.epoch, mark.seq) < *last {
            return Ok(());
        }
        self.write(mark)?;
        *last = (mark.epoch, mark.seq);
        Ok(())
    }

    /// The last of all: whoever is still on the way with a mark comes too late, also with this one.
    /// The folder belongs to the next start.
    pub fn keep_last(&self, mark: &HeadMark) -> io::Result<()> {
        let mut last = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if (mark.epoch, mark.seq) >= *last {
            self.write(mark)?;
        }
        *last = (i64::MAX, i64::MAX);
        Ok(())
    }

    fn write(&self, mark: &HeadMark) -> io::Result<()> {
        let mut kept = Kept {
            store_id: self.store_id.clone(),
            epoch: mark.epoch,
            seq: mark.seq,
            hash: hex(&mark.hash),
            mac: String::new(),
        };
        kept.mac = hex(&self.key.memory_mac(&kept.content()));
        let folder = self.path.parent().unwrap_or(Path::new("."));
        crate::store::create_private(folder)?;
        let aside = self.path.with_extension("new");
        let mut file = std::fs::File::create(&aside)?;
        crate::store::make_private(&aside)?;
        file.write_all(json_text(&kept).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&aside, &self.path)
    }

    /// Keeps every head soon after it was committed, until the writer ends.
    pub(crate) async fn follow(self, mut heads: watch::Receiver<HeadMark>) {
        while heads.changed().await.is_ok() {
            let mark = *heads.borrow_and_update();
            let memory = self.clone();
            let kept = tokio::task::spawn_blocking(move || memory.keep(&mark)).await;
            if !matches!(kept, Ok(Ok(()))) {
                tracing::warn!("how far the log goes could not be kept outside the store");
            }
            tokio::time::sleep(WITHIN).await;
        }
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_nothing_else_does() {
        let folder = std::env::temp_dir().join(format!("memory-{}", uuid::Uuid::now_v7()));
        let key = Arc::new(StoreKey::generate());
        let memory = Memory::of(&folder, Path::new("/data"), "s", key.clone());
        assert_eq!(memory.recall(), Recalled::Nothing);
        let mark = HeadMark {
            epoch: 2,
            seq: 40,
            hash: [7; 32],
        };
        memory.keep(&mark).unwrap();
        assert_eq!(memory.recall(), Recalled::Head(mark));
        // What was still being written when a later one was kept comes too late.
        let earlier = HeadMark { seq: 39, ..mark };
        memory.keep(&earlier).unwrap();
        assert_eq!(memory.recall(), Recalled::Head(mark));
        // A copy of it is on the way while the program ends.
        let late = memory.clone();
        memory.keep_last(&mark).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        late.keep(&HeadMark { seq: 41, ..mark }).unwrap();
        late.keep(&mark).unwrap();
        assert!(!folder.exists(), "written after the last");
        let memory = Memory::of(&folder, Path::new("/data"), "s", key.clone());
        memory.keep(&mark).unwrap();
        let elsewhere = Memory::of(&folder, Path::new("/other"), "s", key.clone());
        assert_eq!(elsewhere.recall(), Recalled::Nothing);
        let stranger = Memory {
            key: Arc::new(StoreKey::generate()),
            ..memory.clone()
        };
        assert_eq!(stranger.recall(), Recalled::Altered);
        let text = std::fs::read_to_string(&memory.path).unwrap();
        std::fs::write(&memory.path, text.replace("\"seq\":40", "\"seq\":39")).unwrap();
        assert_eq!(memory.recall(), Recalled::Altered);
        std::fs::write(&memory.path, "").unwrap();
        assert_eq!(memory.recall(), Recalled::Altered);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
