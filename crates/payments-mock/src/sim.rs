//! A small client of the control port, for the command line.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Sends one request to a control port and returns its answer's body.
///
/// # Errors
/// When nobody answers there, or the answer is a refusal; then its words are
/// the error's.
pub fn ask(control: SocketAddr, method: &str, path: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(control)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {control}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other("the control port gave no whole answer"))?;
    let succeeded = head
        .split(' ')
        .nth(1)
        .is_some_and(|status| status.starts_with('2'));
    if succeeded {
        Ok(body.to_owned())
    } else {
        Err(io::Error::other(body.to_owned()))
    }
}
