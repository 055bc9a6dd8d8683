"""The embedded installation: PostgreSQL, Valkey and our processes, run from one data folder."""
