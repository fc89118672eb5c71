"""Durations as people set them: a number and its unit, in two fields of a form."""

from collections.abc import Sequence
from datetime import timedelta

UNITS: Sequence[tuple[str, str]] = (("1", "seconds"), ("60", "minutes"), ("3600", "hours"), ("86400", "days"))
"""Seconds of each unit, and its name."""

USUAL_UNIT = "60"


def seconds_of(number: str, unit: str) -> float | str:
    """The duration in seconds; a text that is no number is returned as it is, for the API's model to refuse."""
    try:
        seconds = float(number) * float(unit if unit in dict(UNITS) else USUAL_UNIT)
    except ValueError:
        return number
    return int(seconds) if seconds.is_integer() else seconds


def split(length: timedelta) -> tuple[str, str]:
    """The number and the unit, the largest in which the number is whole."""
    seconds = length.total_seconds()
    unit = next((unit for unit, _ in reversed(UNITS) if seconds % int(unit) == 0), "1")
    return f"{seconds / int(unit):.12g}", unit
