#!/bin/sh
# Make clients/web/node_modules hold what package-lock.json says; a stamp makes it once per lock.
set -eu
cd "$(dirname "$0")/.."
stamp=clients/web/node_modules/.content-hash
wanted=$(sha256sum clients/web/package-lock.json | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    tools/npm --prefix clients/web ci --no-audit --no-fund >&2
    echo "$wanted" >"$stamp"
fi
