"""Heartbeat monitors of services, what pings them, and their history."""
