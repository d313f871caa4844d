"""The ChatKit protocol: what a request means, and the events that answer it."""
