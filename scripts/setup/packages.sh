#!/usr/bin/env bash
# The system packages on Debian and its kin. Elsewhere, or without root, it says what is missing
# and goes on: a package of another name may well be there, and the build will tell.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

to_build=(build-essential make ca-certificates pkg-config libwebkit2gtk-4.1-dev libgtk-3-dev
    librsvg2-dev libxdo-dev libssl-dev libayatana-appindicator3-dev)
# The real window under a virtual display, and a browser for the page's own unit tests.
to_test=(python3-venv webkit2gtk-driver xvfb dbus-x11 imagemagick procps at-spi2-core fonts-liberation2)
command -v chromedriver >/dev/null || to_test+=(chromium chromium-driver)

if ! command -v dpkg-query >/dev/null; then
    note "not a Debian system: it needs what these packages hold: ${to_build[*]} ${to_test[*]}"
    exit 0
fi

missing=()
for package in "${to_build[@]}" "${to_test[@]}"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $state == installed ]] || missing+=("$package")
done

if [[ ${#missing[@]} -eq 0 ]]; then
    note "all there"
elif [[ $EUID -eq 0 ]]; then
    note "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
    note "missing, and only root may install them. Please run, then try again:"
    note "  sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 1
fi
