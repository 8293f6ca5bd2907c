//! Lines of a `post` file: read one at a time in constant memory, and understood with the place
//! of whatever cannot be.

use domain::command::{Command, CommandKind, Submission};
use domain::ids::CommandId;
use domain::refusal::ApiError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::io::{self, BufRead};

/// Far above every honest command.
pub const LINE_MAX_BYTES: usize = 256 * 1024;

/// One line of the input, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    Text(Vec<u8>),
    /// More than [`LINE_MAX_BYTES`]; it was skipped.
    TooLong,
}

/// The next line, or nothing at the end. A line that is too long is read past, never kept.
pub fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let (mut began, mut too_long) = (false, false);
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            break;
        }
        began = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        if line.len() + part.len() > LINE_MAX_BYTES {
            too_long = true;
            line.clear();
        } else if !too_long {
            line.extend_from_slice(part);
        }
        let read = end.map_or(buffer.len(), |end| end + 1);
        input.consume(read);
        if end.is_some() {
            break;
        }
    }
    if too_long {
        return Ok(Some(Line::TooLong));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(began.then_some(Line::Text(line)))
}

/// What could not be understood, with the submission's id as far as that could be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub id: Option<CommandId>,
    pub error: ApiError,
}

/// Reads one submission. The field named is the command's own, as a refusal of the rules names
/// it, so that whoever wrote the line looks in one place.
pub fn submission(line: &[u8]) -> Result<Submission, Unreadable> {
    let first = match serde_json::from_slice::<Submission>(line) {
        Ok(submission) => return Ok(submission),
        Err(error) => error,
    };
    let nameless = |field: Option<String>, message: String| Unreadable {
        id: None,
        error: ApiError::malformed(field, message),
    };
    // A command's kind stands inside it, which hides from serde where an error is: read again,
    // piece by piece, to find the place.
    let mut object = match serde_json::from_slice::<Value>(line) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(nameless(None, "a line is one JSON object".to_owned())),
        Err(error) => return Err(nameless(None, error.to_string())),
    };
    let id = match object.remove("id") {
        None => return Err(nameless(Some("id".to_owned()), "it is missing".to_owned())),
        Some(id) => serde_json::from_value::<CommandId>(id)
            .map_err(|error| nameless(Some("id".to_owned()), error.to_string()))?,
    };
    let at = |field: Option<String>, message: String| Unreadable {
        id: Some(id),
        error: ApiError::malformed(field, message),
    };
    let in_command = || Some("command".to_owned());
    let mut content = match object.remove("command") {
        Some(Value::Object(content)) => content,
        Some(_) => return Err(at(in_command(), "it is not a JSON object".to_owned())),
        None => return Err(at(in_command(), "it is missing".to_owned())),
    };
    if let Some(unknown) = object.keys().next() {
        let message = "unknown field, expected `id` and `command`".to_owned();
        return Err(at(Some(unknown.clone()), message));
    }
    let in_kind = || Some("kind".to_owned());
    let kind = match content.remove("kind") {
        None => return Err(at(in_kind(), "it is missing".to_owned())),
        Some(kind) => serde_json::from_value::<CommandKind>(kind)
            .map_err(|error| at(in_kind(), error.to_string()))?,
    };
    match command(kind, content) {
        // Only the whole line shows what is wrong, such as a field that stands twice.
        Ok(_) => Err(at(None, first.to_string())),
        Err((field, message)) => Err(at(field, message)),
    }
}

fn command(kind: CommandKind, content: Map<String, Value>) -> Result<Command, Place> {
    use Command as C;
    use CommandKind as K;
    Ok(match kind {
        K::RecordCustomer => C::RecordCustomer(read(content)?),
        K::UpdateCustomer => C::UpdateCustomer(read(content)?),
        K::AddBankAccount => C::AddBankAccount(read(content)?),
        K::AuthorizeDebit => C::AuthorizeDebit(read(content)?),
        K::ForgetCustomer => C::ForgetCustomer(read(content)?),
        K::AddContactNote => C::AddContactNote(read(content)?),
        K::DefineProduct => C::DefineProduct(read(content)?),
        K::TakeApplication => C::TakeApplication(read(content)?),
        K::RecordMissing => C::RecordMissing(read(content)?),
        K::SendIncompletenessNotice => C::SendIncompletenessNotice(read(content)?),
        K::RecordCheck => C::RecordCheck(read(content)?),
        K::ApproveApplication => C::ApproveApplication(read(content)?),
        K::RejectApplication => C::RejectApplication(read(content)?),
        K::CancelApplication => C::CancelApplication(read(content)?),
        K::RecordAgreement => C::RecordAgreement(read(content)?),
        K::RequestDraw => C::RequestDraw(read(content)?),
        K::ApproveDraw => C::ApproveDraw(read(content)?),
        K::DeclineDraw => C::DeclineDraw(read(content)?),
        K::BreakGlass => C::BreakGlass(read(content)?),
        K::PayCashDraw => C::PayCashDraw(read(content)?),
        K::CancelDraw => C::CancelDraw(read(content)?),
        K::TakeRepayment => C::TakeRepayment(read(content)?),
        K::CancelRepayment => C::CancelRepayment(read(content)?),
        K::RefundCredit => C::RefundCredit(read(content)?),
        K::RequestCancellation => C::RequestCancellation(read(content)?),
        K::DeclineCancellation => C::DeclineCancellation(read(content)?),
        K::CloseLine => C::CloseLine(read(content)?),
        K::FreezeLine => C::FreezeLine(read(content)?),
        K::UnfreezeLine => C::UnfreezeLine(read(content)?),
        K::TellAdverseAction => C::TellAdverseAction(read(content)?),
        K::AskNetworkAgain => C::AskNetworkAgain(read(content)?),
        K::ApproveAccount => C::ApproveAccount(read(content)?),
        K::DeclineAccount => C::DeclineAccount(read(content)?),
        K::UnlockAccount => C::UnlockAccount(read(content)?),
        K::SetRole => C::SetRole(read(content)?),
        K::DisableAccount => C::DisableAccount(read(content)?),
        K::EnableAccount => C::EnableAccount(read(content)?),
        K::IssueResetCode => C::IssueResetCode(read(content)?),
        K::RemoveSecondFactor => C::RemoveSecondFactor(read(content)?),
        K::DemandSecondFactor => C::DemandSecondFactor(read(content)?),
        K::CloseDay => C::CloseDay(read(content)?),
        K::SetHolidays => C::SetHolidays(read(content)?),
        K::OpenDrawer => C::OpenDrawer(read(content)?),
        K::MoveVaultCash => C::MoveVaultCash(read(content)?),
        K::CountDrawer => C::CountDrawer(read(content)?),
        K::CloseDrawer => C::CloseDrawer(read(content)?),
        K::RetryTransfer => C::RetryTransfer(read(content)?),
        K::ParkTransfer => C::ParkTransfer(read(content)?),
        K::HandBackTransfer => C::HandBackTransfer(read(content)?),
        K::PresentAgain => C::PresentAgain(read(content)?),
        K::ResolveFinding => C::ResolveFinding(read(content)?),
        K::RequestChange => C::RequestChange(read(content)?),
        K::ApproveChange => C::ApproveChange(read(content)?),
        K::DeclineChange => C::DeclineChange(read(content)?),
    })
}

type Place = (Option<String>, String);

fn read<T: DeserializeOwned>(content: Map<String, Value>) -> Result<T, Place> {
    serde_path_to_error::deserialize(Value::Object(content)).map_err(|error| {
        let path = error.path().to_string();
        ((path != ".").then_some(path), error.inner().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;
    use stories::garble::{Measure, corpus, examples, internals_in, throw_at};

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    #[test]
    fn lines_of_any_length_and_ending() {
        let long = "x".repeat(LINE_MAX_BYTES);
        let text = format!("one\r\n\n{long}\n{long}x\nlast");
        // A buffer of three bytes: every boundary is crossed.
        let mut input = BufReader::with_capacity(3, text.as_bytes());
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut input).unwrap() {
            lines.push(line);
        }
        let text = |text: &str| Line::Text(text.as_bytes().to_vec());
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], text("one"));
        assert_eq!(lines[1], text(""));
        assert_eq!(lines[2], text(&long));
        assert_eq!(lines[3], Line::TooLong);
        assert_eq!(lines[4], text("last"));
    }

    fn field(line: &str) -> Option<String> {
        submission(line.as_bytes()).unwrap_err().error.field
    }

    #[test]
    fn an_unreadable_line_says_where() {
        let draw = |rest: &str| {
            let head =
                format!(r#"{{"id":"{ID}","command":{{"kind":"request_draw","line_id":"{ID}","#);
            format!("{head}{rest}}}}}")
        };
        let method = r#""method":{"by":"cash","identity_seen":true}"#;
        let amount = r#""amount":{"minor":5,"currency":"USD"}"#;
        let draw_id = format!(r#""draw_id":"{ID}""#);
        assert!(submission(draw(&format!("{draw_id},{amount},{method}")).as_bytes()).is_ok());
        for (line, expected) in [
            ("{".to_owned(), None),
            ("[]".to_owned(), None),
            ("{}".to_owned(), Some("id")),
            (r#"{"id":"x","command":{}}"#.to_owned(), Some("id")),
            (format!(r#"{{"id":"{ID}"}}"#), Some("command")),
            (format!(r#"{{"id":"{ID}","command":5}}"#), Some("command")),
            (format!(r#"{{"id":"{ID}","command":{{}}}}"#), Some("kind")),
            (
                format!(r#"{{"id":"{ID}","command":{{"kind":"give_money"}}}}"#),
                Some("kind"),
            ),
            (
                format!(r#"{{"id":"{ID}","command":{{}},"role":"admin"}}"#),
                Some("role"),
            ),
            (draw(&format!("{amount},{method}")), None),
            (
                draw(&format!(
                    "{draw_id},{method},{}",
                    amount.replace("5", "5.5")
                )),
                Some("amount.minor"),
            ),
            (
                draw(&format!(
                    "{draw_id},{method},{}",
                    amount.replace("USD", "XXX")
                )),
                Some("amount.currency"),
            ),
            (
                draw(&format!("{draw_id},{amount},{method},\"admin\":true")),
                Some("admin"),
            ),
            (
                draw(&format!("{draw_id},{draw_id},{amount},{method}")),
                None,
            ),
        ] {
            assert_eq!(field(&line).as_deref(), expected, "{line}");
        }
        let twice = draw(&format!("{draw_id},{draw_id},{amount},{method}"));
        let unreadable = submission(twice.as_bytes()).unwrap_err();
        assert!(
            unreadable.error.message.contains("duplicate"),
            "{unreadable:?}"
        );
        assert_eq!(unreadable.id, ID.parse().ok());
        assert!(submission(b"\xff\xfe{}").is_err());
    }

    #[test]
    fn every_kind_is_read_as_itself() {
        for kind in CommandKind::ALL {
            let line = serde_json::json!({"id": ID, "command": {"kind": kind}}).to_string();
            let unreadable = submission(line.as_bytes()).unwrap_err();
            assert!(
                unreadable.error.message.contains("missing field"),
                "{unreadable:?}"
            );
        }
    }

    /// One valid submission of every kind is kept, under the name of its kind.
    #[test]
    fn the_corpus_holds_every_kind() {
        let kept = corpus("commands");
        for kind in CommandKind::ALL {
            let name = format!("{}.json", serde_json::json!(kind).as_str().unwrap());
            let (_, line) = kept.iter().find(|(file, _)| *file == name).expect(&name);
            assert_eq!(submission(line.trim_ascii()).unwrap().command.kind(), *kind);
        }
        assert_eq!(kept.len(), CommandKind::ALL.len());
    }

    #[test]
    fn garbled_files_are_read_or_refused_line_by_line() {
        let examples = examples(&["intake", "commands"]);
        throw_at(
            "JSONL intake",
            &examples,
            10_000,
            Measure::ThisThread,
            |bytes| {
                let mut input = BufReader::with_capacity(64, bytes);
                while let Some(line) = next_line(&mut input).unwrap() {
                    let Line::Text(text) = line else { continue };
                    if let Err(Unreadable { error, .. }) = submission(&text) {
                        assert_eq!(internals_in(&error.message), None, "{}", error.message);
                    }
                }
            },
        );
    }
}
