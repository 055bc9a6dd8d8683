"""Composition roots: one file per operating-system process."""
