"""An answer that outlives its connection. Knows bytes and ids, no ChatKit type."""
