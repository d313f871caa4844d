"""What can answer: the bundled research agent, and whatever the catalog names."""
