"""Widgets: load, check and build .widget templates, and the builders of the search widgets."""
