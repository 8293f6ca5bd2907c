//! `close-day`: ends the business date, and does what falls due with it.

use super::output::Output;
use super::post::Desk;
use super::secrets::{self, Secret};
use super::{Common, Exit, Failure};
use clap::Args;
use domain::command::{self, Command, Submission};
use domain::date::BusinessDate;
use domain::ids::CommandId;
use engine::Engine;
use serde::Serialize;
use std::time::Duration;
use uuid::Uuid;

/// How often a long close says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(2);

#[derive(Args, Debug)]
pub struct CloseDay {
    /// The sign-in name of the admin who closes the day.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Read the password from this file descriptor instead of asking for it.
    #[arg(long, value_name = "N")]
    password_fd: Option<u32>,
    /// Read the code of the second factor from this file descriptor.
    #[arg(long, value_name = "N")]
    code_fd: Option<u32>,
    /// Close one date after another up to this one, included; unless told the open one alone.
    #[arg(long, value_name = "DATE")]
    through: Option<BusinessDate>,
}

#[derive(Serialize)]
struct Closed {
    closed: BusinessDate,
    open: BusinessDate,
    /// Lines on which something fell due.
    lines: u64,
}

impl CloseDay {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let engine = common.open_existing().await?;
        let ended = self.close(&engine, output).await;
        engine.stop().await;
        ended
    }

    async fn close(&self, engine: &Engine, output: &mut Output) -> Result<Exit, Failure> {
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
        let orders = engine.orders();
        let first = orders.business_date();
        let through = self.through.unwrap_or(first);
        if through < first {
            let message = format!("{through} is closed already: {first} is open");
            return Err(Failure::refused("day_closed", message));
        }
        loop {
            let date = orders.business_date();
            if date > through {
                break;
            }
            let lines = orders.count_due(date).await?;
            let close = Submission {
                id: CommandId(Uuid::now_v7()),
                command: Command::CloseDay(command::CloseDay { date }),
            };
            let mut closing = std::pin::pin!(desk.submit(close));
            loop {
                tokio::select! {
                    answered = &mut closing => {
                        answered?;
                        break;
                    }
                    () = tokio::time::sleep(TELL_EVERY) => {
                        let left = orders.count_due(date).await?;
                        eprintln!("{date}: {left} of {lines} lines are left");
                    }
                }
            }
            let closed = Closed {
                closed: date,
                open: orders.business_date(),
                lines,
            };
            if output.json {
                output.value(&closed)?;
            } else {
                let Closed { closed, open, .. } = closed;
                output.line(&format!(
                    "{closed} is closed, {open} is open; {lines} lines"
                ))?;
            }
            output.flush()?;
        }
        desk.sign_out().await;
        Ok(Exit::Fine)
    }
}
