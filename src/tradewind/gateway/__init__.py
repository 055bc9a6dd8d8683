"""The HTTP and WebSocket edge; the only importer of the web framework."""
