#!/bin/sh
# Run clients/web/e2e in Chromium against a platform of its own, in a folder of its own.
# `picture` instead of the tests takes the picture of the README anew.
set -eu
script=${1:-test}
cd "$(dirname "$0")/.."
[ -f clients/web/e2e/package.json ] || exit 0

if ! TRADEWIND_CHROMIUM=$(tools/chromium.sh); then
    echo "NOT RUN: the browser tests, because there is no Chromium (set TRADEWIND_CHROMIUM)"
    [ "${TRADEWIND_ALLOW_NOT_RUN:-}" = 1 ]
    exit
fi
folder=$(mktemp -d /tmp/tw-browser-XXXXXX)
chmod 711 "$folder"
TRADEWIND_HOME=$folder/home
TRADEWIND_PORT=$(.venv/bin/python -c \
    'from tests.fixtures_platform import free_ports; print(free_ports())')
TRADEWIND_URL=http://127.0.0.1:$TRADEWIND_PORT
export TRADEWIND_CHROMIUM TRADEWIND_HOME TRADEWIND_PORT TRADEWIND_URL
trap '.venv/bin/tradewind down >/dev/null; rm -rf "$folder"' EXIT INT TERM

.venv/bin/tradewind web
.venv/bin/tradewind up --detach --no-web
tools/npm --prefix clients/web/e2e ci --no-audit --no-fund
tools/npm --prefix clients/web/e2e run "$script"
