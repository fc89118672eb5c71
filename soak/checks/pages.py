"""Each page has one row, each step's pages are there, and what the phones got is what the rows say."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import asyncpg

from soak.checks.expected_course import Entered, ExpectedCourse
from soak.environment import Environment
from soak.moments import Window
from soak.phones import Receipt

_SEND = 11.0
"""How long a send and the recording of its answer may take, in seconds."""

_CLAIMED = 2.0
"""How long before it comes in a page may have been claimed, in seconds."""

_UNDONE = 1.0
"""How much of the engine's work a crash of the server may undo, in seconds: see docs/adr/0004."""

_PAGES = """
select
    idempotency_key, alert_id, user_id::text as user_id, channel_id::text as channel_id, escalation_count,
    step_number, loop_count, status, reason,
    extract(epoch from created_at)::float8 as created_at, extract(epoch from sent_at)::float8 as sent_at
from outgoing_messages
"""

_CYCLES = """
select alert_id, escalation_count, user_id::text as user_id, ended_at is not null as ended
from notification_policy_cycles
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """How many of which state; how often a page came in again and why; pages whose rows a crash has undone."""

    by_status: Mapping[str, int]
    repeats: Mapping[str, int]
    undone: int


async def check_pages(environment: Environment, courses: Mapping[int, ExpectedCourse]) -> Pages:
    """Compare the rows with the timelines, and the phones' receipts with the rows."""
    rows = await environment.pool.fetch(_PAGES)
    keys = {row["idempotency_key"] for row in rows}
    if len(keys) != len(rows):
        environment.fail("one row a page", "outgoing_messages", f"{len(rows) - len(keys)} keys stand twice")
    for row in rows:
        if reason := _out_of_place(environment, row, courses.get(row["alert_id"])):
            environment.fail("pages", row["idempotency_key"], reason)
    await _check_all_are_there(environment, courses, keys)
    receipts = _receipts(environment)
    _check_sent(environment, rows, receipts)
    return Pages(
        Counter(row["status"] for row in rows), _repeats(environment, receipts), _undone(environment, receipts, keys)
    )


def _receipts(environment: Environment) -> Mapping[str, Sequence[Receipt]]:
    """By idempotency key, in the order in which they came."""
    found: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in sorted(
        (receipt for phone in environment.phones for receipt in phone.receipts), key=lambda one: one.at
    ):
        found[receipt.key].append(receipt)
    return found


def _out_of_place(environment: Environment, row: asyncpg.Record, course: ExpectedCourse | None) -> str | None:
    """Why the page should not be there, or not be so; None when all is well."""
    if course is None or not 1 <= row["escalation_count"] <= len(course.entered):
        return "the alert has entered no such step"
    entered = course.entered[row["escalation_count"] - 1]
    if (row["step_number"], row["loop_count"]) != (entered.step, entered.loop):
        return f"names another step than the one entered: {entered}"
    if row["idempotency_key"] not in _may_page(environment, row["alert_id"], row["escalation_count"], entered):
        return "pages somebody who is not on call for the step"
    return _wrong_status(row, course)


def _wrong_status(row: asyncpg.Record, course: ExpectedCourse) -> str | None:
    match row["status"]:
        case "sent" | "bundled":
            return None
        case "cancelled" if row["reason"] == "contact_method_disabled" or course.status != "triggered":
            return None
        case "cancelled" if course.asked is None and row["reason"] in ("acknowledged", "closed"):
            return None  # acknowledged, and escalated by hand since
        case _:
            return f"ended as {row['status']} ({row['reason']})"


def _may_page(environment: Environment, alert: int, count: int, entered: Entered) -> set[str]:
    """The keys of all pages that the entry allows."""
    rules = environment.organisation.rules
    people = {f"{alert}:{count}:user:{user}:{rule}:0" for user in entered.users for rule in rules[user]}
    return people | {f"{alert}:{count}:channel:{channel}" for channel in entered.channels}


async def _check_all_are_there(environment: Environment, courses: Mapping[int, ExpectedCourse], keys: set[str]) -> None:
    """Each channel's page, each user's cycle, and of the cycles that went to their end each page."""
    cycles = {
        (row["alert_id"], row["escalation_count"], row["user_id"]): row["ended"]
        for row in await environment.pool.fetch(_CYCLES)
    }
    organisation = environment.organisation
    for alert, course in courses.items():
        for count, entered in enumerate(course.entered, 1):
            wanted = {f"{alert}:{count}:channel:{channel}" for channel in entered.channels}
            for user in entered.users:
                ended = cycles.get((alert, count, user))
                if ended is None:
                    environment.fail("pages", f"alert {alert}", f"entry {count} does not page {user}, who was on call")
                elif not ended:
                    rules = organisation.rules[user] - organisation.fickle
                    wanted |= {f"{alert}:{count}:user:{user}:{rule}:0" for rule in rules}
            for key in wanted - keys:
                environment.fail("pages", key, "was never written")


def _check_sent(
    environment: Environment, rows: Sequence[asyncpg.Record], receipts: Mapping[str, Sequence[Receipt]]
) -> None:
    for row in rows:
        came = receipts.get(row["idempotency_key"], ())
        if row["status"] == "sent" and not any(receipt.status == 200 for receipt in came):
            environment.fail("sent", row["idempotency_key"], f"no phone has accepted it: {came}")


def _repeats(environment: Environment, receipts: Mapping[str, Sequence[Receipt]]) -> Mapping[str, int]:
    """How often a page came in again, by why."""
    found: Counter[str] = Counter()
    for key, came in receipts.items():
        for former, again in pairwise(came):
            if former.status != 200:
                found["the phone had not accepted it"] += 1
            elif _disturbed(environment.windows, former.at - _CLAIMED, former.at + _SEND):
                found["a fault had come in between"] += 1
            else:
                when = f"{former.at - environment.began:.1f} and {again.at - environment.began:.1f}"
                environment.fail("repeats", key, f"sent at {when} though nothing was in the way")
    return found


def _undone(environment: Environment, receipts: Mapping[str, Sequence[Receipt]], keys: set[str]) -> int:
    """Pages without a row: a crash of the server has undone it, and its alert did not enter the step again."""
    missing = receipts.keys() - keys
    for key in missing:
        if not all(_disturbed(environment.crashes, one.at - _SEND, one.at + _UNDONE) for one in receipts[key]):
            environment.fail("pages", key, "came in and has no row, and no crash can have undone it")
    return len(missing)


def _disturbed(windows: Sequence[Window], start: float, end: float) -> bool:
    return any(window.alert is None and window.start <= end and window.end >= start for window in windows)
