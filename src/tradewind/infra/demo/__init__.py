"""The demo installation: what is traded, on which terms, by whom; written once."""
