//! Secrets: from a file descriptor or by asking on the terminal without echo.

use super::Failure;
use std::fs::File;
use std::io::Read;
use zeroize::{Zeroize, Zeroizing};

/// Longer than any passphrase, password or token.
const LONGEST_BYTES: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    Passphrase,
    NewPassphrase,
    Password,
    /// Of the second factor.
    Code,
    ResetCode,
    Token,
}

impl Secret {
    fn words(self) -> &'static str {
        match self {
            Secret::Passphrase => "passphrase of the store",
            Secret::NewPassphrase => "new passphrase of the store",
            Secret::Password => "password",
            Secret::Code => "code of the second factor",
            Secret::ResetCode => "reset code",
            Secret::Token => "token of the payments network",
        }
    }

    fn option(self) -> &'static str {
        match self {
            Secret::Passphrase => "--passphrase-fd",
            Secret::NewPassphrase => "--new-passphrase-fd",
            Secret::Password => "--password-fd",
            Secret::Code | Secret::ResetCode => "--code-fd",
            Secret::Token => "--payments-token-fd",
        }
    }
}

/// Everything the descriptor holds, less one line end.
pub fn from_descriptor(number: u32, secret: Secret) -> Result<Zeroizing<String>, Failure> {
    let failed = |what: String| {
        let (option, words) = (secret.option(), secret.words());
        Failure::usage(format!(
            "{option} {number}: the {words} cannot be read: {what}"
        ))
    };
    let file =
        File::open(format!("/dev/fd/{number}")).map_err(|error| failed(error.to_string()))?;
    // Room for everything from the start: a growing buffer would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_BYTES + 1));
    file.take(LONGEST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.to_string()))?;
    if bytes.len() > LONGEST_BYTES {
        return Err(failed(format!("it is longer than {LONGEST_BYTES} bytes")));
    }
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| failed("it is not UTF-8".to_owned()))?;
    if text.is_empty() {
        return Err(failed("it is empty".to_owned()));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// The code of the second factor, where it is given beforehand.
pub fn code(descriptor: Option<u32>) -> Result<Option<Zeroizing<String>>, Failure> {
    descriptor
        .map(|number| from_descriptor(number, Secret::Code))
        .transpose()
}

pub fn ask(secret: Secret) -> Result<Zeroizing<String>, Failure> {
    let asked = rpassword::prompt_password(format!("The {}: ", secret.words()));
    asked.map(Zeroizing::new).map_err(|_| no_terminal(secret))
}

/// For a secret that is new: a slip would lock everybody out.
pub fn ask_twice(secret: Secret) -> Result<Zeroizing<String>, Failure> {
    let first = ask(secret)?;
    let mut again = rpassword::prompt_password("Once more: ").map_err(|_| no_terminal(secret))?;
    let same = *first == again;
    again.zeroize();
    if !same {
        return Err(Failure::usage("the two differ"));
    }
    Ok(first)
}

fn no_terminal(secret: Secret) -> Failure {
    let (words, option) = (secret.words(), secret.option());
    Failure::usage(format!(
        "there is no terminal to ask for the {words} on: use {option}"
    ))
}
