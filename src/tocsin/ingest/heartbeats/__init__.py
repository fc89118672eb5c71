"""How what runs regularly says so: pings of heartbeat monitors, by GET, HEAD or POST on a secret address."""
