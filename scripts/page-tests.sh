#!/usr/bin/env bash
# The page's own unit tests, run in a headless Chromium by wasm-bindgen's runner.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

if ! grep -rqs wasm_bindgen_test ui/src ui/tests; then
    note "ui has none"
    exit 0
fi
# ui/webdriver.json carries the browser's options; the runner reads it from the working directory.
cd ui
export CHROMEDRIVER; CHROMEDRIVER=$(command -v chromedriver)
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner
web cargo test --target wasm32-unknown-unknown
