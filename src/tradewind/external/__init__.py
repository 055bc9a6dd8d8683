"""Other people's protocols; knows core types and no service."""
