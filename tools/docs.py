"""Build the documentation into .artifacts/docs, with the zensical that uv.lock names."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")


def main() -> int:
    build = ("run", "--isolated", "--only-group", "docs", "zensical", "build", "--strict")
    return subprocess.run((UV, *build), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
