"""In which order jobs are fetched when more are due than fit into one fetch, against a model of the order (N6)."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from tests.fixtures.factories import Factory, step

from tocsin.db.pool import Pool
from tocsin.db.sql import Statements
from tocsin.testing.clock import Clock

KINDS = ["rotation", "alert", "cycle"]
CHOICE = Statements("tocsin.engine.queue", "queries.sql")["in_turn"]
COUNT = 100
LINES = 32
AGED = timedelta(seconds=30)


@dataclass(frozen=True)
class Waiting:
    """A job that is due. ``line``: of 32 of its class."""

    number: int
    kind: str
    severity: int
    line: int
    due_for: timedelta

    @property
    def urgency(self) -> int:
        return 0 if self.due_for > AGED else self.severity

    @property
    def place_in_line(self) -> tuple[timedelta, int]:
        return -self.due_for, self.number


def expected(jobs: Sequence[Waiting]) -> Sequence[int]:
    """The next fetch: the most urgent first; of these each line gives its longest due, then each its next."""
    lines: dict[tuple[str, int, int], list[Waiting]] = defaultdict(list)
    for job in jobs:
        lines[job.kind, job.severity, job.line].append(job)
    ordered: list[tuple[int, int, tuple[timedelta, int]]] = []
    for line in lines.values():
        for turn, job in enumerate(sorted(line, key=lambda job: job.place_in_line)):
            ordered.append((job.urgency, turn, job.place_in_line))
    return [place[1] for _, _, place in sorted(ordered)[:COUNT]]


async def put(pool: Pool, jobs: Sequence[Waiting]) -> None:
    await pool.executemany(
        "insert into pgqueuer (id, priority, entrypoint, payload, execute_after, status)"
        " values ($1::bigint, $2, $3, convert_to($1::bigint::text, 'UTF8'), now() - $4::interval, 'queued')",
        [(job.number, -(job.severity * LINES + job.line), job.kind, job.due_for) for job in jobs],
    )


async def choose(pool: Pool) -> Sequence[int]:
    return [row["id"] for row in await pool.fetch(CHOICE, KINDS, COUNT)]


@pytest.mark.parametrize("seed", range(10))
async def test_jobs_are_fetched_as_the_model_says(pool: Pool, clock: Clock, seed: int) -> None:
    chance = random.Random(seed)
    jobs = [
        Waiting(
            number,
            chance.choice(KINDS),
            chance.randrange(8),
            chance.choice([1, 1, 1, 1, 2, 3, 31]),
            timedelta(milliseconds=chance.randrange(1, 40_000)),
        )
        for number in range(1, 400)
    ]
    await put(pool, [*jobs, *(Waiting(1_000 + late, "alert", 0, late, -timedelta(hours=1)) for late in range(LINES))])
    while jobs:
        chosen = await choose(pool)
        assert chosen == expected(jobs)
        await pool.execute("delete from pgqueuer where id = any($1)", chosen)
        jobs = [job for job in jobs if job.number not in chosen]
    assert await choose(pool) == [], "what is not due waits"


async def test_one_critical_alert_goes_before_ten_thousand_warnings(pool: Pool) -> None:
    await put(pool, [Waiting(number, "alert", 4, number % LINES, timedelta(seconds=9)) for number in range(1, 10_000)])
    await put(pool, [Waiting(20_000, "alert", 0, 7, timedelta(milliseconds=1))])
    assert (await choose(pool))[0] == 20_000


async def test_a_quiet_service_is_not_held_up_by_a_noisy_one(pool: Pool) -> None:
    await put(pool, [Waiting(number, "alert", 0, 5, timedelta(seconds=9)) for number in range(1, 1_000)])
    await put(pool, [Waiting(20_000, "alert", 0, 6, timedelta(milliseconds=1))])
    assert 20_000 in (await choose(pool))[:2]


async def test_an_alert_and_its_pages_stand_in_lines_of_their_severity(pool: Pool, make: Factory) -> None:
    async def lines() -> set[tuple[str, int]]:
        rows = await pool.fetch("select entrypoint, -priority / 32 as class from pgqueuer where dedupe_key is not null")
        return {(row["entrypoint"], row["class"]) for row in rows if row["entrypoint"] in ("alert", "cycle", "page")}

    ann = await make.reachable_user()
    service = await make.service(await make.policy(step(ann)))
    alert = await make.alert(service)
    await pool.execute("update alerts set severity = 'warning'")
    await pool.execute("delete from pgqueuer")
    await pool.execute("update escalation_policy_state set next_escalation = now()")
    assert await lines() == {("alert", 4)}
    await pool.execute("update escalation_policy_state set escalation_count = 1")
    await pool.execute("update escalation_policy_state set next_escalation = now() - interval '1 s'")
    assert await lines() == {("alert", 5)}
    await pool.execute(
        "insert into notification_policy_cycles (alert_id, user_id, escalation_count, step_number, loop_count)"
        " values ($1, $2, 1, 0, 0)",
        alert,
        ann.id,
    )
    assert await lines() == {("alert", 5), ("cycle", 4)}
