"""Root's server account is made once, by real processes, on a copy of this machine's account files."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.db.account_race import ACCOUNT_FILES

NEEDED = (*ACCOUNT_FILES, "login.defs", "nsswitch.conf", "ld.so.cache", "default")
OWN_MACHINE = 'mount --bind "$1" /run && mount --bind "$2" /etc && shift 2 && exec "$@"'


def namespaced(etc: Path, *command: str) -> subprocess.Popen[str]:
    """The command as root, where /etc is the given directory and /run an empty one."""
    run = etc.with_name("run")
    run.mkdir(exist_ok=True)
    return subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", OWN_MACHINE, "sh", run, etc, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """A copy of the account files without Tocsin's user, that a command can have as its /etc."""
    if os.geteuid() != 0:
        pytest.skip("only root has another account for the server")
    copy = tmp_path / "etc"
    copy.mkdir()
    for name in NEEDED:
        if Path("/etc", name).exists():
            subprocess.run(["cp", "-a", f"/etc/{name}", copy / name], check=True)
    for name in ACCOUNT_FILES:
        forget(copy / name)
    refused = namespaced(copy, "true").communicate()[1]
    if refused or shutil.which("useradd") is None:
        pytest.skip(f"no mount namespace or no useradd here: {refused.strip()}")
    return copy


def forget(path: Path) -> None:
    if path.exists():
        kept = [line for line in path.read_text().splitlines(keepends=True) if not line.startswith("tocsin:")]
        path.write_text("".join(kept))


def race(etc: Path, processes: int, rounds: int) -> subprocess.Popen[str]:
    return namespaced(etc, sys.executable, "-m", "tests.db.account_race", str(processes), str(rounds))


def rounds_of(racing: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = racing.communicate(timeout=120)
    assert racing.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


def test_processes_that_start_together_on_a_new_machine_get_the_account_that_stays(etc: Path) -> None:
    rounds = rounds_of(race(etc, processes=8, rounds=6))
    assert [set(map(tuple, found["got"])) for found in rounds] == [{tuple(found["settled"])} for found in rounds]
    assert [len(found["got"]) for found in rounds] == [8] * 6


def test_account_files_that_another_program_has_locked_are_waited_for(etc: Path) -> None:
    holder = subprocess.Popen(["sleep", "60"])
    lock = etc / "passwd.lock"
    lock.write_text(f"{holder.pid}\0")
    racing = race(etc, processes=2, rounds=1)
    try:
        until_refused(etc)
        assert racing.poll() is None
        lock.unlink()
        [found] = rounds_of(racing)
        assert found["got"] == [found["settled"]] * 2
    finally:
        holder.kill()
        holder.wait()


def until_refused(etc: Path) -> None:
    """Wait until a second ``useradd`` has come, which is when the first was refused: each makes this file."""
    for _ in range(2):
        until((etc / ".pwd.lock").exists)
        (etc / ".pwd.lock").unlink()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("waited 30 seconds in vain")
