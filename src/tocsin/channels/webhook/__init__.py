"""Pages as a JSON POST to a URL."""
