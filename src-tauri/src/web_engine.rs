//! Switches of the web engine, which WebKitGTK reads from the environment of the process that opens
//! the window.
//!
//! Once in some ten walks of the tour the page's memory broke: it stopped with “Out of bounds memory
//! access” or a broken heap, in code without a line of unsafe Rust. Others who met such faults switch the
//! top tier of the WebAssembly compiler (OMG) off; so do we, until we know that it is not that. Code
//! is still compiled (BBQ), and a page of forms and tables does not notice.

use std::ffi::OsStr;

const SWITCHES: &[(&str, &str)] = &[("JSC_useOMGJIT", "0")];

/// The switches that are not set. Whoever starts the program with one of them set has the last word.
fn missing(is_set: impl Fn(&OsStr) -> bool) -> Vec<(&'static str, &'static str)> {
    let switches = SWITCHES.iter().copied();
    switches
        .filter(|(name, _)| !is_set(OsStr::new(name)))
        .collect()
}

/// Starts this very process anew with the switches set, once: a process may not safely change its own
/// environment while anything else may read it. Returns where nothing is to be set, or it cannot be.
#[cfg(target_os = "linux")]
pub fn start_with_switches() {
    use std::os::unix::process::CommandExt;
    let missing = missing(|name| std::env::var_os(name).is_some());
    if missing.is_empty() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    // Only returns if it could not be done.
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .envs(missing)
        .exec();
    tracing::warn!("the web engine keeps its own switches: {error}");
}

#[cfg(not(target_os = "linux"))]
pub fn start_with_switches() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_stays_and_nothing_is_set_twice() {
        assert_eq!(missing(|_| false), SWITCHES);
        assert_eq!(missing(|_| true), []);
        assert_eq!(missing(|name| name == "JSC_useOMGJIT"), []);
    }
}
