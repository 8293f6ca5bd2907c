#!/usr/bin/env bash
# Settles which Rust builds the program and which builds the page, and writes both down in
# target/toolchain.env. The ordinary way is one rustup toolchain with the wasm32 target; where
# rustup cannot download the target, the page is built with Debian's own complete Rust.
#
# BRANCHLINE_WASM_TOOLCHAIN=debian takes the second way although the first would work.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

target=wasm32-unknown-unknown
oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

command -v rustup >/dev/null || fail "rustup is missing: https://rustup.rs installs it"

version_of() { RUSTUP_TOOLCHAIN=$1 rustc --version 2>/dev/null | cut -d' ' -f2; }
is_new_enough() {
    local found; found=$(version_of "$1")
    [[ -n $found && $(printf '%s\n' "$oldest" "$found" | sort -V | head -1) == "$oldest" ]]
}
has_target() {
    local library; library=$(RUSTUP_TOOLCHAIN=$1 rustc --print target-libdir --target $target 2>/dev/null) || return 1
    compgen -G "$library/libstd-*.rlib" >/dev/null
}

# What the library was built with, and the number of the recipe below: it rises with every change.
debian_stamp() { echo "$(/usr/bin/rustc --version) recipe 2"; }

# The developer's own choice first, then any stable one that is installed, then a download.
choose_native() {
    local candidate
    for candidate in $(rustup show active-toolchain 2>/dev/null | cut -d' ' -f1) \
        $(rustup toolchain list | cut -d' ' -f1 | grep -E '^(stable|1\.)' | sort -Vr); do
        if is_new_enough "$candidate"; then echo "$candidate"; return; fi
    done
    note "no toolchain at or above $oldest here: installing stable" >&2
    rustup toolchain install stable --profile minimal --component clippy,rustfmt >&2
    candidate=$(rustup toolchain list | cut -d' ' -f1 | grep '^stable' | head -1)
    is_new_enough "$candidate" || fail "rustc $oldest or later is needed, stable is $(version_of "$candidate")"
    echo "$candidate"
}

# Debian's security suite carries a second Rust for building browsers. It lacks the target's
# standard library, which is built here, once per version, from Debian's own packaged source.
install_debian_web_toolchain() {
    [[ -x /usr/bin/apt-get && $EUID -eq 0 ]] || fail "rustup could not download $target, and only root on Debian has another way.
       With a network: rustup target add $target"
    local packages=(rustc-web rust-web-src cargo-web rust-web-clippy)
    export DEBIAN_FRONTEND=noninteractive
    if ! dpkg-query --show "${packages[@]}" >/dev/null 2>&1; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
    fi

    # That rustc looks for the linker of its own LLVM as rust-lld.
    local llvm; llvm=$(/usr/bin/rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
    dpkg-query --show "lld-$llvm" >/dev/null 2>&1 ||
        apt-get install -y -qq --no-install-recommends "lld-$llvm" >/dev/null
    local linker=/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
    mkdir -p "$(dirname $linker)"
    ln -sfn "/usr/bin/lld-$llvm" $linker

    local library=/usr/lib/rustlib/$target/lib stamp
    stamp=$(debian_stamp)
    if [[ $(cat $library/built-with 2>/dev/null) != "$stamp" ]]; then
        note "building the standard library for $target (about a minute)"
        build_standard_library "$library"
        echo "$stamp" >$library/built-with
    fi
    rustup toolchain link web /usr
}

# `test` comes along for the page's unit tests, and the bitcode for the release profile's
# link-time optimization, which cargo would otherwise leave out.
build_standard_library() {
    local probe; probe=$(mktemp -d)
    mkdir -p "$probe/src"
    : >"$probe/src/lib.rs"
    printf '%s\n' '[package]' 'name = "probe"' 'version = "0.0.0"' 'edition = "2024"' \
        '[lib]' 'crate-type = ["cdylib", "rlib"]' '[profile.release]' 'panic = "abort"' >"$probe/Cargo.toml"
    (cd "$probe" && RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$probe/target" \
        /usr/bin/cargo build --quiet --release --target $target -Zbuild-std=std,panic_abort,test)
    rm -rf "$1"
    mkdir -p "$1"
    find "$probe/target/$target/release/deps" \( -name '*.rlib' -o -name '*.rmeta' \) \
        ! -name 'libprobe*' -exec cp {} "$1" \;
    rm -rf "$probe"
}

native=$(choose_native)
if ! RUSTUP_TOOLCHAIN=$native cargo clippy --version >/dev/null 2>&1 ||
    ! RUSTUP_TOOLCHAIN=$native cargo fmt --version >/dev/null 2>&1; then
    rustup component add --toolchain "$native" clippy rustfmt
fi

way=${BRANCHLINE_WASM_TOOLCHAIN:-rustup}
if [[ $way == rustup ]] && has_target "$native"; then
    wasm=$native
elif has_target web && [[ $(cat /usr/lib/rustlib/$target/lib/built-with 2>/dev/null) == "$(debian_stamp)" ]] &&
    RUSTUP_TOOLCHAIN=web cargo clippy --version >/dev/null 2>&1; then
    wasm=web
elif [[ $way == rustup ]] && note "adding $target to $native" &&
    timeout 120 rustup target add --toolchain "$native" $target && has_target "$native"; then
    wasm=$native
else
    note "taking Debian's own Rust for the page"
    install_debian_web_toolchain
    has_target web || fail "Debian's Rust is installed, but has no standard library for $target"
    wasm=web
fi

mkdir -p target
printf '%s\n' "# Written by scripts/setup/toolchains.sh" "NATIVE_TOOLCHAIN=$native" "WASM_TOOLCHAIN=$wasm" >target/toolchain.env
note "program: $native ($(version_of "$native")); page: $wasm ($(version_of "$wasm"))"
