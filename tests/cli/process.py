"""``tocsin`` as a process of its own, on a data directory of its own."""

import contextlib
import multiprocessing
import os
import pty
import re
import runpy
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import pytest

from tocsin.db.embedded_account import server_account
from tocsin.db.embedded_cluster import Cluster
from tocsin.db.embedded_process import find_running

READY_WITHIN = 90  # on a machine that is busy with something else

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tocsin.cli.main", "tocsin.cli.serve", "tocsin.cli.serving", "tocsin.app"])


def _command(arguments: Sequence[str], place: Path, environment: Mapping[str, str], output: Path, errors: Path) -> None:
    """``python -m tocsin`` in this process, with its output in files."""
    os.chdir(place)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in ((1, output), (2, errors)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["tocsin", *arguments]
    runpy.run_module("tocsin", run_name="__main__", alter_sys=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Home:
    """A directory that commands run in, with the settings that they share."""

    place: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        return self.place / "data"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        ours = {"TOCSIN_DATA_DIR": str(self.data_dir), "TOCSIN_LISTEN": f"127.0.0.1:{self.port}"}
        return inherited | ours | dict(self.settings) | {"COLUMNS": "200", "TERM": "dumb"}

    @property
    def has_postgres(self) -> bool:
        """Whether a PostgreSQL runs on the data directory."""
        return find_running(Cluster(self.data_dir.resolve(), server_account())) is not None

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, in a process that begins with tocsin imported: that takes longer than most."""
        output, errors = (self.place / f"{name}-{secrets.token_hex(4)}" for name in ("stdout", "stderr"))
        process = _PROCESSES.Process(
            target=_command, args=(arguments, self.place, self.environment | settings, output, errors)
        )
        process.start()
        process.join(READY_WITHIN)
        if process.exitcode is None:
            process.kill()
            pytest.fail(f"tocsin {shlex.join(arguments)} takes longer than {READY_WITHIN} s: {errors.read_text()}")
        return subprocess.CompletedProcess(arguments, process.exitcode, output.read_text(), errors.read_text())

    def tell(self, *arguments: str) -> str:
        """What a command that must succeed prints."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class Serving:
    """A running ``tocsin serve``, what it prints, and what it logs."""

    def __init__(self, process: "subprocess.Popen[str]", output: TextIO, log: Path) -> None:
        self.process = process
        self._output = output
        self._log = log
        self._printed = ""
        self._grown = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        """What it has printed so far; all of it once it has stopped."""
        return self._printed

    @property
    def logged(self) -> str:
        """What it has written to its standard error so far."""
        return self._log.read_text()

    @property
    def sign_in(self) -> str:
        """What the first start has told its owner about signing in: on a terminal, or in the file that it names."""
        if file := self.wait_for(r"^(?:Shown once.*|The first sign-in is in (\S+))\s*$"):
            return Path(file).read_text()
        self.wait_for("(curl .*/timeline)")
        return self.said

    def wait_for(self, pattern: str, within: float = 30) -> str:
        """The first group of a pattern, as soon as it is printed."""
        with self._grown:
            self._grown.wait_for(lambda: re.search(pattern, self._printed, re.MULTILINE) or self._is_over, within)
        found = re.search(pattern, self._printed, re.MULTILINE)
        assert found is not None, f"{pattern} is not printed: {self.said}{self.logged}"
        return found[1]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it if it still runs, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=10)
        return code

    @property
    def _is_over(self) -> bool:
        return self.process.poll() is not None

    def _read(self) -> None:
        with self._output, contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
            for line in self._output:
                self._add(line)
        self._add("")

    def _add(self, line: str) -> None:
        with self._grown:
            self._printed += line
            self._grown.notify_all()


@contextmanager
def serving(home: Home, *arguments: str, on_terminal: bool = False) -> Iterator[Serving]:
    """A ``tocsin serve`` that is ready; it is stopped at the end if it still runs."""
    reading, writing = pty.openpty() if on_terminal else os.pipe()
    log = home.place / f"log-{free_port()}"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tocsin", "serve", *arguments],
            cwd=home.place,
            env=home.environment,
            stdout=writing,
            stderr=errors,
            text=True,
        )
    os.close(writing)
    running = Serving(process, os.fdopen(reading), log)
    try:
        running.wait_for("Tocsin is ready at (.+)", READY_WITHIN)
        yield running
    finally:
        running.stop()


@contextmanager
def new_home(run_directory: Path, **settings: str) -> Iterator[Home]:
    """An empty directory that the embedded server's account can enter."""
    place = Path(tempfile.mkdtemp(prefix="cli-", dir=run_directory))
    place.chmod(0o755)
    try:
        yield Home(place, free_port(), settings)
    finally:
        shutil.rmtree(place, ignore_errors=True)
