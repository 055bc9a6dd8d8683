"""Adds up what the house holds against its clients, from the event log, and publishes it."""
