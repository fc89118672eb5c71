"""Whether the engine is sick, and what its operators are told of it.

A symptom shows some time before anybody is told, so that what passes by itself, or is repaired within seconds, wakes
nobody:

    well ──a symptom──▶ seen ──lasts──▶ told ──every REPEAT──▶ told again
      ▲                  │               │  ▲
      │◀───── gone ──────┘             gone │ a symptom
      │                                  ▼  │
      └◀── lasts: told that it is well ── recovering

What was found is in the database, where all watching processes see it; one of them claims each telling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SHOWS_AFTER = timedelta(seconds=20)  # an engine gives a sign of life every 10 s
TOLD_AFTER = timedelta(seconds=30)
STEADY_FOR = timedelta(seconds=10)
REPEAT = timedelta(minutes=5)
MOST_FAILED_SENDS = 2


class Kind(StrEnum):
    """What may be wrong."""

    NO_ENGINE = "no_engine"
    OVERDUE = "overdue"
    JOBS_LATE = "jobs_late"
    SENDS_FAIL = "sends_fail"


@dataclass(frozen=True, slots=True)
class Signs:
    """What the database says at ``now``.

    ``engine_seen_at`` is the last sign of life of an engine that may work; ``overdue`` counts objects without a job in
    time, the first of which that is due was so at ``overdue_since``; ``oldest_job`` is when the first waiting job is or
    was due; sends are those that ended in the last minutes.
    """

    now: datetime
    engine_seen_at: datetime | None
    overdue: int = 0
    overdue_since: datetime | None = None
    oldest_job: datetime | None = None
    sends_succeeded: int = 0
    sends_failed: int = 0


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that is wrong, in words, and since when; None is unknown."""

    kind: Kind
    since: datetime | None
    message: str


def symptoms(signs: Signs) -> Sequence[Symptom]:
    """What is wrong with the engine; nothing in health, and for lateness that may pass in a moment."""
    late = signs.now - SHOWS_AFTER
    found: list[Symptom] = []
    if signs.engine_seen_at is None:
        found.append(Symptom(Kind.NO_ENGINE, None, "no engine is at work"))
    elif signs.engine_seen_at <= late:
        message = f"no engine has given a sign of life since {_time(signs.engine_seen_at)}"
        found.append(Symptom(Kind.NO_ENGINE, signs.engine_seen_at, message))
    if signs.overdue_since is not None and signs.overdue_since <= late:
        message = (
            f"{_count(signs.overdue, 'object')} without a job in time, the first due at {_time(signs.overdue_since)}"
        )
        found.append(Symptom(Kind.OVERDUE, signs.overdue_since, message))
    if signs.oldest_job is not None and signs.oldest_job <= late:
        message = f"no engine has taken a job that is due since {_time(signs.oldest_job)}"
        found.append(Symptom(Kind.JOBS_LATE, signs.oldest_job, message))
    return found


def obstacles(signs: Signs) -> Sequence[str]:
    """Why it cannot be said that pages go out: the symptoms, any object without a job, and sends that all fail."""
    found = [symptom.message for symptom in symptoms(signs)]
    if signs.overdue and not any(symptom.kind is Kind.OVERDUE for symptom in symptoms(signs)):
        found.append(f"{_count(signs.overdue, 'object')} without a job in time")
    if signs.sends_failed > MOST_FAILED_SENDS and not signs.sends_succeeded:
        found.append(f"the last {signs.sends_failed} attempts to send a page failed")
    return found


@dataclass(frozen=True, slots=True)
class Case:
    """A sickness as it is recorded. ``well_at``: since when no symptom shows; ``tellings`` counts messages."""

    since: datetime
    seen_at: datetime
    well_at: datetime | None = None
    told_at: datetime | None = None
    tellings: int = 0
    claimed_until: datetime | None = None


class Step(StrEnum):
    """What a process that watches does next."""

    REST = "rest"
    OPEN = "open"
    """Record that the engine is sick."""
    RECOVER = "recover"
    """Record that no symptom shows any more."""
    RELAPSE = "relapse"
    """Record that one shows again."""
    CLOSE = "close"
    """Forget it: nobody was told."""
    TELL_SICK = "tell_sick"
    TELL_WELL = "tell_well"


def decide(found: Sequence[Symptom], case: Case | None, now: datetime) -> Step:
    """What to do about the symptoms found at ``now``, given the sickness that is on record."""
    if case is None:
        return Step.OPEN if found else Step.REST
    if case.claimed_until is not None and case.claimed_until > now:
        return Step.REST
    return _while_sick(found, case, now) if found else _while_well(case, now)


def _while_sick(found: Sequence[Symptom], case: Case, now: datetime) -> Step:
    if case.well_at is not None:
        return Step.RELAPSE
    if case.told_at is not None:
        return Step.TELL_SICK if now - case.told_at >= REPEAT else Step.REST
    since = begin(found, case.since)
    lasts = now - case.seen_at >= STEADY_FOR and now - since >= TOLD_AFTER
    return Step.TELL_SICK if lasts else Step.REST


def _while_well(case: Case, now: datetime) -> Step:
    if case.told_at is None:
        return Step.CLOSE
    if case.well_at is None:
        return Step.RECOVER
    return Step.TELL_WELL if now - case.well_at >= STEADY_FOR else Step.REST


def begin(found: Sequence[Symptom], at_latest: datetime) -> datetime:
    """When the first of the symptoms began."""
    return min([at_latest, *(symptom.since for symptom in found if symptom.since is not None)])


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
