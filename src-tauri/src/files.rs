//! Files the program writes for people: always new ones, readable by their owner alone. Names come
//! from the program, never from a page.

use crate::cli::Failure;
use domain::paper::{Paper, SavedPaper};
use domain::refusal::{ApiError, FaultCode};
use domain::report::{FileFormat, Report};
use engine::store;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder beside the store that the window writes into: as private as the store.
const EXPORTS: &str = "exports";
/// What documents are printed as.
pub const PDF: &str = "pdf";
/// As many files of one name as anybody keeps.
const SAME_NAME_MAX: u32 = 1_000;

/// Writes a report into the data folder, under a name that says what it is and that no file has.
pub fn export(data_dir: &Path, report: &Report, format: FileFormat) -> Result<PathBuf, ApiError> {
    let bytes = sheets::written(report, format).map_err(|_| FaultCode::Broken)?;
    write_beside(data_dir, &report.file_stem(), format.ending(), &bytes)
}

/// Prints a document into the data folder, likewise.
pub fn print(data_dir: &Path, paper: &Paper) -> Result<SavedPaper, ApiError> {
    let printed = paper::printed(paper).map_err(|error| {
        tracing::error!(%error, "a document could not be printed");
        FaultCode::Broken
    })?;
    let path = write_beside(data_dir, &paper.file_stem(), PDF, &printed.bytes)?;
    Ok(SavedPaper {
        path: path.display().to_string(),
        pages: printed.pages,
    })
}

fn write_beside(
    data_dir: &Path,
    stem: &str,
    ending: &str,
    bytes: &[u8],
) -> Result<PathBuf, ApiError> {
    write_numbered(&data_dir.join(EXPORTS), stem, ending, bytes).map_err(|error| ApiError {
        message: format!("The file could not be written: {error}."),
        ..ApiError::from(FaultCode::StoreUnavailable)
    })
}

fn write_numbered(folder: &Path, stem: &str, ending: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    store::create_private(folder)?;
    for number in 1..=SAME_NAME_MAX {
        let name = match number {
            1 => format!("{stem}.{ending}"),
            _ => format!("{stem}-{number}.{ending}"),
        };
        let path = folder.join(name);
        match create(&path, bytes) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            written => return written.map(|()| path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes a file that may not be there yet.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    create(path, bytes).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let message = format!("{} is there already", path.display());
            Failure::refused("already_exists", message)
        }
        _ => Failure::usage(format!("{} cannot be written: {error}", path.display())),
    })
}

fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a document is worse than none.
        drop(file);
        let _ = std::fs::remove_file(path);
    }
    written
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::report::{ReportCell, ReportColumn, ReportName};

    fn report() -> Report {
        Report {
            name: ReportName::TrialBalance,
            title: "Trial balance".to_owned(),
            branch_name: "Harbor Street".to_owned(),
            currency: "USD".parse().unwrap(),
            made_on: "2026-03-17".parse().unwrap(),
            from: None,
            to: None,
            as_of: Some("2026-03-16".parse().unwrap()),
            columns: vec![ReportColumn {
                words: "Account".to_owned(),
                kind: domain::report::ColumnKind::Text,
            }],
            rows: vec![vec![ReportCell::Text("PRI".to_owned())]],
            totals: vec![ReportCell::Nothing],
            found: 1,
            notes: Vec::new(),
        }
    }

    #[test]
    fn each_export_is_a_new_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let first = export(folder.path(), &report(), FileFormat::Csv).unwrap();
        let second = export(folder.path(), &report(), FileFormat::Csv).unwrap();
        let exports = folder.path().join("exports");
        assert_eq!(first, exports.join("trial-balance-2026-03-16.csv"));
        assert_eq!(second, exports.join("trial-balance-2026-03-16-2.csv"));
        assert_eq!(
            std::fs::read_to_string(&first).unwrap(),
            "Account\r\nPRI\r\nTotal\r\n"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&exports), mode(&first)), (0o700, 0o600));
        }
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        write_new(&path, b"one").unwrap();
        let refused = write_new(&path, b"two").unwrap_err();
        assert_eq!(refused.exit, crate::cli::Exit::Refused);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
    }
}
