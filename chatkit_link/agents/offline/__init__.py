"""The offline model: what answers without a key or a network."""
