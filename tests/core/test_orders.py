"""The lifecycle is a table; no pair outside it is a move."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.orders import FINAL, LIFECYCLE, IllegalTransitionError, OrderState, moved

S = OrderState

#: The table of the domain document, written a second time.
LISTED = {
    (S.NEW, S.PENDING),
    (S.NEW, S.REJECTED),
    (S.PENDING, S.ACCEPTED),
    (S.PENDING, S.REJECTED),
    (S.ACCEPTED, S.WORKING),
    (S.ACCEPTED, S.CANCELLED),
    (S.ACCEPTED, S.REJECTED),
    (S.WORKING, S.PARTIALLY_FILLED),
    (S.WORKING, S.FILLED),
    (S.WORKING, S.CANCELLED),
    (S.WORKING, S.REJECTED),
    (S.PARTIALLY_FILLED, S.PARTIALLY_FILLED),
    (S.PARTIALLY_FILLED, S.FILLED),
    (S.PARTIALLY_FILLED, S.CANCELLED),
}


@pytest.mark.parametrize(("old", "new"), list(product(S, S)))
def test_only_a_listed_move_is_allowed(old: OrderState, new: OrderState) -> None:
    if (old, new) in LISTED:
        assert moved(old, new) is new
    else:
        with pytest.raises(IllegalTransitionError):
            moved(old, new)


def test_filled_cancelled_and_rejected_are_final() -> None:
    assert {S.FILLED, S.CANCELLED, S.REJECTED} == FINAL


def test_every_state_can_be_reached_from_new() -> None:
    reached, to_visit = {S.NEW}, [S.NEW]
    while to_visit:
        for state in LIFECYCLE[to_visit.pop()] - reached:
            reached.add(state)
            to_visit.append(state)
    assert reached == set(S)


@given(st.lists(st.sampled_from(S), max_size=12))
def test_no_walk_leaves_a_final_state_and_none_rejects_what_has_filled(
    wanted: list[OrderState],
) -> None:
    walked = [S.NEW]
    for state in wanted:
        if state in LIFECYCLE[walked[-1]]:
            walked.append(moved(walked[-1], state))
    assert not FINAL & set(walked[:-1])
    assert (S.PARTIALLY_FILLED, S.REJECTED) not in set(pairwise(walked))
