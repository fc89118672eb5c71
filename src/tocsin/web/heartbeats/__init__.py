"""Heartbeat monitors: one of them with its pings and its year, its editor."""
