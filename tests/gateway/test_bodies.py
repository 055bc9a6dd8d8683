"""Bodies: one object, nothing said twice."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.gateway.bodies import parse_object
from tradewind.gateway.errors import RequestError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=6), st.sampled_from([None, 1]))
def test_an_object_is_read_as_any_parser_reads_it(value: dict[str, Any], indent: Any) -> None:
    assert parse_object(json.dumps(value, indent=indent).encode()) == value


@given(
    st.dictionaries(st.text(max_size=8), VALUES, min_size=1, max_size=4),
    st.data(),
)
def test_a_key_that_comes_twice_is_always_found(value: dict[str, Any], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(value)))
    again = data.draw(VALUES)
    text = json.dumps(value)[:-1] + f",{json.dumps(key)}:{json.dumps(again)}}}"
    with pytest.raises(RequestError) as caught:
        parse_object(text.encode())
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b"{}{}",
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":"\\ud800"}',
        b'{"\\u0061":1,"a":2}',
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"a":' + b"[" * 30_000,
    ],
)
def test_what_is_not_exactly_one_object_is_malformed(body: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        parse_object(body)
    assert (caught.value.status, caught.value.code) == (400, "malformed_request")
