"""Heartbeat monitors: one monitor with its pings and its last year, and its editor."""
