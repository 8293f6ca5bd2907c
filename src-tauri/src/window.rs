//! The one window, and what stands behind it: the engine once the store is open, and the token
//! of whoever is signed in. The page holds neither.

use crate::cli::{self, Failure};
use crate::commands;
use domain::refusal::{ApiError, ErrorCode, FaultCode, RefusalCode};
use domain::view::{DoorState, DoorView, SessionView, SignIn, Unlock};
use engine::engine::{PASSPHRASE_LEAST, StartError};
use engine::sessions::Token;
use engine::store::{DataFolder, OpenError, STORE_FILE};
use engine::{Engine, Founding, NetworkAddress, Options};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Emitter, WebviewUrl, WebviewWindowBuilder};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, broadcast, watch};
use zeroize::Zeroizing;

/// The label the capability names.
const LABEL: &str = "desk";
/// The one event the page hears.
const CHANGED: &str = "changed";

/// How the window was asked to open.
pub struct Opening {
    pub data_dir: PathBuf,
    pub state_dir: Option<PathBuf>,
    /// Given at the start by prompt or file descriptor; otherwise the page asks.
    pub passphrase: Option<Zeroizing<String>>,
    pub network: Option<NetworkAddress>,
    pub demo: bool,
}

pub struct Desk {
    opening: Opening,
    /// Locked while the store opens: whoever asks for it waits.
    engine: Arc<RwLock<Slot>>,
    token: Mutex<Option<Token>>,
    /// The window's program, once there is one: the store may be open before.
    app: watch::Sender<Option<AppHandle>>,
}

type Slot = Option<Arc<Engine>>;

impl Desk {
    fn new(opening: Opening) -> Desk {
        Desk {
            opening,
            engine: Arc::default(),
            token: Mutex::new(None),
            app: watch::Sender::new(None),
        }
    }

    pub fn data_dir(&self) -> &Path {
        &self.opening.data_dir
    }

    pub async fn engine(&self) -> Result<Arc<Engine>, ApiError> {
        self.engine
            .read()
            .await
            .clone()
            .ok_or_else(|| FaultCode::StoreUnavailable.into())
    }

    pub fn token(&self) -> Result<Token, ApiError> {
        let token = self
            .token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        token.ok_or_else(|| ApiError {
            code: ErrorCode::Refused(RefusalCode::NotSignedIn),
            message: RefusalCode::NotSignedIn.words().to_owned(),
            field: None,
        })
    }

    /// Keeps a token and gives back the one before.
    pub fn keep_token(&self, token: Option<Token>) -> Option<Token> {
        std::mem::replace(
            &mut *self.token.lock().unwrap_or_else(PoisonError::into_inner),
            token,
        )
    }

    /// One session at a desk: whoever sat here before is signed out.
    pub async fn sign_in(&self, engine: &Engine, form: SignIn) -> Result<SessionView, ApiError> {
        let (token, view) = engine.sign_in(form).await?;
        if let Some(before) = self.keep_token(Some(token)) {
            engine.sign_out(&before).await?;
        }
        Ok(view)
    }

    pub async fn door(&self) -> DoorView {
        let state = if self.engine.read().await.is_some() {
            DoorState::Open
        } else if self.opening.data_dir.join(STORE_FILE).exists() {
            DoorState::Locked
        } else {
            DoorState::Fresh
        };
        DoorView {
            state,
            demo: self.opening.demo,
            data_dir: self.opening.data_dir.display().to_string(),
            passphrase_least: u32::try_from(PASSPHRASE_LEAST).unwrap_or(u32::MAX),
        }
    }

    pub async fn unlock(&self, unlock: Unlock) -> Result<DoorView, ApiError> {
        let passphrase = Zeroizing::new(unlock.passphrase);
        let founding = unlock.founding.map(|form| Founding {
            branch_name: form.branch_name,
            currency: form.currency,
            time_zone: form.time_zone,
            demo: false,
        });
        let slot = self.engine.clone().write_owned().await;
        let opened = self.open(slot, passphrase, founding).await;
        opened.map_err(start_error)?;
        Ok(self.door().await)
    }

    async fn open(
        &self,
        mut slot: OwnedRwLockWriteGuard<Slot>,
        passphrase: Zeroizing<String>,
        founding: Option<Founding>,
    ) -> Result<(), StartError> {
        if slot.is_some() {
            return Ok(());
        }
        let founding = founding.unwrap_or_else(cli::usual_founding);
        let mut options = Options::new(&self.opening.data_dir, &passphrase, founding);
        options.network = self.opening.network.clone();
        options.state_dir = self.opening.state_dir.clone();
        let opened = Arc::new(Engine::open(options).await?);
        self.tell_the_page(opened.subscribe());
        *slot = Some(opened);
        Ok(())
    }

    fn tell_the_page(&self, mut changes: broadcast::Receiver<domain::view::Change>) {
        let mut app = self.app.subscribe();
        tauri::async_runtime::spawn(async move {
            let app = match app.wait_for(Option::is_some).await {
                Ok(app) => app.clone(),
                Err(_) => None,
            };
            let Some(app) = app else { return };
            loop {
                match changes.recv().await {
                    Ok(change) => {
                        // A window that is closing hears nothing more.
                        let _ = app.emit_to(LABEL, CHANGED, change);
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
    }

    async fn close(&self) {
        if let Some(engine) = self.engine.write().await.take() {
            engine.stop().await;
        }
    }
}

fn start_error(error: StartError) -> ApiError {
    let message = error.to_string();
    let (code, field) = match &error {
        StartError::Open(OpenError::WrongPassphrase | OpenError::ShortPassphrase(_)) => {
            (FaultCode::WrongPassphrase, Some("passphrase".to_owned()))
        }
        StartError::SetUp(refused) => return refused.clone(),
        StartError::Open(_) | StartError::Address(_) | StartError::Read(_) => {
            (FaultCode::StoreUnavailable, None)
        }
    };
    ApiError {
        code: ErrorCode::Fault(code),
        message,
        field,
    }
}

/// Opens the window and runs until it closes.
pub fn open(opening: Opening) -> Result<(), Failure> {
    // Another program in this folder is found before a window shows.
    drop(DataFolder::lock(&opening.data_dir)?);
    let desk = Arc::new(Desk::new(opening));
    let held = desk.clone();
    let failed = Arc::new(Mutex::new(None::<Failure>));
    if let Some(passphrase) = desk.opening.passphrase.clone() {
        open_beside(&desk, passphrase, &failed);
    }

    macro_rules! bridge_commands {
        ($($name:ident),* $(,)?) => { tauri::generate_handler![$(commands::$name),*] };
    }
    tauri::Builder::default()
        .manage(desk.clone())
        .invoke_handler(include!("bridge_list.rs"))
        .setup(move |app| {
            desk.app.send_replace(Some(app.handle().clone()));
            WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
                .title("Branchline")
                .inner_size(1280.0, 840.0)
                .min_inner_size(800.0, 560.0)
                .on_navigation(|url| {
                    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
                })
                .on_new_window(|_, _| NewWindowResponse::Deny)
                .build()?;
            Ok(())
        })
        .build(context())
        .map_err(|error| Failure::broken(error.to_string()))?
        .run_return(move |_, event| {
            if let tauri::RunEvent::Exit = event {
                tauri::async_runtime::block_on(held.close());
            }
        });
    let failure = failed.lock().unwrap_or_else(PoisonError::into_inner).take();
    failure.map_or(Ok(()), Err)
}

/// Opens the store while the web view starts, which takes as long. A store that does not open ends
/// the program: who gave the passphrase at the start hears of it where they gave it.
fn open_beside(
    desk: &Arc<Desk>,
    passphrase: Zeroizing<String>,
    failed: &Arc<Mutex<Option<Failure>>>,
) {
    let Ok(slot) = desk.engine.clone().try_write_owned() else {
        return;
    };
    let (desk, failed) = (desk.clone(), failed.clone());
    tauri::async_runtime::spawn(async move {
        let Err(error) = desk.open(slot, passphrase, None).await else {
            return;
        };
        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.into());
        let mut app = desk.app.subscribe();
        if let Ok(app) = app.wait_for(Option::is_some).await
            && let Some(app) = app.as_ref()
        {
            app.exit(1);
        }
    });
}

/// The page and the shell's settings, built in. By one compilation alone: the macro writes each file of
/// the page packed beside the build's own, and of two compilations at once (the program and its tests)
/// one was seen to build in a file that the other had not written to its end.
#[cfg(not(test))]
fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// No unit test opens the window.
#[cfg(test)]
fn context() -> tauri::Context {
    unreachable!("a unit test opens no window")
}

#[cfg(test)]
mod tests {
    use super::*;
    use stories::branch::{Branch, people};

    #[tokio::test]
    async fn signing_in_ends_the_session_before() {
        let branch = Branch::found(None).await;
        let desk = Desk::new(Opening {
            data_dir: branch.folder().to_owned(),
            state_dir: None,
            passphrase: None,
            network: None,
            demo: false,
        });
        let form = |login: &str| SignIn {
            login: login.to_owned(),
            password: people::password(login),
            code: None,
        };
        let ada = desk.sign_in(&branch.engine, form("ada")).await.unwrap();
        let of_ada = desk.token().unwrap();
        // Who mistypes sits where they sat.
        let mut wrong = form("sam");
        wrong.password.push('x');
        assert!(desk.sign_in(&branch.engine, wrong).await.is_err());
        assert_eq!(branch.engine.session(&of_ada).await.unwrap(), ada);
        let sam = desk.sign_in(&branch.engine, form("sam")).await.unwrap();
        let of_sam = desk.token().unwrap();
        assert_eq!(branch.engine.session(&of_sam).await.unwrap(), sam);
        let ended = branch.engine.session(&of_ada).await.unwrap_err();
        assert_eq!(ended.code, ErrorCode::Fault(FaultCode::SessionEnded));
        // Other desks are not touched.
        assert!(branch.engine.session(&branch.ada.token).await.is_ok());
        branch.engine.stop().await;
    }
}
