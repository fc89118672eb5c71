"""Data directories of embedded servers."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.db.embedded_places import FAST

from tocsin.db.embedded import blocking_embedded_server


@pytest.fixture
def place(run_directory: Path) -> Iterator[Path]:
    """An empty directory that the server's account can enter."""
    directory = Path(tempfile.mkdtemp(dir=run_directory))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def prepared(run_directory: Path) -> Path:
    """A data directory whose first start is over."""
    parent = Path(tempfile.mkdtemp(dir=run_directory))
    parent.chmod(0o755)
    with blocking_embedded_server(parent / "data", settings=FAST):
        pass
    return parent / "data"


@pytest.fixture
def data_dir(place: Path, prepared: Path) -> Path:
    subprocess.run(["cp", "-a", prepared, place / "data"], check=True)
    return place / "data"


@pytest.fixture
def new_data_dir(place: Path) -> Path:
    return place / "data"
