"""The operating-system account that the embedded server runs as, and directories made for it.

PostgreSQL refuses to run as root, so root gets a system account of its own. Everybody else runs the server as
themselves. No directory that existed before is ever given another mode or owner.
"""

import contextlib
import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.db.embedded_useradd import SYSTEM_PATH, system_entry
from tocsin.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """Who owns the server's files and processes; ``borrowed`` when that is not ourselves."""

    name: str
    uid: int
    gid: int
    borrowed: bool

    def run(self, command: Sequence[str | Path], *, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as this account, in a session of its own so that no Ctrl-C reaches it.

        Output and errors come back together in ``stdout``; the exit code is the caller's to judge.
        """
        if self.borrowed:
            return _run(command, stdin, user=self.uid, group=self.gid, extra_groups=[])
        return _run(command, stdin)

    def make_directory(self, path: Path, mode: int = 0o700) -> None:
        """Make ``path`` belong to this account; one that exists is left as it is."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            return
        if self.borrowed:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def require_private(self, path: Path) -> None:
        """Raises ConfigurationError unless ``path`` is a real directory that only this account may use."""
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid or stat.S_IMODE(found.st_mode) & 0o077:
            raise ConfigurationError(f"{path} must be a directory of the user {self.name} with mode 0700. Remove it.")


def _run(
    command: Sequence[str | Path],
    stdin: str = "",
    *,
    user: int | None = None,
    group: int | None = None,
    extra_groups: list[int] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env={"PATH": SYSTEM_PATH, "LC_ALL": "C"},
        umask=0o077,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=extra_groups,
    )


def server_account() -> ServerAccount:
    """The account for this process's server; root's is created when it is missing.

    Raises ConfigurationError when there is none and none can be made.
    """
    if os.geteuid() == 0:
        return _system_account()
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise ConfigurationError(
            f"The user id {os.geteuid()} has no name in /etc/passwd, which embedded PostgreSQL needs. "
            "Add one, or set TOCSIN_DATABASE_URL to a server of your own."
        ) from None
    return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, borrowed=False)


def _system_account() -> ServerAccount:
    entry = system_entry()
    return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, borrowed=True)


def require_reachable(account: ServerAccount, directory: Path) -> None:
    """Raises ConfigurationError naming the first existing directory that the account cannot enter there."""
    way = [path for path in [*reversed(directory.parents), directory] if path.exists()]
    script = 'for way; do test -x "$way" || { printf %s "$way"; exit 1; }; done'
    done = account.run(["/bin/sh", "-c", script, "sh", *way])
    if done.returncode != 0:
        raise ConfigurationError(
            f"The user {account.name}, who runs embedded PostgreSQL, cannot enter {done.stdout}, which is on "
            f"the way to the data directory {directory}. {_advice(Path(done.stdout))}"
        )


def _advice(closed: Path) -> str:
    """What to do about a directory that its owner has closed, other than to open it."""
    elsewhere = "set TOCSIN_DATA_DIR to a directory that it can reach, such as /var/lib/tocsin."
    owner = closed.stat().st_uid
    if owner == 0:
        return elsewhere[0].upper() + elsewhere[1:]
    return f"Run the command as {user_name(owner)}, whose directory that is, or {elsewhere}"


def user_name(uid: int) -> str:
    """The user's name, or the number of one who has none."""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def make_data_directory(account: ServerAccount, directory: Path) -> None:
    """Make the data directory and the missing ones above it; those that exist stay as they are.

    Root keeps the data directory itself and lets the account's group enter it, so that the server cannot swap
    the files that root works on. An ordinary user's is private.
    """
    missing = [path for path in reversed(directory.parents) if not path.exists()]
    for parent in missing:
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755 if account.borrowed else 0o700)
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        return  # it was there, or another process has made it a moment ago
    if account.borrowed:
        os.chown(directory, 0, account.gid)
        directory.chmod(0o750)
