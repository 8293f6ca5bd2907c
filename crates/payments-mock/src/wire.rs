//! HTTP/1.1 as bytes on a connection.
//!
//! Ordinary servers take care that an answer arrives whole or fails cleanly.
//! This one has to do the opposite on demand: stop in the middle of a body, let
//! it trickle, or reset the connection without a byte. So it writes the bytes
//! itself, and supports only what a client of the protocol needs.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::exchange::{Answer, Delivery, Outcome, Plan, Request, split_target};

const LONGEST_HEAD_BYTES: usize = 16 * 1024;
const LONGEST_BODY_BYTES: usize = 64 * 1024;
const MOST_HEADERS: usize = 64;
/// Pieces of a body that trickles.
const SLOW_PIECES: usize = 8;

/// Answers the requests of one connection until it ends.
pub(crate) async fn converse<F, P>(mut stream: TcpStream, mut plan_for: F) -> io::Result<()>
where
    F: FnMut(Request) -> P,
    P: Future<Output = Plan>,
{
    stream.set_nodelay(true)?;
    let mut unread = Vec::new();
    loop {
        let received = match receive(&mut stream, &mut unread).await? {
            Received::Request(received) => received,
            Received::End => return Ok(()),
            Received::Broken(Broken { status, code }) => {
                let answer = Outcome::problem(status, code, "not a request").into_answer();
                stream.write_all(&bytes_of(&answer, false, false)).await?;
                return stream.shutdown().await;
            }
        };
        let head_only = received.request.method == "HEAD";
        let plan = plan_for(received.request).await;
        let goes_on = deliver(&mut stream, &plan, received.keep_alive, head_only).await?;
        if !goes_on {
            return Ok(());
        }
    }
}

/// Performs a plan; tells whether the connection goes on.
async fn deliver(
    stream: &mut TcpStream,
    plan: &Plan,
    keep_alive: bool,
    head_only: bool,
) -> io::Result<bool> {
    let bytes = bytes_of(&plan.answer, keep_alive, head_only);
    let body_bytes = if head_only { 0 } else { plan.answer.body.len() };
    let (head, body) = bytes.split_at(bytes.len() - body_bytes);
    match plan.delivery {
        Delivery::Refused | Delivery::Reset => {
            // Without lingering, closing a socket sends a reset.
            stream.set_zero_linger()?;
            return Ok(false);
        }
        Delivery::Whole => stream.write_all(&bytes).await?,
        Delivery::Late { delay_ms } => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            stream.write_all(&bytes).await?;
        }
        Delivery::Slow { delay_ms } => {
            stream.write_all(head).await?;
            for piece in body.chunks(body.len().div_ceil(SLOW_PIECES).max(1)) {
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                stream.write_all(piece).await?;
            }
        }
        Delivery::Truncated => {
            stream.write_all(head).await?;
            stream.write_all(&body[..body.len() / 2]).await?;
            stream.shutdown().await?;
            return Ok(false);
        }
    }
    if !keep_alive {
        stream.shutdown().await?;
    }
    Ok(keep_alive)
}

fn bytes_of(answer: &Answer, keep_alive: bool, head_only: bool) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {} {}\r\ncontent-length: {}\r\n",
        answer.status,
        reason(answer.status),
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !keep_alive {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if !head_only {
        bytes.extend_from_slice(&answer.body);
    }
    bytes
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

struct ReceivedRequest {
    request: Request,
    keep_alive: bool,
}

enum Received {
    Request(ReceivedRequest),
    /// The client has no more to say.
    End,
    /// What came is no request.
    Broken(Broken),
}

/// The answer to what is no request; the connection ends with it.
#[derive(Debug, PartialEq, Eq)]
struct Broken {
    status: u16,
    code: &'static str,
}

/// Reads one request. Bytes after it stay in `unread` for the next.
async fn receive(stream: &mut TcpStream, unread: &mut Vec<u8>) -> io::Result<Received> {
    let head = loop {
        match read_head(unread) {
            Ok(Some(head)) => break head,
            Ok(None) if unread.len() > LONGEST_HEAD_BYTES => {
                return Ok(Received::Broken(broken(431, "head_too_long")));
            }
            Ok(None) => {}
            Err(broken) => return Ok(Received::Broken(broken)),
        }
        if stream.read_buf(unread).await? == 0 {
            return Ok(Received::End);
        }
    };
    if head.expects_continue {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let end = head.head_bytes + head.body_bytes;
    while unread.len() < end {
        if stream.read_buf(unread).await? == 0 {
            return Ok(Received::End);
        }
    }
    let mut request = head.request;
    request.body = unread[head.head_bytes..end].to_vec();
    unread.drain(..end);
    Ok(Received::Request(ReceivedRequest {
        request,
        keep_alive: head.keep_alive,
    }))
}

struct Head {
    request: Request,
    head_bytes: usize,
    body_bytes: usize,
    keep_alive: bool,
    expects_continue: bool,
}

fn broken(status: u16, code: &'static str) -> Broken {
    Broken { status, code }
}

/// The head of a request, once it has arrived whole.
fn read_head(bytes: &[u8]) -> Result<Option<Head>, Broken> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head_bytes = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head_bytes)) => head_bytes,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(broken(431, "too_many_headers")),
        Err(_) => return Err(broken(400, "not_http")),
    };
    let (path, query) = split_target(parsed.path.unwrap_or("/"));
    let mut head = Head {
        request: Request {
            method: parsed.method.unwrap_or("").to_owned(),
            path,
            query,
            ..Request::default()
        },
        head_bytes,
        body_bytes: 0,
        keep_alive: parsed.version == Some(1),
        expects_continue: false,
    };
    for header in parsed.headers.iter() {
        let Ok(value) = std::str::from_utf8(header.value) else {
            return Err(broken(400, "header_not_text"));
        };
        let value = value.trim();
        match header.name.to_ascii_lowercase().as_str() {
            "authorization" => head.request.authorization = Some(value.to_owned()),
            "idempotency-key" => head.request.idempotency_key = Some(value.to_owned()),
            "connection" => head.keep_alive &= !value.eq_ignore_ascii_case("close"),
            "expect" => head.expects_continue = value.eq_ignore_ascii_case("100-continue"),
            "content-length" => match value.parse() {
                Ok(length) if length <= LONGEST_BODY_BYTES => head.body_bytes = length,
                Ok(_) => return Err(broken(413, "body_too_long")),
                Err(_) => return Err(broken(400, "length_invalid")),
            },
            // A body of unknown length is more than this protocol needs.
            "transfer-encoding" => return Err(broken(411, "length_required")),
            _ => {}
        }
    }
    Ok(Some(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_whole_or_refused() {
        for (bytes, want) in [
            ("GET /health HTTP/1.1\r\n", Ok(None)),
            ("GET /health HTTP/1.1\r\n\r\n", Ok(Some((0, true)))),
            ("GET /health HTTP/1.0\r\n\r\n", Ok(Some((0, false)))),
            (
                "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n",
                Ok(Some((0, false))),
            ),
            (
                "POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\n",
                Ok(Some((12, true))),
            ),
            ("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", Err(400)),
            ("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", Err(413)),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                Err(411),
            ),
            ("nonsense\r\n\r\n", Err(400)),
        ] {
            let read = match read_head(bytes.as_bytes()) {
                Ok(head) => Ok(head.map(|head| (head.body_bytes, head.keep_alive))),
                Err(broken) => Err(broken.status),
            };
            assert_eq!(read, want, "{bytes:?}");
        }
    }

    #[test]
    fn queries_are_decoded() {
        let head = read_head(b"GET /transfers?reference=a%2Fb+c HTTP/1.1\r\n\r\n");
        let Ok(Some(head)) = head else {
            panic!("a whole head")
        };
        assert_eq!(head.request.path, "/transfers");
        assert_eq!(head.request.parameter("reference"), Some("a/b c"));
    }
}
