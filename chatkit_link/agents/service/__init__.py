"""Agents that answer over HTTP, in whatever language they are written (docs/reference/agent-protocol.md)."""
