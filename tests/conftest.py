"""Fixtures that every test may use."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.db.embedded import blocking_embedded_server

pytest_plugins = (
    "tests.fixtures.first_cause",
    "tests.fixtures.database",
    "tests.fixtures.factories",
    "tests.fixtures.engine",
    "tests.fixtures.browser",
)

_RUN_DIRECTORY = "TOCSIN_TEST_RUN_DIRECTORY"
_OF_TESTS = ("TOCSIN_TEST_", "TOCSIN_MODEL_", "TOCSIN_SCREENSHOTS")
_FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "400",
}


def pytest_configure(config: pytest.Config) -> None:
    """Make the directory that all workers of this run share; they find it in their environment.

    Settings of a Tocsin that somebody runs from the same shell are none of the tests'.
    """
    for name in [name for name in os.environ if name.startswith("TOCSIN_") and not name.startswith(_OF_TESTS)]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        directory = Path(tempfile.mkdtemp(prefix="tocsin-test-", dir=_memory_directory()))
        directory.chmod(0o755)
        os.environ[_RUN_DIRECTORY] = str(directory)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the run's directory once every worker has left."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_RUN_DIRECTORY), ignore_errors=True)


def _memory_directory() -> str | None:
    """Linux's directory in memory if it has room and may hold programs; databases in it are several times faster."""
    path = Path("/dev/shm")
    if not os.access(path, os.W_OK):
        return None
    found = os.statvfs(path)
    usable = found.f_bavail * found.f_frsize > 2 * 1024**3 and not found.f_flag & os.ST_NOEXEC
    return str(path) if usable else None


@pytest.fixture(scope="session")
def run_directory() -> Path:
    """A directory of this run that the embedded server's account can enter, unlike pytest's own under root."""
    return Path(os.environ[_RUN_DIRECTORY])


@pytest.fixture(scope="session")
def postgres_dsn(run_directory: Path) -> Iterator[str]:
    """The address of one PostgreSQL shared by the whole run, where its user may create databases.

    It is embedded unless ``TOCSIN_TEST_DATABASE_URL`` names another.
    """
    if given := os.environ.get("TOCSIN_TEST_DATABASE_URL"):
        yield given
        return
    with blocking_embedded_server(run_directory / "postgres", settings=_FAST_SETTINGS) as dsn:
        yield dsn
