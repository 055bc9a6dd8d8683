"""Tradewind: an open trading platform for brokers."""
