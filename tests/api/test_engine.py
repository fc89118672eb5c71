"""``/api/v1/engine``: what is queued, overdue, parked, and who is at work."""

import uuid

from httpx import AsyncClient
from tests.api.calls import bearer, refusal
from tests.fixtures.factories import Factory

PARKED = """
insert into pgqueuer (priority, status, entrypoint, payload, attempts)
values (0, 'failed', 'alert', '17', 4)
returning id
"""
FAILED = """
insert into pgqueuer_log (job_id, status, priority, entrypoint, traceback)
values ($1, 'failed', 0, 'alert', '{"exception_type": "ValueError", "exception_message": "no such thing"}')
"""


async def park(make: Factory) -> int:
    job_id: int = await make.pool.fetchval(PARKED)
    await make.pool.execute(FAILED, job_id)
    return job_id


async def test_depth_and_instances_are_shown(api: AsyncClient, make: Factory) -> None:
    await make.alert(await make.service())
    await park(make)
    await make.pool.execute(
        "insert into engine_instances (id, host, pid, version, lateness, paused_because)"
        " values ($1, 'db1', 7, '1', $2, 'it is old')",
        uuid.uuid4(),
        {"alert": {"count": 1, "p50_seconds": 0.1, "p99_seconds": 0.2, "max_seconds": 0.3}},
    )
    engine = (await api.get("/api/v1/engine")).json()
    depth = next(job for job in engine["jobs"] if job["kind"] == "alert")
    assert depth == {"kind": "alert", "queued": 1, "due": 1, "retrying": 0, "running": 0, "parked": 1}
    assert [(overdue["kind"], overdue["reason"], overdue["count"]) for overdue in engine["overdue"]] == [
        ("alert", "parked", 1)
    ]
    (instance,) = engine["instances"]
    assert (instance["host"], instance["pid"], instance["alive"]) == ("db1", 7, True)
    assert instance["paused_because"] == "it is old"
    assert instance["lateness"]["alert"]["p99_seconds"] == 0.2


async def test_what_has_no_job_in_time_is_overdue(api: AsyncClient, make: Factory) -> None:
    await make.alert(await make.service())
    await make.pool.execute("delete from pgqueuer")
    (overdue,) = (await api.get("/api/v1/engine")).json()["overdue"]
    assert (overdue["kind"], overdue["count"]) == ("alert", 1)


async def test_what_was_repaired_lately_is_shown(api: AsyncClient, make: Factory) -> None:
    assert (await api.get("/api/v1/engine")).json()["repairs"] == []
    await make.pool.execute(
        "insert into engine_repairs (kind, object_id, reason, due)"
        " values ('alert', '17', 'no_job', now()), ('rotation', 'r', 'no_state', null)"
    )
    repairs = (await api.get("/api/v1/engine")).json()["repairs"]
    assert [(each["kind"], each["object_id"], each["reason"]) for each in repairs] == [
        ("rotation", "r", "no_state"),
        ("alert", "17", "no_job"),
    ]
    assert repairs[0]["due"] is None


async def test_a_parked_job_is_shown_with_its_error_and_retried(api: AsyncClient, make: Factory) -> None:
    job_id = await park(make)
    (job,) = (await api.get("/api/v1/engine/parked")).json()["items"]
    assert job == {
        "id": job_id,
        "kind": "alert",
        "object_id": "17",
        "attempts": 5,
        "parked_at": job["parked_at"],
        "error_type": "ValueError",
        "error": "no such thing",
    }
    assert (await api.post(f"/api/v1/engine/parked/{job_id}/retry")).status_code == 204
    row = await make.pool.fetchrow("select status, attempts, execute_after <= now() as due from pgqueuer")
    assert row is not None
    assert dict(row) == {"status": "queued", "attempts": 0, "due": True}
    assert refusal(await api.post(f"/api/v1/engine/parked/{job_id}/retry"), 404) == f"no job {job_id} is parked"


async def test_everybody_sees_the_engine_and_administrators_its_parked_jobs(
    anonymous: AsyncClient, make: Factory
) -> None:
    headers = bearer(await make.token(await make.user()))
    assert (await anonymous.get("/api/v1/engine", headers=headers)).status_code == 200
    refusal(await anonymous.get("/api/v1/engine/parked", headers=headers), 403)
    refusal(await anonymous.post("/api/v1/engine/parked/1/retry", headers=headers), 403)
