"""``tocsin engine``: a process beside the web's, with an address of its own to be watched at."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.cli.process import Home, free_port, new_home, serving
from tests.fixtures.curl import curl
from tests.fixtures.database import CLIENT

pytestmark = pytest.mark.timeout(180)


@contextmanager
def engine(home: Home, metrics: str) -> Iterator["subprocess.Popen[str]"]:
    """A running ``tocsin engine``; it is stopped at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tocsin", "engine"],
        cwd=home.place,
        env=home.environment | {"TOCSIN_METRICS_LISTEN": metrics},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def lateness_count(metrics: str) -> float:
    """How many alerts the engine at this address has moved, as it tells Prometheus itself."""
    try:
        text = httpx.get(f"http://{metrics}/metrics", **CLIENT).text
    except httpx.TransportError:
        return 0
    found = re.search(r'^tocsin_lateness_seconds_count\{kind="alert"\} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0


def await_first_alert(metrics: str, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not lateness_count(metrics):
        assert time.monotonic() < deadline, "the engine has moved no alert"
        time.sleep(0.05)


def test_an_engine_alone_tells_its_lateness_and_its_health(run_directory: Path) -> None:
    metrics = f"127.0.0.1:{free_port()}"
    with new_home(run_directory) as home, serving(home, "--no-engine") as server, engine(home, metrics) as process:
        (fire,) = re.findall("^  (curl .*incoming.*)$", server.sign_in, re.MULTILINE)
        curl(fire)
        await_first_alert(metrics)
        assert httpx.get(f"http://{metrics}/health/ready", **CLIENT).json() == {"status": "ready"}
        assert httpx.get(f"http://{metrics}/api/v1/alerts", **CLIENT).status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert process.stderr is not None
        assert "stopped" in process.stderr.read().splitlines()[-1]


def test_a_taken_address_for_metrics_is_named(run_directory: Path) -> None:
    with new_home(run_directory) as home, serving(home, "--no-engine"):
        taken = f"127.0.0.1:{home.port}"
        failed = home.run("engine", TOCSIN_METRICS_LISTEN=taken)
        assert failed.returncode == 1
        assert f"cannot listen on {taken} (TOCSIN_METRICS_LISTEN)" in failed.stderr
