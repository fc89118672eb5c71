"""Small pieces of text that pages are made of."""

from datetime import UTC, datetime, timedelta


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def as_sentence(text: str) -> str:
    """What an error says, from its capital letter to its full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def age(span: timedelta) -> str:
    """How long ago, in the largest unit that fits: 40 s, 5 min, 3 h, 12 d."""
    seconds = max(int(span.total_seconds()), 0)
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
