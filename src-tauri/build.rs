//! Only the commands listed here can be called by the page: everything else is denied.
#![forbid(unsafe_code)]

macro_rules! bridge_commands {
    ($($name:ident),* $(,)?) => { &[$(stringify!($name)),*] };
}

fn main() {
    let commands: &'static [&'static str] = include!("src/bridge_list.rs");
    let manifest = tauri_build::AppManifest::new().commands(commands);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the shell's manifest could not be built: {error:#}");
    }
}
