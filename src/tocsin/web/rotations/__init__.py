"""Rotations: the list, one rotation with its handoffs, its editor."""
