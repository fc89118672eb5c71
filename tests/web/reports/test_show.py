"""Reports: what they count, over which days, and their tables as CSV."""

import csv
import io
from datetime import datetime

import pytest
from httpx import AsyncClient
from tests.fixtures.factories import Factory

from tocsin.store.people.users import User
from tocsin.store.services.services import Service
from tocsin.web.reports.tables import csv_text

RANGE = "start=2026-11-02&end=2026-11-03"


async def alert(make: Factory, service: Service, at: str, took: str | None = None, closed: str | None = None) -> int:
    number = await make.alert(service, "disk is full", "closed" if closed else "triggered")
    moment = datetime.fromisoformat(at)
    times = (
        "update alerts set created_at = $2::timestamptz, closed_at = $2::timestamptz + $3::text::interval where id = $1"
    )
    await make.pool.execute(times, number, moment, closed)
    if took:
        logs = (
            "insert into alert_logs (alert_id, event, at)"
            " select $1, 'acknowledged', $2::timestamptz + late::interval from unnest($3::text[]) as late"
        )
        await make.pool.execute(logs, number, moment, [took, "5 hours"])
    return number


async def sent(make: Factory, number: int, user: User | None, at: str) -> None:
    page = (
        "insert into outgoing_messages (idempotency_key, alert_id, user_id, target_name, destination_type, status,"
        " next_attempt, sent_at) values (gen_random_uuid(), $1, $2, 'Ben', 'webhook', 'sent', null, $3)"
    )
    await make.pool.execute(page, number, user.id if user else None, datetime.fromisoformat(at))


async def table(browser: AsyncClient, name: str, query: str = RANGE) -> list[dict[str, str]]:
    answer = await browser.get(f"/reports/{name}.csv?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
async def history(make: Factory) -> None:
    """Two services and two people, with alerts and pages on, before and after two days in Berlin."""
    ben, cid = await make.user("Ben"), await make.user("=Cid")
    database, shop = await make.service(name="Database"), await make.service(name="Shop")
    await alert(make, database, "2026-11-01T22:59:59Z", took="1 minute")
    first = await alert(make, database, "2026-11-01T23:00:00Z", took="1 minute", closed="10 minutes")
    await alert(make, database, "2026-11-02T12:00:00Z", took="3 minutes", closed="20 minutes")
    await alert(make, database, "2026-11-02T13:00:00Z")
    last = await alert(make, shop, "2026-11-03T22:59:59Z")
    await alert(make, shop, "2026-11-03T23:00:00Z", took="1 minute")
    for at in ("2026-11-02T05:59:59Z", "2026-11-02T06:00:00Z", "2026-11-04T06:00:00Z"):
        await sent(make, first, ben, at)
    await sent(make, last, ben, "2026-11-03T21:00:00Z")
    await sent(make, last, cid, "2026-11-03T20:59:00Z")
    await sent(make, last, None, "2026-11-03T22:00:00Z")


@pytest.fixture
def berlin(browser: AsyncClient) -> AsyncClient:
    browser.cookies.set("tocsin_zone", "Europe%2FBerlin")
    return browser


async def test_services_are_counted_in_the_viewers_days_and_nights(berlin: AsyncClient, history: None) -> None:
    database, shop = await table(berlin, "services")
    assert database == {
        "service": "Database",
        "alerts": "3",
        "alerts_at_night": "1",
        "pages": "2",
        "pages_at_night": "1",
        "acknowledged": "2",
        "median_seconds_to_acknowledge": "120.0",
        "p90_seconds_to_acknowledge": "168.0",
        "closed": "2",
        "median_seconds_to_close": "900.0",
        "p90_seconds_to_close": "1140.0",
    }
    assert (shop["alerts"], shop["alerts_at_night"], shop["pages"], shop["pages_at_night"]) == ("1", "1", "3", "2")
    assert shop["median_seconds_to_acknowledge"] == ""


def test_seconds_are_told_to_the_millisecond() -> None:
    assert csv_text([("a", 105.54109199999999, 3, None)]) == "a,105.541,3,\r\n"


async def test_people_are_counted_by_the_pages_that_went_out_to_them(berlin: AsyncClient, history: None) -> None:
    assert await table(berlin, "people") == [
        {"person": "Ben", "alerts": "2", "pages": "3", "pages_at_night": "2"},
        {"person": "'=Cid", "alerts": "1", "pages": "1", "pages_at_night": "0"},
    ]


async def test_days_and_hours_are_those_of_the_viewer(berlin: AsyncClient, history: None) -> None:
    assert [tuple(row.values()) for row in await table(berlin, "days")] == [
        ("2026-11-02", "3", "2"),
        ("2026-11-03", "1", "3"),
    ]
    hours = {row["hour"]: (row["alerts"], row["pages"]) for row in await table(berlin, "hours")}
    assert len(hours) == 24
    busy = {hour: counts for hour, counts in hours.items() if counts != ("0", "0")}
    assert busy == {
        "0": ("1", "0"),
        "6": ("0", "1"),
        "7": ("0", "1"),
        "13": ("1", "0"),
        "14": ("1", "0"),
        "21": ("0", "1"),
        "22": ("0", "1"),
        "23": ("1", "1"),
    }


async def test_the_page_shows_sums_and_says_whose_days_they_are(berlin: AsyncClient, history: None) -> None:
    page = (await berlin.get(f"/reports?{RANGE}")).text
    for text in ("Europe/Berlin", "2 at night", "3 at night", "2 min", "Database", "Mon 2 Nov: 3 alerts"):
        assert text in page


async def test_a_quiet_range_says_so(browser: AsyncClient) -> None:
    page = (await browser.get("/reports")).text
    assert "Nothing came in on these days" in page
    assert "of UTC" in page


WRONG = {
    "start=2026-11-03&end=2026-11-02": "must not come before",
    "start=2024-01-01&end=2026-11-02": "at most 366 days",
    "start=yesterday": "Must be a date",
    "start=0001-01-01&end=0001-01-02": "Must be a year",
}


async def test_what_is_no_range_is_said_beside_the_field(browser: AsyncClient) -> None:
    for query, text in WRONG.items():
        answer = await browser.get(f"/reports?{query}")
        assert (answer.status_code, text in answer.text) == (422, True)
        assert (await browser.get(f"/reports/services.csv?{query}")).status_code == 422


async def test_there_is_no_other_table(browser: AsyncClient) -> None:
    assert (await browser.get("/reports/secrets.csv")).status_code == 404
