#!/usr/bin/env bash
# schemathesis holds the mock to its own OpenAPI document. It lives in a folder of its own.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

version=4.32.5
where=$root/target/tools/schemathesis
if [[ $("$where/bin/schemathesis" --version 2>/dev/null) == *" $version" ]]; then
    note "schemathesis $version is there"
    exit 0
fi
python3 -m venv "$where"
"$where/bin/pip" install --quiet "schemathesis==$version"
note "schemathesis $version installed"
