//! The bridge: session → one call → `?`. Every command takes one JSON value, so that what
//! cannot be read is answered with the field it stands at.

use crate::files;
use crate::window::Desk;
use domain::command::{Command, Submission};
use domain::explain::FigureExplained;
use domain::ids::{CustomerId, LineId, MovementId};
use domain::paper::{PaperQuery, PaperRow, SavedPaper};
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use domain::report::{Report, ReportFileQuery, ReportQuery, SavedFile};
use domain::statement::Statement;
use domain::view::*;
use domain::what_if::{WhatIf, WhatIfQuery};
use engine::Engine;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use tauri::State;

/// The longest input of any command, in bytes: far above every honest form.
const INPUT_MAX_BYTES: usize = 256 * 1024;

type Answered<T> = Result<T, ApiError>;

/// Reads an input, or says where it cannot be read.
pub fn read<T: DeserializeOwned>(input: Value) -> Answered<T> {
    if input.to_string().len() > INPUT_MAX_BYTES {
        return Err(ApiError::malformed(None, "This is too long."));
    }
    serde_path_to_error::deserialize(input).map_err(|error| {
        let path = error.path().to_string();
        let field = (path != ".").then_some(path);
        ApiError::malformed(field, error.inner().to_string())
    })
}

/// Reads an input and counts what cannot be read.
fn heard<T: DeserializeOwned>(engine: &Engine, input: Value) -> Answered<T> {
    read(input).inspect_err(|_| engine.note_stranger(ErrorCode::Fault(FaultCode::Malformed)))
}

/// Whether the store is open, and what opens it.
#[tauri::command]
pub async fn door(desk: State<'_, Arc<Desk>>) -> Answered<DoorView> {
    Ok(desk.door().await)
}

/// Opens the store with its passphrase, or founds one on an empty folder.
#[tauri::command]
pub async fn unlock(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<DoorView> {
    desk.unlock(read::<Unlock>(input)?).await
}

#[tauri::command]
pub async fn store(desk: State<'_, Arc<Desk>>) -> Answered<StoreView> {
    desk.engine().await?.store_view().await
}

#[tauri::command]
pub async fn session(desk: State<'_, Arc<Desk>>) -> Answered<Option<SessionView>> {
    let engine = desk.engine().await?;
    match desk.token() {
        Ok(token) => match engine.session(&token).await {
            Ok(view) => Ok(Some(view)),
            Err(_) => Ok(None),
        },
        Err(_) => Ok(None),
    }
}

#[tauri::command]
pub async fn sign_up(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<SignedUp> {
    let engine = desk.engine().await?;
    engine.sign_up(heard(&engine, input)?).await
}

#[tauri::command]
pub async fn sign_in(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<SessionView> {
    let engine = desk.engine().await?;
    desk.sign_in(&engine, heard(&engine, input)?).await
}

#[tauri::command]
pub async fn sign_out(desk: State<'_, Arc<Desk>>) -> Answered<()> {
    let engine = desk.engine().await?;
    match desk.keep_token(None) {
        Some(token) => engine.sign_out(&token).await,
        None => Ok(()),
    }
}

/// A new password, with a code that an admin had issued.
#[tauri::command]
pub async fn reset_password(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<()> {
    let engine = desk.engine().await?;
    engine.reset_password(heard(&engine, input)?).await
}

/// Somebody is at the desk: the session stays open.
#[tauri::command]
pub async fn present(desk: State<'_, Arc<Desk>>) -> Answered<()> {
    let engine = desk.engine().await?;
    engine.present(&desk.token()?)
}

/// A new password, to whoever is signed in and gives the old one.
#[tauri::command]
pub async fn change_password(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<()> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine.change_password(&token, heard(&engine, input)?).await
}

/// A new secret for a second factor, to whoever gives the password again.
#[tauri::command]
pub async fn begin_second_factor(
    desk: State<'_, Arc<Desk>>,
    input: Value,
) -> Answered<SecondFactorView> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine
        .begin_second_factor(&token, heard(&engine, input)?)
        .await
}

/// The first code of that secret: it is asked for at the door from then on.
#[tauri::command]
pub async fn confirm_second_factor(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<()> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine
        .confirm_second_factor(&token, heard(&engine, input)?)
        .await
}

/// The password once more, for the command that is submitted next.
#[tauri::command]
pub async fn prove(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<()> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine.prove(&token, heard(&engine, input)?).await
}

#[tauri::command]
pub async fn submit(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Answer> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine
        .submit(&token, heard::<Submission>(&engine, input)?)
        .await
}

#[tauri::command]
pub async fn preview(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Preview> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine
        .preview(&token, heard::<Command>(&engine, input)?)
        .await
}

#[tauri::command]
pub async fn lines(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<LinePage> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    Ok(engine
        .reader()
        .lines(&viewer, &heard(&engine, input)?)
        .await?)
}

#[tauri::command]
pub async fn line(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<LineDetails> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    Ok(engine
        .reader()
        .line(&viewer, heard::<LineId>(&engine, input)?)
        .await?)
}

/// A page of something that belongs to one line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfLine {
    line_id: LineId,
    after: Option<String>,
    limit: u32,
}

#[tauri::command]
pub async fn transactions(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<TransactionPage> {
    let engine = desk.engine().await?;
    engine.viewer(&desk.token()?).await?;
    let OfLine {
        line_id,
        after,
        limit,
    } = heard(&engine, input)?;
    Ok(engine
        .reader()
        .transactions(line_id, after.as_deref(), limit)
        .await?)
}

/// The statements of a line, newest first.
#[tauri::command]
pub async fn statements(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<StatementPage> {
    let engine = desk.engine().await?;
    engine.viewer(&desk.token()?).await?;
    let OfLine {
        line_id,
        after,
        limit,
    } = heard(&engine, input)?;
    Ok(engine
        .reader()
        .statement_page(line_id, after.as_deref(), limit)
        .await?)
}

#[tauri::command]
pub async fn statement(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Statement> {
    let engine = desk.engine().await?;
    engine.viewer(&desk.token()?).await?;
    let query = heard::<StatementQuery>(&engine, input)?;
    Ok(engine.reader().statement(&query).await?)
}

/// Why the figures of a line are what they are.
#[tauri::command]
pub async fn figures_explained(
    desk: State<'_, Arc<Desk>>,
    input: Value,
) -> Answered<Vec<FigureExplained>> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    let id = heard::<LineId>(&engine, input)?;
    Ok(engine.reader().explained(id, viewer.today).await?)
}

/// What would become of a line if; nothing of it is kept.
#[tauri::command]
pub async fn what_if(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<WhatIf> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    let query = heard::<WhatIfQuery>(&engine, input)?;
    Ok(engine.reader().what_if(&query, viewer.today).await?)
}

/// What stood on a line on a day that is over.
#[tauri::command]
pub async fn past_balance(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<PastBalance> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    let query = heard::<PastQuery>(&engine, input)?;
    Ok(engine.reader().past_balance(&query, viewer.today).await?)
}

#[tauri::command]
pub async fn line_events(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<EventPage> {
    let engine = desk.engine().await?;
    engine.viewer(&desk.token()?).await?;
    let OfLine {
        line_id,
        after,
        limit,
    } = heard(&engine, input)?;
    let stream = domain::event::Stream::Line(line_id);
    Ok(engine
        .reader()
        .events(Some(stream), after.as_deref(), limit)
        .await?)
}

#[tauri::command]
pub async fn customers(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<CustomerPage> {
    let engine = desk.engine().await?;
    engine.viewer(&desk.token()?).await?;
    Ok(engine.reader().customers(&heard(&engine, input)?).await?)
}

#[tauri::command]
pub async fn customer(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<CustomerDetails> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    Ok(engine
        .reader()
        .customer(&viewer, heard::<CustomerId>(&engine, input)?)
        .await?)
}

/// What is shown masked, in full; first that it was shown is written down.
#[tauri::command]
pub async fn reveal(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Revealed> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine.reveal(&token, heard(&engine, input)?).await
}

#[tauri::command]
pub async fn products(desk: State<'_, Arc<Desk>>) -> Answered<Vec<ProductView>> {
    let engine = desk.engine().await?;
    engine.viewer(&desk.token()?).await?;
    Ok(engine.reader().products().await?)
}

#[tauri::command]
pub async fn admin_desk(desk: State<'_, Arc<Desk>>) -> Answered<AdminDesk> {
    desk.engine().await?.admin_desk(&desk.token()?).await
}

/// Cash at the counter: one's own drawer and day; for admins everybody's.
#[tauri::command]
pub async fn counter(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<CounterView> {
    let engine = desk.engine().await?;
    let query = heard::<CounterQuery>(&engine, input)?;
    engine.counter(&desk.token()?, &query).await
}

#[tauri::command]
pub async fn sync(desk: State<'_, Arc<Desk>>) -> Answered<SyncView> {
    desk.engine().await?.sync_view(&desk.token()?).await
}

#[tauri::command]
pub async fn attention(desk: State<'_, Arc<Desk>>) -> Answered<AttentionView> {
    desk.engine().await?.attention(&desk.token()?).await
}

/// The evidence of one transfer.
#[tauri::command]
pub async fn timeline(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Vec<EventRow>> {
    let engine = desk.engine().await?;
    engine.viewer(&desk.token()?).await?;
    let id = heard::<MovementId>(&engine, input)?;
    Ok(engine.reader().timeline(id).await?)
}

#[tauri::command]
pub async fn try_network(desk: State<'_, Arc<Desk>>) -> Answered<()> {
    desk.engine().await?.try_network(&desk.token()?).await
}

#[tauri::command]
pub async fn reconcile(desk: State<'_, Arc<Desk>>) -> Answered<()> {
    desk.engine().await?.reconcile(&desk.token()?).await
}

#[tauri::command]
pub async fn report(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Report> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    let query = heard::<ReportQuery>(&engine, input)?;
    Ok(engine.reader().report(&viewer, &query).await?)
}

/// Writes a report into the data folder and says where; the page names no file.
#[tauri::command]
pub async fn report_file(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<SavedFile> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    let query = heard::<ReportFileQuery>(&engine, input)?;
    let report = engine.reader().report(&viewer, &query.report).await?;
    let path = files::export(desk.data_dir(), &report, query.format)?;
    Ok(SavedFile {
        path: path.display().to_string(),
    })
}

/// The documents that a line has.
#[tauri::command]
pub async fn documents(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Vec<PaperRow>> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    let id = heard::<LineId>(&engine, input)?;
    Ok(engine.reader().papers(&viewer, id).await?)
}

/// Prints a document into the data folder and says where; the page names no file.
#[tauri::command]
pub async fn document(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<SavedPaper> {
    let engine = desk.engine().await?;
    let viewer = engine.viewer(&desk.token()?).await?;
    let query = heard::<PaperQuery>(&engine, input)?;
    let paper = engine.reader().paper(&viewer, &query).await?;
    let data_dir = desk.data_dir().to_owned();
    // A long statement takes a while to set: others are not kept waiting for it.
    let printing = tokio::task::spawn_blocking(move || files::print(&data_dir, &paper));
    printing.await.map_err(|_| FaultCode::Broken)?
}

#[tauri::command]
pub async fn draft_load(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<Option<String>> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine
        .load_draft(&token, &heard::<String>(&engine, input)?)
        .await
}

#[tauri::command]
pub async fn draft_save(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<()> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    let Draft { name, content } = heard(&engine, input)?;
    engine.keep_draft(&token, name, Some(content)).await
}

#[tauri::command]
pub async fn draft_discard(desk: State<'_, Arc<Desk>>, input: Value) -> Answered<()> {
    let engine = desk.engine().await?;
    let token = desk.token()?;
    engine
        .keep_draft(&token, heard(&engine, input)?, None)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use stories::garble::{Measure, examples, internals_in, throw_at};

    macro_rules! bridge_commands {
        ($($name:ident),* $(,)?) => { [$(stringify!($name)),*] };
    }

    /// The capability lists what the bridge has, and nothing else: a command added in one
    /// place only fails here.
    #[test]
    fn the_capability_allows_exactly_the_bridge() {
        let listed = include!("bridge_list.rs");
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/desk.json")).unwrap();
        let mut allowed: Vec<String> = capability["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|permission| permission.as_str().unwrap().to_owned())
            .filter(|permission| !permission.starts_with("core:event:"))
            .collect();
        let mut wanted: Vec<String> = listed
            .iter()
            .map(|name| format!("allow-{}", name.replace('_', "-")))
            .collect();
        allowed.sort();
        wanted.sort();
        assert_eq!(allowed, wanted);
    }

    /// Whatever the page sends is read or refused, by each of the shapes the bridge takes.
    #[test]
    fn garbled_input_of_the_bridge_is_read_or_refused() {
        fn refused<T: DeserializeOwned>(input: &Value) -> Option<ApiError> {
            read::<T>(input.clone()).err()
        }
        let shapes: [fn(&Value) -> Option<ApiError>; 24] = [
            refused::<Unlock>,
            refused::<SignUp>,
            refused::<SignIn>,
            refused::<ResetPassword>,
            refused::<ChangePassword>,
            refused::<BeginSecondFactor>,
            refused::<ConfirmSecondFactor>,
            refused::<Prove>,
            refused::<Reveal>,
            refused::<Submission>,
            refused::<Command>,
            refused::<LineQuery>,
            refused::<LineId>,
            refused::<OfLine>,
            refused::<StatementQuery>,
            refused::<WhatIfQuery>,
            refused::<PastQuery>,
            refused::<CustomerQuery>,
            refused::<CounterQuery>,
            refused::<ReportQuery>,
            refused::<ReportFileQuery>,
            refused::<PaperQuery>,
            refused::<String>,
            refused::<Draft>,
        ];
        // Each example is of one shape at least: none of them has gone stale.
        for example in examples(&["bridge", "commands"]) {
            let input: Value = serde_json::from_slice(&example).unwrap();
            assert!(
                shapes.iter().any(|shape| shape(&input).is_none()),
                "{input}"
            );
        }
        let all = examples(&["bridge", "commands"]);
        throw_at("bridge JSON", &all, 10_000, Measure::ThisThread, |bytes| {
            let Ok(input) = serde_json::from_slice::<Value>(bytes) else {
                return;
            };
            for error in shapes.iter().filter_map(|shape| shape(&input)) {
                assert_eq!(error.code, ErrorCode::Fault(FaultCode::Malformed));
                assert_eq!(internals_in(&error.message), None, "{}", error.message);
            }
        });
    }
}
