"""The embedded server as processes and accounts of a real machine see it."""

import asyncio
import os
import signal
import stat
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.db.embedded_places import FAST, Process, cluster_of, query, ready_server, until

from tocsin.db.embedded import blocking_embedded_server, embedded_server
from tocsin.db.embedded_account import server_account
from tocsin.db.embedded_process import find_running
from tocsin.errors import ConfigurationError


async def test_data_is_kept_over_a_restart_with_checksums_and_unicode(data_dir: Path) -> None:
    async with embedded_server(data_dir, settings=FAST) as dsn:
        await query(dsn, "CREATE TABLE kept AS SELECT 'Störung' AS word")
        first = await query(dsn, "SELECT pg_postmaster_start_time()")
    async with embedded_server(data_dir, settings=FAST) as dsn:
        assert await query(dsn, "SELECT word FROM kept") == "Störung"
        assert await query(dsn, "SELECT upper('ö')") == "Ö"
        assert await query(dsn, "SHOW data_checksums") == "on"
        assert await query(dsn, "SELECT pg_postmaster_start_time()") != first


async def test_writes_reach_the_disk_unless_a_caller_says_otherwise(new_data_dir: Path) -> None:
    async with embedded_server(new_data_dir) as dsn:
        assert await query(dsn, "SHOW fsync") == "on"
        assert await query(dsn, "SHOW max_connections") == "200"


async def test_two_users_share_one_server_and_the_last_one_out_stops_it(data_dir: Path) -> None:
    cluster = cluster_of(data_dir)
    async with embedded_server(data_dir, settings=FAST) as first:
        async with embedded_server(data_dir, settings=FAST) as second:
            assert await query(first, "SELECT pg_postmaster_start_time()") == await query(
                second, "SELECT pg_postmaster_start_time()"
            )
        assert await query(first, "SELECT 1") == 1
    assert find_running(cluster) is None


async def test_many_who_come_at_the_same_moment_start_one_server(new_data_dir: Path) -> None:
    async def started() -> object:
        async with embedded_server(new_data_dir, settings=FAST) as dsn:
            await everybody.wait()
            return await query(dsn, "SELECT pg_postmaster_start_time()")

    everybody = asyncio.Barrier(4)
    assert len(set(await asyncio.gather(*(started() for _ in range(4))))) == 1
    assert find_running(cluster_of(new_data_dir)) is None


async def test_the_server_of_a_killed_process_is_adopted_and_stopped(data_dir: Path) -> None:
    with ExitStack() as stack:
        owner = await asyncio.to_thread(Process, data_dir, "serve")
        stack.callback(owner.process.kill)
        left = find_running(cluster_of(data_dir))
        owner.end(signal.SIGKILL)
    assert left is not None
    async with embedded_server(data_dir, exclusive=True, settings=FAST) as dsn:
        assert find_running(cluster_of(data_dir)) == left
        assert await query(dsn, "SELECT 1") == 1
    assert find_running(cluster_of(data_dir)) is None


async def test_a_second_serve_is_refused_with_the_first_ones_process_number(data_dir: Path) -> None:
    with ExitStack() as stack:
        first = await asyncio.to_thread(Process, data_dir, "serve")
        stack.callback(first.end, signal.SIGINT)
        with pytest.raises(ConfigurationError, match=rf"process {first.process.pid}\) already uses .*{data_dir}"):
            async with embedded_server(data_dir, exclusive=True):
                pass
        async with embedded_server(data_dir) as dsn:  # commands still get in
            assert dsn == first.dsn


async def test_ctrl_c_reaches_our_process_and_leaves_the_server_to_it(data_dir: Path) -> None:
    async with embedded_server(data_dir, settings=FAST) as dsn:
        other = await asyncio.to_thread(Process, data_dir)
        assert await asyncio.to_thread(other.end, signal.SIGINT) != 0
        assert await query(dsn, "SELECT 1") == 1
    alone = await asyncio.to_thread(Process, data_dir)
    await asyncio.to_thread(alone.end, signal.SIGINT)  # to its whole group: the server must be stopped in order
    assert find_running(cluster_of(data_dir)) is None
    assert "database system is shut down" in cluster_of(data_dir).log_files()[-1].read_text()


async def test_a_killed_server_is_brought_back_for_those_who_use_it(data_dir: Path) -> None:
    async with embedded_server(data_dir, settings=FAST) as dsn:
        await query(dsn, "CREATE TABLE kept AS SELECT 1 AS number")
        killed = find_running(cluster_of(data_dir))
        assert killed is not None
        os.kill(killed.pid, signal.SIGKILL)
        await until(lambda: ready_server(data_dir) not in (killed, None))
        assert await query(dsn, "SELECT number FROM kept") == 1


async def test_a_cancelled_start_leaves_no_server_behind(new_data_dir: Path) -> None:
    async def use() -> None:
        async with embedded_server(new_data_dir, settings=FAST):
            pytest.fail("cancelled before it could start")

    starting = asyncio.create_task(use())
    await until((new_data_dir / "cluster.partial").exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert find_running(cluster_of(new_data_dir)) is None


def test_a_pid_file_whose_number_belongs_to_another_process_now_is_no_obstacle(data_dir: Path) -> None:
    with blocking_embedded_server(data_dir, settings=FAST):
        written = (data_dir / "cluster" / "postmaster.pid").read_text().split("\n", 1)
        socket_lock = (data_dir / "run" / ".s.PGSQL.5432.lock").read_text().split("\n", 1)
    account = server_account()
    sleeper = subprocess.Popen(["sleep", "60"], user=account.uid if account.borrowed else None)
    try:
        (data_dir / "cluster" / "postmaster.pid").write_text(f"{sleeper.pid}\n{written[1]}")
        (data_dir / "run" / ".s.PGSQL.5432.lock").write_text(f"{sleeper.pid}\n{socket_lock[1]}")
        with blocking_embedded_server(data_dir, settings=FAST) as dsn:
            assert asyncio.run(query(dsn, "SELECT 1")) == 1
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_first_start_that_was_cut_short_is_begun_again(new_data_dir: Path) -> None:
    half_done = new_data_dir / "cluster.partial"
    half_done.mkdir(parents=True)
    (half_done / "PG_VERSION").write_text("18\n")
    place_open = new_data_dir.stat().st_mode | 0o055
    new_data_dir.chmod(stat.S_IMODE(place_open))
    with blocking_embedded_server(new_data_dir, settings=FAST) as dsn:
        assert asyncio.run(query(dsn, "SELECT current_user")) == "tocsin"
    assert not half_done.exists()
