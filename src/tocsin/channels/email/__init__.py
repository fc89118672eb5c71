"""Pages by mail."""
