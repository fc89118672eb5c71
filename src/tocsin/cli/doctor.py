"""``tocsin doctor``: what is wrong, with the engine's objects and in the configuration, and what mends it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

import asyncpg

from tocsin.cli.runtime import load_settings, open_store
from tocsin.cli.tables import print_table
from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.domain.checks import Finding as ConfigurationFinding
from tocsin.domain.engine_health import ProblemKind, problems
from tocsin.engine.healing.drift import Drift
from tocsin.engine.healing.full_check import full_check
from tocsin.engine.healing.repair import repair as repair_drifts
from tocsin.engine.jobs.state_kinds import state_kinds
from tocsin.errors import NotFound, Unavailable
from tocsin.settings import Settings
from tocsin.store.engine_status import engine_health, engine_overview, object_names, operators
from tocsin.store.policies import configuration_checks

_OPERATORS = "TOCSIN_OPERATORS_POLICY"
SettingReason = Literal["operators_policy_unknown", "operators_unreachable"]
_NOBODY = (
    "the policy has neither a channel nor a user who can be reached",
    "give its users a contact method with a notification rule, or a step a channel",
)
_BY_MAIL_ALONE = (
    "the policy reaches people by mail alone, and there is no mail server",
    "set TOCSIN_SMTP_URL, or add another way to reach them",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. Those of the area ``engine`` can be repaired here, the others by people.

    ``reason`` is a stable name. ``due``: when the object should move or have moved, where that is known.
    """

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
    loaded = load_settings()
    try:
        async with open_store(loaded, migrating=False) as pool:
            repaired = await _repair(pool) if repair else None
            lines = [*await _look(pool, mails=await _mails(pool, loaded)), *await _look_for_operators(pool, loaded)]
            works = await _engine_works(pool)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise Unavailable(f"the database did not answer every question: {type(error).__name__}: {error}") from error
    if as_json:
        _print_json(lines, repaired, works)
    else:
        _print_tables(lines, repaired)
        if not works:
            print("No engine is at work: nothing moves until there is one (tocsin serve, or tocsin engine).")
    return len(lines)


async def _look(pool: Pool, *, mails: bool) -> Sequence[Line]:
    found = await full_check(pool)
    names = await object_names.names(pool, [(one.kind, one.id) for one in found])
    engines = [_engine_line(one, names.get((one.kind, one.id))) for one in found]
    return [*engines, *map(_configuration_line, await configuration_checks.everything(pool, mails=mails))]


async def _look_for_operators(pool: Pool, loaded: Settings) -> Sequence[Line]:
    """Whether anybody would hear of a sick engine, if somebody is to."""
    if loaded.operators_policy is None:
        return []
    try:
        async with pool.acquire() as connection:
            found = await operators.of_policy(connection, loaded.operators_policy)
    except NotFound:
        message = f"nobody hears of a sick engine: no escalation policy has the name or id “{loaded.operators_policy}”"
        return [_setting_line(None, "operators_policy_unknown", message, "name a policy that there is")]
    mails = await _mails(pool, loaded)
    if any(mails or not recipient.by_mail for recipient in found.recipients):
        return []
    because, advice = _BY_MAIL_ALONE if found.recipients else _NOBODY
    return [_setting_line(found.policy, "operators_unreachable", f"nobody hears of a sick engine: {because}", advice)]


async def _mails(pool: Pool, loaded: Settings) -> bool:
    return await engine_overview.can_mail(pool, own=loaded.smtp_url is not None)


async def _repair(pool: Pool) -> Sequence[Line]:
    """Mend what can be; returns what was found before. Each is done only if it is still so."""
    found = await full_check(pool)
    names = await object_names.names(pool, [(one.kind, one.id) for one in found])
    await repair_drifts(pool, state_kinds(pool), found)
    return [_engine_line(one, names.get((one.kind, one.id))) for one in found]


async def _engine_works(pool: Pool) -> bool:
    async with pool.acquire() as connection:
        found = await engine_health.status(connection)
    return found is not None and not any(one.kind is ProblemKind.NO_ENGINE for one in problems(found))


def _engine_line(one: Drift, name: str | None) -> Line:
    return Line("engine", one.kind, one.id, name, one.reason, one.message, one.due, one.repair)


def _configuration_line(one: ConfigurationFinding) -> Line:
    return Line("configuration", one.kind, str(one.id), one.name, one.check, one.message, None, one.advice)


def _setting_line(policy: str | None, reason: SettingReason, message: str, advice: str) -> Line:
    return Line("configuration", "setting", _OPERATORS, policy, reason, message, None, advice)


def _print_tables(lines: Sequence[Line], repaired: Sequence[Line] | None) -> None:
    if repaired:
        print(f"{_count(repaired)} of the engine's objects, and what was done:")
        print_table(("kind", "object", "what was wrong", "due", "done"), [_row(line) for line in repaired])
    elif repaired is not None:
        print("There was nothing to repair.")
    if objects := [line for line in lines if line.area == "engine"]:
        print("The engine's objects, which --repair mends:")
        print_table(("kind", "object", "what is wrong", "due", "what mends it"), map(_row, objects))
    if configuration := [line for line in lines if line.area == "configuration"]:
        print("The configuration, which people mend:")
        print_table(("kind", "object", "what is wrong", "what mends it"), map(_undated_row, configuration))
    print(f"{_count(lines)}." if lines else "Nothing is wrong.")


def _row(line: Line) -> Sequence[str]:
    due = f"{line.due.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if line.due else ""
    return line.kind, _object(line), line.message, due, line.repair


def _undated_row(line: Line) -> Sequence[str]:
    return line.kind, _object(line), line.message, line.repair


def _object(line: Line) -> str:
    return f"{line.name} ({line.id})" if line.name else line.id


def _count(lines: Sequence[Line]) -> str:
    return "1 finding" if len(lines) == 1 else f"{len(lines)} findings"


def _print_json(lines: Sequence[Line], repaired: Sequence[Line] | None, engine_works: bool) -> None:
    """One object: ``findings`` as they are now, and with ``--repair`` those that were ``repaired``."""
    told: dict[str, object] = {"engine_at_work": engine_works, "findings": [asdict(line) for line in lines]}
    if repaired is not None:
        told["repaired"] = [asdict(line) for line in repaired]
    print(json.dumps(told, indent=2, default=datetime.isoformat))
