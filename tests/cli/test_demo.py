"""``tocsin demo``."""

import time
from pathlib import Path

import pytest
from tests.cli.process import new_home


@pytest.mark.timeout(120)
def test_the_demo_shows_the_climb_in_under_a_minute(run_directory: Path) -> None:
    with new_home(run_directory, TMPDIR=str(run_directory)) as home:
        begun = time.monotonic()
        done = home.run("demo")
        took = time.monotonic() - begun
        assert done.returncode == 0, done.stdout + done.stderr
        assert took < 60
        for text in ("step 1", "step 2", "acknowledged", "closed", "Ann's phone got 1 webhook", "Bob's mailbox got"):
            assert text in done.stdout, done.stdout
        assert done.stderr == ""
        assert not home.data_dir.exists()
