"""Whether the engine is sick, and what its operators are notified of.

A problem shows for a while before anybody is notified, so that what passes by itself, or is repaired within seconds,
wakes nobody:

    well ──a problem──▶ seen ──lasts──▶ notified ──every REPEAT──▶ notified again
      ▲                  │                 │  ▲
      │◀───── gone ──────┘               gone │ a problem
      │                                    ▼  │
      └◀── lasts: notified of it ──────── recovering

What was found is in the database, where all watching processes see it; one of them claims each notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SHOWS_AFTER = timedelta(seconds=20)  # an engine gives a sign of life every 10 s
NOTIFY_AFTER = timedelta(seconds=30)
STEADY_FOR = timedelta(seconds=10)
REPEAT = timedelta(minutes=5)
MOST_FAILED_SENDS = 2


class ProblemKind(StrEnum):
    """What may be wrong."""

    NO_ENGINE = "no_engine"
    OVERDUE = "overdue"
    JOBS_LATE = "jobs_late"


@dataclass(frozen=True, slots=True)
class EngineStatus:
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
class HealthProblem:
    """Something that is wrong, in words, and since when; None is unknown."""

    kind: ProblemKind
    since: datetime | None
    message: str


def problems(status: EngineStatus) -> Sequence[HealthProblem]:
    """What is wrong with the engine. Empty when it is healthy, and while a delay may still pass by itself."""
    late = status.now - SHOWS_AFTER
    found: list[HealthProblem] = []
    if status.engine_seen_at is None:
        found.append(HealthProblem(ProblemKind.NO_ENGINE, None, "no engine is at work"))
    elif status.engine_seen_at <= late:
        message = f"no engine has given a sign of life since {_time(status.engine_seen_at)}"
        found.append(HealthProblem(ProblemKind.NO_ENGINE, status.engine_seen_at, message))
    if status.overdue_since is not None and status.overdue_since <= late:
        message = (
            f"{_count(status.overdue, 'object')} without a job in time, the first due at {_time(status.overdue_since)}"
        )
        found.append(HealthProblem(ProblemKind.OVERDUE, status.overdue_since, message))
    if status.oldest_job is not None and status.oldest_job <= late:
        message = f"no engine has taken a job that is due since {_time(status.oldest_job)}"
        found.append(HealthProblem(ProblemKind.JOBS_LATE, status.oldest_job, message))
    return found


def obstacles(status: EngineStatus) -> Sequence[str]:
    """Why nobody can be sure that pages go out: the problems, objects without a job, and sends that all fail."""
    found = [problem.message for problem in problems(status)]
    if status.overdue and not any(problem.kind is ProblemKind.OVERDUE for problem in problems(status)):
        found.append(f"{_count(status.overdue, 'object')} without a job in time")
    if status.sends_failed > MOST_FAILED_SENDS and not status.sends_succeeded:
        found.append(f"the last {status.sends_failed} attempts to send a page failed")
    return found


@dataclass(frozen=True, slots=True)
class Incident:
    """A sick engine, as it is recorded. ``well_at``: since when no problem shows; ``notices`` counts those sent."""

    since: datetime
    seen_at: datetime
    well_at: datetime | None = None
    notified_at: datetime | None = None
    notices: int = 0
    claimed_until: datetime | None = None


class IncidentStep(StrEnum):
    """What a watching process does next."""

    WAIT = "wait"
    OPEN = "open"
    """Record that the engine is sick."""
    RECOVER = "recover"
    """Record that no problem shows any more."""
    RELAPSE = "relapse"
    """Record that one shows again."""
    CLOSE = "close"
    """Forget the incident: nobody was notified."""
    NOTIFY_SICK = "notify_sick"
    NOTIFY_WELL = "notify_well"


def decide(health_problems: Sequence[HealthProblem], incident: Incident | None, now: datetime) -> IncidentStep:
    """What to do about the problems found at ``now``, given the incident that is on record."""
    if incident is None:
        return IncidentStep.OPEN if health_problems else IncidentStep.WAIT
    if incident.claimed_until is not None and incident.claimed_until > now:
        return IncidentStep.WAIT
    return _while_sick(health_problems, incident, now) if health_problems else _while_well(incident, now)


def _while_sick(health_problems: Sequence[HealthProblem], incident: Incident, now: datetime) -> IncidentStep:
    if incident.well_at is not None:
        return IncidentStep.RELAPSE
    if incident.notified_at is not None:
        return IncidentStep.NOTIFY_SICK if now - incident.notified_at >= REPEAT else IncidentStep.WAIT
    since = begin(health_problems, incident.since)
    lasts = now - incident.seen_at >= STEADY_FOR and now - since >= NOTIFY_AFTER
    return IncidentStep.NOTIFY_SICK if lasts else IncidentStep.WAIT


def _while_well(incident: Incident, now: datetime) -> IncidentStep:
    if incident.notified_at is None:
        return IncidentStep.CLOSE
    if incident.well_at is None:
        return IncidentStep.RECOVER
    return IncidentStep.NOTIFY_WELL if now - incident.well_at >= STEADY_FOR else IncidentStep.WAIT


def begin(health_problems: Sequence[HealthProblem], at_latest: datetime) -> datetime:
    """When the first of the problems began."""
    return min([at_latest, *(problem.since for problem in health_problems if problem.since is not None)])


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
