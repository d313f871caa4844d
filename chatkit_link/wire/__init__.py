"""ChatKit's wire without a server: what the client and the protocol share."""
