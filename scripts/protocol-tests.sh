#!/usr/bin/env bash
# The mock held to its own OpenAPI document: schemathesis makes requests from it, good ones and
# bad ones, and finds server errors and answers that the document does not describe.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
load_toolchains

schemathesis=$root/target/tools/schemathesis/bin/schemathesis
[[ -x $schemathesis ]] || fail "schemathesis is missing: run 'make setup' first"
native cargo build --quiet -p payments-mock

told=$(mktemp)
target/debug/payments-mock serve --port 0 --control-port 0 --seed 7 >"$told" &
mock=$!
trap 'kill "$mock" 2>/dev/null; rm -f "$told"' EXIT
for _ in $(seq 100); do
    [[ -s $told ]] && break
    sleep 0.05
done
address=$(sed -n 's/.*"listening":"\([^"]*\)".*/\1/p' "$told")
[[ -n $address ]] || fail "the mock did not say where it listens"

"$schemathesis" run "http://$address/openapi.json" \
    --header "Authorization: Bearer branch-token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method \
    --max-examples "${PROTOCOL_EXAMPLES:-40}" --seed 7 --no-color
