"""Watches the prices for resting orders: wakes what has been waited for, moves what trails."""
