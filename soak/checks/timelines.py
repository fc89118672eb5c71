"""Every alert entered exactly the steps that its timeline allows, none late; and its row agrees with its timeline."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import asyncpg

from soak.checks.expected_course import Entry, ExpectedCourse
from soak.moments import LATE, excused
from soak.organisation import Service
from soak.stage import Stage
from tocsin.db.pool import Pool

_REQUEST = 20.0
"""How long before its effect a change may have been asked for, in seconds."""

_ALERTS = """
select
    alerts.id, alerts.service_id::text as service_id, alerts.status,
    state.state, state.escalation_count
from alerts
left join escalation_policy_state as state on state.alert_id = alerts.id
order by alerts.id
"""

_LOGS = """
select alert_id, extract(epoch from at)::float8 as at, event, reason, meta from alert_timeline
where alert_id > $1 and alert_id <= $2
order by alert_id, id
"""

_AT_ONCE = 1000


@dataclass(slots=True)
class Timelines:
    """The expected courses by alert, and how late everything was that moved by itself; seconds."""

    courses: dict[int, ExpectedCourse] = field(default_factory=dict)
    undisturbed: list[float] = field(default_factory=list)
    after_faults: list[float] = field(default_factory=list)


async def check_timelines(stage: Stage, moves: list[tuple[str, float]]) -> Timelines:
    """Follow all timelines. ``moves``: which service was asked to change its policy, and when."""
    found = Timelines()
    services = stage.organisation.by_id
    alerts = {row["id"]: row for row in await stage.pool.fetch(_ALERTS)}
    for first in range(0, max(alerts, default=0) + 1, _AT_ONCE):
        rows = await _logs(stage.pool, first)
        for alert, entries in groupby(rows, key=lambda row: row["alert_id"]):
            service = services[alerts[alert]["service_id"]]
            course = _follow(service, _may_restart(stage, service, moves), [_entry(row) for row in entries])
            found.courses[alert] = course
            _compare(stage, alert, course, alerts[alert])
            _measure(stage, found, alert, course)
    for alert in alerts.keys() - found.courses.keys():
        stage.fail("timeline", f"alert {alert}", "it has none")
    return found


async def _logs(pool: Pool, first: int) -> list[asyncpg.Record]:
    return await pool.fetch(_LOGS, first, first + _AT_ONCE)


def _entry(row: Any) -> Entry:
    return Entry(row["at"], row["event"], row["reason"], row["meta"])


def _may_restart(stage: Stage, service: Service, moves: list[tuple[str, float]]) -> Callable[[float, float], bool]:
    asked = [at for id_, at in moves if id_ == service.id]
    real = stage.jumps.real
    return lambda since, at: any(real(since) - _REQUEST <= each <= real(at) for each in asked)


def _follow(service: Service, may_restart: Callable[[float, float], bool], entries: list[Entry]) -> ExpectedCourse:
    course = ExpectedCourse(service.shape, service.delays, may_restart)
    for entry in entries:
        course.take(entry)
    return course


def _compare(stage: Stage, alert: int, course: ExpectedCourse, row: asyncpg.Record) -> None:
    """With the alert's rows, now that nothing waits any more."""
    for fault in course.faults:
        stage.fail("timeline", f"alert {alert}", fault)
    if row["status"] != course.status:
        stage.fail("timeline", f"alert {alert}", f"is {row['status']}, and {course.status} by its timeline")
    if row["status"] == "closed":
        return
    if row["escalation_count"] != len(course.entered):
        stage.fail("timeline", f"alert {alert}", f"{row['escalation_count']} entries, {len(course.entered)} told")
    expected = "acknowledged" if course.status == "acknowledged" else "exhausted"
    if row["state"] != expected or course.exhausted != (row["state"] == "exhausted"):
        stage.fail("timeline", f"alert {alert}", f"ends as {row['state']}, with {course.place} as its last step")


def _measure(stage: Stage, found: Timelines, alert: int, course: ExpectedCourse) -> None:
    mine = sorted((each for each in stage.windows if each.alert in (None, alert)), key=lambda each: each.start)
    for move in course.moves:
        due, at = stage.jumps.real(move.due), stage.jumps.real(move.at)
        windows = [window for window in mine if window.start <= at]
        counts_from = excused(due, windows)
        late = max(at - counts_from, 0.0)
        is_quiet = not any(window.end >= due - LATE for window in windows)
        (found.undisturbed if is_quiet else found.after_faults).append(late)
        if late > LATE:
            text = f"{late:.1f} s late: due {due - stage.began:.1f}, counted from {counts_from - stage.began:.1f}"
            stage.fail("lateness", f"alert {alert}", f"{text}, done {at - stage.began:.1f}")
