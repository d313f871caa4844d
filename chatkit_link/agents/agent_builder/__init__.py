"""Workflows that Agent Builder has exported as Python, run as they are. ``load.py`` is the way in."""
