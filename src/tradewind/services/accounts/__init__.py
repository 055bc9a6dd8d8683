"""Accounts and their history, as their owner may read them."""
