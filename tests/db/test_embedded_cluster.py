"""The files of an embedded server: what it keeps private, what it refuses, and what it cleans up."""

import asyncio
import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.db.embedded_places import FAST, cluster_of, needs_root, ownership, query

from tocsin.db.embedded import blocking_embedded_server, embedded_server
from tocsin.db.embedded_account import server_account
from tocsin.db.embedded_cluster import Cluster
from tocsin.db.embedded_install import MAJOR_VERSION
from tocsin.db.embedded_process import find_running
from tocsin.errors import ConfigurationError


async def test_a_first_start_keeps_everything_private_and_opens_no_tcp_port(new_data_dir: Path) -> None:
    async with embedded_server(new_data_dir, settings=FAST) as dsn:
        running = find_running(cluster_of(new_data_dir))
        assert running is not None
        account = server_account()
        for private in ("run", "cluster", "log", "run/.s.PGSQL.5432"):
            mode, owner, _ = ownership(new_data_dir / private)
            assert (mode, owner) == (0o700, account.uid)
        assert ownership(new_data_dir)[0] & 0o007 == 0
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
