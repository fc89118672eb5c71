"""Escalation policies, their steps, and whom they can reach."""
