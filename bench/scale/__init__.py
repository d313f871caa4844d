"""``make scale``: what one machine costs, and what that means for many people."""
