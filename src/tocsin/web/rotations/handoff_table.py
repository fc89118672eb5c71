"""The next handoffs of a rotation, and who is active from each to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from tocsin.domain.on_call.handoffs import HandoffRule
from tocsin.domain.on_call.snapshot import RotationSnapshot
from tocsin.domain.spans import Span
from tocsin.store.on_call.rotations import Rotation
from tocsin.web.kit.days import Day, day_at

HANDOFFS = 10

_UNITS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=31),
}


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """A shift that begins with a handoff; ``day`` is the day of the handoff in the rotation's zone."""

    name: str
    start: datetime
    end: datetime
    day: Day

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def handoff_table(rotation: RotationSnapshot, names: Mapping[UUID, str], now: datetime) -> Sequence[HandoffRow]:
    """The present shift, from now on, and the ``HANDOFFS`` shifts after it."""
    window = Span(now, now + _UNITS[rotation.rotation.type] * rotation.rotation.shift_length * (HANDOFFS + 2))
    stints = islice(rotation.stints(now, window), HANDOFFS + 1)
    return [
        HandoffRow(
            names.get(stint.user_id, "somebody"),
            stint.start,
            stint.end,
            day_at(stint.start, rotation.rotation.time_zone),
        )
        for stint in stints
    ]


def pace(rotation: HandoffRule | Rotation) -> str:
    """How often it hands off: daily, every 2 weeks."""
    if rotation.shift_length == 1:
        return rotation.type
    unit = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}[rotation.type]
    return f"every {rotation.shift_length} {unit}"
