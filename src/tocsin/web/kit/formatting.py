"""How pages write times, durations, names and sentences; templates use these functions as filters."""

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60))
_MACHINE_WORD = re.compile("[a-z0-9_]+")


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def exact(moment: datetime, zone: tzinfo) -> str:
    """The instant in somebody's zone, with the zone's abbreviation: Tue 24 Nov 2026, 15:38:29 CET."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S} {local.tzname()}"


def clock(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """The time of day in somebody's zone, with the day when that is not today: 15:38, Wed 25 Nov 08:00."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    year = f" {local.year}" if abs(local.date() - today) > timedelta(days=300) else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def relative(moment: datetime, now: datetime) -> str:
    """How far from now: 3 min ago, in 1 h 1 min, now."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 5:
        return "now"
    return f"in {age(moment - now)}" if seconds > 0 else f"{age(now - moment)} ago"


def countdown(moment: datetime, now: datetime) -> str:
    """How long until then, to the second: 4:32, 1:04:32; whole days from one day on."""
    left = max(math.ceil((moment - now).total_seconds()), 0)
    if left >= 86_400:
        return age(timedelta(seconds=left))
    hours, rest = divmod(left, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def age(span: timedelta) -> str:
    """How long, rounded to what people say, two units at most: 40 s, 2 min, 1 h 1 min, 3 d 4 h, 12 d."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = [(days, "d"), (hours if days < 7 else 0, "h"), (0 if days else minutes % 60, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def span(length: timedelta) -> str:
    """A duration as somebody would set it, with no more than two units: 90 s, 5 min, 1 h 30 min, 2 d."""
    seconds = length.total_seconds()
    if seconds < 120 and seconds % 60:
        return f"{seconds:g} s"
    parts: list[str] = []
    for unit, size in (*_UNITS, ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number:g} {unit}")
    return " ".join(parts[:2]) or "0 s"


def initials(name: str) -> str:
    """One or two letters that stand for a person."""
    words = [word for word in name.split() if word]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def as_sentence(text: str) -> str:
    """The text as a sentence, with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?", "!")) else ".")


def in_words(reason: str) -> str:
    """A reason as people read it. A machine's word loses its underscores; free text may quote a setting, and stays."""
    return reason.replace("_", " ") if _MACHINE_WORD.fullmatch(reason) else reason
