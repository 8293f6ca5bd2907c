//! `sign-up`: so that a store can be founded and staffed without a window.

use super::output::Output;
use super::secrets::{self, Secret};
use super::{Common, Exit, Failure, stores};
use clap::Args;
use domain::ids::{CommandId, UserId};
use domain::view;
use engine::Engine;
use uuid::Uuid;

#[derive(Args, Debug)]
pub struct SignUp {
    /// What the person signs in with: 3 to 40 of a-z, 0-9, dot, dash, underscore.
    #[arg(long)]
    login: String,
    /// The person's name.
    #[arg(long)]
    name: String,
    /// Accounts of one employee number belong to one person.
    #[arg(long)]
    employee_number: String,
    /// Ask for an admin's account.
    #[arg(long)]
    admin: bool,
    /// Read the password from this file descriptor instead of asking for it.
    #[arg(long, value_name = "N")]
    password_fd: Option<u32>,
}

impl SignUp {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let engine = common.open(stores::usual_founding()).await?;
        let ended = self.through(&engine, output).await;
        engine.stop().await;
        ended
    }

    async fn through(self, engine: &Engine, output: &mut Output) -> Result<Exit, Failure> {
        let password = match self.password_fd {
            Some(number) => secrets::from_descriptor(number, Secret::Password)?,
            None => secrets::ask_twice(Secret::Password)?,
        };
        let form = view::SignUp {
            id: CommandId(Uuid::now_v7()),
            user_id: UserId(Uuid::now_v7()),
            login: self.login,
            name: self.name,
            employee_number: self.employee_number,
            password: password.to_string(),
            admin: self.admin,
        };
        let signed_up = engine.sign_up(form).await?;
        if output.json {
            output.value(&signed_up)?;
        } else if signed_up.active {
            output.line(&format!(
                "The account may sign in. Its id is {}.",
                signed_up.user_id
            ))?;
        } else {
            output.line(&format!(
                "The account waits for an admin. Its id is {}.",
                signed_up.user_id
            ))?;
        }
        Ok(Exit::Fine)
    }
}

/// A new password with a reset code, where there is no window to set it in.
#[derive(Args, Debug)]
pub struct ResetPassword {
    /// The sign-in name of the account.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Read the reset code from this file descriptor instead of asking for it.
    #[arg(long, value_name = "N")]
    code_fd: Option<u32>,
    /// Read the new password from this file descriptor instead of asking for it.
    #[arg(long, value_name = "N")]
    password_fd: Option<u32>,
}

impl ResetPassword {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let engine = common.open_existing().await?;
        let ended = self.through(&engine, output).await;
        engine.stop().await;
        ended
    }

    async fn through(self, engine: &Engine, output: &mut Output) -> Result<Exit, Failure> {
        let code = match self.code_fd {
            Some(number) => secrets::from_descriptor(number, Secret::ResetCode)?,
            None => secrets::ask(Secret::ResetCode)?,
        };
        let password = match self.password_fd {
            Some(number) => secrets::from_descriptor(number, Secret::Password)?,
            None => secrets::ask_twice(Secret::Password)?,
        };
        let form = view::ResetPassword {
            id: CommandId(Uuid::now_v7()),
            login: self.user,
            code: code.to_string(),
            password: password.to_string(),
        };
        engine.reset_password(form).await?;
        if output.json {
            output.value(&serde_json::json!({"reset": true}))?;
        } else {
            output.line("The new password is set.")?;
        }
        Ok(Exit::Fine)
    }
}

/// The way back in when no admin can sign in. Whoever has the passphrase may; it is seen.
#[derive(Args, Debug)]
pub struct Recover {
    /// The sign-in name of the admin's account.
    #[arg(long, value_name = "NAME")]
    user: String,
}

impl Recover {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let engine = common.open_existing().await?;
        let ended = engine.recover(&self.user).await;
        engine.stop().await;
        let shown = ended?;
        if output.json {
            output.value(&shown)?;
        } else {
            output.line(&format!("The reset code, this once: {}", shown.code))?;
            output.line("It sets a new password within 24 hours: at the sign-in page, or with reset-password.")?;
            output.line("The log has it, and the admins see it until another person closes it.")?;
        }
        Ok(Exit::Fine)
    }
}
