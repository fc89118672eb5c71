"""The engine: its page, its metrics and its health."""
