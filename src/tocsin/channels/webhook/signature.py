"""The signature on a webhook page, made and checked.

Tocsin sends ``Tocsin-Signature: t=<unix seconds>,v1=<hex>``, where hex is HMAC-SHA256 over ``<t>.<body>`` with
the secret as key (UTF-8) and the body's bytes exactly as received. A receiver verifies like this:

1. Take ``t`` and every ``v1`` from the header; ignore names it does not know.
2. Compute the HMAC over ``t``, a full stop and the raw body, before any JSON parsing.
3. Compare in constant time with each ``v1``; one match is enough, so that secrets can be rotated.
4. Refuse a ``t`` further from its own clock than its tolerance, so that an old request cannot be replayed.
"""

import hashlib
import hmac
from datetime import timedelta

SIGNATURE_HEADER = "Tocsin-Signature"


def sign(secret: str, body: bytes, *, now: int) -> str:
    """Return the header's value for a body sent at ``now``, in unix seconds."""
    return f"t={now},v1={_digest(secret, str(now), body)}"


def verify_signature(
    secret: str, header: str, body: bytes, *, now: float, tolerance: timedelta = timedelta(minutes=5)
) -> bool:
    """Say whether ``header`` signs ``body`` and lies within ``tolerance`` of ``now`` (unix seconds), both ways."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not _is_recent(times[0], now, tolerance):
        return False
    expected = _digest(secret, times[0], body).encode()
    return any(
        hmac.compare_digest(expected, value.encode("utf-8", "replace")) for name, _, value in parts if name == "v1"
    )


def _is_recent(time: str, now: float, tolerance: timedelta) -> bool:
    if not (time.isascii() and time.isdigit() and len(time) <= 12):
        return False
    return abs(now - int(time)) <= tolerance.total_seconds()


def _digest(secret: str, time: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()
