"""``tocsin doctor``: what is wrong, with the engine's objects and in the configuration, and what mends it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

import asyncpg

from tocsin.cli.runtime import open_store
from tocsin.cli.tables import print_table
from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.domain.checks import Finding as ConfigurationFinding
from tocsin.engine import audit
from tocsin.engine.finding import Finding
from tocsin.errors import Unavailable
from tocsin.store import checks, object_names

_HEADINGS = ("kind", "object", "what is wrong", "due since", "what mends it")


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. What is of area engine can be mended here, the rest by people; ``reason`` is its stable name."""

    area: Literal["engine", "configuration"]
    kind: str
    id: str
    name: str | None
    reason: str
    message: str
    due: datetime | None
    repair: str


async def doctor(*, repair: bool, as_json: bool) -> int:
    """Look, repair if asked to and look again, and print; returns how many findings there are in the end.

    Raises ConfigurationError or Unavailable when the database cannot be looked at.
    """
    try:
        async with open_store(migrating=False) as pool:
            repaired = await _repair(pool) if repair else None
            lines = await _look(pool)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise Unavailable(f"the database did not answer every question: {type(error).__name__}: {error}") from error
    if as_json:
        _print_json(lines, repaired)
    else:
        _print_table(lines, repaired)
    return len(lines)


async def _look(pool: Pool) -> Sequence[Line]:
    found = await audit.audit(pool)
    names = await object_names.names(pool, [(one.kind, one.id) for one in found])
    engine = [_engine_line(one, names.get((one.kind, one.id))) for one in found]
    return [*engine, *map(_configuration_line, await checks.everything(pool))]


async def _repair(pool: Pool) -> Sequence[Line]:
    """Mend what can be; returns what was found before. Each is done only if it is still so."""
    found = await audit.audit(pool)
    names = await object_names.names(pool, [(one.kind, one.id) for one in found])
    await audit.repair(pool, found)
    return [_engine_line(one, names.get((one.kind, one.id))) for one in found]


def _engine_line(one: Finding, name: str | None) -> Line:
    return Line("engine", one.kind, one.id, name, one.reason, one.reason.replace("_", " "), one.due, one.repair)


def _configuration_line(one: ConfigurationFinding) -> Line:
    return Line("configuration", one.kind, str(one.id), one.name, one.check, one.message, None, one.advice)


def _print_table(lines: Sequence[Line], repaired: Sequence[Line] | None) -> None:
    if repaired:
        print(f"{_count(repaired)} of the engine's objects, and what was done:")
        print_table(("kind", "object", "what was wrong", "due since", "done"), [_row(line) for line in repaired])
    elif repaired is not None:
        print("There was nothing to repair.")
    if lines:
        print_table(_HEADINGS, [_row(line) for line in lines])
    print(f"{_count(lines)}." if lines else "Nothing is wrong.")


def _row(line: Line) -> Sequence[str]:
    shown = f"{line.name} ({line.id})" if line.name else line.id
    due = f"{line.due.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if line.due else ""
    return line.kind, shown, line.message, due, line.repair


def _count(lines: Sequence[Line]) -> str:
    return "1 finding" if len(lines) == 1 else f"{len(lines)} findings"


def _print_json(lines: Sequence[Line], repaired: Sequence[Line] | None) -> None:
    """One object: ``findings`` as they are now, and with ``--repair`` those that were ``repaired``."""
    told = {"findings": [asdict(line) for line in lines]}
    if repaired is not None:
        told["repaired"] = [asdict(line) for line in repaired]
    print(json.dumps(told, indent=2, default=datetime.isoformat))
