"""Why users are on call, as the on-call rows and the timeline keep it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tocsin.domain.on_call.schedule import Cause
from tocsin.domain.on_call.snapshot import OnCallCause

OnCallCauses: TypeAlias = Sequence[Mapping[str, Any]]


def of_schedule(causes: Sequence[Cause]) -> OnCallCauses:
    """The parts of a schedule that put a user on call."""
    return [
        {"type": cause.type, "id": str(cause.id)}
        | ({"rotation_id": str(cause.rotation_id)} if cause.rotation_id else {})
        for cause in causes
    ]


def of_step(causes: Sequence[OnCallCause]) -> OnCallCauses:
    """The targets of a step that put a user on call, a schedule with its parts."""
    return [
        {"type": one.target.type, "id": str(one.target.id)} | ({"by": of_schedule(one.parts)} if one.parts else {})
        for one in causes
    ]
