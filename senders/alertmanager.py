"""Debian's Alertmanager: found, installed or unpacked, and run with receivers that send to Tocsin."""

import asyncio
import json
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from senders.debian import ROOT, unpack
from senders.recorder import recording
from senders.target import Target, free_port

_PACKAGE = "prometheus-alertmanager"
_TEMPLATES = Path("/usr/share/prometheus/alertmanager")
_LABELS = {"alertname": "DiskFull", "instance": "db1", "severity": "warning"}
_ANNOTATIONS = {"summary": "Disk is full on db1", "runbook_url": "https://wiki.example.org/disk"}
# Each receiver, with the type of its key.
_RECEIVERS = {"webhook": "alertmanager", "pagerduty": "pagerduty", "opsgenie": "opsgenie"}


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A running Alertmanager, and the program that gives it alerts."""

    amtool: Path
    url: str

    async def add(self, labels: Mapping[str, str], annotations: Mapping[str, str], *, ends: bool = False) -> None:
        """Give it an alert by amtool, or say that it is over."""
        given = [f"{name}={value}" for name, value in labels.items()]
        said = [f"--annotation={name}={value}" for name, value in annotations.items()]
        over = ["--end=2020-01-02T00:00:00Z", "--start=2020-01-01T00:00:00Z"] if ends else []
        command = [self.amtool, f"--alertmanager.url={self.url}", "alert", "add", *given, *said, *over]
        process = await asyncio.create_subprocess_exec(*command)
        assert await process.wait() == 0


def programs() -> tuple[Path, Path]:
    """Alertmanager and amtool."""
    program, amtool = (unpack(_PACKAGE, f"usr/bin/{name}") for name in ("prometheus-alertmanager", "amtool"))
    unpacked = ROOT / str(_TEMPLATES).lstrip("/")
    if not _TEMPLATES.exists() and unpacked.exists():  # Debian's build reads them from nowhere else
        print(f"Copying its templates to {_TEMPLATES} ...")
        as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
        subprocess.run([*as_root, "mkdir", "-p", _TEMPLATES.parent], check=True)
        subprocess.run([*as_root, "cp", "-r", unpacked, _TEMPLATES], check=True)
    return program, amtool


def configuration(url: str, keys: Mapping[str, str]) -> str:
    """A receiver for each way in, chosen by the label ``to``. Alertmanager reads JSON, which is YAML."""
    receivers = [
        {
            "name": "webhook",
            "webhook_configs": [
                {
                    "url": f"{url}/api/v2/alertmanager/incoming",
                    "http_config": {"authorization": {"credentials": keys["alertmanager"]}},
                }
            ],
        },
        {
            "name": "pagerduty",
            "pagerduty_configs": [{"url": f"{url}/v2/enqueue", "routing_key": keys["pagerduty"]}],
        },
        {"name": "opsgenie", "opsgenie_configs": [{"api_url": f"{url}/", "api_key": keys["opsgenie"]}]},
    ]
    routes = [{"receiver": one["name"], "matchers": [f'to="{one["name"]}"']} for one in receivers]
    quick = {"group_wait": "1s", "group_interval": "1s", "repeat_interval": "1h"}
    route = {"receiver": "webhook", "group_by": ["alertname", "to"], "routes": routes, **quick}
    return json.dumps({"route": route, "receivers": receivers})


@asynccontextmanager
async def running(config: str, port: int) -> AsyncIterator[Alertmanager]:
    """Alertmanager on a port of this machine, until the block ends."""
    program, amtool = programs()
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "alertmanager.yml"
        file.write_text(config, encoding="utf-8")
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        print((version.stdout or version.stderr).splitlines()[0])
        process = await asyncio.create_subprocess_exec(
            program,
            f"--config.file={file}",
            f"--storage.path={directory}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
            "--log.level=warn",
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
        )
        try:
            yield Alertmanager(amtool, f"http://127.0.0.1:{port}")
        finally:
            with suppress(ProcessLookupError):  # it has ended, and said why
                process.terminate()
            await process.wait()


async def drive(target: Target) -> None:
    """Each receiver in turn: an alert by amtool is raised, and closed once it is over; what was sent is recorded."""
    async with recording(target) as recorder, running(configuration(recorder.url, target.keys), free_port()) as sender:
        await _until_it_answers(sender.url)
        for receiver, key in _RECEIVERS.items():
            for ends, status in ((False, "triggered"), (True, "closed")):
                await sender.add({**_LABELS, "to": receiver}, _ANNOTATIONS, ends=ends)
                await target.wait_for(key, "", status)
            recorder.save(f"alertmanager/recorded/{key}", "Debian's prometheus-alertmanager", ["make test-senders"])


async def _until_it_answers(url: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(30):
        while True:
            try:
                (await client.get(f"{url}/-/ready")).raise_for_status()
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return
