"""Models: where they come from, what each of them takes, and what their servers answer."""
