"""Data directories of embedded servers, and processes that use them."""

import asyncio
import os
import pwd
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tocsin.db.embedded_account import server_account
from tocsin.db.embedded_cluster import Cluster
from tocsin.db.embedded_install import server_programs
from tocsin.db.embedded_process import Running, find_running

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


def ownership(path: Path) -> tuple[int, int, int]:
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


def program_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/exe").readlink()


def ready_server(data_dir: Path) -> Running | None:
    running = find_running(cluster_of(data_dir))
    return running if running and running.ready else None


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does, which no event of ours announces."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
