//! The disk itself: a plain table on it, killed and cut off a thousand times. What was committed
//! is there; and where a sync is a lie, or SQLite is told to do without, it is seen.
#![forbid(unsafe_code)]

use simulator::dice::Dice;
use simulator::disk::{Disk, Fate, Trouble};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Full,
    Normal,
    FullOnALyingDisk,
}

async fn connect(folder: &std::path::Path, way: Way) -> Result<SqliteConnection, sqlx::Error> {
    let synchronous = match way {
        Way::Full | Way::FullOnALyingDisk => SqliteSynchronous::Full,
        Way::Normal => SqliteSynchronous::Normal,
    };
    SqliteConnectOptions::new()
        .filename(folder.join("table.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .pragma("wal_autocheckpoint", "12")
        .connect()
        .await
}

/// Writes until the power goes, a few times over. Answers what was acknowledged and is not
/// there, in words.
async fn lost(seed: u64, way: Way) -> Option<String> {
    let folder = tempfile::tempdir_in(shared_memory()).expect("a folder");
    let disk = Disk::under(folder.path(), seed);
    disk.lie_about_sync(way == Way::FullOnALyingDisk);
    let mut dice = Dice::seeded(seed);
    let mut acknowledged: i64 = 0;
    let mut complaint = None;
    'lives: for _ in 0..4 {
        let deadline = u64::try_from(dice.between(5, 160)).unwrap_or(5);
        let what = if dice.percent(50) {
            Trouble::PowerLoss
        } else {
            Trouble::PowerLossAfter
        };
        disk.trouble(deadline, what);
        let mut at_most = acknowledged;
        if let Ok(mut connection) = connect(folder.path(), way).await {
            let made = sqlx::query(
                "create table if not exists t (n integer primary key, body blob) strict",
            );
            if made.execute(&mut connection).await.is_ok() {
                for n in acknowledged + 1.. {
                    at_most = n;
                    let size = dice.between(1, 9_000);
                    let wrote = sqlx::query("insert into t values (?, zeroblob(?))")
                        .bind(n)
                        .bind(size)
                        .execute(&mut connection)
                        .await;
                    if wrote.is_err() {
                        break;
                    }
                    acknowledged = n;
                }
            }
        }
        disk.power_off();
        disk.restart(Fate::ByDice).expect("the disk starts again");
        let mut connection = match connect(folder.path(), way).await {
            Ok(connection) => connection,
            Err(error) => {
                complaint = Some(format!("it does not open: {error}"));
                break 'lives;
            }
        };
        let words: String = sqlx::query("pragma integrity_check")
            .fetch_one(&mut connection)
            .await
            .map_or_else(|error| error.to_string(), |row| row.get(0));
        let found = sqlx::query("select max(n), count(*) from t")
            .fetch_one(&mut connection)
            .await;
        let (highest, count): (i64, i64) = match found {
            Ok(row) => (row.try_get(0).unwrap_or(0), row.get(1)),
            // The table itself was never acknowledged.
            Err(_) if acknowledged == 0 => (0, 0),
            Err(error) => {
                complaint = Some(error.to_string());
                break 'lives;
            }
        };
        if words != "ok" || highest < acknowledged || highest > at_most || count != highest {
            complaint = Some(format!(
                "{words}; {count} rows to {highest}, acknowledged {acknowledged}, tried {at_most}"
            ));
            break 'lives;
        }
        acknowledged = highest;
        let _ = connection.close().await;
    }
    disk.remove();
    complaint
}

fn shared_memory() -> &'static std::path::Path {
    simulator::memory_folder()
}

fn found(seeds: std::ops::Range<u64>, way: Way) -> Vec<(u64, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    seeds
        .filter_map(|seed| Some((seed, runtime.block_on(lost(seed, way))?)))
        .collect()
}

#[test]
fn what_was_committed_survives_every_power_loss() {
    let seeds = simulator::proof::count(300, 6_000) as u64;
    let lost = found(0..seeds, Way::Full);
    assert!(
        lost.is_empty(),
        "{} of {seeds}: {:?}",
        lost.len(),
        &lost[..lost.len().min(5)]
    );
    simulator::proof::proved(
        "power-loss-table",
        "a table on the power-loss disk, WAL and FULL: seeds that lost a commit",
        &format!("0 of {seeds}"),
        &format!("0 to {}", seeds - 1),
    )
    .expect("the proof is written");
}

#[test]
fn a_store_told_to_do_without_syncs_is_caught() {
    let lost = found(0..40, Way::Normal);
    assert!(
        lost.len() >= 10,
        "NORMAL lost something in {} of 40 only",
        lost.len()
    );
}

#[test]
fn a_disk_that_lies_is_caught() {
    let lost = found(0..40, Way::FullOnALyingDisk);
    assert!(
        lost.len() >= 10,
        "lies were seen in {} of 40 only",
        lost.len()
    );
}
