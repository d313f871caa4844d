"""Sessions: which agent the holder of a client secret may talk to, as whom, until when, and within what limits."""
