#!/usr/bin/env bash
# trunk builds the page, wasm-bindgen joins it to the browser. Both versions are exact:
# trunk 0.22 wants a newer rustc, and wasm-bindgen must equal the crate in Cargo.lock.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
load_toolchains

# install NAME-OF-PROGRAM CRATE VERSION [OPTIONS]
install() {
    local program=$1 crate=$2 version=$3; shift 3
    if [[ $("$program" --version 2>/dev/null | cut -d' ' -f2) == "$version" ]]; then
        note "$program $version is there"
        return
    fi
    # Another version on the machine is the developer's own and stays as it is.
    local where=$cargo_home
    if command -v "$program" >/dev/null; then where=$root/target/tools; fi
    note "building $crate $version (some minutes, once)"
    native cargo install "$crate" --version "=$version" --root "$where" --debug --quiet "$@"
}

# Built without optimization: they run for seconds and would take minutes longer to build.
install trunk trunk 0.21.14 --locked --no-default-features --features native-tls
install wasm-bindgen wasm-bindgen-cli "$(locked_version wasm-bindgen)"
