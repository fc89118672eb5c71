"""Alerts: raising them, acting on them, reading them, and what is to come of them."""
