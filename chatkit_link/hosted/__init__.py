"""Workflows that OpenAI hosts: sessions for them, and what can be brought from there."""
