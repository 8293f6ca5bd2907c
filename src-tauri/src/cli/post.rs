//! `post`: commands from a file, one after another through the same sign-in, queue and rules as
//! the window's, so that a line may depend on the one before. One JSON answer a line.

use super::exit::exit_of;
use super::intake::{self, Line};
use super::output::Output;
use super::reads::moment;
use super::secrets::{self, Secret};
use super::{Common, Exit, Failure};
use clap::Args;
use domain::command::Submission;
use domain::ids::CommandId;
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::{Answer, LastTime, Prove, SignIn};
use engine::Engine;
use engine::sessions::Token;
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// An outcome nobody knows is asked for again under the same id so often.
const ASK_AGAIN: usize = 3;

#[derive(Args, Debug)]
pub struct Post {
    /// A file of JSON lines, or "-" for standard input.
    file: PathBuf,
    /// The sign-in name of the account that gives the commands.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Read the password from this file descriptor instead of asking for it.
    #[arg(long, value_name = "N")]
    password_fd: Option<u32>,
    /// Read the code of the second factor from this file descriptor; unless told it is asked for
    /// where the account has one.
    #[arg(long, value_name = "N")]
    code_fd: Option<u32>,
    /// Stop at the first line that is not carried out.
    #[arg(long)]
    stop_on_error: bool,
}

#[derive(Serialize)]
struct Done<'a> {
    line: u64,
    id: CommandId,
    ok: bool,
    answer: &'a Answer,
}

#[derive(Serialize)]
struct NotDone<'a> {
    line: u64,
    id: Option<CommandId>,
    ok: bool,
    error: &'a ApiError,
}

impl Post {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let from_stdin = self.file == Path::new("-");
        if from_stdin
            && [
                self.password_fd,
                self.code_fd,
                common.passphrase_fd,
                common.payments_token_fd,
            ]
            .contains(&Some(0))
        {
            return Err(Failure::usage(
                "standard input holds the commands: it cannot hold a secret, too",
            ));
        }
        let input: Box<dyn BufRead> = if from_stdin {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let opened = File::open(&self.file);
            let named = |error| Failure::usage(format!("{}: {error}", self.file.display()));
            Box::new(BufReader::new(opened.map_err(named)?))
        };
        let engine = common.open_existing().await?;
        let ended = self.through(&engine, input, output).await;
        engine.stop().await;
        ended
    }

    async fn through(
        &self,
        engine: &Engine,
        mut input: Box<dyn BufRead>,
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        let password = match self.password_fd {
            Some(number) => secrets::from_descriptor(number, Secret::Password)?,
            None => secrets::ask(Secret::Password)?,
        };
        let mut desk = Desk {
            engine,
            login: &self.user,
            password,
            code: secrets::code(self.code_fd)?,
            token: None,
        };
        desk.sign_in().await?;
        let mut worst = Exit::Fine;
        let mut number = 0_u64;
        // Read here and not on a thread of its own: nothing else waits for this one.
        while let Some(line) = intake::next_line(&mut input)? {
            number += 1;
            let ended = match line {
                Line::Text(text) if text.iter().all(u8::is_ascii_whitespace) => continue,
                Line::Text(text) => match intake::submission(&text) {
                    Ok(submission) => {
                        let id = submission.id;
                        let answered = desk.submit(submission).await;
                        tell(output, number, Some(id), &answered)?;
                        answered.map(|_| ()).map_err(|error| exit_of(&error))
                    }
                    Err(unreadable) => {
                        engine.note_stranger(ErrorCode::Fault(FaultCode::Malformed));
                        tell(output, number, unreadable.id, &Err(unreadable.error))?;
                        Err(Exit::Refused)
                    }
                },
                Line::TooLong => {
                    engine.note_stranger(ErrorCode::Fault(FaultCode::Malformed));
                    let most = intake::LINE_MAX_BYTES;
                    let error =
                        ApiError::malformed(None, format!("a line holds at most {most} bytes"));
                    tell(output, number, None, &Err(error))?;
                    Err(Exit::Refused)
                }
            };
            match ended {
                Ok(()) => {}
                // Nothing after this could be carried out either.
                Err(exit @ (Exit::Store | Exit::Denied)) => return Ok(exit),
                Err(exit) => {
                    worst = worst.max(if exit == Exit::Broken {
                        exit
                    } else {
                        Exit::Refused
                    });
                    if self.stop_on_error {
                        break;
                    }
                }
            }
        }
        desk.sign_out().await;
        Ok(worst)
    }
}

/// Flushed line by line: whoever pipes commands in may wait for each answer.
fn tell(
    output: &mut Output,
    line: u64,
    id: Option<CommandId>,
    answered: &Result<Answer, ApiError>,
) -> Result<(), Failure> {
    let written = match answered {
        Ok(answer) => output.value(&Done {
            line,
            id: answer.id,
            ok: true,
            answer,
        }),
        Err(error) => output.value(&NotDone {
            line,
            id,
            ok: false,
            error,
        }),
    };
    written
        .and_then(|()| output.flush())
        .map_err(|error| Failure::from(error).or_when_unheard(Exit::Refused))
}

/// The signed-in account, signed in again when its session has run its time.
pub struct Desk<'a> {
    pub engine: &'a Engine,
    pub login: &'a str,
    pub password: Zeroizing<String>,
    /// Of the second factor, where it was given beforehand.
    pub code: Option<Zeroizing<String>>,
    pub token: Option<Token>,
}

/// Whoever signs in here has been told: the window will not say it again.
fn tell_of_last_time(last: &LastTime) {
    if last.wrong_passwords == 0 && last.changes.is_empty() {
        return;
    }
    eprintln!(
        "since the last sign-in, at {} UTC:",
        moment(last.signed_in_at)
    );
    if let Some(at) = last.last_wrong_at {
        let count = last.wrong_passwords;
        eprintln!(
            "  wrong passwords or codes: {count}, the last at {} UTC",
            moment(at)
        );
    }
    for row in &last.changes {
        eprintln!(
            "  {} UTC: {} ({})",
            moment(row.at),
            row.sentence,
            row.actor_name
        );
    }
}

impl Desk<'_> {
    pub async fn sign_in(&mut self) -> Result<Token, ApiError> {
        let form = SignIn {
            login: self.login.to_owned(),
            password: self.password.to_string(),
            // Good once: whoever signs in again is asked again.
            code: self.code.take().map(|code| code.to_string()),
        };
        let (token, session) = match self.engine.sign_in(form.clone()).await {
            Err(error) if error.code == ErrorCode::Refused(RefusalCode::CodeNeeded) => {
                // With no terminal to ask on, that a code is needed is the answer.
                let code = secrets::ask(Secret::Code).map_err(|_| error)?;
                let code = Some(code.to_string());
                self.engine.sign_in(SignIn { code, ..form }).await?
            }
            signed_in => signed_in?,
        };
        if let Some(last) = session.last_time {
            tell_of_last_time(&last);
        }
        self.token = Some(token.clone());
        Ok(token)
    }

    pub async fn submit(&mut self, submission: Submission) -> Result<Answer, ApiError> {
        let mut asked_again = 0;
        let mut signed_in_again = false;
        loop {
            let token = match self.token.clone() {
                Some(token) => token,
                None => self.sign_in().await?,
            };
            match self.give(&token, &submission).await {
                Err(error)
                    if error.code == ErrorCode::Fault(FaultCode::SessionEnded)
                        && !signed_in_again =>
                {
                    signed_in_again = true;
                    self.token = None;
                }
                // The same id is never carried out twice, so asking again is safe.
                Err(error)
                    if error.code == ErrorCode::Fault(FaultCode::OutcomeUnknown)
                        && asked_again < ASK_AGAIN =>
                {
                    asked_again += 1;
                }
                answered => return answered,
            }
        }
    }

    /// Whoever started the run gave the password for this file: it is held up again for each
    /// command that asks for it, so a password that was changed meanwhile opens nothing more.
    async fn give(&self, token: &Token, submission: &Submission) -> Result<Answer, ApiError> {
        if submission.command.kind().asks_password() {
            let form = Prove {
                password: self.password.to_string(),
                command: submission.command.clone(),
            };
            self.engine.prove(token, form).await?;
        }
        self.engine.submit(token, submission.clone()).await
    }

    pub async fn sign_out(&mut self) {
        if let Some(token) = self.token.take() {
            // The session ends with the process in any case.
            let _ = self.engine.sign_out(&token).await;
        }
    }
}
