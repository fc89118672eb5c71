"""Several processes start for the first time at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tocsin.db.embedded_account import make_data_directory, server_account

STARTERS = 4


def test_who_makes_the_data_directory_at_the_same_moment_disturbs_nobody(tmp_path: Path) -> None:
    account = server_account()
    together = threading.Barrier(STARTERS)

    def make(directory: Path) -> None:
        together.wait()
        make_data_directory(account, directory)

    with ThreadPoolExecutor(STARTERS) as pool:
        for number in range(200):
            list(pool.map(make, [tmp_path / str(number) / "data"] * STARTERS))
    assert sum((tmp_path / str(number) / "data").is_dir() for number in range(200)) == 200
