"""`tradewind ticks`, as an operator runs it, on a database that runs only for the command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import arro3.io
import pytest
from click.testing import CliRunner

from tests.fixtures_platform import free_ports
from tradewind.cli.main import main

#: Recorded prices beside the checkout; see each test for what it needs of them.
RECORDINGS = Path(__file__).parents[3] / "shared" / "data"
EURUSD, USDJPY = "eurusd-ticks-2020-01-01.csv", "usdjpy-ticks-2013-01-01.csv"
YEARS = ("--from", "2000-01-01", "--to", "2030-01-01")

Home = Path


@pytest.fixture(scope="module")
def home(short_folder: Callable[[], Path]) -> Home:
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


def recording(name: str) -> Path:
    path = RECORDINGS / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def imported(home: Path, symbol: str, file: Path, *options: str) -> dict[str, object]:
    shown = tradewind(home, "ticks", "import", "--symbol", symbol, str(file), "--json", *options)
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def exported(home: Path, symbol: str, file: Path, *options: str) -> list[str]:
    command = ("ticks", "export", "--symbol", symbol, *(options or YEARS), str(file))
    shown = tradewind(home, *command)
    assert shown.returncode == 0, shown.stderr
    return file.read_text("utf-8").splitlines()


@pytest.mark.parametrize("command", ["import", "export", "retention"])
def test_every_command_of_ticks_explains_itself(command: str, tmp_path: Path) -> None:
    shown = tradewind(tmp_path / "home", "ticks", command, "--help")
    assert shown.returncode == 0
    assert f"tradewind.cli.main ticks {command}" in shown.stdout


@pytest.mark.parametrize(("symbol", "name"), [("EURUSD", EURUSD), ("USDJPY", USDJPY)])
def test_recorded_ticks_come_out_as_they_went_in(
    home: Home, tmp_path: Path, symbol: str, name: str
) -> None:
    lines = recording(name).read_text("utf-8").splitlines()
    ticks = [line.split(",") for line in lines[1:]]
    repeats = sum(tick == before for before, tick in pairwise(ticks))
    counts = imported(home, symbol, recording(name))
    assert counts == {
        "symbol": symbol,
        "added": len(ticks) - repeats,
        "present": 0,
        "differing": 0,
        "repeated": repeats,
        "bad": 0,
    }
    again = imported(home, symbol, recording(name))
    assert (again["added"], again["present"]) == (0, counts["added"])

    written = exported(home, symbol, tmp_path / "out.csv")
    assert written[0] == "time,bid,ask"
    assert len(written) - 1 == counts["added"]
    time, bid, ask = ticks[0]
    assert written[1] == f"{time.removesuffix('Z')}000Z,{bid},{ask}"
    assert exported(
        home, symbol, tmp_path / "none.csv", "--from", "2030-01-01", "--to", "2031-01-01"
    ) == ["time,bid,ask"]


GOOD = "2012-02-29T23:59:59.999999Z,1.31,1.3102\n2012-03-01T01:00:00+01:00,1.32,1.3202\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2012-03-01T00:00:01,1.3,1.4", "no offset"),
        ("yesterday,1.3,1.4", "not ISO 8601"),
        ("2012-02-01T00:00:00Z,1.3,1.4", "before that of an earlier line"),
        ("2999-01-01T00:00:00Z,1.3,1.4", "out of range"),
        ("2012-03-01T00:00:01Z,1.3", "too few columns"),
        ("2012-03-01T00:00:01Z,,1.4", "is not a price"),
        ("2012-03-01T00:00:01Z,NaN,1.4", "is not a price"),
        ("2012-03-01T00:00:01Z,1e5,1.4", "is not a price"),
        ("2012-03-01T00:00:01Z,-1.3,1.4", "is not a price"),
        ("2012-03-01T00:00:01Z,0,1.4", "not above zero"),
        ("2012-03-01T00:00:01Z,1.5,1.4", "above the ask"),
        ('2012-03-01T00:00:01Z,"1.3\x00",1.4', "is not a price"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(line: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "ticks.csv"
    file.write_text(f"time,bid,ask\n{GOOD}{line}\n", "utf-8")
    result = CliRunner().invoke(
        main,
        ["ticks", "import", "--symbol", "EURUSD", str(file)],
        env={"TRADEWIND_HOME": str(tmp_path / "home")},
    )
    assert result.exit_code == 1
    assert "line 4: " in result.output
    assert reason in result.output
    assert "1 bad lines; nothing was imported" in result.output
    # It was refused before a database was looked for.
    assert not (tmp_path / "home").exists()


def test_bad_lines_are_skipped_on_request_alone(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "ticks.csv"
    file.write_text(
        "ask,volume,time,bid\n1.4,7,2012-01-01T00:00:00Z,1.3\n,,,\n1.4,7,2012-01-01T00:00:00Z,1.2\n",
        "utf-8",
    )
    refused = tradewind(home, "ticks", "import", "--symbol", "GBPUSD", str(file))
    assert refused.returncode == 1
    assert exported(home, "GBPUSD", tmp_path / "out.csv") == ["time,bid,ask"]
    counts = imported(home, "GBPUSD", file, "--skip-bad")
    assert (counts["added"], counts["bad"]) == (2, 1)
    # Two ticks of one moment keep their order.
    assert exported(home, "GBPUSD", tmp_path / "out.csv")[1:] == [
        "2012-01-01T00:00:00.000000Z,1.3,1.4",
        "2012-01-01T00:00:00.000000Z,1.2,1.4",
    ]


def test_a_tick_with_another_price_at_its_time_is_reported_and_left_as_it_is(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "ticks.csv"
    file.write_text(f"time,bid,ask\n{GOOD}", "utf-8")
    assert imported(home, "AUDUSD", file)["added"] == 2
    before = exported(home, "AUDUSD", tmp_path / "before.csv")
    file.write_text(f"time,bid,ask\n{GOOD.replace('1.32,', '1.31,')}", "utf-8")
    counts = imported(home, "AUDUSD", file)
    assert (counts["added"], counts["present"], counts["differing"]) == (0, 1, 1)
    assert exported(home, "AUDUSD", tmp_path / "after.csv") == before


def test_an_unknown_symbol_and_a_file_without_heading_are_one_sentence_each(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "ticks.csv"
    file.write_text(f"time,bid,ask\n{GOOD}", "utf-8")
    unknown = tradewind(home, "ticks", "import", "--symbol", "EURXXX", str(file))
    assert (unknown.returncode, unknown.stderr.splitlines()[-1]) == (
        1,
        "Error: there is no instrument EURXXX",
    )
    file.write_text(GOOD, "utf-8")
    headless = tradewind(home, "ticks", "import", "--symbol", "EURUSD", str(file))
    assert headless.returncode == 1
    assert headless.stderr.endswith("line 1: the heading lacks time, bid, ask\n")


def test_parquet_holds_the_same_ticks_as_decimals(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "ticks.csv"
    file.write_text(f"time,bid,ask\n{GOOD}", "utf-8")
    imported(home, "NZDUSD", file)
    target = tmp_path / "out.parquet"
    command = ("ticks", "export", "--symbol", "NZDUSD", *YEARS, "--format", "parquet", str(target))
    shown = tradewind(home, *command, "--json")
    assert json.loads(shown.stdout) == {"symbol": "NZDUSD", "ticks": 2, "file": str(target)}
    table = arro3.io.read_parquet(target).read_all()
    assert table["symbol"].to_pylist() == ["NZDUSD", "NZDUSD"]
    assert table["bid"].to_pylist() == [Decimal("1.31"), Decimal("1.32")]
    assert table["ask"].to_pylist() == [Decimal("1.3102"), Decimal("1.3202")]
    assert [time.isoformat() for time in table["time"].to_pylist()] == [
        "2012-02-29T23:59:59.999999+00:00",
        "2012-03-01T00:00:00+00:00",
    ]


def test_without_its_packages_parquet_says_how_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "arro3.core", None)
    monkeypatch.delitem(
        sys.modules, "tradewind.services.marketdata.exporting_parquet", raising=False
    )
    command = ["ticks", "export", "--symbol", "EURUSD", *YEARS, "--format", "parquet"]
    result = CliRunner().invoke(
        main,
        [*command, str(tmp_path / "out.parquet")],
        env={"TRADEWIND_HOME": str(tmp_path / "home")},
    )
    assert result.exit_code == 2
    assert "pip install 'tradewind[parquet]'" in result.output
    assert list(tmp_path.iterdir()) == []


def test_retention_is_shown_and_changed_one_table_at_a_time(home: Home) -> None:
    def shown() -> dict[str, int | None]:
        listed = tradewind(home, "ticks", "retention", "--json")
        return {each["table"]: each["keep_days"] for each in json.loads(listed.stdout)}

    before = shown()
    assert before["bbo_tick"] is None
    assert before["lp_tick"] == 30
    changed = tradewind(home, "ticks", "retention", "--table", "lp_tick", "--keep", "3d")
    assert changed.returncode == 0
    assert shown() == {**before, "lp_tick": 3}
    for wrong in (
        ("--table", "account", "--keep", "3d"),
        ("--table", "lp_tick", "--keep", "0d"),
        ("--keep", "3d"),
    ):
        assert tradewind(home, "ticks", "retention", *wrong).returncode in {1, 2}
    assert shown() == {**before, "lp_tick": 3}
    tradewind(home, "ticks", "retention", "--table", "lp_tick", "--keep", "forever")
    assert shown() == {**before, "lp_tick": None}
