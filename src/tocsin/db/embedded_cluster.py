"""The files of one embedded server: its layout, first initialisation and checks at each start.

DATA_DIR/                 root:tocsin 0750, or the user's own 0700
  postgresql-18-X.Y.Z/    the programs (root only)
  cluster/                PostgreSQL's own data directory
  run/                    the Unix socket, unless its path would be too long
  log/                    start.log and postgresql-*.log
  pg_hba.conf, pg_ident.conf   who may connect; written anew at each start
  start.lock, users.lock, serve.lock
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.db.embedded_account import ServerAccount, user_name
from tocsin.db.embedded_install import MAJOR_VERSION
from tocsin.errors import ConfigurationError

ROLE = DATABASE = "tocsin"
PORT = 5432  # only part of the socket's name
_SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un, less the closing NUL
_MEGABYTE = 1024 * 1024
_FREE_FOR_FIRST_START = 200 * _MEGABYTE
_FREE_FOR_START = 32 * _MEGABYTE  # two segments of the write-ahead log
_KEPT_LOGS = 5

# Written to postgresql.conf once, so that whoever runs the server may edit them there.
_FIRST_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_rotation_size": "10MB",
    "log_rotation_age": "0",
    "log_line_prefix": "%m [%p] %a ",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One server's files, all below ``root``, and the account that owns those the server writes."""

    root: Path
    account: ServerAccount

    @property
    def pgdata(self) -> Path:
        return self.root / "cluster"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    def require_ours(self) -> None:
        """Raises ConfigurationError when there is data and it is another user's or another version's."""
        if self.pgdata.exists():
            self._require_owner()
            self._require_version()

    def require_space(self) -> None:
        """Raises ConfigurationError when the server could not start for want of disk space."""
        needed = _FREE_FOR_START if self.pgdata.exists() else _FREE_FOR_FIRST_START
        if shutil.disk_usage(self.root).free < needed:
            raise out_of_space(self.root, needed)

    def _require_version(self) -> None:
        found = (self.pgdata / "PG_VERSION").read_text().strip()
        if found == str(MAJOR_VERSION):
            return
        advice = (
            "Use the Tocsin that wrote it, or a newer one"
            if found.isdecimal() and int(found) > MAJOR_VERSION
            else "Dump it with the Tocsin that wrote it and restore the dump into an empty directory"
        )
        raise ConfigurationError(
            f"The data directory {self.root} was written by PostgreSQL {found}; this version of Tocsin runs "
            f"PostgreSQL {MAJOR_VERSION}. {advice}."
        )

    def _require_owner(self) -> None:
        owner = self.pgdata.stat().st_uid
        if owner != self.account.uid:
            raise ConfigurationError(
                f"The data in {self.root} belongs to the user {user_name(owner)}, but embedded PostgreSQL "
                f"would run as {self.account.name}. Run Tocsin as before, or set TOCSIN_DATA_DIR."
            )

    def initialise(self, programs: Path) -> None:
        """Create the cluster and its database; a crash on the way leaves nothing that counts."""
        partial = self.root / "cluster.partial"
        if partial.exists():
            shutil.rmtree(partial)
        self.account.make_directory(partial)
        self._run_first(self._initdb_command(programs, partial))
        create: list[str | Path] = [
            programs / "postgres",
            "--single",
            "-D",
            partial,
            "-c",
            "log_checkpoints=off",
            "template1",
        ]
        self._run_first(create, stdin=f"CREATE DATABASE {DATABASE}\n")
        partial.rename(self.pgdata)

    def _initdb_command(self, programs: Path, pgdata: Path) -> list[str | Path]:
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        safety = ["--data-checksums", "--auth-local=peer", "--auth-host=reject", "--sync-method=syncfs"]
        settings = [f"--set={name}={value}" for name, value in _FIRST_SETTINGS.items()]
        command: list[str | Path] = [programs / "initdb", "-D", pgdata, f"--username={ROLE}", "--no-instructions"]
        command += [*locale, *safety, *settings]
        return command

    def _run_first(self, command: list[str | Path], stdin: str = "") -> None:
        done = self.account.run(command, stdin=stdin)
        if done.returncode != 0 or "ERROR:" in done.stdout:
            raise self.failure("could not be initialised", done.stdout)

    def write_access_rules(self) -> None:
        """Only ourselves and root may connect, by their system account, and only as Tocsin's role."""
        users = sorted({self.account.name, "root"} if self.account.borrowed else {self.account.name})
        self._write("pg_hba.conf", f"local all {ROLE} peer map=tocsin\n")
        self._write("pg_ident.conf", "".join(f'tocsin "{user}" {ROLE}\n' for user in users))

    def _write(self, name: str, text: str) -> None:
        path = self.root / name
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        if self.account.borrowed:
            os.chown(fresh, 0, self.account.gid)
            fresh.chmod(0o640)
        fresh.write_text(text)
        fresh.replace(path)

    def socket_directory(self) -> Path:
        """A directory only the account can enter, made if it is missing, short enough for a socket."""
        directory = self.root / "run"
        if len(os.fsencode(directory / f".s.PGSQL.{PORT}.lock")) > _SOCKET_PATH_LIMIT:
            key = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
            directory = self._short_parent() / f"tocsin-{key}"
        self.account.make_directory(directory)
        self.account.require_private(directory)
        return directory

    def _short_parent(self) -> Path:
        preferred = "/run" if self.account.borrowed else os.environ.get("XDG_RUNTIME_DIR", "")
        if preferred and os.access(preferred, os.W_OK | os.X_OK):
            return Path(preferred)
        return Path(tempfile.gettempdir())

    def server_settings(self, socket_directory: Path, extra: Mapping[str, str]) -> dict[str, str]:
        """What holds whatever ``postgresql.conf`` says: no TCP, a private socket, our rules, bounded logs."""
        return {
            **extra,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{socket_directory}"',
            "unix_socket_permissions": "0700",
            "hba_file": str(self.root / "pg_hba.conf"),
            "ident_file": str(self.root / "pg_ident.conf"),
            "logging_collector": "on",
            "log_directory": str(self.logs),
            "log_filename": "postgresql-%Y-%m-%d_%H%M%S.log",
        }

    def log_files(self) -> list[Path]:
        """The server's log files, oldest first."""
        return sorted(self.logs.glob("postgresql-*.log"))

    def prune_logs(self) -> None:
        """Keep the newest log files; PostgreSQL starts a new one every 10 MB and deletes none."""
        for path in self.log_files()[:-_KEPT_LOGS]:
            path.unlink(missing_ok=True)

    def failure(self, what: str, output: str) -> ConfigurationError:
        """The error for a PostgreSQL program that failed, with the last lines that it wrote."""
        if "No space left on device" in output:
            return out_of_space(self.root)
        last = "\n".join(output.strip().splitlines()[-12:])
        return ConfigurationError(f"Embedded PostgreSQL in {self.root} {what}. Its last lines:\n{last}")


def out_of_space(directory: Path, needed: int = _FREE_FOR_START) -> ConfigurationError:
    """The error for a full disk: the directory and what is free there."""
    free = shutil.disk_usage(directory).free // _MEGABYTE
    return ConfigurationError(
        f"Not enough disk space for embedded PostgreSQL in {directory}: {free} MB free, at least "
        f"{needed // _MEGABYTE} MB needed. Free some, or set TOCSIN_DATA_DIR to a directory on a larger disk."
    )


def explain_os_error(error: OSError, directory: Path) -> ConfigurationError:
    """The error for a data directory that the operating system refuses to write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return out_of_space(_existing(directory))
    where = error.filename or directory
    return ConfigurationError(
        f"Cannot use the data directory {directory}: {where}: {error.strerror or error}. Set TOCSIN_DATA_DIR "
        "to a directory that you may write."
    )


def _existing(directory: Path) -> Path:
    return next(path for path in [directory, *directory.parents] if path.exists())
