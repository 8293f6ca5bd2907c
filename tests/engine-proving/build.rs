//! See Cargo.toml.
#![forbid(unsafe_code)]

fn main() {
    println!("cargo::rustc-check-cfg=cfg(proving)");
    println!("cargo::rustc-cfg=proving");
    println!("cargo::rerun-if-changed=build.rs");
}
