# Sourced by every script: strict mode, the project root as working directory, and how steps speak.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

# rustup must never fetch a toolchain behind our back; set-up says which one it uses and why.
export RUSTUP_AUTO_INSTALL=0
# Tools that set-up had to keep apart from the developer's own come first, then rustup's own
# folder: where Debian's Rust builds the page, /usr/bin has a cargo that must not be taken for it.
cargo_home=${CARGO_HOME:-$HOME/.cargo}
export PATH="$root/target/tools/bin:$cargo_home/bin:$PATH"

# SECONDS is bash's own clock: seconds since the script began.
step() { printf '\n==> [%02d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }
note() { printf '    %s\n' "$*"; }
fail() { printf '\nerror: %s\n' "$*" >&2; exit 1; }

# The toolchains that set-up settled on: NATIVE_TOOLCHAIN and WASM_TOOLCHAIN.
load_toolchains() {
    [[ -f target/toolchain.env ]] || fail "no target/toolchain.env: run 'make setup' first"
    # shellcheck source=/dev/null
    source target/toolchain.env
    export NATIVE_TOOLCHAIN WASM_TOOLCHAIN
}

# Native and wasm builds differ in toolchain and flags: each keeps its own target folder, so that
# neither waits for the other's lock nor throws the other's cache away.
native() { RUSTUP_TOOLCHAIN=$NATIVE_TOOLCHAIN "$@"; }
web() { RUSTUP_TOOLCHAIN=$WASM_TOOLCHAIN CARGO_TARGET_DIR=$root/target/web "$@"; }

# The version of one crate as Cargo.lock has it, or nothing.
locked_version() {
    awk -v wanted="name = \"$1\"" '$0 == wanted { getline; gsub(/version = |"/, ""); print; exit }' Cargo.lock
}
