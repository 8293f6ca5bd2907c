//! `backup` and `restore`.

use super::output::Output;
use super::{Common, Exit, Failure};
use clap::Args;
use engine::backup::{self, Copied};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub struct Backup {
    /// The file to make. It must not exist.
    to: PathBuf,
}

#[derive(Args, Debug)]
pub struct Restore {
    /// A file that `backup` made.
    from: PathBuf,
    /// Set aside, under another name, the store that is in the data folder.
    #[arg(long)]
    replace: bool,
}

impl Backup {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let copied = backup::backup(&common.data_dir()?, &self.to).await?;
        tell(
            output,
            &copied,
            &format!("The backup is {}.", self.to.display()),
        )
    }
}

impl Restore {
    pub async fn run(self, common: &Common, output: &mut Output) -> Result<Exit, Failure> {
        let data_dir = common.data_dir()?;
        let passphrase = common.passphrase(false)?;
        let copied = backup::restore(&self.from, &data_dir, &passphrase, self.replace).await?;
        tell(
            output,
            &copied,
            &format!("The store is in {}.", data_dir.display()),
        )
    }
}

fn tell(output: &mut Output, copied: &Copied, where_it_is: &str) -> Result<Exit, Failure> {
    if output.json {
        output.value(copied)?;
        return Ok(Exit::Fine);
    }
    output.line(where_it_is)?;
    let Copied {
        last_seq,
        bytes,
        epoch,
        ..
    } = copied;
    output.line(&format!("{last_seq} events, {bytes} bytes, epoch {epoch}."))?;
    if let Some(aside) = &copied.set_aside {
        output.line(&format!(
            "The store that was there is now {}.",
            aside.display()
        ))?;
    }
    Ok(Exit::Fine)
}
