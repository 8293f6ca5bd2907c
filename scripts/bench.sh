#!/usr/bin/env bash
# How fast and how large. Every figure is one JSON line, printed and kept in
# target/bench/figures.jsonl; the README's table is made from them.
#
#   make bench                        everything, at a size for a small machine
#   BRANCHLINE_BENCH=full make bench  the same with 1,000,000 applications and 10,000,000
#                                     transactions: hours, and some 100 GB
#   scripts/bench.sh peer             only what is named; the README stays as it is
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup/bench.sh
load_toolchains

step "the bench, released"
native cargo build --release --quiet -p bench

size=()
if [[ ${BRANCHLINE_BENCH:-} == full ]]; then
    size=(--applications 1000000 --transactions 10000000 --store target/bench/full)
fi
figures=target/bench/figures.jsonl
[[ $# -gt 0 ]] || rm -f $figures

step "measuring"
target/release/bench "${size[@]}" "$@"
[[ $# -eq 0 ]] || exit 0

step "the README's table"
python3 scripts/bench-table.py $figures README.md
