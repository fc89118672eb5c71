"""The account that an embedded server runs as, and whose directories are whose."""

import os
import pwd
import stat
from pathlib import Path

import pytest
from tests.db.embedded_places import (
    AS_ROOT,
    FAST,
    as_nobody,
    cluster_of,
    needs_root,
    needs_user,
    other_programs,
    ownership,
    program_of,
)

from tocsin.db.embedded import default_data_dir, embedded_server
from tocsin.db.embedded_process import find_running
from tocsin.errors import ConfigurationError


async def test_an_existing_directory_keeps_its_mode_and_owner(place: Path) -> None:
    parent, data_dir = place / "parent", place / "parent" / "data"
    data_dir.mkdir(parents=True)
    parent.chmod(0o751)
    data_dir.chmod(0o755)
    before = [ownership(path) for path in (place, parent, data_dir)]
    async with embedded_server(data_dir, settings=FAST):
        pass
    assert [ownership(path) for path in (place, parent, data_dir)] == before


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


@needs_root
async def test_as_root_the_server_runs_as_its_own_account_from_its_own_programs(data_dir: Path) -> None:
    async with embedded_server(data_dir, settings=FAST):
        running = find_running(cluster_of(data_dir))
        assert running is not None
        assert ownership(Path(f"/proc/{running.pid}"))[1] == pwd.getpwnam("tocsin").pw_uid != 0
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


def test_the_data_directory_follows_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/data")
    assert default_data_dir() == Path("/var/lib/tocsin" if AS_ROOT else "/somewhere/data/tocsin")
