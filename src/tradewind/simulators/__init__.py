"""Counterparties that run as processes of their own and speak only the public protocol."""
