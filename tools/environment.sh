#!/bin/sh
# Make .venv hold what uv.lock says: `run` for running, `dev` for testing too.
# A stamp with the lock's hash makes this a matter of milliseconds when nothing changed.
set -eu
cd "$(dirname "$0")/.."
group=${1:?run or dev}
uv_version=0.13.9

wanted=$(cat pyproject.toml clients/python/pyproject.toml uv.lock | sha256sum | cut -d' ' -f1)
for stamp in ".venv/.stamp-$group" .venv/.stamp-dev; do
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then exit 0; fi
done

python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed; install it and run make again" >&2
    exit 1
fi

# Two makes at once would install into the same folder.
exec 9<pyproject.toml
if command -v flock >/dev/null; then flock 9; fi

if ! .venv/bin/python -c '' 2>/dev/null; then
    echo "making .venv with $($python --version)"
    if ! "$python" -m venv .venv; then
        echo "Python's venv module is needed (on Debian: apt install python3-venv)" >&2
        exit 1
    fi
fi
if [ ! -x .venv/bin/uv ]; then
    echo "installing uv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
fi

echo "installing the packages of uv.lock"
# --inexact keeps uv itself, which the lock does not know.
if [ "$group" = run ]; then
    .venv/bin/uv sync --quiet --frozen --inexact --no-default-groups --group web
else
    .venv/bin/uv sync --quiet --frozen --inexact
fi
echo "$wanted" >".venv/.stamp-$group"
