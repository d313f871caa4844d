"""What an agent may use to look things up: one small protocol, and one file per provider."""
