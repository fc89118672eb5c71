"""Where one begins: home, the first run, search."""
