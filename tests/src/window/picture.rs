//! Pictures of the screen as a person would see it.

use std::path::PathBuf;
use std::process::Command;

use super::{Error, Outcome, Window};

/// A screen with fewer colours than this shows no page: blank, or a bare frame.
const FEWEST_COLOURS: u32 = 40;

impl Window {
    /// Takes a picture of the whole screen, once nothing moves, as NAME.png. The driver's own
    /// picture command hangs in WebKitGTK, so the display itself is asked.
    pub async fn picture(&self, name: &str) -> Outcome<PathBuf> {
        self.still().await?;
        let file = self.pictures.join(format!("{name}.png"));
        run(Command::new("import")
            .args(["-display", &self.display, "-window", "root"])
            .arg(&file))?;
        let colours = run(Command::new("identify").args(["-format", "%k"]).arg(&file))?;
        match colours.trim().parse::<u32>() {
            Ok(count) if count >= FEWEST_COLOURS => Ok(file),
            _ => Err(Error::Unexpected(format!(
                "the picture {} shows no page: it has {colours} colours",
                file.display()
            ))),
        }
    }
}

fn run(command: &mut Command) -> Outcome<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|source| Error::Start {
        program: program.clone(),
        source,
    })?;
    if !output.status.success() {
        return Err(Error::Unexpected(format!(
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
