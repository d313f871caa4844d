"""Workflows that OpenAI hosts: sessions for them, and the import of their threads."""
