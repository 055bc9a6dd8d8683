"""The `tradewind` command."""
