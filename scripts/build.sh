#!/usr/bin/env bash
# The released program and the mock beside it, in target/release/, with the list of what is built in.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

step "the page";                       scripts/page.sh release
step "the program and the mock";       native cargo build --release -p branchline -p payments-mock
step "what it is made of";             native scripts/sbom.py target/release/branchline.cdx.json
step "done"
ls -lh target/release/branchline target/release/payments-mock | awk '{ print "    " $5 "  " $NF }'
