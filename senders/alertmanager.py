"""Debian's Alertmanager: found, installed or unpacked, and run with receivers that send to Tocsin."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = "prometheus-alertmanager"
_TEMPLATES = Path("/usr/share/prometheus/alertmanager")
_UNPACKED = Path(__file__).parents[1] / ".venv" / _PACKAGE


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
    """Alertmanager and amtool: those on PATH, or installed by apt, or unpacked into the environment."""
    found = shutil.which("prometheus-alertmanager"), shutil.which("amtool")
    if found[0] and found[1]:
        return Path(found[0]), Path(found[1])
    binaries = _UNPACKED / "usr" / "bin"
    if not (binaries / "amtool").exists():
        print(f"Unpacking Debian's {_PACKAGE} into .venv ...")
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run(["apt-get", "-qq", "download", _PACKAGE], cwd=directory, check=True)
            (package,) = Path(directory).glob("*.deb")
            subprocess.run(["dpkg", "-x", package, _UNPACKED], check=True)
    if not _TEMPLATES.exists():  # Debian's build reads them from nowhere else
        print(f"Copying its templates to {_TEMPLATES} ...")
        as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
        _run([*as_root, "mkdir", "-p", _TEMPLATES.parent])
        _run([*as_root, "cp", "-r", _UNPACKED / str(_TEMPLATES).lstrip("/"), _TEMPLATES])
    return binaries / "prometheus-alertmanager", binaries / "amtool"


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run(command, check=True)


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
