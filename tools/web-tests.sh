#!/bin/sh
# The web client's unit tests, its build, and the size of what a browser loads.
set -eu
cd "$(dirname "$0")/.."
tools/web-packages.sh
tools/npm --prefix clients/web run test
tools/npm --prefix clients/web run bundle
