//! What the page weighs that the program embeds: the released one, as `scripts/page.sh release`
//! left it.

use crate::figures::{Figure, Report};
use std::path::{Path, PathBuf};

pub fn footprint(report: &mut Report) {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/dist");
    for (name, ending) in [
        ("the page's code (wasm)", "wasm"),
        ("the page's style sheets", "css"),
    ] {
        let sizes = files(&dist)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|own| own == ending))
            .filter_map(|path| path.metadata().ok());
        let bytes: u64 = sizes.map(|file| file.len()).sum();
        if bytes == 0 {
            eprintln!("the page is not measured: it is not built");
            return;
        }
        report.add(Figure::new(name, bytes as f64 / 1_024.0, "KiB"));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
