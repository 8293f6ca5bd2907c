//! The embedded store: one SQLite file, one write connection, a small read-only pool. The only
//! place where SQL stands.

pub mod check;
pub mod copies;
pub mod days;
pub mod drafts;
pub mod folds;
pub mod jobs;
pub mod load;
mod place;
pub mod reads;
pub mod reconciling;
pub mod rows;
pub mod sealed;
pub mod terms;
pub mod vouched;
pub mod write;

use crate::seal::{HashCost, StoreKey, Wrapped};
use crate::signing::DeviceKey;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, SqlitePool};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file inside a data folder.
pub const STORE_FILE: &str = "branchline.db";
/// Connections that read at once; one where every step has to be the same each time.
const READERS: u32 = if cfg!(proving) { 1 } else { 4 };
const LOCK_FILE: &str = "branchline.lock";

/// What the writer may keep of the store in memory; it grows as it is used.
pub const WRITER_CACHE_KIB: u32 = 32 * 1024;
/// How long the write-ahead log may become before it is folded into the file: 32 MiB.
pub const FOLD_EVERY_PAGES: u32 = 8 * 1024;
/// What is read comes over from SQLite's thread in one go, not fifty rows at a time.
const ROWS_AT_ONCE: usize = 4 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the data folder {0} cannot be used: {1}")]
    Folder(PathBuf, std::io::Error),
    #[error(
        "the data folder {0} lies on a network file system ({1}), where a store can be damaged: choose one on this machine"
    )]
    Elsewhere(PathBuf, String),
    #[error("another program has this store open")]
    InUse,
    #[error("there is no store in {0}")]
    NoStore(PathBuf),
    #[error("the passphrase is not right")]
    WrongPassphrase,
    #[error("the passphrase is shorter than {0} characters")]
    ShortPassphrase(usize),
    #[error(
        "SQLite {0} is too old: 3.51.3 is the first that does not lose commits when its log restarts"
    )]
    OldSqlite(String),
    #[error("the store setting {name} is {found}, not {wanted}")]
    Setting {
        name: &'static str,
        found: String,
        wanted: &'static str,
    },
    #[error("the store was written by a newer program")]
    Newer,
    #[error("the store was altered outside the program: {0}")]
    Altered(String),
    #[error(transparent)]
    Load(#[from] load::LoadError),
    #[error("the store could not be opened: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("the store could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// Who and what a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub store_id: String,
    pub device_id: String,
    pub epoch: i64,
    pub demo: bool,
}

/// The data folder, created private, and its lock: held as long as this lives, released by the
/// system whatever happens to the process.
pub struct DataFolder {
    path: PathBuf,
    _lock: Option<File>,
}

impl DataFolder {
    /// For the one program that may write.
    pub fn lock(path: &Path) -> Result<DataFolder, OpenError> {
        let failed = |error| OpenError::Folder(path.to_owned(), error);
        on_this_machine(path)?;
        create_private(path).map_err(failed)?;
        let lock = File::create(path.join(LOCK_FILE)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(DataFolder {
                path: path.to_owned(),
                _lock: Some(lock),
            }),
            Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::InUse),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// For reading beside a program that writes.
    pub fn beside(path: &Path) -> Result<DataFolder, OpenError> {
        on_this_machine(path)?;
        let folder = DataFolder {
            path: path.to_owned(),
            _lock: None,
        };
        if !folder.has_store() {
            return Err(OpenError::NoStore(path.to_owned()));
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn store_path(&self) -> PathBuf {
        self.path.join(STORE_FILE)
    }

    pub fn has_store(&self) -> bool {
        self.store_path().exists()
    }
}

fn on_this_machine(path: &Path) -> Result<(), OpenError> {
    match place::network_file_system(path) {
        Some(kind) => Err(OpenError::Elsewhere(path.to_owned(), kind)),
        None => Ok(()),
    }
}

#[cfg(unix)]
pub fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if path.is_dir() {
        return std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700));
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
pub fn create_private(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(unix)]
pub fn make_private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
pub fn make_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("recursive_triggers", "on")
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .pragma("secure_delete", "on")
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

/// The one connection that writes.
pub async fn connect_writer(path: &Path) -> Result<SqliteConnection, OpenError> {
    let mut connection = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(if domain::planted!(SynchronousNormal) {
            SqliteSynchronous::Normal
        } else {
            SqliteSynchronous::Full
        })
        // A whole batch's pages stay in memory until its commit, and the log is folded into the
        // file once for many commits: a page that each of them changed is written once.
        .pragma("cache_size", format!("-{WRITER_CACHE_KIB}"))
        .pragma("wal_autocheckpoint", FOLD_EVERY_PAGES.to_string())
        .statement_cache_capacity(write::STATEMENTS)
        .row_buffer_size(ROWS_AT_ONCE)
        .connect()
        .await?;
    assert_settings(&mut connection).await?;
    Ok(connection)
}

/// The pool that reads and cannot write.
pub async fn connect_readers(path: &Path) -> Result<SqlitePool, OpenError> {
    let read = options(path)
        .read_only(true)
        .pragma("query_only", "on")
        .row_buffer_size(ROWS_AT_ONCE);
    Ok(SqlitePoolOptions::new()
        .max_connections(READERS)
        // A file does not hang up. What is wrong with a connection shows when it is given back.
        .test_before_acquire(false)
        // A read that failed may have ended its transaction by itself; sqlx would take the next
        // one for nested and never end it, and all later reads would see the store as it was then.
        .after_release(|connection, _| {
            Box::pin(async move { Ok(!left_in_a_transaction(connection).await) })
        })
        .connect_with(read)
        .await?)
}

/// Whether sqlx still counts a transaction once the rollback of the last one has been done: it then
/// failed, because SQLite had ended the transaction already.
async fn left_in_a_transaction(connection: &mut SqliteConnection) -> bool {
    // The connection's own thread does one thing after another: an answered ping comes after the
    // rollback that a dropped transaction has left in its queue.
    connection.is_in_transaction()
        && (connection.ping().await.is_err() || connection.is_in_transaction())
}

/// A wrong setting refuses to start: each of these was the cause of somebody's lost money.
async fn assert_settings(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let version: String = sqlx::query("select sqlite_version()")
        .fetch_one(&mut *connection)
        .await?
        .try_get(0)?;
    let numbers: Vec<u32> = version
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect();
    if numbers < vec![3, 51, 3] {
        return Err(OpenError::OldSqlite(version));
    }
    for (name, sql, wanted) in [
        ("journal_mode", "pragma journal_mode", "wal"),
        ("synchronous", "pragma synchronous", "2"),
        ("foreign_keys", "pragma foreign_keys", "1"),
        ("recursive_triggers", "pragma recursive_triggers", "1"),
        ("trusted_schema", "pragma trusted_schema", "0"),
        ("cell_size_check", "pragma cell_size_check", "1"),
        ("secure_delete", "pragma secure_delete", "1"),
    ] {
        let row = sqlx::query(sql).fetch_one(&mut *connection).await?;
        let found = match row.try_get::<i64, _>(0) {
            Ok(number) => number.to_string(),
            Err(_) => row.try_get::<String, _>(0)?,
        };
        if found != wanted && !domain::planted!(SynchronousNormal) {
            return Err(OpenError::Setting {
                name,
                found,
                wanted,
            });
        }
    }
    Ok(())
}

/// Brings the schema up to date; a store of a newer program is refused.
pub async fn migrate(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    // `run` is generic over what it acquires, which no task that may move between threads can
    // wait for; `run_direct` takes the connection as it is.
    let migrations = sqlx::migrate!("../../migrations");
    match migrations.run_direct(None, connection, false).await {
        Ok(()) => Ok(()),
        Err(sqlx::migrate::MigrateError::VersionMissing(_)) => Err(OpenError::Newer),
        Err(error) => Err(error.into()),
    }
}

/// The store's own row and its key, or nothing on a file that was only just made.
pub async fn identity(
    connection: &mut SqliteConnection,
) -> Result<Option<(Identity, Wrapped)>, OpenError> {
    let row = sqlx::query("select store_id, device_id, epoch, demo, kdf, wrapped_key from store")
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let identity = Identity {
        store_id: row.try_get("store_id")?,
        device_id: row.try_get("device_id")?,
        epoch: row.try_get("epoch")?,
        demo: row.try_get::<i64, _>("demo")? == 1,
    };
    let wrapped = Wrapped {
        kdf: row.try_get("kdf")?,
        wrapped: row.try_get("wrapped_key")?,
    };
    Ok(Some((identity, wrapped)))
}

/// Writes who the store is, with a new key under the passphrase, and a new key of its device.
pub async fn found(
    connection: &mut SqliteConnection,
    identity: &Identity,
    passphrase: &str,
    cost: HashCost,
) -> Result<(StoreKey, DeviceKey), OpenError> {
    let store_key = StoreKey::generate();
    let wrapped = store_key.wrap(passphrase, cost);
    let mut transaction = connection.begin_with("begin immediate").await?;
    sqlx::query("insert into store (one, store_id, device_id, epoch, demo, kdf, wrapped_key) values (1, ?, ?, ?, ?, ?, ?)")
        .bind(&identity.store_id)
        .bind(&identity.device_id)
        .bind(identity.epoch)
        .bind(i64::from(identity.demo))
        .bind(wrapped.kdf)
        .bind(wrapped.wrapped)
        .execute(&mut *transaction)
        .await?;
    sealed::seal_identity(&mut transaction, identity, false, &store_key).await?;
    let device = DeviceKey::generate(&identity.store_id);
    sealed::keep_device_key(&mut transaction, &device, &store_key).await?;
    transaction.commit().await?;
    Ok((store_key, device))
}

/// Customers whose key is gone and whose views have not forgotten yet. A store of a million is
/// opened at every start: the two indices of the ids are read side by side, and documents only of
/// those that have no key.
pub async fn keyless_customers(
    connection: &mut SqliteConnection,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query(KEYLESS).fetch_all(&mut *connection).await?;
    let ids = rows.iter().map(|row| row.try_get::<String, _>(0));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    sqlx::query(
        "select id from customers where id in (select value from json_each(?))
         and json_extract(document, '$.forgotten_on') is null",
    )
    .bind(load::json_ids(&ids))
    .fetch_all(connection)
    .await?
    .iter()
    .map(|row| row.try_get(0))
    .collect()
}

const KEYLESS: &str =
    "select id from customers except select customer_id from customer_keys order by 1";

pub async fn close(connection: SqliteConnection) {
    // Nothing is left to do when closing fails: what was committed is on the disk.
    let _ = connection.close().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::AssertSqlSafe;

    /// Neither side is sorted or looked up: both are read along their index, once.
    #[tokio::test]
    async fn the_keyless_are_found_along_two_indices() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let mut store = options.connect().await.unwrap();
        migrate(&mut store).await.unwrap();
        let explain = AssertSqlSafe(format!("explain query plan {KEYLESS}"));
        let plan = sqlx::query(explain).fetch_all(&mut store).await.unwrap();
        let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        let plan = steps.join("; ");
        assert!(plan.contains("MERGE (EXCEPT)"), "{plan}");
        assert_eq!(plan.matches("USING COVERING INDEX").count(), 2, "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
