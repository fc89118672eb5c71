"""When the operators hear of a sick engine, and when pages can be said to go out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.engine_health import (
    REPEAT,
    EngineStatus,
    HealthProblem,
    Incident,
    IncidentStep,
    ProblemKind,
    decide,
    obstacles,
    problems,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WELL = EngineStatus(NOW, engine_seen_at=NOW)
SICK = [HealthProblem(ProblemKind.NO_ENGINE, NOW - timedelta(hours=1), "no engine")]
UNDATED = [HealthProblem(ProblemKind.NO_ENGINE, None, "no engine")]


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        (WELL, []),
        (replace(WELL, engine_seen_at=None), [ProblemKind.NO_ENGINE]),
        (replace(WELL, engine_seen_at=ago(19)), []),
        (replace(WELL, engine_seen_at=ago(20)), [ProblemKind.NO_ENGINE]),
        (replace(WELL, oldest_job=NOW + timedelta(hours=1)), []),
        (replace(WELL, oldest_job=ago(19)), []),
        (replace(WELL, oldest_job=ago(20)), [ProblemKind.JOBS_LATE]),
        (replace(WELL, overdue=1), []),
        (replace(WELL, overdue=1, overdue_since=ago(19)), []),
        (replace(WELL, overdue=2, overdue_since=ago(20)), [ProblemKind.OVERDUE]),
        (replace(WELL, sends_failed=9), []),
        (
            EngineStatus(NOW, ago(60), overdue=1, overdue_since=ago(60), oldest_job=ago(60)),
            [ProblemKind.NO_ENGINE, ProblemKind.OVERDUE, ProblemKind.JOBS_LATE],
        ),
    ],
)
def test_lateness_shows_after_a_while(status: EngineStatus, kinds: Sequence[ProblemKind]) -> None:
    assert [problem.kind for problem in problems(status)] == kinds


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (WELL, []),
        (replace(WELL, sends_failed=2), []),
        (replace(WELL, sends_failed=3), ["the last 3 attempts to send a page failed"]),
        (replace(WELL, sends_failed=300, sends_succeeded=1), []),
        (replace(WELL, overdue=1), ["1 object without a job in time"]),
        (replace(WELL, overdue=2, overdue_since=ago(1)), ["2 objects without a job in time"]),
        (
            replace(WELL, overdue=2, overdue_since=ago(60)),
            ["2 objects without a job in time, the first due at 2026-03-02 07:59:00Z"],
        ),
    ],
)
def test_pages_go_out_unless_something_stands_against_it(status: EngineStatus, found: Sequence[str]) -> None:
    assert obstacles(status) == found


@pytest.mark.parametrize(
    ("found", "incident", "step"),
    [
        ([], None, IncidentStep.WAIT),
        (SICK, None, IncidentStep.OPEN),
        (SICK, Incident(ago(9), ago(9)), IncidentStep.WAIT),
        (SICK, Incident(ago(10), ago(10)), IncidentStep.NOTIFY_SICK),
        (UNDATED, Incident(ago(29), ago(29)), IncidentStep.WAIT),
        (UNDATED, Incident(ago(30), ago(30)), IncidentStep.NOTIFY_SICK),
        (UNDATED, Incident(ago(30), ago(9)), IncidentStep.WAIT),
        (SICK, Incident(ago(60), ago(60), claimed_until=NOW + timedelta(seconds=1)), IncidentStep.WAIT),
        (SICK, Incident(ago(60), ago(60), claimed_until=NOW), IncidentStep.NOTIFY_SICK),
        (SICK, Incident(ago(600), ago(600), notified_at=NOW - REPEAT + timedelta(seconds=1)), IncidentStep.WAIT),
        (SICK, Incident(ago(600), ago(600), notified_at=NOW - REPEAT), IncidentStep.NOTIFY_SICK),
        (SICK, Incident(ago(600), ago(600), notified_at=ago(600), well_at=ago(5)), IncidentStep.RELAPSE),
        ([], Incident(ago(60), ago(60)), IncidentStep.CLOSE),
        ([], Incident(ago(60), ago(60), notified_at=ago(20)), IncidentStep.RECOVER),
        ([], Incident(ago(60), ago(60), notified_at=ago(20), well_at=ago(9)), IncidentStep.WAIT),
        ([], Incident(ago(60), ago(60), notified_at=ago(20), well_at=ago(10)), IncidentStep.NOTIFY_WELL),
        (
            [],
            Incident(ago(60), ago(60), notified_at=ago(20), well_at=ago(10), claimed_until=NOW + REPEAT),
            IncidentStep.WAIT,
        ),
    ],
)
def test_a_sickness_is_told_once_it_lasts_and_so_is_its_end(
    found: Sequence[HealthProblem], incident: Incident | None, step: IncidentStep
) -> None:
    assert decide(found, incident, NOW) is step
