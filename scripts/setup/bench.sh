#!/usr/bin/env bash
# What only `make bench` needs: Redis and the packages of the peer it is measured against. Their
# SQLite is built here from its source, with the headers of the Node that is installed.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

packages=()
command -v redis-server >/dev/null || packages+=(redis-server)
if [[ ! -d /usr/include/node && -z ${npm_config_nodedir:-} ]]; then packages+=(libnode-dev); fi
if [[ ${#packages[@]} -gt 0 ]]; then
    [[ -x /usr/bin/apt-get && $EUID -eq 0 ]] || fail "missing, and only root on Debian may install them: ${packages[*]}"
    note "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

cd bench/peer-queue
stamp=node_modules/.installed-lock
if cmp --silent package-lock.json $stamp; then
    note "all there"
else
    note "building better-sqlite3 (about two minutes, once)"
    [[ -d /usr/include/node ]] && export npm_config_nodedir=${npm_config_nodedir:-/usr}
    # Not `npm ci`: that refuses a lock which lacks the optional packages of other systems, and a
    # registry that does not carry them makes no other. The locked versions are taken all the same.
    npm_config_build_from_source=true npm install --no-save --no-fund --no-audit --loglevel=error
    node --input-type=module --eval 'import Database from "better-sqlite3"; new Database(":memory:").exec("select 1")'
    cp package-lock.json $stamp
fi
