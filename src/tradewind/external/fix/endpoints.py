"""Where the LPs are: `TRADEWIND_LP_ENDPOINTS`, e.g. `lp-one=127.0.0.1:8002,lp-two=…:8003`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.core.ids import LpCode

ENDPOINT = re.compile(r"([a-z0-9-]{2,32})=([^:,=\s]+):([0-9]{1,5})")


class EndpointError(ValueError):
    """An endpoint is malformed; the process refuses to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LpEndpoint:
    """One LP's FIX address. Its market-data session is `<LP>-MD`, in capitals."""

    lp: LpCode
    host: str
    port: int

    @property
    def market_data_comp_id(self) -> str:
        """Return the LP's CompID for market data."""
        return f"{self.lp.upper()}-MD"


def parse_endpoints(text: str) -> Sequence[LpEndpoint]:
    """Read a comma-separated list; an empty text is no LP at all."""
    endpoints = []
    for part in filter(None, text.split(",")):
        found = ENDPOINT.fullmatch(part.strip())
        if found is None:
            raise EndpointError(f"an LP endpoint is name=host:port, not {part!r}")
        endpoints.append(LpEndpoint(lp=LpCode(found[1]), host=found[2], port=int(found[3])))
    if len({endpoint.lp for endpoint in endpoints}) != len(endpoints):
        raise EndpointError("an LP stands twice in the endpoints")
    return endpoints
