"""`tradewind candles`, as an operator runs it, on a database that runs only for the command."""

import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import arro3.io
import pytest

from tests.fixtures_platform import free_ports

HEAD = "time,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close"
ROWS = (
    "2012-02-01T00:00:00Z,1.57597,1.57606,1.57576,1.57576,1.57608,1.57610,1.57585,1.57585",
    "2012-02-01T00:01:00Z,1.57576,1.57583,1.57543,1.57543,1.57585,1.57591,1.57552,1.57552",
)


@pytest.fixture(scope="module")
def home(short_folder: Callable[[], Path]) -> Path:
    """The data folder of a seeded demo."""
    folder = short_folder() / "home"
    assert tradewind(folder, "seed").returncode == 0
    return folder


def tradewind(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-m", "tradewind.cli.main", *arguments),
        env={**os.environ, "TRADEWIND_HOME": str(home), "TRADEWIND_PORT": str(free_ports())},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def candles(home: Path, command: str, *arguments: str, symbol: str = "GBPUSD") -> str:
    shown = tradewind(home, "candles", command, "--symbol", symbol, *arguments)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def write(file: Path, *rows: str) -> Path:
    file.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    return file


def test_an_import_is_exported_as_it_was_and_imported_once(home: Path, tmp_path: Path) -> None:
    file, out = write(tmp_path / "in.csv", *ROWS), tmp_path / "out.csv"
    assert candles(home, "import", str(file)) == "2 candles read, 2 of them new or changed\n"
    assert candles(home, "import", str(file)) == "2 candles read, 0 of them new or changed\n"
    candles(home, "export", str(out))
    lines = out.read_text("utf-8").splitlines()
    assert [line.split(",")[:9] for line in lines] == [row.split(",") for row in (HEAD, *ROWS)]
    assert candles(home, "import", str(out)) == "2 candles read, 0 of them new or changed\n"
    candles(home, "export", "--interval", "1h", str(out))
    [_, hour] = out.read_text("utf-8").splitlines()
    assert hour.split(",")[:5] == [
        "2012-02-01T00:00:00Z", "1.57597", "1.57606", "1.57543", "1.57543",
    ]  # fmt: skip


def test_a_file_with_a_bad_row_is_refused_whole(home: Path, tmp_path: Path) -> None:
    good, bad = ROWS[0], ROWS[1].replace("1.57591", "1.57000")
    file = write(tmp_path / "bad.csv", good, bad)
    shown = tradewind(home, "candles", "import", "--symbol", "AUDUSD", str(file))
    assert shown.returncode == 1
    assert "line 3: ask_open and ask_close must be within low and high" in shown.stderr
    out = tmp_path / "out.csv"
    assert candles(home, "export", str(out), symbol="AUDUSD").startswith("0 candles")


def test_an_unknown_symbol_is_named(home: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "in.csv", *ROWS)
    shown = tradewind(home, "candles", "import", "--symbol", "NOSUCH", str(file))
    assert shown.returncode == 1
    assert shown.stderr.endswith("Error: there is no instrument NOSUCH\n")


def test_candles_are_made_of_imported_ticks_and_exported_as_parquet(
    home: Path, tmp_path: Path
) -> None:
    ticks, out = tmp_path / "ticks.csv", tmp_path / "out.parquet"
    ticks.write_text(
        "time,bid,ask\n2020-01-02T00:00:01Z,1.1,1.2\n2020-01-02T00:00:02Z,1.3,1.4\n", "utf-8"
    )
    shown = tradewind(home, "ticks", "import", "--symbol", "EURUSD", str(ticks))
    assert shown.returncode == 0, shown.stderr
    assert candles(home, "rebuild", symbol="EURUSD").startswith("the candles of EURUSD are those")
    candles(home, "export", "--format", "parquet", str(out), symbol="EURUSD")
    [batch] = list(arro3.io.read_parquet(out))
    row = {name: batch.column(name)[0].as_py() for name in ("bid_open", "mid_high", "ticks")}
    assert row == {"bid_open": Decimal("1.1"), "mid_high": Decimal("1.35"), "ticks": 2}


def test_a_rebuild_without_ticks_says_so(home: Path) -> None:
    assert candles(home, "rebuild", symbol="USDJPY") == (
        "there are no ticks of USDJPY in that time\n"
    )
