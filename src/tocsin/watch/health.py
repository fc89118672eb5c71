"""One process's watch over the engine: it checks every few seconds, and one process notifies the operators.

`tocsin.domain.engine_health` decides; the incident in the database makes the watching processes one. Nobody holds a
connection while a notice is on its way: it is claimed, sent, and recorded. A process that dies in between leaves a
claim that runs out, and another sends the notice, with the same idempotency keys.

Whom to notify is remembered from one check to the next, for when the database does not answer.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import uuid4

import asyncpg
import structlog

from tocsin.db.pool import CONNECTION_ERRORS, Connection, Pool
from tocsin.domain.engine_health import (
    NOTIFY_AFTER,
    REPEAT,
    EngineStatus,
    HealthProblem,
    Incident,
    IncidentStep,
    begin,
    decide,
    problems,
)
from tocsin.errors import NotFound
from tocsin.store.engine_status import engine_health, operators
from tocsin.store.engine_status.operators import Operators
from tocsin.watch.notify import HealthStatus, Notifier, OperatorNotice
from tocsin.watch.outage import Outage, Verdict

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=3)
_ANSWERS_WITHIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look has found, and the step that follows from it."""

    status: EngineStatus
    problems: Sequence[HealthProblem]
    incident: Incident | None
    step: IncidentStep


@dataclass(slots=True)
class Watch:
    """Looks at the engine, and notifies the people of the policy named."""

    pool: Pool
    notifier: Notifier
    policy: str
    outage: Outage = field(default_factory=lambda: Outage(NOTIFY_AFTER, REPEAT))
    _operators: Operators | None = None
    _missing: str | None = None
    _outages: int = 0
    _id: str = field(default_factory=lambda: uuid4().hex[:12])

    async def look(self) -> IncidentStep | Verdict:
        """Check once and do what follows; returns what that was."""
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN.total_seconds()), self.pool.acquire() as connection:
                found = await self._find(connection)
        except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
            return await self._database_is_away(type(error).__name__)
        await self._database_answers()
        if found is None:
            return IncidentStep.WAIT
        if found.step in (IncidentStep.NOTIFY_SICK, IncidentStep.NOTIFY_WELL):
            await self._notify(found)
        return found.step

    async def _find(self, connection: Connection) -> _Found | None:
        """What there is, and on record what may be recorded at once; None when this version cannot read it."""
        status = await engine_health.status(connection)
        if status is None:
            return None
        await self._remember_operators(connection)
        found, incident = problems(status), await operators.incident(connection)
        step = decide(found, incident, status.now)
        match step:
            case IncidentStep.OPEN:
                await operators.open_incident(connection, begin(found, status.now))
                log.warning("engine_sick", causes=[problem.message for problem in found])
            case IncidentStep.RECOVER:
                await operators.recover(connection)
            case IncidentStep.RELAPSE:
                await operators.relapse(connection)
            case IncidentStep.CLOSE:
                await operators.close_incident(connection)
            case IncidentStep.WAIT | IncidentStep.NOTIFY_SICK | IncidentStep.NOTIFY_WELL:
                pass
            case _:
                assert_never(step)
        return _Found(status, found, incident, step)

    async def _remember_operators(self, connection: Connection) -> None:
        try:
            self._operators = await operators.of_policy(connection, self.policy)
            missing = None if self._operators.recipients else "nobody of the operators' policy can be reached"
        except NotFound as error:
            self._operators, missing = None, str(error)
        if missing is not None and missing != self._missing:
            log.error("nobody_hears_of_a_sick_engine", reason=missing)
        self._missing = missing

    async def _notify(self, found: _Found) -> None:
        incident, well = found.incident, found.step is IncidentStep.NOTIFY_WELL
        assert incident is not None
        since = begin(found.problems, incident.since)
        if self._operators is None:
            return
        async with self.pool.acquire() as connection:
            if not await operators.claim(connection, incident.notices, since):
                return
        accepted = await self.notifier.notify(self._operators, _notice(found, incident, since))
        async with self.pool.acquire() as connection:
            if accepted:
                await operators.notified(connection, incident.notices, well=well)
            else:
                await operators.not_notified(connection, incident.notices)

    async def _database_is_away(self, error: str) -> Verdict:
        verdict = self.outage.failed()
        if verdict is Verdict.AWAY:
            self._outages += 1
            await self._notify_of_database("sick", "The database does not answer Tocsin", [f"the error is {error}"])
        return verdict

    async def _database_answers(self) -> None:
        if self.outage.answered() is Verdict.BACK:
            await self._notify_of_database("well", "The database answers Tocsin again", [])

    async def _notify_of_database(self, status: HealthStatus, summary: str, causes: Sequence[str]) -> None:
        if self._operators is None:
            return
        key = f"database:{self._id}:{self._outages}:{status}"
        notice = OperatorNotice(key, status, summary, causes, datetime.now(UTC))
        await self.notifier.notify(self._operators, notice)


def _notice(found: _Found, incident: Incident, since: datetime) -> OperatorNotice:
    key = f"{incident.seen_at.timestamp():.0f}:{incident.notices}"
    at = f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    if found.step is IncidentStep.NOTIFY_WELL:
        return OperatorNotice(
            f"{key}:well", "well", f"The engine is well again; it was sick from {at} on", [], found.status.now
        )
    causes = [problem.message for problem in found.problems]
    return OperatorNotice(key, "sick", f"The engine is sick: {causes[0]}", causes, found.status.now)
