"""The web client is built once per content of its sources."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tradewind.infra.local.home import Home, locate_home, prepare_home
from tradewind.infra.local.web_build import build_web, content_hash, is_current

PACKAGE = """{"name": "tiny", "version": "1.0.0", "scripts": {"build": "node build.js"}}"""
LOCK = """{"name": "tiny", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
"packages": {"": {"name": "tiny", "version": "1.0.0"}}}"""
BUILD = """const fs = require('fs'); const out = process.argv[process.argv.indexOf('--outDir') + 1];
fs.mkdirSync(out); fs.copyFileSync('index.html', out + '/index.html');"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name, text in {
        "package.json": PACKAGE,
        "package-lock.json": LOCK,
        "build.js": BUILD,
        "index.html": "one",
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "node_modules").mkdir()
    return tmp_path


@pytest.fixture
def home(short_folder: Callable[[], Path]) -> Home:
    home = locate_home(short_folder() / "home")
    prepare_home(home)
    return home


async def test_builds_once_and_again_after_a_change(sources: Path, home: Home) -> None:
    said: list[str] = []
    await build_web(sources, home, said.append)
    assert (sources / "dist" / "index.html").read_text("utf-8") == "one"
    assert len(said) == 2
    await build_web(sources, home, said.append)
    assert len(said) == 2
    (sources / "index.html").write_text("two", "utf-8")
    assert not is_current(sources)
    await build_web(sources, home, said.append)
    assert (sources / "dist" / "index.html").read_text("utf-8") == "two"
    assert is_current(sources)


async def test_a_failing_build_is_said_and_keeps_the_last_good_one(
    sources: Path, home: Home
) -> None:
    said: list[str] = []
    await build_web(sources, home, said.append)
    (sources / "build.js").write_text("process.exit(3)", "utf-8")
    await build_web(sources, home, said.append)
    assert "ended with status 3" in said[-1]
    assert (sources / "dist" / "index.html").read_text("utf-8") == "one"


def test_what_tools_make_does_not_change_the_hash(sources: Path) -> None:
    before = content_hash(sources)
    (sources / "dist").mkdir()
    (sources / "dist" / "index.html").write_text("made", "utf-8")
    (sources / "node_modules" / "module.js").write_text("made", "utf-8")
    assert content_hash(sources) == before
    shutil.move(sources / "index.html", sources / "other.html")
    assert content_hash(sources) != before
