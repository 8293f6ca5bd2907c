//! What the page of the built program can do, and what not: asked of the program itself, because a
//! setting that is written down may not be the one that was built in.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::{Outcome, Window};

/// Each attempt that is not stopped waits for its report.
const PATIENCE: Duration = Duration::from_secs(120);

/// Commands of Tauri itself, of plugins that are not there, and of our own that no page may give.
const NOBODYS: &[&str] = &[
    "plugin:app|version",
    "plugin:event|emit",
    "plugin:event|emit_to",
    "plugin:fs|read_text_file",
    "plugin:http|fetch",
    "plugin:image|from_path",
    "plugin:menu|new",
    "plugin:path|resolve_directory",
    "plugin:resources|close",
    "plugin:shell|execute",
    "plugin:sql|execute",
    "plugin:tray|new",
    "plugin:webview|create_webview_window",
    "plugin:webview|internal_toggle_devtools",
    "plugin:window|close",
    "plugin:window|create",
    "give_command",
    "recover",
];

macro_rules! bridge_commands {
    ($($name:ident),* $(,)?) => { &[$(stringify!($name)),*] };
}

/// The commands that the program registers.
const OURS: &[&str] = include!("../../../src-tauri/src/bridge_list.rs");

/// What came of each attempt.
pub async fn tried(window: &Window, elsewhere: &str) -> Outcome<BTreeMap<String, String>> {
    let commands: Vec<&str> = NOBODYS.iter().chain(OURS).copied().collect();
    window.driver.set_script_timeout(PATIENCE).await?;
    let script = include_str!("surface.js");
    let arguments = vec![json!(elsewhere.trim_end_matches('/')), json!(commands)];
    let answer = window.driver.execute_async(script, arguments).await?;
    Ok(answer.convert()?)
}

/// What has to come of each.
pub fn expected() -> BTreeMap<String, String> {
    let stopped = |directive: &str| format!("stopped by {directive}");
    let attempts = [
        ("eval", "EvalError".to_owned()),
        ("new Function", "EvalError".to_owned()),
        ("a timer made of text", stopped("script-src")),
        ("a script in the page", stopped("script-src")),
        ("a script from elsewhere", stopped("script-src")),
        ("a handler in an attribute", stopped("script-src")),
        ("a style in the page", stopped("style-src")),
        ("a request", stopped("connect-src")),
        ("a beacon", stopped("connect-src")),
        ("a socket", stopped("connect-src")),
        ("a picture", stopped("img-src")),
        ("a frame", stopped("frame-src")),
        ("an object", stopped("object-src")),
        ("a worker", stopped("worker-src")),
        ("a form", stopped("form-action")),
        ("another base", stopped("base-uri")),
        ("what ran", "nothing".to_owned()),
        ("a window", "none".to_owned()),
        ("the prototype", "frozen".to_owned()),
        ("the whole bridge", "undefined".to_owned()),
        ("another page", "not gone to".to_owned()),
    ];
    let attempts = attempts.map(|(attempt, word)| (attempt.to_owned(), word));
    let denied = NOBODYS.iter().map(|name| (*name, "denied"));
    let answered = OURS.iter().map(|name| (*name, "answered"));
    let commands = denied.chain(answered);
    let commands = commands.map(|(name, word)| (name.to_owned(), word.to_owned()));
    attempts.into_iter().chain(commands).collect()
}
