"""What all of the designs do, over sets: escalate what is due, page, and bring up to date who is on call."""

from collections.abc import Sequence
from uuid import UUID

from tocsin.db.pool import Connection
from tocsin.db.sql import Statements

_MOVES = Statements(__package__, "moves.sql")
_ON_CALL = Statements(__package__, "on_call.sql")


def _narrowed(statement: str, **columns: str) -> str:
    """The statement for some objects only: each place where it says which all it means takes a condition instead."""
    for what, condition in columns.items():
        statement = statement.replace(f"true /* all {what} */", condition)
    return statement


_ESCALATE_THESE = _narrowed(_MOVES["escalate"], alerts="state.alert_id = any($3::bigint[])")
_TICK_THESE = _narrowed(_MOVES["tick"], alerts="cycles.alert_id = any($2::bigint[])")
_HAND_OFF_THESE = _narrowed(_ON_CALL["hand_off"], rotations="rotations.id = any($1::uuid[])")
_ON_CALL_OF_THESE = _narrowed(_ON_CALL["on_call"], schedules="schedules.id = any($1::uuid[])")
_MIRROR_THESE = _narrowed(
    _ON_CALL["mirror"],
    steps="targets.escalation_policy_step_id = any($1::uuid[])",
    mirrors="on_call.ep_step_id = any($1::uuid[])",
)

# As Tocsin's engine has it, but for the time that a round over everything may take.
SESSION = {"synchronous_commit": "off", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "15s"}


async def bring_on_call_up_to_date(connection: Connection) -> None:
    """All rotations, schedules and steps."""
    await connection.execute(_ON_CALL["hand_off"])
    await connection.execute(_ON_CALL["on_call"])
    await connection.execute(_ON_CALL["mirror"])


async def bring_up_to_date(
    connection: Connection,
    *,
    rotations: Sequence[UUID] = (),
    schedules: Sequence[UUID] = (),
    policies: Sequence[UUID] = (),
) -> None:
    """Those rotations, schedules and policies, and what depends on them."""
    await connection.execute(_HAND_OFF_THESE, rotations)
    concerned = await connection.fetchrow(_ON_CALL["users_of"], rotations, schedules, policies)
    assert concerned is not None
    await connection.execute(_ON_CALL_OF_THESE, concerned["schedules"])
    await connection.execute(_MIRROR_THESE, concerned["steps"])


async def changed_schedules(connection: Connection) -> Sequence[UUID]:
    """Bring all schedules up to date; those on which somebody's stint has begun or ended."""
    changed: Sequence[UUID] = await connection.fetchval(_ON_CALL["on_call"])
    return changed


async def due_rotations(connection: Connection) -> Sequence[UUID]:
    """The rotations whose shift is over."""
    return await connection.fetchval(_ON_CALL["due_rotations"]) or ()


async def due_alerts(connection: Connection, most: int, but_for: Sequence[int] = ()) -> Sequence[int]:
    """The alerts that should move, the longest overdue first."""
    return [row["alert_id"] for row in await connection.fetch(_MOVES["due"], most, but_for)]


async def escalate(connection: Connection, *, new: bool, most: int | None) -> int:
    """Move the new alerts, or the others, that are due; how many have moved."""
    moved: int = await connection.fetchval(_MOVES["escalate"], most, new)
    return moved


async def escalate_these(connection: Connection, alerts: Sequence[int]) -> int:
    """Move those of the alerts that are due; how many have moved."""
    moved: int = await connection.fetchval(_ESCALATE_THESE, None, None, alerts)
    return moved


async def page(connection: Connection, most: int | None = None) -> int:
    """Write the pages of the due cycles; how many cycles have moved."""
    moved: int = await connection.fetchval(_MOVES["tick"], most)
    return moved


async def page_these(connection: Connection, alerts: Sequence[int]) -> int:
    """Write the due pages of those alerts' cycles; how many cycles have moved."""
    moved: int = await connection.fetchval(_TICK_THESE, None, alerts)
    return moved
