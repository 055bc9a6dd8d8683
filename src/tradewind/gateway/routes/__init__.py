"""One module for each part of the API; access is decided in gateway/access.py."""
