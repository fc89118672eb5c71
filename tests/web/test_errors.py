"""Errors: a page for people, problem details for programs."""

import asyncpg
import pytest
from httpx import AsyncClient
from structlog.testing import capture_logs
from tests.api.calls import refusal
from tests.fixtures.factories import Factory

from tocsin.db.pool import Pool
from tocsin.store.on_call import calendar_feeds
from tocsin.web.alerts import link_page

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/alerts/4711", "No such alert."),
        (f"/alerts/{2**63}", "No such alert."),
        ("/alerts/x", "There is nothing at /alerts/x."),
        ("/%3Cb%3E", "There is nothing at /&lt;b&gt;."),
        ("/apis", "There is nothing at /apis."),
    ],
)
async def test_a_browser_gets_a_page_that_says_what_is_not_there(browser: AsyncClient, path: str, said: str) -> None:
    page = await browser.get(path, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Not found</h1>" in page.text
    assert said in page.text
    assert '<a class="btn" href="/">' in page.text


@pytest.mark.parametrize("accept", ["*/*", "", "application/json", "application/problem+json", "text/htmlx"])
async def test_a_program_gets_problem_details(browser: AsyncClient, accept: str) -> None:
    assert refusal(await browser.get("/alerts/4711", headers={"Accept": accept}), 404) == "no such alert"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/alerts/4711", "/v1/api/nothing", "/health/nothing"])
async def test_paths_for_programs_have_no_pages(browser: AsyncClient, path: str) -> None:
    refusal(await browser.get(path, headers=BROWSER), 404)


async def test_a_method_that_is_not_there_is_told_with_those_that_are(browser: AsyncClient) -> None:
    page = await browser.put("/sign-in", headers=BROWSER)
    assert (page.status_code, page.headers["allow"]) == (405, "GET, HEAD, POST")
    assert "only GET, HEAD, POST" in page.text


async def test_what_only_the_team_may_do_is_told_in_a_page(browser: AsyncClient, make: Factory) -> None:
    alert_id = await make.alert(await make.service(team_id=(await make.team()).id))
    page = await browser.post(f"/alerts/{alert_id}/close", headers=BROWSER)
    assert (page.status_code, "<h1>Not allowed</h1>" in page.text) == (403, True)


async def test_a_database_that_cannot_now_is_told_in_a_page(browser: AsyncClient, make: Factory, pool: Pool) -> None:
    await make.alert(await make.service())
    await pool.execute("alter view alert_records rename to hidden")
    await pool.execute(
        "create function refuse() returns integer language plpgsql as"
        " $$ begin raise exception 'full' using errcode = 'disk_full'; end $$"
    )
    await pool.execute("create view alert_records as select * from hidden where refuse() > 0")
    page = await browser.get("/", headers=BROWSER)
    assert (page.status_code, page.headers["retry-after"]) == (503, "2"), page.text
    assert "try again" in page.text


async def test_a_failure_inside_is_told_in_a_page_without_details(browser: AsyncClient, pool: Pool) -> None:
    await pool.execute("alter view alert_records rename to hidden")
    page = await browser.get("/", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "<h1>Tocsin failed</h1>" in page.text
    assert "relation" not in page.text
    assert "alerts&#39;" not in page.text


@pytest.mark.parametrize("path", ["/act/{}", "/calendar/{}.ics"])
@pytest.mark.parametrize(
    ("error", "event"),
    [
        (asyncpg.DiskFullError("full"), "database not available"),
        (asyncpg.DataError("wrong"), "the database refused a value"),
        (LookupError("gone"), "request failed"),
    ],
)
async def test_a_failure_is_logged_without_the_secret_of_its_path(
    anonymous: AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, error: Exception, event: str
) -> None:
    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(link_page, "signing_key", fail)
    monkeypatch.setattr(calendar_feeds, "owner_of", fail)
    with capture_logs() as logged:
        answer = await anonymous.get(path.format("k7%3Fw0rd"), headers=BROWSER)
    assert answer.status_code in (422, 500, 503)
    [line] = [one for one in logged if one["event"] == event]
    assert line["path"] == path.format("***")


async def test_a_notice_tells_of_an_error_but_not_to_what_fetches_itself(browser: AsyncClient) -> None:
    asked = BROWSER | {"HX-Request": "true", "HX-Target": "alert"}
    assert "No such alert." in (await browser.get("/alerts/4711", headers=asked)).headers["hx-trigger"]
    by_itself = await browser.get("/alerts/4711", headers=asked | {"Tocsin-By-Itself": "yes"})
    assert (by_itself.status_code, "hx-trigger" in by_itself.headers) == (404, False)
