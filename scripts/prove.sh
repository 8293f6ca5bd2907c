#!/usr/bin/env bash
# The checks of `make test`, then those that count, with large counts; docs/proof.md says what came
# of it. `make prove ONLY=words` proves anew only the tests whose names hold the words, and leaves the
# other lines of docs/proof.md: every line names the commit it was proved at.
#
# BRANCHLINE_PROVE=1 asks a test for its large count; BRANCHLINE_PROOF names a folder. A test that
# proves something writes one file NAME.row into it, holding one line: what | how many | seeds
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

only=${ONLY:-}
[[ -n $only ]] || scripts/test.sh

export BRANCHLINE_PROVE=1
export BRANCHLINE_PROOF=$root/target/proof
rm -rf "$BRANCHLINE_PROOF"
mkdir -p "$BRANCHLINE_PROOF" docs
changed=$(git status --porcelain --untracked-files=no | wc -l)
commit=$(git rev-parse --short=12 HEAD)$([[ $changed -eq 0 ]] || echo " with $changed changed files")

step "what is played a hundred thousand times, optimized"
native cargo test --profile proving -p domain -p simulator -- $only
# These start the program and the mock as processes of their own.
step "the program, the mock, the tests"
native cargo build --workspace --exclude ui --bins --tests
step "everything else"
native cargo test --workspace --exclude ui --exclude domain --exclude simulator -- $only

step "writing docs/proof.md"
shopt -s nullglob
rows=("$BRANCHLINE_PROOF"/*.row)
[[ ${#rows[@]} -gt 0 ]] || fail "no test wrote what it proved into $BRANCHLINE_PROOF"
lines=$BRANCHLINE_PROOF/lines
for row in "${rows[@]}"; do
    printf '| %s | %s | %s |\n' "$(basename "$row" .row)" "$(cat "$row")" "$commit"
done >"$lines"
if [[ -n $only && -f docs/proof.md ]]; then
    # Lines of other checks stay.
    grep -E '^\| [A-Za-z0-9_-]+ \| ' docs/proof.md | grep -v '^| check |' | while IFS= read -r line; do
        name=$(cut -d' ' -f2 <<<"$line")
        [[ -f $BRANCHLINE_PROOF/$name.row ]] || printf '%s\n' "$line"
    done >>"$lines" || true
fi
{
    echo "# What was proved"
    echo
    echo "Written by \`make prove\` ($(native rustc --version), $(nproc) processors); every line by the test"
    echo "that did it, at the commit it names."
    echo
    echo "| check | what | how many | seeds | commit |"
    echo "|---|---|---|---|---|"
    sort "$lines"
} >docs/proof.md
note "docs/proof.md: ${#rows[@]} lines in $((SECONDS / 60)) min"
