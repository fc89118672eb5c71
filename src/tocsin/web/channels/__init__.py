"""Channels: places, not persons, that a policy step can notify."""
