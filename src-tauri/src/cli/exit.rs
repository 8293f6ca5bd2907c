//! How the command line ends, and how it says why.

use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use engine::backup::CopyError;
use engine::demo::DemoError;
use engine::engine::StartError;
use engine::export::ExportError;
use engine::store::OpenError;
use engine::store::reads::ReadError;
use serde_json::json;
use std::io::{self, Write};
use std::process::ExitCode;

/// Documented in docs/command-line.md: scripts rely on these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Fine = 0,
    /// A rule said "not now", what was asked for is not there, or `verify` found differences.
    Refused = 1,
    Usage = 2,
    /// The passphrase, the name or the password is not right, or the account may not sign in.
    Denied = 3,
    InUse = 4,
    /// No store, or one that is damaged, too new or cannot be used now.
    Store = 5,
    /// A fault of the program.
    Broken = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a subcommand ended early.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    code: String,
    message: String,
    field: Option<String>,
    /// Whoever read the answers has gone: there is nobody to tell.
    silent: bool,
}

impl Failure {
    fn new(exit: Exit, code: &str, message: impl Into<String>) -> Failure {
        let (code, message) = (code.to_owned(), message.into());
        Failure {
            exit,
            code,
            message,
            field: None,
            silent: false,
        }
    }

    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, "usage", message)
    }

    pub fn refused(code: &str, message: impl Into<String>) -> Failure {
        Failure::new(Exit::Refused, code, message)
    }

    pub fn broken(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Broken, "broken", message)
    }

    /// Ends like this when the reader of the answers goes away, instead of as if all were done.
    pub fn or_when_unheard(mut self, exit: Exit) -> Failure {
        if self.silent {
            self.exit = exit;
        }
        self
    }

    pub fn tell(&self, json: bool) {
        if self.silent {
            return;
        }
        let text = if json {
            let mut error = json!({"code": self.code, "message": self.message});
            if let Some(field) = &self.field {
                error["field"] = json!(field);
            }
            json!({"error": error}).to_string()
        } else {
            match &self.field {
                Some(field) => format!("branchline: {field}: {}", self.message),
                None => format!("branchline: {}", self.message),
            }
        };
        // Nobody listening is no reason to fail a second time.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// How one error of the engine ends the program.
pub fn exit_of(error: &ApiError) -> Exit {
    match error.code {
        ErrorCode::Refused(
            RefusalCode::NotSignedIn
            | RefusalCode::AccountNotActive
            | RefusalCode::AccountLocked
            | RefusalCode::CodeNeeded
            | RefusalCode::CodeWrong
            | RefusalCode::ResetCodeWrong,
        ) => Exit::Denied,
        ErrorCode::Refused(_) => Exit::Refused,
        ErrorCode::Fault(fault) => match fault {
            FaultCode::Malformed | FaultCode::WeakPassword => Exit::Usage,
            FaultCode::WrongCredentials | FaultCode::WrongPassphrase | FaultCode::SessionEnded => {
                Exit::Denied
            }
            FaultCode::IdReused | FaultCode::NotFound => Exit::Refused,
            FaultCode::Busy | FaultCode::OutcomeUnknown | FaultCode::StoreUnavailable => {
                Exit::Store
            }
            FaultCode::Broken => Exit::Broken,
        },
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let code = json!(error.code).as_str().unwrap_or("broken").to_owned();
        let mut failure = Failure::new(exit_of(&error), &code, error.message);
        failure.field = error.field;
        failure
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Asked(asked) => asked.into(),
            ReadError::Store(_) | ReadError::Unreadable { .. } | ReadError::Overflow => {
                Failure::new(Exit::Store, "store_damaged", error.to_string())
            }
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let (exit, code) = match &error {
            OpenError::WrongPassphrase => (Exit::Denied, "wrong_passphrase"),
            OpenError::ShortPassphrase(_) => (Exit::Usage, "short_passphrase"),
            OpenError::InUse => (Exit::InUse, "store_in_use"),
            OpenError::NoStore(_) => (Exit::Store, "no_store"),
            OpenError::Newer => (Exit::Store, "store_newer"),
            OpenError::Altered(_) => (Exit::Store, "store_altered"),
            OpenError::OldSqlite(_) | OpenError::Setting { .. } => (Exit::Broken, "broken"),
            OpenError::Elsewhere(..) => (Exit::Store, "network_file_system"),
            OpenError::Folder(..)
            | OpenError::Load(_)
            | OpenError::Sql(_)
            | OpenError::Migrate(_) => (Exit::Store, "store_unavailable"),
        };
        Failure::new(exit, code, error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Open(error) => error.into(),
            StartError::Address(error) => Failure::usage(error.to_string()),
            StartError::SetUp(error) => error.into(),
            StartError::Read(_) => Failure::new(Exit::Store, "store_damaged", error.to_string()),
        }
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        let (exit, code) = match error {
            CopyError::Open(error) => return error.into(),
            CopyError::WrongPassphrase => (Exit::Denied, "wrong_passphrase"),
            CopyError::File(..) => (Exit::Usage, "file"),
            CopyError::Exists(_) | CopyError::NotEmpty(_) => (Exit::Refused, "already_exists"),
            CopyError::NotProven(_) => (Exit::Refused, "not_proven"),
            CopyError::NotAStore(_) => (Exit::Usage, "not_a_store"),
            CopyError::Damaged(_) | CopyError::Differs | CopyError::Store(_) => {
                (Exit::Store, "store_damaged")
            }
        };
        Failure::new(exit, code, error.to_string())
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Open(error) => error.into(),
            ExportError::Write(error) => error.into(),
            ExportError::Read(error) => OpenError::Sql(error).into(),
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Start(error) => error.into(),
            DemoError::Folder(_) => {
                Failure::new(Exit::Store, "store_unavailable", error.to_string())
            }
            DemoError::Refused { .. } => Failure::broken(error.to_string()),
        }
    }
}

/// Writing an answer failed. A reader that has seen enough is not an error.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            let mut failure = Failure::new(Exit::Fine, "", "");
            failure.silent = true;
            return failure;
        }
        Failure::new(Exit::Usage, "file", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn each_way_to_fail_has_its_number() {
        let api = |code: ErrorCode| {
            let error = ApiError {
                code,
                message: String::new(),
                field: None,
            };
            Failure::from(error).exit as u8
        };
        assert_eq!(api(ErrorCode::Refused(RefusalCode::OverAvailable)), 1);
        assert_eq!(api(ErrorCode::Fault(FaultCode::NotFound)), 1);
        assert_eq!(api(ErrorCode::Fault(FaultCode::Malformed)), 2);
        assert_eq!(api(ErrorCode::Fault(FaultCode::WrongCredentials)), 3);
        assert_eq!(api(ErrorCode::Refused(RefusalCode::AccountLocked)), 3);
        assert_eq!(api(ErrorCode::Fault(FaultCode::StoreUnavailable)), 5);
        assert_eq!(api(ErrorCode::Fault(FaultCode::Broken)), 6);
        let open = |error: OpenError| Failure::from(error).exit as u8;
        assert_eq!(open(OpenError::ShortPassphrase(12)), 2);
        assert_eq!(open(OpenError::WrongPassphrase), 3);
        assert_eq!(open(OpenError::InUse), 4);
        assert_eq!(open(OpenError::NoStore(PathBuf::new())), 5);
        assert_eq!(open(OpenError::Newer), 5);
    }

    #[test]
    fn a_closed_pipe_is_fine_unless_work_was_left() {
        let closed = || Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(closed().exit, Exit::Fine);
        assert_eq!(closed().or_when_unheard(Exit::Refused).exit, Exit::Refused);
        let other = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(other.or_when_unheard(Exit::Refused).exit, Exit::Usage);
    }
}
