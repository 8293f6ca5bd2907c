//! The server over real sockets: what it says it does to a connection, it does.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::faults::FaultKind;
use crate::protocol::Status;
use crate::sim;

const TOKEN: &str = "branch-token";

fn body(reference: &str) -> String {
    json!({
        "reference": reference,
        "direction": "credit",
        "amount_minor": 5_000,
        "currency": "USD",
        "account": {"routing": "021000021", "number": "123456"},
        "speed": "express",
        "line_number": "LC-000001",
    })
    .to_string()
}

fn submission(key: &str, reference: &str) -> String {
    let body = body(reference);
    format!(
        "POST /transfers HTTP/1.1\r\nhost: network\r\nauthorization: Bearer {TOKEN}\r\n\
         idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends bytes and reads until the connection ends.
async fn talk(address: SocketAddr, request: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

fn closing(request: &str) -> String {
    request.replacen("\r\n", "\r\nconnection: close\r\n", 1)
}

fn executions(running: &Running, reference: &str) -> u64 {
    let books = running.books().expect("books");
    books
        .references
        .get(reference)
        .map_or(0, |summary| summary.executions)
}

async fn running() -> Running {
    spawn(Config::default()).await.expect("a server")
}

async fn fault(running: &Running, kind: FaultKind) {
    let added = running.add_fault(Fault::once(kind)).await.expect("a port");
    added.expect("a rule");
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let running = running().await;
    let requests = [
        submission("k1", "d1"),
        submission("k1", "d1"),
        closing("GET /health HTTP/1.1\r\nhost: network\r\n\r\n"),
    ];
    let answers = talk(running.addr, &requests.concat())
        .await
        .expect("answers");
    let statuses: Vec<&str> = answers
        .lines()
        .filter_map(|line| line.find("HTTP/1.1 ").map(|at| &line[at + 9..at + 12]))
        .collect();
    assert_eq!(statuses, ["201", "200", "200"], "{answers}");
    assert_eq!(executions(&running, "d1"), 1);
    running.stop().await.expect("an orderly end");
}

#[tokio::test]
async fn resets_reset_before_and_after_the_effect() {
    let running = running().await;
    for (kind, reference, done) in [
        (FaultKind::ResetBefore, "before", 0),
        (FaultKind::ResetAfter, "after", 1),
    ] {
        fault(&running, kind).await;
        let error = talk(running.addr, &submission(reference, reference))
            .await
            .expect_err("a reset");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{kind}");
        assert_eq!(executions(&running, reference), done, "{kind}");
        let again = talk(running.addr, &closing(&submission(reference, reference)))
            .await
            .expect("an answer");
        let want = if done == 0 {
            "HTTP/1.1 201"
        } else {
            "HTTP/1.1 200"
        };
        assert!(again.starts_with(want), "{kind}: {again}");
        assert_eq!(executions(&running, reference), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_closed_port_refuses_and_the_same_port_opens_again() {
    let running = running().await;
    let mut kept_alive = TcpStream::connect(running.addr)
        .await
        .expect("a connection");
    kept_alive
        .write_all(b"GET /health HTTP/1.1\r\n\r\n")
        .await
        .expect("sent");
    let mut first = [0; 12];
    kept_alive.read_exact(&mut first).await.expect("an answer");

    for _ in 0..20 {
        running.down().await.expect("a closed port");
        let refused = TcpStream::connect(running.addr)
            .await
            .expect_err("no connection");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        running.up().await.expect("an open port");
        let answer = talk(running.addr, &closing("GET /health HTTP/1.1\r\n\r\n")).await;
        assert!(answer.expect("an answer").starts_with("HTTP/1.1 200"));
    }
    // The connection of before is gone: it cannot be used past a closed port.
    let mut rest = Vec::new();
    let ended = kept_alive.read_to_end(&mut rest);
    let ended = tokio::time::timeout(Duration::from_secs(5), ended).await;
    assert!(ended.is_ok(), "a closed port ends its connections");
}

#[tokio::test]
async fn a_server_can_start_closed() {
    let config = Config {
        down: true,
        ..Config::default()
    };
    let running = spawn(config).await.expect("a server");
    let refused = TcpStream::connect(running.addr)
        .await
        .expect_err("no connection");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    running.up().await.expect("an open port");
    assert!(TcpStream::connect(running.addr).await.is_ok());
}

#[tokio::test]
async fn late_answers_come_late_and_the_effect_does_not() {
    let running = running().await;
    let late = Fault {
        delay_ms: Some(400),
        ..Fault::once(FaultKind::Delay)
    };
    running
        .add_fault(late)
        .await
        .expect("a port")
        .expect("a rule");
    let began = Instant::now();
    let mut stream = TcpStream::connect(running.addr)
        .await
        .expect("a connection");
    stream
        .write_all(closing(&submission("k", "d1")).as_bytes())
        .await
        .expect("sent");
    let mut first = [0; 1];
    let early = tokio::time::timeout(Duration::from_millis(200), stream.read(&mut first)).await;
    assert!(early.is_err(), "nothing yet");
    assert_eq!(executions(&running, "d1"), 1);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(began.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn bodies_trickle_or_break_off() {
    let running = running().await;
    let slow = Fault {
        delay_ms: Some(20),
        ..Fault::once(FaultKind::SlowBody)
    };
    running
        .add_fault(slow)
        .await
        .expect("a port")
        .expect("a rule");
    let began = Instant::now();
    let answer = talk(running.addr, &closing(&submission("k1", "d1")))
        .await
        .expect("an answer");
    let (_, whole) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(serde_json::from_str::<Value>(whole).is_ok(), "{whole}");
    assert!(began.elapsed() >= Duration::from_millis(7 * 20));

    fault(&running, FaultKind::TruncatedJson).await;
    let answer = talk(running.addr, &submission("k1", "d1"))
        .await
        .expect("half an answer");
    let (head, half) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(
        head.contains(&format!("content-length: {}", whole.len())),
        "{head}"
    );
    assert_eq!(half, &whole[..whole.len() / 2]);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let running = running().await;
    for (bytes, want) in [
        ("nonsense\r\n\r\n", "HTTP/1.1 400"),
        (
            "POST /transfers HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 411",
        ),
        (
            "POST /transfers HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n",
            "HTTP/1.1 413",
        ),
    ] {
        let answer = talk(running.addr, bytes).await.expect("an answer");
        assert!(answer.starts_with(want), "{bytes:?}: {answer}");
        assert!(answer.contains(r#"{"code":"#), "{answer}");
    }
    assert!(running.books().expect("books").transfers.is_empty());
}

#[tokio::test]
async fn the_control_port_does_what_it_is_told() {
    let config = Config {
        clock: ClockMode::Virtual,
        // Monday, 5 January 2026, 10:00 UTC.
        start_ms: 1_767_607_200_000,
        ..Config::default()
    };
    let running = spawn(config).await.expect("a server");
    let control = running.control;
    let ask = async |method: &'static str, path: &'static str, body: &'static str| {
        let asked = tokio::task::spawn_blocking(move || sim::ask(control, method, path, body));
        let answer = asked.await.expect("no panic");
        answer.map(|body| serde_json::from_str::<Value>(&body).expect("JSON"))
    };

    let added = ask("POST", "/sim/faults", r#"{"kind":"execute_twice"}"#).await;
    assert_eq!(added.expect("a rule"), json!({"id": 1}));
    talk(running.addr, &closing(&submission("k", "d1")))
        .await
        .expect("an answer");
    let moved = ask("POST", "/sim/clock", r#"{"to":"2026-01-06"}"#).await;
    assert_eq!(moved.expect("a clock")["today"], "2026-01-06");
    let books = ask("GET", "/sim/books", "").await.expect("books");
    let summary = &books["references"]["d1"];
    assert_eq!(summary["executions"], 2);
    assert_eq!(summary["net_minor"], 10_000);
    assert_eq!(books["credits"]["settled_minor"], 10_000);
    let read: BooksView = serde_json::from_value(books).expect("the same books");
    assert_eq!(read, running.books().expect("books"));
    let faults = ask("GET", "/sim/faults", "").await.expect("faults");
    assert_eq!(faults["struck"]["execute_twice"], 1);

    for (path, body) in [
        ("/sim/clock", r#"{"to":"2026-01-05"}"#),
        ("/sim/clock", r#"{"to":"9999-01-01"}"#),
        ("/sim/clock", r#"{"to":"2026-02-01","advance_ms":1}"#),
        ("/sim/faults", r#"{"kind":"nothing"}"#),
        ("/sim/faults", r#"{"kind":"html","often":1}"#),
        (
            "/sim/faults",
            r#"{"kind":"return","code":"R01","on_day":3}"#,
        ),
    ] {
        let refused = ask("POST", path, body).await.expect_err("a refusal");
        assert!(
            refused.to_string().contains(r#""code":"invalid""#),
            "{body}: {refused}"
        );
    }

    ask("POST", "/sim/faults", r#"{"kind":"refuse"}"#)
        .await
        .expect("closed");
    assert!(TcpStream::connect(running.addr).await.is_err());
    assert_eq!(
        ask("GET", "/sim/status", "").await.expect("a status")["open"],
        false
    );
    ask("DELETE", "/sim/faults", "").await.expect("open");
    assert!(TcpStream::connect(running.addr).await.is_ok());
    running.stop().await.expect("an orderly end");
    assert!(TcpStream::connect(control).await.is_err());
}

#[tokio::test]
async fn books_outlive_the_server() {
    let folder = std::env::temp_dir().join(format!("payments-mock-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let config = Config {
        state: Some(folder.join("books.json")),
        ..Config::default()
    };
    let first = spawn(config.clone()).await.expect("a server");
    talk(first.addr, &closing(&submission("k", "d1")))
        .await
        .expect("an answer");
    first.advance_days(7).expect("later");
    let books = first.books().expect("books");
    assert_eq!(books.transfers[0].status, Status::Settled);
    // Dropped rather than stopped: what was answered is on disk already.
    drop(first);

    let second = spawn(config.clone()).await.expect("a server");
    let found = second.books().expect("books");
    assert_eq!(found.transfers, books.transfers);
    assert!(found.now_ms >= books.now_ms, "the clock did not go back");
    let again = talk(second.addr, &closing(&submission("k2", "d1"))).await;
    assert!(again.expect("an answer").starts_with("HTTP/1.1 201"));
    assert_eq!(executions(&second, "d1"), 2);
    second.stop().await.expect("an orderly end");

    std::fs::write(folder.join("books.json"), r#"{"version":9,"network":{}}"#).expect("written");
    assert!(
        spawn(config).await.is_err(),
        "books of an unknown form are refused"
    );
    std::fs::remove_dir_all(&folder).expect("removed");
}
