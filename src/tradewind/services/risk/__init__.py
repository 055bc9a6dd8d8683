"""Watches the margin of every account: values all of them quickly, and has the few decided."""
