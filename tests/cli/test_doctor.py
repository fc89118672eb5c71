"""``tocsin doctor`` as a process: what it finds, prints, mends, and says by its exit code."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.process import Home, new_home, serving
from tests.fixtures.factories import Factory, step

from tocsin.cli.doctor import _look_for_operators
from tocsin.db.pool import Pool
from tocsin.settings import Settings

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def home(run_directory: Path, database: str) -> Iterator[Home]:
    """A place to run commands in, on the test's database."""
    with new_home(run_directory, TOCSIN_DATABASE_URL=database) as made:
        yield made


def findings(home: Home, *options: str, code: int) -> list[dict[str, Any]]:
    """What it prints as JSON."""
    done = home.run("doctor", "--json", *options)
    assert done.returncode == code, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


@pytest.fixture
async def alert(make: Factory) -> int:
    """An alert in a whole configuration, that no engine has looked at."""
    ann = await make.reachable_user("Ann")
    service = await make.service(await make.policy(step(ann), name="Web"), name="Shop")
    return await make.alert(service, "disk is full")


async def test_in_health_nothing_is_wrong(home: Home, alert: int) -> None:
    assert home.tell("doctor").startswith("Nothing is wrong.\nNo engine is at work")
    assert findings(home, code=0) == []


def test_where_there_is_no_database_none_is_made(run_directory: Path) -> None:
    with new_home(run_directory) as home:
        done = home.run("doctor")
        assert done.returncode == 2
        assert (
            f"There is no database in the data directory {home.data_dir.resolve()}: set TOCSIN_DATA_DIR" in done.stderr
        )
        assert not home.data_dir.exists()


async def test_a_lost_job_is_found_named_and_mended(home: Home, pool: Pool, alert: int) -> None:
    await pool.execute("delete from pgqueuer where entrypoint = 'alert'")
    [found] = findings(home, code=1)
    assert (found["area"], found["kind"], found["id"]) == ("engine", "alert", str(alert))
    assert (found["name"], found["reason"]) == ("disk is full", "no_job")
    assert found["due"] is not None
    table = home.run("doctor")
    assert (table.returncode, table.stderr) == (1, "")
    for shown in ("alert", f"disk is full ({alert})", "no job", found["repair"], "1 finding."):
        assert shown in table.stdout
    mended = home.run("doctor", "--repair")
    assert mended.returncode == 0, mended.stderr
    assert mended.stdout.startswith("1 finding of the engine's objects, and what was done:\n")
    assert mended.stdout.endswith(
        "\nNothing is wrong.\n"
        "No engine is at work: nothing moves until there is one (tocsin serve, or tocsin engine).\n"
    )
    waiting = await pool.fetchval("select count(*) from pgqueuer where entrypoint = 'alert' and status = 'queued'")
    assert waiting == 1
    assert "There was nothing to repair." in home.tell("doctor", "--repair")


async def test_repairs_are_in_the_json(home: Home, pool: Pool, alert: int) -> None:
    await pool.execute("delete from pgqueuer where entrypoint = 'alert'")
    told = json.loads(home.tell("doctor", "--json", "--repair"))
    assert told["findings"] == []
    assert [(one["kind"], one["id"], one["reason"]) for one in told["repaired"]] == [("alert", str(alert), "no_job")]


async def test_an_object_that_is_gone_is_told_by_its_id(home: Home, pool: Pool) -> None:
    await pool.execute(
        "insert into pgqueuer (priority, status, entrypoint, payload)"
        " values (0, 'failed', 'alert', 'no number'), (0, 'failed', 'rotation', 'no id')"
    )
    found = findings(home, code=1)
    assert {(one["kind"], one["id"], one["name"], one["reason"]) for one in found} == {
        ("alert", "no number", None, "parked"),
        ("rotation", "no id", None, "parked"),
    }


async def test_a_configuration_that_pages_nobody_is_found_and_not_mended(home: Home, make: Factory) -> None:
    policy = await make.policy(step(await make.user("Ann")), name="Web")
    [nobody, ann] = findings(home, code=1)
    assert (nobody["area"], nobody["kind"], nobody["id"]) == ("configuration", "policy", str(policy.id))
    assert (nobody["reason"], nobody["due"]) == ("policy_reaches_nobody", None)
    assert (ann["name"], ann["reason"]) == ("Ann", "user_unreachable")
    assert findings(home, "--repair", code=1) == [nobody, ann]
    shown = home.run("doctor")
    assert "is on call for step 1 of “Web”, and cannot be paged: there is no contact method" in shown.stdout
    assert "add a contact method and a notification rule" in shown.stdout
    assert "\n2 findings.\n" in shown.stdout


async def test_a_policy_of_operators_that_is_not_there_is_found(home: Home, alert: int) -> None:
    done = home.run("doctor", "--json", TOCSIN_OPERATORS_POLICY="Operators")
    assert done.returncode == 1, done.stderr
    [found] = json.loads(done.stdout)["findings"]
    assert (found["area"], found["kind"], found["id"]) == ("configuration", "setting", "TOCSIN_OPERATORS_POLICY")
    assert (found["reason"], found["name"]) == ("operators_policy_unknown", None)
    assert "no escalation policy has the name or id “Operators”" in found["message"]


async def test_operators_who_cannot_be_told_are_found(pool: Pool, make: Factory, alert: int) -> None:
    await make.policy(name="Empty")
    await make.policy(step(await make.user("Bob")), name="Bob")
    zoe = await make.reachable_user("Zoe", "zoe@example.org")
    await pool.execute("update contact_methods set type = 'email' where user_id = $1", zoe.id)
    await make.policy(step(zoe), name="By mail")

    async def found(policy: str | None, smtp_url: str | None = None) -> list[tuple[str | None, str]]:
        settings = Settings(operators_policy=policy, smtp_url=smtp_url)
        return [(one.name, one.reason) for one in await _look_for_operators(pool, settings)]

    assert await found(None) == []
    assert await found("web") == []
    assert await found("Empty") == [("Empty", "operators_unreachable")]
    assert await found("Bob") == [("Bob", "operators_unreachable")]
    assert await found("By mail") == [("By mail", "operators_unreachable")]
    assert await found("By mail", "smtp://127.0.0.1:1025") == []


async def test_whether_there_is_a_mail_server_is_what_the_engines_at_work_say(
    home: Home, pool: Pool, make: Factory
) -> None:
    bob = await make.reachable_user("Bob", "bob@example.org")
    await pool.execute("update contact_methods set type = 'email', address = 'bob@example.org'")
    await make.service(await make.policy(step(bob)))
    assert findings(home, code=1) != []

    def engine(*, mails: bool) -> str:
        return (
            "insert into engine_instances (id, host, pid, version, mails)"
            f" values (gen_random_uuid(), 'h', 1, '0', {mails})"
        )

    await pool.execute(engine(mails=True))
    assert findings(home, code=0) == []
    await pool.execute(engine(mails=False))
    assert findings(home, code=1) != [], "a page may be sent by the one that has none"


async def test_beside_a_serve_with_a_mail_server_who_is_reached_by_mail_is_no_finding(
    home: Home, pool: Pool, make: Factory
) -> None:
    bob = await make.reachable_user("Bob", "bob@example.org")
    await pool.execute("update contact_methods set type = 'email', address = 'bob@example.org'")
    await make.service(await make.policy(step(bob)))
    with serving(replace(home, settings={**home.settings, "TOCSIN_SMTP_URL": "smtp://127.0.0.1:1"})):
        assert findings(home, code=0) == []
    assert "Bob" in {one["name"] for one in findings(home, code=1)}


async def test_a_database_that_cannot_be_looked_at_is_another_exit_code(home: Home, pool: Pool) -> None:
    for settings, said in (
        ({"TOCSIN_DATABASE_URL": "postgresql://ann:s3cret@127.0.0.1:1/x"}, "cannot use the database at 127.0.0.1:1"),
        ({"TOCSIN_LISTEN": "nowhere"}, "TOCSIN_LISTEN"),
    ):
        done = home.run("doctor", **settings)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"tocsin: {said}")
        assert len(done.stderr.splitlines()) == 1
        assert "s3cret" not in done.stderr


async def test_a_database_with_another_schema_is_left_as_it_is(home: Home, pool: Pool) -> None:
    await pool.execute("delete from schema_migrations where version > 5")
    done = home.run("doctor")
    assert done.returncode == 2
    assert "the database has schema version 5" in done.stderr
    assert await pool.fetchval("select max(version) from schema_migrations") == 5


def test_it_works_beside_a_server_with_an_embedded_database_and_without(run_directory: Path) -> None:
    with new_home(run_directory) as home:
        with serving(home) as running:
            beside = findings(home, code=1)
            assert [one["reason"] for one in beside] == ["policy_reaches_nobody", "user_unreachable"]
            assert json.loads(home.run("doctor", "--json").stdout)["engine_at_work"] is True
            running.stop()
        assert not home.has_postgres
        assert findings(home, code=1) == beside
        assert not home.has_postgres
