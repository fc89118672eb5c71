"""Mail that raises and closes alerts: each key has an address, at which Tocsin's own SMTP server takes mail."""
