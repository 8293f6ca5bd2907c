//! The peer: Redis, and the queue of bench/peer-queue beside it, in a folder of their own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// Redis as Debian ships it: snapshots now and then, no log of its own. What it confirms can be
/// lost with the power; ours cannot.
pub struct Peer {
    folder: tempfile::TempDir,
    script: PathBuf,
    _redis: Child,
}

/// What one run of the peer took.
pub struct Round {
    pub per_second: f64,
    pub p99_ms: f64,
}

impl Peer {
    pub async fn start(root: &Path) -> Result<Peer, String> {
        let script = root.join("bench/peer-queue/peer.mjs");
        if !root.join("bench/peer-queue/node_modules").is_dir() {
            return Err("bench/peer-queue has no node_modules: scripts/setup/bench.sh".to_owned());
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let socket = folder.path().join("redis.sock");
        let redis = Command::new("redis-server")
            .args(["--port", "0", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("redis-server: {error}"))?;
        let began = Instant::now();
        while !socket.exists() {
            if began.elapsed() > Duration::from_secs(10) {
                return Err("redis-server does not open its socket".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Peer {
            folder,
            script,
            _redis: redis,
        })
    }

    pub async fn draw(&self, jobs: usize, clients: usize, lines: usize) -> Round {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let output = Command::new("node")
            .arg(&self.script)
            .arg(format!("clients={clients}"))
            .arg(format!("jobs={jobs}"))
            .arg(format!("lines={lines}"))
            .arg(format!("redis={}", path("redis.sock")))
            .arg(format!("db={}", path("peer.db")))
            .stderr(Stdio::inherit())
            .output()
            .await
            .expect("node runs");
        assert!(output.status.success(), "the peer failed");
        let told: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("the peer prints one line of JSON");
        let number = |name: &str| told[name].as_f64().expect("a number");
        Round {
            per_second: number("jobs") / number("seconds"),
            p99_ms: number("p99_ms"),
        }
    }
}
