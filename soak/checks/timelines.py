"""Every alert entered exactly the steps that its timeline allows, none late; and its row agrees with its timeline."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import asyncpg

from soak.checks.expected_course import Entry, ExpectedCourse
from soak.environment import Environment
from soak.moments import LATE, excused
from soak.organisation import Service
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


async def check_timelines(environment: Environment, moves: list[tuple[str, float]]) -> Timelines:
    """Follow all timelines. ``moves``: which service was asked to change its policy, and when."""
    found = Timelines()
    services = environment.organisation.by_id
    alerts = {row["id"]: row for row in await environment.pool.fetch(_ALERTS)}
    for first in range(0, max(alerts, default=0) + 1, _AT_ONCE):
        rows = await _logs(environment.pool, first)
        for alert, entries in groupby(rows, key=lambda row: row["alert_id"]):
            service = services[alerts[alert]["service_id"]]
            course = _follow(service, _may_restart(environment, service, moves), [_entry(row) for row in entries])
            found.courses[alert] = course
            _compare(environment, alert, course, alerts[alert])
            _measure(environment, found, alert, course)
    for alert in alerts.keys() - found.courses.keys():
        environment.fail("timeline", f"alert {alert}", "it has none")
    return found


async def _logs(pool: Pool, first: int) -> list[asyncpg.Record]:
    return await pool.fetch(_LOGS, first, first + _AT_ONCE)


def _entry(row: Any) -> Entry:
    return Entry(row["at"], row["event"], row["reason"], row["meta"])


def _may_restart(
    environment: Environment, service: Service, moves: list[tuple[str, float]]
) -> Callable[[float, float], bool]:
    asked = [at for id_, at in moves if id_ == service.id]
    real = environment.jumps.real
    return lambda since, at: any(real(since) - _REQUEST <= each <= real(at) for each in asked)


def _follow(service: Service, may_restart: Callable[[float, float], bool], entries: list[Entry]) -> ExpectedCourse:
    course = ExpectedCourse(service.shape, service.delays, may_restart)
    for entry in entries:
        course.take(entry)
    return course


def _compare(environment: Environment, alert: int, course: ExpectedCourse, row: asyncpg.Record) -> None:
    """With the alert's rows, now that nothing waits any more."""
    for fault in course.faults:
        environment.fail("timeline", f"alert {alert}", fault)
    if row["status"] != course.status:
        environment.fail("timeline", f"alert {alert}", f"is {row['status']}, and {course.status} by its timeline")
    if row["status"] == "closed":
        return
    if row["escalation_count"] != len(course.entered):
        environment.fail("timeline", f"alert {alert}", f"{row['escalation_count']} entries, {len(course.entered)} told")
    expected = "acknowledged" if course.status == "acknowledged" else "exhausted"
    if row["state"] != expected or course.exhausted != (row["state"] == "exhausted"):
        environment.fail("timeline", f"alert {alert}", f"ends as {row['state']}, with {course.place} as its last step")


def _measure(environment: Environment, found: Timelines, alert: int, course: ExpectedCourse) -> None:
    mine = sorted((each for each in environment.windows if each.alert in (None, alert)), key=lambda each: each.start)
    for move in course.moves:
        due, at = environment.jumps.real(move.due), environment.jumps.real(move.at)
        windows = [window for window in mine if window.start <= at]
        counts_from = excused(due, windows)
        late = max(at - counts_from, 0.0)
        is_quiet = not any(window.end >= due - LATE for window in windows)
        (found.undisturbed if is_quiet else found.after_faults).append(late)
        if late > LATE:
            moments = (f"{moment - environment.began:.1f}" for moment in (due, counts_from, at))
            text = "{} s late: due {}, counted from {}, done {}".format(f"{late:.1f}", *moments)
            environment.fail("lateness", f"alert {alert}", text)
