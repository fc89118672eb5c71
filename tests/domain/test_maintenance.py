"""Until when a maintenance holds an alert, and which alerts it lets pass."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tocsin.domain.maintenance import holds, lets_pass

NOW = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def planned(start_at: datetime, end_at: datetime, *, weekly: bool = False, zone: str = "UTC") -> dict[str, Any]:
    return {"start_at": start_at.isoformat(), "end_at": end_at.isoformat(), "weekly": weekly, "time_zone": zone}


BEGUN = planned(NOW - HOUR, NOW + HOUR)
UNREADABLE = planned(NOW - HOUR, NOW + HOUR, zone="Nowhere/Land")


@pytest.mark.parametrize(
    ("columns", "until"),
    [
        ({}, None),
        ({"maintenance_expires_at": NOW + 2 * HOUR}, NOW + 2 * HOUR),
        ({"maintenance_expires_at": NOW}, None),
        ({"windows": [BEGUN]}, NOW + HOUR),
        ({"windows": [planned(NOW + HOUR, NOW + 2 * HOUR)]}, None),
        ({"windows": [planned(NOW - 2 * HOUR, NOW)]}, None),
        ({"windows": [planned(NOW - timedelta(weeks=9), NOW - timedelta(weeks=9) + HOUR, weekly=True)]}, NOW + HOUR),
        ({"windows": [BEGUN], "maintenance_expires_at": NOW + 2 * HOUR}, NOW + 2 * HOUR),
        ({"window_ends_at": NOW + HOUR}, None),
        ({"windows": [UNREADABLE], "window_ends_at": NOW + 3 * HOUR}, NOW + 3 * HOUR),
        ({"windows": [UNREADABLE, BEGUN]}, NOW + HOUR),
        ({"windows": [BEGUN], "maintenance_exceptions": ["disk*"]}, None),
        ({"windows": [BEGUN], "maintenance_exceptions": ["the-key"]}, None),
        ({"windows": [BEGUN], "maintenance_exceptions": ["fire"]}, NOW + HOUR),
    ],
)
def test_the_windows_themselves_say_until_when_an_alert_is_held(
    columns: dict[str, Any], until: datetime | None
) -> None:
    row = {
        "summary": "disk is full",
        "dedup_key": "user:1:the-key",
        "maintenance_expires_at": None,
        "maintenance_exceptions": [],
        "window_ends_at": None,
        "windows": [],
    }
    assert holds(row | columns, NOW) == until


@pytest.mark.parametrize(
    ("pattern", "summary", "passes"),
    [
        ("[FIRING]*", "[FIRING] x", True),
        ("[firing:?] disk*", "[FIRING:1] Disk is full", True),
        ("[FIRING]*", "fire", False),
        ("*[!a]", "x[!a]", True),
        ("*[!a]", "x", False),
        ("disk ]", "disk ]", True),
        ("disk*", "disk is full", True),
        ("db?", "db1", True),
        ("db?", "db", False),
    ],
)
def test_only_the_star_and_the_question_mark_stand_for_something_else(pattern: str, summary: str, passes: bool) -> None:
    assert lets_pass([pattern], summary, "key") is passes
