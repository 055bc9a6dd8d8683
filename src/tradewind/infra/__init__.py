"""Adapters to the outside: PostgreSQL, Redis, clock, settings, secrets, logging, metrics."""
