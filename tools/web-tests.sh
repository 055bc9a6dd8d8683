#!/bin/sh
# The web client's own checks: lint, types, unit tests, build, bundle size.
set -eu
cd "$(dirname "$0")/.."
[ -f clients/web/package.json ] || exit 0
tools/web-packages.sh
tools/npm --prefix clients/web run check
