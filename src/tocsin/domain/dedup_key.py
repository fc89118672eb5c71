"""Deduplication keys: which messages are about the same thing.

A key that the sender gives and one made from the text never meet: each has its own prefix, with the version of the
rule that made it.
"""

import hashlib
from contextlib import suppress
from uuid import UUID

MAX_DEDUP = 512

_USER = "user:1:"
_AUTO = "auto:1:"
_HEARTBEAT = "heartbeat:1:"

ROLL_UP_KEY = "roll-up:1"
"""The key of the one alert of a service into which others roll up."""


def user_key(dedup: str) -> str:
    """The key for a sender's own ``dedup``."""
    return _USER + dedup


def fitting(dedup: str) -> str:
    """The sender's ``dedup``; one that is too long ends in the hash of the whole, so that others stay others."""
    if len(dedup) <= MAX_DEDUP:
        return dedup
    digest = hashlib.sha256(dedup.encode()).hexdigest()
    return f"{dedup[: MAX_DEDUP - 1 - len(digest)]}…{digest}"


def auto_key(summary: str, details: str) -> str:
    """The key for a message without one: the same summary and details are the same thing."""
    return _AUTO + hashlib.sha256(f"{summary}\0{details}".encode()).hexdigest()


def heartbeat_key(monitor_id: UUID) -> str:
    """The key for the one alert that a heartbeat monitor has open at a time."""
    return f"{_HEARTBEAT}{monitor_id}"


def shown_key(key: str) -> str:
    """A key as its sender knows it."""
    return key.removeprefix(_USER)


def monitor_of_key(key: str) -> UUID | None:
    """The heartbeat monitor whose alert has this key; None for any other key."""
    with suppress(ValueError):
        return UUID(key.removeprefix(_HEARTBEAT)) if key.startswith(_HEARTBEAT) else None
    return None
