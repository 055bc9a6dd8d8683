"""Core services: the shell that loads, decides with `core`, and records."""
