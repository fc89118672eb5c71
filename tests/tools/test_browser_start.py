"""What the browser tests say when a program that they need does not start, and how often."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.fixtures.browser import CannotStartError, chromium

SHARED_AND_BROKEN = """
import pytest

@pytest.fixture(scope="session")
def server():
    raise OSError("the disk is on fire")

@pytest.fixture(scope="session")
def template(server):
    return server

def test_first(server): ...
def test_second(template): ...
def test_third(server): ...
"""


def test_a_chromium_that_cannot_start_is_quoted(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho 'chromium: error while loading shared libraries: libnss3.so' >&2\nexit 127\n")
    program.chmod(0o755)
    words = "ended with code 127 and said:\nchromium: error while loading shared libraries: libnss3.so"
    with pytest.raises(CannotStartError, match=words), chromium(program, tmp_path):
        pytest.fail("it never had an address")


def test_a_shared_fixture_that_failed_says_its_cause_once(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SHARED_AND_BROKEN)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.fixtures.first_cause",
        "--rootdir",
        tmp_path,
        "-rN",
        tmp_path,
    ]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, env={"PYTHONPATH": str(root)}, capture_output=True, text=True, check=False)
    assert "3 errors" in done.stdout
    assert done.stdout.count("raise OSError") == 1
    assert done.stdout.count("OSError of a shared fixture, as told in full at test_it.py::test_first") == 2
