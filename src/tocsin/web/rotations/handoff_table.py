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
    """A turn that begins with a handoff; ``day`` is that of the handoff in the rotation's zone."""

    name: str
    start: datetime
    end: datetime
    day: Day

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def handoff_table(one: RotationSnapshot, names: Mapping[UUID, str], now: datetime) -> Sequence[HandoffRow]:
    """The turn that is now, from now on, and ``HANDOFFS`` further ones."""
    window = Span(now, now + _UNITS[one.rotation.type] * one.rotation.shift_length * (HANDOFFS + 2))
    stints = islice(one.stints(now, window), HANDOFFS + 1)
    return [
        HandoffRow(
            names.get(stint.user_id, "somebody"), stint.start, stint.end, day_at(stint.start, one.rotation.time_zone)
        )
        for stint in stints
    ]


def pace(one: HandoffRule | Rotation) -> str:
    """How often it hands off: daily, every 2 weeks."""
    if one.shift_length == 1:
        return one.type
    unit = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}[one.type]
    return f"every {one.shift_length} {unit}"
