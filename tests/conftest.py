"""Fixtures that every test may use."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

_FIXTURES = (
    "tests.fixtures.first_cause",
    "tests.fixtures.log",
    "tests.fixtures.examples",
    "tests.fixtures.database",
    "tests.fixtures.passwords",
    "tests.fixtures.factories",
    "tests.fixtures.engine",
    "tests.fixtures.browser",
)

pytest.register_assert_rewrite("tests.fixtures")  # before the conftest.py of a folder imports them

# Workers and the processes that tests start would compile every module again, each of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_RUN_DIRECTORY = "TOCSIN_TEST_RUN_DIRECTORY"
_OF_TESTS = ("TOCSIN_TEST_", "TOCSIN_MODEL_", "TOCSIN_SCREENSHOTS")


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
    if not _has_workers(config):
        for name in _FIXTURES:
            config.pluginmanager.import_plugin(name)


def _has_workers(config: pytest.Config) -> bool:
    """Whether others run the tests, so that this process needs none of the fixtures and may start at once."""
    is_worker = hasattr(config, "workerinput")
    return not is_worker and config.getoption("dist", "no") != "no" and not config.option.collectonly


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """With ``-n auto``: one a processor, and two more for all tests, since many of them wait for others."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + 2 * (config.args_source is pytest.Config.ArgsSource.TESTPATHS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take longest, so that no worker is left with it when the others are done."""
    items.sort(key=_longest, reverse=True)


def _longest(item: pytest.Item) -> float:
    limit = item.get_closest_marker("timeout")
    return limit.args[0] if limit else 0


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
