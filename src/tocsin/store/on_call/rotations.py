"""Rotations: participants in order, one of them active at a time. Who that is, the engine says (R2, R3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.domain.on_call import handoffs
from tocsin.domain.on_call.handoffs import RotationType
from tocsin.domain.on_call.participants import NewOrder, Participant, reorder
from tocsin.errors import Conflict, FieldError, InvalidInput, NotFound
from tocsin.store.instants import now
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import Reference, names_of_uses, require_none, unknown, use_errors

_sql = Statements(__package__, "rotations.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationSpec:
    """The fields that users set. ``participants`` may name a user several times; ``team_id`` None is everybody's."""

    name: str
    time_zone: str
    type: RotationType
    start_at: datetime
    shift_length: int = 1
    participants: Sequence[UUID] = ()
    description: str = ""
    team_id: UUID | None = None

    @property
    def columns(self) -> tuple[object, ...]:
        """The values of its own row, in the order in which the statements take them."""
        phase = (self.time_zone, self.type, self.shift_length, self.start_at)
        return (self.team_id, self.name, self.description, *phase)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation and where it stands: ``position`` counts from 0 and is None, as what follows it, when nobody is."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    time_zone: str
    type: RotationType
    shift_length: int
    start_at: datetime
    created_at: datetime
    participants: Sequence[UUID]
    active_user_id: UUID | None
    position: int | None
    shift_started_at: datetime | None
    next_handoff_at: datetime | None

    @property
    def spec(self) -> RotationSpec:
        return RotationSpec(
            name=self.name,
            time_zone=self.time_zone,
            type=self.type,
            start_at=self.start_at,
            shift_length=self.shift_length,
            participants=self.participants,
            description=self.description,
            team_id=self.team_id,
        )


async def create(connection: Connection, spec: RotationSpec) -> Rotation:
    """Raises InvalidInput naming every id in it that names nothing."""
    await _check(connection, spec)
    rotation_id = await connection.fetchval(_sql["insert"], *spec.columns)
    await _put_participants(connection, rotation_id, spec.participants)
    return await get(connection, rotation_id)


async def get(database: Queryable, rotation_id: UUID) -> Rotation:
    """Raises NotFound."""
    if row := await database.fetchrow(_sql["get"], rotation_id):
        return Rotation(**row)
    raise NotFound("no such rotation")


async def lock(connection: Connection, rotation_id: UUID) -> Rotation:
    """The rotation as it is until the transaction ends, with who is active. Raises NotFound."""
    await connection.execute(_sql["lock"], rotation_id)
    await connection.execute(_sql["hold_state"], rotation_id)
    return await get(connection, rotation_id)


async def page(database: Queryable, q: str | None, after: Position | None, limit: int) -> Slice[Rotation]:
    rows = await database.fetch(_sql["list"], q, *bounds(after), limit + 1)
    return cut([Rotation(**row) for row in rows], limit)


async def update(connection: Connection, rotation: Rotation, spec: RotationSpec) -> Rotation:
    """Change a rotation that is locked. Whoever is active stays so while among the participants (R3).

    Raises InvalidInput as ``create`` does.
    """
    await _check(connection, spec)
    await connection.execute(_sql["update"], rotation.id, *spec.columns)
    await _put_participants(connection, rotation.id, spec.participants)
    return await get(connection, rotation.id)


async def activate(connection: Connection, rotation: Rotation, position: int) -> Rotation:
    """Make the participant at the position active in the shift that is now. The rotation is locked.

    Raises InvalidInput when there is no such position.
    """
    rows = await connection.fetch(_sql["participants"], rotation.id)
    if position >= len(rows):
        raise InvalidInput(FieldError("active_position", f"there are {len(rows)} participants (it is {position})"))
    shift = handoffs.shift_at(_rule(rotation), await now(connection))
    await connection.execute(_sql["activate"], rotation.id, position, rows[position]["id"], *shift)
    return await get(connection, rotation.id)


async def delete(connection: Connection, rotation_id: UUID) -> None:
    """Delete a rotation that is locked. Raises Conflict naming the schedules and policies that use it."""
    if uses := await connection.fetch(_sql["uses"], rotation_id):
        raise Conflict(f"used by {names_of_uses(uses)}: take it out there first", *use_errors(uses))
    await connection.execute(_sql["delete"], rotation_id)


async def _put_participants(connection: Connection, rotation_id: UUID, users: Sequence[UUID]) -> None:
    order = await _reordered(connection, rotation_id, users)
    kept = [(row_id, number) for number, row_id in enumerate(order.kept) if row_id is not None]
    new = [(users[number], number) for number, row_id in enumerate(order.kept) if row_id is None]
    await connection.execute(_sql["delete_other_participants"], rotation_id, [row_id for row_id, _ in kept])
    for statement, rows in (("move_participants", kept), ("add_participants", new)):
        await connection.execute(_sql[statement], rotation_id, [one for one, _ in rows], [number for _, number in rows])
    if order.next is not None:
        await connection.execute(_sql["hand_to"], rotation_id, order.next)


async def _reordered(connection: Connection, rotation_id: UUID, users: Sequence[UUID]) -> NewOrder:
    rows = await connection.fetch(_sql["participants"], rotation_id)
    participants = [Participant(row["id"], row["user_id"]) for row in rows]
    active_id, position = (rows[0]["active_id"], rows[0]["active_position"]) if rows else (None, None)
    return reorder(participants, active_id, position, users)


async def _check(connection: Connection, spec: RotationSpec) -> None:
    participants = [
        Reference(f"participants.{index}", "user", user_id) for index, user_id in enumerate(spec.participants)
    ]
    require_none(await unknown(connection, [Reference("team_id", "team", spec.team_id), *participants]))


def _rule(rotation: Rotation) -> handoffs.HandoffRule:
    return handoffs.HandoffRule(rotation.type, rotation.shift_length, rotation.start_at, ZoneInfo(rotation.time_zone))
