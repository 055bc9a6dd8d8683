"""The table of processes: every port is free for one process, and within the span."""

from itertools import chain

from tradewind.infra.local.configuration import PORT_SPAN
from tradewind.infra.local.process_table import LP_PORTS, LP_THREE, PROCESSES

EVERY = (*PROCESSES, LP_THREE)


def test_no_two_processes_share_a_port_and_none_lies_beyond_the_span() -> None:
    offsets = list(chain.from_iterable(spec.ports for spec in EVERY))
    assert len(set(offsets)) == len(offsets)
    assert max(offsets) == PORT_SPAN


def test_a_process_lists_every_port_it_is_passed() -> None:
    for spec in EVERY:
        passed = [word for word in spec.arguments if isinstance(word, int)]
        assert passed == list(spec.ports[: len(passed)])


def test_the_third_provider_is_started_by_name_alone() -> None:
    assert LP_THREE not in PROCESSES
    assert [name for name, _ in LP_PORTS] == ["lp-one", "lp-two"]
    assert {spec.name: spec.ports[:2] for spec in EVERY if spec.name.startswith("lp-")} == {
        "lp-one": (2, 4),
        "lp-two": (3, 5),
        "lp-three": (6, 7),
    }
