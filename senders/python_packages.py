"""The Python packages of PagerDuty and Opsgenie, in an environment of their own."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from senders.recorder import environment_of, make_certificate, recording
from senders.target import Target

_ENVIRONMENT = Path(__file__).parents[1] / ".venv" / "senders"
_PROGRAMS = Path(__file__).with_name("programs")
# The package, the program that uses it, the type of its key, and whether it speaks to https only.
_SENDERS = (
    ("opsgenie-sdk", "2.1.5", "opsgenie_alerts.py", "opsgenie", False),
    ("pagerduty", "7.2.0", "pagerduty_events.py", "pagerduty", True),
)


async def drive(target: Target) -> None:
    """Run each program, record what it sends, and wait for its alert to be closed."""
    python = _python()
    with tempfile.TemporaryDirectory() as directory:
        certificate = make_certificate(Path(directory))
        environment = environment_of(certificate, os.environ)
        for package, version, program, key, is_encrypted in _SENDERS:
            print(f"the Python package {package} {version}")
            file = _PROGRAMS / program
            async with recording(target, certificate if is_encrypted else None) as recorder:
                command = [python, file, target.keys[key], recorder.url]
                process = await asyncio.create_subprocess_exec(*command, env=environment)
                assert await process.wait() == 0
                await target.wait_for(key, "Disk is full on db1", "closed")
                name = "python-pagerduty" if package == "pagerduty" else package
                lines = file.read_text(encoding="utf-8").splitlines()
                recorder.save(f"{key}/recorded/{name}-{version}", f"the Python package {package} {version}", lines)


def _python() -> Path:
    """A Python that has the packages."""
    python = _ENVIRONMENT / "bin" / "python"
    wanted = [f"{package}=={version}" for package, version, *_ in _SENDERS]
    if not python.exists():
        print(f"Installing {' and '.join(wanted)} into .venv/senders ...")
        subprocess.run([sys.executable, "-m", "venv", _ENVIRONMENT], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
    return python
