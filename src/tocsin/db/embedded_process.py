"""Starting, finding and stopping the server process of a cluster."""

import contextlib
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tocsin.db.embedded_cluster import DATABASE, PORT, ROLE, Cluster

_START_SECONDS = 300  # recovery after a power cut may take long; a server that fails is noticed at once
_STOP_SECONDS = 60
_ORPHAN_SECONDS = 10
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Running:
    """A live server: its process and the directory of its socket."""

    pid: int
    socket_directory: Path
    ready: bool

    @property
    def dsn(self) -> str:
        """The address for asyncpg and libpq; complete, so that no PG* variable changes it."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.socket_directory), safe='')}&port={PORT}"


def find_running(cluster: Cluster) -> Running | None:
    """The server of this cluster, whoever started it; None when there is none or its pid file is stale."""
    try:
        lines = (cluster.pgdata / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 5 or not lines[0].isdecimal() or not _serves(int(lines[0]), cluster.pgdata):
        return None
    return Running(int(lines[0]), Path(lines[4]), ready=lines[-1].strip() == "ready")


def _serves(pid: int, pgdata: Path) -> bool:
    """Whether this process is a server of that directory, and not one that got its number after a crash.

    The command line tells, since in a container even root may not see another account's working directory.
    """
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return command[0].endswith(b"/postgres") and str(pgdata).encode() in command


def wait_until_settled(cluster: Cluster) -> Running | None:
    """The running server once it takes connections, or None once there is none.

    It may be recovering, or stopping because its last user was killed while stopping it.
    """
    deadline = time.monotonic() + _START_SECONDS
    while (running := find_running(cluster)) and not running.ready:
        if time.monotonic() > deadline:
            raise cluster.failure("is neither ready nor gone", _last_log(cluster))
        time.sleep(_POLL_SECONDS)
    return running


def start(cluster: Cluster, programs: Path, settings: Mapping[str, str]) -> Running:
    """Start the server and wait until it takes connections.

    Only call it when `find_running` found none. Raises ConfigurationError with the server's last lines when it
    does not come up.
    """
    cluster.account.make_directory(cluster.logs)
    sockets = cluster.socket_directory()
    _forget_reused_pid(cluster.pgdata / "postmaster.pid", cluster)
    _forget_reused_pid(sockets / f".s.PGSQL.{PORT}.lock", cluster)
    command = _start_command(cluster, programs, cluster.server_settings(sockets, settings))
    output = _pg_ctl_start(cluster, command)
    running = find_running(cluster)
    if output or running is None:
        raise cluster.failure("did not start", output)
    return running


def _forget_reused_pid(lock_file: Path, cluster: Cluster) -> None:
    """Drop a lock file that a crash left and whose process number now belongs to something else.

    PostgreSQL would take that process for its own predecessor and refuse to start. A file whose number is free
    stays, since PostgreSQL also finds in it whether orphans of the old server are still at work.
    """
    with contextlib.suppress(FileNotFoundError):
        pid = lock_file.read_text().partition("\n")[0].strip()
        if Path("/proc", pid).exists() and not (pid.isdecimal() and _serves(int(pid), cluster.pgdata)):
            lock_file.unlink()


def _start_command(cluster: Cluster, programs: Path, settings: Mapping[str, str]) -> list[str | Path]:
    options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    command: list[str | Path] = [programs / "pg_ctl", "start", "--silent", "-w", "-t", str(_START_SECONDS)]
    command += ["-D", cluster.pgdata, "-l", _start_log(cluster), "-o", options]
    return command


def _pg_ctl_start(cluster: Cluster, command: list[str | Path]) -> str:
    """Start the server; why not, or an empty text. Orphans of a killed server get time to notice and end."""
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while True:
        _start_log(cluster).unlink(missing_ok=True)
        done = cluster.account.run(command)
        if done.returncode == 0:
            return ""
        output = f"{_last_log(cluster)}\n{done.stdout}"
        if "pre-existing shared memory block" not in output or time.monotonic() > deadline:
            return output
        time.sleep(_POLL_SECONDS)


def _start_log(cluster: Cluster) -> Path:
    return cluster.logs / "start.log"


def _last_log(cluster: Cluster) -> str:
    paths = [*cluster.log_files()[-1:], _start_log(cluster)]
    return "\n".join(path.read_text(errors="replace") for path in paths if path.exists())


def stop(cluster: Cluster, programs: Path) -> None:
    """Stop the server and wait until it is gone; work in progress is rolled back.

    One that does not go in a minute is stopped hard, which costs it a recovery at its next start and no data.
    """
    if not _pg_ctl_stop(cluster, programs, "fast"):
        _pg_ctl_stop(cluster, programs, "immediate")


def _pg_ctl_stop(cluster: Cluster, programs: Path, mode: str) -> bool:
    command: list[str | Path] = [programs / "pg_ctl", "stop", "--silent", "-w", "-t", str(_STOP_SECONDS), "-m", mode]
    done = cluster.account.run([*command, "-D", cluster.pgdata])
    return done.returncode == 0 or find_running(cluster) is None
