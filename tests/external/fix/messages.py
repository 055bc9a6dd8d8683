"""Builds FIX messages from readable text, with `|` for SOH."""

SENT_AT = "20240105-12:30:45.125"


def message(text: str) -> str:
    """Return the text with real separators."""
    return text.replace("|", "\x01")


def market_data(kind: str, body: str) -> str:
    """Return a message of an LP with the usual header."""
    head = f"8=FIX.4.4|9=000|35={kind}|34=7|49=LP-ONE-MD|52={SENT_AT}|56=TRADEWIND"
    return message(f"{head}|{body}|10=000|")
