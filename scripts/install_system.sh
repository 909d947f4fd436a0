#!/bin/sh
# Install Chromium and its driver from Debian for the page tests, where that is wanted and allowed.
set -eu
if command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1; then
    exit 0
fi
if [ "${CI:-}" != "true" ] && [ "${DAFENG_INSTALL_SYSTEM:-}" != "1" ]; then
    echo "Chromium is not installed: page tests will be skipped (DAFENG_INSTALL_SYSTEM=1 make test installs it)."
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != "0" ]; then
    echo "Chromium is wanted but this user cannot install Debian packages: page tests will say so." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y install --no-install-recommends chromium chromium-driver >/dev/null
