"""Prices: LP quotes in, one marked-up price per group out."""
