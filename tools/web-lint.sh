#!/bin/sh
# Style, import rules and types of the web client.
set -eu
cd "$(dirname "$0")/.."
tools/web-packages.sh
tools/npm --prefix clients/web run --silent lint
tools/npm --prefix clients/web run --silent types
