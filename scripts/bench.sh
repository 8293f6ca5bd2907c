#!/usr/bin/env bash
# How fast and how large. Every figure is one JSON line, printed and kept in
# target/bench/figures.jsonl; the README's table is made from them.
#
#   make bench                  everything, at a size for a small machine (about ten minutes)
#   BRANCHLINE_BENCH=full       the same with one million applications
#   scripts/bench.sh peer       only what is named; the README stays as it is
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
scripts/setup/bench.sh
load_toolchains

step "the bench, the program and the mock, released"
native cargo build --release --quiet -p bench

step "measuring"
figures=target/bench/figures.jsonl
[[ $# -gt 0 ]] || rm -f $figures
target/release/bench "$@"
