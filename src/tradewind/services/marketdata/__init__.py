"""Market data that is kept: ticks by time, and the candles made of them."""
