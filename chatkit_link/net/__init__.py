"""What an address is, and whose."""
