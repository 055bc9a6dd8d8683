"""The menu of faults: what can be chosen, how, and that its page tells the truth."""

from pathlib import Path

import pytest

from tradewind.simulators.lp.faults import (
    MENU,
    Fault,
    FaultError,
    FaultName,
    Scope,
    fault,
    fault_from_text,
)

PAGE = Path(__file__).parents[3] / "docs/how-to/break-an-lp.md"


def test_every_fault_is_on_the_menu() -> None:
    assert list(MENU) == list(FaultName)


def test_the_page_lists_the_menu_as_it_is() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    listed = [row for row in rows if row.split("`")[1] in MENU]
    assert listed == [menu_row(name) for name in MENU]


def menu_row(name: FaultName) -> str:
    dish = MENU[name]
    mark = " †" if dish.scope is Scope.SESSION else ""
    parameters = ", ".join(
        f"`{each.name}` {' or '.join(each.choices) or each.default}" for each in dish.parameters
    )
    return f"| `{name}`{mark} | {dish.does} | {parameters} |"


@pytest.mark.parametrize("name", FaultName)
def test_every_fault_can_be_had_with_its_defaults(name: FaultName) -> None:
    defaults = {each.name: each.default for each in MENU[name].parameters}
    assert fault_from_text(name) == Fault(name=name, symbol=None, parameters=defaults)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "stale:EURUSD",
            Fault(name=FaultName.STALE, symbol="EURUSD", parameters={"seconds": "0"}),
        ),
        (
            "spike:EURUSD:-7.5,3",
            Fault(
                name=FaultName.SPIKE,
                symbol="EURUSD",
                parameters={"percent": "-7.5", "ticks": "3"},
            ),
        ),
        ("gap::2", Fault(name=FaultName.GAP, symbol=None, parameters={"seconds": "2"})),
        (
            "one_sided::bid",
            Fault(
                name=FaultName.ONE_SIDED,
                symbol=None,
                parameters={"missing": "bid", "seconds": "0"},
            ),
        ),
    ],
)
def test_a_fault_is_written_as_name_symbol_and_parameters(text: str, expected: Fault) -> None:
    assert fault_from_text(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("explode", "no fault 'explode'"),
        ("", "no fault ''"),
        ("spike:EURUSD:much", "percent must be a number"),
        ("spike:EURUSD:NaN", "percent must lie between -99 and 1000"),
        ("spike:EURUSD:-100", "percent must lie between -99 and 1000"),
        ("spike:EURUSD:1,1,1", "spike takes 2 parameters: percent, ticks"),
        ("wrong_scale::10", "factor must be one of 100, 0.01"),
        ("gap:EURUSD", "gap concerns whole sessions and takes no symbol"),
    ],
)
def test_what_is_not_on_the_menu_is_refused(text: str, said: str) -> None:
    with pytest.raises(FaultError, match=said):
        fault_from_text(text)


def test_a_parameter_of_another_fault_is_refused() -> None:
    with pytest.raises(FaultError, match="stale takes no percent"):
        fault("stale", "EURUSD", {"percent": "5"})
