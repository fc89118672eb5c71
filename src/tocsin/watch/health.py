"""One process's watch over the engine: it looks every few seconds, and tells when it is the one to tell.

`tocsin.domain.engine_health` decides; the record in the database makes the watching processes one. Nobody holds a connection
while a message is on its way: the telling is claimed, sent, and recorded. A process that dies in between leaves a claim
that runs out, and another tells, with the same idempotency keys.

Whom to tell is remembered from one look to the next, for when the database does not answer.
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
from tocsin.domain import engine_health as sickness
from tocsin.domain.engine_health import REPEAT, TOLD_AFTER, Case, Signs, Step, Symptom
from tocsin.errors import NotFound
from tocsin.store.engine_status import engine_health, operators
from tocsin.store.engine_status.operators import Operators
from tocsin.watch.notify import News, Status, Teller
from tocsin.watch.outage import Outage, Verdict

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=3)
_ANSWERS_WITHIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look has found, and the step that follows from it."""

    signs: Signs
    symptoms: Sequence[Symptom]
    case: Case | None
    step: Step


@dataclass(slots=True)
class Watch:
    """Looks at the engine, and tells the people of the policy named."""

    pool: Pool
    teller: Teller
    policy: str
    outage: Outage = field(default_factory=lambda: Outage(TOLD_AFTER, REPEAT))
    _operators: Operators | None = None
    _missing: str | None = None
    _outages: int = 0
    _id: str = field(default_factory=lambda: uuid4().hex[:12])

    async def look(self) -> Step | Verdict:
        """Look once and do what is to be done; returns what that was."""
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN.total_seconds()), self.pool.acquire() as connection:
                found = await self._find(connection)
        except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
            return await self._database_is_away(type(error).__name__)
        await self._database_answers()
        if found is None:
            return Step.REST
        if found.step in (Step.TELL_SICK, Step.TELL_WELL):
            await self._tell(found)
        return found.step

    async def _find(self, connection: Connection) -> _Found | None:
        """What there is, and on record what may be recorded at once; None when this version cannot read it."""
        seen = await engine_health.signs(connection)
        if seen is None:
            return None
        await self._remember_operators(connection)
        found, case = sickness.symptoms(seen), await operators.case(connection)
        step = sickness.decide(found, case, seen.now)
        match step:
            case Step.OPEN:
                await operators.open_case(connection, sickness.begin(found, seen.now))
                log.warning("engine_sick", causes=[symptom.message for symptom in found])
            case Step.RECOVER:
                await operators.recover(connection)
            case Step.RELAPSE:
                await operators.relapse(connection)
            case Step.CLOSE:
                await operators.close_case(connection)
            case Step.REST | Step.TELL_SICK | Step.TELL_WELL:
                pass
            case _:
                assert_never(step)
        return _Found(seen, found, case, step)

    async def _remember_operators(self, connection: Connection) -> None:
        try:
            self._operators = await operators.of_policy(connection, self.policy)
            missing = None if self._operators.recipients else "nobody of the operators' policy can be reached"
        except NotFound as error:
            self._operators, missing = None, str(error)
        if missing is not None and missing != self._missing:
            log.error("nobody_hears_of_a_sick_engine", reason=missing)
        self._missing = missing

    async def _tell(self, found: _Found) -> None:
        case, well = found.case, found.step is Step.TELL_WELL
        assert case is not None
        since = sickness.begin(found.symptoms, case.since)
        if self._operators is None:
            return
        async with self.pool.acquire() as connection:
            if not await operators.claim(connection, case.tellings, since):
                return
        accepted = await self.teller.tell(self._operators, _news(found, case, since))
        async with self.pool.acquire() as connection:
            if accepted:
                await operators.told(connection, case.tellings, well=well)
            else:
                await operators.not_told(connection, case.tellings)

    async def _database_is_away(self, error: str) -> Verdict:
        verdict = self.outage.failed()
        if verdict is Verdict.AWAY:
            self._outages += 1
            await self._tell_of_database("sick", "The database does not answer Tocsin", [f"the error is {error}"])
        return verdict

    async def _database_answers(self) -> None:
        if self.outage.answered() is Verdict.BACK:
            await self._tell_of_database("well", "The database answers Tocsin again", [])

    async def _tell_of_database(self, status: Status, summary: str, causes: Sequence[str]) -> None:
        if self._operators is None:
            return
        key = f"database:{self._id}:{self._outages}:{status}"
        news = News(key, status, summary, causes, datetime.now(UTC))
        await self.teller.tell(self._operators, news)


def _news(found: _Found, case: Case, since: datetime) -> News:
    key = f"{case.seen_at.timestamp():.0f}:{case.tellings}"
    at = f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    if found.step is Step.TELL_WELL:
        return News(f"{key}:well", "well", f"The engine is well again; it was sick from {at} on", [], found.signs.now)
    causes = [symptom.message for symptom in found.symptoms]
    return News(key, "sick", f"The engine is sick: {causes[0]}", causes, found.signs.now)
