use std::time::Duration;

/// What can go wrong between a test and the window.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program that the desk needs could not be started.
    #[error("could not start {program}: {source}")]
    Start {
        program: String,
        source: std::io::Error,
    },
    /// A program started and then said nothing of what it should have said.
    #[error("{program} was started, but {problem}")]
    Silent { program: String, problem: String },
    /// The page never came to the expected state. `page` is what it showed last.
    #[error("waited {waited:?} for {wanted}; last answer: {last}\nthe page showed:\n{page}")]
    TimedOut {
        wanted: String,
        waited: Duration,
        last: String,
        page: String,
    },
    /// What was found on the page is not what was asked for.
    #[error("{0}")]
    Unexpected(String),
    #[error("the driver refused: {0}")]
    Driver(#[from] thirtyfour::error::WebDriverError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("the driver's answer has an unknown form: {0}")]
    Answer(#[from] serde_json::Error),
}

pub type Outcome<T> = Result<T, Error>;
