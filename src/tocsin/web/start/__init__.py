"""The start pages: home, the first run, search."""
