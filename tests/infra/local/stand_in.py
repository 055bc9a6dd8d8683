"""A stand-in for a process of ours: listens, says `ready`, ends on SIGTERM.

`stand_in.py serve PORT` serves; `mute` never says ready; `once` writes demo.json and ends.
"""

import os
import signal
import socket
import sys
from pathlib import Path

from tradewind.infra.readiness import notify_ready


def main() -> None:
    match sys.argv[1:]:
        case ["serve", port]:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            with socket.create_server(("127.0.0.1", int(port))):
                notify_ready()
                signal.pause()
        case ["mute"]:
            signal.pause()
        case ["once"]:
            logins = '{"trader": {"email": "demo@example.com", "password": "demo-password"}}'
            Path(os.environ["TRADEWIND_HOME"], "demo.json").write_text(logins, "utf-8")


if __name__ == "__main__":
    main()
