"""The workshop: make, check, draw and edit .widget files, on a developer's own machine only."""
