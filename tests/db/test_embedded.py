"""The embedded server as processes and accounts of a real machine see it."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from tocsin.db.embedded import blocking_embedded_server, default_data_dir, embedded_server
from tocsin.db.embedded_account import server_account
from tocsin.db.embedded_cluster import Cluster
from tocsin.db.embedded_install import MAJOR_VERSION, server_programs
from tocsin.db.embedded_process import Running, find_running
from tocsin.errors import ConfigurationError

FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="acts as another user, which only root can")
needs_user = pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")

# A second Tocsin process: it says when it uses the server, and leaves when its input ends or on Ctrl-C.
USER_PROCESS = """
import asyncio, signal, sys
from pathlib import Path
from tocsin.db.embedded import embedded_server

async def main():
    async with embedded_server(Path(sys.argv[1]), exclusive=sys.argv[2] == "serve", settings={"fsync": "off"}) as dsn:
        print(dsn, flush=True)
        await asyncio.to_thread(sys.stdin.read)

signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background job ignores
asyncio.run(main())
"""


@pytest.fixture
def place(run_directory: Path) -> Iterator[Path]:
    """An empty directory that the server's account can enter."""
    directory = Path(tempfile.mkdtemp(dir=run_directory))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def prepared(run_directory: Path) -> Path:
    """A data directory whose first start is over."""
    parent = Path(tempfile.mkdtemp(dir=run_directory))
    parent.chmod(0o755)
    with blocking_embedded_server(parent / "data", settings=FAST):
        pass
    return parent / "data"


@pytest.fixture
def data_dir(place: Path, prepared: Path) -> Path:
    subprocess.run(["cp", "-a", prepared, place / "data"], check=True)
    return place / "data"


@pytest.fixture
def new_data_dir(place: Path) -> Path:
    return place / "data"


def cluster_of(data_dir: Path) -> Cluster:
    return Cluster(data_dir.resolve(), server_account())


class Process:
    """A second Tocsin process that uses the server of ``data_dir``."""

    def __init__(self, data_dir: Path, role: str = "user") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER_PROCESS, str(data_dir), role],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.dsn = self.process.stdout.readline().strip()
        assert self.dsn.startswith("postgresql://")

    def end(self, how: signal.Signals) -> int:
        os.killpg(self.process.pid, how)
        self.process.communicate(timeout=30)
        return self.process.returncode


async def query(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def standing(path: Path) -> tuple[int, int, int]:
    """Mode, owner and group of a file."""
    found = path.stat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def as_nobody(data_dir: Path, socket_directory: Path) -> subprocess.CompletedProcess[str]:
    nobody = pwd.getpwnam("nobody")
    psql = server_programs(server_account(), data_dir) / "psql"
    return subprocess.run(
        [psql, "-h", socket_directory, "-U", "tocsin", "-c", "SELECT 1", "tocsin"],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def other_programs(data_dir: Path) -> None:
    """Let other users run the copied programs, so that only the server's own protection is left to stop them."""
    data_dir.chmod(0o755)


async def test_a_first_start_keeps_everything_private_and_opens_no_tcp_port(new_data_dir: Path) -> None:
    async with embedded_server(new_data_dir, settings=FAST) as dsn:
        running = find_running(cluster_of(new_data_dir))
        assert running is not None
        account = server_account()
        for private in ("run", "cluster", "log", "run/.s.PGSQL.5432"):
            mode, owner, _ = standing(new_data_dir / private)
            assert (mode, owner) == (0o700, account.uid)
        assert standing(new_data_dir)[0] & 0o007 == 0
        assert await query(dsn, "SHOW listen_addresses") == ""
        assert listening_tcp_sockets(running.pid) == set()


def listening_tcp_sockets(pid: int) -> set[str]:
    """Inodes of the process's sockets that listen on TCP."""
    own = {link[len("socket:[") : -1] for link in open_files(pid) if link.startswith("socket:[")}
    assert own, "a server without any socket would prove nothing"
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()]
    return own & {row[9] for row in rows if row[3] == "0A"}


def open_files(pid: int) -> Iterator[str]:
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own descriptor is closed by now
            yield str(path.readlink())


def test_the_search_for_tcp_listeners_finds_one() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert listening_tcp_sockets(os.getpid())


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


async def test_an_existing_directory_keeps_its_mode_and_owner(place: Path) -> None:
    parent, data_dir = place / "parent", place / "parent" / "data"
    data_dir.mkdir(parents=True)
    parent.chmod(0o751)
    data_dir.chmod(0o755)
    before = [standing(path) for path in (place, parent, data_dir)]
    async with embedded_server(data_dir, settings=FAST):
        pass
    assert [standing(path) for path in (place, parent, data_dir)] == before


@needs_root
async def test_another_local_user_is_stopped_at_the_directory(data_dir: Path) -> None:
    async with embedded_server(data_dir, settings=FAST):
        other_programs(data_dir)
        refused = as_nobody(data_dir, data_dir / "run")
    assert refused.returncode == 2
    assert "Permission denied" in refused.stderr


@needs_root
async def test_another_local_user_who_reaches_the_socket_is_refused_by_the_server(data_dir: Path) -> None:
    async with embedded_server(data_dir, settings=FAST):
        other_programs(data_dir)
        (data_dir / "run").chmod(0o755)
        (data_dir / "run" / ".s.PGSQL.5432").chmod(0o777)
        refused = as_nobody(data_dir, data_dir / "run")
        (data_dir / "run").chmod(0o700)
    assert refused.returncode == 2
    assert 'Peer authentication failed for user "tocsin"' in refused.stderr


def program_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/exe").readlink()


@needs_root
async def test_as_root_the_server_runs_as_its_own_account_from_its_own_programs(data_dir: Path) -> None:
    async with embedded_server(data_dir, settings=FAST):
        running = find_running(cluster_of(data_dir))
        assert running is not None
        assert standing(Path(f"/proc/{running.pid}"))[1] == pwd.getpwnam("tocsin").pw_uid != 0
        assert program_of(running.pid).is_relative_to(data_dir)


@needs_root
async def test_a_parent_that_the_account_cannot_enter_is_named(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ConfigurationError, match=f"cannot enter {closed},.* Set TOCSIN_DATA_DIR to") as refused:
        async with embedded_server(closed / "data"):
            pass
    assert "chmod" not in str(refused.value)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert list(closed.iterdir()) == []


@needs_root
async def test_a_parent_of_somebody_elses_is_theirs_to_use(place: Path) -> None:
    home = place / "home"
    home.mkdir(mode=0o700)
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    with pytest.raises(ConfigurationError, match=r"Run the command as nobody, .* or set TOCSIN_DATA_DIR") as refused:
        async with embedded_server(home / "data"):
            pass
    assert "chmod" not in str(refused.value)


@needs_user
async def test_a_directory_that_cannot_be_written_is_named(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(ConfigurationError, match=f"{closed / 'data'}.*Permission denied.*TOCSIN_DATA_DIR"):
        async with embedded_server(closed / "data"):
            pass


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


def ready_server(data_dir: Path) -> Running | None:
    running = find_running(cluster_of(data_dir))
    return running if running and running.ready else None


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does, which no event of ours announces."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


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


@pytest.mark.parametrize(("version", "advice"), [(MAJOR_VERSION + 1, "or a newer one"), (MAJOR_VERSION - 1, "Dump it")])
def test_data_of_another_major_version_is_left_alone(data_dir: Path, version: int, advice: str) -> None:
    with blocking_embedded_server(data_dir, settings=FAST):
        pass
    (data_dir / "cluster" / "PG_VERSION").write_text(f"{version}\n")
    with (
        pytest.raises(ConfigurationError, match=f"written by PostgreSQL {version}.*{advice}"),
        blocking_embedded_server(data_dir),
    ):
        pass


def test_little_disk_space_is_said_before_anything_is_written(
    new_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=150 * 1024 * 1024))
    with (
        pytest.raises(ConfigurationError, match=f"{new_data_dir}: 150 MB free, at least 200 MB needed"),
        blocking_embedded_server(new_data_dir),
    ):
        pass
    assert not (new_data_dir / "cluster").exists()


@needs_root
def test_a_disk_that_fills_up_during_the_first_start_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = place / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m,mode=0755", "tmpfs", small],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.strip()}")
    try:
        with pytest.raises(ConfigurationError, match=r"small.*: \d+ MB free"), blocking_embedded_server(small / "data"):
            pass
        monkeypatch.setattr(Cluster, "require_space", lambda _: None)  # so that PostgreSQL itself meets the end
        with pytest.raises(ConfigurationError, match=r"small.*: \d+ MB free"), blocking_embedded_server(small / "data"):
            pass
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_server_that_does_not_start_is_quoted(data_dir: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match=r'did not start(?s:.*)shared_buffers(?s:.*)"nonsense"'),
        blocking_embedded_server(data_dir, settings={"shared_buffers": "nonsense"}),
    ):
        pass
    with blocking_embedded_server(data_dir, settings=FAST) as dsn:
        assert asyncio.run(query(dsn, "SELECT 1")) == 1


def test_a_data_path_too_long_for_a_socket_works(place: Path) -> None:
    data_dir = place / ("long" * 20) / ("path" * 20)
    with blocking_embedded_server(data_dir, settings=FAST) as dsn:
        assert asyncio.run(query(dsn, "SELECT 1")) == 1
        running = find_running(cluster_of(data_dir))
        assert running is not None
        assert stat.S_IMODE(running.socket_directory.stat().st_mode) == 0o700
    shutil.rmtree(running.socket_directory)


def test_a_socket_directory_that_others_could_enter_is_refused(data_dir: Path) -> None:
    with blocking_embedded_server(data_dir, settings=FAST):
        pass
    (data_dir / "run").chmod(0o755)
    with (
        pytest.raises(ConfigurationError, match=r"must be a directory of the user .* with mode 0700"),
        blocking_embedded_server(data_dir, settings=FAST),
    ):
        pass


def test_only_the_newest_log_files_are_kept(data_dir: Path) -> None:
    with blocking_embedded_server(data_dir, settings=FAST):
        pass
    for day in range(10, 20):
        (data_dir / "log" / f"postgresql-2020-01-{day}_000000.log").touch()
    with blocking_embedded_server(data_dir, settings=FAST):
        names = [path.name for path in cluster_of(data_dir).log_files()]
    assert "postgresql-2020-01-10_000000.log" not in names
    assert len(names) <= 6


def test_the_data_directory_follows_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/data")
    assert default_data_dir() == Path("/var/lib/tocsin" if AS_ROOT else "/somewhere/data/tocsin")
