#!/usr/bin/env bash
# Builds the page into ui/dist: scripts/page.sh [debug|release]
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

profile=()
[[ ${1:-debug} == release ]] && profile=(--release --cargo-profile page)
python3 scripts/style.py target/page/patternfly.css
cd ui
# Some environments set NO_COLOR=1, which this trunk refuses: it wants true or false.
env -u NO_COLOR RUSTUP_TOOLCHAIN="$WASM_TOOLCHAIN" CARGO_TARGET_DIR="$root/target/web" \
    trunk --log warn build "${profile[@]}"
if [[ ${#profile[@]} -gt 0 ]]; then python3 ../scripts/unname.py dist/ui_bg.wasm; fi
