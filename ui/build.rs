//! How deep the page may recurse.
#![forbid(unsafe_code)]

/// Rendering recurses with the depth of the page, in a build for tests with large frames; the
/// linker's usual 1 MiB is not much then.
const STACK: u32 = 4 << 20;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
        println!("cargo:rustc-link-arg=-zstack-size={STACK}");
    }
}
