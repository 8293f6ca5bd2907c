#!/usr/bin/env bash
# PatternFly's style sheets and fonts, and axe-core for the tests. The lock that was installed is kept
# beside the packages: while it equals ours, there is nothing to do.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

command -v npm >/dev/null || fail "npm is missing: Node 20 or later brings it"
cd ui
stamp=node_modules/.installed-lock
if cmp --silent package-lock.json $stamp; then
    note "all there"
else
    npm ci --no-fund --no-audit --loglevel=error
    cp package-lock.json $stamp
fi
