#!/bin/sh
# The web client's own checks: lint, types, unit tests, build, bundle size.
set -eu
cd "$(dirname "$0")/.."
[ -f clients/web/package.json ] || exit 0
stamp=clients/web/node_modules/.content-hash
wanted=$(sha256sum clients/web/package-lock.json | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    tools/npm --prefix clients/web ci --no-audit --no-fund
    echo "$wanted" >"$stamp"
fi
tools/npm --prefix clients/web run check
