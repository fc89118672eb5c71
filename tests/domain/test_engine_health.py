"""When the operators hear of a sick engine, and when pages can be said to go out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.domain.engine_health import REPEAT, Case, Kind, Signs, Step, Symptom, decide, obstacles, symptoms

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WELL = Signs(NOW, engine_seen_at=NOW)
SICK = [Symptom(Kind.NO_ENGINE, NOW - timedelta(hours=1), "no engine")]
UNDATED = [Symptom(Kind.NO_ENGINE, None, "no engine")]


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("signs", "kinds"),
    [
        (WELL, []),
        (replace(WELL, engine_seen_at=None), [Kind.NO_ENGINE]),
        (replace(WELL, engine_seen_at=ago(19)), []),
        (replace(WELL, engine_seen_at=ago(20)), [Kind.NO_ENGINE]),
        (replace(WELL, oldest_job=NOW + timedelta(hours=1)), []),
        (replace(WELL, oldest_job=ago(19)), []),
        (replace(WELL, oldest_job=ago(20)), [Kind.JOBS_LATE]),
        (replace(WELL, overdue=1), []),
        (replace(WELL, overdue=1, overdue_since=ago(19)), []),
        (replace(WELL, overdue=2, overdue_since=ago(20)), [Kind.OVERDUE]),
        (replace(WELL, sends_failed=9), []),
        (
            Signs(NOW, ago(60), overdue=1, overdue_since=ago(60), oldest_job=ago(60)),
            [Kind.NO_ENGINE, Kind.OVERDUE, Kind.JOBS_LATE],
        ),
    ],
)
def test_lateness_shows_after_a_while(signs: Signs, kinds: Sequence[Kind]) -> None:
    assert [symptom.kind for symptom in symptoms(signs)] == kinds


@pytest.mark.parametrize(
    ("signs", "found"),
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
def test_pages_go_out_unless_something_stands_against_it(signs: Signs, found: Sequence[str]) -> None:
    assert obstacles(signs) == found


@pytest.mark.parametrize(
    ("found", "case", "step"),
    [
        ([], None, Step.REST),
        (SICK, None, Step.OPEN),
        (SICK, Case(ago(9), ago(9)), Step.REST),
        (SICK, Case(ago(10), ago(10)), Step.TELL_SICK),
        (UNDATED, Case(ago(29), ago(29)), Step.REST),
        (UNDATED, Case(ago(30), ago(30)), Step.TELL_SICK),
        (UNDATED, Case(ago(30), ago(9)), Step.REST),
        (SICK, Case(ago(60), ago(60), claimed_until=NOW + timedelta(seconds=1)), Step.REST),
        (SICK, Case(ago(60), ago(60), claimed_until=NOW), Step.TELL_SICK),
        (SICK, Case(ago(600), ago(600), told_at=NOW - REPEAT + timedelta(seconds=1)), Step.REST),
        (SICK, Case(ago(600), ago(600), told_at=NOW - REPEAT), Step.TELL_SICK),
        (SICK, Case(ago(600), ago(600), told_at=ago(600), well_at=ago(5)), Step.RELAPSE),
        ([], Case(ago(60), ago(60)), Step.CLOSE),
        ([], Case(ago(60), ago(60), told_at=ago(20)), Step.RECOVER),
        ([], Case(ago(60), ago(60), told_at=ago(20), well_at=ago(9)), Step.REST),
        ([], Case(ago(60), ago(60), told_at=ago(20), well_at=ago(10)), Step.TELL_WELL),
        ([], Case(ago(60), ago(60), told_at=ago(20), well_at=ago(10), claimed_until=NOW + REPEAT), Step.REST),
    ],
)
def test_a_sickness_is_told_once_it_lasts_and_so_is_its_end(
    found: Sequence[Symptom], case: Case | None, step: Step
) -> None:
    assert decide(found, case, NOW) is step
