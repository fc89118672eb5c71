"""Maintenance of a service, now and planned."""

from httpx import AsyncClient
from tests.fixtures.factories import Factory


async def test_errors_of_a_planned_maintenance_tell_times_in_the_zone_of_its_form(
    browser: AsyncClient, make: Factory
) -> None:
    service = await make.service()
    form = {"start": "2030-01-31T09:00", "end": "2030-01-31T08:00", "zone": "Europe/Berlin"}
    answer = await browser.post(f"/services/{service.id}/windows", data=form)
    assert "the start is Thu 31 Jan 2030, 09:00:00 CET" in answer.text


async def test_planned_maintenance_is_shown_however_much_is_over(browser: AsyncClient, make: Factory) -> None:
    service = await make.service()
    await make.pool.execute(
        "insert into maintenance_windows (service_id, start_at, end_at)"
        " select $1, '2020-01-01T10:00Z', '2020-01-01T11:00Z' from generate_series(1, 150)",
        service.id,
    )
    form = {"start": "2035-01-01T10:00", "end": "2035-01-01T11:00", "zone": "UTC"}
    assert (await browser.post(f"/services/{service.id}/windows", data=form)).status_code == 303
    assert (await browser.get(f"/services/{service.id}")).text.count('class="window-row"') == 1


async def test_a_planned_maintenance_that_no_engine_has_seen_begin_is_shown(
    browser: AsyncClient, make: Factory
) -> None:
    service = await make.service(name="Shop")
    await make.pool.execute(
        "insert into maintenance_windows (service_id, start_at, end_at) values ($1, '2020-01-01', '2099-01-01')",
        service.id,
    )
    assert "In maintenance until" in (await browser.get(f"/services/{service.id}")).text
    for path in ("/services", "/services?state=maintenance"):
        page = (await browser.get(path)).text
        assert ("Shop" in page, "</svg>until <time" in page) == (True, True), path
