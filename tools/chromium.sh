#!/bin/sh
# Print the path of a Chromium for the browser tests; status 1 when there is none.
# As root on Debian it is installed; else one that the machine has is taken.
set -eu
find_one() {
    for name in ${TRADEWIND_CHROMIUM:-} chromium chromium-browser google-chrome; do
        if command -v "$name"; then exit 0; fi
    done
}
find_one
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing chromium with apt" >&2
    {
        apt-get update --quiet=2 &&
            DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes \
                --no-install-recommends chromium
    } >&2 || true
fi
find_one
exit 1
