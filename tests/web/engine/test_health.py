"""Health and metrics."""

import re
from itertools import product

import asyncpg
import pytest
from httpx import AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from tests.fixtures.factories import Factory, step

from tocsin.db.migrate import latest
from tocsin.domain.job_kinds import JOB_KINDS
from tocsin.engine.healing.drift import REASONS


async def test_a_fresh_server_is_live_and_ready(anonymous: AsyncClient) -> None:
    live, ready = await anonymous.get("/health/live"), await anonymous.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert ready.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("version", [latest() - 1, latest() + 1])
async def test_with_another_schema_it_is_not_ready(anonymous: AsyncClient, make: Factory, version: int) -> None:
    if version < latest():
        await make.pool.execute("delete from schema_migrations where version > $1", version)
    else:
        await make.pool.execute("insert into schema_migrations values ($1, 'x', 'x')", version)
    ready = await anonymous.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["reason"] == f"the database has schema version {version}, this Tocsin needs {latest()}"
    assert (await anonymous.get("/health/live")).status_code == 200


async def test_without_its_database_it_is_live_and_not_ready_and_says_503(
    anonymous: AsyncClient, make: Factory, postgres_dsn: str, admin_token: str
) -> None:
    name = await make.pool.fetchval("select current_database()")
    server = await asyncpg.connect(postgres_dsn)
    try:
        await server.execute(f'alter database "{name}" allow_connections false')
        await server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        ready = await anonymous.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        assert (await anonymous.get("/health/live")).status_code == 200
        refused = await anonymous.get("/api/v1/users", headers={"Authorization": f"Bearer {admin_token}"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert (await anonymous.post("/api/v2/generic/incoming?token=x&summary=s")).status_code == 503
    finally:
        await server.execute(f'alter database "{name}" allow_connections true')
        await server.close()
    assert (await anonymous.get("/health/ready")).status_code == 200


async def test_metrics_parse_and_tell_the_queue(anonymous: AsyncClient, make: Factory) -> None:
    await make.alert(await make.service(await make.policy(step(await make.user()))))
    answer = await anonymous.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    queued = [
        sample.value
        for sample in families["tocsin_jobs"].samples
        if sample.labels == {"kind": "alert", "state": "queued"}
    ]
    assert queued == [1]
    assert families["tocsin_engines_alive"].samples[0].value == 0


async def gauges(http: AsyncClient, family: str) -> dict[tuple[str, ...], float]:
    """The values of a family by the values of its labels."""
    families = {one.name: one for one in text_string_to_metric_families((await http.get("/metrics")).text)}
    return {tuple(sample.labels.values()): sample.value for sample in families[family].samples}


async def test_what_is_empty_is_told_as_zero(anonymous: AsyncClient, make: Factory) -> None:
    view = (
        "select string_agg(pg_get_functiondef(oid), '') from pg_proc"
        " where proname in ('engine_without_job', 'engine_overdue_within')"
    )
    reasons = set(re.findall(r"'(\w+)'", await make.pool.fetchval(view))) - {"UTF8", "queued", "failed", "page"}
    overdue = await gauges(anonymous, "tocsin_overdue")
    assert {reason for _, reason in overdue} == reasons
    jobs = await gauges(anonymous, "tocsin_jobs")
    assert {kind for kind, _ in jobs} == {kind for kind, _ in overdue} == set(JOB_KINDS)
    assert {state for _, state in jobs} == {"queued", "due", "retrying", "running", "parked"}
    assert {*overdue.values(), *jobs.values()} == {0}


async def test_counters_that_rules_for_alerts_look_at_are_there_before_the_first_event(anonymous: AsyncClient) -> None:
    repaired = await gauges(anonymous, "tocsin_repaired")
    assert set(product(JOB_KINDS, REASONS)) <= set(repaired)
    text = (await anonymous.get("/metrics")).text
    for outcome in ("rounds_used_up", "nobody_on_call"):
        assert f'tocsin_jobs_total{{kind="alert",outcome="{outcome}"}}' in text


async def test_the_last_sign_of_life_of_each_engine_is_told(anonymous: AsyncClient, make: Factory) -> None:
    seen = await make.pool.fetchval(
        "insert into engine_instances (id, host, pid, version) values (gen_random_uuid(), 'db1', 7, '1')"
        " returning last_seen_at"
    )
    assert await gauges(anonymous, "tocsin_engine_last_seen_timestamp_seconds") == {("db1:7",): seen.timestamp()}


async def test_what_is_overdue_is_counted(anonymous: AsyncClient, make: Factory) -> None:
    await make.alert(await make.service(await make.policy(step(await make.user()))))
    await make.pool.execute("delete from pgqueuer where entrypoint = 'alert'")
    overdue = await gauges(anonymous, "tocsin_overdue")
    assert {labels: number for labels, number in overdue.items() if number} == {("alert", "no_job"): 1}


async def test_metrics_name_nobody_and_nothing(anonymous: AsyncClient, make: Factory, admin_token: str) -> None:
    service = await make.service(await make.policy(step(await make.reachable_user("Zoe")), name="Nights"), name="Shop")
    token = await make.integration_key(service, "Probe")
    await anonymous.post("/api/v2/generic/incoming", params={"token": token, "summary": "disk"})
    text = (await anonymous.get("/metrics")).text
    for word in (admin_token, token, "Zoe", "Nights", "Shop", "Probe", "disk", str(service.id)):
        assert word not in text
