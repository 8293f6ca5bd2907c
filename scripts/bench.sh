#!/usr/bin/env bash
# How fast and how large. Every figure is one JSON line, printed and kept in
# target/bench/figures.jsonl; the README's table is made from them.
#
#   make bench                        everything, at a size for a small machine: under 20 minutes
#                                     once it is built
#   BRANCHLINE_BENCH=large make bench the same with 1,000,000 applications and as many transactions:
#                                     half an hour more the first time, and some 20 GB
#   BRANCHLINE_BENCH=full make bench  the same with 1,000,000 applications and 10,000,000
#                                     transactions: hours, and some 65 GB
#   scripts/bench.sh scale window     only what is named (peer, limit, batch, drain, close, paper, door,
#                                     scale, window); the README stays as it is
#
# The windows are opened on a virtual display, as the tests do; where they cannot be, the run says
# so and goes on without those figures.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup/bench.sh
load_toolchains

step "the released page";  scripts/page.sh release
step "the bench, the program and an empty window, released"
native cargo build --release --quiet -p bench -p branchline -p payments-mock -p empty-window

size=()
case ${BRANCHLINE_BENCH:-} in
    large) size=(--applications 1000000 --transactions 1000000 --store target/bench/large) ;;
    full) size=(--applications 1000000 --transactions 10000000 --store target/bench/full) ;;
    "") ;;
    *) fail "BRANCHLINE_BENCH is large, full or nothing, not $BRANCHLINE_BENCH" ;;
esac
figures=target/bench/figures.jsonl
[[ $# -gt 0 ]] || rm -f $figures

step "measuring"
target/release/bench "${size[@]}" "$@"
[[ $# -eq 0 ]] || exit 0

step "the README's table"
python3 scripts/bench-table.py $figures README.md
