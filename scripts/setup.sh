#!/usr/bin/env bash
# Brings a machine to where everything builds. Each part looks before it acts, so that the second
# run takes about a second.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step "set-up: system packages";     scripts/setup/packages.sh
step "set-up: Rust toolchains";     scripts/setup/toolchains.sh
step "set-up: trunk, wasm-bindgen"; scripts/setup/tools.sh
step "set-up: npm packages";        scripts/setup/npm.sh
step "set-up: schemathesis";        scripts/setup/protocol.sh
