"""The system user of root's embedded servers, made once per machine however many processes start together.

``useradd`` looks whether the name is there before it waits for its own lock, so a second one that started at the
same moment gives the user another id, and the files of the first then belong to nobody. Hence a lock of ours, in
the one place that all data directories of a machine share.

``useradd`` writes the user before the group. An entry is therefore believed without the lock only once its group
is there too; under the lock nobody is writing it.
"""

import grp
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from tocsin.db import embedded_locks
from tocsin.errors import ConfigurationError

SYSTEM_USER = "tocsin"
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
LOCK = Path("/run/tocsin-account.lock")  # only root may write there, so nobody else can hold it
_PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.2


def system_entry() -> pwd.struct_passwd:
    """The system user, made when it is missing. Raises ConfigurationError when it cannot be made."""
    return _settled_entry() or _entry_under_lock()


def _settled_entry() -> pwd.struct_passwd | None:
    entry = _entry()
    if entry is None:
        return None
    try:
        grp.getgrgid(entry.pw_gid)
    except KeyError:
        return None
    return entry


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _entry_under_lock() -> pwd.struct_passwd:
    try:
        with embedded_locks.exclusive(LOCK):
            return _entry() or _create()
    except OSError as error:
        raise _failure(f"{LOCK}: {error.strerror}") from error


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=SYSTEM_PATH)
    reason = _patient_useradd(useradd) if useradd else "there is no useradd command"
    entry = _entry()  # also there when another program was faster
    if entry is None:
        raise _failure(reason)
    return entry


def _failure(reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"Embedded PostgreSQL cannot run as root, and the system user {SYSTEM_USER} could not be created "
        f"({reason}). Create that user, run Tocsin as an ordinary user, or set TOCSIN_DATABASE_URL."
    )


def _patient_useradd(useradd: str) -> str:
    """Run ``useradd`` until no other program keeps the account files locked; what it said at last."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while "cannot lock" in (said := _useradd(useradd)) and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)
    return said


def _useradd(useradd: str) -> str:
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    done = subprocess.run(
        [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env={"PATH": SYSTEM_PATH, "LC_ALL": "C"},
        start_new_session=True,
    )
    return done.stdout.strip() or f"useradd ended with code {done.returncode}"
