"""Instants as senders write them."""

from datetime import UTC, datetime


def read_time(given: object) -> datetime | None:
    """An instant in ISO 8601, which is in UTC where it does not say; None when it is none."""
    text = given.strip() if isinstance(given, str) else ""
    if text.endswith("+00:00Z"):  # as PagerDuty's own Python package writes it
        text = text.removesuffix("Z")
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
