"""The page of the engine as plain HTML, and what its plot is drawn from."""

import uuid

from httpx import AsyncClient
from tests.api.test_engine import park
from tests.fixtures.factories import Factory

ENGINE = """
insert into engine_instances (id, host, pid, version, lateness, paused_because)
values ($1, 'db1', 7, '1', '{"alert": {"count": 3, "p50_seconds": 0.01, "p99_seconds": 0.25, "max_seconds": 3}}', $2)
"""


async def administrate(make: Factory) -> None:
    await make.pool.execute("update users set role = 'admin' where name = 'Ann'")


async def test_without_an_engine_it_says_what_to_do(browser: AsyncClient) -> None:
    page = (await browser.get("/engine")).text
    for text in ("No engine is running", "No engine has been here", "Nothing had to be repaired", "tocsin serve"):
        assert text in page


async def test_an_engine_and_its_lateness_are_shown(browser: AsyncClient, make: Factory) -> None:
    await make.pool.execute(ENGINE, uuid.uuid4(), None)
    page = (await browser.get("/engine")).text
    for text in ("The engine is well", "db1", "process 7", "10 ms", "250 ms", "3.0 s"):
        assert text in page
    await make.pool.execute("update engine_instances set paused_because = 'it is old'")
    assert "Every engine is paused: it is old." in (await browser.get("/engine")).text


async def test_what_is_overdue_is_named_with_its_reason(browser: AsyncClient, make: Factory) -> None:
    number = await make.alert(await make.service(), "disk <full>")
    await make.pool.execute("delete from pgqueuer")
    await make.pool.execute(ENGINE, uuid.uuid4(), None)
    page = (await browser.get("/engine", headers={"HX-Request": "true", "HX-Target": "engine"})).text
    assert page.lstrip().startswith('<div id="engine"')
    assert "1 overdue" in page
    assert f'<a href="/alerts/{number}">disk &lt;full&gt;</a>' in page
    assert "no job waits for it" in page


async def test_repairs_are_listed(browser: AsyncClient, make: Factory) -> None:
    number = await make.alert(await make.service(), "disk is full")
    repair = "insert into engine_repairs (kind, object_id, reason) values ('alert', $1, 'reopening_missed')"
    await make.pool.execute(repair, str(number))
    page = (await browser.get("/engine")).text
    assert ("disk is full" in page, "reopening missed" in page, "1 in 24 hours" in page) == (True, True, True)


async def test_parked_jobs_are_for_administrators(browser: AsyncClient, make: Factory) -> None:
    job_id = await park(make)
    page = (await browser.get("/engine")).text
    assert ("Administrators see them" in page, "no such thing" in page) == (True, False)
    assert (await browser.post(f"/engine/parked/{job_id}/retry")).status_code == 403
    await administrate(make)
    assert "no such thing" in (await browser.get("/engine")).text
    answer = await browser.post(f"/engine/parked/{job_id}/retry")
    assert (answer.status_code, answer.headers["location"]) == (303, "/engine#parked")
    assert await make.pool.fetchval("select status from pgqueuer where id = $1", job_id) == "queued"
    assert (await browser.post(f"/engine/parked/{job_id}/retry")).status_code == 303


LATE = """
with moments (number, at, late) as (
    values
        (1, now() - interval '5 minutes', interval '0.2 s'),
        (2, now() - interval '5 minutes', interval '0.4 s'),
        (3, now() - interval '5 minutes', interval '9 s'),
        (4, now() - interval '2 hours', interval '99 s')
),
logs as (
    insert into alert_logs (alert_id, event, reason, at)
    select $1, 'escalated', number::text, at from moments
    returning id, reason
)
insert into escalation_moves (alert_id, log_id, state, loop_count, escalation_count, due, moved_at)
select $1, logs.id, 'escalating', 0, 1, moments.at - moments.late, moments.at
from logs
join moments on moments.number::text = logs.reason
"""


async def test_lateness_comes_by_minute(browser: AsyncClient, make: Factory) -> None:
    await make.pool.execute(LATE, await make.alert(await make.service()))
    plot = (await browser.get("/engine/lateness.json")).json()
    assert len(plot["minutes"]) == 60
    lines = {(line["kind"], line["measure"]): line["values"] for line in plot["lines"]}
    assert [value for value in lines["alert", "max_seconds"] if value is not None] == [9]
    assert [value for value in lines["alert", "p50_seconds"] if value is not None] == [0.4]
    assert lines["alert", "max_seconds"].index(9) in (54, 55)
    assert not any(lines["page", "max_seconds"])
