"""The order management service: the only writer of orders and positions."""
