"""TRADEWIND_LP_ENDPOINTS."""

import pytest

from tradewind.core.ids import LpCode
from tradewind.external.fix.endpoints import EndpointError, LpEndpoint, parse_endpoints


def test_endpoints_are_named_hosts_and_ports() -> None:
    parsed = parse_endpoints("lp-one=127.0.0.1:8002,lp-two=fix.example.com:8003")
    assert list(parsed) == [
        LpEndpoint(lp=LpCode("lp-one"), host="127.0.0.1", port=8002),
        LpEndpoint(lp=LpCode("lp-two"), host="fix.example.com", port=8003),
    ]
    assert parsed[0].market_data_comp_id == "LP-ONE-MD"


def test_no_endpoints_is_no_lp() -> None:
    assert list(parse_endpoints("")) == []


@pytest.mark.parametrize(
    "text", ["lp-one", "lp-one=host", "lp-one=host:x", "LP=host:1", "a1=h:1,a1=h:2", "a1=h\n:1"]
)
def test_a_malformed_list_is_refused(text: str) -> None:
    with pytest.raises(EndpointError):
        parse_endpoints(text)
