//! Copies of a store, and going back to one.
//!
//! A backup is one consistent snapshot, made beside whoever is working, checked before and
//! after. Restoring never destroys: the store that was there is set aside under another name.

use crate::seal::StoreKey;
use crate::store::{self, DataFolder, OpenError, STORE_FILE, copies};
use crate::verify::{Finding, verify};
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a store file that is open, or was when the machine stopped.
const BESIDE: &[&str] = &["-wal", "-shm"];

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    #[error("{0} exists already: a backup never overwrites")]
    Exists(PathBuf),
    #[error("{0} holds a store already: say that it is to be replaced")]
    NotEmpty(PathBuf),
    #[error("{0} is not a store of this program")]
    NotAStore(PathBuf),
    #[error("the passphrase does not open this store")]
    WrongPassphrase,
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("the store does not follow from its log: {} differences, the first in {}", .0.len(), first(.0))]
    NotProven(Vec<Finding>),
    #[error("the copy is not what was copied")]
    Differs,
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the store could not be read or copied: {0}")]
    Store(#[from] sqlx::Error),
}

/// The first finding, for a message.
fn first(findings: &[Finding]) -> String {
    findings.first().map_or_else(String::new, |finding| {
        format!("{} {}: {}", finding.table, finding.row, finding.what)
    })
}

/// A copy that was made and checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copied {
    pub store_id: String,
    pub epoch: i64,
    /// The last event in it.
    pub last_seq: i64,
    pub bytes: u64,
    /// Where the store went that was there before.
    pub set_aside: Option<PathBuf>,
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    let path = path.to_owned();
    move |error| CopyError::File(path, error)
}

/// An empty file that only its owner may read, before a byte of the store is in it.
fn create_empty(path: &Path) -> Result<(), CopyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(CopyError::Exists(path.to_owned()))
        }
        Err(error) => Err(CopyError::File(path.to_owned(), error)),
    }
}

/// On the disk, and found there after a power cut.
fn make_durable(path: &Path) -> Result<(), CopyError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let sync = || {
        #[cfg(proving)]
        crate::proving::sync(path)?;
        File::open(path)?.sync_all()?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    };
    sync().map_err(file_error(path))
}

/// Copies the store of a data folder into a new file while others go on working.
pub async fn backup(data_dir: &Path, to: &Path) -> Result<Copied, CopyError> {
    let folder = DataFolder::beside(data_dir)?;
    let copied = copy(&folder.store_path(), to).await;
    if copied.is_err() && !matches!(copied, Err(CopyError::Exists(_))) {
        // Half a backup is worse than none: somebody may trust it.
        let _ = std::fs::remove_file(to);
    }
    copied
}

/// Checks the source, copies one snapshot of it, opens the copy and checks that.
async fn copy(from: &Path, to: &Path) -> Result<Copied, CopyError> {
    let mut source = copies::connect_source(from).await?;
    if let Some(fault) = copies::integrity_faults(&mut source)
        .await?
        .into_iter()
        .next()
    {
        return Err(CopyError::Damaged(fault));
    }
    let described = copies::describe(&mut source).await?;
    let Some((identity, _, seq_before, _)) = described else {
        return Err(CopyError::NotAStore(from.to_owned()));
    };
    create_empty(to)?;
    copies::copy_into(&mut source, to).await?;
    make_durable(to)?;

    let mut made = copies::connect_source(to).await?;
    if let Some(fault) = copies::integrity_faults(&mut made)
        .await?
        .into_iter()
        .next()
    {
        return Err(CopyError::Damaged(fault));
    }
    let (copy_identity, _, last_seq, hash) = copies::describe(&mut made)
        .await?
        .ok_or(CopyError::Differs)?;
    // The store may have gone on meanwhile; what the copy holds must be a beginning of it.
    let same_log =
        last_seq == 0 || copies::hash_at(&mut source, last_seq).await? == Some(hash.to_vec());
    if copy_identity.store_id != identity.store_id || last_seq < seq_before || !same_log {
        return Err(CopyError::Differs);
    }
    store::close(made).await;
    store::close(source).await;
    let bytes = std::fs::metadata(to).map_err(file_error(to))?.len();
    Ok(Copied {
        store_id: identity.store_id,
        epoch: identity.epoch,
        last_seq,
        bytes,
        set_aside: None,
    })
}

/// Puts a backup into a data folder that nobody has open. With `replace` the store that is
/// there is set aside; who was forgotten in it stays forgotten.
pub async fn restore(
    from: &Path,
    data_dir: &Path,
    passphrase: &str,
    replace: bool,
) -> Result<Copied, CopyError> {
    if !from.is_file() {
        let error = io::Error::from(io::ErrorKind::NotFound);
        return Err(CopyError::File(from.to_owned(), error));
    }
    let folder = DataFolder::lock(data_dir)?;
    if folder.has_store() && !replace {
        return Err(CopyError::NotEmpty(data_dir.to_owned()));
    }
    let store_key = prove(from, passphrase).await?;

    let waiting = folder.path().join(format!("{STORE_FILE}.restoring"));
    // Left by a restore that was cut off: nobody else can be at it under the lock.
    remove_if_there(&waiting)?;
    let mut copied = copy(from, &waiting).await?;
    let (epoch_there, forgotten) = what_was_there(&folder).await;
    copied.epoch = copied.epoch.max(epoch_there) + 1;
    let mut connection = copies::connect_copy(&waiting).await?;
    copies::begin_epoch(&mut connection, copied.epoch, &forgotten, &store_key).await?;
    store::close(connection).await;
    make_durable(&waiting)?;

    settle(&folder).await;
    copied.set_aside = set_aside(&folder, epoch_there)?;
    let store_path = folder.store_path();
    std::fs::rename(&waiting, &store_path).map_err(file_error(&store_path))?;
    make_durable(&store_path)?;

    // Open it as the program will.
    let mut connection = store::connect_writer(&store_path).await?;
    store::migrate(&mut connection).await?;
    let reopened = copies::describe(&mut connection).await?;
    store::close(connection).await;
    match reopened {
        Some((identity, _, last_seq, _))
            if identity.epoch == copied.epoch && last_seq == copied.last_seq =>
        {
            Ok(copied)
        }
        Some(_) | None => Err(CopyError::Differs),
    }
}

/// A backup is proven before anything is moved out of its way.
async fn prove(from: &Path, passphrase: &str) -> Result<StoreKey, CopyError> {
    let mut source = copies::connect_source(from).await?;
    let described = copies::describe(&mut source).await;
    let Ok(Some((_, wrapped, ..))) = described else {
        return Err(CopyError::NotAStore(from.to_owned()));
    };
    let passphrase = zeroize::Zeroizing::new(passphrase.to_owned());
    let store_key =
        tokio::task::spawn_blocking(move || StoreKey::unwrap(&passphrase, &wrapped)).await;
    let store_key = store_key
        .map_err(|_| CopyError::WrongPassphrase)?
        .map_err(|_| CopyError::WrongPassphrase)?;
    let report = verify(&mut source, &store_key).await;
    store::close(source).await;
    if !report.clean() {
        return Err(CopyError::NotProven(report.findings));
    }
    Ok(store_key)
}

/// The epoch of the store that is to be replaced, and who was forgotten in it. A store too
/// damaged to say is replaced all the same: that is what a backup is for.
async fn what_was_there(folder: &DataFolder) -> (i64, Vec<String>) {
    if !folder.has_store() {
        return (0, Vec::new());
    }
    let look = async {
        let mut connection = copies::connect_source(&folder.store_path()).await.ok()?;
        let (identity, ..) = copies::describe(&mut connection).await.ok()??;
        let forgotten = copies::forgotten(&mut connection).await.ok()?;
        store::close(connection).await;
        Some((identity.epoch, forgotten))
    };
    look.await.unwrap_or_default()
}

/// Brings what SQLite keeps beside the store into it, so that one rename moves everything. A
/// store too damaged for that is moved with what stands beside it.
async fn settle(folder: &DataFolder) {
    if folder.has_store()
        && let Ok(connection) = store::connect_writer(&folder.store_path()).await
    {
        store::close(connection).await;
    }
}

/// Renames the store that is there, with what SQLite keeps beside it.
fn set_aside(folder: &DataFolder, epoch: i64) -> Result<Option<PathBuf>, CopyError> {
    if !folder.has_store() {
        return Ok(None);
    }
    let store_path = folder.store_path();
    let mut number = 1;
    let aside = loop {
        let name = format!("branchline.replaced-{epoch}-{number}.db");
        let aside = folder.path().join(name);
        if !aside.exists() {
            break aside;
        }
        number += 1;
    };
    for ending in BESIDE.iter().chain(&[""]) {
        let (from, to) = (
            with_ending(&store_path, ending),
            with_ending(&aside, ending),
        );
        if from.exists() {
            std::fs::rename(&from, &to).map_err(file_error(&from))?;
        }
    }
    Ok(Some(aside))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove_if_there(path: &Path) -> Result<(), CopyError> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let path = with_ending(path, ending);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(CopyError::File(path, error)),
        }
    }
    Ok(())
}
