"""Taste as a test: sizes, banned calls and banned names. Each ban names what to write instead."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
#: Written by a tool, from the server's OpenAPI document.
GENERATED = ("clients/web/src/api/schema.ts",)
CODE_FOLDERS = (
    "src/", "tests/", "tools/", "bench/", "examples/", "clients/web/src/", "clients/python/",
)  # fmt: skip
BANNED_MODULE_NAMES = {"base", "common", "helpers", "manager", "misc", "utils"}

#: (where it may not stand, where it may, pattern, what to write instead)
BANS = (
    ("src/tradewind/core/", (), r"\bdatetime\.(now|utcnow)\b|\.today\(", "take `now`"),
    ("src/tradewind/core/", (), r"\bfloat\(|(:|->) float\b", "use Decimal"),
    ("src/tradewind/core/", (), r"\buuid[1-8]\b", "take an id"),
    ("src/tradewind/core/", (), r"\brandom\.|import random", "take the drawn value"),
    ("src/tradewind/core/", (), r"\bawait |\basync (def|with|for)\b", "core is sync"),
    ("src/tradewind/core/", (), r"\bopen\(|\.read_text\(|\.write_text\(", "take the contents"),
    (
        "src/",
        ("src/tradewind/infra/clock.py",),
        r"\bdatetime\.(now|utcnow)\(|\.today\(",
        "ask infra/clock",
    ),
    (
        "src/",
        (),
        r"\b(asyncio|loop|get_(running|event)_loop\(\))\.create_task\(|\bensure_future\(",
        "use a TaskGroup",
    ),
    ("src/", (), r"\btime\.sleep\(", "wait for the condition, with a timeout"),
    ("src/", ("src/tradewind/cli/",), r"(?<![\w.])print\(", "log one structured event"),
    ("", (), r"#\s*type: ignore(?!\[)|#\s*pyrefly: ignore(?!\[)", "name the error's code"),
    ("", (), r"#\s*noqa(?!:)", "name the rule's code"),
)
#: Folders of one machine; the pattern does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root)/")


@cache
def project_files() -> tuple[str, ...]:
    """Every file that git tracks or would track, as a path from the project's root."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return tuple(sorted(name for name in listing.stdout.splitlines() if (ROOT / name).is_file()))


def code_files(*suffixes: str) -> Iterator[tuple[str, str]]:
    for name in project_files():
        if name in GENERATED:
            continue
        if name.startswith(CODE_FOLDERS) and name.endswith(suffixes):
            yield name, (ROOT / name).read_text("utf-8")


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {name: text.count("\n") for name, text in code_files(".py", ".ts", ".tsx", ".css")}
    long = [f"{name}: {n} lines" for name, n in lengths.items() if n > FILE_LINES_MAX]
    assert not long, "\n".join(long)


def test_no_function_is_longer_than_forty_lines() -> None:
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, text in code_files(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = [f"{name}: {n} lines" for name, n in lengths.items() if n > FUNCTION_LINES_MAX]
    assert not long, "\n".join(long)


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: f"{ban[0] or 'everywhere'}: {ban[3]}")
def test_banned_code_is_absent(ban: tuple[str, tuple[str, ...], str, str]) -> None:
    folder, allowed, pattern, replacement = ban
    found = [
        f"{name}:{number}: {replacement}: {line.strip()}"
        for name, text in code_files(".py")
        if name.startswith(folder) and not name.startswith((*allowed, "tests/architecture/"))
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert not found, "\n".join(found)


def test_every_module_has_a_name_that_says_something() -> None:
    vague = [name for name, _ in code_files(".py") if BANNED_MODULE_NAMES & words(name)]
    assert not vague, "\n".join(vague)


def words(path: str) -> set[str]:
    return set(re.split(r"[/_.]", path))


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = []
    for name in project_files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content and MACHINE_PATH.search(content.decode("utf-8", "replace")):
            found.append(name)
    assert not found, "\n".join(found)
