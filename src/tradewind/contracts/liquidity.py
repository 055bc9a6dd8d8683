"""What pricing tells of its LPs once a second: a key that expires when pricing ends."""

from dataclasses import dataclass

LPS_KEY = "pricing:lps"
LPS_EXPIRY_MS = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class LpStatus:
    """One LP since pricing started; `rejected` counts quotes by reason."""

    code: str
    up: bool
    quotes_received: int
    rejected: dict[str, int]
