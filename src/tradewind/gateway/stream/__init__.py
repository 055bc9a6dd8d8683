"""The WebSocket stream: prices conflated per client, account events without a gap."""
