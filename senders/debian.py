"""Debian's packages: unpacked into the environment with what they need and this machine lacks, not installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1] / ".venv" / "debian"

_DOWNLOAD = ("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download")


def unpack(package: str, program: str) -> Path:
    """The program of a package: the one on PATH, or the one that is unpacked. ``program`` is its path in Debian."""
    if found := shutil.which(Path(program).name):
        return Path(found)
    if not (ROOT / program).exists():
        print(f"Unpacking Debian's {package} into .venv ...")
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([*_DOWNLOAD, *_missing(package)], cwd=directory, check=True)
            for archive in Path(directory).glob("*.deb"):
                subprocess.run(["dpkg", "-x", archive, ROOT], check=True)
    return ROOT / program


def _missing(package: str) -> list[str]:
    """The package, and those that it needs and that are not installed."""
    asked = ["apt-get", "install", "-s", "--no-install-recommends", package]
    plan = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]


def environment() -> Mapping[str, str]:
    """What unpacked programs find their libraries by."""
    libraries = sorted({str(file.parent) for file in ROOT.glob("usr/lib/**/*.so*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries), "NO_PROXY": "127.0.0.1"}
