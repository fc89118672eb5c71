"""Escalation policies: the list, one policy, its editor with a live preview."""
