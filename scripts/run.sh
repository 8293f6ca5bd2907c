#!/usr/bin/env bash
# Builds the program, starts the payments mock on loopback and opens the window. What is entered
# stays in target/run/, the network's books beside it, so that the next start finds both.
# With no display, the window opens on a virtual one and the tour is walked; its pictures are in
# target/tour/.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

step "the page";                   scripts/page.sh debug
# All that `make test` builds, with the same features: built by themselves, the two would have some
# crates compiled a second time, and the next `make test` would have them a third time.
step "the program, the mock, the tests";  native cargo build --workspace --exclude ui --bins --tests

if [[ -z ${DISPLAY:-} && -z ${WAYLAND_DISPLAY:-} ]]; then
    step "no display here: walking the tour in a window on a virtual one"
    target/debug/tour
    note "pictures: target/tour/"
    exit 0
fi

mkdir -p target/run
exec {announced}< <(target/debug/payments-mock serve --port 0 --control-port 0 \
    --settle-after-ms 5000 --state target/run/network.json)
mock=$!
trap 'kill "$mock" 2>/dev/null || true' EXIT
# Its first line says where it listens; the read waits for it.
read -r -t 20 line <&"$announced" || fail "the payments mock did not start"
url=http://$(sed 's/.*"listening":"\([^"]*\)".*/\1/' <<<"$line")
control=$(sed 's/.*"control":"\([^"]*\)".*/\1/' <<<"$line")

step "opening the window"
note "payments network: $url"
note "take it down:     target/debug/payments-mock sim --control $control down"
target/debug/branchline --data-dir target/run/data --payments-url "$url"
