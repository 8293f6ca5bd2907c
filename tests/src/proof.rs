//! How much a story does, and what it leaves behind when it was asked to prove something.

use std::path::Path;

/// Whether the large counts are asked for.
pub fn proving() -> bool {
    std::env::var_os("BRANCHLINE_PROVE").is_some_and(|value| value == "1")
}

/// The count of every day, or the large one.
pub fn count(usual: usize, proving_it: usize) -> usize {
    if proving() { proving_it } else { usual }
}

/// Every run throws other dice unless BRANCHLINE_SEED says which; the seed is part of what is
/// proved, and of every failure's message.
pub fn seed() -> u64 {
    let told = std::env::var("BRANCHLINE_SEED").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| u64::from(since.subsec_nanos()) ^ since.as_secs())
    })
}

/// Writes the line of docs/proof.md for what was just proved; nothing unless that was asked for.
pub fn proved(name: &str, what: &str, how_many: &str, seeds: &str) -> std::io::Result<()> {
    let Some(folder) = std::env::var_os("BRANCHLINE_PROOF") else {
        return Ok(());
    };
    let line = format!("{what} | {how_many} | {seeds}\n");
    std::fs::write(Path::new(&folder).join(format!("{name}.row")), line)
}
