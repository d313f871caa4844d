"""MCP servers that agents use: read from the catalog, opened at start, reconnected while the server runs, closed."""
