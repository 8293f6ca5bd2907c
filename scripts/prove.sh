#!/usr/bin/env bash
# The checks of `make test` with large counts, and what they amounted to in docs/proof.md.
#
# BRANCHLINE_PROVE=1 asks a test for its large count; BRANCHLINE_PROOF names a folder. A test that
# proves something writes one file NAME.row into it, holding one line: what | how many | seeds
# Garbled input is thrown for BRANCHLINE_GARBLE_MINUTES (10) at each of what reads.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

export BRANCHLINE_PROVE=1
export BRANCHLINE_PROOF=$root/target/proof
rm -rf "$BRANCHLINE_PROOF"
mkdir -p "$BRANCHLINE_PROOF" docs

scripts/test.sh

step "cargo-deny, where it is installed"
# It needs ten minutes to build and reads the same deny.toml that every test run is held to, so nothing here
# installs it.
if native cargo deny --version >/dev/null 2>&1; then
    native cargo deny --offline check licenses sources bans
    echo "licences, sources, bans by cargo-deny | $(native cargo deny --version) | –" >"$BRANCHLINE_PROOF/deny.row"
else
    note "not here; tests/tests/main/supply.rs has checked what it would"
fi

step "writing docs/proof.md"
shopt -s nullglob
rows=("$BRANCHLINE_PROOF"/*.row)
[[ ${#rows[@]} -gt 0 ]] || fail "no test wrote what it proved into $BRANCHLINE_PROOF"
changed=$(git status --porcelain --untracked-files=no | wc -l)
{
    echo "# What was proved"
    echo
    echo "Written by \`make prove\`; every line by the test that did it."
    echo
    echo "- commit: $(git rev-parse HEAD)$([[ $changed -eq 0 ]] || echo " with $changed changed files")"
    echo "- program built with: $(native rustc --version)"
    echo "- processors: $(nproc)"
    echo "- time: $((SECONDS / 60)) min"
    echo
    echo "| what | how many | seeds |"
    echo "|---|---|---|"
    sed -e 's/^/| /' -e 's/$/ |/' "${rows[@]}"
} >docs/proof.md
note "docs/proof.md: ${#rows[@]} lines"
