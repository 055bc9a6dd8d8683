"""Refresh tokens: how they are spelled, and what becomes of one that is presented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.services.identity.refresh_tokens import (
    Family,
    RefreshToken,
    Verdict,
    fingerprint,
    judge,
    read,
    spell,
)

SECRET = b"s" * 32
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ID = UUID("01a20b6c-1232-77f5-8544-effb77596e2d")

TOKENS = st.builds(RefreshToken, family=st.uuids(), generation=st.integers(0, 2**32 - 1))


def token(generation: int) -> RefreshToken:
    return RefreshToken(family=ID, generation=generation)


def family(generation: int) -> Family:
    """A family rotated a second ago."""
    return Family(
        generation=generation,
        token_hash=fingerprint(spell(SECRET, token(generation))),
        previous_hash=fingerprint(spell(SECRET, token(generation - 1))) if generation else None,
        rotated_at=NOW - timedelta(seconds=1),
        created_at=NOW - timedelta(days=1),
        expires_at=NOW + timedelta(days=1),
        revoked=False,
        credentials_since=NOW - timedelta(days=2),
    )


def verdict(of: Family, generation: int, now: datetime = NOW) -> Verdict:
    presented = token(generation)
    return judge(of, presented, fingerprint(spell(SECRET, presented)), now)


@given(TOKENS)
def test_a_token_is_read_as_it_was_spelled_and_by_our_secret_alone(each: RefreshToken) -> None:
    text = spell(SECRET, each)
    assert read(SECRET, text) == each
    assert read(b"t" * 32, text) is None


@given(TOKENS, st.integers(0, 73), st.characters(max_codepoint=0x7F))
def test_a_token_with_one_other_letter_is_none(each: RefreshToken, at: int, letter: str) -> None:
    text = spell(SECRET, each)
    changed = text[:at] + letter + text[at + 1 :]
    assert (read(SECRET, changed) is None) == (changed != text)


@given(st.text(max_size=100))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert read(SECRET, text) is None


def test_the_live_leaf_is_rotated() -> None:
    assert verdict(family(3), 3) is Verdict.ROTATE


def test_the_one_before_is_reissued_within_the_grace_alone() -> None:
    assert verdict(family(3), 2) is Verdict.REISSUE
    assert verdict(family(3), 2, NOW + timedelta(seconds=9)) is Verdict.REISSUE
    assert (
        verdict(family(3), 2, NOW + timedelta(seconds=9, microseconds=1)) is Verdict.REVOKE_REUSED
    )


@pytest.mark.parametrize("generation", [0, 1, 4, 5])
def test_every_other_generation_is_a_reuse(generation: int) -> None:
    assert verdict(family(3), generation) is Verdict.REVOKE_REUSED


def test_an_ended_family_refuses_without_another_word() -> None:
    for ended in (replace(family(3), revoked=True), replace(family(3), expires_at=NOW)):
        for generation in range(5):
            assert verdict(ended, generation) is Verdict.REFUSE


def test_new_credentials_end_what_was_opened_with_the_old() -> None:
    changed = replace(family(3), credentials_since=NOW)
    assert verdict(changed, 3) is Verdict.REVOKE_CREDENTIALS_CHANGED


@given(st.lists(st.integers(0, 6), max_size=12))
def test_a_family_has_at_most_one_live_leaf(presented: list[int]) -> None:
    """Whatever is presented in whatever order, one generation at most can be rotated."""
    state = family(0)
    for generation in presented:
        live = [each for each in range(8) if verdict(state, each) is Verdict.ROTATE]
        assert live == ([] if state.revoked else [state.generation])
        match verdict(state, generation):
            case Verdict.ROTATE:
                state = family(state.generation + 1)
            case Verdict.REVOKE_REUSED:
                state = replace(state, revoked=True)
            case _:
                pass
