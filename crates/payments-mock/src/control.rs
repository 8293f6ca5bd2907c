//! `/sim/*`: how a person or a test tells the network what to do wrong, moves
//! its clock and reads its books. It listens on a port of its own, which stays
//! open while the network's is closed.

use std::io;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::calendar::{LATEST_MS, start_of};
use crate::clock::{Clock, ClockMode};
use crate::faults::Fault;
use crate::network::Network;
use crate::server::Host;

pub(crate) fn router(host: Arc<Host>) -> Router {
    Router::new()
        .route("/sim/status", get(status))
        .route("/sim/books", get(books))
        .route("/sim/clock", get(clock).post(move_clock))
        .route(
            "/sim/faults",
            get(faults).post(add_fault).delete(clear_faults),
        )
        .route("/sim/faults/{id}", delete(remove_fault))
        .route("/sim/down", post(down))
        .route("/sim/up", post(up))
        .with_state(host)
}

/// What went wrong on the control port.
enum ControlError {
    /// What was asked for makes no sense.
    Invalid(String),
    /// There is no such rule.
    NotFound,
    /// The books or the port could not be had.
    Broken(io::Error),
}

impl From<io::Error> for ControlError {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<JsonRejection> for ControlError {
    fn from(rejection: JsonRejection) -> Self {
        Self::Invalid(rejection.body_text())
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Invalid(message) => (StatusCode::BAD_REQUEST, "invalid", message),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "there is no such rule".to_owned(),
            ),
            Self::Broken(error) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "broken",
                error.to_string(),
            ),
        };
        (status, Json(json!({"code": code, "message": message}))).into_response()
    }
}

type Answer = Result<Response, ControlError>;

async fn status(State(host): State<Arc<Host>>) -> Answer {
    let listening = host.address().to_string();
    let view = host.step(|network, clock| {
        json!({
            "listening": listening,
            "open": network.is_reachable(),
            "clock": ClockView::of(network, clock),
            "next_due_ms": network.next_due_ms(),
            "transfers": network.transfers().count(),
        })
    })?;
    Ok(Json(view).into_response())
}

async fn books(State(host): State<Arc<Host>>) -> Answer {
    let view = host.step(|network, _| network.books_view())?;
    Ok(Json(view).into_response())
}

#[derive(Serialize)]
struct ClockView {
    mode: ClockMode,
    now_ms: i64,
    today: Date,
}

impl ClockView {
    fn of(network: &Network, clock: &Clock) -> Self {
        Self {
            mode: clock.mode(),
            now_ms: network.now_ms(),
            today: network.today(),
        }
    }
}

/// How far to put the clock forward: exactly one of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum ClockMove {
    /// By milliseconds.
    AdvanceMs(u64),
    /// To the start of a date.
    To(Date),
    /// To an instant.
    ToMs(i64),
}

async fn clock(State(host): State<Arc<Host>>) -> Answer {
    let view = host.step(|network, clock| ClockView::of(network, clock))?;
    Ok(Json(view).into_response())
}

async fn move_clock(
    State(host): State<Arc<Host>>,
    body: Result<Json<ClockMove>, JsonRejection>,
) -> Answer {
    let Json(how_far) = body?;
    let moved = host.step(|network, clock| {
        let to_ms = match how_far {
            ClockMove::AdvanceMs(by_ms) => {
                let by_ms = i64::try_from(by_ms).unwrap_or(i64::MAX);
                clock.now_ms().saturating_add(by_ms)
            }
            ClockMove::To(date) => start_of(date),
            ClockMove::ToMs(to_ms) => to_ms,
        };
        if to_ms > LATEST_MS || !clock.put_forward_to(to_ms) {
            return None;
        }
        network.advance(clock.now_ms());
        network.mark_changed();
        Some(ClockView::of(network, clock))
    })?;
    let view = moved.ok_or_else(|| {
        ControlError::Invalid("the clock only goes forward, and not past 9000-01-01".to_owned())
    })?;
    Ok(Json(view).into_response())
}

async fn faults(State(host): State<Arc<Host>>) -> Answer {
    let view = host.step(|network, _| {
        json!({
            "open": network.is_reachable(),
            "rules": network.faults().rules(),
            "struck": network.faults().struck(),
        })
    })?;
    Ok(Json(view).into_response())
}

async fn add_fault(
    State(host): State<Arc<Host>>,
    body: Result<Json<Fault>, JsonRejection>,
) -> Answer {
    let Json(fault) = body?;
    let id = host
        .step(|network, _| network.add_fault(fault))?
        .map_err(|error| ControlError::Invalid(error.to_string()))?;
    host.match_gate().await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

async fn remove_fault(State(host): State<Arc<Host>>, Path(id): Path<u64>) -> Answer {
    if !host.step(|network, _| network.remove_fault(id))? {
        return Err(ControlError::NotFound);
    }
    Ok(Json(json!({ "id": id })).into_response())
}

async fn clear_faults(State(host): State<Arc<Host>>) -> Answer {
    host.step(|network, _| network.clear_faults())?;
    host.match_gate().await?;
    Ok(Json(json!({ "open": true })).into_response())
}

async fn down(State(host): State<Arc<Host>>) -> Answer {
    set_reachable(&host, false).await
}

async fn up(State(host): State<Arc<Host>>) -> Answer {
    set_reachable(&host, true).await
}

/// Answers only after the port really is as it was asked to be.
async fn set_reachable(host: &Arc<Host>, reachable: bool) -> Answer {
    host.step(|network, _| network.set_reachable(reachable))?;
    host.match_gate().await?;
    Ok(Json(json!({ "open": reachable })).into_response())
}
