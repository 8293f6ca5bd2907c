#!/usr/bin/env bash
# Every check. What is quick and often wrong comes first; the long test run comes last, so that
# its closing lines are the last thing on the screen.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

wasm=wasm32-unknown-unknown

step "format";                            native cargo fmt --all --check
step "lint the page (wasm32)";            web cargo clippy --quiet -p ui --target $wasm --all-targets -- -D warnings
step "the rules build for wasm32 alone";  web cargo clippy --quiet -p domain --target $wasm --lib -- -D warnings
# The program embeds the page, so the page is built before anything looks at the program.
step "the page";                          scripts/page.sh debug
step "lint the program";                  native cargo clippy --quiet --workspace --exclude ui --all-targets -- -D warnings
step "unit tests of the page, in a browser"
scripts/page-tests.sh
# The stories start the program and the mock as processes of their own. All is built at once: built by
# themselves, they would take features that the tests' build does not, and most crates would be
# compiled twice.
step "the program, the mock, the tests";  native cargo build --workspace --exclude ui --bins --tests
step "the mock against its own OpenAPI document"
scripts/protocol-tests.sh
step "tests"
native cargo test --workspace --exclude ui
step "all green"
