//! The bridge to the program: the only file of the page that knows it.
//!
//! Every command of the program takes one argument, `input`, and answers JSON or rejects with an
//! [`ApiError`]. The page holds no token: the session lives on the other side.

use domain::command::{Command, Submission};
use domain::explain::FigureExplained;
use domain::ids::{CustomerId, LineId, MovementId};
use domain::paper::{PaperQuery, PaperRow, SavedPaper};
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::report::{Report, ReportFileQuery, ReportQuery, SavedFile};
use domain::statement::Statement;
use domain::view::*;
use domain::what_if::{WhatIf, WhatIfQuery};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Callback;
use zeroize::{Zeroize, Zeroizing};

/// What every call answers: a view, or the one error that crosses the bridge.
pub type Outcome<T> = Result<T, ApiError>;

/// A page of something that belongs to one line: its transactions, its events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinePart {
    pub line_id: LineId,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    pub limit: u32,
}

/// Whether the store is open, and what opens it.
pub async fn door() -> Outcome<DoorView> {
    call("door", &()).await
}
/// Opens the store, or founds one on an empty folder.
pub async fn unlock(input: Unlock) -> Outcome<DoorView> {
    call("unlock", &input).await
}
pub async fn store() -> Outcome<StoreView> {
    call("store", &()).await
}
pub async fn session() -> Outcome<Option<SessionView>> {
    call("session", &()).await
}
/// Somebody is at the desk.
pub async fn present() -> Outcome<()> {
    call("present", &()).await
}
pub async fn sign_up(input: SignUp) -> Outcome<SignedUp> {
    call("sign_up", &input).await
}
pub async fn sign_in(input: SignIn) -> Outcome<SessionView> {
    call("sign_in", &input).await
}
pub async fn sign_out() -> Outcome<()> {
    call("sign_out", &()).await
}
/// A new password, with a code that an admin had issued.
pub async fn reset_password(mut input: ResetPassword) -> Outcome<()> {
    let outcome = call("reset_password", &input).await;
    input.password.zeroize();
    input.code.zeroize();
    outcome
}
/// A new password of one's own, with the old one.
pub async fn change_password(mut input: ChangePassword) -> Outcome<()> {
    let outcome = call("change_password", &input).await;
    input.current.zeroize();
    input.password.zeroize();
    outcome
}
/// A new secret for a second factor, to whoever gives the password again.
pub async fn begin_second_factor(password: &str) -> Outcome<SecondFactorView> {
    let password = password.to_owned();
    let mut input = BeginSecondFactor { password };
    let outcome = call("begin_second_factor", &input).await;
    input.password.zeroize();
    outcome
}
/// The first code of that secret.
pub async fn confirm_second_factor(input: ConfirmSecondFactor) -> Outcome<()> {
    call("confirm_second_factor", &input).await
}
/// The password once more, for the command that is handed in next.
pub async fn prove(password: &str, command: Command) -> Outcome<()> {
    let password = password.to_owned();
    let mut input = Prove { password, command };
    let outcome = call("prove", &input).await;
    input.password.zeroize();
    outcome
}
/// Hands in a change. Pages go through [`use_submission`](crate::hooks::use_submission), which
/// keeps the submission's id over retries.
pub async fn submit(input: Submission) -> Outcome<Answer> {
    call("submit", &input).await
}
/// What a command would do, judged by the rule that will judge it. Changes nothing.
pub async fn preview(input: Command) -> Outcome<Preview> {
    call("preview", &input).await
}
pub async fn lines(input: LineQuery) -> Outcome<LinePage> {
    call("lines", &input).await
}
pub async fn line(input: LineId) -> Outcome<LineDetails> {
    call("line", &input).await
}
pub async fn transactions(input: LinePart) -> Outcome<TransactionPage> {
    call("transactions", &input).await
}
/// The statements of a line, newest first.
pub async fn statements(input: LinePart) -> Outcome<StatementPage> {
    call("statements", &input).await
}
pub async fn statement(input: StatementQuery) -> Outcome<Statement> {
    call("statement", &input).await
}
/// Why the figures of a line are what they are.
pub async fn figures_explained(input: LineId) -> Outcome<Vec<FigureExplained>> {
    call("figures_explained", &input).await
}
/// What would become of a line if; nothing of it is kept.
pub async fn what_if(input: WhatIfQuery) -> Outcome<WhatIf> {
    call("what_if", &input).await
}
/// What stood on a line on a day that is over.
pub async fn past_balance(input: PastQuery) -> Outcome<PastBalance> {
    call("past_balance", &input).await
}
pub async fn line_events(input: LinePart) -> Outcome<EventPage> {
    call("line_events", &input).await
}
pub async fn customers(input: CustomerQuery) -> Outcome<CustomerPage> {
    call("customers", &input).await
}
pub async fn customer(input: CustomerId) -> Outcome<CustomerDetails> {
    call("customer", &input).await
}
/// What is shown masked, in full; that it was shown is an event.
pub async fn reveal(input: Reveal) -> Outcome<Revealed> {
    call("reveal", &input).await
}
pub async fn products() -> Outcome<Vec<ProductView>> {
    call("products", &()).await
}
pub async fn admin_desk() -> Outcome<AdminDesk> {
    call("admin_desk", &()).await
}
/// Cash at the counter.
pub async fn counter(input: CounterQuery) -> Outcome<CounterView> {
    call("counter", &input).await
}
pub async fn sync() -> Outcome<SyncView> {
    call("sync", &()).await
}
pub async fn attention() -> Outcome<AttentionView> {
    call("attention", &()).await
}
/// The evidence of one transfer, oldest first.
pub async fn timeline(input: MovementId) -> Outcome<Vec<EventRow>> {
    call("timeline", &input).await
}
/// Tries the payments network now instead of at the next probe.
pub async fn try_network() -> Outcome<()> {
    call("try_network", &()).await
}
/// Compares with the network's statements: for admins.
pub async fn reconcile() -> Outcome<()> {
    call("reconcile", &()).await
}
pub async fn report(input: ReportQuery) -> Outcome<Report> {
    call("report", &input).await
}
/// Writes a report into the data folder: the program chooses the name and says where it is.
pub async fn report_file(input: ReportFileQuery) -> Outcome<SavedFile> {
    call("report_file", &input).await
}
/// The documents that a line has.
pub async fn documents(input: LineId) -> Outcome<Vec<PaperRow>> {
    call("documents", &input).await
}
/// Prints a document into the data folder: the program chooses the name and says where it is.
pub async fn document(input: PaperQuery) -> Outcome<SavedPaper> {
    call("document", &input).await
}
pub async fn draft_load(name: &str) -> Outcome<Option<String>> {
    call("draft_load", &name).await
}
pub async fn draft_save(name: &str, content: String) -> Outcome<()> {
    let name = name.to_owned();
    call("draft_save", &Draft { name, content }).await
}
pub async fn draft_discard(name: &str) -> Outcome<()> {
    call("draft_discard", &name).await
}

async fn call<I: Serialize, T: DeserializeOwned>(name: &str, input: &I) -> Outcome<T> {
    let outcome = invoke(name, input).await;
    if let Err(error) = &outcome
        && matches!(
            error.code,
            ErrorCode::Fault(FaultCode::SessionEnded)
                | ErrorCode::Refused(RefusalCode::NotSignedIn)
        )
    {
        SESSION_ENDED.with(Subscribers::tell_nothing);
    }
    outcome
}

async fn invoke<I: Serialize, T: DeserializeOwned>(name: &str, input: &I) -> Outcome<T> {
    // Some of it is a password or a passphrase.
    let input = serde_json::to_string(input).map_err(|error| broken(error.to_string()))?;
    let input = Zeroizing::new(input);
    let arguments = Zeroizing::new(format!("{{\"input\":{}}}", *input));
    let answer = invoke_json(name, &arguments)
        .await
        .map_err(|thrown| read_error(&thrown))?;
    serde_json::from_str(&answer).map_err(|error| broken(format!("{name}: {error}")))
}

/// JSON in, JSON out. 64-bit integers stay below 2^53 by the contract of `domain::money`.
async fn invoke_json(name: &str, arguments: &str) -> Result<String, JsValue> {
    let internals = internals()?;
    let function: Function = Reflect::get(&internals, &"invoke".into())?.dyn_into()?;
    let arguments = JSON::parse(arguments)?;
    let promise: Promise = function
        .call2(&internals, &name.into(), &arguments)?
        .dyn_into()?;
    text_of(&JsFuture::from(promise).await?)
}

fn internals() -> Result<JsValue, JsValue> {
    let internals = Reflect::get(&js_sys::global(), &"__TAURI_INTERNALS__".into())?;
    if internals.is_undefined() {
        return Err("this page runs inside the program only".into());
    }
    Ok(internals)
}

/// JSON text of a value; a command that answers nothing answers `undefined`, which is no JSON.
fn text_of(value: &JsValue) -> Result<String, JsValue> {
    if value.is_undefined() {
        return Ok("null".to_owned());
    }
    Ok(JSON::stringify(value)?.into())
}

/// What was thrown is the program's own error, or something that stands between it and us.
fn read_error(thrown: &JsValue) -> ApiError {
    let told = text_of(thrown)
        .ok()
        .and_then(|text| serde_json::from_str::<ApiError>(&text).ok());
    told.unwrap_or_else(|| {
        broken(
            thrown
                .as_string()
                .or_else(|| {
                    thrown
                        .dyn_ref::<js_sys::Error>()
                        .map(|error| error.message().into())
                })
                .unwrap_or_default(),
        )
    })
}

fn broken(detail: String) -> ApiError {
    let words = FaultCode::Broken.words();
    ApiError {
        code: ErrorCode::Fault(FaultCode::Broken),
        message: if detail.is_empty() {
            words.to_owned()
        } else {
            format!("{words} ({detail})")
        },
        field: None,
    }
}

// What the program tells without being asked.

/// People who want to hear of something, each under a number that ends with their subscription.
struct Subscribers<T> {
    next: Cell<u64>,
    callbacks: RefCell<BTreeMap<u64, Callback<T>>>,
}

impl<T: Clone> Subscribers<T> {
    const fn new() -> Self {
        Self {
            next: Cell::new(0),
            callbacks: RefCell::new(BTreeMap::new()),
        }
    }

    fn add(&self, callback: Callback<T>) -> u64 {
        let number = self.next.get();
        self.next.set(number + 1);
        self.callbacks.borrow_mut().insert(number, callback);
        number
    }

    fn remove(&self, number: u64) {
        self.callbacks.borrow_mut().remove(&number);
    }

    /// A callback may subscribe or unsubscribe, so nothing is borrowed while they run.
    fn tell(&self, what: &T) {
        let callbacks: Vec<_> = self.callbacks.borrow().values().cloned().collect();
        for callback in callbacks {
            callback.emit(what.clone());
        }
    }
}

impl Subscribers<()> {
    fn tell_nothing(&self) {
        self.tell(&());
    }
}

thread_local! {
    static CHANGED: Subscribers<Change> = const { Subscribers::new() };
    static SESSION_ENDED: Subscribers<()> = const { Subscribers::new() };
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// Ends the subscription when dropped.
pub struct Subscription(Option<Box<dyn FnOnce()>>);

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

/// Calls back after every commit of the program, whoever caused it.
pub fn on_change(callback: Callback<Change>) -> Subscription {
    listen_once();
    let number = CHANGED.with(|subscribers| subscribers.add(callback));
    Subscription(Some(Box::new(move || {
        CHANGED.with(|subscribers| subscribers.remove(number));
    })))
}

/// Calls back whenever a call was refused because nobody is signed in any more.
pub fn on_session_ended(callback: Callback<()>) -> Subscription {
    let number = SESSION_ENDED.with(|subscribers| subscribers.add(callback));
    Subscription(Some(Box::new(move || {
        SESSION_ENDED.with(|subscribers| subscribers.remove(number));
    })))
}

/// The program has one event for the page; the page listens to it once and for as long as it lives.
fn listen_once() {
    if LISTENING.replace(true) {
        return;
    }
    spawn_local(async {
        if let Err(thrown) = listen().await {
            // Try again with the next subscriber; until then pages refresh by asking.
            LISTENING.set(false);
            web_sys_warn(&thrown);
        }
    });
}

async fn listen() -> Result<(), JsValue> {
    let internals = internals()?;
    let heard = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        let change = Reflect::get(&event, &"payload".into())
            .and_then(|payload| text_of(&payload))
            .ok()
            .and_then(|text| serde_json::from_str::<Change>(&text).ok());
        if let Some(change) = change {
            CHANGED.with(|subscribers| subscribers.tell(&change));
        }
    });
    let transform: Function = Reflect::get(&internals, &"transformCallback".into())?.dyn_into()?;
    let handler = transform.call1(&internals, heard.as_ref())?;
    let target = Object::new();
    Reflect::set(&target, &"kind".into(), &"Any".into())?;
    let arguments = Object::new();
    Reflect::set(&arguments, &"event".into(), &"changed".into())?;
    Reflect::set(&arguments, &"target".into(), &target)?;
    Reflect::set(&arguments, &"handler".into(), &handler)?;
    let function: Function = Reflect::get(&internals, &"invoke".into())?.dyn_into()?;
    let promise: Promise = function
        .call2(&internals, &"plugin:event|listen".into(), &arguments)?
        .dyn_into()?;
    JsFuture::from(promise).await?;
    heard.forget();
    Ok(())
}

/// A page that cannot listen still works; somebody reading the console should know.
fn web_sys_warn(thrown: &JsValue) {
    if let Ok(console) = Reflect::get(&js_sys::global(), &"console".into())
        && let Ok(warn) = Reflect::get(&console, &"warn".into())
        && let Ok(warn) = warn.dyn_into::<Function>()
    {
        warn.call2(&console, &"cannot listen for changes".into(), thrown)
            .ok();
    }
}
