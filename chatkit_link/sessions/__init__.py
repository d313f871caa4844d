"""Sessions: who may chat, with which agent, until when, and within what limits."""
