"""How much one client may take; each bound keeps a bad client's harm to itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one stream process. Times in seconds, sizes in bytes."""

    connections_max: int = 10_000
    #: Handshaken but not yet authenticated; more are asked to come back.
    strangers_max: int = 2_000
    connections_per_user_max: int = 100
    symbols_max: int = 200
    accounts_max: int = 20
    interval_ms_max: int = 10_000
    #: Candle subscriptions of one connection, and how often one may send a frame.
    candles_max: int = 20
    candles_ms: int = 250
    #: One message of a client.
    frame_bytes_max: int = 16_384
    #: Messages of a client that wait while an earlier one is handled.
    inbox_max: int = 64
    messages_per_second: float = 20.0
    messages_burst: float = 200.0
    #: Kernel's share of what a stalled client holds; Linux doubles it.
    send_buffer_bytes: int = 16_384
    #: Above this the transport counts as paused and prices skip the client.
    write_buffer_bytes: int = 16_384
    #: Account events that wait for a paused client.
    outbox_bytes_max: int = 512 * 1024
    auth_s: float = 5.0
    #: A client that takes nothing at all for so long, with account events waiting, is cut off.
    stalled_s: float = 5.0
    #: The same with prices alone, which may stall without harm for a while.
    silent_s: float = 30.0
    #: After a close frame the socket is given so long to drain.
    closing_s: float = 2.0
    heartbeat_ms: int = 5_000
    #: Events of a catching-up client are read and sent in pages of so many.
    page_events: int = 100
