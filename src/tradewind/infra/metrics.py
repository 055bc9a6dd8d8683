"""Prometheus metrics of one process, served on loopback."""

from prometheus_client import CollectorRegistry, start_http_server


def serve_metrics(registry: CollectorRegistry, port: int) -> int:
    """Serve `registry` on loopback from a daemon thread; 0 picks a free port. Returns the port."""
    server, _ = start_http_server(port, addr="127.0.0.1", registry=registry)
    return server.server_port
