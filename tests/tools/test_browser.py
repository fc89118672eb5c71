"""``tools/browser`` finds a Chromium for the tests, once, and ends well whatever this machine has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "browser"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A directory with the tool, and an environment that has a Node for Playwright and lacks what else it looks at."""
    (tmp_path / "tools").mkdir()
    shutil.copy(TOOL, tmp_path / "tools")
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    executable(scripts / "python", f'exec {sys.executable} "$@"')
    executable(scripts / "playwright-node", "true")
    return tmp_path


def executable(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)


def find(checkout: Path) -> "subprocess.CompletedProcess[str]":
    """Run the tool where a program named chromium-headless-shell comes first on PATH."""
    path = f"{checkout / 'programs'}:{os.environ['PATH']}"
    return subprocess.run(
        [checkout / "tools" / "browser"], env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )


def test_it_takes_the_one_on_path_and_looks_again_only_when_the_programs_changed(checkout: Path) -> None:
    (checkout / "programs").mkdir()
    asked = checkout / "asked"
    executable(checkout / "programs" / "chromium-headless-shell", f"echo first >>{asked}")

    found = find(checkout)
    assert (found.returncode, found.stderr) == (0, "")
    assert (checkout / ".venv" / "bin" / "chromium").resolve() == checkout / "programs" / "chromium-headless-shell"
    before = asked.read_text()
    assert find(checkout).returncode == 0
    assert asked.read_text() == before

    executable(checkout / "programs" / "chromium-headless-shell", f"echo another >>{asked}")
    assert find(checkout).returncode == 0
    assert "another" in asked.read_text()
