"""Workflows in other languages: a process beside the server runs the file, and its agents run here."""
