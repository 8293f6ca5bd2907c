//! What arrived from the payments network, read into evidence: pure, so that whatever bytes
//! a network sends can be tried without one. Nothing here judges; what cannot be read is said
//! to be unreadable, and never a reason to stop.

use domain::date::{BusinessDate, UtcMillis};
use domain::reconcile::StatementLine;
use domain::transfer::{KEY_LIFE_MS, LookUp, PostAnswer, RemoteTransfer};
use serde::Deserialize;

/// An event of the network's feed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NetworkEvent {
    pub transfer_id: String,
    pub reference: String,
    /// A status; a kind of a later release is like any other: a reason to ask.
    #[serde(default)]
    pub kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsPage {
    /// Those that can be read. One that cannot is a gap, as if it had never come: the network's
    /// statement of the day tells what it was about.
    pub events: Vec<NetworkEvent>,
    /// Nothing came after the cursor, readable or not.
    pub empty: bool,
    pub next: u64,
}

#[derive(Deserialize)]
struct Feed {
    events: Vec<serde_json::Value>,
    next: u64,
}

/// What the network says of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayStatement {
    pub lines: Vec<StatementLine>,
    /// By the network's own clock, where it shows it. Of a day that is not over it cannot tell
    /// everything, whatever the clock here says.
    pub over: bool,
}

#[derive(Deserialize)]
struct Found {
    transfers: Vec<RemoteTransfer>,
}

#[derive(Deserialize)]
struct Statement {
    date: String,
    lines: Vec<StatementLine>,
}

/// No usable answer to a question; the reason is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    pub reason: &'static str,
    /// Our token is not accepted: a matter for an admin, not for waiting.
    pub credentials: bool,
    /// How long the network asked us to wait.
    pub wait_ms: Option<i64>,
    /// The network understood and will not answer this: asking the same again is in vain.
    pub refused: bool,
    /// It answered, and the answer cannot be read: it is there, and says nothing of this.
    pub unreadable: bool,
}

impl Unanswered {
    pub const fn because(reason: &'static str) -> Unanswered {
        Unanswered {
            reason,
            credentials: false,
            wait_ms: None,
            refused: false,
            unreadable: false,
        }
    }
}

/// What is said where the token was refused.
pub const CREDENTIALS_REFUSED: &str = "our credentials were refused";
const UNREADABLE: Unanswered = Unanswered {
    unreadable: true,
    ..Unanswered::because("unreadable answer")
};

/// An answer as far as it is looked at. `body` is what arrived of it, or why it broke off.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
    /// The `Date` header: what the network's clock showed.
    pub date: Option<&'a str>,
    pub body: Result<&'a [u8], &'static str>,
}

impl Arrived<'_> {
    /// RFC 9110, 10.2.3: seconds, or a date, which counts from the moment the answer was made by
    /// the network's own clock. Nobody is kept waiting longer than a key lives.
    fn retry_after_ms(&self) -> Option<i64> {
        let told = self.retry_after?.trim();
        let digits = !told.is_empty() && told.bytes().all(|byte| byte.is_ascii_digit());
        let wait_ms = if digits {
            // More digits than fit are a very long time.
            let seconds: i64 = told.parse().unwrap_or(i64::MAX);
            seconds.saturating_mul(1_000)
        } else {
            moment(told)?.since(moment(self.date?)?).max(0)
        };
        Some(wait_ms.min(KEY_LIFE_MS))
    }

    /// The body of a 200, and nothing else.
    fn answered(&self) -> Result<&[u8], Unanswered> {
        match self.status {
            200 => self.body.map_err(Unanswered::because),
            401 | 403 => Err(Unanswered {
                credentials: true,
                ..Unanswered::because(CREDENTIALS_REFUSED)
            }),
            429 | 503 => Err(Unanswered {
                wait_ms: self.retry_after_ms(),
                ..Unanswered::because("the network asks us to wait")
            }),
            400..500 => Err(Unanswered {
                refused: true,
                ..Unanswered::because("the network refused the question")
            }),
            _ => Err(Unanswered::because("the network answered with an error")),
        }
    }
}

/// A date of HTTP, such as "Mon, 02 Mar 2026 14:00:00 GMT".
fn moment(text: &str) -> Option<UtcMillis> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(UtcMillis(zoned.timestamp().as_millisecond()))
}

/// Whether an answer with this status shows that the network is there. What it says of an address
/// that it may not know says nothing against that; an error of its own, or of what stands before
/// it, does.
pub fn shows_it_is_there(status: u16) -> bool {
    status < 500
}

/// What an attempt to send met.
pub fn posted(arrived: &Arrived) -> PostAnswer {
    if !(200..300).contains(&arrived.status) {
        return PostAnswer::Status {
            status: arrived.status,
            retry_after_ms: arrived.retry_after_ms(),
        };
    }
    match arrived.body {
        Ok(bytes) => match serde_json::from_slice::<RemoteTransfer>(bytes) {
            Ok(remote) => PostAnswer::Transfer(remote),
            Err(_) => PostAnswer::NoAnswer {
                reason: UNREADABLE.reason,
            },
        },
        Err(reason) => PostAnswer::NoAnswer { reason },
    }
}

/// What asking by reference met.
pub fn looked_up(arrived: &Arrived) -> Result<LookUp, Unanswered> {
    let bytes = arrived.answered()?;
    let mut found: Found = serde_json::from_slice(bytes).map_err(|_| UNREADABLE)?;
    Ok(match found.transfers.len() {
        0 => LookUp::Nothing,
        1 => LookUp::Found(found.transfers.remove(0)),
        _ => LookUp::Several(found.transfers),
    })
}

pub fn events(arrived: &Arrived) -> Result<EventsPage, Unanswered> {
    let feed: Feed = serde_json::from_slice(arrived.answered()?).map_err(|_| UNREADABLE)?;
    let empty = feed.events.is_empty();
    let events = feed.events.into_iter();
    Ok(EventsPage {
        events: events
            .filter_map(|event| serde_json::from_value(event).ok())
            .collect(),
        empty,
        next: feed.next,
    })
}

/// The statement of a day; of another day than was asked for it is no answer.
pub fn statement(arrived: &Arrived, date: BusinessDate) -> Result<DayStatement, Unanswered> {
    let statement: Statement =
        serde_json::from_slice(arrived.answered()?).map_err(|_| UNREADABLE)?;
    if statement.date != date.to_string() {
        return Err(Unanswered {
            unreadable: true,
            ..Unanswered::because("the statement is of another day")
        });
    }
    let shown = arrived.date.and_then(moment);
    Ok(DayStatement {
        lines: statement.lines,
        over: shown.is_none_or(|now| BusinessDate::utc(now) > date),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"id":"tr_1","reference":"0190a0b0-0000-7000-8000-000000000001","direction":"credit","amount_minor":12345,"currency":"USD","speed":"standard","line_number":"LC-000001","status":"accepted","settlement_date":"2026-01-07","accepted_at_ms":1767607200000}"#;

    fn arrived(status: u16, body: &[u8]) -> Arrived<'_> {
        Arrived {
            status,
            retry_after: None,
            date: None,
            body: Ok(body),
        }
    }

    fn date(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    /// How an answer to an attempt is read: "transfer", "no answer", or its status.
    fn read(status: u16, body: &[u8]) -> String {
        match posted(&arrived(status, body)) {
            PostAnswer::Transfer(_) => "transfer".to_owned(),
            PostAnswer::NoAnswer { .. } => "no answer".to_owned(),
            PostAnswer::NotSent { .. } => "not sent".to_owned(),
            PostAnswer::Status { status, .. } => status.to_string(),
        }
    }

    #[test]
    fn every_malformed_answer_is_doubt_and_never_a_transfer() {
        let with = |from: &str, to: &str| GOOD.replace(from, to);
        let deep = "[".repeat(100_000);
        for (body, expected) in [
            (GOOD.to_owned(), "transfer"),
            (with("}", ",\"new_member\":[1]}"), "transfer"),
            (String::new(), "no answer"),
            ("null".to_owned(), "no answer"),
            ("[]".to_owned(), "no answer"),
            ("{}".to_owned(), "no answer"),
            ("<html></html>".to_owned(), "no answer"),
            (GOOD[..GOOD.len() / 2].to_owned(), "no answer"),
            (format!("{GOOD}{GOOD}"), "no answer"),
            (with("12345", "12345.0"), "no answer"),
            (with("12345", "1e400"), "no answer"),
            (with("12345", "99999999999999999999"), "no answer"),
            (with("12345", "\"12345\""), "no answer"),
            (with("12345", "null"), "no answer"),
            (with("accepted\"", "paid\""), "no answer"),
            (with("credit", "sideways"), "no answer"),
            (with("\"tr_1\"", "1"), "no answer"),
            (with("{", "{\"id\":\"tr_2\","), "no answer"),
            (deep, "no answer"),
        ] {
            let shown: String = body.chars().take(80).collect();
            for status in [200, 201, 202, 299] {
                assert_eq!(read(status, body.as_bytes()), expected, "{status} {shown}");
            }
            for status in [100, 302, 400, 409, 500, 599, 999] {
                assert_eq!(read(status, body.as_bytes()), status.to_string());
            }
        }
        assert_eq!(read(200, &[0xff, 0xfe, 0x00]), "no answer");
    }

    #[test]
    fn a_date_that_cannot_be_is_read_and_is_not_plausible() {
        for date in [
            "\"0000-00-00\"",
            "\"2026-02-30\"",
            "\"99999-01-01\"",
            "\"tomorrow\"",
            "20260107",
            "{}",
            "[1]",
        ] {
            let body = GOOD.replace("\"2026-01-07\"", date);
            let PostAnswer::Transfer(remote) = posted(&arrived(201, body.as_bytes())) else {
                panic!("{date} made the answer unreadable");
            };
            let earliest = domain::date::BusinessDate::EARLIEST;
            assert_eq!(remote.settlement_date, Some(earliest), "{date}");
        }
        let body = GOOD.replace("\"2026-01-07\"", "null");
        let PostAnswer::Transfer(remote) = posted(&arrived(201, body.as_bytes())) else {
            panic!("no date is no nonsense");
        };
        assert_eq!(remote.settlement_date, None);
    }

    /// Every answer of every question, with bytes changed, cut and doubled: read or refused,
    /// never a panic.
    #[test]
    fn no_bytes_make_the_client_panic() {
        let event = r#"{"events":[{"cursor":1,"transfer_id":"tr_1","reference":"DR-1","kind":"settled","at_ms":1,"date":"2026-01-07"}],"next":1}"#;
        let line = r#"{"date":"2026-01-07","lines":[{"transfer_id":"tr_1","reference":"DR-1","direction":"debit","amount_minor":1,"currency":"USD","kind":"returned","return_code":"R01"}]}"#;
        let found = format!(r#"{{"transfers":[{GOOD},{GOOD}]}}"#);
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut roll = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).unwrap()
        };
        let mut readable = 0;
        for seed in [GOOD, event, line, &found] {
            for _ in 0..4_000 {
                let mut bytes = seed.as_bytes().to_vec();
                for _ in 0..=roll(3) {
                    let at = roll(bytes.len().max(1));
                    match roll(4) {
                        0 => bytes.truncate(at),
                        1 if !bytes.is_empty() => {
                            bytes[at] = u8::try_from(roll(256)).unwrap();
                        }
                        2 if !bytes.is_empty() => drop(bytes.remove(at)),
                        _ => bytes.insert(at, b"{}[]\",:0-9e"[roll(11)]),
                    }
                }
                let status = [200, 201, 503, 429, 401][roll(5)];
                let retry_after = [None, Some("5"), Some("-1"), Some("soon")][roll(4)];
                let arrived = Arrived {
                    status,
                    retry_after,
                    date: None,
                    body: Ok(&bytes),
                };
                readable += usize::from(matches!(posted(&arrived), PostAnswer::Transfer(_)));
                readable += usize::from(looked_up(&arrived).is_ok());
                readable += usize::from(events(&arrived).is_ok());
                readable += usize::from(statement(&arrived, date("2026-01-07")).is_ok());
            }
        }
        // Some of them are still good: the others were refused by reading, not by chance.
        assert!(readable > 100, "{readable}");
    }

    #[test]
    fn only_a_200_answers_a_question() {
        let found = format!(r#"{{"transfers":[{GOOD}]}}"#);
        assert!(matches!(
            looked_up(&arrived(200, found.as_bytes())),
            Ok(LookUp::Found(_))
        ));
        let twice = format!(r#"{{"transfers":[{GOOD},{GOOD}]}}"#);
        assert!(matches!(
            looked_up(&arrived(200, twice.as_bytes())),
            Ok(LookUp::Several(_))
        ));
        for status in [201, 204, 302, 404, 500] {
            assert!(looked_up(&arrived(status, found.as_bytes())).is_err());
        }
        for status in [401, 403] {
            let refused = looked_up(&arrived(status, found.as_bytes())).unwrap_err();
            assert!(refused.credentials);
        }
        let told = Arrived {
            status: 429,
            retry_after: Some(" 7 "),
            date: None,
            body: Ok(b""),
        };
        assert_eq!(looked_up(&told).unwrap_err().wait_ms, Some(7_000));
        let other_day = br#"{"date":"2026-01-08","lines":[]}"#;
        assert!(statement(&arrived(200, other_day), date("2026-01-07")).is_err());
    }

    #[test]
    fn how_long_to_wait_is_told_in_seconds_or_by_the_networks_clock() {
        let wait = |retry_after: &str, date: Option<&str>| {
            let told = Arrived {
                status: 429,
                retry_after: Some(retry_after),
                date,
                body: Ok(b""),
            };
            let by_question = looked_up(&told).unwrap_err().wait_ms;
            let PostAnswer::Status { retry_after_ms, .. } = posted(&told) else {
                panic!("a 429 is a status");
            };
            assert_eq!(by_question, retry_after_ms);
            by_question
        };
        let at = Some("Mon, 02 Mar 2026 14:00:00 GMT");
        for (told, date, expected) in [
            ("0", None, Some(0)),
            (" 7 ", at, Some(7_000)),
            ("4294967296", None, Some(KEY_LIFE_MS)),
            ("99999999999999999999999999", None, Some(KEY_LIFE_MS)),
            ("Mon, 02 Mar 2026 14:02:00 GMT", at, Some(120_000)),
            ("Mon, 02 Mar 2026 13:00:00 GMT", at, Some(0)),
            ("Fri, 02 Mar 2126 14:00:00 GMT", at, None),
            ("Sat, 02 Mar 2126 14:00:00 GMT", at, Some(KEY_LIFE_MS)),
            // Without its clock a date says nothing: ours may be wrong.
            ("Mon, 02 Mar 2026 14:02:00 GMT", None, None),
            ("-7", at, None),
            ("7s", at, None),
            ("", at, None),
            ("soon", at, None),
        ] {
            assert_eq!(wait(told, date), expected, "{told:?}");
        }
    }

    #[test]
    fn an_event_that_cannot_be_read_is_a_gap_and_not_the_end() {
        let body = br#"{"events":[{"transfer_id":"tr_1","reference":null},7,
            {"transfer_id":"tr_2","reference":"r"}],"next":3}"#;
        let page = events(&arrived(200, body)).unwrap();
        assert_eq!((page.events.len(), page.empty, page.next), (1, false, 3));
        assert_eq!(page.events[0].transfer_id, "tr_2");
        let page = events(&arrived(200, br#"{"events":[],"next":3}"#)).unwrap();
        assert!(page.empty);
        assert!(events(&arrived(200, br#"{"events":{},"next":3}"#)).is_err());
        // A cursor it does not know is told from a network that is ill.
        assert!(events(&arrived(400, body)).unwrap_err().refused);
        assert!(!events(&arrived(500, body)).unwrap_err().refused);
    }

    #[test]
    fn a_day_is_over_when_it_is_over_at_the_network() {
        let body = br#"{"date":"2026-03-02","lines":[]}"#;
        for (clock, over) in [
            (None, true),
            (Some("not a date"), true),
            (Some("Mon, 02 Mar 2026 23:59:59 GMT"), false),
            (Some("Tue, 03 Mar 2026 00:00:00 GMT"), true),
            (Some("Sun, 01 Mar 2026 12:00:00 GMT"), false),
        ] {
            let arrived = Arrived {
                date: clock,
                ..arrived(200, body)
            };
            let read = statement(&arrived, date("2026-03-02")).unwrap();
            assert_eq!(read.over, over, "{clock:?}");
        }
    }
}
