"""Postgres: everything that outlives the process, and the only place where SQL stands."""
